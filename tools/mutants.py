"""Change the code in small ways, one at a time, and see which changes no test notices.

Run it with `nox -s mutants`. A module with one change is a mutant; it dies where a test fails. The
mutants are drawn from one seed, from each room by its share of the lines of code. Each meets the
tests that run its place, first those that run little else, until one fails. With `--list FILE` the
mutants are those of the file, and what becomes of each is written to it: so the same ones can be
tried before and after the tests change. It forks, and so needs Linux or macOS.
"""

import argparse
import ast
import gc
import importlib
import itertools
import json
import os
import random
import signal
import sys
import tempfile
import textwrap
import traceback
from collections import Counter, defaultdict
from importlib.machinery import SourceFileLoader
from pathlib import Path

import hypothesis
import pytest

COUNT, SEED = 200, 21
PACKAGE = Path("gmm_helpers")
ROOMS = {
    "algorithm": "model/[!cs]* model/starts",
    "checks": "checks/*",
    "selection": "model/c* model/selection",
}
MOST_TESTS = 400  # for one mutant
SECONDS = 120  # of CPU for one mutant
BROKEN = 100  # the exit status of a mutant's process that pytest does not have
# Imported once, before each mutant gets a process of its own. None imports the package.
SHARED = """_hypothesis_pytestplugin hypothesis.extra.numpy IPython.display ipywidgets nbformat
matplotlib.backends.backend_agg matplotlib.figure nbval.plugin scipy.linalg sklearn.mixture"""

KEYS = ("file", "operator", "text", "before", "after", "nth")  # what a mutant is known by
OUTCOMES = ("killed", "timed out", "survived", "gone")

# The operators. Of these a word in the source is swapped; `edits` has the others.
SWAPS = {
    "comparison": {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "!=", "!=": "=="}
    | {"is": "is not", "is not": "is", "in": "not in", "not in": "in"},
    "boundary": {"<": "<=", "<=": "<", ">": ">=", ">=": ">"},
    "arithmetic": {"+": "-", "-": "+", "*": "/", "/": "*", "//": "/", "@": "*"}
    | {"+=": "-=", "-=": "+=", "*=": "/=", "/=": "*="},
    "logic": {"and": "or", "or": "and"},
    "function": {"min": "max", "argmin": "argmax", "any": "all", "sum": "mean"}
    | {"max": "min", "argmax": "argmin", "all": "any", "mean": "sum"},
}


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


def edits(node, above, source, span):
    """Yield (operator, first byte, last byte, what is put there) for one node."""

    def swap(word, first, last):
        at = source.index(word.encode(), first, last)
        for operator, words in SWAPS.items():
            if word in words:
                yield operator, at, at + len(word), words[word]

    def between(*nodes):
        for (_, first), (last, _) in itertools.pairwise(map(span, nodes)):
            yield from swap(source[first:last].decode().strip("() \n"), first, last)

    (first, last), parent = span(node), above[0]
    text = source[first:last].decode()
    in_function = any(isinstance(each, ast.FunctionDef | ast.Lambda) for each in above)
    # Numbers in lists outside functions are the checks' hidden data: any others would do.
    data = not in_function and any(isinstance(each, ast.Tuple | ast.List) for each in above)
    match node:
        case ast.Compare():
            yield from between(node.left, *node.comparators)
        case ast.BoolOp():
            yield from between(*node.values)
        case ast.BinOp():
            yield from between(node.left, node.right)
        case ast.UnaryOp() if not data:
            yield "sign or not removed", first, last, text.removeprefix("not").lstrip(" -~")
        case ast.Constant(value=bool()):
            yield "flag", first, last, str(not node.value)
        case ast.Constant(value=int()) if isinstance(parent, ast.keyword) and parent.arg == "axis":
            yield "axis", first, last, str(abs(node.value - 1))
        case ast.Constant(value=int()) if not data:
            yield "number", first, last, str(node.value + 1)
        case ast.Constant(value=float()) if not data:
            yield "number", first, last, repr(2 * node.value or 1.0)
        case ast.Call(func=ast.Attribute(attr=word) | ast.Name(id=word)):
            end = span(node.func)[1]
            yield from swap(word, end - len(word), end) if word in SWAPS["function"] else ()
        case ast.Return(value=ast.AST()) if text != "return None":
            yield "result dropped", first, last, "return None"
        case ast.Expr(value=ast.Call()) | ast.Raise() | ast.Continue() | ast.Break():
            yield "statement removed", first, last, "pass"
        case ast.AugAssign():
            yield "statement removed", first, last, "pass"
            yield from between(node.target, node.value)
    if isinstance(parent, ast.If | ast.IfExp | ast.While) and node is parent.test:
        yield "condition", first, last, f"not ({text})"


def lines_run_with(node, above):
    """Return the first and last line that tell which tests run a node; of a default, all."""
    for child, each in itertools.pairwise((node, *above)):
        if isinstance(each, ast.FunctionDef | ast.Lambda):
            if child is each.args:
                return each.lineno, each.end_lineno
            start = next(n for n in (node, *above) if isinstance(n, ast.stmt | ast.Lambda))
            return start.lineno, node.end_lineno
    return 1, above[-1].body[-1].end_lineno


def candidates(file):
    """Return all mutants of a file, each a dictionary that finds its place in a later version."""
    source = Path(file).read_bytes()
    lines = source.splitlines(keepends=True)
    starts = [0, *itertools.accumulate(map(len, lines))]
    found, count = [], Counter()

    def span(node):
        begin = starts[node.lineno - 1] + node.col_offset
        return begin, starts[node.end_lineno - 1] + node.end_col_offset

    for node, above in walk(ast.parse(source)):
        for operator, first, last, new in edits(node, above, source, span):
            text, old = lines[node.lineno - 1].decode().strip(), source[first:last].decode()
            count[key := (file, operator, text, old, new)] += 1
            mutant = dict(zip(KEYS, (*key, count[key]), strict=True))
            run = lines_run_with(node, above)
            found.append(mutant | {"line": node.lineno, "place": (first, last), "run": run})
    return found


def changed(mutant):
    """Return the source of a mutant's file with its one change."""
    source, (first, last) = Path(mutant["file"]).read_bytes(), mutant["place"]
    return source[:first] + mutant["after"].encode() + source[last:]


def draw():
    """Draw mutants, from each room by its share of the lines of code, and one from a line."""
    rooms = {room: defaultdict(list) for room in ROOMS}
    for room, names in ROOMS.items():
        for file in sorted(str(p) for name in names.split() for p in PACKAGE.glob(f"{name}.py")):
            for node, _ in walk(ast.parse(Path(file).read_bytes())):
                rooms[room][file, node.lineno]  # a line of code, whether or not it can be changed
            for mutant in candidates(file):
                rooms[room][file, mutant["line"]].append({"room": room, **mutant})
    so_far = [0, *itertools.accumulate(map(len, rooms.values()))]
    ends = [round(COUNT * lines / so_far[-1]) for lines in so_far]
    rng, drawn = random.Random(SEED), []
    for lines, (first, last) in zip(rooms.values(), itertools.pairwise(ends), strict=True):
        usable = sorted(line for line, mutants in lines.items() if mutants)
        drawn += [rng.choice(lines[line]) for line in sorted(rng.sample(usable, last - first))]
    return drawn


def found_again(old):
    """Return a listed mutant with its place in the file of today, or as one that is gone."""
    same = candidates(old["file"]) if Path(old["file"]).is_file() else []
    now = [new for new in same if all(new[key] == old[key] for key in KEYS)]
    mutant = {key: old[key] for key in ("room", "line", *KEYS)} | {"outcome": "gone", "test": ""}
    return mutant | {"was": old["outcome"], "by": old["test"]} | (now[0] if now else {})


class Tests:
    """A plugin for pytest that runs the wanted tests in their order, and says which failed."""

    def __init__(self, wanted):
        self.rank = {name: i for i, name in enumerate(wanted)}
        self.failed = []

    def pytest_collection_modifyitems(self, items):
        items[:] = [item for item in items if item.nodeid in self.rank]
        items.sort(key=lambda item: self.rank[item.nodeid])

    def pytest_runtest_logreport(self, report):
        self.failed += [report.nodeid] * report.failed

    pytest_collectreport = pytest_runtest_logreport


def run_pytest(plugin, *arguments):
    """Run tests with the project's settings, but without the notebooks."""
    options = "-o addopts= --doctest-modules --assert=plain --tb=short -p no:cacheprovider".split()
    return int(pytest.main([*options, *arguments], plugins=[plugin]))


def in_a_process(function, *arguments):
    """Start a function in a process of its own, which ends with what it returns."""
    if process := os.fork():
        return process
    try:
        code = function(*arguments)
    except BaseException:
        traceback.print_exc()
        code = BROKEN
    os._exit(code)


def measure(file):
    """Run all tests once, and keep in a file which lines each of them runs."""
    from coverage import Coverage

    class Contexts:
        def pytest_runtest_protocol(self, item):
            cov.switch_context(item.nodeid)

    cov = Coverage(data_file=file, branch=True, include=[f"{PACKAGE}/*"])
    cov.start()
    code = run_pytest(Contexts(), "-q", str(PACKAGE), "tests")
    cov.stop()
    cov.save()
    return code


def related(mutants, file):
    """Yield for each mutant the tests that run its place, first those that run little else."""
    from coverage import CoverageData

    data = CoverageData(file)
    data.read()
    runs = {name: data.contexts_by_lineno(name) for name in data.measured_files()}
    size = Counter(test for lines in runs.values() for tests in lines.values() for test in tests)
    for mutant in mutants:
        lines, (first, last) = runs.get(os.path.abspath(mutant["file"]), {}), mutant["run"]
        tests = {test for n in range(first, last + 1) for test in lines.get(n, ())}
        if tests == {""}:  # what runs it is the module's import
            tests = set().union(*lines.values())
        yield sorted(tests - {""}, key=lambda test: (size[test], test))[:MOST_TESTS]


def attack(mutant, tests, note):
    """Run tests with a mutant in place of a module; write down which test fails."""
    module = mutant["file"].removesuffix(".py").replace("/", ".")
    code, load = compile(changed(mutant), mutant["file"], "exec"), SourceFileLoader.get_code
    SourceFileLoader.get_code = lambda self, name: code if name == module else load(self, name)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)  # its signal ends the process
    signal.alarm(10 * SECONDS)  # by the clock, for what waits for ever
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for file in dict.fromkeys(name.split("::")[0] for name in tests):  # most die in the first
        plugin = Tests([name for name in tests if name.split("::")[0] == file])
        result = run_pytest(plugin, "-x", file)
        if result not in (0, pytest.ExitCode.NO_TESTS_COLLECTED):
            note.write_text(" ".join(plugin.failed[:1]))
            return result
    return 0


def outcome(status, note):
    """Say what became of a mutant, and by which test, from how its process ended."""
    if os.WIFSIGNALED(status):
        late = os.WTERMSIG(status) in (signal.SIGPROF, signal.SIGALRM)
        return "timed out" if late else "killed", f"signal {os.WTERMSIG(status)}"
    if os.WEXITSTATUS(status) in (BROKEN, pytest.ExitCode.USAGE_ERROR):
        sys.exit("The tests could not be started.")
    return ("killed", note.read_text()) if status else ("survived", "")


def try_all(mutants, file, jobs):
    """Try every mutant that has a place on its tests; note in it what became of it."""
    running, mutants = {}, [mutant for mutant in mutants if "place" in mutant]

    def wait():
        process, status = os.wait()
        mutant, note = running.pop(process)
        mutant["outcome"], mutant["test"] = outcome(status, note)
        print(mutant["outcome"], describe(mutant), mutant["test"], file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as folder:
        for i, (mutant, tests) in enumerate(zip(mutants, related(mutants, file), strict=True)):
            if len(running) == jobs:
                wait()
            note = Path(folder, str(i))
            running[in_a_process(attack, mutant, tests, note)] = mutant, note
        while running:
            wait()


def describe(mutant):
    """Write a mutant in one line."""
    before, after = (textwrap.shorten(mutant[key], 50) for key in ("before", "after"))
    return f"{mutant['file']}:{mutant['line']} ({mutant['operator']}) {before} → {after}"


def report(mutants, file):
    """Print the table by room, what survived, and how much of each module the tests run."""
    from coverage import Coverage

    names = ("drawn", *OUTCOMES)
    print(f"{'room':<10}", *(f"{name:>9}" for name in names))
    for room in (*ROOMS, "all"):
        count = Counter(m["outcome"] for m in mutants if room in (m["room"], "all"))
        count["drawn"] = count.total()
        print(f"{room:<10}", *(f"{count[name]:>9}" for name in names))
    for mutant in mutants:
        if mutant["outcome"] in ("survived", "gone"):
            print(f"\n{mutant['outcome']}: {describe(mutant)}\n    {mutant['text']}")
            if mutant.get("was") in ("killed", "timed out"):
                print(f"    before: {mutant['was']} ({mutant['by']})")
    cov = Coverage(data_file=file)
    cov.load()
    print()
    cov.report()


def main():
    """Draw the mutants, or read them, try each, and print the report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--list", type=Path, help="the mutants; drawn where there is no such file")
    parser.add_argument("--coverage", help="which test runs what; measured where it is not there")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    for module in SHARED.split():
        importlib.import_module(module)
    gc.freeze()  # else each process searches all of this for garbage
    phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]  # any failure is enough
    hypothesis.settings.register_profile(
        "mutants", derandomize=True, database=None, deadline=None, phases=phases
    )
    hypothesis.settings.load_profile("mutants")

    listed = options.list and options.list.is_file()
    mutants = [*map(found_again, json.loads(options.list.read_text()))] if listed else draw()
    with tempfile.TemporaryDirectory() as folder:
        sys.dont_write_bytecode, sys.pycache_prefix = False, folder  # of no mutant, and not here
        file = options.coverage or f"{folder}/coverage"
        if not Path(file).is_file():
            in_a_process(measure, file)
            if os.wait()[1]:
                sys.exit("Mutants say something only where all tests pass without them.")
        try_all(mutants, file, options.jobs)
        report(mutants, file)
    if options.list:
        options.list.write_text(json.dumps(mutants, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
