"""How a learner's function is checked: from the function to what the check says.

A check is an `Exercise`: what the function is called with, what the course's own makes of that,
and for each part of the result the right expression with its classic slips.
"""

import inspect

import numpy as np

from gmm_helpers.checks.advice import tell_outside
from gmm_helpers.checks.detectors import DIGITS
from gmm_helpers.checks.exercise import Finding, Table
from gmm_helpers.checks.result import Check
from gmm_helpers.checks.trial import Trial
from gmm_helpers.model.learner_steps import SECONDS, TooSlowError, describe, guarded

TABLE = Table(__file__)


def diagnose(own, exercise):
    """Check a learner's function; return a `Check`, whatever that function does."""
    trial = Trial(own, exercise)
    try:
        with guarded(SECONDS):
            _check_signature(own, exercise)
            _check_arrays(exercise, trial.run())
    except TooSlowError:
        finding = TABLE.finding("too_slow", name=exercise.name, seconds=SECONDS)
    except KeyboardInterrupt:
        finding = TABLE.finding("interrupted", name=exercise.name)
    except Finding as caught:
        finding = caught
    except Exception as error:  # of the check itself, about a result that nobody has thought of
        error = type(error).__name__
        finding = TABLE.finding("not_understood", name=exercise.name, error=error)
    else:
        counts = all((part % 1 == 0).all() for parts in trial.wanted for part in parts)
        digits = "" if counts else f", to {DIGITS} digits"
        message = f"`{exercise.name}` gives {exercise.right}{digits}."
        return Check(True, None, message, own, f"your {exercise.name}")
    message = f"{finding.message} {tell_outside(own) if finding.vague else ''}".strip()
    untried = ("untouched", "endless", "too_slow", "interrupted")  # nobody should try these
    arguments = None if finding.slip in untried else trial.given
    whose = f"the course's {exercise.name}"
    return Check(False, finding.slip, message, exercise.course, whose, arguments)


def _check_signature(own, exercise):
    """Check that the function can be called; its arguments may have names of their own."""
    name, wanted = exercise.name, exercise.arguments
    if not callable(own):
        raise TABLE.finding("not_callable", name=name, got=describe(own))
    try:
        signature = inspect.signature(own)
    except (TypeError, ValueError):  # some functions written in C have none
        return
    has, call = [*signature.parameters], f"`{name}({', '.join(wanted)})`"
    if sorted(has) == sorted(wanted) and has != wanted:
        raise TABLE.finding("wrong_signature", "order", call=call)
    try:
        signature.bind(*wanted)
    except TypeError:
        raise TABLE.finding("wrong_signature", call=call, has=", ".join(has)) from None


def _check_arrays(exercise, results):
    """Check that what the cells below compute with is an array, as the course's own result is."""
    for found, wanted in results:
        several = isinstance(wanted, tuple)
        pairs = zip(found, wanted, strict=True) if several else [(found, wanted)]
        for i, (own, right) in enumerate(pairs):
            # A subclass of the array, such as a matrix, may have another meaning of `*`.
            if isinstance(right, np.ndarray) and type(own) is not np.ndarray:
                what = f"for {exercise.parts[i].name} it returns" if several else "it returns"
                raise TABLE.finding("not_an_array", what=what, own=describe(own))
