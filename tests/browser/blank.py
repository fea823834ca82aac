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
{}"></body></html>"""
MOUNT = """async ([source, state, id]) => {
    window.host ??= await import(URL.createObjectURL(new Blob([source], {type: 'text/javascript'})))
    window.models = host.readState(state, window.models)
    const element = Object.assign(document.createElement('main'), {id: `w${id}`})
    document.body.append(element)
    element.close = await host.mount(models, id, element)
}"""


class Mounted:
    """A widget on a `page`; `box` is what it has drawn."""

    def __init__(self, page, view):
        self.page, self._id = page, view.model_id
        state = ipywidgets.Widget.get_manager_state(widgets=[view, library()])["state"]
        state[library().model_id]["state"]["source"] = bundle()
        page.evaluate(MOUNT, [HOST, state, self._id])
        self.box = page.locator(f"#w{self._id} > .gmm")

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
def mount(browser):
    """Return a function that shows a widget; no page may have complained at the end."""
    pages, errors = [], []

    def show(widget, *, width=848, theme="light", beside=None, **options):
        if beside:
            return Mounted(beside.page, widget.view)
        page = browser.new_page(viewport={"width": width, "height": 1000}, **options)
        pages.append(page)
        page.on("pageerror", lambda error: errors.append(error.stack or str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.set_content(PAGE.format(THEMES[theme]))
        return Mounted(page, widget.view)

    yield show
    for page in pages:
        page.close()
    assert errors == []
