"""Helpers of the course *Gaussian mixture models from scratch in Python*.

All public names can be imported from here. The README says how the modules build on each other.
"""

import importlib

from gmm_helpers._page import show_widget
from gmm_helpers.bound import lower_bound
from gmm_helpers.bugs import broken_steps
from gmm_helpers.chooser import RunChooser
from gmm_helpers.datasets import Dataset, four_gaussians, galaxies, old_faithful, two_gaussians
from gmm_helpers.drawing import (
    draw_histogram,
    draw_log_likelihood,
    draw_mixture_1d,
    draw_mixture_2d,
    draw_points,
    mass_inside,
    new_figure,
    plain_style,
    set_up_axes,
    show_figure,
    update_log_likelihood,
    update_mixture_1d,
    update_mixture_2d,
    update_points,
)
from gmm_helpers.drawing_bound import (
    draw_bound_bars,
    draw_bound_curve,
    update_bound_bars,
    update_bound_curve,
)
from gmm_helpers.drawing_landscape import draw_landscape, draw_paths, update_paths
from gmm_helpers.drawing_plane import (
    draw_density_contours,
    draw_entropy,
    draw_regions,
    log_density_levels,
    responsibility_entropy,
)
from gmm_helpers.drawing_selection import draw_criteria, draw_heat_map
from gmm_helpers.em import e_step, m_step, run_em
from gmm_helpers.flipbook import Flipbook
from gmm_helpers.live_panel import LivePanel
from gmm_helpers.mixture import Mixture
from gmm_helpers.panels import HandFit, PointPosterior
from gmm_helpers.panels_2d import CovariancePanel
from gmm_helpers.questions import Choice, Question, ask
from gmm_helpers.selection import (
    Comparison,
    aic,
    bic,
    compare,
    free_parameters,
    held_out_log_likelihood,
    spurious_components,
)
from gmm_helpers.stage import Stage
from gmm_helpers.starts import (
    fit,
    start_from_kmeans_plusplus,
    start_from_means,
    start_from_random_points,
    start_from_split,
)
from gmm_helpers.stepper import Stepper, step_through
from gmm_helpers.tables import read_table
from gmm_helpers.trace import EMError, Step, Trace

# The self-checks and what they return, each with its module.
_CHECKS = {
    "Check": "checks.result",
    "check_e_step": "checks.e_steps",
    "check_em": "checks.loop",
    "check_gaussian": "checks.densities",
    "check_m_step": "checks.m_steps",
    "check_mixture_density": "checks.e_steps",
    "check_log_e_step": "checks.e_steps",
    "check_log_sum_exp": "checks.e_steps",
    "check_lower_bound": "checks.bound",
    "check_m_step_vector": "checks.m_steps",
    "check_covariance": "checks.covariances",
    "check_e_step_2d": "checks.e_steps",
    "check_ellipse": "checks.covariances",
    "check_log_gaussian": "checks.densities",
    "check_m_step_2d": "checks.m_steps",
    "check_aic": "checks.criteria",
    "check_bic": "checks.criteria",
    "check_free_parameters": "checks.criteria",
    "check_held_out": "checks.criteria",
}

__all__ = [
    "Check",
    "Choice",
    "Comparison",
    "CovariancePanel",
    "Dataset",
    "EMError",
    "Flipbook",
    "HandFit",
    "LivePanel",
    "Mixture",
    "PointPosterior",
    "Question",
    "RunChooser",
    "Stage",
    "Step",
    "Stepper",
    "Trace",
    "aic",
    "ask",
    "bic",
    "broken_steps",
    "check_aic",
    "check_bic",
    "check_covariance",
    "check_e_step",
    "check_e_step_2d",
    "check_ellipse",
    "check_em",
    "check_free_parameters",
    "check_gaussian",
    "check_held_out",
    "check_log_e_step",
    "check_log_gaussian",
    "check_log_sum_exp",
    "check_lower_bound",
    "check_m_step",
    "check_m_step_2d",
    "check_m_step_vector",
    "check_mixture_density",
    "compare",
    "draw_bound_bars",
    "draw_bound_curve",
    "draw_criteria",
    "draw_density_contours",
    "draw_entropy",
    "draw_heat_map",
    "draw_histogram",
    "draw_landscape",
    "draw_log_likelihood",
    "draw_mixture_1d",
    "draw_mixture_2d",
    "draw_paths",
    "draw_points",
    "draw_regions",
    "e_step",
    "fit",
    "four_gaussians",
    "free_parameters",
    "galaxies",
    "held_out_log_likelihood",
    "log_density_levels",
    "lower_bound",
    "m_step",
    "mass_inside",
    "new_figure",
    "old_faithful",
    "plain_style",
    "read_table",
    "responsibility_entropy",
    "run_em",
    "set_up_axes",
    "show_figure",
    "show_widget",
    "spurious_components",
    "start_from_kmeans_plusplus",
    "start_from_means",
    "start_from_random_points",
    "start_from_split",
    "step_through",
    "two_gaussians",
    "update_bound_bars",
    "update_bound_curve",
    "update_log_likelihood",
    "update_mixture_1d",
    "update_mixture_2d",
    "update_paths",
    "update_points",
]


def __getattr__(name):
    """Import a self-check when it is asked for: their tables of slips take long to make."""
    if name not in _CHECKS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"gmm_helpers.{_CHECKS[name]}"), name)


def __dir__():
    """Name the self-checks as well, so that Tab completes them."""
    return sorted({*globals(), *_CHECKS})
