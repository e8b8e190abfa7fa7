"""What a set of shadow prices makes of the prices, and how sure that is.

    price_n = lambda - sum_k mu_k beta_nk + intercept_n

with `beta_nk` the fitted shift factor of node n on constraint k: power put in at n raises the flow
on k if it is positive, which lowers the price at n. Prices and `mu` are in $/MWh.

How far a prediction is off is taken from the node's own hold-out residuals (observed price less
predicted one): the predictive distribution is the prediction with each of them added. It is not a
normal one. Errors of prices have long tails and lean to one side; a normal one would make rare
prices too rare.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

Key = tuple[str, str | None]  # name of the constraint, of the contingency

_SHOCK = re.compile(r"(?P<name>.+)=\s*(?P<sign>[-+x]?)(?P<number>\d+\.?\d*|\.\d+)")


class ShockError(ValueError):
    """A shock that cannot be read or done: says which one, why, and how to write it."""


class Shock(NamedTuple):
    """A change of the shadow prices of a constraint; of all its contingencies for None."""

    constraint_name: str
    contingency_name: str | None
    action: Literal["ADD", "SET", "SCALE"]
    amount: float


class Prediction(NamedTuple):
    """Predicted prices `[N]` and what each constraint adds to them, `-mu beta`, `[N, K]`."""

    price: np.ndarray
    contribution: np.ndarray


def parse_shock(text: str, known: Collection[Key] = ()) -> Shock:
    """`NAME=+10` and `NAME=-10` add, `NAME=10` sets, `NAME=x1.5` scales.

    NAME is a constraint, or `CONSTRAINT|CONTINGENCY` for one pair. Where names hold that bar, too,
    `known` tells which of them is meant; what it does not tell is cut at the first one. Raises
    `ShockError`.
    """
    found = _SHOCK.fullmatch(text.strip())
    if not found:
        raise ShockError(
            f"{text!r} is no shock: write CONSTRAINT=+10 to add 10 $/MWh, CONSTRAINT=10 to set, "
            "CONSTRAINT=x1.5 to scale; CONSTRAINT|CONTINGENCY=10 for one pair"
        )
    name, contingency = _names(found["name"].strip(), known)
    if not name:
        raise ShockError(f"{text!r} names no constraint before the equals sign")
    amount = float(found["number"])
    if not math.isfinite(amount):
        raise ShockError(
            f"the shock on {name} has {len(found['number'])} digits: no shadow price is that high"
        )
    return Shock(
        name,
        contingency,
        {"": "SET", "x": "SCALE"}.get(found["sign"], "ADD"),
        -amount if found["sign"] == "-" else amount,
    )


def _names(text: str, known: Collection[Key]) -> Key:
    """The constraint alone, or it and its contingency, that `text` names."""
    constraints = {key[0] for key in known}
    if text in constraints:
        return text, None
    parts = text.split("|")
    cuts = [
        ("|".join(parts[:n]).strip(), "|".join(parts[n:]).strip() or None)
        for n in range(1, len(parts) + 1)
    ]
    pairs = [cut for cut in cuts if cut in known]
    return (pairs or [cut for cut in cuts if cut[0] in constraints] or cuts)[0]


def apply_shocks(
    snapshot: Mapping[Key, float], shocks: Sequence[Shock], known: Collection[Key]
) -> dict[Key, float]:
    """The snapshot's shadow prices after the shocks, one after the other; none falls below 0.

    A shock changes each pair of the snapshot that it names. If there is none, it adds the one pair
    of `known` that it names (those with coefficients). Raises `ShockError` for one that names
    nothing, one that would have to choose, and one that scales what does not bind.
    """
    out = dict(snapshot)
    for shock in shocks:
        shown = "|".join(part for part in shock[:2] if part)
        pairs = [key for key in out if _is_meant(shock, key)]
        if not pairs:
            if shock.action == "SCALE":
                raise ShockError(
                    f"{shown} does not bind in the snapshot, so there is nothing to scale: "
                    f"set it with {shown}=10"
                )
            pairs = [key for key in known if _is_meant(shock, key)]
            if not pairs:
                names = {key[0] for key in [*out, *known]}
                near = difflib.get_close_matches(shock.constraint_name, names)
                hint = f"; did you mean {', '.join(near)}?" if near else ""
                raise ShockError(
                    f"{shown} is in neither the snapshot nor the coefficients: take one of "
                    f"{len(names)} known constraints{hint}"
                )
            if len(pairs) > 1:
                choices = ", ".join(sorted(str(key[1]) for key in pairs))
                raise ShockError(
                    f"{shown} does not bind in the snapshot and is known with {len(pairs)} "
                    f"contingencies: write {shown}|CONTINGENCY with one of {choices}"
                )
        for key in pairs:
            before = out.get(key, 0.0)
            after = {
                "ADD": before + shock.amount,
                "SET": shock.amount,
                "SCALE": before * shock.amount,
            }[shock.action]
            out[key] = max(after, 0.0)
    return out


def _is_meant(shock: Shock, key: Key) -> bool:
    return key[0] == shock.constraint_name and shock.contingency_name in (None, key[1])


def predict(
    system_lambda: float, mu: np.ndarray, beta: np.ndarray, intercept: np.ndarray
) -> Prediction:
    """Prices for `mu [K]`, `beta [N, K]`, `intercept [N]`; NaN for a node whose intercept is."""
    contribution = -mu * beta + 0.0  # never minus zero
    return Prediction(system_lambda + contribution.sum(axis=1) + intercept, contribution)


def drivers(contribution: np.ndarray, count: int) -> list[np.ndarray]:
    """For each node the constraints that move its price most, by size, `count` or fewer each.

    contribution: `[N, K]`. Constraints that add nothing are never among them.
    """
    order = np.argsort(-np.abs(contribution), axis=1, kind="stable")[:, :count]
    return [places[row[places] != 0.0] for row, places in zip(contribution, order, strict=True)]


def congestion_shares(contribution: np.ndarray) -> np.ndarray:
    """Each constraint's part, `[K]`, of the sizes of all contributions `[N, K]`; 0 without any."""
    sizes = np.abs(contribution).sum(axis=0)
    total = sizes.sum()
    return sizes / total if total > 0 else np.zeros_like(sizes)


def chance_above(price: float, residuals: np.ndarray, threshold: float) -> float:
    """P(price > threshold) by the residuals `[count]`: `(above + 1/2) / (count + 1)`.

    Never 0 or 1: what has not been seen in so many residuals may happen all the same. Without any
    it is 1/2, which says nothing.
    """
    above = np.count_nonzero(price + residuals > threshold)
    return (above + 0.5) / (len(residuals) + 1)


def quantiles(price: float, residuals: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """Prices that are not exceeded with these chances, `[levels]`; NaN without residuals.

    Straight between neighbouring residuals (type 7 of Hyndman and Fan, "Sample Quantiles in
    Statistical Packages", 1996).
    """
    if not len(residuals):
        return np.full(len(levels), np.nan)
    return price + np.quantile(residuals, levels)
