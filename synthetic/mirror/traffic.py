"""What was asked and when, so that tests can see how polite a client is."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any

# The groups are the sites of the operators: politeness is per site.
SITES = {
    "ercot_mis": ("/misapp/", "/misdownload/"),
    "ercot_api": ("/api/public-reports",),
    "ercot_token": ("/ercotb2c",),
    "caiso": ("/oasisapi/",),
    "nemweb": ("/reports/", "/data_archive/"),
}
_KEPT = 100_000


def site(path: str) -> str:
    """Site of a path: a key of `SITES`, or `other`."""
    lower = path.lower()
    for name, prefixes in SITES.items():
        if lower.startswith(prefixes):
            return name
    return "other"


class Traffic:
    """A log of requests, and the slots of rate-limited sites."""

    def __init__(self, seconds_between: dict[str, float] | None = None):
        """`seconds_between` gives the least time between two requests to a site, by site."""
        unknown = set(seconds_between or {}) - set(SITES)
        if unknown:
            raise ValueError(
                f"unknown site {', '.join(sorted(unknown))}; known: {', '.join(SITES)}"
            )
        self.seconds_between = dict(seconds_between or {})
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forget every request."""
        with self._lock:
            self._requests: deque[dict[str, Any]] = deque(maxlen=_KEPT)
            self._under_way: dict[str, int] = {}
            self._last: dict[str, float] = {}

    def arrive(self, method: str, path: str, query: str) -> tuple[dict[str, Any], bool]:
        """Note a request; False if it comes too soon after the one before at its site."""
        name, now = site(path), time.time()
        with self._lock:
            self._under_way[name] = self._under_way.get(name, 0) + 1
            entry = {
                "at": now,
                "site": name,
                "method": method,
                "path": path,
                "query": query,
                "under_way": self._under_way[name],
                "status": None,
                "fault": None,
                "bytes": 0,
                "seconds": None,
            }
            self._requests.append(entry)
            gap = self.seconds_between.get(name, 0.0)
            soon = gap > 0 and now - self._last.get(name, 0.0) < gap
            if not soon:
                self._last[name] = now
            return entry, not soon

    def leave(self, entry: dict[str, Any]) -> None:
        """Note that the answer is sent (or given up)."""
        with self._lock:
            entry["seconds"] = time.time() - entry["at"]
            # a reset while the request was under way has forgotten it
            if self._under_way.get(entry["site"]):
                self._under_way[entry["site"]] -= 1

    def stats(self, prefix: str = "") -> dict[str, Any]:
        """Counts, statuses and times by folder of the path, for paths that start with `prefix`.

        Times are seconds since 1970, in order of arrival; `most_under_way` is the largest number of
        requests that a site had open at once.
        """
        with self._lock:
            chosen = [dict(r) for r in self._requests if r["path"].startswith(prefix)]
        prefixes: dict[str, dict[str, Any]] = {}
        sites: dict[str, dict[str, Any]] = {}
        for r in chosen:
            for group, key in ((prefixes, r["path"].rsplit("/", 1)[0] + "/"), (sites, r["site"])):
                entry = group.setdefault(
                    key, {"count": 0, "statuses": {}, "times": [], "most_under_way": 0}
                )
                entry["count"] += 1
                status = str(r["status"])
                entry["statuses"][status] = entry["statuses"].get(status, 0) + 1
                entry["times"].append(r["at"])
                entry["most_under_way"] = max(entry["most_under_way"], r["under_way"])
        return {"total": len(chosen), "sites": sites, "prefixes": prefixes, "requests": chosen}
