"""The notebooks as a learner meets them: opened in JupyterLab, run, and stepped through."""

import re

import pytest
from conftest import NOTEBOOKS, PATIENCE, open_and_run, steppers_in


def test_the_start_command_opens_the_first_notebook(page, lab_url):
    page.goto(lab_url)
    page.get_by_role("heading", level=1, name="Start here").wait_for(timeout=PATIENCE * 1000)


def test_the_set_up_check_hears_from_python_and_from_the_keyboard(page, lab_url):
    """Notebook 00 says what the keys do, and that a sentence follows the slider."""
    open_and_run(page, lab_url, "00_start_here.ipynb")
    box = page.locator(".widget-hbox:has-text('Python says')").last
    handle = box.get_by_role("slider")
    handle.focus()
    for key, value in (
        ("ArrowRight", 4),
        ("ArrowLeft", 3),
        ("End", 12),
        ("Home", 0),
        ("PageUp", 5),
    ):
        page.keyboard.press(key)
        box.get_by_text(f"Python says: {value} squared is {value**2}.").wait_for()


class StepperOnPage:
    """A stepper as a person finds it: by its controls, its picture and its text."""

    def __init__(self, box):
        self.box = box
        self.handle = box.get_by_role("slider")
        self.picture = box.locator("img")
        self.field = box.get_by_role("spinbutton")

    @property
    def position(self):
        return int(float(self.handle.get_attribute("aria-valuenow")))

    @property
    def last(self):
        return int(float(self.handle.get_attribute("aria-valuemax")))

    def look(self):
        """Return which picture is shown, once it has come from the kernel, and its text."""
        self.box.locator("img[src^='data:image/png']").wait_for()
        return self.picture.get_attribute("src"), self.box.locator("p[aria-live]").inner_text()


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_stepper_moves_by_keyboard_mouse_field_and_play(page, lab_url, name):
    open_and_run(page, lab_url, name)
    assert not page.locator(
        ".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']"
    ).count()
    assert not page.get_by_text("model not found").count()
    boxes = steppers_in(page)
    assert boxes.count() >= 1
    for i in range(boxes.count()):
        stepper = StepperOnPage(boxes.nth(i))
        stepper.handle.focus()
        looks, pixels = [stepper.look()], [stepper.picture.screenshot()]
        for position in (1, 2, 3):
            page.keyboard.press("ArrowRight")
            assert stepper.position == position
            looks.append(stepper.look())
            pixels.append(stepper.picture.screenshot())
        assert len(set(looks)) == len(set(pixels)) == 4
        kinds = [re.search("[EM] step|$", text)[0] for _, text in looks[1:]]
        assert kinds in (["E step", "M step", "E step"], ["", "", ""])  # half-steps, or others
        page.keyboard.press("ArrowLeft")
        assert stepper.look() == looks[2]

        page.keyboard.press("End")
        end = stepper.look()
        assert stepper.position == stepper.last and f"of {stepper.last}" in stepper.box.inner_text()
        page.keyboard.press("Home")
        assert stepper.look() == looks[0]

        bar = stepper.box.locator(".noUi-base").bounding_box()
        page.mouse.click(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
        assert abs(stepper.position - stepper.last / 2) <= 1
        assert stepper.look() not in looks
        assert int(stepper.field.input_value()) == stepper.position

        stepper.field.fill(str(stepper.last - 1))
        stepper.field.press("Enter")
        assert stepper.position == stepper.last - 1
        stepper.box.locator(".widget-play button").first.click()
        page.wait_for_function(
            "([handle, last]) => Number(handle.getAttribute('aria-valuenow')) === last",
            arg=[stepper.handle.element_handle(), stepper.last],
        )
        assert stepper.look() == end
