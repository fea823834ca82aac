"""The version without solutions: whole, run to the end, and with no solution left in it."""

import ast
import re
import shutil
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ROOT / "notebooks"
NAMES = sorted(path.name for path in NOTEBOOKS.glob("[0-9]*.ipynb"))
SHORTEST_LINE = 12  # letters: a shorter line of a solution may well stand elsewhere too


@pytest.fixture(scope="module")
def student(tmp_path_factory):
    """Make it in a folder like the course's own."""
    from student_version import make

    root = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "requirements.txt", root)
    (root / "student").mkdir()
    (root / "student" / "99_gone.ipynb").write_text("{}")
    made = list(make(root / "student"))
    assert sorted(root.joinpath("student").iterdir()) == sorted(made)
    return root / "student"


def read(folder, name):
    return nbformat.read(folder / name, as_version=4)


def solutions(name):
    """Return the cells of the course's own notebook that hold a solution."""
    cells = read(NOTEBOOKS, name).cells
    return [cell for cell in cells if "solution" in cell.metadata.get("tags", ())]


def test_there_are_solutions_to_leave_out():
    assert sum(len(solutions(name)) for name in NAMES) >= 8


def test_solutions_are_tagged_and_folded_and_every_exercise_has_one():
    for name in NAMES:
        tagged = [cell for cell in solutions(name) if cell.cell_type == "code"]
        assert all(cell.metadata.jupyter.source_hidden for cell in tagged)
        defined = {f.name for cell in tagged for f in functions(cell.source)}
        assert all(function.endswith("_solution") for function in defined)
        stubs = [
            function.name
            for cell in read(NOTEBOOKS, name).cells
            if cell.cell_type == "code"
            for function in functions(cell.source)
            if is_stub(function)
        ]
        assert {f"{stub}_solution" for stub in stubs} == defined


def functions(source):
    return [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]


def is_stub(function):
    """Say whether a function returns nothing yet."""
    last = function.body[-1]
    return isinstance(last, ast.Return) and getattr(last.value, "value", 0) is None


@pytest.mark.parametrize("name", NAMES)
def test_all_other_cells_are_there_in_their_order(student, name):
    kept = [c for c in read(NOTEBOOKS, name).cells if "solution" not in c.metadata.get("tags", ())]
    found = read(student, name).cells
    assert [c.id for c in found] == [c.id for c in kept]
    assert [c.source for c in found] == [c.source for c in kept]


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_to_the_end_and_its_outputs_are_the_stored_ones(student, name):
    stored = {cell.id: cell for cell in read(NOTEBOOKS, name).cells}
    code = [cell for cell in read(student, name).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    for cell in code:
        assert texts(cell) == texts(stored[cell.id]), cell.id


def texts(cell):
    """Return all text that a cell shows."""
    found = []
    for output in cell.get("outputs", ()):
        assert output.output_type != "error", output
        found.append(output.get("text") or output.data["text/plain"])
    return found


@pytest.mark.parametrize("name", NAMES)
def test_no_solution_is_left_in_source_or_outputs(student, name):
    notebook = read(student, name)
    rest = nbformat.writes(notebook)
    assert "_solution" not in rest and '"solution"' not in rest
    assert "<details>" not in rest and "olution" not in "".join(c.source for c in notebook.cells)
    everything = "\n".join(c.source + "\n".join(texts(c)) for c in notebook.cells)
    given = {line.strip() for line in stub_lines(notebook)}
    for cell in solutions(name):
        for line in {line.strip() for line in cell.source.splitlines()} - given:
            assert len(line) < SHORTEST_LINE or line not in everything, line


def stub_lines(notebook):
    """Return the lines that an exercise hands out, which its solution repeats."""
    code = [c.source for c in notebook.cells if c.cell_type == "code"]
    stubs = [source for source in code if any(map(is_stub, functions(source)))]
    return "\n".join(stubs).splitlines()


@pytest.mark.parametrize("name", NAMES)
def test_no_link_is_broken(student, name):
    text = "\n".join(c.source for c in read(student, name).cells if c.cell_type == "markdown")
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        assert "://" in target or (student / target).is_file(), target
