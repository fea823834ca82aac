"""The broken EMs: each has the bug that notebook 06, which prints their curves, says it has."""

import numpy as np
import pytest

import gmm_helpers as gmm


@pytest.mark.parametrize("name, power, by_n", [("A", 1, True), ("B", 2, False)])
def test_a_divides_the_variance_by_n_and_b_stores_standard_deviations(x, name, power, by_n):
    b = gmm.Mixture.from_1d([0.5, 0.5], [0.0, 1.0], [1.0, 1.0]).responsibilities(x)
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
