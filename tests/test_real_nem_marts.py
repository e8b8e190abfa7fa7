"""AEMO's published rows, as the tables of schema `nem` show them.

Rows were read from the zips with unzip and grep. Market time is UTC+10, stamps are ends.
"""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime

import duckdb
import pytest

from extract.catalogue import load_catalogue
from extract.run import Run
from gridhouse import dbt
from gridhouse.settings import Settings

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.ci]

FILES = [
    "next_day_dispatch/*.zip",
    "forecast_operational_demand/*.zip",
    "mmsdm_trimmed/*GENCONDATA*",
    "mmsdm_trimmed/*SPD*",
    "mmsdm_trimmed/*BID*OFFER_D*202603*",
    "mmsdm_trimmed/*LOSS*MODEL*",
    "mmsdm_trimmed/*THRESHOLDS*",
    "mmsdm_trimmed/*DISPATCHREGIONSUM*201805*",
    "mmsdm_trimmed/*DISPATCHREGIONSUM*202408*",
    "dispatch_is/*.csv",
]
VIEWS = [
    "nem__dispatchload",
    "nem__dispatchregionsum",
    "nem__demandoperationalforecast",
    "nem__constraint_definitions",
    "nem__constraint_terms",
    "nem__bid_days",
    "nem__bid_intervals",
    "nem__constraint_solutions",
    "nem__fcas_prices",
    "nem__local_prices",
    "nem__loss_factor_models",
    "nem__loss_models",
    "nem__price_thresholds",
    "fct_load_forecast_intervals",
]


@pytest.fixture(scope="module")
def ask(real_data, manifest, tmp_path_factory):
    folder, files = tmp_path_factory.mktemp("nem_marts"), tmp_path_factory.mktemp("files")
    for pattern in FILES:
        found = list((real_data / "nem").glob(pattern))
        assert found, pattern
        for file in found:
            shutil.copy(file, files)
    catalogue = load_catalogue()
    with Run(folder, catalogue, excerpts=True) as run:
        run.prepare()
        run.from_folder(files, list(catalogue))
    assert run.report.problems == []
    settings = Settings(data=folder)
    selected = [f"+{name}" for name in VIEWS]
    for command in (["seed"], ["run", "--select", *selected]):
        assert dbt.invoke(settings, command, manifest=manifest).failures == []
    tested = dbt.invoke(
        settings,
        ["test", "--select", *selected, "--exclude", "staging", "intermediate", "test_type:unit"],
        manifest=manifest,
    )
    assert tested.failures == [] and tested.tests
    with duckdb.connect(str(dbt.warehouse_path(settings)), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield lambda sql: connection.execute(sql).fetchall()


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "select initialmw, totalcleared, availability, uigf, semidispatchcap, rampuprate, "
            "raisereg, connectionpointid, trading_date from nem.dispatchload "
            "where duid = 'HDWF2' and settlementdate = '2026-05-14 04:05:00+10:00' "
            "and intervention = 0",
            [(96.7, 97.2543, 97.2543, 97.2543, 0, 1260, 0, "SHDW2H", date(2026, 5, 14))],
        ),
        (
            "select initialmw, availability, uigf, energy_storage from nem.dispatchload "
            "where duid = 'AGLHAL' and settlementdate = '2026-05-14 04:05:00+10:00'",
            [(0, 146, 0, None)],
        ),
        (
            "select intervention, totaldemand, dispatchablegeneration, dispatchableload, "
            "netinterchange, initialsupply, clearedsupply, availablegeneration, availableload, "
            "demandforecast, excessgeneration, aggregatedispatcherror, uigf, wdr_dispatched, "
            "totalintermittentgeneration, trading_date from nem.dispatchregionsum "
            "where regionid = 'SA1' and settlementdate = '2018-05-01 00:05:00+10:00' order by 1",
            [(0, 1409.45, 1302.82, 0, -106.63, 1424.56812, 1412.02, 2337.819, 80, -14.67071, 0, 0,
              612.819, None, 63.09418, date(2018, 4, 30)),
             (1, 1409.45, 1338.12, 0, -71.33, 1424.56812, 1410.92, 2337.819, 80, -14.67071, 0, 0,
              612.819, None, 63.09418, date(2018, 4, 30))],
        ),
        (
            "select totaldemand, dispatchablegeneration, dispatchableload, netinterchange, "
            "wdr_dispatched, wdr_available, aggregatedispatcherror, ss_wind_uigf, "
            "semischedule_clearedmw, semischedule_compliancemw, bdu_min_avail, bdu_max_avail "
            "from nem.dispatchregionsum where regionid = 'NSW1' "
            "and settlementdate = '2024-08-01 18:00:00+10:00'",
            [(11774.09, 10433.21, 0, -1336.88, 4, 4, 1.56253, 258.21855, 258.21855, 55.875, 40,
              40)],
        ),
        (  # 4,606 and 2,880 rows of the months, 5 of the report
            "select count(*), count(*) filter (where abs(dispatchablegeneration "
            "- dispatchableload - netinterchange + coalesce(wdr_dispatched, 0) - totaldemand) "
            "> 0.0101) from nem.dispatchregionsum",
            [(7491, 0)],
        ),
        (
            "select operational_demand_poe10, operational_demand_poe50, operational_demand_poe90, "
            "load_date from nem.demandoperationalforecast where regionid = 'SA1' "
            "and interval_datetime = '2025-04-01 18:30:00+10:00'",
            [(1644, 1571, 1497, "2025-04-01 17:27:41+10:00")],
        ),
        (
            "select constrainttype, constraintvalue, genericconstraintweight, dynamicrhs, "
            "limittype, dispatch, predispatch from nem.constraint_definitions "
            "where genconid = '#NSW1-QLD1_RAMP_I_F' and effectivedate = date '2021-04-09' "
            "and versionno = 1",
            [("<=", -400, 35, "0", "Ramping", "1", "0")],
        ),
        (
            "select effectivedate, versionno, term_type, term, bidtype, factor "
            "from nem.constraint_terms where genconid = 'N>LDBW33_BWLD34' "
            "and effectivedate in (date '2021-04-02', date '2021-04-01') and versionno in (1, 7) "
            "and term = 'VIC1-NSW1' order by effectivedate desc, versionno limit 1",
            [(date(2021, 4, 2), 1, "INTERCONNECTOR", "VIC1-NSW1", None, 0.2043)],
        ),
        (
            "select term_type, term, bidtype, factor from nem.constraint_terms "
            "where genconid = 'F_ESTN++HYMOTR_L5' and effectivedate = date '2021-04-12' "
            "and bidtype = 'LOWERREG' and term = 'NSW1'",
            [("REGION", "NSW1", "LOWERREG", 1)],
        ),
        (
            "select term_type, count(*) from nem.constraint_terms group by all order by 1",
            [("INTERCONNECTOR", 1641), ("REGION", 72)],
        ),
        (
            "select model, load_mw, issued_at from marts.fct_load_forecast_intervals "
            "where location = 'NSW1' and interval_end = timestamptz '2025-04-01 08:00:00+00' "
            "order by model",
            [(f"OPERATIONAL_{poe}", mw, datetime(2025, 4, 1, 7, 27, 41, tzinfo=UTC))
             for poe, mw in (("POE10", 8525), ("POE50", 8407), ("POE90", 8290))],
        ),
        (
            "select model, count(*) from marts.fct_load_forecast_intervals group by all "
            "order by model",
            [("OPERATIONAL_POE10", 1985), ("OPERATIONAL_POE50", 1985),
             ("OPERATIONAL_POE90", 1985)],
        ),
        (
            "select priceband1, priceband10, minimumload, participantid, entrytype, "
            "dailyenergyconstraint from nem.bid_days where duid = 'AGLHAL' and bidtype = 'ENERGY' "
            "and direction = 'GEN' and trading_date = date '2026-03-01'",
            [(-966.3, 19615.89, 2, "HALLETT", "REBID", 3627)],
        ),
        (
            "select maxavail, fixedload, rocup, rocdown, bandavail9, bandavail10, "
            "pasaavailability from nem.bid_intervals where duid = 'AGLHAL' "
            "and bidtype = 'ENERGY' and settlementdate = '2026-03-01 04:05:00+10:00'",
            [(196, 0, 12, 12, 0, 255, 196)],
        ),
        (
            "select count(*), count(*) filter (where locally_constrained = 1), "
            "max(local_price_adjustment) filter (where duid = 'ARWF1') from nem.local_prices "
            "where settlementdate = '2025-12-27 00:05:00+10:00'",
            [(80, 80, 2.7)],
        ),
        (
            "select rrp, localdispatch, product from nem.fcas_prices where regionid = 'SA1' "
            "and bidtype = 'LOWER60SEC' and settlementdate = '2025-12-27 00:05:00+10:00'",
            [(0.15, 110.53, "LOWER60SEC")],
        ),
        (
            "select rhs, lhs, marginalvalue, violationdegree from nem.constraint_solutions "
            "where constraintid = 'DATASNAP_DFS_LS'",
            [(10047.86365, 17, 0, 0)],
        ),
        (
            "select mwbreakpoint from nem.loss_models where interconnectorid = 'VIC1-NSW1' "
            "and effectivedate = date '2008-07-01' and losssegment <= 2 order by losssegment",
            [(-2300,), (-2253,)],
        ),
        (
            "select demandcoefficient from nem.loss_factor_models where regionid = 'NSW1' "
            "and interconnectorid = 'VIC1-NSW1' and effectivedate = date '2008-07-01'",
            [(0.0000057202,)],
        ),
        (
            "select voll, marketpricefloor, administered_price_threshold "
            "from nem.price_thresholds where effectivedate = date '2020-07-01'",
            [(15000, -1000, 224600)],
        ),
    ],
)  # fmt: skip
def test_published_rows(ask, sql, expected):
    assert ask(sql) == expected
