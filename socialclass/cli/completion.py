"""`socialclass completion`: the script that completes commands and options in a shell."""

import click
from click.shell_completion import get_completion_class

_EXAMPLES = """\b
Examples:
  eval "$(socialclass completion bash)"
  socialclass completion fish > ~/.config/fish/completions/socialclass.fish
"""


@click.command("completion", epilog=_EXAMPLES)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script for SHELL."""
    from socialclass.cli.main import cli

    made = get_completion_class(shell)
    assert made is not None
    click.echo(made(cli, {}, "socialclass", "_SOCIALCLASS_COMPLETE").source())
