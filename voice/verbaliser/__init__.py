"""From text as it is written to text that any synthesiser reads as a person would."""
