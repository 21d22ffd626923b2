"""Calls through a real PBX with our own configuration, judged by what was heard at their ends."""
