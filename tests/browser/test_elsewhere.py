"""One widget of each kind in Notebook 7 and in Firefox, by keys and by the mouse.

Playwright cannot drive Debian's Firefox: it is driven by its own Marionette.
"""

import re
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import pytest
from driver import KINDS, NOTEBOOKS, READY, ROOT, serving, write_kinds

# Marionette's own package leaves sockets open, and calls what is deprecated.
WARNINGS = ("DeprecationWarning", "ResourceWarning", "pytest.PytestUnraisableExceptionWarning")
pytestmark = [pytest.mark.filterwarnings(f"ignore::{each}") for each in WARNINGS]
FIREFOX = "/usr/bin/firefox-esr"
RUN = """async () => {
    await jupyterapp.commands.execute('notebook:run-all-cells')
    const {widgets} = jupyterapp.shell.currentWidget.content
    for (const {model, node} of widgets) node.dataset.cell = model.id
    const outputs = [...document.querySelectorAll('.jp-OutputArea-output.lm-Panel')]
    while (!outputs.every(each => each.querySelector('.gmm > *')))
        await new Promise(requestAnimationFrame)
    const count = selector => document.querySelectorAll(selector).length
    return [count('.gmm:not([data-kind=answer])'),
        count('[data-mime-type="application/vnd.jupyter.error"]'), gmmModules.size]
}"""
# Runs in the page: where a widget's first control is, and what it says. (A fold has none.)
LOOK = """index => {
    const box = document.querySelectorAll('.gmm:not([data-kind=answer])')[index]
    const control = box.querySelector('.row > input[type=range]')
        ?? box.querySelector('input[type=range], input[type=radio]')
    control.scrollIntoView({block: 'center'})
    const {left, top, width, height} = control.getBoundingClientRect()
    return {x: left, y: top + height / 2, width, radio: control.type === 'radio',
        says: [...box.querySelectorAll('[aria-live]')].map(each => each.textContent).join(),
        active: jupyterapp.shell.currentWidget.content.activeCellIndex}
}"""


class Chromium:
    """A page in Chromium."""

    def __init__(self, browser):
        self.page = browser.new_page()
        self.goto, self.evaluate = self.page.goto, self.page.evaluate
        self.click = self.page.mouse.click
        self.press = self.page.keyboard.press
        self.close = self.page.close


class Firefox:
    """A page in Debian's Firefox."""

    def __init__(self):
        from marionette_driver.keys import Keys
        from marionette_driver.marionette import ActionSequence, Marionette

        self.client = Marionette(bin=FIREFOX, headless=True, startup_timeout=120)
        self.client.start_session()
        self.client.timeout.script = 300
        self._actions, self._keys = ActionSequence, Keys
        self.goto = self.client.navigate

    def evaluate(self, function, argument=None):
        """Call a function in the page; return what it returns, at once or later."""
        script = f"const [a, done] = arguments; Promise.resolve(({function})(a)).then(done)"
        return self.client.execute_async_script(script, [argument], sandbox=None)

    def click(self, x, y):
        """Click at a place of the page."""
        mouse = self._actions(self.client, "pointer", "mouse", {"pointerType": "mouse"})
        mouse.pointer_move(round(x), round(y)).pointer_down(0).pointer_up(0).perform()

    def press(self, key):
        """Press an arrow key, or space."""
        keys = {"ArrowRight": self._keys.ARROW_RIGHT, "ArrowDown": self._keys.ARROW_DOWN}
        sequence = self._actions(self.client, "key", "keyboard")
        sequence.key_down(keys[key]).key_up(keys[key]).perform()

    def close(self):
        """End Firefox."""
        self.client.cleanup()


@pytest.fixture(scope="session")
def notebook_url():
    """Give the address of a Notebook 7, without the course's settings."""
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "notebooks").mkdir()
        for path in ROOT.glob("notebooks/[0-9]*.ipynb"):
            (Path(place) / "notebooks" / path.name).write_bytes(path.read_bytes())
        write_kinds(Path(place, "notebooks"))
        command = [
            *(sys.executable, "-m", "notebook", "--no-browser", "--allow-root"),
            *(f"--ServerApp.root_dir={place}", "--JupyterNotebookApp.expose_app_in_browser=True"),
        ]
        with serving(command, place, Path(place, "server.log")) as url:
            yield url


def pytest_generate_tests(metafunc):
    every = metafunc.config.getoption("every")
    metafunc.parametrize("name", ["kinds.ipynb", *(NOTEBOOKS if every else [])])


@pytest.mark.parametrize(
    "front, driver", [("notebook", "Chromium"), ("notebook", "Firefox"), ("lab", "Firefox")]
)
def test_each_kind_of_widget_works(request, browser, front, driver, name):
    url = request.getfixturevalue(f"{front}_url")
    path = "/lab/tree/" if front == "lab" else "/notebooks/"
    with closing(Firefox() if driver == "Firefox" else Chromium(browser)) as page:
        # Without "reset", JupyterLab opens the notebooks of the tests before as well, out of sight.
        page.goto(re.sub(r"/(lab|tree)\S*\?", f"{path}notebooks/{name}?reset&", url))
        page.evaluate(READY)
        count, errors, modules = page.evaluate(RUN)
        assert errors == 0 and modules == 1
        assert count == len(KINDS) - 1 or name != "kinds.ipynb"
        for index in range(count):
            look = wait_for_rest(page, index)
            page.click(look["x"] + (0.62 if not look["radio"] else 0.5) * look["width"], look["y"])
            clicked = wait_for_other_words(page, index, look)
            page.press("ArrowDown" if look["radio"] else "ArrowRight")
            moved = wait_for_other_words(page, index, clicked)
            assert moved["active"] == clicked["active"]  # the key was the control's alone


def wait_for_rest(page, index):
    """Return how a widget looks once it stays where it is: formulas and pictures move a page."""
    look = None
    while look != (look := page.evaluate(LOOK, index)):
        time.sleep(0.3)
    return look


def wait_for_other_words(page, index, before):
    """Return how a widget looks when it says something else."""
    for _ in range(100):
        look = page.evaluate(LOOK, index)
        if look["says"] != before["says"]:
            return look
        time.sleep(0.1)
    raise AssertionError(f"Widget {index} still says: {before['says']}")
