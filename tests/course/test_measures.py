"""How long a notebook takes, how much of its code is plumbing, and how wide its lines are."""

import re
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import measure_notebooks as measure  # noqa: E402

PATHS = sorted(ROOT.glob("notebooks/[0-9]*.ipynb"))
LONGEST = {"00": 15, "01": 100} | dict.fromkeys(("02", "03", "04"), 90)  # minutes; the others: 60
WIDEST, MOST_PLUMBING = 72, 0.1


def code(source):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])


def breaks(path):
    """Return which rules a notebook breaks."""
    number, notebook = path.name[:2], nbformat.read(path, as_version=4)
    text = "\n".join(cell.source for cell in notebook.cells)
    told = int(re.search(r"\*\*Time\*\*: about (\d+) minutes", text)[1])
    minutes, (some, lines) = measure.count(notebook).minutes, measure.plumbing(notebook)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    if abs(told - minutes) > 0.1 * minutes or told > LONGEST.get(number, 60):
        yield "minutes"
    if number in LONGEST and some > MOST_PLUMBING * lines:
        yield "plumbing"
    if max(len(line) for cell in cells for line in cell.splitlines()) > WIDEST:
        yield "width"


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_notebook_takes_its_minutes_and_teaches_in_its_code(path):
    assert not set(breaks(path))


# What was counted in the notebooks that the rule was fitted to, and what readers needed for them.
@pytest.mark.parametrize(
    ("counts", "needed"),
    [
        ((4475, 18, 36), 115),
        ((5613, 36, 18), 110),
        ((4990, 18, 29), 107),
        ((5196, 24, 14), 92),
    ],
)
def test_the_rule_for_minutes_gives_what_readers_needed(counts, needed):
    assert measure.Counts(*counts).minutes == pytest.approx(needed, rel=0.1)


def test_all_that_takes_time_is_counted_once():
    cells = [
        nbformat.v4.new_markdown_cell(
            "Two words.\n\n$$a + b$$\n\nAnd $x$ and [a link](some.ipynb)."
        ),
        nbformat.v4.new_markdown_cell("**Exercise 1.** Write it. About 5 minutes."),
        nbformat.v4.new_code_cell("# not counted\nshown = 3 * 4"),
        nbformat.v4.new_code_cell('gmm.ask("one")'),
        nbformat.v4.new_markdown_cell("Folded.", metadata={"tags": ["solution"]}),
        nbformat.v4.new_markdown_cell("## Try it yourself"),
        nbformat.v4.new_markdown_cell("This is not of the core path."),
    ]
    found = measure.count(nbformat.v4.new_notebook(cells=cells))
    assert found == (7 + 7 + 3 + 3, 2, 5)


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("b = weighted / weighted.sum()", (0, 1)),
        ("import numpy as np\n\nx = np.ones(3)", (0, 1)),
        ('print("ℓ:", ell.round(3))', (0, 1)),
        ("gmm.show_table(rows)", (0, 1)),
        ('gmm.ask("one")', (0, 0)),
        ("fig, ax = gmm.new_figure()\nax.plot(x)\nkept = set(x)", (2, 3)),
        ('for k in range(2):\n    print(f"{k}: {b[k]:.3f}")', (2, 2)),
        ('for k in range(2):\n    b = k\n    print(f"{k}")', (1, 3)),
        ('def say(k):\n    value = k\n    return f"{value}"', (3, 3)),
        ("with np.errstate(all='ignore'):\n    b = 0 / x\n    print(f'{b}')", (1, 3)),
        ("with plain_style():\n    b = 0 / x", (2, 2)),
        ('print("a header")\nprint(*row)\ntext = ", ".join(names)', (3, 3)),
    ],
)
def test_what_counts_as_plumbing(source, lines):
    assert measure.plumbing(code(source)) == lines


def test_the_guide_has_the_rule():
    guide = (ROOT / "TEACHING.md").read_text(encoding="utf-8")
    told = re.search(
        r"a minute for each (\d+) words.*?; ([\d.]+) of a minute for .*?; ([\d.]+) minutes for",
        guide,
    )
    rule = measure.WORDS_A_MINUTE, measure.MINUTES_A_STOP, measure.MINUTES_OF_EXERCISE
    assert tuple(map(float, told.groups())) == rule
