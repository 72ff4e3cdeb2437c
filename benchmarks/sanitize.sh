#!/usr/bin/env bash
# Runs the compiled core under AddressSanitizer and UndefinedBehaviorSanitizer: the tests' hostile texts, then LINES
# (default 1000000) mutated lines, with invalid UTF-8 among them, and as many mutated records of CSV, of JSONL and of
# ActivityStreams. Any finding ends the run with an error.
#
#     benchmarks/sanitize.sh [PYTHON] [LINES]
set -euo pipefail
cd "$(dirname "$0")/.."
python=$(realpath -s "${1:-.venv/bin/python}")
lines=${2:-1000000}
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

cp -r socialclass data models tests "$copy"
rm -f "$copy"/socialclass/model/scoring/_core.*.so
include=$("$python" -c 'import sysconfig; print(sysconfig.get_paths()["include"])')
suffix=$("$python" -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))')
gcc -g -O1 -fwrapv -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined \
    -Wall -Wextra -Wno-cast-function-type -Wno-missing-field-initializers -Werror \
    -shared -fPIC -I"$include" "$copy/socialclass/model/scoring/_core.c" -o "$copy/socialclass/model/scoring/_core$suffix"

# PYTHONMALLOC: every object its own allocation, so that a read past one is seen
export PYTHONPATH="$copy" PYTHONMALLOC=malloc ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD
LD_PRELOAD=$(gcc -print-file-name=libasan.so):$(gcc -print-file-name=libubsan.so)
cd "$copy"
"$python" - "$lines" <<'PYTHON'
import csv
import io
import json
import random
import sys

from socialclass import load_model
from socialclass.labelling.activity_way import ActivityLane
from socialclass.labelling.record_way import LabelOptions
from socialclass.model.scoring.compiled import Scorer, _core
from tests.test_core import PIECES

print(_core.__file__)
chance = random.Random(0)
classifier = load_model()
scorer, texts = Scorer(classifier.weights), open("data/train.jsonl", "rb").read().split(b"\n")
pieces = [piece.encode() for piece in PIECES]


def mutated() -> bytes:
    """Return a line of the corpus with cuts, foreign pieces and sometimes a random byte in it."""
    line = chance.choice(texts)
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(line) + 1)
        line = line[:at] + chance.choice(pieces) + line[at + chance.randrange(9) :]
    if chance.random() < 0.02:
        at = chance.randrange(len(line) + 1)
        line = line[:at] + bytes([chance.randrange(256)]) + line[at:]
    return line


done = bad = 0
while done < int(sys.argv[1]):
    block = b"\n".join(mutated() for _ in range(chance.choice([1, 7, 500])))
    while block:  # behind an invalid line the rest is a block of its own
        outcome = scorer.label_lines(bytes(block), (b"marketing", b"networking", b"uncertain"), 0.6)
        count = sum(outcome.counts)
        done += count
        if outcome.bad_byte < 0:
            break
        bad += 1
        block = b"\n".join(block.split(b"\n")[count + 1 :])
    scorer.score([line.decode(errors="surrogateescape") for line in block.split(b"\n")[:50]])
print(f"{done:,} lines labelled, {bad:,} not UTF-8", flush=True)

MARKS = [b'"', b'""', b"\\", b"\\u", b"\\ud83d", b"\\ude00", b",", b":", b"{", b"}", b"[", b"]", b"\r", b"\n", b"\r\n", b"\t",
         b"-1e", b"tru", b"null", b" ", b"\xff", b"\xe2\x82"]  # fmt: skip
PIECES_OUT = (b"before", b"after") * 6
TAGS = [b"<p>", b"</p>", b"<br />", b"<a href='x'>", b'<a href=\\"x\\">', b"</span>", b"&amp;", b"&#39;", b"&", b"<", b"\xc2\xa0",
        b"\xe2\x80\x99", b" los muy ", b"\xc3\xa9", b"\xf0\x9f\x98\x82\xef\xb8\x8f"]  # fmt: skip
lane = ActivityLane(classifier, LabelOptions(check_language=True), "x")


def as_activity(text: str) -> dict[str, object]:
    """Return an activity of some kind with a text somewhere in it."""
    actor = chance.choice(["ana", {"type": "Person", "id": "ana"}, {"type": "Service", "name": text}, None, []])
    note = {"type": "Note", "content": text, "attributedTo": actor, "contentMap": {"en": text}, "likes": {"totalItems": 3}}
    kept = {name: note[name] for name in note if chance.random() < 0.7}
    activity = {"id": 1, "type": "Create", "actor": actor, "object": kept, "to": ["as:Public", "x/followers"], "name": text,
                "target": actor, "file": "y", "position": 1, "tag": [{"type": "Mention", "href": "b"}]}  # fmt: skip
    return {name: activity[name] for name in activity if name == "id" or chance.random() < 0.7}


def as_record(line: bytes, kind: str) -> bytes:
    """Return a line as the text of a record with some more fields, sometimes damaged."""
    for _ in range(chance.choice([0, 1, 4]) if kind == "activities" else 0):
        at = chance.randrange(len(line) + 1)
        line = line[:at] + chance.choice(TAGS) + line[at:]
    text = line.decode(errors="replace")
    fields = {"id": chance.random(), "text": text, "more": chance.choice([None, text, [text, {"a": -1}], {"b": []}])}
    if kind == "csv":
        out = io.StringIO()
        csv.writer(out).writerow(fields.values())
        record = out.getvalue().encode()
    else:
        fields = as_activity(text) if kind == "activities" else fields
        record = json.dumps(fields, ensure_ascii=chance.random() < 0.5).encode()
    for _ in range(chance.choice([0, 0, 1, 2])):
        at = chance.randrange(len(record) + 1)
        record = record[:at] + chance.choice(MARKS) + record[at + chance.randrange(3) :]
    return record


def label(block: bytes, at: int, kind: str) -> tuple[int, int]:
    """Label a block from a place on; return how many records were labelled, and where that ended."""
    if kind == "activities":
        done = lane.label(block, at, 1)
    elif kind == "csv":
        done = scorer.label_csv(block, at, PIECES_OUT, 0.6, ",", 3, 1)
    else:
        done = scorer.label_jsonl(block, at, PIECES_OUT, 0.6, b"text", (b"reason",))
    return sum(done.counts), done.stop


for kind in ("csv", "jsonl", "activities"):
    done = left = 0
    while done + left < int(sys.argv[1]):
        block = b"\n".join(as_record(mutated(), kind) for _ in range(chance.choice([1, 7, 100])))
        block = block[: chance.choice([len(block), chance.randrange(len(block) + 1)])]
        assert 0 <= scorer.last_row_end(block, ",") <= len(block)
        at = 0
        while at < len(block):
            count, at = label(block, at, kind)
            done += count
            if at < len(block):
                left += 1
                at = block.find(b"\n", at) + 1 or len(block)
    print(f"{done:,} records of {kind} labelled, {left:,} times left to Python", flush=True)
PYTHON
echo "the tests of the core"
"$python" -m pytest -q -p no:cacheprovider tests/test_core.py tests/test_blocks.py tests/test_activities.py
