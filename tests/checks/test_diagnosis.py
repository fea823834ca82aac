"""What a check does beside telling slips: how it calls a function, what it says and shows."""

import functools
import math
import re
import warnings

import numpy as np
import pytest
from answers import check, checked, is_a_sentence
from IPython.core.formatters import DisplayFormatter
from one_way import each_once

import gmm_helpers as gmm
from gmm_helpers import Mixture
from gmm_helpers.checks import m_steps, trial

NAMES = ("gaussian", "mixture_density", "e_step", "m_step", "em")
GUESS = Mixture.from_1d([0.5, 0.5], [0.0, 1.0], [1.0, 1.0])
LOPSIDED = Mixture.from_1d([0.3, 0.7], [0.0, 1.0], [1.0, 1.0])
M_STEP = """N = b.sum(axis=0)
mu = b.T @ x / N
v = (b*(x[:, None] - mu)**2).sum(axis=0) / N
"""
M_STEP_2D = """N = b.sum(axis=0)
mu = b.T @ x / N[:, None]
C = [(b[:, [k]]*(x - mu[k])).T @ (x - mu[k]) / N[k] for k in range(len(N))]
"""


def gaussian(x, mean, variance):
    return np.exp(-((x - mean) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)


def e_step(x, mixture):
    return gmm.e_step(x, mixture)


def m_step(x, b):
    return gmm.m_step(x, b)


def stub(*_):
    """Do nothing yet."""


# --- how a function may be written ----------------------------------------------------------------


@pytest.mark.parametrize(
    "own",
    [
        lambda value, mu, sigma2: gaussian(value, mu, sigma2),
        lambda x, mean, variance, digits=None: gaussian(x, mean, variance),
        lambda *arguments: gaussian(*arguments),
        functools.partial(lambda f, *arguments: f(*arguments), gaussian),
    ],
)
def test_the_call_is_what_counts(own):
    assert gmm.check_gaussian(own).ok


@each_once(name=["gaussian", "e_step", "m_step"], own=[lambda x: x, lambda *, x: x, lambda: 0])
def test_a_wrong_signature_is_said(name, own):
    result = check(name, own)
    assert (result.ok, result.slip) == (False, "wrong_signature")
    assert f"The call is `{name}(" in result.message
    is_a_sentence(result.message)


def test_arguments_in_another_order_are_said():
    result = gmm.check_m_step(lambda b, x: m_step(x, b))
    assert result.slip == "wrong_signature" and "order" in result.message


@pytest.mark.parametrize(
    ("own", "what"), [(3, "a int"), (np.zeros(3), "an array of shape (3,)"), (None, "`None`")]
)
def test_what_is_no_function_is_said(own, what):
    result = gmm.check_gaussian(own)
    assert (result.ok, result.slip) == (False, "not_callable")
    assert result.message.endswith(f"it got {what}.")


def test_a_function_that_tells_nothing_of_itself_is_checked_all_the_same():
    is_a_sentence(gmm.check_gaussian(max).message)  # written in C: no signature, no code


# --- slips ----------------------------------------------------------------------------------------


def test_two_slips_are_both_told():
    both = checked("gaussian", "np.exp(-(x + mean)**2/variance)/np.sqrt(2*np.pi*variance)")
    assert both.slip == "missing_half"
    assert "twice too large" in both.message and "The mean is added to x" in both.message
    one_twice = checked(
        "gaussian", "np.exp(-(x - mean)**2/(2*variance**2))/np.sqrt(2*np.pi*variance**2)"
    )
    assert one_twice.message.count("The third argument is the variance σ², not σ") == 1


def test_what_is_right_so_far_is_said():
    wrong = M_STEP + "return Mixture.from_1d(N/len(x), mu, v*N)"
    assert checked("m_step", wrong).message.startswith("Right so far: the weights, the means. ")
    message = checked(
        "m_step_2d", M_STEP_2D + "return Mixture(N/len(x), mu, np.array(C)*2)"
    ).message
    assert "in D = 2, for component 1, entry (1, 1), it gives Σ = " in message


def test_the_difference_that_is_shown_is_a_clear_one():
    """The third component hardly counts for the first point, where both round to one number."""
    message = checked(
        "mixture_density",
        "weights[0]*bell(x, means[0], variances[0]) + weights[1]*bell(x, means[1], variances[1])",
    ).message
    a, b = re.search(r"gives p = ([.\d]+); right is ([.\d]+)\.", message).groups()
    assert abs(float(a) / float(b) - 1) > 0.009
    assert "nothing may count on there being two components. For point 4, x = 0.7," in message
    assert "Something else" not in message


def test_math_is_named_only_where_it_refused_an_array():
    root = "np.exp(-(x - mean)**2/(2*variance))/math.sqrt(2*np.pi*variance)"
    assert "The functions of `math`" in checked("gaussian", root).message
    for code in ("np.sum(bell(x, mean, variance))", "sum(x - mean)", "bell(x, mean)"):
        assert "`math`" not in checked("gaussian", code).message


@pytest.mark.parametrize(
    ("mixture", "message"),
    [
        (
            "Mixture(b.mean(axis=1), mu, C)",
            "There are 11 weights beside 3 means, one for each point: sum over the points.",
        ),
        (
            "Mixture(N/len(x), mu[:, :1], C)",
            "The means have shape (3, 1), where (3, 2) is asked for.",
        ),
        (
            "Mixture(N/len(x), mu.T, C)",
            "The means have shape (2, 3), where (3, 2) is asked for. Rows and columns have changed "
            "places.",
        ),
    ],
)
def test_a_wrong_shape_in_a_mixture_is_told_by_its_letters(mixture, message):
    assert checked("m_step_2d", f"{M_STEP_2D}return {mixture}").message == message


def test_where_the_third_component_is_the_reason_no_other_is_looked_for():
    code = M_STEP + "return Mixture.from_1d(N/len(x), mu[[0, 1, 1][:len(N)]], v)"
    message = checked("m_step", code).message
    assert "two components. Right so far: the weights, the variances. On 9 points," in message
    assert "For K = 2 it is right, but not for K = 3" in message and "Something" not in message


def test_an_old_mean_is_found_where_it_was():
    code = M_STEP + "v = (b*(x[:, None] - [-1.25, 0.75])**2).sum(axis=0)/N\n"
    message = checked("m_step", code + "return Mixture.from_1d(N/len(x), mu, v)").message
    assert "about −1.25 and 0.75," in message and "never falls" in message
    message = checked("m_step_2d", "m_step_with(covariances=old_means)(x, b)").message
    assert "about (−0.5, −0.167), (0.167, 0.5) and (0.833, 1.167)," in message


def test_what_is_told_of_old_means_is_so():
    """ℓ never falls, covariances are too large by a step's product, EM ends where it would."""
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(-1, 1, (60, 2)), rng.normal(1.5, 0.7, (60, 2)) * [1, 2]])
    start = gmm.start_from_random_points(x, 2, rng=rng)

    def run(old):
        mixture, history = start, []
        for _ in range(100):
            b, log_likelihood = gmm.e_step(x, mixture)
            history.append(log_likelihood)
            new = gmm.m_step(x, b)
            if old:
                d = x - mixture.means[:, None]
                covariances = np.einsum("nk,knd,kne->kde", b, d, d) / b.sum(axis=0)[:, None, None]
                steps = new.means - mixture.means
                too_large = steps[:, :, None] * steps[:, None, :]
                np.testing.assert_allclose(covariances, new.covariances + too_large, atol=1e-9)
                new = Mixture(new.weights, new.means, covariances)
            mixture = new
        return mixture, np.array(history)

    (right, history), (other, with_old_means) = run(False), run(True)
    assert (np.diff(with_old_means) > -1e-9).all()
    np.testing.assert_allclose(other.means, right.means, atol=1e-5)
    np.testing.assert_allclose(other.covariances, right.covariances, atol=1e-5)
    assert with_old_means[1] < history[1]


def test_old_means_are_not_seen_where_one_case_has_others():
    """What depends on the responsibilities is no mean of an earlier mixture."""
    code = "m_step_with(lambda x, b, N, mu: outer(x, b, mu + b[0, 0]) / each(N))(x, b)"
    assert checked("m_step_2d", code).slip == "different"


def test_no_second_diagnosis_follows_that_of_cancellation():
    code = M_STEP + "return Mixture.from_1d(N/len(x), mu, {})"
    message = checked("m_step_vector", code.format("b.T @ x**2/N - mu**2")).message
    assert message.endswith("Subtract the mean first, and square then.")
    result = checked("m_step_vector", code.format("np.maximum(b.T @ x**2/N - mu**2, 1e-6)"))
    assert result.slip == "cancellation"  # and a number is shown where there is one
    assert re.search(r"square then\. .*it gives σ² = .*; right is .*\.$", result.message)


def test_far_points_are_checked_where_a_hybrid_fails():
    """The logarithm is right, but the responsibilities still divide densities."""
    given = "w = weighted_densities(x, mixture)\nt = w.sum(axis=1)[:, None]\n"
    remedies = ("w / (t + 1e-300)", "np.nan_to_num(w / t)", "w / np.maximum(t, 1e-300)")
    for share in ("w / t", *remedies):
        result = checked("log_e_step", f"{given}return {share}, gmm.e_step(x, mixture)[1]")
        assert result.slip == "underflow"
        assert "small number added, or with NaN replaced" in result.message


def test_the_hidden_data_tell_all_axes_apart():
    """No n is K or D, and in the first group K is not D: a shape says which axis is which."""
    for x, b in m_steps.M_STEP_2D.groups[0].cases:
        (n, D), K = x.shape, b.shape[1]
        assert len({n, D, K}) == 3


def test_rounding_is_told_as_zero():
    message = checked(
        "ellipse",
        "ellipse_of(centre=lambda mean, S, radius: 0*mean)(mean, covariance, radius, angles)",
    ).message
    assert "of the centre, it gives 0.000; right is −0.8000." in message


def test_the_article_s_nine_is_set_right_to_eight():
    message = checked("free_parameters", "gmm.free_parameters(K, D, covariance_type) + 1").message
    assert message.endswith("For K = 3, D = 1 and full covariances it gives 9; right is 8.")


def test_types_that_are_not_there_yet_are_named():
    count = "gmm.free_parameters(K, D, covariance_type)"
    code = f"if covariance_type in ('full', 'tied'):\n    return {count}"
    result = checked("free_parameters", code)
    assert result.slip == "only_some_types"
    assert "not for diag covariances" in result.message and "`None`" in result.message


# --- what is no answer ----------------------------------------------------------------------------


def not_implemented(*_):
    raise NotImplementedError("write me")


@each_once(name=NAMES, own=[not_implemented, lambda *_: (None, None), lambda *_: ...])
def test_a_stub_may_look_otherwise(name, own):
    assert check(name, own).slip == "untouched"


@pytest.mark.parametrize("name", NAMES)
def test_an_exception_is_told_with_its_line(name):
    def own(*arguments):
        total = 0
        return total.no_such_thing

    result = check(name, own)
    assert (result.ok, result.slip) == (False, "error")
    assert f"`{name}` raised AttributeError: 'int' object" in result.message
    assert result.message.endswith("“return total.no_such_thing”.")


def test_shapes_that_do_not_fit_are_told():
    message = gmm.check_m_step(lambda x, b: b * x).message
    assert "`x` has shape (7,), `b` has shape (7, 2)." in message


def test_an_address_in_an_error_is_left_out():
    def own(x, b):
        raise ValueError(f"{object()} is wrong")

    message = gmm.check_m_step(own).message
    assert "“raise" in message and " at 0x" not in message


def spoilt(name, spoil):
    """Return the right function with each array of its result spoilt."""

    def own(*arguments):
        result = check(name, stub).working(*arguments)
        return tuple(map(spoil, result)) if isinstance(result, tuple) else spoil(result)

    return own


NO_ANSWERS = {
    "NaN": (lambda value: value * np.nan, "not_finite"),
    "infinity": (lambda value: value / 0.0 if np.ndim(value) else np.inf, "not_finite"),
    "a dictionary": (lambda value: {"p": value}, "wrong_type"),
    "one axis more": (lambda value: np.asarray(value)[None, None], "wrong_shape"),
    "ragged": (lambda value: [[1.0], [1.0, 2.0]], "wrong_type"),
    "a function": (lambda value: len, "wrong_type"),
}


@each_once(case=NO_ANSWERS, name=["gaussian", "mixture_density", "e_step"])
def test_what_is_no_answer_is_said(name, case):
    spoil, slip = NO_ANSWERS[case]
    result = check(name, spoilt(name, spoil))
    assert (result.ok, result.slip) == (False, slip), result.message
    is_a_sentence(result.message)


@pytest.mark.parametrize("entry", ["np.nan", "'−3'", "None"])
def test_a_history_of_no_numbers_is_said(entry):
    code = f"em_with_history(lambda h: [{entry}]*len(h))(x, mixture, e_step, m_step, n_iterations)"
    result = checked("em", code)
    assert result.slip in ("not_finite", "wrong_type")
    assert result.message.startswith("Right so far: the mixture. ")


def test_a_wrong_number_in_a_history_is_told_with_its_iteration():
    wrong = "em_with_history(lambda h: [*h[:2], 0, *h[3:]])"
    assert (
        "After 2 of " in checked("em", f"{wrong}(x, mixture, e_step, m_step, n_iterations)").message
    )


def test_a_wrong_shape_with_right_numbers_is_said_to_have_them():
    code = "(bell(x[:, None], means, variances) @ weights)[:, None]"
    result = checked("mixture_density", code)
    assert result.slip == "wrong_shape"
    assert "shape (5, 1), where (n,) = (5,) is asked for" in result.message
    assert "numbers themselves are right" in result.message
    flat = checked(
        "covariance",
        "np.array([1, rho, rho, 1]) * [sigma_1**2, sigma_1*sigma_2, sigma_1*sigma_2, sigma_2**2]",
    )
    assert "it returns shape (4,), where (2, 2) is asked for. The numbers" in flat.message


def test_a_result_only_for_some_arguments_is_said():
    result = gmm.check_m_step(lambda x, b: m_step(x, b) if len(x) == 7 else None)
    assert result.slip == "no_result"


def test_what_nobody_has_thought_of_ends_in_a_sentence(monkeypatch):
    monkeypatch.setattr(trial, "detect", lambda *_: {}["?"])
    result = gmm.check_gaussian(lambda x, mean, variance: 0.1 * x)
    assert result.slip == "not_understood" and "KeyError" in result.message


def test_data_read_from_the_notebook_are_named_and_only_data():
    def own(x, mixture):
        math.sqrt(4)
        return e_step(x, GUESS if len(x) else LOPSIDED)

    message = gmm.check_e_step(own).message
    assert "reads `GUESS` and `LOPSIDED` from the notebook" in message
    assert "math" not in message and "`e_step`" not in message
    assert "from the notebook" not in gmm.check_e_step(lambda x, m: (0, 0)).message


n = 30


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

    before = [array.copy() for array in m_steps.M_STEP.groups[0].cases[0]]
    assert gmm.check_m_step(own).slip == "argument_changed"
    assert "its argument `x`" in gmm.check_m_step(own).message
    for array, kept in zip(m_steps.M_STEP.groups[0].cases[0], before, strict=True):
        np.testing.assert_array_equal(array, kept)


def test_a_function_that_fills_one_array_again_and_again_is_judged_by_each_result():
    kept = np.empty(5000)

    def own(x, mixture):
        b, log_likelihood = e_step(x, mixture)
        kept[: b.size] = b.ravel()
        return kept[: b.size].reshape(b.shape), log_likelihood

    assert gmm.check_e_step(own).ok


def test_prints_are_left_alone_and_warnings_silenced(capsys):
    def own(x, mean, variance):
        print("here")
        warnings.warn("something", stacklevel=1)
        np.log(np.zeros(2))
        return gaussian(x, mean, variance)

    with np.errstate(all="raise"):
        assert gmm.check_gaussian(own).ok
    assert set(capsys.readouterr().out.split()) == {"here"}


def test_a_loop_that_does_not_end_is_ended_though_it_catches_exceptions():
    def em(x, mixture, e_step, m_step, n_iterations):
        while True:
            try:
                mixture = m_step(x, e_step(x, mixture)[0])
            except Exception:  # noqa: S110
                pass

    result = gmm.check_em(em)
    assert result.slip == "endless" and "5000 calls" in result.message


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
