// Draws a scene: its panels side by side, frame by frame, in the colours of the page's theme.

import { TEXT } from "./axes.js";
import { inside, make, set } from "./base.js";
import { Panel } from "./panel.js";

const GAP = 8; // pixels of a panel between panels
const NARROW = 560; // pixels: below that, panels stand one below the other
const NARROW_EQUAL = 640; // where all have equal scales: side by side they are low as well
const onPaper = matchMedia("print");

/** The drawn panels of a scene. */
export class Picture {
  /**
   * @param {HTMLElement} box
   * @param {any} look palettes, markers
   * @param {any} hooks what it calls: onDrag, onDrop, canDrag and onPoint
   */
  constructor(box, look, hooks) {
    this.box = box;
    this.look = look;
    this.hooks = hooks;
    this.point = -1;
    this.width = 0;
    /** @type {Panel[]} */
    this.panels = [];
    this.element = make("div", { class: "panels" });
    this.watch = new ResizeObserver(() => this.layOut());
    this.watch.observe(this.element);
    // In another theme the box has another colour, to which widgets.css lets it pass. JupyterLab lays
    // nothing out while it changes its theme, and no cell that is out of sight: so the next frame
    // shows the colours, or that in which the box comes into view.
    this.heedTheme = () => {
      if (isDark(box) !== this.dark) this.layOut();
    };
    onPaper.addEventListener("change", this.heedTheme);
    box.ontransitionend = box.ontransitioncancel = () => requestAnimationFrame(this.heedTheme);
    this.sight = new IntersectionObserver(this.heedTheme);
    this.sight.observe(box);
  }

  /** Take a scene's content; nothing is drawn before `show` and `layOut`. The focus stays. */
  setScene(content) {
    this.content = content;
    this.width = 0;
    const handles = () => [...this.element.querySelectorAll(".handle")];
    const held = handles().findIndex((each) => each.matches(":focus"));
    const views = this.panels.map(({ viewIndex }) => viewIndex);
    this.panels = content.panels.map((spec, i) => new Panel(this, spec, views[i]));
    this.element.replaceChildren(...this.panels.map(({ element }) => element));
    handles()[held]?.focus({ preventScroll: true });
  }

  /** Take the palette of the page's theme. */
  takeTheme() {
    this.dark = isDark(this.box);
    this.paper = this.dark ? "#000000" : "#FFFFFF";
    this.palette = this.look[this.dark ? "dark" : "light"];
    for (const [k, colour] of this.palette.entries())
      this.box.style.setProperty(`--gmm-${k}`, colour);
  }

  /** Show a position, with changes of marks by their ids; shapes may glide: see widgets.css. */
  show(position, changes = {}, glides = false) {
    for (const panel of this.panels) panel.setStates(position, changes);
    this.draw(glides);
  }

  draw(glides = false) {
    this.element.classList.toggle("glides", glides);
    if (this.width) for (const panel of this.panels) panel.draw();
  }

  /** Mark a point of those drawn, or with −1 none. */
  markPoint(index) {
    this.point = index;
    this.draw();
  }

  /** Give the panels their sizes for the width that there is. */
  layOut() {
    const wide = this.element.clientWidth;
    if (!wide || !this.content) return;
    this.takeTheme();
    if (onPaper.matches && this.width) return this.draw(); // pages are counted: no size may change
    const scale = parseFloat(getComputedStyle(this.element).fontSize) / TEXT;
    this.width = wide / scale;
    const low = this.panels.length > 1 && this.panels.every(({ spec }) => spec.equal);
    const stacked = wide < (low ? NARROW_EQUAL : NARROW);
    set(this.element, { style: `flex-wrap:${stacked ? "wrap" : "nowrap"}` }); // on narrow paper too
    const room = this.width - (stacked ? 0 : GAP * (this.panels.length - 1));
    const whole = this.panels.reduce((sum, { spec }) => sum + spec.width, 0);
    const widthOf = ({ spec }) => (stacked ? room : (room * spec.width) / whole);
    const tallest = this.tallest() / scale;
    const given = this.fills ? undefined : this.content.height;
    const ratio = this.fills && !stacked ? 0.9 : 0.62;
    const height = given ?? Math.max(200, Math.min(tallest, ratio * widthOf(this.panels[0])));
    for (const [i, panel] of this.panels.entries()) {
      const own = stacked && i ? 0.75 * height : height;
      const equal = Math.max(given ?? 0, stacked && low ? 0.7 * tallest : tallest);
      panel.layOut(widthOf(panel), panel.spec.equal ? equal : own, scale);
    }
    this.draw();
  }

  /** Whether the box fills the screen, or a slide. */
  get fills() {
    return this.box.matches(":fullscreen, .fills");
  }

  /** Return how tall a picture may be, so that on a small screen the words fit under it.
   * A box that fills all gives its picture what is left. */
  tallest() {
    if (!this.fills) return inside(0.4 * innerHeight, 280, 380);
    const all = document.createRange();
    all.selectNodeContents(this.box);
    const others = all.getBoundingClientRect().height - this.element.offsetHeight;
    const high = this.box.clientHeight;
    return Math.max(0.93 * high - others, 0.37 * high);
  }

  close() {
    this.watch.disconnect();
    this.sight.disconnect();
    onPaper.removeEventListener("change", this.heedTheme);
  }
}

/** Say whether a box stands on a dark page. Paper is never dark. */
function isDark(box) {
  if (onPaper.matches) return false;
  // A box that is not on the page yet has no ground. (The colour of its text may still be passing.)
  const [r, g, b] = (getComputedStyle(box).backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
  return r + g + b < 380;
}
