"""What AEMO knows of the synthetic units: station, region, kind of dispatch, loss factors, fuel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from synthetic.nem_market import units

OWNER = "SYNPOWER"
FIRST_DAY = date(2009, 7, 1)
LATER_FACTORS = date(2024, 7, 1)  # loss factors are set anew for each financial year
# kind of output -> schedule type, energy source in the words of the emissions index, t/MWh
KINDS = {
    "steady": ("SCHEDULED", "Black coal", 0.93),
    "sun": ("SEMI-SCHEDULED", "Solar", 0.0),
    "wind": ("SEMI-SCHEDULED", "Wind", 0.0),
    "battery": ("SCHEDULED", "Battery Storage", 0.0),
    "peaker": ("SCHEDULED", "Diesel oil", 1.05),
    "pump": ("SCHEDULED", "Hydro", 0.0),
}
FUELS = {"SYNCC1": ("Natural Gas (Pipeline)", 0.39), "SYNHY1": ("Hydro", 0.0)}


@dataclass(frozen=True)
class Unit:
    """A unit as it is registered; `storage_mwh` is null for one that stores nothing."""

    duid: str
    region: str
    kind: str
    capacity: float
    station: str
    dispatch_type: str
    schedule_type: str
    energy_source: str
    factor: float
    storage_mwh: float | None

    @property
    def connection_point(self) -> str:
        return f"X{self.station}"

    def loss_factor(self, day: date) -> float:
        """Transmission loss factor of the financial year of `day`."""
        place = sum(map(ord, self.duid)) % 20
        return round(0.92 + 0.006 * place + (0.005 if day >= LATER_FACTORS else 0.0), 4)


def registered(count: int) -> list[Unit]:
    """The `count` units of the synthetic market."""
    return [_unit(*unit) for unit in units(count)]


def _unit(duid: str, region: str, kind: str, capacity: float) -> Unit:
    schedule, source, factor = KINDS[kind]
    source, factor = FUELS.get(duid, (source, factor))
    dispatch = {"battery": "BIDIRECTIONAL", "pump": "LOAD"}.get(kind, "GENERATOR")
    return Unit(
        duid=duid,
        region=region,
        kind=kind,
        capacity=capacity,
        station=duid.rstrip("0123456789").replace("/W#", "W") + region[:-1],
        dispatch_type=dispatch,
        schedule_type=schedule,
        energy_source=source,
        factor=factor,
        storage_mwh=2 * capacity if kind == "battery" else None,
    )
