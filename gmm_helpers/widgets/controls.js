// Native controls with names, tables and legends, and questions to Python.

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
export const makeButton = (label, onclick) => make("button", { type: "button", onclick }, label);

/** A button with an icon; `nameButton` changes it. */
export function iconButton(icon, label, act) {
  const path = make("svg:path");
  const button = makeButton(make("svg:svg", { viewBox: "0 0 16 16" }, path), act);
  button.className = "icon";
  nameButton(button, icon, label);
  return button;
}

/** Let a button with an icon show another one, and say what it does now. */
export function nameButton(button, icon, label) {
  set(button, { "aria-label": label, title: label });
  set(button.querySelector("path"), { d: ICONS[icon] });
}

/** A button that lets a box fill the screen, or leave it. */
export const fullScreenButton = (box) =>
  iconButton("full", "Full screen", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else box.requestFullscreen();
  });

/** A button that is down or up. `act` hears which; `show` changes it. */
export function toggleButton(label, act) {
  const show = (down) => set(element, { "aria-pressed": down });
  const element = makeButton(label, () => act(element.getAttribute("aria-pressed") !== "true"));
  return { element, show };
}

/** A text in the room of the longest one, so that nothing below it jumps. */
export function makeText(attributes = {}) {
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
export function makeSlider({ label, low, high, step, decimals = 0, wide }, act) {
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
export function makeChoice(name, labels, act) {
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
export function makeTable() {
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
export function makeLegend(rows, { markers }) {
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
export class Asker {
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
