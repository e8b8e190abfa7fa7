"""Settings: folders, base URLs, credentials and limits, from the environment and `.env`.

Every setting is a variable with the prefix `GRIDHOUSE_` (`GRIDHOUSE_DATA`, `GRIDHOUSE_CAISO_NODES`,
...); the environment wins over `.env`, and keys of `.env` that are not ours are ignored. Secrets
are `SecretStr`: printing a `Settings`, or an error about one, never shows them.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, NamedTuple, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from extract.unpack import Limits

GIB = 1024**3


class Rate(NamedTuple):
    """How hard one operator's server may be asked.

    `concurrency` requests under way at once, their starts at least `spacing_s` seconds apart.
    """

    concurrency: int
    spacing_s: float


# What each operator states or bears (docs/sources): OASIS throttles above one request in five
# seconds, ERCOT's API above 30 a minute.
DEFAULT_RATES = {
    "ercot_mis": Rate(4, 0.1),
    "ercot_api": Rate(1, 2.1),
    "ercot_token": Rate(1, 1.0),
    "caiso": Rate(1, 5.0),
    "nemweb": Rate(4, 0.05),
    "aemo": Rate(2, 0.5),
    "wem": Rate(4, 0.1),
    "apvi": Rate(1, 1.0),
    "bom": Rate(1, 1.0),
}


class Settings(BaseSettings):
    """All settings of one process; see the fields for names, units and defaults."""

    model_config = SettingsConfigDict(
        env_prefix="GRIDHOUSE_",
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,  # a wrong value may be a secret in the wrong variable
    )

    # Folders
    data: Path = Field(Path("data"), description="Both databases and the archive live here.")
    archive_dir: Path = Field(
        Path(), description="Original bytes of every file; <data>/archive when not set."
    )
    real_data: Path = Field(
        Path("../shared/data"), description="Real published files, read by tests alone."
    )

    truth: Path | None = Field(
        None, description="What a synthetic market knows, for the reports that compare with it."
    )

    # Base URLs: the operators', or a local mirror's
    ercot_mis_url: str = "https://www.ercot.com"
    ercot_mis_html_url: str = "https://mis.ercot.com"
    ercot_api_url: str = "https://api.ercot.com/api/public-reports"
    ercot_token_url: str = (
        "https://ercotb2c.b2clogin.com/ercotb2c.onmicrosoft.com/"
        "B2C_1_PUBAPI-ROPC-FLOW/oauth2/v2.0/token"
    )
    caiso_url: str = "https://oasis.caiso.com"
    nemweb_url: str = "https://nemweb.com.au"
    aemo_url: str = "https://www.aemo.com.au"
    wem_url: str = "https://data.wa.aemo.com.au"
    apvi_url: str = "https://pv-map.apvi.org.au"
    bom_url: str = "https://www.bom.gov.au"

    browser_agent: str = Field(
        "Mozilla/5.0 (X11; Linux x86_64) gridhouse",
        description="User agent for the sites that refuse other programs than browsers.",
    )

    # APVI's rooftop solar; without it that feed is passed over
    apvi_token: SecretStr | None = None

    # ERCOT Public API account; without it only what the public MIS list still shows can be had
    ercot_username: SecretStr | None = None
    ercot_password: SecretStr | None = None
    ercot_subscription_key: SecretStr | None = None
    ercot_client_id: SecretStr = Field(
        # Names ERCOT's application, not the account: published in its developer pages, the
        # same for every user.
        SecretStr("fec253ea-0d06-4272-a5e6-b478baeecd70"),
    )

    # What to ask for
    caiso_nodes: Annotated[tuple[str, ...] | None, NoDecode] = Field(
        None,
        description="Pricing nodes, comma separated, instead of those that a feed of the catalogue "
        "asks for; ALL or ALL_APNODES alone means that group.",
    )
    recheck_days: int = Field(
        15, ge=0, description="Days back that OASIS is asked again, once a day, for corrections."
    )

    # Politeness: empty means the operator's default, or no spacing when the URL is this machine
    ercot_mis_concurrency: int | None = Field(None, ge=1)
    ercot_mis_spacing_s: float | None = Field(None, ge=0)
    ercot_api_concurrency: int | None = Field(None, ge=1)
    ercot_api_spacing_s: float | None = Field(None, ge=0)
    caiso_concurrency: int | None = Field(None, ge=1)
    caiso_spacing_s: float | None = Field(None, ge=0)
    nemweb_concurrency: int | None = Field(None, ge=1)
    nemweb_spacing_s: float | None = Field(None, ge=0)
    wem_concurrency: int | None = Field(None, ge=1)
    wem_spacing_s: float | None = Field(None, ge=0)

    # Time limits, seconds
    connect_timeout_s: float = Field(15, gt=0)
    read_timeout_s: float = Field(120, gt=0, description="Longest silence of a server.")
    download_timeout_s: float = Field(1800, gt=0, description="Longest time for one body.")
    retry_tries: int = Field(6, ge=1, description="Tries for one request, the first included.")
    retry_base_s: float = Field(1.0, ge=0, description="First back-off; it doubles each time.")
    retry_cap_s: float = Field(60.0, ge=0, description="Longest single back-off.")
    retry_total_s: float = Field(900.0, ge=0, description="Give up on one request after this.")
    lock_wait_s: float = Field(30.0, ge=0, description="Wait for a locked database file.")

    # Size limits
    max_listing_bytes: int = Field(64 * 1024**2, gt=0)
    max_file_bytes: int = Field(2 * GIB, gt=0)
    max_unpacked_bytes: int = Field(Limits().unpacked_bytes, gt=0)
    max_unpack_ratio: int = Field(Limits().ratio, gt=1)

    memory: str = Field(
        "4GB",
        pattern=r"^\d+(\.\d+)? ?[KMGT]i?B$",
        description="What DuckDB may take in a build before it writes to disk.",
    )
    traceback: bool = Field(False, description="Show where an unexpected error arose.")

    @field_validator("data")
    @classmethod
    def _check_folder(cls, value: Path) -> Path:
        # dlt and dbt write it into SQL as it is, and dbt takes the database's name, and whether it
        # is a lake, from it as from a URL
        if unfit := [text for text in ("'", "#", "?", "ducklake:") if text in str(value.resolve())]:
            raise ValueError(f"the folder's path has a {unfit[0]} in it; take a folder without one")
        return value

    @field_validator("truth", mode="before")
    @classmethod
    def _check_truth(cls, value: Path | str | None) -> Path | None:
        if not value:
            return None
        lacking = [t for t in ("ptdf_rows", "zone_states") if not Path(value, t).is_dir()]
        if lacking or "'" in str(Path(value).resolve()):
            raise ValueError(
                f"{value} has no {' and '.join(lacking) or 'path without apostrophe'}: "
                "give the folder `truth` that `gridhouse synth` wrote"
            )
        return Path(value)

    @field_validator("caiso_nodes", mode="before")
    @classmethod
    def _split_nodes(cls, value: object) -> object:
        if isinstance(value, str):
            value = tuple(part.strip() for part in value.split(",") if part.strip())
        return value or None

    @field_validator(
        "ercot_mis_url",
        "ercot_mis_html_url",
        "ercot_api_url",
        "ercot_token_url",
        "caiso_url",
        "nemweb_url",
        "aemo_url",
        "wem_url",
        "apvi_url",
        "bom_url",
    )
    @classmethod
    def _check_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("a base URL starts with http:// or https:// and names a host")
        if parts.username or parts.password:
            raise ValueError("a base URL holds no user name or password; use the settings for it")
        if parts.query or parts.fragment:
            raise ValueError("a base URL has no query and no fragment")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _fill_and_check(self) -> Self:
        if "archive_dir" not in self.model_fields_set:
            object.__setattr__(self, "archive_dir", self.data / "archive")
        for name in ("ercot_api_url", "ercot_token_url"):
            url = getattr(self, name)
            if url.startswith("http:") and not is_loopback(url):
                raise ValueError(f"{name} must be https: the password and the key travel to it")
        return self

    @property
    def ercot_api_missing(self) -> list[str]:
        """The variables that the ERCOT Public API still needs; empty when it can be used."""
        needed = ("ercot_username", "ercot_password", "ercot_subscription_key")
        return [
            f"GRIDHOUSE_{name.upper()}"
            for name in needed
            if (secret := getattr(self, name)) is None or not secret.get_secret_value()
        ]

    @property
    def ercot_api_ready(self) -> bool:
        return not self.ercot_api_missing

    def rate(self, lane: str, url: str) -> Rate:
        """The rate for a lane of `DEFAULT_RATES` whose server is at `url`."""
        default = DEFAULT_RATES[lane]
        concurrency = getattr(self, f"{lane}_concurrency", None)
        spacing = getattr(self, f"{lane}_spacing_s", None)
        if spacing is None:  # a mirror on this machine needs no pauses
            spacing = 0.0 if is_loopback(url) else default.spacing_s
        return Rate(default.concurrency if concurrency is None else concurrency, spacing)


def is_loopback(url: str) -> bool:
    """Whether a URL points at this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name, not an address
        return False
