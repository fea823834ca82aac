"""How many components, and which covariance type: criteria, and a table of fits to compare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from gmm_helpers.model import validation
from gmm_helpers.model.em import climb
from gmm_helpers.model.mixture import Mixture, check_mixture
from gmm_helpers.model.starts import (
    SAME_OPTIMUM,
    Progress,
    fit_one,
    merge_each,
    sample_starts,
    split_each,
)
from gmm_helpers.model.trace import EMError, Trace

Numbers = TypeVar("Numbers", float, np.ndarray)
CRITERIA = ("aic", "bic")  # of which the lowest is best
# A component on fewer points than 5 (D + 1) is spurious if beside the others it is narrower than
# (D + 1) / 8 N_k. Tried on 1,100 fits of simulated mixtures and on 950 fits that beat them in ℓ and
# lose on new points: 2.4 % of the former were marked, and 5.7 % of the latter missed.
_FEW, _NARROW = 5, 1 / 8
_ONE_IN_1D = {"full", "diag", "spherical"}  # one model in one dimension
_N_MERGERS = 3  # of the mergers of two components, so many are tried
_NEAR = 1e-3  # nats per point: so far below the best an end may still turn out to be better
_TOL_OF_SEARCH = 1e-5  # where runs stop whose only use is to see which of them ends highest
_ON_THE_WAY = 8  # the ratio in `_on_the_way`: where both end at one peak up to 3.3, else from 26 on


def free_parameters(K: int, D: int, covariance_type: str = "full") -> int:
    """Count the numbers of a mixture that can be chosen freely.

    The weights sum to 1, so the last one follows from the others: K − 1. The means are K · D. A
    covariance matrix is symmetric, with D (D + 1) / 2 numbers; a diagonal one has D, and a
    spherical one 1. All components have their own, or share one if tied.

    Parameters
    ----------
    K, D : int
    covariance_type : {"full", "tied", "diag", "spherical"}

    Returns
    -------
    int

    Examples
    --------
    >>> free_parameters(3, 1)
    8
    >>> [free_parameters(4, 2, kind) for kind in ("full", "tied", "diag", "spherical")]
    [23, 14, 19, 15]

    References
    ----------
    McLachlan & Peel (2000), *Finite Mixture Models*, chapter 6.
    """
    K = validation.check_count(K, "K", at_least=1)
    D = validation.check_count(D, "D", at_least=1)
    validation.check_covariance_type(covariance_type)
    of_covariances = {
        "full": K * D * (D + 1) // 2,
        "tied": D * (D + 1) // 2,
        "diag": K * D,
        "spherical": K,
    }
    return (K - 1) + K * D + of_covariances[covariance_type]


def aic(log_likelihood: Numbers, n_parameters: Numbers) -> Numbers:
    """Return Akaike's criterion, 2 m − 2 ℓ for m free parameters: the lower, the better.

    Parameters
    ----------
    log_likelihood : float or ndarray
        The maximum of ℓ over all points, in nats.
    n_parameters : int or ndarray

    Returns
    -------
    float or ndarray

    Examples
    --------
    >>> round(aic(-1130.26396, 11), 3)
    2282.528

    References
    ----------
    Akaike (1974), IEEE Trans. Autom. Control 19, 716–723.
    """
    return 2 * n_parameters - 2 * log_likelihood


def bic(log_likelihood: Numbers, n_parameters: Numbers, n: int) -> Numbers:
    """Return the Bayesian criterion, m log n − 2 ℓ for m free parameters: the lower, the better.

    Some texts and R's mclust turn the sign round, and take the highest.

    Parameters
    ----------
    log_likelihood, n_parameters
        As in `aic`.
    n : int
        How many points.

    Returns
    -------
    float or ndarray

    Examples
    --------
    >>> round(bic(-1126.31593, 11, 272), 3)
    2314.296

    References
    ----------
    Schwarz (1978), Ann. Stat. 6, 461–464; as −2 times his.
    """
    n = validation.check_count(n, "n", at_least=1)
    return n_parameters * np.log(n).item() - 2 * log_likelihood


def held_out_log_likelihood(mixture: Mixture, x: ArrayLike) -> float:
    """Return ℓ of data that the mixture was not fitted to: Σ_i log p(x_i), in nats.

    Parameters
    ----------
    mixture : Mixture
    x : array_like, shape (n, D), or (n,) for D = 1

    Returns
    -------
    float
        The total. Divide it by n to compare sets of different sizes.

    Examples
    --------
    >>> mixture = Mixture.from_1d([0.5, 0.5], [-1, 1], [1, 1])
    >>> round(held_out_log_likelihood(mixture, [0.0, 2.0]), 3)
    -3.513
    """
    check_mixture(mixture, "mixture")
    return float(mixture.log_density(x).sum())


def spurious_components(mixture: Mixture, n: int, covariance_type: str = "full") -> np.ndarray:
    """Mark the components that sit on a few points and have hardly any width.

    The density of such a component, and so ℓ, is as high as its points are near to one another, or
    to a line or a plane. Among many points some always are, and among rounded ones a good many: it
    says nothing of new points. Marked is who has N_k < 5 (D + 1) points and a width below
    (D + 1) / (8 N_k), from 1/8 for D + 1 points on down to 1/40. The width is the least standard
    deviation in any direction, divided by the other components' pooled one in that direction; no
    unit and no correlation of the features changes it.

    Parameters
    ----------
    mixture : Mixture
        Fitted to the n points.
    n : int
        How many points.
    covariance_type : {"full", "tied", "diag", "spherical"}
        The mixture's. With a shared covariance no component is marked.

    Returns
    -------
    ndarray of bool, shape (K,)

    Examples
    --------
    >>> mixture = Mixture.from_1d([0.02, 0.98], [5.0, 0.0], [1e-4, 1.0])
    >>> spurious_components(mixture, 100), spurious_components(mixture, 10_000)
    (array([ True, False]), array([False, False]))

    References
    ----------
    McLachlan & Peel (2000), *Finite Mixture Models*, section 3.10. Hathaway (1985), Ann. Stat. 13,
    795–800, who bounds the ratio of the standard deviations.
    """
    check_mixture(mixture, "mixture")
    n = validation.check_count(n, "n", at_least=1)
    validation.check_covariance_type(covariance_type)
    if covariance_type == "tied":
        return np.zeros(mixture.n_components, bool)
    sizes = n * mixture.weights / (mixture.n_features + 1)
    return (sizes < _FEW) & (relative_widths(mixture, sizes < _FEW) * sizes < _NARROW)


def relative_widths(mixture, wanted: np.ndarray | bool = True):
    """Return the least standard deviation beside the others' pooled one, (K,); ∞ if not wanted."""
    widths = np.full(mixture.n_components, np.inf)
    for k in np.flatnonzero(np.broadcast_to(wanted, widths.shape)):
        others = np.delete(mixture.weights, k)
        if others.any():
            pooled = np.tensordot(others / others.sum(), np.delete(mixture.covariances, k, 0), 1)
            beside = np.linalg.solve(np.linalg.cholesky(pooled), mixture._factors[k])
            widths[k] = np.linalg.svd(beside, compute_uv=False)[-1]
    return widths


@dataclass(frozen=True, eq=False)
class Comparison:
    """Fits of one data set for each covariance type and each K; printed, it is a table.

    A fit is *regular* if `spurious_components` marks none of its components. Only regular fits
    are compared.

    Attributes
    ----------
    covariance_types : tuple of str
        The types, one for each row of the arrays.
    Ks : tuple of int
        The numbers of components, one for each column.
    traces : tuple of tuple of Trace
        The best regular run for each type and each K, without its half-steps: `traces[i][j]`.
    spurious : tuple of tuple of Trace or None
        A run that ends higher than this one for the sake of a spurious component, if there was one.
    reasons : tuple of tuple of str
        Why there is no fit, in which case `traces` holds the mixture with fewer components, one of
        them written twice; else "".
    n : int
        How many points there are.
    log_likelihoods, n_parameters, aic, bic : ndarray, shape (n_types, n_Ks)
        ℓ in nats, and what it costs; of a criterion the lowest is best.
    converged : ndarray of bool, shape (n_types, n_Ks)
    """

    covariance_types: tuple[str, ...]
    Ks: tuple[int, ...]
    traces: tuple[tuple[Trace, ...], ...]
    spurious: tuple[tuple[Trace | None, ...], ...]
    reasons: tuple[tuple[str, ...], ...]
    n: int
    log_likelihoods: np.ndarray
    n_parameters: np.ndarray
    aic: np.ndarray
    bic: np.ndarray
    converged: np.ndarray

    def trace(self, K: int, covariance_type: str | None = None) -> Trace:
        """Return the best regular run for this K, and this type where there are several."""
        kind = self._only_type() if covariance_type is None else covariance_type
        if kind not in self.covariance_types or K not in self.Ks:
            raise ValueError(
                f"There is no fit for K = {K!r} and {kind!r}: the table has K in {self.Ks} and "
                f"types in {self.covariance_types}."
            )
        return self.traces[self.covariance_types.index(kind)][self.Ks.index(K)]

    def best(self, criterion: str = "bic") -> Trace:
        """Return the run whose "aic" or "bic" is lowest; of equal ones, the first."""
        if criterion not in CRITERIA:
            raise ValueError(f"criterion must be one of {CRITERIA}; it is {criterion!r}.")
        cell = self._lowest(criterion)
        if cell is None:
            raise ValueError("There is no regular fit in the table: try smaller K, or a ridge.")
        return self.traces[cell[0]][cell[1]]

    def held_out(self, x: ArrayLike) -> np.ndarray:
        """Return ℓ of other data under each of the mixtures, shape (n_types, n_Ks), in nats."""
        return np.array(
            [[held_out_log_likelihood(trace.mixture, x) for trace in row] for row in self.traces]
        )

    def _only_type(self) -> str:
        if len(self.covariance_types) != 1:
            raise ValueError(f"Name the covariance_type: one of {self.covariance_types}.")
        return self.covariance_types[0]

    def _lowest(self, criterion, row: int | slice = slice(None)):
        """Return where the criterion is lowest, (i, j), in all rows or one; None without a fit."""
        values = np.full(self.bic.shape, np.inf)
        values[row] = getattr(self, criterion)[row]
        values[np.array(self.reasons) != ""] = np.inf
        cell = np.unravel_index(values.argmin(), values.shape)
        return cell if np.isfinite(values[cell]) else None

    def __str__(self):
        return "\n".join([_HEADER, *self._lines(), *self._notes()])

    def _lines(self):
        """Return the table's lines: for each cell its fit, and a spurious one that is higher."""
        lines = []
        for i, j in np.ndindex(self.bic.shape):
            kind, trace, spurious = self.covariance_types[i], self.traces[i][j], self.spurious[i][j]
            if self.reasons[i][j]:
                parameters = f"{self.Ks[j]:>4}{self.n_parameters[i, j]:>4}"
                lines.append(f"{kind:<10}{parameters}  no fit: {self.reasons[i][j]}")
            else:
                stars = [criterion for criterion in CRITERIA if self._lowest(criterion) == (i, j)]
                smallest = trace.mixture.weights.argmin()
                lines.append(self._line(kind, trace, smallest, stars))
            if spurious:
                marked = spurious_components(spurious.mixture, self.n, kind)
                narrowest = np.where(marked, relative_widths(spurious.mixture), np.inf).argmin()
                lines.append(self._line("  spurious", spurious, narrowest))
        return lines

    def _line(self, name, trace, k, stars=()):
        """Return the line of a run, with what is to say of its component k."""
        (K, D), ell = trace.mixture.means.shape, trace.log_likelihoods[-1]
        m = free_parameters(K, D, trace.covariance_type)
        values = {"aic": aic(ell, m), "bic": bic(ell, m, self.n)}
        criteria = [f"{values[name]:>11.3f}{'*' if name in stars else ' '}" for name in CRITERIA]
        width = f"{relative_widths(trace.mixture)[k]:.2g}" if K > 1 else "–"
        return (
            f"{name:<10}{K:>4}{m:>4}{ell:>12.3f}{' ' if trace.converged else '?'}"
            f"{''.join(criteria)}{self.n * trace.mixture.weights[k]:>8.1f}{width:>9}"
        )

    def _notes(self):
        """Return what to know of this table, below its legend."""
        notes = [_LEGEND]
        if any(map(any, self.spurious)):
            notes.append(_OF_SPURIOUS)
        if any(map(any, self.reasons)):
            notes.append(_OF_COPIES)
        one = [kind for kind in self.covariance_types if kind in _ONE_IN_1D]
        if one[1:] and self.traces[0][0].mixture.n_features == 1:
            notes.append(f"In one dimension {' and '.join(one)} are one model.")
        for criterion in CRITERIA:
            at_end = [
                kind
                for i, kind in enumerate(self.covariance_types)
                if self._lowest(criterion, i) == (i, len(self.Ks) - 1)
            ]
            if at_end and self.Ks[1:]:
                found = f"{criterion.upper()} is lowest at K = {self.Ks[-1]} with"
                notes.append(f"Try larger K: {found} {', '.join(at_end)}.")
        if not self.converged.all():
            notes.append("? not converged: raise max_iter")
        return notes


_HEADER = "covariance   K   m           ℓ         AIC         BIC   points    width"
_LEGEND = """\
* the lowest of its column; m: free parameters; points: n times the
smallest weight; width: that component's least standard deviation
beside the others' pooled one"""
_OF_SPURIOUS = """\
spurious: higher only for the sake of these few points, so close that
they have hardly any width (in rounded data many lie so); never the best"""
_OF_COPIES = """\
no fit: a fit with fewer components stands in, one of them written twice"""


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
    those within 0.001 n nats of the best, but for those that are on their way to the same peak.

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

    Returns
    -------
    Comparison

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
    beside the others' pooled one
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
    limits = validation.as_limits(max_iter, tol)
    rows = {}
    with Progress(progress) as shown:
        for kind in kinds:
            twin = next((k for k in rows if len(points) == 1 and {k, kind} <= _ONE_IN_1D), None)
            if twin:  # one fit for both: two searches could end at two optima
                rows[kind] = [cell.relabelled(kind) for cell in rows[twin]]
            else:
                model = validation.as_model(points, kind, ridge)
                shown.row = f"{kind} ({len(rows) + 1} of {len(kinds)})"
                rows[kind] = _fit_row(points, Ks, rng, n_init, limits, model, shown)
    return _tabulate(rows, Ks, points.shape)


def _in_rising_order(Ks):
    Ks = tuple(Ks) if isinstance(Ks, Iterable) and not isinstance(Ks, str) else (Ks,)
    Ks = tuple(validation.check_count(K, "each K", at_least=1) for K in Ks)
    if not Ks or any(first >= second for first, second in zip(Ks, Ks[1:], strict=False)):
        raise ValueError(f"Ks must hold some numbers of components in rising order; it is {Ks}.")
    return Ks


def _each_once(covariance_types):
    kinds = [covariance_types] if isinstance(covariance_types, str) else [*covariance_types]
    for kind in kinds:
        validation.check_covariance_type(kind)
    if not kinds or len({*kinds}) < len(kinds):
        raise ValueError(f"covariance_types must name some types, each once; it is {kinds}.")
    return kinds


def _tabulate(rows, Ks, shape):
    """Return the `Comparison` of these rows of cells, for `points` of this shape (D, n)."""
    D, n = shape
    columns = {
        name: tuple(tuple(getattr(cell, name) for cell in row) for row in rows.values())
        for name in ("trace", "spurious", "reason")
    }
    ends = np.array([[trace.log_likelihoods[-1] for trace in row] for row in columns["trace"]])
    counts = np.array([[free_parameters(K, D, kind) for K in Ks] for kind in rows])
    arrays = {
        "log_likelihoods": ends,
        "n_parameters": counts,
        "aic": aic(ends, counts),
        "bic": bic(ends, counts, n),
        "converged": np.array([[trace.converged for trace in row] for row in columns["trace"]]),
    }
    for array in arrays.values():
        array.setflags(write=False)
    return Comparison(
        tuple(rows), Ks, columns["trace"], columns["spurious"], columns["reason"], n, **arrays
    )


# --- the search -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Cell:
    """What stands in the table for a K and a type; as in `Comparison`."""

    trace: Trace
    spurious: Trace | None = None
    reason: str = ""

    def relabelled(self, kind):
        spurious = self.spurious and replace(self.spurious, covariance_type=kind)
        return replace(self, trace=replace(self.trace, covariance_type=kind), spurious=spurious)


def _fit_row(points, Ks, rng, n_init, limits, model, shown):
    """Return a `_Cell` for each K: a search upwards, by splits, then down again, by mergers."""
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
        self.points, self.K, self.model, self.shown = points, K, model, shown
        self.n = points.shape[1]
        self.max_iter, self.tol = limits["max_iter"], limits["tol"]
        self.ends = []  # of the runs so far, each with whether it is spurious
        self.n_starts = self.n_failed = 0

    def climb(self, starts):
        """Run EM from each start, as far as tells which ends high."""
        for start in starts:
            self.n_starts += 1
            tol = max(self.tol, _TOL_OF_SEARCH)
            try:
                trace = self._run(start, f"start {self.n_starts}", self.max_iter, tol)
            except EMError:
                self.n_failed += 1
            else:
                self.ends.append((trace, self._is_spurious(trace)))
        self.ends.sort(key=lambda end: -end[0].log_likelihoods[-1])

    def best(self, otherwise):
        """Return the mixture of the highest regular end so far, if there is one."""
        return next((trace.mixture for trace, spurious in self.ends if not spurious), otherwise)

    def cell(self, fewer):
        """Run the foremost to the end; return the best regular one, or `fewer` written with K."""
        regular, spurious = self._finish()
        reason = ""
        least = fewer.log_likelihoods[-1] + SAME_OPTIMUM * self.n
        if regular is None or (self.K > 1 and regular.log_likelihoods[-1] <= least):
            counts = {
                "collapsed": self.n_failed,
                "ended spurious": sum(spurious for _, spurious in self.ends),
                "ended no higher": sum(not spurious for _, spurious in self.ends),
            }
            counts = ", ".join(f"{n} {what}" for what, n in counts.items() if n)
            reason = f"of {self.n_starts} starts {counts}" if self.n_starts else "no start"
            # The same density with more components, so ℓ is the same: nothing is lost.
            same = _copy_until(self.K, fewer.mixture)
            same = climb(self.points, same, self.model, max_iter=0, tol=0)
            regular = replace(same, converged=fewer.converged)
        if spurious and spurious.log_likelihoods[-1] <= regular.log_likelihoods[-1]:
            spurious = None
        counts = {"n_starts": self.n_starts, "n_failed": self.n_failed}
        return _Cell(replace(regular, **counts), spurious and replace(spurious, **counts), reason)

    def _finish(self):
        """Run the foremost to the end; return the best regular and the best spurious, or None.

        Ends a little lower than the best regular one are tried too, as EM can crawl before it
        climbs; but not those that are on their way to where one has been already.
        """
        found = {False: [], True: []}
        for trace, spurious in self.ends:
            best = found[False][0].log_likelihoods[-1] if found[False] else -np.inf
            if trace.log_likelihoods[-1] < best - _NEAR * self.n:
                break
            if spurious and found[True] or any(self._on_the_way(trace, f) for f in found[spurious]):
                continue
            try:
                trace = self._go_on(trace)
            except EMError:
                continue
            found[self._is_spurious(trace)].append(trace)
        best = (max(f, key=lambda t: t.log_likelihoods[-1], default=None) for f in found.values())
        return tuple(best)

    def _on_the_way(self, trace, other):
        """Say whether a run is on its way up to the peak that another one has reached.

        Near a peak twice the rise that is left is Σ_i (Δ log p(x_i))², where Δ is the difference
        to the peak's mixture: both are the square of the distance, as the Fisher information
        measures it. At another peak's foot that sum is many times as large.
        """
        left = other.log_likelihoods[-1] - trace.log_likelihoods[-1]
        apart = np.subtract(*(t.mixture._posterior(self.points)[1] for t in (trace, other)))
        return apart @ apart < _ON_THE_WAY * 2 * (left + SAME_OPTIMUM * self.n)

    def _go_on(self, trace):
        if self.tol >= _TOL_OF_SEARCH:
            return trace
        max_iter = self.max_iter - trace.iterations
        rest = self._run(trace.mixture, "one of the foremost", max_iter, self.tol)
        ends = np.concatenate([trace.log_likelihoods, rest.log_likelihoods[1:]])
        return replace(rest, log_likelihoods=ends)

    def _run(self, start, what, max_iter, tol):
        report = self.shown.at(f"{self.shown.row}, {self.shown.stage}, K = {self.K}, {what}")
        return climb(self.points, start, self.model, max_iter=max_iter, tol=tol, report=report)

    def _is_spurious(self, trace):
        return bool(spurious_components(trace.mixture, self.n, trace.covariance_type).any())


def _copy_until(K, mixture):
    """Write the heaviest component twice, at half its weight, until there are `K`."""
    while mixture.n_components < K:
        heaviest = mixture.weights.argmax()
        rows = [*range(mixture.n_components), heaviest]
        weights = mixture.weights[rows]
        weights[[heaviest, -1]] /= 2
        mixture = Mixture(weights, mixture.means[rows], mixture.covariances[rows])
    return mixture
