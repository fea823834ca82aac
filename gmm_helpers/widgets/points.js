// What a canvas draws, under the SVG: points and images, of which SVG would be too slow.

import { format, inside, make, move, paint, set, strokeOf } from "./base.js";
import { mixColours } from "./colours.js";

const FAR = 16; // pixels from a point, for the pointer to be on it
const APART = 14; // pixels between a point and what is said of it
const SHADES = 32; // steps of a share, as far as colours go
const HOLLOW = "o ";

/** Let a panel have points; return what draws them. */
export function makePoints(mark, panel) {
  panel.cloud = new Cloud(mark, panel);
  return (state, pen) => panel.cloud.draw(state, pen);
}

/** The points of a panel: drawn, found by a pointer, and told of. */
class Cloud {
  constructor(mark, panel) {
    this.mark = mark;
    this.panel = panel;
    this.hovered = -1;
    /** @type {any} how the points are now */
    this.state = {};
    /** @type {number[][]} where the points are, in pixels */
    this.spots = [];
    this.looks = new Map(); // of all points, by set of shares
    this.sheet = new Sheet(mark, panel);
    this.tip = make("div", { class: "tip hidden" });
    const ring = { class: "halo hidden", r: 9, style: strokeOf({ colour: "ink" }) };
    this.halo = make("svg:circle", ring);
    this.listen();
  }

  /** Draw the points; `looks` are theirs where these are not of their shares. */
  draw(state, pen) {
    this.state = state;
    this.spots = this.panel.toPixels(this.mark.shape.values, state.map);
    const looks = state.looks ?? this.looksOf(state.which);
    const drawn = state.faint ? looks.map((look) => `${look} faint`) : looks;
    this.sheet.draw(drawn, this.spots, pen);
    this.showTip();
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
    const { shape, features, decimals } = this.mark;
    const { map, which } = this.state;
    const at = move(map, shape.values[2 * index], shape.values[2 * index + 1]);
    const place = features.map((name, j) => `${name} = ${format(at[j], decimals[j])}`);
    const shares = this.sharesOf(index, which);
    const said = shares.map((share, k) => `b${subscript(k + 1)} ${formatShare(share)}`);
    return [place.join(", "), ...(said.length ? [said.join(", ")] : [])].join(": ");
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

/** Small pictures of looks on one canvas: drawing them is quicker than a path for each point. */
class Sheet {
  constructor({ shape, radius = 4 }, panel) {
    this.panel = panel;
    this.radius = radius;
    this.columns = Math.ceil(Math.sqrt(3 * shape.shape[0])); // and as many rows
    this.canvas = make("canvas");
    this.pen = this.canvas.getContext("2d");
    this.places = new Map(); // of looks, on the canvas
    this.side = 0; // of such a place
  }

  /** Draw looks at their spots. All are painted before one is drawn, which is quicker. */
  draw(looks, spots, pen) {
    const { sharp } = this.panel;
    const side = Math.ceil(sharp * (2 * this.radius + 4));
    const full = this.places.size + looks.length > this.columns ** 2;
    if (full || side !== this.side) this.clear(side); // of another size they would be blurred
    for (const look of looks) if (!this.places.has(look)) this.paint(look);
    const size = side / sharp;
    for (const [i, look] of looks.entries()) {
      const [x, y] = spots[i].map((middle) => middle - size / 2);
      pen.drawImage(this.canvas, ...this.places.get(look), side, side, x, y, size, size);
    }
  }

  clear(side) {
    this.side = side;
    this.places.clear();
    set(this.canvas, { width: side * this.columns, height: side * this.columns });
  }

  /** Paint a look: its marker, filled with its colour's shares, if it has any. */
  paint(look) {
    const { markers } = this.panel.picture.look;
    const { palette, paper, dark } = this.panel.picture;
    const [marker, shares, faint] = look.split(" ");
    const { size } = this.places;
    const place = [size % this.columns, Math.floor(size / this.columns)].map((i) => i * this.side);
    this.places.set(look, place);
    const radius = (faint ? 0.62 : 1) * this.radius;
    const scale = this.panel.sharp * radius;
    const shape = new Path2D(markers[marker]);
    const { pen } = this;
    pen.setTransform(scale, 0, 0, scale, ...place.map((start) => start + this.side / 2));
    Object.assign(pen, { globalAlpha: faint ? 0.7 : 0.9, lineWidth: 1.2 / radius });
    pen.strokeStyle = dark ? "#aaa" : "#666";
    if (shares) {
      pen.fillStyle = pen.strokeStyle = mixColours(shares.split(",").map(Number), palette, paper);
      if (marker !== "x") {
        pen.fill(shape);
        Object.assign(pen, { lineWidth: 0.5 / radius, strokeStyle: dark ? "#ddd" : "#444" });
      }
    }
    pen.stroke(shape);
  }
}

/** Return what draws a matrix in its box, its first row at the bottom, between two colours. */
export function makeImage({ pixels, ramp, box }, panel) {
  const { values } = pixels;
  const [rows, columns] = pixels.shape;
  const [low, high] = ramp[panel.picture.dark ? "dark" : "light"];
  const canvas = make("canvas", { width: columns, height: rows });
  const image = new ImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    const at = (rows - 1 - Math.floor(i / columns)) * columns + (i % columns);
    const colour = low.map((from, c) => from + values[i] * (high[c] - from));
    image.data.set([...colour, 255], 4 * at);
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return (_, pen) => {
    const [[left, bottom], [right, top]] = panel.toPixels([box[0], box[2], box[1], box[3]]);
    pen.drawImage(canvas, left, top, right - left, bottom - top);
  };
}
