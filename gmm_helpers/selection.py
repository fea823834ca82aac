"""How many components, and which covariance type: criteria, and a table of fits to compare."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from gmm_helpers import _checks
from gmm_helpers.em import run_em
from gmm_helpers.mixture import Mixture, check_mixture
from gmm_helpers.starts import (
    best_of,
    draw_starts,
    split_each,
    start_from_means,
)
from gmm_helpers.trace import EMError

CRITERIA = ("aic", "bic")  # of which the lowest is best
_TOL_OF_SEARCH = 1e-5  # where runs stop whose only use is to see which of them ends highest


def free_parameters(K, D, covariance_type="full"):
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
    K = _checks.check_count(K, "K", at_least=1)
    D = _checks.check_count(D, "D", at_least=1)
    _checks.check_covariance_type(covariance_type)
    of_covariances = {
        "full": K * D * (D + 1) // 2,
        "tied": D * (D + 1) // 2,
        "diag": K * D,
        "spherical": K,
    }
    return (K - 1) + K * D + of_covariances[covariance_type]


def aic(log_likelihood, n_parameters):
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


def bic(log_likelihood, n_parameters, n):
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
    n = _checks.check_count(n, "n", at_least=1)
    return n_parameters * np.log(n).item() - 2 * log_likelihood


def held_out_log_likelihood(mixture, x):
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


@dataclass(frozen=True, eq=False)
class Comparison:
    """Fits of one data set for each covariance type and each K; printed, it is a table.

    Attributes
    ----------
    covariance_types : tuple of str
        The types, one for each row of the arrays.
    Ks : tuple of int
        The numbers of components, one for each column.
    traces : tuple of tuple of Trace
        The best run for each type and each K, without its half-steps: `traces[i][j]`.
    n : int
        How many points there are.
    log_likelihoods, n_parameters, aic, bic : ndarray, shape (n_types, n_Ks)
        ℓ in nats, and what it costs; of a criterion the lowest is best.
    smallest : ndarray, shape (n_types, n_Ks)
        n φ_k of the smallest component: how many points it answers for. Where it is a few points
        close together, ℓ may be high for their sake alone.
    converged : ndarray of bool, shape (n_types, n_Ks)
    """

    covariance_types: tuple
    Ks: tuple
    traces: tuple
    n: int
    log_likelihoods: np.ndarray
    n_parameters: np.ndarray
    aic: np.ndarray
    bic: np.ndarray
    smallest: np.ndarray
    converged: np.ndarray

    def trace(self, K, covariance_type=None):
        """Return the best run for this K, and this type where there are several."""
        kind = self._only_type() if covariance_type is None else covariance_type
        if kind not in self.covariance_types or K not in self.Ks:
            raise ValueError(
                f"There is no fit for K = {K!r} and {kind!r}: the table has K in {self.Ks} and "
                f"types in {self.covariance_types}."
            )
        return self.traces[self.covariance_types.index(kind)][self.Ks.index(K)]

    def best(self, criterion="bic"):
        """Return the run whose "aic" or "bic" is lowest; of equal ones, the first."""
        if criterion not in CRITERIA:
            raise ValueError(f"criterion must be one of {CRITERIA}; it is {criterion!r}.")
        row, column = np.unravel_index(getattr(self, criterion).argmin(), self.bic.shape)
        return self.traces[row][column]

    def held_out(self, x):
        """Return ℓ of other data under each of the mixtures, shape (n_types, n_Ks), in nats."""
        return np.array(
            [[held_out_log_likelihood(trace.mixture, x) for trace in row] for row in self.traces]
        )

    def _only_type(self):
        if len(self.covariance_types) > 1:
            raise ValueError(f"Name the covariance_type: one of {self.covariance_types}.")
        return self.covariance_types[0]

    def __str__(self):
        lines = ["covariance   K  parameters           ℓ         AIC         BIC  smallest"]
        for i, kind in enumerate(self.covariance_types):
            for j, K in enumerate(self.Ks):
                aic_mark, bic_mark = (
                    "*" if values[i, j] == values.min() else " " for values in (self.aic, self.bic)
                )
                lines.append(
                    f"{kind:<10} {K:>3} {self.n_parameters[i, j]:>11} "
                    f"{self.log_likelihoods[i, j]:>11.3f}{' ' if self.converged[i, j] else '?'}"
                    f"{self.aic[i, j]:>11.3f}{aic_mark}{self.bic[i, j]:>11.3f}{bic_mark}"
                    f"{self.smallest[i, j]:>9.1f}"
                )
        lines.append("* the lowest of its column; smallest: n times the smallest weight")
        if not self.converged.all():
            lines.append("? not converged: raise max_iter")
        return "\n".join(lines)


def compare(
    x,
    Ks,
    *,
    covariance_types=("full",),
    rng,
    n_init=10,
    max_iter=2000,
    tol=1e-10,
    ridge=0.0,
):
    """Fit a mixture for each covariance type and each K, and count what each costs.

    The maximum of ℓ never falls as K grows, and here what is found does not either: beside
    `n_init` starts by k-means++, EM starts from the best mixture with one component less, one of
    its components split (of all splits the one with the highest ℓ). Where even so nothing better
    is found, that mixture itself stands for K, with one component written twice at half its
    weight.

    To save time every start runs only until ℓ / n rises by less than 10⁻⁵, and the best of them
    goes on to `tol`.

    Parameters
    ----------
    x : array_like, shape (n, D), or (n,) for D = 1
    Ks : iterable of int
        In rising order.
    covariance_types : iterable of {"full", "tied", "diag", "spherical"}
    rng : numpy.random.Generator
        Where the starts come from.
    n_init : int
        How many starts to draw for each K, beside the split.
    max_iter, tol, ridge
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
    >>> comparison = compare(x, [1, 2], rng=np.random.default_rng(0))
    >>> print(comparison)
    covariance   K  parameters           ℓ         AIC         BIC  smallest
    full         1           2     -14.059      32.117      31.701       6.0
    full         2           5      -0.183      10.365*      9.324*      3.0
    * the lowest of its column; smallest: n times the smallest weight
    >>> comparison.best("bic").mixture.n_components
    2

    References
    ----------
    Ueda, Nakano, Ghahramani & Hinton (2000), Neural Comput. 12, 2109–2128, who split components.
    """
    points = _checks.as_points(x)
    Ks = _in_rising_order(Ks)
    kinds = [covariance_types] if isinstance(covariance_types, str) else [*covariance_types]
    for kind in kinds:
        _checks.check_covariance_type(kind)
    if not kinds or len({*kinds}) < len(kinds):
        raise ValueError(f"covariance_types must name some types, each once; it is {kinds}.")
    _checks.check_rng(rng)
    n_init = _checks.check_count(n_init, "n_init", at_least=0)
    _checks.check_fittable(points, Ks[-1])
    traces = tuple(
        tuple(
            _fit_rising(
                points.T,
                Ks,
                rng,
                n_init,
                {"max_iter": max_iter, "tol": tol},
                {"covariance_type": kind, "ridge": ridge},
            )
        )
        for kind in kinds
    )
    D, n = points.shape
    ends = np.array([[trace.log_likelihoods[-1] for trace in row] for row in traces])
    counts = np.array([[free_parameters(K, D, kind) for K in Ks] for kind in kinds])
    arrays = {
        "log_likelihoods": ends,
        "n_parameters": counts,
        "aic": aic(ends, counts),
        "bic": bic(ends, counts, n),
        "smallest": n * np.array([[trace.mixture.weights.min() for trace in r] for r in traces]),
        "converged": np.array([[trace.converged for trace in row] for row in traces]),
    }
    for array in arrays.values():
        array.setflags(write=False)
    return Comparison(tuple(kinds), Ks, traces, n, **arrays)


def _in_rising_order(Ks):
    Ks = tuple(Ks) if isinstance(Ks, Iterable) and not isinstance(Ks, str) else (Ks,)
    Ks = tuple(_checks.check_count(K, "each K", at_least=1) for K in Ks)
    if not Ks or any(first >= second for first, second in zip(Ks, Ks[1:], strict=False)):
        raise ValueError(f"Ks must hold some numbers of components in rising order; it is {Ks}.")
    return Ks


def _fit_rising(x, Ks, rng, n_init, options, model):
    """Yield the best trace for each K, none lower than the one before it."""
    # One Gaussian for all data: the optimum for K = 1, known without a search.
    mixture = start_from_means(x, x.mean(axis=0, keepdims=True), **model)
    best = run_em(x, mixture, record=False, **options, **model)
    for K in Ks:
        if K > 1:
            best = _fit_no_lower(x, K, best, rng, n_init, options, model)
        yield best


def _fit_no_lower(x, K, fewer, rng, n_init, options, model):
    """Return the best run for `K`, from fresh starts and from the best run with fewer."""
    starts = draw_starts(_checks.as_points(x), K, n_init, rng=rng, **model)
    starts += _split_until(x, K, fewer.mixture, model)
    n_failed = len(starts)
    try:
        best = _search(x, starts, **options, **model) if starts else None
    except EMError:
        best = None
    if best is not None:
        n_failed = best.n_failed
        if best.log_likelihoods[-1] >= fewer.log_likelihoods[-1]:
            return best
    # The same density with more components, so ℓ is the same: nothing is lost by a larger K.
    same = run_em(x, _copy_until(K, fewer.mixture), max_iter=0, record=False, **model)
    return replace(same, converged=fewer.converged, n_starts=len(starts) + 1, n_failed=n_failed)


def _search(x, starts, *, max_iter, tol, **model):
    """Run EM from each start as far as tells which is best, and from that one to the end."""
    options = {"record": False, **model}
    first = best_of(x, starts, max_iter=max_iter, tol=max(tol, _TOL_OF_SEARCH), **options)
    if tol >= _TOL_OF_SEARCH:
        return first
    rest = run_em(x, first.mixture, max_iter=max_iter - first.iterations, tol=tol, **options)
    return replace(
        first,
        mixture=rest.mixture,
        converged=rest.converged,
        log_likelihoods=np.concatenate([first.log_likelihoods, rest.log_likelihoods[1:]]),
    )


def _split_until(x, K, mixture, model):
    """Split one component after the other, each time the one that gives the highest ℓ.

    Returns a list with the start, or an empty list where no component can be split.
    """
    while mixture.n_components < K:
        splits = split_each(x, mixture, **model)
        if not splits:
            return []
        mixture = max(splits, key=lambda split: split.log_density(x).sum())
    return [mixture]


def _copy_until(K, mixture):
    """Write the heaviest component twice, at half its weight, until there are `K`."""
    while mixture.n_components < K:
        heaviest = mixture.weights.argmax()
        rows = [*range(mixture.n_components), heaviest]
        weights = mixture.weights[rows]
        weights[[heaviest, -1]] /= 2
        mixture = Mixture(weights, mixture.means[rows], mixture.covariances[rows])
    return mixture
