"""Networks that are given a context: a class, or a picture."""
