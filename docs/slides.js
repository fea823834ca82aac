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

Reveal.initialize({
  disableLayout: true,
  center: false,
  transition: "none",
  controls: matchMedia("(pointer: coarse)").matches, // a swipe on a widget moves the widget
  pdfSeparateFragments: false,
  slideNumber: true,
  hash: true,
  keyboardCondition: forSlides,
  plugins: [RevealNotes],
});
Reveal.on("slidechanged", () => {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
});
