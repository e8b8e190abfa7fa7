"""The market's state: how far one quantity of each zone is from what the operator forecast.

The anomaly x of each zone follows x[t] = phi x[t-1] + noise about a bias, the noise correlated
between zones. Load and outages are the forecast plus the anomaly: the exact filter. Wind and solar
lie between 0 and the capacity: there the anomaly is the logarithm of the ratio of odds,
share / (1 - share), of actual and forecast,

    actual = capacity * p exp(x) / (1 - p + p exp(x)),   p = forecast / capacity,

which no x can drive out of bounds, and which is exactly zero with a forecast of zero (the sun at
night): the local ensemble transform. An actual is turned into the anomaly that leads to it, and its
error from MW into log odds by the slope, so that every analysis is linear in what it observes: an
ensemble that regressed x on MW would bend a straight line through a curve, and be worse after an
exact actual than the actual. Quantities are filtered one by one, and the analysis of a zone sees
another zone as far as the two are correlated.

What does not last has two parts: the error of the actual (of the meter, of rounding), which is
told, and fluctuation of the quantity itself, which is what the history shows above that. Neither is
carried forward. But the state of an interval contains the fluctuation: with an exact actual it is
the actual, also that of an outlier, most of which is taken for fluctuation.

A MW of error is worth the same at all levels, so all averages of x weigh with the square of
d actual / d x = capacity * p (1 - p): what is learnt at dawn, where odds of next to nothing jump
about, does not widen the intervals at noon.

Shapes: T intervals, N zones, H horizons, M members. Missing is NaN everywhere.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.scipy.stats import norm

from python_models.assimilation.diagnostics import Score, crps_ensemble, crps_normal, score
from python_models.assimilation.kalman import update
from python_models.assimilation.letkf import letkf
from python_models.assimilation.localisation import taper_from_correlation

LEVELS = (0.05, 0.25, 0.75, 0.95)
LEAST_VALUES = 24  # with less history nothing is claimed about a zone's anomaly
LEAST_PAIRS = 100  # of all zones; with less, horizons follow the equation and no regression
POOLED_PAIRS = 100.0  # that all zones together count for in the regression of one
MEMORY = 168.0  # intervals after which an error counts 1/e in the width of forecasts to come
PRIOR_ERRORS = 24.0  # errors that the fitted width counts for beside those that were made since
LEAST_ERROR_MW = 1e-3
LEAST_LEFT = 0.1  # part of an old state that is still worth a regression on it
OUTLIER = 4.0  # standard deviations of an innovation; a greater one moves the state no further
_EDGE = 1e-3  # shares nearer to the bounds have the odds of this one
_LEAST_SLOPE = 0.02  # odds of less than that of the capacity say more of the meter than of the sky
# What lasts loses its memory within 1 to 1,000 intervals; 1/100,000 to nine tenths do not last:
# powers of ten, sought on a coarse grid, then on a fine one about the best of it.
_LEAST, _MOST = np.array([0.0, -5.0]), np.array([3.0, np.log10(0.9)])
_GRID, _FINER = np.linspace(-1, 1, 16), 0.15
_NODES, _NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
_CRPS_LEVELS = (np.arange(25) + 0.5) / 25


class Series(NamedTuple):
    """One quantity, `[T, N]` each: what was to be expected and what came, in MW.

    base_mw: the operator's forecast, or climatology. capacity_mw: None if the quantity has no
    bounds, else known everywhere.
    """

    base_mw: Array
    actual_mw: Array
    capacity_mw: Array | None


class Parameters(NamedTuple):
    """Of the anomalies, `[N]` each; in MW, or of the logarithm of odds where there are bounds.

    phi: per interval. sd: of the anomaly in the long run. error_variance: of what does not last
    from one interval to the next. error_sd_mw: the same in MW. actual_sd_mw: the part of it that is
    an error of the actual. correlation: `[N, N]`. count: values used; with less than `LEAST_VALUES`
    all are zero and `is_fit` is false.
    """

    bias: Array
    phi: Array
    sd: Array
    error_variance: Array
    error_sd_mw: Array
    actual_sd_mw: Array
    correlation: Array
    count: Array
    is_fit: Array

    @property
    def process_covariance(self) -> Array:
        sd = self.sd * jnp.sqrt(1 - self.phi**2)
        return self.correlation * sd[:, None] * sd

    @property
    def long_run_covariance(self) -> Array:
        return self.process_covariance / (1 - self.phi[:, None] * self.phi)


class Path(NamedTuple):
    """The filtered anomaly that lasts, without its bias, at each interval, `[T, N]` each.

    innovation_mw: actual minus what was expected of it before; NaN where there was none.
    passing_sd_mw: of what the analysis took for not lasting.
    """

    mean: Array
    variance: Array
    innovation_mw: Array
    innovation_sd_mw: Array
    passing_sd_mw: Array


class State(NamedTuple):
    """The anomaly that lasts, without its bias, at the end of each interval as known then, `[T, N]`
    each."""

    mean: Array
    variance: Array


class Horizons(NamedTuple):
    """From the state now to the anomaly some intervals ahead, `[H, N]` each.

    anomaly = bias of the parameters + damping * state + N(0, variance), the uncertainty of an
    ordinary state (`state_variance`) being part of `variance`, the error of the actual not.
    is_regression: from the history of what was forecast, else from the equation.
    """

    damping: Array
    variance: Array
    state_variance: Array
    is_regression: Array


class Estimate(NamedTuple):
    """All that is known about one quantity about one base. ahead_mean, ahead_sd: `[T, H, N]`, the
    anomalies ahead. ahead_error_sd_mw: `[T, H, N]`, of what does not last in them."""

    parameters: Parameters
    path: Path
    horizons: Horizons
    ahead_mean: Array
    ahead_sd: Array
    ahead_error_sd_mw: Array


class Level(NamedTuple):
    """A distribution in MW. quantiles: `[4, ...]`, of 5, 25, 75 and 95 %."""

    mean_mw: Array
    sd_mw: Array
    quantiles_mw: Array


def share_of(level_mw: Array, capacity_mw: Array) -> Array:
    """Share of the capacity within 0..1; 0 of no capacity, NaN of no level."""
    some = capacity_mw > 0
    return jnp.clip(
        jnp.where(some, level_mw / jnp.where(some, capacity_mw, 1.0), 0 * level_mw), 0.0, 1.0
    )


def to_mw(anomaly: Array, base_mw: Array, capacity_mw: Array | None) -> Array:
    """The level that is an anomaly away from the base; all arguments broadcast."""
    if capacity_mw is None:
        return base_mw + anomaly
    share = share_of(base_mw, capacity_mw)
    odds = share * jnp.exp(jnp.clip(anomaly, -50.0, 50.0))
    return capacity_mw * odds / (1 - share + odds)


def to_anomaly(level_mw: Array, base_mw: Array, capacity_mw: Array | None) -> Array:
    """The anomaly that leads from the base to a level; NaN if either is missing."""
    if capacity_mw is None:
        return level_mw - base_mw

    def logit(values: Array) -> Array:
        share = jnp.clip(share_of(values, capacity_mw), _EDGE, 1 - _EDGE)
        return jnp.log(share / (1 - share))

    return logit(level_mw) - logit(base_mw)


def mw_per_anomaly(base_mw: Array, capacity_mw: Array | None) -> Array:
    """Slope of `to_mw` where the anomaly is zero, >= 0."""
    if capacity_mw is None:
        return jnp.ones_like(base_mw)
    share = share_of(base_mw, capacity_mw)
    return capacity_mw * share * (1 - share)


def climatology(actual_mw: np.ndarray, hour: np.ndarray, training: np.ndarray) -> np.ndarray:
    """Mean by hour of the day over the training, `[T', N]` for every entry of `hour`, `[T']`.

    actual_mw: `[T, N]`, T <= T'. training: `[T]`, true where to learn from. An hour without an
    actual has the mean of all; a zone without any NaN.
    """
    count, zones = actual_mw.shape
    use = training[:, None] & ~np.isnan(actual_mw)
    total, number = np.zeros((24, zones)), np.zeros((24, zones))
    np.add.at(total, hour[:count], np.where(use, actual_mw, 0.0))
    np.add.at(number, hour[:count], use)
    with np.errstate(invalid="ignore"):
        overall = total.sum(axis=0) / number.sum(axis=0)
        by_hour = np.where(number > 0, total / number, overall)
    return by_hour[hour]


def rounding_sd(values: np.ndarray) -> float:
    """Standard deviation of the rounding of values, from the decimals that they have in common."""
    values = values[~np.isnan(values)]
    for decimals in range(3):
        if np.allclose(values, np.round(values, decimals), rtol=1e-12, atol=1e-9):
            return 10.0**-decimals / np.sqrt(12)
    return LEAST_ERROR_MW


@jax.jit
def fit_parameters(series: Series, training: Array, actual_sd_mw: Array) -> Parameters:
    """Parameters of the anomalies where `training`, `[T]`, is true.

    actual_sd_mw: scalar, error of an actual, > 0.

    Bias and variance are weighted moments; phi, and which share of the variance lasts from one
    interval to the next, are the most likely ones, zone by zone.
    """
    anomaly = to_anomaly(series.actual_mw, series.base_mw, series.capacity_mw)
    slope = jnp.nan_to_num(mw_per_anomaly(series.base_mw, series.capacity_mw))
    enough = 0.0 if series.capacity_mw is None else _LEAST_SLOPE * series.capacity_mw
    use = training[:, None] & ~jnp.isnan(anomaly) & (slope > enough)
    slope = jnp.where(use, slope, 0.0)
    count = use.sum(axis=0)
    is_fit = count >= LEAST_VALUES

    def ratio(over: Array, under: Array) -> Array:
        return jnp.where(under > 0, over / jnp.where(under > 0, under, 1.0), 0.0)

    weight = (slope**2).sum(axis=0)
    bias = ratio((slope**2 * jnp.where(use, anomaly, 0.0)).sum(axis=0), weight)
    centred = jnp.where(use, slope * (anomaly - bias), 0.0)
    variance = ratio((centred**2).sum(axis=0), weight)
    scaled = jnp.where(use, centred / jnp.sqrt(jnp.where(variance > 0, variance, 1.0)), jnp.nan)
    phi, signal = _most_likely(scaled, slope)
    # of values that hang together few are independent: a mean that they may have by chance
    # would shift every forecast to come
    chance = variance * (1 + phi) / (1 - phi) / jnp.maximum(count, 1)
    bias = bias * jnp.maximum(1 - ratio(chance, bias**2), 0.0)
    # what moves by less than a thousandth of the actual's error moves by rounding alone
    is_moving = variance * ratio(weight, count.astype(float)) > (1e-3 * actual_sd_mw) ** 2
    variance = jnp.where(is_fit & is_moving, variance, 0.0)
    error_variance = (1 - signal) * variance
    squares = jnp.einsum("ti,tj->ij", centred**2, use.astype(float))
    products = centred.T @ centred
    between = ratio(products, jnp.sqrt(squares * squares.T))
    between = ratio(between, jnp.sqrt(signal[:, None] * signal))
    return Parameters(
        bias=jnp.where(is_fit, bias, 0.0),
        phi=jnp.where(is_fit, phi, 0.0),
        sd=jnp.sqrt(signal * variance),
        error_variance=error_variance,
        error_sd_mw=jnp.maximum(
            jnp.sqrt(error_variance * ratio(weight, count.astype(float))), actual_sd_mw
        ),
        actual_sd_mw=jnp.broadcast_to(actual_sd_mw, count.shape).astype(float),
        correlation=_nearest_correlation(jnp.clip(between, -0.99, 0.99)),
        count=count,
        is_fit=is_fit,
    )


def _most_likely(observed: Array, slope: Array) -> tuple[Array, Array]:
    """phi and signal, `[N]` each, of an AR(1) with variance `signal` that is seen as `observed`,
    `[T, N]`, NaN where missing: `slope` times its value plus white noise of variance 1 - signal
    where the slope is its root mean square. The common scale of both variances is free.

    The likelihood is that of the exact filter, for all pairs of a grid at once.
    """
    each = jnp.arange(observed.shape[1])

    def search(times: int, centre: Array) -> Array:
        width = (_MOST - _LEAST) / 2 * _FINER**times
        powers = centre + (width * _GRID[:, None])[:, :, None]  # `[G, 2, N]`
        powers = jnp.clip(powers, _LEAST[:, None], _MOST[:, None])
        memory, passing = powers[:, 0], powers[:, 1]
        misfit = _misfit(observed, slope, (1 - 10.0**-memory)[:, None], 1 - 10.0 ** passing[None])
        best = jnp.argmin(misfit.reshape(-1, len(each)), axis=0)
        return jnp.stack([memory[best // len(_GRID), each], passing[best % len(_GRID), each]])

    middle = jnp.broadcast_to(((_LEAST + _MOST) / 2)[:, None], (2, len(each)))
    memory, passing = jax.lax.fori_loop(0, 2, search, middle)
    return 1 - 10.0**-memory, 1 - 10.0**passing


def _misfit(observed: Array, slope: Array, phi: Array, signal: Array) -> Array:
    """Twice the negative log likelihood but for a constant; phi `[P, 1, N]`, signal `[1, S, N]`."""
    there = ~jnp.isnan(observed)
    count = jnp.maximum(there.sum(axis=0), 1)
    noise = (1 - signal) * (slope**2).sum(axis=0) / count

    def step(before: tuple[Array, ...], now: tuple[Array, Array, Array]):
        mean, variance, logs, squares = before
        value, slope, seen = now
        expected = slope**2 * variance + noise
        expected = jnp.where(seen, expected, 1.0)
        innovation = jnp.where(seen, value - slope * mean, 0.0)
        gain = jnp.where(seen, variance * slope / expected, 0.0)
        mean = phi * (mean + gain * innovation)
        variance = phi**2 * (1 - gain * slope) * variance + (1 - phi**2) * signal
        logs, squares = logs + jnp.log(expected), squares + innovation**2 / expected
        return (mean, variance, logs, squares), None

    none = jnp.zeros(jnp.broadcast_shapes(phi.shape, signal.shape))
    start = none, none + signal, none, none
    inputs = jnp.nan_to_num(observed), slope, there
    (_, _, logs, squares), _ = jax.lax.scan(step, start, inputs)
    return logs + count * jnp.log(jnp.maximum(squares / count, 1e-300))


def _nearest_correlation(matrix: Array) -> Array:
    """With ones on the diagonal and no negative eigenvalue; zones estimated pair by pair over
    different hours may contradict each other."""
    unit = jnp.eye(matrix.shape[0])
    values, vectors = jnp.linalg.eigh(jnp.where(unit > 0, 1.0, matrix))
    matrix = (vectors * jnp.maximum(values, 1e-6)) @ vectors.T
    sd = jnp.sqrt(jnp.diagonal(matrix))
    return jnp.where(unit > 0, 1.0, matrix / (sd[:, None] * sd))


def observed_anomalies(parameters: Parameters, series: Series) -> tuple[Array, Array]:
    """The anomalies that actuals tell of, without their bias, and the sd of their errors, `[T, N]`.

    NaN where there is no actual or no base, or the base is 0 or the whole capacity, about which
    there are no odds. All that does not last is an error here.
    """
    slope = mw_per_anomaly(series.base_mw, series.capacity_mw)
    anomaly = to_anomaly(series.actual_mw, series.base_mw, series.capacity_mw) - parameters.bias
    error = parameters.error_sd_mw / jnp.where(slope > 0, slope, 1.0)
    return jnp.where(slope > 0, anomaly, jnp.nan), jnp.where(slope > 0, error, 1.0)


def _outlier_error(innovation: Array, variance: Array, error_sd: Array) -> Array:
    """sd of the error with which an innovation moves the state as one of `OUTLIER` sd would, where
    it is greater; `error_sd` elsewhere. variance: of the state. After Huber, "Robust Estimation of
    a Location Parameter", 1964."""
    expected = variance + error_sd**2
    excess = jnp.abs(jnp.nan_to_num(innovation)) / jnp.sqrt(expected) / OUTLIER
    return jnp.sqrt(error_sd**2 + expected * jnp.maximum(excess - 1, 0.0))


@jax.jit
def filter_linear(parameters: Parameters, series: Series) -> Path:
    """The exact filter, but for outliers, of which only `OUTLIER` sd count."""
    observe = jnp.eye(series.actual_mw.shape[1])
    process = parameters.process_covariance

    def step(before: tuple[Array, Array], now: tuple[Array, Array]):
        mean, covariance = before
        anomaly, error = now
        variance = jnp.diagonal(covariance)
        used = _outlier_error(anomaly - mean, variance, error)
        found, after, innovation, _, _ = update(
            mean, covariance, anomaly, observe, jnp.diag(used**2)
        )
        ahead = parameters.phi[:, None] * after * parameters.phi + process
        seen = found, jnp.diagonal(after), innovation, jnp.sqrt(variance + error**2), used
        return (parameters.phi * found, ahead), seen

    start = jnp.zeros(len(observe)), parameters.long_run_covariance
    mean, variance, innovation, sd, used = jax.lax.scan(
        step, start, observed_anomalies(parameters, series)
    )[1]
    return Path(mean, variance, innovation, sd, used)


@partial(jax.jit, static_argnames="members")
def filter_bounded(key: Array, parameters: Parameters, series: Series, members: int) -> Path:
    """The local ensemble transform, for a quantity between 0 and its capacity."""
    zones = series.actual_mw.shape[1]
    taper = taper_from_correlation(parameters.correlation, members)
    process = _root(parameters.process_covariance)

    def draw(key: Array, root: Array) -> Array:
        drawn = jax.random.normal(key, (members, zones))
        return (drawn - drawn.mean(axis=0)) @ root.T

    def step(ensemble: Array, now: tuple[Array, ...]):
        key, base, actual, capacity, anomaly, error = now
        level = to_mw(ensemble + parameters.bias, jnp.nan_to_num(base), capacity)
        innovation = jnp.where(jnp.isnan(anomaly), jnp.nan, actual - level.mean(axis=0))
        innovation_sd = jnp.sqrt(level.var(axis=0, ddof=1) + parameters.error_sd_mw**2)
        used = _outlier_error(anomaly - ensemble.mean(axis=0), ensemble.var(axis=0, ddof=1), error)
        ensemble = letkf(ensemble, ensemble, anomaly, used, taper)
        passing = used / error * parameters.error_sd_mw
        found = ensemble.mean(axis=0), ensemble.var(axis=0, ddof=1), innovation, innovation_sd
        return parameters.phi * ensemble + draw(key, process), (*found, passing)

    key, first = jax.random.split(key)
    keys = jax.random.split(key, series.actual_mw.shape[0])
    start = draw(first, _root(parameters.long_run_covariance))
    inputs = keys, *series, *observed_anomalies(parameters, series)
    return Path(*jax.lax.scan(step, start, inputs)[1])


def _root(covariance: Array) -> Array:
    values, vectors = jnp.linalg.eigh(covariance)
    return vectors * jnp.sqrt(jnp.maximum(values, 0.0))


@jax.jit
def state_known(parameters: Parameters, path: Path, seen: Array) -> State:
    """The state at the end of each interval from the actuals up to `seen`, `[T]`, -1 for none.

    It decays from there as the equation says. Of one that has decayed to less than `LEAST_LEFT`
    nothing is kept: a regression on next to nothing would be one on chance.
    """
    age = jnp.arange(len(seen)) - seen
    left = parameters.phi ** age[:, None]
    left = jnp.where((seen[:, None] < 0) | (left < LEAST_LEFT), 0.0, left)
    of_then = jnp.maximum(seen, 0)
    variance = left**2 * path.variance[of_then] + (1 - left**2) * parameters.sd**2
    return State(left * path.mean[of_then], variance)


@partial(jax.jit, static_argnames="steps")
def fit_horizons(
    parameters: Parameters, state: State, ahead: Series, training: Array, steps: tuple[int, ...]
) -> Horizons:
    """How an actual `steps[h]` intervals ahead follows from the state now.

    ahead: `[T, H, N]` each: base and capacity as known now, actual of then. training: `[T, H]`,
    whether the actual lies in the training. Operators forecast the next hour better than the sixth
    one, so the damping and the variance are regressed, with the weights of the module, where
    there is history enough; elsewhere the anomaly decays as its equation says. Zones have much in
    common and little history each: the averages of all count for `POOLED_PAIRS` pairs in each.
    """
    anomaly = to_anomaly(ahead.actual_mw, ahead.base_mw, ahead.capacity_mw)
    slope = jnp.nan_to_num(mw_per_anomaly(ahead.base_mw, ahead.capacity_mw))
    use = training[:, :, None] & ~jnp.isnan(anomaly) & (slope > 0)
    weight = jnp.where(use, slope**2, 0.0)
    total = weight.sum(axis=0)
    total = jnp.where(total > 0, total, 1.0)
    anomaly = jnp.where(use, anomaly - parameters.bias, 0.0)
    mean = state.mean[:, None, :]
    count = jnp.where(parameters.is_fit, use.sum(axis=0), 0)
    # zones of all sizes alike
    size = parameters.sd**2 + parameters.error_variance
    size = jnp.where(size > 0, size, 1.0)

    def average(values: Array) -> Array:
        """Of each zone, drawn towards that of all, `[H, N]`."""
        own = count * (weight * values).sum(axis=0) / total / size
        every = own.sum(axis=1, keepdims=True) / jnp.maximum(count.sum(axis=1, keepdims=True), 1)
        return size * (own + POOLED_PAIRS * every) / (count + POOLED_PAIRS)

    varied = average(mean**2)
    damping = jnp.where(varied > 0, average(mean * anomaly), 0.0)
    damping = damping / jnp.where(varied > 0, varied, 1.0)
    rest = average((anomaly - damping * mean) ** 2)
    known = average(state.variance[:, None, :])
    is_regression = count.sum(axis=1, keepdims=True) >= LEAST_PAIRS
    is_regression = is_regression & parameters.is_fit
    decay = parameters.phi ** jnp.array(steps, float)[:, None]
    equation = parameters.sd**2 * (1 - decay**2)
    rest = jnp.maximum(rest - parameters.error_variance, 0.0)
    return Horizons(
        damping=jnp.where(is_regression, damping, decay),
        variance=jnp.where(is_regression, rest, equation),
        state_variance=jnp.where(is_regression, known, 0.0),
        is_regression=is_regression,
    )


@jax.jit
def predict(parameters: Parameters, horizons: Horizons, state: State) -> tuple[Array, Array]:
    """Mean and standard deviation, `[T, H, N]`, of the anomalies ahead."""
    mean = parameters.bias + horizons.damping * state.mean[:, None, :]
    more = horizons.damping**2 * (state.variance[:, None, :] - horizons.state_variance)
    # an unusually good state cannot undo what the horizon adds
    variance = jnp.maximum(horizons.variance + more, 0.25 * horizons.variance)
    return mean, jnp.sqrt(variance)


@partial(jax.jit, static_argnames="steps")
def inflation(
    mean: Array,
    sd: Array,
    ahead: Series,
    error_sd_mw: Array,
    seen: Array,
    steps: tuple[int, ...],
) -> Array:
    """By how much variances of forecasts are to be multiplied, by the errors known at each, >= 0.

    mean, sd, ahead: `[T, H, N]`, as of the return. seen: `[T]`, never falling, up to which interval
    actuals are known at the end of each. The sum of square errors over that of the
    variances that were stated, of the targets up to each interval, those of `MEMORY` intervals ago
    counting 1/e, and `PRIOR_ERRORS` as they were to be expected: what was learnt in a calm week is
    soon too narrow in a wild one. Anderson, "An adaptive covariance inflation error correction
    algorithm for ensemble filters", 2007, estimates such a factor from innovations.
    """
    level = to_mw(mean, ahead.base_mw, ahead.capacity_mw)
    stated = (mw_per_anomaly(level, ahead.capacity_mw) * sd) ** 2 + error_sd_mw**2
    square = (ahead.actual_mw - level) ** 2
    use = ~jnp.isnan(square + stated) & (mw_per_anomaly(ahead.base_mw, ahead.capacity_mw) > 0)
    use = use & (seen[:, None, None] >= 0)

    def known(values: Array) -> Array:
        """At the first interval with whose end the error is known."""
        values = jnp.where(use, values, 0.0)
        moved = [
            # those that never are fall off the end
            jnp.zeros_like(values[:, h])
            .at[jnp.searchsorted(seen, jnp.arange(len(seen)) + step)]
            .add(values[:, h], mode="drop")
            for h, step in enumerate(steps)
        ]
        return jnp.stack(moved, axis=1)

    def step(before: tuple[Array, ...], now: tuple[Array, ...]):
        total = tuple(np.exp(-1 / MEMORY) * b + n for b, n in zip(before, now, strict=True))
        return total, total

    terms = known(square), known(stated), known(jnp.ones_like(square))
    sums = jax.lax.scan(step, tuple(jnp.zeros_like(t[0]) for t in terms), terms)[1]
    ratio = jnp.where(sums[1] > 0, sums[0] / jnp.where(sums[1] > 0, sums[1], 1.0), 1.0)
    return (PRIOR_ERRORS + sums[2] * ratio) / (PRIOR_ERRORS + sums[2])


def estimate(
    key: Array,
    series: Series,
    ahead_base_mw: Array,
    training: np.ndarray,
    steps: tuple[int, ...],
    members: int,
    actual_sd_mw: float = LEAST_ERROR_MW,
    seen: np.ndarray | None = None,
) -> Estimate:
    """Fit on the training, then filter all intervals and look ahead from the end of each.

    ahead_base_mw: `[T, H, N]`, what was to be expected, as known after interval t, of the interval
    `steps[h]` later. training: `[T]`. The capacity is the one known then. actual_sd_mw: error of an
    actual. seen: `[T]`, up to which interval actuals are known at the end of each, -1 for none,
    never falling; of itself if it is not said.
    """
    seen = np.arange(len(training)) if seen is None else seen
    parameters = fit_parameters(series, training, actual_sd_mw)
    if series.capacity_mw is None:
        path, capacity = filter_linear(parameters, series), None
    else:
        path = filter_bounded(key, parameters, series, members)
        capacity = series.capacity_mw[np.maximum(seen, 0), None, :]
    ahead = Series(ahead_base_mw, look_ahead(series.actual_mw, steps), capacity)
    inside = look_ahead(np.where(training, 1.0, 0.0)[:, None], steps)[:, :, 0] > 0
    state = state_known(parameters, path, seen)
    inside = inside & (training & (seen >= 0))[:, None]
    horizons = fit_horizons(parameters, state, ahead, inside, steps)
    mean, sd = predict(parameters, horizons, state)
    wider = jnp.sqrt(inflation(mean, sd, ahead, parameters.error_sd_mw, seen, steps))
    return Estimate(parameters, path, horizons, mean, wider * sd, wider * parameters.error_sd_mw)


@jax.jit
def state_of(parameters: Parameters, path: Path, series: Series) -> Level:
    """The level of each interval with its actual known, `[T, N]`.

    What lasts, and of the distance of the actual from it the part that is no error of the actual:
    all of it with an exact one, also where what lasts is certain (a sun that shines where the
    operator expected none).
    """
    passing = path.passing_sd_mw**2
    fluctuation = passing - parameters.actual_sd_mw**2
    lasting = level_of(
        parameters.bias + path.mean,
        jnp.sqrt(path.variance),
        series.base_mw,
        series.capacity_mw,
        jnp.where(jnp.isnan(series.actual_mw), jnp.sqrt(fluctuation), 0.0),
    )
    is_modelled = (mw_per_anomaly(series.base_mw, series.capacity_mw) > 0) & parameters.is_fit
    part = jnp.where(is_modelled, fluctuation / passing, 1.0)
    away = series.actual_mw - lasting.mean_mw
    part = jnp.where(jnp.isnan(away), 0.0, part)
    is_certain = (lasting.sd_mw == 0) & (away == 0)
    error = jnp.where(is_certain, 0.0, part * parameters.actual_sd_mw**2)
    mean = lasting.mean_mw + part * jnp.nan_to_num(away)
    z = norm.ppf(jnp.array(LEVELS))[:, None, None]
    reach = (1 - part) * (lasting.quantiles_mw - lasting.mean_mw)
    quantiles = mean + jnp.sign(z) * jnp.sqrt(reach**2 + z**2 * error)
    highest = jnp.inf if series.capacity_mw is None else series.capacity_mw
    return Level(
        mean,
        jnp.sqrt(((1 - part) * lasting.sd_mw) ** 2 + error),
        jnp.clip(quantiles, 0.0, jnp.maximum(highest, mean)),
    )


def look_ahead(values: np.ndarray, steps: tuple[int, ...]) -> np.ndarray:
    """`[T, H, N]`: the value `steps[h]` intervals later than each of `[T, N]`; NaN past the end."""
    count, zones = values.shape
    padded = np.concatenate([values, np.full((max(steps), zones), np.nan)])
    return np.stack([padded[step : step + count] for step in steps], axis=1)


@jax.jit
def level_of(
    mean: Array, sd: Array, base_mw: Array, capacity_mw: Array | None, error_sd_mw: Array
) -> Level:
    """The level in MW of an anomaly N(mean, sd^2) about the base, under an error of its own.

    Arguments broadcast to the shape of `base_mw`. Without an error quantiles are exact, since the
    level rises with the anomaly; mean and standard deviation of a bounded one are by Gauss-Hermite
    quadrature. An error adds to the distance of a quantile from the median as variances add, which
    is exact for what is normal; it does not leave the bounds, and there is none at them. Nothing is
    below 0, without bounds either.
    """
    error = error_sd_mw * (mw_per_anomaly(base_mw, capacity_mw) > 0)
    quantiles = jax.vmap(lambda z: _quantile(z, mean, sd, base_mw, capacity_mw, error))(
        norm.ppf(jnp.array(LEVELS))
    )
    if capacity_mw is None:
        level = jnp.maximum(base_mw + mean, 0.0)
        return Level(level, jnp.sqrt(sd**2 + error**2) + 0 * base_mw, quantiles)
    median = to_mw(mean, base_mw, capacity_mw)

    def add(total: tuple[Array, Array], node: tuple[Array, Array]):
        z, weight = node
        away = to_mw(mean + z * sd, base_mw, capacity_mw) - median
        return (total[0] + weight * away, total[1] + weight * away**2), None

    none = jnp.zeros_like(median)
    nodes = jnp.asarray(_NODES), jnp.asarray(_NODE_WEIGHTS / _NODE_WEIGHTS.sum())
    (first, second), _ = jax.lax.scan(add, (none, none), nodes)
    variance = jnp.maximum(second - first**2, 0.0)
    return Level(median + first, jnp.sqrt(variance + error**2), quantiles)


def _quantile(
    z: Array, mean: Array, sd: Array, base_mw: Array, capacity_mw: Array | None, error: Array
) -> Array:
    """Quantile in MW by its standard normal value."""
    if capacity_mw is None:
        return jnp.maximum(base_mw + mean + z * jnp.sqrt(sd**2 + error**2), 0.0)
    median = to_mw(mean, base_mw, capacity_mw)
    away = to_mw(mean + z * sd, base_mw, capacity_mw) - median
    away = jnp.sign(z) * jnp.sqrt(away**2 + (z * error) ** 2)
    return jnp.clip(median + away, 0.0, capacity_mw)


@jax.jit
def score_levels(
    mean: Array,
    sd: Array,
    base_mw: Array,
    capacity_mw: Array | None,
    error_sd_mw: Array,
    truth_mw: Array,
    use: Array,
) -> Score:
    """Scores `[N]` of anomalies N(mean, sd^2) about the base, all `[T, N]`; see `level_of`."""
    level = level_of(mean, sd, base_mw, capacity_mw, error_sd_mw)
    if capacity_mw is None:
        crps = crps_normal(level.mean_mw, level.sd_mw, truth_mw)
    else:
        error = error_sd_mw * (mw_per_anomaly(base_mw, capacity_mw) > 0)
        members = jax.vmap(
            lambda z: _quantile(z, mean, sd, base_mw, capacity_mw, error), out_axes=-1
        )(norm.ppf(_CRPS_LEVELS))
        crps = crps_ensemble(members, truth_mw)
    return score(level.mean_mw, level.sd_mw, level.quantiles_mw, crps, truth_mw, use)


@jax.jit
def score_points(point_mw: Array, truth_mw: Array, use: Array) -> Score:
    """Scores `[N]` of forecasts without a distribution, `[T, N]`."""
    unknown = jnp.full_like(point_mw, jnp.nan)
    error = jnp.abs(point_mw - truth_mw)
    found = score(point_mw, unknown, jnp.stack([unknown] * 4), error, truth_mw, use)
    return found._replace(spread=jnp.full_like(found.rmse, jnp.nan))


def hold_last(values: np.ndarray) -> np.ndarray:
    """The last value that is not NaN up to and with each interval, `[T, N]`; NaN before."""
    there = ~np.isnan(values)
    place = np.where(there, np.arange(len(values))[:, None], 0)
    place = np.maximum.accumulate(place, axis=0)
    return np.take_along_axis(values, place, axis=0)
