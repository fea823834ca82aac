"""The nbgrader form of notebook 01; `nox -s nbgrader` takes it through nbgrader itself."""

import ast
import re

import nbformat
import pytest
from files import markdown, read, sources
from nbgrader_version import CONFIG, EXERCISES, SUBMISSIONS, make


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    notebook = make(tmp_path_factory.mktemp("graded"))
    nbformat.validate(notebook)
    return {cell.id: cell for cell in notebook.cells}


def cleared(source):
    """Do as nbgrader does: put the stub in place of what stands between the marks."""
    return re.sub(r"### BEGIN.*### END SOLUTION", "return None", source, flags=re.DOTALL)


def test_points_are_the_minutes_that_the_notebook_gives(graded):
    minutes = re.findall(r"\*\*Exercise \d.*?About (\d+) minutes\.", markdown("01"), re.DOTALL)
    points = [graded[f"{name}-points"].metadata.nbgrader.points for name in EXERCISES]
    assert points == [int(number) for number in minutes]
    assert "return None" in CONFIG  # what an untouched answer holds


@pytest.mark.parametrize("name", EXERCISES)
def test_what_a_learner_gets_is_the_exercise(graded, name):
    exercise = sources("01")[f"{name}-exercise"]
    stub = cleared(graded[f"{name}-answer"].source)
    assert ast.dump(ast.parse(stub)) == ast.dump(ast.Module(ast.parse(exercise).body[:1], []))
    for hint in re.findall(r"# *(.+)", exercise):
        assert hint in stub


def points_lost(graded, change):
    """Run what is locked and the answers, changed; return what each cell with points said."""
    scope, said = {"guess": None}, {}  # a locked cell also shows the shape of what it makes
    for name, cell in graded.items():
        if about := cell.metadata.get("nbgrader"):
            source = cell.source.partition("\n\n\nprint")[0]
            try:
                exec(change(source) if about.solution else source, scope)
            except AssertionError as error:
                said[name.removesuffix("-points")] = str(error)
    return said


def test_locked_cells_suffice_and_only_right_answers_get_points(graded):
    assert points_lost(graded, lambda source: source) == {}
    assert list(points_lost(graded, cleared)) == list(EXERCISES)
    slip = SUBMISSIONS["slips"]["m"]
    said = points_lost(graded, lambda source: source.replace(*slip))
    assert list(said) == ["m"] and "N_k" in said["m"]


def test_all_other_cells_are_the_notebooks_own(graded):
    kept = [c for c in read("01").cells if "solution" not in c.metadata.get("tags", ())]
    kept = {c.id: c.source for c in kept if not c.id.endswith("-exercise")}
    assert {name: graded[name].source for name in kept} == kept
    assert len(graded) == len(kept) + 3 * len(EXERCISES)
