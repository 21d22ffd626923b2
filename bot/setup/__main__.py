"""Entry of `python3 -m bot.setup STEP`, which the Makefile calls."""

import sys

# Checked before anything is imported whose syntax an older Python could not even read.
if sys.version_info < (3, 10):  # noqa: UP036
    sys.exit("Kreislotse needs Python 3.10 or newer: make PYTHON=/path/to/python3.11 …")

from bot.setup.cli import main

sys.exit(main(sys.argv[1:]))
