"""Measurements that take longer than a test, or need files that the repository does not hold."""
