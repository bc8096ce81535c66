// What is where the pointer is, in words.

const [centres, rate] = populationRate();

function rowAt(panel, count) {
  return clamp(Math.floor((panel.cursor.top / panel.over.clientHeight) * count), 0, count - 1);
}

/** The nearest of a few moments, if it is near. */
function nearest(time, moments) {
  const reach = (NEAR * (view.max - view.min)) / pointed.over.clientWidth;
  let best = -1;
  moments.forEach((moment, i) => {
    const distance = Math.abs(moment - time);
    if (distance <= reach && (best < 0 || distance < Math.abs(moments[best] - time))) best = i;
  });
  return best;
}

/** The nearest spike in the row; of rows too narrow to be pointed at, in those beside it, too. */
function spikeNear(panel, time) {
  const scale = panel.over.clientWidth / (view.max - view.min); // pixels
  const height = panel.over.clientHeight / given.units.length;
  const place = panel.cursor.top / height - 0.5;
  const row = rowAt(panel, given.units.length);
  const others = height < NEAR && !byKeys;
  let [best, least] = [-1, NEAR];
  const to = spikeFrom(time + NEAR / scale);
  for (let i = spikeFrom(time - NEAR / scale); i < to; i++) {
    if (!others && rows[i] !== row) continue;
    const across = rows[i] === row ? 0 : (rows[i] - place) * height;
    const distance = Math.hypot((given.start + times[i] - time) * scale, across);
    if (distance <= least) [best, least] = [i, distance];
  }
  return best;
}

const reading = {
  rate: () => "",
  spikes(panel, time) {
    const spike = spikeNear(panel, time);
    const said = [
      `unit ${given.units[spike < 0 ? rowAt(panel, given.units.length) : rows[spike]]}`,
    ];
    if (spike < 0) return said[0];
    const at = (given.start + times[spike]).toFixed(given.unit === "s" ? 4 : 0);
    said.push(`spike at ${at} ${given.unit}`);
    if (owners[spike]) said.push(`of assembly ${given.assemblies[owners[spike] - 1].name}`);
    return said.join(", ");
  },
  occurrences(panel, time) {
    const assembly = given.assemblies[rowAt(panel, given.assemblies.length)];
    const found = nearest(time, assembly.times);
    return `assembly ${assembly.name}${found < 0 ? "" : `, occurs at ${assembly.times[found].toFixed(3)} ${given.unit}`}`;
  },
  activity(panel, time) {
    const row = rowAt(panel, given.hidden.length);
    const level =
      activity[row * bins + clamp(Math.floor((time - given.start) / given.bin), 0, bins - 1)];
    const said =
      level > given.levels
        ? "no window ends here"
        : `active with probability ${(level / given.levels).toFixed(2)}`;
    return `hidden unit ${given.hidden[row]}, ${said}`;
  },
};

function read() {
  const time = pointed.posToVal(pointed.cursor.left, "x");
  const bin = clamp(Math.floor((time - given.start) / given.bin), 0, rate.length - 1);
  const seen =
    rate[bin] === null
      ? "not observed"
      : `${rate[bin].toFixed(2)} ${given.unit === "s" ? "Hz per unit" : "spikes a bin and unit"}`;
  const said = [moment(time), reading[pointed.kind](pointed, time), seen];
  root.querySelector("output").textContent = said.filter(Boolean).join(" · ");
}
