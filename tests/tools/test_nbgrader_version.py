"""The nbgrader form of notebook 01; `nox -s nbgrader` takes it through nbgrader itself."""

import ast
import re

import nbformat
import pytest

EXERCISES = ["mixture", "e", "m", "loop"]


@pytest.fixture(scope="module")
def tool():
    import nbgrader_version

    return nbgrader_version


@pytest.fixture(scope="module")
def original(tool):
    return nbformat.read(tool.NOTEBOOK, as_version=4)


@pytest.fixture(scope="module")
def graded(tool, tmp_path_factory):
    return nbformat.read(tool.make(tmp_path_factory.mktemp("graded")), as_version=4)


def by_id(notebook):
    return {cell.id: cell for cell in notebook.cells}


def about(notebook):
    """Return nbgrader's metadata of the cells that have some."""
    return {c.id: c.metadata.nbgrader for c in notebook.cells if "nbgrader" in c.metadata}


def test_it_is_a_notebook_whose_cells_nbgrader_can_tell_apart(graded):
    nbformat.validate(graded)
    found = about(graded)
    assert [data.grade_id for data in found.values()] == list(found)
    keys = {"schema_version", "grade_id", "grade", "solution", "locked", "task"}
    for data in found.values():
        assert data.schema_version == 3 and not data.task
        assert set(data) == keys | ({"points"} if data.grade else set())


def test_each_exercise_is_an_answer_a_check_and_points(graded):
    kinds = {name: (d.solution, d.locked, d.grade) for name, d in about(graded).items()}
    for name in EXERCISES:
        assert kinds.pop(f"{name}-answer") == (True, False, False)
        assert kinds.pop(f"{name}-check") == (False, True, False)
        assert kinds.pop(f"{name}-points") == (False, True, True)
    assert set(kinds.values()) == {(False, True, False)}


def test_points_are_the_minutes_that_the_notebook_gives(graded, original):
    text = "\n".join(c.source for c in original.cells if c.cell_type == "markdown")
    minutes = re.findall(r"\*\*Exercise \d.*?About (\d+) minutes\.", text, re.DOTALL)
    points = [data.points for data in about(graded).values() if data.grade]
    assert points == [int(number) for number in minutes] and len(points) == len(EXERCISES)


def test_locked_is_what_the_exercises_stand_on_and_nothing_that_one_is_asked_to_change(graded):
    locked = {name for name, data in about(graded).items() if data.locked}
    theirs = {f"{name}-{part}" for name in EXERCISES for part in ("check", "points")}
    assert locked - theirs == {"imports", "density", "weighted-densities"}


def test_all_other_cells_are_the_notebook_s_without_solutions_and_outputs(graded, original):
    made = re.compile("-(answer|check|points)$")
    found = [cell for cell in graded.cells if not made.search(cell.id) or cell.cell_type != "code"]
    kept = [
        cell
        for cell in original.cells
        if "solution" not in cell.metadata.get("tags", ()) and not cell.id.endswith("-exercise")
    ]
    assert [(c.id, c.source) for c in found] == [(c.id, c.source) for c in kept]
    assert not any(cell.get("outputs") for cell in graded.cells)


def cleared(tool, source):
    """Do as nbgrader does: put the stub in place of what stands between the marks."""
    region = r"( *)### BEGIN SOLUTION\n.*### END SOLUTION"
    return re.sub(region, rf"\1{tool.STUB}", source, flags=re.DOTALL)


@pytest.mark.parametrize("name", EXERCISES)
def test_what_a_learner_gets_is_the_exercise(tool, graded, original, name):
    stub = cleared(tool, by_id(graded)[f"{name}-answer"].source)
    exercise = by_id(original)[f"{name}-exercise"].source
    assert ast.dump(ast.parse(stub)) == ast.dump(ast.Module(ast.parse(exercise).body[:1], []))
    for hint in re.findall(r"# *(.+)", exercise):
        assert hint in stub, "no hint is lost"


def run(graded, change):
    """Run the locked cells and the answers, changed; return what each cell with points said."""
    scope, said = {}, {}
    for name, data in about(graded).items():
        source = by_id(graded)[name].source
        try:
            exec(change(source) if data.solution else source, scope)
        except AssertionError as error:
            said[name] = str(error)
    return said


def test_right_answers_get_all_points_and_untouched_ones_none(tool, graded):
    # `weighted-densities` shows a shape for `guess`, which is not among the locked cells.
    graded = nbformat.from_dict(graded)
    shown = by_id(graded)["weighted-densities"]
    shown.source = shown.source.partition("\n\n\n")[0]
    assert run(graded, lambda source: source) == {}
    said = run(graded, lambda source: cleared(tool, source))
    assert list(said) == [f"{name}-points" for name in EXERCISES]
    assert all(sentence.startswith("`") for sentence in said.values())
    slip = ("/ totals\n    return", "/ len(x)\n    return")
    said = run(graded, lambda source: source.replace(*slip))
    assert list(said) == ["m-points"] and "N_k" in said["m-points"]


def test_the_configuration_is_python_and_says_what_an_untouched_answer_holds(tool):
    assert tool.STUB in tool.CONFIG
    ast.parse(tool.CONFIG)
