"""Languages, translation catalogues and language detection."""
