"""`Mixture`: its density, what it says of points, its samples, and that it stays as it was made."""

import copy
import pickle
from dataclasses import FrozenInstanceError

import exact_em
import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import chisquare, kstest, multivariate_normal

from gmm_helpers import Mixture

ONE_D = Mixture.from_1d([0.3, 0.7], [-1.0, 2.0], [0.25, 4.0])


def random_mixture(K, D, seed=0):
    """Make a mixture with correlated features of quite different scales."""
    rng = np.random.default_rng(seed)
    units = 10.0 ** (np.arange(D) % 3)
    factors = (np.eye(D) + 0.5 * rng.standard_normal((K, D, D))) * units[:, None]
    return Mixture(
        rng.dirichlet(np.full(K, 5.0)),
        3 * units * rng.standard_normal((K, D)),
        factors @ factors.transpose(0, 2, 1),
    )


def joint_by_scipy(mixture, x):
    """Return log(φ_k N(x_i | μ_k, Σ_k)), shape (n, K)."""
    columns = [
        np.log(weight) + multivariate_normal(mean, covariance).logpdf(x)
        for weight, mean, covariance in zip(
            mixture.weights, mixture.means, mixture.covariances, strict=True
        )
    ]
    return np.column_stack(columns)


sizes = pytest.mark.parametrize(("K", "D"), [(1, 1), (3, 1), (2, 2), (4, 3), (2, 6)])


@sizes
def test_log_density_is_scipys(K, D):
    mixture = random_mixture(K, D)
    x, _ = mixture.sample(50, np.random.default_rng(1))
    expected = logsumexp(joint_by_scipy(mixture, x.reshape(50, D)), axis=1)
    np.testing.assert_allclose(mixture.log_density(x), expected, rtol=1e-12)


@sizes
def test_responsibilities_are_bayes_rule(K, D):
    mixture = random_mixture(K, D)
    x, _ = mixture.sample(50, np.random.default_rng(1))
    joint = np.exp(joint_by_scipy(mixture, x.reshape(50, D)))
    expected = joint / joint.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(mixture.responsibilities(x), expected, rtol=1e-9)


def test_area_under_the_density_is_1():
    x = np.linspace(-25, 25, 4001)
    assert np.exp(ONE_D.log_density(x)).sum() * (x[1] - x[0]) == pytest.approx(1, abs=1e-12)


def test_volume_under_the_density_is_1():
    mixture = Mixture([0.4, 0.6], [[0, 0], [2, 1]], [[[1, 0.8], [0.8, 1]], [[2, -0.5], [-0.5, 1]]])
    side = np.linspace(-16, 16, 401)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    volume = np.exp(mixture.log_density(grid)).sum() * (side[1] - side[0]) ** 2
    assert volume == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("sigmas", [60, 1e4])
def test_far_points_have_exact_finite_values(sigmas):
    """There every density underflows to 0 in float64; its logarithm does not."""
    x = [-1 - 0.5 * sigmas, 2 + 2 * sigmas]
    with np.errstate(divide="raise", over="raise", invalid="raise"):
        log_density, responsibilities = ONE_D.log_density(x), ONE_D.responsibilities(x)
    expected = [exact_em.log_likelihood([value], ONE_D) for value in x]
    np.testing.assert_allclose(log_density, expected, rtol=1e-14)
    np.testing.assert_array_equal(responsibilities, [[0, 1], [0, 1]])  # the wider one wins


@pytest.mark.parametrize("scale", [1e-150, 1e-8, 1e8, 1e150])
def test_density_in_any_unit(scale):
    mixture = random_mixture(2, 2)
    rescaled = Mixture(mixture.weights, scale * mixture.means, scale**2 * mixture.covariances)
    x, _ = mixture.sample(20, np.random.default_rng(0))
    expected = mixture.log_density(x) - 2 * np.log(scale)
    np.testing.assert_allclose(rescaled.log_density(scale * x), expected, rtol=1e-13)


def test_component_of_weight_0_changes_nothing():
    with_it = Mixture.from_1d([0.3, 0, 0.7], [-1, 5, 2], [0.25, 1, 4])
    x = np.array([-3.0, 0.0, 5.0, 1e4])
    np.testing.assert_array_equal(with_it.log_density(x), ONE_D.log_density(x))
    np.testing.assert_array_equal(with_it.responsibilities(x)[:, 1], 0)


def test_each_point_is_treated_alone():
    """The points are taken in blocks; none is lost, doubled or moved where two blocks meet."""
    x, _ = ONE_D.sample(40_000, np.random.default_rng(0))
    some = np.arange(0, 40_000, 61)
    for ask in (ONE_D.log_density, ONE_D.responsibilities):
        np.testing.assert_allclose(ask(x)[some], ask(x[some]), rtol=1e-12)


def test_one_dimension_is_D_equal_to_1():
    same = Mixture([0.3, 0.7], [[-1], [2]], [[[0.25]], [[4]]])
    np.testing.assert_array_equal(same.log_density([[1.0], [3.0]]), ONE_D.log_density([1.0, 3.0]))
    np.testing.assert_array_equal(same.variances, [0.25, 4])
    assert (same.n_components, same.n_features) == (2, 1)


def test_variances_are_for_one_dimension():
    with pytest.raises(ValueError, match="D = 1"):
        _ = random_mixture(2, 2).variances


# --- sampling ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "D", "shape"), [(1, 1, (1,)), (7, 2, (7, 2)), (7, 3, (7, 3))])
def test_sample_shapes(n, D, shape):
    x, z = random_mixture(2, D).sample(n, np.random.default_rng(0))
    assert (x.shape, z.shape) == (shape, (n,))
    assert np.issubdtype(z.dtype, np.integer)


def test_components_are_drawn_by_their_weights():
    mixture = Mixture.from_1d([0.2, 0, 0.5, 0.3], [0, 1, 2, 3], [1, 1, 1, 1])
    _, z = mixture.sample(10_000, np.random.default_rng(0))
    counts = np.bincount(z, minlength=4)
    assert counts[1] == 0
    assert chisquare(counts[[0, 2, 3]], [2000, 5000, 3000]).pvalue > 1e-3


@pytest.mark.parametrize("D", [1, 3])
def test_points_come_from_the_component_that_z_names(D):
    """Whitened by its own μ_k and Σ_k, each is standard normal, with independent features."""
    mixture = random_mixture(3, D)
    x, z = mixture.sample(20_000, np.random.default_rng(0))
    factors = np.linalg.cholesky(mixture.covariances)
    for k in range(3):
        own = x.reshape(-1, D)[z == k] - mixture.means[k]
        white = np.linalg.solve(factors[k], own.T)
        assert kstest(white.ravel(), "norm").pvalue > 1e-3
        np.testing.assert_allclose(white @ white.T / own.shape[0], np.eye(D), atol=0.06)


def test_randomness_comes_from_rng_alone():
    mixture = random_mixture(3, 2)
    rng = np.random.default_rng(5)
    first, again = mixture.sample(9, np.random.default_rng(5)), mixture.sample(9, rng)
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert not np.array_equal(mixture.sample(9, rng)[0], again[0])  # its state has moved on


# --- a mixture stays as it was made --------------------------------------------------------------

ARRAYS = ("weights", "means", "covariances")


@pytest.mark.parametrize("name", [*ARRAYS, "variances"])
def test_arrays_are_read_only(name):
    with pytest.raises(ValueError, match="read-only"):
        getattr(ONE_D, name)[0] = 5


def test_attributes_are_frozen():
    with pytest.raises(FrozenInstanceError):
        ONE_D.weights = np.array([0.5, 0.5])


def test_arrays_it_was_made_of_may_change():
    made_of = [np.array([0.5, 0.5]), np.array([[0.0], [1.0]]), np.ones((2, 1, 1))]
    mixture = Mixture(*made_of)
    for array in made_of:
        array += 7  # and they are still the caller's own to write in
    np.testing.assert_array_equal(mixture.weights, [0.5, 0.5])
    np.testing.assert_array_equal(mixture.means, [[0], [1]])
    np.testing.assert_array_equal(mixture.covariances, np.ones((2, 1, 1)))


COPIES = {
    "pickle": lambda value: pickle.loads(pickle.dumps(value)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


@pytest.mark.parametrize("way", COPIES)
def test_a_copy_says_the_same_and_is_read_only_too(way):
    """NumPy forgets the flag in a pickle; then changed weights would not reach the density."""
    x = np.linspace(-5, 5, 11)
    copied = COPIES[way](ONE_D)
    np.testing.assert_array_equal(copied.log_density(x), ONE_D.log_density(x))
    assert not any(getattr(copied, name).flags.writeable for name in ARRAYS)


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.longdouble])
def test_parameters_of_any_float_type(dtype):
    """0.4 and 0.6 in float32 sum to 1.00000003: as near to 1 as their type can be."""
    parameters = [0.4, 0.6], [0.0, 1.0], [1.0, 4.0]
    mixture = Mixture.from_1d(*(np.array(values, dtype=dtype) for values in parameters))
    assert mixture.weights.dtype == np.float64
    assert mixture.weights.sum() == pytest.approx(1, abs=1e-15)  # or the area would not be 1
    expected = Mixture.from_1d(*parameters).log_density([0.5, 3.0])
    np.testing.assert_allclose(mixture.log_density([0.5, 3.0]), expected, rtol=2e-3)


def test_whole_numbers_are_parameters():
    mixture = Mixture([1], [[0, 2]], [[[2, 1], [1, 2]]])
    same = Mixture([1.0], [[0.0, 2.0]], [[[2.0, 1.0], [1.0, 2.0]]])
    np.testing.assert_array_equal(mixture.log_density([[3, 4]]), same.log_density([[3.0, 4.0]]))
