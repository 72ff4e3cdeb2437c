"""Fuzzing by atheris: what reads strangers' bytes, against the facts that must hold whatever the bytes are."""
