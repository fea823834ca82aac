"""Change the code in small ways, one at a time, and see which changes no test notices.

    nox -s mutants            200 changes, drawn from one seed
    nox -s mutants -- 20      fewer

At most one change is drawn from a line, and each line is as likely as any other. A mutant meets, in
a copy of the project, its module's tests, then those of its room, then all, until one fails.
"""

import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

from poodle.mutate import builtin_mutators
from poodle.util import mutate_lines

ROOT = Path(__file__).parents[1]
SEED = 21
ROOMS = ("model", "checks")
# Kinds of changes that say little: tests see few words, and any decorator or entry that is gone.
LEFT_OUT = {"String", "Decorator", "DictArray"}
ALL_TESTS = ("-nauto", "gmm_helpers", "tests", "--ignore=tests/tools")
NOT_COPIED = (".git", ".hypothesis", ".nox", ".pytest_cache", ".venv", "__pycache__", "site")
# In a continuous integration, hypothesis tries the same examples each time.
ENV = {**os.environ, "CI": "true", "PYTHONDONTWRITEBYTECODE": "1"}
NO_TESTS = 5  # what pytest returns where it found none
PYTEST = [sys.executable, *"-m pytest -q -o addopts= --doctest-modules -p no:cacheprovider".split()]


def changes(path):
    """Return for each line of a module with code in which ways it may be changed."""
    code, by_line = path.read_text("utf-8"), {}
    for name in sorted(builtin_mutators.keys() - LEFT_OUT):
        mutator = builtin_mutators[name](config=SimpleNamespace(mutator_opts={}), echo=print)
        for change in mutator.create_mutations(ast.parse(code), code.splitlines()):
            by_line.setdefault(change.lineno, []).append(change)
    return by_line.values()


def draw(count):
    """Return so many files, each with a change."""
    rng = random.Random(SEED)
    paths = [path for room in ROOMS for path in sorted(ROOT.glob(f"gmm_helpers/{room}/*.py"))]
    lines = [(path, ways) for path in paths for ways in changes(path)]
    drawn = rng.sample(lines, min(count, len(lines)))
    return [(path, rng.choice(telling(ways))) for path, ways in drawn]


def telling(ways):
    """Return the ways to change a line, in one order; no call is lost where there are others."""
    others = [each for each in ways if each.mutator_name != "FuncCall"]
    return sorted(others or ways, key=str)


def failure(course, *tests, timeout=None):
    """Run tests in the copy of the project until one fails; return what pytest says of that."""
    options = {"cwd": course, "env": ENV, "capture_output": True, "text": True}
    done = subprocess.run([*PYTEST, "-x", *tests], timeout=timeout, **options)
    return "" if done.returncode in (0, NO_TESTS) else done.stdout + done.stderr


def outcome(path, change, course, timeout):
    """Let a mutant meet the tests; return what became of it."""
    changed, room = course / path.relative_to(ROOT), course / "tests" / path.parent.name
    own = [each for each in (changed, room / f"test_{path.name}") if each.exists()]
    lines = path.read_text("utf-8").splitlines(keepends=True)
    changed.write_text("".join(mutate_lines(change, lines)), encoding="utf-8")
    try:
        killed = any(failure(course, *tests, timeout=timeout) for tests in (own, [room], ALL_TESTS))
    except subprocess.TimeoutExpired:
        return "timed out"
    finally:
        shutil.copy(path, changed)
    return "killed" if killed else "survived"


def main(count=200):
    """Try the mutants that are drawn; print what becomes of each, and a table by room."""
    with tempfile.TemporaryDirectory() as folder:
        ignore = shutil.ignore_patterns(*NOT_COPIED)
        course = shutil.copytree(ROOT, Path(folder, "course"), ignore=ignore)
        began, table = time.monotonic(), Counter()
        if wrong := failure(course, *ALL_TESTS):
            sys.exit(f"{wrong}\nMutants say something only where all tests pass without them.")
        timeout = 60 + 3 * (time.monotonic() - began)
        for path, change in draw(int(count)):
            ended = outcome(path, change, course, timeout)
            table[path.parent.name, ended] += 1
            place = f"{path.relative_to(ROOT)}:{change.lineno}"
            line = path.read_text("utf-8").splitlines()[change.lineno - 1].strip()
            print(f"{ended:9} {place}: {line}  →  {change.text}", flush=True)
    for (room, ended), number in sorted(table.items()):
        print(f"{room:9}{ended:9}{number:4}")


if __name__ == "__main__":
    main(*sys.argv[1:])
