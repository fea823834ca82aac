"""Move the controls of each notebook at random, as no person would, and look for what breaks.

    nox -s fuzz                                  500 movements in each notebook
    nox -s fuzz -- --seed 7 --moves 2000 01      others, and only in notebooks that start with 01

A seed gives the same movements every time. No movement may raise an exception in the kernel or
an error in the browser's console. At the end, and every 50 movements, all widgets rest, and what
they say must agree: a slider, its number, the picture, its text alternative and the text under it;
and with a chooser, the buttons that are down and the line that says which run is shown.
"""

import argparse
import random
import re
import sys
from collections import deque
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "browser"))
import conftest  # noqa: E402

REST_AFTER = 50
KEYS = ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End")
CONTROLS = ":is(.noUi-handle, .widget-readout, input, select, button)"
# Runs in the page: what all widgets say now.
STATE = """() => {
    const shown = (box, selector) =>
        [...box.querySelectorAll(selector)].filter(each => each.offsetParent)
    const text = each => each.textContent.split(/\\s+/).join(' ').trim()
    return [...document.querySelectorAll('.jp-OutputArea-output > .jupyter-widgets')].filter(
        box => box.querySelector('CONTROLS')).map(box => ({
        kind: box.querySelector('.widget-play') ? 'flip-book'
            : box.matches('.gmm-panel') || box.querySelector('.gmm-panel') ? 'panel'
            : box.querySelector('.gmm-question') || box.matches('.gmm-question') ? 'question'
            : 'other',
        chooser: Boolean(box.matches('.gmm-chooser') || box.querySelector('.gmm-chooser')),
        toggled: shown(box, '.widget-toggle-buttons .mod-active').map(each => each.title),
        said: shown(box, 'p[role=status]').map(text),
        positions: shown(box, '.noUi-handle').map(each => each.getAttribute('aria-valuetext')),
        readouts: shown(box, '.widget-slider .widget-readout').map(text),
        pictures: shown(box, '.widget-html img').map(each => [each.src, each.alt]),
        live: shown(box, 'p[aria-live]').map(text),
        chosen: shown(box, 'input[type=radio]').findIndex(each => each.checked),
        answer: shown(box, '.gmm-answer p').map(text),
        playing: Boolean(box.querySelector('.fa-pause')),
    }))
}""".replace("CONTROLS", CONTROLS)
IDLE = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'"


class Fuzz:
    """The movements of one notebook, and what was seen."""

    def __init__(self, page, rng):
        self.page, self.rng = page, rng
        self.latest = deque(maxlen=12)
        self.answers = {}  # (question, choice) → what was answered first
        self.runs = {}  # (chooser, which run, position) → which picture and text were seen first
        self.widgets = page.locator(".jp-OutputArea-output > .jupyter-widgets").all()
        self.widgets = [each for each in self.widgets if each.locator(CONTROLS).count()]
        self.pictures = {
            number: [each.picture for each in conftest.walk(page, stepper)]
            for number, stepper in self.steppers()
        }

    def steppers(self):
        """Yield the steppers and flip-books, with the numbers of their widgets."""
        for number, widget in enumerate(self.widgets):
            if widget.locator(".widget-play").count():
                yield number, widget

    def move(self):
        """Do something to some control."""
        number = self.rng.randrange(len(self.widgets))
        widget = self.widgets[number]
        widget.scroll_into_view_if_needed()
        controls = [each for each in widget.locator(CONTROLS).all() if each.is_visible()]
        i = self.rng.randrange(len(controls))
        control = controls[i]
        control.scroll_into_view_if_needed()
        kind = control.evaluate(
            "each => each.className.includes('noUi') ? 'slider' : each.type || 'number'"
        )
        self.latest.append(f"widget {number}, control {i} ({kind})")
        getattr(self, f"_{kind.replace('-', '_')}")(control)
        self.page.wait_for_timeout(self.rng.choice([0, 0, 0, 20, 100, 400]))

    def _slider(self, handle):
        way = self.rng.choice(["keys", "click", "drag"])
        if way == "keys":
            keys = self.rng.choices(KEYS, k=self.rng.randint(1, 10))
            self.latest[-1] += f" {' '.join(keys)}"
            handle.focus()
            for key in keys:
                self.page.keyboard.press(key)
            return
        bar = handle.locator("xpath=ancestor::*[contains(@class, 'noUi-base')]").bounding_box()
        share = self.rng.uniform(-0.1, 1.1)  # beyond its ends, too
        self.latest[-1] += f" {way} to {share:.2f}"
        y, to = bar["y"] + bar["height"] / 2, bar["x"] + share * bar["width"]
        if way == "click":
            self.page.mouse.click(min(max(to, bar["x"] + 1), bar["x"] + bar["width"] - 1), y)
            return
        start = handle.bounding_box()
        self.page.mouse.move(start["x"] + start["width"] / 2, y)
        self.page.mouse.down()
        self.page.mouse.move(to, y, steps=self.rng.randint(1, 25))
        self.page.mouse.up()

    def _number(self, field):
        value = self.rng.choice([-1, 0, 1, 2, 5, 17, 39, 40, 1000, "", "1e1", 2.5])
        self.latest[-1] += f" {value!r}"
        field.select_text()
        self.page.keyboard.press("Delete")
        self.page.keyboard.type(str(value))
        field.press(self.rng.choice(["Enter", "Tab"]))

    def _radio(self, choice):
        choice.click() if self.rng.random() < 0.7 else choice.press("Space")

    def _select_one(self, control):
        control.select_option(index=self.rng.randrange(control.locator("option").count()))

    def _checkbox(self, control):
        control.press("Space")

    def _submit(self, button):
        button.click() if self.rng.random() < 0.7 else button.press("Space")

    _button = _submit

    def rest(self):
        """Pause what plays, wait until nothing changes, and check that all agree."""
        for playing in self.page.locator(".widget-play:has(.fa-pause)").element_handles():
            # None if it has come to its end meanwhile.
            playing.evaluate("play => play.querySelector('button:has(.fa-pause)')?.click()")
        self.page.keyboard.press("Tab")  # a field takes what was typed when it loses the focus
        before = None
        self.page.wait_for_function(IDLE, timeout=1000 * conftest.PATIENCE)
        while (now := self.page.evaluate(STATE)) != before:
            before = now
            self.page.wait_for_timeout(500)
        problems = []
        for number, widget in enumerate(now):
            problems += [f"widget {number}: {each}" for each in self.disagreements(number, widget)]
        return problems

    def disagreements(self, number, widget):
        """Yield a sentence for all that does not agree in a widget at rest."""
        if widget["playing"]:
            yield "it plays on after Pause"
        for (source, alt), live in zip(widget["pictures"], widget["live"], strict=True):
            if " ".join(alt.split()) != live:
                yield f"the text alternative is {alt!r}, the text {live!r}"
            if not source.startswith("data:image/png") or len(source) < 2000:
                yield "the picture is missing"
        if widget["kind"] == "flip-book":
            position, *_ = widget["positions"]
            if len(widget["pictures"]) != 1 or widget["readouts"] != [f"{float(position):.0f}"]:
                yield f"slider at {position}, its number {widget['readouts']}"
            elif widget["chooser"]:
                yield from self.disagreements_on_run(number, widget)
            elif widget["pictures"][0][0] != self.pictures[number][int(float(position))]:
                yield f"the picture is not that of position {position}"
        if widget["kind"] == "panel":
            live = " ".join(widget["live"])
            for value in widget["readouts"]:
                number_alone = rf"(?<![\d.−]){re.escape(value.replace('-', '−'))}(?!\d)"
                if not re.search(number_alone, live):
                    yield f"a slider shows {value}, the text {live!r} does not"
        if widget["kind"] == "question":
            answer = " ".join(widget["answer"])
            if bool(answer) != (widget["chosen"] >= 0):
                yield f"choice {widget['chosen']} is chosen, the answer is {answer!r}"
            if self.answers.setdefault((number, widget["chosen"]), answer) != answer:
                yield f"choice {widget['chosen']} has another answer than before: {answer!r}"

    def disagreements_on_run(self, number, widget):
        """Yield a sentence for what does not agree on which run a chooser shows."""
        which, *_ = widget["said"]
        if which.startswith("This cannot be run"):
            return
        for toggled in widget["toggled"]:
            if f"{toggled}," not in f"{which[:-1]},":
                yield f"{toggled} is down, but the line says {which!r}"
        key, seen = (number, which, *widget["positions"]), (*widget["pictures"], *widget["live"])
        if self.runs.setdefault(key, seen) != seen:
            yield f"another picture or text than before: {which!r}, position {key[2]}"


def fuzz(browser, url, log, name, *, seed, moves):
    """Move a notebook's controls; return what went wrong, in sentences."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    problems, log_before = conftest.errors_on(page), len(log.read_text())
    conftest.open_and_run(page, url, name)
    conftest.wait_for_pictures(page)
    run = Fuzz(page, random.Random(f"{seed} {name}"))
    done = 0
    for done in range(1, moves + 1):
        run.move()
        if done % REST_AFTER == 0 or done == moves:
            problems += run.rest()
        written = log.read_text()[log_before:]
        if found := re.search(r"(Traceback|Exception in)[\s\S]*", written):
            problems.append(f"kernel or server: {found[0][-3000:]}")
        if problems:
            problems.append("last movements: " + "; ".join(run.latest))
            break
    print(
        f"{name}: {len(run.widgets)} widgets, {done} movements, seed {seed}: "
        + ("all agree" if not problems else "see below"),
        flush=True,
    )
    page.close()
    return problems


def main():
    """Fuzz the notebooks; exit with what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", help="how their names start; all by default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--moves", type=int, default=500)
    options = parser.parse_args()
    chosen = tuple(options.notebooks or [""])
    names = [name for name in conftest.NOTEBOOKS if name.startswith(chosen)]
    problems = []
    with conftest.jupyterlab() as (url, log), conftest.chromium() as browser:
        for name in names:
            problems += fuzz(browser, url, log, name, seed=options.seed, moves=options.moves)
    sys.exit("\n".join(problems) or None)


if __name__ == "__main__":
    main()
