"""Say how long each notebook takes, and how much of its code is plumbing.

Run it with `python tools/measure_notebooks.py`, or name some notebooks. Both are read from the
core path: up to *Try it yourself* or *Going further*, without the folded solutions.

Minutes: one for each 100 words, in text or code (a formula in a line of text is a word, a name or
number in code is one too); 0.8 for each formula on a line of its own, each widget and each
question; 1.5 for each minute that an exercise states. These three numbers were fitted once, to what
careful readers needed for the four notebooks of commit 86e6cb1, and stay.

Plumbing: the share of code lines that draw or lay text out. A statement does so that calls what
draws (`new_figure`, `plot`, `set_…`), has an f-string, joins texts, or prints nothing but a
constant. A function with such a statement in it is plumbing from end to end, and so is a loop of
nothing else. Imports, exercises and questions are not counted, and a call that shows a picture or
a table all by itself is none.
"""

import ast
import re
import sys
from pathlib import Path
from typing import NamedTuple

import nbformat

WORDS_A_MINUTE, MINUTES_A_STOP, MINUTES_OF_EXERCISE = 100, 0.8, 1.5
_END = re.compile(r"##+ (Try it yourself|Going further)")
_DRAWS = re.compile(
    r"(new_figure|show_figure|set_up_axes|plain_style|Stage|Flipbook|(draw|update|plot)_\w+|plot"
    r"|scatter|set|set_\w+|legend|axvline|axhline|add_axes|hold|fill_between|figure|subplots)$"
)
_NOT_COUNTED = re.compile(r"gmm\.(ask|check_(?!setup)\w+)\(")
_WIDGET = re.compile(r".*(\d positions?\.|a live panel with sliders\.)")


class Counts(NamedTuple):
    """What a notebook's minutes are made of; `stops` are formulas, widgets and questions."""

    words: int
    stops: int
    exercise_minutes: int

    @property
    def minutes(self):
        """How long that takes, by the rule."""
        reading = self.words / WORDS_A_MINUTE + MINUTES_A_STOP * self.stops
        return reading + MINUTES_OF_EXERCISE * self.exercise_minutes


def core(notebook):
    """Yield the cells of the core path."""
    for cell in notebook.cells:
        if _END.match(cell.source):
            return
        if "solution" not in cell.metadata.get("tags", ()):
            yield cell


def count(notebook):
    """Count what takes a reader time."""
    total = [0, 0, 0]
    for cell in core(notebook):
        of_cell = _count_text(cell.source) if cell.cell_type == "markdown" else _count_code(cell)
        total = [a + b for a, b in zip(total, of_cell, strict=True)]
    return Counts(*total)


def _count_text(text):
    text, formulas = re.subn(r"\$\$.*?\$\$", " ", text, flags=re.DOTALL)
    exercises = re.findall(r"\*\*Exercise \d+\.\*\*.*?About (\d+) minutes", text, re.DOTALL)
    plain = re.sub(r"\]\([^)]*\)", " ", re.sub(r"\$[^$]+\$", " x ", text))
    return len(re.findall(r"[^\W_][\w'’-]*", plain)), formulas, sum(map(int, exercises))


def _count_code(cell):
    lines = [line for line in cell.source.splitlines() if not line.strip().startswith("#")]
    shown = ("".join(output.get("data", {}).get("text/plain", "")) for output in cell.outputs)
    questions = len(re.findall(r"\bask\(", cell.source))
    return len(re.findall(r"\w+", "\n".join(lines))), questions + any(map(_WIDGET.match, shown)), 0


def plumbing(notebook):
    """Return how many code lines are plumbing, and how many there are."""
    plumbing_lines, lines = 0, 0
    for cell in core(notebook):
        if cell.cell_type == "code" and not _NOT_COUNTED.search(cell.source):
            source = [line.strip() for line in cell.source.splitlines()]
            counted = {i for i, line in enumerate(source, 1) if line and not line.startswith("#")}
            body = [each for each in ast.parse(cell.source).body if not _imports(each)]
            lines += len(counted & _lines(body))
            plumbing_lines += len(counted & _plumbing_lines(body))
    return plumbing_lines, lines


def _imports(statement):
    return isinstance(statement, ast.Import | ast.ImportFrom | ast.Try)


def _lines(statements):
    return {i for each in statements for i in range(each.lineno, each.end_lineno + 1)}


def _plumbing_lines(statements):
    found = set()
    for statement in statements:
        loop = isinstance(statement, ast.For | ast.If | ast.Try | ast.While | ast.With)
        head = [each for item in getattr(statement, "items", ()) for each in ast.walk(item)]
        if loop and not any(map(_is_plumbing, head)):
            body = [*statement.body, *getattr(statement, "orelse", [])]
            inside = _plumbing_lines(body)
            found |= _lines([statement]) if inside >= _lines(body) else inside
        elif any(map(_is_plumbing, ast.walk(statement))):
            found |= _lines([statement])
    return found


def _is_plumbing(node):
    if not isinstance(node, ast.Call):
        return isinstance(node, ast.JoinedStr)
    method = isinstance(node.func, ast.Attribute)
    name = node.func.attr if method else getattr(node.func, "id", "")
    if name == "print":
        constant = len(node.args) == 1 and isinstance(node.args[0], ast.Constant)
        return constant or bool(node.keywords) or any(isinstance(a, ast.Starred) for a in node.args)
    draws = _DRAWS.match(name) and (method or name != "set")
    return bool(draws) or name in ("join", "replace", "fill")


def main(arguments):
    """Print both for the notebooks that are named, or for all."""
    folder = Path(__file__).parents[1] / "notebooks"
    for path in map(Path, arguments or sorted(folder.glob("[0-9]*.ipynb"))):
        notebook = nbformat.read(path, as_version=4)
        counts, (some, lines) = count(notebook), plumbing(notebook)
        print(f"{path.stem:24s} {counts.minutes:6.1f} minutes", counts, end=", ")
        print(f"plumbing {some} of {lines} lines, {some / max(lines, 1):.0%}")


if __name__ == "__main__":
    main(sys.argv[1:])
