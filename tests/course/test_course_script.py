"""What of course.py can be tried without installing anything."""

import ast
import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
import urllib.request
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from driver import serving
from files import ROOT


def load(path):
    """Import a script from its file: the top level is on no search path."""
    spec = importlib.util.spec_from_file_location("course", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def course(tmp_path):
    """Return course.py as it stands in a folder of its own, where nothing is installed."""
    for name in ("course.py", "pyproject.toml", "requirements.txt", "requirements-test.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return load(tmp_path / "course.py")


@pytest.fixture
def finished(course):
    """Return course.py in a folder where a (very small) .venv is in place and finished."""
    course.BIN.mkdir(parents=True)
    if os.name == "nt":
        pytest.skip("a link to Python suffices for an environment on POSIX only")
    course.PYTHON.symlink_to(sys.executable)
    course.STAMP.write_text(course.fingerprint(course.PINS))
    return course


@pytest.fixture
def steps(monkeypatch, course):
    """Record what set_up does, and do none of it."""
    done = []
    monkeypatch.setattr(course, "make_environment", lambda: done.append("make"))
    monkeypatch.setattr(course, "install", done.append)
    return done


def test_an_old_python_can_read_the_script_and_is_refused_in_a_sentence(course, monkeypatch):
    ast.parse((ROOT / "course.py").read_text(), feature_version=(3, 6))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">={}.{}".format(*course.OLDEST_PYTHON)
    monkeypatch.setattr(sys, "version_info", (3, 8, 18, "final", 0))
    assert course.main([]) == "The course needs Python 3.11 or later, and this is Python 3.8."


def test_without_ensurepip_or_a_folder_to_write_in_it_says_what_to_do(course, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name != "ensurepip" or None)
    with pytest.raises(SystemExit) as end:
        course.make_environment()
    assert "sudo apt install python{}.{}-venv".format(*sys.version_info) in str(end.value)
    monkeypatch.setattr(os, "access", lambda path, mode: path != str(course.ROOT))
    assert f"{course.ROOT} cannot be written. Copy the course" in course.main([])
    assert not course.VENV.exists()


def test_all_tests_run_side_by_side_and_a_chosen_one_alone(course, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1}, raising=False)
    options = course.side_by_side(["--durations=9", "-v", "-x"])
    assert options[:2] == ["-n", "auto"] and "--dist=loadfile" in options
    for word in ("tests/model/test_em.py", "-k", "-kEM", "-s", "--pdb"):
        assert course.side_by_side(["-q", word]) == []
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0}, raising=False)
    assert course.side_by_side([]) == []


def test_whatever_decides_what_is_installed_changes_the_fingerprint(course, monkeypatch):
    folders = course, load(ROOT / "course.py")
    seen = [each.fingerprint(course.TEST_PINS) for each in folders]
    for name in ("pyproject.toml", "requirements.txt", "requirements-test.txt"):
        with (course.ROOT / name).open("a") as file:
            file.write("\n")
        seen.append(course.fingerprint(course.TEST_PINS))
    monkeypatch.setattr(sys, "version_info", (3, 99))
    assert len({*seen, course.fingerprint(course.TEST_PINS)}) == 6


def test_tests_are_added_to_what_is_there_and_a_start_then_finds_all(finished, steps):
    for pins in (finished.PINS, finished.TEST_PINS, finished.PINS, finished.TEST_PINS):
        finished.set_up(pins)
    assert steps == ["requirements-test.txt"]


@pytest.mark.parametrize(
    "fault",
    [
        lambda course: course.STAMP.unlink(),
        lambda course: (course.ROOT / "requirements.txt").write_text("numpy==2.0.0\n"),
        lambda course: course.PYTHON.unlink(),
    ],
    ids=["no stamp", "other pins", "no python"],
)
def test_what_is_not_whole_is_made_from_scratch(finished, steps, fault):
    fault(finished)
    finished.set_up(finished.PINS)
    assert steps == ["make", "requirements.txt"]


def test_an_installation_cut_short_leaves_no_stamp(finished, monkeypatch):
    monkeypatch.setattr(finished, "install", Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        finished.set_up(finished.TEST_PINS)
    assert finished.installed() == []


@pytest.fixture
def pip(course, monkeypatch):
    """Return a function that lets some code stand for pip's work."""
    monkeypatch.setattr(course, "pip_environment", lambda: None)
    monkeypatch.setattr(course, "watch", lambda pip, total: pip.wait())
    course.VENV.mkdir()
    popen = subprocess.Popen

    def does(code):
        command = [sys.executable, "-c", code]
        monkeypatch.setattr(subprocess, "Popen", lambda _, **rest: popen(command, **rest))

    return does


def test_a_failed_installation_shows_what_pip_said(course, pip):
    pip("print('No route to host'); raise SystemExit(1)")
    with pytest.raises(SystemExit, match="(?s)No route to host.*network"):
        course.install(course.PINS)


def test_the_package_is_found_whatever_letters_the_locale_has(course, pip):
    pip("")
    course.site_packages().mkdir(parents=True)
    course.install(course.PINS)
    path = (course.site_packages() / "gmm_helpers.pth").read_text()
    assert path.isascii() and (course.site_packages() / path).resolve() == course.ROOT


def test_of_what_the_user_tells_pip_only_where_packages_are_is_kept(course, monkeypatch):
    listed = r"""
:env:.index-url='https://of-a-variable'
global.constraint='/c'
global.find-links='C:\\wheels'
global.index-url='https://of-a-file'
"""
    monkeypatch.setattr(subprocess, "run", lambda *_, **options: SimpleNamespace(stdout=listed))
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_INDEX_URL", "https://of-a-variable")
    monkeypatch.setenv("PIP_PREFIX", "/p")
    env = course.pip_environment()
    assert {name: env[name] for name in env if name.startswith("PIP_")} == {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": r"C:\wheels",
        "PIP_INDEX_URL": "https://of-a-variable",
    }


BROKEN_HOME = {
    ".cache": "a file, where all programs want a folder",
    ".local": "as well",
    ".config/matplotlib/matplotlibrc": "text.usetex: true",
    ".ipython/profile_default/startup/00.py": "import os; os._exit(1)",
    ".jupyter/jupyter_lab_config.py": "raise SystemExit('a setting that does not load')",
    ".jupyter/jupyter_server_config.json": '{"ServerApp": {"contents_manager_class": "not.Here"}}',
    "numpy.py": "raise ImportError('of another project')",
}
BROKEN_VARIABLES = {
    "ALL_PROXY": "socks5://127.0.0.1:9",
    "HTTP_PROXY": "no-scheme.invalid:9",
    "JUPYTER_GATEWAY_URL": "http://127.0.0.1:9",
    "JUPYTER_PORT_RETRIES": "0",
    "LC_ALL": "C",
    "MPLBACKEND": "not-here",
    "PYTHONOPTIMIZE": "2",
    "PYTHONWARNINGS": "error",
    "TMPDIR": "not-here",
}


def test_it_starts_whatever_the_user_has_set(course, tmp_path_factory):
    """On a port that is taken, with a kernel that draws; nothing is installed, all else is real."""
    home = tmp_path_factory.mktemp("home")
    for name, text in BROKEN_HOME.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    folders = ("HOME", "USERPROFILE", "APPDATA", "PYTHONPATH", "JUPYTER_CONFIG_PATH")
    env = {**os.environ, **BROKEN_VARIABLES, **dict.fromkeys(folders, str(home))}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        start = f"""
import course
course.set_up, course.PYTHON = lambda pins: None, {sys.executable!r}
raise SystemExit(course.main(["--port={taken.getsockname()[1]}"]))
"""
        command = [sys.executable, "-c", start]
        with serving(command, course.ROOT, course.ROOT / "log", env=env) as address:
            url, token = re.fullmatch(r"(http://127\.0\.0\.1:\d+)/.*(\?token=.*)", address).groups()
            past_any_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with past_any_proxy.open(f"{url}/api/kernels{token}", b"{}", timeout=60) as answer:
                kernel = json.load(answer)
            assert draw(course.VENV / f"jupyter/data/runtime/kernel-{kernel['id']}.json") == "ok"


def draw(connection_file):
    """Draw and show a figure in a kernel that runs; return "ok" or the error."""
    from jupyter_client import BlockingKernelClient

    code = "import gmm_helpers as g; g.show_functions([0, 1], {'a line': [0, 1], 'other': [1, 0]})"
    client = BlockingKernelClient(connection_file=str(connection_file))
    client.load_connection_file()
    client.start_channels()
    content = client.execute(code, reply=True, timeout=120)["content"]
    client.stop_channels()
    return content.get("evalue", content["status"])


def test_progress_follows_pip(course):
    for output, new, said in (
        ("", 0, ("Fetching", "...")),
        ("Processing /my wheels/six-1.whl (from y)\n", 0, ("Fetching", "1/9 six-1.whl")),
        ("Installing collected packages: six, numpy\n", 0, ("Installing", "1/2 six")),
        ("Installing collected packages: six, numpy\n", 7, ("Installing", "2/2 numpy")),
    ):
        assert course.progress(output, 9, new) == said
