"""The parts of course.py that can be tried without installing anything."""

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


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
    monkeypatch.setattr(course, "make_environment", lambda: (done.append("make"), make(course)))
    monkeypatch.setattr(course, "install", lambda pins: done.append(pins))
    return done


def make(course):
    course.VENV.mkdir(exist_ok=True)


def test_an_old_python_can_read_the_script():
    ast.parse((ROOT / "course.py").read_text(), feature_version=(3, 6))


def test_an_old_python_is_refused_in_a_sentence(course, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 8, 18, "final", 0))
    assert course.main([]) == "The course needs Python 3.11 or later, and this is Python 3.8."


def test_the_oldest_python_is_the_packages_own(course):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">={}.{}".format(*course.OLDEST_PYTHON)
    assert course.too_old((*course.OLDEST_PYTHON, 0)) is None


def test_without_ensurepip_it_says_which_package_to_install(course, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name != "ensurepip" or None)
    with pytest.raises(SystemExit) as end:
        course.make_environment()
    assert "sudo apt install python{}.{}-venv".format(*sys.version_info) in str(end.value)
    assert not course.VENV.exists()


def test_help_installs_nothing(course, steps, capsys):
    assert course.main(["--help"]) == 0
    assert "python3 course.py test" in capsys.readouterr().out
    assert steps == []


def test_all_tests_run_side_by_side_and_a_chosen_one_alone(course, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    options = course.side_by_side(["--durations=9", "-v", "-x"])
    assert options[:2] == ["-n", "auto"] and "--dist=loadfile" in options
    for word in ("tests/test_em.py", "-k", "-kEM", "-s", "--pdb"):
        assert course.side_by_side(["-q", word]) == []
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert course.side_by_side([]) == []


@pytest.mark.parametrize("name", ["pyproject.toml", "requirements.txt", "requirements-test.txt"])
def test_a_changed_file_changes_the_fingerprint(course, name):
    before = course.fingerprint(course.TEST_PINS)
    with (course.ROOT / name).open("a") as file:
        file.write("\n")
    assert course.fingerprint(course.TEST_PINS) != before


def test_another_python_or_folder_changes_the_fingerprint(course, monkeypatch):
    seen = {course.fingerprint(course.PINS), load(ROOT / "course.py").fingerprint(course.PINS)}
    monkeypatch.setattr(sys, "version_info", (3, 99))
    assert len(seen | {course.fingerprint(course.PINS)}) == 3


def test_nothing_is_done_when_all_is_in_place(finished, steps):
    finished.set_up(finished.PINS)
    assert steps == []


def test_tests_are_added_to_what_is_there_and_a_start_then_finds_all(finished, steps):
    finished.set_up(finished.TEST_PINS)
    assert steps == ["requirements-test.txt"]
    finished.set_up(finished.PINS)
    finished.set_up(finished.TEST_PINS)
    assert len(steps) == 1


@pytest.mark.parametrize("fault", ["no stamp", "other pins", "no python", "no environment"])
def test_what_is_not_whole_is_made_from_scratch(finished, steps, fault):
    if fault == "no stamp":
        finished.STAMP.unlink()
    elif fault == "other pins":
        (finished.ROOT / "requirements.txt").write_text("numpy==2.0.0\n")
    elif fault == "no python":
        finished.PYTHON.unlink()
    else:
        shutil.rmtree(finished.VENV)
    finished.set_up(finished.PINS)
    assert steps == ["make", "requirements.txt"]


def test_an_installation_cut_short_leaves_no_stamp(finished, monkeypatch):
    def cut_short(pins):
        raise KeyboardInterrupt

    monkeypatch.setattr(finished, "install", cut_short)
    with pytest.raises(KeyboardInterrupt):
        finished.set_up(finished.TEST_PINS)
    assert finished.installed() == []


def test_a_failed_installation_shows_what_pip_said(course, monkeypatch, capsys):
    fail = "print('No route to host'); raise SystemExit(1)"
    monkeypatch.setattr(course, "watch", lambda pip, total: pip.wait())
    popen = subprocess.Popen
    monkeypatch.setattr(
        subprocess, "Popen", lambda command, **rest: popen([sys.executable, "-c", fail], **rest)
    )
    course.VENV.mkdir()
    with pytest.raises(SystemExit, match="network"):
        course.install(course.PINS)
    assert "No route to host" in capsys.readouterr().out


def test_the_users_settings_do_not_reach_what_is_started(course, monkeypatch):
    for name in course.LEAKS:
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("HTTPS_PROXY", "kept")
    env = course.child_environment()
    assert not {"PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "MPLBACKEND"} & set(env)
    assert env["PIP_USER"] == "0"
    assert env["JUPYTER_PREFER_ENV_PATH"] == "1"
    assert env["PATH"].startswith(str(course.BIN) + os.pathsep)
    assert env["HTTPS_PROXY"] == "kept"


@pytest.mark.parametrize(
    ("output", "new", "said"),
    [
        ("", 0, ("Fetching", "...")),
        ("Collecting numpy==2.4.6 (from -r x)\n", 0, ("Fetching", "1/9 numpy")),
        ("Processing /my wheels/six-1.whl (from y)\n", 0, ("Fetching", "1/9 six-1.whl")),
        ("Installing collected packages: six, numpy\n", 0, ("Installing", "1/2 six")),
        ("Installing collected packages: six, numpy\n", 7, ("Installing", "2/2 numpy")),
    ],
)
def test_progress_follows_pip(course, output, new, said):
    assert course.progress(output, 9, new) == said
