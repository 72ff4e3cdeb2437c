"""One input, one answer: what `analyze` counts is what `classify` says."""

import json
from collections import Counter
from pathlib import Path

import pytest

from socialclass import load_model
from socialclass.analytics.reading import Reading, open_labelled
from socialclass.labelling.run import BatchOptions, label_files
from socialclass.reading.source import InputOptions
from tests import exports_made as made
from tests.conftest import ROOT

# activities of other languages whose words stand in a name, not in a content: each was judged by one command only
TEXTS = (
    "<p>Merci \u00e0 tous, c'est une tr\u00e8s belle ville et nous sommes l\u00e0</p>",
    "<p>see you tonight mum</p>",
)
NAMES = [
    {"type": "Create", "actor": {"type": "Person", "id": "a"}, "object": {"type": "Note", "content": text}}
    for text in TEXTS
] + [
    {"type": kind, "actor": {"type": "Person", "id": "a"}, "object": {"type": "Article", "name": name}}
    for kind in ("Question", "Like", "Create", "Announce")
    for name in ("Warum wir nicht mehr auf den Bus warten und was das mit uns macht", "Our new boots are out")
]


def written(folder: Path, files: dict[str, bytes]) -> str:
    """Write the files of an export, and return its place: the file, or the folder of several."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return str(folder / next(iter(files)) if len(files) == 1 else folder)


def answers(place: str) -> tuple[Counter[str], Counter[str]]:
    """Return the labels that `classify` and `analyze` give to an input; what cannot be read is `uncertain` to both."""
    model, reading = load_model(), Reading()
    classified = label_files([place], model, BatchOptions(output_format="jsonl"), str(Path(place).parent / "out.jsonl"))
    counted = Counter(each.label for each in open_labelled(place, InputOptions(), model, reading))
    return classified.labels, counted + Counter(uncertain=reading.unreadable)


EXPORTS = {
    name: files
    for name, files in vars(made).items()
    if name.isupper() and isinstance(files, dict) and all(isinstance(content, bytes) for content in files.values())
}


@pytest.mark.parametrize("name", EXPORTS)
def test_every_export_has_one_answer(name: str, tmp_path: Path) -> None:
    """As many activities of each label by either command."""
    (tmp_path / "export").mkdir()
    classified, counted = answers(written(tmp_path / "export", EXPORTS[name]))
    assert classified == counted


def test_names_have_one_answer(tmp_path: Path) -> None:
    """A name in another language is judged alike, whoever asks."""
    place = tmp_path / "names.jsonl"
    place.write_text(
        "".join(json.dumps({"@context": "https://www.w3.org/ns/activitystreams", **each}) + "\n" for each in NAMES)
    )
    classified, counted = answers(str(place))
    assert classified == counted
    assert counted["uncertain"] >= 5


def test_the_examples_have_one_answer(tmp_path: Path) -> None:
    """A table is one, too."""
    place = tmp_path / "export.csv"
    place.write_bytes((ROOT / "examples" / "export.csv").read_bytes())
    model, options = load_model(), InputOptions(text_field="body")
    classified = label_files([str(place)], model, BatchOptions(reading=options), str(tmp_path / "out.csv"))
    counted = Counter(each.label for each in open_labelled(str(place), options, model, Reading()))
    assert classified.labels == counted
