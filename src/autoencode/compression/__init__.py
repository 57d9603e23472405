"""Lossless compression with a trained model."""
