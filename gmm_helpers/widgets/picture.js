// Draws a scene: its panels side by side, from frame to frame, in the colours of the page's theme.

import { isDark, make, onTheme, readArray } from "./base.js";
import { IDENTITY, Panel } from "./panel.js";

/** Return what a mark is at a position: what changes, and what does not. */
function stateOf(mark, position) {
  const state = { map: mark.map ?? IDENTITY, which: 0, text: mark.text, until: Infinity };
  for (const [name, each] of Object.entries(mark.by ?? {}))
    state[name] = Array.isArray(each)
      ? each[position]
      : each.values.subarray(6 * position, 6 * position + 6);
  return state;
}

/** The drawn panels of a scene. A frame holds for each mark what it is now, by panel. */
export class Picture {
  /**
   * @param {HTMLElement} box
   * @param {any} look palettes, markers
   * @param {{onDrag?: Function, onDrop?: Function, onPoint?: Function, canDrag?: Function}} hooks
   */
  constructor(box, look, hooks = {}) {
    this.box = box;
    this.look = look;
    this.hooks = hooks;
    this.point = -1;
    /** @type {Panel[]} */
    this.panels = [];
    this.sprites = new Map();
    this.moving = this.width = 0;
    this.element = make("div", { class: "panels" });
    this.watch = new ResizeObserver(() => this.layOut());
    this.watch.observe(this.element);
    this.endTheme = onTheme(() => this.takeTheme());
  }

  /** Take a scene's content and bytes; nothing is drawn before `show`. */
  setScene(content, bytes) {
    for (const panel of content.panels)
      for (const mark of panel.marks) {
        for (const name of ["shape", "shares", "pixels"])
          if (mark[name]?.type) mark[name] = readArray(mark[name], bytes);
        if (mark.shares) addLast(mark.shares);
        if (mark.by?.map?.type) mark.by.map = readArray(mark.by.map, bytes);
      }
    this.content = content;
    const views = this.panels.map((panel) => panel.viewIndex);
    this.panels = content.panels.map((spec, i) => new Panel(this, spec, views[i] ?? 0));
    this.element.replaceChildren(...this.panels.map((panel) => panel.element));
    this.frame = this.now = null;
    this.takeTheme();
    this.layOut();
  }

  /** Return the frame of a position. */
  frameAt(position) {
    return this.panels.map(({ marks }) => marks.map((mark) => stateOf(mark, position)));
  }

  /** Show a frame, at once or in a glide of so many milliseconds from the one before. */
  show(frame, glide = 0) {
    cancelAnimationFrame(this.moving);
    const before = this.now ?? this.frame;
    this.frame = this.now = frame;
    if (!glide || !before || !this.width) return this.draw();
    const began = performance.now();
    const step = () => {
      const share = Math.min((performance.now() - began) / glide, 1);
      const eased = share * share * (3 - 2 * share);
      this.now = share < 1 ? between(before, frame, eased) : frame;
      this.draw(share > 0 && share < 1);
      if (share < 1) this.moving = requestAnimationFrame(step);
    };
    step();
  }

  draw(onlyShapes = false) {
    if (!this.width || !this.now) return;
    for (const [i, panel] of this.panels.entries()) panel.draw(this.now[i], onlyShapes);
  }

  /** Mark a point of those drawn, or with −1 none. */
  markPoint(index) {
    this.point = index;
    this.draw();
  }

  takeTheme() {
    this.dark = isDark(this.box);
    this.palette = this.dark ? this.look.dark : this.look.light;
    for (const [k, colour] of this.palette.entries())
      this.box.style.setProperty(`--gmm-${k}`, colour);
    this.sprites = new Map();
    for (const panel of this.panels) panel.forget();
    this.draw();
  }

  /** Return a small picture of a marker: drawing it is quicker than a path for each point. */
  sprite(look, radius, faint, sharp) {
    const key = `${look} ${radius} ${sharp}`;
    if (this.sprites.has(key)) return this.sprites.get(key);
    const size = Math.ceil(sharp * (2 * radius + 4));
    const canvas = make("canvas", { width: size, height: size });
    const pen = canvas.getContext("2d");
    const [rgb, marker] = look === "hollow" ? [null, "o"] : look.split(" ");
    const shape = new Path2D(this.look.markers[marker]);
    const ink = this.dark ? "#ddd" : "#444";
    pen.setTransform(sharp * radius, 0, 0, sharp * radius, size / 2, size / 2);
    Object.assign(pen, {
      globalAlpha: faint ? 0.7 : 0.9,
      lineWidth: (rgb && marker !== "x" ? 0.5 : 1.2) / radius,
    });
    pen.strokeStyle = marker === "x" ? `rgb(${rgb})` : rgb ? ink : this.dark ? "#aaa" : "#666";
    if (rgb) {
      pen.fillStyle = `rgb(${rgb})`;
      pen.fill(shape);
    }
    pen.stroke(shape);
    this.sprites.set(key, canvas);
    return canvas;
  }

  /** Give the panels their sizes for the width that there is. */
  layOut() {
    const width = this.element.clientWidth;
    if (!width || !this.content) return;
    if (!this.width) this.takeTheme(); // now that the box is on the page
    const text = parseFloat(getComputedStyle(this.element).fontSize);
    const stacked = width < 40 * 14;
    const whole = this.panels.reduce((sum, { spec }) => sum + spec.width, 0);
    const gap = 8;
    const room = width - (stacked ? 0 : gap * (this.panels.length - 1));
    const tallest = this.tallest();
    const shares = this.panels.map(({ spec }) => (stacked ? room : (room * spec.width) / whole));
    const height = this.content.height ?? Math.max(200, Math.min(tallest, 0.62 * shares[0]));
    this.width = width;
    this.panels.forEach((panel, i) => {
      const main = stacked && i ? 0.75 * height : height;
      panel.layOut(
        shares[i],
        panel.spec.equal ? Math.max(this.content.height ?? 0, tallest) : main,
        text,
      );
    });
    this.draw();
  }

  /** Return how tall a picture may be, so that on a small screen the words fit under it. */
  tallest() {
    const inside = (value, low, high) => Math.min(Math.max(value, low), high);
    if (document.fullscreenElement !== this.box) return inside(0.4 * innerHeight, 280, 380);
    const boxes = [...this.box.children].map((each) => each.getBoundingClientRect());
    const whole = boxes[boxes.length - 1].bottom - boxes[0].top;
    const others = whole - this.element.offsetHeight;
    return inside(0.92 * innerHeight - others, 0.45 * innerHeight, 0.7 * innerHeight);
  }

  close() {
    cancelAnimationFrame(this.moving);
    this.watch.disconnect();
    this.endTheme();
  }
}

/** Return a frame so far on the way from one to another: maps move, all else is there at once. */
function between(from, to, share) {
  return to.map((states, i) =>
    states.map((state, j) => {
      const start = from[i]?.[j]?.map;
      if (!start || start === state.map) return state;
      return {
        ...state,
        map: Array.from(state.map, (end, c) => start[c] + share * (end - start[c])),
      };
    }),
  );
}

/** Shares sum to 1: add the last of each point's, which Python does not send. */
function addLast(shares) {
  const [sets, n, sent] = shares.shape;
  const all = new Float64Array(sets * n * (sent + 1));
  for (let i = 0; i < sets * n; i++) {
    let rest = 1;
    for (let k = 0; k < sent; k++) rest -= all[i * (sent + 1) + k] = shares.values[i * sent + k];
    all[i * (sent + 1) + sent] = Math.max(rest, 0);
  }
  Object.assign(shares, { values: all, shape: [sets, n, sent + 1] });
}
