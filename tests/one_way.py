"""Parametrisation that tries each value once, in place of all combinations."""

from itertools import cycle, islice

import pytest


def each_once(**values):
    """Parametrise a test by as many cases as the longest list has; shorter lists begin again.

    For what is independent of each other. Where a combination is the point, stack two
    `pytest.mark.parametrize` and say so.
    """
    n_cases = max(map(len, values.values()))
    cases = zip(*(islice(cycle(each), n_cases) for each in values.values()), strict=True)
    return pytest.mark.parametrize(tuple(values), list(cases))
