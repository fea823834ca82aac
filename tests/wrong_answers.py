"""Wrong answers as learners write them, with the slip that each should be told.

They stand in `wrong_answers.txt` beside this file.
"""

import ast
import linecache
import math
import warnings
from pathlib import Path

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm

import gmm_helpers as gmm
from gmm_helpers import Mixture

_FILE = Path(__file__).with_suffix(".txt")


def read():
    """Return by each check's name its function's call, and of each answer what is told and code."""
    found = {}
    for section in _FILE.read_text(encoding="utf-8").split("\n== ")[1:]:
        head, *answers = section.strip().split("\n-- ")
        call = head.strip()
        pairs = [answer.strip().split("\n", 1) for answer in answers]
        found[call[: call.index("(")]] = call, pairs
    return found


def slips_told(name):
    """Return the slips that are told of a check's answers."""
    return {told.split(":")[0] for told, _ in read()[name][1]}


def written(call, code):
    """Return a function as a learner's notebook has it, from an expression or its lines."""
    try:
        ast.parse(code, mode="eval")
        lines = [code if code.startswith("print") else f"return {code}"]
    except SyntaxError:
        lines = code.split("\n")
    source = "\n    ".join([f"def {call}:", *lines])
    linecache.cache[source] = len(source), None, source.splitlines(keepends=True), source
    names = _notebook()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python sees some of the mistakes, too
        exec(compile(source, source, "exec"), names)  # noqa: S102
    return names[call[: call.index("(")]]


def _notebook():
    """Return what a notebook has defined when its exercises are done."""

    def bell(x, mean, variance):
        return np.exp(-((x - mean) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)

    def weighted_densities(x, mixture):
        return mixture.weights * bell(x[:, None], mixture.means[:, 0], mixture.variances)

    def log_normal(x, mean, covariance):
        return Mixture([1], [mean], [covariance]).log_density(x)

    def unfinished(x, mean, variance):
        return None

    return {
        "np": np,
        "math": math,
        "norm": norm,
        "logsumexp": logsumexp,
        "gmm": gmm,
        "Mixture": Mixture,
        "bell": bell,
        "weighted_densities": weighted_densities,
        "log_normal": log_normal,
        "unfinished": unfinished,
        "GUESS": Mixture.from_1d([0.5, 0.5], [0.0, 1.0], [1.0, 1.0]),
        "NOTEBOOKS_X": np.linspace(-4, 5, 30),
    }
