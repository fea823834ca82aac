"""What Pillow writes on a canvas lies where matplotlib would draw it, as large and as dark."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from one_way import each_once

from gmm_helpers.plots import figures
from gmm_helpers.plots.canvas import Canvas
from gmm_helpers.plots.figures import plain_style

WORDS = "Sum −1.25 ≥ φ₁, gap"


def both(words, *, dpi=72, **style):
    """Return the pixels of a text in the middle of a figure, on our canvas and on matplotlib's."""
    with plain_style():
        figure = figures.empty_figure(100)
        figure.set_dpi(dpi)
        figure.text(0.5, 0.5, words, **{"size": 20, **style})
        return [pixels_of(kind(figure)) for kind in (Canvas, FigureCanvasAgg)]


def pixels_of(canvas):
    canvas.draw()
    return np.array(canvas.buffer_rgba())[..., :3].astype(int)


def ends_of_ink(pixels):
    rows, columns = np.nonzero(pixels.min(axis=2) < 128)
    return np.array([rows.min(), rows.max(), columns.min(), columns.max()])


@each_once(
    text=[(WORDS, "normal"), (WORDS, "bold"), ("ace", "bold"), ("two\nlines", 400)] * 2,
    va=["top", "center", "baseline", "bottom", "baseline"],
    ha=["left", "center", "right"],
    dpi=[72, 144, 144],
)
def test_a_text_is_where_matplotlib_puts_it(text, va, ha, dpi):
    words, weight = text
    style = {"ha": ha, "va": va, "weight": weight, "color": "#0072B2"}
    ours, theirs = both(words, dpi=dpi, **style)
    assert abs(ends_of_ink(ours) - ends_of_ink(theirs)).max() <= dpi / 36
    np.testing.assert_allclose(ours.min(axis=(0, 1)), [0, 0x72, 0xB2], atol=1)
    assert (255 - ours).sum() == pytest.approx((255 - theirs).sum(), rel=0.1)  # as bold


@pytest.mark.parametrize(
    ("style", "alpha"),
    [({"alpha": 0.3}, 0.3), ({"color": (0, 0, 0, 0.6)}, 0.6), ({"color": "#00000080"}, 0.5)]
    + [({"color": (0, 0, 0, 0.6), "alpha": 0.3}, 0.3)],
)
def test_a_pale_text_is_as_pale(style, alpha):
    ours, theirs = both(WORDS, **style)
    assert ours.min() == pytest.approx(theirs.min(), abs=1)
    assert ours.min() == pytest.approx((1 - alpha) * 255, abs=1)


@pytest.mark.parametrize(
    ("words", "style"),
    [
        (r"$\frac{1}{2}$", {}),
        ("Sample − ≥ φ", {"family": ["cmr10", "DejaVu Sans"]}),  # letters of two fonts
        ("سلام", {}),
        ("soft\u00adhyphen", {}),
        ("half a pixel", {"size": 15.5}),
    ],
)
def test_what_pillow_would_write_otherwise_is_matplotlibs_own(words, style):
    ours, theirs = both(words, **style)
    np.testing.assert_array_equal(ours, theirs)


def test_a_turned_text_is_where_matplotlib_puts_it():
    ours, theirs = both("steep", rotation=90)
    assert abs(ends_of_ink(ours) - ends_of_ink(theirs)).max() <= 1


@pytest.mark.parametrize("words", [" ", "\n", "\u200b"])
def test_a_text_without_ink_leaves_the_page_white(words):
    assert (both(words)[0] == 255).all()


def test_axes_cut_off_what_they_are_told_to():
    with plain_style():
        figure = figures.empty_figure(100)
        ax = figure.add_axes((0, 0, 0.5, 1))
        ax.text(0.9, 0.5, WORDS, transform=ax.transAxes, clip_on=True)
        pixels = pixels_of(Canvas(figure))
    assert (pixels[:, 380:419] < 128).any() and (pixels[:, 421:] == 255).all()


def test_a_canvas_keeps_what_it_draws_on_until_the_figure_changes():
    figure = figures.empty_figure(100)
    canvas = Canvas(figure)
    first = canvas.get_renderer()
    assert canvas.get_renderer() is first
    figure.set_dpi(144)
    assert canvas.get_renderer() is not first and canvas.get_width_height(physical=True)[0] == 1680
