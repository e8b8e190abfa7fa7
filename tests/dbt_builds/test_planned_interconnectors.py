"""An interconnector of which only a plan is known is expected from its first whole day on file."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.dbt_builds.conftest import DAY, Warehouse

pytestmark = [pytest.mark.slow, pytest.mark.ci]

DAYS = [DAY + timedelta(n) for n in range(3)]
FACT = "marts.fct_interchange_intervals_revisions"
TABLE = "select * exclude (_built_at) from marts.fct_border_intervals order by all"


def flows(warehouse: Warehouse) -> list[tuple]:
    return warehouse.sql(
        "select distinct market_date, expected_interface_count, flow_mw is not null "
        "from marts.fct_border_intervals where from_location = 'NSW1' and to_location = 'QLD1' "
        "order by all"
    )


@pytest.mark.parametrize(("hours", "expected_on_the_first"), [((0, 1), 2), ((10, 11), 1)])
def test_its_first_day_may_land_after_later_ones(
    warehouse: Warehouse, hours: tuple[int, int], expected_on_the_first: int
) -> None:
    def take_in(day) -> None:
        warehouse.land("nem_dispatchis", day, hours)
        warehouse.build("+fct_interchange_intervals_revisions", "+fct_price_intervals_revisions")

    warehouse.sql("update ref.interconnectors set is_planned = true where interface = 'N-Q-MNSP1'")
    for day in DAYS[1:]:
        take_in(day)
    # the files of these days do not list it
    warehouse.sql(f"delete from {FACT} where interface = 'N-Q-MNSP1'")
    warehouse.build("dim_interconnector", "fct_border_intervals")
    assert flows(warehouse) == [(day, 1, True) for day in DAYS[1:]]

    take_in(DAYS[0])
    warehouse.build("dim_interconnector", "fct_border_intervals")
    first, *later = flows(warehouse)
    assert first == (DAYS[0], expected_on_the_first, True)
    assert later == [(day, 2, False) for day in DAYS[1:]]  # as in one load of the three
    table = warehouse.sql(TABLE)
    warehouse.build("fct_border_intervals", whole=True)
    assert warehouse.sql(TABLE) == table
