"""What the browser draws: Python that turns a run into scenes and words, and the player in JS."""
