"""What several scenes share: points by their shares, ellipses, numbers, a plane, the legend."""

import numpy as np

from gmm_helpers.plots import geometry
from gmm_helpers.plots.look import DASHES, MARKERS, RADII

_COARSE = 61  # values along each axis: enough for lines that hardly bend


def component_style(k):
    """Return how the lines of a component look."""
    return {"colour": k, "dash": DASHES[k % len(DASHES)], "width": 3}


def components_legend(K):
    """Return the legend's row of each component."""
    return [
        {"colour": k, "marker": MARKERS[k % len(MARKERS)], "dash": DASHES[k % len(DASHES)]}
        | {"text": str(k + 1)}
        for k in range(K)
    ]


def draw_points(panel, places, shares, *, faint, features, decimals, kind="u2"):
    """Add points at `places` (n, 2), with the `shares` (n, K) or None of each position.

    `features` and `decimals` say how a point's numbers are named and written.
    """
    sets, which = [], []
    for each in shares:
        sent = None if each is None else each[:, :-1]  # they sum to 1, so the last is not sent
        if sent is not None and not (sets and np.array_equal(sent, sets[-1])):
            sets.append(sent)
        which.append(len(sets) - 1)
    panel.mark(
        "points",
        shape=places,
        shares=panel.array(np.array(sets), kind) if sets else None,
        features=features,
        decimals=decimals,
        by={"which": which, "faint": faint},
    )


def draw_ellipses(panel, maps, faint, radii=RADII):
    """Add ellipses of components to a panel; `maps` (P, K, 6) are those of the unit circle."""
    circle = panel.array(geometry.CIRCLE)
    for k in range(maps.shape[1]):
        for radius in radii:
            scaled = maps[:, k] * [radius, radius, radius, radius, 1, 1]
            by = {"map": scaled, "faint": faint}
            panel.mark("line", shape=circle, **component_style(k), by=by)


def draw_numbers(panel, places, *, lift=0, drag=False):
    """Add the components' numbers to a panel, at places (P, K, 2)."""
    for k in range(places.shape[1]):
        more = {"drag": k} if drag else {}
        by = {"map": geometry.shifts(places[:, k])}
        panel.mark("label", text=str(k + 1), ring=True, lift=lift, colour=k, by=by, **more)


def same_length(lines):
    """Return lines (m, 2) as one array: the last point of a shorter one is repeated."""
    longest = max(map(len, lines))
    return np.stack([np.pad(line, ((0, longest - len(line)), (0, 0)), "edge") for line in lines])


def draw_lines(panel, lines_by_position):
    """Add lines to a panel, other ones at each position.

    A mark has the first lines of all positions, another one the second ones, and so on.
    """
    for piece in range(max(map(len, lines_by_position), default=0)):
        found = np.array([len(lines) > piece for lines in lines_by_position])
        which = np.where(found, found.cumsum() - 1, -1).tolist()
        by = {"which": which, "hidden": [int(each < 0) for each in which]}
        shapes = same_length([lines[piece] for lines in lines_by_position if len(lines) > piece])
        panel.mark("line", shape=shapes, colour="ink", width=2.5, by=by)
