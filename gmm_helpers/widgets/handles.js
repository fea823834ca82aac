// Handles: marks of a picture that a pointer or the arrow keys move.

import { format, make, set } from "./base.js";

const GRIP = 18; // pixels around its middle where a finger finds it
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** Make a group a handle: the hooks hear where it is to go. Return what says where it is. */
export function makeHandle(mark, panel, group) {
  const { hooks } = panel.picture;
  const name = mark.name ?? `Mean of component ${mark.drag + 1}`;
  set(group, { class: "label handle", role: "slider", "aria-label": name, tabindex: 0 });
  group.append(make("svg:circle", { r: GRIP, style: "fill: transparent; stroke: none" }));
  const isStill = () => !hooks.canDrag(mark.drag);
  const moveTo = (x, y) => hooks.onDrag(mark.drag, [x, y], panel);
  /** @type {[number, number]} of the handle */
  let place = [0, 0];
  let from = place; // where a drag has begun
  let grip = place; // and where the pointer was then

  group.onpointerdown = (event) => {
    if (isStill()) return;
    event.preventDefault();
    group.setPointerCapture(event.pointerId);
    group.focus({ preventScroll: true });
    from = place;
    grip = panel.place(event);
  };
  // Two fingers pinch the page; one would scroll it: no touch-action is heeded in a part of an SVG.
  const holdPage = (event) => isStill() || event.touches.length > 1 || event.preventDefault();
  group.addEventListener("touchmove", holdPage, { passive: false });
  group.onpointermove = (event) => {
    if (!group.hasPointerCapture(event.pointerId)) return;
    const [x, y] = panel.place(event);
    moveTo(from[0] + x - grip[0], from[1] + y - grip[1]);
  };
  group.onpointercancel = ({ target }) => target === group && moveTo(...from); // by a pinch
  group.onlostpointercapture = ({ target }) => target === group && hooks.onDrop(); // not if still

  group.onkeydown = (event) => {
    const step = STEPS[event.key];
    if (isStill() || !step || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const far = event.shiftKey ? 0.05 : 0.01; // of the picture
    const [x0, x1, y0, y1] = panel.limits;
    moveTo(place[0] + step[0] * far * (x1 - x0), place[1] + step[1] * far * (y1 - y0));
    hooks.onDrop();
  };

  return (map) => {
    place = [map[4], map[5]];
    const mute = isStill() || mark.keys === false; // then a slider does the same
    group.classList.toggle("still", isStill());
    const said = { "aria-valuenow": place[0], "aria-valuetext": sayPlace(place, panel) };
    set(group, { tabindex: mute ? -1 : 0, "aria-hidden": mute, ...said });
  };
}

/** Say where a handle is. */
function sayPlace([x, y], { limits: [x0, x1, y0, y1], flat }) {
  const write = (value, span) => format(value, 2 - Math.floor(Math.log10(span)));
  return flat ? write(x, x1 - x0) : `${write(x, x1 - x0)}, ${write(y, y1 - y0)}`;
}
