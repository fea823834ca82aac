// Native controls with names, and questions to Python.

import { make, paint, set, strokeOf } from "./base.js";

const PATIENCE = 2000; // milliseconds, before a page says that Python does not answer

// Drawn, since not every font has them; in a square of 16.
const ICONS = {
  play: "M4 2v12l10-6z",
  pause: "M3 2h4v12H3zM9 2h4v12H9z",
  back: "M8 3a5 5 0 1 1-4.6 3l1.8.8A3 3 0 1 0 8 5v2.500L4 4l4-3.500z",
  full: "M2 2h5v2H4v3H2zM9 2h5v5h-2V4H9zM2 9h2v3h3v2H2zM12 9h2v5H9v-2h3z",
};

/** A button with words. */
export function makeButton(label, act) {
  const button = make("button", { type: "button" }, label);
  button.onclick = act;
  return button;
}

/** A button that shows an icon; `name` changes both. */
export function iconButton(icon, label, act) {
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
export const fullScreenButton = (box) =>
  iconButton("full", "Full screen", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else box.requestFullscreen();
  }).button;

/** A button that is down or up. */
export function toggleButton(label, act) {
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
export function makeSlider({ label, low, high, step, value, decimals = 0 }, act) {
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
export function makeChoice(name, labels, chosen, act) {
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
export function showTable(box, rows) {
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
export function showLegend(box, rows, { markers }) {
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
export class Asker {
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
