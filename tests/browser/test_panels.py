"""The live panels as a learner meets them: every slider by keys and mouse, slowly and fast."""

import re

import pytest
from conftest import run_again
from watching import Watch

LEAST = {"01": 2}  # how many panels a notebook has at least
# Runs in the page: whether a panel's text says what stands beside a slider.
SAYS = """([box, slider]) => {
    const value = slider.querySelector('.widget-readout').innerText.replace('-', '−')
    const alone = new RegExp(`(?<![\\d.−])${value.replace('.', '\\.')}(?!\\d)`)
    return alone.test(box.querySelector('p[aria-live]').innerText)
}"""


class PanelOnPage:
    """A live panel as a person finds it: its sliders, its picture and its text."""

    def __init__(self, page, box):
        run_again(page, box)
        self.page, self.box = page, box
        self.watch = Watch(page, box)
        self.sliders = box.locator(".widget-slider")

    def picture(self):
        return self.box.locator("img").get_attribute("src")

    def text(self):
        return self.box.locator("p[aria-live]").inner_text()

    def height(self):
        return self.box.bounding_box()["height"]

    def value(self, slider):
        """Return a slider's value as it is written beside it."""
        return slider.locator(".widget-readout").inner_text().replace("-", "−")

    def act(self, slider, action):
        """Do something to a slider, and wait for its picture if that changed its value."""
        count, value = len(self.watch.seen()["pictures"]), self.value(slider)
        picture = self.picture()
        action()
        if changed := self.value(slider) != value:
            self.watch.wait_for_change(count)
        self.check(slider)
        assert (self.picture() != picture) == changed
        return changed

    def check(self, slider):
        """Wait until the text says the slider's value; it must then be that of the picture."""
        self.page.wait_for_function(SAYS, arg=[self.box.element_handle(), slider.element_handle()])
        alt = self.box.locator("img").get_attribute("alt")
        assert alt.split() == self.text().split()


@pytest.fixture
def panels(notebook, opened):
    """Give the panels of a notebook, each as at first."""
    boxes = notebook.locator(".gmm-panel")
    assert boxes.count() >= LEAST.get(opened.name[:2], 0)
    return [PanelOnPage(notebook, box) for box in boxes.all()]


def press(panel, key):
    return lambda: panel.page.keyboard.press(key)


def test_every_slider_of_every_panel_moves_by_keyboard_and_mouse(panels, notebook):
    for panel in panels:
        height = panel.height()
        for slider in panel.sliders.all():
            handle = slider.get_by_role("slider")
            handle.focus()
            for key in ("End", "ArrowLeft", "ArrowLeft", "Home", "ArrowRight", "PageUp"):
                assert panel.act(slider, press(panel, key)), key
            bar = slider.locator(".noUi-base").bounding_box()
            middle = bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2
            assert panel.act(slider, lambda at=middle: notebook.mouse.click(*at))
        assert panel.height() == height  # nothing below it has moved
        assert panel.watch.seen()["blank"] == 0


def test_the_last_position_wins_however_fast_the_hand_is(panels, notebook):
    page, steps = notebook, 12
    for panel in panels:
        for slider in panel.sliders.all():
            handle = slider.get_by_role("slider")
            handle.focus()
            panel.act(slider, press(panel, "Home"))
            for _ in range(steps):  # calmly
                panel.act(slider, press(panel, "ArrowRight"))
            value, picture = panel.value(slider), panel.picture()

            panel.act(slider, press(panel, "Home"))
            for _ in range(steps):
                page.keyboard.press("ArrowRight")
            panel.watch.settle()
            panel.check(slider)
            assert (panel.value(slider), panel.picture()) == (value, picture)

            bar = slider.locator(".noUi-base").bounding_box()
            start = handle.bounding_box()
            x, y = start["x"] + start["width"] / 2, start["y"] + start["height"] / 2
            page.mouse.move(x, y)
            page.mouse.down()
            for i in [*range(1, 30), *range(30, 15, -1)]:
                page.mouse.move(x + bar["width"] * i / 50, y)
            page.mouse.up()
            panel.watch.settle()
            panel.check(slider)
            assert panel.picture() != picture
        assert panel.watch.seen()["blank"] == 0


def test_every_toggle_shows_something_and_hides_it_again(panels):
    for panel in panels:
        for toggle in panel.box.locator(".widget-toggle-button").all():
            without = panel.picture(), panel.text()
            for key, shown in (("Space", True), ("Enter", False)):
                count = len(panel.watch.seen()["pictures"])
                toggle.press(key)
                panel.watch.wait_for_change(count)
                panel.watch.settle()
                assert ((panel.picture(), panel.text()) != without) == shown


@pytest.mark.parametrize("opened", ["01_draw_and_fit_1d.ipynb"], indirect=True)
def test_the_hand_fit_goes_back_to_the_best(notebook):
    box = notebook.locator(".gmm-panel", has=notebook.get_by_text("Back to my best"))
    panel = PanelOnPage(notebook, box)
    slider = panel.sliders.first
    slider.get_by_role("slider").focus()
    texts = [panel.text()]
    for key in ("ArrowLeft", "Home", "ArrowRight", "End"):
        panel.act(slider, press(panel, key))
        texts.append(panel.text())
    best = max(texts, key=lambda text: float(re.search(r"Log-likelihood −([\d.]+)", text)[1]) * -1)
    assert best != texts[-1]
    count = len(panel.watch.seen()["pictures"])
    box.get_by_role("button", name="Back to my best").press("Enter")
    panel.watch.wait_for_change(count)
    panel.check(slider)
    parameters = re.compile(r".*?Log-likelihood −[\d.]+")
    assert parameters.match(panel.text())[0] == parameters.match(best)[0]
    assert panel.text().endswith(": your best so far.")
