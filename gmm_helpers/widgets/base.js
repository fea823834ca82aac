// What all parts use: elements, arrays from Python, numbers as text, keys, the theme.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element, in SVG where its name says so: make("svg:path", {class: "spine"}).
 * @param {string} name
 * @param {Record<string, any>} [attributes]
 * @param {...(Node|string)} children
 * @returns {any}
 */
export function make(name, attributes = {}, ...children) {
  const [first, second] = name.split(":");
  const element = second ? document.createElementNS(SVG, second) : document.createElement(first);
  set(element, attributes);
  element.append(...children);
  return element;
}

/** Set attributes. @param {Element} element @param {Record<string, any>} attributes */
export function set(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
}

const TYPES = { f8: [Float64Array, 8], u1: [Uint8Array, 1], u2: [Uint16Array, 2] };

/**
 * Return an array that Python keeps in the bytes, as numbers, with its shape.
 * @param {any} reference see scene.py
 * @param {DataView} bytes
 * @returns {{values: ArrayLike<number>, shape: number[]}}
 */
export function readArray({ at, shape, type, low, high }, bytes) {
  const [Type, size] = TYPES[type];
  const count = shape.reduce((a, b) => a * b, 1);
  const start = bytes.byteOffset + at;
  // A copy, since what arrives may lie at any offset of a message.
  const raw = new Type(bytes.buffer.slice(start, start + size * count));
  if (!low) return { values: raw, shape };
  const width = low.length;
  const steps = low.map((from, j) => (high[j] - from) / (type === "u1" ? 255 : 65535));
  const values = Float64Array.from(raw, (each, i) => low[i % width] + each * steps[i % width]);
  return { values, shape };
}

/** Return what is next to a value between two limits. */
export const inside = (value, low, high) => Math.min(Math.max(value, low), high);

/** Return the colour of a component, by its number, or of a name of the style's. */
export const paint = (colour) => `var(--gmm-${typeof colour === "number" ? colour % 6 : colour})`;

/** Return the style of a line. */
export function strokeOf({ colour, width = 2, dash }) {
  const dashes = dash?.length ? dash.map((each) => each * width).join(" ") : "none";
  return `stroke:${paint(colour)};stroke-width:${width};stroke-dasharray:${dashes}`;
}

/** Write a number with a true minus sign, and without one for a zero. */
export function format(value, decimals) {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/** Write a share as a person reads it: its ends as < 0.01 and > 0.99. */
export function formatShare(share) {
  if (share > 0 && share < 0.005) return "< 0.01";
  if (share < 1 && share > 0.995) return "> 0.99";
  return share.toFixed(2);
}

/** Write a number as a subscript. */
export const subscript = (number) =>
  String(number).replace(/\d/g, (digit) => String.fromCharCode(0x2080 + Number(digit)));

/** Return a function that tells Python of a trait, once the hand has rested for a moment. */
export function teller(model) {
  let timer = 0;
  const tell = () => {
    try {
      model.save_changes();
    } catch {} // no kernel, no one to be told
  };
  return (values, wait = 300) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    clearTimeout(timer);
    if (wait) timer = setTimeout(tell, wait);
    else tell();
  };
}

// JupyterLab and Notebook 7 leave a control its keys only where it carries this mark itself, and
// would then leave it Ctrl+S and Shift+Enter as well. So it carries it for the keys that it uses.
const MARK = "data-lm-suppress-shortcuts";
const ARROWS = /^(Arrow|Home$|End$|Page)/;
const USED = {
  range: ARROWS,
  radio: ARROWS,
  number: /^(Arrow|Home$|End$|Backspace$|Delete$|Enter$|.$)/,
};

function markControl(event) {
  const control = event.composedPath()[0];
  if (!(control instanceof Element) || !control.closest(".gmm")) return;
  const used =
    USED[control.getAttribute("type")] ??
    (control.matches("select, [role=slider], .table") ? /^(Arrow|Home$|End$|Enter$| $)/ : / /);
  const plain = !(event.ctrlKey || event.metaKey || event.altKey);
  control.toggleAttribute(
    MARK,
    plain && !(event.shiftKey && event.key === "Enter") && used.test(event.key),
  );
}

/** Let controls keep their keys; once for a page. */
export function keepKeys() {
  if (globalThis.gmmKeys) return;
  globalThis.gmmKeys = true;
  window.addEventListener("keydown", markControl, true);
}

/** Say whether a box stands on a dark page: its text is then light. Paper is never dark. */
export function isDark(box) {
  if (matchMedia("print").matches) return false;
  // A box that is not on the page yet has no colour.
  const [r, g, b] = (getComputedStyle(box).color.match(/[\d.]+/g) ?? []).map(Number);
  return r + g + b > 380;
}

/**
 * Call a function whenever the page's theme may have changed; return what ends that.
 * @param {() => void} act
 */
export function onTheme(act) {
  const soon = () => requestAnimationFrame(act);
  const observer = new MutationObserver(soon);
  const filter = {
    attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "data-theme", "class"],
  };
  for (const element of [document.body, document.documentElement])
    observer.observe(element, filter);
  const queries = ["print", "(prefers-color-scheme: dark)"].map((each) => matchMedia(each));
  for (const query of queries) query.addEventListener("change", act);
  return () => {
    observer.disconnect();
    for (const query of queries) query.removeEventListener("change", act);
  };
}
