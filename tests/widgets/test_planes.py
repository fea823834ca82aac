"""Pictures in the plane: what is drawn lies where the numbers say, at each position."""

from urllib.request import urlopen

import numpy as np
import pytest
from PIL import Image
from scenes import marks, placed, read, shown_at

import gmm_helpers as gmm


@pytest.fixture(scope="module")
def plane():
    x = gmm.four_gaussians(60, rng=np.random.default_rng(1)).x
    return x, gmm.start_from_means(x, x[:2])


def test_a_landscape_has_its_contours_below_the_top_and_paths_and_their_heights_up_to_the_step():
    paths = np.array([[[2, 2], [1, 1], [0, 0]], [[-2, 0], [-1, 0], [0, 0]]])
    landscape = gmm.Landscape(
        lambda points: -(points**2).sum(axis=1), paths, limits=(-3, 3), groups=[0, 1]
    )
    assert len(gmm.Landscape(lambda at: 0 * at[:, 0], paths[:, :2], limits=(0, 1)).texts) == 2
    said = "Iteration 1: 0 of 2 runs arrived; the lowest is at −2.0, the highest at −1.0."
    assert landscape.texts[1] == said
    view = landscape.view
    lines = marks(view, "line")
    for line, radius in zip(lines, (1, 3**0.5, 10**0.5), strict=False):
        distances = np.linalg.norm(read(view, line["shape"]), axis=1)
        np.testing.assert_allclose(distances, radius, atol=2e-3)
    [image] = marks(view, "image")
    pixels = np.asarray(Image.open(urlopen(image["href"])))[::-1]
    assert pixels.max() == pixels[60, 60] and pixels[0, 0] == pixels[-1, -1] == 0
    assert all(each["by"]["hidden"] == [1, 0, 0] for each in (image, *lines[:-2]))
    assert landscape.texts[0].endswith("The landscape appears with the first step.")
    for line, marker, path in zip(lines[-2:], marks(view, "marker")[1::2], paths, strict=True):
        np.testing.assert_array_equal(read(view, line["shape"]), path)
        assert list(line["by"]["until"]) == [1, 2, 3] and [*marker["by"]["hidden"]] == [1, 0, 0]
        np.testing.assert_array_equal(read(view, marker["by"]["map"])[:, 4:], path)
    assert [each["colour"] for each in marks(view, "marker")] == ["ink", 0, "ink", 1]
    for line, marker, path in zip(
        marks(view, "line", 1), marks(view, "marker", 1), paths, strict=True
    ):
        rise = np.column_stack([range(3), -(path**2).sum(axis=1)])
        np.testing.assert_array_equal(read(view, line["shape"]), rise)
        np.testing.assert_array_equal(read(view, marker["by"]["map"])[:, 4:], rise)
        assert list(line["by"]["until"]) == [1, 2, 3] and [*marker["by"]["hidden"]] == [1, 0, 0]
    [seen] = view.content["panels"][1]["views"]  # from the first step on
    assert -2.5 < seen["limits"][2] < -2 and 0 < seen["limits"][3] < 0.5


def test_k_means_has_hard_shares_and_lines_and_the_mixture_its_own(plane):
    x, start = plane
    steps = gmm.run_em(x, start, max_iter=1).steps
    labels = np.arange(60) % 2
    kmeans = [(start.means, None), (start.means, labels), (start.means + 1, labels)]
    beside = gmm.KMeansBeside(x, kmeans, steps, groups=labels)
    view = beside.view
    assert view.content["notes"] == ["At some positions, ellipses reach beyond the picture."]
    for position, (means, _) in enumerate(kmeans):  # the lines lie where both are equally likely
        border = placed(view, marks(view, "line", 0)[0], position)
        np.testing.assert_allclose(*[np.linalg.norm(border - m, axis=1) for m in means], atol=1e-3)
        for line in marks(view, "line", 1):
            if "which" in line["by"] and shown_at(line, position):
                b = steps[position].mixture.responsibilities(placed(view, line, position))
                np.testing.assert_allclose(b[:, 0], 0.5, atol=0.02)
    for panel, expected in ((0, np.eye(2)[labels]), (1, steps[1].responsibilities)):
        [points] = marks(view, "points", panel)
        assert points.get("hard", False) == (panel == 0)
        assert points["by"]["which"] == [-1, 0, 0]
        np.testing.assert_allclose(read(view, points["shares"])[0], expected, atol=1e-5)
        wrong = expected.argmax(axis=1) != labels
        crosses = [mark["map"][4:] for mark in marks(view, "marker", panel) if shown_at(mark, 1)]
        assert crosses == x[wrong].tolist()
    numbers = marks(view, "label", 0)
    np.testing.assert_array_equal(read(view, numbers[1]["by"]["map"])[2, 4:], start.means[1] + 1)
    right = np.mean(steps[1].responsibilities.argmax(axis=1) == labels)
    assert "k-means: 100% of the points in their true group, squares " in beside.texts[1]
    assert f"Mixture: {right:.0%} of the points" in beside.texts[1]
    with pytest.raises(ValueError, match="one entry for each of the 3 positions; it has 2"):
        gmm.KMeansBeside(x, kmeans[:2], steps, groups=labels)


def test_a_shrinking_variance_has_crosses_at_the_new_means_and_circles_at_one_sigma(plane):
    x, start = plane
    stepper = gmm.ShrinkingVariance(x, start.means, (4, 0.25))
    view = stepper.view
    for k, circle in enumerate(marks(view, "line")):
        for position, radius in enumerate((2, 0.5)):
            ring = placed(view, circle, position)
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
    stepper = gmm.Anomalies(x, mixture)
    view, flags = stepper.view, marks(stepper.view, "marker")
    order = np.argsort(-surprise)
    assert marks(view, "points")[0]["says"][7] == f"−log p(x) = {surprise[7]:.2f}"
    for position in range(40):
        flagged = [flag["map"][4:] for flag in flags if shown_at(flag, position)]
        assert sorted(flagged) == sorted(x[order[:position]].tolist())
        assert f": {position} of 60 points " in stepper.texts[position]
        for line in marks(view, "line"):
            if shown_at(line, position):
                threshold = float(stepper.texts[position].split()[1].rstrip(":"))
                heights = -mixture.log_density(placed(view, line, position))
                np.testing.assert_allclose(heights, threshold, atol=0.03)


def test_a_teachers_own_scene_is_walked_through_and_told():
    scene = gmm.Scene(4)
    scene.panel([0, 1, 0, 1]).mark("bars", shape=[[0, 1, 0, 1]])
    [bars] = marks(scene, "area")
    assert np.isnan(read(scene, bars["shape"])).sum() == 2  # whole numbers in, and a gap behind
    stepper = gmm.SceneStepper(scene, "abcd", title="Letters", stills=[0, 3, 9])
    stepper.view.position = 3
    assert [(step, stepper.view.position) for step in stepper.walk()] == [(i, i) for i in range(4)]
    assert stepper.view.position == 3
    assert stepper.caption == "Letters, 4 positions.\nPosition 0. a\nPosition 3. d"
