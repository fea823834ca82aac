"""The stepper's scenes and words: each position shows the half-step it says it shows."""

import json
import re
from types import SimpleNamespace

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances as live_widgets
from scenes import marks, placed, read

import gmm_helpers as gmm
from gmm_helpers.model import validation
from gmm_helpers.plots import geometry
from gmm_helpers.widgets import view, words
from gmm_helpers.widgets.run_scene import RunScene


@pytest.fixture(scope="module")
def run_2d():
    x = gmm.old_faithful().x
    return x, gmm.run_em(x, gmm.start_from_means(x, [[2, 60], [3, 70]]), max_iter=3)


def shown(x, trace):
    """Return a run as a scene, of data as a learner gives them."""
    return RunScene(validation.as_points(x).T, trace)


def test_curves_are_those_of_the_mixture_of_each_position(run_1d):
    x, trace = run_1d
    run = shown(x, trace)
    for position in (0, 1, len(run.steps) - 1):
        mixture = run.steps[position].mixture
        for k, line in enumerate(marks(run, "line")):
            x, heights = placed(run, line, position).T
            wanted = mixture.responsibilities(x)[:, k] * np.exp(mixture.log_density(x))
            np.testing.assert_allclose(heights, wanted, atol=1e-12)


def test_ellipses_hold_what_the_picture_says(run_2d):
    x, trace = run_2d
    run = shown(x, trace)
    ellipses = [mark for mark in marks(run, "line") if "map" in mark["by"]]
    mixture = run.steps[-1].mixture
    for line, radius in zip(ellipses, [1, 2, 1, 2], strict=True):
        k, ring = line["colour"], placed(run, line, -1)
        u = np.linalg.solve(np.linalg.cholesky(mixture.covariances[k]), (ring - mixture.means[k]).T)
        np.testing.assert_allclose(np.hypot(*u), radius, rtol=1e-9)


def test_points_carry_the_responsibilities_in_force(run_2d):
    x, trace = run_2d
    run = shown(x, trace)
    [points] = marks(run, "points")
    shares = read(run, points["shares"])
    assert points["by"]["which"] == [-1, 0, 0, 1, 1, 2, 2]
    for position, which in enumerate(points["by"]["which"]):
        latest = run.steps[position].responsibilities
        if latest is not None:
            np.testing.assert_allclose(shares[which], latest, atol=1e-5)
    np.testing.assert_allclose(read(run, points["shape"]), x, atol=1e-3)


def test_in_an_e_step_the_components_are_faint_and_in_an_m_step_the_points(run_1d):
    view = gmm.Stepper(*run_1d).view
    assert marks(view, "line")[0]["by"]["faint"][:4] == [0, 1, 0, 1]
    assert marks(view, "points")[0]["by"]["faint"][:4] == [0, 0, 1, 0]
    assert view.content["glides"][:4] == [0, 0, 1, 0]
    assert len(view.data) + len(json.dumps(view.content)) < 150_000  # it is small


def test_skipped_iterations_are_named_and_the_change_is_the_one_that_is_seen():
    x = np.random.default_rng(0).normal(size=60)
    start = gmm.Mixture.from_1d([0.5, 0.5], [0, 0.1], [1, 1])
    trace = gmm.run_em(x, start, max_iter=400, tol=0)
    run = shown(x, trace)
    last, before = run.steps[-1], run.steps[-2]
    rise = last.log_likelihood - before.log_likelihood
    name = f"Iterations {before.iteration + 1} to {last.iteration}"
    assert run.texts[-1].startswith(f"{name}: the points have taken")
    assert run.content["headings"][-1].startswith(name)
    assert f"{words._say_change(rise)} since iteration {before.iteration}." in run.texts[-1]
    assert sum("From here on only whole iterations" in text for text in run.texts) == 1


@pytest.mark.parametrize("covariance_type", ["full", "tied", "diag", "spherical"])
def test_the_m_steps_formula_follows_the_covariance_type(covariance_type, run_2d):
    x, trace = run_2d
    options = {"covariance_type": covariance_type, "max_iter": 1}
    scene = shown(x, gmm.run_em(x, trace.mixture, **options))
    assert scene.content["formulas"][2][-1] == f"spread_2_{covariance_type}"
    for name in {name for names in scene.content["formulas"] for name in names}:
        assert name in view.library().formulas


def test_a_collapsing_component_leaves_the_axis_readable():
    x = np.array([0.0, 1, 2, 3, 4, 9, 9.0001])
    start = gmm.Mixture.from_1d([0.7, 0.3], [2, 9], [2, 1e-6])
    run = shown(x, gmm.run_em(x, start, max_iter=1))
    *_, bottom, top = run.content["panels"][0]["views"][0]["limits"]
    tallest_bar = geometry.histogram(x)[:, 3].max()
    assert -1.5 * tallest_bar < bottom < 0 < top < 4 * tallest_bar
    assert run.content["notes"] == ["At some positions, a curve reaches beyond the picture."]


def test_the_log_likelihood_can_be_read_after_the_first_jump(run_1d):
    x, trace = run_1d
    first, rest = shown(x, trace).content["panels"][1]["views"]
    values = trace.log_likelihoods
    assert first["limits"][2] < values.min() < values.max() < first["limits"][3]
    low, high = rest["limits"][2:]
    assert high - low < 0.2 * np.ptp(values) and low < values[-1] < high


@pytest.mark.parametrize("n_steps", [1, 2, 39, 40, 41, 60, 200, 2001])
def test_positions(n_steps):
    positions = words.choose_positions(n_steps)
    assert positions[0] == 0 and positions[-1] == n_steps - 1
    assert len(positions) <= words.MOST_POSITIONS
    assert positions == sorted(set(positions))
    assert positions[:17] == list(range(min(17, n_steps)))


def test_a_still_is_taken_anew_where_the_scene_is_another(run_1d):
    first, again = (gmm.Stepper(*run_1d)._repr_mimebundle_()[1] for _ in range(2))
    assert first == again != gmm.Stepper(*run_1d, notes=["Mind this."])._repr_mimebundle_()[1]


def test_a_cell_run_again_closes_what_it_made_before_and_no_other(run_1d, monkeypatch):
    monkeypatch.setattr(view, "_made_by_cell", {})
    counts = []
    for cell, run in [("a", 1), ("b", 1), ("a", 2), ("a", 3)]:
        request = {"metadata": {"cellId": cell}, "header": {"msg_id": run}}
        kernel = SimpleNamespace(get_parent=lambda request=request: request)  # as in JupyterLite
        shell = SimpleNamespace(kernel=kernel)
        monkeypatch.setattr(view, "get_ipython", lambda shell=shell: shell)
        gmm.Stepper(*run_1d)
        counts.append(len(live_widgets))
    assert counts[1] == counts[0] + 1
    assert counts[1:] == counts[1:2] * 3


def test_a_fall_is_told_and_a_stub_above_the_pictures(run_1d):
    x, trace = run_1d
    stepper = gmm.step_through(x, trace.mixture, e_step=lambda x, mixture: None, max_iter=0)
    [note] = stepper.view.content["notes"]
    assert note.startswith("Your e_step returned None, as an unfinished exercise does: the module")
    far = gmm.Mixture.from_1d([0.5, 0.5], [-9, 9], [1, 1])
    fallen = gmm.step_through(x, trace.mixture, m_step=lambda x, b: far, max_iter=1)
    assert "DOWN by" in fallen.texts[2]


def test_means_that_are_dragged_start_a_new_run(run_1d):
    x, trace = run_1d
    stepper = gmm.step_through(x, trace.steps[0].mixture)
    sent = []
    stepper.view.send = lambda answer, _=(): sent.append(answer)
    stepper.view._handle_custom_msg({"means": [[2.0], [-1.0]], "ask": 7}, [])
    assert stepper.trace.steps[0].mixture.means.ravel().tolist() == [2, -1]
    assert stepper.view.content["texts"][0].startswith("The start")
    stepper.view._handle_custom_msg({"means": [[float("nan")], [-1.0]], "ask": 8}, [])
    assert sent[0] == {"answer": 7}
    assert sent[1]["refused"].startswith("EM cannot start from there")
    assert stepper.trace.steps[0].mixture.means.ravel().tolist() == [2, -1]


def test_the_style_of_a_page_fetches_nothing():
    addresses = re.findall(r'url\("([^"]*)', view.library().style)
    assert addresses and all(each.startswith("data:image/svg+xml;base64,") for each in addresses)
