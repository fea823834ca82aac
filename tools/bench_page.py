"""Time the course's widgets in JupyterLab, from a key press to a changed picture; print a table.

    nox -s latency                   the widgets as they are
    nox -s latency -- hand question  some of them

Run it on a machine that does nothing else. The columns:

- ms, 95 %: from the time stamp of a key event to the first frame with another picture, the median
  and the 95th percentile of 60 steps. A chooser is worked as by somebody who looks for three
  seconds ("computed ahead"), or who presses again at once ("to be run");
- quicker: how many times, than plain `interact` with an inline figure of a mixture;
- drag: frames with another picture, of the positions that a fast drag passed;
- usable: ms from the start of a widget's cell to a frame with its controls and its picture, the
  median of five runs; and of the first widget of five kernels;
- kB: what Python sends for the widget, without the module, which comes once.
"""

import os
import statistics
import sys

from driver import (
    KINDS,
    LAPTOP,
    MANAGER,
    RESTART,
    add_cell,
    chromium,
    jupyterlab,
    open_notebook,
    run_cell,
)

STEPS, CHOICES, STARTS = 60, 20, 5
GLANCE, CALM = 350, 3000  # ms, as a person waits between steps, or looks at what has been chosen
MOVED = ("stepper", "hand_fit", "posterior", "covariance", "question")
PLANE = """
rng = np.random.default_rng(1)
y = gmm.four_gaussians({n}, rng=rng).x
gmm.step_through(y, gmm.start_from_random_points(y, 4, rng=rng), max_iter=20, tol=0)
"""
INTERACT = """
import matplotlib.pyplot as plt
def draw(mean):
    fig, ax = plt.subplots(figsize=(840 / 72, 480 / 72), dpi=72)
    grid = np.linspace(-5, 6, 500)
    ax.hist(x, bins=40, density=True)
    mixture = gmm.Mixture.from_1d([0.5, 0.5], [mean, 1], [1, 1])
    ax.plot(grid, np.exp(mixture.log_density(grid)))
    ax.set(xlim=(-5, 6), ylim=(0, 0.5))
    plt.show()
ipywidgets.interact(draw, mean=ipywidgets.FloatSlider(0, min=-4.0, max=4.0, step=0.1));
"""
WIDGETS = {kind.replace("_", " "): code for kind, code in KINDS.items() if kind in MOVED}
WIDGETS |= {f"stepper, D = 2, n = {n}": PLANE.format(n=n) for n in (600, 2000, 10_000)}
# Runs in the page: calls `act` in each frame with another picture, until it returns true. That is
# another one where what a box shows has changed, be it the curves or the words.
WATCH = """(box, act) => {
    let other = false
    const ours = '.panels, .words [aria-live], img'
    const watcher = new MutationObserver(changes => {
        other ||= changes.some(({target}) => {
            const element = target.closest ? target : target.parentElement
            return element?.closest(ours) || element?.querySelector(ours)
        })
    })
    watcher.observe(box, {subtree: true, childList: true, attributes: true, characterData: true})
    const eachFrame = () => {
        if (other && act(performance.now())) return watcher.disconnect()
        other = false
        requestAnimationFrame(eachFrame)
    }
    requestAnimationFrame(eachFrame)
}"""
# `shown` tells, after a key press, the ms to the first such frame.
WATCH_KEY = f"""box => {{
    window.shown = new Promise(done => {{
        const watch = ({{timeStamp}}) =>
            ({WATCH})(box, now => done(now - timeStamp) || true)
        document.addEventListener('keydown', watch, {{capture: true, once: true}})
    }})
}}"""
WATCH_DRAG = f"""box => {{
    window.dragged = {{positions: 0, frames: 0}}
    box.addEventListener('input', () => {{ dragged.positions++ }})
    ;({WATCH})(box, () => {{ dragged.frames++ }})
}}"""
# Runs a cell anew; returns the ms to a frame that shows what can be used.
START = """async id => {
    const {content} = jupyterapp.shell.currentWidget
    content.activeCellIndex = content.widgets.findIndex(({model}) => model.id === id)
    const {node} = content.activeCell
    const aFrame = () => new Promise(requestAnimationFrame)
    const isEmpty = () => !node.querySelector('.gmm input')
        || node.querySelector('.gmm .panels') && !node.querySelector('.gmm .panels path[d]')
    await jupyterapp.commands.execute('notebook:clear-cell-output')
    while (!isEmpty()) await aFrame()
    const started = performance.now()
    jupyterapp.commands.execute('notebook:run-cell')
    while (isEmpty()) await aFrame()
    await aFrame()
    return performance.now() - started
}"""
# Returns the kB of a cell's widget.
SIZE = f"""async id => {{
    const {{widgets}} = jupyterapp.shell.currentWidget.content
    const {{data: view}} = widgets.find(({{model}}) => model.id === id).model.outputs.toJSON()[0]
    const manager = await ({MANAGER})()
    const model = await manager.get_model(view['application/vnd.jupyter.widget-view+json'].model_id)
    const {{content, data}} = model.get_state()
    return (JSON.stringify(content).length + (data?.byteLength ?? 0)) / 1000
}}"""


def time_key(page, box, key, calm):
    """Press a key; return the ms to the first frame with another picture."""
    page.wait_for_timeout(calm)
    box.evaluate(WATCH_KEY)
    page.keyboard.press(key)
    return page.evaluate("shown")


def time_steps(page, box):
    """Move the first slider, or the radio buttons, by arrow keys; return the latencies."""
    control = box.locator("input[type=range], input[type=radio], [role=slider]").first
    control.scroll_into_view_if_needed()
    control.focus()
    for key in ("Home", "ArrowRight"):
        page.keyboard.press(key)
    low = STEPS // 4  # so that it goes up and down, and never beyond an end
    keys = (["ArrowRight"] * low + ["ArrowLeft"] * low) * 2
    return [time_key(page, box, key, GLANCE) for key in keys]


def time_choices(page, box, calm):
    """Press a chooser's "New start" again and again; return the latencies."""
    box.get_by_role("button", name="New start").focus()
    page.wait_for_timeout(CALM)
    time_key(page, box, "Enter", 0)
    return [time_key(page, box, "Enter", calm) for _ in range(CHOICES)]


def drag(page, box):
    """Drag the slider from end to end in 40 moves; return frames of positions."""
    place = box.locator("input[type=range]").first.bounding_box()
    x, y = place["x"] + 8, place["y"] + place["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.wait_for_timeout(GLANCE)
    box.evaluate(WATCH_DRAG)
    for i in range(1, 41):
        page.mouse.move(x + (place["width"] - 16) * i / 40, y)
        page.wait_for_timeout(16)
    page.mouse.up()
    page.wait_for_timeout(CALM)
    return "{frames} of {positions}".format(**page.evaluate("dragged"))


def time_start(page, cell_id, *before):
    """Run a cell again and again, after what runs before it; return the median time."""
    times = []
    for _ in range(STARTS):
        for script in before:
            page.evaluate(script)
            run_cell(page, "set-up")
        times.append(page.evaluate(START, cell_id))
    return statistics.median(times)


def report(name, latencies, plain=None, end=""):
    """Print a row; return the median."""
    median, high = statistics.median(latencies), statistics.quantiles(latencies, n=20)[-1]
    quicker = (plain or median) / median
    print(f"{name:32} {median:6.0f} {high:6.0f} {quicker:8.1f} {end}", flush=True)
    return median


def measure(chosen):
    """Print a row for each widget whose name holds one of the words that are chosen."""
    heads = f"{'ms':>6} {'95 %':>6} {'quicker':>8} {'drag':>10} {'usable':>6} {'kB':>6}"
    print(f"{'load ' + str(os.getloadavg()[0]):32} {heads}", flush=True)
    with jupyterlab() as url, chromium() as browser:
        page = browser.new_page(viewport=LAPTOP)
        open_notebook(page, url)
        run_cell(page, "set-up")
        box = add_cell(page, INTERACT).locator(".widget-interact")
        box.locator("img").wait_for()
        plain = report("plain interact", time_steps(page, box))
        for name, code in WIDGETS.items():
            if not any(word in name for word in chosen):
                continue
            cell = add_cell(page, code)
            box, cell_id = cell.locator(".gmm"), cell.get_attribute("data-cell")
            usable, size = time_start(page, cell_id), page.evaluate(SIZE, cell_id)
            latencies = time_steps(page, box)
            dragged = drag(page, box) if box.locator("input[type=range]").count() else ""
            report(name, latencies, plain, f"{dragged:>10} {usable:6.0f} {size:6.1f}")
        box = add_cell(page, KINDS["chooser"]).locator(".gmm")
        box.wait_for()
        for name, calm in (("computed ahead", CALM), ("to be run", 0)):
            report(f"another start: {name}", time_choices(page, box, calm), plain)
        cell = add_cell(page, KINDS["stepper"])
        first = time_start(page, cell.get_attribute("data-cell"), RESTART)
        print(f"the first widget of a kernel is usable after {first:.0f} ms")


if __name__ == "__main__":
    measure(sys.argv[1:] or [""])
