"""The soak: stations, each an emulated reader with a thread that presents cards or codes at it, valid ones and bad ones,
over and over, and keeps account of what the daemon made of each.

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

# "x1": the first answer that carries a card is bad, and the card still lies there: it is read again, once.
# "x0": every such answer is bad: no reading, however long the card lies there.
STEPS = {
    "sam": [Step("checksum x1", 8, 1), Step("truncate x1", 8, 1), Step("header x1", 8, 1), Step("noise x1", 8, 1),
            Step("extra-aa x1", 8, 1), Step("dup x1", 8, 1), Step("slow x1", 8, 1), Step("status41 x1", 4, 0), Step("status31 x1", 4, 0),
            Step("checksum x0", 8, 0), Step("truncate x0", 8, 0), Step("status41 x0", 8, 0), Step("silence x0", 4, 0),
            Step("two-cards", 8, 0), Step("mute", 2, 0), Step("unplug", 4, 1), Step("freeze", 1, 1), Step("kill", 2, 1)],
    "nfc": [Step("dcs x1", 8, 1), Step("lcs x1", 8, 1), Step("preamble x1", 8, 1), Step("tfi x1", 8, 1), Step("command x1", 8, 1),
            Step("postamble x1", 8, 1), Step("noack x1", 8, 1), Step("badack x1", 8, 1), Step("error x1", 8, 1), Step("junk x1", 8, 1),
            Step("dup x1", 8, 1), Step("truncate x1", 8, 1), Step("silence x1", 8, 1), Step("late x1", 8, 1),
            Step("nad x1", 4, 1), Step("mi x1", 4, 1), Step("dcs x0", 8, 0), Step("two-cards", 8, 0),
            Step("endless", 1, 0), Step("open-lost", 3, 1), Step("mute", 2, 0), Step("unplug", 4, 1), Step("freeze", 1, 1),
            Step("kill", 2, 1)],
    "scanner": [Step("dup x1", 10, 1), Step("bursts", 10, 1), Step("crlf", 10, 1), Step("truncate x1", 2, 0), Step("empty", 5, 0),
                Step("too-large", 5, 0), Step("mute", 1, 0), Step("unplug", 2, 1), Step("freeze", 1, 1), Step("kill", 1, 1)],
}
PLAIN = Step("plain", 0, 1)


class Violation(AssertionError):
    pass


class Station(threading.Thread):
    """One reader of the lane and whoever stands before it. `notes` is fed by the soak's dispatcher."""

    def __init__(self, name, driver, kind, method, count, seed, first_person):
        super().__init__(name=f"station {name}", daemon=True)
        self.reader, self.driver, self.method, self.count = name, driver, method, count
        self.rank, self.n_alike = 0, 1  # which of how many stations of this driver; set by the soak
        self.random = random.Random(f"{seed} {name}")
        self.first_person = first_person
        self.rig = emulated.Rig(**{kind: [name]}, options=["--fast"])
        scheme = "pn532_uart" if driver == "nfc" else "serial"
        device = self.rig.address(name) if kind == "sam_tcp" else f"{scheme}:{self.rig.path(name)}"
        self.config = harness.Reader(name, driver, device, method)
        self.notes = queue.Queue()
        self.state, self.restarts = None, 0
        self.numbers = {}  # person of the pool -> number
        self.account = collections.Counter()
        self.by_step = collections.Counter()
        self.trouble = None
        self.find_process = None  # set by the soak
        self.knows_endings = False  # scanner: a truncated scan is told from a short one only after a whole one
        self.codes = {}

    # -- what comes from the daemon, by the dispatcher's thread

    def take_state(self, note):
        self.state, self.restarts = note["state"], note["restarts"]
        if self.state != "ready":
            self.knows_endings = False

    # -- the person

    def card(self, index):
        person = self.first_person + index
        if self.driver == "sam":
            who = harness.person(person)
            return f'id {who.id_number} "{who.name}" 20360101'
        return f"chip {person + 1:016x}"

    def code(self, index):
        if index not in self.codes:
            size = self.random.choice((40, 200, 700, 2953))
            code = bytes(self.random.choice((0, 9, 32, 65, 128, 254)) if i % 3 else self.random.randrange(14, 256) for i in range(size))
            self.codes[index] = (f"{self.reader} {index} ".encode() + code)[:size]
        return self.codes[index].hex()

    def say(self, line):
        return self.rig.command(line)

    # -- what must come of it

    def wait_ready(self):
        harness.wait_until(lambda: self.state == "ready", READING_S, f"{self.reader} ready")

    def next_note(self, timeout):
        try:
            return self.notes.get(timeout=timeout)
        except queue.Empty:
            return None

    def expect_reading(self, index, legend):
        end = time.monotonic() + READING_S * harness.PATIENCE
        while True:
            note = self.next_note(max(0.0, end - time.monotonic()))
            if note is None:
                raise Violation(f"{legend}: no reading within {READING_S:g} s; the reader is {self.state}")
            if note["result"] == "refused":
                self.account["complaints"] += 1
                continue
            break
        known = self.numbers.setdefault(index, note["number"])
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

    # -- steps

    def signal(self, number):
        """To any one of the reader's processes."""
        os.kill(self.random.choice(family(self.find_process(self.reader))), number)

    def lose(self, how):
        """The device or its process goes away and comes back."""
        before = self.restarts
        if how == "unplug":
            self.say(f"unplug {self.reader}")
            harness.wait_until(lambda: self.state != "ready", READING_S, f"{self.reader} unplugged")
            self.say(f"replug {self.reader}")
        elif how == "open-lost":  # one answer of the opening is lost: which one decides whether libnfc survives it
            self.say(f"unplug {self.reader}")
            harness.wait_until(lambda: self.state != "ready", READING_S, f"{self.reader} unplugged")
            self.say(f"fault {self.reader} silence {self.random.randrange(1, 8)}")
            self.say(f"replug {self.reader}")
        else:
            self.signal(signal.SIGSTOP if how == "freeze" else signal.SIGKILL)
            harness.wait_until(lambda: self.restarts > before, READING_S, f"{self.reader} restarted")
        self.wait_ready()
        self.say(f"fault {self.reader} none")

    def revive(self):
        self.say(f"unplug {self.reader}")
        harness.wait_until(lambda: self.state != "ready", READING_S, f"{self.reader} unplugged")
        self.say(f"replug {self.reader}")
        self.wait_ready()

    def at_the_field(self, step, index):
        """A card at a SAM or NFC reader."""
        name, (what, _, times) = self.reader, step.legend.partition(" x")
        if what in ("unplug", "open-lost", "freeze", "kill"):
            self.lose(what)
        if times:
            self.say(f"fault {name} {what} {times} reads")
        if what == "mute":
            self.say(f"fault {name} mute 1")
        if what == "endless":
            before = self.restarts
            self.say(f"fault {name} mi 0")
            self.say(f"present {name} {self.card(index)}")
            harness.wait_until(lambda: self.restarts > before, READING_S, f"{name} ended for looping")
            self.say(f"remove {name}")
            self.say(f"fault {name} none")
            self.wait_ready()
            return
        self.say(f"present {name} " + ("two-cards" if what == "two-cards" else self.card(index)))
        if step.readings:
            self.expect_reading(index, step.legend)
        else:
            self.expect_complaint(step.legend, 0.8)
        self.say(f"remove {name}")
        self.say(f"fault {name} none")
        if what == "mute":
            self.revive()
        time.sleep(0.12 if self.driver == "sam" else 0.2)  # the reader sees that the card has gone

    def at_the_scanner(self, step, index):
        name, (what, _, times) = self.reader, step.legend.partition(" x")
        if what in ("unplug", "freeze", "kill"):
            self.lose(what)
        if what == "truncate" and not self.knows_endings:
            self.say(f"scan {name} {self.code((index + 1) % POOL)}")
            self.expect_reading((index + 1) % POOL, "a whole scan first")
            self.account["presentations"] += 1
            self.account["valid"] += 1
        if times or what == "mute":
            self.say(f"fault {name} {what} 1")
        if what == "bursts":
            self.say(f"option {name} chunk 61")
        if what == "crlf":
            self.say(f"option {name} separator crlf")
        content = {"empty": '""', "too-large": "41" * 3500}.get(what) or self.code(index)
        self.say(f"scan {name} {content} 300")
        if step.readings:
            self.expect_reading(index, step.legend)
            self.knows_endings = True
        else:
            self.expect_complaint(step.legend, 0.3 if what == "mute" else 3.0)
        if what == "mute":
            self.revive()
        for option in {"bursts": ("chunk 0",), "crlf": ("separator cr",)}.get(what, ()):
            self.say(f"option {name} {option}")
        time.sleep(0.025)  # nobody scans more than 50 codes a second

    def plan(self):
        """Every step comes at some station of the driver, however few presentations there are."""
        steps = []
        for at, step in enumerate(STEPS[self.driver]):
            least = 1 if at % self.n_alike == self.rank else 0
            steps += [step] * max(least, round(self.count * step.share / 1000))
        self.random.shuffle(steps)
        places = set(self.random.sample(range(self.count), len(steps)))
        left = iter(steps)
        return [next(left) if at in places else PLAIN for at in range(self.count)]

    def run(self):
        try:
            self.wait_ready()
            for at, step in enumerate(self.plan()):
                self.expect_nothing_more("between two presentations")
                self.account["presentations"] += 1
                self.account["valid" if step.readings else "invalid"] += 1
                self.by_step[step.legend] += 1
                (self.at_the_scanner if self.driver == "scanner" else self.at_the_field)(step, at % POOL)
            time.sleep(2.5)
            self.expect_nothing_more("at the end")
        except Exception as error:  # pylint: disable=broad-except
            self.trouble = f"{self.reader}, presentation {self.account['presentations']}: {type(error).__name__}: {error}"

    def close(self):
        self.rig.close()


def family(pid):
    """A process and all that come of it: a reader may be a guard and the driver under it."""
    found = [pid]
    for parent in found:
        try:
            for task in pathlib.Path(f"/proc/{parent}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


class Figures(threading.Thread):
    """Memory (KiB) and descriptors of the daemon and each reader, once a second."""

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

    def run(self):
        while not self.stopping.wait(1.0):
            for name in ["", *(station.reader for station in self.stations if station.state == "ready")]:
                try:
                    pid = self.pid if name == "" else self.process_of(name)
                    members = [self.look(each) for each in (family(pid) if name else [pid])] if pid else []
                    if members and all(kib for kib, _ in members):
                        self.samples[name].append(tuple(sum(column) for column in zip(*members)))
                except (FileNotFoundError, ProcessLookupError, PermissionError):
                    pass

    def stop(self):
        self.stopping.set()
        self.join()
