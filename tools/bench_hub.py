"""Thirty learners at once, on a real JupyterHub on this machine. Run it with `nox -s hub`.

    nox -s hub                                    30 learners, two minutes of dragging
    nox -s hub -- --learners 4 --seconds 20       quicker
    nox -s hub -- --without threads               leave out one of the levers, to see what it does

Every learner logs in, starts a server, opens notebook 01 and runs all its cells, over the same HTTP
and websocket interfaces as JupyterLab in a browser. Then they drag the sliders of the live panels.
Then a learner's kernel is killed, and another's takes all the memory that its limit allows. All
this is printed in tables. The accounts are thrown away with their folder. Everything listens on
127.0.0.1 alone and stops by itself, or when it takes too long. Linux only: memory is read from
/proc.
"""

import argparse
import json
import os
import random
import re
import secrets
import shutil
import signal
import socket
import statistics
import struct
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
PROTOCOL = "v1.kernel.websocket.jupyter.org"
MB = 1024 * 1024
PAGE_MB = 8  # of scripts, when Chromium opens a notebook for the first time
# A drag: the mouse moves this often; a learner drags for a while, and then looks at the picture.
MOVE_S, DRAG_S, LOOK_S = 0.03, 2.0, 4.0

# What makes a learner's server and kernel smaller or quicker. Each can be left out by its name.
LEVERS = {
    # As if they were not installed: a check of international addresses, which builds its grammar at
    # import and which no server here needs, and each kernel's debugger.
    "imports": {"missing": ("rfc3987_syntax", "debugpy")},
    "threads": {"env": dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")},
    "arenas": {
        "env": {
            "MALLOC_ARENA_MAX": "1",
            "MALLOC_MMAP_THRESHOLD_": "65536",
            "MALLOC_TRIM_THRESHOLD_": "65536",
        }
    },
    "backend": {"env": {"MPLBACKEND": "agg"}},
    "extensions": {
        # The manager of extensions, read-only, cannot install any: it needs no client for PyPI.
        "server": "c.ServerApp.jpserver_extensions = "
        "{'jupyter_lsp': False, 'jupyter_server_terminals': False}\n"
        "c.LabApp.extension_manager = 'readonly'"
    },
    # How long a server waits for a new kernel, else 60 s: thirty that start at once take more.
    "patience": {"server": "c.MappingKernelManager.kernel_info_timeout = 300"},
    # Between server and kernel files in place of ports. Kernels that start at the same time may be
    # given the same port: the later one then neither answers nor ends. Of thirty, one did so.
    "sockets": {"server": 'c.KernelManager.transport = "ipc"'},
    "culling": {
        "server": "c.MappingKernelManager.cull_idle_timeout = 1200\n"
        "c.MappingKernelManager.cull_interval = 60"
    },
}

CONFIG = """
import os, resource
from jupyterhub.spawner import SimpleLocalProcessSpawner

LIMIT = {limit}


class LimitedSpawner(SimpleLocalProcessSpawner):
    '''Limits the data that each process of a learner may hold, and so each kernel.'''

    def make_preexec_fn(self, name):
        before = super().make_preexec_fn(name)

        def preexec():
            before()
            resource.setrlimit(resource.RLIMIT_DATA, (LIMIT, LIMIT))

        return preexec


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
c.JupyterHub.spawner_class = LimitedSpawner
c.Spawner.cmd = [{python!r}, "-m", "jupyterhub.singleuser"]
c.Spawner.ip = "{loopback}"
c.LimitedSpawner.home_dir_template = "{folder}/homes/{{username}}"
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

    def __init__(self, folder, proxy, count, levers, limit_mb):
        self.names = [f"learner{i + 1:02}" for i in range(count)]
        self.password = secrets.token_urlsafe(24)
        self.mark = secrets.token_hex(8)
        self.folder, self.port = Path(folder), free_port()
        self.url = f"http://{LOOPBACK}:{self.port}"
        chosen = [LEVERS[lever] for lever in levers]
        env = {MARK: self.mark, "JUPYTER_CONFIG_DIR": str(self.folder / "config")}
        for lever in chosen:
            env |= lever.get("env", {})
            for module in lever.get("missing", ()):
                (self.folder / "missing").mkdir(exist_ok=True)
                stub = self.folder / "missing" / f"{module}.py"
                stub.write_text(f"raise ImportError('{module} is left out')")
                env["PYTHONPATH"] = str(self.folder / "missing")
        server = ["c = get_config()", *(lever.get("server", "") for lever in chosen)]
        (self.folder / "config").mkdir()
        (self.folder / "config" / "jupyter_server_config.py").write_text("\n".join(server))
        for name in self.names:
            home = self.folder / "homes" / name / "course"
            shutil.copytree(ROOT / "notebooks", home / "notebooks")
            shutil.copy(ROOT / "requirements.txt", home)
        config = self.folder / "jupyterhub_config.py"
        config.write_text(
            CONFIG.format(
                limit=limit_mb * MB,
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

    def addresses(self):
        """Return the addresses that this run's processes listen on."""
        found = set()
        for process in self.processes():
            try:
                found |= {
                    c.laddr.ip for c in process.net_connections("tcp") if c.status == "LISTEN"
                }
            except psutil.Error:
                pass
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


def largest_scripts():
    """Return JupyterLab's largest scripts, up to what a page loads in Chromium."""
    folder = Path(sys.prefix, "share", "jupyter", "lab", "static")
    total, names = 0, []
    for script in sorted(folder.glob("*.js"), key=lambda file: -file.stat().st_size):
        total += script.stat().st_size
        if total <= PAGE_MB * MB:
            names.append(script.name)
    return names


class Learner:
    """A browser with JupyterLab, as far as a server can tell."""

    def __init__(self, hub, name):
        self.hub, self.name = hub, name
        self.base = f"{hub.url}/user/{name}"
        self.http = requests.Session()
        self.session = uuid.uuid4().hex
        self.times, self.errors, self.latencies = {}, [], []
        self.replies, self.idle = {}, {}  # by request
        self.models, self.first_output = {}, None
        self.received = self.received_bytes = self.connections = 0
        self.closed = False
        self.last_message = 0.0
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
        for name in largest_scripts():
            self.get(f"/static/lab/{name}")
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

    def connect(self, patience=300):
        """Connect to the kernel until it answers; like JupyterLab, again when a connection ends."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            self.connections += 1
            self._open_socket()
            number = self.send("shell", "kernel_info_request", {})
            self.wait_for(lambda n=number: n in self.idle or self.closed, patience, "a kernel")
            if not self.closed:
                return
            time.sleep(1)
        raise TimeoutError("the kernel does not answer")

    def _open_socket(self):
        """Open the kernel's websocket, and listen to it until it is closed."""
        self.closed = False
        request = requests.Request("GET", f"{self.base}/api/kernels/{self.kernel}/channels")
        cookies = self.http.prepare_request(request).headers["Cookie"]
        address = f"{self.base}/api/kernels/{self.kernel}/channels?session_id={self.session}"
        self.socket = websocket.create_connection(
            address.replace("http:", "ws:", 1),
            cookie=cookies,
            origin=self.hub.url,
            subprotocols=[PROTOCOL],
            timeout=300,
        )
        threading.Thread(target=self._listen, args=(self.socket,), daemon=True).start()

    def send(self, channel, kind, content, **metadata):
        """Send a message to the kernel; return its id."""
        number = uuid.uuid4().hex
        header = {
            "msg_id": number,
            "msg_type": kind,
            "session": self.session,
            "username": self.name,
            "version": "5.4",
            "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }
        parts = [channel.encode()]
        parts += [json.dumps(part).encode() for part in (header, {}, metadata, content)]
        offsets = [8 * (len(parts) + 2)]
        for part in parts:
            offsets.append(offsets[-1] + len(part))
        start = struct.pack(f"<{len(offsets) + 1}Q", len(offsets), *offsets)
        self.socket.send_binary(start + b"".join(parts))
        return number

    def _listen(self, connection):
        while True:
            try:
                data = connection.recv()
            except Exception:
                data = None
            if data is None or (not data and not connection.connected):
                with self.changed:
                    self.closed = True
                    self.changed.notify_all()
                return
            if isinstance(data, str) or not data:
                continue
            (count,) = struct.unpack_from("<Q", data)
            offsets = struct.unpack_from(f"<{count}Q", data, 8)
            parts = [data[a:b] for a, b in zip(offsets, offsets[1:], strict=False)]
            header, parent, _, content = map(json.loads, parts[1:5])
            with self.changed:
                self.received += 1
                self.received_bytes += len(data)
                self.last_message = time.monotonic()
                self._take(header["msg_type"], parent.get("msg_id"), content)
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
        elif kind == "status" and content["execution_state"] in ("restarting", "dead"):
            self.times["restarted"] = time.monotonic()
        elif kind == "comm_open":
            self.models[content["comm_id"]] = content["data"].get("state", {})
        elif kind == "comm_msg" and content["data"].get("method") in ("update", "echo_update"):
            model = self.models.setdefault(content["comm_id"], {})
            model.update(content["data"].get("state", {}))
        elif kind == "comm_close":
            self.models.pop(content["comm_id"], None)

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
        # The steppers' pictures come after the cells, while the kernel is free.
        self.wait_for(lambda: not self.empty_frames(), seconds, "pictures")
        self.times["last picture"] = self.last_message - started

    def empty_frames(self):
        """Return the pictures that have not come yet."""
        return [
            model
            for model in self.models.values()
            if model.get("_model_name") == "HTMLModel"
            and 'src="data:image/gif' in model.get("value", "")
        ]

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

    def answers(self, code, seconds=60):
        """Run a cell, and return its reply."""
        number = self.execute(code)
        self.wait_for(lambda: number in self.replies, seconds, code)
        return self.replies[number]

    def panels(self):
        """Return the live panels' sliders: id → (model, id of the panel's picture)."""
        found = {}
        boxes = {
            number: model
            for number, model in self.models.items()
            if "gmm-panel" in model.get("_dom_classes", ())
        }
        for box in boxes.values():
            grid, page = (child.removeprefix("IPY_MODEL_") for child in box["children"][:2])
            for child in self.models[grid]["children"]:
                model = self.models[child.removeprefix("IPY_MODEL_")]
                if model.get("_model_name") == "FloatSliderModel":
                    found[child.removeprefix("IPY_MODEL_")] = model, page
        return found

    def update(self, comm, state):
        """Send a widget's new state, as the browser does; return the request's id."""
        data = {"method": "update", "state": state, "buffer_paths": []}
        return self.send("shell", "comm_msg", {"comm_id": comm, "data": data})

    def drag(self, seconds, rng):
        """Drag the panels' sliders, with pauses; note the time from each position to its picture.

        Like ipywidgets, it has one position under way, and keeps the newest of the next ones.
        """
        sliders = self.panels()
        end = time.monotonic() + seconds
        time.sleep(rng.uniform(0, DRAG_S + LOOK_S))
        while time.monotonic() < end:
            comm, (model, _) = rng.choice(list(sliders.items()))
            span = model["max"] - model["min"]
            place, speed = rng.random(), rng.choice((-1, 1)) * rng.uniform(0.1, 0.5)
            begun = moved = time.monotonic()
            while moved < min(begun + DRAG_S, end):
                place = (place + speed * MOVE_S) % 1
                value = model["min"] + round(place * span / model["step"]) * model["step"]
                sent = time.monotonic()
                number = self.update(comm, {"value": min(value, model["max"])})
                self.wait_for(lambda n=number: n in self.idle, 60, "a drag")
                self.latencies.append(self.idle[number] - sent)
                rest = MOVE_S - (time.monotonic() - sent)
                if rest > 0:
                    time.sleep(rest)
                moved = time.monotonic()
            time.sleep(rng.uniform(0.5, 1.5) * LOOK_S)

    def step(self, count):
        """Step a stepper as the browser does: it shows the picture itself, and tells Python where.

        Slider, Play and the stack of pictures each report their position, and nobody in Python
        listens. (That these three messages are all was counted in Chromium.)
        """
        kinds = {number: model.get("_model_name") for number, model in self.models.items()}
        last = next(self.models[n]["max"] for n, kind in kinds.items() if kind == "PlayModel")
        parts = ("PlayModel", "IntSliderModel")
        controls = [n for n in kinds if kinds[n] in parts and self.models[n]["max"] == last]
        stack = next(
            n
            for n, kind in kinds.items()
            if kind == "StackModel" and len(self.models[n]["children"]) == last + 1
        )
        for position in range(1, count + 1):
            sent = [self.update(each, {"value": position % last}) for each in controls[:2]]
            sent.append(self.update(stack, {"selected_index": position % last}))
            self.wait_for(lambda n=sent[-1]: n in self.idle, 60, "a step")

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


class Cpu:
    """The CPU time of groups of processes, between two moments."""

    def __init__(self, hub):
        self.hub = hub
        self.before, self.started = self._read(), time.monotonic()

    def _read(self):
        used = {}
        for process in [*self.hub.processes(), psutil.Process()]:
            try:
                times = process.cpu_times()
                command = " ".join(process.cmdline())
            except psutil.Error:
                continue
            kind = "the hub and its proxy"
            if process.pid == os.getpid():
                kind = "the learners' browsers (this benchmark)"
            elif "ipykernel_launcher" in command:
                kind = "kernels"
            elif "singleuser" in command:
                kind = "learners' servers"
            used[process.pid] = kind, times.user + times.system
        return used

    def report(self):
        """Print what each group has used since, in cores."""
        seconds, sums = time.monotonic() - self.started, Counter()
        for pid, (kind, used) in self._read().items():
            sums[kind] += used - self.before.get(pid, (kind, 0))[1]
        for kind in ("kernels", "learners' servers", "the hub and its proxy"):
            print(f"  {'CPU: ' + kind:54} {sums[kind] / seconds:8.2f} cores")
        kind = "the learners' browsers (this benchmark)"
        print(f"  {'CPU: ' + kind:54} {sums[kind] / seconds:8.2f} cores", flush=True)


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


def crash(hub, learners, limit_mb):
    """Kill one learner's kernel, fill another's memory; see that nobody else notices."""
    killed, full, others = learners[0], learners[1], learners[2:]
    before = {learner.name: len(learner.errors) for learner in others}
    stop, slow = threading.Event(), []

    def go_on(learner):
        while not stop.is_set():
            started = time.monotonic()
            assert learner.answers("1 + 1")["status"] == "ok"
            slow.append(1000 * (time.monotonic() - started))
            time.sleep(1)

    working = threading.Thread(target=lambda: healthy.extend(at_once(others, go_on)), daemon=True)
    healthy = []
    working.start()
    time.sleep(2)
    # A kill is no end that a kernel can announce: its server notices, and starts another.
    hub.by_learner()[killed.name]["kernel"].kill()
    killed.wait_for(lambda: "restarted" in killed.times, 60, "the restart")
    print("  one kernel killed: its server started another", flush=True)
    greedy = "hoard = []\nwhile True:\n    hoard.append(bytearray(10_000_000))"
    number = full.execute(greedy)
    full.wait_for(
        lambda: number in full.replies or "restarted" in full.times, 120, "the full memory"
    )
    said = full.replies.get(number, {}).get("ename", "its kernel died and was started anew")
    print(f"  one cell took all memory up to {limit_mb} MB: {said}", flush=True)
    time.sleep(5)
    stop.set()
    working.join()
    for learner in (killed, full):
        learner.errors.clear()
    # Both go on working: what they lost is at most their variables.
    again = at_once([killed, full], lambda learner: learner.answers("hoard = None\n1 + 1"))
    undisturbed = [each for each in healthy if len(each.errors) == before[each.name]]
    print(f"  of {len(others)} others, {len(undisturbed)} went on without an error", flush=True)
    print(f"  of the 2, {len(again)} can go on", flush=True)
    row("a cell of the others, meanwhile", slow, "ms", 0)
    return len(undisturbed) == len(others) and len(again) == 2


@contextmanager
def a_hub(proxy, options, levers):
    """Give a hub that answers, and leave nothing of it behind, whatever happens."""
    with tempfile.TemporaryDirectory(prefix="gmm-hub-") as folder:
        hub = Hub(folder, proxy, options.learners, levers, options.limit)
        try:
            hub.wait()
            yield hub
        finally:
            left = hub.stop()
            if left:
                print(f"  {left} processes had to be ended", flush=True)
            shown = Path(folder, "hub.log").read_text()
            if options.log:
                Path(options.log).write_text(shown)


def bench(proxy, options, levers):
    """Take all learners through a lesson; print the tables; return whether all went well."""
    with a_hub(proxy, options, levers) as hub:
        learners = [Learner(hub, name) for name in hub.names]
        count = len(learners)
        print(f"{count} learners, levers: {', '.join(levers) or 'none'}")
        print(f"  {'':54} {'median':>8} {'95 %':>8} {'most':>8}")
        cpu = Cpu(hub)
        up = at_once(learners, timed("log in", Learner.log_in))
        print(f"  servers started: {len(up)} of {count}", flush=True)
        row("from log-in to a server that answers", [each.times["log in"] for each in up], "s")
        ready = at_once(up, timed("open", Learner.open_notebook))
        row("from there to an open notebook", [each.times["open"] for each in ready], "s")
        again = sum(learner.connections - 1 for learner in ready)
        print(f"  connections that had to be made again: {again}")
        cpu.report()

        print("All run all cells of notebook 01")
        cpu = Cpu(hub)
        ran = at_once(ready, lambda learner: learner.run_all(options.patience))
        for name in ("first output", "last cell", "last picture"):
            row(f"from Run All to the {name}", [each.times[name] for each in ran], "s")
        row("received by each", [each.received_bytes / 1e6 for each in ran], "MB")
        cpu.report()
        if not ran:
            return report_errors(learners, hub, ran)

        print("All step and drag")
        steps = 200
        kernel = hub.by_learner()[ran[0].name]
        used = sum(sum(process.cpu_times()[:2]) for process in kernel.values())
        received = ran[0].received
        ran[0].step(steps)
        used = sum(sum(process.cpu_times()[:2]) for process in kernel.values()) - used
        print(f"  {'a stepper stepped, messages from Python for a step':54} ", end="")
        print(f"{(ran[0].received - received) / steps:7.1f}")
        print(f"  {'a stepper stepped, CPU of server and kernel for a step':54} ", end="")
        print(f"{1000 * used / steps:7.1f}                   ms", flush=True)
        cpu = Cpu(hub)
        seeds = {learner.name: random.Random(i) for i, learner in enumerate(learners)}
        dragged = at_once(ran, lambda each: each.drag(options.seconds, seeds[each.name]))
        waits = [1000 * wait for each in dragged for wait in each.latencies]
        print(f"  {len(waits)} positions drawn in {options.seconds} seconds", flush=True)
        row("from a slider's position to its picture", waits, "ms", 0)
        cpu.report()
        pss = report_memory(hub, dragged)
        addresses = hub.addresses()
        print(f"  listened on: {', '.join(sorted(addresses))}")
        fine = report_errors(learners, hub, dragged) and addresses == {LOOPBACK}
        print(f"  memory per learner at most {options.most} MB: {max(pss) <= options.most}")
        if count > 2 and len(dragged) > 2:
            print("Two learners crash")
            fine = crash(hub, dragged, options.limit) and fine
        at_once(learners, Learner.close)
        return fine


def report_errors(learners, hub, done):
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
    parser.add_argument("--seconds", type=int, default=120, help="how long they drag")
    parser.add_argument("--limit", type=int, default=1000, help="MB of data a kernel may hold")
    parser.add_argument("--most", type=int, default=250, help="MB a learner should need at most")
    parser.add_argument("--patience", type=int, default=600, help="seconds to wait for a run")
    parser.add_argument("--minutes", type=float, default=20, help="stop after so many in all")
    parser.add_argument("--without", action="append", default=[], choices=[*LEVERS, "all"])
    parser.add_argument("--log", help="keep the hub's log in this file")
    options = parser.parse_args()
    options.learners = min(options.learners, 60)
    levers = [name for name in LEVERS if not {name, "all"} & set(options.without)]

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
    sys.exit(0 if bench(os.path.abspath(proxy), options, levers) else 1)


if __name__ == "__main__":
    main()
