"""Pictures and tables of one call: what they draw is the caller's, and what they say is drawn."""

import numpy as np
import pytest

import gmm_helpers as gmm
from gmm_helpers.plots import figures, geometry


@pytest.fixture
def kept(monkeypatch):
    """Keep each figure, with its caption, in place of showing it."""
    figures_shown = []
    monkeypatch.setattr(figures, "show_figure", lambda *shown: figures_shown.append(shown))
    return figures_shown


@pytest.fixture
def plane():
    data = gmm.four_gaussians(200, rng=np.random.default_rng(1))
    return data.x, data.mixture


def test_fits_are_drawn_side_by_side_and_told(kept, plane):
    x, mixture = plane
    gmm.show_fits({"points": None, "fit": mixture, "b": mixture.responsibilities(x)}, x)
    [(figure, caption)] = kept
    axes = figure.axes
    assert [ax.get_title() for ax in axes] == ["points", "fit", "b"]
    assert [len(ax.lines) > 0 for ax in axes] == [False, True, False]
    limits = {(ax.get_xlim(), ax.get_ylim()) for ax in axes}
    assert len(limits) == 1 and all(ax.get_aspect() == 1 for ax in axes)
    assert caption.startswith("200 points, x₂ against x₁, with ellipses at 1 and 2 standard dev")
    assert "fit: component 1 with weight 0.30 around (−4.00, −2.00), component 2" in caption
    sums = mixture.responsibilities(x).sum(axis=0).round().astype(int)
    assert f"b: the points' responsibilities sum to {sums[0]}, {sums[1]}, {sums[2]} and" in caption


def test_features_with_units_get_their_own_scales_and_the_caption_says_so(kept):
    data = gmm.old_faithful()
    gmm.show_fits({"real": None, "half": None}, {"real": data.x, "half": data.x[:136]},
                  features=data.features)  # fmt: skip
    [(figure, caption)] = kept
    assert [len(ax.collections[0].get_offsets()) for ax in figure.axes] == [272, 136]
    assert figure.axes[0].get_xlabel() == data.features[0]
    assert figure.axes[0].get_ylabel() == data.features[1]
    assert figure.axes[0].get_aspect() == "auto" and "a scale of its own" in caption


def test_in_one_dimension_curves_stand_over_a_histogram(kept):
    data = gmm.two_gaussians(rng=np.random.default_rng(1))
    gmm.show_fits({"truth": data.mixture, "shares": None}, data.x)
    [(figure, caption)] = kept
    assert len(figure.axes[0].patches) == 40 and len(figure.axes[0].lines) >= 3
    assert "300 points of x. truth: component 1 with weight 0.40 around −1.50" in caption


def test_more_than_three_pictures_take_two_rows(kept, plane):
    gmm.show_fits(dict.fromkeys("abcde"), plane[0])
    [(figure, _)] = kept
    assert [ax.get_visible() for ax in figure.axes] == [True] * 5 + [False]


def test_pairs_show_the_marginal_of_each_two_features(kept):
    rng = np.random.default_rng(0)
    A = rng.normal(size=(3, 3))
    mixture = gmm.Mixture([1], [[1, 2, 3]], [A @ A.T + np.eye(3)])
    gmm.show_pairs(rng.normal(size=(50, 3)), mixture, features="abc")
    [(figure, caption)] = kept
    assert [(ax.get_xlabel(), ax.get_ylabel()) for ax in figure.axes] == [
        ("a", "b"), ("a", "c"), ("b", "c"),
    ]  # fmt: skip
    reach = np.nanmax(figure.axes[1].lines[0].get_xydata()[:, 1])
    assert reach == pytest.approx(3 + 2 * np.sqrt(mixture.covariances[0, 2, 2]), rel=1e-3)
    assert "b against a, c against a and c against b" in caption


def test_outlines_are_closed_lines_around_the_points_and_say_how_far_they_reach(kept):
    circle = np.column_stack([np.cos([0, 1, 2, 3]), np.sin([0, 1, 2, 3])])
    gmm.show_outlines({1: circle, 2: 2 * circle}, np.zeros((7, 2)))
    [(figure, caption)] = kept
    assert [line.get_xdata().max() for line in figure.axes[0].lines] == [1, 2]
    assert figure.axes[0].get_aspect() == 1
    assert caption.startswith("7 points, and lines at 1σ, which reaches to 1.00 on the right")


def test_regions_show_who_answers_and_where_that_is_unsure(kept, plane):
    gmm.show_regions(plane[1], plane[0])
    [(figure, caption)] = kept
    assert [ax.get_title() for ax in figure.axes[:2]] == ["regions and density", "entropy"]
    assert "black at log 4" in caption


def test_curves_say_where_they_are_lowest_or_fall(kept):
    curves = {"one": [1.0, 3.0, 2.5, 4.0], "best": [1.0, 3.0, 3.5, 4.5]}
    gmm.show_curves(range(1, 5), curves, label="ℓ (nats)", zoom=2)
    gmm.show_curves(range(1, 5), {"BIC": [9.0, 5.0, 6.0, 8.0]}, label="above", less_lowest=True)
    (first, rising), (second, criterion) = kept
    assert [len(ax.lines[0].get_xdata()) for ax in first.axes] == [4, 3]
    assert "one: from 1.0 to 4.0, falling from K = 2 to 3. best: from 1.0 to 4.5, never" in rising
    assert second.axes[0].lines[0].get_ydata().tolist() == [4, 0, 1, 3]
    assert "BIC: lowest at K = 2" in criterion


def test_a_criterion_names_the_lowest_of_each_row_best_first(kept):
    gmm.show_criterion([[5.0, 4.0], [3.0, np.nan]], ["full", "tied"], [1, 2], decimals=1)
    [(figure, caption)] = kept
    assert figure.axes[0].get_title() == "BIC: the lowest is framed"
    assert caption.endswith("The lowest of each row: tied 3.0 at K = 1 and full 4.0 at K = 2.")


def test_a_table_lines_its_numbers_up(capsys):
    gmm.show_table({"K": [1, 10], "ok": [True, False], "x": np.array([1.5, np.nan])}, decimals=1)
    assert capsys.readouterr().out == " K   ok    x\n 1  yes  1.5\n10   no    –\n"


def test_parameters_go_from_left_to_right_and_with_features_one_a_line(capsys, plane):
    gmm.show_parameters({"truth": plane[1]})
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["component", "weight", "mean", "x1", "mean", "x2", "σ", "x1", "σ",
                                "x2", "ρ"]  # fmt: skip
    assert lines[1].split() == "truth 1 0.30 -4.00 -2.00 1.26 1.00 0.71".split()
    gmm.show_parameters({"truth": plane[1]}, features=("long", "wide"), decimals=1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].split() == ["truth", "1", "0.3", "wide", "-2.0", "1.0"]


def test_captions_count_as_words_do():
    assert geometry.join_words("abc") == "a, b and c" and geometry.join_words("a") == "a"


def test_a_walk_has_a_row_for_each_position(capsys):
    data = gmm.old_faithful()
    start = gmm.start_from_means(data.x, [[2, 60], [4, 80]])
    stepper = gmm.Stepper(data.x, gmm.run_em(data.x, start, max_iter=2, tol=0))
    gmm.show_walk(stepper, decimals=1)
    head, first, *rest = capsys.readouterr().out.splitlines()
    assert head.split() == ["step", "t", "ℓ", "φ₁", "μ₁", "φ₂", "μ₂"]
    assert first.split()[:2] == ["start", "0"] and "(2.0, 60.0)" in first
    assert [row.split()[0] for row in rest] == ["E", "M", "E", "M"] and stepper.position == 0
    x = [0.0, 0.1, 0.3, 5.0, 5.2, 5.3]
    trace = gmm.run_em(x, gmm.Mixture.from_1d([0.5, 0.5], [0, 1], [1, 4]), max_iter=1)
    gmm.show_walk(gmm.Stepper(x, trace))
    assert capsys.readouterr().out.splitlines()[1].split()[3:] == [
        "0.500", "0.000", "1.000", "0.500", "1.000", "2.000"
    ]  # fmt: skip


def test_functions_are_drawn_where_they_are_numbers_and_told(kept):
    x = [0.0, 1.0, 2.0]
    gmm.show_functions(x, {"a": [1, 3, 2], "b": [np.nan, 5, 4]}, labels=("t", "height"), log=True)
    [(figure, caption)] = kept
    [ax] = figure.axes
    assert ax.get_ylim()[0] > 0.5  # the axis ends near the lowest value
    assert ax.get_yscale() == "log" and [len(line.get_xdata()) for line in ax.lines] == [3, 2]
    assert caption.startswith(
        "height against t on a logarithmic axis. a: 1 at 0, 2 at 2; highest 3"
    )
    gmm.show_functions(x, {"alone": x}, limits=(0, 1))
    ax = kept[1][0].axes[0]
    assert ax.get_ylabel() == "alone" and ax.get_ylim() == (0, 1)
