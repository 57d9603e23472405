"""Photographs of any size, by ready-made models and NumPy alone."""
