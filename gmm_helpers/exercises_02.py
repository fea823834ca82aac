"""The self-checks of notebook 02, made like those in `exercises`."""

from dataclasses import replace

import numpy as np

from gmm_helpers import exercises as first
from gmm_helpers._diagnosis import Exercise, Group, Part, Slip, diagnose, slips
from gmm_helpers.bound import lower_bound as _lower_bound
from gmm_helpers.mixture import Mixture


def _slips(name, message, *wrongs):
    """Return the variants of one slip."""
    return tuple(Slip(name, wrong, message) for wrong in wrongs)


def _columns(x, mixture):
    """Return φ_k N(x_i | μ_k, σ_k²), shape (n, K)."""
    return first._columns(x, mixture.weights, mixture.means[:, 0], mixture.variances)


# --- the lower bound ------------------------------------------------------------------------------


def check_lower_bound(lower_bound):
    """Check the lower bound, called as `lower_bound(x, mixture, q)`.

    Parameters
    ----------
    lower_bound : callable
        Takes x of shape (n,), a Mixture with D = 1, and q of shape (n, K), whose rows sum to 1 and
        which may hold zeros; returns F(q, θ), one number.

    Returns
    -------
    Check

    Examples
    --------
    >>> check_lower_bound(lambda x, mixture, q: mixture.log_density(x).sum()).slip
    'log_likelihood'
    """
    return diagnose(lower_bound, _LOWER_BOUND)


def _expected(x, mixture, q):
    return (q * np.log(_columns(x, mixture))).sum()


def _negative_entropy(q):
    return (q * np.log(q)).sum()


_LOWER_BOUND_SLIPS = (
    *_slips(
        "entropy_missing",
        "This is the expected complete-data log-likelihood: F divides by q_ik under the logarithm "
        "as well.",
        _expected,
    ),
    *_slips(
        "entropy_sign",
        "The q_ik under the logarithm multiplies: F divides by it there, and so −q log q is added.",
        lambda x, mixture, q: _expected(x, mixture, q) + _negative_entropy(q),
    ),
    *_slips(
        "log_likelihood",
        "This is ℓ, whatever q is. F depends on q, and is below ℓ unless q holds the "
        "responsibilities. If your terms are weighted by q, then under the logarithm they divide "
        "by the responsibilities in place of q.",
        lambda x, mixture, q: mixture.log_density(x).sum(),
    ),
    *_slips(
        "own_responsibilities",
        "Somewhere the mixture's own responsibilities stand in place of the q that was given.",
        lambda x, mixture, q: (
            _expected(x, mixture, q) - _negative_entropy(mixture.responsibilities(x))
        ),
        lambda x, mixture, q: (
            _expected(x, mixture, mixture.responsibilities(x)) - _negative_entropy(q)
        ),
        lambda x, mixture, q: (q * np.log(mixture.responsibilities(x) / q)).sum(),
        lambda x, mixture, q: (
            mixture.responsibilities(x) * np.log(_columns(x, mixture) / q)
        ).sum(),
    ),
    *_slips(
        "gap",
        "This is the gap, KL(q ‖ b). F is ℓ less the gap.",
        lambda x, mixture, q: (q * np.log(q / mixture.responsibilities(x))).sum(),
    ),
    *_slips(
        "gap_added",
        "The gap is added to ℓ: the bound lies below ℓ.",
        lambda x, mixture, q: (
            mixture.log_density(x).sum() + (q * np.log(q / mixture.responsibilities(x))).sum()
        ),
    ),
    *_slips(
        "brackets",
        "q divides the logarithm, in place of what stands under it: the brackets of the logarithm "
        "have to reach over the whole fraction.",
        lambda x, mixture, q: np.log(_columns(x, mixture)).sum(),
        lambda x, mixture, q: (q * np.log(_columns(x, mixture)) / np.log(q)).sum(),
        lambda x, mixture, q: (np.log(_columns(x, mixture)) / q).sum(),
    ),
    *_slips(
        "entropy_alone",
        "This is made of q alone: under the logarithm the weighted densities stand over q.",
        lambda x, mixture, q: -_negative_entropy(q),
        lambda x, mixture, q: _negative_entropy(q),
    ),
    *_slips(
        "entropy_unweighted",
        "The factor q_ik stands before one of the two logarithms only: both are weighted by it.",
        lambda x, mixture, q: _expected(x, mixture, q) - np.log(q).sum(),
        lambda x, mixture, q: np.log(_columns(x, mixture)).sum() - _negative_entropy(q),
    ),
    *_slips(
        "no_log",
        "The logarithm is missing.",
        lambda x, mixture, q: _columns(x, mixture).sum(),
        lambda x, mixture, q: (q * _columns(x, mixture)).sum(),
        lambda x, mixture, q: (_columns(x, mixture) / q).sum(),
    ),
    *_slips(
        "q_divides_outside",
        "Before the logarithm q multiplies; here it divides.",
        lambda x, mixture, q: (np.log(_columns(x, mixture) / q) / q).sum(),
    ),
    *_slips(
        "weights_twice",
        "The weights φ_k are multiplied in twice.",
        lambda x, mixture, q: (q * np.log(mixture.weights * _columns(x, mixture) / q)).sum(),
    ),
    *_slips(
        "weights_forgotten",
        "The weights φ_k are forgotten: they stand under the logarithm with the densities.",
        lambda x, mixture, q: (q * np.log(_columns(x, mixture) / mixture.weights / q)).sum(),
    ),
    *_slips(
        "q_outside_forgotten",
        "The factor q_ik before the logarithm is forgotten.",
        lambda x, mixture, q: np.log(_columns(x, mixture) / q).sum(),
    ),
    *_slips(
        "log_outside",
        "The logarithm is taken of a sum over the components. In F it stands inside that sum: that "
        "is what Jensen's inequality has done.",
        lambda x, mixture, q: np.log((q * _columns(x, mixture)).sum(axis=1)).sum(),
        lambda x, mixture, q: np.log((_columns(x, mixture) / q).sum(axis=1)).sum(),
        lambda x, mixture, q: np.log((q * _columns(x, mixture) / q).sum()),
    ),
    *_slips(
        "averaged",
        "F is averaged over the points; it is a sum, as ℓ is.",
        lambda x, mixture, q: _lower_bound(x, mixture, q) / len(x),
        lambda x, mixture, q: _lower_bound(x, mixture, q) / q.size,
    ),
    *_slips(
        "not_summed",
        "The terms are not added up over all points and components: F is one number.",
        lambda x, mixture, q: (q * np.log(_columns(x, mixture) / q)).sum(axis=1),
        lambda x, mixture, q: (q * np.log(_columns(x, mixture) / q)).sum(axis=0),
        lambda x, mixture, q: q * np.log(_columns(x, mixture) / q),
        lambda x, mixture, q: (q * np.log(_columns(x, mixture) / q))[-1, -1],
        lambda x, mixture, q: (q * np.log(_columns(x, mixture) / q))[0, 0],
        lambda x, mixture, q: (q * np.log(_columns(x, mixture) / q))[-1].sum(),
        lambda x, mixture, q: (q * np.log(_columns(x, mixture) / q))[0].sum(),
    ),
    *_slips(
        "weighted_by_densities",
        "Before the logarithm stand the weighted densities. There q belongs.",
        lambda x, mixture, q: (_columns(x, mixture) * np.log(_columns(x, mixture) / q)).sum(),
        lambda x, mixture, q: (_columns(x, mixture) * np.log(q / _columns(x, mixture))).sum(),
    ),
    *_slips(
        "q_without_log",
        "The logarithm of q is missing: log a − log q is the logarithm of the fraction.",
        lambda x, mixture, q: _expected(x, mixture, q) - (q**2).sum(),
        lambda x, mixture, q: _expected(x, mixture, q) - q.sum(),
    ),
    *_slips(
        "sign",
        "The sign is turned round: F is below ℓ, and like ℓ it is better the higher it is.",
        lambda x, mixture, q: -_lower_bound(x, mixture, q),
    ),
    *_slips(
        "deviation_for_variance",
        "`mixture.variances` are σ_k², and here they are squared once more, or their roots are "
        "taken, on the way to the density.",
        *[
            lambda x, mixture, q, power=power: _lower_bound(
                x,
                Mixture.from_1d(mixture.weights, mixture.means[:, 0], mixture.variances**power),
                q,
            )
            for power in (0.5, 2)
        ],
    ),
)


def _where_bound(index, x, mixture, q):
    return f"On {len(x)} points and with K = {mixture.n_components}"


_LOWER_BOUND = Exercise(
    name="lower_bound",
    arguments=("x", "mixture", "q"),
    course=_lower_bound,
    parts=(Part("the bound", "F", "()", _where_bound, _LOWER_BOUND_SLIPS),),
    groups=(
        Group(
            (
                (
                    np.array([-2.2, -0.9, 0.4, 1.3, 2.8]),
                    Mixture.from_1d([0.35, 0.65], [-0.9, 1.4], [0.7, 1.8]),
                    np.array([[0.8, 0.2], [0.7, 0.3], [0.45, 0.55], [0.3, 0.7], [0.1, 0.9]]),
                ),
                (
                    np.array([-1.1, 0.2, 0.7, 1.9]),
                    Mixture.from_1d([0.55, 0.45], [1.1, -0.3], [1.6, 0.4]),
                    np.array([[0.25, 0.75], [0.6, 0.4], [0.35, 0.65], [0.9, 0.1]]),
                ),
            )
        ),
        Group(
            (
                (
                    np.array([-2.7, -0.8, 0.3, 1.6, 2.9, 3.3]),
                    Mixture.from_1d([0.25, 0.45, 0.3], [-1.7, 0.3, 2.2], [0.8, 1.4, 0.5]),
                    np.array(
                        [
                            [0.7, 0.2, 0.1],
                            [0.3, 0.5, 0.2],
                            [0.15, 0.6, 0.25],
                            [0.005, 0.395, 0.6],
                            [0.1, 0.1, 0.8],
                            [0.2, 0.2, 0.6],
                        ]
                    ),
                ),
            ),
            *first._MORE_COMPONENTS,
        ),
        Group(
            (
                (
                    np.array([-1.4, 0.6, 2.1]),
                    Mixture.from_1d([0.4, 0.6], [-0.8, 1.2], [0.9, 1.3]),
                    np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]]),
                ),
            ),
            "zero_times_log_zero",
            "It is right as long as every q_ik is positive. A term with q_ik = 0 has to count as "
            "0, but NumPy makes 0 · log 0 not a number: leave such terms out before the logarithm.",
        ),
    ),
    right="the right bound for K = 2 and K = 3, with zeros in q as well",
)


# --- the M step, in vector form -------------------------------------------------------------------


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
    return diagnose(m_step, _M_STEP_VECTOR)


def _far_from_zero(case):
    x, b = case
    return x + 1e8, b


_M_STEP_VECTOR = replace(
    first._M_STEP,
    groups=(
        *first._M_STEP.groups,
        Group(
            tuple(map(_far_from_zero, first._M_STEP.groups[0].cases)),
            "cancellation",
            "It is right near 0, but on the same points moved by 10⁸ it loses digits: the "
            "mean of the squares and the square of the mean are huge there, and their difference "
            "is small. Subtract the mean first, and square then.",
            explains=("variance_not_positive",),
        ),
    ),
    right="the right mixtures for K = 2 and K = 3, near 0 and far away from it",
)


# --- log-sum-exp ----------------------------------------------------------------------------------


def check_log_sum_exp(log_sum_exp):
    """Check log-sum-exp, called as `log_sum_exp(a)`.

    Parameters
    ----------
    log_sum_exp : callable
        Takes a of shape (n, K); returns log Σ_k exp(a_ik), shape (n,), whatever the size of a.

    Returns
    -------
    Check

    Examples
    --------
    >>> check_log_sum_exp(lambda a: np.log(np.exp(a).sum(axis=1))).slip
    'underflow'
    """
    return diagnose(log_sum_exp, _LOG_SUM_EXP)


def _log_sum_exp(a):
    largest = a.max(axis=1)
    return largest + np.log(np.exp(a - largest[:, None]).sum(axis=1))


def _without_largest(a):
    return _log_sum_exp(a - a.max(axis=1, keepdims=True))


_LOG_SUM_EXP_SLIPS = (
    *_slips(
        "largest_not_added",
        "The largest number is pulled out of the sum, and then lost: it has to be added again "
        "after the logarithm.",
        _without_largest,
    ),
    *_slips(
        "largest_multiplied",
        "The largest number multiplies the result. It is added to the logarithm: the factor e^m "
        "before the sum becomes the summand m.",
        lambda a: a.max(axis=1) * _without_largest(a),
        lambda a: np.exp(a.max(axis=1)) * _without_largest(a),
    ),
    *_slips(
        "largest_subtracted",
        "The largest number is subtracted at the end; it has to be added.",
        lambda a: _without_largest(a) - a.max(axis=1),
    ),
    *_slips(
        "added_under_log",
        "The largest number is added under the logarithm. It belongs outside.",
        lambda a: np.log(a.max(axis=1) + np.exp(_without_largest(a))),
    ),
    *_slips(
        "wrong_axis",
        "The sum goes over the points: it has to go over the components, along each row.",
        lambda a: _log_sum_exp(a.T),
        lambda a: np.log(np.exp(a - a.max(axis=1, keepdims=True)).sum(axis=0)),
    ),
    *_slips(
        "summed_over_all",
        "The sum goes over all numbers: one result for each row is asked for.",
        lambda a: _log_sum_exp(a.reshape(1, -1))[0],
        lambda a: _log_sum_exp(a).sum(),
        lambda a: a.max(axis=1) + np.log(np.exp(a - a.max(axis=1, keepdims=True)).sum()),
    ),
    *_slips(
        "log_inside",
        "The logarithm of each exponential is the number itself: this only adds up or averages a. "
        "First the exponentials are summed, and then the logarithm is taken.",
        lambda a: a.sum(axis=1),
        lambda a: a.mean(axis=1),
        lambda a: a.max(axis=1) + (a - a.max(axis=1, keepdims=True)).sum(axis=1),
    ),
    *_slips(
        "largest_only",
        "Only the largest number counts: the others add to it.",
        lambda a: a.max(axis=1),
    ),
    *_slips(
        "averaged",
        "The exponentials are averaged; they have to be summed.",
        lambda a: _log_sum_exp(a) - np.log(a.shape[1]),
    ),
    *_slips(
        "no_log",
        "The logarithm is missing.",
        lambda a: np.exp(_log_sum_exp(a)),
        lambda a: np.exp(_without_largest(a)),
        lambda a: a.max(axis=1) + np.exp(_without_largest(a)),
    ),
    *_slips(
        "log_of_largest",
        "The logarithm is taken of the largest number, which is one already: it is added as it is.",
        lambda a: np.log(a.max(axis=1)) + _without_largest(a),
    ),
    *_slips(
        "largest_added_twice",
        "The largest number is added, but not taken out of the exponents before.",
        lambda a: a.max(axis=1) + _log_sum_exp(a),
        lambda a: 2 * a.max(axis=1) + _log_sum_exp(a),
    ),
    *_slips(
        "mean_not_added",
        "What is subtracted before the exponentials has to be added again after the logarithm.",
        lambda a: _log_sum_exp(a) - a.mean(axis=1),
        lambda a: _log_sum_exp(a) - a.max(),
    ),
    *_slips(
        "divided_by_largest",
        "The numbers are divided by the largest. It is subtracted: e^(a − m) is e^a / e^m.",
        lambda a: a.max(axis=1) + _log_sum_exp(a / a.max(axis=1, keepdims=True)),
        lambda a: a.max(axis=1) * _log_sum_exp(a / a.max(axis=1, keepdims=True)),
    ),
    *_slips(
        "other_log",
        "The logarithm has another base: the natural one undoes the exponential.",
        lambda a: a.max(axis=1) + _without_largest(a) / np.log(10),
        lambda a: a.max(axis=1) + _without_largest(a) / np.log(2),
    ),
    *_slips(
        "no_exp",
        "The exponentials are missing: this is the logarithm of a plain sum.",
        lambda a: np.log(a.sum(axis=1)),
    ),
    *_slips(
        "log1p",
        "A 1 is added under the logarithm, as `log1p` does. It is there already: the largest "
        "exponential is itself 1.",
        lambda a: a.max(axis=1) + np.log1p(np.exp(_without_largest(a))),
    ),
)


def _where_row(index, a):
    return f"For row {index[0] + 1}"


_LOG_SUM_EXP = Exercise(
    name="log_sum_exp",
    arguments=("a",),
    course=_log_sum_exp,
    parts=(Part("the logarithms", "log-sum-exp", "(n,)", _where_row, _LOG_SUM_EXP_SLIPS),),
    groups=(
        Group(
            (
                (np.array([[1.3, -0.2], [1.7, 0.9], [-0.4, 2.2]]),),
                (np.array([[2.1, 0.6], [-0.7, 1.9], [0.8, 0.5], [2.3, -1.1]]),),
            )
        ),
        Group(
            ((np.array([[0.4, -1.1, 0.9], [-0.6, 1.8, 0.2]]),),),
            "only_two_components",
            "For K = 2 it is right, but not for K = 3.",
        ),
        Group(
            ((np.array([[-1800.0, -1625.0], [-1626.5, -1640.0]]),),),
            "underflow",
            "It is right for moderate numbers, but where all of a row are very negative, every "
            "exponential is stored as 0. Pull out the largest number before you take exponentials.",
        ),
        Group(
            (
                (np.array([[1500.0, 1501.0], [1490.0, 460.0]]),),
                # Less the mean of its row, a number is still too large here.
                (np.array([[0.0, -3000.0], [1.2, -0.3]]),),
            ),
            "overflow",
            "It is right so far, but somewhere an exponential is too large to be stored. Pull out "
            "the largest number of each row: then no exponent is above 0.",
        ),
        Group(
            ((np.array([[-1700.0, -1702.0], [2.0, 1.0], [800.0, 795.0]]),),),
            "one_maximum_for_all",
            "It is right as long as all rows are of one size. Each row needs its own largest "
            "number: what is the largest in one row leaves only zeros in another.",
        ),
        Group(
            ((np.array([[-np.inf, -1.3], [0.7, -np.inf]]),),),
            "minus_infinity",
            "It is right for finite numbers. But a component of weight 0 has log φ_k = −∞, and "
            "e^(−∞) = 0: that has to pass as well.",
        ),
    ),
    right="the right logarithms for small, large and very negative numbers",
)


# --- the E step, in log space ---------------------------------------------------------------------


def check_log_e_step(e_step):
    """Check an E step that may meet points far from every component; `e_step(x, mixture)`.

    Takes and returns what `check_e_step` does.

    Examples
    --------
    >>> def e_step(x, mixture):
    ...     bells = np.exp(-((x[:, None] - mixture.means[:, 0]) ** 2) / 2 / mixture.variances)
    ...     columns = mixture.weights * bells / np.sqrt(2 * np.pi * mixture.variances)
    ...     density = columns.sum(axis=1)
    ...     return columns / density[:, None], np.log(density).sum()
    >>> check_log_e_step(e_step).slip
    'underflow'
    """
    return diagnose(e_step, _LOG_E_STEP)


def _columns_with_factor(factor):
    return lambda x, w, m, v: first._columns(x, w * factor(v), m, v)


def _with_exponent(exponent):
    """Return columns that have this exponent, made of x − μ and σ²."""
    return lambda x, w, m, v: w * np.exp(exponent(x[:, None] - m, v)) / np.sqrt(2 * np.pi * v)


# What becomes of φ_k N by a slip in log N, which may have log 2πσ² in one term or in two.
_LOG_COLUMNS = {
    "half_missing": (
        _columns_with_factor(lambda v: 1 / np.sqrt(2 * np.pi * v)),
        _columns_with_factor(lambda v: 1 / np.sqrt(2 * np.pi)),
        _columns_with_factor(lambda v: 1 / np.sqrt(v)),
    ),
    "minus_missing": (
        _columns_with_factor(lambda v: 2 * np.pi * v),
        _columns_with_factor(lambda v: 2 * np.pi),
        _columns_with_factor(lambda v: v),
        _columns_with_factor(lambda v: (2 * np.pi * v) ** 1.5),
    ),
    "weights_without_log": lambda x, w, m, v: first._columns(x, np.exp(w), m, v),
    "weights_times_log": (
        lambda x, w, m, v: first._columns(x, 1, m, v) ** w,
        lambda x, w, m, v: first._columns(x, 1, m, v) ** np.log(w),
    ),
    "missing_half": _with_exponent(lambda d, v: -(d**2) / v),
    "missing_minus": _with_exponent(lambda d, v: d**2 / (2 * v)),
    "missing_square": (
        _with_exponent(lambda d, v: -d / (2 * v)),
        _with_exponent(lambda d, v: -abs(d) / (2 * v)),
    ),
    "missing_brackets": _with_exponent(lambda d, v: -(d**2) / 2 * v),
    "exponent_without_variance": _with_exponent(lambda d, v: -(d**2) / 2),
    "deviation_for_variance": _with_exponent(lambda d, v: -(d**2) / (2 * v**2)),
}
_LOG_E_STEP_MESSAGES = first._GAUSSIAN_MESSAGES | {
    "weights_without_log": "The weights are added to the log densities as they are. A factor "
    "φ_k becomes the summand log φ_k under the logarithm.",
    "weights_times_log": "The weights, or their logarithms, multiply the log densities. Under "
    "the logarithm a product becomes a sum.",
    "half_missing": "In log N the factor ½ stands before log 2πσ² as well.",
    "minus_missing": "In log N the factor ½ stands before log 2πσ², and a minus before it.",
    "largest_not_added": "In ℓ the largest number, which was pulled out, has not been added again.",
}


def _with_slips(part, *places):
    more = slips(_LOG_E_STEP_MESSAGES, first._from_columns, *places)
    return part._replace(slips=(*part.slips, *more))


_RESPONSIBILITIES, _LOG_LIKELIHOOD = first._E_STEP.parts
_LOG_E_STEP = replace(
    first._E_STEP,
    parts=(
        _with_slips(_RESPONSIBILITIES, {None: first._to_rows}, _LOG_COLUMNS),
        _with_slips(
            _LOG_LIKELIHOOD,
            {
                None: first._LOGS[None],
                "largest_not_added": lambda c: np.log(c.sum(axis=1) / c.max(axis=1)).sum(),
            },
            {None: first._columns, **_LOG_COLUMNS},
        ),
    ),
    groups=(
        *first._E_STEP.groups,
        Group(
            (
                (
                    np.array([-70.0, 0.4, 55.0]),
                    Mixture.from_1d([0.3, 0.7], [-1.2, 1.6], [0.8, 1.1]),
                ),
            ),
            *first._UNDERFLOW,
        ),
        Group(
            (
                (
                    np.array([-0.9, 0.2, 1.7]),
                    Mixture.from_1d([0.0, 1.0], [-1.2, 0.6], [0.8, 1.1]),
                ),
            ),
            "minus_infinity",
            "It is right for positive weights. But a weight may be 0, and its logarithm −∞: then "
            "that component gets the responsibility 0.",
        ),
    ),
    right="the right responsibilities and log-likelihoods, near the components and 60σ away",
)
