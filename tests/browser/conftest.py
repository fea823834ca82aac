"""A JupyterLab, and the course's widgets on a blank page, in no time."""

import driver
import ipywidgets
import pytest
from bundle import bundle

from gmm_helpers.widgets.view import library


def pytest_addoption(parser):
    """Add the option of the weekly run."""
    parser.addoption("--every", action="store_true", help="move all in Firefox and Notebook 7 too")


@pytest.fixture(scope="session")
def lab_url():
    """Give the address of a JupyterLab."""
    with driver.jupyterlab() as url:
        yield url


class Mounted:
    """A widget on a `page`; `box` is what it has drawn."""

    def __init__(self, page, view):
        self.page, self._id = page, view.model_id
        state = ipywidgets.Widget.get_manager_state(widgets=[view, library()])["state"]
        state[library().model_id]["state"]["source"] = bundle()
        self.box = driver.mount(page, state, self._id)

    def evaluate(self, body, *values):
        """Run `body` on the page: `model` is the widget's, `element` holds it, `a` the values."""
        start = "const model = models.get(id), element = document.getElementById(`w${id}`)"
        return self.page.evaluate(f"([id, ...a]) => {{ {start}; {body} }}", [self._id, *values])

    def get(self, trait):
        """Return what a trait is on the page; bytes come as an empty dict."""
        return self.evaluate("return model.get(a[0])", trait)

    def set(self, trait, value):
        """Set a trait, as Python would."""
        self.evaluate("model.set(...a)", trait, value)

    @property
    def sent(self):
        """The questions that were sent to Python."""
        return self.evaluate("return model.sent")

    def answer(self, **message):
        """Answer the latest question, as Python would."""
        body = "model.trigger('msg:custom', {answer: model.sent.at(-1).ask, ...a[0]}, [])"
        self.evaluate(body, message)


@pytest.fixture
def mount(new_page):
    """Return a function that shows a widget on a blank page, or beside another one."""

    def show(widget, *, width=848, theme="light", beside=None, **options):
        if beside:
            return Mounted(beside.page, widget.view)
        page = new_page("blob:", viewport={"width": width, "height": 1000}, **options)
        page.set_content(driver.PAGE.format(driver.THEMES[theme]))
        return Mounted(page, widget.view)

    return show
