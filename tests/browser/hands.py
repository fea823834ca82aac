"""A hand that moves the widgets of a notebook, in Chromium and in Firefox, as a learner would."""

from driver import errors_on

# All of these run in the page. This one finds a widget, and the control that is to be moved.
FIND = """
    const box = document.querySelectorAll('.lm-Panel > * > .gmm')[index]
    const control = ['.row > input[type=range]', 'input[type=range]', '[type=radio]:not(:checked)',
        'summary'].map(each => box.querySelector(each)).find(each => each)
    const isHigh = Number(control.value) >= (Number(control.max) + Number(control.min)) / 2
    const frame = () => new Promise(requestAnimationFrame)
"""
# Brings a control to the middle and waits until it stays there: formulas still come into the page.
REST = f"""async index => {{
    {FIND}
    for (let still = 0, before; still < 5; still++) {{
        const {{top}} = control.getBoundingClientRect()
        if (top !== before) {{
            control.scrollIntoView({{block: 'center'}})
            before = control.getBoundingClientRect().top
            still = 0
        }}
        await frame()
    }}
    const {{left, top, width, height}} = control.getBoundingClientRect()
    const share = control.type !== 'range' ? 0.5 : isHigh ? 0.2 : 0.8
    return [left + share * width, top + height / 2]
}}"""
# Tells what a widget says and shows once neither is as before, or at last as it is.
LOOK = f"""async ([index, before]) => {{
    {FIND}
    const all = selector => [...box.querySelectorAll(selector)]
    const end = performance.now() + 20_000
    for (;;) {{
        const pictures = all('.panel-area > :is(svg, canvas)')
        const state = all('input, details').map(each => [each.checked, each.value, each.open])
        const says = all('[aria-live]').map(each => each.textContent).join('\\n') || String(state)
        const shows = pictures.map(each => each.outerHTML).join('\\n') || String(state)
        const changed = says !== before?.says && shows !== before?.shows
        if (changed || performance.now() > end) {{
            const {{activeCellIndex: active}} = jupyterapp.shell.currentWidget.content
            const arrows = {{range: isHigh ? 'ArrowLeft' : 'ArrowRight', radio: 'ArrowDown'}}
            return {{says, shows, active, key: arrows[control.type] ?? 'Space'}}
        }}
        await frame()
    }}
}}"""


class Chromium:
    """A page in Chromium."""

    def __init__(self, page):
        self.page, self.errors = page, errors_on(page)
        self.evaluate = self.page.evaluate
        self.click = self.page.mouse.click
        self.press = self.page.keyboard.press
        self.close = self.page.close

    def goto(self, url):
        """Go to an address, and wait for nothing there."""
        self.page.goto(url, wait_until="commit")


def move(page, index):
    """Move a widget by the mouse and by a key: it must say and show something else each time."""
    place = page.evaluate(REST, index)
    looks = [page.evaluate(LOOK, [index, None])]
    page.click(*place)
    looks.append(page.evaluate(LOOK, [index, looks[-1]]))
    page.press(looks[-1]["key"])
    looks.append(page.evaluate(LOOK, [index, looks[-1]]))
    for part in ("says", "shows"):
        first, clicked, pressed = (look[part] for look in looks)
        assert first != clicked != pressed, f"widget {index} {part} {[first, clicked, pressed]}"
    assert looks[1]["active"] == looks[2]["active"]  # the key was the control's alone


def drag(shown, name, dx, dy=0, *, drop=True):
    """Drag a handle by its edge, so that only the way counts."""
    ring = shown.box.locator(f".handle[aria-label='{name}'] circle").last.bounding_box()
    mouse = shown.page.mouse
    x, y = ring["x"] + ring["width"] / 2 + 4, ring["y"] + ring["height"] / 2
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + dx, y + dy, steps=10)
    if drop:
        mouse.up()
