"""The command line: one module a command; each parses, calls one library function, and renders."""

from socialclass.cli.main import cli, main

__all__ = ["cli", "main"]
