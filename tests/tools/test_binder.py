"""What Binder needs; `nox -s binder` reads the Dockerfile that repo2docker makes of a clone."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")

# The parts that count of the Dockerfile that repo2docker 2026.4.0 makes.
GOOD = """
COPY --chown=0:0 files/-2fconda-2fenvironment-2epy-2d3-2e11-2dlinux-2d64-2elock /tmp/env.lock
# Copy stuff.
COPY --chown=0:0 src/ ${REPO_DIR}/
USER root
RUN bash -c 'time ${MAMBA_EXE} env update -p ${NB_PYTHON_PREFIX} \\
# a comment between
--file "environment.yml"'
"""
UPDATE = GOOD[GOOD.index("RUN") :]


@pytest.fixture(scope="module")
def problems():
    from check_binder import problems

    return problems


def test_a_dockerfile_as_it_should_be_has_no_problem(problems):
    assert problems(GOOD, "3.11") == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace(UPDATE, ""), "conda was not picked"),
        (lambda text: text.replace("environment.yml", "other.yml"), "does not read"),
        (lambda text: text.replace("NB_PYTHON", "KERNEL_PYTHON"), "that runs the server"),
        (lambda text: UPDATE + text.replace(UPDATE, ""), "not copied before"),
        (lambda text: text.replace("src/ ", "src/environment.yml "), "not copied before"),
        (lambda text: text.replace("2d3-2e11", "2d3-2e10"), "not that of Python 3.11"),
        (lambda text: text + "RUN pip install -r requirements.txt", "given to pip"),
    ],
)
def test_each_problem_is_said(problems, change, said):
    (sentence,) = problems(change(GOOD), "3.11")
    assert said in sentence


def test_the_readme_s_badge_opens_the_first_notebook_in_jupyterlab():
    (link,) = re.findall(r"\((https://mybinder\.org/v2/[^)]*)\)", README)
    address = urlsplit(link)
    service, host, _, _, branch = address.path.strip("/").split("/")[0:5]
    assert (service, host, branch) == ("v2", "gh", "main")
    (opened,) = parse_qs(address.query)["urlpath"]
    first = min(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
    assert opened == f"lab/tree/notebooks/{first}"
