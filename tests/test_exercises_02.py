"""The self-checks of notebook 02: right, untouched, and each classic slip answered by its name.

The wrong answers here are written as learners write them, in NumPy, and not as the checks do.
"""

import itertools
import re

import numpy as np
import pytest
from wrong_answers import slips_told

import gmm_helpers as gmm
from gmm_helpers import Mixture, _diagnosis, exercises_02

CHECKS = [
    gmm.check_lower_bound,
    gmm.check_m_step_vector,
    gmm.check_log_sum_exp,
    gmm.check_log_e_step,
]


def columns(x, mixture):
    d = x[:, None] - mixture.means[:, 0]
    bells = np.exp(-(d**2) / (2 * mixture.variances)) / np.sqrt(2 * np.pi * mixture.variances)
    return mixture.weights * bells


def rows(a):
    return a / a.sum(axis=1, keepdims=True)


def logs(x, m):
    with np.errstate(divide="ignore"):
        log_weights = np.log(m.weights)
    d = x[:, None] - m.means[:, 0]
    return log_weights - 0.5 * np.log(2 * np.pi * m.variances) - d**2 / (2 * m.variances)


def lse(a):
    m = a.max(axis=1)
    return m + np.log(np.exp(a - m[:, None]).sum(axis=1))


def bound(x, m, q):
    return np.sum(q * (logs(x, m) - np.log(np.where(q > 0, q, 1))))


def m_step(x, b):
    totals = b.sum(axis=0)
    means = b.T @ x / totals
    return Mixture.from_1d(
        totals / len(x), means, (b * (x[:, None] - means) ** 2).sum(axis=0) / totals
    )


def e_step(x, m):
    a = logs(x, m)
    log_p = lse(a)
    return np.exp(a - log_p[:, None]), log_p.sum()


def e_step_without_maximum(x, mixture):
    """The largest number is pulled out, and never added again."""
    a = logs(x, mixture)
    e = np.exp(a - a.max(axis=1, keepdims=True))
    totals = e.sum(axis=1, keepdims=True)
    return e / totals, np.log(totals).sum()


def e_step_with(log_factor):
    """Return an E step in which log N = log_factor(σ²) − d²/(2σ²)."""

    def e_step(x, mixture):
        v = mixture.variances
        log_density = log_factor(v) - (x[:, None] - mixture.means[:, 0]) ** 2 / (2 * v)
        a = np.log(mixture.weights) + log_density
        log_p = lse(a)
        return np.exp(a - log_p[:, None]), log_p.sum()

    return e_step


def lse_by_mean(a):
    means = a.mean(axis=1, keepdims=True)
    return means[:, 0] + np.log(np.exp(a - means).sum(axis=1))


def m_step_by_squares(x, b):
    totals = b.sum(axis=0)
    means = b.T @ x / totals
    return Mixture.from_1d(totals / len(x), means, b.T @ x**2 / totals - means**2)


def bound_over_responsibilities(x, mixture, q):
    b = mixture.responsibilities(x)
    return np.sum(q * np.log(columns(x, mixture) / b))


def bound_with_loops(x, mixture, q):
    total = 0.0
    for i in range(len(x)):
        for k in range(q.shape[1]):
            if q[i, k]:
                total += q[i, k] * (logs(x, mixture)[i, k] - np.log(q[i, k]))
    return total


@pytest.mark.parametrize(
    "check, answer",
    [
        (gmm.check_lower_bound, bound),
        (gmm.check_lower_bound, bound_with_loops),
        (gmm.check_lower_bound, gmm.lower_bound),
        (gmm.check_m_step_vector, m_step),
        (gmm.check_m_step_vector, gmm.m_step),
        (gmm.check_log_sum_exp, lse),
        (gmm.check_log_sum_exp, lambda a: np.logaddexp.reduce(a, axis=1)),
        (gmm.check_log_e_step, e_step),
        (gmm.check_log_e_step, gmm.e_step),
    ],
)
def test_a_right_answer_is_right_and_is_gone_on_with(check, answer):
    result = check(answer)
    assert result.ok and result.slip is None, result
    assert result.working is answer


@pytest.mark.parametrize("check", CHECKS)
def test_an_untouched_stub_says_what_to_do_and_the_courses_own_stands_in(check):
    result = check(lambda *arguments: None)
    assert (result.ok, result.slip) == (False, "untouched")
    assert check(result.working).ok


@pytest.mark.parametrize("check", CHECKS)
def test_nothing_that_a_learner_writes_ends_in_an_exception(check):
    def raises(*arguments):
        raise KeyError("oh")

    for answer in (raises, None, lambda *a: "text", lambda *a: np.nan, lambda: 1):
        assert not check(answer).ok


SLIPS = {
    gmm.check_lower_bound: {
        "entropy_missing": lambda x, m, q: (q * logs(x, m)).sum(),
        "entropy_sign": lambda x, m, q: (q * np.log(columns(x, m) * q)).sum(),
        "log_likelihood": lambda x, m, q: np.log(columns(x, m).sum(axis=1)).sum(),
        "own_responsibilities": lambda x, m, q: (
            q * logs(x, m) - rows(columns(x, m)) * np.log(rows(columns(x, m)))
        ).sum(),
        "gap": lambda x, m, q: (q * np.log(q / rows(columns(x, m)))).sum(),
        "gap_added": lambda x, m, q: (
            m.log_density(x).sum() + (q * np.log(q / rows(columns(x, m)))).sum()
        ),
        "weights_forgotten": lambda x, m, q: (q * np.log(columns(x, m) / m.weights / q)).sum(),
        "q_outside_forgotten": lambda x, m, q: np.log(columns(x, m) / q).sum(),
        "log_outside": lambda x, m, q: np.log((q * columns(x, m)).sum(axis=1)).sum(),
        "averaged": lambda x, m, q: (q * np.log(columns(x, m) / q)).sum(axis=1).mean(),
        "not_summed": lambda x, m, q: (q * np.log(columns(x, m) / q)).sum(axis=1),
        "sign": lambda x, m, q: (q * np.log(q / columns(x, m))).sum(),
        "deviation_for_variance": lambda x, m, q: bound(
            x, Mixture.from_1d(m.weights, m.means[:, 0], np.sqrt(m.variances)), q
        ),
        "only_two_components": lambda x, m, q: (
            q[:, :2] * (logs(x, m)[:, :2] - np.log(np.where(q > 0, q, 1)[:, :2]))
        ).sum(),
        "zero_times_log_zero": lambda x, m, q: (q * np.log(columns(x, m) / q)).sum(),
        "constant": lambda x, m, q: -12.5,
    },
    gmm.check_m_step_vector: {
        "cancellation": lambda x, b: Mixture.from_1d(
            b.mean(axis=0),
            b.T @ x / b.sum(axis=0),
            b.T @ x**2 / b.sum(axis=0) - (b.T @ x / b.sum(axis=0)) ** 2,
        ),
        "divided_by_n": lambda x, b: Mixture.from_1d(
            b.mean(axis=0),
            m_step(x, b).means[:, 0],
            m_step(x, b).variances * b.mean(axis=0),
        ),
        "standard_deviation": lambda x, b: Mixture.from_1d(
            b.mean(axis=0), m_step(x, b).means[:, 0], np.sqrt(m_step(x, b).variances)
        ),
        "weights_not_divided": lambda x, b: Mixture.from_1d(
            b.sum(axis=0), m_step(x, b).means[:, 0], m_step(x, b).variances
        ),
        "not_a_mixture": lambda x, b: (b.mean(axis=0), b.T @ x, b.T @ x**2),
        "only_two_components": lambda x, b: m_step(
            x, np.column_stack([b[:, 0], 1 - b[:, 0], 0 * b[:, 2:]]) if b.shape[1] > 2 else b
        ),
    },
    gmm.check_log_sum_exp: {
        "underflow": lambda a: np.log(np.exp(a).sum(axis=1)),
        "largest_not_added": lambda a: np.log(np.exp(a - a.max(axis=1, keepdims=True)).sum(axis=1)),
        "largest_multiplied": lambda a: (
            a.max(axis=1) * np.log(np.exp(a - a.max(axis=1, keepdims=True)).sum(axis=1))
        ),
        "largest_subtracted": lambda a: lse(a) - 2 * a.max(axis=1),
        "added_under_log": lambda a: np.log(
            a.max(axis=1) + np.exp(a - a.max(axis=1, keepdims=True)).sum(axis=1)
        ),
        "wrong_axis": lambda a: a.max(axis=0) + np.log(np.exp(a - a.max(axis=0)).sum(axis=0)),
        "summed_over_all": lambda a: a.max() + np.log(np.exp(a - a.max()).sum()),
        "log_inside": lambda a: np.log(np.exp(a)).sum(axis=1),
        "largest_only": lambda a: a.max(axis=1),
        "averaged": lambda a: np.log(np.exp(a).mean(axis=1)),
        "no_log": lambda a: np.exp(a).sum(axis=1),
        "no_exp": lambda a: np.log(a.sum(axis=1)),
        "log1p": lambda a: (
            a.max(axis=1) + np.log1p(np.exp(a - a.max(axis=1, keepdims=True)).sum(axis=1))
        ),
        "wrong_shape": lambda a: lse(a)[:, None],
        "only_two_components": lambda a: np.logaddexp(a[:, 0], a[:, 1]),
        "overflow": lambda a: (
            a.min(axis=1) + np.log(np.exp(a - a.min(axis=1, keepdims=True)).sum(axis=1))
        ),
        "one_maximum_for_all": lambda a: a.max() + np.log(np.exp(a - a.max()).sum(axis=1)),
        "minus_infinity": lambda a: lse(np.where(np.isfinite(a), a, np.nan)),
    },
    gmm.check_log_e_step: {
        "underflow": lambda x, m: (
            rows(columns(x, m)),
            np.log(columns(x, m).sum(axis=1)).sum(),
        ),
        "minus_infinity": lambda x, m: (
            e_step(x, m) if m.weights.min() > 0 else tuple(np.nan * r for r in e_step(x, m))
        ),
        "weights_forgotten": lambda x, m: (
            rows(columns(x, m) / m.weights),
            lse(logs(x, m)).sum(),
        ),
        "largest_not_added": e_step_without_maximum,
        "half_missing": e_step_with(lambda v: -np.log(2 * np.pi * v)),
        "minus_missing": e_step_with(lambda v: 0.5 * np.log(2 * np.pi * v)),
        "log_returned": lambda x, m: (logs(x, m) - lse(logs(x, m))[:, None], lse(logs(x, m)).sum()),
        "log_likelihood_per_point": lambda x, m: (e_step(x, m)[0], lse(logs(x, m))),
        "log_likelihood_missing": lambda x, m: e_step(x, m)[0],
    },
}


@pytest.mark.parametrize(
    "check, slip", [(check, slip) for check, answers in SLIPS.items() for slip in answers]
)
def test_each_slip_is_called_by_its_name(check, slip):
    with np.errstate(all="ignore"):
        result = check(SLIPS[check][slip])
    assert (result.ok, result.slip) == (False, slip), result
    assert re.match(r"[A-Z`]", result.message) and result.message.endswith((".", "?"))
    written = re.sub("“.*?”", "", result.message)  # a line of the learner's own may be cited
    assert not re.search(r"np\.|axis=|keepdims|\.sum|exp\(|sqrt\(|log\(|\*\*|@", written)
    assert len(result.message) < 480


@pytest.mark.parametrize("exercise", [exercises_02._LOWER_BOUND, exercises_02._LOG_SUM_EXP])
def test_no_slip_is_taken_for_another(exercise):
    """No two slips make the same numbers, and none makes the right ones."""
    cases = exercise.groups[0].cases
    (part,) = exercise.parts
    with np.errstate(all="ignore"):
        made = [(slip.name, [slip.wrong(*case) for case in cases]) for slip in part.slips]
    made.append(("right", [exercise.course(*case) for case in cases]))
    for (one, a), (two, b) in itertools.combinations(made, 2):
        shapes = [np.shape(value) for value in a] == [np.shape(value) for value in b]
        if one != two and shapes:
            assert not all(np.allclose(f, g) for f, g in zip(a, b, strict=True)), (one, two)


@pytest.mark.parametrize("i", [0, 1], ids=["b", "ℓ"])
@np.errstate(all="ignore")
def test_no_slip_of_the_log_e_step_is_taken_for_another(i):
    cases = exercises_02._LOG_E_STEP.groups[0].cases
    right = [np.asarray(e_step(*case)[i]) for case in cases]
    made = {}
    for slip in exercises_02._LOG_E_STEP.parts[i].slips:
        numbers = [np.asarray(slip.wrong(*case), dtype=float) for case in cases]
        if _diagnosis.same(numbers, right):
            assert i == 0  # a constant factor leaves b as it is, and shows in ℓ
            continue
        key = slip.size, *(f"{value:.6g}" for each in numbers for value in each.ravel() + 0)
        assert made.setdefault(key, slip.name) == slip.name or "nan" in key


def test_each_slip_of_the_tables_is_tried_above():
    for check, exercise in (
        (gmm.check_lower_bound, exercises_02._LOWER_BOUND),
        (gmm.check_log_sum_exp, exercises_02._LOG_SUM_EXP),
    ):
        names = {slip.name for slip in exercise.parts[0].slips}
        names |= {group.slip for group in exercise.groups if group.slip}
        assert names <= set(SLIPS[check]) | slips_told(check.__name__.removeprefix("check_"))
    names = set(exercises_02._LOG_COLUMNS)
    assert names <= set(SLIPS[gmm.check_log_e_step]) | slips_told("log_e_step")


@pytest.mark.parametrize(
    ("slip", "log_factor"),
    [
        ("half_missing", lambda v: -np.log(2 * np.pi * v)),
        ("half_missing", lambda v: -np.log(2 * np.pi) - 0.5 * np.log(v)),
        ("half_missing", lambda v: -0.5 * np.log(2 * np.pi) - np.log(v)),
        ("minus_missing", lambda v: np.log(2 * np.pi * v)),
        ("minus_missing", lambda v: 0.5 * np.log(2 * np.pi * v)),
        ("minus_missing", lambda v: 0.5 * np.log(2 * np.pi) - 0.5 * np.log(v)),
        ("minus_missing", lambda v: -0.5 * np.log(2 * np.pi) + 0.5 * np.log(v)),
        (None, lambda v: -0.5 * np.log(2 * np.pi) - 0.5 * np.log(v)),
    ],
)
def test_a_slip_in_the_logarithm_of_a_gaussian_is_named(slip, log_factor):
    own = e_step_with(log_factor)
    assert gmm.check_log_e_step(own).slip == slip
    only_in_ell = gmm.check_log_e_step(lambda x, m: (e_step(x, m)[0], own(x, m)[1]))
    assert only_in_ell.slip == slip


def test_the_mean_of_a_row_is_no_maximum():
    result = gmm.check_log_sum_exp(lse_by_mean)
    assert result.slip == "overflow"
    assert "is too large to be stored" in result.message


def test_a_bound_that_divides_by_the_responsibilities_is_told_so():
    result = gmm.check_lower_bound(bound_over_responsibilities)
    assert result.slip == "log_likelihood"
    assert "they divide by the responsibilities in place of q." in result.message


def test_no_second_diagnosis_follows_that_of_cancellation():
    result = gmm.check_m_step_vector(m_step_by_squares)
    assert result.slip == "cancellation"
    assert result.message.endswith("Subtract the mean first, and square then.")


def test_a_number_lost_by_cancellation_is_shown_where_there_is_one():
    def m_step_kept_positive(x, b):
        totals = b.sum(axis=0)
        means = b.T @ x / totals
        variances = np.maximum(b.T @ x**2 / totals - means**2, 1e-6)
        return Mixture.from_1d(totals / len(x), means, variances)

    result = gmm.check_m_step_vector(m_step_kept_positive)
    assert result.slip == "cancellation"
    assert re.search(r"square then\. .*it gives σ² = .*; right is .*\.$", result.message)


def test_far_points_are_checked_where_a_hybrid_fails():
    """The logarithm is right, but the responsibilities still divide densities."""
    result = gmm.check_log_e_step(lambda x, m: (rows(columns(x, m)), lse(logs(x, m)).sum()))
    assert result.slip == "underflow"


@pytest.mark.parametrize(
    "share",
    [
        lambda c: c / (c.sum(axis=1, keepdims=True) + 1e-300),
        lambda c: np.nan_to_num(c / c.sum(axis=1, keepdims=True)),
        lambda c: c / np.maximum(c.sum(axis=1, keepdims=True), 1e-300),
    ],
)
@np.errstate(all="ignore")
def test_a_remedy_for_dividing_by_zero_is_told_to_be_underflow(share):
    def e_step(x, mixture):
        squares = (x[:, None] - mixture.means[:, 0]) ** 2 / mixture.variances
        bells = np.exp(-squares / 2) / np.sqrt(2 * np.pi * mixture.variances)
        columns = mixture.weights * bells
        return share(columns), np.log(columns.sum(axis=1)).sum()

    check = gmm.check_log_e_step(e_step)
    assert check.slip == "underflow" and "small number added, or with NaN replaced" in check.message
