"""Makes a fresh checkout run: interpreters, environments, front ends, model, Debian packages.

Runs on the system's own Python (3.10 or newer) before any environment exists, so it uses the
standard library alone and imports nothing else of this project.
"""
