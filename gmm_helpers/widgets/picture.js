// Draws a scene: its panels side by side, from frame to frame, in the colours of the page's theme.

import { TEXT } from "./axes.js";
import { inside, isDark, make, onTheme, readArray } from "./base.js";
import { Panel } from "./panel.js";

const GAP = 8; // pixels of a panel between panels
const NARROW = 560; // pixels: below that, panels stand one below the other
const IDENTITY = [1, 0, 0, 1, 0, 0]; // a map that leaves all where it is

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
   * @param {any} hooks what it calls: onDrag, onDrop, and onPoint and canDrag where there are any
   */
  constructor(box, look, hooks) {
    this.box = box;
    this.look = look;
    this.hooks = hooks;
    this.point = -1;
    /** @type {Panel[]} */
    this.panels = [];
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
    const before = this.now;
    const began = performance.now();
    this.frame = this.now = frame;
    const glideOn = () => {
      const share = Math.min((performance.now() - began) / glide, 1);
      const eased = share * share * (3 - 2 * share);
      this.now = share < 1 ? between(before, frame, eased) : frame;
      this.draw(share < 1);
      if (share < 1) this.moving = requestAnimationFrame(glideOn);
    };
    const glides = glide && before && this.width;
    if (glides) this.now = between(before, frame, 0);
    this.draw();
    if (glides) this.moving = requestAnimationFrame(glideOn);
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
    for (const { cloud } of this.panels) cloud?.forget();
    this.draw();
  }

  /** Give the panels their sizes for the width that there is. */
  layOut() {
    const wide = this.element.clientWidth;
    if (!wide || !this.content) return;
    if (!this.width) this.takeTheme(); // now that the box is on the page
    const scale = parseFloat(getComputedStyle(this.element).fontSize) / TEXT;
    this.width = wide / scale;
    const stacked = wide < NARROW;
    const room = this.width - (stacked ? 0 : GAP * (this.panels.length - 1));
    const whole = this.panels.reduce((sum, { spec }) => sum + spec.width, 0);
    const widthOf = ({ spec }) => (stacked ? room : (room * spec.width) / whole);
    const tallest = this.tallest() / scale;
    const given = this.content.height;
    const height = given ?? Math.max(200, Math.min(tallest, 0.62 * widthOf(this.panels[0])));
    for (const [i, panel] of this.panels.entries()) {
      const own = stacked && i ? 0.75 * height : height;
      const equal = Math.max(given ?? 0, tallest);
      panel.layOut(widthOf(panel), panel.spec.equal ? equal : own, scale);
    }
    this.draw();
  }

  /** Return how tall a picture may be, so that on a small screen the words fit under it.
   * A box that fills the screen, or a slide (`.fills`), gives its picture what is left. */
  tallest() {
    if (!this.box.matches(":fullscreen, .fills")) return inside(0.4 * innerHeight, 280, 380);
    const boxes = [...this.box.children].map((each) => each.getBoundingClientRect());
    const others = boxes[boxes.length - 1].bottom - boxes[0].top - this.element.offsetHeight;
    const high = this.box.clientHeight;
    return inside(0.92 * high - others, 0.45 * high, 0.7 * high);
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
