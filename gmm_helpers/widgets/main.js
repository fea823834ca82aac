// What each kind of widget is drawn by.

import { keepKeys, make } from "./base.js";
import { Chooser } from "./chooser.js";
import { CovariancePanel } from "./covariance.js";
import { HandFit, PointPosterior } from "./panels.js";
import { Player } from "./player.js";
import { askQuestion, checkSetup, foldAnswer } from "./questions.js";

const KINDS = {
  stepper: (page) => new Player(page),
  chooser: (page) => new Chooser(page),
  hand_fit: (page) => new HandFit(page),
  posterior: (page) => new PointPosterior(page),
  covariance: (page) => new CovariancePanel(page),
  question: askQuestion,
  answer: foldAnswer,
  setup: checkSetup,
};

/** Draw a widget; return what ends it. */
export function render({ model, library, el }) {
  keepKeys();
  const root = el.getRootNode();
  const styles = root.head ?? (root instanceof ShadowRoot ? root : el);
  const style = library.get("style");
  const before = styles.querySelector(".gmm-style");
  if (before?.textContent !== style) {
    before?.remove(); // of another version of the course, with which a notebook was saved
    const glyphs = make("svg:svg", { width: 0, height: 0, style: "position:absolute" });
    glyphs.innerHTML = `<defs>${library.get("formulas").glyphs}</defs>`;
    styles.append(make("div", { class: "gmm-style" }, make("style", {}, style), glyphs));
  }
  const kind = model.get("kind");
  const box = make("div", { class: "gmm", dir: "ltr", "data-kind": kind });
  el.append(box);
  const widget = KINDS[kind]({ model, library, box });
  return () => widget.close();
}
