"""Quarter hours of telemetry: by hand, and against a plain loop over rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from python_models.bess.frames import is_due
from python_models.bess.quarters import LONGEST_HOLD, READINGS, SERVICES, day_quarters

ZONE = ZoneInfo("America/Chicago")
FIVE = timedelta(minutes=5)
SCHEMA = pa.schema(
    [
        ("iso", pa.string()),
        ("market_date", pa.date32()),
        ("side", pa.string()),
        ("resource", pa.string()),
        ("run_local_at", pa.timestamp("us")),
        ("repeated_hour_flag", pa.string()),
        *[(name, pa.float64()) for name in (*READINGS, *SERVICES)],
        ("_published_at", pa.timestamp("us", "UTC")),
        ("_fetched_at", pa.timestamp("us", "UTC")),
        ("_loaded_at", pa.timestamp("us", "UTC")),
        ("_file_id", pa.string()),
        ("_row_number", pa.int64()),
    ]
)
DAY = date(2026, 3, 19)
NOON = datetime(2026, 3, 19, 12)
FIRST = datetime(2026, 5, 18, 10, tzinfo=UTC)


def row(at: datetime, output: float | None, **more) -> dict:
    made = {
        "iso": "ERCOT",
        "market_date": at.date(),
        "side": "ESR",
        "resource": "A_ESR1",
        "run_local_at": at,
        "repeated_hour_flag": "N",
        "output_mw": output,
        "_published_at": FIRST,
        "_fetched_at": FIRST,
        "_loaded_at": FIRST,
        "_file_id": "first",
        "_row_number": 1,
    }
    return made | more


def quarters(*rows: dict) -> list[dict]:
    return day_quarters(pa.Table.from_pylist(list(rows), SCHEMA)).to_pylist()


def every_five_minutes(day: date, output, **more) -> list[dict]:
    midnight = datetime(day.year, day.month, day.day)
    return [row(midnight + n * FIVE, output, **more) for n in range(288)]


def test_a_value_holds_to_the_next_run_and_is_cut_at_quarter_hours():
    # 12:00 to 12:06 at 10 MW, to 12:16 at -20, to 12:20 at 5, then nothing for long
    made = quarters(
        row(NOON, 10, hsl_mw=30, soc_mwh=40, regup_mw=3),
        row(NOON + timedelta(minutes=6), -20, hsl_mw=30, soc_mwh=41, regup_mw=6),
        row(NOON + timedelta(minutes=16), 5, hsl_mw=30, soc_mwh=42),
        row(NOON + timedelta(minutes=20), 0, hsl_mw=30, soc_mwh=43, regup_mw=0),
    )
    first, second, _, fourth = made
    assert first["interval_start"] == datetime(2026, 3, 19, 17, tzinfo=UTC)
    assert (first["covered_seconds"], first["run_count"]) == (900, 2)
    assert first["discharged_mwh"] == pytest.approx(10 * 6 / 60)
    assert first["charged_mwh"] == pytest.approx(20 * 9 / 60)
    assert first["regup_mw"] == pytest.approx((3 * 6 + 6 * 9) / 15)
    assert first["first_soc_mwh"] == 40
    # |-20 - 10| for six minutes and |5 + 20| for nine
    assert first["energy_bound_mwh"] == pytest.approx((30 * 6 + 25 * 9) / 60)
    assert second["first_soc_mwh"] == 41  # the reading in force, not the one at 12:16
    assert second["charged_mwh"] == pytest.approx(20 / 60)
    assert second["discharged_mwh"] == pytest.approx(5 * 4 / 60)
    # the step from 12:06 to 12:16 ends here: power runs straight from -20 to 5, through zero after
    # 8 minutes; the one to 12:20 from 5 to 0; then there is no next reading
    assert second["step_hours"] == pytest.approx(14 / 60)
    assert second["step_charged_mwh"] == pytest.approx(20 * 8 / 2 / 60)
    assert second["step_discharged_mwh"] == pytest.approx((5 * 2 / 2 + 5 * 4 / 2) / 60)
    assert second["is_step_known"] is True
    # the last reading holds no longer than half an hour, though the day goes on
    assert [q["covered_seconds"] for q in made] == [900, 900, 900, 300]
    assert fourth["step_hours"] == 0.5 and fourth["is_step_known"] is False
    # within its 30 MW either way where nothing says what followed
    assert fourth["energy_bound_mwh"] == pytest.approx((30 * 300 + 30 * 600) / 3600)


def test_one_reading_is_no_day():
    made = quarters(row(datetime(2026, 7, 8, 0, 0, 21), -3.6))
    assert [q["covered_seconds"] for q in made] == [879, 900, 21]
    assert sum(q["charged_mwh"] for q in made) == pytest.approx(3.6 / 2)


def test_runs_of_others_end_what_a_reading_holds():
    others = every_five_minutes(DAY, 1, resource="B_ESR1")
    made = quarters(row(NOON, 6), *others)
    (alone,) = [q for q in made if q["resource"] == "A_ESR1"]
    assert (alone["covered_seconds"], alone["discharged_mwh"]) == (300, 0.5)
    assert alone["is_step_known"] is False
    assert len(made) == 97


def test_of_a_row_that_its_file_has_twice_the_last_one_holds():
    twice = [row(NOON, 12, _row_number=7), row(NOON, 6, _row_number=8)]
    after = row(NOON + 3 * FIVE, 0, _row_number=9)
    for rows in ([*twice, after], [after, *reversed(twice)]):
        assert quarters(*rows)[0]["discharged_mwh"] == 1.5


def test_an_award_is_the_mean_of_the_runs_that_have_one():
    others = every_five_minutes(DAY, 1, resource="B_ESR1")
    made = quarters(row(NOON, 0, regup_mw=6), row(NOON + 2 * FIVE, 0, regup_mw=3), *others)
    (alone,) = [q for q in made if q["resource"] == "A_ESR1"]
    assert (alone["covered_seconds"], alone["award_seconds"], alone["regup_mw"]) == (600, 600, 4.5)
    (blank,) = quarters(row(NOON, None, ecrs_mw=2), row(NOON + 3 * FIVE, 0))[:1]
    assert (blank["covered_seconds"], blank["award_seconds"], blank["ecrs_mw"]) == (0, 900, 2)
    assert alone["ecrs_mw"] is None


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 8), 23), (date(2025, 12, 20), 24), (date(2026, 11, 1), 25)]
)
def test_days_of_clock_changes(day, hours):
    start = datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)
    rows = []
    for n in range(hours * 12):
        local = (start + n * FIVE).astimezone(ZONE)
        flag = "Y" if local.fold else "N"
        rows.append(row(local.replace(tzinfo=None, fold=0), 12, repeated_hour_flag=flag))
    made = quarters(*rows)
    assert len(made) == hours * 4
    assert {q["covered_seconds"] for q in made} == {900}
    assert sum(q["discharged_mwh"] for q in made) == pytest.approx(12 * hours)
    assert made[0]["interval_start"] == start


def test_clock_times_that_do_not_occur_or_do_not_say_which_are_left_out():
    skipped = row(datetime(2026, 3, 8, 2, 30), 5)
    unclear = row(datetime(2026, 11, 1, 1, 30), 5, repeated_hour_flag=None)
    assert quarters(skipped) == quarters(unclear) == []


SECOND = {
    "_published_at": FIRST + timedelta(days=9),
    "_fetched_at": FIRST + timedelta(days=9),
    "_loaded_at": FIRST + timedelta(days=9),
    "_file_id": "second",
}


@pytest.mark.parametrize("published", [FIRST + timedelta(days=9), None])
def test_a_day_that_is_published_again_is_replaced(published):
    old = every_five_minutes(DAY, 50) + every_five_minutes(DAY, 50, resource="PHANTOM_ESR1")
    ten_seconds = timedelta(seconds=10)
    new = [
        r | SECOND | {"run_local_at": r["run_local_at"] + ten_seconds, "_published_at": published}
        for r in every_five_minutes(DAY, 10)
    ]
    made = quarters(*new, *old)  # in any order
    assert {q["resource"] for q in made} == {"A_ESR1"}
    assert sum(q["discharged_mwh"] for q in made) == pytest.approx(10 * (24 - 10 / 3600))
    assert {q["file_id"] for q in made} == {"second"}
    # builds look for what landed since: also what holds no more has landed
    assert {q["_loaded_at"] for q in made} == {SECOND["_loaded_at"]}


def test_a_part_of_a_day_replaces_its_own_rows_alone():
    made = quarters(*every_five_minutes(DAY, 50), row(NOON, 20) | SECOND)
    assert len(made) == 96
    by_start = {q["interval_start"]: q for q in made}
    noon = by_start[datetime(2026, 3, 19, 17, tzinfo=UTC)]
    assert noon["discharged_mwh"] == pytest.approx((20 + 50 + 50) / 12)
    assert noon["file_id"] == "second"
    assert sum(q["file_id"] == "first" for q in made) == 95


def test_loads_of_the_sites_of_batteries_alone():
    made = quarters(
        row(NOON, 5, side="GEN", resource="SITE_A_BES1"),
        row(NOON, -4, side="LOAD", resource="SITE_A_LD1"),
        row(NOON, -3, side="LOAD", resource="SITE_B_LD1"),
        row(NOON, -2, side="LOAD", resource="PLAIN"),
    )
    assert {(q["side"], q["resource"]) for q in made} == {
        ("GEN", "SITE_A_BES1"),
        ("LOAD", "SITE_A_LD1"),
    }


def test_loads_of_sites_that_have_no_other_telemetry_that_day():
    load = row(NOON, -4, side="LOAD", resource="SITE_A_LD1")
    other = row(NOON, 5, side="GEN", resource="SITE_B_BES1")
    table = pa.Table.from_pylist([load, other], SCHEMA)
    assert {q["side"] for q in day_quarters(table).to_pylist()} == {"GEN"}
    made = day_quarters(table, ["SITE_A"]).to_pylist()
    assert sum(q["charged_mwh"] for q in made) == pytest.approx(4 / 2)
    alone = day_quarters(pa.Table.from_pylist([load], SCHEMA))
    assert alone.num_rows == 0


def test_a_blank_reading_covers_nothing():
    readings = [row(NOON + n * FIVE, 9 if n == 0 else None, hsl_mw=10) for n in range(3)]
    (first, *_) = quarters(*readings, row(NOON + 3 * FIVE, 9))
    assert (first["run_count"], first["covered_seconds"]) == (3, 300)
    assert first["discharged_mwh"] == pytest.approx(9 / 12)
    # its next reading is blank: up to 10 MW taken instead of 9 delivered; then anything to 10 MW
    assert first["energy_bound_mwh"] == pytest.approx((19 * 5 + 10 * 10) / 60)


def plain(rows: list[dict]) -> dict:
    """Energy, seconds and runs per resource and quarter hour, one row after the other."""
    at = {id(r): r["run_local_at"].replace(tzinfo=ZONE).timestamp() for r in rows}
    runs = sorted({at[id(r)] for r in rows})
    midnight = datetime(2026, 3, 20, tzinfo=ZONE).timestamp()
    found: dict = {}
    for r in rows:
        begin = at[id(r)]
        later = [run for run in runs if run > begin]
        end = min(later[0] if later else midnight, begin + LONGEST_HOLD)
        while begin < end:
            quarter = begin // 900 * 900
            until = min(end, quarter + 900)
            cell = found.setdefault((r["resource"], quarter), [0.0, 0.0, 0, 0])
            cell[0] += max(r["output_mw"] or 0, 0) * (until - begin) / 3600
            cell[1] += max(-(r["output_mw"] or 0), 0) * (until - begin) / 3600
            cell[2] += 0 if r["output_mw"] is None else int(until - begin)
            cell[3] += 1
            begin = until
    return found


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A_ESR1", "B_ESR1", "C_ESR1"]),
            st.integers(0, 86_399),
            st.one_of(st.none(), st.floats(-100, 100)),
        ),
        min_size=1,
        max_size=60,
        unique_by=lambda r: r[:2],
    )
)
@settings(max_examples=100, deadline=None)
def test_the_same_as_a_plain_loop(readings):
    midnight = datetime(2026, 3, 19)
    rows = [
        row(midnight + timedelta(seconds=second), output, resource=resource)
        for resource, second, output in readings
    ]
    made = {
        (q["resource"], q["interval_start"].timestamp()): [
            q["discharged_mwh"] or 0, q["charged_mwh"] or 0, q["covered_seconds"], q["run_count"]
        ]
        for q in quarters(*rows)
    }  # fmt: skip
    expected = plain(rows)
    assert made.keys() == expected.keys()
    for key, values in expected.items():
        assert made[key] == pytest.approx(values, abs=1e-9)


@pytest.mark.parametrize(
    ("days", "fitted", "changed", "due"),
    [
        (2, 0, False, False),
        (3, 0, False, True),
        (5, 3, False, False),
        (6, 3, False, True),
        (13, 7, False, False),
        (13, 7, True, True),
        (29, 24, False, False),
        (30, 24, False, True),  # April is whole
        (30, 30, False, False),
    ],
)
def test_when_losses_are_fitted_to_a_month(days, fitted, changed, due):
    assert is_due(date(2026, 4, 1), days, fitted, changed) is due
