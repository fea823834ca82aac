"""A learner's progress: what is counted in notebooks, as JupyterLab saves them."""

import json

import pytest

import gmm_helpers as gmm

STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
ASK, CHECK = 'gmm.ask("narrow_peak")', "check = gmm.check_e_step(e_step)\ncheck"


def cell(source, *, model=None, text="", tags=()):
    """Return a code cell that shows a widget, or a text."""
    data = {VIEW: {"model_id": model}} if model else {"text/plain": text}
    outputs = [{"output_type": "execute_result", "data": data}] if model or text else []
    metadata = {"tags": list(tags)} if tags else {}
    return {"cell_type": "code", "source": source, "outputs": outputs, "metadata": metadata}


def write(folder, *cells, chosen=None):
    """Write a notebook with the state of its questions: which choice of each model was taken."""
    widgets = {
        name: {"state": {"kind": "question", "chosen": {} if index is None else {"index": index}}}
        for name, index in (chosen or {}).items()
    }
    metadata = {"widgets": {STATE: {"state": widgets}}} if widgets else {}
    notebook = {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    (folder / "01_some.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def told(folder, capsys):
    """Return the line that is printed of the last notebook, in words."""
    gmm.progress(folder)
    return capsys.readouterr().out.splitlines()[-1].split()


def test_what_was_chosen_and_what_passed_is_counted(tmp_path, capsys):
    cells = [
        cell(ASK, model="a"),
        cell(ASK, model="b"),
        cell(ASK, model="lost"),  # its state was not saved
        cell(CHECK, text="Right. All is well."),
        cell(CHECK.splitlines(keepends=True), text=["Not yet. ", "Look again."]),
        cell("print('Right. But this is no check.')", text="Right."),
        cell("assert gmm.check_e_step(solution).ok", tags=["solution"]),
        cell("gmm.check_setup()", text="Right."),
    ]
    write(tmp_path, *cells, chosen={"a": 0, "b": None, "of an earlier run": 2})
    assert told(tmp_path, capsys) == "01_some 1 of 3 1 of 2".split()
    write(tmp_path, cell(ASK), cell(CHECK), chosen={"a": 1})  # cleared, whatever the page knows
    assert told(tmp_path, capsys) == "01_some 0 of 1 0 of 1".split()


@pytest.mark.parametrize("text", ["{", "[]", '{"cells": [1], "metadata": {}}', "\udcff"])
def test_a_file_that_is_no_notebook_is_named(tmp_path, text):
    (tmp_path / "01_some.ipynb").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ValueError, match="^01_some.ipynb cannot be read: it is no notebook"):
        gmm.progress(tmp_path)
