"""The notebooks done by learners: with right answers, with wrong ones, and not at all.

Whatever the functions do, all cells run to the end, and the checks and the steppers say what
happened. Of a notebook, only the cells are run that the functions can reach.
"""

import ast
import functools
import symtable
from pathlib import Path

import nbformat
import pytest

import gmm_helpers as gmm

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
FIRST = "01_draw_and_fit_1d"
CHECKS = {  # of notebook 01, by the function
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
    """Return a notebook's sources of code, the solutions' apart."""
    path = NOTEBOOKS / f"{notebook}.ipynb"
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    solutions = [c.source for c in cells if "solution" in c.metadata.get("tags", ())]
    return [c.source for c in cells if c.source not in solutions], solutions


@functools.cache
def names_in(source):
    """Return the names that a cell needs, also in its functions, and those that it makes."""
    symbols = symtable.symtable(source, "cell", "exec").get_symbols()
    made = {each.get_name() for each in symbols if each.is_assigned() or each.is_imported()}
    used = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    return used - made, made


def reached_by(cells, names):
    """Return the cells that these functions, and what is made of them, can reach."""
    reached, kept = set(names), []
    for source in cells:
        used, made = names_in(source)
        if used & reached or made & set(names):
            reached |= made
            kept.append(source)
        else:
            reached -= made
    return kept


def work_through(notebook, answers, wanted=()):
    """Run cells with these answers in place of the stubs; return what they define.

    They are those that make the `wanted` names, or else all that the answers can reach.
    """
    cells, _ = cells_of(notebook)
    asked = [] if wanted else reached_by(cells, answers)
    missing, run, scope = set(wanted), [], {}
    for source in reversed(cells):
        used, made = names_in(source)
        if source in asked or made & missing:
            missing = missing - made | used
            run.insert(0, source)
    for source in run:
        for name, answer in answers.items():
            if source.startswith(f"def {name}("):
                source = answer.strip() + source[source.index("\n\n\n") :]
        exec(source, scope)
    return scope


def found(names):
    return {name: names[check].slip for name, check in CHECKS.items()}


def notes(stepper):
    return " ".join(stepper.view.content["notes"])


def test_untouched_everything_runs_and_the_page_says_what_stood_in():
    names = work_through(FIRST, {}, ["stepper", *CHECKS.values()])
    assert set(found(names).values()) == {"untouched"}
    for name in ("e_step", "m_step"):
        assert f"Your {name} returned None" in notes(names["stepper"])
    assert names["trace"].converged


def test_with_the_worked_solutions_all_is_right_and_the_steps_are_the_learners_own():
    _, solutions = cells_of(FIRST)
    right = [source.replace("_solution(", "(", 1).split("\n\n\n")[0] for source in solutions]
    names = work_through(FIRST, dict(zip(CHECKS, right, strict=True)))
    assert set(found(names).values()) == {None}
    assert all(names[check].working is names[name] for name, check in CHECKS.items())
    assert notes(names["stepper"]) == ""
    own = gmm.run_em(names["x"], names["guess"]).log_likelihoods[-1]
    assert names["trace"].log_likelihoods[-1] == pytest.approx(own, rel=1e-12)


# --- one mistake, and its effect ------------------------------------------------------------------

E_STEP = """
def e_step(x, mixture):
    columns = weighted_densities(x, mixture)
    return {}
"""
M_STEP = """
def m_step(x, b):
    totals = b.sum(axis=0)
    means = (b * x[:, None]).sum(axis=0) / totals
    variances = (b * (x[:, None] - means) ** 2).sum(axis=0) / totals
    return Mixture.from_1d({})
"""
DENSITY = """
def mixture_density(x, weights, means, variances):
    return gaussian(x[:, None], means, variances).sum(axis=1)
"""


@pytest.mark.parametrize(
    ("exercise", "answer", "slip", "effect"),
    [
        (
            "m_step",
            M_STEP.format("totals / len(x), means, np.sqrt(variances)"),
            "standard_deviation",
            "",
        ),
        (
            "m_step",
            M_STEP.format("totals, means, variances"),
            "weights_not_divided",
            "EM could not go on. Iteration 1: your m_step was refused: weights must sum to 1",
        ),
        (
            "m_step",
            M_STEP.format("totals / len(x), means, variances * totals / len(x)"),
            "divided_by_n",
            "DOWN by",
        ),
        (
            "e_step",
            E_STEP.format("columns / columns.sum(axis=0), np.log(columns.sum(axis=1)).sum()"),
            "wrong_axis",
            "Iteration 0: your e_step's result cannot be used: responsibilities must sum to 1",
        ),
        (
            "e_step",
            E_STEP.format("colums / 2, 0"),
            "error",
            "your e_step raised NameError: name 'colums' is not defined",
        ),
        ("mixture_density", DENSITY, "weights_forgotten", "Your e_step returned None"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isidentifier() else "",
)
def test_a_mistake_is_named_and_its_effect_is_shown(exercise, answer, slip, effect):
    names = work_through(FIRST, {exercise: answer}, ["stepper", CHECKS[exercise]])
    assert names[CHECKS[exercise]].slip == slip
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
    FIRST: {
        "mixture_density": "return weights * gaussian(x[:, None], means, variances)",
        "e_step": "return weighted_densities(x, mixture).sum(axis=0), -np.inf",
        "m_step": "return None if len(x) > 100 else Mixture.from_1d([1, 1], [0, 1], [1, 1])",
        "em": "raise SystemExit",
    },
    "02_derive_em": {
        "lower_bound": "raise KeyboardInterrupt",
        "m_step": "return Mixture.from_1d(b.mean(axis=0), x[:2], [np.inf, 1])",
    },
    "03_fit_covariances_2d": {
        "covariance_from": "return np.zeros((2, 2))",
        "ellipse": "return mean + angles",
        "log_gaussian": "return np.full(len(x), -np.inf)",
        "e_step": "b, ell = gmm.e_step(x, mixture); return b / b.sum(axis=0), ell",
        "m_step": "x[:] = 0; return Mixture([1], [[0, 0]], [np.eye(2)])",
    },
    "04_choose_k": {
        "free_parameters": "return gmm.free_parameters(K, D, covariance_type) + 0.0 # right",
        "best_by_aic": "return [log_likelihoods]",
        "best_by_bic": "return np.log(log_likelihoods) / 0",
        "held_out": "return np.log(np.prod(np.exp(fit(x_train).log_density(x_test))))",
    },
    "06_where_em_fails": {
        "log_sum_exp": "return np.log(np.exp(a).sum(axis=0))",
        "e_step": "return input('b? ')",
    },
}


@pytest.mark.parametrize("notebook", ALL_WRONG)
def test_whatever_the_functions_do_all_cells_run_to_the_end(notebook):
    bodies = ALL_WRONG[notebook]
    heads = {source.split("(")[0][4:]: source.split("\n")[0] for source in cells_of(notebook)[0]}
    answers = {name: f"{heads[name]}\n    {body}" for name, body in bodies.items()}
    names = work_through(notebook, answers)
    slips = [value.slip for value in names.values() if isinstance(value, gmm.Check)]
    wrong = [body for body in bodies.values() if "# right" not in body]
    assert len([slip for slip in slips if slip not in (None, "untouched")]) == len(wrong)
    steppers = {FIRST: ["stepper", "poor"], "03_fit_covariances_2d": ["chooser"]}
    for name in steppers.get(notebook, ()):
        assert "EM could not go on. Iteration" in notes(names[name])
