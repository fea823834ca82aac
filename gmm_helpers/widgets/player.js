// Walks through the positions of a scene: slider, number, Play, and what a position says.

import { make, set, teller } from "./base.js";
import {
  Asker,
  fullScreenButton,
  iconButton,
  makeSlider,
  showLegend,
  showTable,
} from "./controls.js";
import { makeFormula } from "./formulas.js";
import { Picture } from "./picture.js";

const GLIDE = 200; // milliseconds that components take to their next place
const SPEEDS = { slow: 2, normal: 1, fast: 0.4 };
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** A scene under a slider. */
export class Player {
  /** @param {{model: any, library: any, box: HTMLElement}} page */
  constructor({ model, library, box }) {
    this.model = model;
    this.library = library;
    this.box = box;
    this.position = model.get("position");
    this.moved = 0;
    this.last = 0;
    this.timer = 0;
    /** @type {number[]} of the points, from left to right */
    this.order = [];
    this.tell = teller(model);
    this.asker = new Asker(model);
    this.picture = new Picture(box, library.get("look"), {
      onPoint: (point) => this.choosePoint(point),
      onDrag: (k, place) => this.dragMean(k, place),
      onDrop: () => this.drop(),
      canDrag: () => this.content.drag !== undefined && this.position === 0,
    });
    this.makeControls();
    this.heading = make("p", { class: "heading" });
    this.formula = make("div", { class: "formula" });
    this.legend = make("div", { class: "legend" });
    this.text = make("span", { "aria-live": "polite" });
    this.room = make("span", { "aria-hidden": "true" }); // the longest text: nothing jumps
    this.table = make("div", { class: "table" });
    this.notes = make("div", { class: "notes" });
    this.parts = [
      this.notes,
      this.asker.element,
      this.controls,
      make("figure", {}, this.heading, this.formula, this.picture.element, this.legend),
      make(
        "div",
        { class: "said" },
        make("p", { class: "words" }, this.text, this.room),
        this.table,
      ),
    ];
    box.append(...this.parts);
    this.hear = {
      "change:content": () => this.takeScene(),
      "change:position": () =>
        model.get("position") !== this.position && this.go(model.get("position")),
      "change:point": () =>
        model.get("point") !== this.picture.point && this.choosePoint(model.get("point"), false),
    };
    for (const [name, act] of Object.entries(this.hear)) model.on(name, act);
    this.takeScene();
    this.choosePoint(model.get("point"), false);
  }

  makeControls() {
    /** @type {ReturnType<typeof iconButton>} */
    this.play = iconButton("play", "Play", () => this.playing(!this.timer));
    this.back = iconButton("back", "Back to the start", () => {
      this.playing(false);
      this.go(0, true);
    });
    /** @type {ReturnType<typeof makeSlider>} */
    this.slider = makeSlider(
      { label: "Position", low: 0, high: 1, step: 1, value: 0 },
      (value, rests) => {
        this.playing(false);
        if (value !== this.position) this.go(value, rests);
        else if (rests) this.tell({ position: value }, 0); // and a glide goes on
      },
    );
    this.end = make("span");
    const speeds = Object.keys(SPEEDS).map((name) =>
      make("option", name === "normal" ? { selected: "" } : {}, name),
    );
    this.speed = make("select", { "aria-label": "Speed of Play" }, ...speeds);
    /** @type {ReturnType<typeof makeSlider>} */
    this.finder = makeSlider(
      { label: "Point", low: 0, high: 1, step: 1, value: 0, bare: true },
      (value) => this.choosePoint(this.order[value]),
    );
    this.find = make("label", { class: "finder" }, "point", this.finder.range);
    this.controls = make(
      "div",
      { class: "row" },
      this.play.button,
      this.back.button,
      this.slider.range,
      this.slider.number,
      this.end,
      this.speed,
      fullScreenButton(this.box),
    );
  }

  /** Show the scene that the model carries now. */
  takeScene(content = this.model.get("content"), bytes = this.model.get("data")) {
    const atEnd = this.content && this.position === this.last && this.last > 0;
    const iteration = this.content?.iterations?.[this.position];
    this.content = structuredClone(content);
    this.last = content.positions - 1;
    this.picture.setScene(this.content, bytes);
    this.slider.setRange(0, this.last);
    this.end.textContent = `of ${this.last}`;
    this.notes.replaceChildren(...content.notes.map((note) => make("p", { role: "status" }, note)));
    this.room.textContent = content.texts.reduce((a, b) => (b.length > a.length ? b : a), "");
    showLegend(this.legend, content.legend, this.library.get("look"));
    this.legend.append(this.find);
    const points = this.content.panels
      .flatMap(({ marks }) => marks)
      .find(({ kind }) => kind === "points");
    this.find.classList.toggle("hidden", !points);
    if (points) this.sortPoints(points.shape);
    let position = Math.min(this.position, this.last);
    if (atEnd) position = this.last;
    else if (iteration !== undefined) position = this.positionOf(iteration);
    this.moved = 0;
    this.go(position);
    this.picture.layOut(); // in the room that these words leave
  }

  /** Return the position that shows an iteration, or the first after it; where it is shown, ours. */
  positionOf(iteration) {
    const { iterations } = this.content;
    if (iterations[this.position] === iteration) return this.position;
    const found = iterations.findLastIndex((each) => each <= iteration);
    return Math.max(found, 0);
  }

  sortPoints({ values, shape: [n] }) {
    this.order = Array.from({ length: n }, (_, i) => i).sort(
      (a, b) => values[2 * a] - values[2 * b],
    );
    this.finder.setRange(0, n - 1);
  }

  choosePoint(point, tell = true) {
    this.picture.markPoint(point);
    if (this.order.length && point >= 0) this.finder.set(this.order.indexOf(point));
    this.sayPoint();
    if (tell) this.tell({ point });
  }

  /** Let the slider of the points say what the marked one's numbers are now. */
  sayPoint() {
    const { panels, point } = this.picture;
    const cloud = panels.find((panel) => panel.cloud)?.cloud;
    if (cloud && point >= 0) set(this.finder.range, { "aria-valuetext": cloud.describe(point) });
  }

  go(position, rests = false) {
    const { content } = this;
    const next = position === this.position + 1;
    const slow = performance.now() - this.moved > 1.2 * GLIDE;
    this.moved = performance.now();
    this.position = position;
    this.slider.set(position);
    const heading = content.headings?.[position] ?? "";
    set(this.slider.range, {
      "aria-valuetext": `${position}: ${heading || content.texts[position]}`,
    });
    this.heading.textContent = heading;
    this.heading.classList.toggle("hidden", !content.headings);
    this.text.textContent = content.texts[position];
    this.showFormulas(content.formulas?.[position] ?? []);
    showTable(this.table, content.tables?.[position]);
    const glide = content.glides?.[position] && next && slow && !still.matches ? GLIDE : 0;
    this.picture.show(this.picture.frameAt(position), glide);
    this.sayPoint();
    this.tell({ position }, rests ? 0 : 300);
  }

  showFormulas(names) {
    const key = names.join();
    if (key === this.formulasShown) return;
    this.formulasShown = key;
    const data = this.library.get("formulas");
    this.formula.classList.toggle("hidden", !this.content.formulas);
    this.formula.replaceChildren(...names.map((name) => makeFormula(data, name)));
  }

  // ------------------------------------------------------------ Play

  playing(wanted) {
    if (!wanted && !this.timer) return;
    clearTimeout(this.timer);
    this.timer = 0;
    if (wanted) {
      if (this.position === this.last) this.go(0);
      this.playOn();
    }
    if (wanted) this.play.name("pause", "Pause");
    else this.play.name("play", "Play");
  }

  playOn() {
    const rest = (this.content.rests?.[this.position] ?? 0.7) * SPEEDS[this.speed.value];
    this.timer = setTimeout(() => {
      this.go(this.position + 1);
      if (this.position === this.last) this.playing(false);
      else this.playOn();
    }, 1000 * rest);
  }

  // ------------------------------------------------------------ another start

  /** Move a mean of the start; EM runs anew once the hand rests. */
  dragMean(k, [x, y]) {
    const frame = this.picture.frame.map((states) => [...states]);
    const panel = this.picture.panels[0];
    const { limits } = panel;
    const inside = (value, low, high) => Math.min(Math.max(value, low), high);
    const to = [inside(x, limits[0], limits[1]), inside(y, limits[2], limits[3])];
    panel.marks.forEach((mark, j) => {
      const mine = mark.drag === k || (mark.colour === k && mark.kind === "line" && mark.by?.map);
      if (!mine) return;
      const map = [...frame[0][j].map];
      map[4] = to[0];
      if (panel.marks.every(({ kind }) => kind !== "sum")) map[5] = to[1];
      frame[0][j] = { ...frame[0][j], map };
    });
    this.picture.show(frame);
  }

  drop() {
    const panel = this.picture.panels[0];
    const flat = panel.marks.some(({ kind }) => kind === "sum");
    const means = panel.marks.flatMap((mark, j) => {
      if (mark.drag === undefined) return [];
      const { map } = this.picture.frame[0][j];
      return [flat ? [map[4]] : [map[4], map[5]]];
    });
    clearTimeout(this.dropping);
    this.dropping = setTimeout(() => this.asker.ask({ means }), 250); // keys come in a row
  }

  close() {
    this.playing(false);
    clearTimeout(this.dropping);
    this.picture.close();
    this.asker.close();
    for (const [name, act] of Object.entries(this.hear)) this.model.off(name, act);
  }
}
