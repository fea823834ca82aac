"""A run of EM as a scene: what each position shows, in shapes and in words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gmm_helpers.model.trace import Step, Trace
from gmm_helpers.plots import geometry
from gmm_helpers.plots.look import RADII
from gmm_helpers.widgets import marks, words
from gmm_helpers.widgets.scene import Scene

_RESTS = {"start": 1.0, "E": 1.5, "M": 1.0}  # seconds: E rests longer, there is more to read


class RunScene(NamedTuple):
    """A run on `x` (n, D) as a scene, with each position's step and the texts that say it all."""

    x: np.ndarray
    trace: Trace
    scene: Scene
    steps: list[Step]
    texts: tuple[str, ...]


def make_run_scene(x, trace, *, features=None, notes=(), limits=None):
    """Make the scene of a run on checked data `x` (n, D); of many points it shows some.

    Without `features`, x₁ and x₂ have one scale, as simulated data do. `limits` (2, D) say where
    the data's axes begin and end: by default where these data and the ellipses do.
    """
    n, D = x.shape
    _check_trace(trace, n, D)
    names = features or (("x",) if D == 1 else ("x₁", "x₂"))
    if isinstance(names, str) or len(names) != D:
        raise ValueError(f"features must be {D} names, one for each column of x.")
    positions, decimals = words.positions_of(trace), geometry.decimals_for(x)
    steps = [position.step for position in positions]
    headings, sentences = zip(*(words.describe(each, trace) for each in positions), strict=True)
    tables = [words.parameters_table(step.mixture, decimals) for step in steps]
    shown = geometry.choose_points(n)
    scene = Scene(
        len(positions),
        headings=list(headings),
        texts=list(sentences),
        tables=tables,
        formulas=[_formulas(trace, D, step.kind) for step in steps],
        iterations=[step.iteration for step in steps],
        rests=[_RESTS[step.kind] for step in steps],
        glides=[int(step.kind == "M") for step in steps],
        notes=list(notes),
        legend=marks.components_legend(trace.mixture.n_components),
    )
    for name in trace.stubs:
        said = "returned None, as an unfinished exercise does: the module's own was used."
        scene.content["notes"].append(f"Your {name} {said}")
    if len(shown) < n:
        scene.content["notes"].append(f"The pictures show {len(shown)} of the {n} points.")
    points = {
        "shares": [b if b is None else b[shown] for b in (s.responsibilities for s in steps)],
        "faint": scene.content["glides"],
        "features": list(names),
        "decimals": decimals,
    }
    if D == 1:
        _draw_densities(scene, x[:, 0], steps, shown, points, limits)
    else:
        _draw_ellipses(scene, x, trace, steps, shown, points, limits, equal=features is None)
    _draw_log_likelihood(scene, trace.log_likelihoods, _iterations_done(steps))
    texts = (f"{a} {words.read_table(b)}" for a, b in zip(sentences, tables, strict=True))
    return RunScene(x, trace, scene, steps, tuple(texts))


def _iterations_done(steps):
    return [step.iteration - (step.kind == "E") for step in steps]


def _draw_densities(scene, x, steps, shown, points, limits):
    """Add the panel of one dimension: histogram, components, their sum, and the points."""
    bars = geometry.histogram(x)
    maps = np.array([geometry.bump_maps(step.mixture) for step in steps])
    faint = [int(step.kind == "E") for step in steps]
    tallest_bar = bars[:, 3].max()
    # A component that is collapsing has no limit: let it leave the picture.
    top = 1.3 * np.clip(maps[:, :, 3].max(), tallest_bar, 2.5 * tallest_bar)
    ends = geometry.span(x.min(), x.max(), 0.06) if limits is None else limits[:, 0]
    panel = scene.panel(
        [*ends, -geometry.RUG_ROOM * top, top],
        y_ticks=geometry.ticks(0, top, 5),
        labels=[*points["features"], "density"],
        width=1.65,
        title="numbered: φ N(x | μ, σ²); solid: their sum",
    )
    panel.mark("bars", shape=bars, colour="pale")
    marks.draw_points(panel, geometry.rug(x[shown], top), **points)
    bump, curves = scene.array(geometry.BUMP), []
    for k in range(maps.shape[1]):
        style, by = marks.component_style(k), {"map": maps[:, k], "faint": faint}
        curves.append(panel.mark("line", shape=bump, extend=True, **style, by=by))
    panel.mark("sum", of=curves, colour="ink", width=2, by={"faint": faint})
    peaks = np.stack([maps[..., 4], np.minimum(maps[..., 3], top)], axis=-1)
    marks.draw_numbers(panel, peaks, lift=20, drag=True)


def _draw_ellipses(scene, x, trace, steps, shown, points, limits, *, equal):
    """Add the panel of two dimensions: points, ellipses, and the way that the means came."""
    maps = np.array([geometry.ellipse_maps(step.mixture) for step in steps])
    reach = geometry.reach(maps)
    low, high = geometry.plane_limits(x, maps) if limits is None else limits
    if (reach[0] < low).any() or (reach[1] > high).any():
        scene.content["notes"].append("Some ellipses reach beyond the picture.")
    mass = " and ".join(f"{geometry.mass_inside(radius):.0%}" for radius in RADII)
    panel = scene.panel(
        [low[0], high[0], low[1], high[1]],
        labels=points["features"],
        width=1.65,
        title=f"ellipses hold {mass} of each component",
        equal=equal,
    )
    marks.draw_points(panel, x[shown], **points)
    marks.draw_ellipses(panel, maps, [int(step.kind == "E") for step in steps])
    path = np.array([step.mixture.means for step in trace.steps if step.kind != "E"])
    by = {"until": [each + 1 for each in _iterations_done(steps)]}
    for k in range(maps.shape[1]):
        panel.mark("line", shape=path[:, k], colour=k, width=1.5, dots=2.5, by=by)
    marks.draw_numbers(panel, maps[..., 4:], drag=True)


def _draw_log_likelihood(scene, values, done):
    """Add the panel of ℓ after the iterations `done`; it can show the rest after the first jump."""
    labels = ["iteration", ""]
    panel = scene.panel(*_view_from(values, 0), title="log-likelihood ℓ", labels=labels)
    # From there on ℓ changes by less than a tenth of all.
    changes = (np.ptp(values[first:]) for first in range(1, len(values) - 2))
    rest = next((i for i, each in enumerate(changes, 1) if each < 0.1 * np.ptp(values)), 0)
    if rest:
        panel.view(*_view_from(values, rest))
        panel.content["button"] = ["Zoom in", "Show all"]
    curve, until = np.column_stack([np.arange(len(values)), values]), [each + 1 for each in done]
    panel.mark("line", shape=curve, colour="ink", width=2, dots=3, by={"until": until})
    by = {"map": geometry.shifts(curve[done])}
    panel.mark("marker", marker="o", radius=7, colour="ink", by=by)


def _view_from(values, first):
    """Return limits, x ticks and y ticks for ℓ from an iteration on."""
    low, high = geometry.span(min(values[first:]), max(values[first:]), 0.1)
    x0, x1 = geometry.span(first, max(len(values) - 1, 1), 0.07)
    x_ticks = geometry.ticks(first, x1, 4, whole=True)
    return [x0, x1, low, high], x_ticks, geometry.ticks(low, high, 5)


def _formulas(trace, D, kind):
    """Return the names of the formulas in force."""
    if kind == "start":
        return [f"mixture_{D}"]
    if kind == "E":
        return [f"e_step_{D}", f"mixture_{D}"]
    shared = trace.covariance_type == "tied"
    spread = trace.covariance_type if D == 2 or shared else "full"  # in one dimension all are alike
    return ["counts", "weights", "means", f"spread_{D}_{spread}{'_ridge' * bool(trace.ridge)}"]


def _check_trace(trace, n, D):
    """Check that a trace can be shown with `n` points in `D` dimensions."""
    if not isinstance(trace, Trace):
        raise TypeError(f"trace must come from run_em or fit; it is a {type(trace).__name__}.")
    if not trace.steps:
        raise ValueError("The trace has no half-steps: run EM with record=True.")
    if D > 2 or trace.mixture.n_features != D:
        raise ValueError(
            f"The stepper draws data with D = 1 or 2; x has D = {D} and the run had "
            f"D = {trace.mixture.n_features}."
        )
    shares = trace.steps[min(1, len(trace.steps) - 1)].responsibilities
    if shares is not None and len(shares) != n:
        raise ValueError(
            f"x has n = {n} points, but the run had {len(shares)}: "
            "give the data that EM was run on."
        )
