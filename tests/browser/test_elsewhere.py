"""Every widget of every notebook is moved in JupyterLab.

One of each kind is moved in Notebook 7 and in Firefox as well; with `--every`, all of them.
"""

import random
import re
import shutil
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from driver import KINDS, NOTEBOOKS, ROOT, RUN, Firefox, serving, write_kinds
from hands import Chromium, move

# Marionette's own package leaves sockets open, and calls what is deprecated.
WARNINGS = ("DeprecationWarning", "ResourceWarning", "pytest.PytestUnraisableExceptionWarning")
pytestmark = [pytest.mark.filterwarnings(f"ignore::{each}") for each in WARNINGS]
KEYS = "ArrowLeft ArrowRight ArrowUp ArrowDown PageUp PageDown Home End Space 1 5".split()


@pytest.fixture(scope="session")
def notebook_url():
    """Give the address of a Notebook 7, without the course's settings."""
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(ROOT / "notebooks", Path(place, "notebooks"))
        write_kinds(Path(place, "notebooks"))
        command = [
            *(sys.executable, "-m", "notebook", "--no-browser", "--allow-root"),
            *(f"--ServerApp.root_dir={place}", "--JupyterNotebookApp.expose_app_in_browser=True"),
        ]
        with serving(command, place, Path(place, "server.log")) as url:
            yield url


@pytest.fixture(scope="module")
def open_page(request, browser):
    """Return a function that opens a notebook, and has the next one's cells run meanwhile."""
    ahead = {}

    def start(front, driver, name):
        page = Firefox() if driver == "Firefox" else Chromium(browser.new_page())
        path = "/lab/tree/" if front == "lab" else "/notebooks/"
        url = request.getfixturevalue(f"{front}_url")
        # Without "reset", JupyterLab opens the notebooks of the tests before, out of sight.
        page.goto(re.sub(r"/(lab|tree)\S*\?", f"{path}notebooks/{name}?reset&", url))
        page.evaluate(RUN)
        return page

    def open_one(front, driver, name):
        page = ahead.pop(name, None) or start(front, driver, name)
        if (front, driver) == ("lab", "Chromium") and name != NOTEBOOKS[-1]:
            following = NOTEBOOKS[NOTEBOOKS.index(name) + 1]
            ahead[following] = start(front, driver, following)
        return page

    yield open_one
    for page in ahead.values():
        page.close()


def wander(page, rng, moves=300):
    """Press random keys in random controls, as nobody would."""
    controls = page.locator(".gmm :is(input, select, button:not([title='Full screen']))").all()
    for _ in range(moves):
        control = rng.choice(controls)
        if control.is_visible():
            control.press(rng.choice(KEYS))


def pytest_generate_tests(metafunc):
    some = ["kinds.ipynb", *(NOTEBOOKS if metafunc.config.getoption("every") else [])]
    elsewhere = [("notebook", "Chromium"), ("notebook", "Firefox"), ("lab", "Firefox")]
    cases = [("lab", "Chromium", name) for name in NOTEBOOKS]
    cases += [(*where, name) for where in elsewhere for name in some]
    metafunc.parametrize("front, driver, name", cases)


def test_each_widget_moves(request, open_page, front, driver, name):
    with closing(open_page(front, driver, name)) as page:
        count, failed = page.evaluate("() => ran")
        assert failed == [] and count > 0
        assert count == len(KINDS) or name != "kinds.ipynb"
        for index in range(count):
            move(page, index)
        if request.config.getoption("every") and (front, driver) == ("lab", "Chromium"):
            wander(page.page, random.Random(name))
            for index in range(count):
                move(page, index)
        assert page.evaluate("() => gmmModules.size") == 1
        assert front == "notebook" or page.errors == []  # Notebook 7 has one of its own
