"""VAEs whose prior is learned: mixtures, VampPrior, flows, two stages, ladders."""
