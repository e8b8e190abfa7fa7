"""The bearer token of ERCOT's Public API: signed in once, renewed before it runs out.

The user name, the password, the token and the key appear in no message, log or repr.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from extract.polite import Trouble

if TYPE_CHECKING:
    from extract.polite import PoliteClient
    from gridhouse.settings import Settings

LIFETIME_S = 3600.0  # ERCOT's figure; an answer may state a shorter one
RENEW_BEFORE_S = 300.0


class ErcotToken:
    """Headers that authorize one request to the Public API."""

    def __init__(self, client: PoliteClient, settings: Settings):
        self._client = client
        self._settings = settings
        self._lock = asyncio.Lock()
        self._token = ""
        self._good_until = float("-inf")  # on the client's clock

    def __repr__(self) -> str:
        return "ErcotToken(...)"

    async def headers(self) -> dict[str, str]:
        """Authorization and subscription key. Raises Trouble when the sign-in is refused."""
        missing = self._settings.ercot_api_missing
        if missing:
            raise Trouble(
                "http_error", f"ERCOT's Public API needs an account: set {', '.join(missing)}"
            )
        async with self._lock:  # one sign-in, however many downloads wait for it
            if self._client.clock() >= self._good_until:
                await self._sign_in()
        key = self._settings.ercot_subscription_key
        return {
            "Authorization": f"Bearer {self._token}",
            "Ocp-Apim-Subscription-Key": key.get_secret_value() if key else "",
        }

    def forget(self) -> None:
        """The server refused the token: sign in again for the next request."""
        self._good_until = float("-inf")

    async def _sign_in(self) -> None:
        settings = self._settings
        client_id = settings.ercot_client_id.get_secret_value()
        username, password = settings.ercot_username, settings.ercot_password
        form = {
            "grant_type": "password",
            "username": username.get_secret_value() if username else "",
            "password": password.get_secret_value() if password else "",
            "response_type": "id_token",
            "scope": f"openid {client_id} offline_access",
            "client_id": client_id,
        }
        asked_at = self._client.clock()
        try:
            answer = await self._client.read(
                settings.ercot_token_url,
                method="POST",
                body=urlencode(form).encode(),
                headers={"Content-Type": "application/x-www-form-urlencoded"},
            )
        except Trouble as trouble:
            # The answer may repeat what was sent: only its error code is passed on.
            code = re.search(r"AADB2C\d+", trouble.detail)
            raise Trouble(
                trouble.outcome,
                f"ERCOT refused or failed the sign-in at {settings.ercot_token_url} "
                f"(status {trouble.status}, code {code.group() if code else 'none'}); check "
                "GRIDHOUSE_ERCOT_USERNAME and GRIDHOUSE_ERCOT_PASSWORD",
                status=trouble.status,
            ) from None
        self._token, lifetime = _read_token(answer.content, settings.ercot_token_url)
        self._good_until = asked_at + max(lifetime - RENEW_BEFORE_S, lifetime / 2)


def _read_token(content: bytes, url: str) -> tuple[str, float]:
    try:
        answer = json.loads(content)
        token = answer["id_token"]
        lifetime = float(answer.get("expires_in") or answer.get("id_token_expires_in") or 0)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Trouble(
            "http_error", f"{url} answered without an id_token; the account may lack access"
        ) from None
    if not isinstance(token, str) or not token:
        raise Trouble("http_error", f"{url} answered with an empty id_token")
    return token, min(lifetime, LIFETIME_S) if lifetime > 0 else LIFETIME_S
