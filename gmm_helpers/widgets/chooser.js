// A stepper whose run is chosen by buttons above it. Python makes the runs.

import { make } from "./base.js";
import { makeButton, makeChoice } from "./controls.js";
import { Player } from "./player.js";

const AHEAD = 6; // runs, at most, that are asked for before they are chosen
const KEPT = 18; // runs, at most, that the page keeps
const REST = 300; // milliseconds between two of them

const idle = globalThis.requestIdleCallback ?? ((act) => setTimeout(act, 50));
const isSame = (key, other) => JSON.stringify(key) === JSON.stringify(other);

export class Chooser extends Player {
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
