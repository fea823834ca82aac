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

import nbformat

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
WORDS_A_MINUTE, MINUTES_A_STOP, MINUTES_OF_EXERCISE = 100, 0.8, 1.5
_END = re.compile(r"##+ (Try it yourself|Going further)")
_DRAWS = re.compile(
    r"new_figure|show_figure|set_up_axes|(draw|update|plot)_\w+|plot|scatter|set_\w+"
    r"|legend|axvline|axhline|add_axes|hold|fill_between|figure|subplots|join|replace|fill"
)
_NOT_COUNTED = re.compile(r"gmm\.(ask|check_(?!setup)\w+)\(")
_WIDGET = re.compile(r".*(\d positions?\.|a live panel with sliders\.)")


def core(notebook):
    """Yield the cells of the core path."""
    for cell in notebook.cells:
        if _END.match(cell.source):
            return
        if "solution" not in cell.metadata.get("tags", ()):
            yield cell


def count(notebook):
    """Return what takes a reader time: words; formulas, widgets and questions; exercise minutes."""
    words = stops = exercise = 0
    for cell in core(notebook):
        if cell.cell_type == "markdown":
            text, formulas = re.subn(r"\$\$.*?\$\$", " ", cell.source, flags=re.DOTALL)
            told = re.findall(r"\*\*Exercise \d+\.\*\*.*?About (\d+) minutes", text, re.DOTALL)
            text = re.sub(r"\]\([^)]*\)", " ", re.sub(r"\$[^$]+\$", " x ", text))
            words += len(re.findall(r"[^\W_][\w'’-]*", text))
            stops, exercise = stops + formulas, exercise + sum(map(int, told))
        else:
            shown = [output.get("data", {}).get("text/plain", "") for output in cell.outputs]
            words += len(re.findall(r"\w+", re.sub(r"^ *#.*$", "", cell.source, flags=re.M)))
            stops += cell.source.count("ask(") + any(map(_WIDGET.match, shown))
    return words, stops, exercise


def minutes(words, stops, exercise):
    """Return how long that takes, by the rule."""
    return words / WORDS_A_MINUTE + MINUTES_A_STOP * stops + MINUTES_OF_EXERCISE * exercise


def plumbing(notebook):
    """Return how many code lines are plumbing, and how many there are."""
    some = lines = 0
    for cell in core(notebook):
        if cell.cell_type == "code" and not _NOT_COUNTED.search(cell.source):
            source = [line.strip() for line in cell.source.splitlines()]
            counted = {i for i, line in enumerate(source, 1) if line and not line.startswith("#")}
            imports = ast.Import | ast.ImportFrom | ast.Try
            body = [each for each in ast.parse(cell.source).body if not isinstance(each, imports)]
            lines += len(counted & _lines(body))
            some += len(counted & _plumbing_lines(body))
    return some, lines


def _lines(statements):
    return {i for each in statements for i in range(each.lineno, each.end_lineno + 1)}


def _plumbing_lines(statements):
    found = set()
    for statement in statements:
        if isinstance(statement, ast.For | ast.If | ast.Try | ast.While | ast.With):
            body = [*statement.body, *getattr(statement, "orelse", [])]
            inside = _plumbing_lines(body)
            found |= _lines([statement]) if inside >= _lines(body) else inside
        elif any(map(_is_plumbing, ast.walk(statement))):
            found |= _lines([statement])
    return found


def _is_plumbing(node):
    match node:
        case ast.JoinedStr():
            return True
        case ast.Call(func=ast.Name(id="print"), args=[ast.Constant() | ast.Starred()]):
            return True
        case ast.Call(func=ast.Name(id="print"), keywords=[_, *_]):
            return True
        case ast.Call(func=ast.Attribute(attr="set")):
            return True
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return bool(_DRAWS.fullmatch(name))
    return False


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:] or sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))):
        notebook = nbformat.read(path, as_version=4)
        counts, (some, lines) = count(notebook), plumbing(notebook)
        print(f"{path.stem:24s} {minutes(*counts):6.1f} minutes", *counts, end=", ")
        print(f"plumbing {some} of {lines} lines, {some / max(lines, 1):.0%}")
