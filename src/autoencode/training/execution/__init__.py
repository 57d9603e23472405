"""The ways to make one training step: as it is, compiled, or recorded on a GPU."""
