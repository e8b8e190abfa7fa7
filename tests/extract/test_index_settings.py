"""Settings: defaults, environment, `.env`, refusals, and that secrets stay secret."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from pydantic import ValidationError

from extract.unpack import Limits
from gridhouse.settings import Rate, Settings, is_loopback

SECRET = "s3cret-value"


def test_defaults() -> None:
    settings = Settings()
    assert settings.data == Path("data") and settings.archive_dir == Path("data/archive")
    assert settings.caiso_nodes is None  # the feeds name theirs
    assert settings.max_unpack_ratio == 500 == Limits().ratio
    assert settings.max_file_bytes == 2 * 1024**3 and settings.recheck_days == 15
    assert settings.rate("caiso", settings.caiso_url) == Rate(1, 5.0)
    assert settings.rate("ercot_api", settings.ercot_api_url) == Rate(1, 2.1)
    assert not settings.ercot_api_ready


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDHOUSE_DATA", "/somewhere")
    monkeypatch.setenv("GRIDHOUSE_CAISO_NODES", "A-APND, B-APND,")
    monkeypatch.setenv("GRIDHOUSE_NEMWEB_URL", "http://127.0.0.1:8123/")
    monkeypatch.setenv("GRIDHOUSE_CAISO_SPACING_S", "6.5")
    settings = Settings()
    assert settings.archive_dir == Path("/somewhere/archive")
    assert settings.caiso_nodes == ("A-APND", "B-APND")
    assert settings.nemweb_url == "http://127.0.0.1:8123"
    assert settings.rate("nemweb", settings.nemweb_url) == Rate(4, 0.0)  # a mirror: no pauses
    assert settings.rate("caiso", settings.caiso_url) == Rate(1, 6.5)
    assert settings.rate("caiso", "http://127.0.0.1:1") == Rate(1, 6.5)  # said, so kept


@pytest.mark.parametrize("sign", ["'", "#", "?", "ducklake:"])
def test_a_folder_that_cannot_stand_in_sql_or_a_url_is_refused(tmp_path: Path, sign: str) -> None:
    with pytest.raises(ValueError, match=f"has a {re.escape(sign)} in it"):
        Settings(data=tmp_path / f"a{sign}b" / "data")


def test_a_folder_of_other_signs_is_taken(tmp_path: Path) -> None:
    folder = Settings(data=tmp_path / 'a "b" {{ c }} $é;%20&' / "data").data
    named = DuckDBCredentials.path_derived_database_name(folder / "gridhouse.duckdb")
    assert named == "gridhouse"


def test_an_empty_list_of_nodes_is_none() -> None:
    assert Settings(caiso_nodes="").caiso_nodes is None
    assert Settings(caiso_nodes=" , ").caiso_nodes is None


def test_env_file_with_keys_of_others(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(f"OTHER=1\nGRIDHOUSE_UNKNOWN=2\nGRIDHOUSE_ERCOT_PASSWORD={SECRET}\n")
    settings = Settings(_env_file=file)
    assert settings.ercot_password is not None
    assert settings.ercot_password.get_secret_value() == SECRET
    assert settings.ercot_api_missing == [
        "GRIDHOUSE_ERCOT_USERNAME",
        "GRIDHOUSE_ERCOT_SUBSCRIPTION_KEY",
    ]


def test_secrets_are_not_shown() -> None:
    settings = Settings(ercot_username=SECRET, ercot_password=SECRET, ercot_subscription_key=SECRET)
    assert settings.ercot_api_ready
    shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert SECRET not in shown


def test_a_refused_value_is_not_shown() -> None:
    for name in ("ercot_api_url", "max_file_bytes", "recheck_days"):
        with pytest.raises(ValidationError) as caught:
            Settings(**{name: SECRET})
        assert name in str(caught.value) and SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["nemweb.com.au", "ftp://nemweb.com.au", "https://", "https://a:b@host", "https://host/?a=1"],
)
def test_refused_base_urls(url: str) -> None:
    with pytest.raises(ValidationError):
        Settings(nemweb_url=url)


def test_credentials_travel_only_encrypted_or_to_this_machine() -> None:
    with pytest.raises(ValidationError, match="https"):
        Settings(ercot_token_url="http://example.org/token")
    with pytest.raises(ValidationError, match="https"):
        Settings(ercot_api_url="http://example.org/api")
    assert Settings(ercot_token_url="http://127.0.0.1:1/t", ercot_api_url="http://localhost:2/api")


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("http://127.0.0.1:80/x", True),
        ("http://127.9.9.9", True),
        ("http://localhost", True),
        ("http://[::1]:8", True),
        ("https://example.org", False),
        ("http://10.0.0.1", False),
        ("http://127.0.0.1.example.org", False),
    ],
)
def test_is_loopback(url: str, wanted: bool) -> None:
    assert is_loopback(url) is wanted
