"""`python -m studio`: the command line."""

import sys

from studio.core.console import Interruptions

INTERRUPTIONS = Interruptions()  # first: a signal while the rest is loaded is answered like a later one

from studio.cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(begin=INTERRUPTIONS.begin))
