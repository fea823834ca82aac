"""What a run of EM shows, in words: for each position a heading, a text and a table."""

import numpy as np

from gmm_helpers.plots.geometry import format_number, format_place, join_words

MOST_POSITIONS = 40
_EACH_HALF_STEP = 17  # positions that show every half-step: the start and eight iterations


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


def describe(trace, previous, index):
    """Say what a half-step's position shows, after that of a previous one: heading and sentences.

    Between two positions an iteration's E step may be left out, or some iterations.
    """
    step, before = trace.steps[index], previous // 2
    t, ell = step.iteration, f"Log-likelihood {format_number(step.log_likelihood, 3)}"
    if step.kind == "start":
        return "Start: a guess", f"The start, a guess. {ell}."
    if step.kind == "E":
        totals = join_words(format_number(total, 1) for total in step.responsibilities.sum(axis=0))
        return (
            f"Iteration {t} · E step: share out the points",
            f"Iteration {t}, E step: the points take their colours, the components stand still. "
            f"The responsibilities of the {len(step.responsibilities)} points sum to {totals}. "
            f"{ell}, unchanged.",
        )
    ell += f", {_say_change(step.log_likelihood - trace.log_likelihoods[before])}"
    if index - previous == 1:
        return (
            f"Iteration {t} · M step: fit the components",
            f"Iteration {t}, M step: the components move, the points keep their colours. {ell}.",
        )
    name = f"Iteration {t}" if t == before + 1 else f"Iterations {before + 1} to {t}"
    text = f"{name}: the points have taken their colours, and the components have moved."
    text += " From here on only whole iterations are shown." * (previous == _EACH_HALF_STEP - 1)
    return f"{name}, E and M steps", f"{text} {ell} since iteration {before}."


def _say_change(change):
    if abs(change) < 0.0005:
        return "changed by less than 0.001"
    return f"{'up' if change > 0 else 'DOWN'} by {format_number(abs(change), 3)}"


def parameters_table(mixture, decimals):
    """Return a mixture's parameters as rows of texts, the first of them the names."""
    two = mixture.n_features == 2
    names = ["component", "weight", "mean", "standard deviation" + "s" * two]
    rows = [names + ["correlation"] * two]
    for k in range(mixture.n_components):
        covariance = mixture.covariances[k]
        deviations = np.sqrt(np.diagonal(covariance))
        row = [str(k + 1), format_number(mixture.weights[k], 3)]
        row += [format_place(mixture.means[k], decimals), format_place(deviations, decimals)]
        if two:
            row.append(format_number(covariance[0, 1] / deviations.prod(), 2))
        rows.append(row)
    return rows


def read_table(rows):
    """Say a table of parameters in words."""
    names, *components = rows
    said = []
    for number, *values in components:
        told = [f"{name} {value}" for name, value in zip(names[1:], values, strict=True)]
        said.append(f"Component {number}: {', '.join(told)}.")
    return " ".join(said)
