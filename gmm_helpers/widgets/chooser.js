// A stepper whose run is chosen by buttons above it. Python makes the runs.

import { make } from "./base.js";
import { makeChoice } from "./controls.js";
import { Player } from "./player.js";

const AHEAD = 6; // runs, at most, that are asked for before they are chosen
const PAUSE = 300; // milliseconds between two of them

const idle = globalThis.requestIdleCallback ?? ((act) => setTimeout(act, 50));

export class Chooser extends Player {
  constructor(page) {
    super(page);
    this.runs = new Map(); // by key, those that the page has
    this.readRuns();
    this.key = this.content.key;
    this.choices = this.content.choices.map(([name, labels], i) =>
      makeChoice(name, labels, this.key.indices[i], (index) =>
        this.choose({ indices: this.key.indices.with(i, index) }),
      ),
    );
    const buttons = Object.entries(this.content.buttons).map(([seed, label]) => {
      const button = make("button", { type: "button" }, label);
      button.onclick = () => this.choose({ [seed]: this.key[seed] + 1 });
      return button;
    });
    const row = make(
      "div",
      { class: "row choices" },
      ...this.choices.map(({ element }) => element),
      ...buttons,
    );
    this.box.prepend(row);
    this.hearChosen = () => this.showKey(this.model.get("chosen"));
    this.model.on("change:chosen", this.hearChosen);
    this.showKey(this.model.get("chosen"));
    this.lookAhead();
  }

  /** Take the runs that were made beforehand. */
  readRuns() {
    const { buffer, byteOffset } = this.model.get("more") ?? {};
    for (const content of Object.values(this.model.get("runs") ?? {})) {
      const [at, size] = content.at;
      this.runs.set(JSON.stringify(content.key), [
        content,
        new DataView(buffer, byteOffset + at, size),
      ]);
    }
  }

  /** Choose another run: one that is there is shown at once, and Python is told in any case. */
  choose(change) {
    this.playing(false);
    const key = { ...this.key, ...change };
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
    if (run && JSON.stringify(this.content.key) !== JSON.stringify(key)) super.takeScene(...run);
  }

  /** Let the controls say what is chosen. */
  mark(key) {
    this.key = key;
    for (const [i, { choose }] of this.choices.entries()) choose(key.indices[i]);
  }

  takeScene(content, bytes) {
    const { key } = this.model.get("content");
    if (this.runs && JSON.stringify(this.content.key) === JSON.stringify(key)) return; // it is shown
    super.takeScene(content, bytes);
    if (this.choices) this.mark(key);
  }

  /** Return what can be chosen next. */
  neighbours() {
    const { choices, buttons } = this.content;
    const near = choices.flatMap(([, labels], i) =>
      labels.map((_, index) => ({ ...this.key, indices: this.key.indices.with(i, index) })),
    );
    for (const seed of Object.keys(buttons)) near.push({ ...this.key, [seed]: this.key[seed] + 1 });
    return near.filter(
      (key) =>
        key.indices.join() !== this.key.indices.join() ||
        key.data_seed !== this.key.data_seed ||
        key.start_seed !== this.key.start_seed,
    );
  }

  /** Ask for the runs that can be chosen next, one at a time, while nothing else is to be done. */
  lookAhead() {
    clearTimeout(this.looking);
    const wanted = this.neighbours()
      .slice(0, AHEAD)
      .filter((key) => !this.runs.has(JSON.stringify(key)));
    if (!this.content.ahead || !wanted.length) return;
    this.looking = setTimeout(
      () =>
        idle(() => {
          const kernel = this.model.widget_manager?.kernel;
          if (kernel?.status && kernel.status !== "idle") return this.lookAhead(); // a cell runs
          this.asker.ask(
            { key: wanted[0], ahead: true },
            ({ content }, [bytes]) => {
              if (!content) return;
              this.runs.set(JSON.stringify(wanted[0]), [content, bytes]);
              if (this.runs.size > 3 * AHEAD) this.runs.delete(this.runs.keys().next().value);
              this.lookAhead();
            },
            true,
          );
        }),
      PAUSE,
    );
  }

  close() {
    clearTimeout(this.looking);
    this.model.off("change:chosen", this.hearChosen);
    super.close();
  }
}
