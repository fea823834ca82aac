"""Questions with choices, asked before something is shown: the answers stay hidden until then.

They are kept in `questions.toml`, apart from the notebooks, so that no cell gives them away. What a
question asks about is folded until it is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from IPython.display import display
from IPython.utils.capture import capture_output

from gmm_helpers.widgets.view import Shown, View, fold

_SUMMARY = "An answer follows: answer the question first, and it opens."


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
    return Question(**_find(name))


def after(name: str, *results: object) -> Answer | Shown | AbstractContextManager[None]:
    """Fold results away until a question is answered; before that, a click opens the fold.

    A widget is not folded as long as it runs: it begins before what is asked about. A page without
    widgets folds its pictures.

    Parameters
    ----------
    name : str
        The question's, in `questions.toml`.
    *results
        What to show as text, or a widget. Without any it is used as ``with after(name):``, and
        folds what is printed inside, and the figures.

    Returns
    -------
    Answer, the widget, or a context manager

    Raises
    ------
    ValueError
        If there is no such question.

    Examples
    --------
    >>> after("narrow_peak", "It is 1.995.")
    Folded: what follows the question "A Gaussian has the standard deviation 0.2. How high is its …"
    """
    question = _find(name)["text"]
    if not results:
        return _fold(question)
    if isinstance(results[0], Shown):
        results[0].question = question
        return results[0]
    return Answer(question, "\n".join(map(str, results)))


@contextmanager
def _fold(question):
    with capture_output() as captured:
        yield
    pictures = [each.data["image/png"] for each in captured.outputs if "image/png" in each.data]
    display(Answer(question, captured.stdout.rstrip(), pictures))


class Answer(Shown):
    """Text in a fold that opens once its question is answered; `after` makes it.

    Parameters
    ----------
    question, text : str
    pictures : sequence of bytes
        PNGs, of which the text says what they show. A page without widgets has the text alone.
    """

    question: str

    def __init__(self, question: str, text: str, pictures=()):
        self.question, self.text, self.pictures = question, text, pictures
        folded = {"question": question, "summary": _SUMMARY, "text": text}
        sizes = {"sizes": [len(each) for each in pictures]}
        self.view = View("answer", folded | sizes, b"".join(pictures))

    def __repr__(self):
        return f'Folded: what follows the question "{self.question[:60].rsplit(" ", 1)[0]} …"'

    @property
    def caption(self):
        """Which question it answers, and not how."""
        return repr(self)

    def _repr_mimebundle_(self, **options):
        """Give the widget, and for pages that have none a closed fold; tests compare its text."""
        data, metadata = super()._repr_mimebundle_(**options)
        return {**data, "text/html": fold(self.question, self.text, self.pictures)}, metadata


def _find(name):
    questions = load_questions()
    if name not in questions:
        raise ValueError(f"There is no question {name!r}; there are {', '.join(questions)}.")
    return questions[name]


def load_questions():
    """Return what `questions.toml` holds: each question's text and its choices, by name."""
    import tomllib  # only here, as the package's import should not wait for it

    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return {
        name: {"text": entry["text"], "choices": [Choice(**each) for each in entry["choices"]]}
        for name, entry in tomllib.loads(text).items()
    }
