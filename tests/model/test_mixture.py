"""`Mixture`: its density, what it says of points, its samples, and that it stays as it was made."""

import copy
import pickle
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from scipy.stats import chisquare, kstest

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


@pytest.mark.parametrize(("D", "shape"), [(1, (20_000,)), (2, (20_000, 2)), (3, (20_000, 3))])
def test_points_come_from_the_component_that_z_names_by_its_weight(D, shape):
    """Whitened by its own μ_k and Σ_k, each is standard normal, with independent features."""
    mixture = random_mixture(3, D)
    x, z = mixture.sample(20_000, np.random.default_rng(0))
    assert x.shape == shape and z.dtype.kind == "i"
    assert chisquare(np.bincount(z), 20_000 * mixture.weights).pvalue > 1e-3
    factors = np.linalg.cholesky(mixture.covariances)
    for k in range(3):
        own = x.reshape(-1, D)[z == k] - mixture.means[k]
        white = np.linalg.solve(factors[k], own.T)
        assert kstest(white.ravel(), "norm").pvalue > 1e-3
        np.testing.assert_allclose(white @ white.T / own.shape[0], np.eye(D), atol=0.06)


ARRAYS = ("weights", "means", "covariances")


def test_neither_arrays_nor_attributes_can_be_changed():
    for name in (*ARRAYS, "variances"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(ONE_D, name)[0] = 5
    with pytest.raises(FrozenInstanceError):
        ONE_D.weights = np.array([0.5, 0.5])


def test_arrays_it_was_made_of_may_change():
    made_of = [np.array([0.5, 0.5]), np.array([[0.0], [1.0]]), np.ones((2, 1, 1))]
    mixture = Mixture(*made_of)
    for name, array in zip(ARRAYS, made_of, strict=True):
        before = array.copy()
        array += 7  # and they are still the caller's own to write in
        np.testing.assert_array_equal(getattr(mixture, name), before)


@pytest.mark.parametrize(
    "make",
    [lambda value: pickle.loads(pickle.dumps(value)), copy.copy, copy.deepcopy],
    ids=["pickle", "copy", "deepcopy"],
)
def test_a_copy_says_the_same_and_is_read_only_too(make):
    """NumPy forgets the flag in a pickle; then changed weights would not reach the density."""
    x = np.linspace(-5, 5, 11)
    copied = make(ONE_D)
    np.testing.assert_array_equal(copied.log_density(x), ONE_D.log_density(x))
    assert not any(getattr(copied, name).flags.writeable for name in ARRAYS)


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.longdouble])
def test_parameters_of_any_float_type(dtype):
    """0.4 and 0.6 in float32 sum to 1.00000003: as near to 1 as their type can be."""
    parameters = [0.4, 0.6], [0, 1], [1, 4]  # and some are whole numbers
    mixture = Mixture.from_1d(*(np.array(values, dtype=dtype) for values in parameters))
    assert mixture.weights.dtype == np.float64
    assert mixture.weights.sum() == pytest.approx(1, abs=1e-15)  # or the area would not be 1
    expected = Mixture.from_1d(*parameters).log_density([0.5, 3.0])
    np.testing.assert_allclose(mixture.log_density([0.5, 3.0]), expected, rtol=2e-3)


def test_it_shows_its_parameters_and_nothing_else():
    assert repr(ONE_D).count("=") == 3
