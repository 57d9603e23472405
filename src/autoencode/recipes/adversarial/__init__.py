"""Autoencoders whose codes or pictures a second network, or a divergence, compares."""
