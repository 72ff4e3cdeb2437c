"""One target under atheris, in a process of its own: ``python -m benchmarks.fuzz.run TARGET [libFuzzer's options]``."""

import sys

import atheris

# what reads and writes; the rest would only be slower
_READERS = ["exports", "formats", "inputs", "labelling", "persistence", "privacy", "tables", "text"]

with atheris.instrument_imports(include=[f"socialclass.{name}" for name in _READERS]):
    from benchmarks.fuzz.targets import BY_NAME


def main() -> None:
    """Fuzz until libFuzzer's options or a finding end it."""
    target = BY_NAME[sys.argv[1]]
    for seed in target.seeds():  # what is imported late is here before anything is watched
        target.check(seed)
    atheris.Setup([sys.argv[0], *sys.argv[2:]], target.check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
