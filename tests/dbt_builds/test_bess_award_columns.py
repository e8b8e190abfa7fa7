"""A column of awards that was read wrong stops the build; a product nobody could win does not."""

from __future__ import annotations

import pytest

from tests.dbt_builds.disclosures import write
from tests.dbt_builds.test_bess_lines import gen

pytestmark = pytest.mark.slow

CHECK = "assert_no_award_column_is_empty"
AWARDS = {
    "awarded_quantity": 1,
    "regup_awarded": 1,
    "regup_mcpc": 2,
    "regdown_awarded": 1,
    "regdown_mcpc": 2,
    "rrspfr_awarded": 1,
    "rrsffr_awarded": 1,
    "rrs_mcpc": 2,
    "ecrssd_awarded": 1,
    "ecrs_mcpc": 2,
    "nonspin_awarded": 1,
    "nonspin_mcpc": 2,
}
TABLE = "intermediate.int_bess__dam_awards"


def test_each_column_alone(warehouse, tmp_path):
    # fifty batteries, of which one is awarded everything
    rows = [gen(1, resource=f"S{n}_BES1", **(AWARDS if n == 0 else {})) for n in range(50)]
    write(tmp_path, "np3_966_er__gen_resources", "31-MAR-25", rows)
    warehouse.land_folder(tmp_path)
    warehouse.build("+int_bess__dam_awards")
    warehouse.sql(f"create table kept as from {TABLE}")

    def holds(change: str) -> bool:
        warehouse.sql(f"delete from {TABLE}; insert into {TABLE} from kept; {change}")
        return warehouse.dbt("test", CHECK).ok

    assert holds("")
    quantities = ["energy", "regup", "regdn", "rrspfr", "ecrssd", "nspin"]
    for quantity in quantities:  # its price stands beside the empty column
        assert not holds(f"update {TABLE} set {quantity}_mw = 0")
    # both kinds of responsive reserve have one price: nobody need have won the fast one
    no_fast = f"update {TABLE} set rrsffr_mw = 0"
    assert holds(no_fast)
    next_day = "select * replace (market_date + 1 as market_date) from kept"
    assert not holds(f"{no_fast}; insert into {TABLE} {next_day}")
    assert not holds(f"update {TABLE} set ecrssd_mw = null")
    unpriced = f"update {TABLE} set nspin_mw = null, nspin_price = null"
    assert holds(unpriced)  # as if it was not bought
    for days, near in ((30, True), (31, False), (-30, True)):
        another = f"insert into {TABLE} select * replace (market_date + ({days}) as market_date)"
        assert holds(f"{unpriced}; {another} from kept") is not near
    # forty-nine may well win nothing
    assert holds(f"update {TABLE} set nspin_mw = 0; delete from {TABLE} where resource = 'S9_BES1'")
    # before its first day nobody could win contingency reserve, after it somebody did
    first = "set market_date = date '2023-06-09', ecrssd_mw = null, ecrs_price = null"
    next_day = "select * replace (date '2023-06-10' as market_date) from kept"
    assert holds(f"update {TABLE} {first}; insert into {TABLE} {next_day}")
    first = first.replace("06-09", "06-11")
    assert not holds(f"update {TABLE} {first}; insert into {TABLE} {next_day}")
