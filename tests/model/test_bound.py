"""The lower bound: never above ℓ, touching it at the responsibilities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gmm_helpers as gmm


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), K=st.integers(1, 4), D=st.integers(1, 3))
def test_it_is_below_the_log_likelihood_by_the_divergence(seed, K, D):
    rng = np.random.default_rng(seed)
    half = rng.normal(size=(K, D, D))
    covariances = half @ half.transpose(0, 2, 1) + 0.1 * np.eye(D)
    mixture = gmm.Mixture(rng.dirichlet(np.ones(K)), rng.normal(size=(K, D)), covariances)
    x, q = 2 * rng.normal(size=(12, D)), rng.dirichlet(0.3 * np.ones(K), 12)
    q[0] = np.eye(K)[0]
    b, log_likelihood = gmm.e_step(x, mixture)
    bound = gmm.lower_bound(x, mixture, q)
    divergence = np.sum(q * np.log(np.where(q > 0, q, 1) / b))
    assert bound <= log_likelihood + 1e-9
    assert log_likelihood - bound == pytest.approx(divergence, rel=1e-7, abs=1e-9)
    assert gmm.lower_bound(x, mixture, b) == pytest.approx(log_likelihood, rel=1e-10)


def test_zeros_count_nothing_and_a_share_of_an_empty_component_is_minus_infinity():
    mixture = gmm.Mixture.from_1d([1.0, 0.0], [0, 1], [1, 1])
    x = [0.0, 2.0]
    assert gmm.lower_bound(x, mixture, [[1, 0], [1, 0]]) == mixture.log_density(x).sum()
    assert gmm.lower_bound(x, mixture, [[1, 0], [0.5, 0.5]]) == -np.inf
    mixture = gmm.Mixture.from_1d([0.5, 0.5], [0, 3], [1, 1])
    found = gmm.lower_bound([60.0], mixture, [[0.5, 0.5]])  # where densities are rounded to 0
    assert found == pytest.approx(0.5 * (-1800 - 1624.5) - 0.5 * np.log(2 * np.pi), rel=1e-12)
