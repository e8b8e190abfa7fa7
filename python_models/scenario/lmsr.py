"""Prices of events by the logarithmic market scoring rule.

A market of n outcomes that exclude each other has sold `q` shares of each; a share pays one dollar
if its outcome comes true. With liquidity `b`, in dollars,

    C(q) = b log sum_i exp(q_i / b),    p = dC/dq = softmax(q / b)

and a trade costs `C(q + shares) - C(q)`. A binary event is the market of two outcomes.

That difference loses every digit of a small trade, so nothing here subtracts two costs: a trade is
priced by `log1p` and `expm1` of what it changes. Outcomes come last, `[..., n]`; `b` is a scalar or
has the shape before them. Everything is float64, and can be differentiated.

Source: R. Hanson, "Combinatorial Information Market Design", Information Systems Frontiers 5, 2003;
"Logarithmic Market Scoring Rules for Modular Combinatorial Information Aggregation", Journal of
Prediction Markets 1, 2007.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array
from jax.scipy.special import logit, logsumexp

FAR = 30.0  # of shares / b: beyond it exp would lose what is added to it, and overflow at last


class Quotes(NamedTuple):
    """Mean price of a share, in dollars, `[..., n, sizes]`: when sold to the maker, and bought."""

    bid: Array
    ask: Array


def cost(q: Array, b: Array | float) -> Array:
    """What all shares `q [..., n]` have cost, in dollars, `[...]`, up to a constant."""
    b = jnp.asarray(b, float)
    most = jnp.max(q, axis=-1)
    return most + b * logsumexp((q - most[..., None]) / b[..., None], axis=-1)


def prices(q: Array, b: Array | float) -> Array:
    """Price of each outcome, `[..., n]`, between 0 and 1; they add up to 1."""
    return jnp.exp(_log_prices(q, b))


def trade_cost(q: Array, b: Array | float, shares: Array) -> Array:
    """Dollars to pay for `shares [..., n]` of each outcome, `[...]`; sold ones are negative.

    A negative cost is paid out. Any mix of outcomes can be traded at once.
    """
    b = jnp.asarray(b, float)
    q, shares = jnp.broadcast_arrays(q, shares)
    step = shares / b[..., None]
    # Measured from what the likeliest outcome moves: log1p's argument then never comes near -1.
    likeliest = jnp.argmax(q, axis=-1, keepdims=True)
    base = jnp.take_along_axis(step, likeliest, axis=-1)
    rise = step - base
    is_near = jnp.max(rise, axis=-1) <= FAR
    near_rise = jnp.where(is_near[..., None], rise, 0.0)
    change = jnp.sum(prices(q, b) * jnp.expm1(near_rise), axis=-1)
    near = base[..., 0] + jnp.log1p(change)
    far = logsumexp(_log_prices(q, b) + step, axis=-1)
    return b * jnp.where(is_near, near, far)


def cost_of_outcome(q: Array, b: Array | float, outcome: int, shares: Array | float) -> Array:
    """Dollars to pay for `shares [...]` of one outcome, `[...]`: `b log1p(p expm1(shares / b))`."""
    one = jax.nn.one_hot(outcome, q.shape[-1], dtype=float)
    return trade_cost(q, b, jnp.asarray(shares, float)[..., None] * one)


def shares_for_budget(q: Array, b: Array | float, outcome: int, dollars: Array | float) -> Array:
    """Shares of one outcome that cost so many dollars, `[...]`; negative dollars are proceeds.

    Selling can never raise more than `-b log(1 - p)`: NaN for more than that, minus infinity for
    just that.
    """
    b = jnp.asarray(b, float)
    spent = jnp.asarray(dollars, float) / b
    own, others = _log_own_and_others(q, b, outcome)
    is_near = jnp.abs(spent) <= 1.0
    near = jnp.log1p(jnp.expm1(jnp.where(is_near, spent, 0.0)) * jnp.exp(-own))
    far = spent - own + jnp.log1p(-jnp.exp(others - spent))
    return b * jnp.where(is_near, near, far)


def shares_to_price(q: Array, b: Array | float, outcome: int, price: Array | float) -> Array:
    """Shares of one outcome that move its price to `price`, `[...]`; 0 < price < 1.

    The others keep their proportions. Beyond 0..1 the answer is NaN; at 0 and 1 it is infinite.
    """
    own, others = _log_own_and_others(q, b, outcome)
    return jnp.asarray(b, float) * (logit(jnp.asarray(price, float)) - (own - others))


def cost_to_price(q: Array, b: Array | float, outcome: int, price: Array | float) -> Array:
    """Dollars that `shares_to_price` costs, `[...]`: `b log((1 - p) / (1 - price))`."""
    _, others = _log_own_and_others(q, b, outcome)
    return jnp.asarray(b, float) * (others - jnp.log1p(-jnp.asarray(price, float)))


def prior(probabilities: Array, b: Array | float) -> Array:
    """Shares `q [..., n]` whose prices are these probabilities, all above 0, adding up to 1."""
    return jnp.asarray(b, float)[..., None] * jnp.log(jnp.asarray(probabilities, float))


def worst_loss(probabilities: Array, b: Array | float) -> Array:
    """Most that the maker can lose from this prior, in dollars, `[...]`: `b log(1 / min p)`.

    From equal probabilities that is `b log n`.
    """
    return -jnp.asarray(b, float) * jnp.log(jnp.min(jnp.asarray(probabilities, float), axis=-1))


def quotes(q: Array, b: Array | float, sizes: Array) -> Quotes:
    """Bid and ask of each outcome for `sizes [sizes]` shares, all above 0, `[..., n, sizes]`."""
    sizes = jnp.asarray(sizes, float)
    outcomes = jnp.eye(q.shape[-1])
    lots = sizes[:, None] * outcomes[:, None, :]  # `[n, sizes, n]`
    state = jnp.asarray(q, float)[..., None, None, :]
    liquidity = jnp.asarray(b, float)[..., None, None]
    return Quotes(
        bid=-trade_cost(state, liquidity, -lots) / sizes,
        ask=trade_cost(state, liquidity, lots) / sizes,
    )


def _log_prices(q: Array, b: Array | float) -> Array:
    # q, not q / b, is brought down to its maximum: that subtraction is exact or nearly so
    scaled = (q - jnp.max(q, axis=-1, keepdims=True)) / jnp.asarray(b, float)[..., None]
    return jax.nn.log_softmax(scaled, axis=-1)


def _log_own_and_others(q: Array, b: Array | float, outcome: int) -> tuple[Array, Array]:
    """Logarithms of an outcome's price and of one less it, each right to the last digits."""
    logs = _log_prices(q, b)
    rest = jnp.delete(logs, outcome, axis=-1)
    return logs[..., outcome], logsumexp(rest, axis=-1)
