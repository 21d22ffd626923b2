"""The core of Kreislotse: conversations, turns, the catalogue and the web channel."""
