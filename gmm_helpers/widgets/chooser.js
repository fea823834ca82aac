// A stepper whose run is chosen by controls above it. Python makes the runs.

import { make, readScene } from "./base.js";
import { makeButton, makeChoice } from "./controls.js";
import { Player } from "./player.js";

const AHEAD = 6; // runs, at most, that are asked for before they are chosen
const KEPT = 18; // runs, at most, that the page keeps
const REST = 300; // milliseconds between two of them

const idle = globalThis.requestIdleCallback ?? ((act) => setTimeout(act, 50));

/** A run has a key: the index of each choice, then the seeds that buttons count up. */
export class Chooser extends Player {
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
