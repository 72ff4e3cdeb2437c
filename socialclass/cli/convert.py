"""`socialclass convert`: a platform's export in the common form."""

import click

from socialclass.cli.options import UNREADABLE_EXIT, note, privacy_of, privacy_options
from socialclass.errors import InputError
from socialclass.reading import ReadOptions
from socialclass.reading.source import EXPORT_FORMATS, export_format, open_activities
from socialclass.writing.files import open_output

_EXAMPLES = """\b
Examples:
  socialclass convert slack-export.zip --to activitystreams -o activities.jsonl
  socialclass convert twitter-archive/ --to csv -o tweets.csv
  socialclass convert --input-format mastodon outbox.json --to jsonl | jq .text
\b
Exit codes: 0 done, 1 error, 2 usage, 3 some records could not be read.
"""


@click.command("convert", epilog=_EXAMPLES)
@click.argument("export")
@click.option(
    "--to",
    "target",
    type=click.Choice(["activitystreams", "jsonl", "csv"]),
    required=True,
    help="activitystreams: the common form, JSON Lines of W3C ActivityStreams 2.0; jsonl and csv: flat fields.",
)
@click.option("-o", "--output", metavar="FILE", help="Write here, whole or not at all, instead of standard output.")
@click.option(
    "--input-format",
    type=click.Choice(["auto", *EXPORT_FORMATS]),
    default="auto",
    show_default=True,
    help="Whose export it is; auto goes by what is in it.",
)
@click.option("--include-messages", is_flag=True, help="Convert private messages, too.")
@privacy_options
@click.option("-q", "--quiet", is_flag=True, help="No notes on standard error.")
def command(export: str, target: str, output: str | None, input_format: str, include_messages: bool,
            mask: bool, pseudonyms: str | None, quiet: bool) -> None:  # fmt: skip
    """Write EXPORT (a folder, a zip, a tar or a file, as downloaded) in a form that is the same for all platforms."""
    name = export_format(export, ReadOptions(input_format))
    if not name:
        known = ", ".join(EXPORT_FORMATS)
        raise InputError("no export of a known platform", place=export, remedy=f"say which: --input-format {known}")
    from socialclass.reading.items import Unreadable
    from socialclass.writing.conversion import convert

    privacy = privacy_of(mask, pseudonyms)
    unreadable = 0
    with open_activities(export, name, include_messages) as found, open_output(output) as stream:
        for each in convert(found, stream, target, privacy.activity if privacy else None):
            if isinstance(each, Unreadable):
                unreadable += 1
                if not quiet:
                    note(f"{each.file}:{each.position}: {each.error}")
    if unreadable:
        click.get_current_context().exit(UNREADABLE_EXIT)
