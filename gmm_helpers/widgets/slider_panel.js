// A picture under sliders, which follows a hand by itself: Python sends its scene once.

import { format, inside, make, readArray, set } from "./base.js";
import {
  fullScreenButton,
  makeButton,
  makeSlider,
  showLegend,
  showTable,
  toggleButton,
} from "./controls.js";
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
    this.values = this.model.get("values");
    this.content = this.model.get("content");
    /** @type {Record<string, any>} by name, what a control is */
    this.specs = Object.fromEntries(this.content.controls.map((spec) => [spec.name, spec]));
    /** @type {Record<string, (value: any) => void>} by name, what shows a value there */
    this.controls = {};
    /** @type {HTMLElement[]} */
    this.tables = [];
    /** @type {any} what is dragged, and how */
    this.grip = null;
    this.place();
    this.hear({
      "change:values": () => {
        const values = this.model.get("values");
        if (values !== this.values) this.show(values);
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
    for (const { name, ...spec } of this.content.controls) {
      const act = (value, rests = true) => this.move({ [name]: value }, rests);
      if (spec.low === undefined) {
        const button = toggleButton(spec.label, (down) => act(down));
        row.append(button);
        this.controls[name] = (down) => set(button, { "aria-pressed": down });
      } else {
        const { element, set: show } = makeSlider(spec, act);
        element.classList.toggle("wide", Boolean(spec.wide));
        sliders.append(element);
        this.controls[name] = show;
      }
    }
    for (const [label, act] of Object.entries(this.buttons())) row.append(makeButton(label, act));
    row.append(fullScreenButton(this.box));
    sliders.append(row);
    this.notes.append(...this.content.notes.map((note) => make("p", {}, note)));
    this.said = make("div", {}, this.words);
    const figure = make("figure", {}, this.picture.element, this.legend);
    const side = this.content.panels.length > 1 ? "under" : "beside";
    const shown = make("div", { class: side }, figure, this.said);
    this.box.append(this.notes, this.asker.element, sliders, shown);
  }

  /** Take the scene that the model carries now. */
  takeScene() {
    const bytes = this.model.get("data");
    const scene = structuredClone(this.content);
    this.picture.setScene(scene, bytes);
    /** @type {any[][]} what each mark is, but for what moves, by panel */
    this.base = this.picture.frameAt(0);
    this.points = scene.points && readArray(scene.points, bytes).values;
    showLegend(this.legend, scene.legend, this.look);
    this.show(this.values);
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
    for (const [name, control] of Object.entries(this.controls)) control(values[name]);
    const moved = this.picture.panels.map((panel, i) =>
      panel.marks.map(({ id }, j) => ({ ...this.base[i][j], ...marks[id] })),
    );
    this.picture.show(moved);
    this.text.textContent = words;
    if (words.length > this.room.textContent.length) this.room.textContent = words;
    if (legend) showLegend(this.legend, legend, this.look);
    for (const [i, rows] of tables.entries()) {
      this.tables[i] ??= this.said.appendChild(make("div", { class: "table" }));
      showTable(this.tables[i], rows);
    }
  }

  /** Return the value that a slider would give next to a number. */
  fit(name, value) {
    const { low, high, step } = this.specs[name];
    return inside(Number((step * Math.round(value / step)).toPrecision(12)), low, high);
  }

  /** Write a value as its slider does. */
  write(name, value) {
    return format(value, this.specs[name].decimals);
  }

  /** Show the first panel's view with an index. */
  showView(index) {
    const panel = this.picture.panels[0];
    if (panel.viewIndex !== index) panel.setView(index);
  }
}
