"""Tables to a scenario and back: the only place of this package that knows a column's name."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from python_models.scenario.events import (
    NO,
    THRESHOLD,
    YES,
    Event,
    Priced,
    price_above,
    price_events,
    share_of_congestion,
)
from python_models.scenario.lmsr import prior, quotes, worst_loss
from python_models.scenario.scenario import (
    Key,
    apply_shocks,
    chance_above,
    congestion_shares,
    drivers,
    parse_shock,
    predict,
    quantiles,
)

LEAST_RESIDUALS = 10  # with fewer a node has a price and no distribution
LEAST_PRICE = 1e-6  # of an outcome, when its market opens: a price of 0 could never move

Place = tuple[str, str]  # location, location_type


@dataclass(frozen=True)
class Binding:
    """A forecast that a constraint binds: events of nodes are then priced given that it does.

    shadow_price: what it is if it binds, in $/MWh; by default what the snapshot has.
    """

    constraint_name: str
    contingency_name: str | None
    probability: float
    shadow_price: float | None = None


@dataclass(frozen=True)
class ScenarioOptions:
    """What to work out. locations: none for all that have an intercept.

    threshold: of the events, $/MWh. drivers: how many per node at most. liquidity: in dollars.
    sizes: shares that bids and asks are quoted for.
    """

    locations: tuple[Place, ...] = ()
    shocks: tuple[str, ...] = ()
    threshold: float = THRESHOLD
    drivers: int = 5
    levels: tuple[float, ...] = (0.05, 0.25, 0.5, 0.75, 0.95)
    liquidity: float = 100.0
    sizes: tuple[float, ...] = (1.0, 10.0, 100.0)
    bindings: tuple[Binding, ...] = ()


_PLACE = [("location", pa.string()), ("location_type", pa.string())]
_PAIR = [("constraint_name", pa.string()), ("contingency_name", pa.string())]
SCENARIO_COLUMNS = pa.schema(
    [
        ("status", pa.string()),
        ("reason", pa.string()),
        ("system_lambda", pa.float64()),
        ("threshold", pa.float64()),
        ("shocks", pa.list_(pa.string())),
        ("uncovered_mu", pa.float64()),
        (
            "constraints",
            pa.list_(
                pa.struct(
                    [
                        *_PAIR,
                        ("published_shadow_price", pa.float64()),
                        ("shadow_price", pa.float64()),
                        ("is_covered", pa.bool_()),
                        ("congestion_share", pa.float64()),
                    ]
                )
            ),
        ),
        (
            "nodes",
            pa.list_(
                pa.struct(
                    [
                        *_PLACE,
                        ("is_fitted", pa.bool_()),
                        ("price", pa.float64()),
                        ("congestion", pa.float64()),
                        ("intercept", pa.float64()),
                        ("chance_above", pa.float64()),
                        ("residual_count", pa.int64()),
                        (
                            "quantiles",
                            pa.list_(pa.struct([("level", pa.float64()), ("price", pa.float64())])),
                        ),
                    ]
                )
            ),
        ),
        (
            "drivers",
            pa.list_(
                pa.struct(
                    [
                        *_PLACE,
                        ("rank", pa.int64()),
                        *_PAIR,
                        ("shadow_price", pa.float64()),
                        ("beta", pa.float64()),
                        ("contribution", pa.float64()),
                    ]
                )
            ),
        ),
        (
            "events",
            pa.list_(
                pa.struct(
                    [
                        ("event", pa.string()),
                        ("kind", pa.string()),
                        *_PLACE,
                        ("outcome", pa.string()),
                        ("probability", pa.float64()),
                        ("parent", pa.string()),
                        ("parent_outcome", pa.string()),
                        ("conditional_probability", pa.float64()),
                        ("joint_probability", pa.float64()),
                    ]
                )
            ),
        ),
        (
            "quotes",
            pa.list_(
                pa.struct(
                    [
                        ("event", pa.string()),
                        ("outcome", pa.string()),
                        ("price", pa.float64()),
                        ("shares", pa.float64()),
                        ("bid", pa.float64()),
                        ("ask", pa.float64()),
                        ("liquidity", pa.float64()),
                        ("worst_loss", pa.float64()),
                    ]
                )
            ),
        ),
    ]
)


@dataclass(frozen=True)
class _Model:
    """The fitted model as looked up: of the chosen places alone."""

    places: tuple[Place, ...]
    covered: frozenset[Key]
    beta: Mapping[tuple[Key, Place], float]
    intercept: np.ndarray  # NaN for a place without a fit
    residuals: tuple[np.ndarray, ...]


def scenario_table(
    mu: pa.Table,
    coefficients: pa.Table,
    intercepts: pa.Table,
    residuals: pa.Table,
    system_lambda: float,
    options: ScenarioOptions | None = None,
) -> pa.Table:
    """One row (`SCENARIO_COLUMNS`): prices, drivers, events and quotes of one snapshot.

    mu: constraint_name, contingency_name, shadow_price. coefficients: constraint_name,
    contingency_name, location, location_type, beta. intercepts: location, location_type, intercept.
    residuals: location, location_type, residual (observed less predicted price, hold-out).

    `status` is OK, NO_CONSTRAINTS (the snapshot has none: prices are lambda and intercept),
    or NO_NODES (none of the chosen ones is fitted), with a `reason`. A node without an intercept is
    not fitted and has nulls; coefficients that are not there are 0. `uncovered_mu` is the part of
    the snapshot's shadow prices whose constraints have no coefficients at all.
    Raises ValueError for rows that repeat or lack a number, shocks and bindings that name nothing,
    and numbers so large that a part of the answer would not be finite.
    """
    options = options or ScenarioOptions()
    if not math.isfinite(system_lambda):
        raise ValueError(f"system lambda is {system_lambda}: give the one of the snapshot's run")
    model = _model(coefficients, intercepts, residuals, options)
    published = _unique(mu, ("constraint_name", "contingency_name"), "shadow_price", "mu")
    shocks = [parse_shock(text, {*published, *model.covered}) for text in options.shocks]
    shocked = apply_shocks(published, shocks, model.covered)
    keys = sorted(shocked, key=lambda key: (key[0], key[1] or ""))
    levels, beta = _arrays(model, keys, shocked)
    is_fitted = ~np.isnan(model.intercept)
    with np.errstate(over="ignore", invalid="ignore"):
        prediction = predict(system_lambda, levels, beta, model.intercept)
        contribution = np.where(is_fitted[:, None], prediction.contribution, 0.0)
        total = levels.sum()
        sizes = np.array([total, np.abs(contribution).sum(), *prediction.price[is_fitted]])
    if not np.isfinite(sizes).all():
        raise ValueError("the shadow prices are too high to be added up: take smaller shocks")
    shares = congestion_shares(contribution)
    covered = np.array([key in model.covered for key in keys], bool)
    status, reason = "OK", None
    if not is_fitted.any():
        status, reason = "NO_NODES", "none of the chosen locations has an intercept"
    elif not len(keys):
        status, reason = "NO_CONSTRAINTS", "no constraint binds: prices are lambda and intercept"
    markets = _markets(model, keys, shocked, shares, system_lambda, options)
    row = {
        "status": status,
        "reason": reason,
        "system_lambda": system_lambda,
        "threshold": options.threshold,
        "shocks": list(options.shocks),
        "uncovered_mu": float(levels[~covered].sum() / total) if total > 0 else 0.0,
        "constraints": [
            {
                "constraint_name": key[0],
                "contingency_name": key[1],
                "published_shadow_price": published.get(key),
                "shadow_price": levels[k],
                "is_covered": bool(covered[k]),
                "congestion_share": shares[k] if covered[k] else None,
            }
            for k, key in enumerate(keys)
        ],
        "nodes": _nodes(model, prediction.price, contribution, options),
        "drivers": [
            {
                "location": place[0],
                "location_type": place[1],
                "rank": rank,
                "constraint_name": keys[k][0],
                "contingency_name": keys[k][1],
                "shadow_price": levels[k],
                "beta": beta[n, k],
                "contribution": contribution[n, k],
            }
            for n, (place, places) in enumerate(
                zip(model.places, drivers(contribution, options.drivers), strict=True)
            )
            for rank, k in enumerate(places, 1)
        ],
        "events": [line for market in markets for line in _event_lines(market)],
        "quotes": list(_quote_lines(markets, options)),
    }
    _check_finite(row, "the answer")
    return pa.Table.from_pylist([row], schema=SCENARIO_COLUMNS)


def to_document(row: Mapping) -> dict:
    """A row of `scenario_table` as plain values for JSON: what belongs to a node lies inside it."""
    nodes = [
        {
            **node,
            "drivers": [_without_place(d) for d in row["drivers"] if _is_at(d, node)],
            "events": [_without_place(e) for e in row["events"] if _is_at(e, node)],
        }
        for node in row["nodes"]
    ]
    own = ("nodes", "drivers", "events")
    return {
        **{name: value for name, value in row.items() if name not in own},
        "nodes": nodes,
        "events": [_without_place(e) for e in row["events"] if e["location"] is None],
    }


def _is_at(line: Mapping, node: Mapping) -> bool:
    return all(line[name] == node[name] for name in ("location", "location_type"))


def _without_place(line: Mapping) -> dict:
    return {n: v for n, v in line.items() if n not in ("location", "location_type")}


def _model(
    coefficients: pa.Table, intercepts: pa.Table, residuals: pa.Table, options: ScenarioOptions
) -> _Model:
    place_names = ("location", "location_type")
    by_place = _unique(intercepts, place_names, "intercept", "intercepts")
    places = options.locations or tuple(sorted(by_place))
    if len(set(places)) < len(places):
        raise ValueError("locations: one is given twice; name each once")
    pairs = (coefficients[name].to_pylist() for name in ("constraint_name", "contingency_name"))
    chosen = pa.array([place[0] for place in places], pa.string())
    near = coefficients.filter(pc.is_in(coefficients["location"].cast(pa.string()), chosen))
    names = ("constraint_name", "contingency_name", *place_names)
    beta = {
        ((key[0], key[1]), (key[2], key[3])): value
        for key, value in _unique(near, names, "beta", "coefficients").items()
    }
    kept = residuals.filter(pc.is_in(residuals["location"].cast(pa.string()), chosen))
    grouped: dict[Place, list[float]] = {place: [] for place in places}
    for r in kept.to_pylist():
        place = (r["location"], r["location_type"])
        if place in grouped and r["residual"] is not None and math.isfinite(r["residual"]):
            grouped[place].append(r["residual"])
    return _Model(
        places,
        frozenset(zip(*pairs, strict=True)),
        beta,
        np.array([by_place.get(place, np.nan) for place in places], float),
        tuple(np.sort(np.array(grouped[place], float)) for place in places),
    )


def _unique(table: pa.Table, key: tuple[str, ...], value: str, called: str) -> dict:
    """Values by their key; an error for a key that repeats and a value that is no number."""
    out: dict = {}
    for r in table.select([*key, value]).to_pylist():
        at = tuple(r[name] for name in key)
        shown = f"{called}: {' | '.join(str(part) for part in at)}"
        if at in out:
            raise ValueError(f"{shown} is there twice: give one row for each")
        if r[value] is None or not math.isfinite(r[value]):
            raise ValueError(f"{shown}: {value} is {r[value]}; leave the row out or give a number")
        out[at] = r[value]
    return out


def _check_finite(value: object, called: str) -> None:
    """An error for a number that is none, anywhere in what lists and mappings hold."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            _check_finite(part, f"{called}: {name}")
    elif isinstance(value, list):
        for part in value:
            _check_finite(part, called)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{called} is {value}: shocks or options are too large or too small")


def _arrays(
    model: _Model, keys: list[Key], shadow_prices: Mapping[Key, float]
) -> tuple[np.ndarray, np.ndarray]:
    """`mu [K]` and `beta [N, K]`."""
    mu = np.array([shadow_prices[key] for key in keys], float)
    beta = [[model.beta.get((key, place), 0.0) for key in keys] for place in model.places]
    return mu, np.array(beta, float).reshape(len(model.places), len(keys))


def _nodes(
    model: _Model, price: np.ndarray, contribution: np.ndarray, options: ScenarioOptions
) -> list[dict]:
    out = []
    for n, place in enumerate(model.places):
        residuals, is_fitted = model.residuals[n], not np.isnan(model.intercept[n])
        has_chances = is_fitted and len(residuals) >= LEAST_RESIDUALS
        points = quantiles(price[n], residuals, options.levels) if has_chances else []
        out.append(
            {
                "location": place[0],
                "location_type": place[1],
                "is_fitted": is_fitted,
                "price": price[n] if is_fitted else None,
                "congestion": contribution[n].sum() if is_fitted else None,
                "intercept": model.intercept[n] if is_fitted else None,
                "chance_above": (
                    chance_above(price[n], residuals, options.threshold) if has_chances else None
                ),
                "residual_count": len(residuals),
                "quantiles": [
                    {"level": level, "price": point}
                    for level, point in zip(options.levels, points, strict=False)
                ],
            }
        )
    return out


def _markets(
    model: _Model,
    keys: list[Key],
    shadow_prices: Mapping[Key, float],
    shares: np.ndarray,
    system_lambda: float,
    options: ScenarioOptions,
) -> list[_Market]:
    """All events, priced, parents before children."""
    about: dict[str, tuple[str, Place | None]] = {}
    events = []

    def add(kind: str, place: Place | None, event: Event) -> None:
        about[event.name] = (kind, place)
        events.append(event)

    chances = _chances(model, shadow_prices, system_lambda, options)
    for place, chance in chances.items():
        add("PRICE_ABOVE", place, price_above(" ".join(place), chance, options.threshold))
    parts = {_shown(key): float(s) for key, s in zip(keys, shares, strict=True) if s > 0}
    if len(parts) > 1:
        add("SHARE_OF_CONGESTION", None, share_of_congestion(parts))
    for binding in options.bindings:
        key = (binding.constraint_name, binding.contingency_name)
        level = binding.shadow_price
        level = shadow_prices.get(key, 0.0) if level is None else level
        if key not in model.covered:
            raise ValueError(f"bindings: {_shown(key)} has no coefficients; name one that has")
        if level <= 0:
            raise ValueError(
                f"bindings: {_shown(key)} does not bind in the snapshot; give its shadow_price"
            )
        parent = f"{_shown(key)} binds"
        p = binding.probability
        add("BINDS", None, Event(parent, (YES, NO), (p, 1 - p)))
        given = _chances(model, {**shadow_prices, key: level}, system_lambda, options)
        otherwise = _chances(model, {**shadow_prices, key: 0.0}, system_lambda, options)
        for place in chances:
            yes, no = given[place], otherwise[place]
            add(
                "PRICE_ABOVE",
                place,
                Event(
                    f"{' '.join(place)} > {options.threshold:g} by {parent}",
                    (YES, NO),
                    parent=parent,
                    conditional=((yes, 1 - yes), (no, 1 - no)),
                ),
            )
    return [_Market(*about[priced.event.name], priced) for priced in price_events(events)]


def _chances(
    model: _Model,
    shadow_prices: Mapping[Key, float],
    system_lambda: float,
    options: ScenarioOptions,
) -> dict[Place, float]:
    """P(price > threshold) of each place that is fitted and has residuals enough."""
    mu, beta = _arrays(model, list(shadow_prices), shadow_prices)
    price = predict(system_lambda, mu, beta, model.intercept).price
    return {
        place: chance_above(price[n], model.residuals[n], options.threshold)
        for n, place in enumerate(model.places)
        if not np.isnan(price[n]) and len(model.residuals[n]) >= LEAST_RESIDUALS
    }


def _shown(key: Key) -> str:
    return "|".join(part for part in key if part)


class _Market(NamedTuple):
    """A priced event, its kind, and the node that it is about, if any."""

    kind: str
    place: Place | None
    priced: Priced


def _event_lines(market: _Market) -> Iterable[dict]:
    """One line per outcome; with a parent one per outcome and outcome of the parent."""
    event, joint = market.priced.event, market.priced.joint
    place = market.place or (None, None)
    for j, outcome in enumerate(event.outcomes):
        line = {
            "event": event.name,
            "kind": market.kind,
            "location": place[0],
            "location_type": place[1],
            "outcome": outcome,
            "probability": market.priced.probabilities[j],
        }
        if event.parent is None:
            yield line
        for i, parent_outcome in enumerate(market.priced.parent_outcomes):
            yield {
                **line,
                "parent": event.parent,
                "parent_outcome": parent_outcome,
                "conditional_probability": event.conditional[i][j],
                "joint_probability": joint[i][j],
            }


def _quote_lines(markets: list[_Market], options: ScenarioOptions) -> Iterable[dict]:
    """One line per event, outcome and size; markets of as many outcomes are priced at once."""
    for count in sorted({len(m.priced.probabilities) for m in markets}):
        alike = [m.priced for m in markets if len(m.priced.probabilities) == count]
        chances = np.maximum([priced.probabilities for priced in alike], LEAST_PRICE)
        chances = chances / chances.sum(axis=1, keepdims=True)
        b = np.full(len(alike), options.liquidity)
        bid, ask = (np.asarray(q) for q in quotes(prior(chances, b), b, np.array(options.sizes)))
        loss = np.asarray(worst_loss(chances, b))
        for m, priced in enumerate(alike):
            for j, outcome in enumerate(priced.event.outcomes):
                for s, size in enumerate(options.sizes):
                    yield {
                        "event": priced.event.name,
                        "outcome": outcome,
                        "price": chances[m, j],
                        "shares": size,
                        "bid": bid[m, j, s],
                        "ask": ask[m, j, s],
                        "liquidity": options.liquidity,
                        "worst_loss": loss[m],
                    }
