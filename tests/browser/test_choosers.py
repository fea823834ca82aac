"""The steppers whose run can be chosen, as a learner meets them: by mouse and by keys."""

import re

import pytest
from conftest import PATIENCE, look, position, run_again, steppers_in, walk

KIND = "chooser"


class ChooserOnPage:
    """A chooser as a person finds it: controls, a stepper, and a line that says which run."""

    def __init__(self, page, box):
        run_again(page, box)
        self.page, self.box, self.stepper = page, box, steppers_in(box)
        self.handle = self.stepper.get_by_role("slider")

    def look(self):
        """Return the look, once the picture has come, and what is said above it."""
        return look(self.stepper), self.stepper.locator("p[role=status]").first.inner_text()

    def act(self, action):
        """Choose something, and wait until the line above the pictures says another run."""
        before = self.look()
        action()
        self.page.wait_for_function(
            "([box, before]) => box.querySelector('p[role=status]').innerText !== before",
            arg=[self.stepper.element_handle(), before[1]],
            timeout=PATIENCE * 1000,
        )
        after = self.look()
        assert after[0].picture != before[0].picture and after[0].text != before[0].text
        assert f"of {position(self.stepper)[1]}" in self.stepper.inner_text()
        return after


@pytest.fixture
def choosers(notebook, boxes):
    """Give the choosers of a notebook, each as at first."""
    return [ChooserOnPage(notebook, box) for box in boxes]


def test_every_choice_shows_its_run_and_the_same_choice_the_same(choosers):
    for chooser in choosers:
        for choice in chooser.box.locator(".widget-toggle-buttons").all():
            toggles = choice.get_by_role("button").all()
            assert "mod-active" in toggles[0].get_attribute("class")
            chooser.handle.press("End")  # at the start, runs of two kinds may look alike
            first, seen = chooser.look(), set()
            for i, toggle in enumerate([*toggles[1:], toggles[0]]):
                shown, said = chooser.act(
                    toggle.click if i % 2 else lambda by=toggle: by.press("Space")
                )
                assert toggle.get_attribute("title") in said
                seen.add(shown)
            assert len(seen) == len(toggles) and chooser.look() == first
            chooser.handle.press("Home")


def test_every_button_shows_another_run_which_can_be_stepped_through(notebook, choosers):
    for chooser in choosers:
        for button in chooser.box.locator(".widget-hbox > button.widget-button").all():
            chooser.act(lambda by=button: by.press("Enter"))
            looks = walk(notebook, chooser.stepper)
            assert len(set(looks)) == len(looks)
            chooser.handle.press("End")
            at, last = position(chooser.stepper)
            assert at == last
            shown, said = chooser.look()
            assert shown == looks[-1]
            assert re.search("M step|not go on", f"{shown.text} {said}")
            chooser.act(button.click)
            at, last = position(chooser.stepper)
            assert at == last  # at the end it stays there
            chooser.handle.press("Home")


def test_a_slider_moved_in_the_moment_before_a_choice_ends_at_its_place(notebook, choosers):
    """Faster than anybody's hand: a key and a click in the same moment, while the kernel works."""
    for chooser in choosers:
        for choice in chooser.box.locator(".widget-toggle-buttons").all():
            toggles = choice.get_by_role("button").all()
            for i, toggle in enumerate([*toggles[1:], *toggles]):
                key = ("End", "Home")[i % 2]
                chooser.handle.evaluate(
                    """async (handle, [lastKey, toggle]) => {
                        for (const key of ['PageUp', 'PageDown', 'ArrowRight', lastKey]) {
                            await new Promise(resolve => setTimeout(resolve))
                            const event = {key, bubbles: true, cancelable: true}
                            handle.dispatchEvent(new KeyboardEvent('keydown', event))
                        }
                        toggle.click()
                    }""",
                    [key, toggle.element_handle()],
                )
                title = toggle.get_attribute("title")
                said = chooser.stepper.locator(f"p[role=status]:has-text('{title}')")
                said.first.wait_for(timeout=PATIENCE * 1000)
                shown = look(chooser.stepper)
                at, last = position(chooser.stepper)
                assert at == (last if key == "End" else 0)
                assert ("The start" in shown.text) == (at == 0)
                assert chooser.stepper.get_by_role("textbox").inner_text() == str(at)
