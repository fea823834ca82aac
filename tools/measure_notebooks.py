"""Say how long each notebook takes, by the rule in TEACHING.md.

Run it with `.venv/bin/python tools/measure_notebooks.py`, or name some notebooks. What counts is
the core path: up to *Try it yourself* or *Going further*, without the folded solutions. A formula
in a line of text counts as a word, and so does a name or a number in code.
"""

import re
import sys
from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
WORDS_A_MINUTE, MINUTES_A_STOP, MINUTES_OF_EXERCISE = 100, 0.8, 1.5
_END = re.compile(r"##+ (Try it yourself|Going further)")
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


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:] or sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))):
        counts = count(nbformat.read(path, as_version=4))
        print(f"{path.stem:24s} {minutes(*counts):6.1f} minutes", *counts)
