"""The panels, as Python sees them; tests/browser moves them as a person does."""

import json

import numpy as np
import pytest
from scenes import marks, read

import gmm_helpers as gmm
from gmm_helpers.plots.geometry import mass_inside


@pytest.fixture
def hand(x, em):
    return gmm.HandFit(x, em=em)


@pytest.fixture
def covariance():
    return gmm.CovariancePanel(rng=np.random.default_rng(1))


def slider(panel, name):
    """Return what the page is told of a slider."""
    return next(each for each in panel.view.content["controls"] if each["name"] == name)


def test_a_panel_is_small(hand, x, em, covariance):
    for panel in (hand, gmm.PointPosterior(x, em), covariance):
        assert len(panel.view.data) + len(json.dumps(panel.view.content)) < 60_000


def test_of_many_points_some_are_drawn_and_this_is_said(em):
    panel = gmm.HandFit(np.random.default_rng(0).standard_normal(10_000), em=em)
    assert panel.view.content["notes"] == ["The pictures show 770 of the 10000 points."]
    assert panel.view.content["points"]["shape"][0] == 10_000
    assert marks(panel.view, "points")[0]["shape"]["shape"] == [770, 2]


def test_the_best_is_what_the_page_tells(hand, x):
    values = hand.view.values  # until then, where the sliders begin
    assert hand.best.means.ravel().tolist() == [values["mean_1"], values["mean_2"]]
    score = hand.best.log_density(x).sum()
    assert hand.view.best["score"] == pytest.approx(score, abs=1e-9)
    assert hand.caption.endswith(f": log-likelihood −{-score:.2f}.")
    moved = {"mean_1": -1.4, "mean_2": 2.1, "deviation_1": 0.8, "deviation_2": 1.25}
    hand.view.best = {"values": {**values, **moved, "weight_1": 0.4}, "score": 0}
    np.testing.assert_array_equal(hand.best.weights, [0.4, 0.6])
    np.testing.assert_array_equal(hand.best.variances, [0.8**2, 1.25**2])
    hand.view.best = {}
    assert hand.best.means.ravel().tolist() == [values["mean_1"], values["mean_2"]]


def test_the_start_may_be_poor_but_stands_on_the_gauge_and_every_peak_has_a_view(x, em):
    panel = gmm.HandFit(x, em=em)
    content = panel.view.content
    assert content["em_score"] == em.log_density(x).sum()
    assert content["floor"] < panel.view.best["score"] < content["em_score"] - 50
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
    mixture = gmm.Mixture.from_1d([0.43, 0.57], em.means[:, 0], em.variances)
    [b] = mixture.responsibilities([slider(panel, "x")["value"]])
    assert panel.caption.endswith(f": b₁ ≈ {b[0]:.3g} and b₂ ≈ {b[1]:.3g}.")
    reach = slider(panel, "x")
    assert reach["low"] < x.min() - 2.9 * np.ptp(x) and reach["high"] > x.max() + 2.9 * np.ptp(x)
    near, far = (view["limits"] for view in panel.view.content["panels"][0]["views"])
    assert far[0] < near[0] < x.min() and far[:2] == [reach["low"], reach["high"]]


def test_other_points_have_other_shares_near_the_exact_ones(covariance, monkeypatch):
    told, found = [], []
    monkeypatch.setattr(covariance.view, "send", lambda answer, _: told.append(answer))
    for ask in range(20):
        covariance.view._handle_custom_msg({"ask": ask}, [])
        u = read(covariance.view, covariance.view.content["points"])
        found.append(np.mean(np.linalg.norm(u, axis=1)[:, None] < [1, 2, 3], axis=0))
        said = "of the 1000 points, {:.1%}, {:.1%} and {:.1%}".format(*found[-1])
        assert said in covariance.caption
    assert told == [{"answer": ask} for ask in range(20)]
    # Within 5 standard errors of a mean of 20 shares of 1000 points.
    exact = mass_inside(np.arange(1, 4))
    assert (abs(np.mean(found, axis=0) - exact) < 5 * np.sqrt(exact * (1 - exact) / 20_000)).all()
    assert len(np.unique(found, axis=0)) > 10
