"""Check the Dockerfile that repo2docker makes of a clean clone; `nox -s binder` runs it.

Binder builds its image with repo2docker. Here it only writes the Dockerfile, and builds nothing,
so that no container engine is needed. The Dockerfile has to take conda and the Python that
`environment.yml` names, and to copy the whole repository before `env update`, because that file
refers to `requirements.txt` and to the package beside it.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
NEEDED = ("environment.yml", "requirements.txt", "pyproject.toml", "gmm_helpers/__init__.py")
# repo2docker looks into the first three first, and leaves out what the other two name.
IN_THE_WAY = ("binder", ".binder", "Dockerfile", ".dockerignore", ".containerignore")


def steps(dockerfile):
    """Return a Dockerfile's instructions without its comments, continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", dockerfile, flags=re.MULTILINE)
    return [line.strip() for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def problems(dockerfile, python):
    """Say in sentences what is wrong with a Dockerfile; `python` is the version it should take."""
    lines = steps(dockerfile)
    updates = [i for i, line in enumerate(lines) if "env update" in line]
    whole = re.compile(r"COPY .*\bsrc/ \$\{REPO_DIR\}/$")
    copies = [i for i, line in enumerate(lines) if whole.match(line)]
    if len(updates) != 1:
        return [f"There are {len(updates)} steps with `env update`, not one: conda was not picked."]
    found = []
    update = lines[updates[0]]
    if '--file "environment.yml"' not in update:
        found.append("`env update` does not read environment.yml.")
    if "${NB_PYTHON_PREFIX}" not in update:
        found.append("`env update` does not go to the environment that runs the server.")
    if len(copies) != 1 or copies[0] > updates[0]:
        found.append("The whole repository is not copied before `env update`.")
    lock = f"environment.py-{python}-linux-"
    # File names are written with escapes in the Dockerfile: "-2d" stands for "-", "-2e" for ".".
    names = re.sub("-2([de])", lambda code: {"d": "-", "e": "."}[code[1]], " ".join(lines))
    if lock not in names:
        found.append(f"The base environment is not that of Python {python}.")
    if re.search(r"pip3? install", " ".join(lines)):
        found.append("Something besides environment.yml is given to pip.")
    return found


def main():
    """Stop with what is wrong, or say that all is well."""
    python = re.search(r"- python=([\d.]+)", (ROOT / "environment.yml").read_text())[1]
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder, "clone")
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        command = ["jupyter-repo2docker", "--no-build", clone]
        dockerfile = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        found = problems(dockerfile, python)
        found += [f"{name} is not in the clone." for name in NEEDED if not (clone / name).exists()]
        found += [f"{name} is in the way." for name in IN_THE_WAY if (clone / name).exists()]
    if found:
        sys.exit("\n".join(found))
    print(f"conda with Python {python}, and all files are there before `env update`")


if __name__ == "__main__":
    main()
