"""Speech synthesis: Piper in processes of its own, espeak-ng as its stand-in, sound for a phone."""
