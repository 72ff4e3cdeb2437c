"""Self-contained HTML pages: nothing in them is fetched and nothing in them runs."""
