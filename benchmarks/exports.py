"""What of a folder of exports is read and labelled: a table of records, labels, uncertain and unreadable ones.

python -m benchmarks.exports FOLDER      each folder, zip or file in FOLDER is one export
python -m benchmarks.exports --growth    time and memory of ActivityStreams JSON Lines from 1k to 1M records
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from socialclass import load_model
from socialclass.errors import SocialclassError
from socialclass.labelling.record_way import LabelOptions, Tally, label_records
from socialclass.reading.source import InputOptions, export_format, open_export

WORDS = "the a sale mum late train boots off free call tonight order friends build fix cat dinner new shop code".split()


def table(folder: Path) -> None:
    """Print a row for each export in a folder."""
    model = load_model()
    options = LabelOptions(check_language=True)
    print("| export | format | read | labelled | uncertain | of them not English | unreadable |")
    print("|---|---|---|---|---|---|---|")
    for source in sorted(folder.iterdir()):
        reading = InputOptions()
        try:
            name = export_format(str(source), reading)
        except SocialclassError as error:
            print(f"| {source.name} | {error.problem[:40]} | | | | | |")
            continue
        if not name:
            continue
        tally = Tally()
        with open_export(str(source), name, reading) as records:
            for _ in label_records(records, model, options, tally):
                pass
        labels = Counter(tally.labels)
        uncertain = labels["uncertain"] - tally.unreadable
        labelled = tally.records - labels["uncertain"]
        foreign = tally.reasons["not_english"]
        print(
            f"| {source.name} | {name} | {tally.records} | {labelled} | {uncertain} | {foreign} | {tally.unreadable} |"
        )


def growth() -> None:
    """Print seconds and peak memory of `classify` on generated activities and on the same texts as plain JSON Lines."""
    print("| records | activities, s | plain, s | activities, MiB |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as room:
        for size in (1_000, 10_000, 100_000, 1_000_000):
            activities, plain = Path(room, "a.jsonl"), Path(room, "p.jsonl")
            _generate(activities, plain, size)
            seconds, memory = _classify(activities)
            print(f"| {size:,} | {seconds:.2f} | {_classify(plain)[0]:.2f} | {memory:.0f} |", flush=True)


def _generate(activities: Path, plain: Path, size: int) -> None:
    chance = random.Random(0)
    with activities.open("w") as first, plain.open("w") as second:
        for number in range(size):
            text = " ".join(chance.choices(WORDS, k=chance.randint(4, 20)))
            note = {"type": "Note", "id": f"n{number}", "content": f"<p>{text}</p>"}
            actor = {"type": "Person", "id": f"u{number % 999}"}
            whole = {"id": f"https://a.example/{number}", "type": "Create", "actor": actor, "object": note}
            first.write(json.dumps(whole) + "\n")
            second.write(json.dumps({"id": number, "actor": f"u{number % 999}", "text": text}) + "\n")


def _classify(path: Path) -> tuple[float, float]:
    """Return seconds and the peak memory of all children so far, in MiB."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "socialclass", "classify", str(path), "-q", "-o", f"{path}.out"]
    subprocess.run(command, check=True)
    return time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--growth", action="store_true")
    given = parser.parse_args()
    if given.folder:
        table(given.folder)
    if given.growth:
        growth()
