"""What there is to say of a model file: for programs, and for readers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from neurohm.cli.recording_summary import named
from neurohm.files import open_hdf5
from neurohm.storage import read_model


def model_facts(path: Path) -> dict[str, Any]:
    """Return what a model file holds, as plain data."""
    kind, tree = read_model(path)
    run, recording = tree.get("run", {}), tree.get("recording", {})
    estimator = tree.get("estimator", {})
    arguments = estimator.get("arguments", {})
    settings = tree.get("learning", run.get("settings", {}))
    return {
        "kind": kind,
        "source": str(path),
        "populations": tree["machine"]["populations"],
        "recognition": tree["machine"].get("recognition", tree["machine"]["populations"][1:]),
        "parameters": _size(tree["machine"]["parameters"]),
        "dtype": tree["machine"]["dtype"],
        "rule": settings.get("rule", arguments.get("rule")),
        "plasticity": settings.get("plasticity", arguments.get("plasticity")),
        "arguments": arguments,
        "bin_size": estimator.get("bin_size"),
        "time_unit": estimator.get("time_unit"),
        "lags": arguments.get("lags"),
        "observation": estimator.get("observation", arguments.get("observation")),
        "seed": estimator.get("seed", settings.get("seed")),
        "units": len(recording["unit_ids"]) if "unit_ids" in recording else None,
        "unit_ids": recording.get("unit_ids"),
        "positions": "positions" in recording,
        "recording": {key: recording.get(key) for key in ("source", "fingerprint")},
        "images": tree.get("data"),
        "epoch": run.get("position", {}).get("epoch"),
        "epochs": settings.get("epochs", arguments.get("epochs")),
        "history": _history(tree.get("history", run.get("history", {}))),
        "versions": _versions(path),
    }


def model_rows(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return the facts about a model in words."""
    history = facts["history"]
    fitted = f"{history['epochs']} epochs (at most: {facts['epochs']})"
    rows = {
        "file": facts["source"],
        "model": facts["kind"],
        "populations": _kinds(facts["populations"]),
        "recognition": _recognition(facts),
        "parameters": f"{facts['parameters']:,} ({facts['dtype']})",
        "rule": _setting(facts["rule"]),
        "plasticity": _setting(facts["plasticity"]),
        "window": _window(facts),
        "units": named(list(facts["unit_ids"])) if facts["unit_ids"] is not None else "",
        "seed": "" if facts["seed"] is None else str(facts["seed"]),
        "images": _images(facts["images"]),
        "fitted to": facts["recording"]["source"] or (facts["images"] or {}).get("source", ""),
        "learning": fitted if history["epochs"] else "",
        **{name: _course(course) for name, course in history["columns"].items()},
        "written by": ", ".join(f"{name} {value}" for name, value in facts["versions"].items()),
    }
    return {name: text for name, text in rows.items() if text}


def _kinds(populations: Sequence[Mapping[str, Any]]) -> str:
    return " - ".join(f"{p['size']} {p['kind']}" for p in populations)


def _recognition(facts: Mapping[str, Any]) -> str:
    """Return what recognition drives, where it differs from what is generated."""
    recognised = _kinds(facts["recognition"])
    return "" if recognised == _kinds(facts["populations"][1:]) else recognised


def _size(parameters: Mapping[str, Any]) -> int:
    parts = (_size(p) if isinstance(p, Mapping) else p.size for p in parameters.values())
    return sum(map(int, parts))


def _history(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the first, last and best value of each column; the epoch itself is none."""
    import numpy as np

    scores = {name: v for name, v in columns.items() if name != "epoch" and np.isfinite(v).any()}
    return {
        "epochs": max((len(values) for values in columns.values()), default=0),
        "columns": {
            name: {
                "first": float(values[0]),
                "last": float(values[-1]),
                "best": float(np.nanmax(values)),
                "best_epoch": int(np.nanargmax(values)) + 1,
            }
            for name, values in scores.items()
        },
    }


def _versions(path: Path) -> dict[str, str]:
    with open_hdf5(path) as file:
        return {
            "neurohm": str(file.attrs.get("neurohm_version", "unknown")),
            "format": str(file.attrs["version"]),
            **json.loads(file.attrs.get("versions", "{}")),
        }


def _setting(value: Any) -> str:
    if isinstance(value, Mapping):
        given = {key: item for key, item in value.items() if item not in ([], {}, None)}
        name = given.pop("name")
        options = ", ".join(f"{key} {item}" for key, item in given.items())
        return f"{name} ({options})" if options else str(name)
    return str(value or "")


def _window(facts: Mapping[str, Any]) -> str:
    if facts["bin_size"] is None or facts["lags"] is None:
        return ""
    unit = "s" if facts["time_unit"] == "s" else "bin"
    return f"{facts['lags']} lags of {facts['bin_size']:g} {unit}, {facts['observation']}"


def _images(data: Mapping[str, Any] | None) -> str:
    """Return the size of the images that a model was fitted to, and how they became binary."""
    if data is None or data["shape"] is None:
        return ""
    size = f"{data['shape'][0]} × {data['shape'][1]} pixels"
    return size if data["binarise"] is None else f"{size}, {data['binarise']} binarisation"


def _course(course: Mapping[str, Any]) -> str:
    return f"{course['last']:.5g}, best {course['best']:.5g} (epoch {course['best_epoch']})"
