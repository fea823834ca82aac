"""Data and fits: what is drawn is the caller's, and what the caption says is what is drawn."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

import gmm_helpers as gmm
from gmm_helpers.plots import figures, fits, geometry
from gmm_helpers.plots.look import COLOURS, mix_colours


def test_fits_are_drawn_side_by_side_and_told(kept):
    data = gmm.four_gaussians(200, rng=np.random.default_rng(1))
    x, mixture = data.x, data.mixture
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
    assert f"b: the points are shared out as {sums[0]}, {sums[1]}, {sums[2]} and" in caption


def test_features_with_units_get_their_own_scales_and_the_caption_says_so(kept):
    data = gmm.old_faithful()
    both = {"real": data.x, "half": data.x[:136]}
    gmm.show_fits(dict.fromkeys(both), both, features=data.features)
    [(figure, caption)] = kept
    assert [len(ax.collections[0].get_offsets()) for ax in figure.axes] == [272, 136]
    first = figure.axes[0]
    assert (first.get_xlabel(), first.get_ylabel()) == tuple(data.features)
    assert first.get_aspect() == "auto" and "a scale of its own" in caption
    gmm.show_fits({"in unlike units": None}, data.x)
    assert kept[1][0].axes[0].get_aspect() == "auto" and "a scale of its own" in kept[1][1]


def test_in_one_dimension_curves_stand_over_a_histogram_and_points_below(kept):
    data = gmm.two_gaussians(rng=np.random.default_rng(1))
    gmm.show_fits({"truth": data.mixture, "shares": None}, data.x[:, None])
    [(figure, caption)] = kept
    ax = figure.axes[0]
    first, second, both = (line.get_xydata().T for line in ax.lines if len(line.get_xdata()) > 1)
    grid, density = both
    assert (first[0] == grid).all() and grid[[0, -1]].tolist() == list(ax.get_xlim())
    np.testing.assert_allclose(np.exp(data.mixture.log_density(grid)), density)
    areas = [np.trapezoid(each[1], grid) for each in (first, second)]
    np.testing.assert_allclose(areas, [0.4, 0.6], rtol=2e-3)
    assert first[1].max() == pytest.approx(geometry.bump_maps(data.mixture)[0, 3])
    assert len(ax.patches) == 40
    rug = np.concatenate([points.get_offsets() for points in ax.collections])
    assert sorted(rug[:, 0]) == sorted(data.x) and (rug[:, 1] < 0).all()
    assert ax.get_ylim()[0] < rug[:, 1].min() and min(ax.get_yticks()) == 0
    assert "300 points of x, under their histogram. truth: component 1 with weight 0.40" in caption


def test_pairs_show_the_marginal_of_each_two_features(kept):
    rng = np.random.default_rng(0)
    A = rng.normal(size=(3, 3))
    mixture = gmm.Mixture([1], [[1, 2, 3]], [A @ A.T + np.eye(3)])
    gmm.show_pairs(rng.normal(size=(50, 3)), mixture, features=np.array([*"abc"]))
    [(figure, caption)] = kept
    named = [ax.get_xlabel() + ax.get_ylabel() for ax in figure.axes]
    assert named == ["ab", "ac", "bc"]
    reach = figure.axes[1].lines[1].get_ydata().max()
    assert reach == pytest.approx(3 + 2 * np.sqrt(mixture.covariances[0, 2, 2]), rel=1e-3)
    assert "b against a, c against a and c against b" in caption


def test_outlines_are_closed_lines_around_the_points_and_say_how_far_they_reach(kept):
    circle = np.column_stack([np.cos([0, 1, 2, 3]), np.sin([0, 1, 2, 3])])
    gmm.show_outlines({radius: radius * circle for radius in range(1, 9)}, np.zeros((7, 2)))
    [(figure, caption)] = kept
    assert [line.get_xdata().max() for line in figure.axes[0].lines] == [*range(1, 9)]
    assert figure.axes[0].get_aspect() == 1
    assert caption.startswith("7 points, and lines at 1σ, which reaches to 1.00 on the right")


def test_points_mix_the_components_colours_and_without_responsibilities_are_hollow():
    b, ax = np.array([[1, 0], [0.25, 0.75], [0, 1]]), gmm.new_figure()[1]
    fits.draw_points(ax, np.zeros((3, 2)), b)
    fits.draw_points(ax, np.zeros((5, 2)))
    first, second, hollow = ax.collections  # the likelier component's marker: so two
    assert to_hex(first.get_facecolors()[0]) == COLOURS[0].lower()
    np.testing.assert_array_equal(second.get_facecolors()[:, :3], mix_colours(b[1:], COLOURS))
    assert len(hollow.get_offsets()) == 5
    assert to_hex(hollow.get_facecolors()[0]) == "#ffffff"
    assert to_hex(hollow.get_edgecolors()[0]) == figures.GREY


@figures.plain_style()
def test_each_number_is_inside_its_ring_and_hides_those_below():
    figure, ax = gmm.new_figure()
    K = 12
    fits.draw_ellipses(ax, gmm.Mixture([1 / K] * K, np.zeros((K, 2)), [np.eye(2)] * K))
    rings = [line for line in ax.lines if line.get_marker() == "o"]
    figure.draw_without_rendering()
    for ring, number in zip(rings, ax.texts, strict=True):
        box = number.get_window_extent().padded(-2)  # of the line, which is taller than a digit
        assert np.hypot(box.width, box.height) < ring.get_markersize()
    order = sorted([*rings, *ax.texts], key=lambda each: each.get_zorder())
    drawn = [each for each in ax.get_children() if each in order]
    assert drawn == [each for pair in zip(rings, ax.texts, strict=True) for each in pair]
