"""The notebooks' own pictures: what is drawn lies where the numbers say, at each position."""

import numpy as np
import pytest
from test_stepper import marks, read

import gmm_helpers as gmm
from gmm_helpers.plots import geometry


@pytest.fixture(scope="module")
def run():
    x = np.array([1.0, 2.0, 3.0, 4.0, 7.0, 8.0, 10.0])
    return x, gmm.run_em(x, gmm.Mixture.from_1d([0.5, 0.5], [4, 6], [4, 4]), max_iter=2)


@pytest.fixture(scope="module")
def plane():
    x = gmm.four_gaussians(60, rng=np.random.default_rng(1)).x
    return x, gmm.start_from_means(x, x[:2])


def shown(mark, position):
    """Say whether a mark is seen at a position."""
    return not mark["by"]["hidden"][position]


def test_bars_reach_the_bound_and_the_gap_reaches_on_to_the_log_likelihood(run):
    x, trace = run
    view = gmm.BoundBars(x, trace).view
    bars, lines = marks(view, "bars"), marks(view, "line")
    for i, step in enumerate(trace.steps):
        q = np.full((7, 2), 0.5) if i == 0 else step.responsibilities
        bound = gmm.lower_bound(x, step.mixture, q)
        [[_, _, baseline, top]] = read(view, bars[2 * i]["shape"])
        assert baseline == view.content["panels"][0]["views"][0]["limits"][2] < bound
        assert top == pytest.approx(bound, abs=1e-8)
        frame, line = (read(view, each["shape"])[:, 1] for each in lines[2 * i : 2 * i + 2])
        assert frame.min() == top and frame.max() == line[0] == line[1]
        assert line[0] == pytest.approx(step.log_likelihood, abs=1e-8)
        stripes = read(view, bars[2 * i + 1]["shape"])
        assert not len(stripes) or (top <= stripes[0, 2] and stripes[-1, 3] <= line[0])
        assert [shown(bars[2 * i], p) for p in range(5)] == [p >= i for p in range(5)]


def test_a_bound_above_the_log_likelihood_is_refused(run):
    with pytest.raises(ValueError, match="lies above ℓ, or is no number"):
        gmm.BoundBars(*run, lower_bound=lambda x, mixture, q: 0.0)
    with pytest.raises(ValueError, match="record=True"):
        gmm.BoundBars(run[0], gmm.run_em(run[0], run[1].mixture, record=False))


def test_the_bound_touches_the_curve_where_the_ring_is():
    grid, q = np.linspace(-2, 2, 41), np.eye(2)
    positions = [("Start", -1.0, None), ("E step 1", -1.0, q), ("M step 1", 0.5, q)]
    view = gmm.BoundCurve(
        grid, lambda t: -(t**2), lambda t, q: -2 * (t + 1) ** 2 + 2 * t + 1, positions
    ).view
    curve, bound, gap = marks(view, "line")
    np.testing.assert_array_equal(read(view, curve["shape"]), np.column_stack([grid, -(grid**2)]))
    np.testing.assert_array_equal(
        read(view, bound["shape"])[0, :, 1], -2 * (grid + 1) ** 2 + 2 * grid + 1
    )
    assert [shown(bound, p) for p in range(3)] == [shown(gap, p) for p in range(3)]
    assert bound["by"]["hidden"] == [1, 0, 0] and view.content["glides"][1:] == [0, 1]
    ends = geometry.place(read(view, gap["shape"]), read(view, gap["by"]["map"])[2])
    np.testing.assert_allclose(ends, [[0.5, -2.5], [0.5, -0.25]])
    [ring] = marks(view, "marker")
    np.testing.assert_allclose(
        read(view, ring["by"]["map"])[:, 4:], [[-1, -1], [-1, -1], [0.5, -0.25]]
    )


def test_a_landscape_has_its_contours_below_the_top_and_paths_up_to_the_step():
    paths = np.array([[[2, 2], [1, 1], [0, 0]], [[-2, 0], [-1, 0], [0, 0]]])
    landscape = gmm.Landscape(
        lambda points: -(points**2).sum(axis=1), paths, limits=(-3, 3), groups=[0, 1]
    )
    assert landscape.texts[1] == (
        "Iteration 1. 0 of 2 runs are where they end; the lowest is at −2.0, the highest at −1.0."
    )
    view = landscape.view
    lines = marks(view, "line")
    for line, radius in zip(lines, (1, 3**0.5, 10**0.5), strict=False):
        distances = np.linalg.norm(read(view, line["shape"]), axis=1)
        np.testing.assert_allclose(distances, radius, atol=2e-3)
    [image] = marks(view, "image")
    pixels = read(view, image["pixels"])
    assert pixels.max() == pixels[60, 60] and pixels[0, 0] == pixels[-1, -1] == 0
    for line, marker, path in zip(lines[-2:], marks(view, "marker"), paths, strict=True):
        np.testing.assert_array_equal(read(view, line["shape"]), path)
        assert list(line["by"]["until"]) == [1, 2, 3]
        np.testing.assert_array_equal(read(view, marker["by"]["map"])[:, 4:], path)
    assert lines[-2]["colour"] != lines[-1]["colour"]
    with pytest.raises(ValueError, match="not finite"):
        gmm.Landscape(lambda points: np.full(len(points), -np.inf), paths, limits=(-1, 1))


def test_of_one_share_the_curve_is_the_bound_and_the_gap_reaches_up_to_log_p():
    mixture = gmm.Mixture.from_1d([0.5, 0.5], [4, 6], [4, 4])
    view = gmm.OneShare(1.0, mixture).view
    top, curve, gap = marks(view, "line")
    q, F = read(view, curve["shape"]).T
    table = np.column_stack([q, 1 - q])
    np.testing.assert_allclose(F, [gmm.lower_bound([1.0], mixture, row[None]) for row in table])
    assert q[F.argmax()] == pytest.approx(mixture.responsibilities([1.0])[0, 0], abs=0.0125)
    log_p = mixture.log_density([1.0])[0]
    maps = read(view, gap["by"]["map"])
    np.testing.assert_allclose(maps[:, 3] + maps[:, 5], log_p)
    assert read(view, top["shape"])[0, 1] == pytest.approx(log_p)


def test_each_start_has_its_way_and_its_end():
    ways = [[0, 1], [2, 1.5, 1]]
    starts = gmm.Starts([0, 1, 2], lambda value: -((value - 1) ** 2), ways)
    curve, way = marks(starts.view, "line")
    np.testing.assert_array_equal(
        read(starts.view, way["shape"])[1], [[2, -1], [1.5, -0.25], [1, 0]]
    )
    first, last = (read(starts.view, m["by"]["map"])[:, 4:] for m in marks(starts.view, "marker"))
    np.testing.assert_array_equal(first, [[0, -1], [2, -1]])
    np.testing.assert_array_equal(last, [[1, 0], [1, 0]])


def test_k_means_has_hard_shares_and_the_mixture_its_own(plane):
    x, start = plane
    steps = gmm.run_em(x, start, max_iter=1).steps
    labels = np.arange(60) % 2
    kmeans = [(start.means, None), (start.means, labels), (start.means + 1, labels)]
    beside = gmm.KMeansBeside(x, kmeans, steps, groups=labels)
    view = beside.view
    for panel, expected in ((0, np.eye(2)[labels]), (1, steps[1].responsibilities)):
        [points] = marks(view, "points", panel)
        assert points["by"]["which"] == [-1, 0, 0]
        np.testing.assert_allclose(read(view, points["shares"])[0], expected[:, :1], atol=1e-5)
        wrong = expected.argmax(axis=1) != labels
        crosses = [mark["map"][4:] for mark in marks(view, "marker", panel) if shown(mark, 1)]
        assert crosses == x[wrong].tolist()
    numbers = marks(view, "label", 0)
    np.testing.assert_array_equal(read(view, numbers[1]["by"]["map"])[2, 4:], start.means[1] + 1)
    right = np.mean(steps[1].responsibilities.argmax(axis=1) == labels)
    assert "k-means: 100% of the points in their true group, squares " in beside.texts[1]
    assert f"Mixture: {right:.0%} of the points" in beside.texts[1]
    with pytest.raises(ValueError, match="one entry for each of the 3 positions; it has 2"):
        gmm.KMeansBeside(x, kmeans[:2], steps, groups=labels)


def test_the_lines_beside_k_means_lie_where_two_components_are_equal(plane):
    x, start = plane
    steps = gmm.run_em(x, start, max_iter=1).steps
    labels = np.zeros(60, int)
    kmeans = [(start.means, None), (start.means, labels), (start.means + 1, labels)]
    view = gmm.KMeansBeside(x, kmeans, steps, groups=labels).view
    for position, (means, _) in enumerate(kmeans):
        border = line_at(view, marks(view, "line", 0)[0], position)
        apart = [np.linalg.norm(border - mean, axis=1) for mean in means]
        np.testing.assert_allclose(*apart, atol=1e-3)
        for line in marks(view, "line", 1):
            if "which" in line["by"] and shown(line, position):
                b = steps[position].mixture.responsibilities(line_at(view, line, position))
                np.testing.assert_allclose(b[:, 0], 0.5, atol=0.02)


def line_at(view, line, position):
    return read(view, line["shape"])[line["by"]["which"][position]]


def test_a_shrinking_variance_has_crosses_at_the_new_means_and_circles_at_one_sigma(plane):
    x, start = plane
    stepper = gmm.ShrinkingVariance(x, start.means, (4, 0.25))
    view = stepper.view
    for k, circle in enumerate(marks(view, "line")):
        for position, radius in enumerate((2, 0.5)):
            ring = geometry.place(
                read(view, circle["shape"]), read(view, circle["by"]["map"])[position]
            )
            np.testing.assert_allclose(np.linalg.norm(ring - start.means[k], axis=1), radius)
    b = gmm.Mixture([0.5, 0.5], start.means, [4 * np.eye(2)] * 2).responsibilities(x)
    new = gmm.m_step(x, b).means
    for k, cross in enumerate(marks(view, "marker")):
        np.testing.assert_allclose(read(view, cross["by"]["map"])[0, 4:], new[k])
    assert view.content["headings"] == ["σ² = 4", "σ² = 0.25"]
    farthest = np.linalg.norm(new - start.means, axis=1).max()
    assert f"{np.sum(b.max(axis=1) < 0.999)} of 60 points are shared" in stepper.texts[0]
    assert stepper.texts[0].endswith(f"move a mean by up to {farthest:.3f}.")


def test_points_over_the_threshold_are_flagged_and_the_line_lies_at_it(plane):
    x, mixture = plane
    surprise = -mixture.log_density(x)
    stepper = gmm.Anomalies(x, mixture, most=8)
    view, flags = stepper.view, marks(stepper.view, "marker")
    order = np.argsort(-surprise)
    for position in range(9):
        flagged = [flag["map"][4:] for flag in flags if shown(flag, position)]
        assert sorted(flagged) == sorted(x[order[:position]].tolist())
        assert f": {position} of 60 points are flagged" in stepper.texts[position]
        for line in marks(view, "line"):
            if shown(line, position):
                threshold = float(stepper.texts[position].split()[1].rstrip(":"))
                heights = -mixture.log_density(line_at(view, line, position))
                np.testing.assert_allclose(heights, threshold, atol=0.03)


def test_a_teachers_own_scene_is_walked_through_and_told():
    scene = gmm.Scene(4)
    scene.panel([0, 1, 0, 1])
    stepper = gmm.SceneStepper(scene, "abcd", title="Letters", stills=[0, 3, 9])
    assert list(stepper.walk()) == [0, 1, 2, 3] and stepper.position == 0
    assert stepper.caption == "Letters, 4 positions.\nPosition 0. a\nPosition 3. d"
    with pytest.raises(ValueError, match="there are 3 texts and 4 positions"):
        gmm.SceneStepper(scene, "abc")
