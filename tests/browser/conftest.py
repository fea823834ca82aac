"""A real JupyterLab, started as the README says, and a real Chromium that opens notebooks in it."""

import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(path.name for path in ROOT.glob("notebooks/[0-9]*.ipynb"))
PATIENCE = 120  # seconds to wait for a server or a notebook: long, as nothing depends on speed


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
                ],
                cwd=ROOT,
                env={**os.environ, "JUPYTERLAB_SETTINGS_DIR": settings},
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
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console", lambda message: errors.append(message.text) if message.type == "error" else None
    )
    yield page
    page.close()
    assert [error for error in errors if expected not in error] == []


@pytest.fixture
def page(browser):
    """Give a new page; the test fails on any error in the console."""
    with new_page(browser) as page:
        yield page


@pytest.fixture(scope="module", params=NOTEBOOKS)
def notebook(request, browser, lab_url):
    """Give each notebook in turn, opened and run once for all tests of a file."""
    with new_page(browser) as page:
        open_and_run(page, lab_url, request.param)
        wait_for_pictures(page)
        yield page


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
        """() => {
            const folded = '.jp-Placeholder-prompt' // it shows no number
            const prompts = [
                ...document.querySelectorAll(`.jp-CodeCell .jp-InputPrompt:not(${folded})`)]
            return prompts.length && prompts.every(prompt => /\\d/.test(prompt.textContent))
        }""",
        timeout=PATIENCE * 1000,
    )


def steppers_in(place):
    """Return a locator for the steppers and flip-books in a place."""
    return place.locator(".widget-vbox:has(> .widget-hbox > .widget-play)")


def walk(page, stepper):
    """Go through a stepper's positions and back; return the picture and the text of each."""
    handle, looks = stepper.get_by_role("slider"), []
    handle.focus()
    page.keyboard.press("Home")
    for _ in range(int(float(handle.get_attribute("aria-valuemax"))) + 1):
        stepper.locator("img[src^='data:image/png']").wait_for()  # it may be still to come
        looks.append(
            (
                stepper.locator("img").get_attribute("src"),
                stepper.locator("p[aria-live]").inner_text(),
            )
        )
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Home")
    return looks


def add_cell(page, code):
    """Add a cell below the last one, run it, and return it."""
    cells = page.locator(".jp-Notebook .jp-Cell")
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
    assert not cell.locator("[data-mime-type='application/vnd.jupyter.stderr']").count()
