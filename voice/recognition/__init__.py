"""Speech recognition behind the port `voice.transcription`, in processes of its own."""
