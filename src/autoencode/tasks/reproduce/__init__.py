"""Measures published numbers again."""

from autoencode.tasks.reproduce.reproduce import Comparison, reproduce

__all__ = ["Comparison", "reproduce"]
