"""The catalogue: what the county can tell its citizens, with source and date."""
