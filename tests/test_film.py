"""The stepper's frames and texts: each shows the half-step it says it shows."""

import gc
import io

import matplotlib
import numpy as np
import pytest
from PIL import Image

import gmm_helpers as gmm
from gmm_helpers import film as film_module
from gmm_helpers.drawing import to_png
from gmm_helpers.film import Film, choose_positions


@pytest.fixture(scope="module")
def run_1d():
    data = gmm.two_gaussians(rng=np.random.default_rng(1))
    return data.x, gmm.run_em(data.x, gmm.Mixture.from_1d([0.5, 0.5], [0, 1], [1, 1]))


@pytest.fixture(scope="module")
def run_2d():
    x = gmm.old_faithful().x
    return x, gmm.run_em(x, gmm.start_from_means(x, [[2, 60], [3, 70]]), max_iter=3)


@pytest.fixture(scope="module")
def film_1d(run_1d):
    return Film(*run_1d)


@pytest.fixture(scope="module")
def film_2d(run_2d):
    return Film(*run_2d)


def pixels(film, position):
    return np.asarray(film.frame(position)).astype(int)


def differs(a, b, where=slice(None)):
    return bool((a != b).any(axis=2)[where].any())


HEADER = slice(0, 120)  # the rows of pixels that hold the heading and the formula
PLOT = slice(120, None)


def test_every_frame_has_the_same_size_and_a_text(film_1d):
    film = film_1d
    assert len(film.texts) == len(film.steps)
    assert {film.frame(i).size for i in (0, 1, 2, len(film.steps) - 1)} == {(840, 500)}
    assert len(set(film.texts)) == len(film.steps)


@pytest.mark.parametrize("name", ["film_1d", "film_2d"])
def test_each_half_step_changes_the_picture(name, request):
    film = request.getfixturevalue(name)
    frames = [pixels(film, i) for i in range(6)]
    for before, after in zip(frames[:-1], frames[1:], strict=True):
        assert differs(before, after, HEADER) and differs(before, after, PLOT)


def test_a_frame_does_not_depend_on_the_frames_drawn_before(film_2d):
    film = film_2d
    forwards = [pixels(film, i) for i in range(len(film.steps))]
    backwards = [pixels(film, i) for i in reversed(range(len(film.steps)))][::-1]
    for a, b in zip(forwards, backwards, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("swept", [True, False], ids=["by Python too", "by nobody else"])
def test_a_formula_leaves_nothing_to_sweep_up_once_it_is_set(run_1d, swept, monkeypatch):
    """Setting one makes thousands of exceptions, which hold each other and all that called them."""
    monkeypatch.setattr(film_module, "_FORMULAS", {})  # so that they are set here
    monkeypatch.setattr(film_module, "_spare_axes", [])
    film = Film(*run_1d)
    gc.collect()
    if not swept:
        gc.disable()
    try:
        for position in range(2):
            film.frame(position)
        assert gc.isenabled() == swept
        assert gc.collect() < 500
    finally:
        gc.enable()


def test_axes_made_ahead_are_taken_once_and_change_no_picture(run_1d, run_2d, monkeypatch):
    spare = []
    monkeypatch.setattr(film_module, "_spare_axes", spare)
    for run in (run_1d, run_2d):
        at_once = Film(*run)
        film_module.prepare_axes()
        film_module.prepare_axes()
        (stage,) = spare
        made_ahead = Film(*run)
        assert not spare and made_ahead._scene._stage is stage
        for position in (0, 3):
            assert not differs(pixels(made_ahead, position), pixels(at_once, position))


def test_a_frame_keeps_its_colours_as_png(film_2d):
    for position in range(3):
        frame = film_2d.frame(position)
        png = Image.open(io.BytesIO(to_png(frame)))
        assert png.mode == "P" and png.size == frame.size
        away = abs(np.asarray(png.convert("RGB")).astype(int) - np.asarray(frame)).max(axis=2)
        assert away.max() <= 64 and (away > 24).mean() < 1e-3
    for size in ((1, 1), (2, 5)):
        grey = Image.new("RGB", size, (50, 60, 70))
        png = Image.open(io.BytesIO(to_png(grey)))
        assert png.convert("RGB").tobytes() == grey.tobytes()


@pytest.mark.parametrize("at", [100, 101, 102])
def test_a_png_keeps_the_colour_of_a_line_one_pixel_thin(at):
    pixels = np.full((500, 840, 3), 255, dtype=np.uint8)
    pixels[200:300, 300:500] = np.random.default_rng(1).integers(80, 256, (100, 200, 1))  # greys
    pixels[at], pixels[:, at] = (213, 94, 0), (0, 114, 178)
    png = np.asarray(Image.open(io.BytesIO(to_png(Image.fromarray(pixels)))).convert("RGB"))
    lines = np.s_[at, 600:], np.s_[350:, at]
    for line in lines:
        assert abs(png[line].astype(int) - pixels[line]).max() <= 16


def test_in_an_e_step_the_curves_stand_still_and_in_an_m_step_the_points(film_1d):
    film = film_1d
    film.frame(2)
    curves = [line.get_xydata().copy() for line in film._scene._mixture[:3]]
    film.frame(3)  # E step
    for line, curve in zip(film._scene._mixture[:3], curves, strict=True):
        np.testing.assert_array_equal(line.get_xydata(), curve)
        assert line.get_alpha() < 1
    colours = [points.get_facecolors()[:, :3] for points in film._scene._points]
    film.frame(4)  # M step
    for points, colour in zip(film._scene._points, colours, strict=True):
        np.testing.assert_array_equal(points.get_facecolors()[:, :3], colour)
    assert not np.array_equal(film._scene._mixture[0].get_xydata(), curves[0])
    assert {line.get_alpha() for line in film._scene._mixture[:3]} == {1}


def test_the_texts_hold_the_numbers_of_their_steps(run_1d):
    x, trace = run_1d
    film = Film(x, trace)
    for step, text in zip(film.steps, film.texts, strict=True):
        assert f"{step.log_likelihood:.3f}".replace("-", "−") in text
        if step.kind == "E":
            assert all(
                f"{total:.1f} for comp" in text for total in step.responsibilities.sum(axis=0)
            )
        else:
            assert all(f"weight {weight:.3f}" in text for weight in step.mixture.weights)
    rise = trace.log_likelihoods[1] - trace.log_likelihoods[0]
    assert film.texts[2].endswith(f"up by {rise:.3f}.")


def test_a_skipped_iteration_is_said_and_the_change_is_that_of_the_picture(run_1d):
    x, full = run_1d
    trace = gmm.run_em(x, full.steps[0].mixture, max_iter=60, tol=0)
    film = Film(x, trace)
    before, last = film.steps[-2].iteration, film.steps[-1].iteration
    assert last == 60 and last - before > 2
    assert f"Iterations {before + 1} to 59 are not shown." in film.texts[-1]
    assert film.texts[-1].endswith(f"since iteration {before}.")
    assert "keep their colours" not in film.texts[-1]


def test_a_fall_of_the_log_likelihood_is_said(run_1d):
    x, _ = run_1d

    def m_step(x, b):
        return gmm.Mixture.from_1d([0.5, 0.5], [-9.0, 9.0], [1.0, 1.0])

    trace = gmm.run_em(x, gmm.Mixture.from_1d([0.5, 0.5], [0, 1], [1, 1]), m_step=m_step)
    assert "DOWN by" in Film(x, trace).texts[2]


@pytest.mark.parametrize("covariance_type", ["full", "tied", "diag", "spherical"])
def test_the_m_steps_formula_follows_the_covariance_type(covariance_type, run_2d, film_2d):
    x, full = run_2d
    trace = gmm.run_em(x, full.steps[0].mixture, max_iter=1, covariance_type=covariance_type)
    formulas_differ = differs(pixels(film_2d, 2), pixels(Film(x, trace), 2), HEADER)
    assert formulas_differ == (covariance_type != "full")


def test_of_many_points_some_are_drawn():
    data = gmm.two_gaussians(5001, rng=np.random.default_rng(0))
    trace = gmm.run_em(data.x, data.mixture, max_iter=2)
    film = Film(data.x, trace)
    film.frame(1)
    drawn = sum(len(points.get_offsets()) for points in film._scene._points)
    assert 1000 < drawn <= 2000
    assert f"The pictures show {drawn} of the 5001 points." in film.notes


def test_a_collapsing_component_leaves_the_axis_readable():
    x = np.r_[np.random.default_rng(0).normal(size=50), 7.0]
    start = gmm.Mixture.from_1d([0.9, 0.1], [0, 7.001], [1, 0.01])
    with pytest.raises(gmm.EMError) as error:
        gmm.run_em(x, start, max_iter=50)
    film = Film(x, error.value.trace)
    film.frame(len(film.steps) - 1)
    assert film._scene._mixture[0].axes.get_ylim()[1] < 5


def test_the_notebooks_style_does_not_leak_in_or_out(run_1d, film_1d):
    plain = pixels(film_1d, 1)
    with matplotlib.rc_context({"axes.facecolor": "black", "font.size": 40, "text.color": "red"}):
        styled = pixels(Film(*run_1d), 1)
        assert matplotlib.rcParams["font.size"] == 40
    np.testing.assert_array_equal(plain, styled)


@pytest.mark.parametrize("n_steps", [1, 2, 3, 39, 40, 41, 42, 60, 99, 100, 201, 4001, 10**6 + 1])
def test_positions(n_steps):
    positions = choose_positions(n_steps)
    assert len(positions) <= 40 and positions == sorted(set(positions))
    assert positions[0] == 0 and positions[-1] == n_steps - 1
    assert positions[:17] == list(range(min(n_steps, 17)))
    if n_steps > 40:
        later = positions[16:]
        assert len(positions) >= 29
        assert all(step % 2 == 0 for step in later[:-1])  # ends of whole iterations
        gaps = np.diff([step // 2 for step in later if step % 2 == 0])
        assert gaps[-1] >= gaps[0]


def test_bad_input_is_named(run_1d, run_2d):
    x, trace = run_1d
    with pytest.raises(TypeError, match="must come from run_em or fit; it is a Mixture"):
        Film(x, trace.mixture)
    with pytest.raises(ValueError, match="run EM with record=True"):
        Film(x, gmm.run_em(x, trace.mixture, record=False))
    with pytest.raises(ValueError, match="x has n = 299 points, but the run had 300"):
        Film(x[:-1], trace)
    with pytest.raises(ValueError, match="x has D = 2 and the run had D = 1"):
        Film(run_2d[0], trace)
    with pytest.raises(ValueError, match="features must be 2 names"):
        Film(*run_2d, features=["one"])
    three = np.random.default_rng(0).normal(size=(20, 3))
    trace3 = gmm.run_em(three, gmm.start_from_means(three, three[:1]), max_iter=1)
    with pytest.raises(ValueError, match="D = 1 or 2; x has D = 3"):
        Film(three, trace3)
