"""Bad input to its sentence, at the door of every public function; and good input in any form.

The sentences are checked by a few words, so that they may be reworded; what must not happen is
an error from inside NumPy, a warning (pytest turns each into an error), or a result.
"""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from one_way import each_once

import gmm_helpers
from gmm_helpers import (
    EMError,
    Mixture,
    bic,
    compare,
    e_step,
    fit,
    free_parameters,
    galaxies,
    held_out_log_likelihood,
    lower_bound,
    m_step,
    run_em,
    spurious_components,
    start_from_means,
    start_from_random_points,
)

ONE_D = Mixture.from_1d([0.5, 0.5], [0, 5], [1, 1])
TWO_D = Mixture([0.5, 0.5], [[0, 0], [5, 5]], [np.eye(2)] * 2)
X = np.array([0.0, 1, 2, 4, 7, 8, 9])
HALVES = np.full((7, 2), 0.5)


def rng():
    return np.random.default_rng(0)


def seeded():
    return {"rng": rng()}


def refused(error, sentence, call):
    """Check that `call` raises `error` with `sentence`, by a `raise` of this package."""
    with pytest.raises(error, match=sentence) as caught:
        call()
    assert isinstance(caught.value, EMError) == (error is EMError)
    raised_in = Path(caught.traceback[-1].path)
    assert raised_in.is_relative_to(Path(gmm_helpers.__file__).parent), "an error from elsewhere"


def evenly(x, K):
    """Return responsibilities 1/K for what may be data."""
    n = len(x) if isinstance(x, list) else (*getattr(x, "shape", ()), 1)[0]
    return np.full((n, K), 1 / K)


# --- data -----------------------------------------------------------------------------------------

LOOK = {
    "log_density": lambda x: ONE_D.log_density(x),
    "responsibilities": lambda x: ONE_D.responsibilities(x),
    "e_step": lambda x: e_step(x, ONE_D),
    "held_out_log_likelihood": lambda x: held_out_log_likelihood(ONE_D, x),
    "lower_bound": lambda x: lower_bound(x, ONE_D, evenly(x, 2)),
}
FIT = {
    "m_step": lambda x, **more: m_step(x, evenly(x, 2), **more),
    "run_em": lambda x, **more: run_em(x, ONE_D, **more),
    "fit": lambda x, **more: fit(x, 2, **seeded() | more),
    "fit given starts": lambda x, **more: fit(x, 2, init=ONE_D, **seeded() | more),
    "start_from_means": lambda x, **more: start_from_means(x, [0.0, 5.0], **more),
    "start_from_random_points": lambda x, **more: start_from_random_points(x, 2, **seeded() | more),
    "compare": lambda x, **more: compare(x, [1, 2], n_init=2, **seeded() | more),
}
BAD_DATA = {
    "NaN": ([0, 1, np.nan, np.nan], ValueError, "finite.* row 2"),
    "infinity": ([0, np.inf, 1, np.nan], ValueError, "finite.* row 1"),
    "no points": (np.empty((0, 1)), ValueError, "empty"),
    "one number": (3.0, ValueError, r"\(n, D\).* \(\)"),
    "three axes": (np.zeros((3, 2, 2)), ValueError, r"\(n, D\).* \(3, 2, 2\)"),
    "ragged": ([[1, 2], [3]], ValueError, "rows of different lengths"),
    "nothing": (None, TypeError, "real numbers"),
    "text": ("old_faithful.csv", TypeError, "real numbers"),
    "complex": (X + 0j, TypeError, "real numbers.* complex"),
    "objects": (np.array([1, 2, None]), TypeError, "real numbers"),
    "a generator": ((value for value in X), TypeError, "real numbers"),
    "a data set": (galaxies(), TypeError, "pass the data's .x"),
    "masked values": (np.ma.masked_equal(X, 4), ValueError, "masked"),
}


@each_once(case=BAD_DATA, function=LOOK | FIT)
def test_bad_data(case, function):
    x, error, sentence = BAD_DATA[case]
    refused(error, f"x .*{sentence}", lambda: (LOOK | FIT)[function](x))


@each_once(function=[*LOOK, "run_em"], D=[2, 7])
def test_data_of_another_dimension(D, function):
    """With D = 7 it is 1-D data in a row instead of in a column."""
    x = np.resize(X, (7 // D, D))
    refused(ValueError, f"D = {D}.* D = 1", lambda: (LOOK | FIT)[function](x))


@pytest.mark.skipif(np.finfo(np.longdouble).max == np.finfo(float).max, reason="no longer double")
def test_long_doubles_beyond_float64():
    x = np.array([1, 2, 3]) * np.longdouble(10) ** 400
    refused(ValueError, "x .*infinity.* row 0", lambda: run_em(x, ONE_D))


@each_once(function=[name for name in LOOK if name != "lower_bound"])  # that is −∞ there
def test_points_out_of_reach_of_every_component(function):
    refused(ValueError, "Row 1 of x.* range", lambda: LOOK[function]([0, 1e200, 1e300]))
    # Each log density is a finite −0.9e308; their sum is not.
    refused(ValueError, "Row 0 of x.* range", lambda: LOOK[function]([1.34e154] * 3))


UNFITTABLE = {
    "one point": ([3.0], "K = 2.* n = 1|constant"),
    "a constant": ([3.0] * 5, "Feature 0.* constant.* 3"),
    "huge": (X * 1e200, "Feature 0.* unit"),
    "huge in both directions": ([-1.7e308, 0, 1.7e308], "Feature 0.* unit"),
    "tiny": (X * 1e-200, "Feature 0.* unit"),
    # With D = 1 it depends on no other.
    "last digits": ((1e8 + np.arange(4) * 1.5e-8).tolist(), "Feature 0 of x (?!is a linear)"),
}


@each_once(function=FIT, case=UNFITTABLE)
def test_data_that_cannot_be_fitted(case, function):
    x, sentence = UNFITTABLE[case]
    refused(ValueError, sentence, lambda: FIT[function](x))


FIT_PLANE = {
    "m_step": lambda x, kind: m_step(x, np.ones((len(x), 1)), covariance_type=kind),
    "run_em": lambda x, kind: run_em(x, TWO_D, covariance_type=kind),
    "fit": lambda x, kind: fit(x, 1, rng=rng(), covariance_type=kind),
    "compare": lambda x, kind: compare(x, [1, 2], rng=rng(), covariance_types=[kind]),
}


@each_once(function=FIT_PLANE, covariance_type=["full", "tied"], shift=[0, 0, 1e8, 1e8])
def test_dependent_features(shift, covariance_type, function):
    x = np.column_stack([X, 3 * X + 1]) + shift
    sentence = "Feature 1.* linear combination.*diag"
    refused(ValueError, sentence, lambda: FIT_PLANE[function](x, covariance_type))
    FIT_PLANE[function](x, "diag")  # as the sentence recommends
    FIT_PLANE[function](x, "spherical")


@each_once(D=[2, 3, 5], shift=[0, 1e8, 1e12])
def test_no_more_points_than_features(D, shift):
    """D points span a plane at most, wherever they are and however they round."""
    x = rng().standard_normal((D, D)) + shift
    refused(ValueError, r"linear combination|n = \d", lambda: m_step(x, np.ones((D, 1))))


# --- one argument ---------------------------------------------------------------------------------

TWO = {"means": [[0, 0], [1, 1]], "covariances": [np.eye(2)] * 2}
WIDE, TURN_IT = rng().standard_normal((2, 272)), r"[Ww]rong way round\? Pass x\.T"
SAME = np.resize([1.0, 2.0], 3000)  # two points, again and again
mixture = partial(Mixture, [0.5, 0.5], **TWO)
fit_two = partial(fit, X, 2, rng=rng())
compare_two = partial(compare, X, [1, 2], rng=rng())


def with_second(covariance):
    return partial(mixture, covariances=[np.eye(2), covariance])


def last_row(*row):
    return partial(m_step, X, [*HALVES[1:].tolist(), [*row]])


OF_VALUE_ERRORS = [
    ("weights .*negative.* component 1 .index 0", partial(Mixture, [-0.5, 1.5], **TWO)),
    ("weights must sum to 1.* 0.9", partial(Mixture, [0.5, 0.4], **TWO)),
    ("weights .*NaN", partial(Mixture, [np.nan, 1], **TWO)),
    (r"weights .*\(K,\).* \(2, 1\)", partial(Mixture, [[0.5], [0.5]], **TWO)),
    ("weights .*empty", partial(Mixture, [], **TWO)),
    (r"means .*K = 3.* \(2, 2\)", partial(Mixture, [0.5, 0.25, 0.25], **TWO)),
    (r"means .*\(K, D\).* \(2,\)", partial(mixture, means=[0.0, 1.0])),
    ("means .*infinity", partial(mixture, means=[[0, 0], [np.inf, 0]])),
    (r"covariances .*\(2, 2, 2\).* \(2, 2\)", partial(mixture, covariances=np.ones((2, 2)))),
    (r"covariances .*\(2, 3, 3\)", partial(mixture, covariances=[np.eye(3)] * 2)),
    ("covariances .*NaN", with_second([[1, np.nan], [np.nan, 1]])),
    ("covariances .*symmetric", with_second([[1, 0.5], [0.5 + 1e-6, 1]])),
    ("symmetric", with_second([[1, 1e308], [-1e308, 1]])),
    ("index 1.*positive", with_second([[1, 0], [0, -1]])),
    ("index 1.*positive definite", with_second([[1, 1], [1, 1]])),
    ("index 1.*positive definite", with_second([[1, 1 - 1e-15], [1 - 1e-15, 1]])),
    ("index 1.*variance.* 0", partial(Mixture.from_1d, [0.5, 0.5], [0, 1], [1, 0])),
    (r"means .*\(2, 1\)", partial(Mixture.from_1d, [0.5, 0.5], [[0], [1]], [1, 1])),
    (r"variances .*\(1,\)", partial(Mixture.from_1d, [0.5, 0.5], [0, 1], [1])),
    ("variances .*NaN", partial(Mixture.from_1d, [1], [0], [np.nan])),
    ("means .*finite.*1", partial(start_from_means, X, [0.0, np.nan])),  # and not that x is
    ("means .*D = 2.*D = 1", partial(start_from_means, X, [[0.0, 1.0]])),
    ("K = 8.*n = 7", partial(start_from_means, X, np.arange(8.0))),
    ("K = 8.*n = 7", partial(m_step, X, np.full((7, 8), 1 / 8))),
    ("K = 8.*n = 7", partial(run_em, X, start_from_means(np.arange(8.0), np.arange(8.0)))),
    ("K = 1.*n = 7", partial(fit, X, 10**400, rng=rng())),
    ("responsibilities .*NaN.* row 6", last_row(np.nan, 0.5)),
    ("responsibilities .*negative.* row 6", last_row(-0.5, 1.5)),
    ("responsibilities .*sum to 1.* row 6 .*0.9", last_row(0.5, 0.4)),
    ("responsibilities .*sum to 1", partial(m_step, X, np.full((7, 2), 1 / 7))),
    (r"responsibilities .*\(n, K\).* \(2, 7\)", partial(m_step, X, HALVES.T)),
    (r"responsibilities .*\(n, K\).* \(\)", partial(m_step, X, 1.0)),
    (r"shape \(n, K\) = \(7, 2\)", partial(lower_bound, X, ONE_D, HALVES[1:])),
    (r"shape \(n, K\) = \(7, 2\)", partial(lower_bound, X, ONE_D, np.full((7, 3), 1 / 3))),
    ("2 distinct points.* K = 3", partial(m_step, SAME, evenly(SAME, 3))),
    ("ridge", partial(m_step, X, HALVES, ridge=1e308)),  # else the covariances are infinite
    ("m_step", partial(run_em, X, ONE_D, m_step=lambda x, b: ONE_D, covariance_type="tied")),
    ("m_step", partial(run_em, X, ONE_D, m_step=lambda x, b: ONE_D, ridge=0.1)),
    ("init must be one of .*k-means.*'kmeans'", partial(fit_two, init="kmeans")),
    ("K = 2.* 1 component", partial(fit_two, init=Mixture.from_1d([1], [0], [1]))),
    ("D = 1.*D = 2", partial(fit_two, init=TWO_D)),
    (TURN_IT, partial(compare, WIDE[:1], [1, 2], rng=rng())),
    (TURN_IT, partial(fit, WIDE, 2, rng=rng(), covariance_type="diag")),
    (TURN_IT, partial(run_em, WIDE, TWO_D)),
    (TURN_IT, partial(TWO_D.log_density, WIDE)),
    (TURN_IT, partial(m_step, WIDE.reshape(17, 32), np.ones((17, 1)))),
    ("K must be at least 1; it is 0.", partial(free_parameters, 0, 1)),
    ("covariance_type must be one of", partial(free_parameters, 2, 1, "round")),
    ("n must be at least 1; it is 0.", partial(bic, -1.0, 2, 0)),
    ("n must be at least 1; it is 0.", partial(spurious_components, ONE_D, 0)),
    ("Ks must hold some numbers of components in rising order", partial(compare, X, [], rng=rng())),
    (r"in rising order; it is \(2, 1\)", partial(compare, X, [2, 1], rng=rng())),
    ("in rising order", partial(compare, X, [1, 1], rng=rng())),
    ("K = 8 components need at least K points", partial(compare, X, [8], rng=rng())),
    ("covariance_types must name some types", partial(compare_two, covariance_types=[])),
    ("each once", partial(compare_two, covariance_types=["full", "full"])),
    ("one of .* it is 'round'", partial(compare_two, covariance_types=["full", "round"])),
    ("n_init must be at least 0; it is -1.", partial(compare_two, n_init=-1)),
    ("tol must be at least 0", partial(compare_two, tol=-1)),
    ("tol must be", partial(fit_two, init=[ONE_D, ONE_D], tol=-1)),
    ("Feature 0 of x is constant", partial(compare, [1.0, 1.0], [1, 2], rng=rng())),
]
OF_TYPE_ERRORS = [
    ("D must be a whole number", partial(free_parameters, 2, 1.5)),
    ("each K must be a whole number", partial(compare, X, "12", rng=rng())),
    ("each K must be a whole number", partial(compare, X, [1.0], rng=rng())),
    ("max_iter must be a whole number", partial(compare_two, max_iter=1.5)),
    ("mixture must be a Mixture", partial(held_out_log_likelihood, [1], [2.0])),
    ("mixture must be a Mixture", partial(lower_bound, X, None, HALVES)),
    ("init must be", partial(fit_two, init=None)),
    ("init must be", partial(fit_two, init=[])),
    ("init must be", partial(fit_two, init=[0.0, 5.0])),
    ("init must be", partial(fit_two, init=[ONE_D, None])),
]


@pytest.mark.parametrize(
    ("error", "sentence", "call"),
    [(ValueError, *each) for each in OF_VALUE_ERRORS]
    + [(TypeError, *each) for each in OF_TYPE_ERRORS],
)
def test_what_is_wrong_is_said_in_a_sentence(error, sentence, call):
    refused(error, sentence, call)


def test_distinct_points_may_stand_anywhere():
    """Only the first thousand are looked at before all are."""
    x = np.append(SAME, 3.0)
    assert m_step(x, evenly(x, 3)).n_components == 3


# --- options, at each function that takes them ----------------------------------------------------

RUNS = ("run_em", "fit", "fit given starts")
# Of each count, its limit and what is called with it.
COUNTS = {
    "K": (1, lambda K: fit(X, K, rng=rng())),
    "K of random points": (1, lambda K: start_from_random_points(X, K, rng=rng())),
    "n": (1, lambda n: ONE_D.sample(n, rng())),
    "n_init": (1, lambda n_init: fit(X, 2, rng=rng(), n_init=n_init)),
    "max_iter": (0, lambda max_iter: run_em(X, ONE_D, max_iter=max_iter)),
    "max_iter of fit": (0, lambda max_iter: fit(X, 2, rng=rng(), max_iter=max_iter)),
}


@each_once(count=COUNTS, value=[2.0, True, "2", None, np.array([2]), np.inf])
def test_bad_counts(count, value):
    least, call = COUNTS[count]
    name = count.split()[0]
    refused(ValueError, f"{name} must be at least {least}; it is", lambda: call(least - 1))
    refused(TypeError, f"{name} must be a whole number", lambda: call(value))


NOT_AMOUNTS = [
    (-1e-3, ValueError, "at least 0.* -0.001"),
    (np.nan, ValueError, "at least 0.* nan"),
    (np.inf, ValueError, "finite.* inf"),
    (10**400, ValueError, "finite"),
    (None, TypeError, "real number.* None"),
    (True, TypeError, "real number.* True"),
    (np.zeros(2), TypeError, "real number"),
]


@each_once(case=NOT_AMOUNTS, function=RUNS, name=["tol", "ridge"])
def test_bad_amounts(case, function, name):
    value, error, sentence = case
    refused(error, f"{name} .*{sentence}", lambda: FIT[function](X, **{name: value}))


@each_once(function=[*FIT][:-1], kind=["Full", "", None, 3, ["full"], np.array(["a", "b"])])
def test_unknown_covariance_type(kind, function):
    sentence = "covariance_type must be one of .*full.*spherical"
    refused(ValueError, sentence, lambda: FIT[function](X, covariance_type=kind))


RNG_TAKERS = {
    "sample": lambda rng: ONE_D.sample(3, rng),
    "two_gaussians": lambda rng: gmm_helpers.two_gaussians(5, rng=rng),
    "four_gaussians": lambda rng: gmm_helpers.four_gaussians(5, rng=rng),
    "fit": lambda rng: fit(X, 2, rng=rng),
    "start_from_random_points": lambda rng: start_from_random_points(X, 2, rng=rng),
}


@each_once(function=RNG_TAKERS, given=[0, None, "0", np.random, np.random.RandomState(0)])
def test_bad_rng(given, function):
    refused(TypeError, r"rng .*default_rng\(0\)", lambda: RNG_TAKERS[function](given))


@each_once(given=[None, [0.5, 0.5], ([1], [0]), Mixture], function=[e_step, run_em])
def test_what_is_not_a_mixture(function, given):
    refused(TypeError, "must be a Mixture", lambda: function(X, given))


@each_once(given=[ONE_D, np.zeros(3), "e_step"], name=["e_step", "m_step"])
def test_own_step_that_cannot_be_called(name, given):
    what = f"{name} must be a function.* {type(given).__name__}"
    refused(TypeError, what, lambda: run_em(X, ONE_D, **{name: given}))


# --- good input in any form -----------------------------------------------------------------------


class Frame:
    """What pandas, polars and the like are to NumPy: something that can become an array."""

    def __init__(self, values):
        self._values = values

    def __array__(self, dtype=None, copy=None):
        return np.array(self._values, dtype=dtype)


class Tagged(np.ndarray):
    """A subclass of ndarray, as quantities with units are."""


WIDE = Mixture([0.5, 0.5], [[5, 5], [20, 20]], [100 * np.eye(2)] * 2)
PLANE = np.random.default_rng(0).integers(0, 30, (40, 2)).astype(float)
FORMS = {
    "int64": lambda x: x.astype(np.int64),
    "float32": lambda x: x.astype(np.float32),
    "big-endian": lambda x: x.astype(">f8"),
    "Fortran order": np.asfortranarray,
    "backwards in memory": lambda x: x[::-1].copy()[::-1],
    "read-only": lambda x: np.frombuffer(x.tobytes()).reshape(x.shape),
    "lists": lambda x: x.tolist(),
    "an array-like": Frame,
    "a subclass": lambda x: x.view(Tagged),
    "a matrix": np.asmatrix,
}
USES = {
    "log_density": TWO_D.log_density,
    "e_step": lambda x: e_step(x, TWO_D)[0],
    "m_step": lambda x: m_step(x, np.full((40, 2), 0.5), covariance_type="tied").covariances,
    "run_em": lambda x: run_em(x, WIDE, max_iter=3).log_likelihoods,
    "fit": lambda x: fit(x, 2, rng=rng(), tol=1e-2).log_likelihoods,
    "start_from_means": lambda x: start_from_means(x, [[1, 2], [3, 4]]).covariances,
    "start_from_random_points": lambda x: start_from_random_points(x, 2, rng=rng()).means,
}


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@each_once(form=FORMS, use=USES)
def test_any_form_of_the_same_numbers_gives_the_same(form, use):
    result = USES[use](FORMS[form](PLANE))
    assert type(result) is np.ndarray
    np.testing.assert_array_equal(result, USES[use](PLANE))
