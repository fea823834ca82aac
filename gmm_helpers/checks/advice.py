"""What to do about an error in a learner's function, and what its code tells."""

import difflib
import dis
import re
import sys
import tomllib
import types
from pathlib import Path
from typing import Any

import numpy as np

from gmm_helpers.model.learner_steps import describe_exception
from gmm_helpers.model.mixture import Mixture

_TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def tell_error(error, own, exercise, case):
    """Say what a learner's function raised, and what to do about it if that is known."""
    raised = " ".join(describe_exception(error).split())
    raised = re.sub(" at 0x[0-9a-fA-F]+", "", raised)  # an address is another in each run
    text = f"`{exercise.name}` raised {raised}."
    advice = _advise(error, own, case)
    if unused := unused_arguments(own):
        advice = f"It never uses its argument `{unused[0]}`. {advice}".strip()
    shapes = ""
    if re.search("broadcast|shape|dimension|aligned|matmul", str(error)):
        shapes = ", ".join(_name_shapes(exercise.arguments, case))
    return " ".join(filter(None, [text, f"Here {shapes}." if shapes else "", advice]))


def _name_shapes(names, case):
    for name, value in zip(names, case, strict=True):
        if isinstance(value, np.ndarray):
            yield f"`{name}` has shape {value.shape}"
        elif isinstance(value, Mixture):
            yield f"`{name}.means` has shape {value.means.shape}"


def _advise(error, own, case):
    """Say what to write instead, of errors that do not say it themselves; else ""."""
    if "NoneType" in str(error):
        return _advise_on_none(own, case)
    classes = {kind.__name__ for kind in type(error).__mro__}
    for row in _TABLE["error"]:
        if row["name"] in classes and re.search(row.get("says", ""), str(error)):
            return row["say"]
    name = getattr(error, "name", None)
    if isinstance(error, NameError):
        if hasattr(np, name or " "):
            return f"It is one of NumPy's: `np.{name}`."
        known = {*own.__code__.co_varnames, *own.__globals__} if hasattr(own, "__code__") else ()
        return _advise_similar(name, known)
    if isinstance(error, AttributeError) and name:
        if isinstance(error.obj, types.FunctionType):
            return f"A function has none: call it first, and take `{name}` of what it returns."
        if name == type(error.obj).__name__.lower():
            return f"It is the {type(error.obj).__name__} itself: leave `.{name}` out."
        if similar := _advise_similar(name, dir(error.obj)):
            return similar
        if isinstance(error.obj, Mixture):
            return (
                "A mixture `m` has `m.weights`, `m.means`, `m.covariances`, `m.variances`, "
                "`m.log_density(x)` and `m.responsibilities(x)`."
            )
    return ""


def _advise_similar(name, known):
    similar = difflib.get_close_matches(name or "", [each for each in known if each != name], 1)
    return f"Is `{similar[0]}` meant?" if similar else ""


def _advise_on_none(own, case):
    """Say which function of the notebook returned None, by calling once more and listening."""
    codes = {
        value.__code__: name
        for name, value in getattr(own, "__globals__", {}).items()
        if isinstance(value, types.FunctionType) and value is not own
    }
    empty = []

    def listen(frame, event, value):
        if event == "return" and value is None and frame.f_code in codes:
            empty.append(codes[frame.f_code])

    before = sys.getprofile()
    sys.setprofile(listen)
    try:
        own(*copied(case))
    except Exception:  # the one that is told
        pass
    finally:
        sys.setprofile(before)
    if empty:
        return f"`{empty[0]}` returned `None`: finish that function first."
    return (
        "Something is `None` there: what a function without `return` gives, or a method that "
        "changes a list, such as `append`, which stands on a line of its own."
    )


def unused_arguments(own):
    """Return the names of the arguments that a function's code sets anew, or never looks at."""
    try:
        code, used, lost, straight = own.__code__, set(), set(), True
        for step in dis.get_instructions(own):
            straight = straight and not re.search("JUMP|FOR_ITER", step.opname)
            if straight and step.opname == "STORE_FAST" and step.argval not in used:
                lost.add(step.argval)
            used.update(_names_in(step))
    except (AttributeError, TypeError):
        return []
    names = code.co_varnames[: code.co_argcount]
    return [name for name in names if name in lost or name not in used]


def _names_in(step):
    """Return the variables that an instruction reads; the newest Pythons read two at once."""
    if not re.search("LOAD_(FAST|DEREF|CLOSURE)", step.opname):
        return ()
    return step.argval if isinstance(step.argval, tuple) else (step.argval,)


def _steps(code):
    """Yield the instructions of a function's code, and of what is defined inside."""
    for step in dis.get_instructions(code) if isinstance(code, types.CodeType) else ():
        yield step
        yield from _steps(step.argval)


def suspicious(own, counts=False):
    """Say what in a function's code may be the reason for wrong numbers, as a sentence or "".

    Where `counts` are asked for, these may be rounded down.
    """
    for step in _steps(getattr(own, "__code__", None)):
        word = step.argrepr.removesuffix("=") if step.opname == "BINARY_OP" else step.argval
        if isinstance(word, str) and word in _TABLE["suspects"] and not (counts and word == "//"):
            return _TABLE["suspects"][word]
        if step.opname == "LOAD_CONST" and isinstance(word, float) and 0 < abs(word) < 0.02:
            return f"It uses the small number {word:g}, which the formula does not have."
    return ""


def tell_outside(own):
    """Name the notebook's data that a function reads beside its arguments, as a sentence or ""."""
    try:
        names = [
            step.argval
            for step in dis.get_instructions(own)
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")
        ]
    except TypeError:
        return ""
    data = (np.ndarray, Mixture, list, tuple, int, float)
    has = getattr(own, "__globals__", {})
    read = [f"`{name}`" for name in dict.fromkeys(names) if isinstance(has.get(name), data)]
    if not read:
        return ""
    return f" It also reads {' and '.join(read)} from the notebook, beside its arguments."


def copied(value: Any) -> Any:
    """Return a copy of an array, or of a tuple that may hold arrays."""
    if isinstance(value, tuple):
        return tuple(copied(each) for each in value)
    return value.copy() if isinstance(value, np.ndarray) else value
