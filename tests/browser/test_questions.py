"""The questions as a learner meets them: no answer at first, and one for whatever is chosen."""

from conftest import run_again

KIND = "question"


def shown(box):
    """Return the answer that is shown, or nothing."""
    return " ".join(box.locator(".gmm-answer").inner_text().split())


def test_it_answers_to_mouse_and_keyboard(notebook, boxes):
    for box in boxes:
        run_again(notebook, box)
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

        notebook.keyboard.press("Shift+Tab")  # from the last choice, which has the focus
        notebook.keyboard.press("Space")
        assert choices.nth(len(answers) - 2).is_checked()
        assert shown(box) == answers[-2]
        notebook.keyboard.press("Tab")
        notebook.keyboard.press("Space")
        assert shown(box) == answers[-1]
