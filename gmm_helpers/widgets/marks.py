"""What several scenes share: points by their shares, ellipses, numbers, a plane, the legend."""

import numpy as np

from gmm_helpers.plots import geometry
from gmm_helpers.plots.look import DASHES, MARKERS, RADII


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


def draw_points(panel, x, shares, *, features, faint, top=None, **more):
    """Add points `x` (n, D) with the `shares` (n, K) or None of each position; say if some are out.

    Those of one dimension lie below a density that ends at `top`.
    """
    shown, notes = geometry.choose_points(len(x)), panel.scene.content["notes"]
    note = f"The pictures show {len(shown)} of the {len(x)} points."
    if len(shown) < len(x) and note not in notes:
        notes.append(note)
    sets, which = [], []
    for each in shares:
        if each is not None and not (sets and np.array_equal(each[shown], sets[-1])):
            sets.append(each[shown])
        which.append(len(sets) - 1)
    places = x[shown] if top is None else geometry.rug(x[shown, 0], top)
    panel.mark(
        "points",
        shares=panel.array(sets, short=True) if sets else None,
        shape=panel.array(places, short=True),
        features=list(features),
        decimals=geometry.decimals_for(x),
        by={"which": which, "faint": faint},
        **more,
    )


def draw_ellipses(panel, maps, faint, radii=RADII):
    """Add ellipses of components to a panel; `maps` (P, K, 6) are those of the unit circle."""
    circle = panel.array(geometry.CIRCLE)
    beyond = geometry.reach(maps, max(radii)).T.ravel() - panel.content["views"][0]["limits"]
    if (beyond * [-1, 1, -1, 1] > 0).any():
        panel.scene.content["notes"].append("At some positions, ellipses reach beyond the picture.")
    for k in range(maps.shape[1]):
        for radius in radii:
            scaled = maps[:, k] * [radius, radius, radius, radius, 1, 1]
            by = {"map": scaled, "faint": faint}
            panel.mark("line", shape=circle, **component_style(k), by=by)


def draw_numbers(panel, places, *, lift=0, drag=False):
    """Add the components' numbers to a panel, at places (P, K, 2)."""
    for k in range(places.shape[1]):
        more = {"drag": k} if drag else {}
        style = {"ring": True, "lift": lift, "colour": k, **more}
        panel.mark("label", text=str(k + 1), by={"at": places[:, k]}, **style)


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
        by = {"which": np.where(found, found.cumsum() - 1, -1), "hidden": ~found}
        shapes = same_length([lines[piece] for lines in lines_by_position if len(lines) > piece])
        shape = panel.array(shapes, short=True)
        panel.mark("line", shape=shape, colour="ink", width=2.5, by=by)
