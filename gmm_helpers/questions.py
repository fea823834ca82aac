"""Questions with choices, asked before something is shown: the answers stay hidden until then.

They are kept in `questions.toml`, apart from the notebooks, so that no cell gives them away.
"""

from dataclasses import dataclass
from importlib.resources import files

import ipywidgets as widgets

from gmm_helpers import _page
from gmm_helpers.stepper import make_ready

_READING_S = 0.5  # a question is on the page by then, and still being read


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


class Question:
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
    widget : ipywidgets.VBox

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
        self._buttons = widgets.RadioButtons(
            options=[choice.text for choice in self.choices],
            index=None,
            layout={"width": "auto", "margin": "2px 0 2px 14px"},
        )
        answers = [_page.note(choice.answer) for choice in self.choices]
        # Room for the longest answer, so that what stands below does not move.
        room = _page.note_height(max(len(choice.answer) for choice in self.choices))
        self._stack = widgets.Stack(
            answers, selected_index=None, layout=_page.page_layout(min_height=room)
        )
        self._stack.add_class("gmm-answer")
        self._link = widgets.jslink((self._buttons, "index"), (self._stack, "selected_index"))
        self.widget = widgets.VBox(
            [_page.note(text, strong=True), self._buttons, self._stack, _page.page_style()],
            layout=_page.page_layout(),
        )
        self.widget.add_class("gmm-question")
        _page.replace_earlier_run(self.close)

    def close(self):
        """Take the widgets off the page and out of the kernel's memory."""
        self._link.close()
        _page.close_tree(self.widget)

    def __repr__(self):
        return "\n".join(
            [f"Question: {self.text}"] + [f"  ( ) {choice.text}" for choice in self.choices]
        )

    def _repr_mimebundle_(self, **_):
        return _page.view(self.widget, repr(self))


def ask(name):
    """Ask one of the course's questions, by its name in `questions.toml`.

    While it is read, steppers are made ready: most questions are asked before one.

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
    import asyncio  # here, as a kernel has it, and the package's import should not wait for it

    questions = load_questions()
    if name not in questions:
        raise ValueError(f"There is no question {name!r}; there are {', '.join(questions)}.")
    try:
        asyncio.get_running_loop().call_later(_READING_S, make_ready)
    except RuntimeError:  # no loop runs outside a kernel
        pass
    return Question(**questions[name])


def load_questions():
    """Return what `questions.toml` holds: each question's text and its choices, by name."""
    import tomllib  # only here, as the package's import should not wait for it

    text = files("gmm_helpers").joinpath("questions.toml").read_text(encoding="utf-8")
    return {
        name: {"text": entry["text"], "choices": [Choice(**each) for each in entry["choices"]]}
        for name, entry in tomllib.loads(text).items()
    }
