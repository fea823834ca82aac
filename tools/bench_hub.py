"""Thirty learners at once, on a real JupyterHub on this machine; print the table of TEACHING.md.

    nox -s hub            30 learners
    nox -s hub -- 4       fewer

Every learner starts a server, opens notebook 01 and runs all its cells, over the same HTTP and
websocket interfaces as JupyterLab in a browser. Then they move the hand fit, which tells Python of
its values whenever the hand rests. Where one does not get through, all stops. JupyterHub's usual
ports (8000, 8001, 8081) are open to this machine alone. Linux only: memory is read from /proc.
"""

import json
import os
import re
import secrets
import shutil
import signal
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import requests
import websocket
from jupyter_client.jsonutil import json_default
from jupyter_client.session import Session
from jupyter_server.services.kernels.connection.base import deserialize_binary_message
from requests.adapters import HTTPAdapter, Retry

ROOT = Path(__file__).parents[1]
NOTEBOOK = "notebooks/01_draw_and_fit_1d.ipynb"
HUB = "http://127.0.0.1:8000"
TOKEN = secrets.token_hex(24)
PATIENCE = 300  # seconds to wait for an answer
WORK, REST = 60, 2.0  # seconds that all move the hand fit, and from one rest of a hand to the next

# What makes a learner's server and kernel smaller or quicker stands in the arguments and the
# environment here, and in the nox session; TEACHING.md says what each does. Nobody can log in: the
# benchmark acts for all. Sockets have short names, of at most 107 letters.
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
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "65536",
    "MALLOC_TRIM_THRESHOLD_": "65536",
}
c.Spawner.start_timeout = c.Spawner.http_timeout = 300
c.JupyterHub.concurrent_spawn_limit = 0
"""


@contextmanager
def hub(proxy, names):
    """Give the process of a hub that answers; leave nothing of it behind."""
    with tempfile.TemporaryDirectory(prefix="gmm-hub-") as place:
        folder = Path(place)
        (folder / "jupyterhub_config.py").write_text(CONFIG)
        for name in names:
            shutil.copytree(ROOT / "notebooks", folder / "homes" / name / "course" / "notebooks")
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
        self.session, self.first, self.rests = Session(username=name), None, []
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
        message = self.session.msg(kind, content)
        self.socket.send(json.dumps(message | {"channel": "shell"}, default=json_default))
        return message["msg_id"]

    def until_idle(self, request):
        """Hear the kernel until it has done a request; return when it first showed something."""
        first = None
        while True:
            data = self.socket.recv()
            binary = isinstance(data, bytes)
            message = deserialize_binary_message(data) if binary else json.loads(data)
            kind, content = message["header"]["msg_type"], message["content"]
            if kind in ("stream", "display_data", "execute_result"):
                first = first or time.monotonic()
            elif kind == "error":
                raise RuntimeError(f"{self.name}: {content['ename']}: {content['evalue']}")
            elif kind == "comm_open" and content["data"]["state"].get("kind") == "hand_fit":
                self.hand_fit = content["comm_id"], content["data"]["state"]["values"]
            elif kind == "status" and content["execution_state"] == "idle":
                if message["parent_header"].get("msg_id") == request:
                    return first

    def run(self):
        """Send all cells at once, as *Run All Cells* does; wait until the last has run."""
        began = time.monotonic()
        for cell in self.notebook["cells"]:
            if cell["cell_type"] == "code":
                last = self.send("execute_request", {"code": cell["source"], "silent": False})
        self.first = self.until_idle(last) - began

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
    """Let all learners do something at once; return the seconds that each took."""

    def timed(learner):
        began = time.monotonic()
        work(learner)
        return time.monotonic() - began

    return list(ThreadPoolExecutor(len(learners)).map(timed, learners))


def row(name, values, unit):
    """Print the median and the 95th percentile of some values."""
    median, high = np.percentile(values, (50, 95))
    print(f"{name:60} {median:6.0f} {high:6.0f} {unit}", flush=True)


def report_memory(process):
    """Print the memory of all servers and kernels of a hub."""
    found = {"server": {}, "kernel": {}}
    for each in process.children(recursive=True):
        if name := each.environ().get("JUPYTERHUB_USER"):
            kind = "kernel" if "ipykernel_launcher" in each.cmdline() else "server"
            found[kind][name] = each.memory_full_info().pss / 2**20
    both = [found["server"][who] + kernel for who, kernel in found["kernel"].items()]
    row("memory per learner (PSS of server and kernel)", both, "MB")
    for kind, used in found.items():
        row(f"of that the {kind}", [*used.values()], "MB")


def main(proxy, count=30):
    """Take all learners through a lesson; print the table."""
    for each in (signal.SIGTERM, signal.SIGHUP):  # else the hub would go on without a terminal
        signal.signal(each, lambda *_: sys.exit("Stopped."))
    learners = [Learner(f"learner{i + 1:02}") for i in range(int(count))]
    with hub(os.path.abspath(proxy), [each.name for each in learners]) as process:
        print(f"{f'measured, {count} learners at once':60} median   95 %")
        row("from log-in to a server that answers", at_once(learners, Learner.start), "s")
        row("from there to an open notebook", at_once(learners, Learner.open), "s")
        ran = at_once(learners, Learner.run)
        row("from Run All to the first output", [each.first for each in learners], "s")
        row("… to the last cell", ran, "s")
        at_once(learners, Learner.work)
        rests = [wait for each in learners for wait in each.rests]
        row("from a hand that rests until Python has its values", rests, "ms")
        report_memory(process)


if __name__ == "__main__":
    main(*sys.argv[1:])
