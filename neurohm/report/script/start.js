// Everything is defined: draw.

root.hidden = false;
readColours();
addPanel("rate", 0, 70, given.unit === "s" ? "Hz per unit" : "Per bin");
if (given.assemblies.length)
  addPanel(
    "occurrences",
    given.assemblies.length,
    clamp(14 * given.assemblies.length, 64, 160),
    "Assembly",
    paintOccurrences,
  );
addPanel(
  "spikes",
  given.units.length,
  clamp(4 * given.units.length, 120, 420),
  "Recorded unit",
  paintSpikes,
);
addPanel(
  "activity",
  given.hidden.length,
  clamp(5 * given.hidden.length, 80, 220),
  "Hidden unit",
  paintActivity,
);
listen();
tell();
