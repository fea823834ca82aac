"""Time the course's widgets in JupyterLab, from a key press to a changed picture; print a table.

    nox -s latency                   the widgets as they are
    nox -s latency -- hand question  some of them

Run it on a machine that does nothing else. Plain `interact` with an inline figure of a mixture is
timed beside them, and the last column says how many times quicker a widget is. The columns:

- ms: from the time stamp of a key event to the first frame with another picture, the median and the
  95th percentile of 60 steps; a chooser is worked as somebody does who looks for three seconds
  ("computed ahead"), or who presses again at once ("to be run");
- drag: how many frames with another picture were shown for the positions that a fast drag passed,
  and how long after the last move the last of them came;
- usable: ms from the start of a widget's cell to a frame with its controls and its picture, the
  median of five runs; and of the first widget of five kernels;
- kB: what Python sends for the widget, without the module, which comes once.
"""

import os
import statistics
import sys

from driver import (
    LAPTOP,
    NEW_CELL,
    READY,
    add_cell,
    chromium,
    jupyterlab,
    open_notebook,
    run_cell,
)

STEPS, CHOICES, STARTS = 60, 20, 5
CALM = 3000  # ms, as a person waits who looks at what has been chosen
PLANE = """
rng = np.random.default_rng(1)
y = gmm.four_gaussians({n}, rng=rng).x
gmm.step_through(y, gmm.start_from_random_points(y, {K}, rng=rng), max_iter=20, tol=0)
"""
WIDGETS = {
    "step: 1-D, n = 300": "gmm.step_through(x, start, max_iter=20, tol=0)",
    "step: 2-D, n = 272, K = 2": PLANE.format(n=272, K=2),
    "step: 2-D, n = 600, K = 4": PLANE.format(n=600, K=4),
    "step: 2-D, n = 2000, K = 4": PLANE.format(n=2000, K=4),
    "step: 2-D, n = 10,000, K = 4": PLANE.format(n=10_000, K=4),
    "hand fit": "gmm.HandFit(x, em=start)",
    "point posterior": "gmm.PointPosterior(x, start)",
    "covariance panel, n = 1000": "gmm.CovariancePanel(rng=np.random.default_rng(1))",
    "covariance panel, n = 300": "gmm.CovariancePanel(rng=np.random.default_rng(1), n=300)",
    "question": 'gmm.ask("narrow_peak")',
}
CHOOSER = 'gmm.RunChooser(x, run, choices={"K": (2, 3, 4)})'
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
# Runs in the page: the kB of each cell's widget, by the cell's id.
SIZES = """async () => {
    const {widgets, rendermime} = jupyterapp.shell.currentWidget.content
    const mimeType = 'application/vnd.jupyter.widget-view+json'
    const renderer = rendermime.getFactory(mimeType).createRenderer({mimeType})
    const manager = await renderer._manager.promise
    const found = {}
    for (const {model} of widgets) for (const output of model.outputs?.toJSON() ?? []) {
        const id = output.data?.[mimeType]?.model_id
        if (!id) continue
        const own = (await manager.get_model(id)).get_state()
        const bytes = [own.data, own.more].reduce((sum, each) => sum + (each?.byteLength ?? 0), 0)
        found[model.id] = (JSON.stringify(own.content ?? '').length + bytes) / 1000
    }
    return found
}"""
# Runs in the page. A picture is another one where what a box shows has changed, be it the
# curves or the words. In each frame its time is taken before all else that the frame does.
WATCH = """box => {
    const now = window.watched = {keys: [], moves: [], inputs: [], frames: []}
    let other = false
    const ours = '.panels, .words [aria-live], img'
    new MutationObserver(changes => {
        other ||= changes.some(({target}) => (target.closest ?? target.parentElement?.closest)
            ?.call(target.closest ? target : target.parentElement, ours)
            || target.querySelector?.(ours))
    }).observe(box, {subtree: true, childList: true, attributes: true, characterData: true})
    const eachFrame = () => {
        if (other) now.frames.push(performance.now())
        other = false
        if (now === window.watched) requestAnimationFrame(eachFrame)
    }
    requestAnimationFrame(eachFrame)
    const note = (name, list) =>
        document.addEventListener(name, event => list.push(event.timeStamp), true)
    note('keydown', now.keys)
    note('mousemove', now.moves)
    note('input', now.inputs)
}"""
WAIT = """async count => {
    const aFrame = () => new Promise(requestAnimationFrame)
    while (watched.frames.length <= count) await aFrame()
}"""

RESTART = "jupyterapp.shell.currentWidget.sessionContext.restartKernel()"
# Runs in the page: runs the active cell, and waits for a frame that shows what can be used.
USABLE = """async () => {
    const {node} = jupyterapp.shell.currentWidget.content.activeCell
    const aFrame = () => new Promise(requestAnimationFrame)
    const empty = () => !node.querySelector('.gmm input')
        || node.querySelector('.gmm .panels') && !node.querySelector('.gmm .panels path[d]')
    await jupyterapp.commands.execute('notebook:clear-cell-output')
    while (!empty()) await aFrame()
    const started = performance.now()
    jupyterapp.commands.execute('notebook:run-cell')
    while (empty()) await aFrame()
    await aFrame()
    return performance.now() - started
}"""


def watched(page):
    return page.evaluate("watched")


def time_key(page, key, calm):
    """Press a key; return the ms to the first frame with another picture."""
    page.wait_for_timeout(calm)
    seen = watched(page)
    count, keys = len(seen["frames"]), len(seen["keys"])
    page.keyboard.press(key)
    page.evaluate(WAIT, count)
    seen = watched(page)
    return seen["frames"][count] - seen["keys"][keys]


def time_steps(page, box):
    """Move the first slider, or the radio buttons, by arrow keys; return the latencies."""
    control = box.locator("input[type=range], input[type=radio], [role=slider]").first
    control.scroll_into_view_if_needed()
    control.focus()
    box.evaluate(WATCH)
    for key in ("Home", "ArrowRight"):
        page.keyboard.press(key)
    low = STEPS // 4  # so that it goes up and down, and never beyond an end
    keys = (["ArrowRight"] * low + ["ArrowLeft"] * low) * 2
    return [time_key(page, key, 350) for key in keys]


def drag(page, box):
    """Drag the slider from end to end in 40 moves; return frames, positions, ms to the last."""
    handle = box.locator("input[type=range], .noUi-base").first
    box.evaluate(WATCH)
    place = handle.bounding_box()
    x, y = place["x"] + 8, place["y"] + place["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.wait_for_timeout(500)
    before = watched(page)
    for i in range(1, 41):
        page.mouse.move(x + (place["width"] - 16) * i / 40, y)
        page.wait_for_timeout(16)
    page.mouse.up()
    page.wait_for_timeout(1500)
    seen = watched(page)
    frames = seen["frames"][len(before["frames"]) :]
    positions = len(seen["inputs"]) - len(before["inputs"])
    return len(frames), positions, frames[-1] - seen["moves"][-1] if frames else 0


def time_choices(page, box, *, calm):
    """Press a chooser's "New start" again and again; return the latencies."""
    box.get_by_role("button", name="New start").focus()
    box.evaluate(WATCH)
    page.wait_for_timeout(CALM)
    time_key(page, "Enter", 0)
    return [time_key(page, "Enter", calm) for _ in range(CHOICES)]


def time_starts(page, code):
    """Run a cell with a widget again and again; return it, and after how long it is usable."""
    name = page.evaluate(NEW_CELL, code.strip())
    times = [page.evaluate(USABLE) for _ in range(STARTS)]
    return page.locator(f"[data-cell='{name}']"), statistics.median(times)


def time_first_starts(page, code):
    """Return after how long the first widget of a kernel is usable: the median of new kernels."""
    times = []
    for _ in range(STARTS):
        page.evaluate(RESTART)
        page.evaluate(READY)
        run_cell(page, "set-up")
        page.evaluate(NEW_CELL, code.strip())
        times.append(page.evaluate(USABLE))
    return statistics.median(times)


def percentiles(latencies):
    return statistics.median(latencies), statistics.quantiles(latencies, n=20)[-1]


def measure(chosen):
    """Print one row for each widget whose name holds one of the words that are chosen."""
    heads = f"{'ms':>6} {'95 %':>6} {'drag':>10} {'last':>6} {'usable':>7} {'kB':>5}"
    print(f"{'load ' + str(os.getloadavg()[0]):36} {heads}  interact ÷ this", flush=True)
    with jupyterlab() as url, chromium() as browser:
        page = browser.new_page(viewport=LAPTOP)
        open_notebook(page, url)
        first = time_first_starts(page, next(iter(WIDGETS.values())))
        print(f"{'first widget of a kernel':36} {first:40.0f}", flush=True)
        box = add_cell(page, INTERACT).locator(".widget-interact")
        box.locator("img").wait_for()
        plain = percentiles(time_steps(page, box))
        frames, _, last = drag(page, box)
        print(f"{'plain interact':36} {plain[0]:6.0f} {plain[1]:6.0f} {frames:10} {last:6.0f}")
        for name, code in WIDGETS.items():
            if not any(word in name for word in chosen):
                continue
            cell, usable = time_starts(page, code)
            box = cell.locator(".gmm")
            own = percentiles(time_steps(page, box))
            row = f"{name:36} {own[0]:6.0f} {own[1]:6.0f} "
            if box.locator("input[type=range]").count():
                frames, positions, last = drag(page, box)
                row += f"{f'{frames} of {positions}':>10} {last:6.0f} "
            else:
                row += " " * 18
            sizes = page.evaluate(SIZES)
            size = sizes[cell.get_attribute("data-cell")]
            print(f"{row}{usable:7.0f} {size:5.1f}  {plain[0] / own[0]:.1f}", flush=True)
        box = add_cell(page, CHOOSER).locator(".gmm")
        box.wait_for()
        for name, calm in (("computed ahead", CALM), ("to be run", 0)):
            own = percentiles(time_choices(page, box, calm=calm))
            print(f"{f'another start: {name}':36} {own[0]:6.0f} {own[1]:6.0f}", flush=True)


if __name__ == "__main__":
    measure(sys.argv[1:] or [""])
