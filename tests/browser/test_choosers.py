"""The steppers whose run can be chosen, as a learner meets them: by mouse and by keys."""

import re

from conftest import PATIENCE, steppers_in, walk

LEAST = {"03": 1, "04": 1}  # how many choosers a notebook has at least


class ChooserOnPage:
    """A chooser as a person finds it: controls, a stepper, and a line that says which run."""

    def __init__(self, page, box):
        self.page, self.box, self.stepper = page, box, steppers_in(box)
        self.handle = self.stepper.get_by_role("slider")
        box.scroll_into_view_if_needed()

    def look(self):
        """Return the picture and its text, once it has come, and what is said above it."""
        self.stepper.locator("img[src^='data:image/png']").wait_for()
        return (
            self.stepper.locator("img").get_attribute("src"),
            self.stepper.locator("p[aria-live]").inner_text(),
            self.stepper.locator("p[role=status]").first.inner_text(),
        )

    def act(self, action):
        """Choose something, and wait until the line above the pictures says another run."""
        before = self.look()
        action()
        self.page.wait_for_function(
            "([box, before]) => box.querySelector('p[role=status]').innerText !== before",
            arg=[self.stepper.element_handle(), before[2]],
            timeout=PATIENCE * 1000,
        )
        after = self.look()
        assert after[0] != before[0] and after[1] != before[1]
        last = int(float(self.handle.get_attribute("aria-valuemax")))
        assert f"of {last}" in self.stepper.inner_text()
        return after


def choosers(notebook, name):
    boxes = notebook.locator(".gmm-chooser")
    assert boxes.count() >= LEAST.get(name[:2], 0)
    return [ChooserOnPage(notebook, box) for box in boxes.all()]


def test_every_choice_shows_its_run_and_the_same_choice_the_same(notebook, request):
    name = request.node.callspec.params["notebook"]
    for chooser in choosers(notebook, name):
        for choice in chooser.box.locator(".widget-toggle-buttons").all():
            toggles = choice.get_by_role("button").all()
            assert "mod-active" in toggles[0].get_attribute("class")
            chooser.handle.press("End")  # at the start, runs of two kinds may look alike
            first, seen = chooser.look(), set()
            for i, toggle in enumerate([*toggles[1:], toggles[0]]):
                look = chooser.act(toggle.click if i % 2 else lambda by=toggle: by.press("Space"))
                assert toggle.get_attribute("title") in look[2]
                seen.add(look[:2])
            assert len(seen) == len(toggles) and chooser.look() == first
            chooser.handle.press("Home")


def test_every_button_shows_another_run_which_can_be_stepped_through(notebook, request):
    name = request.node.callspec.params["notebook"]
    for chooser in choosers(notebook, name):
        for button in chooser.box.locator(".widget-hbox > button.widget-button").all():
            chooser.act(lambda by=button: by.press("Enter"))
            looks = walk(notebook, chooser.stepper)
            assert len(set(looks)) == len(looks)
            chooser.handle.press("End")
            end = chooser.look()
            assert end[:2] == looks[-1]
            assert re.search("M step|not go on", " ".join(end))
            chooser.act(button.click)
            at = chooser.handle.get_attribute("aria-valuenow")
            assert at == chooser.handle.get_attribute("aria-valuemax")  # at the end it stays there
            chooser.handle.press("Home")
