"""What of the benchmark with a JupyterHub can be tried without one; `nox -s hub` runs it."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("resource", reason="the benchmark is for Linux")
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def bench():
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        import bench_hub
    finally:
        sys.path.pop(0)
    return bench_hub


def test_every_lever_and_the_settings_are_python(bench):
    for lever in bench.LEVERS.values():
        assert set(lever) <= {"env", "server", "missing"}
        compile(lever.get("server", ""), "jupyter_server_config.py", "exec")
    names = set(re.findall(r"(?<!\{)\{(\w+)(?:!r)?\}(?!\})", bench.CONFIG))
    text = bench.CONFIG.format(**dict.fromkeys(names, 1) | {"loopback": bench.LOOPBACK})
    compile(text, "jupyterhub_config.py", "exec")
    assert set(re.findall(r"http://(.+?):", text)) == {"127.0.0.1"}
    assert 'user_password = os.environ["GMM_BENCH_PASSWORD"]' in text


def test_a_panel_s_sliders_are_found_by_what_a_kernel_tells(bench):
    learner = bench.Learner(SimpleNamespace(url="http://127.0.0.1:1"), "learner01")
    learner.models = {
        "box": {"_dom_classes": ["gmm-panel"], "children": ["IPY_MODEL_grid", "IPY_MODEL_page"]},
        "grid": {"children": ["IPY_MODEL_slider", "IPY_MODEL_button"]},
        "slider": {"_model_name": "FloatSliderModel", "min": 0, "max": 1},
        "button": {"_model_name": "ButtonModel"},
        "page": {"_model_name": "HTMLModel", "value": '<img src="data:image/gif;base64,AA">'},
        "other": {"_model_name": "FloatSliderModel"},
    }
    assert list(learner.panels()) == ["slider"]
    assert learner.empty_frames() == [learner.models["page"]]


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").is_file(), reason="Linux only")
def test_memory_of_a_process_is_in_megabytes(bench):
    memory = bench.Memory(SimpleNamespace(pid="self"))
    assert 10 < memory.own <= memory.pss < 5000
