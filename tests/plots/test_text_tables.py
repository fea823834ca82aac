"""Tables: what the docstrings and the notebooks, whose outputs are compared, do not show."""

import numpy as np

import gmm_helpers as gmm


def test_the_means_of_a_plane_of_a_small_unit_are_no_zeros(capsys):
    x = 1e-5 * gmm.four_gaussians(30, rng=np.random.default_rng(1)).x
    stepper = gmm.step_through(x, gmm.start_from_means(x, x[:2]), max_iter=1)
    gmm.show_walk(stepper)
    place = "({:.6f}, {:.6f})".format(*x[0]).replace("-", "−")
    assert place in capsys.readouterr().out


def test_truth_values_and_missing_or_small_numbers_are_written_and_lined_up(capsys):
    columns = {"ok": [True, False], "x": np.array([1.5, np.nan]), "y": [0.05, 0.002]}
    gmm.show_table(columns, decimals=1)
    assert capsys.readouterr().out == " ok    x        y\nyes  1.5   0.0500\n no    –  0.00200\n"
    gmm.show_table({"far": [12.0, 0.0004], 2026: [0.012, -0.0004]})  # beside 12 it is 0
    assert capsys.readouterr().out == "   far       2026\n12.000     0.0120\n 0.000  -0.000400\n"
