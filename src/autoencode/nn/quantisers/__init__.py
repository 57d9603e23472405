"""Finite sets of vectors, one of which stands for each position of a code."""
