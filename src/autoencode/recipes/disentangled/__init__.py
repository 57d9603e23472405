"""VAEs that ask for one factor of variation in each number of the code."""
