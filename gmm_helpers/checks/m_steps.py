"""The self-checks of the M steps, of one feature and of several."""

import numpy as np

from gmm_helpers import em
from gmm_helpers._checks import ShapeError, SingularCovarianceError, WeightSumError
from gmm_helpers.checks.detectors import Finding, number
from gmm_helpers.checks.diagnosis import Exercise, Group, Part, describe, diagnose
from gmm_helpers.checks.hidden_data import mixture, points
from gmm_helpers.checks.slips import Table
from gmm_helpers.mixture import Mixture


def check_m_step(m_step):
    """Check an M step, called as `m_step(x, b)`.

    Parameters
    ----------
    m_step : callable
        Takes x of shape (n,) and responsibilities of shape (n, K); returns a Mixture, as
        `Mixture.from_1d(weights, means, variances)` makes it.

    Returns
    -------
    Check

    Examples
    --------
    >>> def m_step(x, b):
    ...     totals = b.sum(axis=0)
    ...     return Mixture.from_1d(totals, x @ b / totals, np.ones(len(totals)))
    >>> check_m_step(m_step).slip
    'weights_not_divided'
    """
    return diagnose(m_step, M_STEP)


def check_m_step_vector(m_step):
    """Check an M step that may meet any K, and data far from 0; called as `m_step(x, b)`.

    Takes and returns what `check_m_step` does.

    Examples
    --------
    >>> def m_step(x, b):
    ...     totals = b.sum(axis=0)
    ...     means = b.T @ x / totals
    ...     return Mixture.from_1d(totals / len(x), means, b.T @ x**2 / totals - means**2)
    >>> check_m_step_vector(m_step).slip
    'cancellation'
    """
    return diagnose(m_step, M_STEP_VECTOR)


def check_m_step_2d(m_step):
    """Check an M step in any number of dimensions, called as `m_step(x, b)`.

    Parameters
    ----------
    m_step : callable
        Takes x of shape (n, D) and responsibilities of shape (n, K); returns a
        `Mixture(weights, means, covariances)`.

    Returns
    -------
    Check

    Examples
    --------
    >>> def m_step(x, b):
    ...     totals = b.sum(axis=0)
    ...     means = b.T @ x / totals[:, None]
    ...     return Mixture(totals / len(x), means, [np.cov(x.T, bias=True)] * len(totals))
    >>> check_m_step_2d(m_step).slip
    'unweighted'
    """
    return diagnose(m_step, M_STEP_2D)


# --- what the expressions are made of -------------------------------------------------------------


def _hard(b):
    return np.eye(b.shape[1])[b.argmax(axis=1)]


def _mean(x, b):
    return (x.T @ b / b.sum(axis=0)).T  # (K,), and (K, D) for x of shape (n, D)


def _outer(x, b, centres):
    """Return Σ_i b_ik (x_i − c_k)(x_i − c_k)ᵀ, shape (K, D, D)."""
    deviations = x - np.broadcast_to(centres, (b.shape[1], x.shape[1]))[:, None]  # (K, n, D)
    return np.einsum("nk,knd,kne->kde", b, deviations, deviations)


def _outer_with_b_inside(x, b, centres):
    inside = b.T[:, :, None] * x - centres[:, None]  # (K, n, D)
    return np.einsum("knd,kne->kde", inside, inside)


def _one_variance(C):
    return np.einsum("kdd->k", C)[:, None, None] / C.shape[1] * np.eye(C.shape[1])


def _correlations(C):
    deviations = np.sqrt(np.einsum("kdd->kd", C))
    return C / (deviations[:, :, None] * deviations[:, None, :])


def _sums(x, b):
    N, mu = b.sum(axis=0), _mean(x, b)
    spreads = (_outer(x.reshape(len(x), -1), b, mu.reshape(len(N), -1)).T / N).T
    names = {"n": len(x), "K": len(N), "N": N, "mu": mu, "spreads": spreads}
    return names | ({"D": x.shape[1]} if x.ndim == 2 else {"spreads": spreads[:, 0, 0]})


def _an_m_step(x, weights, means, variances, moved=0):
    x = np.array(x)
    return x + moved, np.array(Mixture.from_1d(weights, means, variances).responsibilities(x))


def _an_m_step_2d(n, K, D, start):
    x = points(n, D, start)
    return x, np.array(mixture(K, D, start).responsibilities(x))


# --- an old mean in the spreads -------------------------------------------------------------------


def _recognise_old_means(cases, found, wanted):
    """Find spreads about the same points c_k in every case: (μ_k − c_k)(μ_k − c_k)ᵀ too large.

    c_k is μ_k plus or minus the one vector whose outer product is what is too much; of the two it
    is the one that comes again.
    """
    candidates = []
    for case, f, w in zip(cases, found, wanted, strict=True):
        if f.shape != w.shape:
            return
        too_much = (f - w).reshape(len(f), *(f.shape[1:] or (1, 1)))
        sizes, directions = np.linalg.eigh(too_much)
        if abs(sizes[:, :-1]).max(initial=0) > 1e-8 or sizes.min() < -1e-8:  # of rank 1, or 0
            return
        steps = np.sqrt(sizes[:, -1:].clip(0)) * directions[:, :, -1]
        means = _mean(*case).reshape(steps.shape)
        candidates.append(means + np.array([-1, 1])[:, None, None] * steps)
    if len({each.shape for each in candidates}) > 1 or len(candidates) < 2:
        return
    one, two = candidates[:2]
    gaps = abs(one[:, None] - two).max(axis=-1)  # (2, 2, K)
    if gaps.min(axis=(0, 1)).max() > 1e-6:
        return
    nearest = gaps.min(axis=1).argmin(axis=0)
    centres = [_write(centre) for centre in one[nearest, range(len(nearest))]]
    raise Finding("old_mean", _OLD_MEANS[found[0].ndim > 1].format(_listed(centres)))


def _write(centre):
    coordinates = ", ".join(number(round(value, 3) + 0) for value in centre)
    return coordinates if len(centre) == 1 else f"({coordinates})"


def _listed(words):
    return " and ".join([", ".join(words[:-1]), words[-1]])


_OLD_MEANS = (
    "The variances are taken about {}, whatever the responsibilities: are these means of an "
    "earlier mixture? With those of the iteration before, EM still comes to rest where it should, "
    "since there old and new means agree, and ℓ never falls. But on the way each variance is too "
    "large by the square of its mean's step, and EM is usually slower.",
    "The covariances are taken about {}, whatever the responsibilities: are these means of an "
    "earlier mixture? With those of the iteration before, EM still comes to rest where it should, "
    "and ℓ never falls. But on the way each covariance is too large, by the outer product of its "
    "mean's step with itself, and EM is usually slower.",
)


# --- what is read, and what a mixture refuses -----------------------------------------------------


def _read_m_step(result, x, b):
    _check_mixture(result, len(x), (b.shape[1], 1), "one Mixture, by `Mixture.from_1d`")
    return result.weights, result.means[:, 0], result.variances


def _read_m_step_2d(result, x, b):
    _check_mixture(result, len(x), (b.shape[1], x.shape[1]), "one `Mixture`")
    return result.weights, result.means, result.covariances


def _check_mixture(result, n, shape, packing):
    """Find that a result on `n` points is no mixture with means of this shape (K, D)."""
    if not isinstance(result, Mixture):
        packed = isinstance(result, (tuple, list)) and len(result) == 3
        raise Finding(
            "not_a_mixture",
            f"`m_step` returns three things: pack them into {packing}."
            if packed
            else f"`m_step` has to return a Mixture; it returns {describe(result)}.",
        )
    found = result.means.shape
    if found != shape:
        text = f"The means of the mixture have shape {found}, where (K, D) = {shape} is asked for."
        if found[0] == n:
            raise Finding(
                "wrong_axis", f"{text} There is one component for each point: sum over the points."
            )
        raise Finding("wrong_shape", text, vague=True)


def _explain_weights(error, x, b):
    """Name what made a mixture refuse the learner's weights."""
    n, K = b.shape
    if isinstance(error, WeightSumError):
        total = f"The weights sum to {error.total:.4g}, and have to sum to 1"
        if np.isclose(error.total, n):
            raise Finding(
                "weights_not_divided",
                f"{total}. These are the N_k, which sum to n = {n}: a weight is a share.",
            )
        if np.isclose(error.total, n / K):
            raise Finding(
                "weights_divided_by_k", f"{total}. This is n/K = {n}/{K}: what do all N_k sum to?"
            )
        raise Finding("weights_sum", f"{total}: what are the N_k shares of?", vague=True)
    if not isinstance(error, ShapeError) or error.name != "means" or len(error.wanted) != 2:
        return
    n_weights = error.wanted[0]  # the means are as many as they should be, and these are not
    if error.found[:1] != (K,) or n_weights == K:
        return
    text = f"There are {n_weights} weights beside {K} means"
    if n_weights == n:
        raise Finding("wrong_axis", f"{text}, one for each point: sum over the points.")
    raise Finding("wrong_shape", f"{text}: each component has one weight.", vague=True)


def _explain_refusal(error, x, b):
    """Name what made a mixture of one feature refuse the learner's parameters."""
    _explain_weights(error, x, b)
    if isinstance(error, SingularCovarianceError):
        raise Finding(
            "variance_not_positive",
            f"`m_step` got no mixture. {error} Is each deviation squared before the sum, does the "
            "sum go over the points, and is the order weights, means, variances?",
            vague=True,
        )
    # `from_1d` makes means of two axes, and covariances that fit them: only `Mixture` itself can
    # be given others.
    if isinstance(error, ShapeError) and len(error.found) < len(error.wanted):
        raise Finding(
            "not_from_1d",
            f"`m_step` got no mixture, since `Mixture` takes arrays for any D: {error} Use "
            "`Mixture.from_1d`.",
        )


def _explain_refusal_2d(error, x, b):
    """Name what made a mixture of several features refuse the learner's parameters."""
    _explain_weights(error, x, b)
    (n, D), K = x.shape, b.shape[1]
    if isinstance(error, SingularCovarianceError):
        raise Finding(
            "covariance_not_positive",
            f"`m_step` got no mixture. {error} Is an outer product formed for each point, and only "
            "then the sum over the points?",
            vague=True,
        )
    asked = {"means": (K, D), "covariances": (K, D, D)}
    if not isinstance(error, ShapeError) or error.name not in asked:
        return
    name, shape, asked = error.name, error.found, asked[error.name]
    if shape == asked and name == "means":
        raise Finding(
            "from_1d",
            "The means have the right shape, but `Mixture.from_1d` takes those of one feature "
            "only. For any D there is `Mixture` itself.",
        )
    if shape == asked:  # then it is the means that have another D
        name, shape, asked = "means", error.wanted[:2], (K, D)
    text = f"The {name} have shape {shape}, where {asked} is asked for."
    letters = {n: "n", K: "K", D: "D"}  # the hidden data have other numbers for each
    axes = "".join(letters.get(size, "?") for size in shape)
    slip, hint = (
        _SHAPES.get(axes, ("wrong_shape", "")) if name == error.name else ("wrong_shape", "")
    )
    raise Finding(slip, f"{text} {hint}".strip(), vague=slip == "wrong_shape")


_OVER_FEATURES = (
    "outer_product_wrong_axis",
    "Each matrix has a row and a column for every point: the product sums over the features. It "
    "has to sum over the points, and leave D × D.",
)
_OVER_POINTS_AND_FEATURES = (
    "not_an_outer_product",
    "The deviations are squared one by one. The outer product has all products of two features as "
    "well, so each component has a matrix of D × D.",
)
_SHAPES = {
    "Knn": _OVER_FEATURES,
    "nn": _OVER_FEATURES,
    "KKK": (
        "outer_product_wrong_axis",
        "Each matrix has a row and a column for every component: the outer product is taken of "
        "the responsibilities. It is taken of the deviations, with features along both sides.",
    ),
    "nDD": (
        "outer_product_wrong_axis",
        "There is a matrix for each point: sum over the points, and keep one for each component.",
    ),
    "nKDD": (
        "outer_product_wrong_axis",
        "There is a matrix for each point and component: sum over the points.",
    ),
    "KnDD": (
        "outer_product_wrong_axis",
        "There is a matrix for each component and point: sum over the points.",
    ),
    "DDK": ("axes_swapped", "The component has to come first."),
    "KD": _OVER_POINTS_AND_FEATURES,
    "K": _OVER_POINTS_AND_FEATURES,
    "DD": (
        "one_matrix",
        "There is one matrix for all components: each needs its own. Does a loop keep only the "
        "last one?",
    ),
    "DK": ("transposed", "Rows and columns have changed places."),
}


def _where_component(index, x, b):
    if x.ndim == 1:
        return f"On {len(x)} points, for component {index[0] + 1},"
    entry = ", ".join(str(i + 1) for i in index[1:])
    entry = f", entry ({entry})" if len(index) == 3 else f", feature {entry}" if entry else ""
    return f"On {len(x)} points in D = {x.shape[1]}, for component {index[0] + 1}{entry},"


TABLE = Table(
    __file__,
    np=np,
    hard=_hard,
    mean=_mean,
    outer=_outer,
    outer_with_b_inside=_outer_with_b_inside,
    one_variance=_one_variance,
    correlations=_correlations,
    an_m_step=_an_m_step,
    an_m_step_2d=_an_m_step_2d,
)


def _m_step(name, read, on_error, parts, right):
    """Return the exercise of an M step; of each part there are the name, symbol and shape."""
    slips = [None, *[TABLE.expression(part[0].removeprefix("the "), _sums) for part in parts]]
    return Exercise(
        call="m_step(x, b)",
        course=em.m_step,
        read=read,
        on_error=on_error,
        parts=tuple(
            Part(*part, _where_component, each, _recognise_old_means if part is parts[-1] else None)
            for part, each in zip(parts, slips[1:], strict=True)
        ),
        groups=tuple(TABLE.groups(name, Group)),
        right=f"the right mixtures for K = 2 and K = 3, {right}",
    )


_WEIGHTS = ("the weights", "φ", "(K,)")
_ONE_FEATURE = (_WEIGHTS, ("the means", "μ", "(K,)"), ("the variances", "σ²", "(K,)"))
_FEATURES = (_WEIGHTS, ("the means", "μ", "(K, D)"), ("the covariances", "Σ", "(K, D, D)"))
M_STEP = _m_step(
    *("m_step", _read_m_step, _explain_refusal, _ONE_FEATURE),
    right="from points that you have not seen",
)
M_STEP_VECTOR = _m_step(
    *("m_step_vector", _read_m_step, _explain_refusal, _ONE_FEATURE),
    right="near 0 and far away from it",
)
M_STEP_2D = _m_step(
    *("m_step_2d", _read_m_step_2d, _explain_refusal_2d, _FEATURES), right="in D = 2 and 3"
)
