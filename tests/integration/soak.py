"""The soak: stations, each an emulated reader with a thread that presents cards or codes at it, valid ones and bad ones,
over and over, and keeps account of what the daemon made of each. What stands before which reader: soak_cards.py
and soak_codes.py.

A station has a pool of people who come again and again, so that the daemon's state does not grow and memory must stay
flat. What a presentation gives is known beforehand: one reading, with the number that this person has had from the
first time on, or none. A door note `accepted` or `already` is a reading; `refused` is a complaint, which a bad
presentation may give and a valid one may not be replaced by.
"""

import collections
import os
import pathlib
import queue
import random
import signal
import threading
import time

import emulated
import harness

POOL = 60  # people of a station
READING_S = 20.0  # longest wait for a reading: a reader that must be killed for silence takes 3 s and 2 s more to be back
Step = collections.namedtuple("Step", "legend share readings")  # share: of 1000 presentations
PLAIN = Step("plain", 0, 1)


class Violation(AssertionError):
    pass


class Station(threading.Thread):
    """One reader of the lane and whoever stands before it. `notes` is fed by the soak's dispatcher. A kind of station has
    a title, `steps`, `driver`, and present(step, index) for the person of that index in the pool."""

    title, steps, driver = "", (), ""

    def __init__(self, name, count, seed, first_person):
        super().__init__(name=f"station {name}", daemon=True)
        self.reader, self.count = name, count
        self.rank, self.n_alike = 0, 1  # which of how many stations of these steps; set by the soak
        self.random = random.Random(f"{seed} {name}")
        self.first_person = first_person
        self.emulator, self.config = None, None  # set by the kind
        self.notes = queue.Queue()
        self.state, self.restarts = None, 0
        self.numbers = {}  # what is presented, a card or a code's place in the pool -> number
        self.account = collections.Counter()
        self.by_step = collections.Counter()
        self.trouble = None
        self.find_process = None  # set by the soak

    # -- what comes from the daemon, by the dispatcher's thread

    def take_state(self, note):
        self.state, self.restarts = note["state"], note["restarts"]

    # -- the device

    def say(self, verb, rest=""):
        """To the emulator; one with several devices is told which."""
        name = f" {self.reader}" if isinstance(self.emulator, emulated.Rig) else ""
        return self.emulator.command(f"{verb}{name} {rest}")

    def signal(self, number):
        """To any one of the reader's processes."""
        os.kill(self.random.choice(family(self.find_process(self.reader))), number)

    def unplug(self):
        self.say("unplug")
        harness.wait_until(lambda: self.state != "ready", READING_S, f"{self.reader} unplugged")

    def replug(self):
        self.say("replug")
        self.wait_ready()

    def lose(self, how):
        """The device or its process goes away and comes back."""
        before = self.restarts
        if how == "unplug":
            self.unplug()
            self.say("replug")
        else:
            self.signal(signal.SIGSTOP if how == "freeze" else signal.SIGKILL)
            harness.wait_until(lambda: self.restarts > before, READING_S, f"{self.reader} restarted")
        self.wait_ready()

    def wait_ready(self):
        harness.wait_until(lambda: self.state == "ready", READING_S, f"{self.reader} ready")

    # -- what must come of it

    def next_note(self, timeout):
        try:
            return self.notes.get(timeout=timeout)
        except queue.Empty:
            return None

    def expect_reading(self, who, legend):
        end = time.monotonic() + READING_S * harness.PATIENCE
        while True:
            note = self.next_note(max(0.0, end - time.monotonic()))
            if note is None:
                raise Violation(f"{legend}: no reading within {READING_S:g} s; the reader is {self.state}")
            if note["result"] == "refused":
                self.account["complaints"] += 1
                continue
            break
        known = self.numbers.setdefault(who, note["number"])
        if note["number"] != known:
            raise Violation(f"{legend}: {note['number']} for a person who has {known}")
        self.account["readings"] += 1

    def expect_nothing_more(self, legend):
        """Anything but a complaint that has come unasked is a reading too many."""
        while (note := self.next_note(0.0)) is not None:
            if note["result"] != "refused":
                raise Violation(f"{legend}: a reading too many, {note['number']}")
            self.account["complaints"] += 1

    def expect_complaint(self, legend, seconds):
        """Waits for a complaint, at most so long; there need not be one."""
        note = self.next_note(seconds)
        if note and note["result"] != "refused":
            raise Violation(f"{legend}: a reading of what is none, {note['number']}")
        self.account["complaints"] += bool(note)

    def expect_refusal(self, legend, code):
        """A complaint, for that reason."""
        note = self.next_note(READING_S * harness.PATIENCE)
        if note is None or note["result"] != "refused" or note["code"] != code:
            found = "nothing" if note is None else f"{note['result']} {note['number'] or note['code']}"
            raise Violation(f"{legend}: {found} instead of {code}")
        self.account["complaints"] += 1

    # -- all of it

    def plan(self):
        """Every step comes at some station of the kind, however few presentations there are."""
        steps = []
        for at, step in enumerate(self.steps):
            least = 1 if at % self.n_alike == self.rank else 0
            steps += [step] * max(least, round(self.count * step.share / 1000))
        self.random.shuffle(steps)
        places = set(self.random.sample(range(self.count), len(steps)))
        left = iter(steps)
        return [next(left) if at in places else PLAIN for at in range(self.count)]

    def present(self, step, index):
        raise NotImplementedError

    def run(self):
        legend = "ready"
        try:
            self.wait_ready()
            for at, step in enumerate(self.plan()):
                self.expect_nothing_more(f"after {legend}")
                legend = step.legend
                self.account["presentations"] += 1
                self.account["valid" if step.readings else "invalid"] += 1
                self.by_step[legend] += 1
                self.present(step, at % POOL)
            time.sleep(2.5)
            self.expect_nothing_more("at the end")
        except Exception as error:  # pylint: disable=broad-except
            self.trouble = (f"{self.reader}, presentation {self.account['presentations']}, {legend}: "
                            f"{type(error).__name__}: {error}")

    def close(self):
        self.emulator.close()


def children(pid):
    return [int(child) for task in pathlib.Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]


def family(pid):
    """A process and all that come of it: a reader may be a guard and the driver under it."""
    found = [pid]
    for parent in found:
        try:
            found += children(parent)
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


class Figures(threading.Thread):
    """Memory (KiB) and descriptors of the daemon and each reader, once a second; the daemon's descriptors without those that
    it holds for the readers' processes, which come and go with these."""

    FOR_A_READER = 4  # its input, output and errors, and the process itself

    def __init__(self, daemon_pid, stations):
        super().__init__(name="figures", daemon=True)
        self.pid, self.stations = daemon_pid, stations
        self.samples = collections.defaultdict(list)  # name -> (KiB, descriptors); name "" is the daemon
        self.stopping = threading.Event()

    def process_of(self, name):
        device = next(station.config.device for station in self.stations if station.reader == name)
        for pid in family(self.pid)[1:]:
            try:
                if device in pathlib.Path(f"/proc/{pid}/cmdline").read_text():
                    return pid
            except (FileNotFoundError, ProcessLookupError):
                pass
        return None

    @staticmethod
    def look(pid):
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        kib = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")), 0)
        return kib, len(os.listdir(f"/proc/{pid}/fd"))

    def look_at_daemon(self):
        kib, descriptors = self.look(self.pid)
        return kib, descriptors - self.FOR_A_READER * len(children(self.pid))

    def run(self):
        while not self.stopping.wait(1.0):
            for name in ["", *(station.reader for station in self.stations if station.state == "ready")]:
                try:
                    pid = self.process_of(name) if name else None
                    members = [self.look(each) for each in family(pid)] if pid else [] if name else [self.look_at_daemon()]
                    if members and all(kib for kib, _ in members):
                        self.samples[name].append(tuple(sum(column) for column in zip(*members)))
                except (FileNotFoundError, ProcessLookupError, PermissionError):
                    pass

    def stop(self):
        self.stopping.set()
        self.join()
