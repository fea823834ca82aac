"""Pictures of mixtures: their geometry as plain numbers, and matplotlib's drawings of it."""
