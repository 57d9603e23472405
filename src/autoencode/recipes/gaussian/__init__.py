"""VAEs with Gaussian posteriors and a standard normal prior; tighter bounds and richer posteriors."""
