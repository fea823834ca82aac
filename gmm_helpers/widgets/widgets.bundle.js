// What all parts use: elements, scenes from Python, numbers as text, the keys of a page.

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

/**
 * Set attributes; a function is what an event calls: {onclick: act}.
 * @param {any} element
 * @param {Record<string, any>} attributes
 */
function set(element, attributes) {
  for (const [key, value] of Object.entries(attributes))
    if (typeof value === "function") element[key] = value;
    else element.setAttribute(key, value);
}

/** Return a copy of a scene's content, with the arrays that Python keeps in the bytes. */
const readScene = (content, bytes) =>
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
const inside = (value, low, high) => Math.min(Math.max(value, low), high);

/**
 * Return where a map moves a place; see geometry.py.
 * @type {(map: any, x: number, y: number) => [number, number]}
 */
const move = ([a, b, c, d, e, f], x, y) => [a * x + b * y + e, c * x + d * y + f];

/** Return the colour of a component, by its number, or of a name of the style's. */
const paint = (colour) => `var(--gmm-${typeof colour === "number" ? colour % 6 : colour})`;

/** Return the style of a line. @param {{colour: any, width?: number, dash?: number[]}} mark */
function strokeOf({ colour, width = 2, dash }) {
  const dashes = dash?.length ? dash.map((each) => each * width).join(" ") : "none";
  return `stroke:${paint(colour)};stroke-width:${width};stroke-dasharray:${dashes}`;
}

/** Write a number as `format_number` in geometry.py does. */
function format(value, decimals) {
  const long = decimals > 15 || Math.abs(value) >= 1e15;
  const text = long ? value.toPrecision(3) : value.toFixed(Math.max(0, decimals));
  return (Number(text) ? text.replaceAll("-", "−") : text.replace("-", "")).replace("e+", "e");
}

/** Return a function that sets traits, and tells Python once the hand has rested for a moment. */
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
function keepKeys() {
  if (globalThis.gmmKeys) return;
  globalThis.gmmKeys = true;
  window.addEventListener("keydown", markControl, true);
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
  // The logarithms are taken once, not for each point: a drag asks for this in every frame.
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

/** Round e^value to some digits, half up as by hand; return the logarithm. */
function roundLog(value, digits = 3) {
  if (value === -Infinity) return value;
  const last = (Math.floor(value / LOG_10) + 1 - digits) * LOG_10; // of the last digit
  return Math.log(Math.round(Math.exp(value - last + 1e-9))) + last;
}

/** Write e^value to some digits, however small it is. */
function fromLog(value, digits = 3) {
  if (value === -Infinity) return "0";
  const rounded = roundLog(value, digits) + 1e-9; // not below a power of ten
  const exponent = Math.floor(rounded / LOG_10);
  if (exponent >= -3) return format(Math.exp(rounded), Math.max(0, digits - 1 - exponent));
  return `${Math.exp(rounded - exponent * LOG_10).toFixed(digits - 1)}e−${-exponent}`;
}

/** Return log(weight × density), both rounded as `fromLog` writes them: so that they agree. */
const multiplyLog = (weight, density) => roundLog(Math.log(weight) + roundLog(density));

/** Write a probability: with three decimals, or as a power of ten where these would be 0. */
const writeShare = (share, logShare) =>
  share >= 0.001 ? format(share, 3) : fromLog(logShare);

// Native controls with names, tables and legends, and questions to Python.


const PATIENCE = 2000; // milliseconds, before a page says that Python does not answer

// Drawn, since not every font has them; in a square of 16.
const ICONS = {
  play: "M4 2v12l10-6z",
  pause: "M3 2h4v12H3zM9 2h4v12H9z",
  back: "M8 3a5 5 0 1 1-4.6 3l1.8.8A3 3 0 1 0 8 5v2.500L4 4l4-3.500z",
  full: "M2 2h5v2H4v3H2zM9 2h5v5h-2V4H9zM2 9h2v3h3v2H2zM12 9h2v5H9v-2h3z",
};

/** A button with words. */
const makeButton = (label, onclick) => make("button", { type: "button", onclick }, label);

/** A button with an icon; `nameButton` changes it. */
function iconButton(icon, label, act) {
  const path = make("svg:path");
  const button = makeButton(make("svg:svg", { viewBox: "0 0 16 16" }, path), act);
  button.className = "icon";
  nameButton(button, icon, label);
  return button;
}

/** Let a button with an icon show another one, and say what it does now. */
function nameButton(button, icon, label) {
  set(button, { "aria-label": label, title: label });
  set(button.querySelector("path"), { d: ICONS[icon] });
}

/** A button that lets a box fill the screen, or leave it. */
const fullScreenButton = (box) =>
  iconButton("full", "Full screen", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else box.requestFullscreen();
  });

/** A button that is down or up. `act` hears which; `show` changes it. */
function toggleButton(label, act) {
  const show = (down) => set(element, { "aria-pressed": down });
  const element = makeButton(label, () => act(element.getAttribute("aria-pressed") !== "true"));
  return { element, show };
}

/** A text in the room of the longest one, so that nothing below it jumps. */
function makeText(attributes = {}) {
  const text = make("span", attributes);
  const room = make("span", { class: "room" });
  const keepRoom = (texts) => {
    room.textContent = texts.reduce((a, b) => (b.length > a.length ? b : a), "");
  };
  const show = (words) => {
    text.textContent = words;
    if (words.length > room.textContent.length) room.textContent = words;
  };
  return { element: make("p", { class: "words" }, text, room), show, keepRoom };
}

/**
 * A slider and a number to type. `act` hears the value, and whether the hand rests.
 * @param {{label: string, low: number, high: number, step: number, decimals?: number,
 *   wide?: boolean}} spec
 * @param {(value: number, rests: boolean) => void} act
 */
function makeSlider({ label, low, high, step, decimals = 0, wide }, act) {
  const limits = { min: low, max: high, step, "aria-label": label };
  const range = make("input", { type: "range", ...limits });
  const number = make("input", { type: "number", ...limits, inputmode: "decimal" });
  number.style.width = decimals > 6 ? "6.4em" : "";
  const write = () => {
    const text = range.valueAsNumber.toFixed(decimals);
    number.value = decimals > 6 ? `${Number(text)}` : text; // such as 1.2e-8
  };
  const hear = ({ target, type }) => {
    if (target === range) write();
    else if (number.value && number.validity.valid) range.value = number.value;
    else return; // half a number
    act(range.valueAsNumber, type === "change");
  };
  for (const input of [range, number]) input.oninput = input.onchange = hear;
  number.onblur = write;
  const show = (value) => {
    range.value = value;
    if (number.getRootNode().activeElement !== number) write();
  };
  const setLast = (last) => {
    range.max = number.max = last;
  };
  const style = wide ? "grid-column: 1 / -1" : "";
  const element = make("label", { class: "slider", style }, make("span", {}, label), range, number);
  return { element, range, number, show, setLast };
}

/** Buttons of which one is down: radio buttons, which the arrow keys move through. */
function makeChoice(name, labels, act) {
  const group = `gmm-${Math.random()}`;
  const inputs = labels.map((_, i) =>
    make("input", { type: "radio", name: group, onchange: () => act(i) }),
  );
  const options = labels.map((label, i) => make("label", { class: "option" }, inputs[i], label));
  const element = make("fieldset", {}, make("legend", {}, name), ...options);
  const show = (i) => {
    for (const [j, input] of inputs.entries()) input.checked = i === j;
  };
  return { element, show };
}

/** A table of numbers, which has the focus for the keys that scroll it where its box is narrower. */
function makeTable() {
  const table = make("table");
  const element = make("div", { class: "table", role: "group", "aria-label": "Numbers" }, table);
  const look = () => set(element, { tabindex: table.offsetWidth > element.clientWidth ? 0 : -1 });
  const watch = new ResizeObserver(look);
  for (const each of [element, table]) watch.observe(each);
  const show = ([names, ...rows]) => {
    const head = names.map((name) => make("th", { scope: "col" }, name));
    const body = rows.map(([name, ...texts]) => {
      const cells = texts.map((text) => make("td", {}, text));
      return make("tr", {}, make("th", { scope: "row" }, name), ...cells);
    });
    const top = make("thead", {}, make("tr", {}, ...head));
    table.replaceChildren(top, make("tbody", {}, ...body));
  };
  return { element, show };
}

/** Return what says which line and marker is which; a row without a marker is of a line alone. */
function makeLegend(rows, { markers }) {
  return rows.map((row) => {
    const { colour, marker, text } = row;
    const d = marker ? "M0 8H17M34 8H17" : "M0 8H34"; // dashes alike on both sides of a marker
    const line = make("svg:path", { d, class: "line", style: strokeOf(row) });
    const style = `fill:${paint(colour)};${strokeOf(row)};stroke-width:1`;
    const place = "translate(17 8) scale(5)";
    const sign = make("svg:path", { d: markers[marker] ?? "", transform: place, style });
    return make("span", {}, make("svg:svg", { viewBox: "0 0 34 16" }, line, sign), text);
  });
}

/** Asks Python, one question at a time; says it where no answer comes. */
class Asker {
  constructor(model) {
    this.model = model;
    this.asked = this.loud = this.timer = 0;
    this.waiting = new Map(); // by number of the question, what hears its answer
    this.element = make("p", { class: "asker", role: "status" });
    this.hear = (message, buffers) => {
      const act = this.waiting.get(message.answer);
      this.waiting.delete(message.answer);
      if (!act) return; // another view has asked
      if (message.answer === this.loud) this.say(message.refused ?? "");
      act(message, buffers);
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


const TEXT = 14; // pixels of a panel: how large its letters are, as in widgets.css
const WIDE = 0.62 * TEXT; // how wide a digit is at most
const longest = (ticks) => Math.max(0, ...ticks.map(([, label]) => label.length));

/** Return how much room the axes need to the left of a plot and below it, in pixels. */
function measureAxes({ labels, views }, { x }) {
  const letters = Math.max(...views.map(({ y }) => longest(y)));
  const left = Math.ceil(WIDE * letters + (labels[1] ? 1.5 * TEXT : 0) + 12);
  const bottom = TEXT * ((x.length ? 1.5 : 0.2) + (labels[0] ? 1.2 : 0)) + 4;
  return { left, bottom };
}

/** Return the axes of a panel that is laid out, as SVG. */
function makeAxes(panel) {
  const { left, top, w, h, spec, view } = panel;
  const bottom = top + h;
  const [below, beside] = spec.labels;
  const style = strokeOf({ colour: "grey", width: 1 });
  const draw = (d) => make("svg:path", { class: "spine", d, style });
  const write = (label, x, y, anchor, more) =>
    make("svg:text", { x, y, "text-anchor": anchor, ...more }, label);
  const parts = [draw(`M${left} ${top}V${bottom}H${left + w}`)];
  for (const [value, label] of thin(view.x, panel.sx, longest(view.x) * WIDE + 6)) {
    const at = left + panel.px(value);
    const uncut = Math.min(at, panel.width - (label.length * WIDE) / 2);
    parts.push(draw(`M${at} ${bottom}v5`), write(label, uncut, bottom + 6 + TEXT, "middle"));
  }
  for (const [value, label] of thin(view.y, panel.sy, 1.3 * TEXT)) {
    const at = top + panel.py(value);
    parts.push(draw(`M${left} ${at}h-5`), write(label, left - 8, at + 0.35 * TEXT, "end"));
  }
  const turned = `translate(${TEXT} ${top + h / 2}) rotate(-90)`;
  parts.push(write(cut(below, w), left + w / 2, bottom + 8 + 2.1 * TEXT, "middle"));
  parts.push(write(cut(beside, h), 0, 0, "middle", { transform: turned }));
  return parts;
}

/** Return a label, or as much of it as fits beside a plot, in pixels. */
function cut(label, room) {
  const most = Math.floor(room / (0.5 * TEXT)); // a letter is about half as wide as it is high
  return label.length > most ? `${label.slice(0, most - 1)}…` : label;
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
  const name = mark.name ?? `Mean of component ${mark.drag + 1}`;
  set(group, { class: "label handle", role: "slider", "aria-label": name, tabindex: 0 });
  group.append(make("svg:circle", { r: GRIP, style: "fill: transparent; stroke: none" }));
  const isStill = () => !hooks.canDrag(mark.drag);
  const moveTo = (x, y) => hooks.onDrag(mark.drag, [x, y], panel);
  /** @type {[number, number]} of the handle */
  let place = [0, 0];
  let from = place; // where a drag has begun
  let grip = place; // and where the pointer was then

  group.onpointerdown = (event) => {
    if (isStill()) return;
    event.preventDefault();
    group.setPointerCapture(event.pointerId);
    group.focus({ preventScroll: true });
    from = place;
    grip = panel.place(event);
  };
  // Two fingers pinch the page; one would scroll it: no touch-action is heeded in a part of an SVG.
  const holdPage = (event) => isStill() || event.touches.length > 1 || event.preventDefault();
  group.addEventListener("touchmove", holdPage, { passive: false });
  group.onpointermove = (event) => {
    if (!group.hasPointerCapture(event.pointerId)) return;
    const [x, y] = panel.place(event);
    moveTo(from[0] + x - grip[0], from[1] + y - grip[1]);
  };
  group.onpointercancel = ({ target }) => target === group && moveTo(...from); // by a pinch
  group.onlostpointercapture = ({ target }) => target === group && hooks.onDrop(); // not if still

  group.onkeydown = (event) => {
    const step = STEPS[event.key];
    if (isStill() || !step || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const far = event.shiftKey ? 0.05 : 0.01; // of the picture
    const [x0, x1, y0, y1] = panel.limits;
    moveTo(place[0] + step[0] * far * (x1 - x0), place[1] + step[1] * far * (y1 - y0));
    hooks.onDrop();
  };

  return (map) => {
    place = [map[4], map[5]];
    const mute = isStill() || mark.keys === false; // then a slider does the same
    group.classList.toggle("still", isStill());
    const said = { "aria-valuenow": place[0], "aria-valuetext": sayPlace(place, panel) };
    set(group, { tabindex: mute ? -1 : 0, "aria-hidden": mute, ...said });
  };
}

/** Say where a handle is. */
function sayPlace([x, y], { limits: [x0, x1, y0, y1], flat }) {
  const write = (value, span) => format(value, 2 - Math.floor(Math.log10(span)));
  return flat ? write(x, x1 - x0) : `${write(x, x1 - x0)}, ${write(y, y1 - y0)}`;
}

// The points, which a canvas draws, under the SVG: SVG would be too slow.


const FAR = 16; // pixels from a point, for the pointer to be on it
const APART = 14; // pixels between a point and what is said of it
const SHADES = 32; // steps of a share, as far as colours go
const HOLLOW = "o ";

/** Let a panel have points; return what draws them. */
function makePoints(mark, panel) {
  panel.cloud = new Cloud(mark, panel);
  return (state) => panel.cloud.draw(state);
}

/** The points of a panel: drawn, found by a pointer, and told of. */
class Cloud {
  constructor(mark, panel) {
    this.mark = mark;
    this.panel = panel;
    this.hovered = -1;
    /** @type {number[][]} where the points are, in pixels */
    this.spots = [];
    this.canvas = make("canvas");
    this.pen = this.canvas.getContext("2d");
    this.looks = new Map(); // of all points, by set of shares
    this.brushes = new Map(); // by theme and look
    this.tip = make("div", { class: "tip hidden" });
    const ring = { class: "halo hidden", r: 9, style: strokeOf({ colour: "ink" }) };
    this.halo = make("svg:circle", ring);
    this.listen();
  }

  /** How the points are now, whether or not there is a width yet to draw them in. */
  get state() {
    return this.panel.states[this.panel.marks.indexOf(this.mark)];
  }

  /** Draw the points; `looks` are theirs where these are not of their shares. */
  draw(state) {
    const { pen } = this;
    this.clear();
    this.spots = this.panel.toPixels(this.mark.shape.values, state.map);
    const looks = state.looks ?? this.looksOf(state.which);
    for (const [i, [x, y]] of this.spots.entries()) {
      const { shape, style } = this.brushOf(looks[i], state.faint);
      Object.assign(pen, style);
      pen.translate(x, y);
      if (style.fillStyle) pen.fill(shape);
      pen.stroke(shape);
      pen.translate(-x, -y);
    }
    this.showTip();
  }

  /** Clear the canvas, by setting its size; the pen then draws in the plot, in its own pixels. */
  clear() {
    const { width, tall, left, top, w, h, scale } = this.panel;
    const sharp = scale * devicePixelRatio;
    set(this.canvas, { width: Math.round(sharp * width), height: Math.round(sharp * tall) });
    this.pen.setTransform(sharp, 0, 0, sharp, sharp * left, sharp * top);
    this.pen.rect(0, 0, w, h);
    this.pen.clip();
  }

  /** Return what paints a look: its marker's shape, and the pen's style. */
  brushOf(look, faint) {
    const { pen } = this;
    const { picture } = this.panel;
    const { dark, palette, paper } = picture;
    const name = `${dark} ${faint} ${look}`;
    if (this.brushes.has(name)) return this.brushes.get(name);
    const [marker, shares] = look.split(" ");
    const [globalAlpha, size] = faint ? [0.7, 0.62] : [0.9, 1];
    const radius = size * (this.mark.radius ?? 4);
    const shape = new Path2D();
    const path = new Path2D(picture.look.markers[marker]);
    shape.addPath(path, new DOMMatrix([radius, 0, 0, radius, 0, 0]));
    let style = { globalAlpha, lineWidth: 1.2, strokeStyle: dark ? "#aaa" : "#666" };
    if (shares) {
      pen.fillStyle = mixColours(shares.split(",").map(Number), palette, paper);
      const { fillStyle } = pen; // as the browser keeps it: to read it for each point takes time
      const edge = { lineWidth: 0.5, strokeStyle: dark ? "#ddd" : "#444" };
      style = { ...style, fillStyle, ...(marker === "x" ? { strokeStyle: fillStyle } : edge) };
    }
    this.brushes.set(name, { shape, style });
    return { shape, style };
  }

  /** Return each point's look: the marker of its largest share, and the shares of its colour. */
  looksOf(which) {
    if (this.looks.has(which)) return this.looks.get(which);
    const { order } = this.panel.picture.look;
    const looks = Array.from({ length: this.mark.shape.shape[0] }, (_, i) => {
      const shares = this.sharesOf(i, which);
      if (!shares.length) return HOLLOW;
      const largest = shares.indexOf(Math.max(...shares));
      const coarse = shares.map((share) => Math.round(SHADES * share) / SHADES);
      coarse[largest] += 1 - coarse.reduce((a, b) => a + b);
      return `${order[largest % order.length]} ${coarse}`;
    });
    this.looks.set(which, looks);
    return looks;
  }

  /** Return who answers for a point, and how much; none where nobody does yet. */
  sharesOf(index, which) {
    const { shares } = this.mark;
    if (!shares || which < 0) return [];
    const [, n, K] = shares.shape;
    return [...shares.values.subarray((which * n + index) * K, (which * n + index + 1) * K)];
  }

  // ------------------------------------------------------------ a point, touched

  /** Let a pointer find points. */
  listen() {
    const { area, over, picture } = this.panel;
    area.prepend(this.canvas);
    area.append(this.tip);
    over.append(this.halo);
    const hover = (index) => {
      this.hovered = index;
      this.showTip();
    };
    area.onpointermove = (event) => {
      if (event.pointerType === "mouse") hover(this.nearest(event));
    };
    area.onpointerleave = () => hover(-1);
    area.onclick = (event) => {
      if (event.target.closest?.(".handle:not(.still)")) return;
      const index = this.nearest(event);
      picture.markPoint(index === picture.point ? -1 : index);
      picture.hooks.onPoint(picture.point);
    };
  }

  /** Return the point under a pointer, or −1. */
  nearest(event) {
    const [x, y] = this.panel.pixel(event);
    let best = -1;
    let least = FAR;
    for (const [i, spot] of this.spots.entries()) {
      const far = Math.hypot(spot[0] - x, spot[1] - y);
      if (far < least) [best, least] = [i, far];
    }
    return best;
  }

  /** Show what is known of the point that is hovered or marked. */
  showTip() {
    const index = this.hovered >= 0 ? this.hovered : this.panel.picture.point;
    const spot = this.spots[index];
    for (const each of [this.tip, this.halo]) each.classList.toggle("hidden", !spot);
    if (!spot) return;
    const [cx, cy] = spot;
    set(this.halo, { cx, cy });
    const bar = make("div", { class: "share-bar" });
    for (const [k, share] of this.sharesOf(index, this.state.which).entries())
      bar.append(make("i", { style: `width:${100 * share}%;background:${paint(k)}` }));
    this.tip.replaceChildren(this.describe(index), bar);
    const { width, height } = this.tip.getBoundingClientRect();
    const { left, top, width: wide, scale } = this.panel; // the tip is outside the panel's own pixels
    const x = inside(scale * (left + cx) - width / 2, 0, Math.max(scale * wide - width, 0));
    const above = scale * (top + cy - APART) - height;
    const below = scale * (top + cy + APART);
    set(this.tip, { style: `left:${x}px;top:${above > -20 ? above : below}px` });
  }

  /** Say where a point is and who answers for it. */
  describe(index) {
    const { shape, features, decimals, says = [], hard } = this.mark;
    const { map, which } = this.state;
    const at = move(map, shape.values[2 * index], shape.values[2 * index + 1]);
    const place = features.map((name, j) => `${name} = ${format(at[j], decimals[j])}`);
    const shares = this.sharesOf(index, which);
    const soft = shares.map((share, k) => `b${subscript(k + 1)} ${formatShare(share)}`);
    const said =
      hard && shares.length ? [`group ${shares.indexOf(Math.max(...shares)) + 1}`] : soft;
    return [place.join(", "), says[index], said.join(", ")].filter(Boolean).join(": ");
  }
}

/** Write a number as a subscript. */
const subscript = (number) =>
  String(number).replace(/\d/g, (digit) => String.fromCharCode(0x2080 + Number(digit)));

/** Write a share as a person reads it: its ends as < 0.01 and > 0.99. */
function formatShare(share) {
  if (share > 0 && share < 0.005) return "< 0.01";
  if (share < 1 && share > 0.995) return "> 0.99";
  return share.toFixed(2);
}

/**
 * Return a colour, of which the first share is the first of the palette, and so on; what they leave
 * of 1 is the paper's. `mix_colours` in plots/look.py does the same, and explains it.
 * @type {(shares: number[], palette: string[], paper: string) => string}
 */
function mixColours(shares, palette, paper) {
  let mixed = paper;
  let sum = Math.max(0, 1 - shares.reduce((a, b) => a + b, 0));
  for (const [k, share] of shares.entries()) {
    sum += share;
    const part = `${palette[k % palette.length]} ${100 * (share / sum)}%`;
    if (share) mixed = `color-mix(in oklab, ${mixed}, ${part})`;
  }
  return mixed;
}

// The marks of a panel: of each kind, what is made once, and what draws how it is now.


const MAKERS = {
  line: makePath,
  sum: makePath,
  area: makePath,
  marker: makeMarker,
  label: makeLabel,
  points: makePoints,
  image: makeImage,
};
const FROM_MIDDLE = Array.from({ length: 129 }, (_, i) => i / 8 - 8); // standard deviations
const ABOVE = ["marker", "label"]; // they may stand on the edge of the plot

/** Make a mark; return what draws a state of it. */
function makeMark(mark, panel) {
  const group = make("svg:g", { class: mark.by?.map || mark.of ? "moves" : "" });
  (ABOVE.includes(mark.kind) ? panel.over : panel.plot).append(group);
  const draw = MAKERS[mark.kind](mark, panel, group);
  return (state) => {
    group.classList.toggle("faint", Boolean(state.faint));
    group.classList.toggle("hidden", Boolean(state.hidden));
    if (!state.hidden) draw(state);
  };
}

const add = (parent, name, attributes = {}) => parent.appendChild(make(`svg:${name}`, attributes));

/** A line, with dots where these are asked for; or what it goes around, filled. */
function makePath(mark, panel, group) {
  const colour = paint(mark.colour);
  const filled = mark.fill || mark.kind === "area";
  const fill = `fill:${colour};fill-opacity:${mark.fill ? 0.25 : 1}`;
  const style = filled ? fill : strokeOf(mark);
  const path = add(group, "path", { class: filled ? "" : "line", style });
  const round = `stroke:${colour};stroke-width:${2 * mark.dots};stroke-linecap:round`;
  const dots = mark.dots && add(group, "path", { class: "dots", style: round });
  return (state) => {
    const points = mark.of ? sumOf(mark, panel) : pointsOf(mark, state, panel);
    const line = toPath(points);
    path.setAttribute("d", line && mark.close ? `${line}z` : line);
    if (dots) dots.setAttribute("d", toPath(points, "M", "h0")); // of no length, with round ends
  };
}

/** A picture in shades of grey between two corners of the data; where it is dark, the paper shows. */
function makeImage({ href, box }, panel, group) {
  const image = add(group, "image", { href, preserveAspectRatio: "none" });
  return () => {
    const [[x, y], [right, bottom]] = panel.toPixels([box[0], box[3], box[1], box[2]]);
    const opacity = panel.picture.dark ? 0.27 : 0.353;
    set(image, { x, y, width: right - x, height: bottom - y, opacity });
  };
}

function makeMarker(mark, panel, group) {
  const colour = paint(mark.colour);
  const open = mark.marker === "x" || mark.open;
  const stroke = `stroke:${colour};stroke-width:${2.5 / mark.radius}`; // it is scaled as well
  const style = open ? `fill:none;${stroke}` : `fill:${colour}`;
  const path = add(group, "path", { style });
  return ({ map }) => {
    const d = panel.picture.look.markers[panel.py(map[5]) > panel.h ? "v" : mark.marker];
    if (path.getAttribute("d") !== d) set(path, { d }); // it points to what lies below
    set(path, { transform: `${shiftTo(map, panel)} scale(${mark.radius})` });
  };
}

/** A text, in a ring or not; where it can be dragged, it is a handle. */
function makeLabel(mark, panel, group) {
  const { drag, ring, lift = 0, anchor = ring ? "middle" : "start" } = mark;
  const tell = drag === undefined ? () => {} : makeHandle(mark, panel, group);
  group.classList.add("label");
  if (drag === undefined) set(group, { "aria-hidden": "true" });
  const stroke = `stroke:${paint(mark.colour)};stroke-width:2.5`;
  if (ring) add(group, "circle", { r: 11, style: stroke });
  const label = add(group, "text", { "text-anchor": anchor, y: "0.35em" });
  return ({ map, text }) => {
    set(group, { transform: shiftTo(map, panel, lift) });
    label.textContent = text;
    tell(map);
  };
}

/** Return the transform to a map's place, or some pixels above it; if out of sight, to the edge. */
function shiftTo(map, panel, lift = 0) {
  const x = inside(panel.px(map[4]), 0, panel.w);
  return `translate(${x} ${inside(panel.py(map[5]) - lift, 0, panel.h)})`;
}

// ---------------------------------------------------------------- shapes in pixels

/** Return the one of a mark's shapes that is shown: its numbers, row by row. */
function shapeOf({ shape: { values, shape } }, which) {
  const size = shape.at(-2) * shape.at(-1);
  return shape.length > 2 ? values.subarray(which * size, (which + 1) * size) : values;
}

/** Return the points of a mark in their place. */
function pointsOf(mark, { map, which, until }, panel) {
  const points = panel.toPixels(shapeOf(mark, which).subarray(0, 2 * until), map);
  if (!mark.extend) return points;
  return [[-5, points[0][1]], ...points, [panel.w + 5, points.at(-1)[1]]];
}

/** Return the sum of bells; filled, it has a ground. */
function sumOf({ of, fill }, panel) {
  const maps = of.map((i) => panel.states[i].map);
  const line = sumBells(maps, panel.limits).flat();
  const [left, right] = panel.limits;
  return panel.toPixels(fill ? [left, 0, ...line, right, 0] : line);
}

/** Return points of the sum of bells with some maps: close to each middle, and at both limits. */
function sumBells(maps, [left, right]) {
  const xs = maps.flatMap(([s, , , , mean]) => FROM_MIDDLE.map((z) => mean + s * z));
  const heightOf = (x, [s, , , top, mean]) => top * Math.exp(-0.5 * ((x - mean) / s) ** 2);
  const sumAt = (x) => maps.reduce((sum, map) => sum + heightOf(x, map), 0);
  return [left, ...xs, right].sort((a, b) => a - b).map((x) => [x, sumAt(x)]);
}

/** Write points as a path; at one that is no number, the pen is lifted. */
function toPath(points, next = "L", end = "") {
  let path = "";
  let pen = "M";
  for (const [x, y] of points) {
    const drawn = !Number.isNaN(x + y);
    if (drawn) path += `${pen}${x} ${y}${end}`;
    pen = drawn ? next : "M";
  }
  return path;
}

// One panel of a scene: which limits it shows, where its data lie in pixels, and its marks. The
// pixels are its own: where the text around it is larger, so are they, and with them all it draws.


const TOP = 13; // pixels above the plot, and to the right of it: a ring on its edge is not cut
const LEAST = 40; // pixels that a plot is wide and tall, at least
const STAY = [1, 0, 0, 1, 0, 0]; // a map that leaves all where it is

class Panel {
  constructor(picture, spec, viewIndex) {
    this.picture = picture;
    this.spec = spec;
    this.marks = spec.marks;
    this.view = spec.views[viewIndex] ?? spec.views[0];
    this.flat = this.marks.some(({ kind }) => kind === "sum"); // of one dimension: y is a density
    /** @type {any} the points, where there are any */
    this.cloud = undefined;
    /** @type {any[]} how each mark is now */
    this.states = [];
    this.width = this.tall = this.left = this.w = this.h = 0; // pixels
    this.top = TOP;
    this.sx = this.sy = 0; // pixels for a unit of the data
    this.scale = 1; // pixels of the page for one of the panel
    this.axes = make("svg:g", { "aria-hidden": "true" });
    this.plot = make("svg:svg", { overflow: "hidden", "aria-hidden": "true" });
    this.over = make("svg:svg", { overflow: "visible" }); // numbers may stand on the edge
    this.svg = make("svg:svg", {}, this.axes, this.plot, this.over);
    this.title = make("div", { class: "panel-title" }, make("span", {}, spec.title));
    this.area = make("div", { class: "panel-area" }, this.svg);
    this.element = make("div", { class: "panel" }, this.title, this.area);
    if (spec.button) this.addToggle(spec.button);
    this.draws = this.marks.map((mark) => makeMark(mark, this));
  }

  /** The limits that are shown: from, to, from, to. */
  get limits() {
    return this.view.limits;
  }

  get viewIndex() {
    return this.spec.views.indexOf(this.view);
  }

  /** Add a button that shows the other view. */
  addToggle(labels) {
    const toggle = makeButton(labels[this.viewIndex], () => {
      this.setView(1 - this.viewIndex);
      toggle.textContent = labels[this.viewIndex];
    });
    this.title.append(toggle);
  }

  /** Show other limits. */
  setView(index) {
    if (index === this.viewIndex) return;
    this.view = this.spec.views[index];
    this.picture.layOut();
  }

  /** Take a width and a height, and how many pixels of the page are one of these. */
  layOut(width, height, scale) {
    const { left, bottom } = measureAxes(this.spec, this.view);
    const [x0, x1, y0, y1] = this.limits;
    let w = Math.max(width - left - TOP, LEAST);
    let h = Math.max(height - bottom - TOP, LEAST);
    if (this.spec.equal) {
      const ratio = (y1 - y0) / (x1 - x0);
      [w, h] = [Math.min(w, h / ratio), Math.min(h, w * ratio)];
    }
    const tall = TOP + h + bottom;
    Object.assign(this, { width, tall, scale, left, w, h, sx: w / (x1 - x0), sy: h / (y1 - y0) });
    set(this.element, { style: `width:${scale * width}px` });
    set(this.area, { style: `aspect-ratio:${width}/${tall}` }); // also where paper is narrower
    set(this.svg, { viewBox: `0 0 ${width} ${tall}` });
    for (const plot of [this.plot, this.over]) set(plot, { x: left, y: TOP, width: w, height: h });
    this.axes.replaceChildren(...makeAxes(this));
  }

  /** Return where a place of the data lies in the plot, in pixels. */
  px(x) {
    return near((x - this.limits[0]) * this.sx);
  }

  py(y) {
    return near(this.h - (y - this.limits[2]) * this.sy);
  }

  /** Return where places, x, y, x, y, …, lie once a map has moved them: pairs, in pixels. */
  toPixels(places, map = STAY) {
    const pixels = [];
    for (let i = 0; i < places.length; i += 2) {
      const [x, y] = move(map, places[i], places[i + 1]);
      pixels.push([this.px(x), this.py(y)]);
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

  /** Let each mark be as it is at a position, but for some changes by its id. */
  setStates(position, changes) {
    this.states = this.marks.map(({ id, map = STAY, text, by = {} }) => {
      const state = { map, text, which: 0, until: Infinity };
      for (const [name, each] of Object.entries(by))
        state[name] =
          name === "map" ? each.values.subarray(6 * position, 6 * position + 6) : each[position];
      return { ...state, ...changes[id] };
    });
  }

  /** Draw each mark as it is now. */
  draw() {
    for (const [i, state] of this.states.entries()) this.draws[i](state);
  }
}

/** Round pixels, and keep them where browsers can draw them; what is no number stays none. */
const near = (pixels) => Math.round(10 * inside(pixels, -1e5, 1e5)) / 10;

// Draws a scene: its panels side by side, frame by frame, in the colours of the page's theme.


const GAP = 8; // pixels of a panel between panels
const NARROW = 560; // pixels: below that, panels stand one below the other
const NARROW_EQUAL = 640; // where all have equal scales: side by side they are low as well
const onPaper = matchMedia("print");

/** The drawn panels of a scene. */
class Picture {
  /**
   * @param {HTMLElement} box
   * @param {any} look palettes, markers
   * @param {any} hooks what it calls: onDrag, onDrop, canDrag and onPoint
   */
  constructor(box, look, hooks) {
    this.box = box;
    this.look = look;
    this.hooks = hooks;
    this.point = -1;
    this.width = 0;
    /** @type {Panel[]} */
    this.panels = [];
    this.element = make("div", { class: "panels" });
    this.watch = new ResizeObserver(() => this.layOut());
    this.watch.observe(this.element);
    // In another theme the box has another colour, to which widgets.css lets it pass. JupyterLab lays
    // nothing out while it changes its theme, and no cell that is out of sight: so the next frame
    // shows the colours, or that in which the box comes into view.
    this.heedTheme = () => {
      if (isDark(box) !== this.dark) this.layOut();
    };
    onPaper.addEventListener("change", this.heedTheme);
    box.ontransitionend = box.ontransitioncancel = () => requestAnimationFrame(this.heedTheme);
    this.sight = new IntersectionObserver(this.heedTheme);
    this.sight.observe(box);
  }

  /** Take a scene's content; nothing is drawn before `show` and `layOut`. The focus stays. */
  setScene(content) {
    this.content = content;
    this.width = 0;
    const handles = () => [...this.element.querySelectorAll(".handle")];
    const held = handles().findIndex((each) => each.matches(":focus"));
    const views = this.panels.map(({ viewIndex }) => viewIndex);
    this.panels = content.panels.map((spec, i) => new Panel(this, spec, views[i]));
    this.element.replaceChildren(...this.panels.map(({ element }) => element));
    handles()[held]?.focus({ preventScroll: true });
  }

  /** Take the palette of the page's theme. */
  takeTheme() {
    this.dark = isDark(this.box);
    this.paper = this.dark ? "#000000" : "#FFFFFF";
    this.palette = this.look[this.dark ? "dark" : "light"];
    for (const [k, colour] of this.palette.entries())
      this.box.style.setProperty(`--gmm-${k}`, colour);
  }

  /** Show a position, with changes of marks by their ids; shapes may glide: see widgets.css. */
  show(position, changes = {}, glides = false) {
    for (const panel of this.panels) panel.setStates(position, changes);
    this.draw(glides);
  }

  draw(glides = false) {
    this.element.classList.toggle("glides", glides);
    if (this.width) for (const panel of this.panels) panel.draw();
  }

  /** Mark a point of those drawn, or with −1 none. */
  markPoint(index) {
    this.point = index;
    this.draw();
  }

  /** Give the panels their sizes for the width that there is. */
  layOut() {
    const wide = this.element.clientWidth;
    if (!wide || !this.content) return;
    this.takeTheme();
    if (onPaper.matches && this.width) return this.draw(); // pages are counted: no size may change
    const scale = parseFloat(getComputedStyle(this.element).fontSize) / TEXT;
    this.width = wide / scale;
    const low = this.panels.length > 1 && this.panels.every(({ spec }) => spec.equal);
    const stacked = wide < (low ? NARROW_EQUAL : NARROW);
    set(this.element, { style: `flex-wrap:${stacked ? "wrap" : "nowrap"}` }); // on narrow paper too
    const room = this.width - (stacked ? 0 : GAP * (this.panels.length - 1));
    const whole = this.panels.reduce((sum, { spec }) => sum + spec.width, 0);
    const widthOf = ({ spec }) => (stacked ? room : (room * spec.width) / whole);
    const tallest = this.tallest() / scale;
    const given = this.fills ? undefined : this.content.height;
    const ratio = this.fills && !stacked ? 0.9 : 0.62;
    const height = given ?? Math.max(200, Math.min(tallest, ratio * widthOf(this.panels[0])));
    for (const [i, panel] of this.panels.entries()) {
      const own = stacked && i ? 0.75 * height : height;
      const equal = Math.max(given ?? 0, stacked && low ? 0.7 * tallest : tallest);
      panel.layOut(widthOf(panel), panel.spec.equal ? equal : own, scale);
    }
    this.draw();
  }

  /** Whether the box fills the screen, or a slide. */
  get fills() {
    return this.box.matches(":fullscreen, .fills");
  }

  /** Return how tall a picture may be, so that on a small screen the words fit under it.
   * A box that fills all gives its picture what is left. */
  tallest() {
    if (!this.fills) return inside(0.4 * innerHeight, 280, 380);
    const all = document.createRange();
    all.selectNodeContents(this.box);
    const others = all.getBoundingClientRect().height - this.element.offsetHeight;
    const high = this.box.clientHeight;
    return Math.max(0.93 * high - others, 0.37 * high);
  }

  close() {
    this.watch.disconnect();
    this.sight.disconnect();
    onPaper.removeEventListener("change", this.heedTheme);
  }
}

/** Say whether a box stands on a dark page. Paper is never dark. */
function isDark(box) {
  if (onPaper.matches) return false;
  // A box that is not on the page yet has no ground. (The colour of its text may still be passing.)
  const [r, g, b] = (getComputedStyle(box).backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
  return r + g + b < 380;
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
    this.words = makeText({ "aria-live": "polite" });
    this.said = make("div", {}, this.words.element);
    /** @type {ReturnType<typeof makeTable>[]} */
    this.tables = [];
    this.ends = [() => this.picture.close(), () => this.asker.close()];
  }

  /** Call functions when the model changes. @param {Record<string, () => void>} acts */
  hear(acts) {
    for (const [name, act] of Object.entries(acts)) {
      this.model.on(name, act);
      this.ends.push(() => this.model.off(name, act));
    }
  }

  /** Return the scene that the model carries now. */
  get scene() {
    return readScene(this.model.get("content"), this.model.get("data"));
  }

  /** Take a scene; what is to be seen of it comes by `picture.show` and `showWords`. */
  setScene(content) {
    this.content = content;
    this.notes.classList.toggle("above", Boolean(content.above));
    this.notes.replaceChildren(...content.notes.map((note) => make("p", { role: "status" }, note)));
    this.showLegend(content.legend);
    this.picture.setScene(content);
  }

  showLegend(rows) {
    this.legend.replaceChildren(...makeLegend(rows, this.look));
  }

  /** Say in words and tables what is seen. */
  showWords(words, tables) {
    this.words.show(words);
    for (const [i, rows] of tables.entries()) {
      this.tables[i] ??= makeTable();
      this.said.append(this.tables[i].element);
      this.tables[i].show(rows);
    }
  }

  canDrag() {
    return true;
  }

  onPoint() {}

  close() {
    for (const end of this.ends) end();
  }
}

// Walks through the positions of a scene: slider, number, Play, and what a position says.


const GLIDE = 200; // milliseconds that components take to their next place, as in widgets.css
const PAUSE = 250; // milliseconds after a key that moves a mean: keys come in a row
const SPEEDS = { slow: 2, normal: 1, fast: 0.4 };

/** A scene under a slider. */
class Player extends Shown {
  constructor(page) {
    super(page);
    this.position = this.model.get("position");
    this.moved = this.last = this.timer = this.dropping = 0;
    /** @type {number[]} of the points, from left to right */
    this.order = [];
    this.play = iconButton("play", "Play", () => this.playing(!this.timer));
    const positions = { label: "Position", low: 0, high: 1, step: 1 };
    this.slider = makeSlider(positions, (...to) => this.slideTo(...to));
    this.end = make("span");
    const speeds = Object.keys(SPEEDS).map((name) => make("option", {}, name));
    this.speed = make("select", { "aria-label": "Speed of Play" }, ...speeds);
    this.speed.value = "normal";
    // At its left end, before the first point, it marks none.
    const finder = { label: "Point", low: -1, high: 0, step: 1 };
    this.finder = makeSlider(finder, (i) => this.onPoint(this.order[i] ?? -1));
    this.find = make("label", { class: "finder" }, "point", this.finder.range);
    this.heading = makeText();
    this.heading.element.classList.add("heading");
    this.formulas = make("div", { class: "formulas" });
    this.place();
    this.ends.push(() => this.playing(false));
    this.ends.push(() => clearTimeout(this.dropping));
    this.hear({
      "change:content": () => {
        // Under a hand that drags again the pictures stay: another run will follow.
        if (!this.box.querySelector(".handle:not(.still):active")) this.takeScene();
      },
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
    const controls = [this.play, back, range, number, this.end, this.speed];
    const row = make("div", { class: "row" }, ...controls, fullScreenButton(this.box));
    this.said.className = "said";
    const figure = [this.heading.element, this.formulas, this.picture.element, this.legend];
    this.box.append(this.notes, this.asker.element, row, make("figure", {}, ...figure), this.said);
  }

  /** Show a scene: by default that which the model carries now. */
  takeScene(content = this.scene) {
    const position = this.positionIn(content);
    this.setScene(content);
    this.legend.append(this.find);
    this.last = content.positions - 1;
    this.slider.setLast(this.last);
    this.end.textContent = `of ${this.last}`;
    this.words.keepRoom(content.texts);
    this.heading.keepRoom(content.headings ?? []);
    this.heading.element.classList.toggle("hidden", !content.headings);
    this.setFormulas(content.formulas ?? []);
    this.sortPoints();
    this.moved = 0;
    this.go(position);
    this.picture.layOut(); // in the room that these words leave
  }

  /** Return the position of another scene that shows what is shown now: the end, the iteration. */
  positionIn({ positions, iterations }) {
    if (this.last && this.position === this.last) return positions - 1;
    const iteration = this.content?.iterations?.[this.position];
    if (iteration === undefined || iterations[this.position] === iteration) return this.position;
    const found = iterations.findLastIndex((each) => each <= iteration);
    return Math.max(found, 0);
  }

  /** Let the slider of the points go from left to right. */
  sortPoints() {
    this.find.classList.toggle("hidden", !this.cloud);
    if (!this.cloud) return;
    const { values, shape } = this.cloud.mark.shape;
    const indices = Array.from({ length: shape[0] }, (_, i) => i);
    this.order = indices.sort((a, b) => values[2 * a] - values[2 * b]);
    this.finder.setLast(shape[0] - 1);
  }

  /** The points, where there are any. */
  get cloud() {
    return this.picture.panels.find(({ cloud }) => cloud)?.cloud;
  }

  /** Mark the point that a hand has chosen. */
  onPoint(point) {
    this.markPoint(point);
    this.tell({ point });
  }

  markPoint(point) {
    this.picture.markPoint(point);
    this.finder.show(this.order.indexOf(point));
    this.sayPoint();
  }

  /** Let the slider of the points say what the marked one's numbers are now. */
  sayPoint() {
    const { point } = this.picture;
    const words = point in this.order ? this.cloud.describe(point) : "none";
    set(this.finder.range, { "aria-valuetext": words });
  }

  slideTo(position, rests) {
    this.playing(false);
    if (position !== this.position) this.go(position, rests);
    else if (rests) this.tell({ position }, 0); // and a glide goes on
  }

  /** Go to a position, or to the end that is next to it. */
  go(wanted, rests = false) {
    const { headings, texts, tables, formulas, iterations, glides } = this.content;
    const position = inside(wanted, 0, this.last);
    const next = position === this.position + 1;
    const skips = iterations?.[position] > iterations?.[position - 1] + 1;
    const slow = performance.now() - this.moved > 1.2 * GLIDE;
    this.moved = performance.now();
    this.position = position;
    this.slider.show(position);
    const heading = headings?.[position] ?? "";
    set(this.slider.range, { "aria-valuetext": `${position}: ${heading || texts[position]}` });
    this.heading.show(heading);
    this.showFormulas(formulas?.[position]);
    this.showWords(texts[position], tables ? [tables[position]] : []);
    this.picture.show(position, {}, Boolean(glides?.[position] && next && slow && !skips));
    this.sayPoint();
    this.tell({ position }, rests ? 0 : 300);
  }

  /** Draw each row of formulas, one over the other: all have the room of the tallest. */
  setFormulas(formulas) {
    const drawn = this.library.get("formulas");
    const rows = new Map(formulas.map((names) => [`${names}`, names]));
    const draw = (names) => {
      const row = make("div", { class: "formula", "data-names": names });
      row.innerHTML = names.map((name) => drawn[name]).join("");
      return row;
    };
    this.formulas.replaceChildren(...[...rows.values()].map(draw));
  }

  showFormulas(names) {
    for (const row of this.formulas.children)
      row.classList.toggle("room", row.dataset.names !== `${names}`);
  }

  // ------------------------------------------------------------ Play

  playing(wanted) {
    if (!wanted && !this.timer) return;
    clearTimeout(this.timer);
    this.timer = 0;
    if (wanted) nameButton(this.play, "pause", "Pause");
    else nameButton(this.play, "play", "Play");
    if (wanted && this.position === this.last) this.go(0);
    if (wanted) this.playOn();
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
    this.playing(false);
    const [panel] = this.picture.panels;
    const { marks, limits, flat } = panel;
    panel.states = panel.states.map((state, j) => {
      const { drag, colour, kind, by } = marks[j];
      if (drag !== k && !(colour === k && kind === "line" && by?.map)) return state;
      const map = [...state.map];
      map[4] = inside(x, limits[0], limits[1]);
      if (!flat) map[5] = inside(y, limits[2], limits[3]);
      return { ...state, map };
    });
    this.picture.draw();
  }

  onDrop() {
    const [{ marks, flat, states }] = this.picture.panels;
    const means = states
      .filter((_, j) => marks[j].drag !== undefined)
      .map(({ map }) => [...map].slice(4, flat ? 5 : 6));
    clearTimeout(this.dropping);
    this.dropping = setTimeout(() => this.asker.ask({ means }), PAUSE);
  }
}

// A stepper whose run is chosen by controls above it. Python makes the runs.


const AHEAD = 6; // runs, at most, that are asked for before they are chosen
const KEPT = 18; // runs, at most, that the page keeps
const REST = 300; // milliseconds between two of them

const idle = globalThis.requestIdleCallback ?? ((act) => setTimeout(act, 50));

/** A run has a key: the index of each choice, then the seeds that buttons count up. */
class Chooser extends Player {
  constructor(page) {
    super(page);
    this.runs = new Map(); // by key, as text, the scenes that the page has
    this.looking = 0;
    for (const { content, data } of this.model.get("runs") ?? [])
      this.runs.set(`${content.key}`, readScene(content, data));
    const { key, choices, buttons } = this.content;
    this.key = key;
    this.choices = choices.map(([name, labels], i) =>
      makeChoice(name, labels, (index) => this.choose(this.key.with(i, index))),
    );
    const row = make("div", { class: "row choices" });
    for (const { element } of this.choices) row.append(element);
    for (const [label, i] of buttons)
      row.append(makeButton(label, () => this.choose(this.key.with(i, this.key[i] + 1))));
    this.box.prepend(row);
    const heedChosen = () => {
      const { key = this.key } = this.model.get("chosen");
      if (`${key}` !== `${this.model.get("content").key}`) this.choose(key);
    };
    this.hear({ "change:chosen": heedChosen });
    this.ends.push(() => clearTimeout(this.looking));
    this.mark(key);
    heedChosen();
    this.lookAhead();
  }

  /** Choose another run: one that is there is shown at once, and Python is told in any case. */
  choose(key) {
    this.playing(false);
    const before = this.key;
    this.mark(key);
    const run = this.runs.get(`${key}`);
    if (run && `${this.content.key}` !== `${key}`) super.takeScene(run);
    this.asker.ask({ key }, ({ refused }) => {
      if (refused && this.key === key) this.mark(before);
      this.lookAhead();
    });
  }

  /** Let the controls say what is chosen. */
  mark(key) {
    this.key = key;
    for (const [i, { show }] of this.choices.entries()) show(key[i]);
  }

  takeScene() {
    const { key } = this.model.get("content");
    if (this.runs && `${this.content.key}` === `${key}`) return; // it is shown
    super.takeScene();
    if (this.choices) this.mark(key);
  }

  /** Ask for the runs that can be chosen next, one at a time, while nothing else is to be done. */
  lookAhead() {
    clearTimeout(this.looking);
    const { choices, buttons, ahead } = this.content;
    const others = choices.flatMap(([, labels], i) => labels.map((_, j) => this.key.with(i, j)));
    const next = buttons.map(([, i]) => this.key.with(i, this.key[i] + 1));
    const near = [...others, ...next].filter((key) => `${key}` !== `${this.key}`);
    const key = near.slice(0, AHEAD).find((each) => !this.runs.has(`${each}`));
    if (ahead && key) this.looking = setTimeout(() => idle(() => this.askAhead(key)), REST);
  }

  askAhead(key) {
    const { status = "idle" } = this.model.widget_manager?.kernel ?? {};
    if (status !== "idle") return this.lookAhead(); // a cell runs
    const take = ({ content }, [bytes]) => {
      if (!content) return;
      this.runs.set(`${key}`, readScene(content, bytes)); // now: it can then be shown at once
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
    /** @type {any[]} what the controls are */
    this.specs = this.model.get("content").controls;
    this.values = this.heed(this.model.get("values"));
    /** @type {any[]} for each, what shows its value */
    this.controls = [];
    /** @type {any} what is dragged, and how */
    this.grip = null;
    this.place();
    this.hear({
      "change:values": () => {
        const values = this.model.get("values");
        if (values !== this.values) this.show(this.heed(values));
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
    for (const { name, ...spec } of this.specs) {
      const act = (value, rests = true) => this.move({ [name]: value }, rests);
      const isSlider = spec.low !== undefined;
      const control = isSlider ? makeSlider(spec, act) : toggleButton(spec.label, act);
      (isSlider ? sliders : row).append(control.element);
      this.controls.push(control);
    }
    for (const [label, act] of Object.entries(this.buttons())) row.append(makeButton(label, act));
    row.append(fullScreenButton(this.box));
    sliders.append(row);
    const side = this.model.get("content").panels.length > 1 ? "under" : "beside";
    const figure = make("figure", {}, this.picture.element, this.legend);
    const shown = make("div", { class: side }, figure, this.said);
    this.box.append(this.notes, this.asker.element, sliders, shown);
  }

  /** Take the scene that the model carries now. */
  takeScene() {
    this.setScene(this.scene);
    this.show(this.values);
    this.picture.layOut();
  }

  /** Return what Python has set, as far as the sliders can show it. */
  heed(values) {
    const heeded = { ...this.values, ...values };
    for (const { name, low, high, value } of this.specs) {
      if (typeof heeded[name] !== typeof value) heeded[name] = value;
      if (low !== undefined) heeded[name] = inside(heeded[name], low, high);
    }
    return heeded;
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
    for (const [i, { name }] of this.specs.entries()) this.controls[i].show(values[name]);
    this.picture.show(0, marks);
    this.showWords(words, tables);
    if (legend) this.showLegend(legend);
  }

  /** @returns {any} */
  specOf(name) {
    return this.specs.find((spec) => spec.name === name);
  }

  /** Return the value that a slider would give next to a number. */
  fit(name, value) {
    const { low, high, step } = this.specOf(name);
    return inside(Number((step * Math.round(value / step)).toPrecision(12)), low, high);
  }

  /** Write a value as its slider does. */
  write(name, value) {
    return format(value, this.specOf(name).decimals);
  }
}

// Panels of one dimension: a mixture that a hand fits, and a point whose source is asked for.


/** Return what maps a bump to φ N(x | μ, σ²). */
const bump = (weight, mean, s) => [s, 0, 0, weight * Math.exp(logNormal(0, 0, s)), mean, 0];

class HandFit extends SliderPanel {
  buttons() {
    const best = () => ({ ...this.model.get("best").values, show_em: this.values.show_em });
    return { "Back to my best": () => this.move(best(), true) };
  }

  onDrag(name, [x]) {
    const mean = this.values[name.replace("deviation", "mean")];
    this.move({ [name]: this.fit(name, name.startsWith("mean") ? x : Math.abs(x - mean)) }, false);
  }

  see(values) {
    const both = (name) => [values[`${name}_1`], values[`${name}_2`]];
    const [means, deviations] = [both("mean"), both("deviation")];
    const weights = [values.weight_1, 1 - values.weight_1];
    const maps = weights.map((weight, k) => bump(weight, means[k], deviations[k]));
    const score = logLikelihood(this.content.points.values, weights, means, deviations);
    const best = this.keepBest(values, score);
    const sum = this.measure(maps);
    const tops = this.content.panels[0].views.map(({ limits }) => limits[3]);
    const fits = tops.findIndex((top) => top >= 1.1 * sum.tallest);
    const view = fits < 0 ? tops.length - 1 : fits;
    this.picture.panels[0].setView(view);
    const { em_score: em, floor } = this.content;
    const marks = {
      points: { map: [1, 0, 0, tops[view], 0, 0] },
      em: { hidden: !values.show_em },
      now: { map: [0.8, 0, 0, Math.max(score - floor, 0), 0.1, floor] },
      below: { map: shift(0.5, floor), hidden: score >= floor },
      best_score: { map: shift(0, best), hidden: best < floor },
      em_score: { map: shift(0, em), hidden: !values.show_em },
    };
    const right = this.content.panels[0].views[0].limits[1];
    const rows = maps.map((map, k) => {
      const [mean, deviation] = [means[k], deviations[k]];
      const grip = mean + deviation < right ? mean + deviation : mean - deviation; // is it seen?
      marks[`curve_${k + 1}`] = { map };
      marks[`mean_${k + 1}`] = { map: shift(mean, map[3]) };
      marks[`deviation_${k + 1}`] = { map: shift(grip, map[3] * Math.exp(-0.5)) };
      const texts = [this.write("mean_1", mean), this.write("deviation_1", deviation)];
      return [`${k + 1}`, format(weights[k], 2), ...texts];
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
    // Python's score of the same values may differ in its last digits, and one may have none.
    if (!(score < this.model.get("best").score - 1e-9)) this.model.set("best", { values, score });
    return this.model.get("best").score;
  }

  /** Measure how much of the area under the sum is in the picture, and its tallest place there. */
  measure(maps) {
    const [left, right] = this.content.panels[0].views[0].limits;
    const seen = sumBells(maps, [left, right]).filter(([x]) => x >= left && x <= right);
    const slices = seen.slice(1).map(([x, y], i) => ((x - seen[i][0]) * (y + seen[i][1])) / 2);
    const visible = slices.reduce((a, b) => a + b);
    return { visible, tallest: Math.max(...seen.map(([, y]) => y)) };
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
  const height = low ? fromLog(Math.log(tallest), 2) : format(tallest, tallest < 100 ? 2 : 0);
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
    if (!this.grip) this.picture.panels[0].setView(x < left || x > right ? 1 : 0);
    const weights = [weight, 1 - weight];
    const densities = means.map((mean, k) => logNormal(x, mean, deviations[k]));
    const logs = densities.map((density, k) => Math.log(weights[k]) + density);
    const sum = logAddExp(...logs);
    const shares = logs.map((each) => Math.exp(each - sum));
    const products = densities.map((density, k) => multiplyLog(weights[k], density));
    const written = [...products, logAddExp(...products)].map((each) => fromLog(each));
    const marks = { line: { map: shift(x, 0) }, x: { map: shift(x, 0.93 * top) } };
    const rows = [0, 1].map((k) => {
      const map = bump(weights[k], means[k], deviations[k]);
      const share = writeShare(shares[k], logs[k] - sum);
      const bars = { product: [Math.exp(logs[k]), written[k]], share: [shares[k], share] };
      marks[`curve_${k + 1}`] = { map };
      marks[`number_${k + 1}`] = { map: shift(means[k], map[3]) };
      marks[`cut_${k + 1}`] = { map: shift(x, bars.product[0]) };
      for (const [name, [height, text]] of Object.entries(bars)) {
        marks[`${name}_${k + 1}`] = { map: [0.7, 0, 0, height, k - 0.35, 0] };
        marks[`${name}_text_${k + 1}`] = { map: shift(k, height), text: shorten(text) };
      }
      return [`${k + 1}`, format(weights[k], 2), fromLog(densities[k]), written[k], share];
    });
    const names = ["component", "prior", "density", "product", "posterior"];
    const tables = [[names, ...rows, ["sum", "1.00", "", written[2], "1.000"]]];
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

/** Round a number that would be too wide over a bar, such as 1.73e−262 to 2e−262. */
const shorten = (text) =>
  text.replace(/^[\d.]+(?=e−\d\d\d)/, (digits) => Number(digits).toFixed(0));

// What a covariance matrix does to points: their ellipses, and half-axes that can be pulled.


const list = (texts) => `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`;
const NAMES = ["deviation_1", "deviation_2", "correlation"];
/** @type {(values: any) => [number, number, number]} */
const numbersOf = (values) => [values.deviation_1, values.deviation_2, values.correlation];
const valuesOf = (numbers) => Object.fromEntries(NAMES.map((name, i) => [name, numbers[i]]));

class CovariancePanel extends SliderPanel {
  buttons() {
    return { "Other points": () => this.asker.ask({}) };
  }

  /** Keep where the points are, for when they are held. */
  show(values) {
    const now = valuesOf(numbersOf(values));
    super.show({ ...values, held: values.hold ? (values.held ?? now) : now });
  }

  /** Move an end of a 3σ half-axis: the other keeps the length that it had when the hand began. */
  onDrag(name, [x, y]) {
    if (Math.hypot(x, y) < 0.03) return;
    const other = halfAxes(...numbersOf(this.values)).lengths[name === "end_1" ? 1 : 0];
    this.grip = { name, other: this.grip?.other ?? other, place: [x, y] };
    const wanted = fromHalfAxes(x / 3, y / 3, this.grip.other);
    this.move(valuesOf(wanted.map((value, i) => this.fit(NAMES[i], value))), false);
  }

  see(values) {
    const numbers = numbersOf(values);
    const factor = cholesky(...numbers);
    const of = values.hold ? cholesky(...numbersOf(values.held)) : factor;
    const { lengths, angle } = halfAxes(...numbers);
    const rings = this.count(factor, of);
    const marks = {
      points: { map: [...of, 0, 0], looks: rings.map((ring) => this.content.looks[ring]) },
    };
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
    const { values } = this.content.points;
    return Array.from({ length: values.length / 2 }, (_, i) => {
      const [u, v] = [values[2 * i], values[2 * i + 1]];
      return Math.min(Math.floor(Math.hypot(p * u, q * u + r * v)), 3);
    });
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
    const put = `stay where ${list(NAMES.map(say))} have put them`;
    const points = `The points ${hold ? put : "move with Σ"}.`;
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

/** Let no line end within "K = 4". */
const unbroken = (words) => words.replace(/ ([=≈<>≤≥]) /g, "\u00a0$1\u00a0");

/** Ask a question; nothing is chosen at first, and no answer is shown. */
function askQuestion({ model, box }) {
  const { text, choices } = model.get("content");
  const [options, answers] = [0, 1].map((i) => choices.map((choice) => unbroken(choice[i])));
  const tell = teller(model);
  const answer = makeText({ "aria-live": "polite" });
  answer.keepRoom(answers);
  const choice = makeChoice(unbroken(text), options, (index) => tell({ chosen: { index } }));
  const show = () => {
    const { index } = model.get("chosen");
    choice.show(index);
    answer.show(answers[index] ?? "");
    if (index in answers) answered.add(text);
    else answered.delete(text);
    document.dispatchEvent(new Event(ANSWERED));
  };
  model.on("change:chosen", show);
  show();
  box.classList.add("question");
  box.append(choice.element, answer.element);
  return { close: () => model.off("change:chosen", show) };
}

/** Fold an answer away, until its question is answered. A click opens it before that. */
function foldAnswer({ model, box }) {
  const { question, html } = model.get("content");
  box.innerHTML = html;
  const hear = () => {
    if (!answered.has(question)) return;
    box.querySelector("details").open = true;
    box.querySelector("summary").textContent = "The answer";
    document.removeEventListener(ANSWERED, hear); // from now on the reader folds it
  };
  document.addEventListener(ANSWERED, hear);
  hear();
  return { close: () => document.removeEventListener(ANSWERED, hear) };
}

/** Check that a slider moves and that Python answers. */
function checkSetup({ model, box }) {
  const { says, number } = model.get("content");
  const asker = new Asker(model);
  const words = make("span", { "aria-live": "polite" }, says);
  const hear = ({ says }) => words.replaceChildren(says);
  const spec = { label: "Number", low: 0, high: 12, step: 1 };
  const slider = makeSlider(spec, (value) => asker.ask({ number: value }, hear));
  slider.show(number);
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
  const style = library.get("style");
  const before = styles.querySelector(".gmm-style");
  if (before?.textContent !== style) {
    before?.remove(); // of another version of the course, with which a notebook was saved
    const glyphs = make("svg:svg", { width: 0, height: 0, style: "position:absolute" });
    glyphs.innerHTML = `<defs>${library.get("formulas").glyphs}</defs>`;
    styles.append(make("div", { class: "gmm-style" }, make("style", {}, style), glyphs));
  }
  const kind = model.get("kind");
  const box = make("div", { class: "gmm", dir: "ltr", "data-kind": kind });
  el.append(box);
  const widget = KINDS[kind]({ model, library, box });
  return () => widget.close();
}
