"""Codes before the scanners of the soak, on a serial line and as a keyboard, and what may go wrong with each."""

import struct
import time

import emulated
import evdev_test
import harness
import scans_test
from soak import READING_S, Station, Step

# "halves": 350 ms apart. "tail": the other half of a scan that was cut off, with its ending, behind the refusal of the first.
SCANNER_STEPS = (
    Step("dup", 10, 1), Step("bursts", 10, 1), Step("halves", 5, 1), Step("crlf", 10, 1), Step("id-number", 5, 1),
    Step("passport", 5, 1), Step("truncate", 3, 0), Step("unplug truncate", 2, 0), Step("tail", 3, 0), Step("empty", 5, 0),
    Step("too-large", 5, 0), Step("wrong-digit", 5, 0), Step("wrong-mrz-digit", 5, 0), Step("short-mrz", 10, 0),
    Step("one-line", 2, 0), Step("mute", 1, 0), Step("unplug", 2, 1), Step("freeze", 1, 1), Step("kill", 1, 1))
KEYBOARD_STEPS = (
    Step("dup", 10, 1), Step("bursts", 10, 1), Step("halves", 5, 1), Step("truncate", 3, 0), Step("unplug truncate", 2, 0),
    Step("tail", 3, 0), Step("garbled", 5, 0), Step("overrun", 5, 0), Step("empty", 5, 0), Step("too-large", 5, 0),
    Step("unplug", 3, 1), Step("unplug-inside", 3, 1), Step("freeze", 1, 1), Step("kill", 2, 1))
REFUSALS = {"truncate": "scan-cut-off", "unplug truncate": "scan-cut-off", "tail": "scan-cut-off", "empty": "empty-scan",
            "too-large": "too-large", "wrong-digit": "bad-id-number", "wrong-mrz-digit": "bad-mrz", "short-mrz": "bad-mrz",
            "one-line": "mrz-line-missing", "garbled": "scan-garbled", "overrun": "scan-garbled"}
NOTHING = '""'  # to the emulator
TAIL_S = 1.3  # after the first half
HALVES_S = 0.35
AGAIN_S = 0.4  # an ending sooner behind another says nothing to whoever is told of them
SCANS_MOST = 5
FORGOTTEN_S = 3.1  # after a scan that was cut off, one that begins otherwise is no longer taken for its tail


class CodeStation(Station):
    """Codes are shown to it, all with the same beginning. A kind of it has make_code(index), send_half(code) and
    send_rest(code) of one scan, show(what, index), which gives who that is, and spoil(what, index)."""

    driver = "scanner"

    def __init__(self, *more):
        super().__init__(*more)
        self.codes = {}

    def code(self, index):
        if index not in self.codes:
            self.codes[index] = self.make_code(index)
        return self.codes[index]

    def plan(self):
        """A scan that is cut off comes first, when nothing is known yet of how this scanner ends them."""
        steps = super().plan()
        first = next((at for at, step in enumerate(steps) if step.legend == "truncate"), 0)
        steps[0], steps[first] = steps[first], steps[0]
        return steps

    def cut_off(self, what, index):
        """Half a scan, and perhaps its tail."""
        begun = time.monotonic()
        self.send_half(self.code(index))
        self.expect_refusal(what, REFUSALS[what])
        if what == "tail":
            time.sleep(max(0.0, begun + TAIL_S - time.monotonic()))
            self.send_rest(self.code(index))
            self.expect_refusal(what, REFUSALS[what])

    def present(self, step, index):
        what = step.legend
        if what in ("unplug", "unplug truncate", "freeze", "kill"):
            self.lose(what.partition(" ")[0])
        if step.readings:
            self.expect_reading(self.show(what, index), what)
        elif what in ("truncate", "unplug truncate", "tail"):
            self.cut_off(what, index)
        else:
            self.spoil(what, index)
            if what in REFUSALS:
                self.expect_refusal(what, REFUSALS[what])
        time.sleep(0.025)  # nobody scans more than 50 codes a second


class ToldReader(harness.Reader):
    """`method` is more of its text."""

    def text(self):
        return f'  reader "{self.name}" {{ driver = "{self.driver}" device = "{self.device}" {self.method} }}\n'


class ScannerStation(CodeStation):
    """A scanner on a serial line; any byte may stand in a code. It takes ID numbers and passports, too, so that what is nearly
    one is no code. Nobody has told it how scans end."""

    title, steps = "scanner", SCANNER_STEPS
    usual = {"chunk": 0, "gap_us": 0, "separator": "cr"}

    def __init__(self, name, *more):
        super().__init__(name, *more)
        self.emulator = emulated.Rig(scanner=[name], options=["--fast"])
        self.config = ToldReader(name, self.driver, f"serial:{self.emulator.path(name)}",
                                 'accepts = {"capture_code", "id_number", "mrz"}')
        self.cut_off_at = 0.0  # when the last scan was, 0 when it was not

    def make_code(self, index):
        """In hexadecimal digits."""
        size = self.random.choice((40, 200, 700, 2953))
        code = bytes(self.random.choice((0, 9, 32, 65, 128, 254)) if i % 3 else self.random.randrange(14, 256) for i in range(size))
        return (f"{self.reader} {index} ".encode() + code)[:size].hex()

    def id_number(self, index):
        return harness.person(self.first_person + index).id_number

    def passport(self, index):
        return scans_test.passport(f"T{self.first_person + index:06}", "991231")

    def scan(self, code):
        self.cut_off_at = 0.0
        self.say("scan", f'{code or NOTHING} 2000')

    def scan_text(self, text):
        """It does not begin as the codes do."""
        time.sleep(max(0.0, self.cut_off_at + FORGOTTEN_S - time.monotonic()))
        for _ in range(SCANS_MOST):
            self.scan(text.encode().hex())
            if "\r" not in text or not self.is_garbled():
                break
            time.sleep(0.6)

    def is_garbled(self):
        """Lines that come while the reader's process is held up might be two scans to it; then people scan again."""
        note = self.next_note(READING_S * harness.PATIENCE)
        if note and note["code"] == "scan-garbled":
            self.account["complaints"] += 1
            return True
        if note:
            self.notes.put(note)
        return False

    def send_half(self, code):
        self.say("fault", "truncate 1")
        self.say("scan", f"{code} 300")

    def send_rest(self, code):
        self.scan(code[len(code) // 4 * 2:])

    def cut_off(self, what, index):
        super().cut_off(what, index)
        self.cut_off_at = 0.0 if what == "tail" else time.monotonic()

    def near_miss(self, what, index):
        """A text that is nearly an ID number or a passport; one place in it is wrong."""
        other = lambda digit: self.random.choice([c for c in "0123456789" if c != digit])
        lines = self.passport(index)
        if what == "wrong-digit":
            number = self.id_number(index)
            return number[:17] + other(number[17])
        if what == "wrong-mrz-digit":  # of the number, the birthday, the expiry, or one of their check digits
            at = self.random.choice([at for at in range(28) if lines[1][at].isdigit()])
            return lines[0] + "\r" + lines[1][:at] + other(lines[1][at]) + lines[1][at + 1:]
        if what == "short-mrz":
            short, at = self.random.randrange(2), self.random.randrange(44)
            lines[short] = lines[short][:at] + lines[short][at + 1:]
            return "\r".join(lines)
        return lines[self.random.randrange(2)]

    def show(self, what, index):
        if what == "id-number":
            self.scan_text(self.id_number(index))
            return what, index
        if what == "passport":
            self.scan_text(self.random.choice(("", "\r", "\r\n")).join(self.passport(index)))
            return what, index
        code = self.code(index)
        options = {"bursts": {"chunk": 61, "gap_us": 2000}, "crlf": {"separator": "crlf"},
                   "halves": {"chunk": len(code) // 4 + 1, "gap_us": round(HALVES_S * 1e6)}}.get(what, {})
        for name, value in options.items():
            self.say("option", f"{name} {value}")
        if what == "dup":
            self.say("fault", "dup 1")
        self.scan(code)
        for name in options:
            self.say("option", f"{name} {self.usual[name]}")
        return index

    def spoil(self, what, index):
        if what == "mute":
            self.say("fault", "mute 1")
            self.say("scan", f"{self.code(index)} 300")
            self.expect_complaint(what, 0.3)
            self.lose("unplug")
        elif what in ("empty", "too-large"):
            self.scan("" if what == "empty" else "41" * 3500)
        else:
            self.scan_text(self.near_miss(what, index))


class KeyboardStation(CodeStation):
    """A scanner that types, before the real libevdev. Its reader is told how scans end, so that one that is typed with long
    pauses is still one, and has no rules of what they may be."""

    title, steps = "scanner that types", KEYBOARD_STEPS

    def __init__(self, name, *more):
        super().__init__(name, *more)
        self.emulator = emulated.Bus(evdev_test.DESCRIPTION, evdev_test.ioctls(range(1, 128)))
        self.config = ToldReader(name, self.driver, f"evdev:{evdev_test.NODE}", 'separator = "cr"')

    def make_code(self, index):
        alphabet = sorted(set(evdev_test.KEYS) - set("\n\t"))
        size = self.random.choice((20, 20, 60, 200, 700, 2953))
        return (f"{self.reader} {index} " + "".join(self.random.choices(alphabet, k=size)))[:size]

    @staticmethod
    def event(kind, code, value):
        return struct.pack("=qqHHi", 0, 0, kind, code, value)

    def strokes(self, text):
        """What the kernel reports of a keyboard that types this."""
        events = []
        for character in text:
            code, is_shifted = evdev_test.KEYS[character]
            keys = [evdev_test.LEFTSHIFT, code] if is_shifted else [code]
            for value, order in ((1, keys), (0, keys[::-1])):
                for key in order:
                    events += [self.event(evdev_test.KEY, key, value), self.event(evdev_test.SYN, 0, 0)]
        return b"".join(events)

    def type(self, text, extra=b""):
        """Types; `extra` are further events in its middle."""
        half = len(text) // 2
        events = self.strokes(text[:half]) + extra + self.strokes(text[half:])
        answer = self.say("events", events.hex())
        assert answer["read"], "the reader takes no keys"

    def send_half(self, code):
        self.type(code[:len(code) // 2])

    def send_rest(self, code):
        self.type(code[len(code) // 2:] + "\n")

    def spoil(self, what, index):
        code, end = self.code(index), self.event(evdev_test.SYN, 0, 0)
        if what == "garbled":  # a key without a character
            self.type(code + "\n", b"".join(self.event(evdev_test.KEY, evdev_test.F1, value) + end for value in (1, 0)))
        elif what == "overrun":  # the kernel had to drop events
            self.type(code[:len(code) // 2], self.event(evdev_test.SYN, 3, 0) + end)
            time.sleep(0.1)
            self.send_rest(code)
        else:
            time.sleep(AGAIN_S if what == "empty" else 0.0)
            self.type({"empty": "\n", "too-large": "x" * 3500 + "\n"}[what])

    def show(self, what, index):
        code = self.code(index)
        if what == "unplug-inside":
            self.send_half(code)
            self.lose("unplug")
        if what == "halves":
            self.send_half(code)
            time.sleep(HALVES_S)
            self.send_rest(code)
            return index
        if what == "bursts":
            third = len(code) // 3
            for part in (code[:third], code[third:2 * third]):
                self.type(part)
                time.sleep(self.random.uniform(0.05, 0.4))
            code = code[2 * third:]
        self.type(code + "\n" + (code + "\n" if what == "dup" else ""))
        return index
