"""Maintainers' tasks: `nox -l` lists them. Learners and testers need only course.py."""

import re
import runpy
import shlex
import shutil
from pathlib import Path

import nox

nox.options.sessions = ["lint", "tests"]
nox.options.default_venv_backend = "uv|virtualenv"  # uv where it is there, as it is quicker

RUFF = "ruff==0.17.6"
UV = "uv==0.13.9"
PLAYWRIGHT = "playwright==1.65.2"
MARIONETTE = "marionette_driver==3.7.1"
NOTEBOOK = "notebook==7.6.5"
AXE = "axe-core@4.14.1"
BIOME = "@biomejs/biome@2.6.8"
TYPESCRIPT = "typescript@7.0.2"
PYRIGHT = "pyright@1.1.414"
NBGRADER = "nbgrader==0.9.6"
POODLE = "poodle==1.3.4"
JUPYTERHUB = "jupyterhub==6.1.1"
PROXY = "configurable-http-proxy@5.3.0"
PIP_AUDIT = "pip-audit==2.10.1"
SITE = "sphinx==9.0.4 myst-nb==1.4.0 sphinx-book-theme==1.4.0 numpydoc==1.11.0".split()
MATHJAX = "mathjax@3.2.2"
REVEAL = "reveal.js@6.0.2"
REPO2DOCKER = "jupyter-repo2docker==2026.4.0"

PINS = Path("requirements.txt")
TEST_PINS = Path("requirements-test.txt")
ENVIRONMENT = Path("environment.yml")

PYTHONS = ["3.11", "3.12", "3.13"]
# What environment.yml gives to pip: the one place that says it.
BINDER_PIP = re.findall(r"^ +- (-.+)$", ENVIRONMENT.read_text().partition("- pip:")[2], re.M)


def install_course(session, pins=PINS):
    """Install exactly the pins and this package, as course.py does."""
    session.install("--no-deps", "--no-compile", "-r", str(pins), "-e", ".")


@nox.session
def lock(session):
    """Make both requirements files from pyproject.toml; `-- --upgrade` takes the newest."""
    session.install(UV)

    def compile_pins(output, *arguments):
        # One version of each package for all Pythons ("fewest") and systems ("universal"). uv
        # itself writes no index addresses, and no hashes unless asked.
        session.run(
            *"uv pip compile pyproject.toml --quiet --universal --python-version 3.11".split(),
            *"--fork-strategy fewest --no-annotate --no-header --output-file".split(),
            str(output),
            *arguments,
            *session.posargs,
        )
        return output.read_text().splitlines()

    def write(path, *lines):
        path.write_text("\n".join(lines) + "\n", newline="\n")

    pins = compile_pins(PINS)
    write(
        PINS,
        "# All that the course needs, for Python 3.11 to 3.13 on Linux, macOS and Windows.",
        "# Made from pyproject.toml by `nox -s lock`: change that, not this.",
        *pins,
    )
    with_tests = compile_pins(TEST_PINS, "--extra=test", f"--constraint={PINS}")
    write(
        TEST_PINS,
        "# What the tests need besides. Made from pyproject.toml by `nox -s lock`.",
        f"-r {PINS}",
        *(line for line in with_tests if line not in pins),
    )


@nox.session(python=PYTHONS)
def tests(session):
    """Run the whole suite, or what is named after `--`, as the test command does."""
    install_course(session, TEST_PINS)
    side_by_side = runpy.run_path("course.py")["side_by_side"]
    session.run("pytest", *side_by_side(session.posargs), *session.posargs)


@nox.session
def refit(session):
    """Compute anew the likelihood ratios that notebook 08 reads."""
    install_course(session)
    session.run("python", "tools/bootstrap_ratios.py")


@nox.session
def weekly(session):
    """Do what takes too long for every change; then the sessions that are named at its end."""
    install_course(session, TEST_PINS)
    session.run("python", "tools/student_version.py")
    session.run("pytest", "--nbval", "-n2", "--dist=loadfile", "student")
    session.run("python", "tools/compare_seeds.py")
    for version in PYTHONS:
        if shutil.which(f"python{version}"):
            session.notify(f"environment-{version}", posargs=["notebooks"])
        else:
            session.warn(f"No Python {version} here: its environment is left out.")
    session.notify("browser", posargs=["--every"])
    session.notify("site", posargs=["--test"])


@nox.session
def lint(session):
    """Check the style of all code, and its types; `-- --fix` mends what can be mended."""
    install_course(session)  # whose types pyright reads
    session.install(RUFF)
    fix = "--fix" in session.posargs
    session.run("ruff", "check", *session.posargs)
    session.run("ruff", "format", *([] if fix else ["--check"]))
    tools = npm_install(session, "lint", BIOME, TYPESCRIPT, PYRIGHT) / ".bin"
    python = Path(session.bin, "python")
    session.run(str(tools / "pyright"), f"--pythonpath={python}", external=True)
    others = [Path("tools/host.js"), Path("docs/site.js"), Path("docs/slides.js")]
    sources = [*Path("gmm_helpers/widgets").glob("*.js"), *others]
    files = [str(path) for path in sorted(sources) if not path.match("*.bundle.js")]
    session.run(
        str(tools / "biome"),
        *("check --indent-style=space --line-width=100 --error-on-warnings".split()),
        *(["--write"] if fix else []),
        *files,
        external=True,
    )
    # Strict but for one thing: a type for each parameter would be a line of comment more for some
    # 200 functions, and most would say `any`, as what comes from Python is JSON.
    session.run(
        str(tools / "tsc"),
        *"--ignoreConfig --allowJs --checkJs --noEmit --strict --noImplicitAny false".split(),
        *"--target es2024 --module esnext --moduleResolution bundler".split(),
        *files,
        external=True,
    )


@nox.session(venv_backend="none")
def bundle(session):
    """Join the widgets' JS into the one module that a page loads."""
    session.run("python", "tools/bundle.py")


@nox.session
def audit(session):
    """Ask for known weaknesses of all that is pinned; it needs PyPI's own record of them."""
    session.install(PIP_AUDIT)
    session.run("pip-audit", "--strict", "--no-deps", "--disable-pip", "-r", str(TEST_PINS))


@nox.session
def store(session):
    """Run the notebooks and store their outputs, with stills; draw the README's picture."""
    install_course(session)
    session.install(PLAYWRIGHT, f"--constraint={PINS}")
    session.run("python", "tools/store_outputs.py", *session.posargs)


@nox.session
def formulas(session):
    """Draw the widgets' formulas from formulas.toml, for the browser."""
    install_course(session)
    session.run("python", "tools/make_formulas.py")


@nox.session(venv_backend="none")
def owner(session):
    """Put a fork's address into every link: `-- account/repository`."""
    session.run("python", "tools/set_owner.py", *session.posargs)


@nox.session
def student(session):
    """Make the version of the notebooks without solutions, in the folder student/."""
    install_course(session)
    session.run("python", "tools/student_version.py")


@nox.session
def nbgrader(session):
    """Make the nbgrader form of notebook 01, in the folder graded/, and try it."""
    install_course(session)
    session.install(NBGRADER, f"--constraint={PINS}")
    session.run("python", "tools/nbgrader_version.py")


@nox.session
def bench(session):
    """Time the helpers' EM beside scikit-learn's."""
    install_course(session, TEST_PINS)
    session.run("python", "tools/bench_em.py", *session.posargs)


@nox.session
def mutants(session):
    """Change the code in 200 small ways and list those that no test notices."""
    install_course(session, TEST_PINS)
    session.install(POODLE, f"--constraint={PINS}")
    session.run("python", "tools/mutants.py", *session.posargs)


@nox.session(python=PYTHONS, venv_backend="virtualenv")  # for pip, which conda calls as well
def environment(session):
    """Install what environment.yml gives to pip, as on Binder, and use it; `-- notebooks` all."""
    session.install(*(word for line in BINDER_PIP for word in shlex.split(line)))

    # Each package there is pinned for the course, and none that they need is missing: so nothing
    # that only the tests have is there, and every version is the one that is tested. (pip and
    # setuptools come with the environment, nox's as well as conda's.)
    session.run("python", "-m", "pip", "check")
    listed = session.run(
        *"python -m pip list --format=freeze".split(),
        *"--exclude pip --exclude setuptools --exclude gmm-helpers".split(),
        silent=True,
    )
    pins = {normalised(line.split(" ;")[0]) for line in PINS.read_text().splitlines()}
    extra = {normalised(line) for line in listed.splitlines()} - pins
    if extra:
        session.error(f"installed, but not pinned in {PINS}: {', '.join(sorted(extra))}")

    packages = "ipykernel, ipywidgets, jupyterlab, matplotlib, nbval, numpy, scipy, gmm_helpers"
    session.run("python", "-c", f"import {packages}")
    session.run("pytest", "--nbval", *(session.posargs or ["notebooks/00_start_here.ipynb"]))
    files = Path(session.virtualenv.location).rglob("*")
    session.log(f"{sum(file.lstat().st_size for file in files) / 1e6:.0f} MB are installed")


@nox.session
def binder(session):
    """Read the Dockerfile that repo2docker, and so Binder, makes of a clean clone."""
    session.install(REPO2DOCKER)
    session.run("python", "tools/check_binder.py")


def normalised(pin):
    """Write a package's name the way all spellings of it become equal."""
    return re.sub(r"[-_.]+", "-", pin.partition("==")[0]).lower() + pin[pin.find("==") :]


@nox.session
def browser(session):
    """Try the page in Chromium and Firefox (`apt-get install chromium firefox-esr npm`, on Debian).

    Every widget of the notebooks is moved in JupyterLab, and one of each kind in Notebook 7 and in
    Firefox; with `-- --every`, as in the weekly session, all there too, and some keys at random.
    """
    install_course(session, TEST_PINS)  # widgets are made here, and shown on blank pages
    session.install(PLAYWRIGHT, MARIONETTE, NOTEBOOK, f"--constraint={PINS}")
    axe = npm_install(session, "axe", AXE) / "axe-core" / "axe.min.js"
    session.run("pytest", "tests/browser", *session.posargs, env={"AXE": str(axe)})


def npm_install(session, name, *packages):
    """Install packages of npm into a folder of .nox; return where its modules are."""
    folder = Path(".nox", name).absolute()
    session.run(
        *"npm install --silent --no-save --ignore-scripts --no-audit --no-fund --prefix".split(),
        str(folder),
        *packages,
        external=True,
    )
    return folder / "node_modules"


@nox.session
def site(session):
    """Build the web site into site/; `-- --serve` shows it, `-- --only 00 01 --test` is quick."""
    install_course(session)
    session.install(*SITE, f"--constraint={PINS}")
    mathjax = npm_install(session, "mathjax", MATHJAX) / "mathjax" / "es5"
    words = [word for word in session.posargs if word != "--test"]
    session.run("python", "tools/build_site.py", f"--mathjax={mathjax}", *words)
    if "--test" in session.posargs:
        session.install(PLAYWRIGHT, MARIONETTE, f"--constraint={PINS}")
        axe = npm_install(session, "axe", AXE) / "axe-core" / "axe.min.js"
        # With few notebooks, pages that others write are left out as well.
        few = ["-k", "not (api/ or TEACHING or CHANGELOG)"] if "--only" in words else []
        session.run("pytest", "tests/site/test_site.py", *few, env={"AXE": str(axe)})


@nox.session
def slides(session):
    """Make the slides for the lesson of 90 minutes, in slides/; `-- --test` opens them as well."""
    install_course(session)
    modules = npm_install(session, "slides", REVEAL, MATHJAX)
    session.run("python", "tools/build_slides.py", str(modules))
    if "--test" in session.posargs:
        session.install(PLAYWRIGHT, f"--constraint={PINS}")
        session.run("pytest", "tests/site/test_deck.py")


@nox.session
def hub(session):
    """Take thirty learners through notebook 01 at once, on a JupyterHub on this machine."""
    install_course(session)
    session.install(JUPYTERHUB, UV, f"--constraint={PINS}")
    session.run(*"uv pip uninstall rfc3987-syntax debugpy".split())  # as the guide says of a hub
    proxy = npm_install(session, "hub-proxy", PROXY) / ".bin" / "configurable-http-proxy"
    session.run("python", "tools/bench_hub.py", str(proxy), *session.posargs)


@nox.session
def latency(session):
    """Time every kind of widget in JupyterLab from key press to pixels, beside plain interact."""
    session.install(PLAYWRIGHT, "nbformat", f"--constraint={PINS}")
    session.run("python", "tools/bench_page.py", *session.posargs)
