"""Thirty learners at once, on a real JupyterHub on this machine. Run it with `nox -s hub`.

    nox -s hub                                    30 learners, who work for a minute
    nox -s hub -- --learners 4 --seconds 20       quicker

Every learner logs in, starts a server, opens notebook 01 and runs all its cells, over the same HTTP
and websocket interfaces as JupyterLab in a browser. Then they move the hand fit, which tells Python
of its values whenever the hand rests. All this is printed in tables. The accounts are thrown away
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
from urllib.parse import urlsplit

import nbformat
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
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ["GMM_BENCH_PASSWORD"]
c.Authenticator.allowed_users = {learners!r}
c.JupyterHub.spawner_class = "simple"
c.Spawner.cmd = [{python!r}, "-m", "jupyterhub.singleuser"]
c.Spawner.ip = "{loopback}"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/homes/{{username}}"
c.Spawner.notebook_dir = "~/course"
c.Spawner.default_url = "/lab/tree/{notebook}"
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
        self.password = secrets.token_urlsafe(24)
        self.mark = secrets.token_hex(8)
        self.folder, self.port = Path(folder), free_port()
        self.url = f"http://{LOOPBACK}:{self.port}"
        (self.folder / "config").mkdir()
        (self.folder / "config" / "jupyter_server_config.py").write_text(SERVER)
        (self.folder / "missing").mkdir()
        for module in MISSING:
            stub = self.folder / "missing" / f"{module}.py"
            stub.write_text(f"raise ImportError('{module} is left out')")
        env = {
            **ENV,
            MARK: self.mark,
            "JUPYTER_CONFIG_DIR": str(self.folder / "config"),
            "PYTHONPATH": str(self.folder / "missing"),
        }
        for name in self.names:
            home = self.folder / "homes" / name / "course"
            shutil.copytree(ROOT / "notebooks", home / "notebooks")
            shutil.copy(ROOT / "requirements.txt", home)
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
                notebook=NOTEBOOK,
                args=["--allow-root"] * (os.getuid() == 0),
                env=env,
            )
        )
        self.log = (self.folder / "hub.log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "--config", config],
            cwd=folder,
            env={**os.environ, MARK: self.mark, "GMM_BENCH_PASSWORD": self.password},
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def wait(self):
        """Wait until it answers."""
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                return requests.get(f"{self.url}/hub/health", timeout=5).raise_for_status()
            except requests.RequestException:
                time.sleep(0.2)
        sys.exit("The hub did not start:\n" + Path(self.log.name).read_text())

    def processes(self):
        """Return all processes of this run, by the mark in their environment."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(MARK) == self.mark:
                    found.append(process)
            except psutil.Error:
                pass
        return found

    def by_learner(self):
        """Return each learner's server and kernel: name → {"server": process, "kernel": …}."""
        found = {name: {} for name in self.names}
        for process in self.processes():
            try:
                name = process.environ().get("JUPYTERHUB_USER")
                command = " ".join(process.cmdline())
            except psutil.Error:
                continue
            if name in found:
                kind = "kernel" if "ipykernel_launcher" in command else "server"
                found[name][kind] = process
        return found

    def stop(self):
        """End the hub, and then whatever of it is left; return how many had to be ended."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
        deadline = time.monotonic() + 15
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.5)
        left = self.processes()
        for process in left:
            try:
                process.kill()
            except psutil.Error:
                pass
        self.log.close()
        return len(left)


class Memory:
    """What processes hold, in MB: PSS counts a page that several share in equal parts."""

    def __init__(self, process):
        text = Path("/proc", str(process.pid), "smaps_rollup").read_text()
        kb = {key: int(value) for key, value in re.findall(r"^(\w+): +(\d+) kB$", text, re.M)}
        self.pss = kb["Pss"] / 1024
        self.own = (kb["Private_Clean"] + kb["Private_Dirty"]) / 1024


class Learner:
    """A browser with JupyterLab, as far as a server can tell."""

    def __init__(self, hub, name):
        self.hub, self.name = hub, name
        self.base = f"{hub.url}/user/{name}"
        self.http = requests.Session()
        self.times, self.errors, self.latencies = {}, [], []
        self.replies, self.idle = {}, {}  # by request
        self.models, self.first_output = {}, None
        self.received_bytes = 0
        self.changed = threading.Condition()
        self.socket = None

    def get(self, path, **options):
        """Get a page of the learner's server, with an error for anything but success."""
        answer = self.http.get(self.base + path, timeout=300, **options)
        answer.raise_for_status()
        return answer

    def log_in(self):
        """Log in by the form, as a browser does, and start the server."""
        page = self.http.get(f"{self.hub.url}/hub/login", timeout=300)
        page.raise_for_status()
        self.http.post(
            f"{self.hub.url}/hub/login",
            data={
                "username": self.name,
                "password": self.hub.password,
                "_xsrf": self.http.cookies.get("_xsrf", path="/hub/"),
            },
            allow_redirects=False,
            timeout=300,
        ).raise_for_status()
        answer = self.http.get(f"{self.hub.url}/hub/spawn", timeout=300)
        while f"/user/{self.name}/" not in urlsplit(answer.url).path:
            answer.raise_for_status()
            if "spawn-pending" not in answer.url:
                raise RuntimeError(f"the server did not start: {answer.url}")
            time.sleep(1)
            answer = self.http.get(f"{self.hub.url}/hub/spawn", timeout=300)
        answer.raise_for_status()

    def open_notebook(self):
        """Load JupyterLab's page and what it fetches first, the notebook, and start its kernel."""
        page = self.get(f"/lab/tree/{NOTEBOOK}").text
        for script in re.findall(r'src="([^"]+\.js[^"]*)"', page):
            self.http.get(self.hub.url + script, timeout=300).raise_for_status()
        paths = "/lab/api/settings /lab/api/workspaces/default /api/kernelspecs /api/sessions"
        for path in paths.split():
            self.get(path)
        model = self.get(f"/api/contents/{NOTEBOOK}", params={"content": 1, "type": "notebook"})
        self.notebook = nbformat.from_dict(model.json()["content"])
        answer = self.http.post(
            f"{self.base}/api/sessions",
            json={
                "path": NOTEBOOK,
                "name": Path(NOTEBOOK).name,
                "type": "notebook",
                "kernel": {"name": "python3"},
            },
            headers={"X-XSRFToken": self.http.cookies.get("_xsrf", path=f"/user/{self.name}/")},
            timeout=300,
        )
        answer.raise_for_status()
        self.kernel = answer.json()["kernel"]["id"]
        self.connect()

    def connect(self):
        """Open the kernel's websocket, listen to it, and wait until the kernel answers."""
        request = requests.Request("GET", f"{self.base}/api/kernels/{self.kernel}/channels")
        cookies = self.http.prepare_request(request).headers["Cookie"]
        address = f"{self.base}/api/kernels/{self.kernel}/channels?session_id={self.name}"
        self.socket = websocket.create_connection(
            address.replace("http:", "ws:", 1),
            cookie=cookies,
            origin=self.hub.url,
            timeout=300,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        number = self.send("shell", "kernel_info_request", {})
        self.wait_for(lambda: number in self.idle, 300, "a kernel")

    def send(self, channel, kind, content, **metadata):
        """Send a message to the kernel; return its id."""
        number = uuid.uuid4().hex
        header = {
            "msg_id": number,
            "msg_type": kind,
            "session": self.name,
            "username": self.name,
            "version": "5.4",
            "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }
        message = {"channel": channel, "header": header, "parent_header": {}, "metadata": metadata}
        self.socket.send(json.dumps({**message, "content": content}))
        return number

    def _listen(self):
        while True:
            try:
                data = self.socket.recv()
            except (OSError, websocket.WebSocketException):
                return
            if not data:
                return  # it is closed
            if isinstance(data, bytes):  # with buffers behind the message
                start, end = (int.from_bytes(data[i : i + 4], "big") for i in (4, 8))
                end = end if int.from_bytes(data[:4], "big") > 1 else len(data)
                text = data[start:end]
            else:
                text = data
            message = json.loads(text)
            with self.changed:
                self.received_bytes += len(data)
                parent = message["parent_header"].get("msg_id")
                self._take(message["msg_type"], parent, message["content"])
                self.changed.notify_all()

    def _take(self, kind, request, content):
        """Take note of a message from the kernel."""
        if kind in ("stream", "display_data", "execute_result"):
            if self.first_output is None:
                self.first_output = time.monotonic()
        elif kind == "error":
            self.errors.append(f"{content['ename']}: {content['evalue']}")
        elif kind == "execute_reply":
            self.replies[request] = content
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
        cells = [cell for cell in self.notebook.cells if cell.cell_type == "code"]
        started = time.monotonic()
        sent = [self.execute(cell.source, cellId=cell.id) for cell in cells]
        self.wait_for(lambda: sent[-1] in self.replies, seconds, "run all")
        self.wait_for(lambda: sent[-1] in self.idle, seconds, "run all")
        self.times["first output"] = self.first_output - started
        self.times["last cell"] = self.idle[sent[-1]] - started

    def execute(self, code, **metadata):
        """Send a cell."""
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": True,
            "stop_on_error": True,
        }
        return self.send("shell", "execute_request", content, **metadata)

    def update(self, comm, state):
        """Send a widget's new state, as the browser does; return the request's id."""
        data = {"method": "update", "state": state, "buffer_paths": []}
        return self.send("shell", "comm_msg", {"comm_id": comm, "data": data})

    def work(self, seconds):
        """Move the hand fit, again and again; note how long until Python has taken its values."""
        number, model = next(
            each for each in self.models.items() if each[1].get("kind") == "hand_fit"
        )
        values, end = dict(model["values"]), time.monotonic() + seconds
        while time.monotonic() < end:
            values["mean_1"] = 0.1 * (len(self.latencies) % 20)
            sent = time.monotonic()
            request = self.update(number, {"values": values})
            self.wait_for(lambda n=request: n in self.idle, 60, "a hand at rest")
            self.latencies.append(self.idle[request] - sent)
            time.sleep(REST_S)

    def close(self):
        """Close the page."""
        if self.socket is not None:
            self.socket.close()


def at_once(learners, work):
    """Let every learner do something at the same time; return those who did it without an error."""
    done = []

    def attempt(learner):
        try:
            work(learner)
            done.append(learner)
        except Exception as error:
            learner.errors.append(f"{type(error).__name__}: {error}"[:200])

    # As daemons they do not keep the benchmark alive when its time is up: each may wait for long.
    threads = [threading.Thread(target=attempt, args=(each,), daemon=True) for each in learners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(done, key=lambda learner: learner.name)


def timed(name, work):
    """Return a learner's work that notes how long it took."""

    def measured(learner):
        started = time.monotonic()
        work(learner)
        learner.times[name] = time.monotonic() - started

    return measured


def row(name, values, unit, digits=1):
    """Print the median, the 95th percentile and the largest of some values."""
    values = sorted(values)
    if not values:
        print(f"  {name:54} none")
        return
    high = values[min(len(values) - 1, int(0.95 * len(values)))]
    shown = (f"{value:8.{digits}f}" for value in (statistics.median(values), high, values[-1]))
    print(f"  {name:54}", *shown, unit, flush=True)


def report_memory(hub, learners):
    """Print the memory of the learners' servers and kernels; return the PSS of each learner."""
    found, total = hub.by_learner(), []
    parts = {"server": [], "kernel": []}
    own = []
    for learner in learners:
        both = {kind: Memory(found[learner.name][kind]) for kind in parts}
        total.append(sum(memory.pss for memory in both.values()))
        own.append(sum(memory.own for memory in both.values()))
        for kind, memory in both.items():
            parts[kind].append(memory.pss)
    row("memory per learner, PSS of server and kernel", total, "MB")
    row("  of that the server", parts["server"], "MB")
    row("  of that the kernel", parts["kernel"], "MB")
    row("  shared with nobody", own, "MB")
    return total


@contextmanager
def a_hub(proxy, options):
    """Give a hub that answers, and leave nothing of it behind, whatever happens."""
    with tempfile.TemporaryDirectory(prefix="gmm-hub-") as folder:
        hub = Hub(folder, proxy, options.learners)
        try:
            hub.wait()
            yield hub
        finally:
            left = hub.stop()
            if left:
                print(f"  {left} processes had to be ended", flush=True)


def bench(proxy, options):
    """Take all learners through a lesson; print the tables; return whether all went well."""
    with a_hub(proxy, options) as hub:
        learners = [Learner(hub, name) for name in hub.names]
        print(f"{len(learners)} learners {'':43} {'median':>8} {'95 %':>8} {'most':>8}")
        up = at_once(learners, timed("log in", Learner.log_in))
        row("from log-in to a server that answers", [each.times["log in"] for each in up], "s")
        ready = at_once(up, timed("open", Learner.open_notebook))
        row("from there to an open notebook", [each.times["open"] for each in ready], "s")
        print("All run all cells of notebook 01")
        ran = at_once(ready, lambda learner: learner.run_all(options.patience))
        for name in ("first output", "last cell"):
            row(f"from Run All to the {name}", [each.times[name] for each in ran], "s")
        row("received by each", [each.received_bytes / 1e6 for each in ran], "MB")
        print("All move the hand fit")
        worked = at_once(ran, lambda learner: learner.work(options.seconds))
        waits = [1000 * wait for each in worked for wait in each.latencies]
        row("from a hand at rest until Python has its values", waits, "ms", 0)
        if worked:
            pss = report_memory(hub, worked)
            print(f"  memory per learner at most {options.most} MB: {max(pss) <= options.most}")
        fine = report_errors(learners, worked)
        at_once(learners, Learner.close)
        return fine


def report_errors(learners, done):
    """Print every error that a learner met; return whether all got to the end without one."""
    errors = Counter(error for learner in learners for error in learner.errors)
    print(f"  learners who got through: {len(done)} of {len(learners)}; errors: {errors.total()}")
    for error, times in errors.most_common(10):
        print(f"    {times} × {error}")
    return len(done) == len(learners) and not errors


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
    options.learners = min(options.learners, 60)

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
