// What asks the reader: a question with choices, and a number for the check of the set-up.

import { make, teller } from "./base.js";
import { Asker, makeChoice, makeSlider } from "./controls.js";

/** Ask a question; nothing is chosen at first, and no answer is shown. */
export function askQuestion({ model, box }) {
  const { text, choices } = model.get("content");
  const tell = teller(model);
  const answer = make("span", { "aria-live": "polite" });
  const longest = choices.reduce((a, [, b]) => (b.length > a.length ? b : a), "");
  const show = (index) => {
    answer.textContent = choices[index]?.[1] ?? "";
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
