"""The pictures hold what they say they hold: curves, ellipses, colours, captions."""

import gc
import io

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.colors import to_hex
from PIL import Image

import gmm_helpers as gmm
from gmm_helpers.plots import figures
from gmm_helpers.plots.look import mix_colours


@pytest.fixture
def ax():
    return gmm.new_figure()[1]


@pytest.fixture
def mixture_1d():
    return gmm.Mixture.from_1d([0.3, 0.7], [-1.0, 2.0], [0.25, 1.0])


@pytest.fixture
def mixture_2d():
    return gmm.Mixture([0.4, 0.6], [[0, 0], [5, 1]], [[[4, 1], [1, 1]], [[1, -0.5], [-0.5, 2]]])


def test_curves_have_the_components_weights_as_areas(ax, mixture_1d):
    lines = gmm.plot_mixture_1d(ax, mixture_1d, limits=(-8, 10))[:3]
    areas = [np.trapezoid(*line.get_data()[::-1]) for line in lines]
    np.testing.assert_allclose(areas, [0.3, 0.7, 1.0], rtol=1e-4)


def test_a_narrow_peak_is_drawn_to_its_top(ax):
    narrow = gmm.Mixture.from_1d([1.0], [0.123], [1e-6])
    line = gmm.plot_mixture_1d(ax, narrow, limits=(-10, 10))[0]
    assert line.get_ydata().max() == pytest.approx(1 / np.sqrt(2e-6 * np.pi), rel=1e-9)


def test_an_ellipse_holds_the_mass_it_says(ax, mixture_2d):
    radius = 1.5
    line = gmm.plot_mixture_2d(ax, mixture_2d, radii=[radius])[0]
    x, y = (coordinate[:-1] for coordinate in line.get_data())  # the last is the lifted pen
    squared = [d @ np.linalg.solve(mixture_2d.covariances[0], d) for d in np.column_stack([x, y])]
    np.testing.assert_allclose(squared, radius**2, rtol=1e-12)
    points = gmm.Mixture([1], mixture_2d.means[:1], mixture_2d.covariances[:1]).sample(
        200_000, np.random.default_rng(0)
    )[0]
    inside = np.einsum("nd,nd->n", points, np.linalg.solve(mixture_2d.covariances[0], points.T).T)
    assert np.mean(inside < radius**2) == pytest.approx(gmm.mass_inside(radius), abs=0.005)


def test_each_number_is_inside_its_ring_and_hides_those_below(ax):
    ax.set(xlim=(-1, 1), ylim=(-1, 1))
    K = 12
    together = gmm.Mixture([1 / K] * K, np.zeros((K, 2)), [np.eye(2)] * K)
    numbers = gmm.plot_mixture_2d(ax, together)[K:]
    for ring, number in zip(numbers[::2], numbers[1::2], strict=True):
        outline = number.get_marker()
        box = outline.get_extents()
        # matplotlib brings the farthest vertex to half a marker's size: it is as large as it says.
        assert number.get_markersize() == 2 * abs(outline.vertices).max()
        assert np.hypot(*box.size) < ring.get_markersize() - ring.get_markeredgewidth()
        np.testing.assert_allclose(box.min, -box.max)
        assert 13 < box.height < 20
    canvas = FigureCanvasAgg(ax.figure)
    canvas.draw()
    x, y = ax.transData.transform((0, 0)).round().astype(int)
    middle = np.asarray(canvas.buffer_rgba())[::-1][y - 10 : y + 10, x - 10 : x + 10]
    before = middle.copy()
    for below in numbers[:-2]:
        below.set_visible(False)
    canvas.draw()
    np.testing.assert_array_equal(before, middle)
    numbers[-1].set_visible(False)
    canvas.draw()
    assert (before != middle).any() and (middle == 255).all()


def test_numbers_are_upright_whatever_the_notebook_has_set():
    plain = figures._outline.__wrapped__("1")
    with matplotlib.rc_context({"font.style": "italic", "font.variant": "small-caps"}):
        other = figures._outline.__wrapped__("1")
    np.testing.assert_array_equal(plain[0].vertices, other[0].vertices)


def test_the_users_style_does_not_reach_a_figure(mixture_2d):
    def picture():
        figure, (left, right) = gmm.new_figure(2, height=300)
        left.plot([0, 1], "-o", label="a line")
        left.set_title("A legend")
        left.legend()
        right.set(xlim=(-4, 8), ylim=(-4, 5))
        gmm.plot_entropy(right, mixture_2d)
        return np.asarray(figures._rasterise(figure))

    plain = picture()
    style = {"text.usetex": True, "lines.linewidth": 9, "text.color": "red", "axes.grid": True}
    with matplotlib.rc_context({**style, "path.sketch": (3, 100, 2)}):
        np.testing.assert_array_equal(picture(), plain)
        assert matplotlib.rcParams["lines.linewidth"] == 9


def test_points_mix_the_components_colours_and_take_the_likelier_ones_marker(ax):
    b = np.array([[1, 0], [0.25, 0.75], [0, 1]])
    artists = gmm.plot_points(ax, np.arange(3.0), b)
    assert [len(artist.get_offsets()) for artist in artists] == [1, 2]
    assert to_hex(artists[0].get_facecolors()[0]) == figures.COLOURS[0].lower()
    np.testing.assert_array_equal(
        artists[1].get_facecolors()[:, :3], mix_colours(b[1:], figures.COLOURS)
    )


def test_without_responsibilities_all_points_are_hollow(ax):
    [points] = gmm.plot_points(ax, np.zeros((5, 2)))
    assert len(points.get_offsets()) == 5
    assert to_hex(points.get_facecolors()[0]) == "#ffffff"
    assert to_hex(points.get_edgecolors()[0]) == figures._GREY


def test_text_is_large_enough_for_the_back_row():
    figure, axes = gmm.new_figure(2)
    for ax in axes:
        ax.set(xlabel="x", ylabel="y")
        texts = [ax.xaxis.label, ax.yaxis.label, *ax.get_xticklabels()]
        assert {text.get_size() for text in texts} == {20}
    assert figure.get_size_inches()[0] * figure.dpi == 840 and figure.dpi == 72


def test_show_figure_displays_the_picture_and_prints_the_caption(ax, monkeypatch, capsys):
    shown = []
    monkeypatch.setattr(figures, "display", lambda data, **options: shown.append((data, options)))
    caption = "An empty pair of axes from 0 to 1, with nothing to see in it. " * 3 + "So."
    gmm.show_figure(ax.figure, caption)
    ((data, options),) = shown
    assert Image.open(io.BytesIO(data["image/png"])).size[0] == 2 * figures.WIDTH
    assert data["text/plain"] == options["metadata"]["image/png"]["alt"] == caption
    printed = capsys.readouterr().out
    assert " ".join(printed.split()) == caption
    assert max(map(len, printed.split("\n"))) <= 72


def test_a_shown_figure_keeps_no_pixels_and_can_be_shown_again(ax, monkeypatch):
    shown = []
    monkeypatch.setattr(figures, "display", lambda data, **_: shown.append(data["image/png"]))
    ax.set(xlabel="x", title="twice")
    before = {id(each) for each in gc.get_objects() if isinstance(each, RendererAgg)}
    for _ in range(2):
        gmm.show_figure(ax.figure, "An empty pair of axes.")
        kept = [each for each in gc.get_objects() if isinstance(each, RendererAgg)]
        assert {id(each) for each in kept} <= before
    assert shown[0] == shown[1]


@pytest.mark.parametrize("caption", ["", "  ", None])
def test_show_figure_refuses_to_go_without_a_caption(ax, caption):
    with pytest.raises(ValueError, match="needs a caption"):
        gmm.show_figure(ax.figure, caption)
