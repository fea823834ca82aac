"""The lower bound: never above ℓ, touching it at the responsibilities."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gmm_helpers as gmm


def random_case(seed, K, D):
    """Return data, a mixture and a table q."""
    rng = np.random.default_rng(seed)
    n = 12
    half = rng.normal(size=(K, D, D))
    covariances = half @ half.transpose(0, 2, 1) + 0.1 * np.eye(D)
    mixture = gmm.Mixture(rng.dirichlet(np.ones(K)), rng.normal(size=(K, D)), covariances)
    return 2 * rng.normal(size=(n, D)), mixture, rng.dirichlet(0.3 * np.ones(K), n)


def directly(x, mixture, q):
    """Return the bound by its definition, one term after the other."""
    total = 0.0
    for i, k in itertools.product(range(len(x)), range(mixture.n_components)):
        if q[i, k] > 0:
            single = gmm.Mixture([1.0], mixture.means[k : k + 1], mixture.covariances[k : k + 1])
            log_density = single.log_density(x[i : i + 1])[0]
            total += q[i, k] * (np.log(mixture.weights[k]) + log_density - np.log(q[i, k]))
    return total


@pytest.mark.parametrize("K, D", [(1, 1), (2, 1), (3, 2), (2, 3)])
def test_it_is_the_sum_of_its_definition(K, D):
    x, mixture, q = random_case(1, K, D)
    q[0] = np.eye(K)[0]
    assert gmm.lower_bound(x, mixture, q) == pytest.approx(directly(x, mixture, q), rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), K=st.integers(1, 4), D=st.integers(1, 2))
def test_it_is_below_the_log_likelihood_by_the_divergence(seed, K, D):
    x, mixture, q = random_case(seed, K, D)
    b, log_likelihood = gmm.e_step(x, mixture)
    bound = gmm.lower_bound(x, mixture, q)
    divergence = np.sum(q * np.log(np.where(q > 0, q, 1) / b))
    assert bound <= log_likelihood + 1e-9
    assert log_likelihood - bound == pytest.approx(divergence, rel=1e-7, abs=1e-9)
    assert gmm.lower_bound(x, mixture, b) == pytest.approx(log_likelihood, rel=1e-10)


def test_both_half_steps_raise_it():
    x = gmm.two_gaussians(80, rng=np.random.default_rng(0)).x
    mixture, q = gmm.Mixture.from_1d([0.5, 0.5], [0, 1], [1, 1]), np.full((80, 2), 0.5)
    for _ in range(5):
        before = gmm.lower_bound(x, mixture, q)
        q = mixture.responsibilities(x)
        between = gmm.lower_bound(x, mixture, q)
        mixture = gmm.m_step(x, q)
        assert before < between < gmm.lower_bound(x, mixture, q)


def test_zeros_count_nothing_and_a_share_of_an_empty_component_is_minus_infinity():
    mixture = gmm.Mixture.from_1d([1.0, 0.0], [0, 1], [1, 1])
    x = [0.0, 2.0]
    assert gmm.lower_bound(x, mixture, [[1, 0], [1, 0]]) == mixture.log_density(x).sum()
    assert gmm.lower_bound(x, mixture, [[1, 0], [0.5, 0.5]]) == -np.inf


def test_far_points_do_not_underflow():
    mixture = gmm.Mixture.from_1d([0.5, 0.5], [0, 3], [1, 1])
    found = gmm.lower_bound([60.0], mixture, [[0.5, 0.5]])
    assert found == pytest.approx(0.5 * (-1800 - 1624.5) - 0.5 * np.log(2 * np.pi), rel=1e-12)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (([0.0, 1.0], None, [[1, 0], [0, 1]]), "mixture must be a Mixture"),
        (([0.0, np.nan], ..., [[1, 0], [0, 1]]), "x must be finite: .* row 1"),
        (([0.0, 1.0], ..., [[1, 0]]), r"shape \(n, K\) = \(2, 2\)"),
        (([0.0, 1.0], ..., [[1, 0], [0.5, 0.4]]), "row 1 sums to 0.9"),
    ],
)
def test_bad_input_is_named(arguments, message):
    mixture = gmm.Mixture.from_1d([0.5, 0.5], [0, 1], [1, 1])
    with pytest.raises((TypeError, ValueError), match=message):
        gmm.lower_bound(*(mixture if each is ... else each for each in arguments))
