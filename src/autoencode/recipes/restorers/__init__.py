"""Fully convolutional networks that restore pictures and clips of any size."""
