// How the slides behave: reveal.js lays nothing out and scales nothing, so that pointers and sizes
// are the page's own, and a widget that has the focus keeps its keys.

const { Reveal, RevealNotes } = /** @type {any} */ (globalThis);
const WIDGET = ".gmm"; // in the shadow of its box
const KEPT = "data-lm-suppress-shortcuts"; // how a control says that a key is its own: see base.js

/** Say whether a key is for the slides. Esc gives the keys back to them. */
function forSlides(event) {
  const target = event.composedPath()[0];
  if (!target.closest(WIDGET)) return true;
  if (event.key === "Escape") target.blur();
  return !(target.hasAttribute(KEPT) || ["Escape", " ", "Enter"].includes(event.key));
}

// How much larger the text of a slide with little on it may be.
const SIZES = [1.5, 1.4, 1.3, 1.2, 1.1, 1];

/** Give a slide the largest text that fits. */
function fit(slide) {
  const body = slide.querySelector(".body");
  SIZES.find((size) => {
    slide.style.setProperty("--larger", size);
    return slide.scrollHeight <= slide.clientHeight && body.scrollWidth <= body.clientWidth;
  });
}

const printed = location.search.includes("print-pdf");
Reveal.initialize({
  disableLayout: !printed,
  ...{ width: 1366, height: 768, margin: 0 }, // of a page; slides.css has the same
  display: "flex",
  center: false,
  transition: "none",
  controls: matchMedia("(pointer: coarse)").matches, // a swipe on a widget moves the widget
  pdfSeparateFragments: false,
  slideNumber: true,
  hash: true,
  keyboardCondition: forSlides,
  plugins: [RevealNotes],
});
// Again once its formulas are set, its widget is drawn or the window is another.
const watch = new ResizeObserver((entries) => {
  requestAnimationFrame(() => {
    for (const { target } of entries) fit(target.parentElement);
  });
});
for (const body of document.querySelectorAll(".body")) watch.observe(body);
Reveal.on("slidechanged", ({ currentSlide }) => {
  fit(currentSlide);
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
});
