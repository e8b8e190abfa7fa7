"""The day of a network market as ERCOT's writers print it, and the truth that no file tells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pyarrow.compute as pc

from synthetic import text
from synthetic.ercot_batteries import SITES, Battery
from synthetic.ercot_market import LOCATION_TYPES, Constraint, Monitored, Plants
from synthetic.ercot_zones import published_zone
from synthetic.network.case import ZONES
from synthetic.network.inputs import STEPS, block_days, by_zone, rating_block
from synthetic.network.market import NetworkDay
from synthetic.network.names import node
from synthetic.network.settings import MARKETS
from synthetic.truth import Truth

# An interval lists a constraint that binds or has less than this share of its limit left.
NEAR = 0.02
FEED = "network"


def resource_type(fuel: str, capacity_mw: float) -> str:
    """ERCOT's code for a unit."""
    if fuel == "ng":
        return "SCGT90" if capacity_mw > 90 else "SCLE90"
    codes = {"coal": "CLLIG", "nuclear": "NUC", "hydro": "HYDRO", "wind": "WIND", "solar": "PVGR"}
    return codes[fuel]


class NetworkMarket(NetworkDay):
    """A network's day with what the writers ask of `synthetic.ercot_market.Day` besides."""

    def next_run(self) -> np.datetime64:
        """Instant of the first run of the next day."""
        tomorrow = NetworkMarket(self.seed, self.day + timedelta(days=1), self.count, self.market)
        return tomorrow.sced_runs()[0][0]

    @cached_property
    def dam_monitored(self) -> Monitored:
        """Constraints by hour: the binding ones are listed."""
        shadow = self.dam_shadow
        return _monitored(shadow, self.dam_limit, self.dam_flow, shadow > 0)

    @cached_property
    def sced_monitored(self) -> Monitored:
        """Constraints by run; those near their limit are listed too."""
        run = self.sced_runs()[1]
        shadow, limit, flow = (
            a[:, run] for a in (self.sced_shadow, self.sced_limit, self.sced_flow)
        )
        return _monitored(shadow, limit, flow, (shadow > 0) | (flow > (1 - NEAR) * limit))

    # Units

    def _hourly(self, by_run: np.ndarray) -> np.ndarray:
        return by_run.reshape(*by_run.shape[:-1], len(self.hours), -1).mean(axis=-1)

    @property
    def wind_output(self) -> np.ndarray:
        """What wind produced, (8, hours), MW."""
        return self._hourly(by_zone(self.case, ("wind",), self.unit_output))

    @property
    def sun_output(self) -> np.ndarray:
        return self._hourly(by_zone(self.case, ("solar",), self.unit_output))

    @cached_property
    def plants(self) -> Plants:
        """All units; day ahead those whose bus is a settlement point."""
        case, run = self.case, self.sced_runs()[1]
        place = {name: i for i, name in enumerate(self.points)}
        point = [node(case.bus_names[b]) for b in case.unit_bus]
        sold = np.array([u for u, name in enumerate(point) if name in place], int)
        able = self.state.available_mw
        if len(self.runs) == len(self.hours):
            able = self._hourly(able)
        # a step offer is a level stretch of the curve
        ends = np.cumsum(STEPS)
        share = np.repeat(np.concatenate([[0.0], ends]), 2)[1:-1]
        kinds = [resource_type(f, mw) for f, mw in zip(case.fuel, case.capacity_mw, strict=True)]
        awards = self.capacity_awards
        none = np.zeros((len(sold), len(self.hours)))
        services = {"RRSPFR" if s == "RRS" else s: mw[sold] for s, mw in awards.items()}
        return Plants(
            names=self.unit_names,
            kinds=tuple(kinds),
            limit_mw=np.round(able[:, run], 1),
            output_mw=np.round(self.unit_output[:, run], 4),
            curve_mw=np.round(case.capacity_mw[:, None] * share, 1),
            curve_price=np.repeat(self.offers, 2, axis=1),
            sold=sold,
            point=tuple(point[u] for u in sold),
            price=self.dam_price[[place[point[u]] for u in sold]],
            energy_mw=np.round(self.day_ahead.output_mw[sold], 1),
            services={
                name: np.round(services.get(name, none), 1)
                for name in ("REGUP", "REGDN", "RRSPFR", "RRSFFR", "ECRS", "NSPIN")
            },
        )

    # Batteries

    @cached_property
    def _shown(self) -> list[int]:
        """Batteries of the disclosures: those whose bus is a settlement point."""
        return [i for i, name in enumerate(self.battery_points) if name in self.points]

    def own_batteries(self, count: int) -> list[Battery]:
        """At most `count` of the network's batteries; each is a site of its own.

        Raises ValueError where the points have none of their nodes.
        """
        if not self._shown:
            raise ValueError(
                f"none of the {len(self.points)} settlement points is the node of a battery, and "
                "the disclosures show batteries: ask for more points"
            )
        all_of, found = self.batteries, []
        alone = [
            n for n in range(len(SITES) * len(self._shown)) if len(SITES[n % len(SITES)].units) == 1
        ]
        for number, i in zip(alone, self._shown[:count], strict=False):
            ((generation, load),) = SITES[number % len(SITES)].units
            name = f"SYN_BAT{number + 1:03d}"
            found.append(
                Battery(
                    number,
                    f"{name}_{generation}",
                    f"{name}_{load}" if load else None,
                    f"{name}_ESR1",
                    SITES[number % len(SITES)].pairing,
                    self.battery_points[i],
                    float(all_of.power_mw[i]),
                    float(all_of.energy_mwh[i]),
                    float(all_of.charge_efficiency[i]),
                    float(all_of.discharge_efficiency[i]),
                    float(all_of.auxiliary_mw[i]),
                )
            )
        return found

    def battery_states(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Net output (MW) and stored energy (MWh) of `own_batteries` at each run."""
        which = self._shown[:count]
        at, run = self.sced_runs()
        fleet = self.batteries
        output = self.battery_output[which][:, run]
        into, out, own = (
            a[which][:, None]
            for a in (fleet.charge_efficiency, fleet.discharge_efficiency, fleet.auxiliary_mw)
        )
        hours = (at - self.runs.start[run]).astype(float) / 3600
        gain = np.clip(-output, 0, None) * into - np.clip(output, 0, None) / out - own
        return output, self.battery_soc[which][:, run] + gain * hours


def _monitored(
    shadow: np.ndarray, limit: np.ndarray, flow: np.ndarray, listed: np.ndarray
) -> Monitored:
    number = 1 + np.indices(shadow.shape)[0]
    return Monitored(shadow, limit, flow, number, listed)


# Truth


def keep_states(truth: Truth, market: NetworkMarket) -> None:
    """True load, wind, sun and thermal outage of zones by five minutes, and the units' offers.

    Of wind and sun both what was produced and what could have been. Outages are those at the start
    of the hour throughout it: the operator tells no others.
    """
    zones = market.zone_truth
    wind, sun = (by_zone(market.case, (fuel,), market.unit_output) for fuel in ("wind", "solar"))
    each = len(market.fives) // wind.shape[1]  # a run may hold for longer than five minutes
    parts = {
        "LOAD": zones.load,
        "WIND": np.repeat(wind, each, axis=1),
        "SOLAR": np.repeat(sun, each, axis=1),
        "OUTAGE": np.repeat(market.thermal_outage, 12, axis=1),
        "WIND_AVAILABLE": zones.wind,
        "SOLAR_AVAILABLE": zones.sun,
    }
    per = zones.load.size
    times = len(parts) * len(ZONES)
    truth.keep(
        "zone_states",
        FEED,
        market.day,
        1,
        len(parts) * per,
        iso="ERCOT",
        interval_start=np.tile(market.fives.start, times),
        interval_end=np.tile(market.fives.end, times),
        interval_minutes=5,
        market_date=market.day,
        location=text.pick(
            ZONES, np.tile(np.repeat(np.arange(len(ZONES)), len(market.fives)), len(parts))
        ),
        location_type="WEATHER_ZONE",
        published_location=text.pick(
            [published_zone(quantity, zone) for quantity in parts for zone in ZONES],
            np.repeat(np.arange(times), len(market.fives)),
        ),
        quantity=text.pick(list(parts), np.repeat(np.arange(len(parts)), per)),
        power_mw=np.concatenate([a.ravel() for a in parts.values()]),
    )
    case = market.case
    units, steps = market.offers.shape
    unit = np.repeat(np.arange(units), steps)
    truth.keep(
        "unit_offers",
        FEED,
        market.day,
        1,
        units * steps,
        iso="ERCOT",
        market_date=market.day,
        resource=text.pick(market.unit_names, unit),
        settlement_point=[node(case.bus_names[b]) for b in case.unit_bus[unit]],
        fuel=text.pick([f.upper() for f in case.fuel], unit),
        step=np.tile(np.arange(steps), units) + 1,
        power_mw=(case.capacity_mw[:, None] * STEPS).ravel(),
        price=market.offers.ravel(),
        currency="USD",
    )


Factors = tuple[date, dict[str, str], tuple[Constraint, ...], np.ndarray]


def factors_of(market: NetworkMarket) -> Factors:
    """What `keep_factors` needs of a day."""
    return market.day, market.points, market.constraints, market.factors


def keep_factors(truth: Truth, found: Sequence[Factors]) -> None:
    """Shift factors of what binds: once for each constraint and point in four weeks of ratings.

    What an earlier call kept of the same weeks stays.
    """
    blocks: dict[int, list[Factors]] = {}
    for factors in found:
        blocks.setdefault(rating_block(factors[0]), []).append(factors)
    for block, parts in blocks.items():
        days, points = block_days(block), parts[0][1]
        rows: dict[tuple[str, str], np.ndarray] = {}
        for _, _, constraints, factors in parts:
            rows |= {(c.name, c.contingency): factors[:, k] for k, c in enumerate(constraints)}
        rows |= _kept(truth, days[0], list(points))
        keys = sorted(rows)
        if not keys:
            continue
        which = np.repeat(np.arange(len(keys)), len(points))
        point = np.tile(np.arange(len(points)), len(keys))
        truth.keep(
            "ptdf_rows",
            FEED,
            days[0],
            1,
            len(which),
            iso="ERCOT",
            market_date=days[0],
            last_market_date=days[-1],
            constraint_name=text.pick([name for name, _ in keys], which),
            contingency_name=text.pick([contingency for _, contingency in keys], which),
            location=text.pick(list(points), point),
            location_type=text.pick(
                [LOCATION_TYPES.get(k, "NODE") for k in points.values()], point
            ),
            operator_location_type=text.pick(list(points.values()), point),
            shift_factor=np.concatenate([rows[key] for key in keys]),
        )


def _kept(truth: Truth, first: date, points: list[str]) -> dict[tuple[str, str], np.ndarray]:
    """Shift factors of points by constraint, as an earlier call kept them."""
    table = truth.table("ptdf_rows")
    table = table.filter(pc.equal(table.column("market_date"), first))
    names = zip(
        table.column("constraint_name").to_pylist()[:: len(points)],
        table.column("contingency_name").to_pylist()[:: len(points)],
        strict=True,
    )
    if table.column("location").to_pylist() != points * (len(table) // len(points)):
        raise ValueError(f"{truth.folder} holds shift factors of other points: use another folder")
    values = table.column("shift_factor").to_numpy().reshape(-1, len(points))
    return dict(zip(names, values, strict=True))


def market_day(seed: int, day: date, count: int, market: str) -> NetworkMarket:
    """A day of a network market; an unknown one is a ValueError that lists the known ones."""
    if market not in MARKETS:
        raise ValueError(f"unknown market {market!r}; known: {', '.join(MARKETS)}")
    return NetworkMarket(seed, day, count, market)
