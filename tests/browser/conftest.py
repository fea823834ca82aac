"""A real JupyterLab, started as the README says, and a real Chromium that opens notebooks in it.

All notebooks are opened and run side by side once, before the first test. What concerns one kind of
widget is tried on the instances that are chosen here; with `--every`, on all there are.
"""

import json
import re
import subprocess
import sys
import tempfile
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from blank_page import chromium

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(path.name for path in ROOT.glob("notebooks/[0-9]*.ipynb"))
LAPTOP = {"width": 1280, "height": 900}
CELL_ERROR = "[data-mime-type='application/vnd.jupyter.error']"
PATIENCE = 300  # seconds to wait for a server or a notebook: long, as nothing depends on speed
STEPPER = ".widget-vbox:has(> .widget-hbox > .widget-play)"  # or a flip-book
# Each kind of widget, and the cells whose widgets show all that this kind can do.
KINDS = {
    # In two dimensions; in one, with a note; pictures that are no run; a run that could not go on.
    "stepper": (STEPPER, ["00 stepper", "01 stepper-two", "02 curve-show", "02 collapse-starts"]),
    "chooser": (".gmm-chooser", ["04 three-chooser"]),
    "panel": (".gmm-panel", ["01 by-hand", "01 posterior", "03 panel"]),
    "question": (".gmm-question", ["00 stepper-ask"]),
}
# Runs in the page before all else: reports what a kernel sends of an exception, in a cell or in
# what a widget has called. ("No such comm" is no more than a note: a page has sent a last word to a
# widget that Python has closed.)
HEAR_KERNEL = r"""
    const failed = /"msg_type": ?"error"|"name": ?"stderr", ?"text": ?"(?!No such comm)/
    window.WebSocket = class extends WebSocket {
        constructor(...options) {
            super(...options)
            this.addEventListener('message', ({data}) => {
                const text = typeof data === 'string' ? data : new TextDecoder().decode(data)
                if (failed.test(text)) console.error(`kernel: ${text.slice(-2000)}`)
            })
        }
    }
"""


def pytest_addoption(parser):
    """Add the option of the weekly run."""
    parser.addoption("--every", action="store_true", help="work every widget as the chosen ones")


def pytest_generate_tests(metafunc):
    """Let a test see each notebook or, if it is of one kind of widget, those with a chosen one."""
    marked = {mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")}
    if "notebook" in set(metafunc.fixturenames) - marked:
        names = NOTEBOOKS
        if "boxes" in metafunc.fixturenames and not metafunc.config.getoption("every"):
            chosen = KINDS[metafunc.module.KIND][1]
            names = [name for name in NOTEBOOKS if name[:2] in {cell[:2] for cell in chosen}]
        metafunc.parametrize("notebook", names, indirect=True)


@pytest.fixture(scope="session")
def lab_url():
    """Give the address of a JupyterLab that the README's command has started."""
    with jupyterlab() as (url, _):
        yield url


@contextmanager
def jupyterlab():
    """Start JupyterLab with the README's command; give the address it prints, and its log's path.

    It must not save what is run over the stored notebooks, so it is told not to autosave; and it
    lets the tests look at the widgets that the browser holds.
    """
    with tempfile.TemporaryDirectory() as settings:
        plugin = Path(settings, "@jupyterlab", "docmanager-extension", "plugin.jupyterlab-settings")
        plugin.parent.mkdir(parents=True)
        plugin.write_text('{"autosave": false}')
        log = Path(settings, "server.log")
        with log.open("w") as output:
            server = subprocess.Popen(
                [
                    *(sys.executable, "course.py", "--no-browser"),
                    "--LabApp.expose_app_in_browser=True",
                    "--LabApp.user_settings_dir=" + settings,
                ],
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            while not (found := re.search(r"http://127\.0\.0\.1:\S+token=\w+", log.read_text())):
                with suppress(subprocess.TimeoutExpired):  # what else would end it?
                    raise RuntimeError(f"ended with {server.wait(0.2)}: {log.read_text()}")
            yield found[0], log
        finally:
            server.terminate()
            server.wait()


@pytest.fixture(scope="session")
def browser():
    """Give Debian's Chromium."""
    with chromium() as browser:
        yield browser


def errors_on(page):
    """Return a list to which each error on the page, or of its kernel, will be added."""
    errors = []
    page.add_init_script(HEAR_KERNEL)
    page.on("pageerror", lambda error: errors.append(error.stack or str(error)))
    page.on(
        "console", lambda message: errors.append(message.text) if message.type == "error" else None
    )
    return errors


class Opened:
    """A notebook that is opened and run once for all tests; anew after one that has failed."""

    def __init__(self, browser, lab_url, name):
        self._new_page = lambda: browser.new_page(viewport=LAPTOP)
        self._lab_url, self._name, self._page = lab_url, name, None

    def start(self):
        """Open it, and let all its cells run."""
        self._page = self._new_page()
        self._errors = errors_on(self._page)
        open_notebook(self._page, self._lab_url, self._name)
        start_all_cells(self._page)

    def wait(self):
        """Wait until its cells have run and its pictures are there; mark cells with their ids."""
        wait_for_all_cells(self._page)
        wait_for_pictures(self._page)
        self._page.evaluate(
            """jupyterapp.shell.currentWidget.content.widgets.forEach(
                ({model, node}) => { node.dataset.cell = model.id })"""
        )

    def page(self):
        """Return its page."""
        if self._page is None:
            self.start()
            self.wait()
        return self._page

    def take_errors(self):
        """Return the errors on the page since this was asked before."""
        errors, self._errors[:] = self._errors[:], []
        return errors

    def close(self):
        """Let the next test open it anew."""
        if self._page is not None:
            self._page.close()
            self._page = None


@pytest.fixture(scope="session")
def all_opened(request, browser, lab_url):
    """Give the notebooks that the tests need, by name: they run side by side."""
    parameters = [getattr(each, "callspec", None) for each in request.session.items]
    names = sorted({each.params["notebook"] for each in parameters if each})
    for name in names:
        start_kernel(lab_url, name)
    opened = {name: Opened(browser, lab_url, name) for name in names}
    for each in opened.values():
        each.start()
    for each in opened.values():
        each.wait()
    return opened


@pytest.fixture
def opened(request, all_opened):
    """Give one notebook."""
    return all_opened[request.node.callspec.params["notebook"]]


@pytest.fixture
def notebook(request, opened):
    """Give the page of a notebook: a test may find its controls moved, not its cells."""
    page, failed = opened.page(), request.session.testsfailed
    page.set_viewport_size(LAPTOP)
    yield page
    errors = opened.take_errors()
    if errors or request.session.testsfailed > failed:
        opened.close()
    assert errors == []


@pytest.fixture
def boxes(request, notebook):
    """Give the widgets of a module's kind on a notebook: those chosen or, when asked, every one."""
    selector, chosen = KINDS[request.module.KIND]
    name = request.node.callspec.params["notebook"]
    found = [
        notebook.locator(f"[data-cell={cell[3:]}] {selector}")
        for cell in chosen
        if cell[:2] == name[:2]
    ]
    assert all(each.count() == 1 for each in found)
    return notebook.locator(selector).all() if request.config.getoption("every") else found


@contextmanager
def all_laid_out(page):
    """Let JupyterLab lay out all cells meanwhile, also those off screen."""
    style = page.add_style_tag(content=".jp-Cell {content-visibility: visible !important}")
    yield
    style.evaluate("each => each.remove()")


def wait_for_pictures(page):
    """Wait until every stepper shows its picture."""
    page.wait_for_function(
        """() => [...document.querySelectorAll('.jp-OutputArea .widget-html img')].every(
            image => image.src.startsWith('data:image/png'))""",
        timeout=PATIENCE * 1000,
    )


def start_kernel(lab_url, name):
    """Start the kernel that a notebook's page will find.

    Before all pages: they ask for the kernels there are, and while one starts, jupyter-server may
    answer with an error.
    """
    asked = {
        "path": f"notebooks/{name}",
        "name": name,
        "type": "notebook",
        "kernel": {"name": "python3"},
    }
    address, data = re.sub(r"/lab\S*\?", "/api/sessions?", lab_url), json.dumps(asked).encode()
    urllib.request.urlopen(address, data).close()


def open_notebook(page, lab_url, name):
    """Open a notebook, as it is stored."""
    page.goto(re.sub(r"/lab\S*\?", f"/lab/tree/notebooks/{name}?reset&", lab_url))
    page.locator(".jp-Notebook .jp-Cell").first.click(timeout=PATIENCE * 1000)
    wait_for_cells(page)


def wait_for_cells(page):
    """Wait until the notebook's cells are on the page: JupyterLab puts them there bit by bit."""
    page.wait_for_function(
        """() => {
            const {length} = jupyterapp.shell.currentWidget.content.widgets
            return document.querySelectorAll('.jp-Notebook .jp-Cell').length === length
        }""",
        timeout=PATIENCE * 1000,
    )


def open_and_run(page, lab_url, name):
    """Open a notebook, run all its cells, and wait until all have run."""
    open_notebook(page, lab_url, name)
    start_all_cells(page)
    wait_for_all_cells(page)


def start_all_cells(page):
    """Let all cells of a notebook run."""
    # Stored cells have numbers: without these, a number says that the cell has run here.
    page.get_by_role("menuitem", name="Edit", exact=True).click()
    page.get_by_role("menuitem", name="Clear Outputs of All Cells", exact=True).click()
    page.wait_for_function(
        """() => [...document.querySelectorAll('.jp-InputPrompt')].every(
            prompt => !/\\d/.test(prompt.textContent))"""
    )
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def wait_for_all_cells(page):
    """Wait until all cells have run."""
    page.wait_for_function(
        """error => {
            if (document.querySelector(error)) return true // no cell after it runs
            const folded = '.jp-Placeholder-prompt' // it shows no number
            const prompts = [
                ...document.querySelectorAll(`.jp-CodeCell .jp-InputPrompt:not(${folded})`)]
            return prompts.length && prompts.every(prompt => /\\d/.test(prompt.textContent))
        }""",
        arg=CELL_ERROR,
        timeout=PATIENCE * 1000,
    )
    assert page.locator(CELL_ERROR).all_inner_texts() == []


def steppers_in(place):
    """Return a locator for the steppers and flip-books in a place."""
    return place.locator(STEPPER)


class Look(NamedTuple):
    """What a stepper, flip-book or panel shows."""

    picture: str
    text: str
    alt: str


def look(box, *, unlike=None):
    """Return what a widget shows, once its picture has come from the kernel.

    With an earlier look, wait until both picture and text are others.
    """
    shown = box.page.wait_for_function(_LOOK, arg=[box.element_handle(), unlike and list(unlike)])
    return Look(*shown.json_value())


_LOOK = """([box, unlike]) => {
    const {src, alt} = box.querySelector('img')
    const text = box.querySelector('p[aria-live=polite]').innerText
    const drawn = src.startsWith('data:image/png') && src !== unlike?.[0] && text !== unlike?.[1]
    return drawn && [src, text, alt]
}"""


def click_on_bar(slider, share):
    """Click on a slider's bar, so far from its left end as `share` of its width says."""
    bar = slider.locator(".noUi-base")
    width, height = bar.evaluate("bar => [bar.offsetWidth, bar.offsetHeight]")
    bar.click(position={"x": share * width, "y": height / 2})


def position(stepper):
    """Return the position of a stepper's slider, and the last there is."""
    handle = stepper.get_by_role("slider")
    now, last = (handle.get_attribute(f"aria-value{name}") for name in ("now", "max"))
    return int(float(now)), int(float(last))


def walk(page, stepper):
    """Go through a stepper's positions and back; return the look of each."""
    stepper.get_by_role("slider").press("Home")
    looks = []
    for _ in range(position(stepper)[1] + 1):
        looks.append(look(stepper))
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Home")
    return looks


def run_again(page, box):
    """Run the cell that shows some widgets once more, so that they are as at first."""
    # Not by a click into the cell, whose code may be folded; it waits until the cell has run.
    box.evaluate(
        """box => {
            const cell = box.closest('.jp-Cell')
            const notebook = jupyterapp.shell.currentWidget.content
            notebook.activeCellIndex = notebook.widgets.findIndex(({node}) => node === cell)
            return jupyterapp.commands.execute('notebook:run-cell')
        }"""
    )
    box.wait_for()
    box.scroll_into_view_if_needed()


def add_cell(page, code):
    """Add a cell below the last one, run it, and return it."""
    cells = page.locator(".jp-Notebook .jp-Cell")
    wait_for_cells(page)
    count = cells.count()
    cells.last.click()
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    cells.nth(count).wait_for()
    page.keyboard.press("Enter")
    page.keyboard.insert_text(code.strip())
    run_cell(page, cells.nth(count))
    return cells.nth(count)


def run_cell(page, cell):
    """Run a cell that is there, once more or for the first time, and wait for its end."""
    cell.locator(".jp-InputArea-editor").click()
    prompt = cell.locator(".jp-InputArea-prompt")
    before = prompt.inner_text()
    page.keyboard.press("Control+Enter")
    page.wait_for_function(
        "([prompt, before]) => /\\d/.test(prompt.innerText) && prompt.innerText !== before",
        arg=[prompt.element_handle(), before],
        timeout=PATIENCE * 1000,
    )
    complaints = cell.locator("[data-mime-type='application/vnd.jupyter.stderr']")
    assert not complaints.all_inner_texts()
