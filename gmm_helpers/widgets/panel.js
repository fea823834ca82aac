// One panel of a scene: which limits it shows, where its data lie in pixels, and its marks. The
// pixels are its own: where the text around it is larger, so are they, and with them all it draws.

import { makeAxes, measureAxes } from "./axes.js";
import { inside, make, set } from "./base.js";
import { makeButton } from "./controls.js";
import { makeMark } from "./marks.js";
import { Cloud, makeImage } from "./points.js";

const TOP = 10; // pixels above the plot, and to the right of it
const LEAST = 40; // pixels that a plot is wide and tall, at least

export class Panel {
  constructor(picture, spec, viewIndex) {
    this.picture = picture;
    this.spec = spec;
    this.marks = spec.marks;
    /** @type {any[]} how each mark is now */
    this.states = [];
    this.flat = this.marks.some(({ kind }) => kind === "sum"); // of one dimension: y is a density
    this.viewIndex = Math.min(viewIndex, spec.views.length - 1);
    /** @type {number[]} of the view that is shown */
    this.limits = [];
    this.left = this.w = this.h = 0; // pixels
    this.top = TOP;
    this.sx = this.sy = 0; // pixels for a unit of the data
    this.scale = 1;
    /** @type {[number, number, number]} width, height and scale that it was laid out for */
    this.size = [0, 0, 0];
    this.makeElements();
    const points = this.marks.find(({ kind }) => kind === "points");
    this.cloud = points && new Cloud(points, this);
    this.drawSvg = this.marks.map((mark) => makeMark(mark, this));
    this.drawCanvas = this.marks.map((mark) => this.onCanvas(mark));
    this.cloud?.listen();
  }

  makeElements() {
    const { title, button } = this.spec;
    this.canvas = make("canvas");
    this.axes = make("svg:g", { "aria-hidden": "true" });
    this.plot = make("svg:svg", { overflow: "hidden", "aria-hidden": "true" });
    this.over = make("svg:svg", { overflow: "visible" }); // numbers may stand on the edge
    this.svg = make("svg:svg", {}, this.axes, this.plot, this.over);
    this.title = make("div", { class: "panel-title" }, make("span", {}, title));
    this.area = make("div", { class: "panel-area" }, this.canvas, this.svg);
    this.element = make("div", { class: "panel" }, this.title, this.area);
    if (!button) return;
    const toggle = makeButton(button[this.viewIndex], () => {
      this.setView(1 - this.viewIndex);
      toggle.textContent = button[this.viewIndex];
    });
    this.title.append(toggle);
  }

  /** Return what draws a mark on the canvas, or nothing where SVG draws it. */
  onCanvas(mark) {
    if (mark.kind === "points") return (pen, state) => this.cloud.draw(pen, state);
    return mark.kind === "image" ? makeImage(mark, this) : undefined;
  }

  /** Show other limits. */
  setView(index) {
    this.viewIndex = index;
    if (this.w) this.layOut(...this.size);
    this.picture.draw();
  }

  // ------------------------------------------------------------ sizes

  /** Take a size; `scale` is how many pixels of the page are one of the panel. */
  layOut(width, height, scale) {
    const view = this.spec.views[this.viewIndex];
    const { left, bottom } = measureAxes(this.spec, view);
    const [x0, x1, y0, y1] = view.limits;
    let w = Math.max(width - left - TOP, LEAST);
    let h = Math.max(height - bottom - TOP, LEAST);
    if (this.spec.equal) {
      const ratio = (y1 - y0) / (x1 - x0);
      if (w * ratio > h) w = h / ratio;
      h = w * ratio;
    }
    const [sx, sy] = [w / (x1 - x0), h / (y1 - y0)];
    const size = [width, height, scale];
    Object.assign(this, { size, limits: view.limits, left, w, h, scale, sx, sy });
    this.resize(width, h + bottom + TOP);
    this.axes.replaceChildren(...makeAxes(this));
    this.cloud?.forget();
  }

  resize(width, height) {
    const box = { width: this.scale * width, height: this.scale * height };
    this.element.style.width = `${box.width}px`;
    this.area.style.height = `${box.height}px`;
    set(this.svg, { ...box, viewBox: `0 0 ${width} ${height}` });
    const place = { x: this.left, y: TOP, width: this.w, height: this.h };
    for (const plot of [this.plot, this.over]) set(plot, place);
    const sharp = this.sharp();
    const pixels = { width: Math.round(width * sharp), height: Math.round(height * sharp) };
    set(this.canvas, { ...pixels, style: `width:${box.width}px;height:${box.height}px` });
  }

  /** Return how many dots of the screen are a pixel. */
  sharp() {
    return this.scale * devicePixelRatio;
  }

  /** Return where a place of the data lies in the plot, in pixels. */
  px(x) {
    return near((x - this.limits[0]) * this.sx);
  }

  py(y) {
    return near(this.h - (y - this.limits[2]) * this.sy);
  }

  /** Return where places lie once a map has moved them: x, y, x, y, … in pixels. */
  toPixels(places, [a, b, c, d, e, f]) {
    const pixels = [];
    for (let i = 0; i < places.length; i += 2) {
      const [x, y] = [places[i], places[i + 1]];
      pixels.push(this.px(a * x + b * y + e), this.py(c * x + d * y + f));
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

  // ------------------------------------------------------------ drawing

  /** Draw each mark as it is now; while shapes glide, the canvas stays as it is. */
  draw(states, onlyShapes) {
    this.states = states;
    for (const [i, draw] of this.drawSvg.entries()) draw?.(states[i]);
    if (onlyShapes || !this.drawCanvas.some(Boolean)) return;
    const sharp = this.sharp();
    const pen = this.canvas.getContext("2d");
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    pen.save();
    pen.setTransform(sharp, 0, 0, sharp, sharp * this.left, sharp * TOP);
    pen.beginPath();
    pen.rect(0, 0, this.w, this.h);
    pen.clip();
    for (const [i, draw] of this.drawCanvas.entries()) draw?.(pen, states[i]);
    pen.restore();
  }
}

/** Keep a number of pixels where browsers can still draw it; what is no number stays none. */
const near = (value) => inside(value, -1e5, 1e5);
