"""A cascade fitted to windows around the spikes of one unit of a recording."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neurohm.cli.cascade_summary import scored_cascade
from neurohm.cli.held_out import train_and_test
from neurohm.cli.options import MachineOptions, ReaderOptions, require_unset
from neurohm.cli.resumable import Fitting
from neurohm.estimators import SpikeCascade
from neurohm.exceptions import InputError
from neurohm.locks import held
from neurohm.recordings.unit_observation import observed_together, warn_of_time_left_out
from neurohm.training import remove_checkpoint

_LAGS = 11


@dataclass
class CascadeFit:
    """What to grow a cascade on, and how.

    Parameters
    ----------
    source : Path
        The recording's file.
    machine : MachineOptions
    reader : ReaderOptions
    trigger : str or None
        The unit on whose spikes windows are centred.
    test : float
        Share of the time to score on; 0 for none.

    Raises
    ------
    InputError
        If an option cannot be used.
    """

    source: Path
    machine: MachineOptions
    reader: ReaderOptions
    trigger: str | None
    test: float

    def __post_init__(self) -> None:
        options = self.machine
        if self.trigger is None:
            raise InputError("--rule cascade without a trigger", "--trigger UNIT", "name the unit")
        if options.rule not in ("cascade", "wake-sleep"):
            raise InputError(f"--rule {options.rule} with --trigger", "cascade or wake-sleep")
        others = "hidden", "particles", "plasticity", "learning_rate", "batch_size", "device"
        require_unset(options, "--trigger", *others, "shuffle_window")
        if options.rule == "cascade":
            require_unset(options, "--rule cascade", "epochs")
        self.model = SpikeCascade(
            self.trigger,
            bin_size="auto" if options.bin_size is None else options.bin_size,
            lags=_LAGS if options.lags is None else options.lags,
            observation="poisson" if options.observation == "auto" else options.observation,
            rule=options.rule,
            epochs=options.shared()["epochs"],
            random_state=options.seed,
        )

    def run(self, fitting: Fitting) -> tuple[dict[str, Any], dict[str, str]]:
        """Fit, save and score; return what to say of it, as data and in words."""
        if fitting.resume or fitting.report is not None:
            option = "--resume" if fitting.resume else "--report"
            raise InputError(f"{option} with a cascade", "the cascade without it")
        whole = self.reader.load(self.source, width_of_bins=self.machine.bin_size)
        warn_of_time_left_out(whole)
        train, held_out = observed_together(whole), None
        if self.test:
            train, held_out = train_and_test(train, self.test, self.model.lags)
        begin = time.monotonic()
        with held(fitting.lock):
            model = self.model.fit(train)
            model.save(fitting.output)
            remove_checkpoint(fitting.checkpoint)  # of the fit that --overwrite discards
        seconds = time.monotonic() - begin
        result = {
            "model": str(fitting.output),
            "recording": str(self.source),
            "trigger": model.trigger_,
            "hidden_units": model.n_units_,
            "windows": list(model.n_windows_),
            "bin_size": model.bin_size_,
            "time_unit": model.time_unit_,
            "lags": model.lags,
            "trials": model.trials_,
            "seconds": seconds,
        }
        learned, validated = model.n_windows_
        rows = {
            "model": f"{fitting.output}: {model.n_units_} hidden units in {seconds:.3g} s",
            "fitted to": f"{learned:,} windows, validated on {validated:,}",
        }
        if held_out is not None:
            scored, said = scored_cascade(model, held_out)
            result, rows = result | scored, rows | said
        return result, rows
