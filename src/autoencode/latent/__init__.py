"""Codes and their geometry: encodings, directions, ex-post priors, and paths between codes."""
