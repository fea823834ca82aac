// Handles: marks of a picture that a pointer or the arrow keys move.

import { format, make, set } from "./base.js";

const GRIP = 18; // pixels around its middle where a finger finds it
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** Make a group a handle: the hooks hear where it is to go. Return what says where it is. */
export function makeHandle(mark, panel, group) {
  const { hooks } = panel.picture;
  const name = mark.name ?? `Mean of component ${Number(mark.drag) + 1}`;
  set(group, { class: "label handle", role: "slider", "aria-label": name });
  group.append(make("svg:circle", { class: "grip", r: GRIP }));
  const isStill = () => hooks.canDrag?.(mark.drag) === false;
  const where = () => panel.states[panel.marks.indexOf(mark)].map.slice(4);
  const moveTo = (x, y) => hooks.onDrag(mark.drag, [x, y], panel);

  group.addEventListener("pointerdown", (event) => {
    if (isStill()) return;
    event.preventDefault();
    group.setPointerCapture(event.pointerId);
    group.focus({ preventScroll: true });
    const [x0, y0] = panel.place(event);
    const [x, y] = where();
    group.onpointermove = (moved) => {
      const [x1, y1] = panel.place(moved);
      moveTo(x + x1 - x0, y + y1 - y0);
    };
    group.onpointerup = group.onpointercancel = () => {
      group.onpointermove = group.onpointerup = group.onpointercancel = null;
      hooks.onDrop();
    };
  });

  group.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (isStill() || !step || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const far = event.shiftKey ? 0.05 : 0.01; // of the picture
    const [x, y] = where();
    const [x0, x1, y0, y1] = panel.limits;
    moveTo(x + step[0] * far * (x1 - x0), y + step[1] * far * (y1 - y0));
    hooks.onDrop();
  });

  return (map) => {
    const mute = isStill() || mark.keys === false; // then a slider does the same
    group.classList.toggle("still", isStill());
    const said = { "aria-valuenow": map[4], "aria-valuetext": sayPlace(map, panel) };
    set(group, { tabindex: mute ? -1 : 0, "aria-hidden": mute, ...said });
  };
}

/** Say where a handle is. */
function sayPlace(map, { limits: [x0, x1, y0, y1], flat }) {
  const decimals = (span) => Math.max(0, 2 - Math.floor(Math.log10(span)));
  const [x, y] = [format(map[4], decimals(x1 - x0)), format(map[5], decimals(y1 - y0))];
  return flat ? x : `${x}, ${y}`;
}
