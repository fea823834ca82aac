// Walks through the positions of a scene: slider, number, Play, and what a position says.

import { inside, make, set } from "./base.js";
import { fullScreenButton, iconButton, makeSlider, showLegend, showTable } from "./controls.js";
import { makeFormula } from "./formulas.js";
import { Shown } from "./shown.js";

const GLIDE = 200; // milliseconds that components take to their next place
const PAUSE = 250; // milliseconds after a key that moves a mean: keys come in a row
const SPEEDS = { slow: 2, normal: 1, fast: 0.4 };
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** A scene under a slider. */
export class Player extends Shown {
  constructor(page) {
    super(page);
    this.position = this.model.get("position");
    this.moved = this.last = this.timer = 0;
    /** @type {number[]} of the points, from left to right */
    this.order = [];
    this.play = iconButton("play", "Play", () => this.playing(!this.timer));
    this.slider = makeSlider({ label: "Position", low: 0, high: 1, step: 1, value: 0 }, (...to) =>
      this.slideTo(...to),
    );
    this.end = make("span");
    this.speed = make("select", { "aria-label": "Speed of Play" });
    for (const name of Object.keys(SPEEDS)) this.speed.append(make("option", {}, name));
    this.speed.value = "normal";
    this.finder = makeSlider({ label: "Point", low: 0, high: 1, step: 1, value: 0 }, (value) =>
      this.onPoint(this.order[value]),
    );
    this.find = make("label", { class: "finder" }, "point", this.finder.range);
    this.heading = make("p", { class: "heading" });
    this.formula = make("div", { class: "formula" });
    this.table = make("div", { class: "table" });
    this.place();
    this.ends.push(
      () => this.playing(false),
      () => clearTimeout(this.dropping),
    );
    this.hear({
      "change:content": () => this.takeScene(),
      "change:position": () => {
        const position = this.model.get("position");
        if (position !== this.position) this.go(position);
      },
      "change:point": () => {
        const point = this.model.get("point");
        if (point !== this.picture.point) this.markPoint(point);
      },
    });
    this.takeScene();
    this.markPoint(this.model.get("point"));
  }

  place() {
    const back = iconButton("back", "Back to the start", () => this.slideTo(0, true));
    const { range, number } = this.slider;
    const controls = [this.play.button, back.button, range, number, this.end, this.speed];
    const full = fullScreenButton(this.box);
    const figure = [this.heading, this.formula, this.picture.element, this.legend];
    this.box.append(
      this.notes,
      this.asker.element,
      make("div", { class: "row" }, ...controls, full),
      make("figure", {}, ...figure),
      make("div", { class: "said" }, this.words, this.table),
    );
  }

  /** Show the scene that the model carries now. */
  takeScene(content = this.model.get("content"), bytes = this.model.get("data")) {
    const position = this.positionIn(content);
    this.content = structuredClone(content);
    this.last = content.positions - 1;
    this.picture.setScene(this.content, bytes);
    this.slider.setRange(0, this.last);
    this.end.textContent = `of ${this.last}`;
    this.notes.replaceChildren(...content.notes.map((note) => make("p", { role: "status" }, note)));
    this.room.textContent = content.texts.reduce((a, b) => (b.length > a.length ? b : a), "");
    showLegend(this.legend, content.legend, this.look);
    this.legend.append(this.find);
    this.sortPoints();
    this.moved = 0;
    this.go(position);
    this.picture.layOut(); // in the room that these words leave
  }

  /** Return the position of another scene that shows what is shown now: the end, the iteration. */
  positionIn({ positions, iterations }) {
    const last = positions - 1;
    if (this.last && this.position === this.last) return last;
    const iteration = this.content?.iterations?.[this.position];
    if (iteration === undefined || iterations[this.position] === iteration)
      return Math.min(this.position, last);
    return Math.max(
      iterations.findLastIndex((each) => each <= iteration),
      0,
    );
  }

  /** Let the slider of the points go from left to right. */
  sortPoints() {
    const cloud = this.cloud();
    this.find.classList.toggle("hidden", !cloud);
    if (!cloud) return;
    const { values, shape } = cloud.mark.shape;
    this.order = Array.from({ length: shape[0] }, (_, i) => i);
    this.order.sort((a, b) => values[2 * a] - values[2 * b]);
    this.finder.setRange(0, shape[0] - 1);
  }

  cloud() {
    return this.picture.panels.find((panel) => panel.cloud)?.cloud;
  }

  /** Mark the point that a hand has chosen. */
  onPoint(point) {
    this.markPoint(point);
    this.tell({ point });
  }

  markPoint(point) {
    this.picture.markPoint(point);
    if (point >= 0) this.finder.set(this.order.indexOf(point));
    this.sayPoint();
  }

  /** Let the slider of the points say what the marked one's numbers are now. */
  sayPoint() {
    const { point } = this.picture;
    const words = point >= 0 && this.cloud()?.describe(point);
    if (words) set(this.finder.range, { "aria-valuetext": words });
  }

  slideTo(position, rests) {
    this.playing(false);
    if (position !== this.position) this.go(position, rests);
    else if (rests) this.tell({ position }, 0); // and a glide goes on
  }

  go(position, rests = false) {
    const { headings, texts, tables, formulas, glides } = this.content;
    const next = position === this.position + 1;
    const slow = performance.now() - this.moved > 1.2 * GLIDE;
    this.moved = performance.now();
    this.position = position;
    this.slider.set(position);
    const heading = headings?.[position] ?? "";
    set(this.slider.range, { "aria-valuetext": `${position}: ${heading || texts[position]}` });
    this.heading.textContent = heading;
    this.heading.classList.toggle("hidden", !headings);
    this.text.textContent = texts[position];
    this.showFormulas(formulas?.[position] ?? []);
    showTable(this.table, tables?.[position]);
    const glide = glides?.[position] && next && slow && !still.matches ? GLIDE : 0;
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
    this.play.name(...(wanted ? ["pause", "Pause"] : ["play", "Play"]));
    if (!wanted) return;
    if (this.position === this.last) this.go(0);
    this.playOn();
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

  canDrag() {
    return this.content.drag !== undefined && this.position === 0;
  }

  /** Move a mean of the start; EM runs anew once the hand rests. */
  onDrag(k, [x, y]) {
    const [{ marks, limits, flat }] = this.picture.panels;
    const [states, ...others] = this.picture.frame;
    const moved = states.map((state, j) => {
      const { drag, colour, kind, by } = marks[j];
      if (drag !== k && !(colour === k && kind === "line" && by?.map)) return state;
      const map = [...state.map];
      map[4] = inside(x, limits[0], limits[1]);
      if (!flat) map[5] = inside(y, limits[2], limits[3]);
      return { ...state, map };
    });
    this.picture.show([moved, ...others]);
  }

  onDrop() {
    const [{ marks, flat }] = this.picture.panels;
    const [states] = this.picture.frame;
    const means = states
      .filter((_, j) => marks[j].drag !== undefined)
      .map(({ map }) => [...map].slice(4, flat ? 5 : 6));
    clearTimeout(this.dropping);
    this.dropping = setTimeout(() => this.asker.ask({ means }), PAUSE);
  }
}
