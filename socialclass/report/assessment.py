"""The page of `evaluate --report`: measures, confusion, curves, worst errors, strongest terms."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from socialclass.evaluation import Evaluation
from socialclass.evaluation.curves import precision_recall_curve, reliability, risk_coverage_curve
from socialclass.evaluation.gates import GateResult
from socialclass.evaluation.measures import LABEL_MEASURES, MEASURES
from socialclass.model.classifier import UNCERTAIN, Contribution
from socialclass.report.page import Cell, Html, Section, definitions, escape, figure, grid, page, paragraph, table
from socialclass.report.plots import Series, lines
from socialclass.report.style import SERIES
from socialclass.report.words import marked, weigh
from socialclass.training.validation import Assessment, CurvePoint

ERRORS = 25  # shown
TERMS = 15  # of a label
_SAMPLE = 20_000  # texts that the strongest terms are taken from
_HEAD = ("accuracy", "majority_baseline", "macro_f1", "expected_calibration_error", "coverage", "texts")


def assessment_page(
    assessment: Assessment, corpus: str, model: str, by: str = "", gates: Sequence[GateResult] = ()
) -> str:
    """Return the page; equal results give an equal page. Raises `SocialclassError` where matplotlib is missing.

    corpus, model: what the page calls them; by: the field that `assessment.by` goes by.
    """
    measured = assessment.evaluation
    kind = f"cross-validation of the settings of {model}" if assessment.fold_scores else model
    parts = [_measures(measured, gates), _labels(measured)]
    parts += [_groups(assessment.by, by)] if assessment.by else []
    parts += [_folds(assessment)] if assessment.fold_scores else []
    parts.append(_curves(assessment))
    parts += [_growth(assessment.learning_curve)] if assessment.learning_curve else []
    parts += [_errors(assessment), _terms(assessment), _about(assessment)]
    return page(f"Evaluation on {corpus}", f"{kind}; {measured.texts:,} texts", parts)


def _named(name: str) -> str:
    return name.replace("_", " ").replace("f1", "F1").replace("matthews", "Matthews").replace("brier", "Brier")


def _interval(evaluation: Evaluation, name: str) -> str:
    ends = evaluation.intervals.get(name)
    return _range(*ends) if ends else ""


def _range(low: float, high: float) -> str:
    return f"{low:.3f} to {high:.3f}".replace(" ", "\u00a0")


def _measures(measured: Evaluation, gates: Sequence[GateResult]) -> Section:
    head = definitions((_named(name), getattr(measured, name)) for name in _HEAD)
    rows = [
        [_named(row.name), getattr(measured, row.name), _interval(measured, row.name), row.help]
        for row in MEASURES
        if getattr(measured, row.name) is not None
    ]
    body = head + table(["measure", "value", "95% interval", "what it is"], rows, caption="All measures")
    if gates:
        results = [[each.gate.name, str(each), "passed" if each.passed else "FAILED"] for each in gates]
        body += table(["gate", "found", "result"], results, caption="Gates")
    note = (
        "Intervals: percentile bootstrap; texts of one group are drawn together. A draw repeats texts, so the interval "
        "of the calibration error leans upward."
    )
    return Section("Measures", body, note if measured.intervals else "")


def _labels(measured: Evaluation) -> Section:
    names = [row.name for row in LABEL_MEASURES]
    rows = [
        [label, *[getattr(each, name) for name in names], each.support, _interval(measured, f"f1:{label}")]
        for label, each in measured.labels.items()
    ]
    header = ["label", *map(_named, names), "texts", "95% interval of F1"]
    body = table(header, rows, caption="Measures of each label")
    return Section("Labels and confusion", body + _confusion(measured.confusion))


def _confusion(confusion: Mapping[str, Mapping[str, int]]) -> Html:
    """Return the confusion matrix, each cell shaded by its share of the row."""
    columns = list(next(iter(confusion.values())))
    if not any(row[UNCERTAIN] for row in confusion.values()):
        columns.remove(UNCERTAIN)
    rows = []
    for label, row in confusion.items():
        total = sum(row.values()) or 1
        cells = "".join(
            f'<td class="n share" style="--share: {row[name] / total:.3f}">{row[name]:,} ({row[name] / total:.0%})</td>'
            for name in columns
        )
        rows.append(f'<tr><th scope="row">{escape(label)}</th>{cells}</tr>')
    heads = "".join(f'<th scope="col" class="n">{escape(name)}</th>' for name in columns)
    return Html(
        '<div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix"><table><caption>Confusion '
        "matrix: true labels in rows, predicted labels in columns; shares are of the row</caption>"
        f'<thead><tr><th scope="col">true \\ predicted</th>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _groups(by: Mapping[str, Evaluation], field: str) -> Section:
    rows: list[list[Cell]] = [
        [
            value or "(none)", each.texts, each.accuracy, _interval(each, "accuracy"), each.majority_baseline,
            each.macro_f1, each.expected_calibration_error,
        ]
        for value, each in by.items()
    ]  # fmt: skip
    names = ("texts", "accuracy", "95% interval", "majority baseline", "macro F1", "calibration error")
    return Section(f"By {field}", table([field, *names], rows, caption=f"Measures for each {field}"))


def _folds(assessment: Assessment) -> Section:
    rows: list[list[Cell]] = [[f"fold {i}", *each] for i, each in enumerate(assessment.fold_scores, 1)]
    spread = float(np.std([each.macro_f1 for each in assessment.fold_scores], ddof=1))
    body = table(["fold", "texts", "accuracy", "macro F1"], rows, caption="Each by a model that has not seen it")
    return Section("Cross-validation", body, f"Standard deviation of macro F1 between folds: {spread:.4f}.")


def _curves(assessment: Assessment) -> Section:
    outcomes = assessment.outcomes
    bins = reliability(outcomes)
    columns = list(zip(*bins, strict=True)) or [()] * 5
    exact = Series("right", columns[0], columns[1], columns[2], columns[3])
    found = [
        figure(
            lines("reliability", "Reliability diagram: accuracy by probability", [exact], x_label="mean probability",
                  y_label="share right", x_range=(0, 1.02), y_range=(0, 1.02), diagonal=True, points=True),
            "Reliability: of the texts labelled with a probability, so many are right. On the dotted line the "
            "probability is honest; below it, it boasts. Band: Wilson's 95% interval.",
        )
    ]  # fmt: skip
    labels = assessment.evaluation.labels
    frequent = sorted((i for i, label in enumerate(labels) if labels[label].support),
                      key=lambda i: -labels[outcomes.classes[i]].support)[:SERIES]  # fmt: skip
    curves = [Series(outcomes.classes[i], *precision_recall_curve(outcomes, i)) for i in sorted(frequent)]
    which = f"the {SERIES} most frequent labels" if len(labels) > SERIES else "each label"
    found.append(
        figure(
            lines("precision-recall", "Precision by recall of each label", curves, x_label="recall",
                  y_label="precision", x_range=(0, 1.02), y_range=(0, 1.02)),
            f"Precision and recall of {which} as the threshold on the label's probability falls.",
        )
    )  # fmt: skip
    risk = Series("error", *risk_coverage_curve(outcomes))
    most = max([0.05, *risk.y]) * 1.05
    found.append(
        figure(
            lines("risk-coverage", "Error rate by coverage", [risk], x_label="share of texts labelled",
                  y_label="error rate", x_range=(0, 1.02), y_range=(0, most)),
            "Risk and coverage: the error rate when only the surest share of the texts is labelled, as "
            "--min-confidence does.",
        )
    )  # fmt: skip
    rows: list[list[Cell]] = [
        [f"{each.probability:.3f}", each.texts, each.right, _range(each.low, each.high)] for each in bins
    ]
    numbers = table(
        ["mean probability", "texts", "share right", "95% interval"], rows, caption="Reliability in numbers"
    )
    return Section("Curves", grid(found) + numbers)


def _growth(curve: Sequence[CurvePoint]) -> Section:
    sizes = [each.texts for each in curve]
    unseen = Series("unseen texts", sizes, [each.macro_f1 for each in curve], [each.low for each in curve],
                    [each.high for each in curve])  # fmt: skip
    own = Series("own texts", sizes, [each.on_own_texts for each in curve])
    drawn = lines("learning-curve", "Macro F1 by the number of texts learnt from", [unseen, own],
                  x_label="texts learnt from", y_label="macro F1", points=True)  # fmt: skip
    rows: list[list[Cell]] = [
        [f"{each.texts:,}", each.macro_f1, each.low, each.high, each.on_own_texts] for each in curve
    ]
    header = ["texts", "macro F1, unseen", "least fold", "best fold", "macro F1, own"]
    body = grid([figure(drawn, "Band: from the least to the best fold."), table(header, rows, caption="In numbers")])
    note = (
        "Where the line of unseen texts still rises at its end, more texts would help; a wide gap to the model's own "
        "texts is what more texts, or a stronger penalty, can close."
    )
    return Section("Learning curve", body, note)


def _errors(assessment: Assessment) -> Section:
    outcomes = assessment.outcomes
    wrong = np.flatnonzero(~outcomes.right & ~np.isnan(outcomes.confidence))
    worst = wrong[np.argsort(-outcomes.confidence[wrong], kind="stable")][:ERRORS]
    unknown = int((~outcomes.right & np.isnan(outcomes.confidence)).sum())
    legend = Html(
        '<p><mark class="for l3">solid line</mark> speaks for the wrong label, '
        '<mark class="against l3">dashed line</mark> against it; '
        '<mark class="for l3">thick</mark>, <mark class="for l2">middling</mark> and <mark class="for l1">thin</mark> '
        "lines: strong, middling and weak. Below each text: its strongest terms with what they add to the logit.</p>"
    )
    items = "".join(f"<li>{_error(assessment, int(row))}</li>" for row in worst)
    body = legend + Html(f'<ol class="errors">{items}</ol>') if len(worst) else paragraph("No labelled text is wrong.")
    note = f"{len(wrong):,} labelled or unsure texts are wrong; shown are the {len(worst)} surest of them."
    note += f" {unknown:,} texts gave no evidence." if unknown else ""
    return Section("Worst errors", body, note)


def _error(assessment: Assessment, row: int) -> str:
    example, explanation = assessment.examples[row], assessment.explain(row)
    settings = assessment.models[int(assessment.fold[row])].weights.analyzer
    stretches, left = weigh(example.text, explanation.contributions, settings)
    predicted, probability = explanation.prediction.label, explanation.prediction.probability or 0.0
    facts = [each for each in left if each.term.startswith("<")]
    beside = f"; facts: {_listed(facts)}" if facts else ""
    return (
        f"<p>{marked(example.text, stretches)}</p>"
        f'<p class="note">Text {row + 1:,}: is <strong>{escape(example.label)}</strong>, was taken for '
        f"<strong>{escape(predicted)}</strong> ({probability:.3f}). {_listed(explanation.contributions[:6])}{beside}; "
        f"intercept {explanation.intercept:+.2f}, logit {explanation.logit:+.2f}</p>"
    )


def _listed(contributions: Iterable[Contribution]) -> str:
    return ", ".join(f"<code>{escape(each.term)}</code> {each.contribution:+.2f}" for each in contributions)


def _terms(assessment: Assessment) -> Section:
    rows = range(0, len(assessment.examples), max(1, len(assessment.examples) // _SAMPLE))
    sums, texts = _term_sums(assessment, rows)
    tables = []
    for label, total in sums.items():
        best = sorted(total, key=lambda term: (-total[term], term))[:TERMS]
        cells: list[list[Cell]] = [
            [term, f"{total[term] / len(rows):+.4f}", texts[term]] for term in best if total[term] > 0
        ]
        tables.append(f'<div class="small">{table(["term", "mean", "texts"], cells, caption=label)}</div>')
    note = (
        "Terms by what they add to the label's score, in the mean over all texts here. A word followed by * is any "
        "word that begins so; a pair is two neighbours; <start> is the beginning; a digit stands as 0."
    )
    return Section("Strongest terms of each label", grid(tables), note)


def _term_sums(assessment: Assessment, rows: Iterable[int]) -> tuple[dict[str, dict[str, float]], Counter[str]]:
    """Return each term's contributions summed over the texts, by label, and in how many texts it stands."""
    classes = assessment.outcomes.classes
    sums: dict[str, dict[str, float]] = {label: defaultdict(float) for label in classes}
    texts: Counter[str] = Counter()
    for row in rows:
        model, example = assessment.models[int(assessment.fold[row])], assessment.examples[row]
        coef, terms = model.weights.coef, model.weights.terms
        for number, value in model.scorer.vector(example.text, example.facts).items():
            term = terms[number]
            texts[term] += 1
            if len(coef) == 1:
                sums[classes[1]][term] += value * coef[0][number]
            else:
                for label, weights in zip(classes, coef, strict=True):
                    sums[label][term] += value * weights[number]
    if len(classes) == 2:
        sums[classes[0]] = {term: -total for term, total in sums[classes[1]].items()}
    return sums, texts


def _about(assessment: Assessment) -> Section:
    model = assessment.models[0]
    pairs: list[tuple[str, Cell]] = [("labels", ", ".join(model.classes)), ("terms", len(model.weights.terms))]
    for name, value in model.facts.items():
        shown = json.dumps(value, ensure_ascii=False) if isinstance(value, Mapping) else str(value)
        pairs.append((name.replace("_", " "), shown))
    note = "Of the first fold's model." if assessment.fold_scores else ""
    return Section("The model", table(["fact", "value"], pairs), note)
