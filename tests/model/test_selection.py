"""Criteria beside scikit-learn's; the table of fits: published optima, and ℓ that never falls."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from one_way import each_once

import gmm_helpers as gmm
from gmm_helpers import Mixture, aic, bic, compare, free_parameters
from gmm_helpers.model import selection, validation

TYPES = ("full", "tied", "diag", "spherical")
FAITHFUL = gmm.old_faithful().x
GALAXIES = gmm.galaxies().x
SIX = [0.0, 0.1, 0.3, 5.0, 5.2, 5.3]


def seeded(seed=0):
    return np.random.default_rng(seed)


@each_once(covariance_type=TYPES * 2, D=[3, 1, 2], K=[4, 2, 3, 2, 1])
def test_criteria_are_those_of_scikit_learn(covariance_type, D, K):
    from sklearn.mixture import GaussianMixture

    x = seeded(D).normal(size=(60, D)) * [1, 3, 0.2][:D]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # whether it has converged does not matter here
        model = GaussianMixture(K, covariance_type=covariance_type, random_state=0).fit(x)
    p, log_likelihood = free_parameters(K, D, covariance_type), 60 * model.score(x)
    assert p == model._n_parameters()
    assert aic(log_likelihood, p) == pytest.approx(model.aic(x), rel=1e-10)
    assert bic(log_likelihood, p, 60) == pytest.approx(model.bic(x), rel=1e-10)


# R's optima (design section 9), K = 2, 3 and 4; not those of type diag with K > 2.
TIED = [-1140.18676, -1126.31593, -1120.82813]


def test_old_faithful():
    table = compare(FAITHFUL, (2, 3, 4), covariance_types=("full", "tied", "diag"), rng=seeded(1))
    assert table.converged.all()
    np.testing.assert_array_equal(table.log_likelihoods[1].round(5), TIED)
    full, _, diag = table.log_likelihoods[:, 0].round(5)
    assert (full, diag) == (-1130.26396, -1147.80635)
    np.testing.assert_array_equal(table.n_parameters, [[11, 17, 23], [8, 11, 14], [9, 14, 19]])
    assert table.bic.min() == pytest.approx(2314.29568, abs=1.5e-5)
    assert table.best("bic") is table.trace(3, "tied")
    assert (table.best().covariance_type, table.best().mixture.n_components) == ("tied", 3)


def test_the_table_is_made_of_its_traces():
    table = compare(GALAXIES, [2, 5], covariance_types=TYPES[:2], rng=seeded(), n_init=2)
    for i, kind in enumerate(TYPES[:2]):
        for j, K in enumerate((2, 5)):
            trace = table.trace(K, kind)
            assert trace is table.traces[i][j]
            assert (trace.mixture.n_components, trace.covariance_type) == (K, kind)
            ell, p = trace.mixture.log_density(GALAXIES).sum(), free_parameters(K, 1, kind)
            assert table.log_likelihoods[i, j] == pytest.approx(ell, rel=1e-13)
            scored = trace.mixture.log_density(GALAXIES[:9]).sum()
            assert table.held_out(GALAXIES[:9])[i, j] == scored
            assert table.log_likelihoods[i, j] == trace.log_likelihoods[-1]
            assert table.n_parameters[i, j] == p
            assert table.aic[i, j] == pytest.approx(2 * p - 2 * ell, rel=1e-13)
            assert table.bic[i, j] == pytest.approx(p * np.log(82) - 2 * ell, rel=1e-13)
            assert table.converged[i, j] == trace.converged
            assert trace.n_starts == 6  # two drawn, the splits, and from above three mergers
    assert (table.covariance_types, table.Ks, table.n) == (TYPES[:2], (2, 5), 82)
    assert table.best("aic") is table.trace(5, "full")
    with pytest.raises(ValueError, match="read-only"):
        table.bic[0, 0] = 0


@pytest.mark.parametrize("covariance_type", TYPES)
def test_a_run_is_what_run_em_makes_from_its_start(covariance_type):
    """Although it stops half-way to be compared with the others."""
    model = {"covariance_type": covariance_type}
    table = compare(FAITHFUL, [2], covariance_types=model.values(), rng=seeded(), n_init=0)
    one = gmm.start_from_means(FAITHFUL, FAITHFUL.mean(axis=0, keepdims=True), **model)
    points = np.ascontiguousarray(FAITHFUL.T)
    (start,) = selection.split_each(points, one, validation.as_model(points, covariance_type, 0))
    whole = gmm.run_em(FAITHFUL, start, tol=1e-10, max_iter=2000, **model)
    np.testing.assert_array_equal(table.trace(2).log_likelihoods, whole.log_likelihoods)
    np.testing.assert_array_equal(table.trace(2).mixture.means, whole.mixture.means)


@each_once(covariance_type=TYPES, n_init=[0, 1], seed=[0, 1, 2])
def test_what_is_found_never_falls_as_K_grows(covariance_type, n_init, seed):
    x = gmm.four_gaussians(60, rng=seeded(seed)).x
    options = {"n_init": n_init, "tol": 1e-4, "rng": seeded(seed)}
    table = compare(x, range(1, 9), covariance_types=[covariance_type], **options)
    assert (np.diff(table.log_likelihoods[0]) > -1e-9).all()
    for K in range(1, 9):
        assert table.trace(K).mixture.n_components == K


def test_where_nothing_better_is_found_the_best_with_fewer_stands_in():
    """Six points in two heaps: with more components they collapse, or two are the same."""
    table = compare(SIX, (1, 2, 3, 5), rng=seeded(), n_init=4)
    two, three, five = table.traces[0][1:]
    np.testing.assert_allclose(table.log_likelihoods[0, 2:], two.log_likelihoods[-1], rtol=1e-13)
    assert five.mixture.n_components == 5
    on_grid = [t.mixture.log_density(np.linspace(-1, 6, 50)) for t in (two, three, five)]
    np.testing.assert_allclose(on_grid[1:], on_grid[:1] * 2, rtol=1e-12)
    assert table.best("bic") is two
    assert (five.n_starts, five.n_failed) == (4, 4)
    assert str(table).split("\n")[4] == "full         5  14  no fit: of 4 starts 4 collapsed"


def test_a_table_without_any_fit_has_no_best():
    table = compare([0.0, 1.0, 5.0], [2], rng=seeded(), n_init=0)  # no half has two points
    assert table.reasons == (("no start",),)
    assert "*" not in str(table).split("\n")[1]
    with pytest.raises(
        ValueError, match="There is no regular fit in the table: .* 'tied', or a ridge"
    ):
        table.best()


def test_what_has_not_converged_is_said_in_the_table_without_a_warning():
    table = compare(GALAXIES, [1, 3], rng=seeded(), max_iter=2)
    assert table.converged.tolist() == [[True, False]]
    lines = str(table).split("\n")
    assert ["?" in line for line in lines if "lowest" not in line][1:3] == [False, True]
    assert lines[-1] == "? not converged: raise max_iter or tol"


def test_the_table_can_be_read_on_the_narrowest_page():
    table = compare(SIX, [1, 2], covariance_types=["full", "tied"], rng=seeded(), n_init=2)
    assert str(table).split("\n")[:5] == [
        "covariance   K   m           ℓ         AIC         BIC   points    width",
        "full         1   2     -14.059      32.117      31.701      6.0        –",
        "full         2   5      -0.183      10.365       9.324      3.0        1",
        "tied         1   2     -14.059      32.117      31.701      6.0        –",
        "tied         2   4      -0.183       8.365*      7.532*     3.0        1",
    ]
    assert "Try larger K: BIC is lowest at K = 2 with full, tied." in str(table)
    assert "Try larger" not in str(compare(SIX, 2, rng=seeded(), n_init=1))
    wide = compare(1e6 * FAITHFUL, [1, 2], covariance_types="spherical", rng=seeded(), max_iter=3)
    assert max(map(len, str(wide).split("\n"))) <= 72


def test_a_spurious_fit_stands_beside_the_regular_one_and_is_not_the_best():
    """The galaxies' K = 6 looks best by BIC for the sake of two pairs of close points."""
    table = compare(GALAXIES, [3, 6], covariance_types=("full", "diag"), rng=seeded())
    six = table.spurious[0][1]
    assert bic(six.log_likelihoods[-1], 17, 82) == pytest.approx(440.063, abs=1e-3)
    assert table.bic.min() == pytest.approx(442.218, abs=1e-3)
    assert table.best() is table.trace(3, "full")
    np.testing.assert_array_equal(table.bic[0], table.bic[1])  # one model, fitted once
    lines = str(table).split("\n")
    assert lines[3] == "  spurious   6  17    -182.574     399.149     440.063      2.0    0.019"
    assert [line.count("*") for line in lines[1:5]] == [2, 0, 0, 0]
    assert "In one dimension full and diag are one model." in lines
    assert "spurious: higher only for the sake of these few points, which have next" in lines
    m, order = six.mixture, six.mixture.weights.argsort()
    exchanged = Mixture(m.weights[order], m.means[order], m.covariances[order][[1, 0, 2, 3, 4, 5]])
    both = (None, replace(six, mixture=exchanged))
    line = str(replace(table, spurious=(both, both))).split("\n")[3]
    assert line.endswith("2.0    0.046")  # of the smaller pair, though the other one is narrower


def test_spurious_components_of_the_courses_data():
    """Six eruptions on a line, and seven near one."""
    two = compare(FAITHFUL, [2], rng=seeded(), n_init=0).trace(2).mixture
    line = [[4.833, 80], [4.883, 83], [4.933, 86], [5.1, 96]]
    b = np.column_stack([two.responsibilities(FAITHFUL), np.zeros(272)])
    b[(FAITHFUL[:, None] == line).all(axis=2).any(axis=1)] = [0, 0, 1]
    three = gmm.run_em(FAITHFUL, gmm.m_step(FAITHFUL, b), tol=1e-10, max_iter=2000)
    assert bic(three.log_likelihoods[-1], 17, 272) == pytest.approx(2292.5, abs=0.1)
    assert gmm.spurious_components(three.mixture, 272).tolist() == [False, False, True]
    four = compare(FAITHFUL, [3, 4], rng=seeded(), n_init=0).spurious[0][1]
    assert bic(four.log_likelihoods[-1], 23, 272) == pytest.approx(2335.715, abs=1e-3)


def test_what_is_narrow_for_a_reason_is_not_spurious():
    rng, circle = seeded(), np.diag([1.0, 1.0])
    two = [0.5, 0.5]
    far = Mixture(two, [[0, 0], [3e3, 0]], [circle, circle])  # narrow beside all data only
    knot = Mixture([0.2, 0.8], [[0, 0], [1, 1]], [1e-4 * circle, circle])
    r = 0.99999
    thin = Mixture([0.1, 0.9], [[0, 0], [9, 9]], [[[1, r], [r, 1]]] * 2)
    for truth, n in ((far, 12), (knot, 300), (thin, 100)):
        x, z = truth.sample(n, rng)
        fitted = gmm.m_step(x, np.eye(2)[z])
        assert not gmm.spurious_components(fitted, n).any()
    pair = Mixture.from_1d([0.02, 0.98], [0, 0], [1e-6, 1])
    assert gmm.spurious_components(pair, 100).tolist() == [True, False]
    assert not gmm.spurious_components(pair, 100, "tied").any()


def test_progress_says_how_far_the_search_is(capsys):
    compare(SIX, [1, 2], covariance_types=["full", "tied"], rng=seeded(), n_init=1, progress=True)
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("\rfull (1 of 2), upwards, K = 1, start 1, iteration 1: ℓ = -14.059")
    assert "\rtied (2 of 2), to the end, K = 2, one of the foremost, iteration" in err


def test_of_runs_on_the_way_to_one_peak_one_goes_on(monkeypatch):
    """Of 12 foremost searches for the tied K = 3 and 4 ten are on their way to R's optima."""
    went_on = []
    run = selection._Search._run

    def watched(self, start, what, **limits):
        went_on.append(what)
        return run(self, start, what, **limits)

    monkeypatch.setattr(selection._Search, "_run", watched)
    table = compare(FAITHFUL, [3, 4], covariance_types=["tied"], rng=seeded(), n_init=3)
    assert went_on.count("one of the foremost") == 2
    assert table.log_likelihoods[0] == pytest.approx(TIED[1:], abs=1e-4)


def test_what_is_given_up_would_not_have_won_on_old_faithful(monkeypatch):
    """With a tenth of the margin, or a ratio of 8, optima for K = 6 would be lost."""

    def search():
        types = ["full", "diag"]
        return compare(FAITHFUL, range(3, 7), covariance_types=types, rng=seeded(1)).log_likelihoods

    found = search()
    monkeypatch.setattr(selection, "_NEAR", np.inf)
    monkeypatch.setattr(selection._Search, "_on_the_way", lambda *_: False)
    np.testing.assert_allclose(found, search(), rtol=0, atol=1e-6)
