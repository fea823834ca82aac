"""The version without solutions: whole, and with no solution left in it.

It is made without running anything; the weekly session runs it, and compares all outputs.
"""

import re
import shutil

import nbformat
import pytest
from files import NOTEBOOKS, ROOT, code_cells, read
from student_version import make

SHORTEST_LINE = 12  # letters: a shorter line of a solution may well stand elsewhere too
each_notebook = pytest.mark.parametrize("number", NOTEBOOKS)


@pytest.fixture(scope="module")
def student(tmp_path_factory):
    """Make it in a folder like the course's own."""
    root = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "requirements.txt", root)
    (root / "student").mkdir()
    (root / "student" / "99_gone.ipynb").write_text("{}")
    assert make(root / "student") == sorted(root.glob("student/*"))
    return root / "student"


def is_solution(cell):
    return "solution" in cell.metadata.get("tags", ())


def texts(cell):
    """Return all text that a cell shows."""
    return [o.get("text") or o.data["text/plain"] for o in cell.get("outputs", ())]


def lines_of(cells):
    return {line.strip() for cell in cells for line in cell.source.splitlines()}


@each_notebook
def test_solutions_are_folded_and_each_exercise_has_one(number):
    code = code_cells(number)
    solutions = [cell for cell in code if is_solution(cell)]
    assert all(cell.metadata.jupyter.source_hidden and not cell.outputs for cell in solutions)
    exercises = [cell.id for cell in code if re.search(r"^    return None\b", cell.source, re.M)]
    assert [cell.id.replace("solution", "exercise") for cell in solutions] == exercises
    for cell in solutions:  # it defines no name of another cell's
        assert all(f.endswith("_solution") for f in re.findall(r"^def (\w+)", cell.source, re.M))


@each_notebook
def test_all_other_cells_are_there_with_the_outputs_of_a_run(student, number):
    kept = [cell for cell in read(number).cells if not is_solution(cell)]
    found = nbformat.read(student / NOTEBOOKS[number].name, as_version=4).cells
    assert [(c.id, c.source, texts(c)) for c in found] == [(c.id, c.source, texts(c)) for c in kept]
    counts = [cell.execution_count for cell in found if cell.cell_type == "code"]
    assert counts == [*range(1, len(counts) + 1)]


@each_notebook
def test_no_solution_is_left_and_no_link_is_broken(student, number):
    found = nbformat.read(student / NOTEBOOKS[number].name, as_version=4).cells
    page = "\n".join("\n".join([cell.source, *texts(cell)]) for cell in found)
    assert "olution" not in re.sub(r"closed-form\*? solution", "", page)
    assert {*re.findall(r"<summary>(.*)</summary>", page)} <= {"After the question"}
    given = lines_of(cell for cell in found if "return None" in cell.source)
    for line in lines_of(filter(is_solution, read(number).cells)) - given:
        assert len(line) < SHORTEST_LINE or line not in page, line
    text = "\n".join(cell.source for cell in found if cell.cell_type == "markdown")
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        assert "://" in target or (student / target).is_file(), target
