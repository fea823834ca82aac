"""Pictures over the plane: contours hold their shares, regions and entropy follow Bayes' rule."""

import io

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image
from scipy.stats import chi2, multivariate_normal

import gmm_helpers as gmm
from gmm_helpers.plots import figures

MIXTURE = gmm.Mixture(
    [0.5, 0.3, 0.2],
    [[-2.0, -1.0], [1.5, 2.0], [2.5, -2.0]],
    [[[1.5, 0.8], [0.8, 1.0]], [[0.6, -0.3], [-0.3, 1.2]], [[0.3, 0], [0, 0.4]]],
)
DRAWS = [gmm.plot_density_contours, gmm.plot_regions, gmm.plot_entropy]


@pytest.fixture
def ax():
    ax = gmm.new_figure()[1]
    ax.set(xlim=(-7, 6), ylim=(-6, 7))
    return ax


def products(points):
    """Return φ_k N(x_i | μ_k, Σ_k), shape (n, K), by SciPy."""
    parameters = zip(MIXTURE.weights, MIXTURE.means, MIXTURE.covariances, strict=True)
    return np.column_stack([w * multivariate_normal(m, c).pdf(points) for w, m, c in parameters])


def colours_at(ax, points):
    """Return the colours that stand on the axes at some points, shape (n, 3), from 0 to 1."""
    buffer = io.BytesIO()
    ax.figure.savefig(buffer, format="png")
    picture = np.asarray(Image.open(buffer).convert("RGB")) / 255
    columns, from_below = ax.transData.transform(points).astype(int).T
    return picture[len(picture) - 1 - from_below, columns]


# Density contours


@pytest.mark.parametrize("share", [0.05, 0.393, 0.8, 0.99])
def test_of_one_gaussian_the_levels_are_those_of_its_ellipses(share):
    one = gmm.Mixture([1], [[3, -1]], [[[2, 0.7], [0.7, 0.5]]])
    squared = 2 * (one.log_density([[3, -1]])[0] - gmm.log_density_levels(one, [share])[0])
    assert chi2(2).cdf(squared) == pytest.approx(share, abs=5e-4)


def test_above_a_level_lies_the_share_of_the_points():
    shares = np.array([0.1, 0.25, 0.5, 0.75, 0.95])
    levels = gmm.log_density_levels(MIXTURE, shares)
    heights = MIXTURE.log_density(MIXTURE.sample(400_000, np.random.default_rng(1))[0])
    np.testing.assert_allclose((heights[:, None] > levels).mean(axis=0), shares, atol=0.004)
    assert (np.diff(levels) < 0).all()


def test_levels_do_not_care_for_the_unit_or_for_narrow_components():
    wide = gmm.Mixture([0.5, 0.5], [[0, 0], [50, 0]], [np.eye(2), 1e-6 * np.eye(2)])
    # Far apart: at most 0.5 lies in the narrow one, above any height of the wide one.
    levels = gmm.log_density_levels(wide, [0.25, 0.75])
    of_half = 0.5 * chi2(2).ppf(0.5)
    tops = np.log(0.5 / (2 * np.pi * np.array([1e-6, 1])))
    np.testing.assert_allclose(levels, tops - of_half, atol=0.01)


def test_contours_run_where_the_density_has_their_height(ax):
    shares = [0.9, 0.5, 0.2]
    contours = gmm.plot_density_contours(ax, MIXTURE, shares=shares)
    np.testing.assert_array_equal(contours.levels, gmm.log_density_levels(MIXTURE, shares))
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):
        heights = MIXTURE.log_density(path.vertices)
        np.testing.assert_allclose(heights, level, atol=0.02)
    assert (np.diff(contours.get_linewidths()) > 0).all()


def test_contours_out_of_sight_are_not_drawn_elsewhere(ax):
    ax.set(xlim=(100, 101), ylim=(100, 101))
    with pytest.raises(ValueError, match="show none of the contours: set their limits"):
        gmm.plot_density_contours(ax, MIXTURE)


@pytest.mark.parametrize("shares", [[0], [0.5, 1], [-0.1], [np.nan], [[0.5]]])
def test_a_share_is_between_0_and_1(ax, shares):
    with pytest.raises(ValueError, match="shares must be above 0 and below 1"):
        gmm.plot_density_contours(ax, MIXTURE, shares=shares)


# Regions


def test_each_region_is_where_its_component_answers_for_most(ax):
    regions = gmm.plot_regions(ax, MIXTURE)
    points = np.random.default_rng(2).uniform(-5, 5, (400, 2))
    likely = np.sort(products(points), axis=1)
    points = points[likely[:, -1] > 1.5 * likely[:, -2]]  # not on a boundary
    owner = products(points).argmax(axis=1)
    assert set(owner) == {0, 1, 2}
    inside = [region.get_paths()[0].contains_points(points) for region in regions]
    np.testing.assert_array_equal(inside, np.arange(3)[:, None] == owner)


def test_each_region_has_its_components_colour_and_a_hatch_of_its_own(ax):
    regions = gmm.plot_regions(ax, MIXTURE)
    points = np.random.default_rng(2).uniform(-5, 5, (400, 2))
    owner, seen = products(points).argmax(axis=1), colours_at(ax, points)
    for k in range(3):
        full, mine = np.array(to_rgb(figures.COLOURS[k])), seen[owner == k]
        np.testing.assert_allclose(np.median(mine, axis=0), 0.75 + 0.25 * full, atol=0.01)
        hatched = abs(mine - full).max(axis=1) < 0.15
        assert 0.02 < hatched.mean() < 0.3
    assert len({region.hatches[0] for region in regions}) == 3


def test_regions_far_out_are_told_by_logarithms(ax):
    """Where all densities are rounded to 0, one is still the largest."""
    ax.set(xlim=(-900, 900), ylim=(-900, 900))
    regions = gmm.plot_regions(ax, MIXTURE)
    far = np.array([[-700.0, -650.0], [-80.0, 700.0]])
    assert (products(far) == 0).all()
    inside = [region.get_paths()[0].contains_points(far) for region in regions]
    distances = [
        np.einsum("nd,nd->n", far - m, np.linalg.solve(c, (far - m).T).T)
        for m, c in zip(MIXTURE.means, MIXTURE.covariances, strict=True)
    ]
    np.testing.assert_array_equal(np.argmax(inside, axis=0), np.argmin(distances, axis=0))
    assert np.sum(inside, axis=0).tolist() == [1, 1]


@pytest.mark.parametrize("weights", [[0, 1], [1, 0]])
def test_a_component_without_weight_has_no_region(ax, weights):
    regions = gmm.plot_regions(ax, gmm.Mixture(weights, [[0, 0], [1, 1]], [np.eye(2)] * 2))
    has_region = [len(region.get_paths()[0].vertices) > 0 for region in regions]
    assert has_region == [weight > 0 for weight in weights]


def test_one_component_owns_the_plane(ax):
    (region,) = gmm.plot_regions(ax, gmm.Mixture([1], [[0, 0]], [np.eye(2)]))
    assert region.get_paths()[0].contains_points([[-6.9, -5.9], [5.9, 6.9], [0, 0]]).all()


# Entropy


def test_the_entropy_goes_from_0_to_log_k():
    b = np.array([[1, 0, 0], [0.5, 0.5, 0], [1 / 3, 1 / 3, 1 / 3], [0.7, 0.2, 0.1]])
    last = -(0.7 * np.log(0.7) + 0.2 * np.log(0.2) + 0.1 * np.log(0.1))
    np.testing.assert_allclose(
        gmm.responsibility_entropy(b), [0, np.log(2), np.log(3), last], atol=1e-15
    )


def test_the_shades_are_bands_of_the_entropy(ax):
    bands, bar = gmm.plot_entropy(ax, MIXTURE)
    points = np.random.default_rng(3).uniform(-4, 4, (600, 2))
    b = products(points) / products(points).sum(axis=1, keepdims=True)
    entropy = -(b * np.log(b)).sum(axis=1)
    brightness = colours_at(ax, points).mean(axis=1)
    band = np.digitize(entropy, bands.levels)
    clear = abs(entropy[:, None] - bands.levels).min(axis=1) > 0.04  # not where two bands meet
    wanted = [np.median(brightness[clear & (band == i)]) for i in np.unique(band[clear])]
    assert len(wanted) > 4 and (np.diff(wanted) < -0.03).all()
    shown = np.array(wanted)[np.searchsorted(np.unique(band[clear]), band[clear])]
    assert (abs(brightness[clear] - shown) < 0.02).mean() > 0.97
    assert bands.levels[[0, -1]] == pytest.approx([0, np.log(3)])


def test_the_bar_says_the_unit_and_its_ends(ax):
    _, bar = gmm.plot_entropy(ax, MIXTURE)
    assert [label.get_text() for label in bar.ax.get_yticklabels()] == ["0.00", "0.55", "1.10"]
    assert bar.ax.get_ylabel() == "entropy (nats)"
    texts = [bar.ax.yaxis.label, *bar.ax.get_yticklabels()]
    assert {text.get_size() for text in texts} == {20}


def test_equal_components_leave_no_hole(ax):
    """Rounding may lift an entropy above log K, where there is no shade."""
    same = gmm.Mixture(np.full(3, 1 / 3), np.zeros((3, 2)), [np.eye(2)] * 3)
    gmm.plot_entropy(ax, same)
    points = np.random.default_rng(4).uniform(-5, 5, (200, 2))
    assert (colours_at(ax, points) < 0.3).all()


def test_of_one_component_there_is_nothing_to_be_unsure(ax):
    with pytest.raises(ValueError, match="With K = 1 there is nothing to be unsure of"):
        gmm.plot_entropy(ax, gmm.Mixture([1], [[0, 0]], [np.eye(2)]))


# All of them


@pytest.mark.parametrize("draw", DRAWS)
def test_the_limits_stay(ax, draw):
    draw(ax, MIXTURE)
    assert ax.get_xlim() == (-7, 6) and ax.get_ylim() == (-6, 7)


@pytest.mark.parametrize("draw", DRAWS)
def test_only_mixtures_of_two_dimensions_are_drawn(ax, draw):
    with pytest.raises(ValueError, match="must have D = 2; it has D = 1"):
        draw(ax, gmm.Mixture.from_1d([0.5, 0.5], [0, 1], [1, 1]))
    with pytest.raises(TypeError, match="mixture must be a Mixture"):
        draw(ax, "mixture")
