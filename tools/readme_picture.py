"""Draw the README's picture: one position of the stepper on Old Faithful."""

from pathlib import Path

import ipywidgets
from blank_page import chromium
from stills import take

import gmm_helpers as gmm
from gmm_helpers.widgets.view import library

POSITION = 12  # the M step of iteration 6

if __name__ == "__main__":
    geyser = gmm.old_faithful()
    start = gmm.start_from_means(geyser.x, [[2.0, 60.0], [3.0, 70.0]])
    stepper = gmm.Stepper(geyser.x, gmm.run_em(geyser.x, start), features=geyser.features)
    state = ipywidgets.Widget.get_manager_state(widgets=[stepper.view, library()])["state"]
    picture = Path(__file__).parents[1] / ".github" / "stepper.png"
    with chromium() as browser:
        picture.write_bytes(take(browser, state, stepper.view.model_id, positions=[POSITION]))
    print(f"{picture.name}: {stepper.texts[POSITION]}")
