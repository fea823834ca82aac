"""A stepper whose run is chosen: K, say, and by buttons new data and a new start."""

from __future__ import annotations

import functools
import inspect
import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gmm_helpers.model import validation
from gmm_helpers.model.trace import Trace
from gmm_helpers.plots import geometry
from gmm_helpers.widgets.run_scene import make_run_scene
from gmm_helpers.widgets.stepper import Stepper, trace_until_failure
from gmm_helpers.widgets.view import View

_SLOW = 1.0  # seconds: a run that takes so long is not made before it is asked for
_KEPT = 16  # runs
_BUTTONS = {"data_seed": "New data", "start_seed": "New start"}


class _Choice(NamedTuple):
    """What makes a run: which of each argument's values, and both seeds."""

    indices: tuple[int, ...]
    data_seed: int
    start_seed: int


class RunChooser(Stepper):
    """A stepper with controls above it that choose the run: K, say, or the data and the start.

    When another run is chosen, the slider goes to the same iteration, and at the end it stays at
    the end, so that runs can be compared. While nothing else is to be done, the page asks for the
    runs that can be chosen next, so that they are there at once; not where a run takes long or
    calls a learner's steps. What takes too long ends with the kernel's *Interrupt* (■), and the run
    before stays.

    Parameters
    ----------
    data : array_like or callable
        The data, of shape (n,), (n, 1) or (n, 2); or a function `data(rng)` that draws them, and
        then there is a button for new data.
    run : callable
        `run(x, rng, **chosen)` returns a `Trace`, each time the same. An `EMError` is shown with
        the half-steps until then. It is also called for what may be chosen next. For a `run`
        without randomness, let it do without `rng`: there is then no button for a new start.
    choices : mapping of str to sequence, optional
        For each argument of `run` what can be chosen, the first at the start: `{"K": (2, 3, 4)}`.
    features : sequence of str, optional
        The axes' names, one for each feature.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above, or `run` returns something else.

    Examples
    --------
    >>> from gmm_helpers import run_em, start_from_random_points
    >>> def run(x, rng, K):
    ...     return run_em(x, start_from_random_points(x, K, rng=rng))
    >>> chooser = RunChooser([0.0, 0.2, 0.5, 5.0, 5.1, 5.7], run, choices={"K": (2, 3)})
    >>> chooser.trace.mixture.means.ravel().round(2)
    array([5.27, 0.23])
    """

    _title = "Film strip of a stepper whose run can be chosen"

    def __init__(
        self,
        data: ArrayLike | Callable,
        run: Callable[..., Trace],
        *,
        choices: Mapping[str, Sequence] | None = None,
        features: Sequence[str] | None = None,
    ) -> None:
        self._data, self._function, self._features = data, run, features
        self._offered = {name: list(values) for name, values in (choices or {}).items()}
        for name, values in self._offered.items():
            if not values:
                raise ValueError(f"choices must hold at least one value for {name}.")
        takes_rng = "rng" in inspect.signature(run).parameters
        offered = {"data_seed": callable(data), "start_seed": takes_rng}
        self._buttons = {name: _BUTTONS[name] for name, can in offered.items() if can}
        self._limits, self._ahead = None, True
        self._run_scene = functools.lru_cache(_KEPT)(self._make_run_scene)
        self._choice = _Choice((0,) * len(self._offered), 1, 1)
        content, data = self._content(self._choice)
        self.view = View("chooser", content, data, chosen=content["key"])
        self.view.on_msg(self._hear)
        self.view.observe(self._keep, "chosen")

    @property
    def _run(self):
        """The run that is shown, made anew if it is not among the latest."""
        return self._run_scene(self._choice)

    @property
    def x(self) -> np.ndarray:
        """The data that are shown."""
        x = self._run.x
        return x if x.shape[1] > 1 else x[:, 0]

    def compute(self, *, data_seeds: int = 1, start_seeds: int = 1) -> None:
        """Make the runs of all choices beforehand, so that a page without Python has them too.

        Parameters
        ----------
        data_seeds, start_seeds : int
            How many seeds to make them with, counted from those that are shown.
        """
        counts = {"data_seed": data_seeds, "start_seed": start_seeds}
        seeds = []
        for name, count in counts.items():
            first = getattr(self._choice, name)
            count = validation.check_count(count, f"{name}s", at_least=1)
            seeds.append(range(first, first + count))
        indices = itertools.product(*(range(len(values)) for values in self._offered.values()))
        runs, more = {}, b""
        for choice in itertools.starmap(_Choice, itertools.product(indices, *seeds)):
            content, data = self._content(choice)
            name = "-".join(map(str, (*choice.indices, choice.data_seed, choice.start_seed)))
            runs[name] = {**content, "at": [len(more), len(data)]}
            more += data
        with self.view.hold_sync():
            self.view.runs, self.view.more = runs, more

    def _make_run_scene(self, choice):
        """Run what is chosen; return the run as a scene."""
        each = zip(self._offered.items(), choice.indices, strict=True)
        values = {name: offered[index] for (name, offered), index in each}
        x = self._data
        if callable(x):
            x = x(np.random.default_rng(choice.data_seed))
        rng = {}
        if "start_seed" in self._buttons:
            rng = {"rng": np.random.default_rng(choice.start_seed)}
        began = time.perf_counter()
        trace, notes = trace_until_failure(self._function, x, **rng, **values)
        if not isinstance(trace, Trace):
            raise TypeError(f"run must return a Trace, as run_em does; it returned {trace!r:.60}.")
        self._ahead &= time.perf_counter() - began < _SLOW and not trace.own_steps
        x = validation.as_points(x).T
        self._limits = geometry.shared_limits(x, self._limits)
        said = [f"{_say(name)} = {value}" for name, value in values.items()]
        for name in self._buttons:
            said.append(f"{name.removesuffix('_seed')} drawn with seed {getattr(choice, name)}")
        notes.insert(0, f"Shown: {', '.join(said) or 'the one run there is'}.")
        return make_run_scene(x, trace, features=self._features, notes=notes, limits=self._limits)

    def _content(self, choice):
        """Return what the page shows of a choice, and the bytes of its scene."""
        scene = self._run_scene(choice).scene
        choices = [[_say(name), list(map(str, values))] for name, values in self._offered.items()]
        key = {**choice._asdict(), "indices": list(choice.indices)}
        more = {"choices": choices, "buttons": self._buttons, "key": key, "ahead": self._ahead}
        return {**scene.content, **more}, scene.data

    def _keep(self, change):
        """Keep what has been chosen: here, or by a page that has the run."""
        self._choice = _from_key(change["new"])

    def _hear(self, _, message, __):
        """Answer the page: with a run that it may soon show, or by showing one."""
        answer, ahead = {"answer": message["ask"]}, message.get("ahead")
        try:
            content, data = self._content(_from_key(message["key"]))
        except (Exception, KeyboardInterrupt) as error:  # whatever `run` does, the page is told
            reason = "It was interrupted." if isinstance(error, KeyboardInterrupt) else error
            words = "This cannot be run, and the pictures are of the run before."
            self.view.send({**answer, "refused": f"{words} {reason}"})
            if ahead or isinstance(error, (ValueError, KeyboardInterrupt)):
                return
            raise  # a mistake in `run`, whose place is told as well
        if ahead:
            self.view.send({**answer, "content": content}, [data])
            return
        with self.view.hold_sync():
            self.view.content, self.view.data, self.view.chosen = content, data, content["key"]
        self.view.send(answer)


def _from_key(key):
    return _Choice(**{**key, "indices": tuple(key["indices"])})


def _say(name):
    """Write an argument's name as words."""
    return name.replace("_", " ")
