"""What the tests from outside share: a daemon in a folder of its own, the tool beside it, HTTP and live events.

Programs come from the folder PAIHAO_BUILD (default: build/ of this tree). Python's standard library only.
Every Daemon cleans up after itself; with PAIHAO_KEEP=1 in the environment its folder stays and is named.
People are synthetic: region codes 9901xx belong to nobody.
"""

import atexit
import base64
import collections
import datetime
import http.client
import json as json_module
import os
import pathlib
import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import weakref

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("PAIHAO_BUILD", ROOT / "build")).resolve()
# Every limit of a wait is multiplied by this: a limit matters only when something fails, so it may be generous. Sanitizers make
# everything several times slower still. It is for limits alone: no test asserts how fast anything is, and none sleeps longer for it.
PATIENCE = float(os.environ.get("PAIHAO_PATIENCE") or ("6" if BUILD.name in ("asan", "tsan") else "3"))


# ---- synthetic people

SURNAMES = "张王李赵陈杨黄周吴徐孙马朱胡郭何林高罗郑"
GIVEN = "测试演练模拟样例"

Person = collections.namedtuple("Person", "id_number name")


def check_digit(first17):
    """GB 11643-1999, by ISO 7064 MOD 11-2."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(first17, weights)) % 11]


def person(i):
    """The i-th of 100 million different people with valid numbers, the same in every run."""
    region, sequence, days = i % 100, i // 100 % 1000, i // 100_000
    birth = datetime.date(2000, 1, 1) + datetime.timedelta(days=days)
    first17 = f"9901{region:02d}{birth:%Y%m%d}{sequence:03d}"
    name = SURNAMES[i % len(SURNAMES)] + GIVEN[i // 20 % len(GIVEN)] + GIVEN[i // 160 % len(GIVEN)]
    return Person(first17 + check_digit(first17), name)


def manual(i, **more):
    """The check-in of person i as the marshal types it."""
    return {"medium": "manual", "id_number": person(i).id_number, "name": person(i).name, **more}


def capture_code(payload, **more):
    return {"medium": "capture_code", "payload_base64": base64.b64encode(payload).decode(), **more}


# ---- configuration

class Reader(collections.namedtuple("Reader", "name driver device method baud", defaults=(None, None))):
    def text(self):
        more = f' method = "{self.method}"' if self.method else ""
        more += f" baud = {self.baud}" if self.baud else ""
        return f'  reader "{self.name}" {{ driver = "{self.driver}" device = "{self.device}"{more} }}\n'


class Lane(collections.namedtuple("Lane", "name room line_limit readers", defaults=("", 0, ()))):
    def text(self):
        return (f'lane "{self.name}" {{\n  room = "{self.room}"\n  line_limit = {self.line_limit}\n'
                + "".join(reader.text() for reader in self.readers) + "}\n")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_until(predicate, timeout=10.0, what="condition", interval=0.02):
    """The predicate's first true value; an AssertionError when there is none in time."""
    end = time.monotonic() + timeout * PATIENCE
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() >= end:
            raise AssertionError(f"{what}: not within {timeout * PATIENCE:g} s")
        time.sleep(interval)


def in_time(seconds, attempt, prepare=lambda: None, tries=20):
    """attempt(prepare()), done again until it took no longer than that: what a device or a person does within some moments cannot
    be done on a machine that stalls just then. attempt asserts nothing. Gives what prepare gave it and what came of it."""
    for _ in range(tries):
        prepared = prepare()
        begun = time.monotonic()
        outcome = attempt(prepared)
        if time.monotonic() - begun < seconds:
            return prepared, outcome
    raise AssertionError(f"never done within {seconds:g} s")


# ---- the daemon and the tool

_alive = weakref.WeakSet()


@atexit.register
def _close_all():
    for daemon in list(_alive):
        daemon.close()


class Daemon:
    """A data folder, a configuration, and, between start() and stop(), paihaod on a free port.

    lanes: names or Lane objects. Usable as a context manager, which closes but does not start it.
    """

    def __init__(self, lanes=("A",), *, key_file=None, hosts=(), more="", env=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="paihao-test-"))
        self.data = self.folder / "data"
        self.config = self.folder / "paihao.conf"
        self.log = self.folder / "log"
        self.lanes = [lane if isinstance(lane, Lane) else Lane(lane) for lane in lanes]
        self.key_file, self.hosts, self.more = key_file, hosts, more
        self.env = {**os.environ, **(env or {})}
        self.port = free_port()
        self.process = None
        self.data.mkdir(mode=0o700)
        self.write_config()
        _alive.add(self)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # -- configuration

    def config_text(self):
        names = ", ".join(f'"{host}"' for host in self.hosts)
        hosts = f" hosts = {{{names}}}" if names else ""
        text = f'data_dir = "{self.data}"\n'
        if self.key_file:
            text += f'key_file = "{self.key_file}"\n'
        text += f'reader_program = "{BUILD / "paihao-reader"}"\n' if (BUILD / "paihao-reader").exists() else ""
        text += f'http {{ listen = "127.0.0.1:{self.port}"{hosts} }}\n'
        return text + "".join(lane.text() for lane in self.lanes) + self.more

    def write_config(self, text=None):
        self.config.write_text(self.config_text() if text is None else text, encoding="utf-8")

    # -- life

    def spawn(self):
        """Starts paihaod without waiting for it. A port somebody else took meanwhile is noticed by start()."""
        assert self.process is None or self.process.poll() is not None, "it is running already"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([BUILD / "paihaod", "--config", self.config], env=self.env,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True)
        return self.process

    def start(self, timeout=20.0):
        """Starts it and waits until everything of it is up: it says so, and /healthz answers 200. Returns self."""
        told = self.log_text().count("listening on")
        self.spawn()
        end = time.monotonic() + timeout * PATIENCE
        while self.log_text().count("listening on") == told or not self.is_healthy():
            if self.process.poll() is not None:
                raise AssertionError(f"paihaod ended with {self.process.returncode}:\n{self.log_text()}")
            if time.monotonic() > end:
                raise AssertionError(f"paihaod does not answer:\n{self.log_text()}")
            time.sleep(0.01)
        return self

    def run_refused(self, timeout=20.0):
        """Runs a paihaod that is expected not to start. Gives (exit code, what it wrote)."""
        done = subprocess.run([BUILD / "paihaod", "--config", self.config], env=self.env, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=timeout * PATIENCE)
        return done.returncode, done.stdout

    def is_healthy(self):
        try:
            return self.http("GET", "/healthz", timeout=2.0)[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self):
        return self.process.pid

    def stop(self, timeout=20.0):
        """SIGTERM, as systemd does. Returns the exit code."""
        if not self.is_running:
            return None if self.process is None else self.process.returncode
        self.process.terminate()
        try:
            return self.process.wait(timeout * PATIENCE)
        except subprocess.TimeoutExpired:
            text = self.log_text()
            self.kill()
            raise AssertionError(f"paihaod does not stop:\n{text}") from None

    def kill(self):
        """SIGKILL to paihaod alone: a crash. Its readers are left to notice by themselves."""
        if self.is_running:
            self.process.kill()
            self.process.wait()

    def close(self):
        """Ends the daemon and whatever it started, removes the folder."""
        _alive.discard(self)
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()
        if os.environ.get("PAIHAO_KEEP"):
            print(f"kept: {self.folder}", file=sys.stderr)
        else:
            subprocess.run(["chmod", "-R", "u+rwX", self.folder], check=False, stderr=subprocess.DEVNULL)
            shutil.rmtree(self.folder, ignore_errors=True)

    def log_text(self):
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    # -- the tool

    def tool(self, *args, check=True, input=None, timeout=60.0, config=True, env=None):
        """Runs paihao with --config given. check=True: any other exit code than 0 is an AssertionError."""
        command = [BUILD / "paihao", *(["--config", self.config] if config else []), *map(str, args)]
        done = subprocess.run(command, input=(input or "").encode(), capture_output=True,
                              env={**self.env, **(env or {})}, timeout=timeout * PATIENCE)
        # not by subprocess, which would make one of every kind of line end
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        if check and done.returncode != 0:
            raise AssertionError(f"paihao {' '.join(map(str, args))}: exit {done.returncode}\n"
                                 f"{done.stdout}{done.stderr}")
        return done

    def tool_json(self, *args, **options):
        return json_module.loads(self.tool("--json", *args, **options).stdout)

    def token(self, role, lane=None, once=False):
        """The text of a new token."""
        args = ["token", "create", "--role", role]
        args += ["--lane", lane] if lane else []
        args += ["--once"] if once else []
        return self.tool_json(*args)["token"]

    def open_event(self, name="测试 Test", lanes=None):
        """Creates the event and opens a session at every lane (or the ones named). Returns self."""
        self.tool("event", "create", "--name", name)
        for lane in lanes if lanes is not None else [lane.name for lane in self.lanes]:
            self.tool("session", "open", "--lane", lane)
        return self

    # -- HTTP

    def http(self, method, path, json=None, token=None, headers=None, raw=None, timeout=30.0):
        """One request on a connection of its own: (status, headers, body), the body parsed if it is JSON.

        headers of the answer: names in lower case, the last of equal ones. raw: the exact bytes of a body.
        """
        sent = {"Connection": "close"}
        body = raw
        if json is not None:
            body = json_module.dumps(json, ensure_ascii=False).encode()
            sent["Content-Type"] = "application/json"
        if token:
            sent["Authorization"] = f"Bearer {token}"
        sent.update(headers or {})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout * PATIENCE)
        try:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        got = {name.lower(): value for name, value in answer.getheaders()}
        if got.get("content-type", "").split(";")[0] in ("application/json", "application/problem+json"):
            return answer.status, got, json_module.loads(data)
        return answer.status, got, data

    def check_in(self, lane, body, token, key=None):
        """(status, ticket or problem)."""
        status, _, answer = self.http("POST", f"/api/v1/lanes/{lane}/tickets", json=body, token=token,
                                      headers={"Idempotency-Key": key} if key else None)
        return status, answer

    def act(self, lane, number, action, token, body=None, key=None):
        """call, shot, retake, miss or void: (status, ticket or problem)."""
        status, _, answer = self.http("POST", f"/api/v1/lanes/{lane}/tickets/{number}/{action}",
                                      json=body if body is not None else {}, token=token,
                                      headers={"Idempotency-Key": key} if key else None)
        return status, answer

    def snapshot(self, lane, token):
        status, _, answer = self.http("GET", f"/api/v1/lanes/{lane}", token=token)
        assert status == 200, answer
        return answer

    def events(self, lane, token, last_event_id=None):
        return EventStream(self.port, lane, token, last_event_id)


# ---- live events

Event = collections.namedtuple("Event", "id event data")  # data: parsed JSON; id: text or None


class EventStream:
    """One connection to a lane's event stream, read by a thread. Beats are not queued: `beats` holds the server's time in each.

    `seen` holds every event taken by wait_for; `error` says why the stream ended, None while it goes on.
    """

    def __init__(self, port, lane, token, last_event_id=None):
        self.queue = queue.Queue()
        self.seen = []
        self.beats = []
        self.error = None
        self.last_id = last_event_id
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        if last_event_id is not None:
            headers["Last-Event-ID"] = str(last_event_id)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30 * PATIENCE)
        self.connection.request("GET", f"/api/v1/lanes/{lane}/events", headers=headers)
        self.socket = self.connection.sock
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        if self.status != 200:
            text = self.answer.read().decode(errors="replace")
            self.connection.close()
            raise AssertionError(f"event stream: {self.status} {text}")
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _read(self):
        event, identifier, data = "message", None, []
        try:
            for line in iter(self.answer.readline, b""):
                line = line.decode("utf-8").rstrip("\r\n")
                field, _, value = line.partition(":")
                value = value[1:] if value.startswith(" ") else value
                if line and field == "event":
                    event = value
                elif line and field == "id":
                    identifier = value
                elif line and field == "data":
                    data.append(value)
                elif not line:
                    if data:
                        self._take(event, identifier, "\n".join(data))
                    event, identifier, data = "message", None, []
            self.error = "ended"
        except (OSError, ValueError, AttributeError, http.client.HTTPException) as error:
            self.error = repr(error)
        self.queue.put(None)

    def _take(self, event, identifier, data):
        if identifier is not None:
            self.last_id = identifier
        if event == "beat":
            self.beats.append(json_module.loads(data)["now"])
        else:
            self.queue.put(Event(identifier, event, json_module.loads(data)))

    def wait_for(self, predicate, timeout=10.0):
        """The first event from here on for which predicate(event) is true; those before it go to `seen` too."""
        end = time.monotonic() + timeout * PATIENCE
        while True:
            try:
                event = self.queue.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no such event within {timeout * PATIENCE:g} s; "
                                     f"{len(self.seen)} others, the last: {self.seen[-1:]}") from None
            if event is None:
                self.queue.put(None)
                raise AssertionError(f"the event stream ended: {self.error}")
            self.seen.append(event)
            if predicate(event):
                return event

    def wait_for_ticket(self, number, state, timeout=10.0):
        return self.wait_for(lambda event: event.event == "ticket" and event.data["number"] == number
                             and event.data["state"] == state, timeout).data

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        if threading.current_thread() is not self.thread:
            self.thread.join(5 * PATIENCE)
        self.connection.close()
