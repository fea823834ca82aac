"""One command sets the address of a fork in every link, and leaves nothing of the one before."""

import re
import shutil
import subprocess

import pytest
from set_owner import BADGE, ROOT, set_owner, text_files


@pytest.fixture
def copy(tmp_path):
    """Give a copy of all files that hold links, as a repository."""
    for path in text_files(ROOT):
        if path.suffix != ".ipynb" or path.name.startswith("00"):
            target = tmp_path / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.check_call(["git", *command], cwd=tmp_path)
    return tmp_path


def all_text(root):
    return "\n".join(path.read_text("utf-8") for path in text_files(root))


def test_nothing_is_left_of_the_address_before_and_it_can_be_set_back(copy):
    before = all_text(copy)
    account, name, _ = BADGE.search(before).groups()
    set_owner("Ada/em.course", copy)
    after = all_text(copy)
    assert not re.search(rf"\b({re.escape(account)}|{re.escape(name)})\b", after)
    for link in ("gh/Ada/em.course/main", "Ada%2Fem.course", "lab%2Ftree%2Fem.course%2F"):
        assert link in after
    assert set_owner("Ada/em.course", copy) == []
    set_owner(f"{account}/{name}", copy)
    assert all_text(copy) == before


@pytest.mark.parametrize("address", ["", "ada", "ada/", "/em", "a b/em", "ada/em/more", "-ada/em"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(SystemExit, match="account/repository, as in"):
        set_owner(address)
