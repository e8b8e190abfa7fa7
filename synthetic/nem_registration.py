"""AEMO's register of the synthetic NEM's units: a workbook in the published layout and words."""

from __future__ import annotations

from datetime import date, datetime

from synthetic.clock import NEM, utc
from synthetic.context import Context
from synthetic.nem_registry import Unit, registered
from synthetic.workbooks import workbook

FEED = "nem_registration_list"
PATH = (
    "aemo/-/media/files/electricity/nem/participant_information/"
    "nem-registration-and-exemption-list.xls"
)
_UNITS = [
    "Participant",
    "Station Name",
    "Region",
    "Dispatch Type",
    "Category",
    "Classification",
    "Fuel Source - Primary",
    "Fuel Source - Descriptor",
    "Technology Type - Primary",
    "Technology Type - Descriptor",
    "Units",
    "Aggregation",
    "DUID",
    "Reg Cap generation (MW)",
    "Max Cap generation (MW)",
    "Max ROC/Min generation",
    "Reg Cap consumption (MW)",
    "Max Cap consumption (MW)",
    "Max ROC/Min consumption",
    "Maximum storage capacity ",
    "Comments",
]
_SERVICES = [
    "Participant",
    "Facility",
    "Region",
    "DUID",
    "Bid Type",
    "Max Cap (MW)",
    "Min Enablement Level",
    "Max Enablement Level",
    "Max Lower Angle",
    "Max Upper Angle",
]
_RESPONSE = [
    "Participant",
    "Facility Name (WDRU Name)",
    "Region",
    "WDRU DUID",
    "Maximum response component (MRC) (MW)",
    "Maximum ramp rate (MW/minute)",
    "No. of individual loads, any greater than 1 is Aggregated",
]
_GENERATING, _BOTH, _LOAD = "Generating Unit", "Bidirectional Unit", "Load"
_OWNER = "Syn Energy Pty Ltd"
# kind of unit -> dispatch type, classification, fuel and technology in AEMO's words, blanks and all
_WORDS = {
    "steady": (
        _GENERATING,
        "Scheduled ",
        "Fossil",
        "Black Coal",
        "Combustion",
        "Steam Sub-Critical",
    ),
    "gas": (
        _GENERATING,
        "Scheduled",
        "Fossil",
        "Natural Gas",
        "Combustion",
        "Combined Cycle Gas Turbine (CCGT)",
    ),
    "hydro": (_GENERATING, "Scheduled", "Hydro", "Water", "Renewable", "Hydro - Gravity"),
    "sun": (
        _GENERATING,
        "Semi-Scheduled",
        "Solar",
        "Solar ",
        "Renewable",
        "Photovoltaic Tracking Flat Panel",
    ),
    "wind": (_GENERATING, "Semi-Scheduled", "Wind", "Wind", "Renewable", "Wind - Onshore"),
    "battery": (_BOTH, "Scheduled", "Battery Storage", "Grid", "Storage", "Battery and Inverter"),
    "peaker": (
        _GENERATING,
        "Scheduled*",
        "Fossil",
        "Diesel",
        "Combustion",
        "Open Cycle Gas turbines (OCGT)",
    ),
    "pump": (_LOAD, "Scheduled", "Hydro", "Water", "Storage", "Pump Storage"),
}
# steady units that are not of coal
_STEADY = {"SYNCC1": "gas", "SYNHY1": "hydro"}


def write(ctx: Context, feed: str, days: list[date]) -> None:
    """Write the register as it stood on the last day, where the files of now are asked for."""
    if "current" not in ctx.nem_forms:
        return
    day, known = max(days), registered(ctx.points["nem"])
    rows = [_row(unit) for unit in known]
    rows.append(["Syn Mill Pty Ltd", "Syn Mill", "QLD1", _GENERATING, "Non-Market"])
    rows[-1] += ["Non-Scheduled**", *["-"] * 4, 1, "N", "-", "-", "-", "-", *[None] * 5]
    services = [
        [_OWNER, _station(u), u.region, u.duid, "LOWERREG", 40, -u.capacity, u.capacity, 90, 90]
        for u in known
        if u.storage_mwh
    ]
    response = ["Syn Response Pty Ltd", "DR SYN 1", "VIC1", "DRSYN01", 5, 1, 12]
    sheets = {
        "Overview": [["This spreadsheet holds synthetic data", None]],
        "PU and Scheduled Loads": [_UNITS, *rows],
        "Ancillary Services": [_SERVICES, *services],
        "Wholesale Demand Response Units": [_RESPONSE, response],
    }
    data = workbook(sheets, datetime(day.year, day.month, day.day))
    ctx.write(feed, PATH, data, len(rows) + len(services) + 1, utc(day, NEM))


def _station(unit: Unit) -> str:
    return f"Synthetic station {unit.station}"


def _row(unit: Unit) -> list:
    dispatch, classified, *fuel = _WORDS[_STEADY.get(unit.duid, unit.kind)]
    head = [_OWNER, _station(unit), unit.region, dispatch, "Market", classified, *fuel]
    size = [unit.capacity, unit.capacity, 6]
    both = [*size, unit.storage_mwh] if unit.storage_mwh else [None] * 4
    return [*head, "1-3" if unit.storage_mwh else 1, "N", unit.duid, *size, *both, None]
