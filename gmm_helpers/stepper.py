"""The slider that walks through a run of EM, half-step by half-step."""

import functools
import gc

import numpy as np

from gmm_helpers.drawing import DRAWING, to_png
from gmm_helpers.em import run_em
from gmm_helpers.film import Film, prepare_axes
from gmm_helpers.flipbook import Flipbook
from gmm_helpers.mixture import Mixture
from gmm_helpers.trace import EMError


class Stepper(Flipbook):
    """Widgets that step through a trace; a film strip where widgets are not shown.

    Shown when it is the last value of a cell. A cell that is run again closes the steppers of
    its run before.

    Parameters
    ----------
    x : array_like, shape (n,), (n, 1) or (n, 2)
        The data of the run. Of more than 2000 points the pictures show some, evenly chosen.
    trace : Trace
        With its half-steps; an `EMError` has one too, of the run until it failed.
    features : sequence of str, optional
        The axes' names, one for each feature.
    notes : sequence of str
        What else to say above the pictures.

    Attributes
    ----------
    trace : Trace
    widget : ipywidgets.VBox
        To place the stepper among other widgets.
    texts : tuple of str
        What each position shows, in words.

    Raises
    ------
    ValueError, TypeError
        If the trace has no half-steps, or does not belong to `x`.

    Examples
    --------
    >>> from gmm_helpers import Mixture, run_em
    >>> x = [0.0, 0.1, 0.3, 5.0, 5.2, 5.3]
    >>> stepper = Stepper(x, run_em(x, Mixture.from_1d([0.5, 0.5], [0, 1], [1, 1]), max_iter=1))
    >>> for step in stepper.walk():
    ...     print(step.kind, step.iteration, round(step.log_likelihood, 3))
    start 0 -34.174
    E 1 -34.174
    M 1 -11.479
    """

    def __init__(self, x, trace, *, features=None, notes=()):
        film = Film(x, trace, features=features)
        self.trace, self._steps = trace, film.steps
        super().__init__(
            film.frame,
            film.texts,
            title="Film strip of a stepper",
            notes=[*notes, *film.notes],
        )

    def walk(self):
        """Put the slider on each position in turn, then back; yield what each shows, a `Step`."""
        for position in super().walk():
            yield self._steps[position]


def step_through(x, start, *, features=None, **options):
    """Run EM and make a stepper of it, of whatever happened: for steps that may have mistakes.

    Where the run fails, the stepper shows the half-steps until then, and above them the sentence
    that says why. `run_em` raises an error instead.

    Parameters
    ----------
    x, start
        As in `run_em`.
    features : sequence of str, optional
        The axes' names, one for each feature.
    **options
        As in `run_em`.

    Returns
    -------
    Stepper

    Examples
    --------
    >>> def m_step(x, b):
    ...     return Mixture.from_1d(b.sum(axis=0), [0, 1], [1, 1])  # not divided by n
    >>> from gmm_helpers import Mixture
    >>> start = Mixture.from_1d([0.5, 0.5], [0, 1], [1, 1])
    >>> stepper = step_through([0.0, 0.1, 0.3, 5.0, 5.2, 5.3], start, m_step=m_step)
    >>> len(stepper.texts)  # the start and one E step
    2
    """
    try:
        return Stepper(x, run_em(x, start, **options), features=features)
    except EMError as error:
        if error.trace is None:
            raise
        return Stepper(x, error.trace, features=features, notes=[f"EM could not go on. {error}"])


def make_ready():
    """Do ahead what the next stepper needs, whatever its data: half of its time."""
    _make_ready_for_the_first()
    prepare_axes()


@functools.cache
def _make_ready_for_the_first():
    """Draw what nobody sees: imports, fonts and formulas are more than half of the first's time."""
    _draw_small_films()
    # So much that is new makes a sweep of all memory due: better now than then. Nearly all that is
    # there now will stay, so later sweeps pass over it: they would take a tenth of a second each.
    gc.collect()
    gc.freeze()


def _draw_small_films():
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    for D in (1, 2):
        x = corners[:, :D]
        trace = run_em(x, Mixture([1.0], [x.mean(axis=0)], [np.eye(D)]), max_iter=1)
        with DRAWING:
            film = Film(x, trace)
            for position in range(len(film.texts)):
                to_png(film.frame(position))
