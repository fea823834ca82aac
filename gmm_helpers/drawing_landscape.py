"""Pictures of the log-likelihood over two parameters, and of the paths that EM takes there."""

import numpy as np

from gmm_helpers.drawing import COLOURS, MARKERS

_BELOW = (1, 3, 10, 30, 100, 300)


def draw_landscape(ax, first, second, heights, *, below=_BELOW):
    """Draw a surface by its contours; the brighter, the higher.

    Parameters
    ----------
    ax : Axes
    first, second : array_like, shape (m1,) and (m2,)
        The values of the parameter along x, and of the one along y.
    heights : array_like, shape (m1, m2)
        The surface, such as ℓ in nats: `heights[a, b]` belongs to `first[a]` and `second[b]`.
    below : sequence of float
        How far below the highest point of the grid the contours run.

    Returns
    -------
    QuadContourSet
        The contour lines.
    """
    heights = np.transpose(heights)  # matplotlib wants one row for each value along y
    levels = heights.max() - np.sort(below)[::-1]
    shades = [str(shade) for shade in np.linspace(0.68, 1, len(levels) + 1)]
    ax.contourf(first, second, heights, [-np.inf, *levels, np.inf], colors=shades)
    ax.set_aspect("equal")
    return ax.contour(
        first, second, heights, levels, colors="#767676", linewidths=1, linestyles="-"
    )


def draw_paths(ax, paths, groups=None):
    """Draw paths over a landscape, each up to its end, with a marker there.

    Parameters
    ----------
    ax : Axes
    paths : array_like, shape (n_paths, n_points, 2)
        Where each path is, step by step.
    groups : sequence of int, shape (n_paths,), optional
        Paths of one group share a colour and a marker, such as those that end at one peak.

    Returns
    -------
    list of Line2D
        For each group its trails, as one line, and its markers; `update_paths` moves them.
    """
    groups = np.zeros(len(paths), int) if groups is None else np.asarray(groups)
    artists = []
    for group in range(groups.max() + 1):
        style = {"color": COLOURS[group % len(COLOURS)], "gid": np.flatnonzero(groups == group)}
        artists += ax.plot([], [], lw=2, zorder=3, **style)
        marker = MARKERS[group % len(MARKERS)]
        artists += ax.plot([], [], ls="", marker=marker, ms=11, mec="black", zorder=4, **style)
    update_paths(artists, paths, np.shape(paths)[1] - 1)
    return artists


def update_paths(artists, paths, step):
    """Draw the paths up to a step."""
    paths = np.asarray(paths, float)
    lifted = np.full((len(paths), 1, 2), np.nan)  # lifts the pen between one path and the next
    trails = np.concatenate([paths[:, : step + 1], lifted], axis=1)
    for trail, head in zip(artists[::2], artists[1::2], strict=True):
        mine = trail.get_gid()
        trail.set_data(*trails[mine].reshape(-1, 2).T)
        head.set_data(*paths[mine, step].T)
