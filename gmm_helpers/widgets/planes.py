"""Data and surfaces in the plane under a slider: paths, regions, and what is flagged."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

from gmm_helpers.model import validation
from gmm_helpers.model.em import m_step
from gmm_helpers.model.mixture import Mixture, check_mixtures
from gmm_helpers.model.trace import Step
from gmm_helpers.plots import geometry
from gmm_helpers.plots.look import MARKERS
from gmm_helpers.widgets import marks
from gmm_helpers.widgets.run_scene import view_from
from gmm_helpers.widgets.scene import Scene
from gmm_helpers.widgets.stepper import SceneStepper
from gmm_helpers.widgets.view import address_of

_BELOW = (1, 3, 10, 30, 100, 300)  # nats from a landscape's highest place down to its contours
_MOST_FLAGGED = 39  # at the last position
_COARSE = 61  # values along each axis: enough for lines that hardly bend


class Landscape(SceneStepper):
    """Paths over a surface of two means, such as EM's over ℓ, and beside it how high each path is.

    Both appear with the first step, so that a question can be asked before. Contours lie 1, 3, 10,
    30, 100 and 300 nats below the highest place.

    Parameters
    ----------
    height : callable
        What computes the surface, in nats, of points (m, 2): an array (m,), finite.
    paths : array_like, shape (n_paths, n_steps, 2)
        Where each path is, step by step.
    limits : (float, float)
        From where to where both parameters go.
    groups : sequence of int, shape (n_paths,), optional
        Paths of one group, such as those that end at one peak, share a colour and a marker.

    Raises
    ------
    ValueError
        If a height is not finite.
    """

    def __init__(
        self,
        height: Callable,
        paths: ArrayLike,
        *,
        limits: Sequence,
        groups: ArrayLike | None = None,
    ) -> None:
        validation.check_call("height", height, "points")
        paths = validation.as_parameter(paths, "paths", (None, None, 2), "(n_paths, n_steps, 2)")
        limits = validation.as_rising(limits, "limits", 2).tolist()
        P, steps = paths.shape[1], paths.swapaxes(0, 1)
        ells = validation.as_real([height(places) for places in steps], "what height returns")
        if ells.shape != (P, len(paths)):
            raise ValueError("height must return an array (m,), a number for each of m points.")
        axis, _, heights = geometry.over_plane(height, [limits, limits])
        if not (np.isfinite(heights).all() and np.isfinite(ells).all()):
            raise ValueError("A height is not finite: choose limits within which all are.")
        depths = heights.max() - heights
        scene = Scene(P, height=460)
        title = f"bright is high · contours: {', '.join(map(str, _BELOW))} below the top"
        panel = scene.panel([*limits, *limits], labels=["μ₁", "μ₂"], equal=True, title=title)
        shade = 1 - np.log1p(depths) / np.log1p(depths.max() or 1)
        box = 2 * geometry.span(limits[0], limits[1], 0.5 / (len(axis) - 1))  # half a pixel more
        first = min(1, P - 1)
        moved = np.arange(P) >= first  # before, nothing gives away where a path leads
        png = io.BytesIO()
        Image.fromarray(np.rint(255 * shade[::-1]).astype(np.uint8)).save(png, "png")
        panel.mark("image", href=address_of(png.getvalue()), box=box, by={"hidden": ~moved})
        for lines in geometry.contour_lines(axis, axis, depths, _BELOW):
            for line in lines:
                panel.mark("line", shape=line, colour="grey", width=1, by={"hidden": ~moved})
        said = {"title": "how high each run is", "labels": ["iteration", ""], "width": 0.55}
        beside = scene.panel(*view_from(ells, first), **said)
        given = np.zeros(len(paths)) if groups is None else groups
        group_of = validation.as_parameter(given, "groups", (len(paths),), "(n_paths,)").astype(int)
        for path, ell, group in zip(paths, ells.T, group_of.tolist(), strict=True):
            start = {"marker": "o", "colour": "ink", "map": geometry.shifts(path[0]).tolist()}
            panel.mark("marker", radius=6, by={"hidden": moved}, **start)
            style = {"marker": MARKERS[group % len(MARKERS)], "colour": group}
            for where, way in ((panel, path), (beside, np.column_stack([range(P), ell]))):
                where.mark("line", shape=way, colour=group, width=2, by={"until": range(1, P + 1)})
                where.mark("marker", radius=6, by={"at": way, "hidden": ~moved}, **style)
        super().__init__(scene, _say_paths(steps, ells), title="Paths over a landscape")


def _say_paths(steps, ells):
    """Say for each step how many of the paths are where they end, and how high they are."""
    for t, (places, ell) in enumerate(zip(steps, ells, strict=True)):
        arrived = np.abs(places - steps[-1]).max(axis=1) < 0.01 * np.ptp(steps)
        low, high = (geometry.format_number(each, 1) for each in (ell.min(), ell.max()))
        text = f"Iteration {t}: {arrived.sum()} of {len(places)} runs arrived"
        appears = "" if t else " The landscape appears with the first step."
        yield f"{text}; the lowest is at {low}, the highest at {high}.{appears}"


class _Plane(Scene):
    """A scene of data in the plane, in panels with the same limits."""

    def __init__(self, x, positions, features=None, margin=0.1, **content):
        super().__init__(positions, **content)
        self.x = x = validation.as_points(x, 2).T
        self._labels = validation.as_names(features, 2)
        self._equal = geometry.share_a_scale(x, features)
        self.limits = geometry.around(x, margin).T.ravel()

    def draw(self, title, shares, faint, **more):
        """Add a panel with the points, and the `shares` (n, K) or None of each position."""
        panel = self.panel(self.limits, labels=self._labels, equal=self._equal, title=title)
        marks.draw_points(panel, self.x, shares, features=self._labels, faint=faint, **more)
        return panel

    def flag(self, panel, marker, flags):
        """Add a marker on each point that has one at any position; `flags` are (P, n)."""
        for i in geometry.choose_points(len(self.x)):
            if flags[:, i].any():
                style = {"radius": 8, "colour": "mark", "map": geometry.shifts(self.x[i]).tolist()}
                panel.mark("marker", marker=marker, by={"hidden": ~flags[:, i]}, **style)


class KMeansBeside(SceneStepper):
    """Half-steps of k-means beside those of a mixture on the same data.

    Lines part the regions, and crosses mark the points that are in another group than their own.

    Parameters
    ----------
    x : array_like, shape (n, 2)
    kmeans_steps : sequence of (ndarray, ndarray or None)
        For each half-step of k-means its means (K, 2) and labels (n,), None before the first ones.
    steps : sequence of Step
        The half-steps of EM's trace, as many.
    groups : array_like of int, shape (n,)
        The group that each point was drawn from, numbered as the means are.
    """

    def __init__(
        self, x: ArrayLike, kmeans_steps: Sequence, steps: Sequence[Step], *, groups: ArrayLike
    ) -> None:
        steps = validation.as_list(steps)
        if {*map(type, steps)} != {Step}:
            raise TypeError(f"steps must be the half-steps of a trace; it is {steps!r:.60}.")
        K, moving = steps[0].mixture.n_components, [int(step.kind == "M") for step in steps]
        legend = marks.components_legend(K)
        plane = _Plane(x, len(steps), legend=legend, glides=moving)
        groups = validation.as_parameter(groups, "groups", (len(plane.x),), "(n,)")

        def draw(title, shares, scores, **more):
            """Add a panel; return it, and the share of the points that are in their true group."""
            panel = plane.draw(title, shares, moving, **more)
            marks.draw_lines(panel, [_borders(plane.limits, score) for score in scores])
            owners = [groups if b is None else b.argmax(axis=1) for b in shares]
            wrong = np.array(owners) != groups
            plane.flag(panel, "x", wrong)
            return panel, 1 - wrong.mean(axis=1)

        rows = validation.as_tuples(kmeans_steps, "kmeans_steps", "means", "labels")
        pairs = [_hard_shares(K, len(plane.x), *row) for row in rows]
        means, hard = zip(*pairs, strict=True)
        nearer = [lambda at, m=m: -((at[:, None] - m) ** 2).sum(axis=2) for m in means]
        panel, hard_right = draw("k-means · crosses: in a wrong group", hard, nearer, hard=True)
        marks.draw_numbers(panel, np.array(means))
        validation.check_features(plane.x.T, steps[0].mixture.n_features)
        maps = np.array([geometry.ellipse_maps(step.mixture) for step in steps])
        soft = [step.responsibilities for step in steps]
        if {b.shape for b in soft if b is not None} - {(len(plane.x), K)}:
            raise ValueError("steps must be half-steps of a run on x; they are on other points.")
        likelier = [lambda at, m=step.mixture: m._log_joint(at.T).T for step in steps]
        panel, soft_right = draw("mixture · lines: where two are equal", soft, likelier)
        marks.draw_ellipses(panel, maps, [step.kind == "E" for step in steps])
        marks.draw_numbers(panel, maps[..., 4:])
        squares = [0 if b is None else ((plane.x - b @ m) ** 2).sum() for m, b in pairs]
        texts = map(_say_pair, steps, hard_right, soft_right, squares)
        super().__init__(plane, texts, title="k-means and the mixture")


def _hard_shares(K, n, means, labels):
    """Check a half-step of k-means; return its means, and its labels as shares (n, K) or None."""
    means = validation.as_parameter(means, "means of kmeans_steps", (K, 2), f"(K, 2) = ({K}, 2)")
    if labels is None:
        return means, None
    shares = np.equal.outer(validation.as_real(labels, "labels of kmeans_steps"), np.arange(K))
    return means, validation.as_responsibilities(shares, n, K, "labels of kmeans_steps as shares").T


def _borders(limits, score):
    """Return the lines along which the two highest of K scores of places (m, 2) are equal."""
    x, y, scores = geometry.over_plane(score, limits, _COARSE)
    ahead = (geometry.ahead(scores, k) for k in range(scores.shape[2] - 1))
    return [line for each in ahead for line in geometry.contour_lines(x, y, each, [0])[0]]


def _say_pair(step, hard, soft, squares):
    if step.kind == "start":
        return "The start: both have the same means, and the points have no colours yet."
    happens = "E step: points take colours" if step.kind == "E" else "M step: components move"
    ell = geometry.format_number(step.log_likelihood, 1)
    return (
        f"Iteration {step.iteration}, {happens}. k-means: {hard:.0%} of the points in their true "
        f"group, squares {squares:.0f}. Mixture: {soft:.0%} of the points in their true group, "
        f"ℓ {ell}."
    )


class ShrinkingVariance(SceneStepper):
    """Mixtures of one shared variance that shrinks, with what an M step would do to the means.

    All weights are alike, and the means stand still.

    Parameters
    ----------
    x : array_like, shape (n, 2)
    means : array_like, shape (K, 2)
    variances : sequence of float, shape (P,)
        One for each position.
    stills : sequence of int, optional
        As for a `SceneStepper`.
    """

    def __init__(
        self, x: ArrayLike, means: ArrayLike, variances: ArrayLike, *, stills: Sequence = ()
    ) -> None:
        means = validation.as_points(means, 2, "means").T
        variances = validation.as_parameter(variances, "variances", (None,), "(P,)")
        P, K = len(variances), len(means)
        mixtures = [Mixture(np.full(K, 1 / K), means, [v * np.eye(2)] * K) for v in variances]
        shares = [each.responsibilities(x) for each in mixtures]
        new_means = [m_step(x, b).means for b in shares]
        names = [f"σ² = {variance:g}" for variance in variances]
        legend = marks.components_legend(K)
        plane = _Plane(x, P, legend=legend, glides=[1] * P, headings=names)
        title = "circles: 1σ · numbers: means · crosses: the M step's means"
        panel = plane.draw(title, shares, [0] * P)
        maps = np.array([geometry.ellipse_maps(each) for each in mixtures])
        marks.draw_ellipses(panel, maps, [0] * P, radii=(1,))
        for places in np.swapaxes(new_means, 0, 1):
            panel.mark("marker", marker="x", radius=17, colour="ink", by={"at": places})
        marks.draw_numbers(panel, maps[..., 4:])
        texts = [
            f"Shared variance {variance:g}: {np.sum(b.max(axis=1) < 0.999)} of {len(b)} points are "
            "shared between means. The M step would move a mean by up to "
            f"{np.linalg.norm(new - means, axis=1).max():.3f}."
            for variance, b, new in zip(variances, shares, new_means, strict=True)
        ]
        super().__init__(plane, texts, title="A shared variance shrinks", stills=stills)


class Anomalies(SceneStepper):
    """Points that a mixture flags, since their −log p(x) is above a threshold that goes down.

    At position j the threshold lies below the j least expected points, and halfway to the next.

    Parameters
    ----------
    x : array_like, shape (n, 2)
    mixture : Mixture
        With D = 2.
    features : sequence of str, optional
        The axes' names.
    stills : sequence of int, optional
        As for a `SceneStepper`.
    """

    def __init__(
        self,
        x: ArrayLike,
        mixture: Mixture,
        *,
        features: Sequence[str] | None = None,
        stills: Sequence[int] = (),
    ) -> None:
        x = validation.as_points(x, 2).T
        check_mixtures(mixture=mixture)
        surprise = -mixture.log_density(x)
        order = np.argsort(-surprise)
        ranked = surprise[order[: _MOST_FLAGGED + 1]]
        thresholds = np.array([ranked[0] + 0.5, *(ranked[1:] + ranked[:-1]) / 2])
        P = len(thresholds)
        plane = _Plane(x, P, features, margin=0.2)
        title = "line: where −log p(x) is the threshold · triangles: flagged"
        shown = surprise[geometry.choose_points(len(x))]
        says = [f"−log p(x) = {geometry.format_number(each, 2)}" for each in shown]
        panel = plane.draw(title, [None] * P, [1] * P, says=says)
        x1, x2, log_density = geometry.over_plane(mixture.log_density, plane.limits)
        marks.draw_lines(panel, geometry.contour_lines(x1, x2, -log_density, thresholds))
        plane.flag(panel, "^", surprise > thresholds[:, None])
        decimals = geometry.decimals_for(plane.x)
        least = [geometry.format_place(plane.x[i], decimals) for i in order[:3]]
        texts = []
        for threshold in thresholds:
            count = np.sum(surprise > threshold)
            flagged = "is flagged" if count == 1 else "are flagged"
            text = f"Threshold {geometry.format_number(threshold, 2)}: {count} of {len(surprise)} "
            text += f"points {flagged}, {count / len(surprise):.1%}."
            texts.append(text + f" The least expected: {', '.join(least[:count])}." * bool(count))
        super().__init__(plane, texts, title="Points over a threshold", stills=stills)
