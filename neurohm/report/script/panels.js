// Panels over one time axis, and the stretch of time that they show.

const panels = [];

/** Rows that are named beside the panel: all of few assemblies, else the first and the last. */
function namedRows(kind, count) {
  if (kind === "occurrences" && count <= 12) return Array.from({ length: count }, (_, i) => i);
  return count > 1 ? [0, count - 1] : [0];
}

const rowName = (kind, row) => (kind === "occurrences" ? given.assemblies[row].name : row + 1);

function addPanel(kind, count, height, label, paint) {
  const host = root.querySelector(".panels").appendChild(document.createElement("div"));
  const last = kind === "activity";
  const axis = {
    stroke: () => colours.soft,
    font: "12px system-ui, sans-serif",
    labelFont: "12px system-ui, sans-serif",
  };
  const time = {
    ...axis,
    size: last ? 46 : 6,
    labelSize: 18,
    label: last ? `Time (${given.unit === "s" ? "s" : "bins"})` : undefined,
  };
  const options = {
    width: root.clientWidth,
    height: height + (last ? 46 : 6),
    padding: [4, 20, 0, 0],
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
      y: count
        ? { range: [-0.5, count - 0.5], dir: -1 }
        : { range: (_, __, most) => [0, most || 1] },
    },
    axes: [
      {
        ...time,
        grid: { show: false },
        ticks: { show: last, stroke: () => colours.line },
        values: last ? undefined : () => [],
      },
      {
        ...axis,
        size: 40,
        label,
        labelSize: 18,
        grid: { show: false },
        ticks: { show: !count, stroke: () => colours.line },
        ...(count
          ? {
              splits: namedRows(kind, count),
              values: (_, at) => at.map((row) => rowName(kind, row)),
            }
          : {}),
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
  const nothing = [
    [given.start, given.stop],
    [null, null],
  ];
  const panel = new uPlot(options, count ? nothing : [centres, rate], host);
  panel.kind = kind;
  panel.rowCount = count;
  panel.over.addEventListener("mouseenter", () => (pointed = panel));
  panels.push(panel);
}

function select(panel) {
  const { left, width } = panel.select;
  if (panel === pointed && width > 3)
    show(panel.posToVal(left, "x"), panel.posToVal(left + width, "x"));
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
    `In this page: ${moment(given.start)} to ${moment(given.stop)}${given.whole ? "" : ", where most happens"}.`;
}
