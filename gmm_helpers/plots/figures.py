"""Figures: made in the course's look, and shown with a caption that says in words what they show.

A figure is 840 px wide at 72 px to the inch, so that a point is a pixel and text of size 20 is
still 14 px tall on the narrowest page. Nothing in this room fits anything.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
import numpy as np
from IPython.display import display
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from gmm_helpers.model import validation

WIDTH, TEXT_SIZE, GREY = 840, 20, "#767676"
_STYLE: dict[Any, Any] = {
    "font.size": TEXT_SIZE,
    "axes.titlesize": TEXT_SIZE,
    "axes.edgecolor": GREY,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "legend.frameon": False,
    "xtick.color": GREY,
    "xtick.labelcolor": "black",
    "ytick.color": GREY,
    "ytick.labelcolor": "black",
}
# JupyterLab breaks printed lines anywhere, so they are broken here: to fit the narrowest page.
_CAPTION_LETTERS = 72
_MOST_IN_A_ROW = 3


@contextmanager
def plain_style() -> Iterator[None]:
    """Let pictures have the course's look, whatever style the notebook has set."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        yield


@plain_style()
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
    n_axes = validation.check_count(n_axes, "n_axes", at_least=1)
    rows = validation.check_count(rows, "rows", at_least=1)
    size = (WIDTH / 72, validation.check_amount(height, "height", at_least=1) / 72)
    figure = Figure(size, dpi=72, facecolor="white", layout="constrained")
    axes = figure.subplots(rows, n_axes)
    for ax in np.ravel(axes):
        ax.tick_params(labelsize=TEXT_SIZE)  # also of ticks that come later, in another style
    return figure, axes


def panels(count, limits=None):
    """Make a figure with `count` axes, at most three in a row.

    With `limits` (2, 2), the lower and the upper ends, x and y have one scale, and the figure is
    as high as they need.
    """
    columns = count if count <= _MOST_IN_A_ROW else 2
    rows = -(-count // columns)
    height = 380
    if limits is not None:
        across, up = limits[1] - limits[0]
        height = np.clip((WIDTH / columns - 70) * up / across + 95, 230, 560)
    figure, axes = new_figure(columns, rows=rows, height=rows * height)
    axes = np.ravel(axes)
    for i, ax in enumerate(axes):
        ax.set_aspect("auto" if limits is None else "equal")
        ax.set_visible(i < count)
    return figure, axes[:count]


def show_figure(figure: Figure, caption: str) -> None:
    """Show a figure and print its caption: one or two sentences that say what it shows.

    Readers who cannot see the picture have the caption in its place, so it is not optional.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    caption : str

    Raises
    ------
    ValueError, TypeError
        If the caption is missing, or the figure is none.
    """
    if not isinstance(figure, Figure):
        raise TypeError(f"figure must be a Figure, as new_figure makes; it is {figure!r:.60}.")
    if not (isinstance(caption, str) and caption.strip()):
        raise ValueError("show_figure needs a caption that says in words what the figure shows.")
    display(
        {"image/png": to_png(figure), "text/plain": caption},
        metadata={"image/png": {"width": WIDTH, "alt": caption}},
        raw=True,
    )
    whole = caption.replace(" = ", "\u00a0=\u00a0")  # no line ends within "K = 4"
    lines = textwrap.fill(whole, _CAPTION_LETTERS, break_on_hyphens=False)
    print(lines.replace("\u00a0", " "))


@plain_style()
def to_png(figure):
    """Return a figure as a PNG with twice its pixels, for sharp screens, and at most 128 colours.

    That is a quarter of the bytes, and as sharp. `savefig` would draw it twice.
    """
    before, canvas = figure.canvas, FigureCanvasAgg(figure)
    figure.set_dpi(144)
    canvas.draw()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    figure.set_dpi(72)
    figure.set_canvas(before)
    for text in figure.findobj(Text):
        text._renderer = None  # else each would keep the canvas's 5 MB of pixels alive
    buffer = io.BytesIO()
    few = picture.quantize(128, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(buffer, format="png", compress_level=1)
    return buffer.getvalue()
