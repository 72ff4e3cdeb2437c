"""Environment variables that the command line knows, beside those of the terminal."""

COMPLETION_VARIABLE = "_SOCIALCLASS_COMPLETE"  # by which a shell's script asks for what may follow
