"""VAEs that are given a class or a picture."""
