"""Time the course's widgets in JupyterLab, from a key press to changed pixels; print a table.

Run it with `nox -s latency`, on a machine that does nothing else; after `--`, notebooks can be
named by how they start. Beside them it times plain `interact` with an inline figure of a mixture.
In the first table:

- latency: from the time stamp of a key event to the first animation frame that shows another
  picture, median and 95th percentile over 60 steps or more;
- drag: how many pictures were shown of the positions that a fast drag passed, after how long the
  last one was there, and how many frames had no picture;
- kB: what went over the wire to and from Python, for one step.

A chooser's buttons have no drag: there, the latency is that of the first picture of another run,
for somebody who looks at each run for three seconds.
The second table says how long after its cell's start each widget could be used when the notebook
was run in a new kernel, cell after cell, with three seconds to think about each question: its
controls and its first picture were on the screen.
"""

import argparse
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "browser"))
from conftest import (  # noqa: E402
    LAPTOP,
    NOTEBOOKS,
    PATIENCE,
    add_cell,
    chromium,
    jupyterlab,
    look,
    open_notebook,
    steppers_in,
    wait_for_pictures,
)
from watching import Watch  # noqa: E402

STEPS = 80
CHOICES = 20  # how often each button of a chooser is pressed
CALM = 3000  # ms between them: as a person waits who looks at what has been chosen
READING = 3000  # ms from a question to the next cell's start
INTERACT = """
import ipywidgets, matplotlib.pyplot as plt, numpy as np, gmm_helpers as gmm
data = gmm.two_gaussians(rng=np.random.default_rng(1)).x
def draw(mean):
    fig, ax = plt.subplots(figsize=(840 / 72, 480 / 72), dpi=72)
    ax.hist(data, bins=40, density=True)
    mixture = gmm.Mixture.from_1d([0.5, 0.5], [mean, 1], [1, 1])
    gmm.draw_mixture_1d(ax, mixture, limits=(-5, 6))
    ax.set(xlim=(-5, 6), ylim=(0, 0.5))
    plt.show()
ipywidgets.interact(draw, mean=ipywidgets.FloatSlider(0, min=-4.0, max=4.0, step=0.1));
"""
# Runs in the page before all else: counts the bytes to and from Python. Playwright could do that,
# but would have every message sent to its own process in the midst of a step.
COUNT_BYTES = """
    window.traffic = 0
    const count = data => { traffic += data.byteLength ?? data.size ?? data.length }
    window.WebSocket = class extends WebSocket {
        constructor(...options) {
            super(...options)
            this.addEventListener('message', ({data}) => count(data))
        }
        send(data) {
            count(data)
            super.send(data)
        }
    }
"""
# Runs in the page: runs all cells in a new kernel, one after the other, and returns for each that
# shows a widget its name, the widget's kind, when it could be used and when the cell ended, in ms.
RUN_AND_TIME = """async reading => {
    const {content: notebook, sessionContext} = jupyterapp.shell.currentWidget
    const aFrame = () => new Promise(requestAnimationFrame)
    const kinds = {chooser: '.gmm-chooser', stepper: '.widget-play', panel: '.gmm-panel',
        question: '.gmm-question', other: '.jupyter-widgets'}
    const starts = []
    let usable
    await jupyterapp.commands.execute('notebook:clear-all-cell-outputs')
    const atRest = async () => {
        while (sessionContext.session?.kernel?.status !== 'idle') await aFrame()
    }
    await sessionContext.ready
    await atRest()  // restarted before, a kernel may miss a message, and never answer
    await sessionContext.restartKernel()
    await atRest()
    for (let i = 0; i < notebook.widgets.length; i++) {
        const {node, model} = notebook.widgets[i]
        if (model.type !== 'code') continue
        notebook.activeCellIndex = i
        node.scrollIntoView()
        if (usable?.[0] === 'question') await new Promise(next => setTimeout(next, reading))
        await aFrame()
        let ended
        usable = undefined
        const look = () => {
            const output = node.querySelector('.jp-OutputArea')
            const kind = Object.keys(kinds).find(each => output.querySelector(kinds[each]))
            const images = [...output.querySelectorAll('.widget-html img')]
            const shown = images.every(each => each.complete && each.src.includes('image/png'))
            const needed = ['chooser', 'stepper', 'panel'].includes(kind)
            const handles = output.querySelectorAll('.noUi-handle, input, button').length
            if (kind && handles && (!needed || images.length && shown))
                usable ??= [kind, performance.now()]
            return kind
        }
        const started = performance.now()
        jupyterapp.commands.execute('notebook:run-cell').then(() => { ended = performance.now() })
        while (!ended || look() && !usable) { await aFrame(); look() }
        if (usable) starts.push([model.id, usable[0], usable[1] - started, ended - started])
    }
    return starts
}"""


def add_interact(page):
    """Add a cell with plain `interact` below the last one, and run it."""
    box = add_cell(page, INTERACT).locator(".widget-interact")
    box.locator("img").wait_for(timeout=PATIENCE * 1000)
    return box


def step_by_keys(page, box):
    """Press an arrow key again and again; return the latencies in ms and the bytes of a step."""
    handle = box.get_by_role("slider").first
    handle.scroll_into_view_if_needed()
    handle.focus()
    watch, key = Watch(page, box), "ArrowRight"
    watch.settle()
    before, pressed = page.evaluate("traffic"), []
    for _ in range(STEPS):
        value, low, high = (
            float(handle.get_attribute(f"aria-value{name}")) for name in ("now", "min", "max")
        )
        key = "ArrowRight" if value == low else "ArrowLeft" if value == high else key
        count = len(watch.seen()["pictures"])
        page.keyboard.press(key)
        watch.wait_for_change(count)
        watch.settle(quiet=0.1)
        pressed.append(count)
    seen = watch.seen()
    times = zip(seen["keys"], (seen["pictures"][count]["time"] for count in pressed), strict=True)
    size = (page.evaluate("traffic") - before) / STEPS
    return [shown - key for key, shown in times], size, seen["blank"]


def drag_fast(page, box):
    """Drag the handle from end to end in 40 moves; return what was seen."""
    handle = box.get_by_role("slider").first
    handle.press("Home")
    watch = Watch(page, box)
    watch.settle()
    at_start = len(watch.seen()["pictures"])
    bar = box.locator(".noUi-base").first.bounding_box()
    start = handle.bounding_box()
    x, y = start["x"] + start["width"] / 2, start["y"] + start["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for i in range(1, 41):
        page.mouse.move(x + bar["width"] * i / 40, y)
        page.wait_for_timeout(16)
    page.mouse.up()
    watch.settle(quiet=1)
    seen = watch.seen()
    shown = seen["pictures"][at_start:]
    return len(shown), len(seen["positions"]), shown[-1]["time"] - seen["moves"][-1], seen["blank"]


def choose_by_keys(page, box, buttons):
    """Press these buttons in turn, again and again; return as `step_by_keys` does."""
    watch = Watch(page, box)
    latencies, before = [], page.evaluate("traffic")
    for i in range(CHOICES):
        buttons[i % len(buttons)].focus()
        page.wait_for_timeout(CALM)
        seen = watch.seen()
        count, keys = len(seen["pictures"]), len(seen["keys"])
        page.keyboard.press("Enter")
        watch.wait_for_change(count)
        seen = watch.seen()
        latencies.append(seen["pictures"][count]["time"] - seen["keys"][keys])
    page.wait_for_timeout(CALM)
    return latencies, (page.evaluate("traffic") - before) / CHOICES, watch.seen()["blank"]


def widgets_of(page):
    """Yield a notebook's first stepper, its first flip-book and all its live panels, with names."""
    kinds = set()
    for book in steppers_in(page).all():
        book.get_by_role("slider").press("Home")
        page.keyboard.press("ArrowRight")
        kind = "stepper" if look(book).text.startswith("Iteration 1, E step") else "flip-book"
        if kind not in kinds:
            kinds.add(kind)
            yield kind, book
    for panel in page.locator(".gmm-panel").all():
        yield f"live panel: {panel.get_by_role('slider').count()} sliders", panel


def choices_of(page):
    """Yield the buttons of all choosers that belong together, with their boxes and names."""
    for chooser in page.locator(".gmm-chooser").all():
        for group in chooser.locator(".widget-toggle-buttons").all():
            name = group.locator(".widget-label").text_content()
            toggles = group.get_by_role("button").all()
            yield f"another {name}", chooser, [*toggles[1:], toggles[0]]
        for button in chooser.locator(".widget-hbox > button.widget-button").all():
            yield button.inner_text().lower(), chooser, [button]


def show_row(name, latencies, size, blank, drag=()):
    """Print a widget's row."""
    p95 = statistics.quantiles(latencies, n=20)[-1]
    row = f"{name:34} {statistics.median(latencies):5.0f} / {p95:4.0f} {size / 1000:8.0f} "
    if drag:
        shown, passed, to_final, blank_in_drag = drag
        blank += blank_in_drag
        row += f"{shown:5d} of {passed:2d} {to_final:9.0f} ms {blank:7d}"
    else:
        row += f"{'':11} {'':12} {blank:7d}"
    print(row, flush=True)


def show_starts(name, starts):
    """Print how long after the start of its cell each widget could be used."""
    for cell, kind, at, whole in starts:
        print(f"{name[:2]} {cell:20} {kind:12} {at:6.0f} ms (the cell took {whole:5.0f} ms)")


def main():
    """Print one row for each kind of widget of the notebooks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", help="how their names start; all by default")
    chosen = tuple(parser.parse_args().notebooks or [""])
    starts = {}
    with jupyterlab() as (url, _), chromium() as browser:
        print(f"{'':34} latency, ms  kB/step   shown in a drag   last after   blank")
        for name in [name for name in NOTEBOOKS if name.startswith(chosen)]:
            page = browser.new_page(viewport=LAPTOP)
            page.add_init_script(COUNT_BYTES)
            open_notebook(page, url, name)
            starts[name] = page.evaluate(RUN_AND_TIME, READING)
            wait_for_pictures(page)
            for kind, box, buttons in choices_of(page):
                show_row(f"{name[:2]} {kind}", *choose_by_keys(page, box, buttons))
            for kind, box in [*widgets_of(page), ("plain interact", add_interact(page))]:
                row = step_by_keys(page, box)
                show_row(f"{name[:2]} {kind}", *row, drag_fast(page, box))
            page.close()
    print("\nFrom the start of its cell until a widget could be used")
    for name in starts:
        show_starts(name, starts[name])


if __name__ == "__main__":
    main()
