"""The local mirror: a folder of files under the operators' own URL shapes, over real HTTP.

`start` runs it in a thread (tests, `make run`), `serve` in the foreground (`gridhouse mirror`).
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import uvicorn

from synthetic.mirror.app import App, Settings
from synthetic.mirror.ercot import API, TOKEN_PATH, Credentials
from synthetic.mirror.faults import Fault, from_json

__all__ = ["Credentials", "Fault", "Mirror", "base_urls", "serve", "start"]

Faults = Sequence[Fault | dict[str, Any]]


def base_urls(url: str) -> dict[str, str]:
    """Settings that point the extractor at a mirror; values a shell can export."""
    return {
        "GRIDHOUSE_ERCOT_MIS_URL": url,
        "GRIDHOUSE_ERCOT_MIS_HTML_URL": url,
        "GRIDHOUSE_ERCOT_API_URL": url + API,
        "GRIDHOUSE_ERCOT_TOKEN_URL": url + TOKEN_PATH,
        "GRIDHOUSE_CAISO_URL": url,
        "GRIDHOUSE_NEMWEB_URL": url,
        "GRIDHOUSE_AEMO_URL": url,
        "GRIDHOUSE_WEM_URL": url,
        "GRIDHOUSE_APVI_URL": url,
        "GRIDHOUSE_BOM_URL": url,
    }


def _rules(faults: Faults | None) -> list[Fault]:
    return [f if isinstance(f, Fault) else from_json([f])[0] for f in faults or ()]


class Mirror:
    """A running mirror. Use as a context manager, or call `stop`."""

    def __init__(self, app: App, host: str, port: int):
        self._app = app
        self._socket = _bind(host, port)
        self.host, self.port = host, self._socket.getsockname()[1]
        self._server = uvicorn.Server(_config(app))
        self._thread = threading.Thread(target=self._run, name="mirror", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + 20
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError(f"mirror: the server did not start on {self.url}")
            time.sleep(0.005)

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])

    @property
    def url(self) -> str:
        """scheme://host:port, without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        """The settings that point the extractor here."""
        return base_urls(self.url)

    def set_faults(self, faults: Faults) -> None:
        """Put these rules in force instead of the present ones."""
        self._app.faults.replace(_rules(faults))

    def clear_faults(self) -> None:
        """Behave from now on."""
        self._app.faults.replace([])

    def faults(self) -> list[dict[str, Any]]:
        """The rules in force, each with the number of requests it matched."""
        return self._app.faults.listed()

    def stats(self, prefix: str = "") -> dict[str, Any]:
        """Requests so far, as `GET /__mirror__/stats` gives them."""
        return self._app.traffic.stats(prefix)

    def reset_stats(self) -> None:
        """Forget the requests so far."""
        self._app.traffic.reset()

    def stop(self) -> None:
        """Stop serving; open answers are dropped."""
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(timeout=10)
        self._socket.close()

    def __enter__(self) -> Mirror:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _bind(host: str, port: int) -> socket.socket:
    # naming the protocol lets asyncio switch Nagle's delay off, 40 ms per answer otherwise
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise OSError(f"mirror: cannot listen on {host}:{port}: {error.strerror}") from error
    return bound


def _config(app: App) -> uvicorn.Config:
    # a cut answer is meant; uvicorn would report each as an error
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    return uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", loop="asyncio")


def start(
    folder: Path | str,
    port: int = 0,
    faults: Faults | None = None,
    *,
    host: str = "127.0.0.1",
    seconds_between: dict[str, float] | None = None,
    credentials: Credentials | None = None,
    now: Callable[[], datetime] | None = None,
) -> Mirror:
    """Serve `folder` in a thread; port 0 takes a free one.

    Args:
        faults: rules in force from the start: `Fault`s or dictionaries with its fields.
        seconds_between: least seconds between two requests, by site (`caiso`, `ercot_api`, ...).
        credentials: what the Public API accepts; default anything that is not empty.
        now: time of OASIS requests, see `Settings`.

    Raises:
        FileNotFoundError: no such folder.
        OSError: the port is taken.
        ValueError: a fault or a site that is not known.
    """
    settings = Settings(
        _rules(faults), dict(seconds_between or {}), credentials or Credentials(), now
    )
    return Mirror(App(folder, settings), host, port)


def serve(
    folder: Path | str,
    port: int,
    host: str,
    faults: Faults | None = None,
    seconds_between: dict[str, float] | None = None,
) -> None:
    """Print the settings to export and serve `folder` until interrupted. Raises as `start`."""
    app = App(folder, Settings(_rules(faults), dict(seconds_between or {})))
    bound = _bind(host, port)
    url = f"http://{host}:{bound.getsockname()[1]}"
    print(f"mirror of {Path(folder).resolve()} on {url}; stop with Ctrl-C. Settings:", flush=True)
    for name, value in base_urls(url).items():
        print(f"export {name}={value}", flush=True)
    uvicorn.Server(_config(app)).run(sockets=[bound])
