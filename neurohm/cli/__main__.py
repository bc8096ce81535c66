"""``python -m neurohm.cli``: the same as the installed ``neurohm``."""

from neurohm.cli import main

main()
