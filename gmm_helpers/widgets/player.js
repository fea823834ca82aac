// Walks through the positions of a scene: slider, number, Play, and what a position says.

import { inside, make, set } from "./base.js";
import { fullScreenButton, iconButton, makeSlider, makeText, nameButton } from "./controls.js";
import { Shown } from "./shown.js";

const GLIDE = 200; // milliseconds that components take to their next place, as in widgets.css
const PAUSE = 250; // milliseconds after a key that moves a mean: keys come in a row
const SPEEDS = { slow: 2, normal: 1, fast: 0.4 };

/** A scene under a slider. */
export class Player extends Shown {
  constructor(page) {
    super(page);
    this.position = this.model.get("position");
    this.moved = this.last = this.timer = this.dropping = 0;
    /** @type {number[]} of the points, from left to right */
    this.order = [];
    this.play = iconButton("play", "Play", () => this.playing(!this.timer));
    const positions = { label: "Position", low: 0, high: 1, step: 1 };
    this.slider = makeSlider(positions, (...to) => this.slideTo(...to));
    this.end = make("span");
    const speeds = Object.keys(SPEEDS).map((name) => make("option", {}, name));
    this.speed = make("select", { "aria-label": "Speed of Play" }, ...speeds);
    this.speed.value = "normal";
    // At its left end, before the first point, it marks none.
    const finder = { label: "Point", low: -1, high: 0, step: 1 };
    this.finder = makeSlider(finder, (i) => this.onPoint(this.order[i] ?? -1));
    this.find = make("label", { class: "finder" }, "point", this.finder.range);
    this.heading = makeText();
    this.heading.element.classList.add("heading");
    this.formulas = make("div", { class: "formulas" });
    this.place();
    this.ends.push(() => this.playing(false));
    this.ends.push(() => clearTimeout(this.dropping));
    this.hear({
      "change:content": () => {
        // Under a hand that drags again the pictures stay: another run will follow.
        if (!this.box.querySelector(".handle:not(.still):active")) this.takeScene();
      },
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
    const controls = [this.play, back, range, number, this.end, this.speed];
    const row = make("div", { class: "row" }, ...controls, fullScreenButton(this.box));
    this.said.className = "said";
    const figure = [this.heading.element, this.formulas, this.picture.element, this.legend];
    this.box.append(this.notes, this.asker.element, row, make("figure", {}, ...figure), this.said);
  }

  /** Show a scene: by default that which the model carries now. */
  takeScene(content = this.scene) {
    const position = this.positionIn(content);
    this.setScene(content);
    this.legend.append(this.find);
    this.last = content.positions - 1;
    this.slider.setLast(this.last);
    this.end.textContent = `of ${this.last}`;
    this.words.keepRoom(content.texts);
    this.heading.keepRoom(content.headings ?? []);
    this.heading.element.classList.toggle("hidden", !content.headings);
    this.setFormulas(content.formulas ?? []);
    this.sortPoints();
    this.moved = 0;
    this.go(position);
    this.picture.layOut(); // in the room that these words leave
  }

  /** Return the position of another scene that shows what is shown now: the end, the iteration. */
  positionIn({ positions, iterations }) {
    if (this.last && this.position === this.last) return positions - 1;
    const iteration = this.content?.iterations?.[this.position];
    if (iteration === undefined || iterations[this.position] === iteration) return this.position;
    const found = iterations.findLastIndex((each) => each <= iteration);
    return Math.max(found, 0);
  }

  /** Let the slider of the points go from left to right. */
  sortPoints() {
    this.find.classList.toggle("hidden", !this.cloud);
    if (!this.cloud) return;
    const { values, shape } = this.cloud.mark.shape;
    const indices = Array.from({ length: shape[0] }, (_, i) => i);
    this.order = indices.sort((a, b) => values[2 * a] - values[2 * b]);
    this.finder.setLast(shape[0] - 1);
  }

  /** The points, where there are any. */
  get cloud() {
    return this.picture.panels.find(({ cloud }) => cloud)?.cloud;
  }

  /** Mark the point that a hand has chosen. */
  onPoint(point) {
    this.markPoint(point);
    this.tell({ point });
  }

  markPoint(point) {
    this.picture.markPoint(point);
    this.finder.show(this.order.indexOf(point));
    this.sayPoint();
  }

  /** Let the slider of the points say what the marked one's numbers are now. */
  sayPoint() {
    const { point } = this.picture;
    const words = point in this.order ? this.cloud.describe(point) : "none";
    set(this.finder.range, { "aria-valuetext": words });
  }

  slideTo(position, rests) {
    this.playing(false);
    if (position !== this.position) this.go(position, rests);
    else if (rests) this.tell({ position }, 0); // and a glide goes on
  }

  /** Go to a position, or to the end that is next to it. */
  go(wanted, rests = false) {
    const { headings, texts, tables, formulas, iterations, glides } = this.content;
    const position = inside(wanted, 0, this.last);
    const next = position === this.position + 1;
    const skips = iterations?.[position] > iterations?.[position - 1] + 1;
    const slow = performance.now() - this.moved > 1.2 * GLIDE;
    this.moved = performance.now();
    this.position = position;
    this.slider.show(position);
    const heading = headings?.[position] ?? "";
    set(this.slider.range, { "aria-valuetext": `${position}: ${heading || texts[position]}` });
    this.heading.show(heading);
    this.showFormulas(formulas?.[position]);
    this.showWords(texts[position], tables ? [tables[position]] : []);
    this.picture.show(position, {}, Boolean(glides?.[position] && next && slow && !skips));
    this.sayPoint();
    this.tell({ position }, rests ? 0 : 300);
  }

  /** Draw each row of formulas, one over the other: all have the room of the tallest. */
  setFormulas(formulas) {
    const drawn = this.library.get("formulas");
    const rows = new Map(formulas.map((names) => [`${names}`, names]));
    const draw = (names) => {
      const row = make("div", { class: "formula", "data-names": names });
      row.innerHTML = names.map((name) => drawn[name]).join("");
      return row;
    };
    this.formulas.replaceChildren(...[...rows.values()].map(draw));
  }

  showFormulas(names) {
    for (const row of this.formulas.children)
      row.classList.toggle("room", row.dataset.names !== `${names}`);
  }

  // ------------------------------------------------------------ Play

  playing(wanted) {
    if (!wanted && !this.timer) return;
    clearTimeout(this.timer);
    this.timer = 0;
    if (wanted) nameButton(this.play, "pause", "Pause");
    else nameButton(this.play, "play", "Play");
    if (wanted && this.position === this.last) this.go(0);
    if (wanted) this.playOn();
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
    this.playing(false);
    const [panel] = this.picture.panels;
    const { marks, limits, flat } = panel;
    panel.states = panel.states.map((state, j) => {
      const { drag, colour, kind, by } = marks[j];
      if (drag !== k && !(colour === k && kind === "line" && by?.map)) return state;
      const map = [...state.map];
      map[4] = inside(x, limits[0], limits[1]);
      if (!flat) map[5] = inside(y, limits[2], limits[3]);
      return { ...state, map };
    });
    this.picture.draw();
  }

  onDrop() {
    const [{ marks, flat, states }] = this.picture.panels;
    const means = states
      .filter((_, j) => marks[j].drag !== undefined)
      .map(({ map }) => [...map].slice(4, flat ? 5 : 6));
    clearTimeout(this.dropping);
    this.dropping = setTimeout(() => this.asker.ask({ means }), PAUSE);
  }
}
