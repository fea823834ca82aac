"""Print what the installed packages take on the disk, and the largest of them."""

import importlib.metadata
import sysconfig
from pathlib import Path

LARGEST = 6


def size(path):
    """Return the MB of all files below a folder."""
    return sum(file.lstat().st_size for file in path.rglob("*") if file.is_file()) / 1e6


def sizes():
    """Return the MB of each installed package, the largest first."""
    found = {}
    for package in importlib.metadata.distributions():
        files = (Path(file.locate()) for file in package.files or ())
        mb = sum(file.stat().st_size for file in files if file.is_file()) / 1e6
        found[package.metadata["Name"]] = mb
    return sorted(found.items(), key=lambda item: -item[1])


if __name__ == "__main__":
    places = {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")}
    print(f"{sum(map(size, places)):.0f} MB of packages are installed; the largest, in MB:")
    for name, mb in sizes()[:LARGEST]:
        print(f"  {name:20} {mb:5.0f}")
