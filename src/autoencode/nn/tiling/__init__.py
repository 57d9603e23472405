"""Networks of one size applied to pictures of any size, in tiles or windows."""
