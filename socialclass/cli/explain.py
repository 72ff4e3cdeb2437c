"""`socialclass explain`: which terms decided."""

import json
import sys

import click

from socialclass.activity import facts
from socialclass.cli.options import color_option, is_terminal, model_option, note, open_model
from socialclass.reading import ReadOptions, read_records
from socialclass.reading.source import read_activity

_EXAMPLES = """\b
Examples:
  socialclass explain "Join us Friday: 20% off all boots"
  socialclass explain < post.txt
  socialclass explain --activity '{"type": "Follow", "object": {"type": "Organization"}}'
  socialclass explain --output-format json "hey mum, landed safely" | jq .contributions
"""


@click.command("explain", epilog=_EXAMPLES)
@click.argument("text", required=False)
@click.option(
    "--activity",
    metavar="FILE|JSON",
    help="One ActivityStreams object instead of a text: its words and its facts (who did what to whom).",
)
@model_option
@click.option("-n", "--terms", type=click.IntRange(1), default=12, show_default=True, help="Terms to show.")
@click.option("--output-format", type=click.Choice(["table", "json"]), default="table", show_default=True)
@color_option
def command(
    text: str | None, activity: str | None, model: str | None, terms: int, output_format: str, color: str
) -> None:
    """Show the label of one TEXT (or of standard input as one text) and the terms that decided.

    The contributions and the intercept sum to the logit, ln(p / (1 - p)), of the label.
    """
    known: tuple[str, ...] = ()
    if activity is not None:
        if text is not None:
            raise click.UsageError("give TEXT or --activity, not both")
        done = read_activity(activity)
        text, known = done.text, facts(done)
    elif text is None:
        if is_terminal(sys.stdin):
            note("reading one text from the keyboard; Ctrl-D ends")
        text = next(read_records("-", ReadOptions(format="text"))).text
    classifier = open_model(model)
    explanation = classifier.explain(text, known)
    if output_format == "json":
        prediction = explanation.prediction
        content = {
            "predicted_label": prediction.label,
            "probability": prediction.probability,
            "reason": prediction.reason,
            "logit": explanation.logit,
            "intercept": explanation.intercept,
            "contributions": [each._asdict() for each in explanation.contributions],
        }
        click.echo(json.dumps(content, ensure_ascii=False, indent=2))
        return
    from socialclass.report.terminal import make_console, print_explanation

    print_explanation(explanation, classifier.classes, terms, make_console(color))
