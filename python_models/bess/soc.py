"""State of charge of batteries: losses from telemetry, and the state rebuilt from power alone.

The state follows

    s[t+1] = s[t] + charge[t] * a - discharge[t] * b - hours[t] * c - squared[t] * r / power,
    0 <= s <= capacity

with `a` MWh stored per MWh taken, `b` MWh drawn per MWh delivered, `c` MW of constant drain and `r`
the share of full power that is lost to resistance at full power (it grows with the square).
Telemetered power is alternating current at the meter and leaves out losses while a battery charges
(ERCOT, "RTC+B Battery Overview", July 2025), and telemetered MWh have their own scale, so `a` may
exceed 1: only the round trip a / b can be compared between batteries.

Arrays are float64, time first: `[steps, batteries]`.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

EDGE = 0.02  # share of the capacity next to empty and full in which drain and charge are cut off
LEAST_STEPS = 96  # a day of quarter hours
LEAST_CYCLES = 0.5  # energy taken and delivered, each, in capacities
ROUND_TRIP = (0.70, 0.97)  # what lies outside is a fault of the data until shown otherwise


class Steps(NamedTuple):
    """What happened between readings, each `[steps, batteries]`.

    charged_mwh, discharged_mwh: energy taken and delivered, both positive. hours: length of the
    step. squared_mw2h: integral of the square of the power. known: whether there was telemetry;
    energy of an unknown step is not looked at.
    """

    charged_mwh: Array
    discharged_mwh: Array
    hours: Array
    squared_mw2h: Array
    known: Array


class Losses(NamedTuple):
    """What a battery loses, each `[batteries]`; see the module for the equation.

    day_sd_mwh: standard deviation of what the balance of 24 hours leaves unexplained.
    """

    stored_per_mwh: Array
    drawn_per_mwh: Array
    drain_mw: Array
    resistive_share: Array
    day_sd_mwh: Array

    @property
    def round_trip(self) -> Array:
        """MWh delivered per MWh taken at full power, without the drain."""
        return (self.stored_per_mwh - self.resistive_share) / (
            self.drawn_per_mwh + self.resistive_share
        )


class Cell(NamedTuple):
    """What a battery is, each `[batteries]`: its losses and its energy capacity."""

    losses: Losses
    capacity_mwh: Array


class Fit(NamedTuple):
    """Losses with what tells how far to trust them, each `[batteries]`; losses are NaN for no fit.

    standard_errors: `[batteries, 4]` of the four losses. round_trip_se: of the round trip, in which
    errors of the losses partly cancel. Both are the greater of two: errors that are independent
    from step to step, and errors that hang together within a day, whose number is small (Cameron
    and Miller, "A Practitioner's Guide to Cluster-Robust Inference", 2015, section VI: with few
    clusters theirs comes out too small). step_sd_mwh: of one step's balance.
    steps: how many were used. is_plausible: enough cycles, and a round trip within `ROUND_TRIP`.
    """

    losses: Losses
    standard_errors: Array
    round_trip_se: Array
    step_sd_mwh: Array
    steps: Array
    is_plausible: Array


class State(NamedTuple):
    """State of charge in MWh, `[steps + 1, batteries]`: before each step and after the last.

    low, high: the truth lies between if losses and capacity do, but for what days leave
    unexplained, whose variance so far is `variance_mwh2`.
    """

    low_mwh: Array
    high_mwh: Array
    variance_mwh2: Array


@jax.jit
def fit_losses(
    steps: Steps, soc_mwh: Array, capacity_mwh: Array, power_mw: Array, day: Array
) -> Fit:
    """Losses by least squares of the change of the telemetered state over each step.

    soc_mwh: `[steps + 1, batteries]`, NaN where there is none. capacity_mwh, power_mw:
    `[batteries]`. day: `[steps]`, number of the market day. Steps that touch the edges of the
    capacity are left out: drain and charge are cut off there, which biases all of them.
    """
    before, after = soc_mwh[:-1], soc_mwh[1:]
    inner = (jnp.minimum(before, after) > EDGE * capacity_mwh) & (
        jnp.maximum(before, after) < (1 - EDGE) * capacity_mwh
    )
    use = steps.known & inner  # NaN is never inner
    resisted = steps.squared_mw2h / power_mw
    columns = jnp.stack(
        [steps.charged_mwh, -steps.discharged_mwh, -steps.hours, -resisted], axis=-1
    )
    columns = jnp.where(use[..., None], columns, 0.0)
    change = jnp.where(use, after - before, 0.0)
    # `[batteries, 4, 4]` and `[batteries, 4]`
    squares = jnp.einsum("tbi,tbj->bij", columns, columns)
    products = jnp.einsum("tbi,tb->bi", columns, change)
    count = use.sum(axis=0)
    cycled = (columns[..., 0].sum(0) >= LEAST_CYCLES * capacity_mwh) & (
        -columns[..., 1].sum(0) >= LEAST_CYCLES * capacity_mwh
    )
    is_fit = (count >= LEAST_STEPS) & cycled
    squares = jnp.where(is_fit[:, None, None], squares, jnp.eye(4))
    # a battery that only knows full power cannot tell resistance from the rest: either will do
    ridge = 1e-9 * jnp.trace(squares, axis1=1, axis2=2)
    inverse = jnp.linalg.inv(squares + ridge[:, None, None] * jnp.eye(4))
    losses = jnp.einsum("bij,bj->bi", inverse, products)
    rest = jnp.where(use, change - jnp.einsum("tbi,bi->tb", columns, losses), 0.0)
    days = jax.nn.one_hot(day - day[0], _MAX_DAYS).T  # `[days, steps]`
    scores = jnp.einsum("dt,tbi,tb->dbi", days, columns, rest)
    meat = jnp.einsum("dbi,dbj->bij", scores, scores)
    by_day = days @ rest
    hours_of_day = days @ jnp.where(use, steps.hours, 0.0)
    used_days = (hours_of_day > 0).sum(axis=0)
    few = used_days / jnp.maximum(used_days - 1, 1)
    step_variance = (rest**2).sum(0) / jnp.maximum(count - 4, 1)
    covariances = jnp.stack(
        [few[:, None, None] * (inverse @ meat @ inverse), step_variance[:, None, None] * inverse]
    )
    # days of which little was used count for what was
    day_variance = (by_day**2).sum(0) / jnp.maximum(hours_of_day.sum(0) / 24, 1e-9)
    losses = jnp.where(is_fit[:, None], losses, jnp.nan)
    found = Losses(*losses.T, jnp.where(is_fit, jnp.sqrt(day_variance), jnp.nan))
    divisor = found.drawn_per_mwh + found.resistive_share
    slope = jnp.stack(
        [
            1 / divisor,
            -found.round_trip / divisor,
            jnp.zeros_like(divisor),
            -(1 + found.round_trip) / divisor,
        ],
        axis=-1,
    )
    variances = jnp.diagonal(covariances, axis1=2, axis2=3).max(axis=0)
    return Fit(
        losses=found,
        standard_errors=jnp.where(is_fit[:, None], jnp.sqrt(variances), jnp.nan),
        round_trip_se=jnp.sqrt(jnp.einsum("bi,kbij,bj->kb", slope, covariances, slope).max(axis=0)),
        step_sd_mwh=jnp.where(is_fit, jnp.sqrt(step_variance), jnp.nan),
        steps=count,
        is_plausible=is_fit
        & (found.round_trip >= ROUND_TRIP[0])
        & (found.round_trip <= ROUND_TRIP[1]),
    )


_MAX_DAYS = 62  # a fit's window


@jax.jit
def rebuild(steps: Steps, lowest: Cell, highest: Cell, power_mw: Array, start: State) -> State:
    """The state from power alone, for all batteries at once.

    `start` is the state before the first step, like all but `steps` `[batteries]`: for an unknown
    one from 0 to the capacity. Two trajectories start at the lowest and the highest possible state
    and are kept within the capacity, so they draw nearer each time that one touches a limit; once
    they meet there the start no longer matters. Where it is not known what a battery is, the lower
    one follows the least that it may be, the higher one the most. A step without telemetry may have
    been anything up to `power_mw`.
    """
    day_sd = jnp.maximum(lowest.losses.day_sd_mwh, highest.losses.day_sd_mwh)
    variance_per_hour = day_sd**2 / 24
    is_size_known = lowest.capacity_mwh >= highest.capacity_mwh

    def move(now: Steps, losses: Losses, unknown: Array) -> Array:
        known = (
            now.charged_mwh * losses.stored_per_mwh
            - now.discharged_mwh * losses.drawn_per_mwh
            - now.hours * losses.drain_mw
            - now.squared_mw2h / power_mw * losses.resistive_share
        )
        return jnp.where(now.known, known, unknown)

    def step(at: State, now: Steps) -> tuple[State, State]:
        reach = power_mw * now.hours
        fall = move(now, lowest.losses, -reach * lowest.losses.drawn_per_mwh)
        rise = move(now, highest.losses, reach * highest.losses.stored_per_mwh)
        low = jnp.clip(at.low_mwh + fall, 0, lowest.capacity_mwh)
        high = jnp.clip(at.high_mwh + rise, 0, highest.capacity_mwh)
        at_a_limit = (high <= 0) | ((low >= lowest.capacity_mwh) & is_size_known)  # both, then
        variance = at.variance_mwh2 + variance_per_hour * now.hours
        after = State(low, high, jnp.where(at_a_limit, 0.0, variance))
        return after, after

    _, path = jax.lax.scan(step, start, steps)
    return State(*(jnp.concatenate([s[None], p]) for s, p in zip(start, path, strict=True)))
