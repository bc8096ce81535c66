// What is where the pointer is, in words.

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
    const spike = nearest(
      time,
      at,
      spikeFrom(time - margin),
      spikeFrom(time + margin),
      (i) => rows[i] === row,
    );
    const said = [`unit ${given.units[row]}`];
    if (spike >= 0)
      said.push(`spike at ${at(spike).toFixed(given.unit === "s" ? 4 : 0)} ${given.unit}`);
    if (spike >= 0 && owners[spike])
      said.push(`of assembly ${given.assemblies[owners[spike] - 1].name}`);
    return said.join(", ");
  },
  occurrences(panel, time) {
    const assembly = given.assemblies[rowAt(panel, given.assemblies.length)];
    const found = nearest(time, (i) => assembly.times[i], 0, assembly.times.length);
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
