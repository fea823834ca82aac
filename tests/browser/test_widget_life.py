"""Widgets that live side by side, are made again and again, and outlive their kernel."""

import pytest
from conftest import (
    NOTEBOOKS,
    add_cell,
    look,
    position,
    run_cell,
    steppers_in,
    wait_for_pictures,
    walk,
)

pytestmark = pytest.mark.parametrize("notebook", NOTEBOOKS[:1], indirect=True)
RUNS = 5
SET_UP = """
import ipywidgets, numpy as np, gmm_helpers as gmm
from IPython.display import display
data = gmm.two_gaussians(rng=np.random.default_rng(1)).x
start = gmm.Mixture.from_1d([0.5, 0.5], [0, 1], [1, 1])
"""
STEPPER = """
gmm.step_through(data, gmm.Mixture.from_1d([0.5, 0.5], {means}, [1, 1]), max_iter=5)
"""
ONE_OF_EACH = """
display(gmm.ask("first_e_step"), gmm.PointPosterior(data, start))
gmm.step_through(data, start, max_iter=2)
"""
# What appears on a page, of each kind.
APPEARING = {
    "stepper": STEPPER.format(means=[-3, 4]),
    "panel": "gmm.PointPosterior(data, start)",
    "panel in two dimensions": "gmm.CovariancePanel(rng=np.random.default_rng(1))",
    "chooser": """
def run(x, rng, K):
    return gmm.run_em(x, gmm.start_from_random_points(x, K, rng=rng), max_iter=3)
gmm.RunChooser(data, run, choices={"K": (2, 3)})
""",
    "question": 'gmm.ask("first_e_step")',
}
COUNT = "print(len(ipywidgets.widgets.widget._instances))"
# Runs in the page: how many widgets the browser keeps for the notebook, seen or not.
MODELS = """async () => {
    const {rendermime} = jupyterapp.shell.currentWidget.content
    const mimeType = 'application/vnd.jupyter.widget-view+json'
    const renderer = rendermime.getFactory(mimeType).createRenderer({mimeType})
    return Object.keys((await renderer._manager.promise)._models).length
}"""
# Runs in the page: from now on, in each frame, note how tall a cell's output with pictures is.
WATCH_HEIGHT = """cell => {
    cell.heights = []
    const eachFrame = () => {
        const box = cell.querySelector('.jp-OutputArea .widget-vbox')
        if (box?.offsetHeight) cell.heights.push(cell.querySelector('.jp-OutputArea').offsetHeight)
        if (cell.heights.length <= 30) requestAnimationFrame(eachFrame)
    }
    eachFrame()
}"""


def state(stepper):
    """Return a stepper's position, field, and picture with its texts."""
    return (
        position(stepper)[0],
        int(stepper.get_by_role("textbox").inner_text()),
        look(stepper),
    )


@pytest.fixture(scope="module", autouse=True)
def leave_no_cells(all_opened):
    """Let no other test find what these have added to notebook 00."""
    yield
    all_opened[NOTEBOOKS[0]].close()


def test_two_steppers_do_not_influence_each_other(notebook):
    steppers = [
        steppers_in(add_cell(notebook, SET_UP + STEPPER.format(means=means)))
        for means in ([0, 1], [-3, 4])
    ]
    wait_for_pictures(notebook)
    at_rest = [state(stepper) for stepper in steppers]
    assert at_rest[0][:2] == at_rest[1][:2] == (0, 0) and at_rest[0][2] != at_rest[1][2]
    for i in (0, 1):
        mine, other = steppers[i], steppers[1 - i]
        mine.get_by_role("slider").focus()
        for at in (1, 2, 3):
            notebook.keyboard.press("ArrowRight")
            assert state(mine)[:2] == (at, at)
        assert state(mine)[2] != at_rest[i][2]
        assert state(other) == at_rest[1 - i]
        notebook.keyboard.press("Home")
        assert state(mine) == at_rest[i]


def test_a_cell_run_many_times_leaves_one_working_widget_of_each(notebook):
    """Neither Python nor the browser keeps more widgets after more runs than after the second."""
    counter, cell = add_cell(notebook, COUNT), add_cell(notebook, SET_UP + ONE_OF_EACH)
    counts = []
    for run in range(2, RUNS + 1):
        run_cell(notebook, cell)
        if run in (2, RUNS):
            wait_for_pictures(notebook)
            run_cell(notebook, counter)
            in_python = int(counter.locator(".jp-OutputArea-output").inner_text())
            views = notebook.locator(".jupyter-widgets").count()
            counts.append((in_python, notebook.evaluate(MODELS), views))
    assert counts[0] == counts[1], "in Python, in the browser, on the page"

    assert cell.locator(".gmm-question").count() == 1
    assert cell.locator(".gmm-panel").count() == 1
    assert steppers_in(cell).count() == 1
    before = state(steppers_in(cell))
    steppers_in(cell).get_by_role("slider").press("ArrowRight")
    assert all(old != new for old, new in zip(before, state(steppers_in(cell)), strict=True))


@pytest.mark.parametrize("kind", APPEARING)
def test_nothing_jumps_when_a_widget_appears(notebook, kind):
    """From the first frame on that shows it, its output is as tall as in the end."""
    cell = add_cell(notebook, "1")
    cell.evaluate(WATCH_HEIGHT)
    cell.locator(".jp-InputArea-editor").click()
    notebook.keyboard.press("Control+a")
    notebook.keyboard.insert_text((SET_UP + APPEARING[kind]).strip())
    run_cell(notebook, cell)
    wait_for_pictures(notebook)
    notebook.wait_for_function("cell => cell.heights.length > 30", arg=cell.element_handle())
    assert len(set(cell.evaluate("cell => cell.heights"))) == 1


def test_steppers_and_questions_outlive_their_kernel(notebook, opened):
    """The last test here: no cell runs after it."""
    cell = add_cell(notebook, SET_UP + ONE_OF_EACH)
    stepper, question = steppers_in(cell), cell.locator(".gmm-question")
    with_kernel = walk(notebook, stepper)
    notebook.get_by_role("menuitem", name="Kernel", exact=True).click()
    notebook.get_by_role("menuitem", name="Shut Down Kernel", exact=True).click()
    notebook.get_by_text("No Kernel").first.wait_for()
    assert walk(notebook, stepper) == with_kernel and len(set(with_kernel)) == 5
    answers = set()
    for choice in question.get_by_role("radio").all():
        choice.click()
        answers.add(question.locator(".gmm-answer").inner_text())
    assert len(answers) == question.get_by_role("radio").count()
    # What ipywidgets says of each move once the kernel is gone.
    assert all("Could not send widget sync message" in each for each in opened.take_errors())
