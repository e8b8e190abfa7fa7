"""A synthetic market with known truth, written in the operators' own file formats.

`write` makes files and their truth, `samples` the small set that `make run` uses, and
`synthetic.mirror` serves a folder of files, synthetic or real, under the operators' URL shapes.
"""

from synthetic.samples import SAMPLE_DAYS, samples, two_batches, windows
from synthetic.truth import Truth
from synthetic.writing import FEEDS, OPERATORS, POINTS, Summary, write, write_corrections

__all__ = [
    "FEEDS",
    "OPERATORS",
    "POINTS",
    "SAMPLE_DAYS",
    "Summary",
    "Truth",
    "samples",
    "two_batches",
    "windows",
    "write",
    "write_corrections",
]
