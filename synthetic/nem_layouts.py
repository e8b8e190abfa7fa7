"""Columns of the NEM tables by era: the current reports and the monthly archive differ.

The day on which a layout changed is known for few of them. A new layout is used from the first
month in which it was seen, in either form.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

SERVICES = (
    "RAISE6SEC",
    "RAISE60SEC",
    "RAISE5MIN",
    "RAISEREG",
    "LOWER6SEC",
    "LOWER60SEC",
    "LOWER5MIN",
    "LOWERREG",
)
FAST_SERVICES = ("RAISE1SEC", "LOWER1SEC")
# Names of the services, shorter, inside PRE_AP_* and CUMUL_PRE_AP_* columns.
_SHORT = tuple(s.removesuffix("SEC") for s in SERVICES)
_SHORT_FAST = tuple(s.removesuffix("SEC") for s in FAST_SERVICES)

# Very fast services trade from this day; the columns stand in some tables later than that.
FAST_FROM = date(2023, 10, 9)
FIVE_MINUTE_SETTLEMENT = date(2021, 10, 1)
# First month under the name PUBLIC_ARCHIVE#...; before it PUBLIC_DVD_....
ARCHIVE_NAMES_FROM = date(2024, 8, 1)

_RUN = ("SETTLEMENTDATE", "RUNNO")


def _triple(services: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{s}{part}" for s in services for part in ("RRP", "ROP", "APCFLAG"))


def _pre(names: tuple[str, ...], prefix: str = "") -> tuple[str, ...]:
    return tuple(f"{prefix}PRE_AP_{n}_PRICE" for n in names)


_PRICE_HEAD = (
    *_RUN,
    "REGIONID",
    "DISPATCHINTERVAL",
    "INTERVENTION",
    "RRP",
    "EEP",
    "ROP",
    "APCFLAG",
    "MARKETSUSPENDEDFLAG",
    "LASTCHANGED",
    *_triple(SERVICES),
    "PRICE_STATUS",
    *_pre(("ENERGY", *_SHORT)),
)
_PRICE_CUMUL = _pre(("ENERGY", *_SHORT), "CUMUL_")
_PRICE_FAST = (*_triple(FAST_SERVICES), *_pre(_SHORT_FAST))
_PRICE_FAST_CUMUL = _pre(_SHORT_FAST, "CUMUL_")
_STATUS = ("OCD_STATUS", "MII_STATUS")

# Eight numbers per old service in the region table, in this order; all but two are unused.
_REGION_SERVICES = ("LOWER5MIN", "LOWER60SEC", "LOWER6SEC", "RAISE5MIN", "RAISE60SEC", "RAISE6SEC")
_REGION_PARTS = (
    "DISPATCH",
    "IMPORT",
    "LOCALDISPATCH",
    "LOCALPRICE",
    "LOCALREQ",
    "PRICE",
    "REQ",
    "SUPPLYPRICE",
)
_VIOLATION_ORDER = (
    "RAISE5MIN",
    "RAISEREG",
    "RAISE60SEC",
    "RAISE6SEC",
    "LOWER5MIN",
    "LOWERREG",
    "LOWER60SEC",
    "LOWER6SEC",
)
_REGION_BASE = (
    *_RUN,
    "REGIONID",
    "DISPATCHINTERVAL",
    "INTERVENTION",
    "TOTALDEMAND",
    "AVAILABLEGENERATION",
    "AVAILABLELOAD",
    "DEMANDFORECAST",
    "DISPATCHABLEGENERATION",
    "DISPATCHABLELOAD",
    "NETINTERCHANGE",
    "EXCESSGENERATION",
    *(f"{s}{p}" for s in _REGION_SERVICES for p in _REGION_PARTS),
    "AGGEGATEDISPATCHERROR",
    "AGGREGATEDISPATCHERROR",
    "LASTCHANGED",
    "INITIALSUPPLY",
    "CLEAREDSUPPLY",
    *(
        f"{s}{p}"
        for s in ("LOWERREG", "RAISEREG")
        for p in ("IMPORT", "LOCALDISPATCH", "LOCALREQ", "REQ")
    ),
    *(f"{s}LOCALVIOLATION" for s in _VIOLATION_ORDER),
    *(f"{s}VIOLATION" for s in _VIOLATION_ORDER),
    *(f"{s}ACTUALAVAILABILITY" for s in SERVICES),
    "LORSURPLUS",
    "LRCSURPLUS",
    "TOTALINTERMITTENTGENERATION",
    "DEMAND_AND_NONSCHEDGEN",
    "UIGF",
    "SEMISCHEDULE_CLEAREDMW",
    "SEMISCHEDULE_COMPLIANCEMW",
)
_REGION_SPLIT = tuple(
    f"SS_{fuel}_{part}"
    for part in ("UIGF", "CLEAREDMW", "COMPLIANCEMW")
    for fuel in ("SOLAR", "WIND")
)
_REGION_WDR = ("WDR_INITIALMW", "WDR_AVAILABLE", "WDR_DISPATCHED")
_REGION_AVAILABLE = ("SS_SOLAR_AVAILABILITY", "SS_WIND_AVAILABILITY")
_REGION_FAST = tuple(
    f"{s}{part}" for part in ("LOCALDISPATCH", "ACTUALAVAILABILITY") for s in FAST_SERVICES
)
_REGION_BDU = (
    "BDU_ENERGY_STORAGE",
    "BDU_MIN_AVAIL",
    "BDU_MAX_AVAIL",
    "BDU_CLEAREDMW_GEN",
    "BDU_CLEAREDMW_LOAD",
)

_LINK = (
    *_RUN,
    "INTERCONNECTORID",
    "DISPATCHINTERVAL",
    "INTERVENTION",
    "METEREDMWFLOW",
    "MWFLOW",
    "MWLOSSES",
    "MARGINALVALUE",
    "VIOLATIONDEGREE",
    "LASTCHANGED",
    "EXPORTLIMIT",
    "IMPORTLIMIT",
    "MARGINALLOSS",
    "EXPORTGENCONID",
    "IMPORTGENCONID",
    "FCASEXPORTLIMIT",
    "FCASIMPORTLIMIT",
)
_LINK_LOCAL = tuple(
    f"{part}_{way}"
    for way in ("EXPORT", "IMPORT")
    for part in ("LOCAL_PRICE_ADJUSTMENT", "LOCALLY_CONSTRAINED")
)


def _constraint(tenth: str) -> tuple[str, ...]:
    return (
        *_RUN,
        "CONSTRAINTID",
        "DISPATCHINTERVAL",
        "INTERVENTION",
        "RHS",
        "MARGINALVALUE",
        "VIOLATIONDEGREE",
        "LASTCHANGED",
        tenth,
        "GENCONID_EFFECTIVEDATE",
        "GENCONID_VERSIONNO",
        "LHS",
    )


def _pair(services: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{s}{part}" for s in services for part in ("RRP", "ROP"))


_TRADING_HEAD = (
    *_RUN,
    "REGIONID",
    "PERIODID",
    "RRP",
    "EEP",
    "INVALIDFLAG",
    "LASTCHANGED",
    "ROP",
)
_TRADING_LINK = (
    *_RUN,
    "INTERCONNECTORID",
    "PERIODID",
    "METEREDMWFLOW",
    "MWFLOW",
    "MWLOSSES",
    "LASTCHANGED",
)


_UNIT = (
    *_RUN,
    "DUID",
    "TRADETYPE",
    "DISPATCHINTERVAL",
    "INTERVENTION",
    "CONNECTIONPOINTID",
    "DISPATCHMODE",
    "AGCSTATUS",
    "INITIALMW",
    "TOTALCLEARED",
    "RAMPDOWNRATE",
    "RAMPUPRATE",
    "LOWER5MIN",
    "LOWER60SEC",
    "LOWER6SEC",
    "RAISE5MIN",
    "RAISE60SEC",
    "RAISE6SEC",
    "DOWNEPF",
    "UPEPF",
    *(f"MARGINAL{s}VALUE" for s in ("5MIN", "60SEC", "6SEC", "")),
    *(f"VIOLATION{s}DEGREE" for s in ("5MIN", "60SEC", "6SEC", "")),
    "LASTCHANGED",
    "LOWERREG",
    "RAISEREG",
    "AVAILABILITY",
    *(f"{s}FLAGS" for s in SERVICES),
    *(
        f"{s}{part}"
        for s in ("RAISEREG", "LOWERREG")
        for part in ("AVAILABILITY", "ENABLEMENTMAX", "ENABLEMENTMIN")
    ),
    *(f"{s}ACTUALAVAILABILITY" for s in SERVICES),
    "SEMIDISPATCHCAP",
)
_UNIT_FAST = (
    "LOWER1SEC",
    "RAISE1SEC",
    "RAISE1SECFLAGS",
    "LOWER1SECFLAGS",
    "RAISE1SECACTUALAVAILABILITY",
    "LOWER1SECACTUALAVAILABILITY",
    "CONFORMANCE_MODE",
    "UIGF",
    "INITIAL_ENERGY_STORAGE",
    "ENERGY_STORAGE",
    "MIN_AVAILABILITY",
)


@dataclass(frozen=True)
class Layout:
    """Version and column names of a table, as its I line gives them."""

    version: int
    columns: tuple[str, ...]


# table -> [(first day, version, columns)], oldest first
_MONTHLY: dict[str, list[tuple[date, int, tuple[str, ...]]]] = {
    "PRICE": [
        (date.min, 1, (*_PRICE_HEAD, *_PRICE_CUMUL)),
        (date(2021, 4, 1), 4, (*_PRICE_HEAD, *_PRICE_CUMUL)),
        (
            date(2024, 8, 1),
            5,
            (*_PRICE_HEAD, *_PRICE_CUMUL, *_STATUS, *_PRICE_FAST, *_PRICE_FAST_CUMUL),
        ),
    ],
    "REGIONSUM": [
        (date.min, 4, _REGION_BASE),
        (date(2021, 4, 1), 5, (*_REGION_BASE, *_REGION_SPLIT)),
        (date(2021, 12, 1), 5, (*_REGION_BASE, *_REGION_SPLIT, *_REGION_WDR)),
        (
            date(2024, 7, 1),
            8,
            (
                *_REGION_BASE,
                *_REGION_SPLIT,
                *_REGION_WDR,
                *_REGION_AVAILABLE,
                *_REGION_FAST,
                *_REGION_BDU,
            ),
        ),
        (
            date(2025, 12, 1),
            9,
            (
                *_REGION_BASE,
                *_REGION_SPLIT,
                *_REGION_WDR,
                *_REGION_AVAILABLE,
                *_REGION_FAST,
                *_REGION_BDU,
                "BDU_INITIAL_ENERGY_STORAGE",
                "DECGEN_INITIAL_ENERGY_STORAGE",
            ),
        ),
    ],
    "INTERCONNECTORRES": [
        (date.min, 1, _LINK),
        (date(2021, 4, 1), 3, _LINK),
        (date(2024, 8, 1), 3, (*_LINK, *_LINK_LOCAL)),
    ],
    "CONSTRAINT": [
        (date.min, 3, _constraint("CONFIDENTIAL_TO")),
        (date(2021, 4, 1), 5, _constraint("CONFIDENTIAL_TO")),
        (date(2024, 8, 1), 5, _constraint("DUID")),
    ],
    "UNIT_SCADA": [
        (date.min, 1, ("SETTLEMENTDATE", "DUID", "SCADAVALUE")),
        (date(2024, 12, 1), 1, ("SETTLEMENTDATE", "DUID", "SCADAVALUE", "LASTCHANGED")),
    ],
    "TRADING_PRICE": [
        (date.min, 2, (*_TRADING_HEAD, *_pair(SERVICES), "PRICE_STATUS")),
        (
            date(2024, 7, 1),
            2,
            (
                *_TRADING_HEAD,
                *_pair(("RAISE1SEC", *SERVICES[:4], "LOWER1SEC", *SERVICES[4:])),
                "PRICE_STATUS",
            ),
        ),
        (
            date(2024, 8, 1),
            3,
            (*_TRADING_HEAD, *_pair(SERVICES), "PRICE_STATUS", *_pair(FAST_SERVICES)),
        ),
    ],
    "TRADING_INTERCONNECTORRES": [(date.min, 2, _TRADING_LINK)],
    "UNIT_SOLUTION": [
        (date.min, 2, _UNIT),
        (date(2021, 12, 1), 3, (*_UNIT, "DISPATCHMODETIME")),
        (date(2024, 7, 1), 5, (*_UNIT, "DISPATCHMODETIME", *_UNIT_FAST)),
        (date(2026, 3, 1), 6, (*_UNIT, "DISPATCHMODETIME", *_UNIT_FAST, "ELEMENT_CAP")),
    ],
    "ROOFTOP": [
        (
            date.min,
            2,
            ("INTERVAL_DATETIME", "TYPE", "REGIONID", "POWER", "QI", "LASTCHANGED"),
        ),
    ],
    "OPERATIONAL_DEMAND": [
        (
            date.min,
            3,
            (
                "REGIONID",
                "INTERVAL_DATETIME",
                "OPERATIONAL_DEMAND",
                "OPERATIONAL_DEMAND_ADJUSTMENT",
                "WDR_ESTIMATE",
                "LASTCHANGED",
            ),
        ),
    ],
}
# Where the five-minute reports differ from the monthly tables of the same day.
_CURRENT: dict[str, list[tuple[date, int, tuple[str, ...]]]] = {
    "PRICE": [
        (
            date(2024, 8, 1),
            5,
            (*_PRICE_HEAD, *_PRICE_FAST, *_PRICE_CUMUL, *_PRICE_FAST_CUMUL, *_STATUS),
        ),
    ],
    "REGIONSUM": [
        (
            date(2025, 12, 1),
            9,
            (
                *_REGION_BASE,
                *_REGION_SPLIT,
                *_REGION_WDR,
                *_REGION_FAST,
                *_REGION_AVAILABLE,
                *_REGION_BDU,
                "BDU_INITIAL_ENERGY_STORAGE",
            ),
        ),
    ],
    "TRADING_PRICE": [
        (
            date(2024, 3, 1),
            3,
            (*_TRADING_HEAD, *_pair((*SERVICES, *FAST_SERVICES)), "PRICE_STATUS"),
        ),
    ],
    "CASE_SOLUTION": [
        (
            date.min,
            2,
            (
                *_RUN,
                "INTERVENTION",
                "CASESUBTYPE",
                "SOLUTIONSTATUS",
                "SPDVERSION",
                "NONPHYSICALLOSSES",
                "TOTALOBJECTIVE",
                "TOTALAREAGENVIOLATION",
                "TOTALINTERCONNECTORVIOLATION",
                "TOTALGENERICVIOLATION",
                "TOTALRAMPRATEVIOLATION",
                "TOTALUNITMWCAPACITYVIOLATION",
                "TOTAL5MINVIOLATION",
                "TOTALREGVIOLATION",
                "TOTAL6SECVIOLATION",
                "TOTAL60SECVIOLATION",
                "TOTALASPROFILEVIOLATION",
                "TOTALFASTSTARTVIOLATION",
                "TOTALENERGYOFFERVIOLATION",
                "LASTCHANGED",
                "SWITCHRUNINITIALSTATUS",
                "SWITCHRUNBESTSTATUS",
                "SWITCHRUNBESTSTATUS_INT",
            ),
        ),
    ],
    "LOCAL_PRICE": [
        (
            date.min,
            1,
            ("SETTLEMENTDATE", "DUID", "LOCAL_PRICE_ADJUSTMENT", "LOCALLY_CONSTRAINED"),
        ),
    ],
    "INTERCONNECTION": [
        (
            date.min,
            1,
            (
                *_RUN,
                "INTERVENTION",
                "FROM_REGIONID",
                "TO_REGIONID",
                "DISPATCHINTERVAL",
                "IRLF",
                "MWFLOW",
                "METEREDMWFLOW",
                "FROM_REGION_MW_LOSSES",
                "TO_REGION_MW_LOSSES",
                "LASTCHANGED",
            ),
        ),
    ],
}


def layout(table: str, day: date, *, monthly: bool) -> Layout:
    """Layout of `table` for an interval of `day`, in the monthly archive or a current report."""
    found = None
    for source in (_MONTHLY, {} if monthly else _CURRENT):
        for first, version, columns in source.get(table, []):
            if day >= first:
                found = Layout(version, columns)
    if found is None:
        raise KeyError(f"no layout of {table} for {day}")
    return found
