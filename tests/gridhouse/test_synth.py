"""`gridhouse synth`: writes a market, says what and how to land it, and adds days to it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.gridhouse.conftest import Command

# 60 points; a run each five minutes on the average
DAY = ("synth", "--points", "60", "--start", "2026-06-15")


def test_what_is_written_lands_and_further_days_add(gridhouse: Command, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    said = gridhouse(*DAY, "--to", str(folder)).stdout
    for line in ("ercot_np6_905_cd 96 6,144", "ercot_np3_565_cd 24 12,924", "truth/ptdf_rows"):
        assert line in " ".join(said.split())
    assert f"gridhouse extract --from {folder / 'ercot'}" in said
    assert f"gridhouse mirror --folder {folder}" in said

    land = ("extract", "--from", str(folder / "ercot"), "--json")
    first = json.loads(gridhouse(*land).stdout)
    assert first["ok"] and not first["extract"]["not_recognised"]
    files = {feed: done["files"] for feed, done in first["extract"]["feeds"].items()}
    assert sum(files.values()) == len(list((folder / "ercot").rglob("*.zip")))
    assert len(files) == 15

    before = {p: p.read_bytes() for p in folder.rglob("*.zip")}
    gridhouse("synth", "--points", "60", "--start", "2026-06-16", "--to", str(folder))
    after = {p: p.read_bytes() for p in folder.rglob("*.zip")}
    assert before.items() < after.items()
    again = json.loads(gridhouse(*land).stdout)["extract"]["feeds"]
    assert sum(done["files"] for done in again.values()) == len(after) - len(before)


def test_what_makes_no_sense_is_refused(gridhouse: Command, tmp_path: Path) -> None:
    held, mine = tmp_path / "held", tmp_path / "mine"
    gridhouse(*DAY, "--to", str(held))
    mine.mkdir()
    (mine / "notes.txt").write_text("mine")
    for folder, more, reason in (
        (held, ["--seed", "8"], "holds market small, seed 7, points 60"),
        (held, ["--market", "ci"], "holds market small, seed 7, points 60"),
        (mine, [], "is not empty"),
        (mine / "notes.txt", [], "notes.txt is a file: give a folder"),
        (mine / "notes.txt" / "below", [], "notes.txt is a file: give a folder"),
        (tmp_path / "new", ["--market", "large"], "known: small, ci, year"),
        (tmp_path / "new", ["--days", "0"], "days must be at least 1"),
        (tmp_path / "new", ["--start", "15.6.2026"], "'15.6.2026' is not a day"),
    ):
        assert reason in gridhouse(*DAY, "--to", str(folder), *more, code=2).stderr
    assert not (tmp_path / "new").exists()
    assert (mine / "notes.txt").read_text() == "mine"
