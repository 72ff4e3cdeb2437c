"""Exports from strangers, or cut on the way: one line of error or the records before the damage, within bounds."""

import gzip
import io
import json
import os
import resource
import struct
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.in_process import Outcome, run_here

MODEL = ROOT / "tests/golden/model.joblib"
SECONDS, BYTES = 20, 1 << 30  # of processor time and of address space, for a bomb


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return packed.getvalue()


TWEETS = [{"tweet": {"id_str": text, "full_text": text, "created_at": ""}} for text in ("hi mum", "20% off")]
POSTS = {
    "type": "OrderedCollection",
    "@context": "https://www.w3.org/ns/activitystreams",
    "orderedItems": [{"type": "Create", "object": {"type": "Note", "content": text}} for text in ("hi", "sale")],
}
SMALL = {
    "twitter.zip": zipped({"tweets.js": b"window.YTD.tweets.part0 = " + json.dumps(TWEETS).encode()}),
    "activitystreams.json": json.dumps(POSTS).encode(),
}


def label(path: Path, data: bytes) -> Outcome:
    """Label bytes as an export of the platform that the file's name begins with; check that nothing else is written."""
    path.write_bytes(data)
    outcome = run_here("classify", "-m", MODEL, "--input-format", path.name.split(".")[0], path)
    assert os.listdir(path.parent) == [path.name]
    assert outcome.code in (0, 1, 3), outcome
    assert all(line.startswith("socialclass: ") for line in outcome.err.splitlines())
    assert len(outcome.err.splitlines()) == 1 or outcome.code != 1
    return outcome


def texts(outcome: Outcome) -> list[str]:
    """Return the texts of the records that could be read."""
    rows = [json.loads(line) for line in outcome.out.splitlines()]
    return [str(row.get("text", row.get("object"))) for row in rows if not row["reason"].startswith("error: ")]


@pytest.mark.parametrize("name", SMALL)
def test_every_truncation_gives_a_beginning(tmp_path: Path, name: str) -> None:
    """Cut at any byte: the records before the cut, and exit 3; or exit 1 and one line; never more, never others."""
    whole = texts(label(tmp_path / name, SMALL[name]))
    assert len(whole) == 2
    for size in range(len(SMALL[name])):
        outcome = label(tmp_path / name, SMALL[name][:size])
        found = texts(outcome)
        assert found == whole[: len(found)]
        assert outcome.code or found == whole or size == 0


@pytest.mark.parametrize("name", SMALL)
def test_every_flipped_bit_is_no_traceback(tmp_path: Path, name: str) -> None:
    """In each byte one bit: an error that is named, or records."""
    data = bytearray(SMALL[name])
    for at in range(len(data)):
        data[at] ^= 1 << at % 8
        label(tmp_path / name, bytes(data))
        data[at] ^= 1 << at % 8


def test_a_member_packed_by_another_method_is_refused(tmp_path: Path) -> None:
    """What no platform uses would only be more to trust."""
    data = zipped({"tweets.js": b"window.YTD.tweets.part0 = []"}, zipfile.ZIP_LZMA)
    outcome = label(tmp_path / "twitter.zip", data)
    assert "packed by method 14, which no platform uses" in outcome.err + outcome.out.decode()


def overlapping() -> bytes:
    """Return a zip of 2,000 names for one member, each within what a member may unpack to."""
    name = b"tweets-part%05d.js"
    body = b"window.YTD.tweets.part0 = [" + b" " * (15 << 20) + b"]"
    one = zipped({"tweets-part00000.js": body})
    start = one.index(b"PK\x01\x02")
    entry, end = one[start : one.index(b"PK\x05\x06")], bytearray(one[one.index(b"PK\x05\x06") :])
    entries = b"".join(entry.replace(name % 0, name % number) for number in range(2000))
    struct.pack_into("<HHII", end, 8, 2000, 2000, len(entries), start)
    return one[:start] + entries + bytes(end)


def tar_with(kind: bytes, size: int) -> bytes:
    """Return a tar.gz whose first header claims many zeros, which are there."""
    packed = io.BytesIO()
    info = tarfile.TarInfo("tweets.js")
    info.type, info.size = kind, size
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as stream:
        stream.write(info.tobuf())
        for _ in range(size >> 20):
            stream.write(bytes(1 << 20))
        stream.write(bytes(1024))
    return packed.getvalue()


BOMBS: dict[str, Callable[[], bytes]] = {
    "one-member.zip": lambda: zipped({"tweets.js": b"window.YTD.tweets.part0 = [" + bytes(64 << 20)}),
    "a-zip-in-a-zip.zip": lambda: zipped({"tweets.js": zipped({"tweets.js": zipped({"tweets.js": bytes(1 << 20)})})}),
    "overlapping-members.zip": overlapping,
    "many-members.zip": lambda: zipped({f"tweets-part{i}.js": b"[" for i in range(20_000)}),
    "nested-arrays.zip": lambda: zipped({"tweets.js": b"window.YTD.tweets.part0 = " + b"[" * 1_000_000}),
    "nested-objects.json": lambda: b'[{"tweet":' * 500_000,
    "an-endless-string.json": lambda: b'window.YTD.tweets.part0 = ["' + b"a" * (40 << 20),
    "a-long-number.json": lambda: b"window.YTD.tweets.part0 = [" + b"9" * 3_000_000 + b"]",
    "tar-member.tar.gz": lambda: tar_with(tarfile.REGTYPE, 256 << 20),
    "tar-extended-header.tar.gz": lambda: tar_with(tarfile.XHDTYPE, 256 << 20),
    "tar-long-name.tar.gz": lambda: tar_with(tarfile.GNUTYPE_LONGNAME, 256 << 20),
}


def bounds() -> None:
    """Bound what the process may use; the system ends it beyond."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_in_a_line_within_bounds(tmp_path: Path, name: str) -> None:
    """Within 20 seconds of processor time and a gigabyte: refused by name, and nothing is written anywhere."""
    (tmp_path / name).write_bytes(BOMBS[name]())
    command = [sys.executable, "-m", "socialclass", "classify", "-q", "-m", str(MODEL)]
    command += ["--input-format", "twitter", name]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, env=environment, preexec_fn=bounds)
    assert done.returncode in (1, 3), (done.returncode, done.stderr[-500:])
    assert b"Traceback" not in done.stderr
    assert b"error: " in done.stdout or len(done.stderr.splitlines()) == 1, done
    assert b"not enough memory" not in done.stderr
    assert os.listdir(tmp_path) == [name]
