"""What a learner's function took and returned: as numbers, compared, or in words."""

from typing import Any

import numpy as np

from gmm_helpers.checks.exercise import Finding
from gmm_helpers.model import validation
from gmm_helpers.model.learner_steps import describe


def as_numbers(value, name):
    """Return a learner's numbers as an array, whatever holds them."""
    try:
        return validation.as_real(value, name)
    except ValueError as error:
        text = str(error)
        raise Finding("wrong_type", text[0].upper() + text[1:], vague=True) from None
    except Exception:  # a TypeError, or whatever an object of the learner's raises
        if callable(value):
            text = f"For {name} it returns a function, not what that gives: are brackets missing?"
            raise Finding("not_called", text) from None
        own = describe(value)
        if isinstance(value, np.ndarray):
            kinds = {"c": "complex numbers", "U": "texts"}
            own = f"an array of {kinds.get(value.dtype.kind, 'objects')}"
        text = f"For {name} it returns {own}, where real numbers are asked for."
        raise Finding("wrong_type", text, vague=True) from None


def shape_of(value):
    """Return the shape of a learner's numbers, or None where they are none, or ragged."""
    try:
        return as_numbers(value, "").shape
    except Finding:
        return None


def differ(a, b):
    """Say whether two values are arrays, or numbers, with other entries."""
    try:
        return not np.array_equal(np.asarray(a, float), np.asarray(b, float), equal_nan=True)
    except (TypeError, ValueError):
        return False


def copied(value: Any) -> Any:
    """Return a copy of an array, or of a tuple that may hold arrays."""
    if isinstance(value, tuple):
        return tuple(copied(each) for each in value)
    return value.copy() if isinstance(value, np.ndarray) else value
