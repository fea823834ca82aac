"""The algorithm: mixtures, EM, its starts, and the choice between fits. It draws nothing."""
