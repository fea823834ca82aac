"""Notebook 01 done by learners: with right answers, with mistakes, and not at all.

Each time all its cells run to the end, and the checks and the stepper say what happened.
"""

from pathlib import Path

import nbformat
import pytest

import gmm_helpers as gmm

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "01_draw_and_fit_1d.ipynb"
EXERCISES = {  # the function, and the name of its check
    "gaussian": "density_check",
    "mixture_density": "mixture_check",
    "e_step": "e_check",
    "m_step": "m_check",
    "em": "loop_check",
}


@pytest.fixture(autouse=True)
def draw_nothing(monkeypatch):
    """Nobody looks at the pictures here, and outside a kernel all would be drawn at once."""
    monkeypatch.setattr(gmm.Flipbook, "finish", lambda self: None)
    monkeypatch.setattr(gmm, "show_figure", lambda figure, caption: None)


@pytest.fixture(scope="module")
def cells():
    return [c for c in nbformat.read(NOTEBOOK, as_version=4).cells if c.cell_type == "code"]


def work_through(cells, answers):
    """Run all cells, with these answers in place of the stubs; return what they define."""
    names = {}
    for cell in cells:
        source = cell.source
        for name, answer in answers.items():
            if source.startswith(f"def {name}("):
                source = answer + source[source.index("\n\n\n") :]
        exec(compile(source, cell.id, "exec"), names)  # noqa: S102
    return names


def found(names):
    return {name: names[check].slip for name, check in EXERCISES.items()}


def notes(stepper):
    return " ".join(stepper._said)


def test_untouched_everything_runs_and_the_page_says_what_stood_in(cells):
    names = work_through(cells, {})
    assert set(found(names).values()) == {"untouched"}
    assert "Your e_step returned None" in notes(names["stepper"])
    assert "Your m_step returned None" in notes(names["stepper"])
    assert names["trace"].converged


def test_with_the_worked_solutions_all_is_right_and_the_steps_are_the_learners_own(cells):
    solutions = {
        cell.source[4 : cell.source.index("_solution(")]: cell.source
        for cell in cells
        if "solution" in cell.metadata.get("tags", ())
    }
    answers = {
        name: source.replace(f"{name}_solution", name).split("\n\n\n")[0]
        for name, source in solutions.items()
    }
    assert set(answers) == set(EXERCISES)
    names = work_through(cells, answers)
    assert set(found(names).values()) == {None}
    assert all(names[check].working is names[name] for name, check in EXERCISES.items())
    assert notes(names["stepper"]) == ""
    assert names["trace"].log_likelihoods[-1] == pytest.approx(
        gmm.run_em(names["x"], names["guess"]).log_likelihoods[-1], rel=1e-12
    )


M_STEP = """
def m_step(x, b):
    totals = b.sum(axis=0)
    means = (b * x[:, None]).sum(axis=0) / totals
    variances = (b * (x[:, None] - means) ** 2).sum(axis=0) / totals
    return Mixture.from_1d({})
"""
MISTAKES = {
    # name: (exercise, answer, slip, what the stepper shows)
    "standard deviation for variance": (
        "m_step",
        M_STEP.format("totals / len(x), means, np.sqrt(variances)"),
        "standard_deviation",
        "",
    ),
    "weights not divided by n": (
        "m_step",
        M_STEP.format("totals, means, variances"),
        "weights_not_divided",
        "EM could not go on. Iteration 1: your m_step was refused: weights must sum to 1",
    ),
    "divided by n": (
        "m_step",
        M_STEP.format("totals / len(x), means, variances * totals / len(x)"),
        "divided_by_n",
        "DOWN by",
    ),
    "old means": (
        "m_step",
        M_STEP.replace("(x[:, None] - means)", "(x[:, None] - guess.means[:, 0])").format(
            "totals / len(x), means, variances"
        ),
        "old_mean",
        "",
    ),
    "wrong axis": (
        "e_step",
        """
def e_step(x, mixture):
    columns = weighted_densities(x, mixture)
    return columns / columns.sum(axis=0), np.log(columns.sum(axis=1)).sum()
""",
        "wrong_axis",
        "EM could not go on. Iteration 0: your e_step's result cannot be used: responsibilities "
        "must sum to 1",
    ),
    "hard labels": (
        "e_step",
        """
def e_step(x, mixture):
    columns = weighted_densities(x, mixture)
    return np.eye(2)[columns.argmax(axis=1)], np.log(columns.sum(axis=1)).sum()
""",
        "hard_labels",
        "",
    ),
    "a misspelt name": (
        "e_step",
        """
def e_step(x, mixture):
    return colums / 2, 0
""",
        "error",
        "your e_step raised NameError: name 'colums' is not defined",
    ),
    "a mistake further up": (
        "gaussian",
        """
def gaussian(x, mean, variance):
    return np.exp(-((x - mean) ** 2) / (2 * variance))
""",
        "missing_constant",
        "Your e_step returned None",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_its_effect_is_shown_and_the_rest_runs(cells, mistake):
    exercise, answer, slip, effect = MISTAKES[mistake]
    names = work_through(cells, {exercise: answer.strip()})
    assert found(names) == {name: "untouched" for name in EXERCISES} | {exercise: slip}
    stepper = names["stepper"]
    assert effect in " ".join([notes(stepper), *stepper.texts])


def test_a_mistake_need_not_show_as_a_drop(cells):
    """The notebook says so of the standard deviation: ℓ only rises, and ends too low."""
    _, answer, _, _ = MISTAKES["standard deviation for variance"]
    names = work_through(cells, {"m_step": answer.strip()})
    log_likelihoods = names["trace"].log_likelihoods
    assert (log_likelihoods[1:] > log_likelihoods[:-1]).all() and names["trace"].converged
    right = gmm.run_em(names["x"], names["guess"]).log_likelihoods[-1]
    assert right - 2 < log_likelihoods[-1] < right - 1
