"""Ways to damage a file. Each changes it and says in a few words what it did."""
