"""Addresses without the secrets in their query: for messages, the ledger and the manifest."""

from __future__ import annotations

import re

_NAMES = r"access_token|auth_token|token|api[-_]?key|subscription[-_]key|password|signature|sig"
_VALUE = r"[^&#\s'\"]*(?<![,;:)])"  # a sentence may go on behind it
_SECRETS = re.compile(rf"([?&])(?:(?:{_NAMES})={_VALUE}&?)+", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """`text`, an address or a sentence with some, without the parameters that are secrets."""
    return _SECRETS.sub(lambda m: m[1] if m[0].endswith("&") else "", text)
