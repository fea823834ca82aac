"""The steppers whose run can be chosen, as a learner meets them: by drop-downs and buttons."""

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
        for drop_down in chooser.box.locator("select").all():
            label = drop_down.locator("xpath=../label").inner_text()
            options = drop_down.locator("option").all_inner_texts()
            chosen = drop_down.locator("option:checked").inner_text()
            first, seen = chooser.look(), set()
            for option in [*(each for each in options if each != chosen), chosen]:
                look = chooser.act(lambda to=option, by=drop_down: by.select_option(label=to))
                assert f"{label} = {option}" in look[2]
                seen.add(look[:2])
            assert len(seen) == len(options) and chooser.look() == first
            drop_down.focus()  # and by the keyboard
            key = "ArrowUp" if chosen == options[-1] else "ArrowDown"
            chooser.act(lambda by=key: notebook.keyboard.press(by))
            back = "ArrowDown" if key == "ArrowUp" else "ArrowUp"
            assert chooser.act(lambda by=back: notebook.keyboard.press(by)) == first


def test_every_button_shows_another_run_which_can_be_stepped_through(notebook, request):
    name = request.node.callspec.params["notebook"]
    for chooser in choosers(notebook, name):
        for button in chooser.box.locator(".widget-hbox > button.jupyter-button").all():
            if button.locator("i").count():  # Play's
                continue
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
