"""`socialclass model …`: look into a model file."""

import json

import click

from socialclass.cli.options import color_option, open_model


@click.group("model")
def command() -> None:
    """Look into a model file (nothing in it is run)."""


@command.command("show")
@click.argument("model", required=False)
@click.option("-n", "--terms", type=click.IntRange(0), default=20, show_default=True, help="Terms to show a label.")
@click.option("--output-format", type=click.Choice(["table", "json"]), default="table", show_default=True)
@color_option
def show(model: str | None, terms: int, output_format: str, color: str) -> None:
    """Show what MODEL (by default the bundled one) is, what it was trained on, and its strongest terms."""
    classifier = open_model(model)
    if output_format == "json":
        weights = classifier.weights
        content = {
            "classes": classifier.classes,
            "terms": len(weights.terms),
            "analyzer": weights.analyzer._asdict(),
            "damping": weights.damping,
            **classifier.facts,
        }
        click.echo(json.dumps(content, ensure_ascii=False, indent=2))
        return
    from socialclass.render import make_console, print_model
    from socialclass.resources import default_model_path

    print_model(classifier, model or default_model_path(), terms, make_console(color))
