"""``python -m neurohm.cli``: the same as the installed ``neurohm``."""

from neurohm.cli.app import main

main()
