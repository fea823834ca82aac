"""The self-check of the loop."""

import numpy as np

from gmm_helpers import em
from gmm_helpers.checks.detectors import Finding, same
from gmm_helpers.checks.diagnosis import Exercise, Group, Part, describe, diagnose
from gmm_helpers.checks.slips import Table
from gmm_helpers.mixture import Mixture

_MOST_CALLS = 5000  # of the steps that `em` is handed; even 1000 iterations need fewer


def check_em(em):
    """Check the loop, called as `em(x, mixture, e_step, m_step, n_iterations)`.

    The steps that it is handed are the course's, so it can be right while the learner's are not.

    Parameters
    ----------
    em : callable
        Returns the mixture after so many iterations, and the log-likelihoods of the start and
        after each iteration, n_iterations + 1 numbers.

    Returns
    -------
    Check

    Examples
    --------
    >>> check_em(lambda x, mixture, e_step, m_step, n_iterations: (mixture, [])).slip
    'ignores_steps'
    """
    return diagnose(em, _loop_exercise())


def _run(x, mixture, e_step, m_step, n_iterations):
    trace = em.run_em(x, mixture, max_iter=n_iterations, tol=0, e_step=e_step, m_step=m_step)
    return trace.mixture, list(trace.log_likelihoods)


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
            raise Finding(
                "not_unpacked",
                "`e_step` returns two things: take them apart, `b, ell = e_step(x, mixture)`.",
            )
        return em.m_step(x, b)

    def _limit(self):
        if len(self.mixtures) + self.m_calls > _MOST_CALLS:
            raise Finding(
                "endless",
                f"`em` was stopped after {_MOST_CALLS} calls of the steps: what ends its loop? It "
                "has to do `n_iterations` iterations.",
            )


def _read_loop(result, x, mixture, e_step, m_step, n_iterations):
    if isinstance(result, Mixture):
        raise Finding(
            "history_missing",
            "`em` returns the mixture only: the list of log-likelihoods is asked for as well, as a "
            "second result.",
        )
    if not (isinstance(result, tuple) and len(result) == 2):
        raise Finding(
            "wrong_type",
            "`em` has to return two things, the mixture and the list of log-likelihoods, with a "
            f"comma between them. It returns {describe(result)}.",
            vague=True,
        )
    found, history = result
    if isinstance(history, Mixture):
        raise Finding("swapped", "The two results have changed places: first the mixture.")
    if not isinstance(found, Mixture):
        raise Finding(
            "not_a_mixture",
            f"The first result of `em` has to be a Mixture; it is {describe(found)}.",
        )
    steps = getattr(e_step, "__self__", None)
    if isinstance(steps, _Steps) and not (steps.mixtures and steps.m_calls):
        missing = "`m_step`" if steps.mixtures else "`e_step`" if steps.m_calls else "steps"
        raise Finding(
            "ignores_steps",
            f"`em` never calls the {missing} that it is handed. It has to use its arguments, so "
            "that it can run with any steps.",
        )
    for kind, what in ((tuple, "pairs"), (list, "lists"), (Mixture, "mixtures")):
        if isinstance(history, list) and any(isinstance(entry, kind) for entry in history):
            raise Finding(
                "history_of_others",
                f"The history holds {what}: only the log-likelihood of each belongs there.",
            )
    return np.array([found.weights, found.means[:, 0], found.variances]), history


def _recognise_loop(cases, found, wanted):
    """Name the slip by which mixture came out, and by how the steps were called."""
    steps = [case[2].__self__ for case in cases]
    asked = [case[-1] for case in cases]
    done = [each.m_calls for each in steps]

    def ends_after(iterations):
        pairs = zip(cases, iterations, strict=True)
        ends = [_run(*case[:2], None, None, number)[0] for case, number in pairs]
        return same(found, [np.array([m.weights, m.means[:, 0], m.variances]) for m in ends])

    if set(done) == {1}:
        raise Finding(
            "one_iteration",
            "It does one iteration, whatever is asked for: does `return` stand inside the loop?",
        )
    only_start = all(all(m is each.mixtures[0] for m in each.mixtures) for each in steps)
    if ends_after([0] * len(cases)):
        if only_start:
            raise Finding(
                "result_thrown_away",
                "The mixture that `m_step` returns is never used: each iteration works on the "
                "start again.",
            )
        raise Finding(
            "returns_start", "The iterations are right, but what is returned is the start."
        )
    # The last E step may be there for the history alone.
    start_until_last = all(all(m is each.mixtures[0] for m in each.mixtures[:-1]) for each in steps)
    if start_until_last and ends_after([1] * len(cases)):
        raise Finding(
            "always_start",
            "Each E step is given the start (or there is only one E step): it needs the newest "
            "mixture, in each iteration.",
        )
    if ends_after([number - 1 for number in asked]):
        text = "one iteration too few" if done != asked else "the mixture before the last M step"
        raise Finding("one_too_few", f"What comes out is {text}.")
    if ends_after([1] * len(cases)):
        raise Finding(
            "same_responsibilities",
            "Each M step is given the responsibilities of the start: they need to be renewed in "
            "each iteration.",
        )
    if not ends_after(done):
        return
    counts = " and ".join(
        f"{number} iterations where {n} were asked for"
        for number, n in zip(done, asked, strict=True)
        if number != n
    )
    if done == [number + 1 for number in asked]:
        raise Finding("one_too_many", f"It does one iteration too many: {counts}.")
    if len(set(done)) == 1:
        raise Finding("iterations_ignored", f"The argument `n_iterations` is ignored: {counts}.")
    if all(number <= n for number, n in zip(done, asked, strict=True)):
        raise Finding("stops_early", f"{_STOPS_EARLY} It did {counts}.")
    raise Finding("other_number", f"The number of iterations is another: {counts}.")


_STOPS_EARLY = (
    "It stops by a rule of its own before all iterations are done. That is sensible elsewhere; "
    "here `n_iterations` of them are asked for."
)


def _ells(x, mixture, e_step, m_step, n_iterations):
    """Return ℓ_0, ℓ_1, …, ℓ_n."""
    return {"ells": np.array(_run(x, mixture, None, None, n_iterations)[1])}


def _recognise_history(cases, found, wanted):
    if all(f.ndim == 3 for f in found):
        raise Finding(
            "history_of_others",
            "The history holds responsibilities: only the log-likelihoods belong there.",
        )
    if all(f.ndim == 1 and same([f], [w[: len(f)]]) for f, w in zip(found, wanted, strict=True)):
        raise Finding("stops_early", _STOPS_EARLY)


TABLE = Table(__file__, np=np)


def _where_parameter(index, x, mixture, e_step, m_step, n_iterations):
    name = ("weight", "mean", "variance")[index[0]]
    return f"After {n_iterations} iterations, for the {name} of component {index[1] + 1},"


def _where_history(index, x, mixture, e_step, m_step, n_iterations):
    return f"After {index[0]} of {n_iterations} iterations"


def _loop_exercise():
    def case(x, mixture, n_iterations):
        steps = _Steps()
        return np.array(x), mixture, steps.e_step, steps.m_step, n_iterations

    start = Mixture.from_1d([0.5, 0.5], [0.2, 1.1], [1.2, 0.8])
    overlapping = [-2.1, -1.4, -0.9, -0.2, 0.4, 0.7, 1.3, 1.8, 2.6, 3.5]
    apart = [-5.2, -4.8, -4.4, -4.1, 3.9, 4.3, 4.4, 5.0, 5.6]
    return Exercise(
        call="em(x, mixture, e_step, m_step, n_iterations)",
        course=_run,
        expected=lambda x, mixture, e_step, m_step, n: _run(x, mixture, None, None, n),
        read=_read_loop,
        parts=(
            Part("the mixture", "", "(3, K)", _where_parameter, None, _recognise_loop),
            Part(
                "the history",
                "ℓ",
                "(n_iterations + 1,)",
                _where_history,
                TABLE.expression("history", _ells),
                _recognise_history,
            ),
        ),
        groups=(Group((case(overlapping, start, 4), case(apart, start, 40))),),
        right="the right mixtures and histories after 4 and after 40 iterations, on points that "
        "you have not seen",
    )
