"""Questions with choices, asked before something is shown: the answers stay hidden until then.

They are kept in `questions.toml`, apart from the notebooks, so that no cell gives them away. What a
question asks about is folded until it is answered.
"""

import html
import io
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from IPython.display import display

from gmm_helpers.widgets.view import Shown, View

_FOLDED = "What follows answers the question: {} Answer it first."
_PRINTED = "<style>@media print{details::details-content{content-visibility:visible}}</style>"


@dataclass(frozen=True)
class Choice:
    """An answer to choose: its `text`, the `reason` it is `right` or wrong."""

    text: str
    reason: str
    right: bool = False

    @property
    def answer(self):
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

    def __init__(self, text, choices):
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
    def caption(self):
        """The question and its choices, without the answers."""
        return repr(self)


def ask(name):
    """Ask one of the course's questions, by its name in `questions.toml`.

    Parameters
    ----------
    name : str

    Returns
    -------
    Question

    Raises
    ------
    ValueError
        If there is no such question.
    """
    return Question(**_find(name))


def after(name, *results):
    """Fold results away until a question is answered; where nothing runs, a click opens the fold.

    Parameters
    ----------
    name : str
        The question's, in `questions.toml`.
    *results
        What to show as text. Without any it is used as ``with after(name):``, and folds what is
        printed inside.

    Returns
    -------
    Answer or context manager

    Raises
    ------
    ValueError
        If there is no such question.

    Examples
    --------
    >>> after("narrow_peak", "It is 1.995.")
    Folded: what follows the question "A Gaussian has the standard deviation 0.2. How high …"
    """
    question = _find(name)["text"]
    return Answer(question, "\n".join(map(str, results))) if results else _fold(question)


@contextmanager
def _fold(question):
    with redirect_stdout(io.StringIO()) as printed:
        yield
    display(Answer(question, printed.getvalue().rstrip()))


class Answer(Shown):
    """Text in a fold that opens once its question is answered; `after` makes it.

    Parameters
    ----------
    question, text : str
    """

    def __init__(self, question, text):
        self.question, self.text = question, text
        folded = {"question": question, "summary": _FOLDED.format(question), "text": text}
        self.view = View("answer", folded)

    def __repr__(self):
        return f'Folded: what follows the question "{self.question[:60].rsplit(" ", 1)[0]} …"'

    @property
    def caption(self):
        """Which question it answers, and not how."""
        return repr(self)

    def _repr_mimebundle_(self, **options):
        """Give the widget, and for pages that have none a closed fold; tests compare its text."""
        data, metadata = super()._repr_mimebundle_(**options)
        summary = html.escape(_FOLDED.format(self.question))
        fold = f"<details><summary>{summary}</summary><pre>{html.escape(self.text)}</pre></details>"
        return {**data, "text/html": _PRINTED + fold}, metadata


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
