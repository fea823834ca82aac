"""Where EM starts, and `fit`: the best of several starts."""

from __future__ import annotations

import functools
import sys
import time
import warnings
from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gmm_helpers.model import validation
from gmm_helpers.model.em import _m_step, climb
from gmm_helpers.model.mixture import Mixture
from gmm_helpers.model.trace import EMError, Trace


def start_from_means(
    x: ArrayLike, means: ArrayLike, *, covariance_type: str = "full", ridge: float = 0.0
) -> Mixture:
    """Make a start from guessed means: weights 1/K, every covariance that of all data.

    Parameters
    ----------
    x : array_like, shape (n, D), or (n,) for D = 1
    means : array_like, shape (K, D), or (K,) for D = 1
    covariance_type, ridge
        As in `m_step`.

    Examples
    --------
    >>> start = start_from_means([0.0, 2.0, 4.0, 6.0], [1.0, 5.0])
    >>> start.weights, start.variances
    (array([0.5, 0.5]), array([5., 5.]))
    """
    points = validation.as_points(x)
    means = validation.as_points(means, len(points), name="means").T
    validation.check_fittable(points, len(means))
    return _around(means, fit_one(points, validation.as_model(points, covariance_type, ridge)))


def start_from_random_points(
    x: ArrayLike, K: int, *, rng: np.random.Generator, **options: Any
) -> Mixture:
    """Make a start whose means are K distinct points of the data, all equally likely.

    Takes `K` and a `numpy.random.Generator` where `start_from_means` takes the means.

    Examples
    --------
    >>> start_from_random_points([0, 0, 1], 2, rng=np.random.default_rng(0)).means.ravel()
    array([1., 0.])
    """
    points = _points_to_start_from(x, K, rng)
    return start_from_means(points.T, _sample_points(points, K, rng), **options)


def split_each(points, mixture, model):
    """Return a start for each component that can be split: in it, two answer for its points.

    Ueda, Nakano, Ghahramani & Hinton (2000), Neural Comput. 12, 2109–2128, split and merge so.
    """
    b = mixture._posterior(points)[0]
    cuts = (_cut_in_two(points, b, component) for component in range(len(b)))
    return _m_steps(points, cuts, model)


def merge_each(points, mixture, model):
    """Return a start for each two components: in it, one answers for what both did."""
    b = mixture._posterior(points)[0]
    pairs = combinations(range(len(b)), 2)
    joined = (np.vstack([np.delete(b, [i, j], axis=0), b[i] + b[j]]) for i, j in pairs)
    return _m_steps(points, joined, model)


def _m_steps(points, responsibilities, model):
    """Return the mixture that the M step makes of each (K, n), but for those that collapse."""
    mixtures = []
    for b in responsibilities:
        try:
            mixtures.append(_m_step(points, b, model))
        except EMError:
            continue
    return mixtures


_WAYS = ("k-means++", "random points")  # to draw starts
# Two runs that end so near in log-likelihood per point have climbed the same peak: keep the first.
SAME_OPTIMUM = 1e-9


def fit(
    x: ArrayLike,
    K: int,
    *,
    rng: np.random.Generator,
    init: str | Mixture | Iterable[Mixture] = "k-means++",
    n_init: int = 10,
    max_iter: int = 2000,
    tol: float = 1e-10,
    covariance_type: str = "full",
    ridge: float = 0.0,
    record: bool = True,
    progress: bool = False,
) -> Trace:
    """Run EM from several starts and return the trace that ends highest.

    A start from which EM fails (a component collapses) is skipped, and counted in the trace's
    `n_failed`. If the best run has not converged, a warning says so, as does its `converged`.

    Parameters
    ----------
    x : array_like, shape (n, D), or (n,) for D = 1
    K : int
        How many components.
    rng : numpy.random.Generator
        Where the starts come from.
    init : {"k-means++", "random points"}, Mixture, or iterable of Mixture
        How to draw `n_init` starts, or the starts themselves.
    n_init : int
        How many starts to draw.
    max_iter, tol, covariance_type, ridge
        As in `run_em`. The strict `tol` is there because EM can crawl for long before it climbs.
    record : bool
        Whether the returned trace has every half-step: n × K numbers for each iteration.
    progress : bool
        Whether to say how far it is, in one line on standard error that is rewritten.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above.
    EMError
        If EM fails from every start.

    Examples
    --------
    >>> trace = fit([0.0, 0.1, 0.3, 5.0, 5.2, 5.3], 2, rng=np.random.default_rng(0))
    >>> trace.log_likelihoods[-1].round(3), trace.converged
    (np.float64(-0.183), True)

    References
    ----------
    McLachlan & Peel (2000), *Finite Mixture Models*, chapter 2.
    """
    points = _points_to_start_from(x, K, rng)
    validation.check_count(n_init, "n_init", at_least=1)
    validation.check_flags(record=record, progress=progress)
    limits = validation.as_limits(max_iter, tol)
    model = validation.as_model(points, covariance_type, ridge)
    starts = _starts(points, K, init, n_init, rng, model)
    best, failures = None, []
    with Progress(progress) as shown:
        for i, start in enumerate(starts):
            report = shown.at(f"start {i + 1} of {len(starts)}")
            try:
                trace = climb(points, start, model, report=report, **limits)
            except EMError as error:
                failures.append(error)
                continue
            ends = trace.log_likelihoods[-1]
            if best is None or ends > best.log_likelihoods[-1] + SAME_OPTIMUM * points.shape[1]:
                best, best_start = trace, start
        if best is None:
            last = failures[-1]
            message = f"EM failed from every start ({len(starts)} in all); the last said: {last}"
            raise EMError(message, **vars(last))
        if record:
            report = shown.at(f"the best of {len(starts)} again, recorded")
            best = climb(points, best_start, model, record=True, report=report, **limits)
    if not best.converged:
        warnings.warn(
            f"The best of {validation.count(len(starts), 'start')} had not converged after "
            f"{validation.count(best.iterations, 'iteration')}: raise max_iter or tol.",
            stacklevel=2,
        )
    return replace(best, n_starts=len(starts), n_failed=len(failures))


class Progress:
    """One line on standard error, rewritten ten times a second while runs go on; or nothing."""

    def __init__(self, wanted):
        self._wanted, self._line, self._due = wanted, "", 0.0
        self.row = self.stage = ""  # of the table that `compare` fills

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._line:
            self._write("\n")

    def at(self, where):
        """Return what is to be told of each iteration of the run that comes now, or None."""
        return functools.partial(self._tell, where) if self._wanted else None

    def _tell(self, where, iteration, log_likelihood):
        line = f"{where}, iteration {iteration}: ℓ = {log_likelihood:.3f}"
        self._line = line.ljust(len(self._line))
        if time.monotonic() >= self._due:
            self._write()
            self._due = time.monotonic() + 0.1

    def _write(self, end=""):
        print(f"\r{self._line}", end=end, file=sys.stderr, flush=True)


def _points_to_start_from(x, K, rng):
    """Check what every way to draw a start is given; return the points (D, n)."""
    points = validation.as_points(x)
    validation.check_fittable(points, validation.check_count(K, "K", at_least=1))
    validation.check_rng(rng)
    return points


def _starts(points, K, init, n_init, rng, model):
    """Return the starts that `init` asks for, as a list of mixtures with K components."""
    if isinstance(init, str):
        validation.check_one_of(init, "init", _WAYS)
        return sample_starts(points, K, n_init, model, rng=rng, init=init)
    starts = validation.as_list(init)
    if not starts or not all(isinstance(start, Mixture) for start in starts):
        raise TypeError("init must be the name of a way to start, a Mixture, or several of them.")
    for start in starts:
        validation.check_features(points, start.n_features)
        if start.n_components != K:
            found = validation.count(start.n_components, "component")
            raise ValueError(f"K = {K}, but a start in init has {found}.")
    return starts


def sample_starts(points, K, n_init, model, *, rng, init="k-means++"):
    """Return `n_init` starts for `points` (D, n), which have been checked."""
    draw, one = _sample_points, fit_one(points, model)
    if init == "k-means++":
        draw = functools.partial(_sample_far_points, widths=validation.standard_deviations(points))
    return [_around(draw(points, K, rng), one) for _ in range(n_init)]


def _sample_points(points, K, rng):
    """Return K distinct points, all equally likely, as means (K, D)."""
    means = {}  # keys keep their order and are distinct
    for i in rng.permutation(points.shape[1]):
        means[tuple(points[:, i])] = None
        if len(means) == K:
            break
    return np.array([*means])


def _sample_far_points(points, K, rng, widths):
    """Return K points far from one another, by k-means++, as means (K, D).

    Each next one is drawn with a probability that grows as the square of a point's distance to the
    nearest so far (Arthur & Vassilvitskii 2007), each feature in units of its width (D,).
    """
    n = points.shape[1]
    chosen = [int(rng.integers(n))]
    nearest = np.full(n, np.inf)  # squared distance to the nearest mean so far
    while len(chosen) < K:
        last = chosen[-1]  # (one feature at a time: of all at once several copies would be made)
        pairs = zip(points, widths, strict=True)
        to_last = sum((row / width - row[last] / width) ** 2 for row, width in pairs)
        nearest = np.minimum(nearest, to_last)
        if not nearest.any():  # the points left are so near that their squared distances underflow
            return _sample_points(points, K, rng)
        chosen.append(int(rng.choice(n, p=nearest / nearest.sum())))
    return points[:, chosen].T


def fit_one(points, model):
    """Return the single component that fits all points, as a mixture with K = 1."""
    try:
        return _m_step(points, np.ones((1, points.shape[1])), model)
    except EMError as error:
        raise ValueError(
            model.nearly
            or "The covariance of all data is singular, up to rounding: a feature is nearly a "
            "linear combination of others (leave it out, use covariance_type='diag', or add a "
            "ridge), or a few points are so far away that beside them the rest has no spread."
        ) from error


def _around(means, one):
    """Return a start: equal components of the one's covariance around each of the means (K, D)."""
    K = len(means)
    return Mixture(np.full(K, 1 / K), means, np.repeat(one.covariances, K, axis=0))


def _cut_in_two(points, b, component):
    """Return the responsibilities `b` (K, n) with one component's cut in two, (K + 1, n).

    The cut is the plane through the mean of its points, each counted by its responsibility, across
    the direction in which they are most spread, in units of the features' standard deviations.
    """
    mine = b[component]
    shares = mine / (mine.sum() or 1)  # all 0 if it has no points: the M step will say so
    scaled = points / validation.standard_deviations(points)[:, None]
    scaled -= (scaled @ shares)[:, None]
    direction = np.linalg.eigh(shares * scaled @ scaled.T)[1][:, -1]
    direction *= np.sign(direction[abs(direction).argmax()])  # else it is the machine's choice
    beyond = direction @ scaled > 0
    halves = mine * np.array([~beyond, beyond])
    return np.vstack([b[:component], halves[:1], b[component + 1 :], halves[1:]])
