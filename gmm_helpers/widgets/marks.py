"""What several scenes share: points by their shares, ellipses, numbers, a plane, the legend."""

import numpy as np

from gmm_helpers.model import validation
from gmm_helpers.plots import geometry
from gmm_helpers.plots.look import DASHES, MARKERS, RADII

_COARSE = 61  # values along each axis: enough for lines that hardly bend


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
        style = {"colour": k, "dash": DASHES[k % len(DASHES)], "width": 3}
        for radius in radii:
            scaled = maps[:, k] * [radius, radius, radius, radius, 1, 1]
            panel.mark("line", shape=circle, **style, by={"map": scaled, "faint": faint})


def draw_numbers(panel, places, *, lift=0, drag=False):
    """Add the components' numbers to a panel, at places (P, K, 2)."""
    for k in range(places.shape[1]):
        more = {"drag": k} if drag else {}
        by = {"map": geometry.shifts(places[:, k])}
        panel.mark("label", text=str(k + 1), ring=True, lift=lift, colour=k, by=by, **more)


def draw_lines(panel, lines_by_position):
    """Add lines to a panel, other ones at each position."""
    for which, shapes in _pieces(lines_by_position):
        by = {"which": which, "hidden": [int(each < 0) for each in which]}
        panel.mark("line", shape=shapes, colour="ink", width=2.5, by=by)


def _pieces(lines_by_position):
    """Return the first lines of all positions, the second ones, and so on, as shapes of one size.

    Each comes with the number of its shape at each position, or −1. The last point of a shorter
    line is repeated, which draws nothing.
    """
    for piece in range(max(map(len, lines_by_position), default=0)):
        lines = [lines[piece] for lines in lines_by_position if len(lines) > piece]
        size = max(map(len, lines))
        shapes = [np.pad(line, ((0, size - len(line)), (0, 0)), "edge") for line in lines]
        found = np.array([len(lines) > piece for lines in lines_by_position])
        yield np.where(found, found.cumsum() - 1, -1).tolist(), np.stack(shapes)


class Plane:
    """Data in the plane, for panels with the same limits."""

    def __init__(self, x, features=None, margin=0.06):
        x = validation.as_points(x).T
        if x.shape[1] != 2:
            raise ValueError(f"x must have the shape (n, 2); it has D = {x.shape[1]}.")
        self.shown = geometry.choose_points(len(x))
        self.places = x[self.shown]
        self.features, self._equal = list(features or ("x₁", "x₂")), features is None
        self.decimals = geometry.decimals_for(x)
        low, high = x.min(axis=0), x.max(axis=0)
        room = margin * (high - low)
        if self._equal:
            room[:] = room.max()
        room[room == 0] = 1
        self._limits = np.column_stack([low - room, high + room]).ravel()

    def panel(self, scene, title):
        """Add a panel to a scene."""
        return scene.panel(self._limits, labels=self.features, equal=self._equal, title=title)

    def draw(self, panel, shares, kind, faint):
        """Add the points; `shares` (n, K) or None for each position."""
        shares = [None if each is None else each[self.shown] for each in shares]
        style = {"features": self.features, "decimals": self.decimals, "kind": kind}
        draw_points(panel, self.places, shares, faint=faint, **style)

    def draw_borders(self, panel, scores):
        """Add the lines along which the two highest of K scores are equal, at each position.

        A score takes places (m, 2) and returns (m, K).
        """
        lines = [[] for _ in scores]
        for found, score in zip(lines, scores, strict=True):
            x, y, values = geometry.over_plane(score, panel.limits[:2], panel.limits[2:], _COARSE)
            for k in range(values.shape[2] - 1):
                found += geometry.contour_lines(x, y, geometry.ahead(values, k), [0])[0]
        draw_lines(panel, lines)

    def draw_wrong(self, panel, shares, groups):
        """Add a cross on each point whose largest share is not its group's."""
        owners = [groups if b is None else b.argmax(axis=1) for b in shares]
        wrong = np.array(owners)[:, self.shown] != groups[self.shown]
        for place, flags in zip(self.places, wrong.T, strict=True):
            self.flag(panel, place, "x", flags)

    def flag(self, panel, place, marker, flags):
        """Add a marker at a place that is shown at some positions, if at any."""
        if any(flags):
            by = {"hidden": [int(not flag) for flag in flags]}
            at = geometry.shifts(place).tolist()
            panel.mark("marker", marker=marker, radius=8, colour="mark", map=at, by=by)
