"""Make the nbgrader form of notebook 01's exercises, in the folder `graded/`.

Run it with `nox -s nbgrader`, which tries it as well. What it makes is an instructor's course
folder: `nbgrader generate_assignment draw_and_fit_1d` in it makes the version that learners get.
Each exercise becomes two cells. One holds the answer, with the worked solution between nbgrader's
marks. The other is locked and gives the points: it runs the check, and raises the check's own
sentence where that is not `ok`. An exercise counts as many points as the notebook gives it minutes.
"""

import ast
import re
import symtable
from textwrap import dedent

import nbformat
from nbconvert.preprocessors import TagRemovePreprocessor
from store_outputs import METADATA, NOTEBOOKS

GRADED = NOTEBOOKS.parent / "graded"
NOTEBOOK = NOTEBOOKS / "01_draw_and_fit_1d.ipynb"
ASSIGNMENT = NOTEBOOK.stem[3:]
STUB = "return None"  # what an answer holds until a learner writes it, as in the notebook
CONFIG = f"""\
c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "gaussian_mixtures"
# An untouched exercise returns None, as in the course: the notebook still runs to the end.
c.ClearSolutions.code_stub = {{"python": "{STUB}"}}
"""


def global_names(source):
    """Return the names that a piece of code makes, and those that it needs from elsewhere."""
    made, needed, tables = set(), set(), [symtable.symtable(source, "cell", "exec")]
    top = tables[0]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            if table is top and (symbol.is_assigned() or symbol.is_imported()):
                made.add(symbol.get_name())
            elif symbol.is_global():
                needed.add(symbol.get_name())
    return made, needed - made


def in_halves(source):
    """Return an exercise's function without its last line, and what follows the function."""
    function = next(n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef))
    lines = source.splitlines()
    last = lines[function.end_lineno - 1]
    returned = last.partition("#")[2].strip()  # as in `return None  # b, ell`
    head = lines[: function.end_lineno - 1] + [f"    # return {returned}"] * bool(returned)
    return head, "\n".join(lines[function.end_lineno :]).strip(), function.name


def body(solution):
    """Return the lines of a worked solution's function below its docstring."""
    function = next(n for n in ast.parse(solution).body if isinstance(n, ast.FunctionDef))
    first = function.body[0].end_lineno  # the docstring's last line
    return solution.splitlines()[first : function.end_lineno]


def marked(cell, name, **kind):
    """Give a cell nbgrader's metadata: what it is, and its name."""
    about = {"grade": False, "solution": False, "locked": False, "task": False, **kind}
    cell.metadata["nbgrader"] = {"schema_version": 3, "grade_id": name, **about}
    return cell


def exercise(cell, solution, points):
    """Return the cells of one exercise: the answer, the check, the points."""
    head, check, function = in_halves(cell.source)
    lines = [line for line in body(solution.source) if line not in head]  # some are given
    answer = [*head, "    ### BEGIN SOLUTION", *lines, "    ### END SOLUTION"]
    name = cell.id.removesuffix("-exercise")
    called = re.search(r"gmm\.check_\w+", check)[0]
    test = dedent(f"""\
        # {points} points, if the check finds nothing wrong
        graded = {called}({function})
        assert graded.ok, graded.message""")
    new = nbformat.v4.new_code_cell
    return [
        marked(new("\n".join(answer), id=f"{name}-answer"), f"{name}-answer", solution=True),
        marked(new(check, id=f"{name}-check"), f"{name}-check", locked=True),
        marked(
            new(test, id=f"{name}-points"),
            f"{name}-points",
            grade=True,
            locked=True,
            points=points,
        ),
    ]


def stands_on(cells, source):
    """Return the ids of the cells that make the names which a source needs, directly or not."""
    found, wanted = set(), global_names(source)[1]
    for cell in reversed(cells):
        for statement in reversed(ast.parse(cell.source).body):
            made, needed = global_names(ast.unparse(statement))
            if made & wanted:
                found.add(cell.id)
                wanted = (wanted - made) | needed
    return found


def graded_form(notebook):
    """Return the instructor's version of a notebook: its exercises answered, marked and graded."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    solutions = {cell.id: cell for cell in code if cell.id.endswith("-solution")}
    locked = set()
    for position, cell in enumerate(code):
        if cell.id in solutions or cell.id.endswith("-exercise"):
            locked |= stands_on(code[:position], cell.source)

    notebook, _ = TagRemovePreprocessor(remove_cell_tags={"solution"}).preprocess(notebook, {})
    cells, minutes = [], None
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
        if cell.cell_type == "markdown":
            minutes = re.findall(r"About (\d+) minutes\.", cell.source) or minutes
            cells.append(cell)
            continue
        cell.outputs, cell.execution_count = [], None
        if cell.id.endswith("-exercise"):
            solution = solutions[cell.id.replace("-exercise", "-solution")]
            cells += exercise(cell, solution, int(minutes[-1]))
        else:
            # What an exercise stands on is put back before grading; the rest may be played with.
            cells.append(marked(cell, cell.id, locked=True) if cell.id in locked else cell)
    notebook.cells = cells
    notebook.metadata = nbformat.from_dict(METADATA)
    return notebook


def make(folder):
    """Write an instructor's course folder with the one assignment; return its notebook's path."""
    target = folder / "source" / ASSIGNMENT / NOTEBOOK.name
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(graded_form(nbformat.read(NOTEBOOK, as_version=4)), target)
    (folder / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    return target


if __name__ == "__main__":
    print(make(GRADED).relative_to(GRADED.parent))
