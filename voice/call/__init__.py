"""One call: its state machine, and the runner that gives it ears and a voice."""
