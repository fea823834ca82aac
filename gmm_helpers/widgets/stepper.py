"""The slider that walks through a run of EM, half-step by half-step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gmm_helpers.model import validation
from gmm_helpers.model.em import run_em
from gmm_helpers.model.mixture import Mixture, check_mixtures
from gmm_helpers.model.trace import EMError, Trace
from gmm_helpers.widgets.run_scene import RunScene
from gmm_helpers.widgets.scene import Scene
from gmm_helpers.widgets.view import Shown, View


class SceneStepper(Shown):
    """A slider that steps through the positions of any scene.

    Parameters
    ----------
    scene : Scene
        With its panels and marks.
    texts : sequence of str
        What each position shows, in words.
    title : str
        What the whole is, for pages without widgets.
    stills : sequence of int, optional
        The positions that such a page shows: by default the first three and the last.

    Raises
    ------
    ValueError
        If there is not one text for each position.

    Examples
    --------
    >>> from gmm_helpers import Scene
    >>> scene, style = Scene(2), {"marker": "o", "radius": 8, "colour": 0}
    >>> _ = scene.panel([0, 1, 0, 1]).mark("marker", by={"at": [[0.2, 0.5], [0.8, 0.5]]}, **style)
    >>> stepper = SceneStepper(scene, ["A dot.", "It has moved."], title="A dot that moves")
    >>> for position in stepper.walk():
    ...     print(position, stepper.texts[position])
    0 A dot.
    1 It has moved.
    """

    def __init__(
        self, scene: Scene, texts: Iterable[str], *, title: str, stills: Sequence[int] = ()
    ) -> None:
        validation.check_each(lambda value: isinstance(value, Scene), "a Scene", scene=scene)
        self.texts = tuple(texts) if np.iterable(texts) else (texts,)
        validation.check_texts(texts=self.texts, title=title)
        self._title, self._stills = title, validation.as_list(stills)
        for position in self._stills:
            validation.check_count(position, "each of stills", at_least=0)
        if len(self.texts) != scene.positions:
            counts = {"text": len(self.texts), "position": scene.positions}
            found = " and ".join(validation.count(each, noun) for noun, each in counts.items())
            raise ValueError(f"texts must be one for each position; there are {found}.")
        scene.content["texts"] = self.texts
        self._steps = range(scene.positions)
        self.view = View("stepper", scene.content, scene.data)

    def walk(self) -> Iterator[Any]:
        """Put the slider on each position in turn, then back; yield what each shows.

        Of a run of EM that is a `Step`, of other scenes the position itself.
        """
        before = self.view.position
        for position, step in enumerate(self._steps):
            self.view.position = position
            yield step
        self.view.position = before

    @property
    def caption(self) -> str:
        """The words of the positions that a still shows."""
        last = len(self.texts) - 1
        title = f"{self._title}, {validation.count(last + 1, 'position')}."
        stills = {min(position, last) for position in self._stills or (0, 1, 2, last)}
        told = [f"Position {i}. {self.texts[i]}" for i in sorted(stills)]
        return "\n".join([title, *self.view.content["notes"], *told])


class Stepper(SceneStepper):
    """A slider that steps through a trace: the points, the components and the log-likelihood.

    Parameters
    ----------
    x : array_like, shape (n,), (n, 1) or (n, 2)
        The data of the run. Of more than 800 points the pictures show some, evenly chosen.
    trace : Trace
        With its half-steps; an `EMError` has one too, of the run until it failed.
    features : sequence of str, optional
        The axes' names, one for each feature.
    notes : sequence of str
        What else to say above the pictures.

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

    _kind, _title, _stills = "stepper", "Film strip of a stepper", ()

    def __init__(
        self,
        x: ArrayLike,
        trace: Trace,
        *,
        features: Sequence[str] | None = None,
        notes: Sequence[str] = (),
    ) -> None:
        self._show(RunScene(validation.as_points(x).T, trace, features=features, notes=notes))

    def _show(self, run):
        """Show a run of EM, in the view that there is or in a new one."""
        self._run, self._steps, self.trace, self.texts = run, run.steps, run.trace, run.texts
        chosen = {"key": run.content.get("key")}
        if not hasattr(self, "view"):
            self.view = View(self._kind, run.content, run.data, chosen=chosen)
            return
        with self.view.hold_sync():
            self.view.content, self.view.data, self.view.chosen = run.content, run.data, chosen


def step_through(
    x: ArrayLike, start: Mixture, *, features: Sequence[str] | None = None, **options: Any
) -> Stepper:
    """Run EM and make a stepper of it, of whatever happened: for steps that may have mistakes.

    Where the run fails, the stepper shows the half-steps until then, and above them the sentence
    that says why. `run_em` raises an error instead. At its first position the means can be dragged
    or moved with the arrow keys, and EM runs anew from there.

    Parameters
    ----------
    x, start
        As in `run_em`.
    features : sequence of str, optional
        The axes' names, one for each feature.
    **options
        As in `run_em`.

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
    check_mixtures(start=start)
    points = validation.as_points(x).T
    stepper = Stepper.__new__(Stepper)  # `show` gives it its run, and each one after that

    def show(means):
        begin = Mixture(start.weights, means, start.covariances)
        trace, notes = trace_until_failure(run_em, x, begin, **options)
        run = RunScene(points, trace, features=features, notes=notes)
        run.content["drag"] = "start"
        stepper._show(run)

    show(start.means)
    words = "EM cannot start from there, and the pictures are of the run before."
    stepper.view.answer_by(lambda asked: show(np.array(asked["means"], float)), words)
    return stepper


def trace_until_failure(run, *arguments, **options):
    """Return what a run of EM returns, and notes; of one that fails, what it did until then."""
    try:
        return run(*arguments, **options), []
    except EMError as error:
        if error.trace is None or not error.trace.steps:
            raise
        return error.trace, [f"EM could not go on. {error}"]
