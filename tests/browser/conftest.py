"""A real JupyterLab, started as the README says, and a real Chromium that opens notebooks in it."""

import re
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(path.name for path in ROOT.glob("notebooks/[0-9]*.ipynb"))
LAPTOP = {"width": 1280, "height": 900}
CELL_ERROR = "[data-mime-type='application/vnd.jupyter.error']"
# In what a kernel sends: an exception, in a cell or in what a widget has called. ("No such comm" is
# no more than a note: a page has sent a last word to a widget that Python has closed.)
KERNEL_ERROR = r'"msg_type": ?"error"|"name": ?"stderr", ?"text": ?"(?!No such comm)'
NO_PARAMETERS = SimpleNamespace(params={})
PATIENCE = 300  # seconds to wait for a server or a notebook: long, as nothing depends on speed


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
            deadline = time.monotonic() + PATIENCE
            while not (found := re.search(r"http://127\.0\.0\.1:\S+token=\w+", log.read_text())):
                assert server.poll() is None and time.monotonic() < deadline, log.read_text()
                time.sleep(0.2)
            yield found[0], log
        finally:
            server.terminate()
            server.wait()


@pytest.fixture(scope="session")
def browser():
    """Give Debian's Chromium."""
    with chromium() as browser:
        yield browser


@contextmanager
def chromium():
    """Give Debian's Chromium."""
    with sync_playwright() as playwright:
        options = {"executable_path": "/usr/bin/chromium", "args": ["--no-sandbox"]}
        browser = playwright.chromium.launch(**options)
        yield browser
        browser.close()


@contextmanager
def new_page(browser, *, expected=" none "):
    """Give a new page on a laptop's screen; at its end no error but the expected may have come."""
    page = browser.new_page(viewport=LAPTOP)
    errors = errors_on(page)
    yield page
    page.close()
    assert [error for error in errors if expected not in error] == []


def errors_on(page):
    """Return a list to which each error on the page, or of its kernel, will be added."""
    errors = []

    def hear_kernel(payload):
        text = payload if isinstance(payload, str) else payload.decode(errors="replace")
        if re.search(KERNEL_ERROR, text):
            errors.append(f"kernel: {text[-2000:]}")

    page.on("websocket", lambda socket: socket.on("framereceived", hear_kernel))
    page.on("pageerror", lambda error: errors.append(error.stack or str(error)))
    page.on(
        "console", lambda message: errors.append(message.text) if message.type == "error" else None
    )
    return errors


@pytest.fixture
def page(browser):
    """Give a new page; the test fails on any error in the console."""
    with new_page(browser) as page:
        yield page


class Opened:
    """A notebook that is opened and run once for all tests; anew after one that has failed."""

    def __init__(self, browser, lab_url, name):
        self.name = name
        self._browser, self._lab_url, self._page, self._errors = browser, lab_url, None, []

    def page(self):
        """Return its page."""
        if self._page is None:
            page = self._browser.new_page(viewport=LAPTOP)
            self._errors = errors_on(page)
            open_and_run(page, self._lab_url, self.name)
            wait_for_pictures(page)
            self._page = page
        return self._page

    def take_errors(self):
        """Return the errors on the page since this was asked before."""
        errors, self._errors[:] = self._errors[:], []
        return errors

    def close(self):
        if self._page is not None:
            self._page.close()
            self._page = None


@pytest.fixture(scope="session", params=NOTEBOOKS)
def opened(request, browser, lab_url):
    """Give each notebook in turn."""
    opened = Opened(browser, lab_url, request.param)
    yield opened
    opened.close()


@pytest.fixture
def notebook(request, opened):
    """Give the page of each notebook in turn: a test may find its controls moved, not its cells."""
    page, failed = opened.page(), request.session.testsfailed
    page.set_viewport_size(LAPTOP)
    yield page
    errors = opened.take_errors()
    if errors or request.session.testsfailed > failed:
        opened.close()
    assert errors == []


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Put the tests that share a notebook's page next to each other, after those that do not."""
    # Before, as pages that show the same notebook share its kernel.
    items.sort(key=lambda item: getattr(item, "callspec", NO_PARAMETERS).params.get("opened", ""))


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
    # Stored cells have numbers: without these, a number says that the cell has run here.
    page.get_by_role("menuitem", name="Edit", exact=True).click()
    page.get_by_role("menuitem", name="Clear Outputs of All Cells", exact=True).click()
    page.wait_for_function(
        """() => [...document.querySelectorAll('.jp-InputPrompt')].every(
            prompt => !/\\d/.test(prompt.textContent))"""
    )
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
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
    return place.locator(".widget-vbox:has(> .widget-hbox > .widget-play)")


class Look(NamedTuple):
    """What a stepper or flip-book shows at a position."""

    picture: str
    text: str
    alt: str


def look(stepper):
    """Return what a stepper shows, once its picture has come from the kernel."""
    return Look(*stepper.evaluate(_LOOK))


_LOOK = """async stepper => {
    const image = () => stepper.querySelector('img')
    while (!image().src.startsWith('data:image/png')) await new Promise(requestAnimationFrame)
    return [image().src, stepper.querySelector('p[aria-live=polite]').innerText, image().alt]
}"""


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
