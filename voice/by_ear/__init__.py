"""From what is written to what is said, and from what is said to what is meant: pure functions."""
