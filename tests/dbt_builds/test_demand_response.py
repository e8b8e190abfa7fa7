"""Demand response is load not taken: neither a region's generation nor in its intensity."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.ci]

START = "timestamptz '2026-01-14 07:00:00+00'"


def test_a_region_generates_without_its_demand_response(warehouse):
    """SA1: 900 MW of gas at 0.5 t/MWh and 100 MW of response, 60 MW of them to VIC1."""
    warehouse.build("+fct_region_intervals")
    at = (
        f"'NEM' as iso, {START} as interval_start, {START} + interval 5 minutes as interval_end, "
        "5 as interval_minutes, date '2026-01-14' as market_date, now() as _built_at"
    )
    warehouse.sql(
        f"""
        insert into marts.fct_fuel_intervals by name
        select {at}, location, fuel_tech, power_mw, power_mw / 12 as energy_mwh,
            power_mw / 12 as emissions_energy_mwh, factor * power_mw / 12 as emissions_t
        from (values
            ('SA1', 'GAS_CCGT', 900.0, 0.5), ('SA1', 'AGGREGATOR_DR', 100.0, 0.0),
            ('SA1', 'SOLAR_ROOFTOP', 300.0, 0.0), ('VIC1', 'COAL_BROWN', 1000.0, 1.2)
        ) as f (location, fuel_tech, power_mw, factor);
        insert into marts.fct_border_intervals by name
        select {at}, from_location, to_location, flow_mw, flow_mw / 12 as energy_mwh
        from (values
            ('SA1', 'VIC1', 60.0), ('VIC1', 'SA1', -60.0)
        ) as b (from_location, to_location, flow_mw);
        """
    )
    warehouse.build("fct_flow_emission_intervals", "fct_region_intervals")
    ((generated, mwh, emitted, intensity, exported),) = warehouse.sql(
        "select generation_mw, generation_mwh, generation_emissions_t, mix_intensity, "
        "exports_emissions_t from marts.fct_region_intervals where location = 'SA1'"
    )
    assert (generated, mwh, emitted) == (900, 75, 37.5)
    assert intensity == pytest.approx(0.5, abs=1e-9)
    assert exported == pytest.approx(60 / 12 * 0.5, abs=1e-9)
