"""The ways to make one training step: eagerly, compiled for the processor, or recorded on a GPU."""
