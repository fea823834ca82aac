"""What to do about an error in a learner's function, and what its code tells."""

import difflib
import dis
import itertools
import re
import tomllib
import types
from pathlib import Path

import numpy as np

from gmm_helpers.model.learner_steps import describe_exception
from gmm_helpers.model.mixture import Mixture

_TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def tell_error(error, own, exercise, case):
    """Say what a learner's function raised, and what to do about it if that is known."""
    raised = " ".join(describe_exception(error).split())
    raised = re.sub(" at 0x[0-9a-fA-F]+", "", raised)  # an address is another in each run
    shapes = ""
    if re.search("broadcast|shape|dimension|aligned|matmul", str(error)):
        shapes = ", ".join(_name_shapes(exercise.arguments, case))
        shapes = f"Here {shapes}." if shapes else ""
    said = [f"`{exercise.name}` raised {raised}.", shapes, _advise(error, own)]
    return " ".join(filter(None, said))


def _name_shapes(names, case):
    for name, value in zip(names, case, strict=True):
        if isinstance(value, np.ndarray):
            yield f"`{name}` has shape {value.shape}"
        elif isinstance(value, Mixture):
            yield f"`{name}.means` has shape {value.means.shape}"


def _advise(error, own):
    """Say what to write instead, of errors that do not say it themselves; else ""."""
    name, known = getattr(error, "name", None) or "", ()
    of_module = isinstance(getattr(error, "obj", None), types.ModuleType)
    if (type(error) is NameError or of_module) and hasattr(np, name):
        return f"It is one of NumPy's: `np.{name}`."
    if type(error) is NameError:
        code = getattr(own, "__code__", None)
        known = {*getattr(code, "co_varnames", ()), *getattr(own, "__globals__", ())}
    elif isinstance(error, AttributeError):
        known = [each for each in dir(error.obj) if each[0] != "_"]
    if similar := difflib.get_close_matches(name, {*known} - {name}, 1, 0.65):
        return f"Is `{similar[0]}` meant?"
    classes = {kind.__name__ for kind in type(error).__mro__}
    for row in _TABLE["error"]:
        if row["name"] in classes and re.search(row.get("says", ""), str(error)):
            return row["say"]
    return ""


def suspicious(own):
    """Say which name or number in a function may be the reason for wrong numbers, or ""."""
    code, suspects = getattr(own, "__code__", None), _TABLE["suspects"]
    for name in _names_read(code, "ATTR|METHOD|GLOBAL"):
        if name in suspects:
            return suspects[name]
    for constant in getattr(code, "co_consts", ()):
        if isinstance(constant, float) and 0 < abs(constant) < 0.02:
            return f"It uses the small number {constant:g}, which the formula does not have."
    return ""


def _names_read(code, kinds):
    """Yield the variables of these kinds that a function's code reads, and what is inside it."""
    for step in dis.get_instructions(code) if isinstance(code, types.CodeType) else ():
        if re.search(f"LOAD_({kinds})", step.opname):  # the newest Pythons do two steps at once
            yield from step.argval if isinstance(step.argval, tuple) else [step.argval]
        yield from _names_read(step.argval, kinds)


def unused_arguments(own):
    """Return the names of the arguments that a function's code never reads."""
    code = getattr(own, "__code__", None)
    read = {*_names_read(code, "FAST|DEREF|CLOSURE")}
    names = code.co_varnames[: code.co_argcount] if code else ()
    return [name for name in names if name not in read]


def returns_a_variable(own):
    """Say whether a function returns what it has set: no constant, nor what a call gives."""
    code = getattr(own, "__code__", None)
    names = [step.opname for step in dis.get_instructions(code)] if code else []
    before_returns = [a for a, b in itertools.pairwise(names) if b == "RETURN_VALUE"]
    return any(not re.match("LOAD_CONST|CALL", name) for name in before_returns)


def tell_outside(own):
    """Name the notebook's data that a function reads beside its arguments, as a sentence or ""."""
    has, data = getattr(own, "__globals__", {}), (np.ndarray, Mixture, list, tuple, int, float)
    names = dict.fromkeys(_names_read(getattr(own, "__code__", None), "GLOBAL"))
    read = " and ".join(f"`{name}`" for name in names if isinstance(has.get(name), data))
    return f"It also reads {read} from the notebook, beside its arguments." if read else ""
