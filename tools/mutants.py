"""Change the code in small ways, one at a time, and see which changes no test notices.

    nox -s mutants            200 changes, drawn from one seed
    nox -s mutants -- 20      fewer

Code with one other word is a mutant; it dies where a test fails. At most one is drawn from a
statement, and each statement is as likely as any other. A mutant meets, in a copy of the project,
its module's tests, then those of its room, then all, until one fails.
"""

import ast
import io
import itertools
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import tokenize
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SEED = 21
ALL_TESTS = ("-nauto", "gmm_helpers", "tests", "--ignore=tests/tools")
NOT_COPIED = (".git", ".hypothesis", ".nox", ".pytest_cache", ".venv", "__pycache__", "site")
ROOMS = {
    "algorithm": "model/[!cs]* model/starts",
    "checks": "checks/*",
    "selection": "model/c* model/selection",
}
# In a continuous integration, hypothesis tries the same examples each time.
ENV = {**os.environ, "CI": "true", "PYTHONDONTWRITEBYTECODE": "1"}
NO_TESTS = 5  # what pytest returns where it found none
PYTEST = [sys.executable, *"-m pytest -q -o addopts= --doctest-modules -p no:cacheprovider".split()]
# What may stand in the place of a word, where that is Python. A number is changed as well.
OTHERS = {
    "return": ["pass;"],  # the value is only computed
    "raise": ["pass;"],
    "continue": ["pass"],
    "break": ["pass"],
    "if": ["if not"],
    "elif": ["elif not"],
    "while": ["while not"],
    "is": ["is not"],
    "in": ["not in"],
    "not": [""],
    "+=": ["-=", "="],
    "*=": ["/=", "="],
    "//": ["/"],
    "@": ["*"],
}
PAIRS = "< >, <= >=, < <=, > >=, == !=, + -, * /, and or, True False, 0 1, "
for pair in (PAIRS + "min max, argmin argmax, any all, sum mean").split(", "):
    for word, other in itertools.permutations(pair.split()):
        OTHERS.setdefault(word, []).append(other)


@dataclass(frozen=True)
class Mutant:
    """A file of a room, its code with a change, and where and what that is."""

    room: str
    file: Path
    source: str
    line: int
    shown: str

    def is_python(self):
        """Return whether the code can be compiled."""
        with suppress(SyntaxError):
            return bool(compile(self.source, self.file, "exec"))
        return False


def statements(code):
    """Yield the words of each statement; no decorators, and not the words of an error."""
    words = []
    for word in tokenize.generate_tokens(io.StringIO(code).readline):
        if word.type in (tokenize.NAME, tokenize.NUMBER, tokenize.OP):
            words.append(word)
        elif word.type == tokenize.NEWLINE and words:
            if words[0].string == "raise":
                yield words[:1]
            elif words[0].string == "def":
                yield [each for each in words if each.string != "*"]
            elif words[0].string != "@":
                yield words
            words = []


def changes(words):
    """Yield each word of a statement with what may stand in its place."""
    yield words[0], f"None and {words[0].string}"  # is Python where a call is all there is
    for word in words:
        if word.string in OTHERS:
            yield from ((word, other) for other in OTHERS[word.string])
        elif word.type == tokenize.NUMBER:
            number = ast.literal_eval(word.string)
            yield word, repr(number + 1 if isinstance(number, int) else 2 * number or 1.0)


def mutant(room, path, word, new):
    """Return the mutant that has something in the place of a word of a statement."""
    lines = path.read_text("utf-8").split("\n")
    row, start, end = word.start[0], word.start[1], word.end[1]
    before, after = lines[row - 1][:start], lines[row - 1][end:]
    lines[row - 1] = before + new + after
    shown = f"{before}[{word.string} → {new}]{after}".strip()
    return Mutant(room, path.relative_to(ROOT), "\n".join(lines), row, shown)


def draw():
    """Yield mutants of statements in random order."""
    places = [
        (room, path, words)
        for room, names in ROOMS.items()
        for name in names.split()
        for path in sorted(ROOT.glob(f"gmm_helpers/{name}.py"))
        for words in statements(path.read_text("utf-8"))
    ]
    rng = random.Random(SEED)
    for room, path, words in rng.sample(places, len(places)):
        possible = list(changes(words))
        rng.shuffle(possible)
        mutants = (mutant(room, path, *change) for change in possible)
        yield from itertools.islice((each for each in mutants if each.is_python()), 1)


def failure(course, *tests, timeout=None):
    """Run tests in the copy of the project until one fails; return what pytest says of that."""
    options = {"cwd": course, "env": ENV, "capture_output": True, "text": True}
    done = subprocess.run([*PYTEST, "-x", *tests], timeout=timeout, **options)
    return "" if done.returncode in (0, NO_TESTS) else done.stdout + done.stderr


def outcome(mutant, course, timeout):
    """Let a mutant meet the tests; return what became of it."""
    changed, room = course / mutant.file, course / "tests" / mutant.file.parent.name
    own = [each for each in (changed, room / f"test_{changed.name}") if each.exists()]
    changed.write_text(mutant.source, encoding="utf-8")
    try:
        killed = any(failure(course, *tests, timeout=timeout) for tests in (own, [room], ALL_TESTS))
    except subprocess.TimeoutExpired:
        return "timed out"
    finally:
        shutil.copy(ROOT / mutant.file, changed)
    return "killed" if killed else "survived"


def main(count=200):
    """Try the mutants that are drawn; print what becomes of each, and a table by room."""
    with tempfile.TemporaryDirectory() as folder:
        ignore = shutil.ignore_patterns(*NOT_COPIED)
        course = shutil.copytree(ROOT, Path(folder, "course"), ignore=ignore)
        began = time.monotonic()
        if wrong := failure(course, *ALL_TESTS):
            sys.exit(f"{wrong}\nMutants say something only where all tests pass without them.")
        timeout = 60 + 3 * (time.monotonic() - began)
        table = {room: Counter() for room in ROOMS}
        for mutant in itertools.islice(draw(), int(count)):
            ended = outcome(mutant, course, timeout)
            table[mutant.room][ended] += 1
            print(f"{ended:9} {mutant.file}:{mutant.line}: {mutant.shown}", flush=True)
    for room, counts in table.items():
        print(f"{room:9}", dict(counts))


if __name__ == "__main__":
    main(*sys.argv[1:])
