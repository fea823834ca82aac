"""Pictures that the notebooks step through beside the stepper: each is one call.

What they show is computed by the caller, or by the functions that the caller gives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gmm_helpers.model.bound import lower_bound as _lower_bound
from gmm_helpers.model.em import m_step
from gmm_helpers.model.mixture import Mixture
from gmm_helpers.model.trace import Step, Trace
from gmm_helpers.plots import geometry
from gmm_helpers.plots.look import MARKERS
from gmm_helpers.widgets.marks import (
    Plane,
    components_legend,
    draw_ellipses,
    draw_lines,
    draw_numbers,
)
from gmm_helpers.widgets.scene import Scene
from gmm_helpers.widgets.stepper import SceneStepper

_BOUND, _GAP = 2, 3  # their colours: the first two are those of components 1 and 2
_BELOW, _MEANS = (1, 3, 10, 30, 100, 300), ("μ₁", "μ₂")
# The lowest and the highest place of a landscape, as red, green and blue.
_RAMP = {"light": [[165] * 3, [255] * 3], "dark": [[17] * 3, [85] * 3]}


class BoundBars(SceneStepper):
    """A bar for each half-step of EM: the lower bound F, and the gap from there up to ℓ.

    Before the first E step all shares are 1/K.

    Parameters
    ----------
    x : array_like, shape (n,) or (n, D)
        The data of the run.
    trace : Trace
        With its half-steps.
    lower_bound : callable, optional
        What computes F of the data, a mixture and shares (n, K): by default `gmm.lower_bound`.
    iterations : int
        How many of the run's iterations are shown, at most.
    **options
        As for a `SceneStepper`.

    Raises
    ------
    ValueError
        If the trace has no half-steps, or a bound lies above ℓ by more than rounding.

    Examples
    --------
    >>> from gmm_helpers import Mixture, run_em
    >>> x = [0.0, 0.1, 0.3, 5.0, 5.2, 5.3]
    >>> bars = BoundBars(x, run_em(x, Mixture.from_1d([0.5, 0.5], [0, 1], [1, 1]), max_iter=1))
    >>> print(bars.texts[2])
    M step 1: F goes up, ℓ goes up by more, a gap opens. F = −12.658, gap = 1.179, ℓ = −11.479.
    """

    _title = "The bound and its gap"

    def __init__(
        self,
        x: ArrayLike,
        trace: Trace,
        *,
        lower_bound: Callable[..., float] = _lower_bound,
        iterations: int = 6,
        **options: Any,
    ) -> None:
        steps = trace.steps[: 2 * iterations + 1]
        if not steps:
            raise ValueError("The trace has no half-steps: run EM with record=True.")
        K = steps[0].mixture.n_components
        equal = np.full((len(np.asarray(x)), K), 1 / K)
        shares = [equal, *(step.responsibilities for step in steps[1:])]
        bounds = [lower_bound(x, step.mixture, q) for step, q in zip(steps, shares, strict=True)]
        tops = np.array([step.log_likelihood for step in steps])
        if not (bounds <= tops + 1e-9 * (1 + abs(tops))).all():
            raise ValueError("A bound lies above ℓ, or is no number: `lower_bound` is not right.")
        bounds = np.minimum(bounds, tops)  # what is above is rounding
        P, baseline, highest = len(steps), np.floor(bounds.min()), tops.max()
        scene = Scene(P)
        up_from = geometry.format_number(baseline, 0)
        panel = scene.panel(
            [-0.6, P - 0.4, baseline, highest + 0.08 * (highest - baseline)],
            list(enumerate(["start", *(f"{step.kind} {step.iteration}" for step in steps[1:])])),
            title=f"full: bound F · striped: gap KL · line on top: ℓ (nats, from {up_from} up)",
        )
        stripe = (highest - baseline) / 60
        for i, (F, top) in enumerate(zip(bounds, tops, strict=True)):
            left, right = i - 0.4, i + 0.4
            by = {"hidden": [int(p < i) for p in range(P)], "faint": [int(p > i) for p in range(P)]}
            panel.mark("bars", shape=[[left, right, baseline, F]], colour=_BOUND, by=by)
            starts = np.arange(F, top, stripe)
            rows = np.broadcast_arrays(left, right, starts, np.minimum(starts + stripe / 2, top))
            panel.mark("bars", shape=np.column_stack(rows), colour=_GAP, by=by)
            frame = [[left, F], [right, F], [right, top], [left, top]]
            panel.mark("line", shape=frame, close=True, colour=_GAP, width=1.5, by=by)
            line = [[i - 0.45, top], [i + 0.45, top]]
            panel.mark("line", shape=line, colour="ink", width=4, by=by)
        super().__init__(scene, map(_say_bar, steps, bounds, tops), **options)


def _say_bar(step, bound, log_likelihood):
    what = {
        "start": "The start, with all shares equal.",
        "E": f"E step {step.iteration}: F goes up to ℓ, the gap closes, ℓ stays.",
        "M": f"M step {step.iteration}: F goes up, ℓ goes up by more, a gap opens.",
    }[step.kind]
    return f"{what} {_say_gap(bound, log_likelihood)}"


def _say_gap(bound, log_likelihood):
    numbers = (bound, log_likelihood - bound, log_likelihood)
    return "F = {}, gap = {}, ℓ = {}.".format(*(geometry.format_number(n, 3) for n in numbers))


class BoundCurve(SceneStepper):
    """The lower bound under the log-likelihood, both as functions of one parameter.

    Parameters
    ----------
    grid : array_like, shape (m,)
        Values of the parameter, from left to right.
    log_likelihood : callable
        What computes ℓ of a value.
    bound : callable
        What computes F of a value and shares q.
    positions : sequence of (str, float, ndarray or None)
        For each half-step its name, the parameter after it, and the shares q in force: None before
        the first E step.
    parameter : str
        The parameter's name.
    **options
        As for a `SceneStepper`.

    Examples
    --------
    >>> parabola = lambda value, q: -q * (value - 1) ** 2
    >>> positions = [("Start", 0, None), ("E step 1", 0, 2), ("M step 1", 1, 2)]
    >>> curve = BoundCurve([0, 1, 2], lambda value: -2 * abs(value - 1), parabola, positions)
    >>> print(curve.texts[1])
    E step 1: the bound touches ℓ. θ = 0.000, F = −2.000, gap = 0.000, ℓ = −2.000.
    """

    _title = "The bound under the curve"

    def __init__(
        self,
        grid: ArrayLike,
        log_likelihood: Callable[[float], float],
        bound: Callable[..., float],
        positions: Sequence[tuple],
        *,
        parameter: str = "θ",
        **options: Any,
    ) -> None:
        grid = np.asarray(grid, float)
        ell = np.array([log_likelihood(value) for value in grid])
        low, height = ell.min(), np.ptp(ell)
        title = f"solid: ℓ · dashed: bound F · thick: gap · ring: current {parameter}"
        # Room below, where a bound has to show even if it touches at the lowest point.
        limits = [grid[0], grid[-1], low - 0.4 * height, low + 1.08 * height]
        which, bounds, places, texts, last_q = [], [], [], [], None
        for name, value, q in positions:
            touches, last_q = q is not last_q, q
            bounds += [[bound(each, q) for each in grid]] if touches else []
            which.append(len(bounds) - 1)
            top = log_likelihood(value)
            what, F, said = "no bound yet", top, f"ℓ = {geometry.format_number(top, 3)}."
            if q is not None:
                what = "the bound touches ℓ" if touches else "to the top of the bound"
                said = _say_gap(F := bound(value, q), top)
            places.append((value, F, top))
            where = f"{parameter} = {geometry.format_number(value, 3)}"
            texts.append(f"{name}: {what}. {where}, {said}")
        value, F, top = np.transpose(places)
        zero, one, hidden = np.zeros_like(value), np.ones_like(value), [int(w < 0) for w in which]
        scene = Scene(len(texts), glides=[int(not new) for new in np.diff(which, prepend=-1)])
        panel = scene.panel(limits, labels=[parameter, "nats"], title=title)
        panel.mark("line", shape=np.column_stack([grid, ell]), colour="ink", width=2.5)
        if bounds:
            by = {"which": which, "hidden": hidden}
            shapes = [np.column_stack([grid, each]) for each in bounds]
            panel.mark("line", shape=shapes, dash=[4, 1.5], width=3.5, colour=_BOUND, by=by)
        by = {"map": np.column_stack([one, zero, zero, top - F, value, F]), "hidden": hidden}
        panel.mark("line", shape=[[0, 0], [0, 1]], colour=_GAP, width=6, dots=5, by=by)
        by = {"map": geometry.shifts(np.column_stack([value, top]))}
        panel.mark("marker", marker="o", radius=10, open=True, colour="ink", by=by)
        super().__init__(scene, texts, **options)


class OneShare(SceneStepper):
    """The bound of one point under a slider for its share q of component 1, with the gap KL.

    Parameters
    ----------
    point : float
    mixture : Mixture
        With D = 1 and K = 2.
    **options
        As for a `SceneStepper`.

    Examples
    --------
    >>> from gmm_helpers import Mixture
    >>> share = OneShare(1.0, Mixture.from_1d([0.5, 0.5], [4, 6], [4, 4]))
    >>> print(share.texts[20])
    q₁ = 0.500, q₂ = 0.500: F = −3.737, gap = 0.434, log p(x) = −3.303.
    """

    _title = "The bound of one point"

    def __init__(self, point, mixture, **options):
        shares = np.linspace(0, 1, 41)
        tables = np.column_stack([shares, 1 - shares])
        bounds = [_lower_bound([point], mixture, q[None]) for q in tables]
        top = mixture.log_density([point])[0]
        texts = [f"q₁ = {q:.3f}, q₂ = {r:.3f}: " for q, r in tables]
        gaps = [_say_gap(F, top).replace("ℓ", "log p(x)") for F in bounds]
        texts = [text + gap for text, gap in zip(texts, gaps, strict=True)]
        scene, low, P = Scene(len(shares)), min(bounds), len(shares)
        room = 0.12 * (top - low)
        title = "curve: bound F, as far as you went · line: log p(x) · thick: gap KL"
        limits = [-0.03, 1.03, low - room, top + room]
        panel = scene.panel(limits, labels=["share q₁", "nats"], title=title)
        panel.mark("line", shape=[[0, top], [1, top]], colour="ink", width=2.5)
        by = {"until": range(1, P + 1)}
        curve = np.column_stack([shares, bounds])
        panel.mark("line", shape=curve, colour=_BOUND, width=3.5, by=by)
        zero, one = np.zeros(P), np.ones(P)
        by = {"map": np.column_stack([one, zero, zero, top - bounds, shares, bounds])}
        panel.mark("line", shape=[[0, 0], [0, 1]], colour=_GAP, width=6, dots=5, by=by)
        super().__init__(scene, texts, **options)


class Starts(SceneStepper):
    """EM's ways over ℓ of one parameter, under a slider for where they start.

    Parameters
    ----------
    grid : array_like, shape (m,)
        Values of the parameter, from left to right.
    log_likelihood : callable
        What computes ℓ of a value.
    ways : sequence of array_like
        Of each start the parameter at the start and after each iteration.
    parameter : str
        The parameter's name.
    **options
        As for a `SceneStepper`.

    Examples
    --------
    >>> starts = Starts([0, 1, 2], lambda value: -((value - 1) ** 2), [[0, 1], [2, 1.5, 1]])
    >>> print(starts.texts[1])
    Start θ = 2.000, ℓ = −1.000: after 2 iterations θ = 1.000, ℓ = 0.000.
    """

    _title = "Ways of EM from each start"

    def __init__(self, grid, log_likelihood, ways, *, parameter="θ", **options):
        ell = np.array([log_likelihood(value) for value in grid])
        room, number = 0.1 * np.ptp(ell), geometry.format_number
        longest, texts, shapes = max(map(len, ways)), [], []
        for way in ways:
            heights = [log_likelihood(value) for value in way]
            first, last = (
                f"{parameter} = {number(way[i], 3)}, ℓ = {number(heights[i], 3)}" for i in (0, -1)
            )
            texts.append(f"Start {first}: after {len(way) - 1} iterations {last}.")
            shape = np.column_stack([way, heights])
            shapes.append(np.pad(shape, ((0, longest - len(way)), (0, 0)), "edge"))
        scene, P = Scene(len(ways), glides=[1] * len(ways)), len(ways)
        title = "curve: ℓ · ring: start · dots: after each iteration · triangle: end"
        limits = [grid[0], grid[-1], ell.min() - room, ell.max() + room]
        panel = scene.panel(limits, labels=[parameter, "log-likelihood ℓ"], title=title)
        panel.mark("line", shape=np.column_stack([grid, ell]), colour="ink", width=2.5)
        by, style = {"which": range(P)}, {"colour": 1, "width": 2, "dots": 5}
        panel.mark("line", shape=shapes, by=by, **style)
        for i, mark in ((0, {"marker": "o", "open": True}), (-1, {"marker": "^"})):
            by = {"map": geometry.shifts([shape[i] for shape in shapes])}
            panel.mark("marker", radius=10, colour=1, by=by, **mark)
        super().__init__(scene, texts, **options)


class Landscape(SceneStepper):
    """Paths over a surface of two parameters, such as EM's over ℓ: a position for each step.

    Parameters
    ----------
    height : callable
        What computes the surface, in nats, of points (m, 2): an array (m,), finite.
    paths : array_like, shape (n_paths, n_steps, 2)
        Where each path is, step by step.
    limits : (float, float)
        From where to where both parameters go.
    groups : sequence of int, shape (n_paths,), optional
        Paths of one group share a colour and a marker, such as those that end at one peak.
    below : sequence of float
        How far below the highest place the contours run, from the nearest to the farthest.
    labels : (str, str)
        The parameters' names.
    **options
        As for a `SceneStepper`.

    Raises
    ------
    ValueError
        If a height is not finite.
    """

    _title = "Paths over a landscape"

    def __init__(
        self,
        height: Callable[[np.ndarray], ArrayLike],
        paths: ArrayLike,
        *,
        limits: tuple[float, float],
        groups: ArrayLike | None = None,
        below: Sequence[float] = _BELOW,
        labels: Sequence[str] = _MEANS,
        **options: Any,
    ) -> None:
        paths = np.asarray(paths, float)
        n_paths, P, _ = paths.shape
        axis, _, heights = geometry.over_plane(height, limits, limits)
        if not np.isfinite(heights).all():
            raise ValueError("A height is not finite: choose limits within which all are.")
        depths = heights.max() - heights
        scene = Scene(P, height=460)
        far = ", ".join(f"{depth:g}" for depth in below)
        title = f"the brighter, the higher · contours: {far} below the top"
        panel = scene.panel([*limits, *limits], labels=list(labels), equal=True, title=title)
        shade = 1 - np.log1p(depths / below[0]) / np.log1p(depths.max() / below[0])
        half = (axis[1] - axis[0]) / 2  # a pixel's middle is a place of the grid
        box = [limits[0] - half, limits[1] + half] * 2
        panel.mark("image", pixels=scene.array(shade, "u1"), box=box, ramp=_RAMP)
        for lines in geometry.contour_lines(axis, axis, depths, below):
            for line in lines:
                panel.mark("line", shape=line, colour="grey", width=1)
        group_of = np.zeros(n_paths, int) if groups is None else np.asarray(groups)
        for path, group in zip(paths, group_of.tolist(), strict=True):
            panel.mark("line", shape=path, colour=group, width=2, by={"until": range(1, P + 1)})
            style = {"marker": MARKERS[group % len(MARKERS)], "radius": 6, "colour": group}
            panel.mark("marker", by={"map": geometry.shifts(path)}, **style)
        super().__init__(scene, _say_paths(height, paths), **options)


def _say_paths(height, paths):
    """Say for each step how many of the paths are where they end, and how high they are."""
    for t, places in enumerate(paths.swapaxes(0, 1)):
        arrived = np.abs(places - paths[:, -1]).max(axis=1) < 0.01 * np.ptp(paths)
        heights = np.sort(height(places))[[0, -1]]
        low, high = (geometry.format_number(each, 1) for each in heights)
        text = f"Iteration {t}. {arrived.sum()} of {len(paths)} runs are where they end"
        yield f"{text}; the lowest is at {low}, the highest at {high}."


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
    **options
        As for a `SceneStepper`.
    """

    _title = "k-means and the mixture"

    def __init__(
        self,
        x: ArrayLike,
        kmeans_steps: Sequence[tuple],
        steps: Sequence[Step],
        *,
        groups: ArrayLike,
        **options: Any,
    ) -> None:
        plane = Plane(x)
        x, groups = np.asarray(x, float), np.asarray(groups)
        K, moving = steps[0].mixture.n_components, [int(step.kind == "M") for step in steps]
        scene = Scene(len(steps), legend=components_legend(K), glides=moving)
        hard = [None if labels is None else np.eye(K)[labels] for _, labels in kmeans_steps]
        soft = [step.responsibilities for step in steps]
        means = np.array([means for means, _ in kmeans_steps])
        maps = np.array([geometry.ellipse_maps(step.mixture) for step in steps])
        nearer = [lambda at, m=m: -((at[:, None] - m) ** 2).sum(axis=2) for m in means]
        likelier = [lambda at, m=step.mixture: m._log_joint(at.T).T for step in steps]
        panel = plane.panel(scene, "k-means · crosses: in a wrong group")
        plane.draw(panel, hard, "u1", moving)
        plane.draw_borders(panel, nearer)
        plane.draw_wrong(panel, hard, groups)
        draw_numbers(panel, means)
        panel = plane.panel(scene, "mixture · lines: where two are equal")
        plane.draw(panel, soft, "u2", moving)
        plane.draw_borders(panel, likelier)
        plane.draw_wrong(panel, soft, groups)
        draw_ellipses(panel, maps, [int(step.kind == "E") for step in steps])
        draw_numbers(panel, maps[..., 4:])
        texts = [
            _say_pair(step, _right(hard[i], groups), _right(soft[i], groups), squares)
            for i, (step, squares) in enumerate(zip(steps, _squares(x, kmeans_steps), strict=True))
        ]
        super().__init__(scene, texts, **options)


def _right(shares, groups):
    """Return the share of the points whose largest responsibility is their group's."""
    return 0 if shares is None else np.mean(shares.argmax(axis=1) == groups)


def _squares(x, kmeans_steps):
    """Return the within-cluster sum of squares of each half-step, 0 before the first labels."""
    return [0 if b is None else ((x - means[b]) ** 2).sum() for means, b in kmeans_steps]


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
    **options
        As for a `SceneStepper`.
    """

    _title = "A shared variance shrinks"

    def __init__(
        self, x: ArrayLike, means: ArrayLike, variances: Sequence[float], **options: Any
    ) -> None:
        plane = Plane(x)
        P, K = len(variances), len(means)
        mixtures = [Mixture(np.full(K, 1 / K), means, [v * np.eye(2)] * K) for v in variances]
        shares = [each.responsibilities(x) for each in mixtures]
        new_means = [m_step(x, b).means for b in shares]
        names = [f"σ² = {variance:g}" for variance in variances]
        scene = Scene(P, legend=components_legend(K), glides=[1] * P, headings=names)
        panel = plane.panel(scene, "circles: 1σ · numbers: means · crosses: the M step's means")
        plane.draw(panel, shares, "u2", [0] * P)
        maps = np.array([geometry.ellipse_maps(each) for each in mixtures])
        draw_ellipses(panel, maps, [0] * P, radii=(1,))
        for places in geometry.shifts(new_means).swapaxes(0, 1):
            panel.mark("marker", marker="x", radius=17, colour="ink", by={"map": places})
        draw_numbers(panel, maps[..., 4:])
        texts = [
            f"Shared variance {variance:g}: {np.sum(b.max(axis=1) < 0.999)} of {len(b)} points are "
            "shared between means. The M step would move a mean by up to "
            f"{np.linalg.norm(new - means, axis=1).max():.3f}."
            for variance, b, new in zip(variances, shares, new_means, strict=True)
        ]
        super().__init__(scene, texts, **options)


class Anomalies(SceneStepper):
    """Points that a mixture flags, since their −log p(x) is above a threshold that goes down.

    At position j the threshold lies below the j least expected points, and halfway to the next.

    Parameters
    ----------
    x : array_like, shape (n, 2)
    mixture : Mixture
        With D = 2.
    most : int
        How many points are flagged at the last position.
    features : sequence of str, optional
        The axes' names.
    **options
        As for a `SceneStepper`.
    """

    _title = "Points over a threshold"

    def __init__(
        self,
        x: ArrayLike,
        mixture: Mixture,
        *,
        most: int = 39,
        features: Sequence[str] | None = None,
        **options: Any,
    ) -> None:
        plane = Plane(x, features, margin=0.2)
        x = np.asarray(x, float)
        surprise = -mixture.log_density(x)
        order = np.argsort(-surprise)
        ranked = surprise[order[: most + 1]]
        thresholds = [ranked[0] + 0.5, *(ranked[1:] + ranked[:-1]) / 2]
        P = len(thresholds)
        scene = Scene(P)
        panel = plane.panel(scene, "line: where −log p(x) is the threshold · triangles: flagged")
        plane.draw(panel, [None] * P, "u1", [1] * P)
        x1, x2, log_density = geometry.over_plane(mixture.log_density, *np.split(panel.limits, 2))
        draw_lines(panel, geometry.contour_lines(x1, x2, -log_density, thresholds))
        for place, height in zip(plane.places, surprise[plane.shown], strict=True):
            plane.flag(panel, place, "^", [height > threshold for threshold in thresholds])
        texts = []
        for threshold in thresholds:
            flagged = np.sum(surprise > threshold)
            where = [geometry.format_place(x[i], plane.decimals) for i in order[: min(flagged, 3)]]
            text = f"Threshold {threshold:.2f}: {flagged} of {len(x)} points are flagged, "
            text += f"{flagged / len(x):.1%}."
            texts.append(text + f" The least expected: {', '.join(where)}." * bool(where))
        super().__init__(scene, texts, **options)
