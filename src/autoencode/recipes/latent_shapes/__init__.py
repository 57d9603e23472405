"""VAEs whose codes lie on a sphere, a simplex, an interval or the positive numbers."""
