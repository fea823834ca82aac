// What all parts use: elements, arrays from Python, numbers as text, keys, the theme.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element, in SVG where its name says so: make("svg:path", {class: "spine"}).
 * @param {string} name
 * @param {Record<string, any>} [attributes]
 * @param {...(Node|string)} children
 * @returns {any}
 */
function make(name, attributes = {}, ...children) {
  const [first, second] = name.split(":");
  const element = second ? document.createElementNS(SVG, second) : document.createElement(first);
  set(element, attributes);
  element.append(...children);
  return element;
}

/** Set attributes. @param {Element} element @param {Record<string, any>} attributes */
function set(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
}

const TYPES = { f8: [Float64Array, 8], u1: [Uint8Array, 1], u2: [Uint16Array, 2] };

/**
 * Return an array that Python keeps in the bytes, as numbers, with its shape.
 * @param {any} reference see scene.py
 * @param {DataView} bytes
 * @returns {{values: ArrayLike<number>, shape: number[]}}
 */
function readArray({ at, shape, type, low, high }, bytes) {
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
const inside = (value, low, high) => Math.min(Math.max(value, low), high);

/** Return the colour of a component, by its number, or of a name of the style's. */
const paint = (colour) => `var(--gmm-${typeof colour === "number" ? colour % 6 : colour})`;

/** Return the style of a line. */
function strokeOf({ colour, width = 2, dash }) {
  const dashes = dash?.length ? dash.map((each) => each * width).join(" ") : "none";
  return `stroke:${paint(colour)};stroke-width:${width};stroke-dasharray:${dashes}`;
}

/** Write a number with a true minus sign, and without one for a zero. */
function format(value, decimals) {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/** Write a share as a person reads it: its ends as < 0.01 and > 0.99. */
function formatShare(share) {
  if (share > 0 && share < 0.005) return "< 0.01";
  if (share < 1 && share > 0.995) return "> 0.99";
  return share.toFixed(2);
}

/** Write a number as a subscript. */
const subscript = (number) =>
  String(number).replace(/\d/g, (digit) => String.fromCharCode(0x2080 + Number(digit)));

/** Return a function that tells Python of a trait, once the hand has rested for a moment. */
function teller(model) {
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
function keepKeys() {
  if (globalThis.gmmKeys) return;
  globalThis.gmmKeys = true;
  window.addEventListener("keydown", markControl, true);
}

/** Say whether a box stands on a dark page: its text is then light. Paper is never dark. */
function isDark(box) {
  if (matchMedia("print").matches) return false;
  // A box that is not on the page yet has no colour.
  const [r, g, b] = (getComputedStyle(box).color.match(/[\d.]+/g) ?? []).map(Number);
  return r + g + b > 380;
}

/**
 * Call a function whenever the page's theme may have changed; return what ends that.
 * @param {() => void} act
 */
function onTheme(act) {
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

// Mixes colours by shares, as `mix_colours` in plots/look.py does and explains.

const TO_CONES = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
const FROM_CONES = [
  [4.0767416621, -3.3077115913, 0.2309699292],
  [-1.2684380046, 2.6097574011, -0.3413193965],
  [-0.0041960863, -0.7034186147, 1.707614701],
];
/** @type {WeakMap<string[], number[][]>} the roots of each palette that was used */
const known = new WeakMap();

/** @type {(matrix: number[][], v: number[]) => number[]} */
const multiply = (matrix, v) => matrix.map(([a, b, c]) => a * v[0] + b * v[1] + c * v[2]);

/** @param {string} colour as "#RRGGBB" */
function findRoots(colour) {
  const rgb = [1, 3, 5].map((i) => Number.parseInt(colour.slice(i, i + 2), 16) / 255);
  const linear = rgb.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return multiply(TO_CONES, linear).map(Math.cbrt);
}

/** @type {(shares: ArrayLike<number>, palette: string[]) => number[]} red, green and blue, to 255 */
function mixColours(shares, palette) {
  if (!known.has(palette)) known.set(palette, palette.map(findRoots));
  const roots = /** @type {number[][]} */ (known.get(palette));
  const mix = [0, 0, 0];
  for (let k = 0; k < shares.length; k++)
    for (let i = 0; i < 3; i++) mix[i] += shares[k] * roots[k % roots.length][i];
  const cones = mix.map((root) => root ** 3);
  return multiply(FROM_CONES, cones).map((linear) => {
    const v = Math.min(Math.max(linear, 0), 1);
    return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
  });
}

// Shows a formula of formulas.json as an image with a reading, as tall as the text around it asks.


/** @typedef {{reading: string, box: number[], marks: number[][], bars: number[][]}} Formula */
/** @typedef {{glyphs: string[], formulas: Record<string, Formula>}} Formulas */

const EM = 1000;
const WEIGHT = 14; // thickens TeX's thin letters a little, as MathJax's are

/** @type {(data: Formulas, name: string) => SVGElement} it stands on the baseline of its line */
function makeFormula({ glyphs, formulas }, name) {
  const { reading, box, marks, bars } = formulas[name];
  const [width, height, depth] = box;
  const svg = make("svg:svg", {
    role: "img",
    "aria-label": reading,
    viewBox: [0, -height, width, height + depth].join(" "),
    width: `${width / EM}em`,
    height: `${(height + depth) / EM}em`,
    overflow: "visible",
    fill: "currentColor",
    stroke: "currentColor",
    "stroke-width": WEIGHT,
  });
  svg.style.verticalAlign = `${-depth / EM}em`;
  for (const [glyph, x, y, size] of marks)
    svg.append(
      make("svg:path", { d: glyphs[glyph], transform: `translate(${x} ${y}) scale(${size / EM})` }),
    );
  for (const [x, y, w, h] of bars) svg.append(make("svg:rect", { x, y, width: w, height: h }));
  return svg;
}

// The mathematics of what a reader drags: as Mixture does it, and as a person writes it.


const LOG_10 = Math.log(10);

/** Return log N(x | μ, σ²). */
const logNormal = (x, mean, deviation) =>
  -0.5 * ((x - mean) / deviation) ** 2 - Math.log(deviation) - 0.5 * Math.log(2 * Math.PI);

/** Return log(eᵃ + eᵇ), where both may be so small that eᵃ and eᵇ are 0. */
function logAddExp(a, b) {
  const peak = Math.max(a, b);
  return peak === -Infinity ? peak : peak + Math.log1p(Math.exp(Math.min(a, b) - peak));
}

/** Return Σᵢ log p(xᵢ) of a mixture of two components. */
function logLikelihood(points, weights, means, deviations) {
  const heights = weights.map((weight, k) => Math.log(weight) + logNormal(0, 0, deviations[k]));
  let sum = 0;
  for (let i = 0; i < points.length; i++) {
    const z1 = (points[i] - means[0]) / deviations[0];
    const z2 = (points[i] - means[1]) / deviations[1];
    sum += logAddExp(heights[0] - 0.5 * z1 * z1, heights[1] - 0.5 * z2 * z2);
  }
  return sum;
}

/**
 * Return the four entries of L, row by row, where L Lᵀ is the covariance of σ₁, σ₂ and ρ.
 * @type {(s1: number, s2: number, rho: number) => any}
 */
const cholesky = (s1, s2, rho) => [s1, 0, rho * s2, s2 * Math.sqrt(1 - rho ** 2)];

/**
 * Return √λ₁ ≥ √λ₂ of a covariance, and the first eigenvector's angle. Of its two directions it is
 * the one from −45° to 135°; a little off, so that rounding does not turn it.
 */
function halfAxes(first, second, correlation) {
  const [a, b, c] = [first ** 2, correlation * first * second, second ** 2];
  const largest = (a + c) / 2 + Math.hypot((a - c) / 2, b);
  const smallest = ((first * second) ** 2 * (1 - correlation ** 2)) / largest; // as λ₁ λ₂ = |Σ|
  const angle = 0.5 * Math.atan2(2 * b, a - c);
  const turned = angle < -Math.PI / 4 - 1e-6 ? angle + Math.PI : angle;
  return { lengths: [Math.sqrt(largest), Math.sqrt(smallest)], angle: turned };
}

/** Return σ₁, σ₂ and ρ of the covariance with a half-axis (x, y) and another right across it. */
function fromHalfAxes(x, y, other) {
  const across = (other / Math.hypot(x, y)) ** 2;
  const [first, second] = [Math.sqrt(x * x + across * y * y), Math.sqrt(y * y + across * x * x)];
  return [first, second, (x * y * (1 - across)) / (first * second)];
}

/** Return e^value, rounded to some digits, as a number from 1 to 10 and a power of ten. */
function inDigits(value, digits) {
  const exponent = Math.floor(value / LOG_10);
  const leading = Number(Math.exp(value - exponent * LOG_10).toFixed(digits - 1));
  return leading < 10 ? [leading, exponent] : [leading / 10, exponent + 1];
}

/** Write e^value to some digits, however small it is. */
function fromLog(value, digits = 3) {
  if (value === -Infinity) return "0";
  const [leading, exponent] = inDigits(value, digits);
  if (exponent >= -3) return format(leading * 10 ** exponent, Math.max(0, digits - 1 - exponent));
  return `${leading.toFixed(digits - 1)}e−${-exponent}`;
}

/** Write weight × density, of the density as `fromLog` writes it: so that they agree. */
function product(weight, logDensity, digits = 3) {
  if (!weight) return "0";
  const [leading, exponent] = inDigits(logDensity, digits);
  return fromLog(Math.log(weight * leading) + exponent * LOG_10 + 1e-9, digits); // half up, as by hand
}

/** Write a probability: with three decimals, or as a power of ten where these would be 0. */
const writeShare = (share, logShare) => (share >= 0.001 ? format(share, 3) : fromLog(logShare));

export const maths = {
  logNormal,
  logAddExp,
  logLikelihood,
  cholesky,
  halfAxes,
  fromHalfAxes,
  fromLog,
  product,
  writeShare,
};

// Native controls with names, and questions to Python.


const PATIENCE = 2000; // milliseconds, before a page says that Python does not answer

// Drawn, since not every font has them; in a square of 16.
const ICONS = {
  play: "M4 2v12l10-6z",
  pause: "M3 2h4v12H3zM9 2h4v12H9z",
  back: "M8 3a5 5 0 1 1-4.6 3l1.8.8A3 3 0 1 0 8 5v2.500L4 4l4-3.500z",
  full: "M2 2h5v2H4v3H2zM9 2h5v5h-2V4H9zM2 9h2v3h3v2H2zM12 9h2v5H9v-2h3z",
};

/** A button with words. */
function makeButton(label, act) {
  const button = make("button", { type: "button" }, label);
  button.onclick = act;
  return button;
}

/** A button that shows an icon; `name` changes both. */
function iconButton(icon, label, act) {
  const path = make("svg:path");
  const button = makeButton(make("svg:svg", { viewBox: "0 0 16 16" }, path), act);
  button.className = "icon";
  const name = (sign, words) => {
    path.setAttribute("d", ICONS[sign]);
    set(button, { "aria-label": words, title: words });
  };
  name(icon, label);
  return { button, name };
}

/** A button that lets a box fill the screen, or leave it. */
const fullScreenButton = (box) =>
  iconButton("full", "Full screen", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else box.requestFullscreen();
  }).button;

/** A button that is down or up. */
function toggleButton(label, act) {
  const button = makeButton(label, () => {
    const down = button.getAttribute("aria-pressed") !== "true";
    set(button, { "aria-pressed": down });
    act(down);
  });
  set(button, { "aria-pressed": false });
  return button;
}

/**
 * A slider and a number to type. `act` hears the value, and whether the hand rests.
 * @param {{label: string, low: number, high: number, step: number, value: number,
 *   decimals?: number}} spec
 * @param {(value: number, rests: boolean) => void} act
 */
function makeSlider({ label, low, high, step, value, decimals = 0 }, act) {
  const limits = { min: low, max: high, step, value, "aria-label": label };
  const range = make("input", { type: "range", ...limits });
  const number = make("input", { type: "number", ...limits, inputmode: "decimal" });
  const write = () => {
    number.value = range.valueAsNumber.toFixed(decimals);
  };
  const hear = ({ target, type }) => {
    if (target === range) write();
    else if (number.value && number.validity.valid) range.value = number.value;
    else return; // half a number
    act(range.valueAsNumber, type === "change");
  };
  for (const input of [range, number]) input.oninput = input.onchange = hear;
  number.onblur = write;
  write();
  return {
    element: make("label", { class: "slider" }, make("span", {}, label), range, number),
    range,
    number,
    set(wanted) {
      range.value = wanted;
      if (number.getRootNode().activeElement !== number) write();
    },
    setRange(from, to) {
      for (const input of [range, number]) Object.assign(input, { min: from, max: to });
    },
  };
}

/** Buttons of which one is down: radio buttons, which the arrow keys move through. */
function makeChoice(name, labels, chosen, act) {
  const group = `gmm-${Math.random()}`;
  const inputs = labels.map((_, i) => {
    const input = make("input", { type: "radio", name: group });
    input.checked = i === chosen;
    input.onchange = () => act(i);
    return input;
  });
  const options = labels.map((label, i) => make("label", { class: "option" }, inputs[i], label));
  const element = make("fieldset", {}, make("legend", {}, name), ...options);
  const choose = (i) => {
    inputs[i].checked = true;
  };
  return { element, inputs, choose };
}

/** Show rows of texts as a table; where only its numbers are others, only these are written anew. */
function showTable(box, rows) {
  box.classList.toggle("hidden", !rows);
  if (!rows) return;
  const cells = [...box.querySelectorAll("th, td")];
  const texts = rows.flat();
  if (cells.length !== texts.length) return fill(box, makeTable(rows));
  for (const [i, cell] of cells.entries())
    if (cell.textContent !== texts[i]) cell.textContent = texts[i];
}

/** Put a table into its box, which has the focus for the keys that scroll it where it is narrower. */
function fill(box, table) {
  box.replaceChildren(table);
  set(box, { role: "group", "aria-label": "Numbers" });
  const look = () => set(box, { tabindex: table.offsetWidth > box.clientWidth ? 0 : -1 });
  const watch = new ResizeObserver(look);
  for (const each of [box, table]) watch.observe(each);
}

function makeTable([names, ...rows]) {
  const head = names.map((name) => make("th", { scope: "col" }, name));
  const body = rows.map(([name, ...texts]) => {
    const cells = texts.map((text) => make("td", {}, text));
    return make("tr", {}, make("th", { scope: "row" }, name), ...cells);
  });
  const top = make("thead", {}, make("tr", {}, ...head));
  return make("table", {}, top, make("tbody", {}, ...body));
}

/** Show which line and marker is which; a row without a marker is of a line alone. */
function showLegend(box, rows, { markers }) {
  const signs = rows.map((row) => {
    const { colour, text } = row;
    const line = make("svg:path", { d: "M0 8H34", class: "line", style: strokeOf(row) });
    const style = `fill:${paint(colour)};${strokeOf(row)};stroke-width:1`;
    const place = "translate(17 8) scale(5)";
    const sign = make("svg:path", { d: markers[row.marker] ?? "", transform: place, style });
    return make("span", {}, make("svg:svg", { viewBox: "0 0 34 16" }, line, sign), text);
  });
  box.replaceChildren(...signs);
}

/** Asks Python, one question at a time; says it where no answer comes. */
class Asker {
  constructor(model) {
    this.model = model;
    this.asked = 0;
    this.waiting = new Map();
    this.element = make("p", { class: "asker", role: "status" });
    this.hear = (message, buffers) => {
      const answered = this.waiting.get(message.answer);
      this.waiting.delete(message.answer);
      if (answered === undefined) return;
      if (message.answer === this.loud) this.say(message.refused ?? "");
      answered(message, buffers);
    };
    model.on("msg:custom", this.hear);
  }

  say(words) {
    clearTimeout(this.timer);
    this.element.textContent = words;
  }

  /**
   * Send a question; where it is quiet, nothing is said of the waiting.
   * @param {any} message
   * @param {(answer: any, buffers?: any) => void} [act] hears the answer
   */
  ask(message, act = () => {}, quiet = false) {
    const ask = ++this.asked;
    this.waiting.set(ask, act);
    if (!quiet) {
      this.loud = ask;
      clearTimeout(this.timer);
      const words = "Waiting for Python: is a cell running, or has the kernel stopped?";
      this.timer = setTimeout(() => this.say(words), PATIENCE);
    }
    try {
      this.model.send({ ...message, ask });
    } catch {
      this.say("There is no Python here that could answer: run the cell first.");
    }
  }

  close() {
    clearTimeout(this.timer);
    this.model.off("msg:custom", this.hear);
  }
}

// The axes of a panel: room for their words, ticks as far as they fit, and labels.


const TEXT = 14; // of a panel's own pixels: how large its letters are
const WIDE = 0.62 * TEXT; // how wide a digit is at most

/** Return how much room the axes need to the left of a plot and below it, in pixels. */
function measureAxes({ labels, views }, { x }) {
  const letters = Math.max(0, ...views.flatMap(({ y }) => y.map(([, label]) => label.length)));
  const left = Math.ceil(TEXT * (0.58 * letters + (labels[1] ? 1.5 : 0)) + 12);
  const bottom = TEXT * ((x.length ? 1.5 : 0.2) + (labels[0] ? 1.2 : 0)) + 4;
  return { left, bottom };
}

/** Return the axes of a panel that is laid out, as SVG. */
function makeAxes(panel) {
  const { left, top, w, h, spec } = panel;
  const { x, y } = spec.views[panel.viewIndex];
  const bottom = top + h;
  const parts = [];
  const draw = (d) => parts.push(make("svg:path", { class: "spine", d }));
  const write = (at, label, more) => parts.push(make("svg:text", { ...at, ...more }, label));
  const middle = { "text-anchor": "middle" };

  draw(`M${left} ${top}V${bottom}H${left + w}`);
  const widest = Math.max(0, ...x.map(([, label]) => label.length)) * WIDE + 6;
  for (const [value, label] of thin(x, panel.sx, widest)) {
    const at = left + panel.px(value);
    if (at > left + w + 1 || at < left - 1) continue;
    draw(`M${at} ${bottom}v5`);
    write({ x: at, y: bottom + 6 + TEXT }, label, middle);
  }
  for (const [value, label] of thin(y, panel.sy, 1.3 * TEXT)) {
    const at = top + panel.py(value);
    if (at > bottom + 1 || at < top - 1) continue;
    draw(`M${left} ${at}h-5`);
    write({ x: left - 8, y: at + 0.35 * TEXT }, label, { "text-anchor": "end" });
  }
  const [below, beside] = spec.labels;
  if (below) write({ x: left + w / 2, y: bottom + 8 + 2.1 * TEXT }, below, middle);
  const turned = `translate(${TEXT} ${top + h / 2}) rotate(-90)`;
  if (beside) write({ x: 0, y: 0, transform: turned }, beside, middle);
  return parts;
}

/** Return every tick, or every second one, and so on: so that each has its room, in pixels. */
function thin(ticks, scale, room) {
  const apart = ticks.length > 1 ? (ticks[1][0] - ticks[0][0]) * scale : room;
  const every = Math.max(1, Math.ceil(room / apart));
  return ticks.filter((_, i) => i % every === 0);
}

// Handles: marks of a picture that a pointer or the arrow keys move.


const GRIP = 18; // pixels around its middle where a finger finds it
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** Make a group a handle: the hooks hear where it is to go. Return what says where it is. */
function makeHandle(mark, panel, group) {
  const { hooks } = panel.picture;
  const name = mark.name ?? `Mean of component ${Number(mark.drag) + 1}`;
  set(group, { class: "label handle", role: "slider", "aria-label": name });
  group.append(make("svg:circle", { class: "grip", r: GRIP }));
  const isStill = () => hooks.canDrag?.(mark.drag) === false;
  const where = () => panel.states[panel.marks.indexOf(mark)].map.slice(4);
  const moveTo = (x, y) => hooks.onDrag(mark.drag, [x, y], panel);

  group.addEventListener("pointerdown", (event) => {
    if (isStill()) return;
    event.preventDefault();
    group.setPointerCapture(event.pointerId);
    group.focus({ preventScroll: true });
    const [x0, y0] = panel.place(event);
    const [x, y] = where();
    group.onpointermove = (moved) => {
      const [x1, y1] = panel.place(moved);
      moveTo(x + x1 - x0, y + y1 - y0);
    };
    group.onpointerup = group.onpointercancel = () => {
      group.onpointermove = group.onpointerup = group.onpointercancel = null;
      hooks.onDrop();
    };
  });

  group.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (isStill() || !step || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const far = event.shiftKey ? 0.05 : 0.01; // of the picture
    const [x, y] = where();
    const [x0, x1, y0, y1] = panel.limits;
    moveTo(x + step[0] * far * (x1 - x0), y + step[1] * far * (y1 - y0));
    hooks.onDrop();
  });

  return (map) => {
    const mute = isStill() || mark.keys === false; // then a slider does the same
    group.classList.toggle("still", isStill());
    const said = { "aria-valuenow": map[4], "aria-valuetext": sayPlace(map, panel) };
    set(group, { tabindex: mute ? -1 : 0, "aria-hidden": mute, ...said });
  };
}

/** Say where a handle is. */
function sayPlace(map, { limits: [x0, x1, y0, y1], flat }) {
  const decimals = (span) => Math.max(0, 2 - Math.floor(Math.log10(span)));
  const [x, y] = [format(map[4], decimals(x1 - x0)), format(map[5], decimals(y1 - y0))];
  return flat ? x : `${x}, ${y}`;
}

// The marks that SVG draws: of each kind, what is made once, and what draws how it is now.


// Each makes a mark in a group of its own, and returns what draws a state of it.
const MAKERS = {
  line: makeLine,
  sum: makeLine,
  area: makeArea,
  bars: makeBars,
  marker: makeMarker,
  label: makeLabel,
};
const ABOVE = ["marker", "label"]; // they may stand on the edge of the plot

/** Make a mark; return what draws a state of it, or nothing where no SVG draws it. */
function makeMark(mark, panel) {
  const makeKind = MAKERS[mark.kind];
  if (!makeKind) return undefined;
  const group = add(ABOVE.includes(mark.kind) ? panel.over : panel.plot, "g");
  const draw = makeKind(mark, panel, group);
  return (state) => {
    group.classList.toggle("faint", Boolean(state.faint));
    group.classList.toggle("hidden", Boolean(state.hidden));
    if (!state.hidden) draw(state);
  };
}

const add = (parent, name, attributes = {}) => parent.appendChild(make(`svg:${name}`, attributes));

/** A line, with dots or an area below it where these are asked for. */
function makeLine(mark, panel, group) {
  const colour = paint(mark.colour);
  const filled = { class: "fill", style: `fill:${colour}` };
  const path = add(group, "path", mark.fill ? filled : { class: "line", style: strokeOf(mark) });
  const round = { class: "dots", style: `stroke:${colour};stroke-width:${2 * mark.dots}` };
  const dots = mark.dots && add(group, "path", round);
  return (state) => {
    const points = mark.kind === "sum" ? sumOf(mark.of, panel) : pointsOf(mark, state, panel);
    const end = mark.close ? "z" : "";
    const toGround = `V${panel.py(0)}H${points[0]}z`;
    path.setAttribute("d", points.length ? toPath(points) + (mark.fill ? toGround : end) : "");
    if (dots) dots.setAttribute("d", toDots(points));
  };
}

function makeArea(mark, panel, group) {
  const path = add(group, "path", { class: "area", style: `fill:${paint(mark.colour)}` });
  return (state) => {
    const line = toPath(pointsOf(mark, state, panel));
    path.setAttribute("d", line && `${line}z`);
  };
}

function makeBars(mark, panel, group) {
  const path = add(group, "path", { class: "bars", style: `fill:${paint(mark.colour)}` });
  return ({ which }) => path.setAttribute("d", toBars(shapeOf(mark, which), panel));
}

function makeMarker(mark, panel, group) {
  const colour = paint(mark.colour);
  const open = mark.marker === "x" || mark.open;
  const stroke = `stroke:${colour};stroke-width:${2.5 / mark.radius}`; // it is scaled as well
  const style = open ? `fill:none;${stroke}` : `fill:${colour}`;
  const d = panel.picture.look.markers[mark.marker];
  const path = add(group, "path", { style, d });
  return ({ map }) =>
    path.setAttribute("transform", `${shiftTo(mark, map, panel)} scale(${mark.radius})`);
}

/** A text, in a ring or not; where it can be dragged, it is a handle. */
function makeLabel(mark, panel, group) {
  set(group, { class: "label" });
  const drags = mark.drag !== undefined;
  const tell = drags ? makeHandle(mark, panel, group) : () => {};
  if (!drags) set(group, { "aria-hidden": "true" });
  if (mark.ring) add(group, "circle", { r: 11, style: `stroke:${paint(mark.colour)}` });
  const anchor = mark.ring ? "middle" : (mark.anchor ?? "start");
  const label = add(group, "text", { "text-anchor": anchor, y: "0.35em" });
  return ({ map, text }) => {
    set(group, { transform: shiftTo(mark, map, panel) });
    label.textContent = text;
    tell(map);
  };
}

/** Return the transform to the place of a map, or as much higher as the mark is lifted. */
const shiftTo = ({ lift = 0 }, map, panel) =>
  `translate(${panel.px(map[4])} ${panel.py(map[5]) - lift})`;

// ---------------------------------------------------------------- shapes in pixels: x, y, x, y, …

/** Return the one of a mark's shapes that is shown: its numbers, row by row. */
function shapeOf({ shape: { values, shape } }, which) {
  const size = shape.at(-2) * shape.at(-1);
  return shape.length > 2 ? values.subarray(which * size, (which + 1) * size) : values;
}

/** Return the points of a line in their place. */
function pointsOf(mark, { map, which, until }, panel) {
  const points = panel.toPixels(shapeOf(mark, which).subarray(0, 2 * until), map);
  if (mark.extend) {
    points.unshift(-5, points[1]);
    points.push(panel.w + 5, points.at(-1));
  }
  return points;
}

/** Return the sum of the lines with some indices, whose points go from left to right. */
function sumOf(indices, panel) {
  const lines = indices.map((i) => pointsOf(panel.marks[i], panel.states[i], panel));
  const seen = lines.flat().filter((x, i) => i % 2 === 0 && x >= -5 && x <= panel.w + 5);
  const xs = [];
  for (const x of seen.sort((a, b) => a - b)) if (!(x - xs.at(-1) < 0.3)) xs.push(x);
  const heights = lines.map((line) => heightsOf(line, xs, panel.py(0)));
  return xs.flatMap((x, i) => [
    x,
    inside(panel.py(0) - heights.reduce((sum, each) => sum + each[i], 0), -1e5, 1e5),
  ]);
}

/** Return how high over the ground a line is at places that go from left to right. */
function heightsOf(line, xs, ground) {
  let i = 0;
  return xs.map((x) => {
    while (i + 4 < line.length && line[i + 2] < x) i += 2;
    const [x0, y0, x1, y1] = [line[i], line[i + 1], line[i + 2], line[i + 3]];
    const share = x1 > x0 ? inside((x - x0) / (x1 - x0), 0, 1) : 0;
    return ground - (y0 + share * (y1 - y0));
  });
}

const round = (value) => Math.round(10 * value) / 10;

/** Write points as a path; at one that is no number, the pen is lifted. */
function toPath(points) {
  let path = "";
  let pen = "M";
  for (let i = 0; i < points.length; i += 2) {
    const drawn = !Number.isNaN(points[i] + points[i + 1]);
    if (drawn) path += `${pen}${round(points[i])} ${round(points[i + 1])}`;
    pen = drawn ? "L" : "M";
  }
  return path;
}

/** Write points as lines of no length, whose round ends are dots. */
const toDots = (points) =>
  toPath(points)
    .split(/[ML]/)
    .slice(1)
    .map((at) => `M${at}h0`)
    .join("");

/** Write rows of left, right, bottom and top as bars, with a pixel between two of them. */
function toBars(rows, panel) {
  let path = "";
  for (let i = 0; i < rows.length; i += 4) {
    const [x0, x1] = [panel.px(rows[i]), panel.px(rows[i + 1])];
    const [y0, y1] = [panel.py(rows[i + 2]), panel.py(rows[i + 3])];
    const right = Math.max(x1 - 1, x0 + 0.5);
    if (y0 !== y1) path += `M${round(x0)} ${round(y0)}V${round(y1)}H${round(right)}V${round(y0)}z`;
  }
  return path;
}

// What a canvas draws, under the SVG: points and images, of which SVG would be too slow.


const FAR = 16; // pixels from a point, for the pointer to be on it
const APART = 14; // pixels between a point and what is said of it

/** The points of a panel: drawn, found by a pointer, and told of. */
class Cloud {
  constructor(mark, panel) {
    this.mark = mark;
    this.panel = panel;
    this.hovered = -1;
    /** @type {any} how the points are now */
    this.state = { map: [1, 0, 0, 1, 0, 0], which: -1 };
    this.map = null; // of the spots
    /** @type {number[]} where the points are in pixels: x, y, x, y, … */
    this.spots = [];
    this.mixed = new Map(); // the looks of all points, by set of shares
    this.sprites = new Map(); // by look
    this.tip = make("div", { class: "tip hidden" });
    this.halo = make("svg:circle", { class: "halo hidden", r: 9 });
  }

  /** Forget what was made for another size or theme. */
  forget() {
    this.map = null;
    this.spots = [];
    this.mixed.clear();
    this.sprites.clear();
  }

  /** Draw the points; `kinds` are their looks where they are not those of their shares. */
  draw(pen, state) {
    this.state = state;
    if (state.map !== this.map) this.spots = this.panel.toPixels(this.mark.shape.values, state.map);
    this.map = state.map;
    const looks = state.kinds ?? this.looksOf(state.which);
    const sprites = new Map();
    for (const look of new Set(looks)) sprites.set(look, this.spriteOf(look, state.faint));
    for (let i = 0; 2 * i < this.spots.length; i++) {
      const { canvas, size } = sprites.get(looks[i]);
      const [x, y] = [this.spots[2 * i], this.spots[2 * i + 1]];
      pen.drawImage(canvas, x - size / 2, y - size / 2, size, size);
    }
    this.showTip();
  }

  /** Return each point's look: its colour of 15 bits, mixed, and the marker of its largest share. */
  looksOf(which) {
    const [n] = this.mark.shape.shape;
    if (!this.mark.shares || which < 0) return new Array(n).fill("hollow");
    if (this.mixed.has(which)) return this.mixed.get(which);
    const { palette, look } = this.panel.picture;
    const looks = Array.from({ length: n }, (_, i) => {
      const shares = this.sharesOf(i, which);
      const rgb = mixColours(shares, palette).map((each) => (each & 0xf8) | 4);
      const largest = shares.indexOf(Math.max(...shares));
      return `${rgb} ${look.order[largest % look.order.length]}`;
    });
    this.mixed.set(which, looks);
    return looks;
  }

  /** Return who answers for a point, and how much; none where nobody does yet. */
  sharesOf(index, which) {
    const { shares } = this.mark;
    if (!shares || which < 0) return [];
    const [, n, K] = shares.shape;
    return [...shares.values.subarray((which * n + index) * K, (which * n + index + 1) * K)];
  }

  /** Return a small picture of a marker: drawing it is quicker than a path for each point. */
  spriteOf(look, faint) {
    const key = `${look} ${faint}`;
    if (!this.sprites.has(key)) {
      const radius = (faint ? 0.62 : 1) * (this.mark.radius ?? 4);
      this.sprites.set(key, makeSprite(look, radius, faint ? 0.7 : 0.9, this.panel));
    }
    return this.sprites.get(key);
  }

  // ------------------------------------------------------------ a point, touched

  /** Let a pointer find points. */
  listen() {
    const { area, over, picture } = this.panel;
    area.append(this.tip);
    over.append(this.halo);
    const hover = (index) => {
      this.hovered = index;
      this.showTip();
    };
    area.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse") hover(this.nearest(event));
    });
    area.addEventListener("pointerleave", () => hover(-1));
    area.addEventListener("click", (event) => {
      if (event.target.closest?.(".handle:not(.still)")) return;
      const index = this.nearest(event);
      picture.markPoint(index === picture.point ? -1 : index);
      picture.hooks.onPoint?.(picture.point);
    });
  }

  /** Return the point under a pointer, or −1. */
  nearest(event) {
    const [x, y] = this.panel.pixel(event);
    let best = -1;
    let least = FAR * FAR;
    for (let i = 0; 2 * i < this.spots.length; i++) {
      const far = (this.spots[2 * i] - x) ** 2 + (this.spots[2 * i + 1] - y) ** 2;
      if (far < least) [best, least] = [i, far];
    }
    return best;
  }

  /** Show what is known of the point that is hovered or marked. */
  showTip() {
    const index = this.hovered >= 0 ? this.hovered : this.panel.picture.point;
    const shown = index >= 0 && 2 * index < this.spots.length;
    for (const each of [this.tip, this.halo]) each.classList.toggle("hidden", !shown);
    if (!shown) return;
    const [x, y] = [this.spots[2 * index], this.spots[2 * index + 1]];
    set(this.halo, { cx: x, cy: y });
    const bar = make("div", { class: "share-bar" });
    for (const [k, share] of this.sharesOf(index, this.state.which).entries())
      bar.append(make("i", { style: `width:${100 * share}%;background:${paint(k)}` }));
    this.tip.replaceChildren(this.describe(index), ...(bar.firstChild ? [bar] : []));
    const { width, height } = this.tip.getBoundingClientRect();
    const { left, top, size, scale } = this.panel; // the tip is outside the panel's own pixels
    const at = inside(scale * (left + x) - width / 2, 0, Math.max(scale * size[0] - width, 0));
    const above = scale * (top + y - APART) - height;
    const below = scale * (top + y + APART);
    set(this.tip, { style: `left:${at}px;top:${above > -20 ? above : below}px` });
  }

  /** Say where a point is and who answers for it. */
  describe(index) {
    const { shape, features, decimals } = this.mark;
    const [a, b, c, d, e, f] = this.state.map;
    const [x, y] = [shape.values[2 * index], shape.values[2 * index + 1]];
    const at = [a * x + b * y + e, c * x + d * y + f];
    const place = features.map((name, j) => `${name} = ${format(at[j], decimals[j])}`).join(", ");
    const shares = this.sharesOf(index, this.state.which);
    const said = shares.map((share, k) => `b${subscript(k + 1)} ${formatShare(share)}`);
    return shares.length ? `${place}: ${said.join(", ")}` : place;
  }
}

/** Draw a marker once. A look is its colour and its shape, or "hollow". */
function makeSprite(look, radius, globalAlpha, panel) {
  const {
    dark,
    look: { markers },
  } = panel.picture;
  const sharp = panel.sharp();
  const width = Math.ceil(sharp * (2 * radius + 4));
  const canvas = make("canvas", { width, height: width });
  const pen = canvas.getContext("2d");
  const [rgb, marker] = look === "hollow" ? [null, "o"] : look.split(" ");
  const shape = new Path2D(markers[marker]);
  const cross = marker === "x";
  const ink = dark ? "#ddd" : "#444";
  const pale = dark ? "#aaa" : "#666";
  pen.setTransform(sharp * radius, 0, 0, sharp * radius, width / 2, width / 2);
  Object.assign(pen, { globalAlpha, lineWidth: (rgb && !cross ? 0.5 : 1.2) / radius });
  pen.fillStyle = `rgb(${rgb})`;
  if (rgb) pen.fill(shape);
  pen.strokeStyle = cross ? pen.fillStyle : rgb ? ink : pale;
  pen.stroke(shape);
  return { canvas, size: width / sharp };
}

/** Return a function that draws an image in its box. */
function makeImage(mark, panel) {
  let drawn = null;
  let wasDark = null;
  return (pen) => {
    const { dark } = panel.picture;
    if (dark !== wasDark) drawn = paintMatrix(mark.pixels, dark ? mark.ramp.dark : mark.ramp.light);
    wasDark = dark;
    const [left, right] = [panel.px(mark.box[0]), panel.px(mark.box[1])];
    const [bottom, top] = [panel.py(mark.box[2]), panel.py(mark.box[3])];
    pen.drawImage(drawn, left, top, right - left, bottom - top);
  };
}

/** Return a picture of a matrix, its first row at the bottom, between two colours. */
function paintMatrix({ values, shape: [rows, columns] }, [low, high]) {
  const canvas = make("canvas", { width: columns, height: rows });
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    const at = 4 * ((rows - 1 - Math.floor(i / columns)) * columns + (i % columns));
    const colour = low.map((from, c) => from + values[i] * (high[c] - from));
    image.data.set([...colour, 255], at);
  }
  pen.putImageData(image, 0, 0);
  return canvas;
}

// One panel of a scene: which limits it shows, where its data lie in pixels, and its marks. The
// pixels are its own: where the text around it is larger, so are they, and with them all it draws.


const TOP = 10; // pixels above the plot, and to the right of it
const LEAST = 40; // pixels that a plot is wide and tall, at least

class Panel {
  constructor(picture, spec, viewIndex) {
    this.picture = picture;
    this.spec = spec;
    this.marks = spec.marks;
    /** @type {any[]} how each mark is now */
    this.states = [];
    this.flat = this.marks.some(({ kind }) => kind === "sum"); // of one dimension: y is a density
    this.viewIndex = Math.min(viewIndex, spec.views.length - 1);
    /** @type {number[]} of the view that is shown */
    this.limits = [];
    this.left = this.w = this.h = 0; // pixels
    this.top = TOP;
    this.sx = this.sy = 0; // pixels for a unit of the data
    this.scale = 1;
    /** @type {[number, number, number]} width, height and scale that it was laid out for */
    this.size = [0, 0, 0];
    this.makeElements();
    const points = this.marks.find(({ kind }) => kind === "points");
    this.cloud = points && new Cloud(points, this);
    this.drawSvg = this.marks.map((mark) => makeMark(mark, this));
    this.drawCanvas = this.marks.map((mark) => this.onCanvas(mark));
    this.cloud?.listen();
  }

  makeElements() {
    const { title, button } = this.spec;
    this.canvas = make("canvas");
    this.axes = make("svg:g", { "aria-hidden": "true" });
    this.plot = make("svg:svg", { overflow: "hidden", "aria-hidden": "true" });
    this.over = make("svg:svg", { overflow: "visible" }); // numbers may stand on the edge
    this.svg = make("svg:svg", {}, this.axes, this.plot, this.over);
    this.title = make("div", { class: "panel-title" }, make("span", {}, title));
    this.area = make("div", { class: "panel-area" }, this.canvas, this.svg);
    this.element = make("div", { class: "panel" }, this.title, this.area);
    if (!button) return;
    const toggle = makeButton(button[this.viewIndex], () => {
      this.setView(1 - this.viewIndex);
      toggle.textContent = button[this.viewIndex];
    });
    this.title.append(toggle);
  }

  /** Return what draws a mark on the canvas, or nothing where SVG draws it. */
  onCanvas(mark) {
    if (mark.kind === "points") return (pen, state) => this.cloud.draw(pen, state);
    return mark.kind === "image" ? makeImage(mark, this) : undefined;
  }

  /** Show other limits. */
  setView(index) {
    this.viewIndex = index;
    if (this.w) this.layOut(...this.size);
    this.picture.draw();
  }

  // ------------------------------------------------------------ sizes

  /** Take a size; `scale` is how many pixels of the page are one of the panel. */
  layOut(width, height, scale) {
    const view = this.spec.views[this.viewIndex];
    const { left, bottom } = measureAxes(this.spec, view);
    const [x0, x1, y0, y1] = view.limits;
    let w = Math.max(width - left - TOP, LEAST);
    let h = Math.max(height - bottom - TOP, LEAST);
    if (this.spec.equal) {
      const ratio = (y1 - y0) / (x1 - x0);
      if (w * ratio > h) w = h / ratio;
      h = w * ratio;
    }
    const [sx, sy] = [w / (x1 - x0), h / (y1 - y0)];
    const size = [width, height, scale];
    Object.assign(this, { size, limits: view.limits, left, w, h, scale, sx, sy });
    this.resize(width, h + bottom + TOP);
    this.axes.replaceChildren(...makeAxes(this));
    this.cloud?.forget();
  }

  resize(width, height) {
    const box = { width: this.scale * width, height: this.scale * height };
    this.element.style.width = `${box.width}px`;
    this.area.style.height = `${box.height}px`;
    set(this.svg, { ...box, viewBox: `0 0 ${width} ${height}` });
    const place = { x: this.left, y: TOP, width: this.w, height: this.h };
    for (const plot of [this.plot, this.over]) set(plot, place);
    const sharp = this.sharp();
    const pixels = { width: Math.round(width * sharp), height: Math.round(height * sharp) };
    set(this.canvas, { ...pixels, style: `width:${box.width}px;height:${box.height}px` });
  }

  /** Return how many dots of the screen are a pixel. */
  sharp() {
    return this.scale * devicePixelRatio;
  }

  /** Return where a place of the data lies in the plot, in pixels. */
  px(x) {
    return near((x - this.limits[0]) * this.sx);
  }

  py(y) {
    return near(this.h - (y - this.limits[2]) * this.sy);
  }

  /** Return where places lie once a map has moved them: x, y, x, y, … in pixels. */
  toPixels(places, [a, b, c, d, e, f]) {
    const pixels = [];
    for (let i = 0; i < places.length; i += 2) {
      const [x, y] = [places[i], places[i + 1]];
      pixels.push(this.px(a * x + b * y + e), this.py(c * x + d * y + f));
    }
    return pixels;
  }

  /** Return where a pointer is in the plot, in pixels. (An inner SVG's own box is its content's.) */
  pixel(event) {
    const box = this.area.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    return [x / this.scale - this.left, y / this.scale - TOP];
  }

  /** Return which place of the data lies under a pointer. */
  place(event) {
    const [x, y] = this.pixel(event);
    return [this.limits[0] + x / this.sx, this.limits[2] + (this.h - y) / this.sy];
  }

  // ------------------------------------------------------------ drawing

  /** Draw each mark as it is now; while shapes glide, the canvas stays as it is. */
  draw(states, onlyShapes) {
    this.states = states;
    for (const [i, draw] of this.drawSvg.entries()) draw?.(states[i]);
    if (onlyShapes || !this.drawCanvas.some(Boolean)) return;
    const sharp = this.sharp();
    const pen = this.canvas.getContext("2d");
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    pen.save();
    pen.setTransform(sharp, 0, 0, sharp, sharp * this.left, sharp * TOP);
    pen.beginPath();
    pen.rect(0, 0, this.w, this.h);
    pen.clip();
    for (const [i, draw] of this.drawCanvas.entries()) draw?.(pen, states[i]);
    pen.restore();
  }
}

/** Keep a number of pixels where browsers can still draw it; what is no number stays none. */
const near = (value) => inside(value, -1e5, 1e5);

// Draws a scene: its panels side by side, from frame to frame, in the colours of the page's theme.


const GAP = 8; // pixels of a panel between panels
const NARROW = 560; // pixels: below that, panels stand one below the other
const IDENTITY = [1, 0, 0, 1, 0, 0]; // a map that leaves all where it is

/** Return what a mark is at a position: what changes, and what does not. */
function stateOf(mark, position) {
  const state = { map: mark.map ?? IDENTITY, which: 0, text: mark.text, until: Infinity };
  for (const [name, each] of Object.entries(mark.by ?? {}))
    state[name] = Array.isArray(each)
      ? each[position]
      : each.values.subarray(6 * position, 6 * position + 6);
  return state;
}

/** The drawn panels of a scene. A frame holds for each mark what it is now, by panel. */
class Picture {
  /**
   * @param {HTMLElement} box
   * @param {any} look palettes, markers
   * @param {any} hooks what it calls: onDrag, onDrop, and onPoint and canDrag where there are any
   */
  constructor(box, look, hooks) {
    this.box = box;
    this.look = look;
    this.hooks = hooks;
    this.point = -1;
    /** @type {Panel[]} */
    this.panels = [];
    this.moving = this.width = 0;
    this.element = make("div", { class: "panels" });
    this.watch = new ResizeObserver(() => this.layOut());
    this.watch.observe(this.element);
    this.endTheme = onTheme(() => this.takeTheme());
  }

  /** Take a scene's content and bytes; nothing is drawn before `show`. */
  setScene(content, bytes) {
    for (const panel of content.panels)
      for (const mark of panel.marks) {
        for (const name of ["shape", "shares", "pixels"])
          if (mark[name]?.type) mark[name] = readArray(mark[name], bytes);
        if (mark.shares) addLast(mark.shares);
        if (mark.by?.map?.type) mark.by.map = readArray(mark.by.map, bytes);
      }
    this.content = content;
    const views = this.panels.map((panel) => panel.viewIndex);
    this.panels = content.panels.map((spec, i) => new Panel(this, spec, views[i] ?? 0));
    this.element.replaceChildren(...this.panels.map((panel) => panel.element));
    this.frame = this.now = null;
    this.takeTheme();
    this.layOut();
  }

  /** Return the frame of a position. */
  frameAt(position) {
    return this.panels.map(({ marks }) => marks.map((mark) => stateOf(mark, position)));
  }

  /** Show a frame, at once or in a glide of so many milliseconds from the one before. */
  show(frame, glide = 0) {
    cancelAnimationFrame(this.moving);
    const before = this.now;
    const began = performance.now();
    this.frame = this.now = frame;
    const glideOn = () => {
      const share = Math.min((performance.now() - began) / glide, 1);
      const eased = share * share * (3 - 2 * share);
      this.now = share < 1 ? between(before, frame, eased) : frame;
      this.draw(share < 1);
      if (share < 1) this.moving = requestAnimationFrame(glideOn);
    };
    const glides = glide && before && this.width;
    if (glides) this.now = between(before, frame, 0);
    this.draw();
    if (glides) this.moving = requestAnimationFrame(glideOn);
  }

  draw(onlyShapes = false) {
    if (!this.width || !this.now) return;
    for (const [i, panel] of this.panels.entries()) panel.draw(this.now[i], onlyShapes);
  }

  /** Mark a point of those drawn, or with −1 none. */
  markPoint(index) {
    this.point = index;
    this.draw();
  }

  takeTheme() {
    this.dark = isDark(this.box);
    this.palette = this.dark ? this.look.dark : this.look.light;
    for (const [k, colour] of this.palette.entries())
      this.box.style.setProperty(`--gmm-${k}`, colour);
    for (const { cloud } of this.panels) cloud?.forget();
    this.draw();
  }

  /** Give the panels their sizes for the width that there is. */
  layOut() {
    const wide = this.element.clientWidth;
    if (!wide || !this.content) return;
    if (!this.width) this.takeTheme(); // now that the box is on the page
    const scale = parseFloat(getComputedStyle(this.element).fontSize) / TEXT;
    this.width = wide / scale;
    const stacked = wide < NARROW;
    const room = this.width - (stacked ? 0 : GAP * (this.panels.length - 1));
    const whole = this.panels.reduce((sum, { spec }) => sum + spec.width, 0);
    const widthOf = ({ spec }) => (stacked ? room : (room * spec.width) / whole);
    const tallest = this.tallest() / scale;
    const given = this.content.height;
    const height = given ?? Math.max(200, Math.min(tallest, 0.62 * widthOf(this.panels[0])));
    for (const [i, panel] of this.panels.entries()) {
      const own = stacked && i ? 0.75 * height : height;
      const equal = Math.max(given ?? 0, tallest);
      panel.layOut(widthOf(panel), panel.spec.equal ? equal : own, scale);
    }
    this.draw();
  }

  /** Return how tall a picture may be, so that on a small screen the words fit under it.
   * A box that fills the screen, or a slide (`.fills`), gives its picture what is left. */
  tallest() {
    if (!this.box.matches(":fullscreen, .fills")) return inside(0.4 * innerHeight, 280, 380);
    const boxes = [...this.box.children].map((each) => each.getBoundingClientRect());
    const others = boxes[boxes.length - 1].bottom - boxes[0].top - this.element.offsetHeight;
    const high = this.box.clientHeight;
    return inside(0.92 * high - others, 0.45 * high, 0.7 * high);
  }

  close() {
    cancelAnimationFrame(this.moving);
    this.watch.disconnect();
    this.endTheme();
  }
}

/** Return a frame so far on the way from one to another: maps move, all else is there at once. */
function between(from, to, share) {
  return to.map((states, i) =>
    states.map((state, j) => {
      const start = from[i]?.[j]?.map;
      if (!start || start === state.map) return state;
      return {
        ...state,
        map: Array.from(state.map, (end, c) => start[c] + share * (end - start[c])),
      };
    }),
  );
}

/** Shares sum to 1: add the last of each point's, which Python does not send. */
function addLast(shares) {
  const [sets, n, sent] = shares.shape;
  const all = new Float64Array(sets * n * (sent + 1));
  for (let i = 0; i < sets * n; i++) {
    let rest = 1;
    for (let k = 0; k < sent; k++) rest -= all[i * (sent + 1) + k] = shares.values[i * sent + k];
    all[i * (sent + 1) + sent] = Math.max(rest, 0);
  }
  Object.assign(shares, { values: all, shape: [sets, n, sent + 1] });
}

// What all widgets with a picture have: the picture, its words, and what ends them.


/** A picture with words. What has this as its base is what the picture's hooks call. */
class Shown {
  /** @param {{model: any, library: any, box: HTMLElement}} page */
  constructor({ model, library, box }) {
    this.model = model;
    this.library = library;
    this.box = box;
    this.look = library.get("look");
    this.tell = teller(model);
    this.asker = new Asker(model);
    this.picture = new Picture(box, this.look, this);
    this.notes = make("div", { class: "notes" });
    this.legend = make("div", { class: "legend" });
    this.text = make("span", { "aria-live": "polite" });
    this.room = make("span", { "aria-hidden": "true" }); // the longest text: nothing jumps
    this.words = make("p", { class: "words" }, this.text, this.room);
    this.ends = [() => this.picture.close(), () => this.asker.close()];
  }

  /** Call functions when the model changes. @param {Record<string, () => void>} acts */
  hear(acts) {
    for (const [name, act] of Object.entries(acts)) {
      this.model.on(name, act);
      this.ends.push(() => this.model.off(name, act));
    }
  }

  close() {
    for (const end of this.ends) end();
  }
}

// Walks through the positions of a scene: slider, number, Play, and what a position says.


const GLIDE = 200; // milliseconds that components take to their next place
const PAUSE = 250; // milliseconds after a key that moves a mean: keys come in a row
const SPEEDS = { slow: 2, normal: 1, fast: 0.4 };
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** A scene under a slider. */
class Player extends Shown {
  constructor(page) {
    super(page);
    this.position = this.model.get("position");
    this.moved = this.last = this.timer = 0;
    /** @type {number[]} of the points, from left to right */
    this.order = [];
    this.play = iconButton("play", "Play", () => this.playing(!this.timer));
    this.slider = makeSlider({ label: "Position", low: 0, high: 1, step: 1, value: 0 }, (...to) =>
      this.slideTo(...to),
    );
    this.end = make("span");
    this.speed = make("select", { "aria-label": "Speed of Play" });
    for (const name of Object.keys(SPEEDS)) this.speed.append(make("option", {}, name));
    this.speed.value = "normal";
    this.finder = makeSlider({ label: "Point", low: 0, high: 1, step: 1, value: 0 }, (value) =>
      this.onPoint(this.order[value]),
    );
    this.find = make("label", { class: "finder" }, "point", this.finder.range);
    this.heading = make("p", { class: "heading" });
    this.formula = make("div", { class: "formula" });
    this.table = make("div", { class: "table" });
    this.place();
    this.ends.push(
      () => this.playing(false),
      () => clearTimeout(this.dropping),
    );
    this.hear({
      "change:content": () => this.takeScene(),
      "change:position": () => {
        const position = this.model.get("position");
        if (position !== this.position) this.go(position);
      },
      "change:point": () => {
        const point = this.model.get("point");
        if (point !== this.picture.point) this.markPoint(point);
      },
    });
    this.takeScene();
    this.markPoint(this.model.get("point"));
  }

  place() {
    const back = iconButton("back", "Back to the start", () => this.slideTo(0, true));
    const { range, number } = this.slider;
    const controls = [this.play.button, back.button, range, number, this.end, this.speed];
    const full = fullScreenButton(this.box);
    const figure = [this.heading, this.formula, this.picture.element, this.legend];
    this.box.append(
      this.notes,
      this.asker.element,
      make("div", { class: "row" }, ...controls, full),
      make("figure", {}, ...figure),
      make("div", { class: "said" }, this.words, this.table),
    );
  }

  /** Show the scene that the model carries now. */
  takeScene(content = this.model.get("content"), bytes = this.model.get("data")) {
    const position = this.positionIn(content);
    this.content = structuredClone(content);
    this.last = content.positions - 1;
    this.picture.setScene(this.content, bytes);
    this.slider.setRange(0, this.last);
    this.end.textContent = `of ${this.last}`;
    this.notes.replaceChildren(...content.notes.map((note) => make("p", { role: "status" }, note)));
    this.room.textContent = content.texts.reduce((a, b) => (b.length > a.length ? b : a), "");
    showLegend(this.legend, content.legend, this.look);
    this.legend.append(this.find);
    this.sortPoints();
    this.moved = 0;
    this.go(position);
    this.picture.layOut(); // in the room that these words leave
  }

  /** Return the position of another scene that shows what is shown now: the end, the iteration. */
  positionIn({ positions, iterations }) {
    const last = positions - 1;
    if (this.last && this.position === this.last) return last;
    const iteration = this.content?.iterations?.[this.position];
    if (iteration === undefined || iterations[this.position] === iteration)
      return Math.min(this.position, last);
    return Math.max(
      iterations.findLastIndex((each) => each <= iteration),
      0,
    );
  }

  /** Let the slider of the points go from left to right. */
  sortPoints() {
    const cloud = this.cloud();
    this.find.classList.toggle("hidden", !cloud);
    if (!cloud) return;
    const { values, shape } = cloud.mark.shape;
    this.order = Array.from({ length: shape[0] }, (_, i) => i);
    this.order.sort((a, b) => values[2 * a] - values[2 * b]);
    this.finder.setRange(0, shape[0] - 1);
  }

  cloud() {
    return this.picture.panels.find((panel) => panel.cloud)?.cloud;
  }

  /** Mark the point that a hand has chosen. */
  onPoint(point) {
    this.markPoint(point);
    this.tell({ point });
  }

  markPoint(point) {
    this.picture.markPoint(point);
    if (point >= 0) this.finder.set(this.order.indexOf(point));
    this.sayPoint();
  }

  /** Let the slider of the points say what the marked one's numbers are now. */
  sayPoint() {
    const { point } = this.picture;
    const words = point >= 0 && this.cloud()?.describe(point);
    if (words) set(this.finder.range, { "aria-valuetext": words });
  }

  slideTo(position, rests) {
    this.playing(false);
    if (position !== this.position) this.go(position, rests);
    else if (rests) this.tell({ position }, 0); // and a glide goes on
  }

  go(position, rests = false) {
    const { headings, texts, tables, formulas, glides } = this.content;
    const next = position === this.position + 1;
    const slow = performance.now() - this.moved > 1.2 * GLIDE;
    this.moved = performance.now();
    this.position = position;
    this.slider.set(position);
    const heading = headings?.[position] ?? "";
    set(this.slider.range, { "aria-valuetext": `${position}: ${heading || texts[position]}` });
    this.heading.textContent = heading;
    this.heading.classList.toggle("hidden", !headings);
    this.text.textContent = texts[position];
    this.showFormulas(formulas?.[position] ?? []);
    showTable(this.table, tables?.[position]);
    const glide = glides?.[position] && next && slow && !still.matches ? GLIDE : 0;
    this.picture.show(this.picture.frameAt(position), glide);
    this.sayPoint();
    this.tell({ position }, rests ? 0 : 300);
  }

  showFormulas(names) {
    const key = names.join();
    if (key === this.formulasShown) return;
    this.formulasShown = key;
    const data = this.library.get("formulas");
    this.formula.classList.toggle("hidden", !this.content.formulas);
    this.formula.replaceChildren(...names.map((name) => makeFormula(data, name)));
  }

  // ------------------------------------------------------------ Play

  playing(wanted) {
    if (!wanted && !this.timer) return;
    clearTimeout(this.timer);
    this.timer = 0;
    this.play.name(...(wanted ? ["pause", "Pause"] : ["play", "Play"]));
    if (!wanted) return;
    if (this.position === this.last) this.go(0);
    this.playOn();
  }

  playOn() {
    const rest = (this.content.rests?.[this.position] ?? 0.7) * SPEEDS[this.speed.value];
    this.timer = setTimeout(() => {
      this.go(this.position + 1);
      if (this.position === this.last) this.playing(false);
      else this.playOn();
    }, 1000 * rest);
  }

  // ------------------------------------------------------------ another start

  canDrag() {
    return this.content.drag !== undefined && this.position === 0;
  }

  /** Move a mean of the start; EM runs anew once the hand rests. */
  onDrag(k, [x, y]) {
    const [{ marks, limits, flat }] = this.picture.panels;
    const [states, ...others] = this.picture.frame;
    const moved = states.map((state, j) => {
      const { drag, colour, kind, by } = marks[j];
      if (drag !== k && !(colour === k && kind === "line" && by?.map)) return state;
      const map = [...state.map];
      map[4] = inside(x, limits[0], limits[1]);
      if (!flat) map[5] = inside(y, limits[2], limits[3]);
      return { ...state, map };
    });
    this.picture.show([moved, ...others]);
  }

  onDrop() {
    const [{ marks, flat }] = this.picture.panels;
    const [states] = this.picture.frame;
    const means = states
      .filter((_, j) => marks[j].drag !== undefined)
      .map(({ map }) => [...map].slice(4, flat ? 5 : 6));
    clearTimeout(this.dropping);
    this.dropping = setTimeout(() => this.asker.ask({ means }), PAUSE);
  }
}

// A stepper whose run is chosen by buttons above it. Python makes the runs.


const AHEAD = 6; // runs, at most, that are asked for before they are chosen
const KEPT = 18; // runs, at most, that the page keeps
const REST = 300; // milliseconds between two of them

const idle = globalThis.requestIdleCallback ?? ((act) => setTimeout(act, 50));
const isSame = (key, other) => JSON.stringify(key) === JSON.stringify(other);

class Chooser extends Player {
  constructor(page) {
    super(page);
    this.runs = new Map(); // by key, those that the page has
    this.readRuns();
    this.key = this.content.key;
    this.choices = this.content.choices.map(([name, labels], i) =>
      makeChoice(name, labels, this.key.indices[i], (index) =>
        this.choose(this.withIndex(i, index)),
      ),
    );
    const buttons = Object.entries(this.content.buttons).map(([seed, label]) =>
      makeButton(label, () => this.choose(this.withNext(seed))),
    );
    const choices = this.choices.map(({ element }) => element);
    this.box.prepend(make("div", { class: "row choices" }, ...choices, ...buttons));
    const showChosen = () => this.showKey(this.model.get("chosen"));
    this.hear({ "change:chosen": showChosen });
    this.ends.push(() => clearTimeout(this.looking));
    showChosen();
    this.lookAhead();
  }

  withIndex(i, index) {
    return { ...this.key, indices: this.key.indices.with(i, index) };
  }

  withNext(seed) {
    return { ...this.key, [seed]: this.key[seed] + 1 };
  }

  /** Take the runs that were made beforehand. */
  readRuns() {
    const { buffer, byteOffset } = this.model.get("more") ?? {};
    for (const content of Object.values(this.model.get("runs") ?? {})) {
      const [at, size] = content.at;
      this.keep(content.key, [content, new DataView(buffer, byteOffset + at, size)]);
    }
  }

  keep(key, run) {
    this.runs.set(JSON.stringify(key), run);
  }

  /** Choose another run: one that is there is shown at once, and Python is told in any case. */
  choose(key) {
    this.playing(false);
    const before = this.key;
    this.showKey(key);
    this.asker.ask({ key }, (answer) => {
      if (answer.refused && this.key === key) this.mark(before);
      this.lookAhead();
    });
  }

  /** Show the run of a key, if it is there. */
  showKey(key) {
    this.mark(key);
    const run = this.runs.get(JSON.stringify(key));
    if (run && !isSame(this.content.key, key)) super.takeScene(...run);
  }

  /** Let the controls say what is chosen. */
  mark(key) {
    this.key = key;
    for (const [i, { choose }] of this.choices.entries()) choose(key.indices[i]);
  }

  takeScene() {
    const { key } = this.model.get("content");
    if (this.runs && isSame(this.content.key, key)) return; // it is shown
    super.takeScene();
    if (this.choices) this.mark(key);
  }

  /** Return what can be chosen next. */
  neighbours() {
    const { choices, buttons } = this.content;
    const others = choices.flatMap(([, labels], i) => labels.map((_, j) => this.withIndex(i, j)));
    const next = Object.keys(buttons).map((seed) => this.withNext(seed));
    return [...others, ...next].filter((key) => !isSame(key, this.key));
  }

  /** Ask for the runs that can be chosen next, one at a time, while nothing else is to be done. */
  lookAhead() {
    clearTimeout(this.looking);
    const near = this.neighbours().slice(0, AHEAD);
    const key = near.find((each) => !this.runs.has(JSON.stringify(each)));
    if (!this.content.ahead || !key) return;
    this.looking = setTimeout(() => idle(() => this.askAhead(key)), REST);
  }

  askAhead(key) {
    const { status = "idle" } = this.model.widget_manager?.kernel ?? {};
    if (status !== "idle") return this.lookAhead(); // a cell runs
    const take = ({ content }, [bytes]) => {
      if (!content) return;
      this.keep(key, [content, bytes]);
      if (this.runs.size > KEPT) this.runs.delete(this.runs.keys().next().value);
      this.lookAhead();
    };
    this.asker.ask({ key, ahead: true }, take, true);
  }
}

// A picture under sliders, which follows a hand by itself: Python sends its scene once.


/** Return the map that moves what lies at (0, 0). */
const shift = (x, y) => [1, 0, 0, 1, x, y];

/**
 * What the panels share. A panel says by `see(values)` what is to be seen: `marks` by their ids,
 * `words`, `tables`, and a `legend` where it changes; by `onDrag(name, place, panel)` what a hand
 * does; by `buttons()` what other buttons do.
 */
class SliderPanel extends Shown {
  constructor(page) {
    super(page);
    this.values = this.model.get("values");
    this.content = this.model.get("content");
    /** @type {Record<string, any>} by name, what a control is */
    this.specs = Object.fromEntries(this.content.controls.map((spec) => [spec.name, spec]));
    /** @type {Record<string, (value: any) => void>} by name, what shows a value there */
    this.controls = {};
    /** @type {HTMLElement[]} */
    this.tables = [];
    /** @type {any} what is dragged, and how */
    this.grip = null;
    this.place();
    this.hear({
      "change:values": () => {
        const values = this.model.get("values");
        if (values !== this.values) this.show(values);
      },
      "change:data": () => this.takeScene(),
    });
    this.takeScene();
  }

  /** @returns {Record<string, () => void>} */
  buttons() {
    return {};
  }

  /** @type {(values: any) => any} */
  see() {
    return {};
  }

  place() {
    const sliders = make("div", { class: "sliders" });
    const row = make("div", { class: "row" });
    for (const { name, ...spec } of this.content.controls) {
      const act = (value, rests = true) => this.move({ [name]: value }, rests);
      if (spec.low === undefined) {
        const button = toggleButton(spec.label, (down) => act(down));
        row.append(button);
        this.controls[name] = (down) => set(button, { "aria-pressed": down });
      } else {
        const { element, set: show } = makeSlider(spec, act);
        element.classList.toggle("wide", Boolean(spec.wide));
        sliders.append(element);
        this.controls[name] = show;
      }
    }
    for (const [label, act] of Object.entries(this.buttons())) row.append(makeButton(label, act));
    row.append(fullScreenButton(this.box));
    sliders.append(row);
    this.notes.append(...this.content.notes.map((note) => make("p", {}, note)));
    this.said = make("div", {}, this.words);
    const figure = make("figure", {}, this.picture.element, this.legend);
    const side = this.content.panels.length > 1 ? "under" : "beside";
    const shown = make("div", { class: side }, figure, this.said);
    this.box.append(this.notes, this.asker.element, sliders, shown);
  }

  /** Take the scene that the model carries now. */
  takeScene() {
    const bytes = this.model.get("data");
    const scene = structuredClone(this.content);
    this.picture.setScene(scene, bytes);
    /** @type {any[][]} what each mark is, but for what moves, by panel */
    this.base = this.picture.frameAt(0);
    this.points = scene.points && readArray(scene.points, bytes).values;
    showLegend(this.legend, scene.legend, this.look);
    this.show(this.values);
  }

  /** Take some values from a hand, and tell Python once it rests. */
  move(changes, rests) {
    const values = { ...this.values, ...changes };
    // A control says once more where it rests, with nothing else to be seen.
    const other = Object.keys(values).some((name) => values[name] !== this.values[name]);
    if (other) this.show(values);
    this.tell({ values: this.values }, rests ? 0 : 300);
  }

  onDrop() {
    this.grip = null;
    this.show(this.values); // as it is without a hand
    this.move({}, true);
  }

  show(values) {
    this.values = values;
    const { marks, words, tables, legend } = this.see(values);
    for (const [name, control] of Object.entries(this.controls)) control(values[name]);
    const moved = this.picture.panels.map((panel, i) =>
      panel.marks.map(({ id }, j) => ({ ...this.base[i][j], ...marks[id] })),
    );
    this.picture.show(moved);
    this.text.textContent = words;
    if (words.length > this.room.textContent.length) this.room.textContent = words;
    if (legend) showLegend(this.legend, legend, this.look);
    for (const [i, rows] of tables.entries()) {
      this.tables[i] ??= this.said.appendChild(make("div", { class: "table" }));
      showTable(this.tables[i], rows);
    }
  }

  /** Return the value that a slider would give next to a number. */
  fit(name, value) {
    const { low, high, step } = this.specs[name];
    return inside(Number((step * Math.round(value / step)).toPrecision(12)), low, high);
  }

  /** Write a value as its slider does. */
  write(name, value) {
    return format(value, this.specs[name].decimals);
  }

  /** Show the first panel's view with an index. */
  showView(index) {
    const panel = this.picture.panels[0];
    if (panel.viewIndex !== index) panel.setView(index);
  }
}

// Panels of one dimension: a mixture that a hand fits, and a point whose source is asked for.


/** Return what maps a bump to φ N(x | μ, σ²). */
const bump = (weight, mean, s) => [s, 0, 0, weight * Math.exp(maths.logNormal(0, 0, s)), mean, 0];

class HandFit extends SliderPanel {
  buttons() {
    const back = () =>
      this.move({ ...this.model.get("best").values, show_em: this.values.show_em }, true);
    return { "Back to my best": back };
  }

  onDrag(name, [x]) {
    const mean = this.values[name.replace("deviation", "mean")];
    this.move({ [name]: this.fit(name, name.startsWith("mean") ? x : Math.abs(x - mean)) }, false);
  }

  see(values) {
    const pair = (name) => [values[`${name}_1`], values[`${name}_2`]];
    const weights = [values.weight_1, 1 - values.weight_1];
    const parts = [weights, pair("mean"), pair("deviation")]; // of both components
    const score = maths.logLikelihood(this.points, ...parts);
    const best = this.keepBest(values, score);
    const sum = this.measure(...parts);
    const tops = this.content.panels[0].views.map(({ limits }) => limits[3]);
    const fits = tops.findIndex((top) => top >= 1.1 * sum.tallest);
    const view = fits < 0 ? tops.length - 1 : fits;
    this.showView(view);
    const { em_score: em, floor } = this.content;
    const marks = {
      points: { map: [1, 0, 0, tops[view], 0, 0] },
      em: { hidden: !values.show_em },
      now: { map: [0.8, 0, 0, Math.max(score - floor, 0), 0.1, floor] },
      below: { map: shift(0.5, floor), hidden: score >= floor },
      best_score: { map: shift(0, best), hidden: best < floor },
      em_score: { map: shift(0, em), hidden: !values.show_em },
    };
    const rows = [0, 1].map((k) => {
      const [weight, mean, deviation] = parts.map((each) => each[k]);
      const map = bump(weight, mean, deviation);
      marks[`curve_${k + 1}`] = { map };
      marks[`mean_${k + 1}`] = { map: shift(mean, map[3]) };
      marks[`deviation_${k + 1}`] = { map: shift(mean + deviation, map[3] * Math.exp(-0.5)) };
      const texts = [this.write("mean_1", mean), this.write("deviation_1", deviation)];
      return [`${k + 1}`, format(weight, 2), ...texts];
    });
    const legend = [
      { colour: "grey", width: 12, text: `now ${writeScore(score)}` },
      { colour: "mark", width: 4, text: `your best ${writeScore(best)}` },
      { colour: 2, width: 3.5, dash: [2, 1], text: `EM's ${writeScore(em)}` },
    ].slice(0, values.show_em ? 3 : 2);
    const tables = [[["component", "weight φ", "mean μ", "spread σ"], ...rows]];
    return { marks, words: `${sayArea(sum)} ${this.sayScore(score, best)}`, tables, legend };
  }

  /** Return the best score until now; Python is told of it with the values. */
  keepBest(values, score) {
    // Python's score of the same values may differ in its last digits.
    if (score >= this.model.get("best").score - 1e-9) this.model.set("best", { values, score });
    return this.model.get("best").score;
  }

  /** Measure how much of the area under the sum is in the picture, and its tallest place there. */
  measure(weights, means, deviations) {
    const [left, right] = this.content.panels[0].views[0].limits;
    const grid = [left, right];
    for (const k of [0, 1])
      for (let i = -160; i <= 160; i++) grid.push(means[k] + (i / 20) * deviations[k]);
    const xs = grid.filter((x) => x >= left && x <= right).sort((a, b) => a - b);
    const part = (x, k) => weights[k] * Math.exp(maths.logNormal(x, means[k], deviations[k]));
    const density = xs.map((x) => part(x, 0) + part(x, 1));
    const slice = (x, i) => i && ((x - xs[i - 1]) * (density[i] + density[i - 1])) / 2;
    const visible = xs.reduce((sum, x, i) => sum + slice(x, i), 0);
    return { visible, tallest: Math.max(...density) };
  }

  sayScore(score, top) {
    const { em_score: em, floor } = this.content;
    const low = score < floor ? ` (below the gauge's floor of ${format(floor, 0)})` : "";
    const best = score === top ? ": your best so far." : `; your best so far is ${format(top, 2)}.`;
    const text = `Log-likelihood ${format(score, 2)}${low}${best}`;
    if (!this.values.show_em) return text;
    const above = `${format(Math.abs(em - top), 2)} ${em >= top ? "above" : "below"}`;
    return `${text} EM's, dashed, is ${format(em, 2)}: ${above} your best.`;
  }
}

/** Say how much of the area is seen; all of it is 1, as the weights sum to 1. */
function sayArea({ visible, tallest }) {
  const out = visible < 0.995 ? `, of it ${format(visible, 3)} in the picture` : "";
  const low = tallest < 0.1;
  const height = low ? maths.fromLog(Math.log(tallest), 2) : format(tallest, tallest < 100 ? 2 : 0);
  const tall = tallest > 1 ? ": a density may exceed 1" : "";
  return `Area under the sum 1.000${out}; tallest peak ${height}${tall}.`;
}

/** Write a score in few characters. */
function writeScore(score) {
  const [large, huge] = [1e4, 1e7].map((limit) => Math.abs(score) >= limit);
  return huge ? score.toExponential(1).replace("-", "−") : format(score, large ? 0 : 2);
}

class PointPosterior extends SliderPanel {
  /** Move the point within the view: one that changed under the hand would carry it away. */
  onDrag(_, [x], { limits }) {
    this.grip = true;
    this.move({ x: this.fit("x", inside(x, limits[0], limits[1])) }, false);
  }

  see({ x, weight_1: weight }) {
    const { means, deviations, panels } = this.content;
    const [left, right, , top] = panels[0].views[0].limits;
    if (!this.grip) this.showView(x < left || x > right ? 1 : 0);
    const weights = [weight, 1 - weight];
    const densities = means.map((mean, k) => maths.logNormal(x, mean, deviations[k]));
    const logs = densities.map((density, k) => Math.log(weights[k]) + density);
    const sum = maths.logAddExp(...logs);
    const shares = logs.map((each) => Math.exp(each - sum));
    const marks = { line: { map: shift(x, 0) }, x: { map: shift(x, 0.93 * top) } };
    const rows = [0, 1].map((k) => {
      const map = bump(weights[k], means[k], deviations[k]);
      const product = maths.product(weights[k], densities[k]);
      const share = maths.writeShare(shares[k], logs[k] - sum);
      const bars = { product: [Math.exp(logs[k]), product], share: [shares[k], share] };
      marks[`curve_${k + 1}`] = { map };
      marks[`number_${k + 1}`] = { map: shift(means[k], map[3]) };
      marks[`cut_${k + 1}`] = { map: shift(x, bars.product[0]) };
      for (const [name, [height, text]] of Object.entries(bars)) {
        marks[`${name}_${k + 1}`] = { map: [0.7, 0, 0, height, k - 0.35, 0] };
        marks[`${name}_text_${k + 1}`] = { map: shift(k, height), text: shorten(text) };
      }
      return [`${k + 1}`, format(weights[k], 2), maths.fromLog(densities[k]), product, share];
    });
    const names = ["component", "prior", "density", "product", "posterior"];
    const tables = [[names, ...rows, ["sum", "1.00", "", maths.fromLog(sum), "1.000"]]];
    return { marks, words: this.say(x, shares, rows), tables };
  }

  say(x, shares, rows) {
    const [[, , , one, first], [, , , two, second]] = rows;
    const { feature, data } = this.content;
    const ends = data.map((end) => this.write("x", end)).join(" to ");
    const place = x < data[0] || x > data[1] ? `, outside the data, which go from ${ends}` : "";
    const owner = `component ${shares[0] > shares[1] ? 1 : 2} is the likelier source`;
    const even = Math.abs(shares[0] - shares[1]) < 1e-9;
    const who = even ? "either component may have made it" : owner;
    const share = `b₁ ≈ ${one} / (${one} + ${two}) ≈ ${first} and b₂ ≈ ${second}`;
    return `The point is at ${feature} = ${this.write("x", x)}${place}. ${share}: ${who}.`;
  }
}

/** Leave out the decimals of a number that would be too wide over a bar, such as 1.23e−262. */
const shorten = (text) => text.replace(/\.\d+(?=e−\d\d\d)/, "");

// What a covariance matrix does to points: their ellipses, and half-axes that can be pulled.


const list = (texts) => `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`;
const NAMES = ["deviation_1", "deviation_2", "correlation"];
/** @type {(values: any) => [number, number, number]} */
const numbersOf = (values) => [values.deviation_1, values.deviation_2, values.correlation];
const valuesOf = (numbers) => Object.fromEntries(NAMES.map((name, i) => [name, numbers[i]]));

class CovariancePanel extends SliderPanel {
  constructor(page) {
    super(page);
    this.ends.push(onTheme(() => this.show(this.values))); // the shades are the palette's
  }

  buttons() {
    return { "Other points": () => this.asker.ask({}) };
  }

  move(changes, rests) {
    const hold = changes.hold && { held: valuesOf(numbersOf(this.values)) };
    super.move({ ...changes, ...hold }, rests);
  }

  /** Move an end of a 3σ half-axis: the other keeps the length that it had when the hand began. */
  onDrag(name, [x, y]) {
    if (Math.hypot(x, y) < 0.03) return;
    const other = maths.halfAxes(...numbersOf(this.values)).lengths[name === "end_1" ? 1 : 0];
    this.grip = { name, other: this.grip?.other ?? other, place: [x, y] };
    const wanted = maths.fromHalfAxes(x / 3, y / 3, this.grip.other);
    this.move(valuesOf(wanted.map((value, i) => this.fit(NAMES[i], value))), false);
  }

  see(values) {
    const numbers = numbersOf(values);
    const factor = maths.cholesky(...numbers);
    const of = values.hold ? maths.cholesky(...numbersOf(values.held)) : factor;
    const { lengths, angle } = maths.halfAxes(...numbers);
    const rings = this.count(factor, of);
    const marks = { points: { map: [...of, 0, 0], kinds: this.shades(rings) } };
    for (const radius of [1, 2, 3])
      marks[`ring_${radius}`] = { map: [...factor.map((each) => radius * each), 0, 0] };
    const ends = lengths.map((length, k) => {
      const [c, s] = [Math.cos(angle + (k * Math.PI) / 2), Math.sin(angle + (k * Math.PI) / 2)];
      marks[`axis_${k + 1}`] = { map: [length * c, 0, length * s, 0, 0, 0] };
      marks[`arrow_${k + 1}`] = { map: [length * c, -s, length * s, c, 0, 0] };
      return [3 * length * c, 3 * length * s];
    });
    this.handles(ends).forEach((place, k) => {
      marks[`end_${k + 1}`] = { map: shift(...place) };
    });
    const tables = this.tabulate(numbers, rings);
    return { marks, words: this.say(values, lengths, angle), tables };
  }

  /** Return the places of the two handles: one that is dragged stays at the end next to the hand. */
  handles(ends) {
    if (!this.grip) return ends;
    const [x, y] = this.grip.place;
    const all = ends.flatMap(([a, b], k) =>
      [1, -1].map((sign) => ({ k, place: [sign * a, sign * b] })),
    );
    const far = ({ place }) => Math.hypot(place[0] - x, place[1] - y);
    const mine = all.reduce((a, b) => (far(b) < far(a) ? b : a));
    const both = [mine.place, ends[1 - mine.k]];
    return this.grip.name === "end_1" ? both : both.reverse();
  }

  /** Count for each point how many of the three ellipses do not hold it. */
  count([a, , b, c], [d, , e, f]) {
    // L⁻¹ times the L that made the points: the distance is that in these standard coordinates.
    const [p, q, r] = [d / a, (e - (b * d) / a) / c, f / c];
    const rings = new Array(this.points.length / 2);
    for (let i = 0; i < rings.length; i++) {
      const [u, v] = [this.points[2 * i], this.points[2 * i + 1]];
      rings[i] = Math.min(Math.floor(Math.sqrt((p * u) ** 2 + (q * u + r * v) ** 2)), 3);
    }
    return rings;
  }

  /** Return how the points look: in three shades of blue, and those outside all as crosses. */
  shades(rings) {
    const { palette, dark } = this.picture;
    const pair = [palette[0], dark ? "#000000" : "#FFFFFF"];
    const looks = this.content.shades.map((share) => `${mixColours([share, 1 - share], pair)} o`);
    looks.push(`${mixColours([1], [palette[4]])} x`);
    return rings.map((ring) => looks[ring]);
  }

  tabulate([first, second, correlation], rings) {
    const between = format(correlation * first * second, 2);
    const matrix = [
      ["Σ", "x₁", "x₂"],
      ["x₁", format(first ** 2, 2), between],
      ["x₂", between, format(second ** 2, 2)],
    ];
    const counts = this.content.exact.map((exact, i) => {
      const share = rings.filter((ring) => ring <= i).length / rings.length;
      return [`${i + 1}σ`, `${format(100 * share, 1)}%`, exact];
    });
    return [matrix, [["inside", "points", "exact"], ...counts]];
  }

  say({ hold, held }, lengths, angle) {
    const roots = list(lengths.map((length, k) => `√λ${"₁₂"[k]} = ${format(length, 2)}`));
    const degrees = Math.round((angle * 180) / Math.PI); // of a line, they are from −89 to 90
    const slope = degrees > 90 ? degrees - 180 : degrees;
    const round = lengths[0] - lengths[1] < 1e-5 * lengths[0];
    const circles = "in any two directions at right angles, since the ellipses are circles";
    const where = round ? circles : `at ${format(slope, 0)}° and across that`;
    const names = ["σ₁", "σ₂", "ρ"];
    const say = (name, i) => `${names[i]} = ${this.write(name, held[name])}`;
    const moving = "The points move with Σ, and none of them crosses an ellipse.";
    const points = hold ? `The points stay where ${list(NAMES.map(say))} have put them.` : moving;
    const axes = `The 1σ ellipse has the half-axes ${roots}, which lie along the eigenvectors`;
    return `${axes}: ${where}. ${points}`;
  }
}

// What asks the reader: a question with choices, and a number for the check of the set-up.


// The texts of the questions that are answered on this page; a fold hears of one by an event.
const ANSWERED = "gmm-answered";
globalThis.gmmAnswered ??= new Set();
/** @type {Set<string>} */
const answered = globalThis.gmmAnswered;

/** Ask a question; nothing is chosen at first, and no answer is shown. */
function askQuestion({ model, box }) {
  const { text, choices } = model.get("content");
  const tell = teller(model);
  const answer = make("span", { "aria-live": "polite" });
  const longest = choices.reduce((a, [, b]) => (b.length > a.length ? b : a), "");
  const show = (index) => {
    answer.textContent = choices[index]?.[1] ?? "";
    if (index < 0) answered.delete(text);
    else answered.add(text);
    document.dispatchEvent(new Event(ANSWERED));
  };
  const options = choices.map(([option]) => option);
  const { element, choose } = makeChoice(text, options, -1, (index) => {
    show(index);
    tell({ chosen: { index } });
  });
  const restore = () => {
    const { index = -1 } = model.get("chosen");
    if (index >= 0) choose(index);
    show(index);
  };
  model.on("change:chosen", restore);
  restore();
  box.classList.add("question");
  box.append(
    element,
    make("p", { class: "words" }, answer, make("span", { "aria-hidden": "true" }, longest)),
  );
  return { close: () => model.off("change:chosen", restore) };
}

/** Fold an answer away, until its question is answered. A click opens it before that. */
function foldAnswer({ model, box }) {
  const { question, summary, text, sizes } = model.get("content");
  const { buffer, byteOffset } = model.get("data");
  let start = byteOffset;
  const pictures = sizes.map((size) => {
    const png = new Blob([buffer.slice(start, start + size)], { type: "image/png" });
    start += size;
    return make("img", {
      src: URL.createObjectURL(png),
      alt: "The words below say what it shows.",
    });
  });
  const words = make("pre", {}, text);
  const line = make("summary", {}, summary);
  const fold = make("details", {}, line, ...pictures, words);
  const hear = () => {
    if (!answered.has(question)) return;
    fold.open = true;
    line.textContent = "The answer";
  };
  document.addEventListener(ANSWERED, hear);
  hear();
  box.append(fold);
  return { close: () => document.removeEventListener(ANSWERED, hear) };
}

/** Check that a slider moves and that Python answers. */
function checkSetup({ model, box }) {
  const { says, number } = model.get("content");
  const asker = new Asker(model);
  const words = make("span", { "aria-live": "polite" }, says);
  const spec = { label: "Number", low: 0, high: 12, step: 1, value: number };
  const slider = makeSlider(spec, (value) =>
    asker.ask({ number: value }, (answer) => {
      words.textContent = answer.says;
    }),
  );
  box.append(make("div", { class: "row" }, slider.element, words), asker.element);
  return asker;
}

// What each kind of widget is drawn by.


const KINDS = {
  stepper: (page) => new Player(page),
  chooser: (page) => new Chooser(page),
  hand_fit: (page) => new HandFit(page),
  posterior: (page) => new PointPosterior(page),
  covariance: (page) => new CovariancePanel(page),
  question: askQuestion,
  answer: foldAnswer,
  setup: checkSetup,
};

/** Draw a widget; return what ends it. */
export function render({ model, library, el }) {
  keepKeys();
  const root = el.getRootNode();
  const styles = root.head ?? (root instanceof ShadowRoot ? root : el);
  if (!styles.querySelector("style.gmm-style"))
    styles.append(make("style", { class: "gmm-style" }, library.get("style")));
  const kind = model.get("kind");
  const box = make("div", { class: "gmm", "data-kind": kind });
  el.append(box);
  const widget = KINDS[kind]({ model, library, box });
  return () => widget.close();
}
