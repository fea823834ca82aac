"""Thirty learners at once, on a real JupyterHub on this machine. Run it with `nox -s hub`.

    nox -s hub                                    30 learners, who work for a minute
    nox -s hub -- --learners 4 --seconds 20       quicker

Every learner starts a server, opens notebook 01 and runs all its cells, over the same HTTP and
websocket interfaces as JupyterLab in a browser. Then they move the hand fit, which tells Python of
its values whenever the hand rests. All this is printed in a table. The accounts are thrown away
with their folder. Everything listens on 127.0.0.1 alone and stops by itself, or when it takes too
long. Linux only: memory is read from /proc.
"""

import argparse
import json
import os
import re
import secrets
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import psutil
import requests
import websocket

ROOT = Path(__file__).parents[1]
NOTEBOOK = "notebooks/01_draw_and_fit_1d.ipynb"
LOOPBACK = "127.0.0.1"
MARK = "GMM_BENCH"  # an environment variable, by which all processes of a run are known
REST_S = 2.0  # from one rest of a hand to the next

# What makes a learner's server and kernel smaller or quicker; TEACHING.md says what each does.
MISSING = ("rfc3987_syntax", "debugpy")  # modules that look as if they were not installed
ENV = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "65536",
    "MALLOC_TRIM_THRESHOLD_": "65536",
    "MPLBACKEND": "agg",
}
SERVER = """
c = get_config()
# The manager of extensions, read-only, cannot install any: it needs no client for PyPI.
c.ServerApp.jpserver_extensions = {'jupyter_lsp': False, 'jupyter_server_terminals': False}
c.LabApp.extension_manager = 'readonly'
# How long a server waits for a new kernel, else 60 s: thirty that start at once take more.
c.MappingKernelManager.kernel_info_timeout = 300
# Between server and kernel files in place of ports. Kernels that start at the same time may be
# given the same port: the later one then neither answers nor ends. Of thirty, one did so.
c.KernelManager.transport = 'ipc'
c.MappingKernelManager.cull_idle_timeout = 1200
c.MappingKernelManager.cull_interval = 60
"""
CONFIG = """
import os

c = get_config()
c.JupyterHub.bind_url = "http://{loopback}:{port}"
c.JupyterHub.hub_bind_url = "http://{loopback}:{hub_port}"
c.ConfigurableHTTPProxy.api_url = "http://{loopback}:{proxy_port}"
c.ConfigurableHTTPProxy.command = {proxy!r}
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/cookie_secret"
c.JupyterHub.authenticator_class = "null"  # nobody can log in: the benchmark acts for all
c.Authenticator.allowed_users = {learners!r}
c.JupyterHub.services = [{{"name": "bench", "api_token": os.environ["GMM_BENCH_SECRET"]}}]
scopes = ["admin:users", "admin:servers", "access:servers"]
c.JupyterHub.load_roles = [{{"name": "bench", "scopes": scopes, "services": ["bench"]}}]
c.JupyterHub.spawner_class = "simple"
c.Spawner.cmd = [{python!r}, "-m", "jupyterhub.singleuser"]
c.Spawner.ip = "{loopback}"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/homes/{{username}}"
c.Spawner.notebook_dir = "~/course"
c.Spawner.args = {args!r}
c.Spawner.environment = {env!r}
# Short, because the path of a socket may have no more than 107 letters.
c.Spawner.environment["JUPYTER_RUNTIME_DIR"] = lambda spawner: "{folder}/run/" + spawner.user.name
c.Spawner.start_timeout = c.Spawner.http_timeout = 300
c.JupyterHub.concurrent_spawn_limit = 0
c.JupyterHub.log_level = "WARN"
"""


def free_port():
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


class Hub:
    """A JupyterHub with throw-away accounts, in a throw-away folder."""

    def __init__(self, folder, proxy, count):
        self.names = [f"learner{i + 1:02}" for i in range(count)]
        self.secret, self.mark = secrets.token_hex(24), secrets.token_hex(8)
        self.folder, self.port = Path(folder), free_port()
        self.url = f"http://{LOOPBACK}:{self.port}"
        env = self._write_homes() | {MARK: self.mark}
        config = self.folder / "jupyterhub_config.py"
        config.write_text(
            CONFIG.format(
                loopback=LOOPBACK,
                port=self.port,
                hub_port=free_port(),
                proxy_port=free_port(),
                proxy=[proxy],
                python=sys.executable,
                folder=self.folder,
                learners=set(self.names),
                args=["--allow-root"] * (os.getuid() == 0),
                env=env,
            )
        )
        self.log = self.folder / "hub.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "--config", config],
                cwd=folder,
                env={**os.environ, MARK: self.mark, "GMM_BENCH_SECRET": self.secret},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _write_homes(self):
        """Write what servers and learners find; return the environment that leads there."""
        stubs = {f"missing/{name}.py": f"raise ImportError('{name}')" for name in MISSING}
        for name, text in {"config/jupyter_server_config.py": SERVER, **stubs}.items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text(text)
        for name in self.names:
            home = self.folder / "homes" / name / "course"
            shutil.copytree(ROOT / "notebooks", home / "notebooks")
            shutil.copy(ROOT / "requirements.txt", home)
        folders = {"JUPYTER_CONFIG_DIR": "config", "PYTHONPATH": "missing"}
        return ENV | {name: str(self.folder / path) for name, path in folders.items()}

    def wait(self):
        """Wait until it answers."""
        while self.process.poll() is None:
            try:
                return requests.get(f"{self.url}/hub/health", timeout=5).raise_for_status()
            except requests.RequestException:
                time.sleep(0.2)
        sys.exit(f"The hub did not start:\n{self.log.read_text()}")

    def processes(self):
        """Yield all processes of this run, known by the mark, each with its environment."""
        for process in psutil.process_iter():
            try:
                env = process.environ()
            except psutil.Error:
                continue
            if env.get(MARK) == self.mark:
                yield process, env

    def stop(self):
        """End the hub, and then whatever of it is left."""
        self.process.terminate()
        deadline = time.monotonic() + 60
        while any(self.processes()) and time.monotonic() < deadline:
            self.process.poll()
            time.sleep(0.2)
        for process, _ in [*self.processes()]:
            process.kill()
        self.process.wait()


class Learner:
    """A browser with JupyterLab, as far as a server can tell."""

    def __init__(self, hub, name):
        self.hub, self.name = hub, name
        self.base = f"{hub.url}/user/{name}"
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"token {hub.secret}"
        self.times, self.errors, self.latencies = {}, [], []
        self.replies, self.idle, self.models = set(), {}, {}  # by request, and by comm
        self.first_output, self.received_bytes = None, 0
        self.changed = threading.Condition()
        self.socket = None

    def ask(self, address, method="GET", **options):
        """Ask a server, with an error for anything but success; return its answer."""
        answer = self.http.request(method, address, timeout=300, **options)
        answer.raise_for_status()
        return answer

    def start(self):
        """Start the learner's server, and wait until it answers."""
        user = f"{self.hub.url}/hub/api/users/{self.name}"
        self.ask(f"{user}/server", "POST")
        while not self.ask(user).json()["servers"].get("", {}).get("ready"):
            time.sleep(0.5)

    def open_notebook(self):
        """Load JupyterLab's page and what it fetches first, the notebook, and start its kernel."""
        page = self.ask(f"{self.base}/lab/tree/{NOTEBOOK}").text
        for script in re.findall(r'src="([^"]+\.js[^"]*)"', page):
            self.ask(self.hub.url + script)
        paths = "/lab/api/settings /lab/api/workspaces/default /api/kernelspecs /api/sessions"
        for path in paths.split():
            self.ask(self.base + path)
        self.notebook = self.ask(f"{self.base}/api/contents/{NOTEBOOK}").json()["content"]
        kernel = {"path": NOTEBOOK, "name": "", "type": "notebook", "kernel": {"name": "python3"}}
        session = self.ask(f"{self.base}/api/sessions", "POST", json=kernel).json()
        self.socket = websocket.create_connection(
            f"{self.base}/api/kernels/{session['kernel']['id']}/channels".replace("http", "ws", 1),
            header=[f"Authorization: {self.http.headers['Authorization']}"],
            timeout=300,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        number = self.send("kernel_info_request", {})
        self.wait_for(lambda: number in self.idle, 300, "a kernel")

    def send(self, kind, content, **metadata):
        """Send a message to the kernel; return its id."""
        number = uuid.uuid4().hex
        header = {"msg_id": number, "msg_type": kind, "session": self.name, "version": "5.4"}
        header |= {"username": self.name, "date": time.strftime("%Y-%m-%dT%H:%M:%SZ")}
        message = {"channel": "shell", "header": header, "parent_header": {}, "content": content}
        self.socket.send(json.dumps(message | {"metadata": metadata}))
        return number

    def _listen(self):
        while True:
            try:
                data = self.socket.recv()
            except (OSError, websocket.WebSocketException):
                return
            if not data:
                return  # it is closed
            text = data
            if isinstance(data, bytes):  # with buffers behind the message
                start, end = (int.from_bytes(data[i : i + 4], "big") for i in (4, 8))
                text = data[start : end if int.from_bytes(data[:4], "big") > 1 else None]
            message = json.loads(text)
            with self.changed:
                self.received_bytes += len(data)
                parent = message["parent_header"].get("msg_id")
                self._take(message["msg_type"], parent, message["content"])
                self.changed.notify_all()

    def _take(self, kind, request, content):
        """Take note of a message from the kernel."""
        if kind in ("stream", "display_data", "execute_result"):
            self.first_output = self.first_output or time.monotonic()
        elif kind == "error":
            self.errors.append(f"{content['ename']}: {content['evalue']}")
        elif kind == "execute_reply":
            self.replies.add(request)
        elif kind == "status" and content["execution_state"] == "idle":
            self.idle[request] = time.monotonic()
        elif kind == "comm_open":
            self.models[content["comm_id"]] = content["data"].get("state", {})

    def wait_for(self, test, seconds, what):
        """Wait until a test of this learner's state holds."""
        with self.changed:
            if not self.changed.wait_for(test, seconds):
                raise TimeoutError(f"{what}: nothing in {seconds:.0f} seconds")

    def run_all(self, seconds):
        """Send all cells at once, as *Run All Cells* does; wait until the last has run."""
        cells = [cell for cell in self.notebook["cells"] if cell["cell_type"] == "code"]
        began = time.monotonic()
        for cell in cells:
            content = {"code": cell["source"], "silent": False, "stop_on_error": True}
            last = self.send("execute_request", content, cellId=cell["id"])
        self.wait_for(lambda: last in self.replies and last in self.idle, seconds, "run all")
        self.times["first output"] = self.first_output - began
        self.times["last cell"] = self.idle[last] - began

    def work(self, seconds):
        """Move the hand fit, again and again; note how long until Python has taken its values."""
        comm, model = next(m for m in self.models.items() if m[1].get("kind") == "hand_fit")
        values, end = dict(model["values"]), time.monotonic() + seconds
        while time.monotonic() < end:
            values["mean_1"] = 0.1 * (len(self.latencies) % 20)
            data = {"method": "update", "state": {"values": values}, "buffer_paths": []}
            sent = time.monotonic()
            request = self.send("comm_msg", {"comm_id": comm, "data": data})
            self.wait_for(lambda n=request: n in self.idle, 60, "a hand at rest")
            self.latencies.append(self.idle[request] - sent)
            time.sleep(REST_S)


def at_once(learners, name, work):
    """Let all learners do something at once; return those who did it, with the time, no error."""
    done = []

    def attempt(learner):
        began = time.monotonic()
        try:
            work(learner)
        except Exception as error:
            learner.errors.append(f"{type(error).__name__}: {error}"[:200])
        else:
            learner.times[name] = time.monotonic() - began
            done.append(learner)

    # As daemons they do not keep the benchmark alive when its time is up: each may wait for long.
    threads = [threading.Thread(target=attempt, args=(each,), daemon=True) for each in learners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def row(name, values, unit, digits=1):
    """Print the median, the 95th percentile and the largest of some values."""
    values = sorted(values)
    if not values:
        print(f"  {name:54} none")
        return
    high = values[min(len(values) - 1, int(0.95 * len(values)))]
    shown = (f"{value:8.{digits}f}" for value in (statistics.median(values), high, values[-1]))
    print(f"  {name:54}", *shown, unit, flush=True)


def memory(process):
    """Return what a process holds in MB: all (PSS, where a page has its share), and its own."""
    text = Path("/proc", str(process.pid), "smaps_rollup").read_text()
    kb = {key: int(value) for key, value in re.findall(r"^(\w+): +(\d+) kB$", text, re.M)}
    return kb["Pss"] / 1024, (kb["Private_Clean"] + kb["Private_Dirty"]) / 1024


def report_memory(hub, learners):
    """Print the memory of the learners' servers and kernels; return the PSS of each learner."""
    found = {learner.name: {"server": (0, 0), "kernel": (0, 0)} for learner in learners}
    for process, env in hub.processes():
        if env.get("JUPYTERHUB_USER") in found:
            kind = "kernel" if "ipykernel_launcher" in process.cmdline() else "server"
            found[env["JUPYTERHUB_USER"]][kind] = memory(process)
    both = [sum(pss for pss, _ in each.values()) for each in found.values()]
    row("memory per learner, PSS of server and kernel", both, "MB")
    for kind in ("server", "kernel"):
        row(f"  of that the {kind}", [each[kind][0] for each in found.values()], "MB")
    row("  shared with nobody", [sum(o for _, o in each.values()) for each in found.values()], "MB")
    return both


@contextmanager
def a_hub(proxy, count):
    """Give a hub that answers, and leave nothing of it behind, whatever happens."""
    with tempfile.TemporaryDirectory(prefix="gmm-hub-") as folder:
        hub = Hub(folder, proxy, count)
        try:
            hub.wait()
            yield hub
        finally:
            hub.stop()


def bench(proxy, options):
    """Take all learners through a lesson; print the table; return whether all went well."""
    with a_hub(proxy, min(options.learners, 60)) as hub:
        learners = [Learner(hub, name) for name in hub.names]
        print(f"{len(learners)} learners {'':43} {'median':>8} {'95 %':>8} {'most':>8}")
        up = at_once(learners, "start", Learner.start)
        row("from log-in to a server that answers", [each.times["start"] for each in up], "s")
        ready = at_once(up, "open", Learner.open_notebook)
        row("from there to an open notebook", [each.times["open"] for each in ready], "s")
        print("All run all cells of notebook 01")
        ran = at_once(ready, "run", lambda learner: learner.run_all(options.patience))
        for name in ("first output", "last cell"):
            row(f"from Run All to the {name}", [each.times[name] for each in ran], "s")
        row("received by each", [each.received_bytes / 1e6 for each in ran], "MB")
        print("All move the hand fit")
        worked = at_once(ran, "work", lambda learner: learner.work(options.seconds))
        waits = [1000 * wait for each in worked for wait in each.latencies]
        row("from a hand at rest until Python has its values", waits, "ms", 0)
        if worked:
            fits = max(report_memory(hub, worked)) <= options.most
            print(f"  memory per learner at most {options.most} MB: {fits}")
        errors = Counter(error for learner in learners for error in learner.errors)
        print(f"  learners who got through: {len(worked)} of {len(learners)}")
        for error, times in errors.most_common(10):
            print(f"    {times} × {error}")
        return len(worked) == len(learners) and not errors


def main():
    """Print the tables; exit with 1 if anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--proxy", default="configurable-http-proxy", help="its command")
    parser.add_argument("--learners", type=int, default=30)
    parser.add_argument("--seconds", type=int, default=60, help="how long they work")
    parser.add_argument("--most", type=int, default=230, help="MB a learner should need at most")
    parser.add_argument("--patience", type=int, default=600, help="seconds to wait for a run")
    parser.add_argument("--minutes", type=float, default=20, help="stop after so many in all")
    options = parser.parse_args()

    def stop(number, _):
        after = f" after {options.minutes:g} minutes" if number == signal.SIGALRM else ""
        raise SystemExit(f"Stopped{after}.")

    # Also where the terminal is closed: else the hub would go on by itself.
    for each in (signal.SIGALRM, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, stop)
    signal.setitimer(signal.ITIMER_REAL, 60 * options.minutes)
    proxy = shutil.which(options.proxy)
    if proxy is None:
        sys.exit(f"There is no {options.proxy}: `nox -s hub` installs it.")
    sys.exit(0 if bench(os.path.abspath(proxy), options) else 1)


if __name__ == "__main__":
    main()
