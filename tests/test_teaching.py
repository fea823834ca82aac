"""The teacher's guide says what the notebooks hold: minutes, headings, exercises, numbers."""

import re
from datetime import datetime
from pathlib import Path

import nbformat
import numpy as np
import pytest

import gmm_helpers as gmm
from gmm_helpers import Mixture

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "TEACHING.md").read_text(encoding="utf-8")
NOTEBOOKS = {path.name[:2]: path for path in sorted(ROOT.glob("notebooks/[0-9]*.ipynb"))}


def part(heading, level=2):
    """Return the text under a heading, up to the next one that is not deeper."""
    found = re.search(rf"^{'#' * level} {heading}.*\n", GUIDE, re.MULTILINE)
    rest = GUIDE[found.end() :]
    end = re.search(rf"^#{{1,{level}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def rows(text):
    """Return the tables of a text as one list of rows, each a list of cells, without headers."""
    lines = [line.strip()[1:-1].split("|") for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line] for line in lines]
    rules = [i for i, line in enumerate(cells) if set("".join(line)) <= set(":-")]
    return [line for i, line in enumerate(cells) if i not in rules and i + 1 not in rules]


def markdown(number):
    cells = nbformat.read(NOTEBOOKS[number], as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def headings(text):
    return re.findall(r"^#+ (.*)$", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("heading", "ends"), [("One lesson of 90", [90]), ("Two lessons of 90", [90, 90])]
)
def test_plans_leave_no_minute_out(heading, ends):
    found, last = [], None
    for minutes, *_ in rows(part(heading, level=3)):
        start, end = map(int, minutes.split("–"))
        assert end > start
        if start == 0:
            found.append(last)
        else:
            assert start == last
        last = end
    assert [*found, last][1:] == ends


def test_the_full_day_adds_up():
    last, work = None, 0
    for times, minutes, what in rows(part("A full day", level=3)):
        start, end = (datetime.strptime(time, "%H:%M") for time in times.split("–"))
        assert last in (None, start)
        assert (end - start).total_seconds() == 60 * int(minutes)
        work += int(minutes) * (what not in ("Break", "Lunch"))
        last = end
    assert work == 370


def test_plans_name_parts_that_the_notebooks_have():
    checked = 0
    for row in rows(part("Choose a plan")):
        for number, names in re.findall(r"(\d\d), (\*.*?)(?=; \d\d|$)", row[-1]):
            if number in NOTEBOOKS:
                known = headings(markdown(number))
                for name in re.findall(r"\*(.*?)\*", names):
                    assert any(heading.startswith(name) for heading in known), (number, name)
                    checked += 1
    assert checked >= 20


@pytest.mark.parametrize("number", ["00", "01", "02", "03", "04"])
def test_each_notebook_has_all_that_a_teacher_needs(number):
    text = part(f"Notebook {number}")
    for need in (
        "**Objectives:**",
        "**Show.**",
        "**Let them predict**",
        "**Where they get stuck.**",
    ):
        assert need in text, need
    assert text.count("**Exit ticket.**") == 1
    questions = re.split(r"\*\*Ask \d\.\*\*", text)[1:]
    assert len(questions) == 2
    for question in questions:
        assert question.strip()[0] != "|" and "*If the class splits:*" in question
        table = [row for row in rows(question) if len(row) == 3]
        assert len(table) >= 3 and [row[1] for row in table].count("right") == 1
        assert all((row[1] == "right") != bool(row[2]) for row in table), "why each is tempting"


@pytest.mark.parametrize("number", [n for n in ("01", "02", "03", "04") if n in NOTEBOOKS])
def test_the_guide_has_each_exercise_with_its_minutes(number):
    found = [row for row in rows(part(f"Notebook {number}")) if len(row) == 4]
    text = markdown(number)
    wanted = re.findall(r"\*\*Exercise (\d+)\.\*\*.*?About (\d+) minutes", text, re.DOTALL)
    assert [(row[0].split()[0], row[1]) for row in found] == wanted
    cells = nbformat.read(NOTEBOOKS[number], as_version=4).cells
    stubs = [cell.source for cell in cells if cell.id.endswith("-exercise")]
    names = [re.search(r"def (\w+)", stub)[1] for stub in stubs]
    assert [re.search(r"`(\w+)`", row[0])[1] for row in found] == names
    core = re.search(r"\*\*Time\*\*: about (\d+) minutes", text)[1]
    assert part(f"Notebook {number}").strip().startswith(f"{core} minutes")


def test_the_board_has_the_numbers_of_a_right_iteration():
    x = np.array([1.0, 2, 3, 4, 7, 8, 10])
    trace = gmm.run_em(x, Mixture.from_1d([0.5, 0.5], [4, 6], [4, 4]), tol=1e-10)
    b, m = trace.steps[1].responsibilities, trace.steps[2].mixture
    text = part("Do an iteration on the board")
    *points, sums = [row for row in rows(text) if len(row) == 7]
    means = m.means[:, 0]
    columns = [b[:, 0], b[:, 1], b[:, 0] * x, *((b * (x[:, None] - means) ** 2).T)]
    for i, row in enumerate(points):
        assert [int(row[0]), float(row[1])] == [i + 1, x[i]]
        assert [float(value) for value in row[2:]] == [round(c[i], 4) for c in columns]
    assert [float(value) for value in sums[2:]] == [round(c.sum(), 4) for c in columns]
    told = [*m.weights, *means, *m.variances, -trace.log_likelihoods[0], -trace.log_likelihoods[1]]
    assert all(f"{value:.4f}" in text for value in told)
    rounded = b.round(2)
    mean = rounded[:, 0] @ x / rounded[:, 0].sum()
    variance = rounded[:, 0] @ (x - mean) ** 2 / rounded[:, 0].sum()
    old_mean = b[:, 0] @ (x - 4) ** 2 / b[:, 0].sum()
    told = [mean, variance, old_mean, *trace.mixture.variances]
    assert all(f"{value:.2f}" in text for value in told)


def test_links_lead_somewhere():
    anchors = {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings(GUIDE)
    }
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for text in (GUIDE, readme):
        for target in re.findall(r"\]\(([^)]+)\)", text):
            name, _, anchor = target.partition("#")
            assert "://" in name or not name or (ROOT / name).is_file(), target
            if anchor and name in ("", "TEACHING.md") and (name or text is GUIDE):
                assert anchor in anchors, target
    assert "(TEACHING.md)" in readme
