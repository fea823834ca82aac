"""Time the course's widgets in JupyterLab, from a key press to changed pixels; print a table.

Run it with `nox -s latency`. Beside them it times plain `interact` with an inline figure of the
same mixture. In the table:

- latency: from the time stamp of a key event to the first animation frame that shows another
  picture, median and 95th percentile over 60 steps or more;
- drag: how many pictures were shown of the positions that a fast drag passed, after how long the
  last one was there, and how many frames had no picture;
- kB: what went over the wire to and from Python, for one step.
"""

import argparse
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "browser"))
from conftest import PATIENCE, chromium, jupyterlab, open_and_run, steppers_in  # noqa: E402
from watching import Watch  # noqa: E402

STEPS = 80
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


def add_interact(page):
    """Add a cell with plain `interact` below the last one, and run it."""
    page.locator(".jp-Notebook .jp-Cell").last.click()
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    page.keyboard.insert_text(INTERACT)
    page.keyboard.press("Shift+Enter")
    box = page.locator(".widget-interact")
    box.locator("img").wait_for(timeout=PATIENCE * 1000)
    return box


def step_by_keys(page, box, traffic):
    """Press an arrow key again and again; return the latencies in ms and the bytes of a step."""
    handle = box.get_by_role("slider").first
    handle.scroll_into_view_if_needed()
    handle.focus()
    watch, key = Watch(page, box), "ArrowRight"
    watch.settle()
    before, pressed = traffic[0], []
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
    return [shown - key for key, shown in times], (traffic[0] - before) / STEPS, seen["blank"]


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


def widgets_of(page):
    """Return a notebook's first stepper and all its live panels, with names."""
    stepper = steppers_in(page).first
    yield "stepper", stepper
    for panel in page.locator(".gmm-panel").all():
        yield f"live panel: {panel.get_by_role('slider').count()} sliders", panel


def measure(page, name, box, traffic):
    """Print a widget's row."""
    latencies, size, blank = step_by_keys(page, box, traffic)
    shown, passed, to_final, blank_in_drag = drag_fast(page, box)
    latencies.sort()
    p95 = statistics.quantiles(latencies, n=20)[-1]
    print(
        f"{name:34} {statistics.median(latencies):5.0f} / {p95:4.0f} {size / 1000:8.0f} "
        f"{shown:5d} of {passed:2d} {to_final:9.0f} ms {blank + blank_in_drag:7d}",
        flush=True,
    )


def main():
    """Print one row for each widget of the notebooks that are named, or of notebook 01."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", default=["01_draw_and_fit_1d.ipynb"])
    names = parser.parse_args().notebooks
    with jupyterlab() as (url, _), chromium() as browser:
        print(f"{'':34} latency, ms  kB/step   shown in a drag   last after   blank")
        for name in names:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            traffic = [0]

            def count(payload, traffic=traffic):
                traffic[0] += len(payload)

            def listen(socket, count=count):
                socket.on("framereceived", count)
                socket.on("framesent", count)

            page.on("websocket", listen)
            open_and_run(page, url, name)
            for kind, box in [*widgets_of(page), ("plain interact", add_interact(page))]:
                measure(page, f"{name[:2]} {kind}", box, traffic)
            page.close()


if __name__ == "__main__":
    main()
