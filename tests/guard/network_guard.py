"""Keeps the test run off the network: only this machine may be reached.

`tests/conftest.py` installs the guard in pytest itself; `sitecustomize.py` beside this file does so
in the child processes (dbt, gridhouse, the mirror).
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

_LOCAL_NAMES = {"", "localhost", "localhost.localdomain", "ip6-localhost"}
_installed = False


class NetworkBlockedError(RuntimeError):
    """A test tried to reach something other than this machine.

    It is no OSError, so code that retries on network errors cannot hide it.
    """


def is_local(host: str | bytes | None) -> bool:
    """Whether `host` is this machine: a loopback address, a wildcard to bind, or a local name."""
    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name.lower() in _LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _require_local(host: str | bytes | None) -> None:
    if not is_local(host):
        raise NetworkBlockedError(
            f"A test tried to reach {host!r}. No test touches the network: "
            "serve the file with the local mirror and set the base URL to it."
        )


def install() -> None:
    """Wrap what opens connections and resolves names. A second call changes nothing."""
    global _installed
    if _installed:
        return
    _installed = True
    plain = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex", "sendto")}
    resolve = socket.getaddrinfo

    def guarded(name: str) -> Any:
        def call(self: socket.socket, *args: Any) -> Any:
            # The address is the last argument of each of the three; a local socket's is a path.
            if self.family in (socket.AF_INET, socket.AF_INET6):
                _require_local(args[-1][0])
            return plain[name](self, *args)

        return call

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        _require_local(host)
        return resolve(host, *args, **kwargs)

    for name in plain:
        setattr(socket.socket, name, guarded(name))
    socket.getaddrinfo = guarded_getaddrinfo
