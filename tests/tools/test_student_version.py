"""The version without solutions: whole, with no solution left in it, and as if it had been run.

It is made without running anything, which is right only as long as a solution changes nothing
that another cell sees: so solutions have a form, which is read here from their code. The weekly
session runs the version as well.
"""

import ast
import re
import shutil
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
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
    made = make(root / "student")
    assert sorted(root.joinpath("student").iterdir()) == made
    return root / "student"


def read(folder, name):
    return nbformat.read(folder / name, as_version=4)


def is_solution(cell):
    return "solution" in cell.metadata.get("tags", ())


def solutions(name):
    """Return the cells of the course's own notebook that hold a solution."""
    return [cell for cell in read(NOTEBOOKS, name).cells if is_solution(cell)]


def code(cells):
    return [cell for cell in cells if cell.cell_type == "code"]


def functions(source):
    return [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]


def is_stub(function):
    """Say whether a function returns nothing yet."""
    last = function.body[-1]
    return isinstance(last, ast.Return) and getattr(last.value, "value", 0) is None


def departure(source):
    """Say what keeps a solution's code from being left out unnoticed; None if nothing does."""
    tree = ast.parse(source)
    if any(isinstance(node, ast.Global) for node in ast.walk(tree)):
        return "global"
    *defined, last = tree.body
    for node in defined:
        if not (isinstance(node, ast.FunctionDef) and node.name.endswith("_solution")):
            return "more than functions named …_solution"
        if node.decorator_list or node.args.defaults or any(node.args.kw_defaults):
            return "a decorator or a default, which run where the function is defined"
    names = {function.name for function in defined}
    match last:
        case ast.Assert(
            test=ast.Attribute(
                value=ast.Call(
                    func=ast.Attribute(value=ast.Name(id="gmm"), attr=check),
                    args=[ast.Name(id=name)],
                    keywords=[],
                ),
                attr="ok",
            ),
            msg=None,
        ) if check.startswith("check_") and name in names:
            return None
    return "no assert of their check at the end"


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("def f_solution(x):\n    return x\n\n\nassert gmm.check_f(f_solution).ok", None),
        ("def f_solution(x):\n    return x\n", "no assert"),
        ("def f_solution(x):\n    return x\n\n\nassert f_solution(rng).ok", "no assert"),
        ("def f(x):\n    return x\n\n\nassert gmm.check_f(f).ok", "more than"),
        ("x[0] = 1\nassert gmm.check_f(f_solution).ok", "more than"),
        ("def f_solution(x=rng.random()):\n    return x\n\n\nassert 1", "a default"),
        ("@cache\ndef f_solution(x):\n    return x\n\n\nassert 1", "a decorator"),
        ("def f_solution():\n    global x\n    x = 1\n\n\nassert 1", "global"),
    ],
)
def test_a_departure_from_the_form_is_seen(source, what):
    found = departure(source)
    assert found is None if what is None else what in found


def names_of_data(cells):
    """Return the names that cells assign, but for checks and the functions that these hand on."""
    for node in (node for cell in cells for node in ast.walk(ast.parse(cell.source))):
        if isinstance(node, ast.Assign) and not re.match(
            r"gmm\.check_\w+\(|\w+\.working$", ast.unparse(node.value)
        ):
            for target in node.targets:
                names = (node for node in ast.walk(target) if isinstance(node, ast.Name))
                yield from (name.id for name in names if isinstance(name.ctx, ast.Store))


def test_solutions_can_be_left_out_without_running_the_rest_again():
    from nbgrader_version import global_names

    for name in NAMES:
        cells = code(read(NOTEBOOKS, name).cells)
        data = {*names_of_data(cell for cell in cells if not is_solution(cell))}
        defined = set()
        for cell in filter(is_solution, cells):
            assert departure(cell.source) is None, (cell.id, departure(cell.source))
            assert not data & global_names(cell.source)[1], cell.id  # such as rng, or an array
            assert cell.outputs == [], cell.id
            defined |= {function.name for function in functions(cell.source)}
        for cell in cells:
            words = set(re.findall(r"\w+", cell.source))
            assert is_solution(cell) or not words & defined, cell.id


def test_solutions_are_tagged_and_folded_and_every_exercise_has_one():
    for name in NAMES:
        tagged = code(solutions(name))
        assert all(cell.metadata.jupyter.source_hidden for cell in tagged)
        defined = {f.name for cell in tagged for f in functions(cell.source)}
        stubs = [
            function.name
            for cell in code(read(NOTEBOOKS, name).cells)
            for function in functions(cell.source)
            if is_stub(function)
        ]
        assert {f"{stub}_solution" for stub in stubs} == defined
        assert stubs or name[:2] in ("00", "05", "07", "08", "09")


def test_all_other_cells_are_there_with_the_outputs_of_a_run(student):
    for name in NAMES:
        kept = [cell for cell in read(NOTEBOOKS, name).cells if not is_solution(cell)]
        found = read(student, name).cells
        assert [(c.id, c.source) for c in found] == [(c.id, c.source) for c in kept]
        counts = [cell.execution_count for cell in code(found)]
        assert counts == [*range(1, len(counts) + 1)]
        assert [texts(cell) for cell in code(found)] == [texts(cell) for cell in code(kept)]


def texts(cell):
    """Return all text that a cell shows."""
    return [o.get("text") or o.data["text/plain"] for o in cell.get("outputs", ())]


@pytest.mark.parametrize("name", NAMES)
def test_no_solution_is_left_in_source_or_outputs(student, name):
    notebook = read(student, name)
    rest = nbformat.writes(notebook)
    assert "_solution" not in rest and '"solution"' not in rest
    words = "".join(cell.source for cell in notebook.cells)
    folded = re.findall(r"<details>\n<summary>(.*)</summary>", words)
    assert {*folded} <= {"After the question"} and words.count("<details>") == len(folded)
    assert "olution" not in re.sub(r"closed-form\*? solution", "", words)
    everything = "\n".join(c.source + "\n".join(texts(c)) for c in notebook.cells)
    given = {line.strip() for line in stub_lines(notebook)}
    for cell in solutions(name):
        for line in {line.strip() for line in cell.source.splitlines()} - given:
            assert len(line) < SHORTEST_LINE or line not in everything, line


def stub_lines(notebook):
    """Return the lines that an exercise hands out, which its solution repeats."""
    sources = [cell.source for cell in code(notebook.cells)]
    stubs = [source for source in sources if any(map(is_stub, functions(source)))]
    return "\n".join(stubs).splitlines()


@pytest.mark.parametrize("name", NAMES)
def test_no_link_is_broken(student, name):
    text = "\n".join(c.source for c in read(student, name).cells if c.cell_type == "markdown")
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        assert "://" in target or (student / target).is_file(), target
