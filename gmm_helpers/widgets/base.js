// What all parts use: elements, scenes from Python, numbers as text, the keys of a page.

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

/**
 * Set attributes; a function is what an event calls: {onclick: act}.
 * @param {any} element
 * @param {Record<string, any>} attributes
 */
export function set(element, attributes) {
  for (const [key, value] of Object.entries(attributes))
    if (typeof value === "function") element[key] = value;
    else element.setAttribute(key, value);
}

/** Return a copy of a scene's content, with the arrays that Python keeps in the bytes. */
export const readScene = (content, bytes) =>
  JSON.parse(JSON.stringify(content), (_, value) =>
    value?.shape && "at" in value ? readArray(value, bytes) : value,
  );

/** Return an array as its numbers and its shape; see scene.py. */
function readArray({ at, shape, low, step }, bytes) {
  const Type = low ? Uint16Array : Float64Array;
  const size = shape.reduce((a, b) => a * b, Type.BYTES_PER_ELEMENT);
  const start = bytes.byteOffset + at;
  // A copy, since what arrives may lie at any offset of a message.
  const raw = new Type(bytes.buffer.slice(start, start + size));
  const unpack = (each, i) => low[i % low.length] + step[i % low.length] * each;
  return { shape, values: low ? Float64Array.from(raw, unpack) : raw };
}

/** Return what is next to a value between two limits. */
export const inside = (value, low, high) => Math.min(Math.max(value, low), high);

/**
 * Return where a map moves a place; see geometry.py.
 * @type {(map: any, x: number, y: number) => [number, number]}
 */
export const move = ([a, b, c, d, e, f], x, y) => [a * x + b * y + e, c * x + d * y + f];

/** Return the colour of a component, by its number, or of a name of the style's. */
export const paint = (colour) => `var(--gmm-${typeof colour === "number" ? colour % 6 : colour})`;

/** Return the style of a line. @param {{colour: any, width?: number, dash?: number[]}} mark */
export function strokeOf({ colour, width = 2, dash }) {
  const dashes = dash?.length ? dash.map((each) => each * width).join(" ") : "none";
  return `stroke:${paint(colour)};stroke-width:${width};stroke-dasharray:${dashes}`;
}

/** Write a number as `format_number` in geometry.py does. */
export function format(value, decimals) {
  const long = decimals > 15 || Math.abs(value) >= 1e15;
  const text = long ? value.toPrecision(3) : value.toFixed(Math.max(0, decimals));
  return (Number(text) ? text.replaceAll("-", "−") : text.replace("-", "")).replace("e+", "e");
}

/** Return a function that sets traits, and tells Python once the hand has rested for a moment. */
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
const KEYS = {
  "[type=number]": /^(Arrow|Home$|End$|Backspace$|Delete$|Enter$|.$)/,
  "[type=range], [type=radio]": /^(Arrow|Home$|End$|Page)/,
  "select, [role=slider], .table": /^(Arrow|Home$|End$|Enter$| $)/,
  "*": / /,
};

function markControl(event) {
  const control = event.composedPath()[0];
  if (!(control instanceof Element) || !control.closest(".gmm")) return;
  const kind = Object.keys(KEYS).find((selector) => control.matches(selector)) ?? "*";
  const command = event.ctrlKey || event.metaKey || event.altKey;
  const runsCell = event.shiftKey && event.key === "Enter";
  control.toggleAttribute(MARK, KEYS[kind].test(event.key) && !command && !runsCell);
}

/** Let controls keep their keys; once for a page. */
export function keepKeys() {
  if (globalThis.gmmKeys) return;
  globalThis.gmmKeys = true;
  window.addEventListener("keydown", markControl, true);
}
