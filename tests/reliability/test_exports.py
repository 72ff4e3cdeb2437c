"""Exports from strangers: nothing outside of the archive is read or written, and nothing fills the memory."""

import json
import stat
import zipfile
from pathlib import Path

import pytest

from tests.reliability.conftest import Command, failed_cleanly

TWEETS = (
    b"window.YTD.tweets.part0 = "
    + json.dumps(
        [
            {
                "tweet": {
                    "id_str": "1",
                    "created_at": "Wed May 01 10:00:00 +0000 2024",
                    "full_text": "hey mum, landed safely",
                }
            }
        ]
    ).encode()
)


def case(name: str, expected: str) -> pytest.MarkDecorator:
    """Mark a test as a named case."""
    return pytest.mark.case("zip export", name, expected)


def entry(name: str, mode: int = 0) -> zipfile.ZipInfo:
    """Return a member's head whose name stands as it is."""
    info = zipfile.ZipInfo("x")
    info.filename = name
    info.external_attr = mode << 16
    return info


REFUSED = {
    "a member named ../": (entry("data/../../evil.js"), b"window.YTD.like.part0 = []", "leads out of the archive"),
    "a member with an absolute name": (entry("/tmp/evil.js"), b"[]", "leads out of the archive"),
    "a symbolic link": (entry("data/like.js", stat.S_IFLNK | 0o777), b"/etc/passwd", "symbolic link"),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=case(name, "refused by name, the rest read, exit 3")) for name in REFUSED]
)
def test_refused_member(command: Command, tmp_path: Path, name: str) -> None:
    """The member is a record with an error; what is beside it is labelled; nothing is unpacked."""
    info, content, problem = REFUSED[name]
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        packed.writestr("data/tweets.js", TWEETS)
        packed.writestr(info, content)
    done = command("classify", "x.zip", "-o", "out.jsonl")
    failed_cleanly(done, 3, "refused", problem)
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    assert sorted(row["predicted_label"] for row in rows) == ["social networking", "uncertain"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.jsonl", "x.zip"]
    assert b"root:" not in (tmp_path / "out.jsonl").read_bytes()


@case("a bomb", "refused by name, bounded time and memory, exit 3")
def test_bomb(command: Command, tmp_path: Path) -> None:
    """A member of 1 GB that packs to 1 MB is not unpacked."""
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        packed.writestr("data/tweets.js", TWEETS)
        with packed.open("data/like.js", "w") as member:
            member.write(b"window.YTD.like.part0 = [")
            for _ in range(1000):
                member.write(bytes(1 << 20))
    done = command("classify", "x.zip", "-o", "out.jsonl", before=("prlimit", "--cpu=10", f"--data={640 << 20}"))
    failed_cleanly(done, 3, "data/like.js", "as a bomb does")
    assert (tmp_path / "out.jsonl").read_bytes().count(b"\n") == 2
