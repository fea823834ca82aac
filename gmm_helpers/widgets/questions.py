"""Questions with choices, asked before something is shown: the answers stay hidden until then.

They are kept in `questions.toml`, apart from the notebooks, so that no cell gives them away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gmm_helpers.widgets.view import Shown, View


@dataclass(frozen=True)
class Choice:
    """An answer to choose: its `text`, the `reason` it is `right` or wrong."""

    text: str
    reason: str
    right: bool = False

    @property
    def answer(self) -> str:
        """What is said once it is chosen."""
        return f"{'Right.' if self.right else 'Not quite.'} {self.reason}"


class Question(Shown):
    """A question with choices as radio buttons; under them, the answer to what is chosen.

    Nothing is chosen at first, and no answer is shown. The browser does it all: it needs no
    kernel. Shown when it is the last value of a cell; closed when its cell runs again.

    Parameters
    ----------
    text : str
    choices : sequence of Choice
        At least two, exactly one of them right, each with a reason.

    Attributes
    ----------
    text : str
    choices : tuple of Choice

    Raises
    ------
    ValueError
        If a text or a reason is missing, or not exactly one choice is right.

    Examples
    --------
    >>> Question("1 + 1?", [Choice("2", "By counting.", right=True), Choice("11", "Text adds so.")])
    Question: 1 + 1?
      ( ) 2
      ( ) 11
    """

    def __init__(self, text: str, choices: Sequence[Choice]) -> None:
        self.text, self.choices = text, tuple(choices)
        if not text or not all(choice.text and choice.reason for choice in self.choices):
            raise ValueError("A question needs a text, and each choice a text and a reason.")
        if len(self.choices) < 2 or sum(choice.right for choice in self.choices) != 1:
            raise ValueError(f"Exactly one of two or more choices must be right: {text!r}.")
        answers = [[choice.text, choice.answer] for choice in self.choices]
        self.view = View("question", {"text": text, "choices": answers})

    def __repr__(self):
        return "\n".join(
            [f"Question: {self.text}"] + [f"  ( ) {choice.text}" for choice in self.choices]
        )

    @property
    def caption(self) -> str:
        """The question and its choices, without the answers."""
        return repr(self)


def ask(name: str) -> Question:
    """Ask one of the course's questions, by its name in `questions.toml`.

    Parameters
    ----------
    name : str

    Raises
    ------
    ValueError
        If there is no such question.
    """
    questions = load_questions()
    if name not in questions:
        raise ValueError(f"There is no question {name!r}; there are {', '.join(questions)}.")
    return Question(**questions[name])


def load_questions():
    """Return what `questions.toml` holds: each question's text and its choices, by name."""
    import tomllib  # only here, as the package's import should not wait for it

    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return {
        name: {"text": entry["text"], "choices": [Choice(**each) for each in entry["choices"]]}
        for name, entry in tomllib.loads(text).items()
    }
