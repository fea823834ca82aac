"""What to do about an error in a learner's function, and what its code tells."""

import difflib
import dis
import re
import sys
import types

import numpy as np

from gmm_helpers._own_steps import describe_exception
from gmm_helpers.mixture import Mixture

# What to write instead, by the error's class and what its message says.
_ADVICE = (
    (TypeError, r"bitwise_xor|for \^", "A power is written `**` in Python."),
    (
        TypeError,
        "Python scalar",
        "The functions of `math`, and `float`, take one number only; those of NumPy take arrays as "
        "well.",
    ),
    (
        TypeError,
        "'(int|float|numpy.float64)' object is not callable",
        "A number right before a bracket is called like a function: is a `*` missing?",
    ),
    (
        TypeError,
        "'(numpy.ndarray|list|tuple)' object is not callable",
        "Round brackets after an array call it like a function: square brackets pick an entry, and "
        "a product needs its `*`.",
    ),
    (
        TypeError,
        "'(int|float|numpy.float64)' object is not (iterable|subscriptable)|has no len",
        "A loop counts with `range(…)`; and one number has no entries to go through.",
    ),
    (
        TypeError,
        "'(generator|map|zip)'|'(list|tuple)' and|sequence by non-int",
        "Arithmetic needs arrays: `np.array([…])` makes one of a list.",
    ),
    (
        TypeError,
        "Field elements|data type|Cannot interpret",
        "`np.array` takes one list: where there are two lists, put square brackets around both.",
    ),
    (
        UnboundLocalError,
        "",
        "A variable that the function sets has no value before that: give it one before the loop.",
    ),
    (
        ValueError,
        "non-broadcastable output",
        "Such as `x -= …` changes the array itself, which cannot grow: write `x = x - …`.",
    ),
    (
        ValueError,
        "broadcast",
        "Shapes are compared from the last axis on, where sizes have to be equal or 1: `a[:, "
        "None]` makes a column, (n, 1), of (n,), and `a[:, 0]` undoes it.",
    ),
    (
        ValueError,
        "core dimension|not aligned|same size|incompatible",
        "In a matrix product, the rows of the second have to be as many as the columns of the "
        "first: is one to be transposed, `.T`?",
    ),
    (
        ValueError,
        "truth value of an array",
        "An `if` needs one answer, and an array has one for each entry.",
    ),
    (IndexError, "out of bounds", "Python counts from 0: the last of n has the index n − 1."),
    (RecursionError, "", "It calls itself again and again."),
)


def tell_error(error, own, exercise, case):
    """Say what a learner's function raised, and what to do about it if that is known."""
    raised = " ".join(describe_exception(error).split())
    raised = re.sub(" at 0x[0-9a-fA-F]+", "", raised)  # an address is another in each run
    text = f"`{exercise.name}` raised {raised}."
    advice = _advise(error, own, case)
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
    for kind, pattern, advice in _ADVICE:
        if isinstance(error, kind) and re.search(pattern, str(error)):
            return advice
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
        "Something is `None` there. Methods that change a list, such as `append`, return nothing: "
        "they stand on a line of their own."
    )


def unused_arguments(own):
    """Return the names of the arguments that a function's code never looks at."""
    try:
        code = own.__code__
        used = {name for step in dis.get_instructions(own) for name in _names_in(step)}
    except (AttributeError, TypeError):
        return []
    return [name for name in code.co_varnames[: code.co_argcount] if name not in used]


def _names_in(step):
    """Return the variables that an instruction reads; the newest Pythons read two at once."""
    if not step.opname.startswith("LOAD"):
        return ()
    return step.argval if isinstance(step.argval, tuple) else (step.argval,)


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


def copied(value):
    if isinstance(value, tuple):
        return tuple(copied(each) for each in value)
    return value.copy() if isinstance(value, np.ndarray) else value
