"""Widgets that live side by side, are made again and again, and outlive their kernel."""

import pytest
from conftest import (
    add_cell,
    look,
    new_page,
    open_and_run,
    position,
    run_cell,
    steppers_in,
    wait_for_pictures,
    walk,
)

RUNS = 20
SET_UP = """
import ipywidgets, numpy as np, gmm_helpers as gmm
from IPython.display import display
data = gmm.two_gaussians(rng=np.random.default_rng(1)).x
start = gmm.Mixture.from_1d([0.5, 0.5], [0, 1], [1, 1])
"""
STEPPER = """
start = gmm.Mixture.from_1d([0.5, 0.5], {means}, [1, 1])
gmm.step_through(data, start, max_iter=5)
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
        requestAnimationFrame(eachFrame)
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


@pytest.fixture(scope="module")
def start_page(browser, lab_url):
    """Give notebook 00, run, with one more cell that makes data; all tests here add cells to it."""
    # What ipywidgets says of each move once the kernel is gone, in the last test.
    with new_page(browser, expected="Could not send widget sync message") as page:
        open_and_run(page, lab_url, "00_start_here.ipynb")
        add_cell(page, SET_UP)
        yield page


def test_two_steppers_do_not_influence_each_other(start_page):
    page = start_page
    steppers = [
        steppers_in(add_cell(page, STEPPER.format(means=means))) for means in ([0, 1], [-3, 4])
    ]
    wait_for_pictures(page)
    at_rest = [state(stepper) for stepper in steppers]
    assert at_rest[0][:2] == at_rest[1][:2] == (0, 0) and at_rest[0][2] != at_rest[1][2]
    for i in (0, 1):
        mine, other = steppers[i], steppers[1 - i]
        mine.get_by_role("slider").focus()
        for at in (1, 2, 3):
            page.keyboard.press("ArrowRight")
            assert state(mine)[:2] == (at, at)
        assert state(mine)[2] != at_rest[i][2]
        assert state(other) == at_rest[1 - i]
        page.keyboard.press("Home")
        assert state(mine) == at_rest[i]

    # Play moves one of them from the start to the end, and stops there.
    mine, other = steppers
    mine.get_by_role("button", name="Play").click()
    mine.get_by_role("button", name="Pause").wait_for()
    mine.get_by_role("button", name="Play").wait_for()
    end = state(mine)
    assert position(mine) == (10, 10)
    page.wait_for_timeout(1500)  # two more positions' time
    assert state(mine) == end and state(other) == at_rest[1]


def test_a_cell_run_many_times_leaves_one_working_widget_of_each(start_page):
    """Neither Python nor the browser keeps more widgets after 20 runs than after the second."""
    page = start_page
    counter, cell = add_cell(page, COUNT), add_cell(page, ONE_OF_EACH)
    counts = []
    for run in range(2, RUNS + 1):
        run_cell(page, cell)
        if run in (2, RUNS):
            wait_for_pictures(page)
            run_cell(page, counter)
            in_python = int(counter.locator(".jp-OutputArea-output").inner_text())
            views = page.locator(".jupyter-widgets").count()
            counts.append((in_python, page.evaluate(MODELS), views))
    assert counts[0] == counts[1], "in Python, in the browser, on the page"

    assert cell.locator(".gmm-question").count() == 1
    assert cell.locator(".gmm-panel").count() == 1
    assert steppers_in(cell).count() == 1
    before = state(steppers_in(cell))
    steppers_in(cell).get_by_role("slider").press("ArrowRight")
    assert all(old != new for old, new in zip(before, state(steppers_in(cell)), strict=True))


@pytest.mark.parametrize("kind", APPEARING)
def test_nothing_jumps_when_a_widget_appears(start_page, kind):
    """From the first frame on that shows it, its output is as tall as in the end."""
    cell = add_cell(start_page, "1")
    cell.evaluate(WATCH_HEIGHT)
    cell.locator(".jp-InputArea-editor").click()
    start_page.keyboard.press("Control+a")
    start_page.keyboard.insert_text(APPEARING[kind].strip())
    run_cell(start_page, cell)
    wait_for_pictures(start_page)
    start_page.wait_for_function("cell => cell.heights.length > 30", arg=cell.element_handle())
    assert len(set(cell.evaluate("cell => cell.heights"))) == 1


def test_steppers_and_questions_outlive_their_kernel(start_page):
    """The last test here: no cell runs after it."""
    page = start_page
    cell = add_cell(page, ONE_OF_EACH)
    stepper, question = steppers_in(cell), cell.locator(".gmm-question")
    with_kernel = walk(page, stepper)
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name="Shut Down Kernel", exact=True).click()
    page.get_by_text("No Kernel").first.wait_for()
    assert walk(page, stepper) == with_kernel and len(set(with_kernel)) == 5
    answers = set()
    for choice in question.get_by_role("radio").all():
        choice.click()
        answers.add(question.locator(".gmm-answer").inner_text())
    assert len(answers) == question.get_by_role("radio").count()
