#!/usr/bin/env bash
# Runs the compiled core under AddressSanitizer and UndefinedBehaviorSanitizer: the tests' hostile texts, then LINES
# (default 1000000) mutated lines, with invalid UTF-8 among them. Any finding ends the run with an error.
#
#     benchmarks/sanitize.sh [PYTHON] [LINES]
set -euo pipefail
cd "$(dirname "$0")/.."
python=$(realpath -s "${1:-.venv/bin/python}")
lines=${2:-1000000}
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

cp -r socialclass data models tests "$copy"
rm -f "$copy"/socialclass/scoring/_core.*.so
include=$("$python" -c 'import sysconfig; print(sysconfig.get_paths()["include"])')
suffix=$("$python" -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))')
gcc -g -O1 -fwrapv -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined \
    -Wall -Wextra -Wno-cast-function-type -Wno-missing-field-initializers -Werror \
    -shared -fPIC -I"$include" "$copy/socialclass/scoring/_core.c" -o "$copy/socialclass/scoring/_core$suffix"

# PYTHONMALLOC: every object its own allocation, so that a read past one is seen
export PYTHONPATH="$copy" PYTHONMALLOC=malloc ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD
LD_PRELOAD=$(gcc -print-file-name=libasan.so):$(gcc -print-file-name=libubsan.so)
cd "$copy"
"$python" - "$lines" <<'PYTHON'
import random
import sys

from socialclass import load_model
from socialclass.scoring.compiled import Scorer, _core
from tests.test_core import PIECES

print(_core.__file__)
chance = random.Random(0)
scorer, texts = Scorer(load_model().weights), open("data/train.jsonl", "rb").read().split(b"\n")
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
print(f"{done:,} lines labelled, {bad:,} not UTF-8")
PYTHON
echo "the tests of the core"
"$python" -m pytest -q -p no:cacheprovider tests/test_core.py
