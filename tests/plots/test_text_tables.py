"""Tables: columns line up, and parameters are those of the mixtures."""

import numpy as np

import gmm_helpers as gmm


def test_a_table_lines_its_numbers_up(capsys):
    gmm.show_table({"K": [1, 10], "ok": [True, False], "x": np.array([1.5, np.nan])}, decimals=1)
    assert capsys.readouterr().out == " K   ok    x\n 1  yes  1.5\n10   no    –\n"


def test_parameters_go_from_left_to_right(capsys):
    mixture = gmm.four_gaussians(4, rng=np.random.default_rng(1)).mixture
    gmm.show_parameters({"truth": mixture})
    head, first, *_ = capsys.readouterr().out.splitlines()
    assert head.split() == "component weight mean x1 mean x2 σ x1 σ x2 ρ".split()
    assert first.split() == "truth 1 0.30 -4.00 -2.00 1.26 1.00 0.71".split()


def test_a_walk_has_a_row_for_each_position(capsys):
    x = gmm.old_faithful().x
    start = gmm.start_from_means(x, [[2, 60], [4, 80]])
    stepper = gmm.Stepper(x, gmm.run_em(x, start, max_iter=2, tol=0))
    gmm.show_walk(stepper, decimals=1)
    head, first, *rest = capsys.readouterr().out.splitlines()
    assert head.split() == ["step", "t", "ℓ", "φ₁", "μ₁", "φ₂", "μ₂"]
    assert first.split()[:2] == ["start", "0"] and "(2.0, 60.0)" in first
    assert [row.split()[0] for row in rest] == ["E", "M", "E", "M"] and stepper.view.position == 0
    start = gmm.Mixture.from_1d([0.5, 0.5], [0, 1], [1, 4])  # with spreads in one dimension
    gmm.show_walk(gmm.Stepper(x[:, 0], gmm.run_em(x[:, 0], start, max_iter=1)))
    first = capsys.readouterr().out.splitlines()[1]
    assert first.split()[3:] == ["0.500", "0.000", "1.000", "0.500", "1.000", "2.000"]
