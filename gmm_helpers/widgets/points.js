// The points, which a canvas draws, under the SVG: SVG would be too slow.

import { format, inside, make, move, paint, set, strokeOf } from "./base.js";

const FAR = 16; // pixels from a point, for the pointer to be on it
const APART = 14; // pixels between a point and what is said of it
const SHADES = 32; // steps of a share, as far as colours go
const HOLLOW = "o ";

/** Let a panel have points; return what draws them. */
export function makePoints(mark, panel) {
  panel.cloud = new Cloud(mark, panel);
  return (state) => panel.cloud.draw(state);
}

/** The points of a panel: drawn, found by a pointer, and told of. */
class Cloud {
  constructor(mark, panel) {
    this.mark = mark;
    this.panel = panel;
    this.hovered = -1;
    /** @type {number[][]} where the points are, in pixels */
    this.spots = [];
    this.canvas = make("canvas");
    this.pen = this.canvas.getContext("2d");
    this.looks = new Map(); // of all points, by set of shares
    this.brushes = new Map(); // by theme and look
    this.tip = make("div", { class: "tip hidden" });
    const ring = { class: "halo hidden", r: 9, style: strokeOf({ colour: "ink" }) };
    this.halo = make("svg:circle", ring);
    this.listen();
  }

  /** How the points are now, whether or not there is a width yet to draw them in. */
  get state() {
    return this.panel.states[this.panel.marks.indexOf(this.mark)];
  }

  /** Draw the points; `looks` are theirs where these are not of their shares. */
  draw(state) {
    const { pen } = this;
    this.clear();
    this.spots = this.panel.toPixels(this.mark.shape.values, state.map);
    const looks = state.looks ?? this.looksOf(state.which);
    for (const [i, [x, y]] of this.spots.entries()) {
      const { shape, style } = this.brushOf(looks[i], state.faint);
      Object.assign(pen, style);
      pen.translate(x, y);
      if (style.fillStyle) pen.fill(shape);
      pen.stroke(shape);
      pen.translate(-x, -y);
    }
    this.showTip();
  }

  /** Clear the canvas, by setting its size; the pen then draws in the plot, in its own pixels. */
  clear() {
    const { width, tall, left, top, w, h, scale } = this.panel;
    const sharp = scale * devicePixelRatio;
    set(this.canvas, { width: Math.round(sharp * width), height: Math.round(sharp * tall) });
    this.pen.setTransform(sharp, 0, 0, sharp, sharp * left, sharp * top);
    this.pen.rect(0, 0, w, h);
    this.pen.clip();
  }

  /** Return what paints a look: its marker's shape, and the pen's style. */
  brushOf(look, faint) {
    const { pen } = this;
    const { picture } = this.panel;
    const { dark, palette, paper } = picture;
    const name = `${dark} ${faint} ${look}`;
    if (this.brushes.has(name)) return this.brushes.get(name);
    const [marker, shares] = look.split(" ");
    const [globalAlpha, size] = faint ? [0.7, 0.62] : [0.9, 1];
    const radius = size * (this.mark.radius ?? 4);
    const shape = new Path2D();
    const path = new Path2D(picture.look.markers[marker]);
    shape.addPath(path, new DOMMatrix([radius, 0, 0, radius, 0, 0]));
    let style = { globalAlpha, lineWidth: 1.2, strokeStyle: dark ? "#aaa" : "#666" };
    if (shares) {
      pen.fillStyle = mixColours(shares.split(",").map(Number), palette, paper);
      const { fillStyle } = pen; // as the browser keeps it: to read it for each point takes time
      const edge = { lineWidth: 0.5, strokeStyle: dark ? "#ddd" : "#444" };
      style = { ...style, fillStyle, ...(marker === "x" ? { strokeStyle: fillStyle } : edge) };
    }
    this.brushes.set(name, { shape, style });
    return { shape, style };
  }

  /** Return each point's look: the marker of its largest share, and the shares of its colour. */
  looksOf(which) {
    if (this.looks.has(which)) return this.looks.get(which);
    const { order } = this.panel.picture.look;
    const looks = Array.from({ length: this.mark.shape.shape[0] }, (_, i) => {
      const shares = this.sharesOf(i, which);
      if (!shares.length) return HOLLOW;
      const largest = shares.indexOf(Math.max(...shares));
      const coarse = shares.map((share) => Math.round(SHADES * share) / SHADES);
      coarse[largest] += 1 - coarse.reduce((a, b) => a + b);
      return `${order[largest % order.length]} ${coarse}`;
    });
    this.looks.set(which, looks);
    return looks;
  }

  /** Return who answers for a point, and how much; none where nobody does yet. */
  sharesOf(index, which) {
    const { shares } = this.mark;
    if (!shares || which < 0) return [];
    const [, n, K] = shares.shape;
    return [...shares.values.subarray((which * n + index) * K, (which * n + index + 1) * K)];
  }

  // ------------------------------------------------------------ a point, touched

  /** Let a pointer find points. */
  listen() {
    const { area, over, picture } = this.panel;
    area.prepend(this.canvas);
    area.append(this.tip);
    over.append(this.halo);
    const hover = (index) => {
      this.hovered = index;
      this.showTip();
    };
    area.onpointermove = (event) => {
      if (event.pointerType === "mouse") hover(this.nearest(event));
    };
    area.onpointerleave = () => hover(-1);
    area.onclick = (event) => {
      if (event.target.closest?.(".handle:not(.still)")) return;
      const index = this.nearest(event);
      picture.markPoint(index === picture.point ? -1 : index);
      picture.hooks.onPoint(picture.point);
    };
  }

  /** Return the point under a pointer, or −1. */
  nearest(event) {
    const [x, y] = this.panel.pixel(event);
    let best = -1;
    let least = FAR;
    for (const [i, spot] of this.spots.entries()) {
      const far = Math.hypot(spot[0] - x, spot[1] - y);
      if (far < least) [best, least] = [i, far];
    }
    return best;
  }

  /** Show what is known of the point that is hovered or marked. */
  showTip() {
    const index = this.hovered >= 0 ? this.hovered : this.panel.picture.point;
    const spot = this.spots[index];
    for (const each of [this.tip, this.halo]) each.classList.toggle("hidden", !spot);
    if (!spot) return;
    const [cx, cy] = spot;
    set(this.halo, { cx, cy });
    const bar = make("div", { class: "share-bar" });
    for (const [k, share] of this.sharesOf(index, this.state.which).entries())
      bar.append(make("i", { style: `width:${100 * share}%;background:${paint(k)}` }));
    this.tip.replaceChildren(this.describe(index), bar);
    const { width, height } = this.tip.getBoundingClientRect();
    const { left, top, width: wide, scale } = this.panel; // the tip is outside the panel's own pixels
    const x = inside(scale * (left + cx) - width / 2, 0, Math.max(scale * wide - width, 0));
    const above = scale * (top + cy - APART) - height;
    const below = scale * (top + cy + APART);
    set(this.tip, { style: `left:${x}px;top:${above > -20 ? above : below}px` });
  }

  /** Say where a point is and who answers for it. */
  describe(index) {
    const { shape, features, decimals, says = [], hard } = this.mark;
    const { map, which } = this.state;
    const at = move(map, shape.values[2 * index], shape.values[2 * index + 1]);
    const place = features.map((name, j) => `${name} = ${format(at[j], decimals[j])}`);
    const shares = this.sharesOf(index, which);
    const soft = shares.map((share, k) => `b${subscript(k + 1)} ${formatShare(share)}`);
    const said =
      hard && shares.length ? [`group ${shares.indexOf(Math.max(...shares)) + 1}`] : soft;
    return [place.join(", "), says[index], said.join(", ")].filter(Boolean).join(": ");
  }
}

/** Write a number as a subscript. */
const subscript = (number) =>
  String(number).replace(/\d/g, (digit) => String.fromCharCode(0x2080 + Number(digit)));

/** Write a share as a person reads it: its ends as < 0.01 and > 0.99. */
function formatShare(share) {
  if (share > 0 && share < 0.005) return "< 0.01";
  if (share < 1 && share > 0.995) return "> 0.99";
  return share.toFixed(2);
}

/**
 * Return a colour, of which the first share is the first of the palette, and so on; what they leave
 * of 1 is the paper's. `mix_colours` in plots/look.py does the same, and explains it.
 * @type {(shares: number[], palette: string[], paper: string) => string}
 */
export function mixColours(shares, palette, paper) {
  let mixed = paper;
  let sum = Math.max(0, 1 - shares.reduce((a, b) => a + b, 0));
  for (const [k, share] of shares.entries()) {
    sum += share;
    const part = `${palette[k % palette.length]} ${100 * (share / sum)}%`;
    if (share) mixed = `color-mix(in oklab, ${mixed}, ${part})`;
  }
  return mixed;
}
