// What the page holds (timeline.py wrote it), the part of it that is shown, and sums of it.

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
let byKeys = false; // which of the two

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
    while (interval < given.observed.length && given.observed[interval][1] <= centres[i])
      interval++;
    const seen = interval < given.observed.length && given.observed[interval][0] <= centres[i];
    rate[i] = seen ? rate[i] / given.units.length / given.bin : null;
  }
  return [centres, rate];
}

const moment = (time) => {
  const digits =
    given.unit === "s" ? clamp(3 - Math.floor(Math.log10(view.max - view.min)), 0, 4) : 0;
  return `${time.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${given.unit}`;
};
