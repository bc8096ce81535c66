// Buttons, keys, the wheel and fingers.

/** Show the view's length times a factor, with a moment staying where it is. */
function zoom(factor, at = (view.min + view.max) / 2) {
  show(at - (at - view.min) * factor, at + (view.max - at) * factor);
}

function move(share) {
  const step = share * (view.max - view.min);
  show(view.min + step, view.max + step);
}

const actions = {
  earlier: () => move(-0.5),
  later: () => move(0.5),
  closer: () => zoom(0.5),
  wider: () => zoom(2),
  whole: () => show(given.start, given.stop),
};

/** Move the cursor by bins and rows, into view. */
function step(bins, rows) {
  if (!pointed || pointed.cursor.left < 0)
    pointed = panels.find((panel) => panel.kind === "spikes");
  const { left, top } = pointed.cursor;
  const here = left >= 0 ? pointed.posToVal(left, "x") : (view.min + view.max) / 2;
  const time = clamp(here + bins * given.bin, given.start, given.stop);
  if (time < view.min || time > view.max) move(time < view.min ? -0.5 : 0.5);
  let row = pointed.rowCount ? (left >= 0 ? rowAt(pointed, pointed.rowCount) : 0) + rows : rows;
  if (row < 0 || row >= Math.max(1, pointed.rowCount)) {
    const next = panels.indexOf(pointed) + Math.sign(rows);
    if (!panels[next]) row -= rows;
    else {
      pointed = panels[next];
      row = rows > 0 ? 0 : Math.max(0, pointed.rowCount - 1);
    }
  }
  byKeys = true;
  const height = pointed.over.clientHeight / Math.max(1, pointed.rowCount);
  pointed.setCursor({ left: pointed.valToPos(time, "x"), top: (row + 0.5) * height });
  read();
}

const keys = {
  ArrowLeft: (event) => step(event.shiftKey ? -10 : -1, 0),
  ArrowRight: (event) => step(event.shiftKey ? 10 : 1, 0),
  ArrowUp: () => step(0, -1),
  ArrowDown: () => step(0, 1),
  "+": actions.closer,
  "=": actions.closer,
  "-": actions.wider,
  PageUp: actions.earlier,
  PageDown: actions.later,
  Home: actions.whole,
};

function listen() {
  for (const button of root.querySelectorAll("button"))
    button.addEventListener("click", actions[button.dataset.action]);
  const area = root.querySelector(".panels");
  area.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key](event);
  });
  area.addEventListener("mousemove", () => (byKeys = false), { capture: true });
  area.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey || !pointed) return; // without it the page scrolls
      event.preventDefault();
      zoom(
        Math.exp(clamp(event.deltaY, -100, 100) / 200),
        pointed.posToVal(pointed.cursor.left, "x"),
      );
    },
    { passive: false },
  );
  const fingers = new Map(); // where each was last
  area.addEventListener(
    "pointerdown",
    (event) => event.pointerType === "touch" && fingers.set(event.pointerId, event.clientX),
  );
  for (const end of ["pointerup", "pointercancel"])
    addEventListener(end, (event) => fingers.delete(event.pointerId));
  area.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    const before = [...fingers.values()];
    fingers.set(event.pointerId, event.clientX);
    const after = [...fingers.values()];
    const gap = (pair) => Math.max(20, Math.abs(pair[0] - pair[1]));
    if (after.length === 1) move((before[0] - after[0]) / panels[0].over.clientWidth);
    else if (after.length === 2) zoom(gap(before) / gap(after));
  });
  new ResizeObserver(() => {
    for (const panel of panels)
      if (panel.width !== root.clientWidth)
        panel.setSize({ width: root.clientWidth, height: panel.height });
  }).observe(root);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    readColours();
    for (const panel of panels) panel.redraw();
  });
}
