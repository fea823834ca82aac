"""Bad input to its sentence, at the door of every public function; and good input in any form.

The sentences are checked by a few words, so that they may be reworded; what must not happen is
an error from inside NumPy, a warning (pytest turns each into an error), or a result.
"""

from functools import partial
from inspect import signature
from pathlib import Path

import numpy as np
import pytest
from one_way import each_once

import gmm_helpers as gmm
from gmm_helpers import EMError, Mixture, compare, e_step, fit, lower_bound, m_step, run_em

ONE_D = Mixture.from_1d([0.5, 0.5], [0, 5], [1, 1])
TWO_D = Mixture([0.5, 0.5], [[0, 0], [5, 5]], [np.eye(2)] * 2)
X = np.array([0.0, 1, 2, 4, 7, 8, 9])
HALVES = np.full((7, 2), 0.5)


def rng():
    return np.random.default_rng(0)


def refused(error, sentence, call):
    """Check that `call` raises `error` with `sentence`, by a `raise` of this package."""
    with pytest.raises(error, match=sentence) as caught:
        call()
    assert isinstance(caught.value, EMError) == (error is EMError)
    raised_in = Path(caught.traceback[-1].path)
    assert raised_in.is_relative_to(Path(gmm.__file__).parent), "an error from elsewhere"


MODEL = {"covariance_type": "full", "ridge": 0}
# Functions with good arguments: those that a function must have, or takes as **options.
LOOK = {
    ONE_D.log_density: {"x": X},
    ONE_D.responsibilities: {"x": X},
    e_step: {"x": X, "mixture": ONE_D},
}
FIT = {
    m_step: {"x": X, "responsibilities": HALVES},
    run_em: {"x": X, "start": ONE_D},
    fit: {"x": X, "K": 2, "rng": rng()},
    gmm.start_from_means: {"x": X, "means": [0.0, 5.0]},
    gmm.start_from_random_points: {"x": X, "K": 2, "rng": rng(), **MODEL},
    compare: {"x": X, "Ks": [1, 2], "rng": rng()},
}
DOORS = LOOK | FIT
START = [("start", 0, None)]  # the positions of a bound's curve
ABCD, RUN = np.resize(X, (14, 4)), run_em(X, ONE_D)
TABLE = compare(X, [1, 2], covariance_types=["full", "tied"], rng=rng(), n_init=1)
AB = ABCD[:, :2]
DOORS |= {
    gmm.show_fits: {"fits": {"points": None}, "x": X},
    gmm.show_pairs: {"x": ABCD, "features": [*"abcd"]},
    gmm.show_outlines: {"outlines": {1: AB}, "x": AB},
    gmm.show_regions: {"mixture": TWO_D, "x": AB},
    gmm.Anomalies: {"mixture": TWO_D, "x": AB},
    gmm.HandFit: {"em": ONE_D, "x": X},
    gmm.PointPosterior: {"x": X, "mixture": ONE_D},
    gmm.OneShare: {"point": 1.0, "mixture": ONE_D},
    gmm.Landscape: {"height": lambda at: at[:, 0], "paths": AB[None], "limits": (0, 1)},
    gmm.KMeansBeside: {"x": AB, "kmeans_steps": [], "steps": RUN.steps, "groups": AB[:, 0]},
    gmm.BoundCurve: {"grid": X, "log_likelihood": abs, "bound": min, "positions": START},
    gmm.Starts: {"grid": X, "log_likelihood": abs, "ways": [X]},
    gmm.SceneStepper: {"scene": gmm.Scene(1), "texts": ["a"], "title": "Letters"},
    gmm.RunChooser: {"data": X, "run": lambda x: RUN},
    gmm.step_through: {"x": X, "start": ONE_D, "max_iter": 1},
    gmm.responsibility_entropy: {"responsibilities": HALVES},
    gmm.show_functions: {"x": X, "curves": {"a": X}},
    gmm.show_curves: {"Ks": [1, 2], "curves": {"a": [1, 2]}, "label": "ℓ"},
    gmm.show_parameters: {"mixtures": {"a": ONE_D}},
    gmm.show_figure: {"figure": gmm.new_figure()[0], "caption": "Axes."},
    gmm.show_walk: {"stepper": gmm.Stepper(X, RUN)},
    gmm.new_figure: {},
    gmm.read_table: {"path": "mine.csv"},
    gmm.progress: {"folder": "."},
    gmm.broken_steps: {"name": "A"},
    gmm.ask: {"name": "narrow_peak"},
    TABLE.best: {},
    TABLE.trace: {"K": 2, "covariance_type": "full"},
    gmm.CovariancePanel: {"rng": rng()},
    gmm.BoundBars: {"trace": RUN, "x": X},
    gmm.Stepper: {"trace": RUN, "x": X},
    lower_bound: {"x": X, "mixture": ONE_D, "responsibilities": HALVES},
    ONE_D.sample: {"n": 3, "rng": rng()},
    gmm.bic: {"log_likelihood": -9.0, "n_parameters": 2, "n": 7},
    gmm.free_parameters: {"K": 2, "D": 1},
    gmm.spurious_components: {"mixture": ONE_D, "n": 7},
    gmm.two_gaussians: {"rng": rng()},
    gmm.four_gaussians: {"rng": rng()},
}


def counts(least):
    """Return what is no count of at least so many."""
    no_numbers = (2.0, True, "2", None, np.array([2]), np.inf, np.timedelta64(2))
    too_few = ValueError, f"must be at least {least}; it is", least - 1
    return [too_few, *((TypeError, "must be a whole number", value) for value in no_numbers)]


NOT_AMOUNTS = [
    (ValueError, "at least 0.* -0.001", -1e-3),
    (ValueError, "at least 0.* nan", np.nan),
    (ValueError, "finite.* inf", np.float32("inf")),
    (ValueError, "finite", 10**400),
    (TypeError, "real number.* None", None),
    (TypeError, "real number.* True", True),
    (TypeError, "real number", np.zeros(2)),
]
NOT_TYPES = ("Full", "", None, 3, ["full"], np.array(["a", "b"]))
NOT_MIXTURES = (None, [0.5, 0.5], ([1], [0]), Mixture)
NOT_FUNCTIONS = [(TypeError, "a function", each) for each in (ONE_D, np.zeros(3), "e_step")]
FLAGS = ["drop_missing", "less_lowest", "log", "progress", "record"]
CALLED = ["bound", "height", "log_likelihood", "lower_bound", "run"]
DICTS = ["choices", "curves", "fits", "mixtures", "outlines"]
ROWS = ["positions", "kmeans_steps"]
ARRAYS = ["groups", "paths", "point", "top", "variances", "ways"]
BAD = {
    "x": [
        (ValueError, "finite.* row 2", [0, 1, np.nan, np.nan]),
        (ValueError, "finite.* row 1", [0, np.inf, 1, np.nan]),
        (ValueError, "empty", np.empty((0, 1))),
        (ValueError, r"\(n, D\).* \(\)", 3.0),
        (ValueError, r"\(n, D\).* \(3, 2, 2\)", np.zeros((3, 2, 2))),
        (ValueError, "rows of different lengths", [[1, 2], [3]]),
        (ValueError, "masked", np.ma.masked_equal(X, 4)),
        (TypeError, "real numbers; it holds datetime64", X.astype("datetime64[ns]")),
        (TypeError, "real numbers; it holds 'old_faithful.csv'", "old_faithful.csv"),
        (TypeError, "real numbers; .*astype", X.astype(object)),
        (TypeError, r"real numbers.* \(complex\)", X + 0j),
        (TypeError, "real numbers; it holds None", np.array([1, 2, None])),
        (TypeError, "real numbers", (value for value in X)),
        (TypeError, "pass the data's .x", gmm.galaxies()),
    ],
    "responsibilities": [
        (ValueError, "NaN.* row 6", [*HALVES[1:], [np.nan, 0.5]]),
        (ValueError, "negative.* row 6", [*HALVES[1:], [-0.5, 1.5]]),
        (ValueError, "sum to 1.* row 6 .*0.9", [*HALVES[1:], [0.5, 0.4]]),
        (ValueError, r"\(n, K\).* \(\)", 1.0),
    ],
    "features": [(ValueError, "must name each column", each) for each in ([*"abc"], [1], [1, 2])],
    "K": counts(1),
    "D": counts(1),
    "n": counts(1),
    "n_init": counts(1),
    "max_iter": counts(0),
    "tol": NOT_AMOUNTS,
    "ridge": NOT_AMOUNTS,
    "covariance_type": [
        (ValueError, "must be one of .*full.*spherical", each) for each in NOT_TYPES
    ],
    "rng": [(TypeError, r"default_rng\(0\)", each) for each in (0, None, "0", np.random)],
    "trace": [(TypeError, "run_em or fit; it is a Mixture", ONE_D)],
    **dict.fromkeys(
        ["mixture", "start"], [(TypeError, "a Mixture", each) for each in NOT_MIXTURES]
    ),
    **dict.fromkeys(["e_step", "m_step"], NOT_FUNCTIONS),
    **dict.fromkeys(CALLED, [*NOT_FUNCTIONS, (TypeError, "yours takes nothing", lambda: 0)]),
    **dict.fromkeys(FLAGS, [(TypeError, "True or False", each) for each in (None, 1, AB)]),
    **dict.fromkeys(DICTS, [(TypeError, "a dict of", each) for each in ({}, X, "a")]),
    **dict.fromkeys(ARRAYS, [(TypeError, "real numbers", each) for each in (["a"], [1j], len)]),
    "Ks": [(ValueError, "ris(e|ing)", [2, 1])],
    "grid": [(ValueError, "2 or more numbers that rise", each) for each in ([1], [2, 1])],
    "limits": [
        (ValueError, sentence, each)
        for sentence, each in ((r"shape \(2,\)", [1]), ("finite", [0, np.inf]), ("rise", [2, 1]))
    ],
    **dict.fromkeys(ROWS, [(TypeError, "tuples", each) for each in (None, 3, [(1,)], [])]),
    "stills": [(TypeError, "whole number", "ab"), (ValueError, "at least 0", [-1])],
    "decimals": counts(0)[:3],  # which may be several
    "criterion": [(ValueError, "one of aic, bic", each) for each in ("BIC", None, X)],
    "name": [
        (ValueError, "must be one of .*(B, C|narrow_peak)", each) for each in ("a", None, ["A"])
    ],
    "texts": [(TypeError, "text", [1])],
    "steps": [(TypeError, "half-steps of a trace", each) for each in (RUN, [], [None])],
    "title": [(TypeError, "text", None)],
    "parameter": [(TypeError, "text", each) for each in (3, None)],
    "labels": [(ValueError, "both axes", ["x"]), (TypeError, "text", None)],
    "caption": [(ValueError, "in words", each) for each in ("  ", None)],
    "folder": [(TypeError, "path", None)],
    "figure": [(TypeError, "a Figure", None)],
    "scene": [(TypeError, "a Scene", None)],
    "stepper": [(TypeError, "a run of EM", ONE_D)],
}
# Which may be 0, and None; and numbers of the name that is a function's elsewhere.
OTHERS = [(compare, "n_init"), (gmm.show_pairs, "mixture"), (TABLE.trace, "covariance_type")]
OTHERS += [(gmm.new_figure, "height"), (gmm.bic, "log_likelihood")]
AT_DOORS = [
    (function, name)
    for function, good in DOORS.items()
    for name in BAD
    if name in {*good, *signature(function).parameters} and (function, name) not in OTHERS
]


@pytest.mark.parametrize(("function", "name"), AT_DOORS)
def test_bad_values(function, name):
    for error, sentence, value in BAD[name]:
        refused(error, f"{name} .*{sentence}", partial(function, **DOORS[function] | {name: value}))


@each_once(function=[*LOOK, lower_bound, run_em], D=[2, 7])
def test_data_of_another_dimension(D, function):
    """With D = 7 it is 1-D data in a row instead of in a column."""
    x = np.resize(X, (7 // D, D))
    refused(ValueError, f"D = {D}.* D = 1", partial(function, **DOORS[function] | {"x": x}))


@pytest.mark.skipif(np.finfo(np.longdouble).max == np.finfo(float).max, reason="no longer double")
def test_long_doubles_beyond_float64():
    x = np.array([1, 2, 3]) * np.longdouble(10) ** 400
    refused(ValueError, "x .*infinity.* row 0", lambda: run_em(x, ONE_D))


@pytest.mark.parametrize("function", LOOK)
def test_points_out_of_reach_of_every_component(function):
    far, at_the_end = [0, 1e200, 1e300], [1.34e154] * 3  # whose finite log densities have no sum
    for row, x in ((1, far), (0, at_the_end)):
        call = partial(function, **LOOK[function] | {"x": x})
        refused(ValueError, f"Row {row} of x.* range", call)


UNFITTABLE = [
    ("Feature 0.* constant.* 3", [3.0] * 7),
    ("Feature 0.* unit", X * 1e200),
    ("Feature 0.* unit", [-1.7e308, *X[1:-1], 1.7e308]),
    ("Feature 0.* unit", X * 1e-200),
    # With D = 1 it depends on no other.
    ("Feature 0 of x (?!is a linear)", (1e8 + np.arange(7) * 1.5e-8).tolist()),
]


@pytest.mark.parametrize("function", FIT)
def test_data_that_cannot_be_fitted(function):
    for sentence, x in UNFITTABLE:
        refused(ValueError, sentence, partial(function, **FIT[function] | {"x": x}))


FIT_PLANE = {m_step: {}, run_em: {"start": TWO_D}, fit: {"K": 1}, compare: {}}


@each_once(function=FIT_PLANE, covariance_type=["full", "tied"], shift=[0, 0, 1e8, 1e8])
def test_dependent_features(shift, covariance_type, function):
    x = np.column_stack([X, 3 * X + 1]) + shift
    call = partial(function, **FIT[function] | FIT_PLANE[function] | {"x": x})
    name = "covariance_types" if function is compare else "covariance_type"
    sentence = "Feature 1.* linear combination.*diag.*ridge"
    refused(ValueError, sentence, partial(call, **{name: covariance_type}))
    for remedy in ({name: "diag"}, {name: "spherical"}, {"ridge": 0.01}):
        call(**remedy)


@each_once(D=[2, 3, 5], shift=[0, 1e8, 1e12])
def test_no_more_points_than_features(D, shift):
    """D points span a plane at most, wherever they are and however they round."""
    x = rng().standard_normal((D, D)) + shift
    refused(ValueError, r"linear combination|n = \d", lambda: m_step(x, np.ones((D, 1))))


TWO = {"means": [[0, 0], [1, 1]], "covariances": [np.eye(2)] * 2}
WIDE, TURN_IT = rng().standard_normal((2, 272)), r"[Ww]rong way round\? Pass x\.T"
SAME = np.resize([1.0, 2.0], 3000)  # two points, again and again
mixture = partial(Mixture, [0.5, 0.5], **TWO)
fit_two = partial(fit, X, 2, rng=rng())
compare_two = partial(compare, X, [1, 2], rng=rng())
show_points = partial(gmm.show_fits, {"points": None})
mark = gmm.Scene(2).panel([0, 1, 0, 1]).mark
mark_line = partial(mark, "line")
bars = partial(gmm.BoundBars, X, RUN)
OF_SEVEN = gmm.Step("E", 1, TWO_D, HALVES, -9.0)
k_means = partial(gmm.KMeansBeside, AB, steps=RUN.steps[:1], groups=AB[:, 0])


def with_second(covariance):
    return partial(mixture, covariances=[np.eye(2), covariance])


OF_VALUE_ERRORS = [
    ("weights .*negative.* component 1 .index 0", partial(Mixture, [-0.5, 1.5], **TWO)),
    ("weights must sum to 1.* 0.9", partial(Mixture, [0.5, 0.4], **TWO)),
    ("weights .*NaN", partial(Mixture, [np.nan, 1], **TWO)),
    (r"weights .*\(K,\).* \(2, 1\)", partial(Mixture, [[0.5], [0.5]], **TWO)),
    ("weights .*empty", partial(Mixture, [], **TWO)),
    (r"means .*K = 3.* \(2, 2\)", partial(Mixture, [0.5, 0.25, 0.25], **TWO)),
    (r"means .*\(K, D\).* \(2,\)", partial(mixture, means=[0.0, 1.0])),
    (r"covariances .*\(2, 2, 2\).* \(2, 2\)", partial(mixture, covariances=np.ones((2, 2)))),
    (r"covariances .*\(2, 3, 3\)", partial(mixture, covariances=[np.eye(3)] * 2)),
    ("covariances .*symmetric", with_second([[1, 0.5], [0.5 + 1e-6, 1]])),
    ("symmetric", with_second([[1, 1e308], [-1e308, 1]])),
    ("index 1.*positive", with_second([[1, 0], [0, -1]])),
    ("index 1.*positive definite", with_second([[1, 1 - 1e-15], [1 - 1e-15, 1]])),
    ("index 1.*variance.* 0", partial(Mixture.from_1d, [0.5, 0.5], [0, 1], [1, 0])),
    (r"means .*\(2, 1\)", partial(Mixture.from_1d, [0.5, 0.5], [[0], [1]], [1, 1])),
    (r"variances .*\(1,\)", partial(Mixture.from_1d, [0.5, 0.5], [0, 1], [1])),
    ("means .*finite.*1", partial(gmm.start_from_means, X, [0.0, np.nan])),  # and not that x is
    ("means .*D = 2.*D = 1", partial(gmm.start_from_means, X, [[0.0, 1.0]])),
    ("K = 8.*n = 7", partial(gmm.start_from_means, X, np.arange(8.0))),
    ("K = 8.*n = 7", partial(m_step, X, np.full((7, 8), 1 / 8))),
    ("row 0 a value beside which", partial(m_step, [[1e20, 1e20], *AB], np.ones((15, 1)))),
    ("K = 8.*n = 7", partial(run_em, X, gmm.start_from_means(np.arange(8.0), np.arange(8.0)))),
    ("K must be .* at most 9.* 1000", partial(fit, X, 10**400, rng=rng())),
    (r"responsibilities .*\(n, K\).* \(2, 7\)", partial(m_step, X, HALVES.T)),
    (r"shape \(n, K\) = \(7, 2\)", partial(lower_bound, X, ONE_D, HALVES[1:])),
    (r"shape \(n, K\) = \(7, 2\)", partial(lower_bound, X, ONE_D, np.full((7, 3), 1 / 3))),
    ("variances are for D = 1; here D = 2", lambda: TWO_D.variances),
    ("2 distinct points.* K = 3", partial(m_step, SAME, np.full((3000, 3), 1 / 3))),
    ("ridge", partial(m_step, X, HALVES, ridge=1e308)),  # else the covariances are infinite
    ("m_step", partial(run_em, X, ONE_D, m_step=lambda x, b: ONE_D, covariance_type="tied")),
    ("m_step", partial(run_em, X, ONE_D, m_step=lambda x, b: ONE_D, ridge=0.1)),
    ("init must be one of .*k-means.*'kmeans'", partial(fit_two, init="kmeans")),
    ("K = 2.* 1 component", partial(fit_two, init=Mixture.from_1d([1], [0], [1]))),
    ("D = 1.*D = 2", partial(fit_two, init=TWO_D)),
    (TURN_IT, partial(fit, WIDE, 2, rng=rng(), covariance_type="diag")),
    (TURN_IT, partial(TWO_D.log_density, WIDE)),
    (TURN_IT, partial(m_step, WIDE.reshape(17, 32), np.ones((17, 1)))),
    ("Ks must hold some numbers of components in rising order", partial(compare, X, [], rng=rng())),
    (r"in rising order; it is \(2, 1\)", partial(compare, X, [2, 1], rng=rng())),
    ("in rising order", partial(compare, X, [1, 1], rng=rng())),
    ("each of Ks must be at least 1; it is 0.", partial(compare, X, [0, 1], rng=rng())),
    ("K = 8 components need at least K points", partial(compare, X, [8], rng=rng())),
    ("covariance_types must name some types", partial(compare_two, covariance_types=[])),
    ("each once", partial(compare_two, covariance_types=["full", "full"])),
    ("one of .* it is 'round'", partial(compare_two, covariance_types=["full", "round"])),
    ("n_init must be at least 0; it is -1.", partial(compare_two, n_init=-1)),
    ("covariance_types must be one of .* 3", partial(compare_two, covariance_types=3)),
    ("height must be at least 1", partial(gmm.new_figure, height=-1)),
    ("height must be at least 1", partial(gmm.new_figure, height=0)),
    ("x must have D = 1 or D = 2", partial(show_points, ABCD)),
    ("x must have data for each title", partial(show_points, {"b": X})),
    (r"fits\['b'\] must have shape \(n, K\) = \(7, K\)", partial(gmm.show_fits, {"b": X}, X)),
    ("D = 1 where D = 2", partial(gmm.show_fits, {"fit": TWO_D}, X)),
    ("mixtures must all have", partial(gmm.show_parameters, {"a": ONE_D, "b": TWO_D})),
    (r"curves\['a'\] must have 7 values", partial(gmm.show_functions, X, {"a": X * np.nan})),
    ("mixture must have K ≥ 2", partial(gmm.show_regions, gmm.start_from_means(AB, AB[:1]), AB)),
    ("x has a single point", partial(fit, [3.0], 1, rng=rng())),
    ("3 texts and 4 positions", partial(gmm.SceneStepper, gmm.Scene(4), "abc", title="Letters")),
    ("name must be one of .*narrow_peak.*; it is 'nope'", partial(gmm.ask, "nope")),
    (r"name must be one of .*; it is \['nope'\]", partial(gmm.after, ["nope"], 1)),
    ("x must have at least two features", partial(gmm.show_pairs, X, features=["x"])),
    ("x has D = 1 where D = 2", partial(gmm.show_regions, TWO_D, X)),
    ("D = 2 where D = 1", partial(gmm.show_regions, ONE_D, AB)),
    ("outlines has D = 1 where D = 2", partial(gmm.show_outlines, {1: X}, AB)),
    ("columns must all have one length", partial(gmm.show_table, {"a": [1], "b": [1, 2]})),
    ("decimals must be one number", partial(gmm.show_table, {"a": [1]}, decimals=[1, 2])),
    (r"curves\['a'\] must have 7 values", partial(gmm.show_functions, X, {"a": [1, 2]})),
    ("zoom must be one of Ks", partial(gmm.show_curves, [1], {"a": [1]}, label="", zoom=3)),
    ("number in each row", partial(gmm.show_criterion, [[np.inf]], ["full"], [1])),
    ("not finite", partial(gmm.Landscape, lambda at: at[:, 0] + np.inf, AB[None], limits=(-1, 1))),
    ("data_seeds must be", partial(gmm.RunChooser(X, lambda x: RUN).compute, data_seeds=0)),
    ("Name the covariance_type: one of", partial(TABLE.trace, 2)),
    ("There is no fit for K = 3 and 'full'", partial(TABLE.trace, 3, "full")),
    ("There is no fit for K = 2 and 'diag'", partial(TABLE.trace, 2, "diag")),
    ("D = 2 where D = 1", partial(gmm.HandFit, [[1.0, 2.0], [3.0, 4.0]], em=ONE_D)),
    ("Feature 0 of x is constant", partial(gmm.HandFit, [1.0] * 3, em=ONE_D)),
    ("D = 1 where D = 2", partial(gmm.HandFit, X, em=TWO_D)),
    ("has K = 1 and", partial(gmm.PointPosterior, X, Mixture.from_1d([1], [0], [1]))),
    ("has K = 2 and D = 2", partial(gmm.OneShare, 1.0, TWO_D)),
    ("with record=True", partial(gmm.Stepper, X, run_em(X, ONE_D, record=False))),
    ("x has n = 6 points, but the run had 7", partial(gmm.Stepper, X[:-1], RUN)),
    ("x has D = 2 where D = 1 is needed", partial(gmm.Stepper, AB, RUN)),
    ("D = 1 or 2; x has D = 4", partial(gmm.Stepper, ABCD, RUN)),
    ("x is not the data of the run", partial(gmm.Stepper, X + 1, RUN)),
    ("labels of kmeans_steps .*row 0", partial(k_means, [([[0, 0], [5, 5]], np.full(14, 2))])),
    ("means of kmeans_steps .*shape", partial(k_means, [([0, 0], None)])),
    ("D = 2 where D = 1", partial(k_means, [(TWO_D.means, None)])),
    ("on other points", partial(k_means, [(TWO_D.means, None)], steps=[OF_SEVEN])),
    (r"fits\['b'\] must sum to 1", partial(gmm.show_fits, {"b": 2 * HALVES}, X)),
    ("kind must be one of line", partial(mark, "dot")),
    ("`hidden` of a line .* 2 positions; it has 1", partial(mark_line, by={"hidden": 3})),
    ("shape of bars must have 4 columns", partial(mark, "bars", shape=AB)),
    ("shape of line must have 2 columns", partial(mark_line, shape=X)),
    (r"at must have shape \(2, 2\)", partial(mark_line, by={"at": [1, 2]})),
    ("height must return an array", partial(gmm.Landscape, len, AB[None], limits=(-1, 1))),
    ("must be above 0", partial(gmm.show_functions, X, {"a": X}, log=True, limits=(0, 1))),
    ("has no number above 0", partial(gmm.show_functions, X, {"a": -X}, log=True)),
    ("must be finite", partial(gmm.show_curves, [1, 2], {"a": [1, np.nan]}, label="")),
    ("has 2 numbers, and n_parameters has 3", partial(gmm.aic, [1, 2], [1, 2, 3])),
    ("limits must go from left to right", partial(gmm.Scene(2).panel, [0, 0, 0, 1])),
    (r"grid is empty .shape \(0,\)", partial(gmm.Starts, [], abs, [X])),
    (r"what a function returns .*\(7,\), not \(7, 1\)", partial(gmm.Starts, X, lambda v: [v], [X])),
    (r"what lower_bound returns .*not \(\d+, 2\)", partial(bars, lower_bound=lambda *_: [0, 0])),
    ("what lower_bound returns .*NaN.* row 0", partial(bars, lower_bound=lambda *_: np.nan)),
    ("A bound lies above ℓ", partial(gmm.BoundBars, X, RUN, lower_bound=lambda *_: 0.0)),
    ("choices .* at least one value for K", partial(gmm.RunChooser, X, fit, choices={"K": ()})),
]
OF_TYPE_ERRORS = [
    ("init must be", partial(fit_two, init=[])),
    ("init must be", partial(fit_two, init=[ONE_D, None])),
    ("mixture must be a Mixture", partial(gmm.show_pairs, AB, "fit", features=[*"ab"])),
    ("run must return a Trace", partial(gmm.RunChooser, X, lambda x: None)),
    ("log_likelihood must hold real numbers", partial(gmm.aic, "one", 2)),
    (r"mixtures\['a'\] must be a Mixture", partial(gmm.show_parameters, {"a": X})),
    ("positions must hold real", partial(gmm.BoundCurve, X, abs, min, [("start", "0", None)])),
    ("name must be text; it is .3.", partial(gmm.BoundCurve, X, abs, min, [(3, 0, None)])),
    ("by must be a dict; it is array", partial(mark_line, by=X)),
    ("ways must be the way of each start; it is ..", partial(gmm.Starts, X, abs, [])),
    ("each key of outlines must hold real numbers", partial(gmm.show_outlines, {"1σ": AB}, AB)),
    (r"data is called as data\(rng\)", partial(gmm.RunChooser, lambda: X, len)),
    (r"run\(x, K=…\); yours takes x", partial(gmm.RunChooser, X, lambda x: 0, choices={"K": 2})),
    ("run must be a function that tells its arguments", partial(gmm.RunChooser, X, int)),
    ("each name in choices must be text", partial(gmm.RunChooser, X, fit, choices={2: 2})),
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
    assert m_step(x, np.full((3001, 3), 1 / 3)).n_components == 3


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
    "a buffer": memoryview,
    "a subclass": np.asmatrix,
}
USES = {
    "log_density": TWO_D.log_density,
    "m_step": lambda x: m_step(x, np.full((40, 2), 0.5), covariance_type="tied").covariances,
    "run_em": lambda x: run_em(x, WIDE, max_iter=3).log_likelihoods,
    "start_from_means": lambda x: gmm.start_from_means(x, [[1, 2], [3, 4]]).covariances,
    "start_from_random_points": lambda x: gmm.start_from_random_points(x, 2, rng=rng()).means,
}


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@each_once(form=FORMS, use=USES)
def test_any_form_of_the_same_numbers_gives_the_same(form, use):
    result = USES[use](FORMS[form](PLANE))
    assert type(result) is np.ndarray
    np.testing.assert_array_equal(result, USES[use](PLANE))
