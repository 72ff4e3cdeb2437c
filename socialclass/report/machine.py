"""Results for machines: JSON, JUnit XML, GitHub's annotations and step summary, rows of changed texts."""

import csv
import io
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from socialclass.evaluation import Comparison, Evaluation
from socialclass.evaluation.gates import GateResult
from socialclass.evaluation.measures import MEASURES, figure_names
from socialclass.report.page import visible
from socialclass.training.validation import Assessment

CHANGE_FIELDS = (
    "place", "text", "label", "old_label", "old_probability", "new_label", "new_probability", "shift", "effect",
)  # fmt: skip


def as_json(assessment: Assessment, gates: Sequence[GateResult]) -> str:
    """Return all measures as JSON; what else was asked for is in ``by``, ``folds``, ``learning_curve``, ``gates``."""
    content: dict[str, Any] = asdict(assessment.evaluation)
    if assessment.by:
        content["by"] = {value: asdict(each) for value, each in assessment.by.items()}
    if assessment.fold_scores:
        content["folds"] = [each._asdict() for each in assessment.fold_scores]
    if assessment.learning_curve:
        content["learning_curve"] = [each._asdict() for each in assessment.learning_curve]
    if gates:
        content["gates"] = [{**each.gate._asdict(), "value": each.value, "passed": each.passed} for each in gates]
    return _json(content)


def as_junit(assessment: Assessment, gates: Sequence[GateResult], corpus: str) -> str:
    """Return a JUnit test suite: a test a gate, and all measures as properties."""
    failed = sum(not each.passed for each in gates)
    counts = {"tests": str(max(1, len(gates))), "failures": str(failed), "errors": "0"}
    root = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(root, "testsuite", {"name": f"socialclass evaluate {visible(corpus)}", **counts})
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in _figures(assessment.evaluation).items():
        ElementTree.SubElement(properties, "property", {"name": visible(name), "value": f"{value:.6f}"})
    if not gates:
        ElementTree.SubElement(suite, "testcase", {"classname": "socialclass.evaluate", "name": "measured"})
    for each in gates:
        names = {"classname": "socialclass.evaluate", "name": visible(f"{each.gate.name}={each.gate.bound:g}")}
        case = ElementTree.SubElement(suite, "testcase", names)
        if not each.passed:
            ElementTree.SubElement(case, "failure", {"message": visible(str(each)), "type": "gate"})
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def as_github(assessment: Assessment, gates: Sequence[GateResult], corpus: str) -> str:
    """Return GitHub workflow commands: an error a failed gate, else a notice with the scores."""
    measured = assessment.evaluation
    failed = [
        f"::error title=socialclass evaluate::{_command(f'{corpus}: {each}')}" for each in gates if not each.passed
    ]
    scores = f"{corpus}: accuracy {measured.accuracy:.4f}, macro F1 {measured.macro_f1:.4f}, {measured.texts:,} texts"
    return "\n".join([*failed, f"::notice title=socialclass evaluate::{_command(scores)}"]) + "\n"


def step_summary(assessment: Assessment, gates: Sequence[GateResult], corpus: str) -> str:
    """Return the measures as Markdown, for the summary of a GitHub step."""
    measured = assessment.evaluation
    lines = [f"### socialclass evaluate: {_cell(corpus)}", "", "| measure | value | 95% interval |", "|---|---:|---:|"]
    values = _figures(measured)
    for name in [row.name for row in MEASURES if row.name in values]:
        ends = measured.intervals.get(name)
        interval = f"{ends[0]:.3f} to {ends[1]:.3f}" if ends else ""
        lines.append(f"| {name.replace('_', ' ')} | {values[name]:.4f} | {interval} |")
    lines += ["", "| label | precision | recall | F1 | texts |", "|---|---:|---:|---:|---:|"]
    for label, each in measured.labels.items():
        lines.append(f"| {_cell(label)} | {each.precision:.4f} | {each.recall:.4f} | {each.f1:.4f} | {each.support} |")
    if gates:
        lines += ["", "| gate | result |", "|---|---|"]
        lines += [f"| {_cell(str(each))} | {'passed' if each.passed else '**failed**'} |" for each in gates]
    return "\n".join(lines) + "\n"


def comparison_json(comparison: Comparison, places: Sequence[str]) -> str:
    """Return a comparison as JSON, all changed texts in it."""
    content = {**asdict(comparison), "flip_rate": comparison.flip_rate, "changes": change_rows(comparison, places)}
    return _json(content)


def comparison_csv(comparison: Comparison, places: Sequence[str]) -> str:
    """Return the changed texts as CSV with a header row."""
    out = io.StringIO()
    writer = csv.DictWriter(out, CHANGE_FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(change_rows(comparison, places))
    return out.getvalue()


def change_rows(comparison: Comparison, places: Sequence[str]) -> list[Mapping[str, object]]:
    """Return the fields of each changed text, in the order of `CHANGE_FIELDS`; places: where each text stands."""
    return [
        dict(
            zip(
                CHANGE_FIELDS,
                (
                    places[each.position], each.text, each.label, each.old.label, _rounded(each.old.probability),
                    each.new.label, _rounded(each.new.probability), _rounded(each.shift), each.effect,
                ),
                strict=True,
            )
        )
        for each in comparison.changes
    ]  # fmt: skip


def _figures(evaluation: Evaluation) -> dict[str, float]:
    found = {}
    for name in figure_names(list(evaluation.labels)):
        try:
            found[name] = evaluation.figure(name)
        except KeyError:
            continue  # not measured
    return found


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _json(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _command(text: str) -> str:
    """Escape the message of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _cell(text: str) -> str:
    """Escape a cell of a Markdown table."""
    text = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace("\n", " ")
    return "".join(f"\\{character}" if character in "|*_`[]\\" else character for character in text)
