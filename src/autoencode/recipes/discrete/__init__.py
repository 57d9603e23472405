"""Autoencoders with discrete codes: codebooks, finite scalars, categories, bits."""
