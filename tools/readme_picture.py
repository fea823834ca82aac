"""Draw the README's picture: one frame of the stepper on Old Faithful."""

from pathlib import Path

import gmm_helpers as gmm
from gmm_helpers.drawing import to_png
from gmm_helpers.film import Film

POSITION = 12  # the M step of iteration 6

if __name__ == "__main__":
    geyser = gmm.old_faithful()
    start = gmm.start_from_means(geyser.x, [[2.0, 60.0], [3.0, 70.0]])
    film = Film(geyser.x, gmm.run_em(geyser.x, start), features=geyser.features)
    picture = Path(__file__).parents[1] / ".github" / "stepper.png"
    picture.write_bytes(to_png(film.frame(POSITION)))
    print(f"{picture.name}: {film.texts[POSITION]}")
