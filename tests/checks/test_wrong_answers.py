"""What an answer is told: that it is right, or the slip it is, and never another."""

import io
import re
import time

import answers
import numpy as np
import pytest
from answers import check, is_a_sentence

import gmm_helpers as gmm
from gmm_helpers.checks import diagnosis
from gmm_helpers.model import learner_steps

RIGHT, WRONG = answers.read("right"), answers.read("wrong")


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Stop no answer for its time: an endless one is known by its calls, however slow they are."""
    monkeypatch.setattr(diagnosis, "SECONDS", 3600)


@pytest.mark.parametrize("name", WRONG)
def test_each_wrong_answer_is_told_what_it_is(name, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("1\n"))  # should `input` ask after all
    call, given, pairs = WRONG[name]
    for told, code in pairs:
        slip, _, says = told.partition(": ")
        with np.errstate(all="ignore"):
            result = check(name, answers.written(call, code, given))
        assert (result.ok, result.slip) == (False, slip), f"{result}\n{code}"
        pieces = [re.escape(piece) for piece in says.split(" … ")]
        assert re.search(".*".join(pieces), result.message), f"{result}\n{code}"
        is_a_sentence(result.message)


@pytest.mark.parametrize("name", RIGHT)
def test_each_right_answer_passes_in_any_style_and_is_gone_on_with(name):
    call, given, pairs = RIGHT[name]
    for style, code in pairs:
        own = answers.written(call, code, given)
        result = check(name, own)
        assert result.ok and result.slip is None and result.working is own, f"{style}: {result}"
        is_a_sentence(result.message)


@pytest.mark.parametrize("name", WRONG)
def test_untouched_it_is_to_do_and_the_courses_own_stands_in(name):
    result = check(name, lambda *arguments: None)
    assert (result.ok, result.slip) == (False, "untouched")
    assert str(result).startswith("To do. ") and "returns nothing yet." in str(result)
    assert check(name, result.working).ok


def test_the_courses_own_takes_its_arguments_by_name():
    names = {"weights": np.ones(1), "means": np.zeros(1), "variances": np.ones(1)}
    density = check("mixture_density", None).working(x=np.zeros(1), **names)
    assert density == pytest.approx(1 / np.sqrt(2 * np.pi))


def test_several_explanations_that_fit_are_all_told():
    def mixture_density(x, weights, means, variances):
        first, _ = weights  # and for K = 3 it raises, so nothing tells the two apart
        return first * gmm.check_gaussian(None).working(x, means[0], variances[0])

    result = check("mixture_density", mixture_density)
    assert "Only the first component is counted" in result.message
    assert "Or: One component is left out" in result.message


def test_the_arguments_of_the_first_wrong_case_can_be_tried():
    def gaussian(x, mean, variance):
        density = gmm.check_gaussian(None).working(x, mean, variance)
        return density if np.ndim(x) < 2 else density.T

    result = check("gaussian", gaussian)
    x, mean, variance = result.arguments
    assert (x.shape, mean.shape) == ((4, 1), (3,))
    assert gaussian(*result.arguments).shape == (3, 4)
    call = "`gaussian(*check.arguments)`, with this check's name for `check`."
    assert str(result).endswith(f"To try it: {call}")
    assert check("gaussian", lambda x, mean, variance: None).arguments is None


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, MemoryError, StopIteration])
def test_whatever_is_raised_becomes_a_note(error):
    def m_step(x, b):
        raise error

    slip = "interrupted" if error is KeyboardInterrupt else "error"
    assert check("m_step", m_step).slip == slip


@pytest.mark.parametrize("value", [b"1", object(), [[1], [1, 2]], {1: 2}, len, 1j, "a"])
def test_whatever_is_returned_becomes_a_note(value):
    class Hostile:
        def __array__(self, *_, **__):
            raise KeyError("no")

    for result in (value, Hostile(), (value, value), (Hostile(), 1.0)):
        for name in ("gaussian", "e_step", "m_step", "em", "ellipse", "held_out"):
            assert not check(name, lambda *_, result=result: result).ok


def test_an_endless_loop_is_stopped_even_one_that_catches_exceptions(monkeypatch):
    for module in (learner_steps, diagnosis):
        monkeypatch.setattr(module, "SECONDS", 0.05)

    def m_step(x, b):
        while True:
            try:
                time.sleep(0.01)
            except Exception:  # noqa: S110
                pass

    result = check("m_step", m_step)
    assert result.slip == "too_slow" and "stopped after" in result.message
    x = np.array([0.0, 0.1, 0.3, 5.0, 5.2, 5.3])
    start = gmm.Mixture.from_1d([0.5, 0.5], [0, 1], [1, 1])
    with pytest.raises(gmm.EMError, match="your m_step was stopped"):
        gmm.run_em(x, start, m_step=m_step)
