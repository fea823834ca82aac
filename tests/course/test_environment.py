"""What is installed, what is pinned and what environment.yml says are one and the same."""

import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from files import NOTEBOOKS, README, ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT = PYPROJECT["project"]
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
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def test_pins_are_exact_say_each_package_once_and_name_no_index_and_no_hash():
    odd = [line for name in PIN_FILES for line in lines(name) if not EXACT_PIN.fullmatch(line)]
    assert odd == ["-r requirements.txt"]
    names = [pin.name for name in PIN_FILES for pin in pins(name)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("needed", "files"),
    [
        (PROJECT["dependencies"], PIN_FILES[:1]),
        (PROJECT["optional-dependencies"]["test"], PIN_FILES),
    ],
    ids=["course", "tests"],
)
def test_every_dependency_is_pinned_to_a_version_that_it_allows(needed, files):
    pinned = {pin.name: str(pin.specifier)[2:] for name in files for pin in pins(name)}
    for requirement in map(Requirement, needed):
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)])


def test_pins_are_complete():
    # course.py installs them without asking what they depend on.
    pinned = {pin.name for name in PIN_FILES for pin in pins(name)}
    for package in [pin.name for name in PIN_FILES for pin in pins(name) if applies(pin)]:
        for line in importlib.metadata.requires(package) or []:
            requirement = Requirement(line)
            marker = requirement.marker
            if marker is None or marker.evaluate({"extra": ""}):
                assert canonicalize_name(requirement.name) in pinned, f"{package} needs {line}"
                assert requirement.specifier.contains(version(requirement.name), prereleases=True)


def test_package_is_installed_from_here():
    import gmm_helpers

    assert Path(gmm_helpers.__file__).parent == ROOT / "gmm_helpers"
    assert version("gmm-helpers") == PROJECT["version"]


def test_environment_takes_a_supported_python_and_gives_pip_the_pins_and_this_package():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    python, pip, given = environment["dependencies"]
    assert (pip, given) == ("pip", {"pip": ["-r requirements.txt", "-e ."]})
    supported = Requirement(f"python{PROJECT['requires-python']}").specifier
    assert supported.contains(python.removeprefix("python="))


def test_jupyterlabs_settings_for_the_course_are_installed():
    path = "etc/jupyter/labconfig/default_setting_overrides.json"
    assert Path(sys.prefix, path).read_text() == (ROOT / ".jupyter" / path).read_text()


def test_the_readmes_badge_opens_the_first_notebook_in_jupyterlab():
    badge = r"\(https://mybinder\.org/v2/gh/[\w.-]+/[\w.-]+/main\?urlpath=(.*)\)"
    assert re.findall(badge, README) == [f"lab/tree/notebooks/{NOTEBOOKS['00'].name}"]
