"""What a run of EM leaves behind: its half-steps, or the error that ended it."""

from dataclasses import dataclass

import numpy as np

from gmm_helpers.model.mixture import Mixture
from gmm_helpers.model.validation import count, name_component


class EMError(ValueError):
    """A run that cannot go on: `component` (or None), `iteration`, and the `trace` up to there.

    Where a step was called by itself, `iteration` and `trace` are None.
    """

    def __init__(self, message, *, component=None, iteration=None, trace=None):
        super().__init__(message)
        self.component = component
        self.iteration = iteration
        self.trace = trace


def failure(component, model, *, collapsed):
    """Return the error for a component that has collapsed or lost its points, with remedies."""
    name = name_component(component).capitalize()
    if collapsed and model.nearly:
        message = f"{name} has collapsed, or is too thin for float64. {model.nearly}"
        return EMError(message, component=component)
    what, remedies = "has lost all its points", ["start elsewhere", "use fewer components"]
    if collapsed:
        what = "has collapsed: up to rounding its points span no volume, and ℓ has no upper limit"
        if model.covariance_type != "tied":  # what has not been tried yet
            remedies.append("share one covariance (covariance_type='tied')")
        if not model.ridge:
            remedies.append("add a small ridge (such as ridge=1e-3)")
    return EMError(f"{name} {what}. Remedies: {', or '.join(remedies)}.", component=component)


@dataclass(frozen=True, eq=False)
class Step:
    """A half-step: `kind` is "start", "E" or "M".

    `mixture` is in force after it, with its `log_likelihood`; `responsibilities` (n, K) are the
    latest (None at the start).
    """

    kind: str
    iteration: int
    mixture: Mixture
    responsibilities: np.ndarray | None
    log_likelihood: float


@dataclass(frozen=True, eq=False)
class Trace:
    """A run of EM: the last `mixture`, and how it came about.

    `log_likelihoods` (iterations + 1,) holds ℓ in nats at the start and after each iteration;
    `steps` every half-step (start, E, M, E, M, …), or nothing if it was not recorded; `stubs`
    the names of the caller's steps that returned None, so that the module's stood in; `n_starts`
    and `n_failed` how many starts `fit` tried, and how many of them it had to skip.
    `covariance_type` and `ridge` are those of the run; `own_steps` says whether a caller's were.
    """

    mixture: Mixture
    log_likelihoods: np.ndarray
    converged: bool
    steps: tuple[Step, ...] = ()
    stubs: tuple[str, ...] = ()
    n_starts: int = 1
    n_failed: int = 0
    covariance_type: str = "full"
    ridge: float = 0.0
    own_steps: bool = False

    @property
    def iterations(self) -> int:
        """The number of iterations, each an E step and an M step."""
        return len(self.log_likelihoods) - 1

    def __str__(self):
        best = f"Best of {self.n_starts} starts ({self.n_failed} failed): " * (self.n_starts > 1)
        end = f"{count(self.iterations, 'iteration')}, {'' if self.converged else 'not '}converged."
        return f"{best}log-likelihood {self.log_likelihoods[-1]:.3f} after {end}"


class Recorder:
    """Takes a run of EM down while it goes on: ℓ always, and every half-step if asked."""

    def __init__(self, model, record, report):
        self._model, self._record, self._report = model, record, report
        self._mixture, self._steps, self.log_likelihoods = None, [], []

    def note(self, kind, iteration, mixture, b, log_likelihood):
        """Take down what a half-step led to; `b` is (K, n), or None."""
        if kind != "E":
            self._mixture = mixture
            self.log_likelihoods.append(log_likelihood)
        if self._record:
            if b is not None:
                b.setflags(write=False)
            shown = None if b is None else b.T
            self._steps.append(Step(kind, iteration, mixture, shown, log_likelihood))
        if self._report and kind == "M":
            self._report(iteration, log_likelihood)

    def trace(self, own, converged=False):
        """Return the `Trace` of the run so far, with the caller's `own` steps, or None."""
        values = np.array(self.log_likelihoods)
        values.setflags(write=False)
        steps, stubs = tuple(self._steps), own.stubs if own else ()
        about = {"covariance_type": self._model.covariance_type, "ridge": self._model.ridge}
        assert self._mixture is not None  # the start is noted first
        return Trace(self._mixture, values, converged, steps, stubs, own_steps=bool(own), **about)
