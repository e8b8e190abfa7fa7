"""Fetching with an account, from a mirror that stands for ERCOT's Public API."""

from __future__ import annotations

from pathlib import Path

from extract.catalogue import Feed, load_catalogue
from extract.index import Window
from extract.remote import from_operators
from extract.run import Run
from gridhouse.settings import Settings
from synthetic.mirror.ercot import API, TOKEN_PATH


def backfill(url: str, feed: Feed, data: Path, window: Window, max_new: int | None = None) -> Run:
    """What a mirror's Public API has for a window; the public list is not there."""
    settings = Settings(
        data=data,
        ercot_mis_url="http://127.0.0.1:1",
        ercot_mis_html_url="http://127.0.0.1:1",
        ercot_api_url=url + API,
        ercot_token_url=url + TOKEN_PATH,
        ercot_username="user",
        ercot_password="password",
        ercot_subscription_key="key",
        ercot_api_spacing_s=0.0,
        retry_base_s=0.01,
        retry_cap_s=0.02,
    )
    with Run(data, load_catalogue()) as run:
        from_operators(run, [feed], window, settings, max_new=max_new)
    return run
