"""A run of EM as a scene: what each position shows, in shapes and in words."""

import itertools

import numpy as np

from gmm_helpers.model import validation
from gmm_helpers.model.trace import Trace
from gmm_helpers.plots import geometry
from gmm_helpers.plots.look import RADII
from gmm_helpers.widgets import marks, words
from gmm_helpers.widgets.scene import Scene

_RESTS = {"start": 1.0, "E": 1.5, "M": 1.0}  # seconds: E rests longer, there is more to read


class RunScene(Scene):
    """A run on checked data `x` (n, D) as a scene, with each position's step and text.

    Without `features`, x₁ and x₂ have one scale where their spans are alike. `limits` (2, D) say
    where the data's axes begin and end: by default where these data and the ellipses do.
    """

    def __init__(self, x, trace, *, features=None, notes=(), limits=None):
        n, D = x.shape
        if D > 2:
            raise ValueError(f"The stepper draws data with D = 1 or 2; x has D = {D}.")
        check_trace(trace, x.T)
        names = validation.as_names(features, D)
        validation.check_texts(notes=notes)
        notes = validation.as_list(notes)
        positions, decimals = words.choose_positions(len(trace.steps)), geometry.decimals_for(x)
        described = (words.describe(trace, *pair) for pair in itertools.pairwise([0, *positions]))
        headings, sentences = zip(*described, strict=True)
        steps = [trace.steps[i] for i in positions]
        tables = [words.parameters_table(step.mixture, decimals) for step in steps]
        super().__init__(
            len(steps),
            headings=headings,
            texts=sentences,
            tables=tables,
            formulas=[_formulas(trace, D, step.kind) for step in steps],
            iterations=[step.iteration for step in steps],
            rests=[_RESTS[step.kind] for step in steps],
            glides=[int(step.kind == "M") for step in steps],
            notes=notes,
            **({"above": True} if notes else {}),
            legend=marks.components_legend(trace.mixture.n_components),
        )
        self.x, self.trace, self.steps = x, trace, steps
        self.texts = tuple(map("{} {}".format, sentences, map(words.read_table, tables)))
        self._done = [step.iteration - (step.kind == "E") for step in steps]  # whole iterations
        self._faint = [step.kind == "E" for step in steps]  # components
        for name in trace.stubs:
            said = "returned None, as an unfinished exercise does: the module's own was used."
            self.content["notes"].append(f"Your {name} {said}")
        if D == 1:
            self._draw_densities(names, limits)
        else:
            self._draw_ellipses(names, limits, equal=geometry.share_a_scale(x, features))
        self._draw_log_likelihood()

    def _draw_points(self, panel, features, **more):
        shares, faint = [step.responsibilities for step in self.steps], self.content["glides"]
        marks.draw_points(panel, self.x, shares, features=features, faint=faint, **more)

    def _draw_densities(self, features, limits):
        """Add the panel of one dimension: histogram, components, their sum, and the points."""
        x = self.x[:, 0]
        bars = geometry.histogram(x)
        maps = np.array([geometry.bump_maps(step.mixture) for step in self.steps])
        tallest_bar = bars[:, 3].max()
        # A component that is collapsing has no limit: let it leave the picture.
        top = 1.3 * np.clip(maps[:, :, 3].max(), tallest_bar, 2.5 * tallest_bar)
        if maps[:, :, 3].max() > top:
            self.content["notes"].append("At some positions, a curve reaches beyond the picture.")
        ends = geometry.span(x.min(), x.max(), 0.06) if limits is None else limits[:, 0]
        panel = self.panel(
            [*ends, -geometry.RUG_ROOM * top, top],
            y_ticks=geometry.ticks(0, top, 5),
            labels=[*features, "density"],
            width=1.65,
            title="numbered: φ N(x | μ, σ²); solid: their sum",
        )
        panel.mark("bars", shape=bars, colour="pale")
        self._draw_points(panel, features, top=top)
        bump, curves = self.array(geometry.BUMP), []
        for k in range(maps.shape[1]):
            look, by = marks.component_style(k), {"map": maps[:, k], "faint": self._faint}
            curves.append(panel.mark("line", shape=bump, extend=True, **look, by=by))
        panel.mark("sum", of=curves, colour="ink", width=2, by={"faint": self._faint})
        marks.draw_numbers(panel, maps[..., [4, 3]], lift=20, drag=True)

    def _draw_ellipses(self, features, limits, *, equal):
        """Add the panel of two dimensions: points, ellipses, and the way that the means came."""
        maps = np.array([geometry.ellipse_maps(step.mixture) for step in self.steps])
        low, high = geometry.plane_limits(self.x, maps) if limits is None else limits
        mass = " and ".join(f"{geometry.mass_inside(radius):.0%}" for radius in RADII)
        panel = self.panel(
            [low[0], high[0], low[1], high[1]],
            labels=features,
            width=1.65,
            title=f"ellipses hold {mass} of each component",
            equal=equal,
        )
        self._draw_points(panel, features)
        marks.draw_ellipses(panel, maps, self._faint)
        path = np.array([step.mixture.means for step in self.trace.steps if step.kind != "E"])
        by = {"until": [done + 1 for done in self._done]}
        for k in range(maps.shape[1]):
            panel.mark("line", shape=path[:, k], colour=k, width=1.5, dots=2.5, by=by)
        marks.draw_numbers(panel, maps[..., 4:], drag=True)

    def _draw_log_likelihood(self):
        """Add the panel of ℓ; it can show the rest after the first jump."""
        values = self.trace.log_likelihoods
        title, labels = "log-likelihood ℓ", ["iteration", ""]
        panel = self.panel(*view_from(values, 0), title=title, labels=labels)
        # From there on ℓ changes by less than a tenth of all.
        changes = (np.ptp(values[first:]) for first in range(1, len(values) - 2))
        rest = next((i for i, each in enumerate(changes, 1) if each < 0.1 * np.ptp(values)), 0)
        if rest:
            panel.view(*view_from(values, rest))
            panel.content["button"] = ["Zoom in", "Show all"]
        curve = np.column_stack([np.arange(len(values)), values])
        by = {"until": [done + 1 for done in self._done]}
        panel.mark("line", shape=curve, colour="ink", width=2, dots=3, by=by)
        panel.mark("marker", marker="o", radius=7, colour="ink", by={"at": curve[self._done]})


def view_from(values, first):
    """Return limits and x ticks for ℓ, of one run or several, from an iteration on."""
    low, high = geometry.span(np.min(values[first:]), np.max(values[first:]), 0.1)
    x0, x1 = geometry.span(first, max(len(values) - 1, first + 1), 0.07)
    return [x0, x1, low, high], geometry.ticks(first, x1, 5, whole=True)


def _formulas(trace, D, kind):
    """Return the names of the formulas in force."""
    if kind == "start":
        return [f"mixture_{D}"]
    if kind == "E":
        return [f"e_step_{D}", f"mixture_{D}"]
    shared = trace.covariance_type == "tied"
    spread = trace.covariance_type if D == 2 or shared else "full"  # in one dimension all are alike
    return ["counts", "weights", "means", f"spread_{D}_{spread}{'_ridge' * bool(trace.ridge)}"]


def check_trace(trace, points):
    """Check that a trace has half-steps, of a run on as many points as these (D, n)."""
    if not isinstance(trace, Trace):
        raise TypeError(f"trace must come from run_em or fit; it is a {type(trace).__name__}.")
    if not trace.steps:
        raise ValueError("The trace has no half-steps: run EM with record=True.")
    validation.check_features(points, trace.mixture.n_features)
    n, shares = points.shape[1], trace.steps[-1].responsibilities
    if shares is not None and len(shares) != n:
        raise ValueError(f"x has n = {n} points, but the run had {len(shares)}: give its data.")
    found, ell = trace.mixture._posterior(points)[1].sum(), trace.log_likelihoods[-1]
    if not (trace.own_steps or np.isclose(found, ell, rtol=1e-6)):
        raise ValueError(
            f"x is not the data of the run: ℓ would be {found:.6g}, and was {ell:.6g}."
        )
