// One panel of a scene: which limits it shows, where its data lie in pixels, and its marks. The
// pixels are its own: where the text around it is larger, so are they, and with them all it draws.

import { makeAxes, measureAxes } from "./axes.js";
import { inside, make, move, set } from "./base.js";
import { makeButton } from "./controls.js";
import { makeMark } from "./marks.js";

const TOP = 13; // pixels above the plot, and to the right of it: a ring on its edge is not cut
const LEAST = 40; // pixels that a plot is wide and tall, at least
const STAY = [1, 0, 0, 1, 0, 0]; // a map that leaves all where it is

export class Panel {
  constructor(picture, spec, viewIndex) {
    this.picture = picture;
    this.spec = spec;
    this.marks = spec.marks;
    this.view = spec.views[viewIndex] ?? spec.views[0];
    this.flat = this.marks.some(({ kind }) => kind === "sum"); // of one dimension: y is a density
    /** @type {any} the points, where there are any */
    this.cloud = undefined;
    /** @type {any[]} how each mark is now */
    this.states = [];
    this.width = this.tall = this.left = this.w = this.h = 0; // pixels
    this.top = TOP;
    this.sx = this.sy = 0; // pixels for a unit of the data
    this.scale = 1; // pixels of the page for one of the panel
    this.axes = make("svg:g", { "aria-hidden": "true" });
    this.plot = make("svg:svg", { overflow: "hidden", "aria-hidden": "true" });
    this.over = make("svg:svg", { overflow: "visible" }); // numbers may stand on the edge
    this.svg = make("svg:svg", {}, this.axes, this.plot, this.over);
    this.title = make("div", { class: "panel-title" }, make("span", {}, spec.title));
    this.area = make("div", { class: "panel-area" }, this.svg);
    this.element = make("div", { class: "panel" }, this.title, this.area);
    if (spec.button) this.addToggle(spec.button);
    this.draws = this.marks.map((mark) => makeMark(mark, this));
  }

  /** The limits that are shown: from, to, from, to. */
  get limits() {
    return this.view.limits;
  }

  get viewIndex() {
    return this.spec.views.indexOf(this.view);
  }

  /** Add a button that shows the other view. */
  addToggle(labels) {
    const toggle = makeButton(labels[this.viewIndex], () => {
      this.setView(1 - this.viewIndex);
      toggle.textContent = labels[this.viewIndex];
    });
    this.title.append(toggle);
  }

  /** Show other limits. */
  setView(index) {
    if (index === this.viewIndex) return;
    this.view = this.spec.views[index];
    this.picture.layOut();
  }

  /** Take a width and a height, and how many pixels of the page are one of these. */
  layOut(width, height, scale) {
    const { left, bottom } = measureAxes(this.spec, this.view);
    const [x0, x1, y0, y1] = this.limits;
    let w = Math.max(width - left - TOP, LEAST);
    let h = Math.max(height - bottom - TOP, LEAST);
    if (this.spec.equal) {
      const ratio = (y1 - y0) / (x1 - x0);
      [w, h] = [Math.min(w, h / ratio), Math.min(h, w * ratio)];
    }
    const tall = TOP + h + bottom;
    Object.assign(this, { width, tall, scale, left, w, h, sx: w / (x1 - x0), sy: h / (y1 - y0) });
    set(this.element, { style: `width:${scale * width}px` });
    set(this.area, { style: `aspect-ratio:${width}/${tall}` }); // also where paper is narrower
    set(this.svg, { viewBox: `0 0 ${width} ${tall}` });
    for (const plot of [this.plot, this.over]) set(plot, { x: left, y: TOP, width: w, height: h });
    this.axes.replaceChildren(...makeAxes(this));
  }

  /** Return where a place of the data lies in the plot, in pixels. */
  px(x) {
    return near((x - this.limits[0]) * this.sx);
  }

  py(y) {
    return near(this.h - (y - this.limits[2]) * this.sy);
  }

  /** Return where places, x, y, x, y, …, lie once a map has moved them: pairs, in pixels. */
  toPixels(places, map = STAY) {
    const pixels = [];
    for (let i = 0; i < places.length; i += 2) {
      const [x, y] = move(map, places[i], places[i + 1]);
      pixels.push([this.px(x), this.py(y)]);
    }
    return pixels;
  }

  /** Return where a pointer is in the plot, in pixels. (An inner SVG's own box is its content's.) */
  pixel(event) {
    const box = this.area.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    return [x / this.scale - this.left, y / this.scale - TOP];
  }

  /** Return which place of the data lies under a pointer. */
  place(event) {
    const [x, y] = this.pixel(event);
    return [this.limits[0] + x / this.sx, this.limits[2] + (this.h - y) / this.sy];
  }

  /** Let each mark be as it is at a position, but for some changes by its id. */
  setStates(position, changes) {
    this.states = this.marks.map(({ id, map = STAY, text, by = {} }) => {
      const state = { map, text, which: 0, until: Infinity };
      for (const [name, each] of Object.entries(by))
        state[name] =
          name === "map" ? each.values.subarray(6 * position, 6 * position + 6) : each[position];
      return { ...state, ...changes[id] };
    });
  }

  /** Draw each mark as it is now. */
  draw() {
    for (const [i, state] of this.states.entries()) this.draws[i](state);
  }
}

/** Round pixels, and keep them where browsers can draw them; what is no number stays none. */
const near = (pixels) => Math.round(10 * inside(pixels, -1e5, 1e5)) / 10;
