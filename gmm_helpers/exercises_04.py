"""The self-checks of notebook 04, made like those in `exercises`."""

import re

import numpy as np

from gmm_helpers import selection
from gmm_helpers._diagnosis import Exercise, Finding, Group, Part, diagnose, number, slips
from gmm_helpers.em import run_em
from gmm_helpers.exercises import _MANY_POINTS, product_group
from gmm_helpers.starts import start_from_means

# --- counting free parameters ---------------------------------------------------------------------


def check_free_parameters(free_parameters):
    """Check a count of free parameters, called as `free_parameters(K, D, covariance_type)`.

    Parameters
    ----------
    free_parameters : callable
        Takes two whole numbers and "full", "tied", "diag" or "spherical"; returns a number.

    Returns
    -------
    Check

    Examples
    --------
    >>> check_free_parameters(lambda K, D, covariance_type: K + K * D + K * D * (D + 1) / 2).slip
    'weights_sum_ignored'
    """
    return diagnose(free_parameters, _FREE_PARAMETERS)


def _for_types(**counts):
    """Return counts of the covariances' numbers: of each type a wrong one, else right."""
    return tuple(
        lambda K, D, kind, wrong=wrong, of=of: (
            wrong(K, D) if kind == of else _right_of_covariances(K, D, kind)
        )
        for of, wrong in counts.items()
    )


def _right_of_covariances(K, D, kind):
    return selection.free_parameters(K, D, kind) - (K - 1) - K * D


# What the weights and the means count, and the covariances: under None what is right.
_OF_WEIGHTS_AND_MEANS = {
    None: lambda K, D, kind: (K - 1) + K * D,
    "weights_sum_ignored": lambda K, D, kind: K + K * D,
    "only_covariances": lambda K, D, kind: 0,
    "sizes_mixed_up": (
        lambda K, D, kind: (D - 1) + K * D,
        lambda K, D, kind: (K - 1) + K * K,
        lambda K, D, kind: (K - 1) + D * D,
    ),
}
_OF_COVARIANCES = {
    None: _right_of_covariances,
    "mirrored_entries": _for_types(full=lambda K, D: K * D * D, tied=lambda K, D: D * D),
    "not_halved": _for_types(
        full=lambda K, D: K * D * (D + 1),
        tied=lambda K, D: D * (D + 1),
    ),
    "sizes_mixed_up": (
        *_for_types(full=lambda K, D: D * K * (K + 1) // 2, tied=lambda K, D: K * (K + 1) // 2),
        *_for_types(full=lambda K, D: K * K * (K + 1) // 2),
    ),
    "variances_only": _for_types(full=lambda K, D: K * D, tied=lambda K, D: D),
    "covariance_as_one_number": _for_types(full=lambda K, D: K, tied=lambda K, D: 1),
    "covariance_counted_once": _for_types(
        full=lambda K, D: D * (D + 1) // 2, diag=lambda K, D: D, spherical=lambda K, D: 1
    ),
    "covariances_forgotten": lambda K, D, kind: 0,
    "diagonal_halved": _for_types(full=lambda K, D: K * D * D / 2, tied=lambda K, D: D * D / 2),
    "else_added": _for_types(
        full=lambda K, D: K * D * (D + 1) // 2 + K, tied=lambda K, D: D * (D + 1) // 2 + K
    ),
    # In a full mixture, K·D numbers are missing where the means are, as where the variances are.
    "means_or_variances_forgotten": _for_types(full=lambda K, D: K * D * (D - 1) // 2),
    "diagonal_twice": _for_types(
        full=lambda K, D: K * (D + D * (D + 1) // 2), tied=lambda K, D: D + D * (D + 1) // 2
    ),
    "variances_forgotten": _for_types(tied=lambda K, D: D * (D - 1) // 2),
    "tied_for_each": _for_types(tied=lambda K, D: K * D * (D + 1) // 2),
    "zeros_counted": _for_types(diag=lambda K, D: K * D * (D + 1) // 2),
    "diag_as_one_number": _for_types(diag=lambda K, D: K),
    "spherical_as_diag": _for_types(spherical=lambda K, D: K * D),
    "spherical_as_full": _for_types(spherical=lambda K, D: K * D * (D + 1) // 2),
}
_COUNT_MESSAGES = {
    "weights_sum_ignored": "The weights sum to 1: once all but one are chosen, the last is not "
    "free.",
    "sizes_mixed_up": "K and D are mixed up somewhere: K counts the components, D the numbers of "
    "one point.",
    "only_covariances": "Only the covariances are counted; the weights and means are free as well.",
    "one_dimension_only": "It is the count for one dimension, whatever D is.",
    "weights_forgotten": "The weights are not counted; all but one of them are free.",
    "one_component_less": "One component too few is counted. Only the weights have one that is not "
    "free: each component has a mean and a covariance of its own.",
    "missing_brackets": "In the count for one covariance a bracket is missing or misplaced: what "
    "stands beside a `+` has to be added up before it is multiplied or halved.",
    "mean_as_one_number": "Each mean is counted as one number; it has a coordinate for each "
    "dimension.",
    "one_mean_for_all": "A single mean is counted; each component has its own.",
    "mirrored_entries": "All entries of a covariance matrix are counted. It is symmetric: what "
    "stands above the diagonal stands below it once more.",
    "not_halved": "Too much is counted in a covariance matrix, of which one half mirrors the "
    "other: did you forget to halve?",
    "variances_only": "Of the covariance matrices only the variances are counted; with this type "
    "they may have numbers off the diagonal, too.",
    "covariance_as_one_number": "A covariance matrix is counted as one number. That holds for one "
    "dimension only. Or does the last `else` answer, since no name of a type fits?",
    "covariance_counted_once": "One covariance is counted for all; with this type each component "
    "has its own.",
    "covariances_forgotten": "The covariances are not counted.",
    "diagonal_halved": "Half of all entries of a covariance matrix are counted. But its diagonal "
    "has no mirror image.",
    "else_added": "K too many are counted: does the last `else` belong to one `if` only? With "
    "`elif` all are one chain.",
    "one_component": "The mean and the covariance of one component are counted; each has its own.",
    "means_or_variances_forgotten": "For each component, as many numbers are missing as there are "
    "dimensions: are the means counted, and the variances on the diagonal of each matrix?",
    "diagonal_twice": "The variances are counted twice: D (D + 1) / 2 has them already.",
    "variances_forgotten": "Of the shared covariance matrix, the variances on its diagonal are not "
    "counted.",
    "tied_for_each": "With tied covariances all components share one matrix, and here each brings "
    "its own. Is `covariance_type` used?",
    "zeros_counted": "The zeros off the diagonal of a diagonal covariance are fixed: they are not "
    "free.",
    "diag_as_one_number": "A diagonal covariance is counted as one number; each dimension has a "
    "variance of its own.",
    "spherical_as_diag": "A spherical covariance has the same variance in every dimension, and "
    "here each dimension's is counted.",
    "spherical_as_full": "A spherical covariance is one variance times the identity matrix, and "
    "here it is counted as if it were full.",
}


def _sum_of(*terms):
    """Return a function that adds up terms, each a function of the same arguments."""
    return lambda *arguments: sum(term(*arguments) for term in terms)


def _named(messages, wrongs):
    """Return a slip for each name, or several where there are several functions under it."""
    return slips(messages, lambda wrong: wrong, wrongs)


_COUNT_SLIPS = (
    *slips(_COUNT_MESSAGES, _sum_of, _OF_WEIGHTS_AND_MEANS, _OF_COVARIANCES),
    *_named(
        _COUNT_MESSAGES,
        {
            "weights_sum_ignored": lambda K, D, kind: 3 * K,
            "one_dimension_only": lambda K, D, kind: 3 * K - 1,
            "weights_forgotten": lambda K, *rest: selection.free_parameters(K, *rest) - (K - 1),
            "mean_as_one_number": lambda K, D, kind: (
                selection.free_parameters(K, D, kind) - K * D + K
            ),
            "one_component": lambda K, D, kind: K - 1 + D + D * (D + 1) // 2,
            "one_mean_for_all": lambda K, D, kind: (
                selection.free_parameters(K, D, kind) - K * D + D
            ),
            "one_component_less": (
                lambda K, D, kind: (K - 1) * (1 + D + D * (D + 1) // 2),
                lambda K, D, kind: selection.free_parameters(K, D, kind) - D,
            ),
            "missing_brackets": (
                lambda K, D, kind: K - 1 + K * D + K * ((D * D + 1) // 2),
                lambda K, D, kind: K - 1 + K * D + K * (D * D + 1) // 2,
                lambda K, D, kind: K - 1 + K * D + K * (D * D + 1 / 2),
                lambda K, D, kind: K - 1 + K * D + K * D * D + 1 / 2,
            ),
        },
    ),
)


def _tell_unknown_type(error, K, D, covariance_type):
    """Where a dictionary of the learner's does not know a type, tell how the types are written."""
    if isinstance(error, KeyError) and error.args == (covariance_type,):
        raise Finding(
            "type_not_found",
            f"It looks up “{covariance_type}” and finds nothing there: is that type missing, or "
            "written in another way? The four are “full”, “tied”, “diag” and “spherical”.",
        )


def _where_model(index, K, D, covariance_type):
    return f"For K = {K}, D = {D} and {covariance_type} covariances"


def _models(covariance_type, *sizes):
    return tuple((K, D, covariance_type) for K, D in sizes)


_FREE_PARAMETERS = Exercise(
    name="free_parameters",
    arguments=("K", "D", "covariance_type"),
    course=selection.free_parameters,
    parts=(Part("the count", "", "()", _where_model, _COUNT_SLIPS),),
    groups=(
        Group(_models("full", (3, 1), (2, 2), (5, 2), (4, 3), (2, 5))),
        *(
            Group(
                _models(kind, (3, 2), (2, 3), (5, 4)),
                "only_some_types",
                f"It is right for the types before, but not for {kind} covariances: how many "
                "numbers describe all of those?",
            )
            for kind in ("tied", "diag", "spherical")
        ),
    ),
    right="the right count for all four types",
    on_error=_tell_unknown_type,
)


# --- AIC and BIC ----------------------------------------------------------------------------------


def check_aic(aic):
    """Check Akaike's criterion, called as `aic(log_likelihood, n_parameters)`.

    Parameters
    ----------
    aic : callable
        Takes ℓ over all points, in nats, and the number of free parameters; returns 2 m − 2 ℓ.

    Returns
    -------
    Check

    Examples
    --------
    >>> check_aic(lambda log_likelihood, n_parameters: 2 * log_likelihood - 2 * n_parameters).slip
    'sign'
    """
    return diagnose(aic, _AIC)


def check_bic(bic):
    """Check the Bayesian criterion, called as `bic(log_likelihood, n_parameters, n)`.

    Parameters
    ----------
    bic : callable
        Takes ℓ over all points, in nats, the number of free parameters, and that of points;
        returns m log n − 2 ℓ.

    Returns
    -------
    Check

    Examples
    --------
    >>> check_bic(lambda log_likelihood, n_parameters, n: n_parameters * n - log_likelihood).slip
    'log_forgotten'
    """
    return diagnose(bic, _BIC)


_CRITERION_MESSAGES = {
    "sign": "The sign is turned round, so that the highest would be best, as in what R's mclust "
    "prints. Here, as in scikit-learn, the lowest is best.",
    "halved": "This is half of it. It chooses the same model, but its numbers are not those that "
    "others print.",
    "schwarz": "This is the criterion as Schwarz first wrote it, of which the highest is best. "
    "What others print, and the course, is −2 times that.",
    "fit_not_doubled": "ℓ counts once in it; it should count twice.",
    "fit_sign": "ℓ has the wrong sign: as it stands, a better fit makes the criterion worse.",
    "fit_as_size": "The sign of ℓ is dropped. As a rule ℓ is negative, but it may be positive: a "
    "density may be above 1.",
    "fit_squared": "ℓ is squared; it is doubled.",
    "penalty_per_point": "The price of the parameters is divided by the number of points.",
    "fit_exponentiated": "The exponential of ℓ is taken. ℓ itself counts.",
    "fit_forgotten": "ℓ is missing: how well the model fits has to stand against the price of its "
    "parameters.",
    "fit_per_point": "ℓ is divided by the number of points. The criterion takes the total: against "
    "that the price of a parameter is set.",
    "all_per_point": "All of it is divided by the number of points; the criterion is for all of "
    "them together.",
    "penalty_not_doubled": "Each parameter costs half of what it does in AIC.",
    "penalty_halved": "Each parameter costs half of what it should, beside a doubled ℓ.",
    "penalty_doubled": "Each parameter costs twice what it should.",
    "penalty_sign": "The price of the parameters has the wrong sign: as it stands, more of them "
    "make the criterion better.",
    "penalty_forgotten": "The parameters cost nothing here: what is left falls with every "
    "component that is added.",
    "parameters_forgotten": "The number of parameters is missing: each of them has its price.",
    "aic": "Each parameter costs what it does in AIC. In BIC the price depends on the number of "
    "points.",
    "log_base": "The logarithm has another base: the natural one is asked for, as in ℓ.",
    "log_forgotten": "The price of a parameter grows with the number of points itself, or with its "
    "root; it should grow with its logarithm.",
    "power": "The price of one parameter is raised to a power. It is paid once for each.",
    "log_around_all": "The logarithm is taken of all. Only the number of points stands under it.",
    "both_prices": "AIC's price of a parameter is added to BIC's.",
    "wrong_number_under_log": "The wrong number stands under the logarithm: that of the points "
    "belongs there, and only that.",
}


# In these, ell is ℓ and m the number of free parameters.
_AIC_SLIPS = _named(
    _CRITERION_MESSAGES,
    {
        "sign": (lambda ell, m: 2 * ell - 2 * m, lambda ell, m: ell - m),
        "halved": lambda ell, m: m - ell,
        "fit_not_doubled": lambda ell, m: 2 * m - ell,
        "fit_sign": (lambda ell, m: 2 * m + 2 * ell, lambda ell, m: m + ell),
        "fit_as_size": lambda ell, m: 2 * m + 2 * abs(ell),
        "fit_forgotten": (lambda ell, m: 2 * m, lambda ell, m: m),
        "fit_exponentiated": lambda ell, m: 2 * m - 2 * np.exp(ell),
        "fit_squared": lambda ell, m: 2 * m - ell**2,
        "penalty_not_doubled": lambda ell, m: m - 2 * ell,
        "penalty_doubled": lambda ell, m: 4 * m - 2 * ell,
        "penalty_sign": (
            lambda ell, m: -2 * m - 2 * ell,
            lambda ell, m: -m - ell,
            lambda ell, m: -2 * (ell + 2 * m),
        ),
        "penalty_forgotten": (lambda ell, m: -2 * ell, lambda ell, m: -ell),
        "parameters_forgotten": lambda ell, m: 2 - 2 * ell,
    },
)
_BIC_PENALTIES = {
    None: lambda ell, m, n: m * np.log(n),
    "aic": lambda ell, m, n: 2 * m,
    "log_base": (lambda ell, m, n: m * np.log10(n), lambda ell, m, n: m * np.log2(n)),
    "log_forgotten": (lambda ell, m, n: m * n, lambda ell, m, n: m * np.sqrt(n)),
    "both_prices": lambda ell, m, n: m * (2 + np.log(n)),
    "wrong_number_under_log": (
        lambda ell, m, n: n * np.log(m),
        lambda ell, m, n: m * np.log(m),
        lambda ell, m, n: np.log(m),
        lambda ell, m, n: np.log(m * n),
        lambda ell, m, n: m * np.log(n - m),
        lambda ell, m, n: m * np.log(n + 1),
        lambda ell, m, n: m * np.log(n - 1),
        lambda ell, m, n: m * np.log(n / (2 * np.pi)),
    ),
    "power": (lambda ell, m, n: np.log(n) ** m, lambda ell, m, n: m * np.log(n) ** 2),
    "parameters_forgotten": lambda ell, m, n: np.log(n),
}
_BIC_FITS = {
    None: lambda ell, m, n: -2 * ell,
    "fit_not_doubled": lambda ell, m, n: -ell,
    "fit_sign": lambda ell, m, n: 2 * ell,
    "fit_per_point": lambda ell, m, n: -2 * ell / n,
}
_BIC_SLIPS = (
    *slips(_CRITERION_MESSAGES, _sum_of, _BIC_PENALTIES, _BIC_FITS),
    *_named(
        _CRITERION_MESSAGES,
        {
            "sign": lambda ell, m, n: 2 * ell - m * np.log(n),
            "schwarz": lambda ell, m, n: ell - m * np.log(n) / 2,
            "halved": lambda ell, m, n: m * np.log(n) / 2 - ell,
            "all_per_point": lambda ell, m, n: (m * np.log(n) - 2 * ell) / n,
            "fit_as_size": lambda ell, m, n: m * np.log(n) + 2 * abs(ell),
            "fit_forgotten": lambda ell, m, n: m * np.log(n),
            "penalty_per_point": lambda ell, m, n: m * np.log(n) / n - 2 * ell,
            "fit_squared": lambda ell, m, n: m * np.log(n) - ell**2,
            "penalty_halved": lambda ell, m, n: m * np.log(n) / 2 - 2 * ell,
            "penalty_doubled": lambda ell, m, n: 2 * m * np.log(n) - 2 * ell,
            "penalty_sign": lambda ell, m, n: -m * np.log(n) - 2 * ell,
            "penalty_forgotten": (lambda ell, m, n: -2 * ell, lambda ell, m, n: -ell),
            "log_around_all": (
                lambda ell, m, n: np.log(m * n - 2 * ell),
                lambda ell, m, n: np.log(m - 2 * ell),
            ),
        },
    ),
)


_LOG_OF_LOG = "is a logarithm taken of ℓ? That is one already, and here it is negative."


def _recognise_log_of_log(cases, found, wanted):
    pairs = zip(cases, found, strict=True)
    negative = [values for (ell, *_), values in pairs if np.max(ell) < 0]
    if negative and all(np.isnan(values).all() for values in negative):
        raise Finding("log_of_log", f"It gives not a number: {_LOG_OF_LOG}")


def _recognise_coefficients(cases, found, wanted):
    """Find that ℓ and the price of the parameters count other than they should."""
    _recognise_log_of_log(cases, found, wanted)
    if len(cases) < 3 or any(values.size != 1 for values in found) or not np.isfinite(found).all():
        return
    terms = np.array([[ell, m * np.log([*n, np.e])[0]] for ell, m, *n in cases])
    values = np.ravel(found)
    counts = np.linalg.lstsq(terms, values, rcond=None)[0]
    if np.allclose(terms @ counts, values, rtol=1e-9, atol=1e-9):
        price, right = ("m log n", 1) if len(cases[0]) == 3 else ("m", 2)
        text = f"It counts ℓ {number(counts[0] + 0, 4)} times and {price} {number(counts[1], 4)} "
        raise Finding("coefficients", f"{text}times: −2 times and {right} times are asked for.")


def _recognise_log_that_raises(error, log_likelihood, *rest):
    """Where `math.log` refuses a negative number, NumPy's would have given NaN."""
    if type(error) is ValueError and np.ndim(log_likelihood) == 0 and log_likelihood < 0:
        if re.search("math domain|positive", str(error)):
            raise Finding("log_of_log", f"It raised {error}: {_LOG_OF_LOG}")


def _where_fit(index, log_likelihood, n_parameters, n=None):
    ell, m = (
        np.atleast_1d(each)[index[0] if index else 0] for each in (log_likelihood, n_parameters)
    )
    text = f"For ℓ = {number(ell)} and {m} parameters"
    return text if n is None else f"{text} on {n} points"


_ELLS, _COUNTS = np.array([-91.2, -77.4, 12.5]), np.array([2, 5, 8])
_NUMBERS_ONLY = (
    "numbers_only",
    "For one model it is right. But the cells below hand it those of several models at once, as "
    "arrays: write it without `if`, and without functions that take one number only.",
)
_AIC = Exercise(
    name="aic",
    arguments=("log_likelihood", "n_parameters"),
    course=selection.aic,
    parts=(Part("the criterion", "AIC", "()", _where_fit, _AIC_SLIPS, _recognise_coefficients),),
    groups=(
        Group(((-61.7, 5), (-431.2, 17), (38.6, 8))),
        Group(((_ELLS, _COUNTS),), *_NUMBERS_ONLY),
    ),
    right="the right criterion for log-likelihoods of both signs",
    on_error=_recognise_log_that_raises,
)
_BIC = Exercise(
    name="bic",
    arguments=("log_likelihood", "n_parameters", "n"),
    course=selection.bic,
    parts=(Part("the criterion", "BIC", "()", _where_fit, _BIC_SLIPS, _recognise_coefficients),),
    groups=(
        Group(((-61.7, 5, 40), (-431.2, 17, 150), (38.6, 8, 23))),
        Group(((_ELLS, _COUNTS, 60),), *_NUMBERS_ONLY),
    ),
    right="the right criterion for samples of several sizes",
    on_error=_recognise_log_that_raises,
)


# --- held-out log-likelihood ----------------------------------------------------------------------


def check_held_out(held_out):
    """Check a held-out log-likelihood, called as `held_out(x_train, x_test, fit)`.

    Parameters
    ----------
    held_out : callable
        Takes data of shape (n, D), or (n,) for D = 1, to fit to, others to judge by, and a
        function: `fit(x)` returns the Mixture fitted to x. Returns ℓ of the data to judge by
        under the mixture fitted to the others: the total, in nats.

    Returns
    -------
    Check

    Examples
    --------
    >>> check_held_out(lambda x_train, x_test, fit: fit(x_test).log_density(x_test).sum()).slip
    'fitted_to_test'
    """
    return diagnose(held_out, _HELD_OUT)


def _fit(x):
    """Fit two components from a start that depends on the points, not on their order."""
    means = np.quantile(x, [0.25, 0.75], axis=0)
    return run_em(
        x, start_from_means(x, means, ridge=0.1), max_iter=5, ridge=0.1, record=False
    ).mixture


_JUDGED = {
    None: lambda train, test: (train, test),
    "fitted_to_test": lambda train, test: (test, test),
    "fitted_to_both": (lambda train, test: (np.concatenate([train, test]), test)),
    "training_scored": lambda train, test: (train, train),
    "all_scored": lambda train, test: (train, np.concatenate([train, test])),
    "exchanged": lambda train, test: (test, train),
    "nothing_held_out": (lambda train, test: (np.concatenate([train, test]),) * 2),
}
_SCORES = {
    None: lambda log_density: log_density.sum(),
    "averaged": lambda log_density: log_density.mean(),
    "sign": (lambda log_density: -log_density.sum(), lambda log_density: -log_density.mean()),
    "doubled": (
        lambda log_density: -2 * log_density.sum(),
        lambda log_density: -2 * log_density.mean(),
    ),
    "not_summed": lambda log_density: log_density,
    "not_logged": (
        lambda log_density: np.exp(log_density).sum(),
        lambda log_density: np.exp(log_density).mean(),
        lambda log_density: np.exp(log_density).prod(),
        lambda log_density: np.exp(log_density),
    ),
    "log_of_sum": (
        lambda log_density: np.log(np.exp(log_density).sum()),
        lambda log_density: np.log(np.exp(log_density).mean()),
    ),
}
_HELD_OUT_MESSAGES = {
    "fitted_to_test": "The mixture is fitted to the test data, by which it is judged. It must not "
    "have seen them.",
    "fitted_to_both": "The test data are used in the fit along with the training data, and so they "
    "are not held out.",
    "training_scored": "The log-likelihood is that of the training data, which grows with K "
    "whatever K is worth. The test data are the judge.",
    "all_scored": "The training data are scored along with the test data: only the test data are "
    "the judge.",
    "exchanged": "Training and test data have changed places.",
    "nothing_held_out": "The mixture is fitted to all data and judged by the same: nothing is held "
    "out.",
    "averaged": "This is the mean over the points; the total is asked for, as ℓ is.",
    "sign": "The sign is turned round: of a log-likelihood the higher is better.",
    "doubled": "This is −2 ℓ, as in AIC and BIC. The log-likelihood itself is asked for.",
    "not_summed": "There is one number for each test point; their total is asked for.",
    "one_point": "This is the log density of one point: each pass of a loop has to add to the sum.",
    "product": "The log densities are multiplied; they are added up.",
    "not_logged": "This is made of densities; the log-likelihood adds up their logarithms.",
    "scaled_to_training": "The mean over the test points is multiplied by the number of training "
    "points. The total over the test points is asked for.",
    "point_left_out": "The first or the last point is left out: does the loop go over all?",
    "gap": "This is a difference of training and test data, or a ratio. The log-likelihood of the "
    "test data by itself is asked for.",
    "log_of_sum": "The logarithm is taken of the sum of the densities. The points are independent, "
    "so densities multiply and their logarithms add up.",
}


def _scored(score, judged):
    def held_out(x_train, x_test, fit):
        seen, scored = judged(x_train, x_test)
        return score(fit(seen).log_density(scored))

    return held_out


def _made_of_both(combine):
    """Return an answer made of the log densities of training data and of test data."""

    def held_out(x_train, x_test, fit):
        mixture = fit(x_train)
        return combine(mixture.log_density(x_train), mixture.log_density(x_test))

    return held_out


_OF_BOTH = {
    "scaled_to_training": lambda train, test: test.mean() * len(train),
    "product": lambda train, test: test.prod(),
    "one_point": (
        lambda train, test: test[-1],
        lambda train, test: test[0],
        lambda train, test: test.max(),
        lambda train, test: test.min(),
    ),
    "point_left_out": (lambda train, test: test[1:].sum(), lambda train, test: test[:-1].sum()),
    "gap": (
        lambda train, test: train.sum() - test.sum(),
        lambda train, test: test.sum() - train.sum(),
        lambda train, test: train.mean() - test.mean(),
        lambda train, test: test.mean() - train.mean(),
        lambda train, test: test.sum() / train.sum(),
    ),
}


def _read_held_out(result, *arguments):
    if isinstance(result, tuple) and len(result) == 2:
        raise Finding(
            "two_results",
            "`held_out` returns two things, as an E step does. The log-likelihood by itself is "
            "asked for: take one of the two.",
        )
    if callable(result):
        raise Finding(
            "not_called",
            "`held_out` returns a function, not what it gives: are the brackets missing after its "
            "name?",
        )
    return (result,)


def _where_held_out(index, x_train, x_test, fit):
    return f"Fitted to {len(x_train)} points and judged by {len(x_test)}"


def _points(*values):
    return np.array(values)


_HELD_OUT = Exercise(
    name="held_out",
    arguments=("x_train", "x_test", "fit"),
    course=lambda x_train, x_test, fit: selection.held_out_log_likelihood(fit(x_train), x_test),
    parts=(
        Part(
            "the log-likelihood",
            "ℓ",
            "()",
            _where_held_out,
            (
                *slips(
                    _HELD_OUT_MESSAGES,
                    lambda judged, score: _scored(score, judged),
                    _JUDGED,
                    _SCORES,
                ),
                *slips(_HELD_OUT_MESSAGES, _made_of_both, _OF_BOTH),
            ),
        ),
    ),
    groups=(
        Group(
            (
                (
                    _points(-2.3, -1.1, -0.6, 0.2, 1.9, 2.4, 3.3, 4.1),
                    _points(-1.7, 0.4, 2.1, 3.8, 5.2),
                    _fit,
                ),
                (
                    _points(0.1, 0.7, 1.6, 2.2, 5.1, 6.3, 7.4),
                    _points(0.9, 4.4, 6.6),
                    _fit,
                ),
            )
        ),
        Group(
            (
                (
                    _points(
                        [-1.2, 0.3],
                        [-0.4, 1.1],
                        [0.3, -0.2],
                        [0.9, 0.6],
                        [3.1, 4.2],
                        [3.8, 2.9],
                        [4.4, 4.8],
                        [5.2, 3.7],
                    ),
                    _points([0.2, 0.8], [4.1, 3.3], [2.2, 1.9]),
                    _fit,
                ),
            ),
            "one_dimension_only",
            "For one feature it is right, but the data may have several.",
        ),
        product_group((_MANY_POINTS[:20], _MANY_POINTS, _fit)),
    ),
    read=_read_held_out,
    right="the right log-likelihood of data that the fit has not seen, in one dimension and in two",
)
