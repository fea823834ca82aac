"""Tables: what the docstrings and the notebooks, whose outputs are compared, do not show."""

import numpy as np

import gmm_helpers as gmm


def test_truth_values_and_missing_numbers_are_written_and_lined_up(capsys):
    gmm.show_table({"K": [1, 10], "ok": [True, False], "x": np.array([1.5, np.nan])}, decimals=1)
    assert capsys.readouterr().out == " K   ok    x\n 1  yes  1.5\n10   no    –\n"
