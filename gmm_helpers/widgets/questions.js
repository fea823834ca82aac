// A question with choices; the answer to what is chosen stands under them.

import { make, teller } from "./base.js";
import { makeChoice } from "./controls.js";

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
  box.append(element, make("p", { class: "words" }, answer, make("span", { "aria-hidden": "true" }, longest)));
  return { close: () => model.off("change:chosen", restore) };
}
