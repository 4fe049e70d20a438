"""How long people wait for the glass: 300 pages that see one change, and a tap in a real browser until the page has changed."""

import json
import os
import pathlib
import selectors
import socket
import statistics
import subprocess
import time

import harness
from figures import row

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = 300
CHANGES = 30


def open_stream(port, token):
    stream = socket.create_connection(("127.0.0.1", port))
    stream.sendall(f"GET /api/v1/lanes/A/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    return stream


def last_arrival(streams, wanted):
    """When the last of the streams has had these bytes."""
    selector = selectors.DefaultSelector()
    tails = {}
    for stream in streams:
        stream.setblocking(False)
        selector.register(stream, selectors.EVENT_READ)
        tails[stream] = b""
    last = None
    end = time.monotonic() + 20
    while tails and time.monotonic() < end:
        for key, _ in selector.select(1):
            try:
                data = key.fileobj.recv(65536)
            except BlockingIOError:
                continue
            if key.fileobj in tails:
                tails[key.fileobj] = (tails[key.fileobj] + data)[-4096:]
                if wanted in tails[key.fileobj]:
                    del tails[key.fileobj]
                    last = time.monotonic()
    assert not tails, f"{len(tails)} streams heard nothing"
    return last


def bare_changes():
    """The same bytes to the same number of connections, and nothing else."""
    bare = subprocess.Popen([ROOT / "build" / "bench" / "bare_sse"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    port = int(bare.stdout.readline())
    streams = [open_stream(port, "x") for _ in range(PAGES)]
    last_arrival(streams, b"\r\n\r\n")
    taken = []
    for index in range(CHANGES):
        begun = time.monotonic()
        bare.stdin.write(json.dumps({"number": f"A{index:04d}", "padding": "x" * 300}) + "\n")
        bare.stdin.flush()
        taken.append((last_arrival(streams, f"A{index:04d}".encode()) - begun) * 1000)
    for stream in streams:
        stream.close()
    bare.stdin.close()
    bare.wait()
    return taken


def changes():
    with harness.Daemon(["A"]) as daemon:
        daemon.open_event()
        token, marshal = daemon.token("display"), daemon.token("marshal")
        daemon.start()
        streams = [open_stream(daemon.port, token) for _ in range(PAGES)]
        last_arrival(streams, b"event: snapshot")
        taken = []
        for index in range(CHANGES):
            begun = time.monotonic()
            _, ticket = daemon.check_in("A", harness.manual(index), marshal)
            taken.append((last_arrival(streams, f'"{ticket["number"]}"'.encode()) - begun) * 1000)
        for stream in streams:
            stream.close()
    return taken


def three_hundred_pages():
    bare, ours = bare_changes(), changes()
    for name, pick in (("p50", statistics.median), ("worst", max)):
        row(f"one check-in seen by {PAGES} open pages, {name}", f"{pick(ours):.1f}", "ms",
            f"bare SSE, no disk {pick(bare):.1f} ms", pick(ours) / pick(bare), "aim <= 100 ms")


def taps():
    """In Chromium, by the browser's own clock: from the finger to the next painted frame that shows it."""
    result = subprocess.run(["node", str(ROOT / "tests" / "bench" / "glass.mjs")], check=True, capture_output=True, text=True,
                            env={**os.environ, "PAIHAO_BUILD": str(ROOT / "build")})
    figures = json.loads(result.stdout.splitlines()[-1])
    for name in ("p50", "worst"):
        row(f"tap to the next person on the glass, {name}", f"{figures['tap'][name]:.0f}", "ms",
            f"a bare POST and a frame {figures['bare'][name]:.0f} ms", figures["tap"][name] / figures["bare"][name], "aim <= 100 ms")
