"""Tests of the Rasa side: they run against a real Rasa server."""
