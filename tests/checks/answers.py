"""Answers as learners write them: right ones, and wrong ones with the slip that each is told.

They stand in `right_answers.txt` and `wrong_answers.txt` beside this file. And all exercises.
"""

import ast
import functools
import importlib
import linecache
import math  # noqa: F401
import pkgutil
import re
import warnings
from pathlib import Path

import numpy as np
from scipy.linalg import solve_triangular, sqrtm  # noqa: F401
from scipy.special import logsumexp  # noqa: F401
from scipy.stats import multivariate_normal, norm  # noqa: F401

import gmm_helpers as gmm
from gmm_helpers import Mixture, checks

MODULES = [
    importlib.import_module(f"gmm_helpers.checks.{module.name}")
    for module in pkgutil.iter_modules(checks.__path__)
]
TABLES = {m.TABLE.path.stem: m.TABLE for m in MODULES if hasattr(m, "TABLE")}
EXERCISES = {  # each is made when it is called, so that a test can name a row that is at fault
    row["name"]: functools.partial(table.exercise, row["name"])
    for table in TABLES.values()
    for row in table.table.get("exercise", ())
}
del EXERCISES["em"]  # its mixtures are no expression, and its history may be a list


def read(kind):
    """Return by each check's name its function's call, what is defined before, and the answers.

    Of each answer there are the first line and the code. `kind` is "right" or "wrong".
    """
    found = {}
    text = Path(__file__).with_name(f"{kind}_answers.txt").read_text(encoding="utf-8")
    for section in text.split("\n== ")[1:]:
        head, *answers = section.strip().split("\n-- ")
        call, _, given = head.strip().partition("\n")
        pairs = [answer.strip().split("\n", 1) for answer in answers]
        found[call[: call.index("(")]] = call, given, pairs
    return found


def checked(name, code):
    """Return what a check says of an answer's code."""
    call, given, _ = read("wrong")[name]
    return check(name, written(call, code, given))


def check(name, own):
    return getattr(gmm, f"check_{name}")(own)


def is_a_sentence(message):
    """Check what a learner reads: sentences, not long, without a traceback or a solution."""
    assert re.match(r"[A-Z`ℓqx]", message) and message.endswith((".", "?")), message
    assert "\n" not in message and "  " not in message and len(message) < 640, message
    assert " at 0x" not in message, message  # where an object lies in memory
    sentences = re.split(r"(?<=[.?]) ", message)
    assert len(set(sentences)) == len(sentences), f"said twice: {message}"
    # A line of the learner's own may be cited, and what stands in a line's brackets is told.
    text = re.sub("“.*?”|`.*?`|\\w+Error: .*", "", message)
    assert not re.search(r"np\.|axis=|keepdims|\.sum|exp\(|sqrt\(|log\(|\*\*|@|//", text), message


def written(call, code, given=""):
    """Return a function as a learner's notebook has it, from an expression or its lines."""
    try:
        ast.parse(code, mode="eval")
        lines = [code if code.startswith("print") else f"return {code}"]
    except SyntaxError:
        lines = code.split("\n")
    source = "\n    ".join([f"def {call}:", *lines])
    linecache.cache[source] = len(source), None, source.splitlines(keepends=True), source
    names = dict(globals())  # with what a notebook has imported, and what stands below
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python sees some of the mistakes, too
        exec(given, names)  # noqa: S102
        exec(compile(source, source, "exec"), names)  # noqa: S102
    return names[call[: call.index("(")]]


# What a notebook has defined when its exercises are done.
GUESS = Mixture.from_1d([0.5, 0.5], [0.0, 1.0], [1.0, 1.0])
NOTEBOOKS_X = np.linspace(-4, 5, 30)


def bell(x, mean, variance):
    return np.exp(-((x - mean) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)


def weighted_densities(x, mixture):
    return mixture.weights * bell(x[:, None], mixture.means[:, 0], mixture.variances)


def log_normal(x, mean, covariance):
    return Mixture([1], [mean], [covariance]).log_density(x)


def unfinished(x, mean, variance):
    return None
