"""The course's files, as its tests read them."""

import functools
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = {path.name[:2]: path for path in sorted(ROOT.glob("notebooks/[0-9]*.ipynb"))}
README, GUIDE = ((ROOT / f"{name}.md").read_text("utf-8") for name in ("README", "TEACHING"))


@functools.cache
def read(number):
    """Return a notebook by its number, such as "01"; nobody may change it."""
    return nbformat.read(NOTEBOOKS[number], as_version=4)


def code_cells(number):
    return [cell for cell in read(number).cells if cell.cell_type == "code"]


def markdown(number):
    return "\n".join(cell.source for cell in read(number).cells if cell.cell_type == "markdown")


def sources(number):
    """Return the source of each cell of a notebook, by its id."""
    return {cell.id: cell.source for cell in read(number).cells}


def outputs(number):
    return [output for cell in code_cells(number) for output in cell.outputs]
