"""``python -m neurohm``: the same as the installed ``neurohm``."""

from neurohm.cli.app import main

main()
