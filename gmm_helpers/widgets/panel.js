// Draws one panel of a scene: SVG, over a canvas for points and images, which SVG draws too slowly.

import { format, formatShare, make, set, subscript } from "./base.js";
import { mixColours } from "./colours.js";

const FAR = 16; // pixels from a point, for the pointer to be on it
const NAMED = {
  ink: "var(--gmm-ink)",
  grey: "var(--gmm-grey)",
  pale: "var(--gmm-pale)",
  mark: "var(--gmm-mark)",
};
export const IDENTITY = [1, 0, 0, 1, 0, 0];

/** Return a colour for a style: a component's, or a name's. */
const paint = (colour) => NAMED[colour] ?? `var(--gmm-${colour % 6})`;

export class Panel {
  constructor(picture, spec, viewIndex) {
    this.picture = picture;
    this.spec = spec;
    this.marks = spec.marks;
    /** @type {any[]} what each mark is now */
    this.states = [];
    /** @type {number[]} of the view that is shown */
    this.limits = [];
    this.left = this.top = this.w = this.h = this.text = 0; // pixels
    this.sx = this.sy = 0; // pixels for a unit of the data
    /** @type {[number, number, number]} width, height and letters that it was laid out for */
    this.size = [0, 0, 0];
    this.hovered = -1; // a point
    this.mixed = new Map(); // the looks of all points, by set of shares
    this.canvas = make("canvas");
    this.svg = make("svg:svg");
    this.axes = make("svg:g", { "aria-hidden": "true" });
    this.plot = make("svg:svg", { overflow: "hidden", "aria-hidden": "true" });
    this.over = make("svg:svg", { overflow: "visible" }); // numbers may stand on the edge
    this.svg.append(this.axes, this.plot, this.over);
    this.title = make("div", { class: "panel-title" }, make("span", {}, spec.title));
    this.area = make("div", { class: "panel-area" }, this.canvas, this.svg);
    this.element = make("div", { class: "panel" }, this.title, this.area);
    this.viewIndex = Math.min(viewIndex, spec.views.length - 1);
    this.elements = this.marks.map((mark) => this.makeMark(mark));
    if (spec.button) this.addButton();
    this.points = this.marks.findIndex(({ kind }) => kind === "points");
    if (this.points >= 0) this.addTip();
  }

  addButton() {
    const button = make("button", { type: "button" });
    const name = () => {
      button.textContent = this.spec.button[this.viewIndex];
    };
    button.onclick = () => {
      this.setView(1 - this.viewIndex);
      name();
    };
    name();
    this.title.append(button);
  }

  /** Show other limits. */
  setView(index) {
    this.viewIndex = index;
    if (this.w) this.layOut(...this.size);
    this.picture.draw();
  }

  layOut(width, height, text) {
    this.size = [width, height, text];
    const { limits, x: xTicks, y: yTicks } = this.spec.views[this.viewIndex];
    const letters = Math.max(
      0,
      ...this.spec.views.flatMap(({ y }) => y.map(([, label]) => label.length)),
    );
    const left = Math.ceil(text * (0.58 * letters + (this.spec.labels[1] ? 1.5 : 0)) + 12);
    const bottom = text * ((xTicks.length ? 1.5 : 0.2) + (this.spec.labels[0] ? 1.2 : 0)) + 4;
    let w = Math.max(width - left - 10, 40);
    let h = Math.max(height - bottom - 10, 40);
    if (this.spec.equal) {
      const ratio = (limits[3] - limits[2]) / (limits[1] - limits[0]);
      if (w * ratio > h) w = h / ratio;
      h = w * ratio;
    }
    this.left = left;
    this.top = 10;
    this.w = w;
    this.h = h;
    this.text = text;
    this.limits = limits;
    const total = h + bottom + 10;
    this.element.style.width = `${width}px`;
    this.area.style.height = `${total}px`;
    set(this.svg, { width, height: total, viewBox: `0 0 ${width} ${total}` });
    for (const plot of [this.plot, this.over]) set(plot, { x: left, y: 10, width: w, height: h });
    const sharp = devicePixelRatio || 1;
    Object.assign(this.canvas, {
      width: Math.round(width * sharp),
      height: Math.round(total * sharp),
    });
    set(this.canvas, { style: `width:${width}px;height:${total}px` });
    this.sx = w / (limits[1] - limits[0]);
    this.sy = h / (limits[3] - limits[2]);
    this.drawAxes(xTicks, yTicks);
    this.forget();
  }

  /** Return where a place of the data lies in the plot, in pixels; what is far away stays near. */
  px(x) {
    return clamp((x - this.limits[0]) * this.sx);
  }

  py(y) {
    return clamp(this.h - (y - this.limits[2]) * this.sy);
  }

  /** Return where a pointer is in the plot, in pixels. (An inner SVG's own box is its content's.) */
  pixel(event) {
    const box = this.area.getBoundingClientRect();
    return [event.clientX - box.left - this.left, event.clientY - box.top - this.top];
  }

  /** Return which place of the data lies under a pointer. */
  place(event) {
    const [x, y] = this.pixel(event);
    return [this.limits[0] + x / this.sx, this.limits[2] + (this.h - y) / this.sy];
  }

  drawAxes(xTicks, yTicks) {
    const { left, top, w, h, text } = this;
    const bottom = top + h;
    const parts = [
      make("svg:path", { class: "spine", d: `M${left} ${top}V${bottom}H${left + w}` }),
    ];
    const write = (x, y, label, anchor, more = {}) =>
      parts.push(make("svg:text", { x, y, "text-anchor": anchor, ...more }, label));
    const widest = Math.max(0, ...xTicks.map(([, label]) => label.length)) * text * 0.62 + 6;
    const between = xTicks.length > 1 ? (xTicks[1][0] - xTicks[0][0]) * this.sx : w;
    const every = Math.max(1, Math.ceil(widest / between));
    xTicks.forEach(([value, label], i) => {
      const x = left + this.px(value);
      if (i % every || x > left + w + 1 || x < left - 1) return;
      parts.push(make("svg:path", { class: "spine", d: `M${x} ${bottom}v5` }));
      write(x, bottom + 6 + text, label, "middle");
    });
    const rows = yTicks.length > 1 ? (yTicks[1][0] - yTicks[0][0]) * this.sy : h;
    const each = Math.max(1, Math.ceil((1.3 * text) / rows));
    yTicks.forEach(([value, label], i) => {
      const y = top + this.py(value);
      if (i % each || y > bottom + 1 || y < top - 1) return;
      parts.push(make("svg:path", { class: "spine", d: `M${left} ${y}h-5` }));
      write(left - 8, y + 0.35 * text, label, "end");
    });
    const [xLabel, yLabel] = this.spec.labels;
    if (xLabel) write(left + w / 2, bottom + 8 + 2.1 * text, xLabel, "middle");
    const turned = `translate(${text} ${top + h / 2}) rotate(-90)`;
    if (yLabel) write(0, 0, yLabel, "middle", { transform: turned });
    this.axes.replaceChildren(...parts);
  }

  /** Make what SVG draws of a mark. */
  makeMark(mark) {
    const add = (name, attributes, layer = this.plot) =>
      layer.appendChild(make(`svg:${name}`, attributes));
    const colour = paint(mark.colour);
    const dash = mark.dash?.length ? mark.dash.map((each) => each * mark.width).join(" ") : "none";
    const stroke = `stroke:${colour};stroke-width:${mark.width ?? 2};stroke-dasharray:${dash}`;
    switch (mark.kind) {
      case "line":
      case "sum": {
        const filled = mark.fill ? `fill:${colour};stroke:none` : stroke;
        const path = add("path", { class: mark.fill ? "fill" : "line", style: filled });
        const dotted = `stroke:${colour};stroke-width:${2 * mark.dots}`;
        return { path, dots: mark.dots && add("path", { class: "dots", style: dotted }) };
      }
      case "area":
      case "bars":
        return { path: add("path", { class: mark.kind, style: `fill:${colour}` }) };
      case "marker": {
        const open = mark.marker === "x" || mark.open;
        const style = open ? `fill:none;stroke:${colour}` : `fill:${colour}`;
        return {
          path: add(
            "path",
            { class: `marker ${mark.marker}`, style, d: this.picture.look.markers[mark.marker] },
            this.over,
          ),
        };
      }
      case "label":
        return this.makeLabel(mark, colour);
      default:
        return {};
    }
  }

  makeLabel(mark, colour) {
    const group = make("svg:g", { class: "label" });
    if (mark.ring) group.append(make("svg:circle", { r: 11, style: `stroke:${colour}` }));
    const text = make("svg:text", {
      "text-anchor": mark.ring ? "middle" : (mark.anchor ?? "start"),
      y: "0.35em",
    });
    group.append(text);
    this.over.append(group);
    if (mark.drag !== undefined && this.picture.hooks.onDrag) this.makeDraggable(group, mark);
    else group.setAttribute("aria-hidden", "true");
    return { group, label: text };
  }

  /** Let a pointer and the arrow keys move a mark: the hooks hear where to. */
  makeDraggable(handle, mark) {
    const { hooks } = this.picture;
    const name = mark.name ?? `Mean of component ${Number(mark.drag) + 1}`;
    handle.classList.add("handle");
    handle.prepend(make("svg:circle", { class: "grip", r: 18 })); // for a finger
    set(handle, { role: "slider", "aria-label": name });
    handle.addEventListener("pointerdown", (event) => {
      if (handle.classList.contains("still")) return;
      event.preventDefault();
      handle.setPointerCapture(event.pointerId);
      handle.focus({ preventScroll: true });
      const { map } = this.states[this.marks.indexOf(mark)];
      const [x, y] = this.place(event).map((each, j) => map[4 + j] - each);
      const move = (each) =>
        hooks.onDrag(mark.drag, [this.place(each)[0] + x, this.place(each)[1] + y], this);
      const end = () => {
        handle.removeEventListener("pointermove", move);
        handle.removeEventListener("pointercancel", end);
        hooks.onDrop?.(mark.drag);
      };
      handle.addEventListener("pointermove", move);
      handle.addEventListener("pointerup", end, { once: true });
      handle.addEventListener("pointercancel", end);
    });
    handle.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
      const step = steps[event.key];
      if (handle.classList.contains("still") || !step || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const [, , , , x, y] = this.states[this.marks.indexOf(mark)].map;
      const far = event.shiftKey ? 0.05 : 0.01;
      const [x0, x1, y0, y1] = this.limits;
      hooks.onDrag(mark.drag, [x + step[0] * far * (x1 - x0), y + step[1] * far * (y1 - y0)], this);
      hooks.onDrop?.(mark.drag);
    });
  }

  draw(states, onlyShapes) {
    this.states = states;
    let canvas = false;
    this.marks.forEach((mark, i) => {
      const state = states[i];
      if (mark.kind === "points" || mark.kind === "image") canvas = true;
      else this.drawMark(mark, state, this.elements[i]);
    });
    if (canvas && !onlyShapes) this.drawCanvas(states);
  }

  drawMark(mark, state, { path, dots, group, label }) {
    for (const each of [path, dots, group]) {
      each?.classList.toggle("faint", Boolean(state.faint));
      each?.classList.toggle("hidden", Boolean(state.hidden));
    }
    if (state.hidden) return;
    const { map } = state;
    if (mark.kind === "marker" || mark.kind === "label") {
      const at = `translate(${this.px(map[4])} ${this.py(map[5]) - (mark.lift ?? 0)})`;
      if (path) path.setAttribute("transform", `${at} scale(${mark.radius})`);
      else {
        group.setAttribute("transform", at);
        label.textContent = state.text;
        const still = mark.drag !== undefined && this.picture.hooks.canDrag?.(mark.drag) === false;
        group.classList.toggle("still", still);
        if (group.hasAttribute("role")) {
          const mute = still || mark.keys === false; // then a slider does the same
          const said = { "aria-valuenow": map[4], "aria-valuetext": this.sayPlace(map) };
          set(group, { tabindex: mute ? -1 : 0, "aria-hidden": mute, ...said });
        }
      }
      return;
    }
    if (mark.kind === "bars") return path.setAttribute("d", this.barsPath(mark, state));
    const points = mark.kind === "sum" ? this.sumOf(mark.of) : this.pointsOf(mark, state);
    let line = toPath(points);
    if (mark.fill || mark.kind === "area") line = `${line}V${this.py(0)}H${points[0]}z`;
    if (mark.kind === "area") line = `${toPath(points)}z`;
    path.setAttribute("d", points.length ? line + (mark.close ? "z" : "") : "");
    dots?.setAttribute("d", toDots(points));
  }

  /** Say where a handle is. */
  sayPlace(map) {
    const decimals = (span) => Math.max(0, 2 - Math.floor(Math.log10(span)));
    const [x0, x1, y0, y1] = this.limits;
    const texts = [format(map[4], decimals(x1 - x0)), format(map[5], decimals(y1 - y0))];
    return this.spec.marks.some(({ kind }) => kind === "sum") ? texts[0] : texts.join(", ");
  }

  /** Return the points of a shape in its place, in pixels: x, y, x, y, … */
  pointsOf(mark, { map: [a, b, c, d, e, f], which, until }) {
    const { values, shape } = mark.shape;
    const size = shape.at(-2);
    const start = shape.length > 2 ? 2 * size * which : 0;
    const count = Math.min(size, until);
    const points = [];
    for (let i = start; i < start + 2 * count; i += 2) {
      const [x, y] = [values[i], values[i + 1]];
      points.push(this.px(a * x + b * y + e), this.py(c * x + d * y + f));
    }
    if (mark.extend) {
      points.unshift(-5, points[1]);
      points.push(this.w + 5, points.at(-1));
    }
    return points;
  }

  /** Return the sum of lines whose points go from left to right, in pixels. */
  sumOf(indices) {
    const lines = indices.map((i) => this.pointsOf(this.marks[i], this.states[i]));
    const xs = [];
    for (const line of lines)
      for (let i = 0; i < line.length; i += 2)
        if (line[i] >= -5 && line[i] <= this.w + 5) xs.push(line[i]);
    xs.sort((a, b) => a - b);
    const places = lines.map(() => 0);
    const ground = this.py(0);
    const points = [];
    let last = -Infinity;
    for (const x of xs) {
      if (x - last < 0.3) continue;
      last = x;
      let up = 0;
      lines.forEach((line, j) => {
        let i = places[j];
        while (i + 3 < line.length && line[i + 2] < x) i += 2;
        places[j] = i;
        const [x0, y0, x1, y1] = [
          line[i],
          line[i + 1],
          line[i + 2] ?? line[i],
          line[i + 3] ?? line[i + 1],
        ];
        const share = x1 > x0 ? Math.min(Math.max((x - x0) / (x1 - x0), 0), 1) : 0;
        up += ground - (y0 + share * (y1 - y0));
      });
      points.push(x, clamp(ground - up));
    }
    return points;
  }

  barsPath(mark, { which }) {
    const { values, shape } = mark.shape;
    const size = 4 * shape.at(-2);
    const start = shape.length > 2 ? size * which : 0;
    let path = "";
    for (let i = start; i < start + size; i += 4) {
      const [x0, x1] = [this.px(values[i]), this.px(values[i + 1])];
      const [y0, y1] = [this.py(values[i + 2]), this.py(values[i + 3])];
      if (y0 !== y1)
        path += `M${round(x0)} ${round(y0)}V${round(y1)}H${round(Math.max(x1 - 1, x0 + 0.5))}V${round(y0)}z`;
    }
    return path;
  }

  /** Forget what was made for another size or theme. */
  forget() {
    this.spots = null;
    this.mixed = new Map();
    this.image = null;
  }

  drawCanvas(states) {
    const sharp = devicePixelRatio || 1;
    const pen = this.canvas.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    pen.save();
    pen.beginPath();
    pen.rect(this.left * sharp, this.top * sharp, this.w * sharp, this.h * sharp);
    pen.clip();
    this.marks.forEach((mark, i) => {
      if (mark.kind === "image") this.drawImage(pen, mark, sharp);
      if (mark.kind === "points") this.drawPoints(pen, mark, states[i], sharp);
    });
    pen.restore();
  }

  drawImage(pen, mark, sharp) {
    this.image ??= makeImage(mark, this.picture.dark);
    const [x0, x1, y0, y1] = mark.box;
    const [left, right] = [this.px(x0), this.px(x1)];
    const [top, bottom] = [this.py(y1), this.py(y0)];
    const place = [this.left + left, this.top + top, right - left, bottom - top];
    pen.drawImage(
      this.image,
      .../** @type {[number, number, number, number]} */ (place.map((each) => each * sharp)),
    );
  }

  drawPoints(pen, mark, { which, faint, kinds, map }, sharp) {
    const { values } = mark.shape;
    const moved = map !== IDENTITY;
    const [a, b, c, d, e, f] = map;
    if (!this.spots || moved) {
      this.spots = new Float64Array(values.length);
      for (let i = 0; i < values.length; i += 2) {
        this.spots[i] = this.px(a * values[i] + b * values[i + 1] + e);
        this.spots[i + 1] = this.py(c * values[i] + d * values[i + 1] + f);
      }
    }
    const { spots } = this;
    const looks = kinds ?? this.looksOf(mark, which);
    const radius = (faint ? 0.62 : 1) * (mark.radius ?? 4);
    const sprites = new Map();
    for (const look of new Set(looks))
      sprites.set(look, this.picture.sprite(look, radius, faint, sharp));
    for (let i = 0; 2 * i < spots.length; i++) {
      const sprite = sprites.get(looks[i]);
      const half = sprite.width / 2;
      pen.drawImage(
        sprite,
        (this.left + spots[2 * i]) * sharp - half,
        (this.top + spots[2 * i + 1]) * sharp - half,
      );
    }
    this.shares = which >= 0 && mark.shares ? { which, mark } : null;
    this.showTip();
  }

  /** Return for each point its colour of 15 bits and its marker: the mixed one, and the largest's. */
  looksOf(mark, which) {
    if (!mark.shares || which < 0) return new Array(mark.shape.shape[0]).fill("hollow");
    if (this.mixed.has(which)) return this.mixed.get(which);
    const [, n, K] = mark.shares.shape;
    const { values } = mark.shares;
    const { palette, look } = this.picture;
    const looks = [];
    for (let i = 0; i < n; i++) {
      const start = (which * n + i) * K;
      const shares = Array.from({ length: K }, (_, k) => values[start + k]);
      const rgb = mixColours(shares, palette).map((each) => (each & 0xf8) | 4);
      const largest = shares.indexOf(Math.max(...shares));
      looks.push(`${rgb} ${look.order[largest % look.order.length]}`);
    }
    this.mixed.set(which, looks);
    return looks;
  }

  // ------------------------------------------------------------ a point, touched

  addTip() {
    this.tip = make("div", { class: "tip hidden" });
    this.area.append(this.tip);
    this.halo = this.over.appendChild(make("svg:circle", { class: "halo hidden", r: 9 }));
    const { hooks } = this.picture;
    const find = (event) => this.nearest(event);
    this.area.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse") this.hover(find(event));
    });
    this.area.addEventListener("pointerleave", () => this.hover(-1));
    this.area.addEventListener("click", (event) => {
      if (event.target.closest?.(".handle:not(.still)")) return;
      const index = find(event);
      this.picture.markPoint(index === this.picture.point ? -1 : index);
      hooks.onPoint?.(this.picture.point);
    });
  }

  hover(index) {
    this.hovered = index;
    this.showTip();
  }

  nearest(event) {
    if (!this.spots) return -1;
    const [x, y] = this.pixel(event);
    let best = -1;
    let least = FAR * FAR;
    for (let i = 0; 2 * i < this.spots.length; i++) {
      const far = (this.spots[2 * i] - x) ** 2 + (this.spots[2 * i + 1] - y) ** 2;
      if (far < least) [best, least] = [i, far];
    }
    return best;
  }

  /** Show what is known of the point that is hovered or marked. */
  showTip() {
    const { spots } = this;
    const { point } = this.picture;
    const index = this.hovered >= 0 ? this.hovered : point;
    const mark = this.marks[this.points];
    const shown = index >= 0 && index < mark.shape.shape[0] && spots;
    for (const each of [this.tip, this.halo]) each.classList.toggle("hidden", !shown);
    if (!shown) return;
    const [x, y] = [spots[2 * index], spots[2 * index + 1]];
    set(this.halo, { cx: x, cy: y });
    const { words, shares } = this.describe(index);
    const bar = make("div", { class: "share-bar" });
    for (const [k, share] of shares.entries())
      bar.append(make("i", { style: `width:${100 * share}%;background:${paint(k)}` }));
    this.tip.replaceChildren(words, ...(shares.length ? [bar] : []));
    const { width, height } = this.tip.getBoundingClientRect();
    const left = Math.min(
      Math.max(this.left + x - width / 2, 0),
      Math.max(this.size[0] - width, 0),
    );
    const above = this.top + y - height - 14;
    set(this.tip, { style: `left:${left}px;top:${above > -20 ? above : this.top + y + 14}px` });
  }

  /** Say where a point is and who answers for it. */
  describe(index) {
    const mark = this.marks[this.points];
    const { values } = mark.shape;
    const [a, b, c, d, e, f] = this.states[this.points].map;
    const [x, y] = [values[2 * index], values[2 * index + 1]];
    const at = [a * x + b * y + e, c * x + d * y + f];
    const place = mark.features.map((name, j) => `${name} = ${format(at[j], mark.decimals[j])}`);
    if (!this.shares) return { words: place.join(", "), shares: [] };
    const [, n, K] = mark.shares.shape;
    const start = (this.shares.which * n + index) * K;
    const shares = Array.from({ length: K }, (_, k) => mark.shares.values[start + k]);
    const said = shares.map((share, k) => `b${subscript(k + 1)} ${formatShare(share)}`);
    return { words: `${place.join(", ")}: ${said.join(", ")}`, shares };
  }
}

/** Keep a number of pixels where browsers can still draw it; what is no number lifts the pen. */
const clamp = (value) => Math.min(Math.max(value, -1e5), 1e5);
const round = (value) => Math.round(10 * value) / 10;

function toPath(points) {
  let path = "";
  let pen = "M";
  for (let i = 0; i < points.length; i += 2) {
    if (Number.isNaN(points[i] + points[i + 1])) pen = "M";
    else {
      path += `${pen}${round(points[i])} ${round(points[i + 1])}`;
      pen = "L";
    }
  }
  return path;
}

function toDots(points) {
  let path = "";
  for (let i = 0; i < points.length; i += 2)
    if (!Number.isNaN(points[i] + points[i + 1]))
      path += `M${round(points[i])} ${round(points[i + 1])}h0`;
  return path;
}

/** Return a picture of a matrix, its first row at the bottom, between the theme's two colours. */
function makeImage({ pixels: { values, shape }, ramp }, dark) {
  const [rows, columns] = shape;
  const [low, high] = dark ? ramp.dark : ramp.light;
  const canvas = make("canvas", { width: columns, height: rows });
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    const at = 4 * ((rows - 1 - Math.floor(i / columns)) * columns + (i % columns));
    const colour = low.map((from, c) => from + values[i] * (high[c] - from));
    image.data.set([...colour, 255], at);
  }
  pen.putImageData(image, 0, 0);
  return canvas;
}
