"""The broken EMs: each has the bug, and the curve, that notebook 02 says it has."""

import numpy as np
import pytest

import gmm_helpers as gmm

FALL = -1e-9
GUESS = gmm.Mixture.from_1d([0.5, 0.5], [0.0, 1.0], [1.0, 1.0])


def run(x, start, name):
    """Return what a broken EM leaves behind, whether or not it could go on."""
    try:
        return gmm.run_em(x, start, max_iter=60, tol=0, **gmm.broken_steps(name))
    except gmm.EMError as error:
        return error.trace


@pytest.mark.parametrize("name, power, by_n", [("A", 1, True), ("B", 2, False)])
def test_a_divides_the_variance_by_n_and_b_stores_standard_deviations(x, name, power, by_n):
    b = GUESS.responsibilities(x)
    right, broken = gmm.m_step(x, b), gmm.broken_steps(name)["m_step"](x, b)
    expected = right.variances * (right.weights if by_n else 1)
    np.testing.assert_allclose(broken.variances**power, expected)
    np.testing.assert_allclose(broken.means, right.means)
    np.testing.assert_allclose(broken.weights, right.weights)


def test_c_leaves_the_weights_out_of_the_e_step_alone(x):
    mixture = gmm.Mixture.from_1d([0.2, 0.8], [-1, 1], [1, 2])
    b, log_likelihood = gmm.broken_steps("C")["e_step"](x, mixture)
    equal = gmm.Mixture.from_1d([0.5, 0.5], [-1, 1], [1, 2])
    np.testing.assert_allclose(b, equal.responsibilities(x))
    assert log_likelihood == pytest.approx(gmm.e_step(x, mixture)[1])


def test_from_the_guess_only_a_falls_and_b_and_c_rest_lower_than_the_right_one(x):
    right = gmm.run_em(x, GUESS, max_iter=60, tol=0).log_likelihoods
    curves = {name: run(x, GUESS, name).log_likelihoods for name in "ABC"}
    assert np.diff(curves["A"])[0] > 0 > np.diff(curves["A"])[1]
    for name in "BC":
        assert np.diff(curves[name]).min() > FALL
        assert curves[name][-1] < right[-1] - 0.5
    assert curves["C"][1] == pytest.approx(right[1]) and curves["C"][5] < right[5]
    assert curves["B"][1] > right[1] + 1


def test_from_a_good_start_all_of_them_fall(x):
    start = gmm.Mixture.from_1d([0.5, 0.5], [-2, 2], [1, 1])
    for name in "ABC":
        assert np.sum(np.diff(run(x, start, name).log_likelihoods) < FALL) > 20
