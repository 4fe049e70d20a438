"""Figures of the readers: from the card in the field to the reading against the wire time of its frames, the cost of
polling, and what a slow reader costs its neighbour.

The devices are emulated ones at 115200 baud; what their chip and radio take is assumed (rehearsal/device.h), the wire, the
drivers, libnfc and the processes are real.
"""

import contextlib
import json
import os
import random
import signal
import statistics
import struct
import subprocess
import threading
import time

import emulated
import evdev_test
import harness
from figures import cpu_share, family, row

CARDS = 40
BYTE_MS = 10 / 115.2  # start bit, eight bits, stop bit
CODE = 200  # bytes of a capture code here
# The least that host and device must exchange for one reading, bytes of command and answer: SAM find, select, read text and
# photograph; PN532, with its ACK, InListPassiveTarget and the chip number, or REQB, ATTRIB and the chip number. libnfc also
# sets registers and switches the field.
SAM_BYTES = (10 + 15) + (10 + 19) + (10 + 1295)
LIST_BYTES = (12 + 6 + 25) + (14 + 6 + 20)
RAW_BYTES = (12 + 6 + 22) + (18 + 6 + 11) + (14 + 6 + 20)
USB_BYTE_MS = 8 / 12000  # full speed, packets and pauses not counted
KEY_MS = 2  # two reports of a keyboard, pressed and let go, one a millisecond
DRIVERS = (("sam", "sam", "serial", None, SAM_BYTES), ("sam over tcp", "sam_tcp", "tcp", None, SAM_BYTES),
           ("sam over usb", "usb", "usb", None, SAM_BYTES), ("nfc, by list", "pn532", "pn532_uart", "list", LIST_BYTES),
           ("nfc, by raw frames", "pn532", "pn532_uart", "raw", RAW_BYTES),
           ("nfc, by either", "pn532", "pn532_uart", "auto", LIST_BYTES), (f"scanner, {CODE} bytes", "scanner", "serial", None, CODE + 1),
           (f"scanner, {CODE} bytes, told cr", "scanner", "serial", ("--separator", "cr"), CODE + 1),
           (f"scanner that types, {CODE} keys", "keyboard", "evdev", None, CODE + 1),
           (f"scanner that types, {CODE} keys, told cr", "keyboard", "evdev", ("--separator", "cr"), CODE + 1))


def strokes(text):
    """What the kernel reports of a keyboard that types this."""
    events = []
    for character in text:
        code, is_shifted = evdev_test.KEYS[character]
        assert not is_shifted
        for value in (1, 0):
            events += [struct.pack("=qqHHi", 0, 0, kind, key, number)
                       for kind, key, number in ((evdev_test.KEY, code, value), (evdev_test.SYN, 0, 0))]
    return b"".join(events)


class Reader:
    """A paihao-reader on an emulated device, by itself."""

    def __init__(self, kind, scheme, method):
        self.kind, environment = kind, None
        if kind in ("usb", "keyboard"):
            described = (evdev_test.DESCRIPTION, evdev_test.ioctls(range(1, 128))) if kind == "keyboard" else ()
            self.rig = emulated.Bus(*described)
            device = f"evdev:{evdev_test.NODE}" if described else "usb:0400:c35a"
            environment = os.environ | self.rig.environment
        else:
            self.rig = emulated.Rig(**{kind: ["one"]})
            device = self.rig.address("one") if kind == "sam_tcp" else f"{scheme}:{self.rig.path('one')}"
        driver = {"pn532": "nfc", "sam_tcp": "sam", "usb": "sam", "keyboard": "scanner"}.get(kind, kind)
        command = [harness.BUILD / "paihao-reader", "--driver", driver, "--device", device]
        command += ["--method", method] if isinstance(method, str) else method or []
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        text=True, env=environment)
        self.wait_for("state", "ready")

    def say(self, word, rest=""):
        """A command of the emulator, for its one device."""
        return self.rig.command(f"{word} {rest}" if isinstance(self.rig, emulated.Bus) else f"{word} one {rest}")

    def give(self, index):
        """A card or a code, another one each time."""
        who, code = harness.person(index), f"{index:04d}".ljust(CODE, "x")
        if self.kind == "scanner":
            self.say("scan", code.encode().hex())
        elif self.kind == "keyboard":
            self.say("events", strokes(code + "\n").hex())
        elif self.kind == "pn532":
            self.say("present", f"chip {index + 1:016x}")
        else:
            self.say("present", f'id {who.id_number} "{who.name}" LONG')

    def last_byte_ms(self):
        """When the reader had been given the last byte, where the emulator knows."""
        return None if isinstance(self.rig, emulated.Bus) else self.say("stats")["last_read_us"] / 1000

    def take_away(self):
        if self.kind not in ("scanner", "keyboard"):
            self.say("remove")

    def wait_for(self, kind, state=None):
        """When the first such line came."""
        for line in self.process.stdout:
            event = json.loads(line)
            if event["type"] == kind and state in (None, event.get("state")):
                return time.monotonic()
        raise RuntimeError("paihao-reader ended")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
        self.rig.close()


def card_to_reading():
    chance = random.Random(1)
    for name, kind, scheme, method, size in DRIVERS:
        taken, after = [], []
        with Reader(kind, scheme, method) as reader:
            for index in range(CARDS):
                time.sleep(0.4 + chance.random() * 0.3)  # the card has gone, and the next comes at any moment of a poll
                begun = time.monotonic()
                reader.give(index)
                at = reader.wait_for("reading")
                taken.append((at - begun) * 1000)
                last_ms = reader.last_byte_ms()
                if last_ms:
                    after.append(at * 1000 - last_ms)
                reader.take_away()
        wire = size * {"usb": USB_BYTE_MS, "keyboard": KEY_MS}.get(kind, BYTE_MS)
        p50 = statistics.median(taken)
        if kind == "keyboard":  # the emulated one types them all at once
            row(f"keys to reading, {name}, p50", f"{p50:.1f}", "ms", f"without the {wire:.0f} ms of typing")
        else:
            row(f"card to reading, {name}, p50", f"{p50:.1f}", "ms", f"{size} bytes of frames take {wire:.1f} ms", p50 / wire)
        if after:
            row(f"  after the last byte, {name}, p50", f"{statistics.median(after):.2f}", "ms")


def polling():
    for name, kind, scheme, method, _ in DRIVERS:
        with Reader(kind, scheme, method) as reader:
            drain = threading.Thread(target=reader.process.stdout.read, daemon=True)
            drain.start()
            time.sleep(1)
            row(f"CPU of a reader that waits, {name}", f"{cpu_share(reader.process.pid, 8):.2f}", "%")
            reader.process.terminate()
            drain.join()


# ---- beside a slow one

def child_of(daemon, path):
    for task in os.listdir(f"/proc/{daemon.pid}/task"):
        for pid in open(f"/proc/{daemon.pid}/task/{task}/children", encoding="ascii").read().split():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                if str(path) in open(f"/proc/{pid}/cmdline", encoding="utf-8").read():
                    return int(pid)
    return None


class Frozen:
    """Stops the neighbour's process, and each that is started in its place."""

    def __init__(self, daemon, path):
        self.daemon, self.path = daemon, path
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.is_over.wait(0.25):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                for pid in family(child) if (child := child_of(self.daemon, self.path)) else ():
                    os.kill(pid, signal.SIGSTOP)

    def end(self):
        self.is_over.set()
        self.thread.join()
        with contextlib.suppress(ProcessLookupError):
            for pid in family(child) if (child := child_of(self.daemon, self.path)) else ():
                os.kill(pid, signal.SIGCONT)


class ToldScanner(harness.Reader):
    """Whose scans end with CR, so that no silence that it must wait for hides what others cost it."""

    def text(self):
        return super().text().replace(" }", ' separator = "cr" }')


def latencies(rig, events, first):
    """From the scanner's last byte to the note on the pages' stream, ms."""
    taken = []
    for index in range(first, first + CARDS):
        rig.command(f"scan gun {f'code {index}'.ljust(CODE, 'x').encode().hex()}")
        events.wait_for(lambda event: event.event == "door")
        taken.append(time.monotonic() * 1000 - rig.command("stats gun")["last_read_us"] / 1000)
        time.sleep(0.05)
    return taken


def beside_a_slow_one():
    """The same scanner with a sound NFC reader beside it and with a slow one, in turn."""
    rig = emulated.Rig(scanner=["gun"], pn532=["chip"], options=["--fast"])
    lane = harness.Lane("A", "", 0, (ToldScanner("gun", "scanner", f"serial:{rig.path('gun')}"),
                                     harness.Reader("chip", "nfc", f"pn532_uart:{rig.path('chip')}")))
    sound, slow, count = [], {}, 0
    with harness.Daemon([lane]) as daemon:
        daemon.open_event()
        token = daemon.token("marshal")
        daemon.start()

        def is_ready():
            return {reader["state"] for reader in daemon.snapshot("A", token)["readers"]} == {"ready"}

        harness.wait_until(is_ready, 20, "readers")
        with daemon.events("A", token) as events:
            for _ in range(3):
                for what in ("frozen", "spinning", "mute"):
                    sound += latencies(rig, events, count)
                    frozen = Frozen(daemon, rig.path("chip")) if what == "frozen" else None
                    if not frozen:
                        rig.command("fault chip " + ("mi 0" if what == "spinning" else "mute 1"))
                        rig.command("present chip chip 1122334455667788")
                    time.sleep(0.3)
                    slow.setdefault(what, []).extend(latencies(rig, events, count + CARDS))
                    count += 2 * CARDS
                    if frozen:
                        frozen.end()
                    for line in ("remove chip", "fault chip none", "unplug chip", "replug chip"):
                        rig.command(line)
                    harness.wait_until(is_ready, 30, "readers again")
    rig.close()
    base = statistics.median(sound)
    row("scan to live event beside a sound reader, p50", f"{base:.2f}", "ms")
    for what, taken in slow.items():
        p50 = statistics.median(taken)
        row(f"  beside one that is {what}, p50", f"{p50:.2f}", "ms", f"p99 {sorted(taken)[len(taken) * 99 // 100]:.2f} ms, "
            f"sound {sorted(sound)[len(sound) * 99 // 100]:.2f} ms", p50 / base, "aim <= 1.2x")
