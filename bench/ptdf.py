"""Shift factors of 1,000 nodes at 10 penalties against scikit-learn, in one run.

    python bench/ptdf.py            both sizes
    python bench/ptdf.py 10000      one of them

300 constraints that bind together and in spells, T = 10,000 and 100,000 intervals. The peers are
what people write, `enet_path` for each node (5 nodes, extrapolated), and the best that scikit-learn
can do: `enet_path` with a Gram that all nodes share, on two threads, on the same scaled problem and
penalties. Ours: `accumulate` and `elastic_net_path`, compiled. Ours and the shared Gram in turn,
the least of three each. Limits: 0.8 of the shared Gram (both without making it), 1/30 and 1/150 of
the loop (ours with the sums), objectives within 1e-6 of a node's variance, and memory for the sums
that is at most a quarter of the prices'.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy.signal import lfilter
from scipy.sparse import csr_array

from python_models.ptdf.gram import accumulate, moments
from python_models.ptdf.solver import elastic_net_path, largest_penalties

CONSTRAINTS, NODES, PENALTIES, LOOPED, ROUNDS = 300, 1000, 10, 5, 3
SHARED_LIMIT, MEMORY_SHARE, EXCESS = 0.8, 0.25, 1e-6
LOOP_LIMITS = {10_000: 1 / 30, 100_000: 1 / 150}
L1_RATIO = 0.5


def draw(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """(shadow prices `[T, K]`, prices `[T, N]`): sparse, skewed, correlated."""
    rng = np.random.default_rng(7)

    def slow(series: int, memory: float) -> np.ndarray:
        shocks = rng.standard_normal((rows, series)) * np.sqrt(1 - memory**2)
        return lfilter([1.0], [1.0, -memory], shocks, axis=0)

    loadings = rng.standard_normal((20, CONSTRAINTS)) * (rng.random((20, CONSTRAINTS)) < 0.3)
    latent = slow(CONSTRAINTS, 0.7) + slow(20, 0.95) @ loadings
    share = np.exp(rng.uniform(np.log(0.005), np.log(0.1), CONSTRAINTS))
    mu = np.empty((rows, CONSTRAINTS))
    for k in range(CONSTRAINTS):
        over = np.maximum(latent[:, k] - np.quantile(latent[:, k], 1 - share[k]), 0)
        mu[:, k] = np.minimum(20 * over**1.5, 2000)
    factors = np.clip(0.003 * rng.standard_t(1.1, (CONSTRAINTS, NODES)), -0.6, 0.6)
    y = rng.standard_normal((rows, NODES))
    y -= mu @ factors
    return mu, y


def scaled(mu: csr_array, y: np.ndarray):
    """(g, c, penalties) on the scale of correlations, and the scales, by way of the sums."""
    m = moments(accumulate(mu, y), 0, np.arange(NODES))
    scale_x, scale_y = np.sqrt(np.diag(m.g)), np.sqrt(m.v)
    g, c = m.g / np.outer(scale_x, scale_x), m.c / np.outer(scale_x, scale_y)
    return g, c, np.logspace(0, -5, PENALTIES)[:, None] * largest_penalties(c, L1_RATIO), m


def ours(mu: csr_array, y: np.ndarray):
    """(seconds of the sums, of the path, the path)."""
    started = time.perf_counter()
    g, c, alphas, _ = scaled(mu, y)
    summed = time.perf_counter()
    path = elastic_net_path(g, c, np.ones(NODES), alphas, L1_RATIO)
    return summed - started, time.perf_counter() - summed, path


def objectives(g, c, alphas, coefficients) -> np.ndarray:
    """`[L, N]`; coefficients: `[L, N, K]`."""
    out = []
    for alpha, b in zip(alphas, coefficients, strict=True):
        fit = 0.5 - (b * c.T).sum(axis=1) + ((b @ g) * b).sum(axis=1) / 2
        lasso = alpha * L1_RATIO * np.abs(b).sum(axis=1)
        out.append(fit + lasso + alpha * (1 - L1_RATIO) / 2 * (b**2).sum(axis=1))
    return np.array(out)


def case(rows: int, enet_path, threadpool_limits) -> bool:
    dense, y = draw(rows)
    mu = csr_array(dense)
    del dense
    tracemalloc.start()
    accumulate(mu, y)
    grown = tracemalloc.get_traced_memory()[1] / y.nbytes
    tracemalloc.stop()
    ours(mu, y)
    g, c, alphas, m = scaled(mu, y)

    x = mu.toarray()
    x = np.asfortranarray((x - m.mean_x) / np.sqrt(np.diag(m.g)))
    of_node = (y[:, :LOOPED] - m.mean_y[:LOOPED]) / np.sqrt(m.v[:LOOPED])
    started = time.perf_counter()
    for n in range(LOOPED):
        enet_path(x, of_node[:, n], l1_ratio=L1_RATIO, alphas=alphas[:, n], precompute="auto")
    loop = (time.perf_counter() - started) * NODES / LOOPED

    gram, products = np.ascontiguousarray(g * rows), np.asfortranarray(c * rows)
    target = np.asfortranarray(of_node[:, 0])

    def shared(n: int) -> np.ndarray:
        return enet_path(
            x,
            target,  # its square only scales the tolerance, and is the same for all nodes
            l1_ratio=L1_RATIO,
            alphas=alphas[:, n],
            precompute=gram,
            Xy=products[:, n],
            tol=1e-6,
            check_input=False,
        )[1]

    sums = solving = sharing = np.inf
    for _ in range(ROUNDS):
        of_sums, of_path, path = ours(mu, y)
        sums, solving = min(sums, of_sums), min(solving, of_path)
        with threadpool_limits(1), ThreadPoolExecutor(2) as pool:
            started = time.perf_counter()
            theirs = np.stack(list(pool.map(shared, range(NODES))), axis=1)  # [K, N, L]
            sharing = min(sharing, time.perf_counter() - started)
    best = objectives(g, c, alphas, np.moveaxis(theirs, (2, 1, 0), (0, 1, 2)))
    excess = float((objectives(g, c, alphas, path.coefficients) - best).max())
    to_shared, to_loop = solving / sharing, (sums + solving) / loop
    good = (
        to_shared <= SHARED_LIMIT
        and to_loop <= LOOP_LIMITS[rows]
        and excess <= EXCESS
        and grown <= MEMORY_SHARE
        and bool(path.is_converged.all())
    )
    print(
        f"T = {rows:,}: sums {sums:.2f} s, path {solving:.2f} s; shared Gram {sharing:.2f} s, "
        f"ratio {to_shared:.2f} (limit {SHARED_LIMIT}); loop {loop:.0f} s, ratio "
        f"1/{1 / to_loop:.0f} (limit 1/{1 / LOOP_LIMITS[rows]:.0f}); excess {excess:.1e} "
        f"(limit {EXCESS:.0e}); memory {grown:.2f} of the prices (limit {MEMORY_SHARE}): "
        f"{'ok' if good else 'MISSED'}",
        flush=True,
    )
    return good


def main() -> int:
    try:
        from sklearn.linear_model import enet_path
        from threadpoolctl import threadpool_limits
    except ImportError as missing:
        print(f"the peer is not installed: pip install scikit-learn ({missing})")
        return 2
    sizes = [int(size) for size in sys.argv[1:]] or list(LOOP_LIMITS)
    results = [case(size, enet_path, threadpool_limits) for size in sizes]
    return 0 if all(results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
