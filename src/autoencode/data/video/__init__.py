"""Clips: reading, frames with their neighbours, and writing them back."""
