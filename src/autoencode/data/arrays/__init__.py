"""Arrays in memory and in files: NumPy's, IDX and text."""
