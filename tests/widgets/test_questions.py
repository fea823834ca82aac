"""The questions: what is kept in questions.toml, and what asks them."""

import json
import re

import numpy as np
import pytest
from files import NOTEBOOKS, code_cells

import gmm_helpers as gmm
from gmm_helpers.widgets.questions import answer_to, load_questions

QUESTIONS = load_questions()


@pytest.mark.parametrize("name", QUESTIONS)
def test_each_question_can_be_asked_and_gives_every_choice_its_reason(name):
    question = gmm.ask(name)
    choices = QUESTIONS[name]["choices"]
    assert question.view.content["text"].endswith("?")
    assert sum("right" in each for each in choices) == 1
    assert len({choice["text"] for choice in choices}) == len(choices) >= 2
    for choice in choices:
        assert {"text", "reason"} <= set(choice) <= {"text", "reason", "right"}
        assert answer_to(choice).startswith("Right. " if "right" in choice else "Not quite. ")
        assert len(choice["reason"].split()) >= 6 and choice["reason"].endswith((".", ")"))
        assert len(choice["text"]) <= 75  # one line of the narrowest page
    state = {name: question.view.get_state()[name] for name in ("_esm", "content")}
    assert len(json.dumps(state)) < 3000
    stored = question._repr_mimebundle_()[0]["text/plain"]
    assert all(choice["text"] in stored and choice["reason"] not in stored for choice in choices)


def test_right_choices_are_spread_over_the_places():
    """In each notebook, and in all: none of the first three places has more than half of them."""
    places = {}
    for number in NOTEBOOKS:
        code = "\n".join(cell.source for cell in code_cells(number))
        choices = [QUESTIONS[name]["choices"] for name in re.findall(r'gmm\.ask\("(.*?)"\)', code)]
        places[number] = [["right" in c for c in each].index(True) for each in choices]
    together = sum(places.values(), [])
    for found in [together, *(each for each in places.values() if len(each) >= 4)]:
        counts = np.bincount(found, minlength=3)
        assert counts.max() <= len(found) / 2 and counts[:3].min() >= 1, (places, counts)
    assert np.bincount(together)[:3].min() >= len(together) / 5


def test_results_and_what_is_printed_are_folded_as_text(monkeypatch, capsys):
    """How a fold looks, and that it tells nothing before, is stored in the notebooks."""
    data, _ = gmm.after("narrow_peak", "σ < 1:", 1.995)._repr_mimebundle_()
    assert "<pre>σ &lt; 1:\n1.995</pre></details>" in data["text/html"]
    shown = []
    monkeypatch.setattr("gmm_helpers.widgets.questions.display", shown.append)
    with gmm.after("narrow_peak"):
        print("It is 1.995.")
    [content] = [each.view.content for each in shown]
    assert capsys.readouterr().out == "" and "<pre>It is 1.995.</pre>" in content["html"]
    assert content["question"] == QUESTIONS["narrow_peak"]["text"]
    with pytest.raises(ValueError, match="results must be one widget"):
        gmm.after("narrow_peak", gmm.ask("narrow_peak"), "and this")
    with pytest.raises(ZeroDivisionError), gmm.after("narrow_peak"):
        print(1 / 0)


def test_the_check_of_the_set_up_compares_versions_and_squares(capsys):
    check = gmm.check_setup()
    assert "anywidget" in capsys.readouterr().out
    sent = []
    check.view.send = lambda answer, _: sent.append(answer)
    check.view._handle_custom_msg({"number": 12, "ask": 1}, [])
    assert sent == [{"answer": 1, "says": "Python says: 12 squared is 144."}]


def test_what_the_page_tells_is_not_sent_back():
    """An echo from a busy kernel would take back what the hand has done since."""
    view = gmm.ask("narrow_peak").view
    told = {"position": 1, "point": 2, "values": {"x": 1}, "best": {"score": 1}}
    sent = []
    view._send = lambda message, buffers=None: sent.append(message)
    view.set_state({**told, "chosen": {"index": 1}})
    assert view.chosen == {"index": 1} and sent == []
