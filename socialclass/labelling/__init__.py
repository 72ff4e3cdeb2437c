"""What `classify` does, in the order of the way: a source, the first way that takes it, a writer."""
