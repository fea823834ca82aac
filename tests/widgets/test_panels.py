"""The panels, as Python sees them; tests/browser moves them as a person does."""

import json

import numpy as np
import pytest
from scenes import marks

import gmm_helpers as gmm


@pytest.fixture
def hand(x, em):
    return gmm.HandFit(x, em=em)


@pytest.fixture
def covariance():
    return gmm.CovariancePanel(rng=np.random.default_rng(1))


def slider(panel, name):
    """Return what the page is told of a slider."""
    return next(each for each in panel.view.content["controls"] if each["name"] == name)


def move(panel, **values):
    """Move sliders, as the page does."""
    panel.view.values = {**panel.view.values, **values}


def test_a_panel_is_small(hand, x, em, covariance):
    for panel in (hand, gmm.PointPosterior(x, em), covariance):
        assert len(panel.view.data) + len(json.dumps(panel.view.content)) < 60_000


def test_of_many_points_some_are_drawn_and_this_is_said(em):
    panel = gmm.HandFit(np.random.default_rng(0).standard_normal(10_000), em=em)
    assert panel.view.content["notes"] == ["The pictures show 770 of the 10000 points."]
    assert panel.view.content["points"]["shape"][0] == 10_000
    assert marks(panel.view, "points")[0]["shape"]["shape"] == [770, 2]


def test_the_score_is_that_of_the_sliders_and_the_best_what_the_page_tells(hand, x):
    np.testing.assert_array_equal(hand.best.means, hand.mixture.means)  # until then
    move(hand, mean_1=-1.4, mean_2=2.1, deviation_1=0.8, deviation_2=1.25, weight_1=0.35)
    wanted = gmm.Mixture.from_1d([0.35, 0.65], [-1.4, 2.1], [0.8**2, 1.25**2])
    np.testing.assert_array_equal(hand.mixture.covariances, wanted.covariances)
    assert hand.score == pytest.approx(wanted.log_density(x).sum(), abs=1e-9)
    hand.view.best = {"values": {**hand.view.values, "weight_1": 0.4}, "score": 0}
    np.testing.assert_array_equal(hand.best.weights, [0.4, 0.6])


def test_the_start_may_be_poor_but_stands_on_the_gauge_and_every_peak_has_a_view(x, em):
    panel = gmm.HandFit(x, em=em)
    content = panel.view.content
    assert content["em_score"] == em.log_density(x).sum()
    assert content["floor"] < panel.score < content["em_score"] - 50
    tops = [view["limits"][3] for view in content["panels"][0]["views"]]
    assert tops == [0.5, 1, 2.5, 5]
    peak = 1 / (np.sqrt(2 * np.pi) * slider(panel, "deviation_1")["low"])
    assert 1.1 * peak < tops[-1]


@pytest.mark.parametrize("data", ["waiting", "galaxies", "tiny", "large"])
def test_sliders_suit_any_data_and_have_round_steps(data):
    geyser = gmm.old_faithful().x
    x = {
        "waiting": geyser[:, 1],
        "galaxies": gmm.galaxies().x,
        "tiny": 1e-4 * geyser[:, 0],
        "large": 1e6 + 3e3 * np.random.default_rng(0).standard_normal(5000),
    }[data]
    panel = gmm.HandFit(x, em=gmm.Mixture.from_1d([1], [x.mean()], [x.var()]))
    mean, deviation = slider(panel, "mean_1"), slider(panel, "deviation_1")
    for each in (mean, deviation):
        assert 60 < (each["high"] - each["low"]) / each["step"] < 400
        assert f"{each['step']:e}"[0] in "125" and float(f"{each['step']:.0e}") == each["step"]
    assert mean["low"] < x.min() and x.max() < mean["high"]
    assert deviation["low"] < x.std() / 10 and x.std() < deviation["high"]
    gmm.PointPosterior(x, gmm.Mixture.from_1d([0.5, 0.5], [x.min(), x.max()], [x.var()] * 2))


def test_the_point_reaches_far_out_and_its_responsibilities_are_bayes_rule(x, em):
    panel = gmm.PointPosterior(x, em)
    for at, weight in ((1, 0.3), (-29, 0.5), (30, 1), (30, 0)):
        move(panel, x=at, weight_1=weight)
        wanted = gmm.Mixture.from_1d([weight, 1 - weight], em.means[:, 0], em.variances)
        np.testing.assert_array_equal(panel.responsibilities, wanted.responsibilities([at])[0])
    reach = slider(panel, "x")
    assert reach["low"] < x.min() - 2.9 * np.ptp(x) and reach["high"] > x.max() + 2.9 * np.ptp(x)
    near, far = (view["limits"] for view in panel.view.content["panels"][0]["views"])
    assert far[0] < near[0] < x.min() and far[:2] == [reach["low"], reach["high"]]


def test_points_move_with_the_matrix_and_cross_no_ellipse(covariance):
    shares = covariance.shares
    for first, second, correlation in ((0.5, 2, -0.99), (1.2, 0.7, -0.35), (2, 0.5, 0.99)):
        move(covariance, deviation_1=first, deviation_2=second, correlation=correlation)
        between = correlation * first * second
        wanted = [[first**2, between], [between, second**2]]
        np.testing.assert_allclose(covariance.covariance, wanted, rtol=1e-12)
        squared = np.einsum("ni,ij,nj->n", covariance.x, np.linalg.inv(wanted), covariance.x)
        assert shares.tolist() == [np.mean(squared < radius**2) for radius in (1, 2, 3)]
        np.testing.assert_array_equal(covariance.shares, shares)


def test_points_held_and_moved_at_once_are_held_where_they_were(covariance):
    x, shares = covariance.x, covariance.shares
    held = covariance.view.values
    move(covariance, hold=True, held=held, deviation_1=0.5)
    move(covariance, correlation=-0.3)
    np.testing.assert_array_equal(covariance.x, x)
    assert (covariance.shares < shares).all()
    move(covariance, hold=False)
    np.testing.assert_array_equal(covariance.shares, shares)
    assert abs(covariance.x - x).max() > 0.1


def test_other_points_have_other_shares_near_the_exact_ones(covariance, monkeypatch):
    told, found = [], []
    monkeypatch.setattr(covariance.view, "send", lambda answer, _: told.append(answer))
    for ask in range(20):
        covariance.view._handle_custom_msg({"ask": ask}, [])
        found.append(covariance.shares)
    assert told == [{"answer": ask} for ask in range(20)]
    # Within 5 standard errors of a mean of 20 shares of 1000 points.
    exact = gmm.mass_inside(np.arange(1, 4))
    assert (abs(np.mean(found, axis=0) - exact) < 5 * np.sqrt(exact * (1 - exact) / 20_000)).all()
    assert len(np.unique(found, axis=0)) > 10
