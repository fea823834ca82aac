"""Pictures: each function draws on the axes it is given and returns the artists it made.

Nothing here fits anything. A figure is 840 px wide at 72 px to the inch, so that a point is a
pixel and text of size 20 is still 14 px tall on the narrowest page.
"""

from __future__ import annotations

import functools
import io
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
from IPython.display import display
from numpy.typing import ArrayLike
from PIL import Image

from gmm_helpers.plots.geometry import (
    CIRCLE,
    RUG_ROOM,
    bump_maps,
    density_curves,
    ellipse_maps,
    place,
    rug,
)
from gmm_helpers.plots.look import COLOURS, DASHES, MARKERS, RADII, mix_colours

if TYPE_CHECKING:  # what these need takes half as long as all the rest
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure

    from gmm_helpers.model.mixture import Mixture

TEXT_SIZE = 20
WIDTH = 840
_GREY = "#767676"
# JupyterLab breaks printed lines anywhere, so they are broken here: to fit the narrowest page.
_CAPTION_LETTERS = 72
# The methods of axes that read matplotlib's settings, in which the user's style may be.
_DRAW = (
    "annotate autoscale_view axhline axvline bar barh contour contourf errorbar fill_between grid "
    "hist imshow legend pcolormesh plot scatter set_title set_xlabel set_xscale set_ylabel "
    "set_yscale step text"
).split()


@contextmanager
def plain_style() -> Iterator[None]:
    """Let pictures keep the course's look, whatever style the notebook has set."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        yield


def new_figure(n_axes: int = 1, *, rows: int = 1, height: float = 400) -> tuple[Figure, Any]:
    """Make a figure of the course's width with `n_axes` axes side by side.

    Parameters
    ----------
    n_axes : int
    rows : int
        How many rows of them.
    height : float
        In pixels.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Not known to pyplot: it is shown by `show_figure` alone.
    axes : Axes, or ndarray of Axes if there are several
    """
    with plain_style():
        figure = empty_figure(height, layout="constrained")
        axes = figure.subplots(rows, n_axes, subplot_kw={"axes_class": _axes_class()})
        for ax in np.ravel(axes):
            set_up_axes(ax)
    return figure, axes


@functools.cache
def _axes_class():
    """Return axes that draw in the course's look, whatever style their user has set."""
    from matplotlib.axes import Axes  # see `empty_figure`

    return type("Axes", (Axes,), {name: plain_style()(getattr(Axes, name)) for name in _DRAW})


def empty_figure(height, **options):
    """Make a figure of the course's width, so many pixels tall, with nothing in it."""
    # Imported with the first figure, as whatever matplotlib draws with is: that takes half as long
    # as all that the package imports.
    from matplotlib.figure import Figure

    return Figure((WIDTH / 72, height / 72), dpi=72, facecolor="white", **options)


def set_up_axes(ax: Axes) -> None:
    """Give axes the course's look: large text, light spines."""
    ax.set_facecolor("white")
    ax.tick_params(labelsize=TEXT_SIZE, labelcolor="black", color=_GREY)
    for axis in (ax.xaxis, ax.yaxis):
        axis.label.set_fontsize(TEXT_SIZE)
    for side, spine in ax.spines.items():
        spine.set(visible=side in ("left", "bottom"), color=_GREY)


def show_figure(figure: Figure, caption: str) -> None:
    """Show a figure and print its caption: one or two sentences that say what it shows.

    Readers who cannot see the picture have the caption in its place, so it is not optional.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    caption : str

    Raises
    ------
    ValueError
        If the caption is missing.
    """
    if not (isinstance(caption, str) and caption.strip()):
        raise ValueError("show_figure needs a caption that says in words what the figure shows.")
    display(
        {"image/png": to_png(_rasterise(figure)), "text/plain": caption},
        metadata={"image/png": {"width": WIDTH, "alt": caption}},
        raw=True,
    )
    print(textwrap.fill(caption, _CAPTION_LETTERS, break_on_hyphens=False))


def _rasterise(figure):
    """Draw a figure with twice the pixels, for sharp screens; return it as an RGB PIL image.

    `savefig` would draw it twice, to know what it needs, and pack and unpack it on the way.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # see `empty_figure`

    dpi, before = figure.dpi, figure.canvas
    canvas = FigureCanvasAgg(figure)
    figure.set_dpi(2 * dpi)
    try:
        with plain_style():
            canvas.draw()
        picture = Image.fromarray(np.asarray(canvas.buffer_rgba()))
        return picture.convert("RGB")
    finally:
        figure.set_dpi(dpi)
        figure.set_canvas(before)
        _forget_renderer(figure)


def _forget_renderer(figure):
    """Let go of the 5 MB of pixels that a figure was drawn on, which each of its texts keeps.

    Else they would stay for long after the figure's last use: all in it refers to each other.
    """
    from matplotlib.text import Text  # see `empty_figure`

    for text in figure.findobj(Text):
        text._renderer = None  # as in a text that was never drawn


def to_png(picture):
    """Return an RGB image as a PNG of at most 128 colours: a quarter of the bytes, and as sharp."""
    # The colours are chosen from every eleventh pixel, which is twice as fast, and each pixel gets
    # the nearest of them. Eleven does not divide a picture's width, so each column is looked at in
    # some rows, and no line longer than that is missed, however thin.
    some = np.asarray(picture).reshape(1, -1, 3)[:, ::11]
    palette = Image.fromarray(some).quantize(128, method=Image.Quantize.FASTOCTREE)
    buffer = io.BytesIO()
    reduced = picture.quantize(palette=palette, dither=Image.Dither.NONE)
    reduced.save(buffer, format="png", compress_level=1)
    return buffer.getvalue()


def plot_histogram(ax: Axes, x: ArrayLike, *, bins: int = 40) -> Any:
    """Draw a pale histogram of `x`, scaled to area 1 like a density.

    Parameters
    ----------
    ax : Axes
    x : array_like, shape (n,)
    bins : int

    Returns
    -------
    BarContainer
    """
    return ax.hist(x, bins=bins, density=True, color="#dddddd", edgecolor="white")[2]


def plot_points(
    ax: Axes, x: ArrayLike, responsibilities: ArrayLike | None = None, *, faint: bool = False
) -> list[PathCollection]:
    """Draw points: each colour is a mix, by responsibility, of the components'.

    The marker is that of the component with the largest responsibility. In one dimension the
    points stand as a rug below 0, where the axes get room for them.

    Parameters
    ----------
    ax : Axes
    x : array_like, shape (n, 2) or (n,)
    responsibilities : array_like, shape (n, K), optional
        Without them all points are hollow.
    faint : bool
        Whether to draw the points small and pale.

    Returns
    -------
    list of PathCollection
        One for each marker.
    """
    x = np.asarray(x)
    if x.ndim == 1:
        top = ax.get_ylim()[1]
        ax.set_yticks([tick for tick in ax.get_yticks() if 0 <= tick <= top])
        ax.set_ylim(-RUG_ROOM * top, top)
        x = rug(x, top)
    style = {"s": 16 if faint else 42, "alpha": 0.6 if faint else 0.9, "zorder": 3}
    if responsibilities is None:
        return [ax.scatter(*x.T, facecolors="white", edgecolors=_GREY, linewidths=1.2, **style)]
    b = np.asarray(responsibilities)
    colours, owner = mix_colours(b, COLOURS), b.argmax(axis=1)
    return [
        ax.scatter(
            *x[owner == k].T,
            facecolors=colours[owner == k],
            edgecolors="#444444",
            linewidths=0.5,
            marker=MARKERS[k % len(MARKERS)],
            **style,
        )
        for k in range(b.shape[1])
    ]


def plot_mixture_1d(ax: Axes, mixture: Mixture, *, limits: tuple[float, float]) -> Sequence[Artist]:
    """Draw φ_k N(x | μ_k, σ_k²) for each component, and in black their sum p(x).

    Parameters
    ----------
    ax : Axes
    mixture : Mixture
        With D = 1.
    limits : tuple of float
        From which x to which x.

    Returns
    -------
    list of Artist
        Each component's line, the sum's line, each component's ring and number.
    """
    grid, curves = density_curves(mixture, limits)
    K = mixture.n_components
    lines = [ax.plot(grid, curves[k], lw=3.5, **_line_style(k))[0] for k in range(K)]
    lines += ax.plot(grid, curves[K], lw=2, color="black")
    return lines + _draw_numbers(ax, np.column_stack([mixture.means, bump_maps(mixture)[:, 3]]))


def plot_mixture_2d(ax: Axes, mixture: Mixture, *, radii: Sequence[float] = RADII) -> list[Artist]:
    """Draw for each component ellipses at so many standard deviations, and its number at its mean.

    An ellipse of radius r holds the share `mass_inside(r)` of its component.

    Parameters
    ----------
    ax : Axes
    mixture : Mixture
        With D = 2.
    radii : sequence of float
        In standard deviations.

    Returns
    -------
    list of Artist
        Each component's ellipses, as one line; each component's ring and number.
    """
    lifted = np.vstack([CIRCLE, [np.nan, np.nan]])  # the pen, between one ellipse and the next
    maps = [ellipse_maps(mixture, radius) for radius in radii]
    lines = []
    for k in range(mixture.n_components):
        ellipses = np.vstack([place(lifted, each[k]) for each in maps])
        lines += ax.plot(*ellipses.T, lw=3.5, zorder=4, **_line_style(k))
    return lines + _draw_numbers(ax, mixture.means)


def _draw_numbers(ax, places):
    """Draw the numbers 1 to K at places (K, 2), each over a ring of its component's colour.

    Both are markers: a text in a box takes many times as long to draw.
    """
    artists = []
    for k, (x, y) in enumerate(places):
        number, size = _outline(str(k + 1))
        style = {"ls": "", "color": COLOURS[k % len(COLOURS)], "zorder": 6}
        artists += ax.plot([x], [y], marker="o", ms=max(27, size + 8), mfc="white", mew=3, **style)
        artists += ax.plot([x], [y], marker=number, ms=size, mfc="black", mew=0, **style)
    return artists


@functools.cache
def _outline(text):
    """Return a bold text's outline around its middle, and the size that a marker of it needs.

    matplotlib scales a marker so that its farthest vertex is half its size from the middle.
    """
    from matplotlib.font_manager import FontProperties  # see `empty_figure`
    from matplotlib.textpath import TextPath
    from matplotlib.transforms import Affine2D

    upright: Any = dict.fromkeys(("style", "variant", "stretch"), "normal")  # whatever has been set
    bold = FontProperties(family="DejaVu Sans", weight="bold", **upright)
    path = TextPath((0, 0), text, size=TEXT_SIZE, prop=bold)
    box = path.get_extents()
    path = path.transformed(Affine2D().translate(*-np.add(box.min, box.max) / 2))
    return path, 2 * np.abs(path.vertices).max()


def _line_style(k):
    return {
        "color": COLOURS[k % len(COLOURS)],
        "dashes": DASHES[k % len(DASHES)],
    }
