"""Autoencoders without a prior: dense, convolutional, sparse, contractive, denoising, regularised."""
