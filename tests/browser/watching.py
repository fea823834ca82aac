"""Watch the picture under a slider, frame by frame, as a person's eye would."""

# Runs in the page. In every animation frame it looks at the picture that is visible in a box: it
# notes when the pixels differ from the frame before, and counts the frames without a picture.
_WATCH = """
box => {
    const canvas = document.createElement('canvas')
    const pen = canvas.getContext('2d', {willReadFrequently: true})
    const now = {blank: 0, pictures: [], keys: [], moves: [], positions: []}
    let element, source, pixels

    function look() {
        const image = [...box.querySelectorAll('img')].find(each => each.offsetParent)
        if (!image || !image.complete || !image.naturalWidth) return 'blank'
        if (image === element && image.src === source) return pixels
        element = image
        source = image.src
        canvas.width = image.naturalWidth / 2
        canvas.height = image.naturalHeight / 2
        pen.drawImage(image, 0, 0, canvas.width, canvas.height)
        const data = pen.getImageData(0, 0, canvas.width, canvas.height).data
        const all = new Uint32Array(data.buffer)
        let hash = 0, plain = true
        for (let i = 0; i < all.length; i++) {
            hash = (Math.imul(hash, 31) + all[i]) | 0
            plain = plain && all[i] === all[0]
        }
        return pixels = plain ? 'blank' : hash
    }

    function eachFrame() {
        const time = performance.now() // before looking: that takes 1 to 5 ms of its own
        const seen = look(), last = now.pictures.at(-1)
        if (seen === 'blank') now.blank += 1
        else if (!last || last.pixels !== seen)
            now.pictures.push({pixels: seen, time})
        if (!now.stopped && box.isConnected) requestAnimationFrame(eachFrame)
    }

    const note = (list, event) => now[list].push(event.timeStamp)
    document.addEventListener('keydown', event => note('keys', event), true)
    document.addEventListener('mousemove', event => note('moves', event), true)
    const handles = box.querySelectorAll('[role=slider]')
    const observer = new MutationObserver(changes => changes.forEach(
        change => now.positions.push(change.target.getAttribute('aria-valuenow'))))
    handles.forEach(each => observer.observe(each, {attributeFilter: ['aria-valuenow']}))
    requestAnimationFrame(eachFrame)
    box.watched = now
}
"""


class Watch:
    """What has been seen in a box of widgets since this was made."""

    def __init__(self, page, box):
        self._page, self._box = page, box.element_handle()
        self._box.evaluate("box => { if (box.watched) box.watched.stopped = true }")
        self._box.evaluate(_WATCH)
        self._page.wait_for_function("box => box.watched.pictures.length", arg=self._box)

    def seen(self):
        """Return what was seen: pictures with times, blank frames, positions, and input's times."""
        return self._box.evaluate("box => box.watched")

    def settle(self, *, quiet=0.3):
        """Wait until the picture has not changed for so many seconds."""
        self._page.wait_for_function(
            """([box, quiet]) => {
                const {pictures, keys, moves} = box.watched
                const last = Math.max(pictures.at(-1).time, keys.at(-1) || 0, moves.at(-1) || 0)
                return performance.now() - last > 1000 * quiet
            }""",
            arg=[self._box, quiet],
        )

    def wait_for_change(self, count):
        """Wait until more than `count` pictures have been seen."""
        self._page.wait_for_function(
            "([box, count]) => box.watched.pictures.length > count", arg=[self._box, count]
        )
