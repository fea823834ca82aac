"""Show widgets on a blank page in Chromium, from their state: no JupyterLab and no kernel."""

from contextlib import contextmanager
from pathlib import Path

CHROMIUM = Path("/usr/bin/chromium")
HOST = (Path(__file__).parent / "host.js").read_text("utf-8")
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


@contextmanager
def chromium():
    """Give Debian's Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def open_page(browser, width, theme="light", **options):
    """Return a blank page of a width in pixels, in a theme of JupyterLab's."""
    page = browser.new_page(viewport={"width": width, "height": 1000}, **options)
    page.set_content(PAGE.format(THEMES[theme]))
    return page


def mount(page, state, model_id):
    """Draw the widget with an id, from a saved state; return the box that it draws in."""
    page.evaluate(MOUNT, [HOST, state, model_id])
    return page.locator(f"#w{model_id} > .gmm")
