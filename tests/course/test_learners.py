"""The notebooks done by learners: with right answers, with wrong ones, and not at all.

Whatever the functions do, all cells run to the end, and the checks and the steppers say what
happened. Of a notebook, only the cells are run that the functions can reach.
"""

import ast
import functools
import re
import symtable

import pytest
from files import code_cells

import gmm_helpers as gmm

FIRST = "01"
CHECKS = {  # of notebook 01, by the function
    "mixture_density": "mixture_check",
    "e_step": "e_check",
    "m_step": "m_check",
    "em": "loop_check",
}

# Nobody looks at the pictures here; learners see NumPy's warnings, and the cell goes on.
pytestmark = [pytest.mark.usefixtures("kept"), pytest.mark.filterwarnings("ignore")]


def cells_of(notebook):
    """Return a notebook's sources of code, the solutions' apart."""
    solutions = [c.source for c in code_cells(notebook) if "solution" in c.metadata.get("tags", ())]
    return [c.source for c in code_cells(notebook) if c.source not in solutions], solutions


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


def work_through(notebook, bodies):
    """Run what some functions, with these bodies, can reach; return what the cells define."""
    cells, _ = cells_of(notebook)
    asked, missing, run, scope = reached_by(cells, bodies), set(), [], {}
    for source in reversed(cells):
        used, made = names_in(source)
        if source in asked or made & missing:
            missing = missing - made | used
            run.insert(0, source)
    for source in run:
        for name, body in bodies.items():
            if source.startswith(f"def {name}("):
                head, end = source.split("\n")[0], source[source.index("\n\n\n") :]
                source = f"{head}\n    {body}{end}"
        exec(source, scope)
    return scope


def notes(stepper):
    return " ".join(stepper.view.content["notes"])


def test_untouched_everything_runs_and_the_page_says_what_stood_in():
    names = work_through(FIRST, dict.fromkeys(CHECKS, "return None"))
    assert {names[check].slip for check in CHECKS.values()} == {"untouched"}
    for name in ("e_step", "m_step"):
        assert f"Your {name} returned None" in notes(names["stepper"])
    assert names["trace"].converged


def test_with_the_worked_solutions_all_is_right_and_the_steps_are_the_learners_own():
    _, solutions = cells_of(FIRST)
    right = [source.split("\n\n\n")[0].split("\n", 1)[1].strip() for source in solutions]
    names = work_through(FIRST, dict(zip(CHECKS, right, strict=True)))
    assert {names[check].slip for check in CHECKS.values()} == {None}
    assert all(names[check].working is names[name] for name, check in CHECKS.items())
    assert notes(names["stepper"]) == ""
    own = gmm.run_em(names["x"], names["guess"]).log_likelihoods[-1]
    assert names["trace"].log_likelihoods[-1] == pytest.approx(own, rel=1e-12)


# In each notebook, all functions misbehave: each in a way of its own.
ALL_WRONG = {
    FIRST: {
        "mixture_density": "return weights * gaussian(x[:, None], means, variances)",
        "e_step": "return weighted_densities(x, mixture).sum(axis=0), -np.inf",
        "m_step": "return None if len(x) > 100 else Mixture.from_1d([1, 1], [0, 1], [1, 1])",
        "em": "raise SystemExit",
    },
    "02": {
        "lower_bound": "raise KeyboardInterrupt",
        "m_step": "return Mixture.from_1d(b.mean(axis=0), x[:2], [np.inf, 1])",
    },
    "03": {
        "covariance_from": "return np.zeros((2, 2))",
        "ellipse": "return mean + angles",
        "log_gaussian": "return np.full(len(x), -np.inf)",
        "e_step": "b, ell = gmm.e_step(x, mixture); return b / b.sum(axis=0), ell",
        "m_step": "x[:] = 0; return Mixture([1], [[0, 0]], [np.eye(2)])",
    },
    "04": {
        "free_parameters": "return gmm.free_parameters(K, D, covariance_type) + 0.0 # right",
        "best_by_aic": "return [log_likelihoods]",
        "best_by_bic": "return np.log(log_likelihoods) / 0",
        "held_out": "return np.log(np.prod(np.exp(fit(x_train).log_density(x_test))))",
    },
    "06": {"log_sum_exp": "return np.log(np.exp(a).sum(axis=0))", "e_step": "return input('b? ')"},
}


@pytest.mark.parametrize("notebook", ALL_WRONG)
def test_whatever_the_functions_do_all_cells_run_to_the_end(notebook):
    bodies = ALL_WRONG[notebook]
    names = work_through(notebook, bodies)
    slips = [value.slip for value in names.values() if isinstance(value, gmm.Check)]
    wrong = [body for body in bodies.values() if "# right" not in body]
    assert len([slip for slip in slips if slip not in (None, "untouched")]) == len(wrong)
    steppers = {FIRST: ["stepper", "poor"], "03": ["chooser"]}
    for name in steppers.get(notebook, ()):
        assert "EM could not go on. Iteration" in notes(names[name])


@pytest.mark.parametrize(
    ("chosen", "bic", "sigmas", "rhos"),
    [
        ((2, "full"), 2322.2, ["0.263, waiting 5.80", "0.412, waiting 6.00"], ["0.285", "0.380"]),
        ((3, "tied"), 2314.3, ["0.279, waiting 5.80"], ["0.290"]),
    ],
)
def test_a_report_tells_of_the_fit_that_was_chosen(capsys, chosen, bic, sigmas, rhos):
    cells, _ = cells_of("09")
    exec("\n".join(cells).replace('best("bic")', f"trace{chosen}"), {})
    said = capsys.readouterr().out
    assert f"Chosen: K = {chosen[0]}, {chosen[1]}. BIC {bic}" in said
    assert re.findall("  - σ: eruptions (.*)", said) == sigmas  # once, where they are shared
    assert re.findall("correlation: eruptions and waiting, (.*?) ±", said) == rhos
