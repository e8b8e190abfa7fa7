"""Emissions of flows between regions, by two methods, for any network of regions.

*Simple*: a region sends with the intensity of its own generation. *Consumption mix*: it sends what
it has, its generation and its imports together; the intensities `x` of all regions solve

    x[r] * (generated[r] + sum_s flow[s, r]) = emitted[r] + sum_s x[s] * flow[s, r]

which passes on the carbon of imports, also around a loop (Kirschen, Allan and Strbac,
"Contributions of individual generators to loads and flows", IEEE Transactions on Power Systems 12,
1997: supply is mixed in each node in proportion). Consumption of all regions emits what their
generation does.

Arrays are float64, `[intervals, regions]`, and `[intervals, from, to]` for flows. NaN is unknown,
of input and of result. Nothing is filled: what rests on an unknown is unknown, and `Reason` says
why.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array


class Reason(IntEnum):
    """Why a region has no intensity; `KNOWN` if it has one.

    NO_SUPPLY: it neither generates nor imports, or only what circulates without a source.
    """

    KNOWN = 0
    UNKNOWN_FLOW = 1
    UNKNOWN_GENERATION = 2
    NO_SUPPLY = 3
    UNKNOWN_SENDER = 4


class Emissions(NamedTuple):
    """What each region sends and takes, each `[intervals, regions]`.

    intensity: t/MWh of what it sends. exported, imported: t with its outgoing and incoming flows;
    zero where nothing flows. reason: `Reason` of an intensity that is NaN.
    """

    intensity: Array
    exported: Array
    imported: Array
    reason: Array


@jax.jit
def simple(flow_mwh: Array, generated_mwh: Array, emitted_t: Array) -> Emissions:
    """Flows with the intensity of the sender's own generation.

    flow_mwh: not negative, the net of each border in the direction in which it flows.
    generated_mwh, emitted_t: of the region's units while they deliver.
    """
    unknown_flow, unknown_generation = _unknowns(flow_mwh, generated_mwh, emitted_t)
    none = generated_mwh <= 0
    reason = jnp.where(none, Reason.NO_SUPPLY, Reason.KNOWN)
    # the intensity of generation needs no flow: that one is unknown shows in the sums
    reason = jnp.where(unknown_generation, Reason.UNKNOWN_GENERATION, reason)
    known = reason == Reason.KNOWN
    intensity = jnp.where(known, emitted_t / jnp.where(known, generated_mwh, 1.0), jnp.nan)
    return _carried(flow_mwh, unknown_flow, intensity, reason)


@jax.jit
def consumption_mix(flow_mwh: Array, generated_mwh: Array, emitted_t: Array) -> Emissions:
    """Flows with the intensity of all that the sender has, solved for all regions at once.

    Arguments as of `simple`. A region that takes from one whose mix is unknown has none either.
    """
    unknown_flow, unknown_generation = _unknowns(flow_mwh, generated_mwh, emitted_t)
    unknown = unknown_flow | unknown_generation
    flows = jnp.where(jnp.isnan(flow_mwh), 0.0, flow_mwh)
    takes = flows > 0  # [.., from, to]
    fed = _spread(~unknown & (generated_mwh > 0), takes)
    unfed = ~unknown & ~fed & ~_spread(unknown, takes)
    tainted = _spread(unknown | unfed, takes)

    reason = jnp.where(tainted, Reason.UNKNOWN_SENDER, Reason.KNOWN)
    reason = jnp.where(unfed, Reason.NO_SUPPLY, reason)
    reason = jnp.where(unknown_generation, Reason.UNKNOWN_GENERATION, reason)
    reason = jnp.where(unknown_flow, Reason.UNKNOWN_FLOW, reason)

    # rows of regions without a mix become x = 0, which nobody with a mix takes from
    known = ~tainted
    supply = jnp.where(known, generated_mwh, 0.0) + jnp.where(known, flows.sum(-2), 0.0)
    taken = jnp.where(known[..., None, :], flows, 0.0)
    eye = jnp.eye(flows.shape[-1])
    matrix = jnp.where(known, supply, 1.0)[..., None] * eye - jnp.swapaxes(taken, -1, -2)
    emitted = jnp.where(known, emitted_t, 0.0)
    solved = jnp.linalg.solve(matrix, emitted[..., None])[..., 0]
    intensity = jnp.where(known, solved, jnp.nan)
    return _carried(flow_mwh, unknown_flow, intensity, reason)


def _unknowns(flow_mwh: Array, generated_mwh: Array, emitted_t: Array) -> tuple[Array, Array]:
    missing = jnp.isnan(flow_mwh)
    unknown_flow = missing.any(-1) | missing.any(-2)
    return unknown_flow, jnp.isnan(generated_mwh) | jnp.isnan(emitted_t)


def _spread(regions: Array, takes: Array) -> Array:
    """Regions of a set, and all that takes from them through whatever others."""
    for _ in range(takes.shape[-1] - 1):
        regions = regions | (takes & regions[..., :, None]).any(-2)
    return regions


def _carried(flow_mwh: Array, unknown_flow: Array, intensity: Array, reason: Array) -> Emissions:
    # no flow carries nothing, whatever the sender's intensity
    carried = jnp.where(flow_mwh == 0, 0.0, flow_mwh * intensity[..., :, None])
    return Emissions(intensity, carried.sum(-1), carried.sum(-2), reason)
