"""Work the course's widgets in a browser: on a blank page with no kernel, or in a real JupyterLab.

All waits are for what is to be seen: nothing depends on how quick a page is.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
CHROMIUM = Path("/usr/bin/chromium")
FIREFOX = Path("/usr/bin/firefox-esr")
NOTEBOOKS = sorted(path.name for path in ROOT.glob("notebooks/[0-9]*.ipynb"))
METADATA = {  # of each notebook
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
LAPTOP = {"width": 1280, "height": 900}
PATIENCE = 60_000  # ms to wait for what the page shows: long, as nothing depends on speed
SET_UP = """
import ipywidgets, numpy as np, gmm_helpers as gmm
x = gmm.two_gaussians(rng=np.random.default_rng(1)).x
start = gmm.Mixture.from_1d([0.5, 0.5], [0, 1], [1, 1])
def run(x, rng, K):
    return gmm.run_em(x, gmm.start_from_random_points(x, K, rng=rng), max_iter=9)
"""
KINDS = {
    "setup": "gmm.check_setup()",
    "stepper": "stepper = gmm.step_through(x, start, max_iter=9)\nstepper",
    "chooser": 'gmm.RunChooser(x, run, choices={"K": (2, 3)})',
    "hand_fit": "fit = gmm.HandFit(x, em=gmm.run_em(x, start).mixture)\nfit",
    "posterior": "gmm.PointPosterior(x, start)",
    "covariance": "gmm.CovariancePanel(rng=np.random.default_rng(1))",
    "question": 'gmm.ask("narrow_peak")',
    "answer": 'gmm.after("narrow_peak", "b, and nothing else")',
}
# What anywidget says of a widget that takes over two seconds, JupyterLab of its own debugger, and
# the browser where Jupyter's server could not answer JupyterLab. (No widget asks that server for
# anything; and of a notebook that it did not open, or gave no kernel, none would be drawn.)
HARMLESS = ("Failed to initialize model", "debugger state", "responded with a status of 500")
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
# Runs in the page, as all that follows, in a notebook that is open.
READY = """async () => {
    while (!window.jupyterapp?.shell.currentWidget?.content?.widgets?.length)
        await new Promise(requestAnimationFrame)
    const {context, sessionContext} = jupyterapp.shell.currentWidget
    await context.ready
    await sessionContext.ready
    while (sessionContext.session?.kernel?.status !== 'idle')
        await new Promise(requestAnimationFrame)
}"""
RESTART = f"""async () => {{
    await jupyterapp.shell.currentWidget.sessionContext.restartKernel()
    await ({READY})()
}}"""
# Returns what holds the models of a notebook's widgets.
MANAGER = """async () => {
    const {rendermime} = jupyterapp.shell.currentWidget.content
    const mimeType = 'application/vnd.jupyter.widget-view+json'
    const renderer = rendermime.getFactory(mimeType).createRenderer({mimeType})
    return renderer._manager.promise
}"""
# Writes each cell's id into the page; returns how many widgets there are, once all are drawn.
DRAWN = """() => {
    const {content, context} = jupyterapp.shell.currentWidget
    for (const {model, node} of content.widgets) node.dataset.cell = model.id
    const views = /"application\\/vnd.jupyter.widget-view\\+json"/g
    const wanted = JSON.stringify(context.model.toJSON()).match(views)?.length
    const drawn = document.querySelectorAll('.lm-Panel:has(> * > .gmm > *)').length
    return content.widgets.every(({node}) => node.isConnected) && drawn >= wanted && wanted
}"""
# Runs all cells; the page's `ran` tells how many widgets are drawn, and which cells failed.
RUN = f"""() => {{
    window.ran = (async () => {{
        await ({READY})()
        await jupyterapp.commands.execute('notebook:clear-all-cell-outputs')
        await jupyterapp.commands.execute('notebook:run-all-cells')
        while (!({DRAWN})()) await new Promise(requestAnimationFrame)
        const failed = [...document.querySelectorAll('[data-mime-type$="jupyter.error"]')]
        return [({DRAWN})(), failed.map(each => each.textContent)]
    }})()
}}"""
ADD_CELL = """async code => {
    const {content} = jupyterapp.shell.currentWidget
    content.activeCellIndex = content.widgets.length - 1
    await jupyterapp.commands.execute('notebook:insert-cell-below')
    const {model, node} = content.activeCell
    model.sharedModel.setSource(code)
    node.dataset.cell = model.id
    await jupyterapp.commands.execute('notebook:run-cell')
    return model.id
}"""
RUN_CELL = """async id => {
    const {content} = jupyterapp.shell.currentWidget
    content.activeCellIndex = content.widgets.findIndex(({model}) => model.id === id)
    await jupyterapp.commands.execute('notebook:run-cell')
}"""


@contextmanager
def chromium():
    """Give Debian's Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


# As WebDriver has them.
KEYS = {"Space": " ", "ArrowLeft": "\ue012", "ArrowRight": "\ue014", "ArrowDown": "\ue015"}


class Firefox:
    """A page in Debian's Firefox, driven by its own Marionette, as Playwright cannot."""

    def __init__(self):
        from marionette_driver.marionette import ActionSequence, Marionette

        # Port 0 is a free one: two runs may share a machine.
        self.client = Marionette(bin=str(FIREFOX), port=0, headless=True, startup_timeout=120)
        self.client.start_session()
        self.client.timeout.script = 300
        self.errors = []  # Marionette tells of none
        self._actions = partial(ActionSequence, self.client)
        self.goto, self.close = self.client.navigate, self.client.cleanup

    def evaluate(self, function, argument=None):
        """Call a function in the page; return what it returns, at once or later."""
        script = f"const [a, done] = arguments; Promise.resolve(({function})(a)).then(done)"
        return self.client.execute_async_script(script, [argument], sandbox=None)

    def click(self, x, y):
        """Click at a place of the page."""
        mouse = self._actions("pointer", "mouse", {"pointerType": "mouse"})
        mouse.pointer_move(round(x), round(y)).pointer_down(0).pointer_up(0).perform()

    def press(self, key):
        """Press an arrow key, or space."""
        self._actions("key", "keyboard").key_down(KEYS[key]).key_up(KEYS[key]).perform()


# --- a blank page ---------------------------------------------------------------------------------

HOST = Path(__file__).with_name("host.js").read_text("utf-8")
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


def mount(page, state, model_id):
    """Draw the widget with an id, from a saved state; return the box that it draws in."""
    page.evaluate(MOUNT, [HOST, state, model_id])
    return page.locator(f"#w{model_id} > .gmm")


# --- JupyterLab -----------------------------------------------------------------------------------


def write_kinds(folder):
    """Write the notebook that shows each kind of widget once."""
    sources = {"set-up": SET_UP, **KINDS}.items()
    cells = [nbformat.v4.new_code_cell(code.strip(), id=name) for name, code in sources]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=METADATA)
    nbformat.write(notebook, folder / "kinds.ipynb")


@contextmanager
def jupyterlab():
    """Start JupyterLab with the README's command, on copies and `kinds.ipynb`; give its address."""
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(ROOT / "notebooks", Path(place, "notebooks"))
        write_kinds(Path(place, "notebooks"))
        plugin = Path(place, "@jupyterlab", "docmanager-extension", "plugin.jupyterlab-settings")
        plugin.parent.mkdir(parents=True)
        plugin.write_text('{"autosave": false}')
        command = [sys.executable, "course.py", "--no-browser"]
        for manager in ("FileContentsManager", "MappingKernelManager"):
            command.append(f"--{manager}.root_dir={place}")
        command += ["--LabApp.expose_app_in_browser=True", f"--LabApp.user_settings_dir={place}"]
        with serving(command, ROOT, Path(place, "server.log")) as url:
            yield url


@contextmanager
def serving(command, folder, log, env=os.environ):
    """Start a Jupyter server; give the address that it prints, once it listens there."""
    # Else a kernel that starts with its debugger warns of frozen modules, at a time of its own.
    quiet = {**env, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    with log.open("w") as said:
        server = subprocess.Popen(command, cwd=folder, env=quiet, stdout=said, stderr=said)
    try:
        address = r"http://127\.0\.0\.1:(\d+)/\S+token=\w+"
        while not ((found := re.search(address, log.read_text())) and _listens(int(found[1]))):
            with suppress(subprocess.TimeoutExpired):  # what else would end it?
                raise RuntimeError(f"ended with {server.wait(0.2)}: {log.read_text()}")
        yield found[0]
    finally:
        server.terminate()
        server.wait()


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def errors_on(page):
    """Return a list to which each error on the page, or of its kernel, will be added."""
    errors = []

    def hear(text):
        if not any(each in text for each in HARMLESS):
            errors.append(text)

    page.add_init_script(HEAR_KERNEL)
    page.on("pageerror", lambda error: hear(error.stack or str(error)))
    page.on("console", lambda said: said.type == "error" and hear(f"{said.text} {said.location}"))
    return errors


def open_notebook(page, lab_url, name="kinds.ipynb"):
    """Open a notebook, as it is stored; return when its kernel is ready."""
    page.set_default_timeout(PATIENCE)
    page.goto(re.sub(r"/lab\S*\?", f"/lab/tree/notebooks/{name}?reset&", lab_url))
    page.evaluate(READY)


def run_all(page):
    """Run all cells of a notebook, and wait until its widgets are drawn."""
    page.evaluate(RUN)
    assert page.evaluate("() => ran")[1] == []


def name_cells(page):
    """Wait until all widgets of a page are drawn; write each cell's id into the page."""
    page.wait_for_function(DRAWN)


def add_cell(page, code):
    """Add a cell below the last one, run it, and return it."""
    return page.locator(f"[data-cell='{page.evaluate(ADD_CELL, code.strip())}']")


def run_cell(page, name):
    """Run the cell with an id, and wait until that is done."""
    page.evaluate(RUN_CELL, name)


def widget(page, kind):
    """Return the widget that the cell of a kind shows."""
    return page.locator(f"[data-cell='{kind}'] .gmm")
