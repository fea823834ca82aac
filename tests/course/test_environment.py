"""What is installed, what is pinned and what environment.yml says are one and the same."""

import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from importlib.metadata import version as installed_version
from pathlib import Path

import pytest
import yaml
from files import NOTEBOOKS, README, ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PIN_FILES = ["requirements.txt", "requirements-test.txt"]
EXACT_PIN = re.compile(r"[a-z0-9][a-z0-9-]*==[^\s;]+( ; .+)?")


def lines(name):
    """Return a requirements file's lines without its comments."""
    return [line for line in (ROOT / name).read_text().splitlines() if not line.startswith("#")]


def pins(name):
    """Return the packages that a requirements file pins, as requirements."""
    return [Requirement(line) for line in lines(name) if not line.startswith("-r ")]


@pytest.mark.parametrize("name", PIN_FILES)
def test_what_is_installed_is_what_is_pinned(name):
    wanted = {pin.name: str(pin.specifier)[2:] for pin in pins(name) if applies(pin)}
    found = {package: version(package) for package in wanted}
    assert found == wanted


def applies(pin):
    return pin.marker is None or pin.marker.evaluate()


def version(package):
    try:
        return installed_version(package)
    except PackageNotFoundError:
        return "not installed"


def test_pins_are_exact_say_each_package_once_and_name_no_index_and_no_hash():
    odd = [line for name in PIN_FILES for line in lines(name) if not EXACT_PIN.fullmatch(line)]
    assert odd == ["-r requirements.txt"]
    names = [pin.name for name in PIN_FILES for pin in pins(name)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("files", "extra"), [(PIN_FILES[:1], ""), (PIN_FILES, "test")])
def test_pins_are_complete_and_allowed(files, extra):
    """As course.py installs them without asking what they, and the course, depend on."""
    pinned = {pin.name: str(pin.specifier)[2:] for name in files for pin in pins(name)}
    packages = [pin.name for name in files for pin in pins(name) if applies(pin)]
    needed = [(package, line) for package in packages for line in requires(package) or []]
    ours = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"].get(extra, [])]
    for package, line in [*needed, *(("the course", line) for line in ours)]:
        need = Requirement(line)
        if need.marker is None or need.marker.evaluate({"extra": ""}):
            name = canonicalize_name(need.name)
            assert name in pinned, f"{package} needs {line}"
            assert need.specifier.contains(pinned[name], prereleases=True)


def test_the_package_and_its_settings_for_jupyterlab_are_installed_from_here():
    import gmm_helpers

    assert Path(gmm_helpers.__file__).parent == ROOT / "gmm_helpers"
    assert version("gmm-helpers") == PROJECT["version"]
    path = "etc/jupyter/labconfig/default_setting_overrides.json"
    assert Path(sys.prefix, path).read_text() == (ROOT / ".jupyter" / path).read_text()


def test_environment_takes_a_supported_python_and_gives_pip_the_pins_and_this_package():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    python, pip, given = environment["dependencies"]
    assert (pip, given) == ("pip", {"pip": ["-r requirements.txt", "-e ."]})
    supported = Requirement(f"python{PROJECT['requires-python']}").specifier
    assert supported.contains(python.removeprefix("python="))


def test_the_readmes_badge_opens_the_first_notebook_in_jupyterlab():
    badge = r"\(https://mybinder\.org/v2/gh/[\w.-]+/[\w.-]+/main\?urlpath=(.*)\)"
    assert re.findall(badge, README) == [f"lab/tree/notebooks/{NOTEBOOKS['00'].name}"]
