"""Write ``data/assemblies.h5``, the recording that the README's first command fits."""

from pathlib import Path

from neurohm.recordings import simulate_assemblies

if __name__ == "__main__":
    simulate_assemblies(n_units=60, minutes=10.0, n_assemblies=6, seed=0).save(
        Path(__file__).with_name("assemblies.h5")
    )
