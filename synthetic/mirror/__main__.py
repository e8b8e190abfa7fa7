"""`python -m synthetic.mirror --folder F --port P`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from synthetic.mirror import serve
from synthetic.mirror.faults import from_json


def main(arguments: list[str] | None = None) -> int:
    """Parse the arguments and serve; 2 for a wrong folder, port or fault file."""
    parser = argparse.ArgumentParser(
        prog="python -m synthetic.mirror",
        description="Serve a folder of files under the URL shapes of ERCOT, CAISO and NEMWEB.",
    )
    parser.add_argument("--folder", required=True, type=Path)
    parser.add_argument("--port", default=8090, type=int, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--faults", type=Path, help="JSON file with the rules of misbehaviour")
    parser.add_argument(
        "--seconds-between",
        action="append",
        default=[],
        metavar="SITE=SECONDS",
        help="least time between two requests to a site, for example caiso=5",
    )
    given = parser.parse_args(arguments)
    try:
        faults = from_json(json.loads(given.faults.read_text())) if given.faults else None
        pairs = (text.partition("=") for text in given.seconds_between)
        serve(
            given.folder,
            given.port,
            given.host,
            faults,
            {site: float(seconds) for site, _, seconds in pairs},
        )
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
