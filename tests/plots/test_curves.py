"""Curves and the table of a criterion: each number in its place, the best marked, no colour."""

import itertools

import numpy as np
import pytest

import gmm_helpers as gmm
from gmm_helpers.plots.figures import TEXT_SIZE

WITH_GAPS = [[3, np.nan], [np.nan, 2]]
TABLE = np.array([[2607.6, 2322.2, 2324.2], [2607.6, 2325.2, 2314.3]])


def test_functions_are_drawn_where_they_are_numbers_and_told(kept):
    x = [0.0, 1.0, 2.0]
    curves = {"a": [1, 3, 2], "b": [np.nan, 5, 4], "c": [-1, 0, 2]}
    gmm.show_functions(x, curves, labels=("t", "height"), log=True)
    [(figure, caption)] = kept
    [ax] = figure.axes
    assert ax.get_ylim()[0] > 0.5  # the axis ends near the lowest value
    assert ax.get_yscale() == "log" and [len(line.get_xdata()) for line in ax.lines] == [3, 2, 1]
    said = "height on a logarithmic axis against t. a: 1 at 0, 2 at 2; highest 3"
    assert caption.startswith(said)
    gmm.show_functions(x, {"alone": x}, limits=(0, 1))
    [ax], caption = kept[1][0].axes, kept[1][1]
    assert (ax.get_ylabel(), ax.get_ylim()) == ("alone", (0, 1)) and "goes from 0 to 1." in caption


def test_curves_say_where_they_fall_and_a_second_picture_shows_some_again(kept):
    both = {"one": [1.0, 3.0, 2.5, 4.0], "best": [1.0, 3.0, 3.5, 4.5]}
    gmm.show_curves(range(1, 5), both, label="ℓ (nats)", zoom=2)
    [(figure, caption)] = kept
    assert [len(ax.lines[0].get_xdata()) for ax in figure.axes] == [4, 3]
    assert "one: from 1.0 to 4.0, falling from K = 2 to 3. best: from 1.0 to 4.5, never" in caption
    assert figure.axes[0].get_ylabel() == "ℓ (nats)" and figure.axes[0].get_xlabel() == "K"
    assert figure.axes[0].get_xticks().tolist() == [1, 2, 3, 4]


def test_criteria_are_drawn_less_their_lowest_which_has_a_ring(kept):
    criteria = {"AIC": [9.0, 4.0, 3.0, 2.5], "BIC": [9.5, 5.0, 4.5, 6.0]}
    gmm.show_curves(range(1, 5), criteria, label="above", less_lowest=True)
    gmm.show_curves(range(1, 5), criteria, label="above", less_lowest=True, top=2)
    (figure, caption), (cut, of_cut) = kept
    aic, aic_ring, bic, bic_ring = figure.axes[0].lines
    assert aic.get_ydata().tolist() == [6.5, 1.5, 0.5, 0]
    assert [*bic_ring.get_xydata()[0]] == [3, 0] and [*aic_ring.get_xydata()[0]] == [4, 0]
    assert "BIC: lowest at K = 3" in caption
    low, high = figure.axes[0].get_ylim()
    assert low < -0.5 and high > 7
    assert cut.axes[0].get_ylim()[1] == 2 and of_cut.endswith("The picture ends at 2.")


def test_curves_are_told_apart_without_colour_and_run_into_no_legend(kept):
    """By marker and dashes, on the axes as well as in the legend, where all text is large."""
    names = ["AIC", "BIC", "held out"]
    gmm.show_curves(range(1, 5), {name: np.arange(4) for name in names}, label="above", zoom=2)
    [(figure, _)] = kept
    figure.draw_without_rendering()
    for ax in figure.axes:
        legend = ax.get_legend()
        assert [text.get_text() for text in legend.get_texts()] == names
        assert all(text.get_size() >= TEXT_SIZE for text in legend.get_texts())
        for drawn in (ax.lines, legend.get_lines()):
            looks = [
                (line.get_marker(), str(line._unscaled_dash_pattern), line.get_color())
                for line in drawn
            ]
            assert all(len(set(each)) == 3 for each in zip(*looks, strict=True))
        box = legend.get_window_extent()
        assert box.y0 >= ax.get_window_extent().y1 - 1 and box.y1 <= figure.bbox.y1
    left, right = (ax.get_legend().get_window_extent() for ax in figure.axes)
    assert left.x1 < right.x0


def test_a_table_has_each_number_in_its_cell_and_the_lowest_framed_and_bold(kept):
    gmm.show_criterion(TABLE, ["full", "tied"], [1, 2, 3], name="ICL", decimals=1)
    [(figure, caption)] = kept
    [ax] = figure.axes
    for (i, j), number in zip(np.ndindex(2, 3), ax.texts, strict=True):
        assert number.get_position() == (j, i)
        assert number.get_text() == f"{TABLE[i, j]:.1f}"
        assert number.get_size() >= TEXT_SIZE
    assert [text.get_text() for text in ax.get_xticklabels()] == ["1", "2", "3"]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["full", "tied"]
    assert ax.get_ylim() == (1.5, -0.5) and ax.get_title() == "ICL: the lowest is framed"
    [frame] = ax.patches
    assert frame.get_xy() == (1.5, 0.5) and (frame.get_width(), frame.get_height()) == (1, 1)
    assert [number.get_weight() for number in ax.texts] == ["normal"] * 5 + ["bold"]
    assert frame.get_zorder() > max(line.get_zorder() for line in ax.xaxis.get_gridlines())
    greys = np.asarray(ax.images[0].get_array()).ravel()  # the lower the number, the brighter
    for smaller, larger in itertools.pairwise(np.unique(TABLE)):
        assert greys[TABLE.ravel() == smaller][0] > greys[TABLE.ravel() == larger][0]
    # Black numbers stand out from the darkest by 7 to 1, as WCAG 2 asks at level AAA.
    assert greys.max() == 1 and ((greys.min() + 0.055) / 1.055) ** 2.4 + 0.05 >= 7 * 0.05
    assert caption.startswith("A table of ICL: a row for each")
    assert caption.endswith("of each row: tied 2314.3 at K = 3 and full 2322.2 at K = 2.")


@pytest.mark.parametrize("table, texts", [(WITH_GAPS, [*"3––2"]), ([[-4.25]], ["−4"])])
def test_a_missing_number_is_a_dash_and_never_the_best(kept, table, texts):
    gmm.show_criterion(table, [*"ab"][: len(table)], [1, 2][: len(table)])
    ax = kept[0][0].axes[0]
    assert [number.get_text() for number in ax.texts] == texts
    assert ax.patches[0].get_xy() == (len(table) - 1.5,) * 2


def test_eight_columns_fit(kept):
    types = ("full", "tied", "diag", "spherical")
    gmm.show_criterion(np.full((4, 8), 4024.7), types, range(1, 9), decimals=1)
    [(figure, _)] = kept
    figure.draw_without_rendering()
    [ax] = figure.axes
    boxes = [number.get_window_extent() for number in ax.texts[:8]]
    assert all(left.x1 < right.x0 for left, right in itertools.pairwise(boxes))
    assert boxes[-1].x1 <= figure.bbox.x1
    assert min(text.get_window_extent().x0 for text in ax.get_yticklabels()) >= 0
