"""How many components, and which covariance type: the search for the fits to compare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from gmm_helpers.model import validation
from gmm_helpers.model.comparison import ONE_IN_1D, Cell, Comparison, tabulate
from gmm_helpers.model.criteria import spurious_components
from gmm_helpers.model.em import climb
from gmm_helpers.model.mixture import Mixture
from gmm_helpers.model.starts import (
    SAME_OPTIMUM,
    Progress,
    fit_one,
    merge_each,
    sample_starts,
    split_each,
)
from gmm_helpers.model.trace import EMError

_N_MERGERS = 3  # of the mergers of two components, so many are tried
_TOL_OF_SEARCH = 1e-5  # where runs stop whose only use is to see which of them ends highest
_NEAR = 1e-2  # nats per point: so far below the best an end may still turn out to be better
_ON_THE_WAY = 2  # the ratio in `_on_the_way`: 1 near a peak, and twice that is not quite so near
# Beside all runs to the end nothing is lost on the course's data sets. On 140 simulated ones of 20
# to 150 points 2.1 % of the optima were, by 0.6 nats (median) to 3.1; no choice by BIC changed.


def compare(
    x: ArrayLike,
    Ks: int | Iterable[int],
    *,
    covariance_types: str | Iterable[str] = ("full",),
    rng: np.random.Generator,
    n_init: int = 3,
    max_iter: int = 2000,
    tol: float = 1e-10,
    ridge: float = 0.0,
    progress: bool = False,
) -> Comparison:
    """Fit a mixture for each covariance type and each K, and count what each costs.

    For each K, EM starts from `n_init` starts by k-means++ and from the best mixture with fewer
    components, each of them split in turn; then, from the largest K down, also from the best
    mixture with more, two of its components merged (of all pairs the three that leave the highest
    ℓ). To save time runs stop where ℓ / n rises by less than 10⁻⁵, and the foremost go on to `tol`:
    those within 0.01 n nats of the best, but for those that are on their way to the same peak.

    A run with a component that `spurious_components` marks is kept apart: it stands beside the best
    regular one, and is never the best. The maximum of ℓ never falls as K grows, and here what is
    found does not either: where nothing better is found, the mixture with fewer components stands
    for K, with one of them written twice at half its weight, and the table says so.

    Parameters
    ----------
    x : array_like, shape (n, D), or (n,) for D = 1
    Ks : iterable of int
        In rising order.
    covariance_types : iterable of {"full", "tied", "diag", "spherical"}
        In one dimension all but "tied" are one model, which is fitted once.
    rng : numpy.random.Generator
        Where the starts come from.
    n_init : int
        How many starts to draw for each K, beside the splits and mergers.
    max_iter, tol, ridge, progress
        As in `fit`.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above, or the data cannot carry one component of some type.

    Examples
    --------
    >>> x = [0.0, 0.1, 0.3, 5.0, 5.2, 5.3]
    >>> comparison = compare(x, [1, 2, 3], rng=np.random.default_rng(0))
    >>> print(comparison)
    covariance   K   m           ℓ         AIC         BIC   points    width
    full         1   2     -14.059      32.117      31.701      6.0        –
    full         2   5      -0.183      10.365*      9.324*     3.0        1
    full         3   8  no fit: of 3 starts 2 collapsed, 1 ended no higher
    * the lowest of its column; m: free parameters; points: n times the
    smallest weight; width: that component's least standard deviation
    divided by the others' pooled one
    no fit: a fit with fewer components stands in, one of them written twice
    >>> comparison.best("bic").mixture.n_components
    2

    References
    ----------
    Ueda, Nakano, Ghahramani & Hinton (2000), Neural Comput. 12, 2109–2128, who split and merge.
    """
    points = validation.as_points(x)
    Ks = _in_rising_order(Ks)
    kinds = _each_once(covariance_types)
    validation.check_rng(rng)
    n_init = validation.check_count(n_init, "n_init", at_least=0)
    validation.check_fittable(points, Ks[-1])
    validation.check_flags(progress=progress)
    limits = validation.as_limits(max_iter, tol)
    rows = {}
    with Progress(progress) as shown:
        for kind in kinds:
            twin = next((k for k in rows if len(points) == 1 and {k, kind} <= ONE_IN_1D), None)
            if twin:  # one fit for both: two searches could end at two optima
                rows[kind] = [cell.relabelled(kind) for cell in rows[twin]]
            else:
                model = validation.as_model(points, kind, ridge)
                shown.row = f"{kind} ({len(rows) + 1} of {len(kinds)})"
                rows[kind] = _fit_row(points, Ks, rng, n_init, limits, model, shown)
    return tabulate(rows, Ks, points.shape[1])


def _in_rising_order(Ks):
    Ks = tuple(validation.check_count(K, "each of Ks", at_least=1) for K in validation.as_list(Ks))
    if not Ks or any(first >= second for first, second in zip(Ks, Ks[1:], strict=False)):
        raise ValueError(f"Ks must hold some numbers of components in rising order; it is {Ks}.")
    return Ks


def _each_once(covariance_types):
    kinds = validation.as_list(covariance_types)
    for kind in kinds:
        validation.check_covariance_type(kind, name="each of covariance_types")
    if not kinds or len({*kinds}) < len(kinds):
        raise ValueError(f"covariance_types must name some types, each once; it is {kinds}.")
    return kinds


def _fit_row(points, Ks, rng, n_init, limits, model, shown):
    """Return a `Cell` for each K: a search upwards, by splits, then down again, by mergers."""
    # One Gaussian for all data: the optimum for K = 1, known without a search.
    one = fit_one(points, model)
    searches = {K: _Search(points, K, limits, model, shown) for K in Ks}
    best = one
    shown.stage = "upwards"
    for K, search in searches.items():
        if K == 1:
            search.climb([one])
        else:
            search.climb(sample_starts(points, K, n_init, model, rng=rng))
            search.climb(_stepwise(split_each, points, K, best, model))
        best = search.best(best)
    shown.stage = "downwards"
    for K, search in [*searches.items()][-2::-1]:
        if 1 < K < best.n_components:
            search.climb(_stepwise(merge_each, points, K, best, model)[:_N_MERGERS])
        best = search.best(best)
    shown.stage = "to the end"
    cells = []
    fewer = climb(points, one, model, **limits)
    for search in searches.values():
        cells.append(search.cell(fewer))
        fewer = cells[-1].trace
    return cells


def _stepwise(step, points, K, mixture, model):
    """Split or merge until there are `K` components; return what the last step offers, best first.

    Of the steps before it, the one with the highest ℓ is taken. The list is empty where no
    component can be split.
    """
    starts = []
    while mixture.n_components != K:
        starts = step(points, mixture, model)
        if not starts:
            break
        starts.sort(key=lambda start: -start._posterior(points)[1].sum())
        mixture = starts[0]
    return starts


class _Search:
    """The runs for one K and one covariance type."""

    def __init__(self, points, K, limits, model, shown):
        self.points, self.K, self.limits, self.model, self.shown = points, K, limits, model, shown
        self.n = points.shape[1]
        self.ends = []  # of the runs so far, the highest first
        self.n_starts = self.n_failed = 0

    def climb(self, starts):
        """Run EM from each start, as far as tells which ends high."""
        tol = max(self.limits["tol"], _TOL_OF_SEARCH)
        for start in starts:
            self.n_starts += 1
            try:
                self.ends.append(self._run(start, f"start {self.n_starts}", tol=tol))
            except EMError:
                self.n_failed += 1
        self.ends.sort(key=_height, reverse=True)

    def best(self, otherwise):
        """Return the mixture of the highest regular end so far, if there is one."""
        return next((end.mixture for end in self.ends if not self._is_spurious(end)), otherwise)

    def cell(self, fewer):
        """Run the foremost to the end; return the best regular one, or `fewer` written with K."""
        regular, spurious = self._finish()
        reason = ""
        least = _height(fewer) + SAME_OPTIMUM * self.n
        if regular is None or self.K > 1 and _height(regular) <= least:
            reason = self._why_none()
            # The same density with more components, so ℓ is the same: nothing is lost.
            same = _copy_until(self.K, fewer.mixture)
            same = climb(self.points, same, self.model, max_iter=0, tol=0)
            regular = replace(same, converged=fewer.converged)
        if spurious and _height(spurious) <= _height(regular):
            spurious = None
        counts = {"n_starts": self.n_starts, "n_failed": self.n_failed}
        return Cell(replace(regular, **counts), spurious and replace(spurious, **counts), reason)

    def _why_none(self):
        n_spurious = sum(map(self._is_spurious, self.ends))
        counts = self.n_failed, n_spurious, len(self.ends) - n_spurious
        pairs = zip(counts, ("collapsed", "ended spurious", "ended no higher"), strict=True)
        told = ", ".join(f"{n} {what}" for n, what in pairs if n)
        return f"of {validation.count(self.n_starts, 'start')} {told}" if told else "no start"

    def _finish(self):
        """Run the foremost to the end; return the best regular and the best spurious, or None.

        Ends a little lower than the best regular one are tried too, as EM can crawl before it
        climbs; but not those that are on their way to where one has been already.
        """
        found = {False: [], True: []}
        for trace in self.ends:
            best = _height(found[False][0]) if found[False] else -np.inf
            if _height(trace) < best - _NEAR * self.n:
                break
            spurious = self._is_spurious(trace)
            if spurious and found[True] or any(self._on_the_way(trace, f) for f in found[spurious]):
                continue
            try:
                trace = self._go_on(trace)
            except EMError:
                continue
            found[self._is_spurious(trace)].append(trace)
        return [max(traces, key=_height, default=None) for traces in found.values()]

    def _on_the_way(self, trace, other):
        """Say whether a run is on its way up to the peak that another one has reached.

        Near a peak twice the rise that is left is Σ_i (Δ log p(x_i))², where Δ is the difference
        to the peak's mixture (both are squared distances, as the Fisher information measures them);
        at another peak's foot that sum is many times as large.
        """
        left = _height(other) - _height(trace)
        apart = np.subtract(*(t.mixture._posterior(self.points)[1] for t in (trace, other)))
        return apart @ apart < _ON_THE_WAY * 2 * (left + SAME_OPTIMUM * self.n)

    def _go_on(self, trace):
        """Run on from where a run has stopped, unless it has come to the end."""
        if np.ptp(trace.log_likelihoods[-2:]) < self.limits["tol"] * self.n:
            return trace
        left = self.limits["max_iter"] - trace.iterations
        rest = self._run(trace.mixture, "one of the foremost", max_iter=left)
        ends = np.concatenate([trace.log_likelihoods, rest.log_likelihoods[1:]])
        return replace(rest, log_likelihoods=ends)

    def _run(self, start, what, **limits):
        report = self.shown.at(f"{self.shown.row}, {self.shown.stage}, K = {self.K}, {what}")
        return climb(self.points, start, self.model, report=report, **{**self.limits, **limits})

    def _is_spurious(self, trace):
        return bool(spurious_components(trace.mixture, self.n, trace.covariance_type).any())


def _height(trace):
    return trace.log_likelihoods[-1]


def _copy_until(K, mixture):
    """Write the heaviest component twice, at half its weight, until there are `K`."""
    while mixture.n_components < K:
        heaviest = mixture.weights.argmax()
        rows = [*range(mixture.n_components), heaviest]
        weights = mixture.weights[rows]
        weights[[heaviest, -1]] /= 2
        mixture = Mixture(weights, mixture.means[rows], mixture.covariances[rows])
    return mixture
