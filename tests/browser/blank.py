"""The course's widgets on a blank page: no JupyterLab and no kernel, so each opens in no time."""

from pathlib import Path

import ipywidgets
import pytest
from bundle import bundle

from gmm_helpers.widgets.view import library

HOST = (Path(__file__).parents[2] / "tools" / "host.js").read_text("utf-8")
# JupyterLab's variables of both themes, as far as the widgets heed them.
THEMES = {
    "light": "--jp-content-font-color0: #000; --jp-layout-color0: #fff",
    "dark": "--jp-content-font-color0: #fff; --jp-layout-color0: #111",
}
PAGE = """<!doctype html><html lang="en"><title>A widget</title><meta charset="utf-8">
<body style="margin: 0; color: var(--jp-content-font-color0); background: var(--jp-layout-color0);
{}"></body>"""
MOUNT = """async ([host, state, id]) => {
    window.host ??= await import(URL.createObjectURL(new Blob([host], {type: 'text/javascript'})))
    window.models = new Map([...window.models ?? [], ...window.host.readState(state)])
    const element = document.createElement('main')
    element.id = `w${id}`
    document.body.append(element)
    element.close = await window.host.mount(window.models, id, element)
    await document.fonts.ready
    await new Promise(requestAnimationFrame)
}"""


class Mounted:
    """A widget on a page: `box` is what it has drawn, `errors` what the page complained of."""

    def __init__(self, page, view, errors):
        self.page, self.id, self.errors = page, view.model_id, errors
        state = ipywidgets.Widget.get_manager_state(widgets=[view, library()])["state"]
        state[library().model_id]["state"]["source"] = bundle()
        page.evaluate(MOUNT, [HOST, state, self.id])
        self.box = page.locator(f"#w{self.id} .gmm")

    def evaluate(self, body, *arguments):
        """Run `body`, in which `model` is the widget's; `a` holds the arguments."""
        code = f"([id, ...a]) => {{ const model = window.models.get(id); {body} }}"
        return self.page.evaluate(code, [self.id, *arguments])

    def get(self, trait):
        """Return what the page has of a trait."""
        return self.evaluate("return model.get(a[0])", trait)

    def set(self, trait, value):
        """Set a trait, as Python would."""
        self.evaluate("model.set(...a)", trait, value)

    @property
    def sent(self):
        """What was sent to Python."""
        return self.evaluate("return model.sent")

    def answer(self, **message):
        """Answer what was asked last, as Python would."""
        message = {"answer": self.sent[-1]["ask"], **message}
        self.evaluate("model.trigger('msg:custom', a[0], [])", message)

    def close(self):
        """Take it off the page, as anywidget does."""
        self.evaluate("document.getElementById(`w${id}`).close()")


@pytest.fixture
def mount(browser):
    """Return a function that shows a widget; afterwards no page may have complained."""
    pages, errors = [], []

    def show(widget, *, width=848, theme="light", beside=None, **options):
        page = (
            beside.page
            if beside
            else browser.new_page(viewport={"width": width, "height": 1000}, **options)
        )
        if not beside:
            pages.append(page)
            page.on("pageerror", lambda error: errors.append(error.stack or str(error)))
            page.on("console", lambda each: each.type == "error" and errors.append(each.text))
            page.set_content(PAGE.format(THEMES[theme]))
        return Mounted(page, getattr(widget, "view", widget), errors)

    yield show
    for page in pages:
        page.close()
    assert errors == []
