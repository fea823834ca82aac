"""Pictures over the plane: contours hold their shares, regions and entropy follow Bayes' rule."""

import io

import numpy as np
from matplotlib.colors import to_rgb
from PIL import Image
from scipy.stats import multivariate_normal

import gmm_helpers as gmm
from gmm_helpers.plots import geometry, regions
from gmm_helpers.plots.look import COLOURS

MIXTURE = gmm.Mixture(
    [0.5, 0.3, 0.2],
    [[-2.0, -1.0], [1.5, 2.0], [2.5, -2.0]],
    [[[1.5, 0.8], [0.8, 1.0]], [[0.6, -0.3], [-0.3, 1.2]], [[0.3, 0], [0, 0.4]]],
)


def products(points, mixture=MIXTURE):
    """Return φ_k N(x_i | μ_k, Σ_k), shape (n, K), by SciPy."""
    parameters = zip(mixture.weights, mixture.means, mixture.covariances, strict=True)
    return np.column_stack([w * multivariate_normal(m, c).pdf(points) for w, m, c in parameters])


def colours_at(ax, points):
    """Return the colours that stand on the axes at some points, shape (n, 3), from 0 to 1."""
    buffer = io.BytesIO()
    ax.figure.savefig(buffer, format="png")
    picture = np.asarray(Image.open(buffer).convert("RGB")) / 255
    columns, from_below = ax.transData.transform(points).astype(int).T
    return picture[len(picture) - 1 - from_below, columns]


def drawn(mixture, reach=6):
    """Return axes with the regions of a mixture."""
    ax = gmm.new_figure()[1]
    logs = geometry.over_plane(lambda at: mixture._log_joint(at.T).T, [-reach, reach] * 2)
    regions.draw_regions(ax, *logs)
    return ax


def inside(ax, points):
    """Say which points are in each region, shape (K, n)."""
    return [region.get_paths()[0].contains_points(points) for region in ax.collections]


def test_a_picture_has_regions_with_contours_and_entropy_with_a_bar(kept):
    gmm.show_regions(MIXTURE, MIXTURE.means)
    [(figure, caption)] = kept
    left, right, bar = figure.axes
    assert [left.get_title(), right.get_title()] == ["regions and density", "entropy"]
    *_, contours = left.collections
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):
        np.testing.assert_allclose(MIXTURE.log_density(path.vertices), level, atol=0.02)
    assert (np.diff(contours.get_linewidths()) > 0).all()
    assert [label.get_text() for label in bar.get_yticklabels()] == ["0.00", "0.55", "1.10"]
    assert bar.get_ylabel() == "entropy (nats)"
    assert {text.get_size() for text in [bar.yaxis.label, *bar.get_yticklabels()]} == {20}
    assert "strongest at log 3" in caption and "Component 1 with weight 0.50 around" in caption


def test_above_a_level_lies_the_share_of_the_points():
    shares = np.array([0.95, 0.75, 0.5, 0.25, 0.1])
    levels = regions.density_levels(MIXTURE, shares)
    heights = MIXTURE.log_density(MIXTURE.sample(400_000, np.random.default_rng(2))[0])
    np.testing.assert_allclose((heights[:, None] > levels).mean(axis=0), shares, atol=0.006)


def test_each_region_has_its_components_colour_and_a_hatch_of_its_own():
    ax = drawn(MIXTURE)
    points = np.random.default_rng(2).uniform(-5, 5, (400, 2))
    likely = np.sort(products(points), axis=1)
    points = points[likely[:, -1] > 1.5 * likely[:, -2]]  # not on a boundary
    owner, seen = products(points).argmax(axis=1), colours_at(ax, points)
    np.testing.assert_array_equal(inside(ax, points), np.arange(3)[:, None] == owner)
    for k in range(3):
        full, mine = np.array(to_rgb(COLOURS[k])), seen[owner == k]
        np.testing.assert_allclose(np.median(mine, axis=0), 0.75 + 0.25 * full, atol=0.01)
        hatched = abs(mine - full).max(axis=1) < 0.15
        assert 0.02 < hatched.mean() < 0.3
    assert len({region.hatches[0] for region in ax.collections}) == 3


def test_regions_far_out_are_told_by_logarithms():
    """Where all densities are rounded to 0, one is still the largest."""
    far = np.array([[-700.0, -650.0], [-80.0, 700.0]])
    assert (products(far) == 0).all()
    distances = [
        np.einsum("nd,nd->n", far - m, np.linalg.solve(c, (far - m).T).T)
        for m, c in zip(MIXTURE.means, MIXTURE.covariances, strict=True)
    ]
    found = inside(drawn(MIXTURE, 900), far)
    np.testing.assert_array_equal(found, np.arange(3)[:, None] == np.argmin(distances, axis=0))
    ax = drawn(gmm.Mixture([0, 1], [[0, 0], [1, 1]], [np.eye(2)] * 2))  # one has no weight
    assert [len(region.get_paths()[0].vertices) > 0 for region in ax.collections] == [False, True]


def test_the_shades_are_bands_of_the_entropy_and_leave_no_hole():
    """Rounding may lift an entropy above log K, where there would be no shade."""
    figure, [ax, full] = gmm.new_figure(2)
    most = np.log(3)
    x = y = np.linspace(0, 1, 11)
    regions.draw_entropy(ax, (x, y, np.broadcast_to(most * x, (11, 11))), most)
    regions.draw_entropy(full, (x, y, np.full((11, 11), most * (1 + 1e-15))), most)
    at = np.column_stack([(np.arange(8) + 0.5) / 8, np.full(8, 0.5)])  # the middle of each band
    seen = colours_at(ax, at).mean(axis=1)
    np.testing.assert_allclose(seen, np.linspace(1, 0, 8), atol=0.01)
    assert (colours_at(full, at) < 0.3).all()
