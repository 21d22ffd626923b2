"""The way between the county's PBX and a call: its sound, its keys, and what comes next."""
