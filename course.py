"""Set the course up in the folder .venv, then start it or test it.

    python3 course.py                start JupyterLab at the first notebook
    python3 course.py test           run all tests

(On Windows: py course.py.) What follows is handed on, to JupyterLab or to pytest:

    python3 course.py --no-browser --port 8899
    python3 course.py test -k stepper

It needs Python 3.11 or later and installs into .venv only, which is made anew when the pinned
versions, the version of Python or the place of this folder change. JupyterLab, IPython and
matplotlib keep their settings there as well: those in your home are neither used nor changed.
"""

# Standard library only, and no syntax newer than Python 3.6: an older Python must get as far as
# the sentence that refuses it. What is printed is ASCII, which every Windows console can show.
import ast
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent
NOTEBOOK = "notebooks/00_start_here.ipynb"
PINS = "requirements.txt"
TEST_PINS = "requirements-test.txt"  # it includes the other

VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOG = VENV / "install.log"
STAMP = VENV / "installed.txt"  # fingerprints of what is installed, written when all of it is

# What the user has set for other projects would mix other packages, places, kernels or looks into
# the course's own. So variables whose names begin like this are not handed on ...
LEAKS = ("IPYTHON", "JUPYTER", "MATPLOTLIB", "MPL", "PYTHON")
# ... and what stands in the home, which may be one that cannot be written, is not looked at.
FOLDERS = {
    "IPYTHONDIR": VENV / "ipython",
    "JUPYTER_CONFIG_DIR": VENV / "jupyter",
    "JUPYTER_DATA_DIR": VENV / "jupyter" / "data",
    "MPLCONFIGDIR": VENV / "matplotlib",
}
PROXIES = "HTTP_PROXY HTTPS_PROXY ALL_PROXY http_proxy https_proxy all_proxy".split()
# Of what the user tells pip, this is kept: where the packages are, and how to get there.
PIP_KEEPS = "CACHE|CERT|FEATURE|HOST|INDEX|KEYRING|LINKS|PROXY|RETRIES|TIMEOUT|URL"


def child_environment():
    """Return the environment variables for what is started here: .venv first, no leaks."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(LEAKS)}
    env.update((name, str(folder)) for name, folder in FOLDERS.items())
    env["VIRTUAL_ENV"] = str(VENV)
    env["PATH"] = str(BIN) + os.pathsep + env.get("PATH", "")
    env["PYTHONUTF8"] = "1"  # whatever letters the locale has: this folder's path may hold others
    env["PIP_USER"] = "0"  # said, not left out: the user's pip.conf may hold "user = true"
    for name in set(PROXIES) & set(env):  # JupyterLab dies of SOCKS, and without the "http://"
        proxy = env.pop(name)
        if proxy and not proxy.startswith("socks"):
            env[name] = proxy if "://" in proxy else "http://" + proxy
    # A kernel "python3" of the machine's must not stand before the one in .venv, and Jupyter must
    # not read /etc/jupyter: with "platform dirs" it would be /etc/xdg/jupyter, which nobody has.
    env["JUPYTER_PREFER_ENV_PATH"] = env["JUPYTER_PLATFORM_DIRS"] = "1"
    return env


def pip_environment():
    """Return the same for pip, with no more of the user's settings for it than PIP_KEEPS."""
    env = child_environment()
    told = {name: env.pop(name) for name in list(env) if name.startswith("PIP_")}
    files = {"PIP_CONFIG_FILE": told.get("PIP_CONFIG_FILE", ""), "PIP_USER": "0"}
    command = [str(PYTHON), "-m", "pip", "config", "list"]
    options = {"stdout": subprocess.PIPE, "encoding": "utf-8"}
    listed = subprocess.run(command, env={**env, **files}, **options).stdout
    # A line for each setting of a file, those for all commands first: global.index-url='https://...'
    found = re.findall(r"^(?:global|install)\.([\w-]+)=(.+)$", listed, re.M)
    settings = {"PIP_" + name.upper().replace("-", "_"): value for name, value in found}
    settings = {name: ast.literal_eval(value) for name, value in settings.items()}
    settings.update(told)
    env.update((name, settings[name]) for name in settings if re.search(PIP_KEEPS, name))
    env["PIP_CONFIG_FILE"] = os.devnull  # no other file is read
    return env


def too_old(version):
    """Say in a sentence that this version of Python will not do; None if it will."""
    if tuple(version[:2]) >= OLDEST_PYTHON:
        return None
    needed, found = (".".join(map(str, numbers[:2])) for numbers in (OLDEST_PYTHON, version))
    return f"The course needs Python {needed} or later, and this is Python {found}."


def read_only():
    """Say in a sentence that the course cannot write where it has to; None if it can."""
    for folder in (ROOT, VENV, *FOLDERS.values()):
        if folder.exists() and not os.access(str(folder), os.W_OK):
            return (
                f"The course writes into its own folder, and {folder} cannot be written. Copy the "
                "course, without .venv, to a folder of your own, and start it there."
            )
    return None


def missing_module():
    """Say in a sentence what this Python lacks to make an environment; None if nothing."""
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return None
    package = "python{}.{}-venv".format(*sys.version_info)  # Debian ships ensurepip in it
    return (
        "This Python cannot make environments. On Debian and Ubuntu, type "
        f"'sudo apt install {package}' and then the same command again."
    )


def fingerprint(pins):
    """Return a hash of all that decides what .venv holds when these pins are installed."""
    digest = hashlib.sha256(repr((str(ROOT), sys.version_info[:2])).encode())
    for name in ("pyproject.toml", PINS, pins):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def installed():
    """Return the fingerprints of what .venv holds; none if it is unfinished or broken."""
    try:  # it no longer runs when the Python that it was made with is gone
        version = subprocess.check_output([str(PYTHON), "--version"], universal_newlines=True)
        same = version.startswith("Python {}.{}.".format(*sys.version_info))
        return STAMP.read_text().split() if same else []
    except (OSError, subprocess.CalledProcessError):
        return []


def set_up(pins):
    """Bring .venv to these pins and the course's package; quick if it is there already."""
    found = installed()
    if fingerprint(pins) in found:
        return
    if fingerprint(PINS) in found:
        STAMP.unlink()  # an installation that is cut short must not pass for a finished one
    else:
        make_environment()
    install(pins)
    STAMP.write_text("\n".join({fingerprint(PINS), fingerprint(pins)}))


def make_environment():
    """Make .venv from scratch."""
    problem = missing_module()
    if problem:
        sys.exit(problem)
    print("Making the environment .venv ...", flush=True)
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.call(command, env=child_environment()):
        sys.exit("The environment could not be made: what Python says of it stands above.")


def install(pins):
    """Install the pins and, editable, the course's package, saying how far it has got."""
    # --no-deps: the pins are complete, so pip has nothing to work out. --no-compile: Python
    # compiles a module when it is first used, and most never are.
    command = [str(PYTHON), "-m", "pip", "install", "--no-deps", "--no-compile", "--no-input"]
    command += ["--disable-pip-version-check", "--progress-bar=off", "-r", pins, "-e", "."]
    started = time.monotonic()
    with LOG.open("w") as log:
        streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": subprocess.STDOUT}
        pip = subprocess.Popen(command, cwd=str(ROOT), env=pip_environment(), **streams)
        try:
            watch(pip, sum((ROOT / name).read_text().count("==") for name in {PINS, pins}))
        finally:
            pip.terminate()  # after Ctrl-C, nothing may go on writing to .venv
            pip.wait()
    if pip.returncode:
        said = "\n".join(LOG.read_text("utf-8", "replace").splitlines()[-15:])
        sys.exit(  # which escapes what the console's encoding does not have
            f"\n{said}\n\nThe installation failed; all that pip says is in {LOG}. If the network "
            "was the reason, type the same command again when it is back."
        )
    # pip has written this folder's path there, but a Python before 3.13 reads it in the encoding of
    # the locale, which may lack its letters: a relative path has none but dots.
    place = site_packages() / "gmm_helpers.pth"
    place.write_text(os.path.relpath(str(ROOT), str(place.parent)))
    print(f"Installed in {time.monotonic() - started:.0f} seconds.", flush=True)


def site_packages():
    """Return the folder of .venv that packages are installed into."""
    return Path(sysconfig.get_path("purelib", "venv", {"base": str(VENV)}))


def watch(pip, total):
    """Show how far pip is until it ends: on a terminal a line that counts, else its phases."""
    packages = site_packages()
    at_start = len(list(packages.glob("*.dist-info")))
    shown = ""
    while pip.poll() is None:
        new = len(list(packages.glob("*.dist-info"))) - at_start
        phase, detail = progress(LOG.read_text("utf-8", "replace"), total, new)
        if sys.stdout.isatty():
            width = shutil.get_terminal_size().columns - 1
            print("\r" + f"{phase} {detail}"[:width].ljust(width), end="", flush=True)
        elif phase != shown:
            print(f"{phase} packages ...", flush=True)
        shown = phase
        time.sleep(0.2)
    if sys.stdout.isatty():
        print()


def progress(output, total, new):
    """Say how far pip is, from its output so far and the number of packages that are new."""
    names = re.search(r"^Installing collected packages: (.+)", output, re.M)
    if names:  # having listed them all, pip is silent: count those in place
        names = names.group(1).split(", ")
        new = max(0, min(new, len(names) - 1))
        return "Installing", f"{new + 1}/{len(names)} {names[new]}"
    fetched = re.findall(r"^(?:Collecting|Processing) (?:.*[/\\])?([\w.-]+)", output, re.M)
    return "Fetching", f"{len(fetched)}/{total} {fetched[-1]}" if fetched else "..."


def hand_over(*command):
    """Become this module of .venv with these arguments, or return its exit status."""
    command = [str(PYTHON), "-m", *command]
    os.chdir(str(ROOT))
    if os.name == "posix":
        os.execve(command[0], command, child_environment())
    # Windows cannot replace a process: wait for it, and leave Ctrl-C to it.
    process = subprocess.Popen(command, env=child_environment())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return process.wait()


def side_by_side(arguments):
    """Return the options by which pytest uses all cores, where that is quicker and in no way."""
    # One file is sooner done without workers; -s and --pdb need the terminal for themselves.
    alone = [word for word in arguments if re.match("[^-]|-[kns]|--(pdb|trace|capture)", word)]
    # By files, as the cells of a notebook share a kernel, and tests of a file what is dear to make.
    options = ["-n", "auto", "--maxprocesses=8", "--dist=loadfile"]
    affinity = getattr(os, "sched_getaffinity", None)  # the cores that this process may use
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return [] if alone or cores < 2 else options


def main(arguments):
    """Do what the command line asks; return the exit status."""
    problem = too_old(sys.version_info) or read_only()
    if problem:
        return problem
    if arguments in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    if arguments[:1] == ["test"]:
        set_up(TEST_PINS)
        return hand_over("pytest", *side_by_side(arguments[1:]), *arguments[1:])
    set_up(PINS)
    print("Starting JupyterLab. Ctrl-C in this window ends it.", flush=True)
    return hand_over(
        "jupyterlab",
        "--ServerApp.root_dir=" + str(ROOT),
        "--LabApp.default_url=/lab/tree/" + NOTEBOOK,
        "--allow-root",  # of use in a container, where there is no other user
        "--JupyterApp.answer_yes=True",  # one Ctrl-C is enough: notebooks are saved as you work
        # A browser that is a snap, as Ubuntu's Firefox, may not read the file in .venv that would
        # bring it to the page without the token standing in the list of processes.
        *(["--ServerApp.use_redirect_file=False"] if Path("/snap").exists() else []),
        *arguments,
    )


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("\nStopped. The same command takes it up again.")
    except OSError as error:
        sys.exit(f"\n{error}. Is the disk full, or does another program hold {VENV}?")
