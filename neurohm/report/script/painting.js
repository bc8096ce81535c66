// What is in the panels; uPlot draws their axes.

function readColours() {
  const style = getComputedStyle(root);
  for (const name of ["text", "soft", "line", "page", "gap", "accent"])
    colours[name] = style.getPropertyValue(`--${name}`).trim();
  const probe = document.createElement("canvas").getContext("2d");
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  colours.assemblies = given.assemblies.map(({ colour }) => {
    if (!dark) return colour;
    probe.fillStyle = colour; // half way to white, to stand out from a dark page
    const parts = [1, 3, 5].map(
      (at) => (parseInt(probe.fillStyle.slice(at, at + 2), 16) + 255) >> 1,
    );
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
    const mark = Math.max(devicePixelRatio, Math.round(0.8 * height));
    const from = spikeFrom(view.min);
    const to = spikeFrom(view.max);
    const tick = (i, width) =>
      ctx.fillRect(
        Math.round(place(given.start + times[i]) - width / 2),
        Math.round(bbox.top + (rows[i] + 0.5) * height - mark / 2),
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
