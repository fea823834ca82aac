// A picture under sliders, which follows a hand by itself: Python sends its scene once.

import { format, inside, make } from "./base.js";
import { fullScreenButton, makeButton, makeSlider, toggleButton } from "./controls.js";
import { Shown } from "./shown.js";

/** Return the map that moves what lies at (0, 0). */
export const shift = (x, y) => [1, 0, 0, 1, x, y];

/**
 * What the panels share. A panel says by `see(values)` what is to be seen: `marks` by their ids,
 * `words`, `tables`, and a `legend` where it changes; by `onDrag(name, place, panel)` what a hand
 * does; by `buttons()` what other buttons do.
 */
export class SliderPanel extends Shown {
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
