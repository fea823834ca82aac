"""What a check does beside telling slips: how it calls a function, and what it shows."""

import functools
import math
import re
import warnings

import numpy as np
import pytest
from answers import bell, check, checked, is_a_sentence
from IPython.core.formatters import DisplayFormatter

import gmm_helpers as gmm
from gmm_helpers.checks import m_steps, trial


@pytest.mark.parametrize(
    "own",
    [
        lambda value, mu, sigma2: bell(value, mu, sigma2),
        lambda x, mean, variance, digits=None: bell(x, mean, variance),
        lambda *arguments: bell(*arguments),
        functools.partial(lambda f, *arguments: f(*arguments), bell),
    ],
)
def test_the_call_is_what_counts(own):
    assert gmm.check_gaussian(own).ok


@pytest.mark.parametrize(
    ("name", "own", "slip", "says"),
    [
        ("gaussian", lambda x: x, "wrong_signature", "The call is `gaussian("),
        ("e_step", lambda *, x: x, "wrong_signature", "The call is `e_step("),
        ("m_step", lambda: 0, "wrong_signature", "The call is `m_step("),
        ("m_step", lambda b, x: gmm.m_step(x, b), "wrong_signature", "order"),
        ("gaussian", 3, "not_callable", "it got an int."),
        ("gaussian", np.zeros(3), "not_callable", "it got an array of shape (3,)."),
        ("gaussian", None, "not_callable", "it got `None`."),
    ],
)
def test_what_cannot_be_called_as_it_should_is_said(name, own, slip, says):
    result = check(name, own)
    assert (result.ok, result.slip) == (False, slip) and says in result.message
    is_a_sentence(result.message)


def test_a_function_that_tells_nothing_of_itself_is_checked_all_the_same():
    is_a_sentence(gmm.check_gaussian(max).message)  # written in C: no signature, no code


def test_the_difference_that_is_shown_is_a_clear_one():
    """The third component hardly counts for the first point, where both round to one number."""
    message = checked(
        "mixture_density",
        "weights[0]*bell(x, means[0], variances[0]) + weights[1]*bell(x, means[1], variances[1])",
    ).message
    a, b = re.search(r"gives p = ([.\d]+); right is ([.\d]+)\.", message).groups()
    assert abs(float(a) / float(b) - 1) > 0.009


def test_a_count_is_told_as_one_beside_any_number():
    message = checked("best_by_aic", "np.min(2 * n_parameters - 2 * log_likelihoods)").message
    assert message.endswith("it gives K = 1275; right is 5.")


def test_math_is_named_only_where_it_refused_an_array():
    for code in ("np.sum(bell(x, mean, variance))", "sum(x - mean)", "bell(x, mean)"):
        assert "`math`" not in checked("gaussian", code).message


def test_the_hidden_data_tell_all_axes_apart():
    """No n is K or D, and in the first group K is not D: a shape says which axis is which."""
    for x, b in m_steps.TABLE.exercise("m_step_2d").groups[0].cases:
        (n, D), K = x.shape, b.shape[1]
        assert len({n, D, K}) == 3


def test_what_nobody_has_thought_of_ends_in_a_sentence(monkeypatch):
    monkeypatch.setattr(trial, "detect", lambda *_: {}["?"])
    result = gmm.check_gaussian(lambda x, mean, variance: 0.1 * x)
    assert result.slip == "not_understood" and "KeyError" in result.message


n = 30


def test_neither_functions_nor_attributes_are_named_as_data_of_the_notebook():
    def own(x, mixture):
        return mixture.n, math.sqrt(4)

    message = gmm.check_e_step(own).message
    assert "n" in own.__globals__ and "from the notebook" not in message


def test_what_a_function_does_to_its_arguments_is_told_and_spoils_nothing():
    def own(x, b):
        mixture = gmm.m_step(x, b)
        x[:], b[:] = 0, 0
        return mixture

    for _ in range(2):
        check = gmm.check_m_step(own)
        assert check.slip == "argument_changed" and "its argument `x`" in check.message
        assert all(array.any() for array in check.arguments)


def test_prints_are_left_alone_and_warnings_silenced(capsys):
    def own(x, mean, variance):
        print("here")
        warnings.warn("something", stacklevel=1)
        np.log(np.zeros(2))
        return bell(x, mean, variance)

    with np.errstate(all="raise"):
        assert gmm.check_gaussian(own).ok
    assert set(capsys.readouterr().out.split()) == {"here"}


SHOWN = {  # in colours that stand out from white and from #111111 by 3:1
    "right": (bell, "Right.", "#009E73"),
    "wrong": (lambda x, mean, variance: x, "Not yet.", "#D55E00"),
    "untouched": (lambda *_: None, "To do.", "#0072B2"),
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
