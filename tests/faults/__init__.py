"""Kills processes under people at work, and looks afterwards whether anything was lost."""
