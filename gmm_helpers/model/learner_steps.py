"""Steps that a caller wrote: called as a course tells learners to write them, and checked."""

import builtins
import contextlib
import math
import signal
import threading
import time
import traceback

import numpy as np

from gmm_helpers.model import validation
from gmm_helpers.model.mixture import Mixture
from gmm_helpers.model.trace import EMError

SECONDS = 20  # how long a learner's function may take in a check, or in all steps of a run


class TooSlowError(BaseException):
    """Stops a learner's function; no Exception, so that `except Exception` does not hold it."""


class InputRefusedError(RuntimeError):
    """What `input` raises in a learner's function: nobody is there to answer."""


@contextlib.contextmanager
def guarded(seconds):
    """Refuse `input` in what runs here, and stop it after so many seconds.

    A running function can be stopped in the main thread only, and not on Windows. Elsewhere there
    is no limit, and the kernel's *Interrupt* stops it.
    """
    ask, builtins.input = builtins.input, _refuse_input
    timed = (
        hasattr(signal, "setitimer")
        and threading.current_thread() is threading.main_thread()
        and not signal.getitimer(signal.ITIMER_REAL)[0]  # one that runs goes on
    )
    if timed:
        before = signal.signal(signal.SIGALRM, _stop)
        signal.setitimer(signal.ITIMER_REAL, seconds, 1)  # again, in case an `except:` caught it
    try:
        yield
    finally:
        if timed:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        builtins.input = ask


def _refuse_input(*_):
    raise InputRefusedError(
        "a function asks nobody: all that it needs comes in as its arguments, without `input`"
    )


def _stop(*_):
    raise TooSlowError


class OwnSteps:
    """A caller's `e_step` and `m_step`, either of which may be None or a stub that returns None.

    Each call hands out copies, so that a step that changes its arguments spoils nothing, and
    returns None where there is no step of the caller's. Whatever a step does ends in an `EMError`.
    """

    def __init__(self, x, start, e_step, m_step):
        self._steps = {"e_step": e_step, "m_step": m_step}
        given = {name: step for name, step in self._steps.items() if step is not None}
        validation.check_functions(**given)
        self._x, self._start = np.array(x, dtype=np.float64), start
        self.stubs = ()  # the names of the steps that returned None
        self._seconds_left = SECONDS
        self._errors = np.geterr()  # the module's own arithmetic heeds no warnings; a caller's may

    def e_step(self, mixture):
        """Return the responsibilities as (K, n) and the log-likelihood, or None."""
        result = self._call("e_step", mixture)
        if result is None:
            return None
        if not (isinstance(result, tuple) and len(result) == 2):
            raise EMError(
                "your e_step must return two things, responsibilities (n, K) and the "
                f"log-likelihood; it returned {describe(result)}."
            )
        b, log_likelihood = result
        try:
            b = validation.as_responsibilities(b, len(self._x), self._start.n_components)
        except (TypeError, ValueError) as error:
            raise EMError(f"your e_step's result cannot be used: {error}") from error
        try:
            log_likelihood = float(log_likelihood) if np.ndim(log_likelihood) == 0 else None
        except (TypeError, ValueError):
            log_likelihood = None
        if log_likelihood is None:
            raise EMError(
                "your e_step must return the log-likelihood as one number; it returned "
                f"{describe(result[1])}."
            )
        if not math.isfinite(log_likelihood):
            raise EMError(f"your e_step returned a log-likelihood of {log_likelihood}.")
        b.setflags(write=False)
        return b, log_likelihood

    def m_step(self, b):
        """Return the next mixture, or None."""
        result = self._call("m_step", b.T)
        if result is None:
            return None
        if not isinstance(result, Mixture):
            raise EMError(f"your m_step must return a Mixture; it returned {describe(result)}.")
        if result.means.shape != self._start.means.shape:
            raise EMError(
                f"your m_step returned a mixture whose means have shape {result.means.shape}; "
                f"(K, D) is {self._start.means.shape}."
            )
        return result

    def _call(self, name, argument):
        step = self._steps[name]
        if step is None:
            return None
        argument = argument if isinstance(argument, Mixture) else argument.copy()
        began = time.perf_counter()
        try:
            with np.errstate(**self._errors), guarded(max(self._seconds_left, 0.01)):
                result = step(self._x.copy(), argument)
        except TooSlowError:
            raise EMError(
                f"your {name} was stopped: your steps have taken {SECONDS} seconds by now. Does a "
                "loop have no end? If not, compute with whole arrays in place of single numbers."
            ) from None
        except ValueError as error:  # such as a Mixture that refuses what the step computed
            component = getattr(error, "component", None)
            raise EMError(f"the {name} was refused: {error}", component=component) from error
        except BaseException as error:  # `exit()` raises one that is no Exception
            raise EMError(f"your {name} raised {describe_exception(error)}.") from error
        finally:
            self._seconds_left -= time.perf_counter() - began
        if result is None:
            self.stubs = tuple(sorted({*self.stubs, name}))
        return result


def describe_exception(error):
    """Say what was raised in a function that the caller of this called, and in which line."""
    frames = traceback.extract_tb(error.__traceback__)
    line = frames[1].line if len(frames) > 1 else ""  # frames[0] is where the function was called
    where = f", in the line “{line}”" if line else ""
    return f"{type(error).__name__}: {error}".rstrip(": .,") + where


def describe(value):
    """Say what a value is: its type, and of an array the shape, of a tuple or list the length."""
    if type(value) is np.ndarray:
        return f"an array of shape {value.shape}"
    name = type(value).__name__
    size = f" of {len(value)}" if isinstance(value, (tuple, list)) else ""
    return "`None`" if value is None else f"{'an' if name[0] in 'aeioAEIO' else 'a'} {name}{size}"
