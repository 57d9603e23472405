"""Data sets that have a name: where their files come from and lie."""
