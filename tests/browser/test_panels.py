"""The panels on a blank page: their mathematics, and what a hand, a finger and keys do."""

import re

import numpy as np
import pytest
from hands import drag

import gmm_helpers as gmm


def words(shown):
    return shown.box.locator(".words [aria-live]").inner_text()


def table(shown, index=0):
    rows = shown.box.locator("table").nth(index).locator("tr").all()
    return [row.locator("th, td").all_inner_texts() for row in rows]


def test_the_hand_fit_follows_a_hand_and_keeps_the_best(mount, x, em):
    panel = gmm.HandFit(x, em=em)
    start = {"mean_1": 0, "mean_2": 1, "deviation_1": 1, "deviation_2": 1}
    panel.view.values = {**panel.view.values, **start}
    panel.view.best = {"values": panel.view.values, "score": -1e9}
    shown = mount(panel)
    score = panel.best.log_density(x).sum()
    assert f"Log-likelihood −{-score:.2f}: your best so far." in words(shown)
    drag(shown, "Mean of component 1", -80)
    values = shown.get("values")
    assert values["mean_1"] < -1 and shown.evaluate("return model.saved") >= 1
    score = panel._mixture(values).log_density(x).sum()
    assert f"Log-likelihood −{-score:.2f}" in words(shown)
    assert table(shown)[1] == ["1", "0.50", f"{values['mean_1']:.1f}".replace("-", "−"), "1.00"]
    drag(shown, "Spread of component 2", 90)
    assert shown.get("values")["deviation_2"] > 1.5
    panel.view.best = shown.get("best")  # the best on the way, which the hand has passed
    best = panel.view.best["score"]
    assert panel.best.log_density(x).sum() == pytest.approx(best, abs=1e-9)
    assert f"your best so far is −{-best:.2f}." in words(shown)
    shown.box.get_by_role("button", name="Show EM's score").press("Enter")
    above = em.log_density(x).sum() - best
    assert f"EM's, dashed, is −597.52: {above:.2f} above your best." in words(shown)
    shown.box.get_by_role("button", name="Back to my best").click()
    assert shown.get("values") == {**panel.view.best["values"], "show_em": True}
    assert "your best so far." in words(shown)
    assert shown.sent == []  # nothing of this goes through the kernel


def test_the_area_is_measured_and_tall_peaks_are_said(mount, x, em):
    panel = gmm.HandFit(x, em=em)
    shown = mount(panel)
    assert words(shown).startswith("Area under the sum 1.000; tallest peak 0.23. ")
    ring = shown.box.locator(".handle[aria-label='Mean of component 1'] circle").last
    for deviation in (0.1, 0.15, 0.4, 1.6):
        values = {**panel.view.values, "weight_1": 1, "deviation_1": deviation}
        shown.set("values", values)
        peak = float(re.search(r"tallest peak (\d+\.\d+)", words(shown))[1])
        assert peak == pytest.approx(1 / np.sqrt(2 * np.pi) / deviation, abs=0.01)
        assert ("a density may exceed 1" in words(shown)) == (peak > 1)
        assert ring.bounding_box()["y"] > shown.box.locator(".panel-area").first.bounding_box()["y"]
    ends = {"mean_1": -4.4, "mean_2": 5.8, "deviation_1": 4.3, "deviation_2": 4.3}
    shown.set("values", {**values, **ends})
    assert re.match(r"Area under the sum 1\.000, of it 0\.\d+ in the picture; ", words(shown))
    drag(shown, "Spread of component 2", 20)  # left of its mean: on the right it would be outside
    assert 3 < shown.get("values")["deviation_2"] < 4.3
    shown.set("values", {**values, "mean_1": 5.8, "mean_2": 5.8, "deviation_1": 0.1})
    assert "(below the gauge's floor of −900)" in words(shown)


def test_values_that_no_slider_can_have_are_mended(mount, x, em):
    shown = mount(gmm.HandFit(x, em=em))
    shown.set("values", {"mean_1": -99, "deviation_1": None})
    assert table(shown)[1] == ["1", "0.50", "−4.4", "1.25"] and "NaN" not in words(shown)


def test_the_posterior_is_bayes_rule_in_numbers_and_words(mount, x, em):
    panel = gmm.PointPosterior(x, em)
    shown = mount(panel)
    shown.set("values", {"x": 1.0, "weight_1": 0.3})
    mixture = gmm.Mixture.from_1d([0.3, 0.7], em.means[:, 0], em.variances)
    [b] = mixture.responsibilities([1.0])
    _, one, two, total = table(shown)
    assert [one[1], two[1]] == ["0.30", "0.70"]
    assert [one[4], two[4]] == [f"{share:.3f}" for share in b]
    assert float(total[3]) == pytest.approx(np.exp(mixture.log_density([1])[0]), rel=5e-3)
    assert words(shown) == (
        f"The point is at x = 1.0. b₁ ≈ {one[3]} / ({one[3]} + {two[3]}) ≈ {one[4]} and "
        f"b₂ ≈ {two[4]}: component 2 is the likelier source."
    )
    for at, owner in ((-29, 2), (-1.3, 1), (30, 2)):  # the broader one owns both far ends
        shown.set("values", {"x": at, "weight_1": 0.5})
        assert words(shown).endswith(f"component {owner} is the likelier source.")
        assert ("outside the data, which go from −3.7 to 5.1" in words(shown)) == (abs(at) > 6)
        over_bars = shown.box.locator(".panel:nth-child(2) .label text").all_text_contents()
        for text, row in zip(over_bars, table(shown)[1:3], strict=True):
            value = float(row[3].replace("−", "-"))
            rounded = float(f"{value:.0e}") if value < 1e-99 else value  # as its room is narrow
            assert float(text.replace("−", "-")) == pytest.approx(rounded)
        *products, total = (float(row[3].replace("−", "-")) for row in table(shown)[1:])
        assert f"{sum(products):.2e}" == f"{total:.2e}"
    assert re.search(r" ≈ \d\.\d\de−\d+ and b₂ ≈ 1\.000", words(shown))
    for weight in (0, 1):
        shown.set("values", {"x": -1.0, "weight_1": weight})
        assert [row[4] for row in table(shown)[1:3]] == [["0", "1.000"], ["1.000", "0"]][weight]
    alike = gmm.PointPosterior(x, gmm.Mixture.from_1d([0.5, 0.5], [-1, 1], [1, 1]))
    alike.view.values = {"x": 0, "weight_1": 0.5}
    assert words(mount(alike)).endswith("either component may have made it.")


def test_the_point_is_dragged_within_what_is_seen(mount, x, em):
    shown = mount(gmm.PointPosterior(x, em))
    edge = shown.evaluate("return model.get('content').panels[0].views[0].limits[1]")
    drag(shown, "The point", 60)
    at = shown.get("values")["x"]
    assert 1.5 < at < 5
    drag(shown, "The point", 2000)
    assert shown.get("values")["x"] == edge
    ring = shown.box.locator(".handle circle").last.bounding_box()
    area = shown.box.locator(".panel-area").first.bounding_box()
    assert ring["x"] + ring["width"] <= area["x"] + area["width"]  # it is not cut
    number = shown.box.get_by_label("point x").last
    number.fill("20")
    number.press("Tab")
    assert shown.get("values")["x"] == 20 and "x = 20.0, outside" in words(shown)
    shown.box.get_by_label("point x").first.press("ArrowLeft")
    assert shown.get("values")["x"] == 19.9
    drag(shown, "The point", -60)  # now the picture is of the whole reach
    assert -12 < shown.get("values")["x"] < 12


def test_a_half_axis_can_be_turned_and_pulled(mount):
    panel = gmm.CovariancePanel(rng=np.random.default_rng(1))
    start = {"deviation_1": 2, "deviation_2": 0.5, "correlation": 0}
    panel.view.values = {**panel.view.values, **start}
    shown = mount(panel)
    handle = shown.box.locator(".handle[aria-label='Half-axis 1'] circle").last
    before = handle.bounding_box()
    plot = shown.box.locator(".panel-area > svg > svg").first
    reach = 6 / 14 * float(plot.get_attribute("width"))
    drag(shown, "Half-axis 1", -reach, -reach, drop=False)  # from (6, 0) to (0, 6)
    values = shown.get("values")
    assert (values["deviation_1"], values["deviation_2"]) == (0.5, 2)
    assert abs(values["correlation"]) < 0.05
    after = handle.bounding_box()  # it has stayed with the hand
    assert after["x"] - before["x"] == pytest.approx(-reach, abs=3)
    assert after["y"] - before["y"] == pytest.approx(-reach, abs=3)
    shown.page.mouse.up()
    assert "at 90° and across that" in words(shown)


def test_the_covariance_says_its_matrix_and_counts(mount):
    panel = gmm.CovariancePanel(rng=np.random.default_rng(1))
    shown = mount(panel)
    assert "The points move with Σ." in words(shown)  # with what effect, a question asks
    box = shown.box.locator(".panel-area > svg > svg").first
    assert float(box.get_attribute("width")) == float(box.get_attribute("height"))
    moved = {"deviation_1": 1.2, "deviation_2": 0.7, "correlation": -0.35}
    panel.view.values = {**panel.view.values, **moved}
    shown.set("values", panel.view.values)
    assert table(shown) == [["Σ", "x₁", "x₂"], ["x₁", "1.44", "−0.29"], ["x₂", "−0.29", "0.49"]]
    shown.box.get_by_role("button", name="Hold the points").click()
    slider = shown.box.get_by_label("spread σ₁").first
    for _ in range(8):
        slider.press("ArrowLeft")
    panel.view.values = shown.get("values")
    assert panel.view.values["deviation_1"] == 0.8
    held, now = ([[a**2, -0.35 * a * 0.7], [-0.35 * a * 0.7, 0.49]] for a in (1.2, 0.8))
    x = panel._u @ np.linalg.cholesky(held).T
    far = np.sqrt(np.einsum("ni,ij,nj->n", x, np.linalg.inv(now), x))
    counted = [f"{100 * np.mean(far < radius):.1f}%" for radius in (1, 2, 3)]
    assert [row[1] for row in table(shown, 1)[1:]] == counted
    assert [row[2] for row in table(shown, 1)[1:]] == ["39.3%", "86.5%", "98.9%"]
    assert "The points stay where σ₁ = 1.20, σ₂ = 0.70 and ρ = −0.35 have put" in words(shown)
    shown.set("values", {**panel.view.values, "correlation": 0, "deviation_2": 0.8, "hold": False})
    assert "in any two directions at right angles" in words(shown) and "°" not in words(shown)
    directions = [(1, -0.1, "−45°"), (1, 0.1, "45°"), (2, -0.01, "90°"), (2, 0.01, "90°")]
    for second, correlation, said in [*directions, (0.5, 0, "0°")]:
        moved = {"deviation_1": 1, "deviation_2": second, "correlation": correlation}
        shown.set("values", {**panel.view.values, **moved, "hold": False})
        assert f"eigenvectors: at {said} and across that." in words(shown)


def test_other_points_come_from_python_and_the_picture_gives_way_to_a_narrower_page(mount):
    shown = mount(gmm.CovariancePanel(rng=np.random.default_rng(1)))
    shown.page.set_viewport_size({"width": 390, "height": 800})
    shown.page.wait_for_function("document.querySelector('.panel-area').offsetWidth < 390")
    shown.box.get_by_role("button", name="Other points").click()
    assert shown.sent == [{"ask": 1}]
    shown.box.get_by_text("Waiting for Python").wait_for()
    shown.answer()
    assert shown.box.locator(".asker").inner_text() == ""
    shown.evaluate("element.close()")
    assert shown.evaluate("return [...model.acts.values()].flat().length") == 0


def test_a_finger_drags_where_it_would_scroll_and_two_pinch_the_page(mount, x, em):
    shown = mount(gmm.HandFit(x, em=em), has_touch=True)
    ring = shown.box.locator(".handle[aria-label='Mean of component 2'] circle").last
    touch = shown.page.context.new_cdp_session(shown.page)
    for ways in ([-5], [-5, 5]):
        before, (left, top) = shown.get("values"), (ring.bounding_box()[side] for side in "xy")
        for i, kind in enumerate(["Start", *["Move"] * 7, "End"]):
            at = [{"x": left + 14 + i * dx, "y": top + 14 - 2 * i * dx} for dx in ways * (i < 8)]
            touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": at})
        if len(ways) == 1:
            assert ring.bounding_box()["x"] - left == pytest.approx(-35, abs=3)  # all the way
    assert shown.get("values") == before and shown.page.evaluate("visualViewport.scale") > 1


def test_no_line_of_a_question_ends_within_a_formula(mount):
    box = mount(gmm.ask("icl_for_the_ring")).box
    box.get_by_role("radio").nth(1).check()
    said = box.inner_text()
    assert said.count("K\u00a0=\u00a0") == 5 and " = " not in said
