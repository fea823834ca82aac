// What a canvas draws, under the SVG: points and images, of which SVG would be too slow.

import { format, formatShare, inside, make, paint, set, subscript } from "./base.js";
import { mixColours } from "./colours.js";

const FAR = 16; // pixels from a point, for the pointer to be on it
const APART = 14; // pixels between a point and what is said of it

/** The points of a panel: drawn, found by a pointer, and told of. */
export class Cloud {
  constructor(mark, panel) {
    this.mark = mark;
    this.panel = panel;
    this.hovered = -1;
    /** @type {any} how the points are now */
    this.state = { map: [1, 0, 0, 1, 0, 0], which: -1 };
    this.map = null; // of the spots
    /** @type {number[]} where the points are in pixels: x, y, x, y, … */
    this.spots = [];
    this.mixed = new Map(); // the looks of all points, by set of shares
    this.sprites = new Map(); // by look
    this.tip = make("div", { class: "tip hidden" });
    this.halo = make("svg:circle", { class: "halo hidden", r: 9 });
  }

  /** Forget what was made for another size or theme. */
  forget() {
    this.map = null;
    this.spots = [];
    this.mixed.clear();
    this.sprites.clear();
  }

  /** Draw the points; `kinds` are their looks where they are not those of their shares. */
  draw(pen, state) {
    this.state = state;
    if (state.map !== this.map) this.spots = this.panel.toPixels(this.mark.shape.values, state.map);
    this.map = state.map;
    const looks = state.kinds ?? this.looksOf(state.which);
    const sprites = new Map();
    for (const look of new Set(looks)) sprites.set(look, this.spriteOf(look, state.faint));
    for (let i = 0; 2 * i < this.spots.length; i++) {
      const { canvas, size } = sprites.get(looks[i]);
      const [x, y] = [this.spots[2 * i], this.spots[2 * i + 1]];
      pen.drawImage(canvas, x - size / 2, y - size / 2, size, size);
    }
    this.showTip();
  }

  /** Return each point's look: its colour of 15 bits, mixed, and the marker of its largest share. */
  looksOf(which) {
    const [n] = this.mark.shape.shape;
    if (!this.mark.shares || which < 0) return new Array(n).fill("hollow");
    if (this.mixed.has(which)) return this.mixed.get(which);
    const { palette, look } = this.panel.picture;
    const looks = Array.from({ length: n }, (_, i) => {
      const shares = this.sharesOf(i, which);
      const rgb = mixColours(shares, palette).map((each) => (each & 0xf8) | 4);
      const largest = shares.indexOf(Math.max(...shares));
      return `${rgb} ${look.order[largest % look.order.length]}`;
    });
    this.mixed.set(which, looks);
    return looks;
  }

  /** Return who answers for a point, and how much; none where nobody does yet. */
  sharesOf(index, which) {
    const { shares } = this.mark;
    if (!shares || which < 0) return [];
    const [, n, K] = shares.shape;
    return [...shares.values.subarray((which * n + index) * K, (which * n + index + 1) * K)];
  }

  /** Return a small picture of a marker: drawing it is quicker than a path for each point. */
  spriteOf(look, faint) {
    const key = `${look} ${faint}`;
    if (!this.sprites.has(key)) {
      const radius = (faint ? 0.62 : 1) * (this.mark.radius ?? 4);
      this.sprites.set(key, makeSprite(look, radius, faint ? 0.7 : 0.9, this.panel));
    }
    return this.sprites.get(key);
  }

  // ------------------------------------------------------------ a point, touched

  /** Let a pointer find points. */
  listen() {
    const { area, over, picture } = this.panel;
    area.append(this.tip);
    over.append(this.halo);
    const hover = (index) => {
      this.hovered = index;
      this.showTip();
    };
    area.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse") hover(this.nearest(event));
    });
    area.addEventListener("pointerleave", () => hover(-1));
    area.addEventListener("click", (event) => {
      if (event.target.closest?.(".handle:not(.still)")) return;
      const index = this.nearest(event);
      picture.markPoint(index === picture.point ? -1 : index);
      picture.hooks.onPoint?.(picture.point);
    });
  }

  /** Return the point under a pointer, or −1. */
  nearest(event) {
    const [x, y] = this.panel.pixel(event);
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
    const index = this.hovered >= 0 ? this.hovered : this.panel.picture.point;
    const shown = index >= 0 && 2 * index < this.spots.length;
    for (const each of [this.tip, this.halo]) each.classList.toggle("hidden", !shown);
    if (!shown) return;
    const [x, y] = [this.spots[2 * index], this.spots[2 * index + 1]];
    set(this.halo, { cx: x, cy: y });
    const bar = make("div", { class: "share-bar" });
    for (const [k, share] of this.sharesOf(index, this.state.which).entries())
      bar.append(make("i", { style: `width:${100 * share}%;background:${paint(k)}` }));
    this.tip.replaceChildren(this.describe(index), ...(bar.firstChild ? [bar] : []));
    const { width, height } = this.tip.getBoundingClientRect();
    const { left, top, size, scale } = this.panel; // the tip is outside the panel's own pixels
    const at = inside(scale * (left + x) - width / 2, 0, Math.max(scale * size[0] - width, 0));
    const above = scale * (top + y - APART) - height;
    const below = scale * (top + y + APART);
    set(this.tip, { style: `left:${at}px;top:${above > -20 ? above : below}px` });
  }

  /** Say where a point is and who answers for it. */
  describe(index) {
    const { shape, features, decimals } = this.mark;
    const [a, b, c, d, e, f] = this.state.map;
    const [x, y] = [shape.values[2 * index], shape.values[2 * index + 1]];
    const at = [a * x + b * y + e, c * x + d * y + f];
    const place = features.map((name, j) => `${name} = ${format(at[j], decimals[j])}`).join(", ");
    const shares = this.sharesOf(index, this.state.which);
    const said = shares.map((share, k) => `b${subscript(k + 1)} ${formatShare(share)}`);
    return shares.length ? `${place}: ${said.join(", ")}` : place;
  }
}

/** Draw a marker once. A look is its colour and its shape, or "hollow". */
function makeSprite(look, radius, globalAlpha, panel) {
  const {
    dark,
    look: { markers },
  } = panel.picture;
  const sharp = panel.sharp();
  const width = Math.ceil(sharp * (2 * radius + 4));
  const canvas = make("canvas", { width, height: width });
  const pen = canvas.getContext("2d");
  const [rgb, marker] = look === "hollow" ? [null, "o"] : look.split(" ");
  const shape = new Path2D(markers[marker]);
  const cross = marker === "x";
  const ink = dark ? "#ddd" : "#444";
  const pale = dark ? "#aaa" : "#666";
  pen.setTransform(sharp * radius, 0, 0, sharp * radius, width / 2, width / 2);
  Object.assign(pen, { globalAlpha, lineWidth: (rgb && !cross ? 0.5 : 1.2) / radius });
  pen.fillStyle = `rgb(${rgb})`;
  if (rgb) pen.fill(shape);
  pen.strokeStyle = cross ? pen.fillStyle : rgb ? ink : pale;
  pen.stroke(shape);
  return { canvas, size: width / sharp };
}

/** Return a function that draws an image in its box. */
export function makeImage(mark, panel) {
  let drawn = null;
  let wasDark = null;
  return (pen) => {
    const { dark } = panel.picture;
    if (dark !== wasDark) drawn = paintMatrix(mark.pixels, dark ? mark.ramp.dark : mark.ramp.light);
    wasDark = dark;
    const [left, right] = [panel.px(mark.box[0]), panel.px(mark.box[1])];
    const [bottom, top] = [panel.py(mark.box[2]), panel.py(mark.box[3])];
    pen.drawImage(drawn, left, top, right - left, bottom - top);
  };
}

/** Return a picture of a matrix, its first row at the bottom, between two colours. */
function paintMatrix({ values, shape: [rows, columns] }, [low, high]) {
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
