"""A right answer that the cells below cannot compute with, such as a list, does not pass."""

import re

import numpy as np
import pytest
from answers import EXERCISES
from one_way import each_once

import gmm_helpers as gmm
from gmm_helpers import Mixture
from gmm_helpers.checks import diagnosis

CHECKS = [name for name in gmm.__all__ if name.startswith("check_") and name != "check_setup"]


def converted(convert, value):
    """Return a result with its arrays, but not its numbers and mixtures, made into others."""
    if isinstance(value, tuple):
        return tuple(converted(convert, each) for each in value)
    return convert(value) if isinstance(value, np.ndarray) else value


CONTAINERS = {
    "a list": np.ndarray.tolist,
    "a tuple": lambda array: tuple(array.tolist()),
    "a matrix": np.asmatrix,
}


def test_all_checks_of_the_course_are_tried_here():
    assert len(EXERCISES) == len(CHECKS) - 1


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@each_once(name=EXERCISES, container=CONTAINERS)
def test_a_result_passes_only_as_an_array(name, container):
    exercise = EXERCISES[name]()
    case = exercise.groups[0].cases[0]
    parts = exercise.course(*case)
    parts = parts if isinstance(parts, tuple) else (parts,)
    assert all(isinstance(part, np.ndarray | Mixture) or np.ndim(part) == 0 for part in parts)
    convert = CONTAINERS[container]
    check = diagnosis.diagnose(lambda *given: converted(convert, exercise.course(*given)), exercise)
    if not any(isinstance(part, np.ndarray) for part in parts) and name != "gaussian":
        assert check.ok
        return
    assert not check.ok and check.working is exercise.course
    if container != "a matrix" or check.slip not in ("wrong_shape", "numbers_only"):  # of 2 axes
        assert check.slip == "not_an_array"
        assert check.message.startswith("All numbers are right, but ")
        assert re.search(rf"it returns {container}( of \d+)?\. The cells below", check.message)


def test_each_part_says_which_of_its_numbers_is_meant():
    for exercise in [make() for make in EXERCISES.values()]:
        case = exercise.groups[0].cases[0]
        result = exercise.expected(*case)
        for part, value in zip(exercise.parts, exercise.read(result, *case), strict=True):
            where = part.where((0,) * np.ndim(value), *case)
            assert re.match("(For|On|Fitted) .*[0-9]", where), exercise.name
