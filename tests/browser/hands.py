"""A hand that moves the widgets of a notebook, in Chromium and in Firefox, as a learner would."""

from driver import errors_on

FIREFOX = "/usr/bin/firefox-esr"
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


class Firefox:
    """A page in Debian's Firefox, driven by its own Marionette, as Playwright cannot."""

    def __init__(self):
        from marionette_driver.keys import Keys
        from marionette_driver.marionette import ActionSequence, Marionette

        # Port 0 is a free one: two runs may share a machine.
        self.client = Marionette(bin=FIREFOX, port=0, headless=True, startup_timeout=120)
        self.client.start_session()
        self.client.timeout.script = 300
        self.errors = []  # Marionette tells of none
        self._actions = ActionSequence
        arrows = {f"Arrow{way}": f"ARROW_{way.upper()}" for way in ("Left", "Right", "Down")}
        self._keys = {"Space": " "} | {key: getattr(Keys, name) for key, name in arrows.items()}
        self.goto = self.client.navigate

    def evaluate(self, function, argument=None):
        """Call a function in the page; return what it returns, at once or later."""
        script = f"const [a, done] = arguments; Promise.resolve(({function})(a)).then(done)"
        return self.client.execute_async_script(script, [argument], sandbox=None)

    def click(self, x, y):
        """Click at a place of the page."""
        mouse = self._actions(self.client, "pointer", "mouse", {"pointerType": "mouse"})
        mouse.pointer_move(round(x), round(y)).pointer_down(0).pointer_up(0).perform()

    def press(self, key):
        """Press an arrow key, or space."""
        sequence = self._actions(self.client, "key", "keyboard")
        sequence.key_down(self._keys[key]).key_up(self._keys[key]).perform()

    def close(self):
        """End Firefox."""
        self.client.cleanup()


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
