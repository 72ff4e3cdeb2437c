"""The named cases of what must not break, each run against the installed command in a process of its own.

A case is a test marked ``case(group, name, expected)``; ``python -m tests.reliability`` runs them and writes the table
of `docs/reliability.md`.
"""
