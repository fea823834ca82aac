"""The self-check of the loop."""

from collections.abc import Callable

import numpy as np

from gmm_helpers.checks.detectors import same
from gmm_helpers.checks.diagnosis import diagnose
from gmm_helpers.checks.exercise import Table
from gmm_helpers.checks.result import Check
from gmm_helpers.model import em, validation
from gmm_helpers.model.learner_steps import describe
from gmm_helpers.model.mixture import Mixture

_MOST_CALLS = 5000  # of the steps that `em` is handed; even 1000 iterations need fewer

TABLE = Table(__file__, globals())


def check_em(em: Callable) -> Check:
    """Check the loop, called as `em(x, mixture, e_step, m_step, n_iterations)`.

    The steps that it is handed are the course's, so it can be right while the learner's are not.

    Returns the mixture after so many iterations, and the log-likelihoods of the start and after
    each iteration, n_iterations + 1 numbers.

    Examples
    --------
    >>> check_em(lambda x, mixture, e_step, m_step, n_iterations: (mixture, [])).slip
    'ignores_steps'
    """
    return diagnose(em, TABLE.exercise("em"))


def _run(x, mixture, e_step, m_step, n_iterations):
    trace = em.run_em(x, mixture, max_iter=n_iterations, tol=0, e_step=e_step, m_step=m_step)
    return trace.mixture, list(trace.log_likelihoods)


def _run_quietly(x, mixture, e_step, m_step, n_iterations):
    return _run(x, mixture, None, None, n_iterations)


def _case(x, n_iterations):
    start, steps = Mixture.from_1d([0.5, 0.5], [0.2, 1.1], [1.2, 0.8]), _Steps()
    return np.array(x), start, steps.e_step, steps.m_step, n_iterations


class _Steps:
    """The course's steps, which remember how they were called, and end a loop that does not."""

    def __init__(self):
        self.mixtures = []  # those that the E step was given
        self.m_calls = 0

    def e_step(self, x, mixture):
        self.mixtures.append(mixture)
        self._limit()
        return em.e_step(x, mixture)

    def m_step(self, x, b):
        self.m_calls += 1
        self._limit()
        if isinstance(b, tuple) and len(b) == 2:  # no tuple of rows: there are more points
            raise TABLE.finding("not_unpacked")
        return em.m_step(x, b)

    def _limit(self):
        if len(self.mixtures) + self.m_calls > _MOST_CALLS:
            raise TABLE.finding("endless", calls=_MOST_CALLS)


def _read_loop(result, x, mixture, e_step, m_step, n_iterations):
    if isinstance(result, Mixture):
        raise TABLE.finding("history_missing")
    if not (isinstance(result, tuple) and len(result) == 2):
        raise TABLE.finding("wrong_type", result=describe(result))
    found, history = result
    if isinstance(history, Mixture):
        raise TABLE.finding("swapped")
    if not isinstance(found, Mixture):
        raise TABLE.finding("not_a_mixture", result=describe(found))
    steps = getattr(e_step, "__self__", None)
    if isinstance(steps, _Steps) and not (steps.mixtures and steps.m_calls):
        missing = "`m_step`" if steps.mixtures else "`e_step`" if steps.m_calls else "steps"
        raise TABLE.finding("ignores_steps", missing=missing)
    for kind, what in ((tuple, "pairs"), (list, "lists"), (Mixture, "mixtures")):
        if isinstance(history, list) and any(isinstance(entry, kind) for entry in history):
            raise TABLE.finding("history_of_others", what=what)
    return _as_array(found), history


def _as_array(mixture):
    return np.array([mixture.weights, mixture.means[:, 0], mixture.variances])


def _recognise_loop(cases, found, wanted):
    """Name the slip by which mixture came out, and by how the steps were called."""
    steps = [case[2].__self__ for case in cases]
    asked = [case[-1] for case in cases]
    done = [each.m_calls for each in steps]

    def ends_after(iterations):
        pairs = zip(cases, iterations, strict=True)
        ends = [_run(case[0], case[1], None, None, number)[0] for case, number in pairs]
        return same(found, [_as_array(end) for end in ends])

    def given_the_start(until=None):
        return all(m is each.mixtures[0] for each in steps for m in each.mixtures[:until])

    start, first = (ends_after([number] * len(cases)) for number in (0, 1))
    behind, as_done = ends_after([number - 1 for number in asked]), ends_after(done)
    pairs = [pair for pair in zip(done, asked, strict=True) if pair[0] != pair[1]]
    counts = " and ".join(
        f"{validation.count(did, 'iteration')} where {n} were asked for" for did, n in pairs
    )
    told = {
        ("one_iteration",): set(done) == {1},
        ("result_thrown_away",): start and given_the_start(),
        ("returns_start",): start,
        # The last E step may be there for the history alone.
        ("always_start",): first and given_the_start(until=-1),
        ("one_too_few", "one behind"): behind and done == asked,
        ("one_too_few",): behind,
        ("same_responsibilities",): first,
        ("one_too_many",): as_done and done == [number + 1 for number in asked],
        ("iterations_ignored",): as_done and len(set(done)) == 1,
        ("stops_early", "counted"): as_done and all(did <= n for did, n in pairs),
        ("other_number",): as_done,
    }
    if fitting := [name for name, holds in told.items() if holds]:
        raise TABLE.finding(*fitting[0], counts=counts)


def _recognise_history(cases, found, wanted):
    if all(f.ndim == 3 for f in found):
        raise TABLE.finding("history_of_others", "responsibilities")
    if all(f.ndim == 1 and same([f], [w[: len(f)]]) for f, w in zip(found, wanted, strict=True)):
        raise TABLE.finding("stops_early")


_PARAMETERS = ("weight", "mean", "variance")
