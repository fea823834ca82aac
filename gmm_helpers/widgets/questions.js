// What asks the reader: a question with choices, and a number for the check of the set-up.

import { make, teller } from "./base.js";
import { Asker, makeChoice, makeSlider, makeText } from "./controls.js";

// The texts of the questions that are answered on this page; a fold hears of one by an event.
const ANSWERED = "gmm-answered";
globalThis.gmmAnswered ??= new Set();
/** @type {Set<string>} */
const answered = globalThis.gmmAnswered;

/** Let no line end within "K = 4". */
const unbroken = (words) => words.replace(/ ([=≈<>≤≥]) /g, "\u00a0$1\u00a0");

/** Ask a question; nothing is chosen at first, and no answer is shown. */
export function askQuestion({ model, box }) {
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
export function foldAnswer({ model, box }) {
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
export function checkSetup({ model, box }) {
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
