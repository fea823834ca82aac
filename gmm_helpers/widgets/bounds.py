"""The lower bound and the log-likelihood under a slider: as bars, and as curves of one number."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from gmm_helpers.model import validation
from gmm_helpers.model.bound import lower_bound
from gmm_helpers.model.mixture import Mixture, check_pair
from gmm_helpers.model.trace import Trace
from gmm_helpers.plots import geometry
from gmm_helpers.widgets.marks import same_length
from gmm_helpers.widgets.run_scene import check_trace
from gmm_helpers.widgets.scene import Scene
from gmm_helpers.widgets.stepper import SceneStepper

_BOUND, _GAP = 2, 3  # their colours: the first two are those of components 1 and 2
_MOST_ITERATIONS = 6  # that have bars
_HAPPENS = {
    "start": "The start, with all shares equal.",
    "E": "E step {}: F goes up to ℓ, the gap closes, ℓ stays.",
    "M": "M step {}: F goes up, ℓ goes up by more, a gap opens.",
    "rest": "{1} step {0}: the gap stays closed, to three decimals.",  # at the end of a run
}
_CURVE = {"colour": "ink", "width": 2.5}
_number = geometry.format_number


class BoundBars(SceneStepper):
    """A bar for each half-step of EM: the lower bound F, and the gap from there up to ℓ.

    Before the first E step all shares are 1/K. Of a long run the first six iterations are shown.

    Parameters
    ----------
    x : array_like, shape (n,) or (n, D)
        The data of the run.
    trace : Trace
        With its half-steps.
    lower_bound : callable, optional
        What computes F of the data, a mixture and shares (n, K): by default `gmm.lower_bound`.

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

    def __init__(
        self, x: ArrayLike, trace: Trace, *, lower_bound: Callable[..., float] = lower_bound
    ) -> None:
        points = validation.as_points(x)
        check_trace(trace, points)
        validation.check_call("lower_bound", lower_bound, "x", "mixture", "q")
        steps, K = trace.steps[: 2 * _MOST_ITERATIONS + 1], trace.mixture.n_components
        equal = np.full((points.shape[1], K), 1 / K)
        shares = [equal, *(step.responsibilities for step in steps[1:])]
        bounds = [lower_bound(x, step.mixture, q) for step, q in zip(steps, shares, strict=True)]
        bounds = validation.as_parameter(bounds, "what lower_bound returns", (len(steps),))
        tops = np.array([step.log_likelihood for step in steps])
        if (bounds > tops + 1e-9 * (1 + abs(tops))).any():
            raise ValueError("A bound lies above ℓ: `lower_bound` is not right.")
        bounds = np.minimum(bounds, tops)  # what is above is rounding
        P, baseline, highest = len(steps), np.floor(bounds.min()), tops.max()
        scene, up_from = Scene(P), _number(baseline, 0)
        panel = scene.panel(
            [-0.6, P - 0.4, baseline, highest + 0.08 * (highest - baseline)],
            list(enumerate(["start", *(f"{step.kind} {step.iteration}" for step in steps[1:])])),
            title=f"full: bound F · striped: gap KL · line on top: ℓ (nats, from {up_from} up)",
        )
        stripe = (highest - baseline) / 60
        for i, (F, top) in enumerate(zip(bounds, tops, strict=True)):
            left, right = i - 0.4, i + 0.4
            by = {"hidden": np.arange(P) < i, "faint": np.arange(P) > i}
            panel.mark("bars", shape=[[left, right, baseline, F]], colour=_BOUND, by=by)
            starts = np.arange(F, top, stripe)
            rows = np.broadcast_arrays(left, right, starts, np.minimum(starts + stripe / 2, top))
            panel.mark("bars", shape=np.column_stack(rows), colour=_GAP, by=by)
            frame = [[left, F], [right, F], [right, top], [left, top]]
            panel.mark("line", shape=frame, close=True, colour=_GAP, width=1.5, by=by)
            line = [[i - 0.45, top], [i + 0.45, top]]
            panel.mark("line", shape=line, colour="ink", width=4, by=by)
        texts, open_before = [], True
        for step, F, top in zip(steps, bounds, tops, strict=True):
            is_open = top - F >= 0.0005
            moves = is_open or step.kind != "M" and open_before
            happens = _HAPPENS[step.kind if moves else "rest"].format(step.iteration, step.kind)
            texts.append(f"{happens} {_say_gap(F, top)}")
            open_before = is_open
        super().__init__(scene, texts, title="The bound and its gap")


def _say_gap(bound, top, name="ℓ"):
    numbers = [_number(each, 3) for each in (bound, top - bound, top)]
    return "F = {}, gap = {}, {name} = {}.".format(*numbers, name=name)


def _draw_gap(panel, x, bounds, tops, **by):
    """Add the gap between a bound and what it bounds, a thick line at x, all of shape (P,)."""
    zero = np.zeros_like(x)
    by = {"map": np.column_stack([zero + 1, zero, zero, tops - bounds, x, bounds]), **by}
    panel.mark("line", shape=[[0, 0], [0, 1]], colour=_GAP, width=6, dots=5, by=by)


def _points_of(function, values, name="grid"):
    """Return the points (m, 2) of a function's curve at some values."""
    [values] = validation.as_points(values, 1, name)
    heights = [function(value) for value in values]
    heights = validation.as_parameter(heights, "what a function returns", values.shape)
    return np.column_stack([values, heights])


class BoundCurve(SceneStepper):
    """The lower bound under the log-likelihood, both as functions of one parameter.

    Parameters
    ----------
    grid : array_like, shape (m,)
        Values of the parameter, from left to right.
    log_likelihood, bound : callable
        What computes ℓ of a value, and F of a value and shares q.
    positions : sequence of (str, float, ndarray or None)
        For each half-step its name, the parameter after it, and the shares q in force: None before
        the first E step.
    parameter : str
        The parameter's name.

    Examples
    --------
    >>> parabola = lambda value, q: -q * (value - 1) ** 2
    >>> positions = [("Start", 0, None), ("E step 1", 0, 2), ("M step 1", 1, 2)]
    >>> curve = BoundCurve([0, 1, 2], lambda value: -2 * abs(value - 1), parabola, positions)
    >>> print(curve.texts[1])
    E step 1: the bound touches ℓ. θ = 0.000, F = −2.000, gap = 0.000, ℓ = −2.000.
    """

    def __init__(
        self,
        grid: ArrayLike,
        log_likelihood: Callable[[float], float],
        bound: Callable[..., float],
        positions: Sequence[tuple],
        *,
        parameter: str = "θ",
    ) -> None:
        validation.check_call("log_likelihood", log_likelihood, "value")
        validation.check_call("bound", bound, "value", "q")
        rows = validation.as_tuples(positions, "positions", "name", "value", "shares")
        validation.check_texts(parameter=parameter, name=[name for name, *_ in rows])
        grid = validation.as_rising(grid, "grid")
        curve = _points_of(log_likelihood, grid)
        low, height = curve[:, 1].min(), np.ptp(curve[:, 1]) or 1
        which, shapes, places, texts, last_q = [], [], [], [], None
        for name, value, q in rows:
            [(value, top)] = _points_of(log_likelihood, [value], "positions")
            F, what, said = top, "no bound yet", f"ℓ = {_number(top, 3)}."
            if q is not None:
                [(_, F)] = _points_of(lambda each, q=q: bound(each, q), [value])
                what, said = "to the top of the bound", _say_gap(F, top)
            if q is not last_q:
                what, last_q = "the bound touches ℓ", q
                shapes.append(_points_of(lambda each, q=q: bound(each, q), grid))
            which.append(len(shapes) - 1)
            places.append((value, F, top))
            texts.append(f"{name}: {what}. {parameter} = {_number(value, 3)}, {said}")
        scene = Scene(len(texts), glides=[int(not new) for new in np.diff(which, prepend=-1)])
        # Room below, where a bound has to show even if it touches at the lowest point.
        limits = [*curve[[0, -1], 0], low - 0.4 * height, low + 1.08 * height]
        title = f"solid: ℓ · dashed: bound F · thick: gap · ring: current {parameter}"
        panel = scene.panel(limits, labels=[parameter, "nats"], title=title)
        panel.mark("line", shape=curve, **_CURVE)
        hidden = np.less(which, 0)
        if shapes:
            by = {"which": which, "hidden": hidden}
            panel.mark("line", shape=shapes, dash=[4, 1.5], width=3.5, colour=_BOUND, by=by)
        value, F, top = np.transpose(places)
        _draw_gap(panel, value, F, top, hidden=hidden)
        by = {"at": np.column_stack([value, top])}
        panel.mark("marker", marker="o", radius=10, open=True, colour="ink", by=by)
        super().__init__(scene, texts, title="The bound under the curve")


class OneShare(SceneStepper):
    """The bound of one point under a slider for its share q of component 1, with the gap KL.

    Parameters
    ----------
    point : float
    mixture : Mixture
        With D = 1 and K = 2.

    Examples
    --------
    >>> from gmm_helpers import Mixture
    >>> share = OneShare(1.0, Mixture.from_1d([0.5, 0.5], [4, 6], [4, 4]))
    >>> print(share.texts[20])
    q₁ = 0.500, q₂ = 0.500: F = −3.737, gap = 0.434, log p(x) = −3.303.
    """

    def __init__(self, point: float, mixture: Mixture) -> None:
        validation.as_points([point], 1, "point")
        check_pair(mixture)
        shares = np.linspace(0, 1, 41)
        bounds = np.array([lower_bound([point], mixture, [[q, 1 - q]]) for q in shares])
        top = mixture.log_density([point])[0]
        texts = [
            f"q₁ = {q:.3f}, q₂ = {1 - q:.3f}: {_say_gap(F, top, 'log p(x)')}"
            for q, F in zip(shares, bounds, strict=True)
        ]
        scene = Scene(len(shares))
        title = "curve: bound F, as far as you went · line: log p(x) · thick: gap KL"
        limits = [-0.03, 1.03, *geometry.span(bounds.min(), top, 0.12)]
        panel = scene.panel(limits, labels=["share q₁", "nats"], title=title)
        panel.mark("line", shape=[[0, top], [1, top]], **_CURVE)
        by, curve = {"until": range(1, len(shares) + 1)}, np.column_stack([shares, bounds])
        panel.mark("line", shape=curve, colour=_BOUND, width=3.5, by=by)
        _draw_gap(panel, shares, bounds, top)
        super().__init__(scene, texts, title="The bound of one point")


class Starts(SceneStepper):
    """EM's ways over ℓ of one parameter, under a slider for where they start.

    Parameters
    ----------
    grid, log_likelihood, parameter
        As for a `BoundCurve`.
    ways : sequence of array_like
        Of each start the parameter at the start and after each iteration.

    Examples
    --------
    >>> starts = Starts([0, 1, 2], lambda value: -((value - 1) ** 2), [[0, 1], [2, 1.5, 1]])
    >>> print(starts.texts[1])
    Start θ = 2.000, ℓ = −1.000: after 2 iterations θ = 1.000, ℓ = 0.000.
    """

    def __init__(
        self, grid: ArrayLike, log_likelihood: Callable, ways: Sequence, *, parameter: str = "θ"
    ) -> None:
        validation.check_call("log_likelihood", log_likelihood, "value")
        ways = validation.as_list(ways)
        validation.check_each(len, "the way of each start", ways=ways)
        validation.check_texts(parameter=parameter)
        curve = _points_of(log_likelihood, validation.as_rising(grid, "grid"))
        lines = [_points_of(log_likelihood, way, "ways") for way in ways]
        texts = []
        for line in lines:
            first, last = (
                f"{parameter} = {_number(value, 3)}, ℓ = {_number(height, 3)}"
                for value, height in line[[0, -1]]
            )
            done = validation.count(len(line) - 1, "iteration")
            texts.append(f"Start {first}: after {done} {last}.")
        scene = Scene(len(lines), glides=[1] * len(lines))
        limits = geometry.around(curve, 0.06).T.ravel()  # a ring on the edge would be cut
        x_ticks = geometry.ticks(curve[0, 0], curve[-1, 0])
        title = "curve: ℓ · ring: start · dots: after each iteration · triangle: end"
        panel = scene.panel(limits, x_ticks, labels=[parameter, "log-likelihood ℓ"], title=title)
        panel.mark("line", shape=curve, **_CURVE)
        style, by = {"colour": 1, "width": 2, "dots": 5}, {"which": range(len(lines))}
        panel.mark("line", shape=same_length(lines), by=by, **style)
        for i, mark in ((0, {"marker": "o", "open": True}), (-1, {"marker": "^"})):
            by = {"at": [line[i] for line in lines]}
            panel.mark("marker", radius=10, colour=1, by=by, **mark)
        super().__init__(scene, texts, title="Ways of EM from each start")
