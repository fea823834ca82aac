"""Thirty learners at once, on a real JupyterHub on this machine. Run it with `nox -s hub`.

    nox -s hub            30 learners
    nox -s hub -- 4       fewer

Every learner starts a server, opens notebook 01 and runs all its cells, over the same HTTP and
websocket interfaces as JupyterLab in a browser. Then they move the hand fit, which tells Python of
its values whenever the hand rests. It prints the table of TEACHING.md. The accounts are thrown away
with their folder, and JupyterHub's usual ports (8000, 8001, 8081) are open to this machine alone.
Linux only: memory is read from /proc.
"""

import json
import os
import re
import secrets
import shutil
import signal
import statistics
import sys
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
import requests
import websocket
from requests.adapters import HTTPAdapter, Retry

ROOT = Path(__file__).parents[1]
NOTEBOOK = "notebooks/01_draw_and_fit_1d.ipynb"
HUB = "http://127.0.0.1:8000"
TOKEN = secrets.token_hex(24)
PATIENCE = 300  # seconds to wait for an answer
WORK, REST = 60, 2.0  # seconds that all move the hand fit, and from one rest of a hand to the next

# What makes a learner's server and kernel smaller or quicker stands here, and in the arguments and
# the environment of CONFIG; TEACHING.md says what each does.
MISSING = ("rfc3987_syntax", "debugpy")  # modules that look as if they were not installed
# Nobody can log in: the benchmark acts for all. Sockets have short names, of at most 107 letters.
CONFIG = """
import os, sys

c, folder = get_config(), os.getcwd()
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.ConfigurableHTTPProxy.command = [os.environ["GMM_PROXY"]]
c.JupyterHub.authenticator_class = "null"
c.Authenticator.allowed_users = set(os.listdir("homes"))
c.JupyterHub.services = [{"name": "bench", "api_token": os.environ["GMM_TOKEN"]}]
scopes = ["admin:users", "admin:servers", "access:servers"]
c.JupyterHub.load_roles = [{"name": "bench", "scopes": scopes, "services": ["bench"]}]
c.JupyterHub.spawner_class = "simple"
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.args = [
    *["--allow-root"] * (os.getuid() == 0),
    "--ServerApp.jpserver_extensions={'jupyter_lsp': False, 'jupyter_server_terminals': False}",
    "--LabApp.extension_manager=readonly",
    "--MappingKernelManager.kernel_info_timeout=300",
    "--KernelManager.transport=ipc",
    "--MappingKernelManager.cull_idle_timeout=1200",
]
c.SimpleLocalProcessSpawner.home_dir_template = folder + "/homes/{username}"
c.Spawner.notebook_dir = "~/course"
c.Spawner.environment = {
    "JUPYTER_CONFIG_DIR": folder + "/config",
    "JUPYTER_RUNTIME_DIR": lambda spawner: f"{folder}/run/{spawner.user.name}",
    "PYTHONPATH": folder + "/missing",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "65536",
    "MALLOC_TRIM_THRESHOLD_": "65536",
    "MPLBACKEND": "agg",
}
c.Spawner.start_timeout = c.Spawner.http_timeout = 300
c.JupyterHub.concurrent_spawn_limit = 0
c.JupyterHub.log_level = "WARN"
"""


@contextmanager
def hub(proxy, names):
    """Give the process of a hub that answers; leave nothing of it behind."""
    with tempfile.TemporaryDirectory(prefix="gmm-hub-") as place:
        folder = Path(place)
        files = {f"missing/{name}.py": f"raise ImportError('{name}')" for name in MISSING}
        (folder / "missing").mkdir()
        for name, text in (files | {"jupyterhub_config.py": CONFIG}).items():
            (folder / name).write_text(text)
        for name in names:
            home = folder / "homes" / name / "course"
            shutil.copytree(ROOT / "notebooks", home / "notebooks")
            shutil.copy(ROOT / "requirements.txt", home)
        env = os.environ | {"GMM_PROXY": proxy, "GMM_TOKEN": TOKEN}
        with (folder / "log").open("w") as log:
            options = {"cwd": folder, "env": env, "stdout": log, "stderr": log}
            process = psutil.Popen([sys.executable, "-m", "jupyterhub"], **options)
        try:
            http = requests.Session()
            retry = Retry(100, backoff_factor=0.1, backoff_max=1, status_forcelist=[404, 503])
            http.mount("http://", HTTPAdapter(max_retries=retry))
            http.get(f"{HUB}/hub/health").raise_for_status()
        except requests.RequestException:
            sys.exit(f"The hub did not start:\n{(folder / 'log').read_text()}")
        else:
            yield process
        finally:
            servers_and_kernels = process.children(recursive=True)
            process.terminate()
            _, left = psutil.wait_procs([process, *servers_and_kernels], 60)
            for each in left:
                each.kill()


class Learner:
    """A browser with JupyterLab, as far as a server can tell."""

    def __init__(self, name):
        self.name, self.base = name, f"{HUB}/user/{name}"
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"token {TOKEN}"
        self.times, self.rests = {}, []
        self.socket = self.notebook = self.hand_fit = None

    def ask(self, address, method="GET", **options):
        """Ask a server, with an error for anything but success; return its answer."""
        answer = self.http.request(method, address, timeout=PATIENCE, **options)
        answer.raise_for_status()
        return answer

    def start(self):
        """Start the learner's server, and wait until it answers."""
        user = f"{HUB}/hub/api/users/{self.name}"
        self.ask(f"{user}/server", "POST")
        while not self.ask(user).json()["servers"].get("", {}).get("ready"):
            time.sleep(0.5)

    def open(self):
        """Load JupyterLab's page and what it fetches first, the notebook, and start its kernel."""
        page = self.ask(f"{self.base}/lab/tree/{NOTEBOOK}").text
        for script in re.findall(r'src="([^"]+\.js[^"]*)"', page):
            self.ask(HUB + script)
        for path in ("lab/api/settings", "lab/api/workspaces/default", "api/kernelspecs"):
            self.ask(f"{self.base}/{path}")
        self.notebook = self.ask(f"{self.base}/api/contents/{NOTEBOOK}").json()["content"]
        kernel = {"path": NOTEBOOK, "name": "", "type": "notebook", "kernel": {"name": "python3"}}
        session = self.ask(f"{self.base}/api/sessions", "POST", json=kernel).json()
        channels = f"{self.base}/api/kernels/{session['kernel']['id']}/channels"
        options = {"header": dict(self.http.headers), "timeout": PATIENCE}
        self.socket = websocket.create_connection(channels.replace("http", "ws", 1), **options)
        self.until_idle(self.send("kernel_info_request", {}))

    def send(self, kind, content):
        """Send a message to the kernel; return its id."""
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": self.name}
        header |= {"version": "5.4", "username": self.name, "date": "2026-01-01T00:00:00Z"}
        message = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}}
        self.socket.send(json.dumps(message | {"content": content}))
        return header["msg_id"]

    def until_idle(self, request):
        """Hear the kernel until it has done a request; return when it first showed something."""
        first = None
        while True:
            message = self.hear()
            kind, content = message["msg_type"], message["content"]
            if kind in ("stream", "display_data", "execute_result"):
                first = first or time.monotonic()
            elif kind == "error":
                raise RuntimeError(f"{content['ename']}: {content['evalue']}")
            elif kind == "comm_open" and content["data"]["state"].get("kind") == "hand_fit":
                self.hand_fit = content["comm_id"], content["data"]["state"]["values"]
            elif kind == "status" and content["execution_state"] == "idle":
                if message["parent_header"].get("msg_id") == request:
                    return first

    def hear(self):
        """Return the next message of the kernel, without the buffers behind it."""
        data = self.socket.recv()
        if isinstance(data, bytes):
            start, end = (int.from_bytes(data[i : i + 4], "big") for i in (4, 8))
            data = data[start : end if int.from_bytes(data[:4], "big") > 1 else None]
        return json.loads(data)

    def run(self):
        """Send all cells at once, as *Run All Cells* does; wait until the last has run."""
        began = time.monotonic()
        for cell in self.notebook["cells"]:
            if cell["cell_type"] == "code":
                last = self.send("execute_request", {"code": cell["source"], "silent": False})
        self.times["first output"] = self.until_idle(last) - began

    def work(self):
        """Move the hand fit, again and again; note how long until Python has taken its values."""
        (comm, values), end = self.hand_fit, time.monotonic() + WORK
        while time.monotonic() < end:
            values["mean_1"] = 0.1 * (len(self.rests) % 20)
            data = {"method": "update", "state": {"values": values}, "buffer_paths": []}
            sent = time.monotonic()
            self.until_idle(self.send("comm_msg", {"comm_id": comm, "data": data}))
            self.rests.append(1000 * (time.monotonic() - sent))
            time.sleep(REST)


def at_once(learners, work):
    """Let all learners do something at once; return those who did it; say what went wrong."""

    def attempt(learner):
        began = time.monotonic()
        try:
            work(learner)
        except Exception as error:
            print(f"  {learner.name}, {work.__name__}: {type(error).__name__}: {error}", flush=True)
            return False
        learner.times[work.__name__] = time.monotonic() - began
        return True

    done = ThreadPoolExecutor(len(learners) or 1).map(attempt, learners)
    return [learner for learner, did in zip(learners, done, strict=True) if did]


def row(name, values, unit):
    """Print the median and the 95th percentile of some values."""
    values = sorted(values)
    if values:
        high = values[min(len(values) - 1, int(0.95 * len(values)))]
        print(f"{name:60} {statistics.median(values):6.0f} {high:6.0f} {unit}", flush=True)


def report_memory(process):
    """Print the memory of all servers and kernels of a hub."""
    found = {}
    for each in process.children(recursive=True):
        if name := each.environ().get("JUPYTERHUB_USER"):
            kind = "kernel" if "ipykernel_launcher" in each.cmdline() else "server"
            found.setdefault(name, {})[kind] = each.memory_full_info()
    both = ("server", "kernel")
    for name, kinds, kept in (
        ("memory per learner (PSS of server and kernel)", both, "pss"),
        ("of that the server", both[:1], "pss"),
        ("of that the kernel", both[1:], "pss"),
        ("of both what nobody else has", both, "uss"),
    ):
        used = [sum(getattr(each[kind], kept) for kind in kinds) for each in found.values()]
        row(name, [each / 2**20 for each in used], "MB")


def main(proxy, count=30):
    """Take all learners through a lesson; print the table; return how many did not get through."""
    for each in (signal.SIGTERM, signal.SIGHUP):  # else the hub would go on without a terminal
        signal.signal(each, lambda *_: sys.exit("Stopped."))
    names = [f"learner{i + 1:02}" for i in range(int(count))]
    with hub(os.path.abspath(proxy), names) as process:
        print(f"{f'measured, {count} learners at once':60} median   95 %")
        up = at_once([*map(Learner, names)], Learner.start)
        row("from log-in to a server that answers", [each.times["start"] for each in up], "s")
        ready = at_once(up, Learner.open)
        row("from there to an open notebook", [each.times["open"] for each in ready], "s")
        ran = at_once(ready, Learner.run)
        row("from Run All to the first output", [each.times["first output"] for each in ran], "s")
        row("… to the last cell", [each.times["run"] for each in ran], "s")
        worked = at_once(ran, Learner.work)
        rests = [wait for each in worked for wait in each.rests]
        row("from a hand that rests until Python has its values", rests, "ms")
        report_memory(process)
        print(f"{len(worked)} of {count} learners got through.")
    return len(names) - len(worked)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
