"""Rasa's custom actions: the rules that need code.  They hold no facts and keep nothing."""
