"""The Rasa side: launcher, channel and NLU components, run in Rasa's own environment."""
