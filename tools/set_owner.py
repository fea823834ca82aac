"""Put a fork's address into every link of the course: nox -s owner -- account/repository.

The address in the README's Binder badge is the one that is replaced, wherever it stands in a
tracked text file: as it is, with %2F in place of its slash, and the repository's name alone, as
folders have it.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BADGE = re.compile(r"mybinder\.org/v2/gh/([^/\s]+)/([^/\s]+)/")
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?/[A-Za-z0-9._-]+")


def read_owner(root=ROOT):
    """Return the account and the repository that the README's badge names."""
    return BADGE.search((root / "README.md").read_text("utf-8")).groups()


def set_owner(address, root=ROOT):
    """Put `account/repository` into all links; return the files that changed."""
    if not NAME.fullmatch(address):
        raise ValueError(f"Say account/repository, as in ada/em-course; this is {address!r}.")
    (old_account, old_name), (account, name) = read_owner(root), address.split("/")
    begins = r"(?:(?<=%2F)|(?<![\w.-]))"
    pairs = re.compile(rf"{begins}{re.escape(old_account)}(/|%2F){re.escape(old_name)}(?![\w-])")
    alone = re.compile(rf"{begins}{re.escape(old_name)}(?![\w-])")
    site = re.compile(rf"\b{re.escape(old_account.lower())}\.github\.io\b", re.IGNORECASE)
    changed = []
    for path in text_files(root):
        text = path.read_bytes().decode("utf-8")
        new = pairs.sub(lambda found: f"{account}{found[1]}{name}", text)
        new = site.sub(f"{account.lower()}.github.io", alone.sub(name, new))
        if new != text:
            path.write_bytes(new.encode("utf-8"))
            changed.append(path.relative_to(root).as_posix())
    return changed


def text_files(root):
    """Return the tracked files whose links name the course's address, or may do so."""
    kinds = {".md", ".yml", ".yaml", ".cff", ".toml", ".ipynb"}
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=root, text=True).split("\0")
    return [root / name for name in listed if Path(name).suffix in kinds]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Say which repository: nox -s owner -- account/repository")
    try:
        print("Changed:", ", ".join(set_owner(sys.argv[1])) or "nothing, it is there already")
    except ValueError as error:
        sys.exit(str(error))
