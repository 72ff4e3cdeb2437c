"""`socialclass train`: fit a model on a labelled corpus."""

import re
import sys
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from socialclass.cli.options import (
    FloatParamType,
    force_option,
    is_terminal,
    note,
    placed,
    read_options,
    refuse_overwriting,
)
from socialclass.reading import ReadOptions

if TYPE_CHECKING:
    from socialclass.corpus import Example
    from socialclass.model.classifier import Classifier
    from socialclass.training import SearchResult, TrainSettings

_EXAMPLES = """\b
Examples:
  socialclass train corpus.csv -o my.joblib
  socialclass train posts.jsonl --text-field body --label-field kind -o my.joblib
  socialclass train texts/ -o my.joblib --budget 5m   # texts/LABEL/*.txt
  socialclass train new.csv --add my.joblib -o better.joblib
  socialclass classify -m my.joblib new-posts.txt
\b
The search ends early on Ctrl-C, and the best so far is trained and written.
"""
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


class _Duration(FloatParamType):
    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return seconds."""
        found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", str(value).strip())
        if found is None:
            self.fail(f"{value!r} is no duration; write 90, 90s, 5m or 1h", param, ctx)
        return float(found[1]) * _UNITS[found[2]]


@click.command("train", epilog=_EXAMPLES)
@click.argument("corpus")
@click.option("-o", "--output", "model", required=True, metavar="MODEL", help="The model file to write.")
@read_options
@click.option("--label-field", default="label", show_default=True, metavar="NAME", help="Column of the label.")
@click.option("--group-field", metavar="NAME", help="Column of the group; no group is on both sides of a split.")
@click.option("--class-weight", type=click.Choice(["none", "balanced"]),
              help="'balanced' weighs labels inversely to their frequency; by default the search decides.")  # fmt: skip
@click.option(
    "--entities/--no-entities",
    default=None,
    help="Take links and their hosts, mentions and hashtags for evidence, or not; by default the search decides.",
)
@click.option("--search/--no-search", default=None,
              help="Choose settings by cross-validation, or take the bundled model's (with --add: that model's); "
                   "by default it searches, but not with --add.")  # fmt: skip
@click.option("--budget", type=_Duration(), default="60s", show_default=True, metavar="TIME",
              help="How long to search.")  # fmt: skip
@click.option("--add", "old", metavar="MODEL", help="Train on that model's corpus and the new rows of CORPUS.")
@click.option("--corpus", "old_corpus", metavar="FILE", help="Where the corpus of the --add model is now.")
@click.option("--seed", type=int, default=0, show_default=True, help="Equal corpus and seed give an equal file.")
@force_option
@click.option("-q", "--quiet", is_flag=True, help="Print nothing.")
def command(corpus: str, model: str, input_format: str, text_field: str | None, encoding: str, encoding_errors: str,
            label_field: str, group_field: str | None, class_weight: str | None, entities: bool | None,
            search: bool | None, budget: float, old: str | None, old_corpus: str | None, seed: int, force: bool,
            quiet: bool) -> None:  # fmt: skip
    """Fit a model on CORPUS and write it to MODEL.

    CORPUS is a csv, tsv or jsonl file with a text and a label, or a folder that holds a folder of .txt files a label.
    """
    if old_corpus is not None and old is None:
        raise click.UsageError("--corpus says where the corpus of --add is; give --add MODEL, too")
    refuse_overwriting((model,), force, (corpus, old_corpus))
    from socialclass.corpus import read_corpus
    from socialclass.model.persistence import load_model, save_model
    from socialclass.training import TrainSettings, corpus_of, remarks, source_facts, train_examples

    reading = ReadOptions(input_format, text_field, encoding, encoding_errors)
    sources = [source_facts(corpus, reading, label_field, group_field)]
    examples = read_corpus(corpus, reading, label_field, group_field)
    settings = TrainSettings()
    if old is not None:
        before = load_model(old)
        examples = corpus_of(before, old, old_corpus) + examples
        settings = TrainSettings.from_facts(before.facts.get("settings", {}))
        sources = [*before.facts.get("sources", [{"path": old_corpus or "data/train.jsonl"}]), *sources]
    if class_weight is not None:
        settings = replace(settings, class_weight=None if class_weight == "none" else class_weight)
    if entities is not None:
        settings = replace(settings, analyzer=settings.analyzer._replace(entities=int(entities)))
    facts: dict[str, object] = {"sources": sources}
    if search if search is not None else old is None:
        open_settings = {"weigh_labels": class_weight is None, "try_entities": entities is None}
        with placed(corpus):
            result = _search(examples, settings, seed, budget, open_settings, quiet)
        settings, facts["search"] = result.settings, result.as_facts()
    with placed(corpus):
        classifier = train_examples(examples, settings, seed, facts)
    save_model(classifier, model)
    if not quiet:
        for remark in remarks(examples):  # not earlier: an error is one line alone
            note(f"{corpus}: {remark}")
        _report(classifier, model)


def _search(
    examples: "list[Example]", settings: "TrainSettings", seed: int, budget: float, tried: dict[str, bool], quiet: bool
) -> "SearchResult":
    """Search with a bar on a terminal; say how it ended where that is not the usual way."""
    from socialclass.training import Progress
    from socialclass.training import search as search_settings

    with ExitStack() as stack:
        watch = None
        if not quiet and is_terminal(sys.stderr):
            from socialclass.report.terminal import search_progress

            tick = stack.enter_context(search_progress())

            def watch(progress: Progress) -> None:
                tick(progress.share, progress.trials, progress.best.macro_f1)

        result = search_settings(examples, settings, seed, budget, watch=watch, **tried)
    if result.ended in ("budget", "interrupted") and not quiet:
        why = "the budget is used up" if result.ended == "budget" else "interrupted"
        note(f"search: {why} after {len(result.trials)} trials; going on with the best so far")
    return result


def _report(classifier: "Classifier", model: str) -> None:
    facts = classifier.facts
    score = ""
    if measured := facts.get("cross_validation"):
        low, high = measured["intervals"]["macro_f1"]
        score = f"; cross-validated macro-F1 {measured['macro_f1']:.3f} (95% interval {low:.3f} to {high:.3f})"
    tried = f", chosen among {facts['search']['tried']} settings" if facts.get("search", {}).get("tried") else ""
    note(f"{model}: {facts['corpus']['texts']:,} texts, {len(classifier.weights.terms):,} terms{tried}{score}")
