"""The guard itself: what it stops, what it lets through, and that child processes have it."""

from __future__ import annotations

import asyncio
import http.server
import socket
import subprocess
import sys
import threading

import httpx
import pytest
from network_guard import NetworkBlockedError, is_local

# Reserved for documentation (RFC 5737, RFC 2606): nothing answers there, guard or no guard.
ADDRESS, NAME = "192.0.2.1", "market.example"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", "0.0.0.0", None])
def test_this_machine_is_local(host: str | None) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", [ADDRESS, NAME, "10.0.0.1", "2001:db8::1", b"market.example"])
def test_anything_else_is_not(host: str | bytes) -> None:
    assert not is_local(host)


def test_connections_and_names_are_stopped() -> None:
    with pytest.raises(NetworkBlockedError, match=ADDRESS):
        socket.create_connection((ADDRESS, 80), timeout=1)
    with pytest.raises(NetworkBlockedError, match=NAME):
        socket.getaddrinfo(NAME, 443)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with udp, pytest.raises(NetworkBlockedError):
        udp.sendto(b"", (ADDRESS, 53))


def test_httpx_is_stopped_in_both_forms() -> None:
    with pytest.raises(NetworkBlockedError):
        httpx.get(f"http://{ADDRESS}/", timeout=1)

    async def get() -> None:
        async with httpx.AsyncClient(timeout=1) as client:
            await client.get(f"http://{NAME}/")

    with pytest.raises(NetworkBlockedError):
        asyncio.run(get())


def test_a_server_on_this_machine_answers() -> None:
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    threading.Thread(target=server.handle_request, daemon=True).start()
    # The bare handler knows no method, which is an answer as good as any.
    assert httpx.get(f"http://127.0.0.1:{server.server_port}/").status_code == 501
    server.server_close()


def test_child_processes_have_it() -> None:
    code = f"import socket; socket.create_connection(({ADDRESS!r}, 80), timeout=1)"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert child.returncode == 1
    assert "NetworkBlockedError" in child.stderr
