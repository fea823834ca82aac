// What asks the reader: a question with choices, and a number for the check of the set-up.

import { make, teller } from "./base.js";
import { Asker, makeChoice, makeSlider } from "./controls.js";

// The texts of the questions that are answered on this page; a fold hears of one by an event.
const ANSWERED = "gmm-answered";
globalThis.gmmAnswered ??= new Set();
/** @type {Set<string>} */
const answered = globalThis.gmmAnswered;

/** Ask a question; nothing is chosen at first, and no answer is shown. */
export function askQuestion({ model, box }) {
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
export function foldAnswer({ model, box }) {
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
export function checkSetup({ model, box }) {
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
