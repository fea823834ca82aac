"""What of the benchmark with a JupyterHub can be tried without one; `nox -s hub` runs it."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("resource", reason="the benchmark is for Linux")
ROOT = Path(__file__).parents[2]
on_linux = pytest.mark.skipif(
    not Path("/proc/self/smaps_rollup").is_file(), reason="the benchmark is for Linux"
)


@pytest.fixture(scope="module")
def bench():
    import bench_hub

    return bench_hub


def test_the_settings_are_python(bench):
    compile(bench.SERVER, "jupyter_server_config.py", "exec")
    names = set(re.findall(r"(?<!\{)\{(\w+)(?:!r)?\}(?!\})", bench.CONFIG))
    text = bench.CONFIG.format(**dict.fromkeys(names, 1) | {"loopback": bench.LOOPBACK})
    compile(text, "jupyterhub_config.py", "exec")
    assert set(re.findall(r"http://(.+?):", text)) == {"127.0.0.1"}
    assert '"api_token": os.environ["GMM_BENCH_SECRET"]' in text


@on_linux
@pytest.mark.parametrize("end", ["time", "SIGTERM", "SIGHUP"])
def test_it_ends_with_its_time_or_its_terminal_and_leaves_nothing_behind(end, tmp_path):
    """With a hub that never answers in place of the real one."""
    pid, folder = tmp_path / "pid", tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "jupyterhub.py").write_text(
        f"import os, time\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"
    )
    minutes = "0.1" if end == "time" else "10"
    bench = subprocess.Popen(
        [sys.executable, ROOT / "tools" / "bench_hub.py", "--proxy", sys.executable]
        + ["--learners", "1", "--minutes", minutes],
        env={**os.environ, "PYTHONPATH": str(tmp_path), "TMPDIR": str(folder)},
        stderr=subprocess.PIPE,
        text=True,
    )
    if end != "time":
        deadline = time.monotonic() + 60
        while not (pid.is_file() and pid.read_text()) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert list(folder.iterdir())
        bench.send_signal(getattr(signal, end))
    said = bench.communicate(timeout=120)[1]
    assert bench.returncode == 1
    assert said == ("Stopped after 0.1 minutes.\n" if end == "time" else "Stopped.\n")
    if pid.is_file():  # the time may have ended before the hub had begun
        assert not Path("/proc", pid.read_text()).exists()
    assert list(folder.iterdir()) == []


@on_linux
def test_memory_of_a_process_is_in_megabytes(bench):
    pss, own = bench.memory(SimpleNamespace(pid="self"))
    assert 10 < own <= pss < 5000
