"""Criteria against K, and the heat map: each number in its place, the best marked, no colour."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgb

import gmm_helpers as gmm
from gmm_helpers.plots import criteria
from gmm_helpers.plots.figures import TEXT_SIZE

KS = (1, 2, 3, 4)
CURVES = {"AIC": [9.0, 4.0, 3.0, 2.5], "BIC": np.array([9.5, 5.0, 4.5, 6.0])}
TABLE = np.array([[2607.6, 2322.2, 2324.2], [2607.6, 2325.2, 2314.3]])


@pytest.fixture
def ax():
    return gmm.new_figure()[1]


def test_each_criterion_is_drawn_and_its_lowest_point_ringed(ax):
    first, second, *rings = gmm.plot_criteria(ax, KS, CURVES)
    np.testing.assert_array_equal(first.get_xydata(), np.column_stack([KS, CURVES["AIC"]]))
    np.testing.assert_array_equal(second.get_xydata(), np.column_stack([KS, CURVES["BIC"]]))
    assert [ring.get_xydata().tolist() for ring in rings] == [[[4, 2.5]], [[3, 4.5]]]
    assert ax.get_xticks().tolist() == [*KS] and ax.get_xlabel() == "K"


def test_criteria_are_told_apart_without_colour(ax):
    """By marker and dashes, on the axes as well as in the legend, where all text is large."""
    curves = {name: np.arange(4) + i for i, name in enumerate("abcd")}
    lines = gmm.plot_criteria(ax, KS, curves)[:4]
    legend = ax.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == [*"abcd"]
    assert all(text.get_size() >= TEXT_SIZE for text in legend.get_texts())
    for drawn in (lines, legend.get_lines()):
        assert len({line.get_marker() for line in drawn}) == 4
        assert len({str(line._unscaled_dash_pattern) for line in drawn}) == 4
        assert len({line.get_color() for line in drawn}) == 4


def test_all_curves_and_rings_are_inside_unless_a_top_is_given(ax):
    gmm.plot_criteria(ax, KS, CURVES)
    low, high = ax.get_ylim()
    assert low < 2 and high > 10
    other = gmm.new_figure()[1]
    gmm.plot_criteria(other, KS, CURVES, top=6.5)
    assert other.get_ylim()[1] == 6.5 and other.get_ylim()[0] < 2.5


def test_nothing_of_the_criteria_runs_into_the_legend_or_out_of_the_picture():
    figure, axes = gmm.new_figure(2)
    for ax in axes:
        gmm.plot_criteria(ax, KS, CURVES)
    figure.canvas.draw()
    for ax in axes:
        legend = ax.get_legend().get_window_extent()
        assert legend.y0 >= ax.get_window_extent().y1 - 1
        assert figure.bbox.x0 <= legend.x0 and legend.x1 <= figure.bbox.x1
        assert legend.y1 <= figure.bbox.y1


@pytest.mark.parametrize(
    ("curves", "top", "message"),
    [
        ({"AIC": [1, 2, 3]}, None, "AIC needs one finite value for each of the 4 Ks."),
        ({"AIC": [1, 2, 3, np.nan]}, None, "AIC needs one finite value"),
        ({"AIC": [1, 2, 3, 4], "BIC": [5, 6, 7, 8]}, 4.5, "top = 4.5 leaves out .* of BIC"),
    ],
)
def test_criteria_that_cannot_be_drawn_are_refused(ax, curves, top, message):
    with pytest.raises(ValueError, match=message):
        gmm.plot_criteria(ax, KS, curves, top=top)


def test_the_heat_map_has_each_number_in_its_cell(ax):
    _, frame, *numbers = gmm.plot_heat_map(ax, TABLE, ["full", "tied"], [1, 2, 3])
    for (i, j), number in zip(np.ndindex(2, 3), numbers, strict=True):
        assert number.get_position() == (j, i)
        assert number.get_text() == f"{TABLE[i, j]:.1f}"
        assert number.get_size() >= TEXT_SIZE
    assert [text.get_text() for text in ax.get_xticklabels()] == ["1", "2", "3"]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["full", "tied"]
    assert ax.get_ylim() == (1.5, -0.5)  # the first row on top


def test_the_lowest_number_is_framed_and_bold(ax):
    _, frame, *numbers = gmm.plot_heat_map(ax, TABLE, ["full", "tied"], [1, 2, 3])
    assert frame.get_xy() == (1.5, 0.5) and (frame.get_width(), frame.get_height()) == (1, 1)
    assert [number.get_weight() for number in numbers] == ["normal"] * 5 + ["bold"]
    assert frame.get_zorder() > max(line.get_zorder() for line in ax.xaxis.get_gridlines())


def test_the_lower_the_brighter(ax):
    image = gmm.plot_heat_map(ax, TABLE, ["full", "tied"], [1, 2, 3])[0]
    greys = np.asarray(image.get_array()).ravel()
    order = np.argsort(TABLE.ravel(), kind="stable")
    assert (np.diff(greys[order]) <= 0).all() and greys.max() == 1
    for smaller, larger in itertools.pairwise(np.unique(TABLE)):
        assert greys[TABLE.ravel() == smaller][0] > greys[TABLE.ravel() == larger][0]


def test_black_numbers_stand_out_from_the_darkest_cell():
    """By a contrast of 7 to 1, as WCAG 2 asks at level AAA."""
    grey = to_rgb(str(criteria._DARKEST))[0]
    luminance = ((grey + 0.055) / 1.055) ** 2.4
    assert (luminance + 0.05) / 0.05 >= 7


def test_a_missing_number_is_a_dash_and_never_the_best(ax):
    table = np.array([[3.0, np.nan], [np.nan, 2.0]])
    _, frame, *numbers = gmm.plot_heat_map(ax, table, "ab", [1, 2], decimals=0)
    assert [number.get_text() for number in numbers] == ["3", "–", "–", "2"]
    assert frame.get_xy() == (0.5, 0.5)


def test_a_table_of_one_number(ax):
    image, frame, number = gmm.plot_heat_map(ax, [[-4.25]], ["full"], [2], decimals=2)
    assert number.get_text() == "−4.25"
    assert image.get_array().item() == 1


def test_eight_columns_fit():
    figure, ax = gmm.new_figure(height=300)
    numbers = gmm.plot_heat_map(
        ax, np.full((4, 8), 4024.7), ("full", "tied", "diag", "spherical"), range(1, 9)
    )[2:]
    figure.canvas.draw()
    boxes = [number.get_window_extent() for number in numbers[:8]]
    assert all(left.x1 < right.x0 for left, right in itertools.pairwise(boxes))
    assert boxes[-1].x1 <= figure.bbox.x1
    assert min(text.get_window_extent().x0 for text in ax.get_yticklabels()) >= 0


@pytest.mark.parametrize(
    ("table", "message"),
    [([[1, 2]], r"shape \(1, 2\), and the names ask for \(2, 2\)"),
     ([[np.nan] * 2] * 2, "There is no number")],
)  # fmt: skip
def test_a_table_that_cannot_be_drawn_is_refused(ax, table, message):
    with pytest.raises(ValueError, match=message):
        gmm.plot_heat_map(ax, table, ["full", "tied"], [1, 2])
