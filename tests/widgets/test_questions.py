"""The questions: what is kept in questions.toml, and what asks them."""

import json

import pytest

import gmm_helpers as gmm
from gmm_helpers.widgets.questions import load_questions

QUESTIONS = load_questions()
TWO = [gmm.Choice("yes", "It is.", right=True), gmm.Choice("no", "It is not so.")]


@pytest.mark.parametrize("name", QUESTIONS)
def test_each_question_of_the_course_can_be_asked_and_gives_every_choice_its_reason(name):
    question = gmm.ask(name)
    assert question.text.endswith("?")
    assert sum(choice.right for choice in question.choices) == 1
    assert len({choice.text for choice in question.choices}) == len(question.choices) >= 2
    for choice in question.choices:
        assert choice.answer.startswith("Right. " if choice.right else "Not quite. ")
        assert len(choice.reason.split()) >= 6 and choice.reason.endswith((".", ")"))
        assert len(choice.text) <= 75  # one line of the narrowest page
    state = {name: question.view.get_state()[name] for name in ("_esm", "content")}
    assert len(json.dumps(state)) < 3000


def test_right_choices_do_not_always_stand_in_the_same_place():
    places = [[c.right for c in q["choices"]].index(True) for q in QUESTIONS.values()]
    assert len(set(places)) >= 3


def test_what_is_stored_holds_question_and_choices_but_no_answer():
    data, _ = gmm.Question("So?", TWO)._repr_mimebundle_()
    assert data["text/plain"] == "Question: So?\n  ( ) yes\n  ( ) no"


@pytest.mark.parametrize(
    "text, choices, message",
    [
        ("", TWO, "needs a text"),
        ("So?", [TWO[0], gmm.Choice("no", "")], "a text and a reason"),
        ("So?", TWO[:1], "Exactly one of two or more"),
        ("So?", [TWO[1], TWO[1]], "Exactly one of two or more"),
        ("So?", [TWO[0], TWO[0]], "Exactly one of two or more"),
    ],
)
def test_what_cannot_be_asked(text, choices, message):
    with pytest.raises(ValueError, match=message):
        gmm.Question(text, choices)


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="no question 'nope'; there are .*narrow_peak"):
        gmm.ask("nope")


def test_the_check_of_the_set_up_compares_versions_and_squares(capsys):
    check = gmm.check_setup()
    assert "anywidget" in capsys.readouterr().out
    sent = []
    check.view.send = sent.append
    check._hear(check.view, {"number": 12, "ask": 1}, [])
    assert sent == [{"answer": 1, "says": "Python says: 12 squared is 144."}]
