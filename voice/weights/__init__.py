"""Weights for hearing and speaking: what there is, fetched only when told, checked, installed."""
