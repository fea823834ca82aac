"""Change the code in small ways, one at a time, and see which changes no test notices.

    nox -s mutants            200 changes, drawn from one seed
    nox -s mutants -- 20      fewer

A module with one change is a mutant; it dies where a test fails. The mutants are drawn from each
room by its share of the lines of code. Each meets, in a copy of the project, the tests that run its
lines, first those that run little else, until one fails.
"""

import ast
import copy
import itertools
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from coverage import CoverageData

ROOT = Path(__file__).parents[1]
SEED = 21
TESTS = ("gmm_helpers", "tests", "--ignore=tests/tools")
NOT_COPIED = (".git", ".hypothesis", ".nox", ".pytest_cache", ".venv", "__pycache__", "site")
ROOMS = {
    "algorithm": "model/[!cs]* model/starts",
    "checks": "checks/*",
    "selection": "model/c* model/selection",
}
MOST_TESTS, MOST_SECONDS = 400, 300  # for one mutant
# In a continuous integration, hypothesis tries the same examples each time.
ENV = {**os.environ, "CI": "true", "PYTHONDONTWRITEBYTECODE": "1"}
PYTEST = [sys.executable, *"-m pytest -q -o addopts= --doctest-modules -p no:cacheprovider".split()]
PAIRS = "Lt Gt, LtE GtE, Lt LtE, Gt GtE, Eq NotEq, Is IsNot, In NotIn, Add Sub, Mult Div, And Or"
OTHERS = {ast.FloorDiv: [ast.Div], ast.MatMult: [ast.Mult]}
for pair in PAIRS.split(", "):
    one, other = (getattr(ast, name) for name in pair.split())
    OTHERS[one] = [*OTHERS.get(one, ()), other]
    OTHERS[other] = [*OTHERS.get(other, ()), one]
NAMES = {"min": "max", "argmin": "argmax", "any": "all", "sum": "mean"}
NAMES |= {other: name for name, other in NAMES.items()}


@dataclass
class Mutant:
    """A node of a file's tree, and what stands in its place."""

    file: Path
    tree: ast.Module
    node: ast.AST
    new: ast.AST
    above: tuple

    def source(self):
        """Return the file's code with the change."""
        return ast.unparse(copy.deepcopy(self.tree, {id(self.node): self.new}))

    def lines(self):
        """Return the lines that tell which tests run the change."""
        first = next(n for n in (self.node, *self.above) if isinstance(n, ast.stmt))
        return range(first.lineno, self.node.end_lineno + 1)

    def __str__(self):
        """Say in one line what is changed."""
        before, after = (ast.unparse(each).split("\n")[0] for each in (self.node, self.new))
        return f"{self.file}:{self.node.lineno}: {before} → {after}"


def walk(node, above=()):
    """Yield what has a place, with the nodes above it, nearest first; not what only words."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if hasattr(node, "lineno"):
        yield node, above
    fields = () if isinstance(node, ast.Raise | ast.JoinedStr) else ast.iter_fields(node)
    for name, value in fields:
        if name not in ("decorator_list", "annotation", "returns"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from walk(child, (node, *above))


def changes(node, above):
    """Yield what may stand in the place of a node."""

    def but(node=node, **fields):
        new = copy.copy(node)
        vars(new).update(fields)
        return new

    parent, in_function = above[0], any(isinstance(n, ast.FunctionDef | ast.Lambda) for n in above)
    # Numbers in lists outside functions are the checks' hidden data: any others would do.
    data = not in_function and any(isinstance(each, ast.Tuple | ast.List) for each in above)
    match node:
        case ast.Compare(ops=ops):
            for i, op in enumerate(ops):
                for other in OTHERS[type(op)]:
                    yield but(ops=[*ops[:i], other(), *ops[i + 1 :]])
        case ast.UnaryOp() if not data:
            yield node.operand
        case ast.Constant(value=bool()):
            yield but(value=not node.value)
        case ast.Constant(value=int()) if isinstance(parent, ast.keyword) and parent.arg == "axis":
            yield but(value=abs(node.value - 1))
        case ast.Constant(value=int()) if not data:
            yield but(value=node.value + 1)
        case ast.Constant(value=float()) if not data:
            yield but(value=2 * node.value or 1.0)
        case ast.Call(func=ast.Name(id=name)) if name in NAMES:
            yield but(func=but(node.func, id=NAMES[name]))
        case ast.Call(func=ast.Attribute(attr=name)) if name in NAMES:
            yield but(func=but(node.func, attr=NAMES[name]))
        case ast.Return(value=ast.AST()) if ast.unparse(node) != "return None":
            yield but(value=None)
        case ast.Expr(value=ast.Call()) | ast.Raise() | ast.Continue() | ast.Break():
            yield ast.Pass()
        case ast.AugAssign():
            yield ast.Pass()
    if isinstance(node, ast.BoolOp | ast.BinOp | ast.AugAssign):
        yield from (but(op=other()) for other in OTHERS.get(type(node.op), ()))
    if isinstance(parent, ast.If | ast.IfExp | ast.While) and node is parent.test:
        yield ast.UnaryOp(ast.Not(), node)


def draw(count):
    """Draw mutants, from each room by its share of the lines of code, and one from a line."""
    rooms = {room: defaultdict(list) for room in ROOMS}
    for room, names in ROOMS.items():
        package = ROOT / "gmm_helpers"
        for path in sorted(path for name in names.split() for path in package.glob(f"{name}.py")):
            tree, file = ast.parse(path.read_bytes()), path.relative_to(ROOT)
            for node, above in walk(tree):  # a line of code counts, whether or not it can change
                found = [Mutant(file, tree, node, new, above) for new in changes(node, above)]
                rooms[room][file, node.lineno] += found
    so_far = [0, *itertools.accumulate(map(len, rooms.values()))]
    ends = [round(count * lines / so_far[-1]) for lines in so_far]
    rng, drawn = random.Random(SEED), []
    for (room, lines), (first, last) in zip(rooms.items(), itertools.pairwise(ends), strict=True):
        usable = sorted(line for line, mutants in lines.items() if mutants)
        lots = sorted(rng.sample(usable, last - first))
        drawn += [(room, rng.choice(lines[line])) for line in lots]
    return drawn


def copy_project(folder):
    """Copy what the tests need, into a folder of its own."""
    others = shutil.ignore_patterns(*NOT_COPIED)
    return shutil.copytree(ROOT, Path(folder, "course"), ignore=others)


def who_runs_what():
    """Run all tests once; return for each file the tests that run its lines."""
    with tempfile.TemporaryDirectory() as folder:
        course = copy_project(folder)
        covered = "--cov=gmm_helpers --cov-context=test -n auto".split()
        if subprocess.run([*PYTEST, *covered, *TESTS], cwd=course).returncode:
            sys.exit("Mutants say something only where all tests pass without them.")
        data = CoverageData(course / ".coverage")
        data.read()
        found = {}
        for name in data.measured_files():
            lines = data.contexts_by_lineno(name).items()
            tests = {n: {test.rpartition("|")[0] for test in names} for n, names in lines}
            found[Path(name).relative_to(course.resolve())] = tests
        return found


def outcome(mutant, runs, size):
    """Run the tests of a mutant; return what became of it."""
    lines = runs.get(mutant.file, {})
    tests = set().union(*(lines.get(n, ()) for n in mutant.lines())) - {""}
    tests = tests or set().union(*lines.values()) - {""}  # what only the import runs: all
    wanted = sorted(tests, key=lambda test: (size[test], test))[:MOST_TESTS]
    if not wanted:
        return "survived"
    with tempfile.TemporaryDirectory() as folder:
        course = copy_project(folder)
        (course / mutant.file).write_text(mutant.source(), encoding="utf-8")
        options = {"cwd": course, "env": ENV, "capture_output": True, "text": True}
        try:
            done = subprocess.run([*PYTEST, "-x", *wanted], timeout=MOST_SECONDS, **options)
        except subprocess.TimeoutExpired:
            return "timed out"
    if done.returncode > 2:  # else tests failed, or could not be read: any change may cause that
        print(done.stdout, done.stderr)
    return "killed" if done.returncode else "survived"


def main(count=200):
    """Try the mutants that are drawn; print those that survive, and a table by room."""
    runs = who_runs_what()
    size = Counter(test for lines in runs.values() for tests in lines.values() for test in tests)
    table = {room: Counter() for room in ROOMS}
    for room, mutant in draw(int(count)):
        ended = outcome(mutant, runs, size)
        table[room][ended] += 1
        print(f"{ended:9}", mutant, flush=True)
    for room, count in table.items():
        print(f"{room:9}", dict(count))


if __name__ == "__main__":
    main(*sys.argv[1:])
