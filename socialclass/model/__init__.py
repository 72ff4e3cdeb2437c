"""The model: a text to its terms, terms to scores, scores to a label; and the file it is kept in."""
