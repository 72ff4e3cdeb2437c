"""Time and memory of `socialclass analyze` at the size of a large archive.

    python -m benchmarks.million [--activities 1000000] [--actors 100000] [--labelled]

Generates ActivityStreams JSON Lines from a seed into a temporary folder (posts, replies, mentions and likes of
people in groups, and of brands), runs the installed command on it in a process of its own, page and tables included,
and prints the seconds, the processor time and the peak memory of that process. --labelled: the labels are in the
file, as `classify` leaves them; else the model gives them on the way.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from socialclass.analytics.ledger import MARKETING, NETWORKING
from socialclass.corpus import read_corpus
from socialclass.resources import find_resource

_BEGIN = 1_700_000_000


def write_activities(path: Path, activities: int, actors: int, labelled: bool, seed: int = 0) -> None:
    """Write the file, a line an activity."""
    random = Random(seed)
    examples = read_corpus(str(find_resource("data", "test.jsonl")))
    texts = [(example.text, example.label) for example in examples if example.text]
    written: list[tuple[int, int]] = []
    with path.open("w", encoding="utf-8") as stream:
        for number in range(activities):
            actor = int(actors * random.random() ** 2)
            group = actor // 200
            text, label = random.choice(texts)
            when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(_BEGIN + number * 60))
            kind = "Organization" if actor % 1000 == 0 else "Person"
            row: dict[str, object] = {"id": f"a{number}", "published": when, "actor": {"id": f"u{actor}", "type": kind}}
            near = group * 200 + random.randrange(200) if random.random() < 0.8 else int(actors * random.random())
            chance = random.random()
            if chance < 0.3 and written:
                other, author = random.choice(written[-5000:])
                liked = {"id": f"n{other}", "type": "Note", "attributedTo": f"u{author}"}
                row |= {"type": "Like", "object": liked}
            else:
                note: dict[str, object] = {"id": f"n{number}", "type": "Note", "content": text}
                if chance < 0.6 and written:
                    note["inReplyTo"] = f"n{random.choice(written[-5000:])[0]}"
                elif chance < 0.8:
                    note["tag"] = [{"type": "Mention", "href": f"u{near}"}]
                row |= {"type": "Create", "object": note, "socialclass:channel": f"group {group}"}
                written.append((number, actor))
            if labelled:
                row |= {"predicted_label": label if chance >= 0.3 else NETWORKING, "probability": 0.8}
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    assert {label for _, label in texts} == {MARKETING, NETWORKING}


def main() -> None:
    """Generate, run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--activities", type=int, default=1_000_000)
    parser.add_argument("--actors", type=int, default=100_000)
    parser.add_argument("--labelled", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "activities.jsonl")
        write_activities(path, options.activities, options.actors, options.labelled)
        outputs = ["--report", f"{folder}/page.html", "--tables", f"{folder}/tables", "--output-format", "json"]
        asked = ["--terms", "--by", "actor", *outputs]
        command = [sys.executable, "-m", "socialclass", "analyze", *asked, str(path)]
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - began
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        peak = used.ru_maxrss / 1024
        size = Path(folder, "page.html").stat().st_size / 1024
        print(f"{options.activities:,} activities ({path.stat().st_size >> 20} MiB), {options.actors:,} actors:")
        print(f"{seconds:.0f} s, {used.ru_utime + used.ru_stime:.0f} s of processor time, peak {peak:.0f} MiB")
        print(f"the page has {size:.0f} KiB")


if __name__ == "__main__":
    main()
