"""Helpers of the course *Gaussian mixture models from scratch in Python*.

All public names can be imported from here; each comes with its module when it is first used, so
that nobody waits for what is not. The README says how the modules build on each other.
"""

import importlib

# The public names, by the module that defines them.
_PUBLIC = {
    "model.bound": "lower_bound",
    "model.bug_hunt": "broken_steps",
    "checks.bound": "check_lower_bound",
    "checks.covariances": "check_covariance check_ellipse",
    "checks.criteria": ("check_best_by_aic check_best_by_bic check_free_parameters check_held_out"),
    "checks.densities": "check_gaussian check_log_gaussian",
    "checks.e_steps": (
        "check_e_step check_e_step_2d check_log_e_step check_log_sum_exp check_mixture_density"
    ),
    "checks.loop": "check_em",
    "checks.m_steps": "check_m_step check_m_step_2d check_m_step_vector",
    "checks.result": "Check",
    "data.datasets": "Dataset four_gaussians galaxies old_faithful two_gaussians",
    "plots.figures": (
        "plot_histogram plot_mixture_1d plot_mixture_2d plot_points new_figure plain_style "
        "set_up_axes show_figure"
    ),
    "plots.densities": (
        "plot_density_contours plot_entropy plot_regions log_density_levels responsibility_entropy"
    ),
    "plots.shown": (
        "show_criterion show_curves show_fits show_functions show_outlines show_pairs "
        "show_parameters show_regions show_table show_walk"
    ),
    "plots.criteria": "plot_criteria plot_heat_map",
    "model.em": "e_step m_step run_em",
    "model.mixture": "Mixture",
    "plots.geometry": "mass_inside",
    "model.selection": (
        "aic bic compare Comparison free_parameters held_out_log_likelihood spurious_components"
    ),
    "model.starts": (
        "fit start_from_kmeans_plusplus start_from_means start_from_random_points start_from_split"
    ),
    "data.tables": "read_table",
    "model.trace": "EMError Step Trace",
    "widgets.chooser": "RunChooser",
    "widgets.panels": "CovariancePanel HandFit PointPosterior",
    "widgets.pictures": (
        "Anomalies BoundBars BoundCurve KMeansBeside Landscape OneShare ShrinkingVariance Starts"
    ),
    "widgets.questions": "after Answer ask Choice Question",
    "widgets.scene": "Scene",
    "widgets.setup": "check_setup",
    "widgets.stepper": "SceneStepper step_through Stepper",
}
_MODULES = {name: module for module, names in _PUBLIC.items() for name in names.split()}
__all__ = sorted(_MODULES)


def __getattr__(name):
    """Import a public name when it is first asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value  # so that this is asked once
    return value


def __dir__():
    """Name all that is public, so that Tab completes it."""
    return __all__
