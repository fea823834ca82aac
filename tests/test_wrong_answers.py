"""What a wrong answer is told: the slip it is, and never another."""

import io
import time

import numpy as np
import pytest
import wrong_answers

import gmm_helpers as gmm
from gmm_helpers import _own_steps

ANSWERS = wrong_answers.read()


def check(name, own):
    return getattr(gmm, f"check_{name}")(own)


@pytest.mark.parametrize("name", ANSWERS)
def test_each_wrong_answer_is_told_what_it_is(name, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("1\n"))  # should `input` ask after all
    call, answers = ANSWERS[name]
    for told, code in answers:
        slip, _, says = told.partition(": ")
        result = check(name, wrong_answers.written(call, code))
        assert (result.ok, result.slip) == (False, slip), f"{result}\n{code}"
        assert says in result.message, f"{result}\n{code}"
        assert (
            len(result.message) < 640 and "\n" not in result.message and "  " not in result.message
        )


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
    assert str(result).endswith("To try it: `gaussian(*check.arguments)`, with this check's name.")
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
    for module in (_own_steps, gmm._diagnosis):
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
