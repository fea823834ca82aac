"""The self-checks of notebook 04: right, untouched, and each classic slip answered by its name.

The wrong answers here are written as learners write them, and not as the checks do.
"""

import math
import re

import numpy as np
import pytest
from wrong_answers import slips_told

import gmm_helpers as gmm
from gmm_helpers import _diagnosis, exercises_04

EXERCISES = {
    gmm.check_free_parameters: exercises_04._FREE_PARAMETERS,
    gmm.check_aic: exercises_04._AIC,
    gmm.check_bic: exercises_04._BIC,
    gmm.check_held_out: exercises_04._HELD_OUT,
}


def by_branches(K, D, covariance_type):
    if covariance_type == "full":
        each = K * D * (D + 1) / 2
    elif covariance_type == "tied":
        each = D * (D + 1) / 2
    elif covariance_type == "diag":
        each = K * D
    else:
        each = K
    return K - 1 + K * D + each


def by_counting(K, D, covariance_type):
    """Count the entries that there are, one by one."""
    matrices = 1 if covariance_type == "tied" else K
    entries = {"diag": D, "spherical": 1}.get(covariance_type, len(np.tril_indices(D)[0]))
    return len(range(1, K)) + sum(1 for _ in np.ndindex(K, D)) + matrices * entries


def count_with(**formulas):
    """Return the right count, but for the covariances of some types."""

    def free_parameters(K, D, kind):
        if kind in formulas:
            return K - 1 + K * D + formulas[kind](K, D)
        return by_branches(K, D, kind)

    return free_parameters


def held_out_with_loop(x_train, x_test, fit):
    mixture, total = fit(x_train), 0.0
    for point in x_test:
        total += mixture.log_density(point[None])[0]
    return total


def held_out_with_responsibilities(train, test, fitter):
    return gmm.e_step(test, fitter(train))[1]


@pytest.mark.parametrize(
    ("check", "answer"),
    [
        (gmm.check_free_parameters, by_branches),
        (gmm.check_free_parameters, by_counting),
        (gmm.check_free_parameters, gmm.free_parameters),
        (gmm.check_aic, lambda log_likelihood, n_parameters: 2 * (n_parameters - log_likelihood)),
        (gmm.check_aic, gmm.aic),
        (gmm.check_bic, lambda ell, p, n: math.log(n) * p - ell - ell),
        (gmm.check_bic, lambda ell, p, n: -2 * (ell - 0.5 * p * np.log(n))),
        (gmm.check_bic, gmm.bic),
        (gmm.check_held_out, lambda train, test, fit: fit(train).log_density(test).sum()),
        (gmm.check_held_out, lambda a, b, fit: gmm.held_out_log_likelihood(fit(a), b)),
        (gmm.check_held_out, held_out_with_loop),
        (gmm.check_held_out, held_out_with_responsibilities),
    ],
)
def test_a_right_answer_is_right_and_is_gone_on_with(check, answer):
    result = check(answer)
    assert result.ok and result.slip is None, result
    assert result.working is answer


@pytest.mark.parametrize("check", EXERCISES)
def test_an_untouched_stub_says_what_to_do_and_the_courses_own_stands_in(check):
    result = check(lambda *arguments: None)
    assert (result.ok, result.slip) == (False, "untouched")
    assert check(result.working).ok


@pytest.mark.parametrize("check", EXERCISES)
def test_nothing_that_a_learner_writes_ends_in_an_exception(check):
    def raises(*arguments):
        raise KeyError("oh")

    for answer in (raises, None, lambda *a: "text", lambda *a: np.nan, lambda: 1, lambda *a: [1]):
        assert not check(answer).ok


def log_of_mean(logs):
    return np.log(np.exp(logs).mean())


def held_out_by_hand(x_train, x_test, fit):
    m = fit(x_train)
    d = x_test[:, None] - m.means[:, 0]
    bells = np.exp(-(d**2) / (2 * m.variances)) / np.sqrt(2 * np.pi * m.variances)
    return np.log(bells @ m.weights).sum()


def total(fit_to, judge_by, score=np.sum):
    """Return an answer that fits to one of (train, test, both) and judges by one of them."""

    def held_out(x_train, x_test, fit):
        data = {"train": x_train, "test": x_test, "both": np.concatenate([x_test, x_train])}
        return score(fit(data[fit_to]).log_density(data[judge_by]))

    return held_out


SLIPS = {
    gmm.check_free_parameters: {
        "weights_sum_ignored": lambda K, D, t: by_branches(K, D, t) + 1,
        "one_dimension_only": lambda K, D, t: 3 * K - 1,
        "weights_forgotten": lambda K, D, t: by_branches(K, D, t) - K + 1,
        "one_component_less": lambda K, D, t: (K - 1) * (1 + D + D * (D + 1) // 2),
        "missing_brackets": lambda K, D, t: K - 1 + K * (D + (D * D + 1) // 2),
        "type_not_found": lambda K, D, t: {"full": by_branches(K, D, "full")}[t],
        "mean_as_one_number": lambda K, D, t: by_branches(K, D, t) - K * D + K,
        "one_mean_for_all": lambda K, D, t: by_branches(K, D, t) - K * D + D,
        "mirrored_entries": count_with(full=lambda K, D: K * D**2, tied=lambda K, D: D**2),
        "not_halved": count_with(full=lambda K, D: K * D * (D + 1)),
        "means_or_variances_forgotten": lambda K, D, t: by_branches(K, D, t) - K * D,
        "variances_forgotten": count_with(tied=lambda K, D: D * (D - 1) / 2),
        "variances_only": count_with(full=lambda K, D: K * D),
        "covariance_as_one_number": count_with(full=lambda K, D: K),
        "covariance_counted_once": lambda K, D, t: by_branches(K, D, "tied"),
        "covariances_forgotten": lambda K, D, t: K - 1 + K * D,
        "tied_for_each": lambda K, D, t: by_branches(K, D, "full"),
        "zeros_counted": count_with(diag=lambda K, D: K * D * (D + 1) / 2),
        "diag_as_one_number": count_with(diag=lambda K, D: K),
        "spherical_as_diag": count_with(spherical=lambda K, D: K * D),
        "spherical_as_full": count_with(spherical=lambda K, D: K * D * (D + 1) / 2),
        "only_some_types": count_with(diag=lambda K, D: K * D**3),
        "constant": lambda K, D, t: 8,
        "different": lambda K, D, t: K * K + D * len(t),
    },
    gmm.check_aic: {
        "sign": lambda ell, p: 2 * ell - 2 * p,
        "halved": lambda ell, p: p - ell,
        "fit_not_doubled": lambda ell, p: 2 * p - ell,
        "fit_sign": lambda ell, p: 2 * p + 2 * ell,
        "fit_forgotten": lambda ell, p: 2 * p,
        "penalty_not_doubled": lambda ell, p: p - 2 * ell,
        "penalty_doubled": lambda ell, p: 4 * p - 2 * ell,
        "penalty_sign": lambda ell, p: -2 * (p + ell),
        "penalty_forgotten": lambda ell, p: -2 * ell,
        "parameters_forgotten": lambda ell, p: 2 - 2 * ell,
        "log_of_log": lambda ell, p: 2 * p - 2 * np.log(ell),
        "fit_as_size": lambda ell, p: 2 * p + 2 * abs(ell),
    },
    gmm.check_bic: {
        "sign": lambda ell, p, n: 2 * ell - p * np.log(n),
        "schwarz": lambda ell, p, n: ell - p / 2 * np.log(n),
        "halved": lambda ell, p, n: p / 2 * np.log(n) - ell,
        "all_per_point": lambda ell, p, n: (p * np.log(n) - 2 * ell) / n,
        "fit_not_doubled": lambda ell, p, n: p * np.log(n) - ell,
        "fit_sign": lambda ell, p, n: p * np.log(n) + 2 * ell,
        "fit_per_point": lambda ell, p, n: p * np.log(n) - 2 * ell / n,
        "fit_forgotten": lambda ell, p, n: p * np.log(n),
        "penalty_halved": lambda ell, p, n: p / 2 * np.log(n) - 2 * ell,
        "penalty_doubled": lambda ell, p, n: 2 * p * np.log(n) - 2 * ell,
        "penalty_sign": lambda ell, p, n: -p * np.log(n) - 2 * ell,
        "penalty_forgotten": lambda ell, p, n: -2 * ell,
        "parameters_forgotten": lambda ell, p, n: np.log(n) - 2 * ell,
        "aic": lambda ell, p, n: 2 * p - 2 * ell,
        "log_base": lambda ell, p, n: p * math.log10(n) - 2 * ell,
        "log_forgotten": lambda ell, p, n: p * n - 2 * ell,
        "wrong_number_under_log": lambda ell, p, n: n * np.log(p) - 2 * ell,
        "log_of_log": lambda ell, p, n: p * np.log(n) - 2 * np.log(ell),
        "fit_as_size": lambda ell, p, n: p * np.log(n) + 2 * abs(ell),
    },
    gmm.check_held_out: {
        "fitted_to_test": total("test", "test"),
        "fitted_to_both": total("both", "test"),
        "training_scored": total("train", "train"),
        "all_scored": total("train", "both"),
        "exchanged": total("test", "train"),
        "nothing_held_out": total("both", "both"),
        "averaged": total("train", "test", np.mean),
        "sign": total("train", "test", lambda logs: -logs.sum()),
        "doubled": total("train", "test", lambda logs: -2 * logs.sum()),
        "not_summed": total("train", "test", lambda logs: logs),
        "not_logged": total("train", "test", lambda logs: np.exp(logs).sum()),
        "log_of_sum": total("train", "test", lambda logs: np.log(np.exp(logs).sum())),
        "scaled_to_training": lambda a, b, fit: len(a) * fit(a).log_density(b).mean(),
        "gap": lambda a, b, fit: fit(a).log_density(a).sum() - fit(a).log_density(b).sum(),
        "two_results": lambda a, b, fit: gmm.e_step(b, fit(a)),
        "not_called": lambda a, b, fit: fit(a).log_density(b).sum,
        "one_dimension_only": held_out_by_hand,
        "constant": lambda a, b, fit: -11.5,
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("check", "slip"), [(check, slip) for check, answers in SLIPS.items() for slip in answers]
)
def test_each_slip_is_called_by_its_name(check, slip):
    with np.errstate(all="ignore"):
        result = check(SLIPS[check][slip])
    assert (result.ok, result.slip) == (False, slip), result
    assert re.match(r"[A-Z`ℓ]", result.message) and result.message.endswith((".", "?"))
    written = re.sub("“.*?”", "", result.message)  # a line of the learner's own may be cited
    assert not re.search(r"np\.|axis=|\.sum|exp\(|log\(|\*|concatenate|K - 1|K − 1|//", written)
    assert len(result.message) < 480


# More ways to the same slip, and two slips at once, of which the first is told.
VARIANTS = [
    (gmm.check_free_parameters, "weights_sum_ignored", lambda K, D, t: 3 * K),
    (gmm.check_free_parameters, "weights_sum_ignored", lambda K, D, t: K + K * D + K * D * D),
    (gmm.check_free_parameters, "tied_for_each", count_with(tied=lambda K, D: K * D * (D + 1) / 2)),
    (gmm.check_free_parameters, "not_halved", count_with(tied=lambda K, D: D * (D + 1))),
    (gmm.check_free_parameters, "variances_only", count_with(tied=lambda K, D: D)),
    (gmm.check_free_parameters, "covariance_as_one_number", count_with(tied=lambda K, D: 1)),
    (gmm.check_free_parameters, "mirrored_entries", count_with(tied=lambda K, D: D * D)),
    (gmm.check_free_parameters, "covariance_counted_once", count_with(diag=lambda K, D: D)),
    (gmm.check_free_parameters, "covariance_counted_once", count_with(spherical=lambda K, D: 1)),
    (gmm.check_free_parameters, "missing_brackets", lambda K, D, t: K - 1 + K * (D + D * D + 0.5)),
    (gmm.check_aic, "log_of_log", lambda ell, p: 2 * p - 2 * math.log(ell)),
    (gmm.check_bic, "log_of_log", lambda ell, p, n: p * math.log(n) - 2 * math.log(ell)),
    (gmm.check_aic, "sign", lambda ell, p: ell - p),
    (gmm.check_aic, "fit_sign", lambda ell, p: p + ell),
    (gmm.check_bic, "log_base", lambda ell, p, n: p * np.log2(n) - 2 * ell),
    (gmm.check_bic, "wrong_number_under_log", lambda ell, p, n: p * np.log(p) - 2 * ell),
    (gmm.check_bic, "wrong_number_under_log", lambda ell, p, n: np.log(p * n) - 2 * ell),
    (gmm.check_bic, "aic", lambda ell, p, n: 2 * p - 2 * ell / n),
    (gmm.check_bic, "log_forgotten", lambda ell, p, n: n * p + 2 * ell),
    (
        gmm.check_held_out,
        "gap",
        lambda a, b, fit: np.diff([fit(a).log_density(a).mean(), fit(a).log_density(b).mean()])[0],
    ),
    (gmm.check_held_out, "fitted_to_both", total("both", "test", np.mean)),
    (gmm.check_held_out, "training_scored", total("train", "train", lambda logs: -logs.sum())),
    (gmm.check_held_out, "not_logged", total("train", "test", lambda logs: np.exp(logs.sum()))),
    (gmm.check_held_out, "log_of_sum", total("train", "test", log_of_mean)),
]


@pytest.mark.parametrize(("check", "slip", "answer"), VARIANTS)
def test_a_slip_is_known_in_its_other_forms(check, slip, answer):
    with np.errstate(all="ignore"):
        assert check(answer).slip == slip


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda exercise: exercise.name)
def test_no_slip_is_taken_for_another(exercise):
    """On the hidden data each slip, and each pair of slips, gives numbers of its own."""
    cases = [case for group in exercise.groups for case in group.cases]
    made = [("right", 0, [np.asarray(exercise.course(*case), dtype=float) for case in cases])]
    for slip in exercise.parts[0].slips:
        with np.errstate(all="ignore"):
            numbers = [np.asarray(slip.wrong(*case), dtype=float) for case in cases]
        earlier = {
            other
            for other, size, theirs in made
            if size in (0, slip.size) and _diagnosis.same(numbers, theirs)
        }
        assert earlier <= {slip.name}
        made.append((slip.name, slip.size, numbers))


@pytest.mark.parametrize("check", EXERCISES)
def test_each_slip_of_the_tables_is_tried_above(check):
    exercise = EXERCISES[check]
    names = {slip.name for slip in exercise.parts[0].slips}
    names |= {group.slip for group in exercise.groups if group.slip}
    assert names <= set(SLIPS[check]) | slips_told(check.__name__.removeprefix("check_"))


def test_messages_without_a_slip_are_not_kept():
    for messages, slips in (
        (exercises_04._COUNT_MESSAGES, exercises_04._COUNT_SLIPS),
        (exercises_04._CRITERION_MESSAGES, exercises_04._AIC_SLIPS + exercises_04._BIC_SLIPS),
        (exercises_04._HELD_OUT_MESSAGES, exercises_04._HELD_OUT.parts[0].slips),
    ):
        assert {slip.name for slip in slips} == set(messages)


def test_the_articles_nine_is_set_right_to_eight():
    result = gmm.check_free_parameters(lambda K, D, t: by_branches(K, D, t) + 1)
    assert result.message.endswith("For K = 3, D = 1 and full covariances it gives 9; right is 8.")


def test_the_other_sign_is_called_that_of_mclust():
    result = gmm.check_bic(lambda ell, p, n: 2 * ell - p * np.log(n))
    assert "mclust" in result.message


def test_types_that_are_not_there_yet_are_named():
    result = gmm.check_free_parameters(
        lambda K, D, t: by_branches(K, D, t) if t in ("full", "tied") else None
    )
    assert result.slip == "only_some_types"
    assert "not for diag covariances" in result.message
    assert "`None`" in result.message


def test_the_fit_may_not_see_the_test_data_by_a_change_in_place():
    """Each call gets copies: what the learner does to them changes no later case."""

    def sorts(x_train, x_test, fit):
        x_train.sort(axis=0)
        x_test[:] = x_test[::-1].copy()
        return fit(x_train).log_density(x_test).sum()

    before = [array.copy() for array in exercises_04._HELD_OUT.groups[0].cases[0][:2]]
    gmm.check_held_out(sorts)
    for array, kept in zip(exercises_04._HELD_OUT.groups[0].cases[0][:2], before, strict=True):
        np.testing.assert_array_equal(array, kept)
