"""A model file and its answers as an earlier version wrote them; ``python -m tests.golden`` makes them anew."""
