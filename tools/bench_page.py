"""Time the course's widgets in JupyterLab, from a key press to a changed picture; print a table.

    nox -s latency                   the widgets as they are
    nox -s latency -- hand question  some of them

Run it on a machine that does nothing else. A row has the ms from the time stamp of a key event to
the first frame with another picture, the median and the 95th percentile of 60 steps, and how many
times quicker that is than plain `interact` with an inline figure of a mixture. A chooser is worked
as by somebody who looks for three seconds ("computed ahead"), or who presses again at once ("to be
run").
"""

import os
import statistics
import sys

from driver import KINDS, LAPTOP, add_cell, chromium, jupyterlab, open_notebook, run_cell

STEPS, CHOICES = 60, 20
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
# Runs in the page: `shown` tells, after a key press, the ms to the first frame with another
# picture. That is another one where what a box shows has changed, be it the curves or the words.
WATCH = """box => {
    let pressed, other = false
    const ours = '.panels, .words [aria-live], img'
    const watcher = new MutationObserver(changes => {
        other ||= changes.some(({target}) => {
            const element = target.closest ? target : target.parentElement
            return element?.closest(ours) || element?.querySelector(ours)
        })
    })
    watcher.observe(box, {subtree: true, childList: true, attributes: true, characterData: true})
    const press = ({timeStamp}) => { pressed = timeStamp; other = false }
    document.addEventListener('keydown', press, {capture: true, once: true})
    window.shown = new Promise(done => {
        const eachFrame = () => {
            if (!pressed || !other) return requestAnimationFrame(eachFrame)
            done(performance.now() - pressed)
            watcher.disconnect()
        }
        requestAnimationFrame(eachFrame)
    })
}"""


def time_key(page, box, key, calm):
    """Press a key; return the ms to the first frame with another picture."""
    page.wait_for_timeout(calm)
    box.evaluate(WATCH)
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


def report(name, latencies, plain=None):
    """Print a row; return the median."""
    median, high = statistics.median(latencies), statistics.quantiles(latencies, n=20)[-1]
    print(f"{name:36} {median:6.0f} {high:6.0f} {(plain or median) / median:6.1f}", flush=True)
    return median


def measure(chosen):
    """Print a row for each widget whose name holds one of the words that are chosen."""
    print(f"{'load ' + str(os.getloadavg()[0]):36}     ms   95 %  times as quick", flush=True)
    with jupyterlab() as url, chromium() as browser:
        page = browser.new_page(viewport=LAPTOP)
        open_notebook(page, url)
        run_cell(page, "set-up")
        box = add_cell(page, INTERACT).locator(".widget-interact")
        box.locator("img").wait_for()
        plain = report("plain interact", time_steps(page, box))
        for name, code in WIDGETS.items():
            if any(word in name for word in chosen):
                box = add_cell(page, code).locator(".gmm")
                box.locator("input").first.wait_for()
                report(name, time_steps(page, box), plain)
        box = add_cell(page, KINDS["chooser"]).locator(".gmm")
        box.wait_for()
        for name, calm in (("computed ahead", CALM), ("to be run", 0)):
            report(f"another start: {name}", time_choices(page, box, calm), plain)


if __name__ == "__main__":
    measure(sys.argv[1:] or [""])
