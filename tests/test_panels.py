"""The live panels, as Python sees them; tests/browser moves them as a person does."""

import html
import io
import itertools
import re

import ipywidgets as widgets
import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances as live_widgets
from one_way import each_once
from PIL import Image

import gmm_helpers as gmm
from gmm_helpers import _page, drawing, live_panel

EM_COLOUR = (0, 158, 115)  # #009E73


@pytest.fixture(scope="module")
def x():
    return gmm.two_gaussians(rng=np.random.default_rng(1)).x


@pytest.fixture(scope="module")
def em(x):
    return gmm.run_em(x, gmm.Mixture.from_1d([0.5, 0.5], [0, 1], [1, 1])).mixture


@pytest.fixture(scope="module")
def panels(x, em):
    """Make each panel once, with where its controls stand: to make one takes many draws' time."""
    made = {
        "hand": gmm.HandFit(x, em=em, means=(0, 1), deviations=(1, 1)),
        "point": gmm.PointPosterior(x, em),
        "covariance": gmm.CovariancePanel(rng=np.random.default_rng(1)),
    }
    return {
        name: (panel, {of: control.value for of, control in panel._controls.items()})
        for name, panel in made.items()
    }


@pytest.fixture
def hand(panels):
    panel, start = panels["hand"]
    panel.best, panel.best_score = None, -np.inf
    panel.set(**start)
    return panel


@pytest.fixture
def point(panels):
    panel, start = panels["point"]
    panel.set(**start)
    return panel


@pytest.fixture
def covariance(panels):
    panel, start = panels["covariance"]
    panel.set(**start)
    return panel


@pytest.fixture
def draws(monkeypatch):
    """Count the pictures that are made."""
    calls, to_png = [], live_panel.to_png
    monkeypatch.setattr(live_panel, "to_png", lambda picture: calls.append(1) or to_png(picture))
    return calls


def find(widget, kind):
    """Return the widgets of a kind in a tree."""
    found = [widget] if isinstance(widget, kind) else []
    return found + [w for child in getattr(widget, "children", ()) for w in find(child, kind)]


def slider(panel, description):
    """Return the control that a person finds by its label."""
    (found,) = (
        w
        for w in find(panel.widget, widgets.DOMWidget)
        if getattr(w, "description", None) == description
    )
    return found


def shown_page(panel):
    """Return the HTML with the picture and its text."""
    (page,) = (w for w in find(panel.widget, widgets.HTML) if "<img" in w.value)
    return page.value


def slider_names(panel):
    """Return the labels of the panel's sliders, in reading order."""
    return [w.description for w in find(panel.widget, widgets.FloatSlider)]


def room(panel):
    """Return how much room there is for the text under the picture."""
    return re.search(r"min-height:([\d.]+)em", shown_page(panel))[1]


def picture(panel):
    """Return the picture on the page, as an RGB array."""
    png = re.search('src="data:image/png;base64,(.*?)"', shown_page(panel))[1]
    return np.asarray(Image.open(io.BytesIO(_page.base64.b64decode(png))).convert("RGB")).astype(
        int
    )


def pixels_like(panel, colour, *, left=0.0, right=1.0):
    """Count the pixels near a colour in a part of the picture."""
    pixels = picture(panel)
    width = pixels.shape[1]
    part = pixels[:, int(left * width) : int(right * width)]
    return int((abs(part - colour).sum(axis=2) < 40).sum())


def move(panel, description, value):
    """Move a control as the browser does, and return the picture and the text before and after."""
    before = picture(panel), panel.text
    slider(panel, description).value = value
    return *before, picture(panel), panel.text


# What all panels do


PANELS = ["hand", "point", "covariance"]
SLIDERS = [
    *(("hand", of) for of in ("mean μ₁", "mean μ₂", "spread σ₁", "spread σ₂", "weight φ₁")),
    *(("point", of) for of in ("point x", "weight φ₁")),
    *(("covariance", of) for of in ("spread σ₁", "spread σ₂", "correlation ρ")),
]


@each_once(slider_of=SLIDERS, where=["min", "max", "step"])
def test_every_slider_changes_the_picture_and_its_text(slider_of, where, request):
    name, description = slider_of
    panel = request.getfixturevalue(name)
    control = slider(panel, description)
    value = control.value + control.step if where == "step" else getattr(control, where)
    before, text_before, after, text = move(panel, description, value)
    assert (before != after).any() and text != text_before
    as_read = format(control.value, control.readout_format).replace("-", "−")
    assert re.search(rf"(?<![\d.−]){re.escape(as_read)}(?!\d)", text), (as_read, text)


@pytest.mark.parametrize("name", PANELS)
def test_the_text_stands_under_the_picture_and_is_its_alt_text(name, request):
    panel = request.getfixturevalue(name)
    move(panel, slider_names(panel)[-1], 0.25)
    page = shown_page(panel)
    assert re.search('alt="(.*?)"', page)[1] == html.escape(panel.text)
    assert re.search("<p aria-live.*?>(.*)</p>", page)[1] == html.escape(panel.text)


@pytest.mark.parametrize("name", PANELS)
def test_the_place_for_the_text_holds_it_everywhere(name, request, monkeypatch):
    """Nothing on the page may jump while a slider moves: all combinations, without the pictures."""
    panel = request.getfixturevalue(name)
    monkeypatch.setattr(panel._stage, "picture", lambda *_, last=panel._picture: last)
    monkeypatch.setattr(live_panel, "to_png", lambda _: b"")
    controls, rooms = panel._controls, {room(panel)}
    ends = {n: (c.min, c.max) if hasattr(c, "max") else (False, True) for n, c in controls.items()}
    if "weight_1" in ends:
        ends["weight_1"] = 0, 0.25, 1
    for values in itertools.product(*ends.values()):
        panel.set(**dict(zip(ends, values, strict=True)))
        rooms.add(room(panel))
    assert len(rooms) == 1


@pytest.mark.parametrize("name", PANELS)
def test_several_controls_set_at_once_draw_once(name, request, draws):
    panel = request.getfixturevalue(name)
    values = {n: c.min + 3 * c.step for n, c in panel._controls.items() if hasattr(c, "step")}
    draws.clear()
    panel.set(**values)
    assert len(draws) == 1
    assert {n: panel._controls[n].value for n in values} == pytest.approx(values)


def test_one_move_draws_once(hand, draws):
    draws.clear()
    slider(hand, "mean μ₁").value = 0.3
    assert len(draws) == 1


def test_two_panels_share_no_state(x, em):
    one, two = gmm.HandFit(x, em=em), gmm.HandFit(x, em=em)
    before = picture(two)
    move(one, "mean μ₁", -1.0)
    assert (picture(two) == before).all() and two.text != one.text
    assert not set(find(one.widget, widgets.Widget)) & set(find(two.widget, widgets.Widget))


@pytest.mark.parametrize("name", PANELS)
def test_close_leaves_no_widget_behind(name, x, em):
    make = {
        "hand": lambda: gmm.HandFit(x, em=em),
        "point": lambda: gmm.PointPosterior(x, em),
        "covariance": lambda: gmm.CovariancePanel(rng=np.random.default_rng(1)),
    }
    before = set(live_widgets)
    make[name]().close()
    assert set(live_widgets) == before


def test_a_cell_run_again_closes_what_it_made_before(monkeypatch):
    monkeypatch.setattr(_page, "_made_by_cell", {})
    counts, black = [], Image.new("RGB", (840, 300))
    for run in range(3):
        monkeypatch.setattr(_page, "_running_cell", lambda run=run: ("cell", run))
        grey = widgets.IntSlider(200, 0, 255, description="grey")
        gmm.LivePanel({"grey": grey}, lambda grey: (black, "Black."), title="No grey")
        counts.append(len(live_widgets))
    assert counts[0] == counts[1] == counts[2]


@pytest.mark.parametrize("name", PANELS)
def test_the_bundle_holds_the_view_the_picture_and_its_text(name, request):
    panel = request.getfixturevalue(name)
    data, metadata = panel._repr_mimebundle_()
    view = data["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] == panel.widget.model_id
    still = np.asarray(Image.open(io.BytesIO(data["image/png"])).convert("RGB"))
    assert (still == picture(panel)).all()
    first, second = data["text/plain"].split("\n")
    assert "live panel" in first and second == panel.text
    assert metadata["image/png"]["alt"] == data["text/plain"]


def test_the_notebooks_style_does_not_reach_the_picture(x, em):
    import matplotlib

    plain = picture(gmm.PointPosterior(x, em))
    with matplotlib.rc_context(
        {"font.family": "monospace", "axes.linewidth": 5, "patch.linewidth": 3}
    ):
        assert (picture(gmm.PointPosterior(x, em)) == plain).all()


def test_a_panel_of_ones_own():
    def draw(grey, dark):
        value = 0 if dark else grey
        return Image.new("RGB", (840, 300), (value,) * 3), f"Grey {value}."

    controls = {
        "grey": widgets.IntSlider(200, 0, 255, description="grey"),
        "dark": widgets.ToggleButton(description="dark"),
    }
    panel = gmm.LivePanel(controls, draw, title="A grey", buttons=[controls["dark"]])
    assert panel.text == "Grey 200." and (picture(panel) == 200).all()
    panel.set(dark=True)
    assert panel.text == "Grey 0." and (picture(panel) == 0).all()
    assert panel._repr_mimebundle_()[0]["text/plain"].startswith("A grey, a live panel")
    assert "gmm-panel" in panel.widget._dom_classes


def test_a_panel_needs_controls():
    with pytest.raises(ValueError, match="at least one control"):
        gmm.LivePanel({}, lambda: None, title="Nothing")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"mean": 0}, "no control 'mean': there are mean_1, mean_2"),
        ({"mean_1": 99}, "mean_1 must be from -4.4 to 5.8; it is 99"),
        ({"deviation_2": 0}, "deviation_2 must be from 0.1"),
        ({"mean_2": 0, "weight_1": float("nan")}, "weight_1 must be from 0 to 1"),
        ({"mean_1": "left"}, "mean_1 must be a number"),
    ],
)
def test_set_refuses_what_a_control_cannot_take_and_moves_nothing(hand, values, message):
    before = hand.text
    with pytest.raises((TypeError, ValueError), match=message):
        hand.set(**values)
    assert hand.text == before and slider(hand, "mean μ₂").value == 1


# Build your own mixture


def test_the_score_is_the_log_likelihood_of_the_sliders(hand, x):
    hand.set(mean_1=-1.4, mean_2=2.1, deviation_1=0.8, deviation_2=1.25, weight_1=0.35)
    wanted = gmm.Mixture.from_1d([0.35, 0.65], [-1.4, 2.1], [0.8**2, 1.25**2])
    assert hand.score == pytest.approx(wanted.log_density(x).sum(), abs=1e-9)
    assert f"Log-likelihood −{-hand.score:.2f}" in hand.text
    assert "weight 0.35, mean −1.4, standard deviation 0.80." in hand.text
    assert "weight 0.65, mean 2.1, standard deviation 1.25." in hand.text


def test_the_best_so_far_is_kept_and_can_be_gone_back_to(hand, draws):
    start = hand.best_score
    assert hand.best is hand.mixture and "your best so far." in hand.text
    hand.set(mean_1=-1.5, mean_2=2.0)
    best = hand.best
    assert hand.best_score == hand.score > start and "your best so far." in hand.text
    hand.set(mean_1=5.0, weight_1=0.1)
    assert hand.score < hand.best_score and hand.best is best
    assert f"your best so far is −{-hand.best_score:.2f}" in hand.text
    draws.clear()
    slider(hand, "Back to my best").click()
    assert len(draws) == 1
    assert hand.score == hand.best_score and slider(hand, "mean μ₁").value == -1.5
    np.testing.assert_array_equal(hand.mixture.means, best.means)


def test_ems_value_is_hidden_until_it_is_asked_for(hand, x, em):
    score = f"−{-em.log_density(x).sum():.2f}"
    before = pixels_like(hand, EM_COLOUR, right=0.66)
    assert score not in hand.text and "EM" not in hand.text
    slider(hand, "Show EM's score").value = True
    above = em.log_density(x).sum() - hand.best_score
    assert f"EM's, dashed, is {score}: {above:.2f} above your best." in hand.text
    assert pixels_like(hand, EM_COLOUR, right=0.66) > before + 200  # its curve
    slider(hand, "Show EM's score").value = False
    assert score not in hand.text and pixels_like(hand, EM_COLOUR, right=0.66) == before


def test_who_beats_em_is_told_so(x):
    panel = gmm.HandFit(x, em=gmm.Mixture.from_1d([1], [0], [9]), means=(-1.5, 2))
    panel.set(show_em=True)
    assert re.search(r"EM's, dashed, is −\d+\.\d\d: \d+\.\d\d below your best\.", panel.text)


def test_a_peak_above_1_is_reached_and_the_axis_holds_it(hand):
    assert "a density may exceed 1" not in hand.text
    hand.set(deviation_1=0.1, weight_1=1)
    assert "tallest peak 3.99: a density may exceed 1." in hand.text
    assert hand._ax.get_ylim()[1] == 5
    hand.set(deviation_1=0.4, weight_1=0.5)
    assert hand._ax.get_ylim()[1] == 1


def test_every_peak_stays_below_its_axis_end(hand):
    for deviation in (0.1, 0.15, 0.2, 0.4, 0.8, 1.6):
        hand.set(deviation_1=deviation, deviation_2=deviation, mean_2=0)
        peak = float(re.search(r"tallest peak (\d+\.\d+)", hand.text)[1])
        assert peak == pytest.approx(1 / np.sqrt(2 * np.pi) / deviation, abs=0.01)
        assert 1.05 * peak < hand._ax.get_ylim()[1]


@pytest.mark.parametrize("deviation", [0.1, 4.3])
def test_the_area_is_1_and_the_text_says_what_lies_outside(hand, deviation):
    hand.set(deviation_1=deviation, deviation_2=deviation, mean_1=-4.4, mean_2=5.8)
    assert "Area under the sum 1.000" in hand.text
    assert ("in the picture" in hand.text) == (deviation > 1)


def test_the_area_is_measured_and_not_assumed(hand, monkeypatch):
    log_density = gmm.Mixture.log_density
    monkeypatch.setattr(
        gmm.Mixture, "log_density", lambda self, x: log_density(self, x) + np.log(0.9)
    )
    hand.set(mean_1=0.5)
    assert "Area under the sum 0.900" in hand.text


def test_a_very_low_score_is_clamped_and_said_to_be(hand):
    assert "floor" not in hand.text
    hand.set(mean_1=5.8, mean_2=5.8, deviation_1=0.1, deviation_2=0.1)
    assert "(below the gauge's floor of −900)" in hand.text
    assert hand._gauge._column.get_height() == 0 and hand._gauge._below.get_visible()
    hand.set(mean_1=0, mean_2=1, deviation_1=1, deviation_2=1)
    assert hand._gauge._column.get_height() > 0 and not hand._gauge._below.get_visible()


def test_the_column_rises_with_the_score(hand):
    columns = []
    for mean in (0, -1.5):
        hand.set(mean_1=mean)
        columns.append((hand.score, pixels_like(hand, (85, 85, 85), left=0.78, right=0.84)))
    assert columns[0][0] < columns[1][0] and columns[0][1] < columns[1][1]


def test_the_start_may_be_poor_but_stands_on_the_gauge(x, em):
    panel = gmm.HandFit(x, em=em)
    assert panel._em_score - 250 < panel.score < panel._em_score - 50
    assert panel.mixture.weights.tolist() == [0.5, 0.5]


@pytest.mark.parametrize("data", ["waiting", "galaxies", "tiny", "large"])
def test_sliders_suit_any_data_and_have_round_steps(data):
    geyser = gmm.old_faithful().x
    x = {
        "waiting": geyser[:, 1],
        "galaxies": gmm.galaxies().x,
        "tiny": 1e-4 * geyser[:, 0],
        "large": 1e6 + 3e3 * np.random.default_rng(0).standard_normal(5000),
    }[data]
    one = gmm.Mixture.from_1d([1], [x.mean()], [x.var()])
    panel = gmm.HandFit(x, em=one)
    for name in ("mean_1", "deviation_1"):
        control = panel._controls[name]
        assert 60 < (control.max - control.min) / control.step < 400
        assert f"{control.step:e}"[0] in "125" and float(f"{control.step:.0e}") == control.step
    mean, deviation = panel._controls["mean_1"], panel._controls["deviation_1"]
    assert mean.min < x.min() and x.max() < mean.max
    assert deviation.min < x.std() / 10 and x.std() < deviation.max
    panel.set(mean_1=mean.max, deviation_1=deviation.min, show_em=True)
    gmm.PointPosterior(x, gmm.Mixture.from_1d([0.5, 0.5], [x.min(), x.max()], [x.var()] * 2))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": [[1.0, 2.0], [3.0, 4.0]]}, "D = 2 where D = 1"),
        ({"x": [1.0, 1.0, 1.0]}, "constant"),
        ({"x": [1.0, np.nan]}, "NaN"),
        ({"em": 3}, "em must be a Mixture"),
        ({"em": gmm.Mixture([1], [[0, 0]], [np.eye(2)])}, "D = 1 where D = 2"),
        ({"weight": 1.5}, "weight φ₁ must be from 0 to 1; it is 1.5"),
        ({"means": [0]}, r"means must have shape \(2,\)"),
        ({"means": [0, 50]}, "mean μ₂ must be from"),
        ({"deviations": [1, 0]}, "spread σ₂ must be from 0.1"),
    ],
)
def test_bad_input_to_the_hand_fit(x, em, arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        gmm.HandFit(**{"x": x, "em": em, **arguments})


# The posterior of one point


def test_the_numbers_are_bayes_rule(point, em):
    point.set(x=1.0, weight_1=0.3)
    deviations = np.sqrt(em.variances)
    densities = np.exp(-0.5 * ((1.0 - em.means[:, 0]) / deviations) ** 2) / deviations
    products = [0.3, 0.7] * densities / np.sqrt(2 * np.pi)
    np.testing.assert_allclose(point.responsibilities, products / products.sum(), rtol=1e-12)
    numbers = re.search(
        r"Component 1: prior 0\.30 × density (\S+) ≈ (\S+)\. "
        r"Component 2: prior 0\.70 × density (\S+) ≈ (\S+)\. "
        r"Their sum is about (\S+)\. So b₁ ≈ (\S+) and b₂ ≈ (\S+):",
        point.text,
    ).groups()
    wanted = [
        densities[0] / np.sqrt(2 * np.pi),
        products[0],
        densities[1] / np.sqrt(2 * np.pi),
        products[1],
        products.sum(),
        *point.responsibilities,
    ]
    np.testing.assert_allclose([float(n.replace("−", "-")) for n in numbers], wanted, rtol=0.05)
    np.testing.assert_array_equal(point.mixture.variances, em.variances)


@pytest.mark.parametrize(("at", "owner"), [(-29, 2), (-1.5, 1), (2, 2), (30, 2)])
def test_the_text_names_the_likelier_component(point, at, owner):
    """The broader component owns both far ends."""
    point.set(x=at)
    assert point.text.endswith(f"component {owner} is the likelier source.")
    assert point.responsibilities.argmax() == owner - 1
    assert ("outside the data" in point.text) == (abs(at) > 6)


def test_far_out_the_products_are_tiny_and_b_is_still_right(point, em):
    point.set(x=-29.0, weight_1=0.5)
    logs = -0.5 * (-29.0 - em.means[:, 0]) ** 2 / em.variances - 0.5 * np.log(em.variances)
    assert np.log(point.responsibilities[0]) == pytest.approx(logs[0] - logs[1], abs=1e-6)
    mantissa, exponent = re.search(r"b₁ ≈ ([\d.]+)e−(\d+) and b₂ ≈ 1\.000", point.text).groups()
    log10 = np.log10(float(mantissa)) - int(exponent)
    assert log10 == pytest.approx((logs[0] - logs[1]) / np.log(10), abs=0.03)


def test_products_below_float64_are_still_told(x):
    narrow = gmm.Mixture.from_1d([0.5, 0.5], [-1, 2], [0.01, 0.02])
    panel = gmm.PointPosterior(x, narrow, at=30)
    assert re.search(r"e−\d{4}\. Their sum", panel.text)
    assert panel.responsibilities.tolist() == [0, 1]
    assert re.search(r"b₁ ≈ \d\.\d+e−\d{5} and b₂ ≈ 1\.000", panel.text)


def test_the_bars_show_what_the_text_says(point):
    def heights(artists):
        return [bar.get_height() for bar in artists[:2]]

    point.set(x=2.0)
    assert heights(point._posterior) == point.responsibilities.tolist()
    near = heights(point._products)
    assert near == pytest.approx(
        point.responsibilities * np.exp(point.mixture.log_density([2.0])[0])
    )
    limits = [artists[0].axes.get_ylim() for artists in (point._products, point._posterior)]
    blue, orange = (tuple(int(c[i : i + 2], 16) for i in (1, 3, 5)) for c in drawing.COLOURS[:2])
    middle = {"left": 0.5, "right": 0.72}
    bar = pixels_like(point, orange, **middle)
    point.set(x=12.0)
    assert pixels_like(point, orange, **middle) < 0.5 * bar  # the scale stays, the bars shrink
    assert [a[0].axes.get_ylim() for a in (point._products, point._posterior)] == limits
    point.set(x=-2.0)
    assert pixels_like(point, blue, left=0.8) > pixels_like(point, orange, left=0.8)


def test_equal_claims_have_no_owner(x):
    panel = gmm.PointPosterior(x, gmm.Mixture.from_1d([0.5, 0.5], [-1, 1], [1, 1]), at=0)
    assert panel.text.endswith("b₁ ≈ 0.500 and b₂ ≈ 0.500: either component may have made it.")


@pytest.mark.parametrize("weight", [0, 1])
def test_a_prior_of_0_stays_0(point, weight):
    point.set(weight_1=weight, x=-1.0)
    assert point.responsibilities.tolist() == [weight, 1 - weight]
    assert "≈ 0 " in point.text or "≈ 0:" in point.text


def test_the_picture_shows_the_point_wherever_it_is(point):
    windows = []
    for x in (0.0, 5.0, 7.0, 30.0, -30.0, 1.0):
        point.set(x=x)
        low, high = point._ax.get_xlim()
        assert low <= x <= high
        windows.append(high - low)
    assert windows[0] == windows[1] == windows[5] < windows[2] == windows[3] == windows[4]


def test_x_reaches_far_beyond_the_data(point, x):
    control = slider(point, "point x")
    assert control.min < x.min() - 2.9 * np.ptp(x) and control.max > x.max() + 2.9 * np.ptp(x)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mixture": "mixture"}, "mixture must be a Mixture"),
        ({"mixture": gmm.Mixture.from_1d([1], [0], [1])}, "K = 2 components in D = 1; .* K = 1"),
        ({"mixture": gmm.Mixture([0.5, 0.5], np.zeros((2, 2)), [np.eye(2)] * 2)}, "and D = 2"),
        ({"at": 1000}, "point x must be from"),
        ({"reach": -1}, "reach must be at least 0"),
        ({"x": []}, "x is empty"),
    ],
)
def test_bad_input_to_the_posterior(x, em, arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        gmm.PointPosterior(**{"x": x, "mixture": em, **arguments})


# What a covariance matrix does


def numbers_in(text):
    """Return all numbers of a text; a sign before one counts."""
    return [float(n.replace("−", "-")) for n in re.findall(r"−?\d+(?:\.\d+)?", text)]


def test_the_numbers_are_those_of_the_matrix(covariance):
    covariance.set(deviation_1=1.2, deviation_2=0.7, correlation=-0.35)
    wanted = np.array([[1.44, -0.294], [-0.294, 0.49]])
    np.testing.assert_allclose(covariance.covariance, wanted, rtol=1e-12)
    half_axes = np.linalg.svd(np.linalg.cholesky(wanted))[1]
    text = (
        "variances 1.44 and 0.49 on its diagonal, and the covariance −0.29 in its two other "
        f"places. The 1σ ellipse has the half-axes √λ₁ = {half_axes[0]:.2f} and √λ₂ = "
        f"{half_axes[1]:.2f}, which lie along the eigenvectors: at −"
    )
    assert text in covariance.text
    assert [entry.get_text() for entry in covariance._entries] == ["1.44", "−0.29", "−0.29", "0.49"]


@each_once(
    deviations=[(2, 0.5), (0.5, 2), (1, 1), (0.5, 0.5)], correlation=[-0.99, -0.4, 0.3, 0.99]
)
def test_the_arrows_are_eigenvectors_of_length_root_lambda(covariance, deviations, correlation):
    covariance.set(deviation_1=deviations[0], deviation_2=deviations[1], correlation=correlation)
    arrows = np.array([covariance._arrows.U, covariance._arrows.V])
    lengths = np.linalg.norm(arrows, axis=0)
    np.testing.assert_allclose(
        covariance.covariance @ arrows, lengths**2 * arrows, rtol=1e-9, atol=1e-12
    )
    assert lengths[0] > lengths[1] and abs(arrows[:, 0] @ arrows[:, 1]) < 1e-12
    angle = np.degrees(np.arctan2(*arrows[::-1, 0]))
    assert -45 - 1e-3 < angle < 135
    # The text has the line's slope, with the sign that ρ has.
    said = float(re.search(r"at (−?\d+)° and", covariance.text)[1].replace("−", "-"))
    assert -90 < said <= 90 and said * correlation > 0
    assert abs((said - angle + 90) % 180 - 90) <= 0.5 + 1e-9


@pytest.mark.parametrize(
    ("deviations", "correlation", "said"),
    [((1, 1), -0.1, "−45°"), ((1, 1), 0.1, "45°"), ((2, 1), 0, "0°"), ((1, 2), 0, "90°")],
)
def test_a_direction_is_said_by_its_slope(covariance, deviations, correlation, said):
    covariance.set(deviation_1=deviations[0], deviation_2=deviations[1], correlation=correlation)
    assert f"eigenvectors: at {said} and across that." in covariance.text


def test_a_line_that_is_upright_but_for_rounding_is_at_90(covariance):
    for correlation in (-0.01, 0.01):
        covariance.set(deviation_1=0.5, deviation_2=2, correlation=correlation)
        assert "at 90° and" in covariance.text


def test_a_circle_has_no_directions_of_its_own(covariance):
    covariance.set(deviation_1=1.3, deviation_2=1.3, correlation=0)
    assert "√λ₁ = 1.30 and √λ₂ = 1.30" in covariance.text
    assert "eigenvectors: in any two directions at right angles" in covariance.text
    assert "°" not in covariance.text


def test_the_count_is_of_points_by_their_mahalanobis_distance(covariance):
    covariance.set(deviation_1=0.8, deviation_2=1.7, correlation=0.5)
    inverse = np.linalg.inv(covariance.covariance)
    squared = np.einsum("ni,ij,nj->n", covariance.x, inverse, covariance.x)
    wanted = [np.mean(squared < radius**2) for radius in (1, 2, 3)]
    assert covariance.shares.tolist() == wanted
    percents = " ".join(f"{100 * share:.1f}%" for share in wanted)
    assert " ".join(text.get_text() for text in covariance._counts) == percents
    assert numbers_in(covariance.text.split("Of the ")[1]) == [
        *(1000, *(round(100 * share, 1) for share in wanted), 1, 2, 3, 39.3, 86.5, 98.9)
    ]
    shown = [len(points.get_xdata()) for points in covariance._points]
    assert shown == [1000 * share for share in np.diff([0, *wanted, 1]).round(3)]


def test_points_that_move_with_the_matrix_cross_no_ellipse(covariance):
    shares = covariance.shares
    for first, second, correlation in ((0.5, 2, -0.99), (1, 1, 0), (2, 0.5, 0.99)):
        covariance.set(deviation_1=first, deviation_2=second, correlation=correlation)
        np.testing.assert_array_equal(covariance.shares, shares)
        assert "none of them crosses" in covariance.text


def test_points_that_are_held_are_counted_anew(covariance):
    x, shares = covariance.x, covariance.shares
    slider(covariance, "Hold the points").value = True
    np.testing.assert_array_equal(covariance.shares, shares)
    covariance.set(deviation_1=0.5, correlation=-0.3)
    np.testing.assert_array_equal(covariance.x, x)
    assert (covariance.shares < shares).all()
    assert "The points stay where σ₁ = 1.6, σ₂ = 1.0 and ρ = 0.60 have put them" in covariance.text
    covariance.set(deviation_1=2, deviation_2=2, correlation=0)
    assert (covariance.shares >= shares).all()
    covariance.set(hold=False)
    np.testing.assert_array_equal(covariance.shares, shares)
    assert abs(covariance.x - x).max() > 0.1


def test_points_held_and_moved_at_once_are_held_where_they_were(covariance):
    x = covariance.x
    covariance.set(hold=True, deviation_1=0.5)
    np.testing.assert_array_equal(covariance.x, x)


def test_other_points_have_other_shares_near_the_exact_ones(covariance, draws):
    exact, found = gmm.mass_inside(np.arange(1, 4)), []
    for _ in range(20):
        draws.clear()
        slider(covariance, "Other points").click()
        assert len(draws) == 1
        found.append(covariance.shares)
    # Within 5 standard errors of a mean of 20 shares of 1000 points.
    errors = np.sqrt(exact * (1 - exact) / 20_000)
    assert (abs(np.mean(found, axis=0) - exact) < 5 * errors).all()
    assert len(np.unique(found, axis=0)) > 10


def test_the_same_generator_draws_the_same_points():
    one, two = (gmm.CovariancePanel(rng=np.random.default_rng(3), n=50) for _ in range(2))
    np.testing.assert_array_equal(one.x, two.x)
    assert one.x.shape == (50, 2) and "Of the 50 points" in one.text


@each_once(deviations=[(0.5, 2), (2, 0.5), (2, 2), (0.5, 0.5)], correlation=[-0.99, 0, 0.99])
def test_at_the_ends_all_is_in_the_picture(covariance, deviations, correlation):
    covariance.set(deviation_1=deviations[0], deviation_2=deviations[1], correlation=correlation)
    ax = covariance._arrows.axes
    for ring in covariance._rings:
        assert abs(np.array(ring.get_data())).max() < ax.get_xlim()[1]
    assert (abs(covariance.x) < ax.get_xlim()[1]).all(axis=1).mean() > 0.99
    width, height = covariance._stage.size
    texts = [*covariance._entries, *covariance._lengths, *covariance._counts]
    boxes = [text.get_window_extent() for text in texts]
    for i, box in enumerate(boxes):
        assert ax.bbox.x1 < box.x0 and box.x1 < width and 0 < box.y0 and box.y1 < height
        assert not any(box.overlaps(other) for other in boxes[:i])
    assert all(text.get_size() >= 20 for text in texts)


def test_both_axes_have_one_scale(covariance):
    ax = covariance._arrows.axes
    assert ax.bbox.width == pytest.approx(ax.bbox.height)
    assert ax.get_xlim() == ax.get_ylim()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rng": 1}, "rng must be a generator"),
        ({"n": 0}, "n must be at least 1"),
        ({"deviations": [1]}, r"deviations must have shape \(2,\)"),
        ({"deviations": [1, 3]}, "spread σ₂ must be from 0.5 to 2; it is 3"),
        ({"correlation": 1}, "correlation ρ must be from -0.99 to 0.99; it is 1"),
        ({"correlation": "high"}, "correlation ρ must be a number"),
    ],
)
def test_bad_input_to_the_covariance_panel(arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        gmm.CovariancePanel(**{"rng": np.random.default_rng(1), **arguments})
