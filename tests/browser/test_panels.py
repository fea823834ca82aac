"""The live panels as a learner meets them: every slider by keys and mouse, slowly and fast."""

import re

import pytest
from conftest import click_on_bar, look, run_again
from watching import Watch

KIND = "panel"
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
        self.sliders = box.locator(".widget-slider").all()

    def value(self, slider):
        """Return a slider's value as it is written beside it."""
        return slider.locator(".widget-readout").inner_text()

    def press(self, slider, key):
        """Press a key that moves a slider, and return what is then shown."""
        return self.act(slider, lambda: self.page.keyboard.press(key))

    def act(self, slider, action):
        """Move a slider somehow, and return what is then shown."""
        before, value = look(self.box), self.value(slider)
        action()
        assert self.value(slider) != value
        look(self.box, unlike=before)
        return self.look(slider)

    def look(self, slider):
        """Return what is shown once the text says a slider's value: it must be the picture's."""
        self.page.wait_for_function(SAYS, arg=[self.box.element_handle(), slider.element_handle()])
        shown = look(self.box)
        assert shown.alt.split() == shown.text.split()
        return shown


@pytest.fixture
def panels(notebook, boxes):
    """Give the panels of a notebook, each as at first."""
    return [PanelOnPage(notebook, box) for box in boxes]


def test_every_slider_moves_by_keyboard_and_mouse(panels):
    for panel in panels:
        height = panel.box.bounding_box()["height"]
        for slider in panel.sliders:
            slider.get_by_role("slider").focus()
            for key in ("End", "ArrowLeft", "ArrowLeft", "Home", "ArrowRight", "PageUp"):
                panel.press(slider, key)
            panel.act(slider, lambda at=slider: click_on_bar(at, 0.5))
        assert panel.box.bounding_box()["height"] == height  # nothing below it has moved
        assert panel.watch.seen()["blank"] == 0


def test_the_last_position_wins_however_fast_the_hand_is(panels, notebook):
    steps = 8
    for panel in panels:
        slider = panel.sliders[0]  # all take the same way to Python and back
        handle = slider.get_by_role("slider")
        handle.focus()
        panel.press(slider, "Home")
        for _ in range(steps):  # calmly
            at_rest = panel.press(slider, "ArrowRight")
        value = panel.value(slider)

        panel.press(slider, "Home")
        for _ in range(steps):
            notebook.keyboard.press("ArrowRight")
        panel.watch.settle()
        assert panel.look(slider) == at_rest and panel.value(slider) == value

        bar, start = slider.locator(".noUi-base").bounding_box(), handle.bounding_box()
        x, y = start["x"] + start["width"] / 2, start["y"] + start["height"] / 2
        notebook.mouse.move(x, y)
        notebook.mouse.down()
        for i in [*range(1, 30), *range(30, 15, -1)]:
            notebook.mouse.move(x + bar["width"] * i / 50, y)
        notebook.mouse.up()
        panel.watch.settle()
        assert panel.look(slider).picture != at_rest.picture
        assert panel.watch.seen()["blank"] == 0


def test_every_toggle_shows_something_and_hides_it_again(panels):
    for panel in panels:
        for toggle in panel.box.locator(".widget-toggle-button").all():
            without = look(panel.box)
            toggle.press("Space")
            shown = look(panel.box, unlike=without)
            toggle.press("Enter")
            assert look(panel.box, unlike=shown) == without


@pytest.mark.parametrize("notebook", ["01_draw_and_fit_1d.ipynb"], indirect=True)
def test_the_hand_fit_goes_back_to_the_best(notebook):
    box = notebook.locator(".gmm-panel", has=notebook.get_by_text("Back to my best"))
    panel = PanelOnPage(notebook, box)
    slider = panel.sliders[0]
    slider.get_by_role("slider").focus()
    texts = [look(box).text]
    texts += [panel.press(slider, key).text for key in ("ArrowLeft", "Home", "ArrowRight", "End")]
    best = max(texts, key=lambda text: -float(re.search(r"Log-likelihood −([\d.]+)", text)[1]))
    assert best != texts[-1]
    before = look(box)
    box.get_by_role("button", name="Back to my best").press("Enter")
    look(box, unlike=before)
    back = panel.look(slider).text
    parameters = re.compile(r".*?Log-likelihood −[\d.]+")
    assert parameters.match(back)[0] == parameters.match(best)[0]
    assert back.endswith(": your best so far.")
