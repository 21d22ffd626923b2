"""Replies: from what the rules decided to the words and parts that a channel shows."""
