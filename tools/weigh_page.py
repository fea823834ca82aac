"""Weigh the course: what a page and a kernel cost; print tables. Run it with `nox -s weight`.

- import: CPU time of importing `gmm_helpers` in a new Python, beside that of what it stands on, and
  the median of their ratios in runs that follow each other;
- start: from the start command to notebook 00 on the screen;
- widgets: kB that Python sends for each widget of a notebook, without the module, which comes once;
- kernel: memory of a notebook's kernel when all its cells have run (PSS, Linux only), beside that
  of one that has imported `gmm_helpers`, and of one that has run nothing.
"""

import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import driver

PYTHON = driver.ROOT / ".venv" / "bin" / "python"
IMPORTS = {
    "numpy, scipy.linalg, scipy.special": "numpy, scipy.linalg, scipy.special",
    "the same, and ipywidgets, anywidget": (
        "numpy, scipy.linalg, scipy.special, ipywidgets, anywidget"
    ),
    "gmm_helpers": "gmm_helpers",
    "gmm_helpers and its widgets": "gmm_helpers.widgets.stepper",
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


# Runs in the page: for each cell with a widget of ours its id, the widget's kind, and its kB.
CELLS = """async () => {
    const {widgets, rendermime} = jupyterapp.shell.currentWidget.content
    const mimeType = 'application/vnd.jupyter.widget-view+json'
    const renderer = rendermime.getFactory(mimeType).createRenderer({mimeType})
    const manager = await renderer._manager.promise
    const found = []
    for (const {model} of widgets) for (const output of model.outputs?.toJSON() ?? []) {
        const id = output.data?.[mimeType]?.model_id
        if (!id) continue
        const own = (await manager.get_model(id)).get_state()
        if (!own.kind) continue
        const bytes = [own.data, own.more].reduce((sum, each) => sum + (each?.byteLength ?? 0), 0)
        found.push([model.id, own.kind, (JSON.stringify(own.content).length + bytes) / 1000])
    }
    return found
}"""


def memory(page):
    """Return the memory of a page's kernel in MB, as a share of pages that others use too."""
    cell = driver.add_cell(page, "import os; print(os.getpid())")
    pid = cell.locator(".jp-OutputArea-output").inner_text().strip()
    rollup = Path("/proc", pid, "smaps_rollup")
    return int(re.search(r"^Pss: +(\d+)", rollup.read_text(), re.M)[1]) / 1024


def weigh_notebook(browser, url, name):
    """Print what the widgets of a notebook send, and return its kernel's memory."""
    page = browser.new_page(viewport=driver.LAPTOP)
    driver.open_notebook(page, url, name)
    driver.run_all(page)
    for cell, kind, size in page.evaluate(CELLS):
        print(f"  {name[:2]} {f'{cell}: {kind}':57} {size:6.0f}", flush=True)
    used = memory(page)
    page.close()
    return used


def main():
    """Print all tables."""
    subprocess.run(
        [sys.executable, "-c", "import course; course.set_up(course.PINS)"],
        cwd=driver.ROOT,
        check=True,
    )
    weigh_imports()
    started = time.monotonic()
    with driver.jupyterlab() as url:
        address = time.monotonic() - started
        with driver.chromium() as browser:
            page = browser.new_page(viewport=driver.LAPTOP)
            opened = time.monotonic()
            page.goto(url)
            heading = page.get_by_role("heading", level=1, name="Start here")
            heading.wait_for(timeout=driver.PATIENCE)
            opened = time.monotonic() - opened
            print("start: seconds, with .venv in place")
            print(f"  {'until the start command prints the address':60} {address:6.1f}")
            print(f"  {'until notebook 00 is on the screen':60} {address + opened:6.1f}")
            driver.open_notebook(page, url, driver.NOTEBOOKS[0])
            used = {"nothing run": memory(page)}
            driver.add_cell(page, "import gmm_helpers")
            used["gmm_helpers imported"] = memory(page)
            page.close()
            print("widgets: kB from Python, for each cell that has some")
            for name in driver.NOTEBOOKS:
                used[name] = weigh_notebook(browser, url, name)
    print("kernel: memory, MB")
    for name, each in used.items():
        print(f"  {name:60} {each:6.0f}")


if __name__ == "__main__":
    main()
