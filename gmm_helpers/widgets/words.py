"""What a run of EM shows, in words: for each position a heading, a text and a table."""

from dataclasses import dataclass

import numpy as np

from gmm_helpers.plots.geometry import format_number as _number
from gmm_helpers.plots.geometry import format_place as _place

MOST_POSITIONS = 40
_EACH_HALF_STEP = 17  # positions that show every half-step: the start and eight iterations


@dataclass(frozen=True)
class Position:
    """What one position shows: its step, and the iteration that the position before it shows."""

    step: object
    before: int
    whole: bool  # it shows an iteration, or several, whose E step has no position of its own


def choose_positions(n_steps):
    """Choose which of a trace's half-steps get a position: all, or at most 40.

    Of a longer run: every half-step of the first iterations, then the ends of whole iterations
    at growing gaps, and always the last.
    """
    if n_steps <= MOST_POSITIONS:
        return list(range(n_steps))
    last = n_steps - 1  # an E step only where the run failed in the M step after it
    first, final = _EACH_HALF_STEP // 2, last // 2
    whole = np.geomspace(first + 1, final, MOST_POSITIONS - _EACH_HALF_STEP - last % 2)
    later = 2 * np.maximum.accumulate(np.round(whole).astype(int))
    return sorted({*range(_EACH_HALF_STEP), *later.tolist(), last})


def positions_of(trace):
    """Return the positions of a trace's stepper."""
    steps = [trace.steps[i] for i in choose_positions(len(trace.steps))]
    positions = []
    for i, step in enumerate(steps):
        previous = steps[max(i - 1, 0)]
        whole = step.kind == previous.kind == "M"
        positions.append(Position(step, previous.iteration if whole else step.iteration - 1, whole))
    return positions


def heading(position):
    """Say in a few words what a position shows."""
    step = position.step
    if step.kind == "start":
        return "Start: a guess"
    if position.whole:
        return f"{_iterations(position)}, E and M steps"
    what = {"E": "E step: share out the points", "M": "M step: fit the components"}
    return f"Iteration {step.iteration} · {what[step.kind]}"


def _iterations(position):
    first, last = position.before + 1, position.step.iteration
    return f"Iteration {last}" if first == last else f"Iterations {first} to {last}"


def sentences(positions, trace):
    """Say what each position shows, and the log-likelihood."""
    wholes = [position.whole for position in positions]
    first = wholes.index(True) if True in wholes else -1
    return [_sentence(position, trace, i == first) for i, position in enumerate(positions)]


def _sentence(position, trace, first_whole):
    step = position.step
    change = ""
    if step.kind == "start":
        text = "The start, a guess."
    elif step.kind == "E":
        totals = ", ".join(
            f"{_number(total, 1)} for component {k + 1}"
            for k, total in enumerate(step.responsibilities.sum(axis=0))
        )
        text = (
            f"Iteration {step.iteration}, E step: the points take their colours, the components "
            f"stand still. The responsibilities of the {len(step.responsibilities)} points sum to "
            f"{totals}."
        )
        change = ", unchanged"
    else:
        rise = step.log_likelihood - trace.log_likelihoods[position.before]
        change = f", {_say_change(rise)}"
        text = (
            f"Iteration {step.iteration}, M step: the components move, the points keep their "
            "colours."
        )
        if position.whole:
            change += f" since iteration {position.before}"
            text = (
                f"{_iterations(position)}: the points have taken their colours, and the "
                "components have moved."
            )
            if first_whole:
                text += " From here on only whole iterations are shown."
    return f"{text} Log-likelihood {_number(step.log_likelihood, 3)}{change}."


def _say_change(change):
    if abs(change) < 0.0005:
        return "changed by less than 0.001"
    return f"{'up' if change > 0 else 'DOWN'} by {_number(abs(change), 3)}"


def parameters_table(mixture, decimals):
    """Return a mixture's parameters as rows of texts, the first of them the names."""
    two = mixture.n_features == 2
    names = ["component", "weight", "mean", "standard deviation" + "s" * two]
    rows = [names + ["correlation"] * two]
    for k in range(mixture.n_components):
        covariance = mixture.covariances[k]
        deviations = np.sqrt(np.diagonal(covariance))
        row = [str(k + 1), _number(mixture.weights[k], 3)]
        row += [_place(mixture.means[k], decimals), _place(deviations, decimals)]
        if two:
            row.append(_number(covariance[0, 1] / deviations.prod(), 2))
        rows.append(row)
    return rows


def read_table(rows):
    """Say a table of parameters in words."""
    names, *components = rows
    return " ".join(
        f"Component {row[0]}: "
        + ", ".join(f"{name} {value}" for name, value in zip(names[1:], row[1:], strict=True))
        + "."
        for row in components
    )
