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
BADGE = re.compile(r"mybinder\.org/v2/gh/([\w.-]+)/([\w.-]+)/([\w.-]+)")  # the README's
ADDRESS = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)/([A-Za-z0-9._-]+)")
KINDS = {".md", ".yml", ".yaml", ".cff", ".toml", ".ipynb"}


def text_files(root):
    """Return the tracked files whose links name the course's address, or may do so."""
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=root, text=True).split("\0")
    return [root / name for name in listed if Path(name).suffix in KINDS]


def set_owner(address, root=ROOT):
    """Put `account/repository` into all links; return the files that changed."""
    asked = ADDRESS.fullmatch(address)
    if not asked:
        sys.exit(f"Say account/repository, as in ada/em-course; this is {address!r}.")
    account, name = asked.groups()
    old_account, old_name, _ = BADGE.search((root / "README.md").read_text("utf-8")).groups()
    begins = r"(?:(?<=%2F)|(?<![\w.-]))"
    changes = (
        (rf"{begins}{re.escape(old_account)}(?=(/|%2F){re.escape(old_name)}(?![\w-]))", account),
        (rf"{begins}{re.escape(old_name)}(?![\w-])", name),
        (rf"(?i)\b{re.escape(old_account)}(?=\.github\.io\b)", account.lower()),
    )
    changed = []
    for path in text_files(root):
        text = new = path.read_bytes().decode("utf-8")
        for pattern, word in changes:
            new = re.sub(pattern, word, new)
        if new != text:
            path.write_bytes(new.encode("utf-8"))
            changed.append(path.relative_to(root).as_posix())
    return changed


if __name__ == "__main__":
    print("Changed:", *set_owner(" ".join(sys.argv[1:])))
