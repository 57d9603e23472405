"""Frames in order, and the windows of past and future ones that are cut from them."""
