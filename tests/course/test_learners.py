"""The notebooks done by learners: with right answers, with wrong ones, and not at all.

Whatever the functions do, all cells run to the end, and the checks and the steppers say what
happened. Of a notebook, only the cells are run that the functions can reach, or that are asked for.
"""

import dis
import functools
import types
from pathlib import Path

import nbformat
import pytest

import gmm_helpers as gmm

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
FIRST = "01_draw_and_fit_1d"
EXERCISES = {  # the function, and the name of its check
    "mixture_density": "mixture_check",
    "e_step": "e_check",
    "m_step": "m_check",
    "em": "loop_check",
}


pytestmark = pytest.mark.filterwarnings("ignore")  # learners see NumPy's, and the cell goes on


@pytest.fixture(autouse=True)
def draw_nothing(monkeypatch):
    """Nobody looks at the pictures here."""
    monkeypatch.setattr(gmm, "show_figure", lambda figure, caption: None)


@functools.cache
def cells_of(notebook):
    """Return the code cells but the worked solutions, each with the names it reads and writes."""
    path = NOTEBOOKS / f"{notebook}.ipynb"
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    own = [c for c in cells if "solution" not in c.metadata.get("tags", ())]
    return [(cell, *names_in(compile(cell.source, cell.id, "exec"))) for cell in own]


def names_in(code):
    """Return the names that a cell needs, also in its functions, and those that it defines."""
    reads, writes = set(), set()
    for step in dis.get_instructions(code):
        if step.opname == "STORE_NAME":
            writes.add(step.argval)
        elif step.opname in ("LOAD_NAME", "LOAD_GLOBAL"):
            reads |= {step.argval} - writes
        elif isinstance(step.argval, types.CodeType):
            reads |= names_in(step.argval)[0] - writes
    return reads, writes


def reached_by(cells, names):
    """Return the ids of the cells that these functions, and what is made of them, can reach."""
    reached, kept = set(names), []
    for cell, reads, writes in cells:
        if reads & reached or writes & set(names):
            reached |= writes
            kept.append(cell.id)
        else:
            reached -= writes
    return kept


def cells_for(cells, ids, names=()):
    """Return the cells of these ids or that define these names, with all that they need."""
    missing, kept = set(names), []
    for cell, reads, writes in reversed(cells):
        if cell.id in ids or writes & missing:
            missing = missing - writes | reads
            kept.append(cell)
    return kept[::-1]


def work_through(notebook, answers, wanted=()):
    """Run cells with these answers in place of the stubs; return what they define.

    They are those that make the `wanted` names, or else all that the answers can reach.
    """
    cells = cells_of(notebook)
    names = {}
    for cell in cells_for(cells, [] if wanted else reached_by(cells, answers), wanted):
        source = cell.source
        for name, answer in answers.items():
            if source.startswith(f"def {name}("):
                source = answer + source[source.index("\n\n\n") :]
        exec(compile(source, cell.id, "exec"), names)  # noqa: S102
    return names


def found(names):
    return {name: names[check].slip for name, check in EXERCISES.items()}


def notes(stepper):
    return " ".join(stepper.view.content["notes"])


def test_untouched_everything_runs_and_the_page_says_what_stood_in():
    names = work_through(FIRST, {}, ["stepper", *EXERCISES.values()])
    assert set(found(names).values()) == {"untouched"}
    assert "Your e_step returned None" in notes(names["stepper"])
    assert "Your m_step returned None" in notes(names["stepper"])
    assert names["trace"].converged


def test_with_the_worked_solutions_all_is_right_and_the_steps_are_the_learners_own():
    path = NOTEBOOKS / f"{FIRST}.ipynb"
    solutions = {
        cell.source[4 : cell.source.index("_solution(")]: cell.source
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "code" and "solution" in cell.metadata.get("tags", ())
    }
    answers = {
        name: source.replace(f"{name}_solution", name).split("\n\n\n")[0]
        for name, source in solutions.items()
    }
    assert set(answers) == set(EXERCISES)
    names = work_through(FIRST, answers)
    assert set(found(names).values()) == {None}
    assert all(names[check].working is names[name] for name, check in EXERCISES.items())
    assert notes(names["stepper"]) == ""
    assert names["trace"].log_likelihoods[-1] == pytest.approx(
        gmm.run_em(names["x"], names["guess"]).log_likelihoods[-1], rel=1e-12
    )


# --- one mistake, and its effect ------------------------------------------------------------------

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
    "a product of all densities": (
        "e_step",
        """
def e_step(x, mixture):
    columns = weighted_densities(x, mixture)
    density = columns.sum(axis=1)
    return columns / density[:, None], np.log(np.prod(density))
""",
        "product_underflow",
        "EM could not go on. Iteration 0: your e_step returned a log-likelihood of -inf.",
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
        "mixture_density",
        """
def mixture_density(x, weights, means, variances):
    return gaussian(x[:, None], means, variances).sum(axis=1)
""",
        "weights_forgotten",
        "Your e_step returned None",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_and_its_effect_is_shown(mistake):
    exercise, answer, slip, effect = MISTAKES[mistake]
    names = work_through(FIRST, {exercise: answer.strip()}, ["stepper", EXERCISES[exercise]])
    assert names[EXERCISES[exercise]].slip == slip
    stepper = names["stepper"]
    assert effect in " ".join([notes(stepper), *stepper.texts])
    if slip == "standard_deviation":  # the notebook says so: ℓ only rises, and ends too low
        log_likelihoods = names["trace"].log_likelihoods
        assert (log_likelihoods[1:] > log_likelihoods[:-1]).all() and names["trace"].converged
        right = gmm.run_em(names["x"], names["guess"]).log_likelihoods[-1]
        assert right - 2 < log_likelihoods[-1] < right - 1


# --- all wrong at once ----------------------------------------------------------------------------

# In each notebook, all functions misbehave: each in a way of its own.
ALL_WRONG = {
    FIRST: [
        {
            "mixture_density": "return weights * gaussian(x[:, None], means, variances)",
            "e_step": "return weighted_densities(x, mixture).sum(axis=0), -np.inf",
            "m_step": "return None if len(x) > 100 else Mixture.from_1d([1, 1], [0, 1], [1, 1])",
            "em": "raise SystemExit",
        },
        {
            "e_step": "b, ell = gmm.e_step(x, mixture); return (b, ell) if len(x) < 99 else None",
            "m_step": "x[:] = 0; return Mixture.from_1d(b.mean(axis=0), [0.0] * 9, [1.0] * 9)",
            "em": "return mixture, [np.nan] * n_iterations",
        },
    ],
    "02_derive_em": [
        {
            "lower_bound": "raise KeyboardInterrupt",
            "m_step": "return Mixture.from_1d(b.mean(axis=0), x[:2], [np.inf, 1])",
        },
    ],
    "06_where_em_fails": [
        {
            "log_sum_exp": "return np.log(np.exp(a).sum(axis=0))",
            "e_step": "return input('b? ')",
        },
    ],
    "03_fit_covariances_2d": [
        {
            "covariance_from": "return np.zeros((2, 2))",
            "ellipse": "return mean + angles",
            "log_gaussian": "return np.full(len(x), -np.inf)",
            "e_step": "b, ell = gmm.e_step(x, mixture); return b / b.sum(axis=0), ell",
            "m_step": "raise ValueError('no')",
        },
        {
            "e_step": "return gmm.e_step(x, mixture) if len(x) < 99 else None",
            "m_step": "x[:] = 0; return Mixture([1], [[0, 0]], [np.eye(2)])",
        },
    ],
    "04_choose_k": [
        {
            "free_parameters": "return gmm.free_parameters(K, D, covariance_type) + 0.0 # right",
            "aic": "return [log_likelihood]",
            "bic": "return np.log(log_likelihood) / 0",
            "held_out": "return np.log(np.prod(np.exp(fit(x_train).log_density(x_test))))",
        },
    ],
}


@pytest.mark.parametrize(
    ("notebook", "bodies"), [(name, bodies) for name, runs in ALL_WRONG.items() for bodies in runs]
)
def test_whatever_the_functions_do_all_cells_run_to_the_end(notebook, bodies):
    stubs = {cell.source.split("(")[0][4:]: cell.source for cell, *_ in cells_of(notebook)}
    answers = {name: f"{stubs[name].splitlines()[0]}\n    {body}" for name, body in bodies.items()}
    names = work_through(notebook, answers)
    slips = [value.slip for value in names.values() if isinstance(value, gmm.Check)]
    wrong = [body for body in bodies.values() if "# right" not in body]
    assert len([slip for slip in slips if slip not in (None, "untouched")]) == len(wrong)
    if notebook == FIRST:
        for name in ("stepper", "poor"):
            assert "EM could not go on. Iteration" in notes(names[name])
    if notebook.startswith("03"):
        assert "EM could not go on. Iteration" in notes(names["chooser"])
