// What a page of the web site does: it draws a widget when the reader comes near it.

import { make } from "../gmm_helpers/widgets/base.js";
import { render } from "../gmm_helpers/widgets/main.js";
import { readState } from "../tools/host.js";

const NEAR = "800px 0px"; // how far from the window a widget is drawn
const NO_PYTHON = "This needs Python, which this page does not have.";
const STILL = matchMedia("(prefers-reduced-motion: reduce)");
const PAGE = document.documentElement.dataset;

/** @type {any} what all widgets share, and the pages' states that have come; `take` brings one */
const site = { shared: {}, take: (name, content) => arrived.get(name)(content) };
const arrived = new Map(); // by a page's name, the function that hears of its state
const states = new Map(); // by a page's name, its state, or a promise of it

/** Fetch the state of the widgets of a page, once: by a script, as that needs no server.
 * @returns {any} the state, or before it has come a promise of it */
function fetchState(name) {
  if (!states.has(name))
    states.set(
      name,
      new Promise((resolve) => {
        arrived.set(name, ({ binder, state }) => {
          states.set(name, { binder, models: readState(state) });
          resolve(states.get(name));
        });
        const script = document.createElement("script");
        script.src = `${PAGE.content_root}_static/state/${name}.js`;
        document.head.append(script);
      }),
    );
  return states.get(name);
}

/** Return what answers a widget in place of Python: it has the runs that were computed ahead. */
function answerFor(model, el, binder) {
  const runs = (model.get("runs") ?? []).map(({ content }) => JSON.stringify(content.key));
  return ({ ask, ahead, key }) => {
    const there = ahead || runs.includes(JSON.stringify(key));
    const answer = there ? { answer: ask } : { answer: ask, refused: NO_PYTHON };
    model.trigger("msg:custom", answer, []);
    if (there) return;
    model.trigger("change:content"); // what was dragged goes back
    if (el.querySelector("[part=launch]")) return;
    const link = document.createElement("a");
    const text = "Open this notebook with Python, on Binder";
    Object.assign(link, { part: "launch", href: binder, textContent: text });
    el.querySelector(".asker").after(link);
  };
}

/** Draw a widget in its box, in place of its words. */
async function draw(box) {
  if ("drawn" in box.dataset) return;
  box.dataset.drawn = "";
  const state = fetchState(box.dataset.page);
  const { binder, models } = state instanceof Promise ? await state : state; // paper waits for none
  const model = models.get(box.dataset.widget);
  const library = readState({ library: { state: site.shared } }).get("library");
  const el = box.attachShadow({ mode: "open" }); // so that no style of the page reaches it
  model.answer = answerFor(model, el, binder);
  render({ model, library, el });
  el.querySelector(".gmm").classList.toggle("fills", "fills" in box.dataset);
  if ("plays" in box.dataset && !STILL.matches) el.querySelector("[aria-label=Play]").click();
}

const watch = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries)
      if (isIntersecting) {
        watch.unobserve(target);
        draw(target);
      }
  },
  { rootMargin: NEAR },
);
/** @type {NodeListOf<HTMLElement>} */
const boxes = document.querySelectorAll(".gmm-widget");
for (const box of boxes) watch.observe(box);
// Paper does not wait: what it needs has to be there before somebody prints.
addEventListener("load", () => {
  for (const box of boxes) fetchState(box.dataset.page);
});
// And it is white, whatever the page's theme.
let theme;
addEventListener("beforeprint", () => {
  theme = PAGE.theme;
  PAGE.theme = "light";
  boxes.forEach(draw);
});
addEventListener("afterprint", () => {
  PAGE.theme = theme;
});
globalThis.gmmSite = site;
// The widgets' style is for the page's figures as well, and for folds on paper.
addEventListener("load", () => {
  document.head.append(make("style", {}, site.shared.style));
});

// A folded solution is called what it says, not "Toggle hidden content".
for (const line of document.querySelectorAll("summary[aria-label]"))
  line.removeAttribute("aria-label");

// The page's contents follow where the reader is, also where they are longer than the window.
document.addEventListener("activate.bs.scrollspy", () =>
  document
    .querySelector(".bd-sidebar-secondary .nav-link.active")
    ?.scrollIntoView({ block: "nearest" }),
);
