"""Check the Dockerfile that repo2docker makes of a clean clone; `nox -s binder` runs it.

Binder builds its image with repo2docker. Here it only writes the Dockerfile, and builds nothing,
so that no container engine is needed.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTHON = re.search(r"- python=([\d.]+)", (ROOT / "environment.yml").read_text())[1]
UPDATE = r'env update -p \$\{NB_PYTHON_PREFIX\}[^"]*--file "environment\.yml"'
# environment.yml refers to requirements.txt and to the package, so all has to be there before.
WANTED = {
    f"conda, with Python {PYTHON}": rf"environment\.py-{re.escape(PYTHON)}-linux-",
    "environment.yml read into the server's environment": UPDATE,
    "the whole repository before that": rf"(?s)COPY \S+ src/ \$\{{REPO_DIR\}}/\n.*{UPDATE}",
}
UNWANTED = {"a second update": r"(?s)env update.*env update", "more for pip": r"pip3? install"}


def main():
    """Stop with what is wrong, or say that all is well."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder, "clone")
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        command = ["jupyter-repo2docker", "--no-build", clone]
        text = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE)
    text = text.replace("-2d", "-").replace("-2e", ".")  # how it writes names of files
    wrong = [f"no {what}" for what, pattern in WANTED.items() if not re.search(pattern, text)]
    wrong += [what for what, pattern in UNWANTED.items() if re.search(pattern, text)]
    if wrong:
        sys.exit(f"The Dockerfile is not as it should be: {'; '.join(wrong)}.\n\n{text}")
    print("The Dockerfile has", ", ".join(WANTED))


if __name__ == "__main__":
    main()
