"""Pictures for the choice of a model: criteria against K, and a table as a heat map.

As in `figures`, nothing here fits or counts: the numbers come in, and the artists come back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FixedLocator, MaxNLocator
from numpy.typing import ArrayLike

from gmm_helpers.plots.figures import COLOURS, DASHES, MARKERS, TEXT_SIZE, plain_style
from gmm_helpers.plots.geometry import format_number

if TYPE_CHECKING:  # what these need takes half as long as all the rest
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

_DARKEST, _BRIGHTEST = 0.62, 1.0  # grey; black text stands out from all of them


def plot_criteria(
    ax: Axes,
    Ks: Sequence[int],
    curves: Mapping[str, ArrayLike],
    *,
    top: float | None = None,
    ring: bool = True,
) -> list[Line2D]:
    """Draw one or more criteria against K, each with a ring around its lowest point.

    Each curve has a colour, a marker and a line style of its own, and a legend above the axes.

    Parameters
    ----------
    ax : Axes
    Ks : sequence of int, shape (n_Ks,)
    curves : dict of str to array_like, shape (n_Ks,)
        Each criterion's name and its values, the lower the better; held-out ℓ as −2 ℓ.
    top : float, optional
        Where the axis ends: what lies higher leaves the picture, and more is seen of the rest.
    ring : bool
        Whether the lowest points get their rings.

    Returns
    -------
    list of Line2D
        Each criterion's curve, then each one's ring.

    Raises
    ------
    ValueError
        If a curve does not have one finite value for each K, or `top` leaves a lowest point out.
    """
    arrays = {name: np.asarray(values, float) for name, values in curves.items()}
    for name, values in arrays.items():
        if values.shape != (len(Ks),) or not np.isfinite(values).all():
            raise ValueError(f"{name} needs one finite value for each of the {len(Ks)} Ks.")
        if top is not None and values.min() >= top:
            raise ValueError(f"top = {top:g} leaves out the lowest point of {name}.")
    lines, rings = [], []
    for i, (name, values) in enumerate(arrays.items()):
        (line,) = ax.plot(Ks, values, lw=3, ms=10, label=name, dashes=DASHES[i % len(DASHES)])
        line.set(color=COLOURS[i % len(COLOURS)], marker=MARKERS[i % len(MARKERS)])
        lines.append(line)
        lowest = int(values.argmin())
        circle = {"marker": "o", "ms": 24, "mfc": "none", "mec": "black", "mew": 2.5, "zorder": 4}
        if ring:
            rings += ax.plot([Ks[lowest]], [values[lowest]], ls="", **circle)
    low = min(values.min() for values in arrays.values())
    high = max(values.max() for values in arrays.values()) if top is None else top
    room = 0.12 * ((high - low) or 1)  # for the rings
    ax.set(
        xlim=(Ks[0] - 0.4, Ks[-1] + 0.4),
        ylim=(low - room, high + (room if top is None else 0)),
        xlabel="K",
    )
    ax.xaxis.set_major_locator(FixedLocator(Ks))
    ax.yaxis.set_major_locator(MaxNLocator(5))
    ax.legend(
        loc="lower center",
        bbox_to_anchor=(0.5, 1),
        ncols=min(len(arrays), 3),
        fontsize=TEXT_SIZE,
        frameon=False,
        handlelength=3,
    )
    return [*lines, *rings]


@plain_style()
def plot_heat_map(
    ax: Axes, values: ArrayLike, rows: Sequence, columns: Sequence, *, decimals: int = 1
) -> list[Artist]:
    """Draw a table of a criterion: the lower a number, the brighter its cell; the lowest is framed.

    A step of brightness is one of the logarithm of the distance from the lowest number, so that
    near the best even small differences show.

    Parameters
    ----------
    ax : Axes
    values : array_like, shape (n_rows, n_columns)
        Such as the `bic` of a `Comparison`; NaN where there is no number.
    rows, columns : sequence, shape (n_rows,) and (n_columns,)
        What stands beside the rows and below the columns, such as its `covariance_types` and `Ks`.
    decimals : int
        How many to write.

    Returns
    -------
    list of Artist
        The image of the cells, the frame of the lowest, and the numbers, row by row.

    Raises
    ------
    ValueError
        If the shapes differ, or there is no number.

    Examples
    --------
    >>> from gmm_helpers import new_figure
    >>> figure, ax = new_figure(height=200)
    >>> image, frame, *numbers = plot_heat_map(ax, [[5, 3.14], [4, 7]], ["full", "tied"], [1, 2])
    >>> [number.get_text() for number in numbers]
    ['5.0', '3.1', '4.0', '7.0']
    """
    from matplotlib.patches import Rectangle  # see `empty_figure`

    values = np.asarray(values, float)
    if values.shape != (len(rows), len(columns)):
        raise ValueError(
            f"values have shape {values.shape}, and the names ask for {(len(rows), len(columns))}."
        )
    if not np.isfinite(values).any():
        raise ValueError("There is no number in values.")
    distances = np.log1p(values - np.nanmin(values))
    shares = distances / (np.nanmax(distances) or 1)
    greys = _BRIGHTEST - (_BRIGHTEST - _DARKEST) * np.nan_to_num(shares, nan=0)
    image = ax.imshow(greys, cmap="gray", vmin=0, vmax=1, aspect="auto")
    row, column = np.unravel_index(np.nanargmin(values), values.shape)
    frame = ax.add_patch(
        Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, ec="black", lw=5, zorder=4)
    )
    frame.set_clip_on(False)
    texts = []
    for i, j in np.ndindex(values.shape):
        text = format_number(values[i, j], decimals) if np.isfinite(values[i, j]) else "–"
        weight = "bold" if (i, j) == (row, column) else "normal"
        texts.append(ax.text(j, i, text, size=TEXT_SIZE, weight=weight, ha="center", va="center"))
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    # White lines between the cells.
    ax.set_xticks(np.arange(1, len(columns)) - 0.5, minor=True)
    ax.set_yticks(np.arange(1, len(rows)) - 0.5, minor=True)
    ax.tick_params(which="minor", length=0)
    ax.grid(which="minor", color="white", lw=3)
    return [image, frame, *texts]
