// Spikes, hidden activity and assemblies over one time axis. uPlot keeps axes, cursors and
// selections; what is in the panels is painted here. The data are those of timeline.py.
(() => {
  "use strict";
  const root = document.querySelector(".timeline");
  const given = JSON.parse(document.getElementById("timeline-data").textContent);

  const typed = { Float32Array, Uint8Array, Uint16Array, Uint32Array };
  const decode = ({ type, data }) =>
    new typed[type](Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)).buffer);
  const times = decode(given.times); // after given.start, ascending
  const rows = decode(given.rows);
  const owners = decode(given.owners);
  const activity = decode(given.activity); // hidden units times bins
  const bins = given.hidden.length ? activity.length / given.hidden.length : 0;

  const LEAST_BINS = 4; // to be zoomed into
  const NEAR = 6; // pixels between the pointer and what it is at
  const view = { min: given.first, max: given.last };
  const colours = {};
  let pointed = null; // the panel that the pointer, or the keyboard's cursor, is in

  // ---- numbers -----------------------------------------------------------------------------

  const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

  /** Index of the first spike at or after a moment. */
  function spikeFrom(moment) {
    let low = 0;
    let high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] < moment - given.start) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Spikes of all units in each bin, per unit and second (or bin); nothing where none was seen. */
  function populationRate() {
    const count = Math.max(1, Math.round((given.stop - given.start) / given.bin));
    const centres = Array.from({ length: count }, (_, i) => given.start + (i + 0.5) * given.bin);
    const rate = new Array(count).fill(0);
    for (const time of times) rate[clamp(Math.floor(time / given.bin), 0, count - 1)] += 1;
    let interval = 0;
    for (let i = 0; i < count; i++) {
      while (interval < given.observed.length && given.observed[interval][1] <= centres[i]) interval++;
      const seen = interval < given.observed.length && given.observed[interval][0] <= centres[i];
      rate[i] = seen ? rate[i] / given.units.length / given.bin : null;
    }
    return [centres, rate];
  }

  const moment = (time) => {
    const digits = given.unit === "s" ? clamp(3 - Math.floor(Math.log10(view.max - view.min)), 0, 4) : 0;
    return `${time.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${given.unit}`;
  };

  // ---- painting ----------------------------------------------------------------------------

  function readColours() {
    const style = getComputedStyle(root);
    for (const name of ["text", "soft", "line", "page", "gap", "accent"])
      colours[name] = style.getPropertyValue(`--${name}`).trim();
    const probe = document.createElement("canvas").getContext("2d");
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    colours.assemblies = given.assemblies.map(({ colour }) => {
      if (!dark) return colour;
      probe.fillStyle = colour; // half way to white, to stand out from a dark page
      const parts = [1, 3, 5].map((at) => (parseInt(probe.fillStyle.slice(at, at + 2), 16) + 255) >> 1);
      return `rgb(${parts.join(",")})`;
    });
  }

  function clipped(panel, paint) {
    const { ctx, bbox } = panel;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    paint(ctx, bbox, (time) => bbox.left + ((time - view.min) / (view.max - view.min)) * bbox.width);
    ctx.restore();
  }

  /** Time in which no spike could be seen. */
  const paintGaps = (panel) =>
    clipped(panel, (ctx, bbox, place) => {
      ctx.fillStyle = colours.gap;
      for (let i = 1; i < given.observed.length; i++) {
        const left = place(given.observed[i - 1][1]);
        ctx.fillRect(left, bbox.top, place(given.observed[i][0]) - left, bbox.height);
      }
    });

  const paintSpikes = (panel) =>
    clipped(panel, (ctx, bbox, place) => {
      const height = bbox.height / given.units.length;
      const mark = Math.max(devicePixelRatio, 0.8 * height);
      const from = spikeFrom(view.min);
      const to = spikeFrom(view.max);
      const tick = (i, width) =>
        ctx.fillRect(
          place(given.start + times[i]) - width / 2,
          bbox.top + (rows[i] + 0.5) * height - mark / 2,
          width,
          mark,
        );
      ctx.fillStyle = given.assemblies.length ? colours.soft : colours.text;
      for (let i = from; i < to; i++) if (!owners[i]) tick(i, devicePixelRatio);
      for (let i = from; i < to; i++) {
        if (!owners[i]) continue;
        ctx.fillStyle = colours.assemblies[owners[i] - 1];
        tick(i, 2 * devicePixelRatio);
      }
    });

  const paintOccurrences = (panel) =>
    clipped(panel, (ctx, bbox, place) => {
      const height = bbox.height / given.assemblies.length;
      const half = Math.min(4 * devicePixelRatio, height / 2);
      given.assemblies.forEach((assembly, row) => {
        ctx.fillStyle = colours.assemblies[row];
        const middle = bbox.top + (row + 0.5) * height;
        for (const time of assembly.times) {
          if (time < view.min || time > view.max) continue;
          ctx.beginPath();
          ctx.moveTo(place(time) - half, middle - half);
          ctx.lineTo(place(time) + half, middle - half);
          ctx.lineTo(place(time), middle + half);
          ctx.fill();
        }
      });
    });

  /** Probabilities as ink; where bins share a pixel, their mean. */
  const paintActivity = (panel) =>
    clipped(panel, (ctx, bbox, place) => {
      const from = clamp(Math.floor((view.min - given.start) / given.bin), 0, bins);
      const to = clamp(Math.ceil((view.max - given.start) / given.bin), 0, bins);
      if (to <= from) return;
      const columns = Math.min(to - from, Math.floor(bbox.width));
      const image = new ImageData(columns, given.hidden.length);
      const ink = rgb(colours.text);
      const gap = rgb(colours.gap);
      for (let row = 0; row < given.hidden.length; row++)
        for (let column = 0; column < columns; column++) {
          const begin = from + Math.floor((column * (to - from)) / columns);
          const end = from + Math.floor(((column + 1) * (to - from)) / columns);
          let [sum, windows] = [0, 0];
          for (let bin = begin; bin < end; bin++) {
            const level = activity[row * bins + bin];
            if (level > given.levels) continue;
            sum += level;
            windows += 1;
          }
          const pixel = windows ? [...ink, (255 * sum) / windows / given.levels] : [...gap, 255];
          image.data.set(pixel, 4 * (row * columns + column));
        }
      const canvas = document.createElement("canvas");
      canvas.width = columns;
      canvas.height = given.hidden.length;
      canvas.getContext("2d").putImageData(image, 0, 0);
      const left = place(given.start + from * given.bin);
      ctx.imageSmoothingEnabled = false;
      ctx.drawImage(canvas, left, bbox.top, place(given.start + to * given.bin) - left, bbox.height);
      ctx.fillStyle = colours.accent;
      for (const end of given.layers.slice(0, -1))
        ctx.fillRect(
          bbox.left,
          bbox.top + (end / given.hidden.length) * bbox.height - devicePixelRatio / 2,
          bbox.width,
          devicePixelRatio,
        );
    });

  function rgb(colour) {
    const probe = document.createElement("canvas").getContext("2d");
    probe.fillStyle = colour;
    return [1, 3, 5].map((at) => parseInt(probe.fillStyle.slice(at, at + 2), 16));
  }

  // ---- what is at the pointer --------------------------------------------------------------

  const [centres, rate] = populationRate();

  function rowAt(panel, count) {
    return clamp(Math.floor((panel.cursor.top / panel.over.clientHeight) * count), 0, count - 1);
  }

  /** The nearest of ascending moments from one index to another, if it is near. */
  function nearest(time, moments, from, to, accept = () => true) {
    const reach = (NEAR * (view.max - view.min)) / pointed.over.clientWidth;
    let best = -1;
    for (let i = from; i < to; i++)
      if (accept(i) && Math.abs(moments(i) - time) <= reach)
        if (best < 0 || Math.abs(moments(i) - time) < Math.abs(moments(best) - time)) best = i;
    return best;
  }

  const reading = {
    rate: () => "",
    spikes(panel, time) {
      const row = rowAt(panel, given.units.length);
      const margin = (NEAR * (view.max - view.min)) / panel.over.clientWidth;
      const at = (i) => given.start + times[i];
      const spike = nearest(time, at, spikeFrom(time - margin), spikeFrom(time + margin), (i) => rows[i] === row);
      const said = [`unit ${given.units[row]}`];
      if (spike >= 0) said.push(`spike at ${at(spike).toFixed(given.unit === "s" ? 4 : 0)} ${given.unit}`);
      if (spike >= 0 && owners[spike]) said.push(`of assembly ${given.assemblies[owners[spike] - 1].name}`);
      return said.join(", ");
    },
    occurrences(panel, time) {
      const assembly = given.assemblies[rowAt(panel, given.assemblies.length)];
      const found = nearest(time, (i) => assembly.times[i], 0, assembly.times.length);
      return `assembly ${assembly.name}${found < 0 ? "" : `, occurs at ${assembly.times[found].toFixed(3)} ${given.unit}`}`;
    },
    activity(panel, time) {
      const row = rowAt(panel, given.hidden.length);
      const level = activity[row * bins + clamp(Math.floor((time - given.start) / given.bin), 0, bins - 1)];
      const said = level > given.levels ? "no window ends here" : `active with probability ${(level / given.levels).toFixed(2)}`;
      return `hidden unit ${given.hidden[row]}, ${said}`;
    },
  };

  function read() {
    const time = pointed.posToVal(pointed.cursor.left, "x");
    const bin = clamp(Math.floor((time - given.start) / given.bin), 0, rate.length - 1);
    const seen = rate[bin] === null ? "not observed" : `${rate[bin].toFixed(2)} ${given.unit === "s" ? "Hz per unit" : "spikes a bin and unit"}`;
    const said = [moment(time), reading[pointed.kind](pointed, time), seen];
    root.querySelector("output").textContent = said.filter(Boolean).join(" · ");
  }

  // ---- panels ------------------------------------------------------------------------------

  const panels = [];

  function addPanel(kind, count, height, label, paint) {
    const host = root.querySelector(".panels").appendChild(document.createElement("div"));
    const last = kind === "activity";
    const axis = { stroke: () => colours.soft, font: "12px system-ui, sans-serif", labelFont: "12px system-ui, sans-serif" };
    const time = { ...axis, size: last ? 46 : 6, labelSize: 18, label: last ? `Time (${given.unit === "s" ? "s" : "bins"})` : undefined };
    const options = {
      width: root.clientWidth,
      height: height + (last ? 46 : 6),
      padding: [4, 8, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false },
        sync: { key: "timeline" },
        bind: { dblclick: () => () => show(given.start, given.stop) },
      },
      scales: {
        x: { time: false, range: () => [view.min, view.max] },
        y: count ? { range: [-0.5, count - 0.5], dir: -1 } : { range: (_, __, most) => [0, most || 1] },
      },
      axes: [
        { ...time, grid: { show: false }, ticks: { show: last, stroke: () => colours.line }, values: last ? undefined : () => [] },
        {
          ...axis,
          size: 40,
          label,
          labelSize: 18,
          grid: { show: false },
          ticks: { show: !count, stroke: () => colours.line },
          ...(count ? { splits: count > 1 ? [0, count - 1] : [0], values: (_, at) => at.map((each) => each + 1) } : {}),
        },
      ],
      series: [{}, count ? {} : { stroke: () => colours.soft, fill: () => colours.line, width: 1 }],
      hooks: {
        drawClear: [paintGaps],
        draw: paint ? [paint] : [],
        setSelect: [(panel) => select(panel)],
        setCursor: [(panel) => panel === pointed && panel.cursor.left >= 0 && read()],
      },
    };
    const nothing = [[given.start, given.stop], [null, null]];
    const panel = new uPlot(options, count ? nothing : [centres, rate], host);
    panel.kind = kind;
    panel.rowCount = count;
    panel.over.addEventListener("mouseenter", () => (pointed = panel));
    panels.push(panel);
  }

  function select(panel) {
    const { left, width } = panel.select;
    if (panel === pointed && width > 3) show(panel.posToVal(left, "x"), panel.posToVal(left + width, "x"));
  }

  /** Show a stretch of time in all panels. */
  function show(first, last) {
    const whole = given.stop - given.start;
    const length = clamp(last - first, Math.min(LEAST_BINS * given.bin, whole), whole);
    view.min = clamp((first + last - length) / 2, given.start, given.stop - length);
    view.max = view.min + length;
    for (const panel of panels) {
      panel.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
      panel.setScale("x", { min: view.min, max: view.max });
    }
    tell();
  }

  function tell() {
    const spikes = spikeFrom(view.max) - spikeFrom(view.min);
    root.querySelector(".shown").textContent =
      `Shown: ${moment(view.min)} to ${moment(view.max)}, ${spikes.toLocaleString("en")} spikes. ` +
      `${given.whole ? "The whole" : "The part in this page"}: ${moment(given.start)} to ${moment(given.stop)}.`;
  }

  // ---- buttons, keys, wheel and fingers ------------------------------------------------------

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
    if (!pointed || pointed.cursor.left < 0) pointed = panels.find((panel) => panel.kind === "spikes");
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
    area.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey || !pointed) return; // without it the page scrolls
        event.preventDefault();
        zoom(Math.exp(clamp(event.deltaY, -100, 100) / 200), pointed.posToVal(pointed.cursor.left, "x"));
      },
      { passive: false },
    );
    const fingers = new Map(); // where each was last
    area.addEventListener("pointerdown", (event) => event.pointerType === "touch" && fingers.set(event.pointerId, event.clientX));
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, (event) => fingers.delete(event.pointerId));
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
        if (panel.width !== root.clientWidth) panel.setSize({ width: root.clientWidth, height: panel.height });
    }).observe(root);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      readColours();
      for (const panel of panels) panel.redraw();
    });
  }

  root.hidden = false;
  readColours();
  addPanel("rate", 0, 60, given.unit === "s" ? "Hz per unit" : "Per bin");
  if (given.assemblies.length) addPanel("occurrences", given.assemblies.length, clamp(14 * given.assemblies.length, 28, 160), "Assembly", paintOccurrences);
  addPanel("spikes", given.units.length, clamp(4 * given.units.length, 120, 420), "Recorded unit", paintSpikes);
  addPanel("activity", given.hidden.length, clamp(5 * given.hidden.length, 60, 220), "Hidden unit", paintActivity);
  listen();
  tell();
})();
