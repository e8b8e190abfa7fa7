"""ERCOT products that the mirror knows: EMIL id, report type id, title, ids per archive call."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    """A product as the Public API and MIS name it."""

    emil_id: str
    report_type: int
    title: str
    download_limit: int = 1000


_KNOWN = (
    Product("NP4-190-CD", 12331, "DAM Settlement Point Prices", 500),
    Product("NP4-183-CD", 12328, "DAM Hourly LMPs", 200),
    Product("NP4-188-CD", 12329, "DAM Clearing Prices for Capacity"),
    Product("NP4-191-CD", 12332, "DAM Shadow Prices"),
    Product("NP4-19-CD", 12330, "DAM Aggregated Ancillary Service Offer Curve", 50),
    Product("NP4-33-CD", 12316, "DAM Ancillary Service Plan"),
    Product("NP4-196-M", 13044, "DAM Price Corrections", 200),
    Product("NP4-197-M", 13045, "RTM Price Corrections", 200),
    Product("NP4-212-CD", 24893, "DAM and SCED Ancillary Service Demand Curves", 50),
    Product("NP4-523-CD", 13113, "DAM System Lambda"),
    Product("NP4-732-CD", 13028, "Wind Power Production - Hourly Averaged"),
    Product("NP4-737-CD", 13483, "Solar Power Production - Hourly Averaged"),
    Product("NP4-742-CD", 14787, "Wind Power Production by Geographical Region"),
    Product("NP4-745-CD", 21809, "Solar Power Production by Geographical Region"),
    Product("NP4-160-SG", 10008, "Settlement Points List and Electrical Buses Mapping"),
    Product("NP4-180-ER", 13060, "Historical DAM Load Zone and Hub Prices"),
    Product("NP4-181-ER", 13091, "Historical DAM Clearing Prices for Capacity"),
    Product("NP3-233-CD", 13103, "Hourly Resource Outage Capacity"),
    Product("NP3-560-CD", 12311, "Seven-Day Load Forecast by Forecast Zone"),
    Product("NP3-561-CD", 12312, "Seven-Day Load Forecast by Weather Zone"),
    Product("NP3-565-CD", 14837, "Seven-Day Load Forecast by Model and Weather Zone"),
    Product("NP3-763-CD", 12315, "Short-Term System Adequacy Report", 50),
    Product("NP3-911-ER", 13057, "2-Day Ancillary Services Reports"),
    Product("NP3-965-ER", 13052, "60-Day SCED Disclosure Reports", 25),
    Product("NP3-966-ER", 13051, "60-Day DAM Disclosure Reports", 25),
    Product("NP3-988-ER", 10036, "Resource Decision-Making Entity List"),
    Product("NP6-86-CD", 12302, "SCED Shadow Prices and Binding Transmission Constraints"),
    Product("NP6-322-CD", 13114, "SCED System Lambda"),
    Product("NP6-323-CD", 13221, "Real-Time Price Adders by SCED Interval", 50),
    Product("NP6-324-CD", 13220, "Real-Time Price Adders for 15-Minute Settlement Interval", 50),
    Product("NP6-327-CD", 21114, "LMP By SOG Including Price Adders", 50),
    Product("NP6-328-CD", 24887, "Total Capability of Resources Available to Provide AS", 50),
    Product("NP6-329-CD", 24889, "RTD Indicative Real-Time MCPC", 50),
    Product("NP6-331-CD", 24898, "Real-Time Clearing Prices for Capacity, 15 Minutes", 365),
    Product("NP6-332-CD", 24891, "Real-Time Clearing Prices for Capacity, SCED", 365),
    Product("NP6-345-CD", 13101, "Actual System Load by Weather Zone"),
    Product("NP6-346-CD", 14836, "Actual System Load by Forecast Zone"),
    Product("NP6-785-ER", 13061, "Historical RTM Load Zone and Hub Prices"),
    Product("NP6-787-CD", 11485, "LMPs by Electrical Bus"),
    Product("NP6-788-CD", 12300, "LMPs by Resource Nodes, Load Zones and Trading Hubs"),
    Product(
        "NP6-905-CD",
        12301,
        "Settlement Point Prices at Resource Nodes, Hubs and Load Zones",
    ),
    Product("NP6-970-CD", 13073, "RTD Indicative LMPs by Resource Nodes, Load Zones and Hubs"),
)

BY_EMIL = {p.emil_id: p for p in _KNOWN}
BY_TYPE = {p.report_type: p for p in _KNOWN}


def by_stem(name: str) -> Product | None:
    """Product whose number stands in a file's stem: DAMSPNP4190 is NP4-190-CD."""
    squeezed = name.upper()
    found = [p for p in _KNOWN if "".join(p.emil_id.split("-")[:2]) in squeezed]
    # NP4-19 is a prefix of NP4-190: the longest number wins
    return max(found, key=lambda p: len(p.emil_id), default=None)
