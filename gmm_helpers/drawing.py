"""Pictures: each function draws on the axes it is given and returns the artists it made.

Nothing here fits anything. What a slider changes is drawn once by a `draw_…` function and then
moved by its `update_…` twin. A figure is 840 px wide at 72 px to the inch, so that a point is a
pixel and text of size 20 is still 14 px tall on the narrowest page.
"""

import functools
import io
import textwrap
from contextlib import contextmanager

import matplotlib
import numpy as np
from IPython.display import display
from matplotlib.ticker import MaxNLocator
from PIL import Image

from gmm_helpers.plots.geometry import CIRCLE, RUG_ROOM, bump_maps, density_curves, rug
from gmm_helpers.plots.look import COLOURS, DASHES, MARKERS, RADII, mix_colours

TEXT_SIZE = 20
WIDTH = 840
_GREY = "#767676"
# JupyterLab breaks printed lines anywhere, so they are broken here: to fit the narrowest page.
_CAPTION_LETTERS = 72
_FAINT = 0.3
# The methods of axes that read matplotlib's settings, in which the user's style may be.
_DRAW = (
    "annotate autoscale_view axhline axvline bar barh contour contourf errorbar fill_between grid "
    "hist imshow legend pcolormesh plot scatter set_title set_xlabel set_xscale set_ylabel "
    "set_yscale step text"
).split()


@contextmanager
def plain_style():
    """Let pictures keep the course's look, whatever style the notebook has set."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        yield


def new_figure(n_axes=1, *, height=400):
    """Make a figure of the course's width with `n_axes` axes side by side.

    Parameters
    ----------
    n_axes : int
    height : float
        In pixels.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Not known to pyplot: it is shown by `show_figure` alone.
    axes : Axes, or ndarray of Axes if `n_axes` > 1
    """
    with plain_style():
        figure = empty_figure(height, layout="constrained")
        axes = figure.subplots(1, n_axes, subplot_kw={"axes_class": _axes_class()})
        for ax in np.atleast_1d(axes):
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


def set_up_axes(ax):
    """Give axes the course's look: large text, light spines."""
    ax.set_facecolor("white")
    ax.tick_params(labelsize=TEXT_SIZE, labelcolor="black", color=_GREY)
    for axis in (ax.xaxis, ax.yaxis):
        axis.label.set_size(TEXT_SIZE)
    for side, spine in ax.spines.items():
        spine.set(visible=side in ("left", "bottom"), color=_GREY)


def show_figure(figure, caption):
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
    from gmm_helpers._canvas import Canvas  # see `empty_figure`

    dpi, before = figure.dpi, figure.canvas
    canvas = Canvas(figure)
    figure.set_dpi(2 * dpi)
    try:
        with plain_style():
            canvas.draw()
        picture = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba())
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


def draw_histogram(ax, x, *, bins=40):
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


def draw_points(ax, x, K):
    """Prepare to draw points: in two dimensions as a scatter, in one as a rug below 0.

    Parameters
    ----------
    ax : Axes
    x : array_like, shape (n, 2) or (n,)
    K : int
        How many components there are to colour them by.

    Returns
    -------
    list of PathCollection
        One for each component, with its own marker, and a hollow one for points without shares.
        They are empty until `update_points`.
    """
    if np.ndim(x) == 1:
        top = ax.get_ylim()[1]
        ax.set_yticks([tick for tick in ax.get_yticks() if 0 <= tick <= top])
        ax.set_ylim(-RUG_ROOM * top, top)
    filled = {"linewidths": 0.5, "edgecolors": "#444444"}
    styles = [{"marker": MARKERS[k % len(MARKERS)], **filled} for k in range(K)]
    styles.append({"marker": "o", "linewidths": 1.2, "edgecolors": _GREY})
    return [ax.scatter([], [], zorder=3, **style) for style in styles]


def end_density_axis(ax, top):
    """Let a density's axis end at `top`, with room below 0 for a rug."""
    ax.set_yticks([tick for tick in MaxNLocator(5).tick_values(0, top) if tick <= top])
    ax.set_ylim(-RUG_ROOM * top, top)


def update_points(artists, x, responsibilities, *, faint=False):
    """Place and colour the points: each colour is a mix, by responsibility, of the components'.

    The marker is that of the component with the largest responsibility.

    Parameters
    ----------
    artists : list of PathCollection
        From `draw_points`.
    x : array_like, shape (n, 2) or (n,)
    responsibilities : ndarray, shape (n, K), or None
        With None all points are hollow.
    faint : bool
        Whether to draw the points small and pale.
    """
    positions = x if np.ndim(x) == 2 else rug(x, artists[0].axes.get_ylim()[1])
    K = len(artists) - 1
    if responsibilities is None:
        colours, owner = np.ones((len(x), 3)), np.full(len(x), K)
    else:
        colours, owner = mix_colours(responsibilities, COLOURS), responsibilities.argmax(axis=1)
    for k, artist in enumerate(artists):
        mine = owner == k
        artist.set_offsets(positions[mine])
        artist.set_facecolors(colours[mine])
        artist.set_sizes([16 if faint else 42])
        artist.set_alpha(0.6 if faint else 0.9)


def draw_mixture_1d(ax, mixture, *, limits):
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
        Each component's line, the sum's line, each component's ring and number;
        `update_mixture_1d` moves them.
    """
    K = mixture.n_components
    artists = [ax.plot([], [], lw=3.5, **_line_style(k))[0] for k in range(K)]
    artists += ax.plot([], [], lw=2, color="black")
    artists += _draw_numbers(ax, K)
    update_mixture_1d(artists, mixture, limits=limits)
    return artists


def update_mixture_1d(artists, mixture, *, limits, faint=False):
    """Move what `draw_mixture_1d` drew to another mixture."""
    K = mixture.n_components
    grid, curves = density_curves(mixture, limits)
    for line, curve in zip(artists[: K + 1], curves, strict=True):
        line.set_data(grid, curve)
    peaks = bump_maps(mixture)[:, 3]
    _move_numbers(artists[K + 1 :], np.column_stack([mixture.means, peaks]))
    _set_alpha(artists[: K + 1], faint)


def draw_mixture_2d(ax, mixture, *, radii=RADII):
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
        `update_mixture_2d` moves them.
    """
    K = mixture.n_components
    artists = [ax.plot([], [], lw=3.5, zorder=4, **_line_style(k))[0] for k in range(K)]
    artists += _draw_numbers(ax, K)
    update_mixture_2d(artists, mixture, radii=radii)
    return artists


def update_mixture_2d(artists, mixture, *, radii=RADII, faint=False):
    """Move what `draw_mixture_2d` drew to another mixture."""
    K = mixture.n_components
    gap = np.full((2, 1), np.nan)  # lifts the pen between one ellipse and the next
    for line, mean, covariance in zip(artists, mixture.means, mixture.covariances, strict=False):
        ellipses = [np.hstack([trace_ellipse(mean, covariance, r), gap]) for r in radii]
        line.set_data(*np.hstack(ellipses))
    _move_numbers(artists[K:], mixture.means)
    _set_alpha(artists[:K], faint)


def trace_ellipse(mean, covariance, radius):
    """Return points along the ellipse at so many standard deviations, shape (2, 101)."""
    factor = np.linalg.cholesky(covariance)  # maps the unit circle to the 1σ ellipse
    return mean[:, None] + radius * factor @ CIRCLE.T


def draw_trails(ax, K):
    """Prepare to draw the way that each of K means has come, with a dot for each iteration.

    Parameters
    ----------
    ax : Axes
    K : int

    Returns
    -------
    list of Line2D
        Empty until `update_trails`.
    """
    return [
        ax.plot([], [], lw=2, marker=".", ms=9, color=colour, mec="white", mew=0.5, zorder=5)[0]
        for colour in _colours(K)
    ]


def update_trails(artists, path):
    """Draw the trails of the means along `path`, shape (iterations + 1, K, 2)."""
    for trail, positions in zip(artists, np.swapaxes(path, 0, 1), strict=False):
        trail.set_data(*positions.T)


def draw_log_likelihood(ax, log_likelihoods):
    """Set up axes for ℓ against the iteration, and draw it with a marker at its end.

    Parameters
    ----------
    ax : Axes
    log_likelihoods : sequence of float, shape (iterations + 1,)
        All that the axes have to hold, in nats.

    Returns
    -------
    list of Line2D
        The line so far and the marker; `update_log_likelihood` moves both.
    """
    last, low, high = len(log_likelihoods) - 1, min(log_likelihoods), max(log_likelihoods)
    margin = 0.08 * (high - low) or 1
    ax.set(xlim=(-0.04 * (last or 1), 1.06 * (last or 1)), ylim=(low - margin, high + margin))
    ax.xaxis.set_major_locator(MaxNLocator(4 if last < 1000 else 2, integer=True))
    ax.yaxis.set_major_locator(MaxNLocator(5))
    lines = ax.plot([], [], "-", color="black", lw=2, marker=".", ms=8)
    lines += ax.plot([], [], ls="", marker="o", ms=15, mfc="white", mec="black", mew=3)
    update_log_likelihood(lines, log_likelihoods)
    return lines


def update_log_likelihood(lines, log_likelihoods):
    """Draw ℓ up to the end of what is given."""
    lines[0].set_data(np.arange(len(log_likelihoods)), log_likelihoods)
    lines[1].set_data([len(log_likelihoods) - 1], log_likelihoods[-1:])


def draw_bars(ax, K):
    """Set up axes for a bar for each component, over the component's number.

    Parameters
    ----------
    ax : Axes
        With its limits in y; those in x are set here.
    K : int

    Returns
    -------
    list of Artist
        Each component's bar, and each bar's label; `update_bars` moves them.
    """
    ax.set(xlim=(0, K), xticks=[])
    places, below = np.arange(K) + 0.5, ax.get_xaxis_transform()
    numbers = _draw_numbers(ax, K)
    _move_numbers(numbers, np.column_stack([places, np.full(K, -0.09)]))
    for number in numbers:
        number.set(transform=below, clip_on=False)
    bars = ax.bar(places, 0, width=0.56, color=_colours(K))
    labels = [ax.text(place, 0, "", ha="center", va="bottom", size=TEXT_SIZE) for place in places]
    return [*bars, *labels]


def update_bars(artists, heights, labels):
    """Give the bars that `draw_bars` drew other heights and labels."""
    K = len(heights)
    for bar, label, height, text in zip(artists[:K], artists[K:], heights, labels, strict=True):
        bar.set_height(height)
        label.set(y=height, text=text)


def _draw_numbers(ax, K):
    """Prepare to draw the numbers 1 to K, each over a ring of its component's colour.

    Both are markers: a text in a box takes many times as long to draw.
    """
    artists = []
    for k, colour in enumerate(_colours(K)):
        number, size = _outline(str(k + 1))
        style = {"ls": "", "color": colour, "zorder": 6}
        artists += ax.plot([], [], marker="o", ms=max(27, size + 8), mfc="white", mew=3, **style)
        artists += ax.plot([], [], marker=number, ms=size, mfc="black", mew=0, **style)
    return artists


@functools.cache
def _outline(text):
    """Return a bold text's outline around its middle, and the size that a marker of it needs.

    matplotlib scales a marker so that its farthest vertex is half its size from the middle.
    """
    from matplotlib.font_manager import FontProperties  # see `empty_figure`
    from matplotlib.textpath import TextPath
    from matplotlib.transforms import Affine2D

    upright = dict.fromkeys(("style", "variant", "stretch"), "normal")  # whatever has been set
    bold = FontProperties(family="DejaVu Sans", weight="bold", **upright)
    path = TextPath((0, 0), text, size=TEXT_SIZE, prop=bold)
    box = path.get_extents()
    path = path.transformed(Affine2D().translate(*-(box.min + box.max) / 2))
    return path, 2 * abs(path.vertices).max()


def _move_numbers(artists, positions):
    """Move numbers and rings to the components' positions, shape (K, 2)."""
    for artist, (x, y) in zip(artists, np.repeat(positions, 2, axis=0), strict=True):
        artist.set_data([x], [y])


def _set_alpha(artists, faint):
    for artist in artists:
        artist.set_alpha(_FAINT if faint else 1)


def _colours(K):
    return [COLOURS[k % len(COLOURS)] for k in range(K)]


def _line_style(k):
    return {
        "color": COLOURS[k % len(COLOURS)],
        "dashes": DASHES[k % len(DASHES)],
    }
