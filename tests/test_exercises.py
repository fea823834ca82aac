"""The self-checks: right answers in any style, each classic slip as the code that makes it."""

import contextlib
import dataclasses
import functools
import math
import re
import warnings

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from one_way import each_once
from scipy.special import logsumexp
from scipy.stats import norm
from wrong_answers import slips_told

import gmm_helpers as gmm
from gmm_helpers import Mixture, _diagnosis, exercises

CHECKS = {
    "gaussian": gmm.check_gaussian,
    "mixture_density": gmm.check_mixture_density,
    "e_step": gmm.check_e_step,
    "m_step": gmm.check_m_step,
    "em": gmm.check_em,
}
EXERCISES = {
    "gaussian": exercises._GAUSSIAN,
    "mixture_density": exercises._MIXTURE_DENSITY,
    "e_step": exercises._E_STEP,
    "m_step": exercises._M_STEP,
    "em": exercises._loop_exercise(),
}
all_checks = pytest.mark.parametrize("name", CHECKS)
# What a notebook may have lying about: other data, and a mixture of an earlier step.
NOTEBOOKS_X = np.linspace(-4, 5, 30)
GUESS = Mixture.from_1d([0.5, 0.5], [0.0, 1.0], [1.0, 1.0])
LOPSIDED = Mixture.from_1d([0.3, 0.7], [0.0, 1.0], [1.0, 1.0])
n = 30


def is_a_sentence(check):
    """Check what a learner reads: sentences, short, with no traceback and no solution in them."""
    message = check.message
    assert re.match(r"[A-Z`]", message) and message.endswith((".", "?")), message
    assert "\n" not in message and "Traceback" not in message and "  " not in message, message
    assert len(message) < 480, message
    # A line of the learner's own may be cited, and one sign of Python's is told.
    written = re.sub("“.*?”|`(np[.]\\w+|[*]+|a\\[.*?\\]|x -?= .*?)`", "", message)
    assert not re.search(r"np\.|axis=|keepdims|\.sum|exp\(|sqrt\(|log\(|\*\*|@", written), message


# --- right answers --------------------------------------------------------------------------------


def gaussian(x, mean, variance):
    return np.exp(-((x - mean) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)


def weighted_densities(x, mixture):
    return mixture.weights * gaussian(x[:, None], mixture.means[:, 0], mixture.variances)


def e_step(x, mixture):
    columns = weighted_densities(x, mixture)
    density = columns.sum(axis=1)
    return columns / density[:, None], np.log(density).sum()


def e_step_by_loops(x, mixture):
    b, total = [], 0.0
    for value in x:
        terms = [
            w * math.exp(-((value - m) ** 2) / 2 / v) / math.sqrt(2 * math.pi * v)
            for w, m, v in zip(mixture.weights, mixture.means[:, 0], mixture.variances, strict=True)
        ]
        b.append([term / sum(terms) for term in terms])
        total += math.log(sum(terms))
    return np.array(b), total


def e_step_in_log_space(x, mixture):
    logs = np.log(mixture.weights)[:, None] + norm.logpdf(
        x, mixture.means, np.sqrt(mixture.variances)[:, None]
    )
    density = logsumexp(logs, axis=0)
    return np.exp(logs - density).T, np.array(density.sum())


def m_step(x, b):
    totals = b.sum(axis=0)
    means = (b * x[:, None]).sum(axis=0) / totals
    variances = (b * (x[:, None] - means) ** 2).sum(axis=0) / totals
    return Mixture.from_1d(totals / len(x), means, variances)


def m_step_by_averages(x, b):
    means = [np.average(x, weights=column) for column in b.T]
    variances = [
        np.average((x - mean) ** 2, weights=column) for mean, column in zip(means, b.T, strict=True)
    ]
    return Mixture.from_1d(b.mean(axis=0), means, variances)


def m_step_by_moments(x, b):
    totals = np.einsum("ik->k", b)
    means = b.T @ x / totals
    return Mixture(
        totals / totals.sum(),
        means[:, None],
        (b.T @ x**2 / totals - means**2)[:, None, None],
    )


def em(x, mixture, e_step, m_step, n_iterations):
    history = []
    for _ in range(n_iterations):
        b, log_likelihood = e_step(x, mixture)
        history.append(log_likelihood)
        mixture = m_step(x, b)
    history.append(e_step(x, mixture)[1])
    return mixture, history


def em_with_an_array(x, mixture, e_step, m_step, n_iterations):
    history = np.zeros(n_iterations + 1)
    b, history[0] = e_step(x, mixture)
    for i in range(1, n_iterations + 1):
        mixture = m_step(x, b)
        b, history[i] = e_step(x, mixture)
    return mixture, history


def em_with_two_e_steps(x, mixture, e_step, m_step, n_iterations):
    history = [e_step(x, mixture)[1]]
    while len(history) <= n_iterations:
        mixture = m_step(x, e_step(x, mixture)[0])
        history += [e_step(x, mixture)[1]]
    return mixture, history


def em_by_recursion(x, mixture, e_step, m_step, n_iterations):
    b, log_likelihood = e_step(x, mixture)
    if not n_iterations:
        return mixture, (log_likelihood,)
    last, history = em_by_recursion(x, m_step(x, b), e_step, m_step, n_iterations - 1)
    return last, (log_likelihood, *history)


def gaussian_in_place(x, mean, variance):
    x = np.asarray(x, dtype=float)
    z = x - mean
    z *= z
    z /= -2 * variance
    return np.exp(z) * (2 * np.pi * variance) ** -0.5


def noisy(x, mean, variance):
    warnings.warn("something", stacklevel=1)
    np.log(np.zeros(2))
    return gaussian(x, mean, variance)


RIGHT = {
    "gaussian": {
        "broadcasting": gaussian,
        "in place": gaussian_in_place,
        "scipy": lambda x, mean, variance: norm.pdf(x, loc=mean, scale=variance**0.5),
        "log space": lambda x, mean, variance: np.exp(
            -0.5 * (np.log(2 * np.pi) + np.log(variance) + (x - mean) ** 2 / variance)
        ),
        "other names": lambda value, mu, sigma2: gaussian(value, mu, sigma2),
        "an option more": lambda x, mean, variance, digits=None: gaussian(x, mean, variance),
        "any arguments": lambda *arguments: gaussian(*arguments),
        "a partial function": functools.partial(lambda f, *arguments: f(*arguments), gaussian),
        "warnings": noisy,
    },
    "mixture_density": {
        "broadcasting": lambda x, weights, means, variances: (
            gaussian(x[:, None], means, variances) @ weights
        ),
        "transposed": lambda x, weights, means, variances: (
            weights @ gaussian(x, means[:, None], variances[:, None])
        ),
        "loops": lambda x, weights, means, variances: np.array(
            [
                sum(
                    w * gaussian(value, m, v)
                    for w, m, v in zip(weights, means, variances, strict=True)
                )
                for value in x
            ]
        ),
        "average": lambda x, weights, means, variances: np.average(
            gaussian(x[:, None], means, variances), axis=1, weights=weights
        ),
        "module": lambda x, weights, means, variances: np.exp(
            Mixture.from_1d(weights, means, variances).log_density(x)
        ),
    },
    "e_step": {
        "broadcasting": e_step,
        "loops": e_step_by_loops,
        "log space": e_step_in_log_space,
        "module": gmm.e_step,
        "one minus": lambda x, mixture: (
            e_step(x, mixture)
            if mixture.n_components != 2
            else (
                np.column_stack([1 - e_step(x, mixture)[0][:, 1], e_step(x, mixture)[0][:, 1]]),
                e_step(x, mixture)[1],
            )
        ),
    },
    "m_step": {
        "broadcasting": m_step,
        "averages": m_step_by_averages,
        "moments": m_step_by_moments,
        "module": gmm.m_step,
    },
    "em": {
        "a list": em,
        "an array": em_with_an_array,
        "two E steps": em_with_two_e_steps,
        "recursion": em_by_recursion,
        "module": lambda x, mixture, e_step, m_step, n_iterations: (
            lambda trace: (trace.mixture, trace.log_likelihoods)
        )(gmm.run_em(x, mixture, max_iter=n_iterations, tol=0, e_step=e_step, m_step=m_step)),
    },
}


@pytest.mark.parametrize(("name", "style"), [(k, style) for k in RIGHT for style in RIGHT[k]])
def test_right_answers_pass(name, style):
    own = RIGHT[name][style]
    check = CHECKS[name](own)
    assert check.ok, check.message
    assert check.slip is None and check.working is own
    assert "not seen, to 8 digits." in check.message
    is_a_sentence(check)


def test_names_of_ones_own_are_remarked_and_no_slip():
    assert "(x, mean, variance)" in CHECKS["gaussian"](RIGHT["gaussian"]["other names"]).message
    assert "arguments (" not in CHECKS["gaussian"](gaussian).message


@all_checks
def test_the_courses_own_function_is_right(name):
    check = CHECKS[name](CHECKS[name](lambda *_: None).working)
    assert check.ok, check.message


# --- classic slips --------------------------------------------------------------------------------


def both(x, mixture):
    """Return densities without weights, and with."""
    densities = gaussian(x[:, None], mixture.means[:, 0], mixture.variances)
    return densities, mixture.weights * densities


def rows(values):
    return values / values.sum(axis=1, keepdims=True)


def with_right_b(log_likelihood):
    """Return an E step with right responsibilities, and ℓ made from the weighted densities."""
    return lambda x, mixture: (
        e_step(x, mixture)[0],
        log_likelihood(weighted_densities(x, mixture)),
    )


def with_wrong_b(responsibilities):
    """Return an E step with the right ℓ."""
    return lambda x, mixture: (responsibilities(*both(x, mixture)), e_step(x, mixture)[1])


def m_step_with(weights=None, means=None, variances=None):
    """Return an M step of which one line is another: of `(x, b, totals, means)`."""

    def step(x, b):
        totals = b.sum(axis=0)
        mu = means(x, b, totals) if means else b.T @ x / totals
        spread = (b * (x[:, None] - mu) ** 2).sum(axis=0) / totals
        if variances:
            spread = variances(x, b, totals, mu)
        return Mixture.from_1d(weights(x, b, totals) if weights else totals / len(x), mu, spread)

    return step


def squares(x, b, mu):
    return (b * (x[:, None] - mu) ** 2).sum(axis=0)


def hard(b):
    return np.eye(b.shape[1])[b.argmax(axis=1)]


def m_step_wrong_axis(x, b):
    totals = b.sum(axis=1)
    means = (b * x[:, None]).sum(axis=1) / totals
    variances = (b * (x[:, None] - means) ** 2).sum(axis=1) / totals
    return Mixture.from_1d(totals / len(x), means, variances)


def m_step_one_component_per_point(x, b):
    return Mixture.from_1d(np.full(len(x), 1 / len(x)), x, np.ones(len(x)))


def em_from_the_start_each_time(x, mixture, e_step, m_step, n_iterations):
    history = []
    for _ in range(n_iterations):
        b, log_likelihood = e_step(x, mixture)
        history.append(log_likelihood)
        new = m_step(x, b)
    return new, history


def em_from_the_start_but_for_the_history(x, mixture, e_step, m_step, n_iterations):
    history = []
    for _ in range(n_iterations):
        b, log_likelihood = e_step(x, mixture)
        history.append(log_likelihood)
        new = m_step(x, b)
    return new, [*history, e_step(x, new)[1]]


def em_with_one_e_step(x, mixture, e_step, m_step, n_iterations):
    b, log_likelihood = e_step(x, mixture)
    history = [log_likelihood]
    for _ in range(n_iterations):
        mixture = m_step(x, b)
        history.append(log_likelihood)
    return mixture, history


def em_thrown_away(x, mixture, e_step, m_step, n_iterations):
    history = []
    for _ in range(n_iterations + 1):
        b, log_likelihood = e_step(x, mixture)
        history.append(log_likelihood)
        m_step(x, b)
    return mixture, history


def em_returns_start(x, mixture, e_step, m_step, n_iterations):
    current, history = mixture, []
    for _ in range(n_iterations + 1):
        b, log_likelihood = e_step(x, current)
        history.append(log_likelihood)
        current = m_step(x, b)
    return mixture, history


def em_not_unpacked(x, mixture, e_step, m_step, n_iterations):
    history = []
    for _ in range(n_iterations):
        b = e_step(x, mixture)
        mixture = m_step(x, b)
    return mixture, history


def em_not_unpacked_in_one_line(x, mixture, e_step, m_step, n_iterations):
    history = [e_step(x, mixture)[1]]
    for _ in range(n_iterations):
        mixture = m_step(x, e_step(x, mixture))
        history.append(e_step(x, mixture)[1])
    return mixture, history


def em_that_returns_in_the_loop(x, mixture, e_step, m_step, n_iterations):
    history = []
    for _ in range(n_iterations):
        b, log_likelihood = e_step(x, mixture)
        history.append(log_likelihood)
        mixture = m_step(x, b)
        return mixture, history


def em_that_returns_in_the_loop_after_an_e_step(x, mixture, e_step, m_step, n_iterations):
    b, log_likelihood = e_step(x, mixture)
    history = [log_likelihood]
    for _ in range(n_iterations):
        mixture = m_step(x, b)
        b, log_likelihood = e_step(x, mixture)
        history.append(log_likelihood)
        return mixture, history


def em_that_returns_the_start_in_the_loop(x, mixture, e_step, m_step, n_iterations):
    history = []
    for _ in range(n_iterations):
        b, log_likelihood = e_step(x, mixture)
        history.append(log_likelihood)
        m_step(x, b)
        return mixture, history


def em_one_more(x, mixture, e_step, m_step, n_iterations):
    history = []
    for _ in range(n_iterations + 1):
        b, log_likelihood = e_step(x, mixture)
        history.append(log_likelihood)
        mixture = m_step(x, b)
    return mixture, history


def em_one_less(x, mixture, e_step, m_step, n_iterations):
    return em(x, mixture, e_step, m_step, n_iterations - 1)


def em_one_behind(x, mixture, e_step, m_step, n_iterations):
    for _ in range(n_iterations):
        old, mixture = mixture, m_step(x, e_step(x, mixture)[0])
    return old, [0] * (n_iterations + 1)


def em_hard_wired(times):
    return lambda x, mixture, e_step, m_step, n_iterations: em(x, mixture, e_step, m_step, times)


def em_with_tolerance(tolerance):
    def loop(x, mixture, e_step, m_step, n_iterations):
        b, log_likelihood = e_step(x, mixture)
        history = [log_likelihood]
        for _ in range(n_iterations):
            mixture = m_step(x, b)
            b, log_likelihood = e_step(x, mixture)
            history.append(log_likelihood)
            if abs(history[-1] - history[-2]) < tolerance:
                break
        return mixture, history

    return loop


def em_double(x, mixture, e_step, m_step, n_iterations):
    return em(x, mixture, e_step, m_step, 2 * n_iterations)


def em_with_history(change):
    """Return a loop with right mixtures and another history."""

    def loop(x, mixture, e_step, m_step, n_iterations):
        mixture, history = em(x, mixture, e_step, m_step, n_iterations)
        return mixture, change(history)

    return loop


def em_with_entries(entry):
    """Return a loop that keeps `entry(mixture, b, ℓ)` in its history."""

    def loop(x, mixture, e_step, m_step, n_iterations):
        history = []
        for _ in range(n_iterations):
            b, log_likelihood = e_step(x, mixture)
            history.append(entry(mixture, b, log_likelihood))
            mixture = m_step(x, b)
        history.append(entry(mixture, *e_step(x, mixture)))
        return mixture, history

    return loop


def em_with_the_notebooks_steps(x, mixture, *_):
    return em(x, mixture, e_step_of_the_notebook, m_step_of_the_notebook, _[-1])


def em_with_one_step_of_the_notebook(x, mixture, e_step, m_step, n_iterations):
    return em(x, mixture, e_step, m_step_of_the_notebook, n_iterations)


e_step_of_the_notebook, m_step_of_the_notebook = e_step, m_step


def em_endless(x, mixture, e_step, m_step, n_iterations):
    log_likelihood = before = 0.0
    while log_likelihood != before - 1:
        with contextlib.suppress(Exception):
            before, (b, log_likelihood) = log_likelihood, e_step(x, mixture)
            mixture = m_step(x, b)
    return mixture, []


def em_with_endless_e_steps(x, mixture, e_step, m_step, n_iterations):
    while e_step(x, mixture)[1] < 0:
        b, log_likelihood = e_step(x, mixture)
    return m_step(x, b), []


def gaussian_with(exponent=None, constant=None):
    """Return a density with another exponent of `(d, v)`, or another constant of `v`."""

    def density(x, mean, variance):
        d = x - mean
        e = exponent(d, variance) if exponent else -(d**2) / (2 * variance)
        c = constant(variance) if constant else 1 / np.sqrt(2 * np.pi * variance)
        return c * np.exp(e)

    return density


def gaussian_with_math(x, mean, variance):
    return math.exp(-((x - mean) ** 2) / (2 * variance)) / math.sqrt(2 * math.pi * variance)


def gaussian_with_one_root_of_math(x, mean, variance):
    return np.exp(-((x - mean) ** 2) / (2 * variance)) / math.sqrt(2 * math.pi * variance)


def gaussian_with_a_condition(x, mean, variance):
    if x == mean:
        return 1 / np.sqrt(2 * np.pi * variance)
    return gaussian(x, mean, variance)


def gaussian_summed(x, mean, variance):
    return np.sum(gaussian(x, mean, variance))


def gaussian_over_its_sum(x, mean, variance):
    bell = np.exp(-((x - mean) ** 2) / (2 * variance))
    return bell / bell.sum()


def gaussian_over_its_peak(x, mean, variance):
    bell = np.exp(-((x - mean) ** 2) / (2 * variance))
    return bell / np.max(bell)


def gaussian_with_a_hat(x, mean, variance):
    return np.exp(-((x - mean) ^ 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)


def gaussian_with_a_hat_on_an_array(x, mean, variance):
    x = np.asarray(x)
    return np.exp(-((x - mean) ^ 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)


def mixture_by_loop_without_plus(x, weights, means, variances):
    total = np.zeros(len(x))
    for weight, mean, variance in zip(weights, means, variances, strict=True):
        total = weight * gaussian(x, mean, variance)
    return total


def mixture_by_loop_that_starts_again(x, weights, means, variances):
    for k in range(len(weights)):
        total = np.zeros(len(x))
        total += gaussian(x, means[k], variances[k])
    return total


def mixture_by_loop_that_returns(x, weights, means, variances):
    total = np.zeros(len(x))
    for weight, mean, variance in zip(weights, means, variances, strict=True):
        total = total + weight * gaussian(x, mean, variance)
        return total


def mixture_by_loop_that_returns_without_weights(x, weights, means, variances):
    for k in range(len(weights)):
        return gaussian(x, means[k], variances[k])


def mixture_of_two(x, w, m, v):
    return w[0] * gaussian(x, m[0], v[0]) + w[1] * gaussian(x, m[1], v[1])


def mixture_with(finish):
    """Return a mixture density made from densities (n, K) and weights (K,)."""
    return lambda x, weights, means, variances: finish(
        gaussian(x[:, None], means, variances), weights
    )


def old_means(c):
    """Return an M step whose variances are about means `c` from before."""
    return m_step_with(variances=lambda x, b, N, mu: squares(x, b, np.asarray(c)) / N)


def m_step_by_mixture(x, b):
    totals = b.sum(axis=0)
    means = (b * x[:, None]).sum(axis=0) / totals
    variances = (b * (x[:, None] - means) ** 2).sum(axis=0) / totals
    return Mixture(totals / len(x), means, variances)


def m_step_by_mixture_with_columns(x, b):
    totals = b.sum(axis=0)
    means = (b * x[:, None]).sum(axis=0) / totals
    variances = (b * (x[:, None] - means) ** 2).sum(axis=0) / totals
    return Mixture(totals / len(x), means[:, None], variances)


def m_step_that_squares_too_late(x, b):
    totals = b.sum(axis=0)
    means = (b * x[:, None]).sum(axis=0) / totals
    variances = (b * (x[:, None] - means)).sum(axis=0) ** 2 / totals
    return Mixture.from_1d(totals / len(x), means, variances)


def m_step_with_a_hat(x, b):
    totals = b.sum(axis=0)
    means = (b * x[:, None]).sum(axis=0) / totals
    variances = (b * (x[:, None] - means) ^ 2).sum(axis=0) / totals
    return Mixture.from_1d(totals / len(x), means, variances)


def m_step_reading_n(x, b):
    totals = b.sum(axis=0)
    means = (b * x[:, None]).sum(axis=0) / totals
    variances = (b * (x[:, None] - means) ** 2).sum(axis=0) / totals
    return Mixture.from_1d(totals / n, means, variances)


WRONG = {
    "gaussian": [
        ("deviation_for_variance", lambda x, mean, variance: norm.pdf(x, mean, variance)),
        ("deviation_for_variance", lambda x, mean, variance: norm.pdf(x, mean, variance**0.25)),
        ("deviation_for_variance", gaussian_with(lambda d, v: -(d**2) / (2 * v**2))),
        ("deviation_for_variance", gaussian_with(lambda d, v: -(d**2) / (2 * np.sqrt(v)))),
        ("deviation_for_variance", gaussian_with(None, lambda v: 1 / (v * np.sqrt(2 * np.pi)))),
        (
            "deviation_for_variance",
            gaussian_with(lambda d, v: -0.5 * (d / v) ** 2, lambda v: 1 / np.sqrt(2 * np.pi)),
        ),
        ("missing_constant", gaussian_with(None, lambda v: 1)),
        ("constant_without_variance", gaussian_with(None, lambda v: 1 / np.sqrt(2 * np.pi))),
        ("constant_without_pi", gaussian_with(None, lambda v: v**-0.5)),
        ("constant_without_pi", gaussian_with(None, lambda v: (2 * v) ** -0.5)),
        ("two_pi_outside_root", gaussian_with(None, lambda v: 1 / (2 * np.pi * np.sqrt(v)))),
        ("two_pi_outside_root", gaussian_with(None, lambda v: 1 / (2 * np.pi * v))),
        ("constant_upside_down", gaussian_with(None, lambda v: np.sqrt(2 * np.pi * v))),
        ("constant_upside_down", gaussian_with(None, lambda v: 1 / np.sqrt(2 * np.pi) * v**0.5)),
        ("missing_square", gaussian_with(lambda d, v: -d / (2 * v))),
        ("missing_square", gaussian_with(lambda d, v: -abs(d) / (2 * v))),
        ("missing_square", gaussian_with(lambda d, v: -d / (2 * v), lambda v: 1)),
        ("missing_minus", gaussian_with(lambda d, v: d**2 / (2 * v))),
        ("missing_minus", gaussian_with(lambda d, v: (-d) ** 2 / (2 * v))),
        ("missing_half", gaussian_with(lambda d, v: -(d**2) / v)),
        ("two_inside_square", gaussian_with(lambda d, v: -((d / (2 * np.sqrt(v))) ** 2))),
        ("missing_brackets", gaussian_with(lambda d, v: -(d**2) / 2 * v)),
        ("exponent_without_variance", gaussian_with(lambda d, v: -(d**2) / 2)),
        ("log_returned", lambda x, mean, variance: norm.logpdf(x, mean, np.sqrt(variance))),
        ("log_returned", lambda x, mean, variance: -((x - mean) ** 2) / (2 * variance)),
        ("probability", lambda x, mean, variance: norm.cdf(x, mean, np.sqrt(variance))),
        ("rounded", gaussian_with(None, lambda v: 1 / np.sqrt(2 * 3.14 * v))),
        ("rounded", lambda x, mean, variance: np.round(gaussian(x, mean, variance), 4)),
        ("rounded", lambda x, mean, variance: np.float32(gaussian(x, mean, variance))),
        ("rounded", lambda x, mean, variance: gaussian(x, mean, variance) + 1e-6),
        ("normalised_by_sum", gaussian_over_its_sum),
        ("normalised_by_sum", gaussian_over_its_peak),
        ("error", gaussian_with_a_hat),
        ("error", gaussian_with_a_hat_on_an_array),
        ("numbers_only", gaussian_with_math),
        ("numbers_only", gaussian_with_a_condition),
        ("one_number", gaussian_summed),
        ("one_number", lambda x, mean, variance: gaussian(x, mean, variance).mean(keepdims=True)),
        ("no_broadcasting", gaussian_with_one_root_of_math),
        (
            "no_broadcasting",
            lambda x, mean, variance: (
                gaussian(x, mean, 1.0 * variance) / (math.sqrt(variance) / math.sqrt(variance))
            ),
        ),
    ],
    "mixture_density": [
        ("weights_forgotten", mixture_with(lambda d, w: d.sum(axis=1))),
        ("weights_twice", mixture_with(lambda d, w: (w * (w * d)).sum(axis=1))),
        ("averaged", mixture_with(lambda d, w: d.mean(axis=1))),
        ("averaged", mixture_with(lambda d, w: (w * d).mean(axis=1))),
        ("not_summed", mixture_with(lambda d, w: w * d)),
        ("not_summed", mixture_with(lambda d, w: (w * d).T)),
        ("not_summed", mixture_with(lambda d, w: d)),
        ("wrong_axis", mixture_with(lambda d, w: (w * d).sum(axis=0))),
        ("wrong_axis", mixture_with(lambda d, w: d.sum(axis=0))),
        ("summed_over_all", mixture_with(lambda d, w: np.sum(w * d))),
        ("product", mixture_with(lambda d, w: np.prod(w * d, axis=1))),
        ("product", mixture_with(lambda d, w: np.prod(d, axis=1))),
        ("product", mixture_with(lambda d, w: np.prod(d**w, axis=1))),
        ("largest_only", mixture_with(lambda d, w: (w * d).max(axis=1))),
        ("last_only", mixture_by_loop_without_plus),
        ("last_only", mixture_by_loop_that_starts_again),
        ("first_only", mixture_by_loop_that_returns),
        ("first_only", mixture_by_loop_that_returns_without_weights),
        ("log_returned", mixture_with(lambda d, w: np.log(d @ w))),
        (
            "deviation_for_variance",
            lambda x, w, means, v: norm.pdf(x[:, None], means, v) @ w,
        ),
        ("missing_constant", lambda x, w, m, v: np.exp(-((x[:, None] - m) ** 2) / 2 / v) @ w),
        ("weights_inside", lambda x, w, m, v: gaussian(x[:, None], w * m, v).sum(axis=1)),
        ("weights_inside", lambda x, w, m, v: gaussian(x[:, None], m, w * v).sum(axis=1)),
        ("weights_inside", lambda x, w, m, v: gaussian(w * x[:, None], m, v).sum(axis=1)),
        ("one_gaussian", lambda x, w, m, v: gaussian(x, w @ m, w @ v)),
        ("one_gaussian", lambda x, w, m, v: gaussian(x, np.mean(m), np.mean(v))),
        ("only_two_components", mixture_of_two),
        (
            "only_two_components",
            lambda x, w, m, v: (
                w[0] * gaussian(x, m[0], v[0]) + (1 - w[0]) * gaussian(x, m[-1], v[-1])
            ),
        ),
        (
            "wrong_shape",
            lambda x, w, m, v: np.exp(GUESS.log_density(NOTEBOOKS_X[:5])),
        ),
    ],
    "e_step": [
        ("wrong_axis", with_wrong_b(lambda d, c: c / c.sum(axis=0))),
        ("wrong_axis", with_wrong_b(lambda d, c: d / d.sum(axis=0))),
        ("weights_forgotten", with_wrong_b(lambda d, c: rows(d))),
        ("weights_forgotten", with_wrong_b(lambda d, c: d / c.sum(axis=1, keepdims=True))),
        ("weights_forgotten", with_wrong_b(lambda d, c: c / d.sum(axis=1, keepdims=True))),
        ("weights_forgotten", lambda x, m: e_step(x, exercises_equal(m))),
        ("weights_forgotten", with_right_b(lambda c: np.log(c.mean(axis=1)).sum())),
        (
            "weights_forgotten",
            lambda x, m: (e_step(x, m)[0], np.log(both(x, m)[0].sum(axis=1)).sum()),
        ),
        ("weights_twice", with_wrong_b(lambda d, c: rows(c * (c / d)))),
        ("not_normalised", with_wrong_b(lambda d, c: c)),
        ("not_normalised", with_wrong_b(lambda d, c: d)),
        ("not_normalised", with_wrong_b(lambda d, c: c / c.sum())),
        ("hard_labels", with_wrong_b(lambda d, c: (c == c.max(axis=1, keepdims=True)) * 1.0)),
        ("hard_labels", with_wrong_b(lambda d, c: c.argmax(axis=1))),
        ("hard_labels", with_wrong_b(lambda d, c: hard(d))),
        ("transposed", with_wrong_b(lambda d, c: rows(c).T)),
        ("transposed", with_wrong_b(lambda d, c: c.T)),
        ("exponential_of_densities", with_wrong_b(lambda d, c: rows(np.exp(c)))),
        ("log_returned", with_wrong_b(lambda d, c: np.log(rows(c)))),
        (
            "deviation_for_variance",
            lambda x, m: e_step(x, Mixture.from_1d(m.weights, m.means[:, 0], m.variances**2)),
        ),
        (
            "deviation_for_variance",
            lambda x, m: e_step(x, Mixture.from_1d(m.weights, m.means[:, 0], m.variances**0.5)),
        ),
        (
            "weights_inside",
            lambda x, m: (rows(gaussian(x[:, None], m.weights * m.means[:, 0], m.variances)), 0.0),
        ),
        (
            "missing_constant",
            lambda x, m: (
                rows(m.weights * np.exp(-((x[:, None] - m.means[:, 0]) ** 2) / 2 / m.variances)),
                0.0,
            ),
        ),
        ("missing_constant", with_right_b(lambda c: np.log((c * 2.5066282746310002).sum(1)).sum())),
        ("log_inside", with_right_b(lambda c: np.log(c).sum())),
        ("log_inside", lambda x, m: (e_step(x, m)[0], np.log(both(x, m)[0]).sum())),
        ("log_likelihood_per_point", with_right_b(lambda c: np.log(c.sum(axis=1)))),
        ("log_likelihood_averaged", with_right_b(lambda c: np.log(c.sum(axis=1)).mean())),
        ("log_likelihood_negative", with_right_b(lambda c: -np.log(c.sum(axis=1)).sum())),
        ("log_of_sum", with_right_b(lambda c: np.log(c.sum()))),
        ("log_wrong_axis", with_right_b(lambda c: np.log(c.sum(axis=0)).sum())),
        ("no_log", with_right_b(lambda c: c.sum())),
        ("no_log", with_right_b(lambda c: np.prod(c.sum(axis=1)))),
        ("other_log", with_right_b(lambda c: np.log10(c.sum(axis=1)).sum())),
        ("from_responsibilities", with_right_b(lambda c: np.log(rows(c)).sum())),
        ("from_responsibilities", with_right_b(lambda c: np.log(rows(c).sum(axis=1)).sum())),
        ("expected_log_likelihood", with_right_b(lambda c: (rows(c) * np.log(c)).sum())),
        ("rounded", with_right_b(lambda c: np.log(c.sum(axis=1) + 1e-8).sum())),
        ("log_likelihood_missing", lambda x, m: e_step(x, m)[0]),
        ("wrong_type", lambda x, m: [*e_step(x, m)]),
        ("wrong_type", lambda x, m: (*e_step(x, m), m)),
        ("wrong_type", lambda x, m: e_step(x, m)[1]),
        ("wrong_type", lambda x, m: (e_step(x, m)[0], "high")),
        ("wrong_type", lambda x, m: (e_step(x, m)[0], None)),
        ("swapped", lambda x, m: e_step(x, m)[::-1]),
        ("wrong_shape", lambda x, m: e_step(NOTEBOOKS_X, m)),
        (
            "only_two_components",
            lambda x, m: (lambda b, ell: (np.column_stack([b[:, 0], 1 - b[:, 0]]), ell))(
                *e_step(x, m)
            ),
        ),
        ("argument_ignored", lambda x, m: e_step(x, GUESS)),
    ],
    "m_step": [
        ("weights_not_divided", m_step_with(lambda x, b, N: N)),
        ("weights_divided_by_k", m_step_with(lambda x, b, N: N / len(N))),
        ("weights_sum", m_step_reading_n),
        ("weights_equal", m_step_with(lambda x, b, N: np.ones(len(N)) / len(N))),
        (
            "constant",
            m_step_with(lambda x, b, N: np.arange(1, len(N) + 1) / sum(range(len(N) + 1))),
        ),
        ("hard_labels", m_step_with(lambda x, b, N: np.bincount(b.argmax(axis=1)) / len(x))),
        ("divided_by_n", m_step_with(None, lambda x, b, N: (b * x[:, None]).mean(axis=0))),
        ("divided_by_weights", m_step_with(None, lambda x, b, N: b.T @ x / (N / len(x)))),
        ("divided_by_one_less", m_step_with(None, lambda x, b, N: b.T @ x / (N - 1))),
        ("not_divided", m_step_with(None, lambda x, b, N: b.T @ x)),
        ("unweighted", m_step_with(None, lambda x, b, N: np.full(len(N), x.mean()))),
        ("hard_labels", m_step_with(None, lambda x, b, N: hard(b).T @ x / hard(b).sum(axis=0))),
        ("responsibilities_squared", m_step_with(None, lambda x, b, N: (b * b).T @ x / N)),
        (
            "standard_deviation",
            m_step_with(variances=lambda x, b, N, mu: np.sqrt(squares(x, b, mu) / N)),
        ),
        ("divided_by_n", m_step_with(variances=lambda x, b, N, mu: squares(x, b, mu) / len(x))),
        (
            "divided_by_weights",
            m_step_with(variances=lambda x, b, N, mu: squares(x, b, mu) / (N / len(x))),
        ),
        (
            "divided_by_one_less",
            m_step_with(variances=lambda x, b, N, mu: squares(x, b, mu) / (N - 1)),
        ),
        ("not_divided", m_step_with(variances=lambda x, b, N, mu: squares(x, b, mu))),
        (
            "unweighted",
            m_step_with(variances=lambda x, b, N, mu: ((x[:, None] - mu) ** 2).mean(axis=0)),
        ),
        ("unweighted", m_step_with(variances=lambda x, b, N, mu: np.full(len(N), x.var()))),
        (
            "about_overall_mean",
            m_step_with(variances=lambda x, b, N, mu: squares(x, b, x.mean()) / N),
        ),
        ("mean_not_subtracted", m_step_with(variances=lambda x, b, N, mu: b.T @ x**2 / N)),
        (
            "missing_square",
            m_step_with(variances=lambda x, b, N, mu: (b * abs(x[:, None] - mu)).sum(axis=0) / N),
        ),
        (  # clipped, since what rounding leaves may be exactly 0
            "squared_too_late",
            m_step_with(
                variances=lambda x, b, N, mu: np.maximum(
                    (b * (x[:, None] - mu)).sum(axis=0) ** 2 / N, 1e-15
                )
            ),
        ),
        (
            "variance_not_positive",
            m_step_with(variances=lambda x, b, N, mu: (b * 0 * x[:, None]).sum(axis=0) / N),
        ),
        (
            "responsibilities_squared",
            m_step_with(
                variances=lambda x, b, N, mu: ((b * (x[:, None] - mu)) ** 2).sum(axis=0) / N
            ),
        ),
        (
            "hard_labels",
            m_step_with(
                variances=lambda x, b, N, mu: np.array(
                    [x[b.argmax(1) == k].var() for k in range(len(N))]
                )
            ),
        ),
        (
            "shared_variance",
            m_step_with(
                variances=lambda x, b, N, mu: np.full(len(N), squares(x, b, mu).sum() / len(x))
            ),
        ),
        ("squared_twice", m_step_with(variances=lambda x, b, N, mu: (squares(x, b, mu) / N) ** 2)),
        (
            "standard_deviation",
            m_step_with(variances=lambda x, b, N, mu: np.sqrt(squares(x, b, mu) / len(x))),
        ),
        ("old_mean", old_means(GUESS.means[:, 0])),
        ("old_mean", old_means([-1.5, 2.0])),
        ("old_mean", old_means([3.0, -4.0])),
        ("not_from_1d", m_step_by_mixture),
        ("not_from_1d", m_step_by_mixture_with_columns),
        ("error", m_step_with_a_hat),
        ("error", m_step_wrong_axis),
        ("wrong_axis", m_step_one_component_per_point),
        ("not_a_mixture", lambda x, b: (b.mean(axis=0), b.T @ x, b.T @ x)),
        ("not_a_mixture", lambda x, b: b.mean(axis=0)),
        ("wrong_shape", lambda x, b: Mixture([0.5, 0.5], np.zeros((2, 2)), [np.eye(2)] * 2)),
        ("constant", lambda x, b: LOPSIDED if b.shape[1] == 2 else None),
        ("only_two_components", lambda x, b: m_step(x, np.column_stack([b[:, 0], 1 - b[:, 0]]))),
    ],
    "em": [
        ("always_start", em_from_the_start_each_time),
        ("always_start", em_from_the_start_but_for_the_history),
        ("always_start", em_with_one_e_step),
        ("not_unpacked", em_not_unpacked),
        ("not_unpacked", em_not_unpacked_in_one_line),
        ("one_iteration", em_that_returns_in_the_loop),
        ("one_iteration", em_that_returns_in_the_loop_after_an_e_step),
        ("one_iteration", em_that_returns_the_start_in_the_loop),
        ("one_iteration", em_hard_wired(1)),
        ("result_thrown_away", em_thrown_away),
        ("returns_start", em_returns_start),
        ("one_too_many", em_one_more),
        ("one_too_few", em_one_less),
        ("one_too_few", em_one_behind),
        ("iterations_ignored", em_hard_wired(10)),
        ("iterations_ignored", em_hard_wired(100)),
        ("iterations_ignored", em_hard_wired(4)),
        ("stops_early", em_with_tolerance(1e-3)),
        ("stops_early", em_with_tolerance(1e-6)),
        ("stops_early", em_with_tolerance(1e-10)),
        ("other_number", em_double),
        ("history_without_start", em_with_history(lambda h: h[1:])),
        ("history_without_start", em_with_history(lambda h: h[1:-1])),
        ("history_without_last", em_with_history(lambda h: h[:-1])),
        ("history_repeats", em_with_history(lambda h: [*h[:-1], h[-2]])),
        ("history_repeats", em_with_history(lambda h: [h[0], *h])),
        ("history_repeats", em_with_history(lambda h: [*h, h[-1]])),
        ("history_empty", em_with_history(lambda h: [])),
        ("history_of_start", em_with_history(lambda h: [h[0]] * len(h))),
        ("history_reversed", em_with_history(lambda h: h[::-1])),
        ("one_number", em_with_history(lambda h: h[-1])),
        ("history_of_others", em_with_entries(lambda mixture, b, ell: b)),
        ("history_of_others", em_with_entries(lambda mixture, b, ell: (b, ell))),
        ("history_of_others", em_with_entries(lambda mixture, b, ell: [mixture, ell])),
        ("history_of_others", em_with_entries(lambda mixture, b, ell: mixture)),
        ("scaled_by_n", em_with_entries(lambda mixture, b, ell: ell / len(b))),
        ("history_missing", lambda *a: em(*a)[0]),
        ("wrong_type", lambda *a: em(*a)[1]),
        ("swapped", lambda *a: em(*a)[::-1]),
        ("not_a_mixture", lambda *a: (a[0], em(*a)[1])),
        ("ignores_steps", em_with_the_notebooks_steps),
        ("ignores_steps", em_with_one_step_of_the_notebook),
        ("endless", em_with_endless_e_steps),
        ("error", lambda x, mixture, e_step, m_step, n: em(x, mixture, m_step, e_step, n)),
    ],
}


def exercises_equal(mixture):
    """Return the mixture with weights 1/K."""
    K = mixture.n_components
    return Mixture.from_1d([1 / K] * K, mixture.means[:, 0], mixture.variances)


@pytest.mark.parametrize(
    ("name", "i"), [(name, i) for name in WRONG for i in range(len(WRONG[name]))]
)
def test_a_slip_is_recognised(name, i):
    slip, own = WRONG[name][i]
    check = CHECKS[name](own)
    assert (check.ok, check.slip) == (False, slip), check.message
    assert check.working is EXERCISES[name].course
    is_a_sentence(check)


@pytest.mark.parametrize(
    ("name", "part"),
    [(name, part) for name in EXERCISES for part in range(len(EXERCISES[name].parts))],
)
@np.errstate(all="ignore")
def test_no_slip_is_taken_for_another(name, part):
    """On the hidden data each slip, and each pair of slips, gives numbers of its own."""
    cases = [case for group in EXERCISES[name].groups[:2] for case in group.cases]
    made = {}
    for slip in EXERCISES[name].parts[part].slips:
        key = slip.size, *key_of([slip.wrong(*case) for case in cases])
        if "nan" in key[-1]:  # which is never told
            continue
        assert made.setdefault(key, slip.name) == slip.name


def key_of(numbers):
    """Return what two lists of arrays share if they agree in shape and to about 6 digits."""
    arrays = [np.asarray(value, dtype=float) for value in numbers]
    return tuple(a.shape for a in arrays), tuple(f"{v:.6g}" for a in arrays for v in a.ravel() + 0)


@pytest.mark.parametrize("name", ["gaussian", "mixture_density", "e_step", "m_step"])
def test_each_slip_of_the_tables_is_tried_above(name):
    in_tables = {slip.name for part in EXERCISES[name].parts for slip in part.slips}
    assert in_tables <= {slip for slip, _ in WRONG[name]} | slips_told(name)


def test_the_simplest_explanation_comes_first():
    both_wrong = _diagnosis.slips(
        {"a": "A.", "b": "B."}, lambda f, g: (f, g), {"a": "f", None: "F"}, {"b": "g", None: "G"}
    )
    assert [slip.wrong for slip in both_wrong] == [("f", "G"), ("F", "g"), ("f", "g")]
    assert [slip.size for slip in both_wrong] == [1, 1, 2]
    assert [slip.name for slip in both_wrong] == ["a", "b", "a"]


def test_two_slips_at_once_name_one_of_them():
    def density(x, mean, variance):  # no constant, and σ in place of σ²
        return np.exp(-((x - mean) ** 2) / (2 * variance**2))

    assert gmm.check_gaussian(density).slip == "deviation_for_variance"
    check = gmm.check_e_step(lambda x, m: ((lambda d: d / d.sum(0))(both(x, m)[0]), 0.0))
    assert check.slip == "wrong_axis"


def test_what_is_right_so_far_is_said():
    check = gmm.check_m_step(m_step_with(variances=lambda x, b, N, mu: squares(x, b, mu)))
    assert check.message.startswith("Right so far: the weights, the means. ")


def test_the_difference_that_is_shown_is_a_clear_one():
    """The third component hardly counts for the first point, where both round to one number."""
    slip, own = next(pair for pair in WRONG["mixture_density"] if pair[0] == "only_two_components")
    a, b = re.search(
        r"gives p = ([.\d]+); right is ([.\d]+)\.", gmm.check_mixture_density(own).message
    ).groups()
    assert abs(float(a) / float(b) - 1) > 0.009


@pytest.mark.parametrize(
    ("name", "own", "says"),
    [
        ("gaussian", gaussian_with_math, "The functions of `math`"),
        ("gaussian", gaussian_with_one_root_of_math, "The functions of `math`"),
        ("mixture_density", lambda x, w, m, v: math.exp(x), "The functions of `math`"),
        ("gaussian", gaussian_summed, "it returns one number: is something summed"),
        ("gaussian", gaussian_over_its_sum, "comes from the formula, not from the data."),
        ("gaussian", gaussian_with_a_hat, "A power is written `**` in Python."),
        ("gaussian", gaussian_with_a_hat_on_an_array, "A power is written `**` in Python."),
        ("m_step", m_step_with_a_hat, "A power is written `**` in Python."),
        ("mixture_density", mixture_by_loop_without_plus, "each pass of the loop has to add"),
        ("mixture_density", mixture_by_loop_that_returns, "does `return` stand inside the loop?"),
        ("m_step", m_step_by_mixture, "it has (2,). Use `Mixture.from_1d`."),
        ("m_step", m_step_by_mixture_with_columns, "it has (2,). Use `Mixture.from_1d`."),
        ("em", em_not_unpacked, "take them apart, `b, ell = e_step(x, mixture)`."),
        ("em", em_that_returns_in_the_loop, "does `return` stand inside the loop?"),
    ],
)
def test_a_remedy_is_named(name, own, says):
    assert says in CHECKS[name](own).message


@pytest.mark.parametrize(
    "own",
    [
        gaussian_summed,
        gaussian_with_a_condition,
        gaussian_with_a_hat,
        lambda x, mean, variance: sum(x - mean),
        lambda x, mean, variance: gaussian(x, mean),
    ],
)
def test_math_is_named_only_where_it_refused_an_array(own):
    assert "`math`" not in gmm.check_gaussian(own).message


def test_squares_that_come_too_late_are_told_whatever_rounding_leaves_of_the_sum():
    check = gmm.check_m_step(m_step_that_squares_too_late)
    assert check.slip in ("squared_too_late", "variance_not_positive")
    assert "before the sum" in check.message
    is_a_sentence(check)


def test_weights_of_another_length_are_no_reason_for_from_1d():
    check = gmm.check_m_step(m_step_with(lambda x, b, N: b.sum(axis=1) / len(x)))
    assert check.slip == "wrong_axis" and "from_1d" not in check.message
    assert (
        check.message
        == "There are 7 weights beside 2 means, one for each point: sum over the points."
    )


def test_where_the_third_component_is_the_reason_no_other_is_looked_for():
    message = gmm.check_mixture_density(mixture_of_two).message
    assert "nothing may count on there being two components. For point 4, x = 0.7," in message
    check = gmm.check_m_step(m_step_with(means=lambda x, b, N: (b.T @ x / N)[[0, 1, 1][: len(N)]]))
    assert "For K = 2 it is right, but not for K = 3" in check.message
    assert "two components. Right so far: the weights. On 9 points," in check.message
    assert "Something else" not in message + check.message


def test_an_old_mean_is_found_where_it_was_and_its_effect_is_told():
    message = gmm.check_m_step(old_means([-1.25, 0.75])).message
    assert "about −1.25 and 0.75," in message
    assert "never falls" in message and "slower" in message


def test_what_is_told_of_old_means_is_so():
    """ℓ never falls, a variance is too large by the step's square, and EM ends where it would."""
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(-2, 1, 40), rng.normal(1.5, 0.7, 60)])
    start = Mixture.from_1d([0.5, 0.5], rng.choice(x, 2, replace=False), [x.var()] * 2)

    def run(old):
        mixture, history = start, []
        for _ in range(100):
            b, log_likelihood = gmm.e_step(x, mixture)
            history.append(log_likelihood)
            new = gmm.m_step(x, b)
            if old:
                N = b.sum(axis=0)
                means = new.means[:, 0]
                variances = squares(x, b, mixture.means[:, 0]) / N
                step = means - mixture.means[:, 0]
                np.testing.assert_allclose(variances, new.variances + step**2, rtol=1e-9)
                new = Mixture.from_1d(N / len(x), means, variances)
            mixture = new
        return mixture, np.array(history)

    (right, history), (other, with_old_means) = run(False), run(True)
    assert (np.diff(with_old_means) > -1e-9).all()
    np.testing.assert_allclose(other.means, right.means, rtol=1e-6)
    np.testing.assert_allclose(other.variances, right.variances, rtol=1e-6)
    assert with_old_means[1] < history[1]


# --- what is no answer ----------------------------------------------------------------------------


def stub(*_):
    """Do nothing yet."""


def raises_not_implemented(*_):
    raise NotImplementedError("write me")


@each_once(name=CHECKS, own=[stub, raises_not_implemented, lambda *_: (None, None), lambda *_: ...])
def test_an_untouched_stub_is_to_do(name, own):
    check = CHECKS[name](own)
    assert (check.ok, check.slip) == (False, "untouched")
    assert str(check).startswith(f"To do. `{name}` returns nothing yet.")
    is_a_sentence(check)


@all_checks
def test_an_exception_is_told_with_its_line(name):
    def own(*arguments):
        total = 0
        return total.no_such_thing

    check = CHECKS[name](own)
    assert (check.ok, check.slip) == (False, "error")
    assert f"`{name}` raised AttributeError: 'int' object" in check.message
    assert check.message.endswith("“return total.no_such_thing”.")
    is_a_sentence(check)


def test_shapes_that_do_not_fit_are_told():
    message = gmm.check_m_step(lambda x, b: b * x).message
    assert "`x` has shape (7,), `b` has shape (7, 2)." in message


def test_an_address_in_an_error_is_left_out():
    def own(x, b):
        raise ValueError(f"{object()} is wrong")

    assert "“raise" in gmm.check_m_step(own).message
    assert " at 0x" not in gmm.check_m_step(own).message


@pytest.mark.parametrize(
    ("own", "what"), [(3, "a int"), (np.zeros(3), "an array of shape (3,)"), (None, "`None`")]
)
def test_what_is_no_function_is_said(own, what):
    check = gmm.check_gaussian(own)
    assert (check.ok, check.slip) == (False, "not_callable")
    assert check.message.endswith(f"it got {what}.")
    is_a_sentence(check)


def test_a_function_that_tells_nothing_of_itself_is_checked_all_the_same():
    is_a_sentence(gmm.check_gaussian(max))  # written in C: no signature, no code


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("gaussian", lambda x: x),
        ("mixture_density", lambda *, x: x),
        ("e_step", lambda: None),
        ("m_step", lambda a, b, c: a),
        ("em", lambda a, b, c, d, e, f: a),
    ],
)
def test_a_wrong_signature_is_said(name, own):
    check = CHECKS[name](own)
    assert (check.ok, check.slip) == (False, "wrong_signature")
    assert f"`{name}({', '.join(EXERCISES[name].arguments)})`" in check.message
    is_a_sentence(check)


def test_arguments_in_another_order_are_said():
    check = gmm.check_m_step(lambda b, x: m_step(x, b))
    assert check.slip == "wrong_signature" and "order" in check.message


def change(name, spoil):
    """Return the right function with each array of its result spoilt."""

    def own(*arguments):
        result = CHECKS[name](stub).working(*arguments)
        return tuple(map(spoil, result)) if isinstance(result, tuple) else spoil(result)

    return own


NO_ANSWERS = {
    "NaN": (lambda value: value * np.nan, "not_finite"),
    "infinity": (lambda value: value / 0.0 if np.ndim(value) else np.inf, "not_finite"),
    "text": (lambda value: "0.5", "wrong_type"),
    "a dictionary": (lambda value: {"p": value}, "wrong_type"),
    "complex numbers": (lambda value: value * (1 + 0j), "wrong_type"),
    "one axis more": (lambda value: np.asarray(value)[None, None], "wrong_shape"),
    "ragged": (lambda value: [[1.0], [1.0, 2.0]], "wrong_type"),
    "a function": (lambda value: len, "wrong_type"),
}


@each_once(case=NO_ANSWERS, name=["gaussian", "mixture_density", "e_step"])
def test_what_is_no_answer_is_said(name, case):
    spoil, slip = NO_ANSWERS[case]
    check = CHECKS[name](change(name, spoil))
    assert (check.ok, check.slip) == (False, slip), check.message
    is_a_sentence(check)


def test_a_wrong_number_in_a_history_is_told_with_its_iteration():
    check = gmm.check_em(em_with_history(lambda history: [*history[:2], 0, *history[3:]]))
    assert "After 2 of " in check.message, check.message


@pytest.mark.parametrize("entry", [np.nan, -np.inf, "−3", {}, None, 1j])
def test_a_history_of_no_numbers_is_said(entry):
    check = gmm.check_em(em_with_history(lambda history: [entry] * len(history)))
    assert not check.ok and check.slip in ("not_finite", "wrong_type")
    assert check.message.startswith("Right so far: the mixture. ")
    is_a_sentence(check)


def test_nan_in_the_m_step_is_the_mixtures_own_refusal():
    check = gmm.check_m_step(m_step_with(None, lambda x, b, N: b.T @ x * np.nan))
    assert check.slip == "error" and "means must be finite" in check.message


def test_a_wrong_shape_with_right_numbers_is_said_to_have_them():
    check = gmm.check_mixture_density(lambda x, w, m, v: (gaussian(x[:, None], m, v) @ w)[:, None])
    assert check.slip == "wrong_shape"
    assert "shape (5, 1), where (n,) = (5,) is asked for" in check.message
    assert "numbers themselves are right" in check.message


def test_a_result_only_for_some_arguments_is_said():
    check = gmm.check_m_step(lambda x, b: m_step(x, b) if len(x) == 7 else None)
    assert check.slip == "no_result"
    is_a_sentence(check)


def test_data_read_from_the_notebook_are_named_and_only_data():
    def own(x, mixture):
        math.sqrt(4)
        return e_step(x, GUESS if len(x) else LOPSIDED)

    message = gmm.check_e_step(own).message
    assert "reads `GUESS` and `LOPSIDED` from the notebook" in message
    assert "math" not in message and "`e_step`" not in message
    assert "from the notebook" not in gmm.check_e_step(lambda x, m: (0, 0)).message


def test_attributes_with_the_name_of_data_are_not_read_from_the_notebook():
    def own(x, mixture):
        return mixture.n, 0.0

    assert "n" in own.__globals__
    assert "from the notebook" not in gmm.check_e_step(own).message


# --- how a learner's function is called -----------------------------------------------------------


def test_what_a_function_does_to_its_arguments_is_told_and_spoils_nothing():
    def own(x, b):
        mixture = m_step(x, b)
        x[:], b[:] = 0, 0
        return mixture

    assert gmm.check_m_step(own).slip == "argument_changed"
    assert "its argument `x`" in gmm.check_m_step(own).message
    assert gmm.check_m_step(m_step).ok


def test_a_function_that_fills_one_array_again_and_again_is_judged_by_each_result():
    kept = np.empty(5)

    def own(x, weights, means, variances):
        out = kept[: len(x)] if len(x) <= 5 else np.empty(len(x))
        out[:] = gaussian(x[:, None], means, variances) @ weights
        return out

    assert gmm.check_mixture_density(own).ok

    everything = np.empty(5000)

    def both_parts(x, mixture):
        b, log_likelihood = e_step(x, mixture)
        everything[: b.size] = b.ravel()
        return everything[: b.size].reshape(b.shape), log_likelihood

    assert gmm.check_e_step(both_parts).ok


def test_prints_are_left_alone_and_warnings_silenced(capsys):
    def own(x, mean, variance):
        print("here")
        return noisy(x, mean, variance)

    with np.errstate(all="raise"):
        assert gmm.check_gaussian(own).ok
    assert set(capsys.readouterr().out.split()) == {"here"}


def test_a_loop_that_does_not_end_is_ended_though_it_catches_exceptions():
    check = gmm.check_em(em_endless)
    assert check.slip == "endless" and "5000 calls" in check.message


# --- what a check shows ---------------------------------------------------------------------------

SHOWN = {
    "right": (gaussian, "Right.", "#009E73"),
    "wrong": (lambda x, mean, variance: x, "Not yet.", "#D55E00"),
    "untouched": (stub, "To do.", "#0072B2"),
}


@pytest.mark.parametrize("case", SHOWN)
def test_a_check_shows_its_sentence_and_always_the_same(case):
    own, word, colour = SHOWN[case]
    first, second = gmm.check_gaussian(own), gmm.check_gaussian(own)
    assert str(first) == repr(first) and str(first).startswith(f"{word} {first.message}")
    forms, _ = DisplayFormatter().format(first)
    assert forms == DisplayFormatter().format(second)[0]
    assert set(forms) == {"text/plain", "text/html"}
    assert forms["text/plain"] == str(first)
    page = forms["text/html"]
    assert page.startswith("<p ") and page.endswith("</p>") and page.count("<p") == 1
    assert f"<strong>{word}</strong>" in page and f"solid {colour}" in page
    assert "overflow-wrap" in page
    assert not re.search(r"[; \"](color|background)", page), "the theme chooses these"
    assert re.sub("<[^>]*>", "", page) == str(first).replace("`", "")


def test_what_a_learner_wrote_is_escaped_on_the_page():
    def own(x, b):
        return x < b & "<b>"

    page = gmm.check_m_step(own)._repr_html_()
    assert "<b>" not in page and "&lt;b&gt;" in page


def test_a_check_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        gmm.check_gaussian(gaussian).ok = False


def test_the_words_contrast_with_both_themes():
    """The border is a second cue beside a word; even so it stands out from white and from dark."""

    def luminance(colour):
        channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        linear = np.where(channels < 0.04, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    for _, _, colour in SHOWN.values():
        for theme in ("#ffffff", "#111111"):
            low, high = sorted([luminance(colour), luminance(theme)])
            assert (high + 0.05) / (low + 0.05) >= 3
