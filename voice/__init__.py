"""The phone line: hearing, speaking, calls, and the way from the county's PBX to the bot."""
