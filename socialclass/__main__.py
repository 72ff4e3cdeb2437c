"""``python -m socialclass``, and what the installed command runs."""

import gc
import sys

_COLLECT_AFTER = 50_000  # objects; Python's 700 would look for garbage twenty times while all is being imported


def start() -> int:
    """Run the command line as a process of its own and return its exit code."""
    gc.set_threshold(_COLLECT_AFTER)
    from socialclass.cli import main

    try:
        return main()
    finally:
        gc.freeze()  # what is left goes with the process: nothing to look through


if __name__ == "__main__":
    sys.exit(start())
