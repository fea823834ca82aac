"""The questions as a learner meets them: no answer at first, and one for whatever is chosen."""

import pytest
from conftest import NOTEBOOKS, open_and_run


def shown(box):
    """Return the answer that is shown, or nothing."""
    return " ".join(box.locator(".gmm-answer").inner_text().split())


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_question_answers_to_mouse_and_keyboard(page, lab_url, name):
    open_and_run(page, lab_url, name)
    boxes = page.locator(".gmm-question")
    assert boxes.count() >= 1
    for i in range(boxes.count()):
        box = boxes.nth(i)
        box.scroll_into_view_if_needed()
        page.wait_for_timeout(200)  # what is out of sight is not laid out
        choices = box.get_by_role("radio")
        assert not any(choice.is_checked() for choice in choices.all())
        assert shown(box) == ""
        height = box.bounding_box()["height"]

        answers = []
        for choice in choices.all():
            choice.click()
            answers.append(shown(box))
        assert len(set(answers)) == len(answers)
        assert sum(answer.startswith("Right. ") for answer in answers) == 1
        assert sum(answer.startswith("Not quite. ") for answer in answers) == len(answers) - 1
        assert box.bounding_box()["height"] == height  # what stands below has not moved

        page.keyboard.press("Shift+Tab")  # from the last choice, which has the focus
        page.keyboard.press("Space")
        assert choices.nth(len(answers) - 2).is_checked()
        assert shown(box) == answers[-2]
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        assert shown(box) == answers[-1]
