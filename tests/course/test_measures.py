"""How long a notebook takes, that its code lays nothing out, and how wide its lines are."""

import re

import measure_notebooks as measure
import nbformat
import pytest
from files import GUIDE, NOTEBOOKS, code_cells, read

LONGEST = {"00": 15, "01": 100} | dict.fromkeys(("02", "03", "04"), 90)  # minutes; the others: 60
WIDEST = 72
# What draws, or lays text out: a notebook calls what shows a whole picture or table instead.
_PLUMBING = re.compile(
    r"\b(ax|fig|plt|new_figure|show_figure)\b|\bf[\"']|\.join\("
    r"|\bprint\((\*|[\"'][^\"']*[\"']\)|.*\b(sep|end)=)"
)


@pytest.mark.parametrize("number", NOTEBOOKS)
def test_a_notebook_takes_its_minutes_and_teaches_in_its_code(number):
    notebook = read(number)
    text = "\n".join(cell.source for cell in notebook.cells)
    told = int(re.search(r"\*\*Time\*\*: about (\d+) minutes", text)[1])
    assert told <= LONGEST.get(number, 60)
    assert told == pytest.approx(measure.minutes(*measure.count(notebook)), rel=0.1)
    if number in LONGEST:
        core = [cell.source for cell in measure.core(notebook) if cell.cell_type == "code"]
        assert not _PLUMBING.search("\n".join(core))
    code = "\n".join(cell.source for cell in code_cells(number))
    assert max(map(len, code.splitlines())) <= WIDEST


def test_the_guide_has_the_rule_and_what_it_was_fitted_to():
    pattern = r"each (\d+) words.*?; ([\d.]+) of a minute for .*?; ([\d.]+) minutes for"
    rule = measure.WORDS_A_MINUTE, measure.MINUTES_A_STOP, measure.MINUTES_OF_EXERCISE
    assert tuple(map(float, re.search(pattern, GUIDE).groups())) == rule
    # What was counted in the notebooks of the first edition, and what readers needed for them.
    first = (4475, 18, 36), (5613, 36, 18), (4990, 18, 29), (5196, 24, 14)
    needed = 115, 110, 107, 92
    given = [measure.minutes(*counts) for counts in first]
    assert given == pytest.approx(needed, rel=0.1)
    told = "({}, {}, {} and {} minutes; it gives {:.0f}, {:.0f}, {:.0f} and {:.0f})"
    assert told.format(*needed, *given) in GUIDE


def test_all_that_takes_time_is_counted_once():
    new = nbformat.v4
    cells = [
        new.new_markdown_cell("Two words.\n\n$$a + b$$\n\nAnd $x$ and [a link](some.ipynb)."),
        new.new_markdown_cell("**Exercise 1.** Write it. About 5 minutes."),
        new.new_code_cell("# not counted\nshown = 3 * 4"),
        new.new_code_cell('gmm.ask("one")'),
        new.new_markdown_cell("Folded.", metadata={"tags": ["solution"]}),
        new.new_markdown_cell("## Try it yourself"),
        new.new_markdown_cell("This is not of the core path."),
    ]
    assert measure.count(new.new_notebook(cells=cells)) == (7 + 7 + 3 + 3, 2, 5)
