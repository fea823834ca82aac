"""The player: a scene under a slider, drawn on a blank page and worked by hand and keys."""

import re

import numpy as np
import pytest
from hands import drag
from scenes import marks, placed

import gmm_helpers as gmm
from gmm_helpers.plots import geometry
from gmm_helpers.plots.look import COLOURS, DARK_COLOURS, look, mix_colours
from gmm_helpers.widgets.marks import draw_points

WAITING = "Waiting for Python: is a cell running, or has the kernel stopped?"
PLOT = ".panel:nth-child({}) .panel-area > svg > svg:first-of-type"


@pytest.fixture(scope="module")
def line():
    """Give a stepper of one dimension."""
    x = gmm.two_gaussians(120, rng=np.random.default_rng(1)).x
    start = gmm.Mixture.from_1d([0.5, 0.5], [-1, 0.5], [1, 1])
    return gmm.step_through(x, start, max_iter=12)


@pytest.fixture(scope="module")
def plane():
    """Give a stepper of two dimensions."""
    rng = np.random.default_rng(1)
    x = gmm.four_gaussians(160, rng=rng).x
    start = gmm.start_from_random_points(x, 4, rng=rng)
    return gmm.step_through(x, start, max_iter=4)


def slider_of(shown, name="Position"):
    return shown.box.locator(f"input[type=range][aria-label={name}]")


def stop_the_clock(page):
    """Let time stand, so that a slow machine is no later than a quick one."""
    page.clock.install(time=0)
    page.clock.pause_at(1000)


def texts_of(shown):
    """Return what a position says: the slider, the heading, the text and the table."""
    return shown.evaluate("""
        const text = query => element.querySelector(query).textContent
        const cells = [...element.querySelectorAll('th, td')].map(each => each.textContent)
        return [element.querySelector('input[type=range]').getAttribute('aria-valuetext'),
                text('.heading span'), text('.words [aria-live]'), cells]
    """)


def expected_texts(stepper, position):
    content = stepper.view.content
    heading = content["headings"][position]
    cells = [cell for row in content["tables"][position] for cell in row]
    return [f"{position}: {heading}", heading, content["texts"][position], cells]


def paths_of(shown, panel=1):
    """Return the points of a panel's lines in pixels of its plot, and the plot's size."""
    plot = shown.box.locator(PLOT.format(panel))
    query = "plot => [...plot.querySelectorAll('path:not(.dots)')].map(e => e.getAttribute('d'))"
    paths = plot.evaluate(query)
    size = [float(plot.get_attribute(name)) for name in ("width", "height")]
    numbers = [re.findall(r"-?[\d.]+", path) for path in paths]
    return [
        np.array(each, float).reshape(-1, 2) if len(each) % 2 == 0 else None for each in numbers
    ], size


def pixels(points, limits, size):
    """Return where points of the data lie in a plot."""
    x0, x1, y0, y1 = limits
    x, y = np.transpose(points)
    return np.column_stack([(x - x0) / (x1 - x0), (y1 - y) / (y1 - y0)]) * size


def point_on_page(shown, stepper, index):
    """Return where a point of the data lies on the page."""
    panel = stepper.view.content["panels"][0]
    limits = panel["views"][0]["limits"]
    x = stepper._run.x
    places = x if x.shape[1] == 2 else geometry.rug(x[:, 0], limits[3])
    _, size = paths_of(shown)
    plot = shown.box.locator(PLOT.format(1))
    box = plot.locator("..").bounding_box()
    left, top = (float(plot.get_attribute(name)) for name in "xy")
    (place,) = pixels(places[[index]], limits, size)
    return box["x"] + left + place[0], box["y"] + top + place[1]


@pytest.mark.parametrize(("theme", "K"), [("light", 3), ("dark", 8)])
def test_points_wear_the_colour_of_their_shares_at_every_position(mount, theme, K):
    palette = {"light": COLOURS, "dark": DARK_COLOURS}[theme]
    rng = np.random.default_rng(0)
    # In whole steps of a share, as colours are drawn; more looks than the page keeps at once.
    shares = rng.multinomial(32, rng.dirichlet(np.ones(K)), (20, 5)) / 32
    scene = gmm.Scene(20)
    panel = scene.panel([0, 1, 0, 1])
    places = np.column_stack([np.linspace(0.1, 0.9, 5), rng.uniform(0.1, 0.9, 5)])
    draw_points(panel, places, shares, features="xy", faint=[0] * 20, radius=9)
    shown = mount(gmm.SceneStepper(scene, ["Five points."] * 20, title=""), theme=theme)
    _, size = paths_of(shown)
    for position in range(20):
        shown.set("position", position)
        colours = shown.evaluate(
            """const canvas = element.querySelector('canvas'), pen = canvas.getContext('2d')
            const {x, y} = canvas.parentElement.querySelector('svg > svg')
            const at = ([i, j]) => [x.baseVal.value + i, y.baseVal.value + j].map(Math.round)
            return a[0].map(place => [...pen.getImageData(...at(place), 1, 1).data].slice(0, 3))""",
            pixels(places, [0, 1, 0, 1], size).tolist(),
        )
        wanted = 255 * mix_colours(shares[position], palette)
        np.testing.assert_allclose(colours, wanted, atol=3)


@pytest.mark.parametrize("which", ["line", "plane"])
def test_keys_and_mouse_show_every_position(mount, request, which):
    stepper, tops = request.getfixturevalue(which), set()
    shown, last = mount(stepper, width=390), len(stepper.texts) - 1
    slider_of(shown).focus()
    for position in range(last + 1):
        assert texts_of(shown) == expected_texts(stepper, position)
        tops.add(shown.box.locator(".panels").bounding_box()["y"])
        shown.page.keyboard.press("ArrowRight")
    assert len(tops) == 1  # however many lines there are above the picture
    box = slider_of(shown).bounding_box()
    shown.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert texts_of(shown) == expected_texts(stepper, round(last / 2))
    shown.page.keyboard.press("Home")
    assert texts_of(shown) == expected_texts(stepper, 0)
    for position, next_to_it in ((99, last), (-3, 0)):  # and Python sets what is out of range
        shown.set("position", position)
        assert texts_of(shown) == expected_texts(stepper, next_to_it)
        assert shown.get("position") == next_to_it


def test_play_goes_on_at_its_speed_and_rests_longer_at_e(mount, line):
    shown = mount(line)
    stop_the_clock(shown.page)
    shown.box.get_by_label("Speed of Play").select_option("fast")
    shown.box.get_by_role("button", name="Play").click()
    rests = line.view.content["rests"]
    assert rests[1] > rests[2]
    for position in range(3):
        shown.page.clock.run_for(1000 * 0.4 * rests[position] - 100)
        assert texts_of(shown) == expected_texts(line, position)
        shown.page.clock.run_for(110)
        assert texts_of(shown) == expected_texts(line, position + 1)
    shown.box.get_by_role("button", name="Pause").click()
    shown.page.clock.run_for(5000)
    assert texts_of(shown) == expected_texts(line, 3)


@pytest.mark.parametrize("which", ["line", "plane"])
def test_a_point_tells_its_numbers_through_e_and_m(mount, request, which):
    stepper = request.getfixturevalue(which)
    shown, index = mount(stepper), 7
    tip = shown.box.locator(".panel:first-child .tip")
    place = point_on_page(shown, stepper, index)
    shown.page.mouse.move(*place)
    first = tip.text_content()
    values = [geometry.format_number(value, 2) for value in stepper._run.x[index]]
    assert re.findall(r"[−\d.]+", first.replace("₁", "").replace("₂", "")) == values
    shown.page.mouse.click(*place)
    assert shown.get("point") == index
    shown.page.mouse.move(5, 5)
    slider_of(shown).focus()
    for step in stepper.trace.steps[1:4]:
        shown.page.keyboard.press("ArrowRight")
        shares = step.responsibilities[index]
        said = [float(each) for each in re.findall(r"b. [<>]? ?([\d.]+)", tip.text_content())]
        assert said == pytest.approx(np.clip(shares, 0.01, 0.99).tolist(), abs=0.006)
        assert slider_of(shown, "Point").get_attribute("aria-valuetext") == tip.text_content()
    assert tip.is_visible()
    shown.evaluate("""const content = model.get("content"), [panel] = content.panels
        panel.marks.find(({kind}) => kind === "points").hard = true
        model.set("content", {...content})""")  # as k-means' are
    assert tip.text_content().endswith(f": group {shares.argmax() + 1}")
    slider_of(shown, "Point").focus()  # it goes from left to right
    order = np.argsort(stepper._run.x[:, 0], kind="stable")
    for key, rank in (("End", -1), ("ArrowLeft", -2)):
        shown.page.keyboard.press(key)
        assert shown.get("point") == order[rank]
    shown.page.keyboard.press("Home")  # before the first point
    assert shown.get("point") == -1 and tip.is_hidden()
    assert slider_of(shown, "Point").get_attribute("aria-valuetext") == "none"


@pytest.mark.parametrize("which", ["line", "plane"])
def test_a_mean_is_moved_by_hand_and_by_keys(mount, request, which):
    stepper = request.getfixturevalue(which)
    shown, means = mount(stepper, has_touch=True), stepper.trace.steps[0].mixture.means
    drag(shown, "Mean of component 2", 30, drop=False)
    assert shown.sent == []
    shown.page.mouse.up()
    shown.page.wait_for_timeout(300)
    limits = stepper.view.content["panels"][0]["views"][0]["limits"]
    width = paths_of(shown)[1][0]
    (asked,) = shown.sent
    moved = np.array(asked["means"]) - means
    assert moved[1, 0] == pytest.approx(30 * (limits[1] - limits[0]) / width, rel=0.05)
    assert np.delete(moved, 1, axis=0) == pytest.approx(0)
    for key in ["ArrowLeft"] * 3:
        shown.page.keyboard.press(key)
    shown.page.wait_for_timeout(300)
    assert len(shown.sent) == 2
    again = np.array(shown.sent[1]["means"]) - asked["means"]
    assert again[1, 0] == pytest.approx(-0.03 * (limits[1] - limits[0]))
    shown.evaluate("model.set('content', {...model.get('content')})")  # as Python's answer does
    handle = shown.box.get_by_role("slider", name="Mean of component 2")
    assert handle.evaluate("each => each.matches(':focus')")
    shown.set("position", 2)
    shown.box.locator(".handle").last.tap()
    shown.page.wait_for_timeout(300)
    assert len(shown.sent) == 2  # another start is made at the start alone


def test_it_says_that_it_waits_for_python_and_what_was_refused(mount, line):
    shown = mount(line)
    stop_the_clock(shown.page)
    shown.box.get_by_role("slider", name="Mean of component 1").press("ArrowRight")
    shown.page.clock.run_for(260)
    said = shown.box.locator(".asker")
    shown.page.clock.run_for(1950)
    assert said.text_content() == ""
    shown.page.clock.run_for(100)
    assert said.text_content() == WAITING
    shown.answer(refused="EM cannot start from there.")
    assert said.text_content() == "EM cannot start from there."


def test_a_chooser_fits_a_projector(mount, plane):
    def fails(x, rng, K):
        start = gmm.start_from_random_points(x, K, rng=rng)
        return gmm.run_em(x, start, m_step=lambda x, b: "no mixture")

    for run, least in ((gmm.fit, 370), (fails, 300)):
        shown = mount(gmm.RunChooser(plane._run.x, run, choices={"K": (2, 3)}))
        shown.page.set_viewport_size({"width": 1024, "height": 768})
        shown.box.get_by_role("button", name="Full screen").click()
        shown.page.wait_for_function("document.fullscreenElement?.scrollHeight === innerHeight")
        picture = shown.box.locator(".panels").bounding_box()
        assert picture["height"] > least
        above = shown.box.locator(".notes").bounding_box()["y"] < picture["y"]
        assert above == (run is fails)  # where a run could not go on, this is said first


def test_lines_lie_where_the_scene_has_them_and_a_sum_is_the_density(mount, line, plane):
    for stepper, position in ((line, 0), (line, 2), (line, 12), (plane, 4)):
        view, shown = stepper.view, mount(stepper, reduced_motion="reduce")
        shown.set("position", position)
        limits = view.content["panels"][0]["views"][0]["limits"]
        paths, size = paths_of(shown)
        if stepper is line:
            _, *paths, total = paths
            x = limits[0] + total[:, 0] / size[0] * (limits[1] - limits[0])
            mixture = stepper.trace.steps[position].mixture
            density = np.column_stack([x, np.exp(mixture.log_density(x))])
            assert total[:, 1] == pytest.approx(pixels(density, limits, size)[:, 1], abs=0.5)
        for mark, path in zip(marks(view, "line"), paths, strict=True):
            drawn = path[1:-1] if "extend" in mark else path  # which goes on to the edges
            wanted = pixels(placed(view, mark, position), limits, size)
            assert drawn == pytest.approx(wanted, abs=0.06)
        [curve] = marks(view, "line", 1)
        for name, shows in (("Zoom in", 1), ("Show all", 0)) if stepper is line else ():
            shown.box.get_by_role("button", name=name).click()
            (path,), size = paths_of(shown, 2)
            limits = view.content["panels"][1]["views"][shows]["limits"]
            wanted = pixels(placed(view, curve, position), limits, size)
            assert path == pytest.approx(np.clip(wanted, -1e5, 1e5), abs=0.06)
            marker = shown.box.locator(".panel:last-child .moves path")
            place = np.array(re.findall(r"[\d.]+", marker.get_attribute("transform"))[:2], float)
            assert place == pytest.approx(np.clip(wanted[-1], 0, size), abs=0.06)
            below = wanted[-1, 1] > size[1]  # and the marker points there
            assert (marker.get_attribute("d") == look()["markers"]["v"]) == below


def hostile():
    """Return data, and a start and what follows it, that are hard to draw, by name."""
    make, x = gmm.Mixture.from_1d, np.linspace(-1, 1, 20)
    fine, far = make([0.5, 0.5], [-1, 1], [1, 1]), 1e9 + 1e-3 * np.linspace(0, 1, 20)
    flat = gmm.Mixture([1], [[0, 0]], [[[1e300, 0], [0, 1e-300]]])
    return {
        "no weight": (x, fine, make([1, 0], [0, 5], [1, 1])),
        "narrow": (x, fine, make([0.5, 0.5], [0, 1], [1e-300, 1])),
        "wide": (x, fine, make([0.5, 0.5], [0, 1], [1e300, 1])),
        "tiny": (1e-150 * x, *[make([0.5, 0.5], [-1e-150, 0], [1e-300, 1e-300])] * 2),
        "far away": (far, *[make([0.5, 0.5], [1e9, 1e9 + 1e-3], [1e-8, 1e-8])] * 2),
        "flat ellipse": (np.column_stack([x, x**2]), flat, flat),
    }


@pytest.mark.parametrize("name", hostile())
def test_what_is_hard_to_draw_is_drawn(mount, name):
    x, start, following = hostile()[name]
    stepper = gmm.step_through(x, start, max_iter=1, m_step=lambda x, b: following)
    shown = mount(stepper)
    rings = shown.box.locator(".label circle[r='11']").all()
    edge = shown.box.locator(".panel-area").first.bounding_box()["y"]
    slider_of(shown).focus()
    for position in range(3):
        assert texts_of(shown) == expected_texts(stepper, position)
        html = shown.box.evaluate("box => box.outerHTML")
        assert "NaN" not in html and "Infinity" not in html
        assert min(ring.bounding_box()["y"] for ring in rings) > edge  # or a number would be cut
        shown.page.keyboard.press("ArrowRight")
        shown.page.wait_for_timeout(50)


def test_what_a_learner_names_is_text(mount):
    x = np.random.default_rng(0).normal(size=(20, 2))
    evil = "<img src=x onerror=alert(1)>"
    trace = gmm.run_em(x, gmm.Mixture([1], [[0, 0]], [np.eye(2)]), max_iter=1)
    stepper = gmm.Stepper(x, trace, features=(evil, "y"), notes=[evil])
    marks(stepper.view, "points")[0]["says"] = [evil] * 20
    shown = mount(stepper)
    shown.page.mouse.move(*point_on_page(shown, stepper, 3))
    assert shown.box.locator("img").count() == 0
    assert shown.box.locator(".tip").first.text_content().count(evil) == 2
    assert shown.box.get_by_text(evil).count() == 3  # the note, the axis, the point


def test_a_view_that_is_closed_leaves_nothing_behind(mount, line):
    shown = mount(line)
    listeners = "return [...model.acts.values()].flat().length"
    assert shown.evaluate(listeners) > 0
    shown.box.get_by_role("button", name="Play").click()
    shown.evaluate("element.close(); element.remove()")
    assert shown.evaluate(listeners) == 0
    shown.set("position", 2)
    shown.set("point", 7)
    shown.page.add_style_tag(content=".gmm { display: none }")  # as in a tab that is not looked at
    again = mount(line, beside=shown)
    assert texts_of(again) == expected_texts(line, 2)


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_components_glide_but_not_where_less_motion_is_preferred(mount, line, motion):
    shown = mount(line, reduced_motion=motion)
    slider_of(shown).focus()
    shown.page.keyboard.press("ArrowRight")
    shown.page.wait_for_timeout(300)  # a step that follows at once would not glide
    shown.evaluate("""
        const path = element.querySelector('path.line'), seen = window.seen = new Set()
        const look = () => { seen.add(getComputedStyle(path).d); requestAnimationFrame(look) }
        look()
    """)
    shown.page.keyboard.press("ArrowRight")
    shown.page.wait_for_timeout(300)
    count = shown.evaluate("return window.seen.size")
    assert count == 2 if motion == "reduce" else count > 3
    shown.evaluate("model.set('content', {...model.get('content'), iterations: [0, 1, 1, 2, 9]})")
    for position, glides in ((2, 1), (4, 0)):  # and not where iterations are skipped
        shown.set("position", position - 1)
        shown.page.wait_for_timeout(300)
        shown.set("position", position)
        assert shown.box.locator(".glides").count() == glides
