"""Weigh the course: what a page and a kernel cost; print tables. Run it with `nox -s weight`.

- import: CPU time of importing `gmm_helpers` in a new Python, beside that of what it stands on, and
  the median of their ratios in runs that follow each other;
- start: from the start command to notebook 00 on the screen;
- widgets: kB that Python sends to make each widget of a notebook, all its pictures included;
- kernel: memory of a notebook's kernel when all its cells have run (PSS, Linux only), beside that
  of one that has imported `gmm_helpers`, and of one that has run nothing.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "browser"))
import conftest  # noqa: E402

PYTHON = ROOT / ".venv" / "bin" / "python"
IMPORTS = {
    "numpy, scipy.linalg, scipy.special, matplotlib, ipywidgets": (
        "numpy, scipy.linalg, scipy.special, matplotlib, ipywidgets"
    ),
    "the same, and what matplotlib draws with": (
        "numpy, scipy.linalg, scipy.special, matplotlib, ipywidgets, "
        "matplotlib.figure, matplotlib.backends.backend_agg"
    ),
    "gmm_helpers": "gmm_helpers",
}
RUNS = 15


def weigh_imports():
    """Print the CPU time of each set of imports, and that of gmm_helpers as a multiple of it."""
    times = {name: [] for name in IMPORTS}
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    for _ in range(RUNS):  # in turn, so that noise meets all alike
        for name, modules in IMPORTS.items():
            code = f"import {modules}, time; print(time.process_time())"
            shown = subprocess.check_output([PYTHON, "-c", code], text=True, env=env)
            times[name].append(1000 * float(shown))
    own = times["gmm_helpers"]
    print(f"{'import: CPU time, ms':62} median   gmm_helpers as a multiple")
    for name, each in times.items():
        ratio = statistics.median(ours / theirs for ours, theirs in zip(own, each, strict=True))
        print(f"  {name:60} {statistics.median(each):6.0f} {ratio:6.2f}", flush=True)


# Runs in the page: each cell with widgets, by its id, and what they are.
CELLS = """() => jupyterapp.shell.currentWidget.content.widgets
    .filter(cell => cell.node.querySelector('.jp-OutputArea .jupyter-widgets'))
    .map(cell => {
        const output = cell.node.querySelector('.jp-OutputArea')
        const count = selector => output.querySelectorAll(selector).length
        const kind = count('.widget-play') ? 'stepper' : count('.gmm-panel') ? 'live panel'
            : count('.gmm-question') ? 'question' : 'other'
        const slider = output.querySelector('.widget-play ~ .widget-slider [role=slider]')
        const last = slider && Number(slider.getAttribute('aria-valuemax'))
        return [cell.model.id, slider ? `${kind}, ${last + 1} positions` : kind]
    })
"""


class Traffic:
    """What goes over a page's sockets, for each cell."""

    def __init__(self, page):
        # request → cell, widget → the request that made it, request → bytes from Python
        self.cells, self.comms, self.sizes = {}, {}, {}
        page.on("websocket", self._listen)

    def _listen(self, socket):
        socket.on("framesent", self._sent)
        socket.on("framereceived", self._received)

    def _sent(self, payload):
        text = as_text(payload)
        if "execute_request" in text and (cell := re.search(r'"cellId": ?"([^"]+)"', text)):
            self.cells[re.search(r'"msg_id": ?"([^"]+)"', text)[1]] = cell[1]

    def _received(self, payload):
        text = as_text(payload)
        ids = re.findall(r'"msg_id": ?"([^"]+)"', text)
        comm = re.search(r'"comm_id": ?"([^"]+)"', text)
        request = ids[1] if len(ids) > 1 else None
        if comm:  # a picture may come late: it counts where its widget was made
            request = self.comms.setdefault(comm[1], request)
        self.sizes[request] = self.sizes.get(request, 0) + len(payload)

    def of_cell(self, cell):
        """Return the bytes that Python sent for a cell."""
        return sum(self.sizes.get(request, 0) for request, own in self.cells.items() if own == cell)


def as_text(payload):
    return payload if isinstance(payload, str) else payload.decode(errors="replace")


def memory(page):
    """Return the memory of a page's kernel in MB, as a share of pages that others use too."""
    cell = conftest.add_cell(page, "import os; print(os.getpid())")
    pid = cell.locator(".jp-OutputArea-output").inner_text().strip()
    rollup = Path("/proc", pid, "smaps_rollup")
    return int(re.search(r"^Pss: +(\d+)", rollup.read_text(), re.M)[1]) / 1024


def weigh_notebook(browser, url, name):
    """Print what the widgets of a notebook send, and return its kernel's memory."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    traffic = Traffic(page)
    conftest.open_and_run(page, url, name)
    for stepper in conftest.steppers_in(page).all():
        conftest.walk(page, stepper)  # until all its pictures have come
    for cell, kind in page.evaluate(CELLS):
        print(f"  {name[:2]} {kind:57} {traffic.of_cell(cell) / 1000:6.0f}", flush=True)
    used = memory(page)
    page.close()
    return used


def main():
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.parse_args()
    subprocess.run(
        [sys.executable, "-c", "import course; course.set_up(course.PINS)"], cwd=ROOT, check=True
    )
    weigh_imports()
    started = time.monotonic()
    with conftest.jupyterlab() as (url, _):
        address = time.monotonic() - started
        with conftest.chromium() as browser:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            opened = time.monotonic()
            page.goto(url)
            page.get_by_role("heading", level=1, name="Start here").wait_for(
                timeout=1000 * conftest.PATIENCE
            )
            opened = time.monotonic() - opened
            print("start: seconds, with .venv in place")
            print(f"  {'until the start command prints the address':60} {address:6.1f}")
            print(f"  {'until notebook 00 is on the screen':60} {address + opened:6.1f}")
            conftest.open_notebook(page, url, conftest.NOTEBOOKS[0])
            used = {"nothing run": memory(page)}
            conftest.add_cell(page, "import gmm_helpers")
            used["gmm_helpers imported"] = memory(page)
            page.close()
            print("widgets: kB from Python, for each cell that has some")
            for name in conftest.NOTEBOOKS:
                used[name] = weigh_notebook(browser, url, name)
    print("kernel: memory, MB")
    for name, each in used.items():
        print(f"  {name:60} {each:6.0f}")


if __name__ == "__main__":
    main()
