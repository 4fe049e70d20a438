"""A scanner that poses as a keyboard: the real libevdev and the real paihao-reader over an input device that emulate_bus
emulates. Keys are typed live; what comes out must be the bytes the scanner meant, whatever the pauses and the layout."""

import base64
import json
import os
import pathlib
import select
import struct
import subprocess
import tempfile
import time
import unittest

import emulated
import harness

NODE = "/dev/input/event5"
SYN, KEY = 0, 1
LEFTCTRL, LEFTSHIFT, LEFTALT, ENTER, TAB, F1, SPACE, RIGHTBRACE = 29, 42, 56, 28, 15, 59, 57, 27
KEYPAD = dict(zip("0123456789", (82, 79, 80, 81, 75, 76, 77, 71, 72, 73)))
ROWS = ((2, "1234567890-=", "!@#$%^&*()_+"), (16, "qwertyuiop[]", "QWERTYUIOP{}"), (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
        (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"))
KEYS = {" ": (SPACE, False), "\t": (TAB, False), "\n": (ENTER, False)}
for first, plain, shifted in ROWS:
    for at, (low, high) in enumerate(zip(plain, shifted)):
        KEYS[low], KEYS[high] = (first + at, False), (first + at, True)

DESCRIPTION = f"""P: /devices/platform/scanner/input/input5/event5
N: input/event5
E: DEVNAME={NODE}
E: SUBSYSTEM=input
E: MAJOR=13
E: MINOR=69
A: dev=13:69
"""


def bits(size, numbers):
    """A bit field of the kernel, `size` bytes."""
    field = bytearray(size)
    for number in numbers:
        field[number // 8] |= 1 << number % 8
    return field.hex().upper()


def ioctls(keys):
    """Every query that libevdev 1.13 makes, each with exactly the size it asks with."""
    def text(value):
        return value.encode().ljust(255, b"\0").hex().upper()
    led, nothing = 0x11, bits(8, ())
    return "".join(f"{line}\n" for line in (
        f"@DEV {NODE}", "EVIOCGVERSION 0 01000100", "EVIOCGID 0 0300341202100001",
        f"EVIOCGNAME(0) 19 {text('Test Barcode Scanner')}", f"EVIOCGPHYS(0) 5 {text('usb-1')}",
        f"EVIOCGUNIQ(0) 1 {text('')}", f"EVIOCGPROP(0) 8 {nothing}",
        f"EVIOCGBIT(0) 8 {bits(8, (SYN, KEY, led))}", f"EVIOCGBIT(1) 96 {bits(96, keys)}",
        *(f"EVIOCGBIT({kind}) 8 {nothing}" for kind in (2, 3, 4, 5, 0x12)),
        f"EVIOCGBIT({led}) 8 {bits(8, (0, 1, 2))}", f"EVIOCGBIT(21) 16 {bits(16, ())}",
        f"EVIOCGKEY(0) 96 {bits(96, ())}", f"EVIOCGLED(0) 8 {nothing}", f"EVIOCGSW(0) 8 {nothing}"))


class Scanner:
    """The reader with its emulated device. Keys go in through type() and press(), lines come out of line()."""

    def __init__(self, *options, keys=range(1, 128)):
        self.bus = emulated.Bus(DESCRIPTION, ioctls(keys))
        self.process = subprocess.Popen(
            [harness.BUILD / "paihao-reader", "--driver", "scanner", "--device", f"evdev:{NODE}", *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **self.bus.environment})
        self.events = b""
        self.rest = b""

    def event(self, kind, code, value):
        """struct input_event; its time is not looked at."""
        self.events += struct.pack("=qqHHi", 0, 0, kind, code, value)

    def flush(self):
        """The events go to the device, which lasts until the reader has taken them."""
        answer = self.bus.command(f"events {self.events.hex()} {round(10000 * harness.PATIENCE)}")
        assert answer["read"], "the reader takes no keys"
        self.events = b""

    def press(self, code, *held):
        """One key, while others are held."""
        for each in held:
            self.event(KEY, each, 1)
        for value in (1, 0):
            self.event(KEY, code, value)
            self.event(SYN, 0, 0)
        for each in held:
            self.event(KEY, each, 0)
            self.event(SYN, 0, 0)

    def keys(self, text):
        for character in text:
            code, is_shifted = KEYS[character]
            self.press(code, *([LEFTSHIFT] if is_shifted else []))

    def type(self, text):
        self.keys(text)
        self.flush()

    def line(self, kind, timeout=5.0):
        """The next line of that type."""
        end = time.monotonic() + timeout * harness.PATIENCE
        while True:
            while b"\n" in self.rest:
                first, _, self.rest = self.rest.partition(b"\n")
                line = json.loads(first)
                if line["type"] == kind:
                    return line
            if not select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))[0]:
                raise AssertionError(f"no {kind} in {timeout} s")
            more = os.read(self.process.stdout.fileno(), 65536)
            if not more:
                raise AssertionError(f"the reader ended: {self.process.stderr.read().decode()}")
            self.rest += more

    def state(self, state, timeout=5.0):
        while True:
            line = self.line("state", timeout)
            if line["state"] == state:
                return line

    def scan(self, timeout=5.0):
        line = self.line("reading", timeout)
        assert line["medium"] == "capture_code", line
        return base64.b64decode(line["payload_base64"])

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()
        self.bus.close()


class KeyboardScannerTest(unittest.TestCase):
    def scanner(self, *options, **more):
        scanner = Scanner(*options, **more)
        self.addCleanup(scanner.close)
        return scanner

    def ready(self, *options):
        scanner = self.scanner(*options)
        self.assertEqual(scanner.state("ready")["detail"], "keyboard grabbed")
        return scanner

    def test_text_is_exact(self):
        scanner = self.ready()
        for text in ("Capture-Code:0123456789", "".join(sorted(set(KEYS) - {"\n"})), "x"):
            scanner.type(text + "\n")
            self.assertEqual(scanner.scan(), text.encode())

    def test_largest_code(self):
        text = "".join(sorted(set(KEYS) - set("\n\t")))
        text = (text * 32)[:2953]
        scanner = self.ready("--separator", "cr")
        scanner.type(text + "\n")
        self.assertEqual(scanner.scan(), text.encode())
        scanner.type(text + "xy\n")
        self.assertEqual(scanner.line("fault")["code"], "too-large")

    def test_capture_replays(self):
        """--trace holds the keys; what the tests make of them is what the reader made: a scan, a garbled one, a half one."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "keys.cap"
            os.chmod(folder, 0o755)
            scanner = self.ready("--layout", "de", "--show", "--trace", str(path))
            scanner.type("Code-1\n")
            first = scanner.scan()
            self.assertNotEqual(first, b"Code-1\r")  # another layout
            scanner.keys("bad")
            scanner.press(F1)
            scanner.type("\n")
            self.assertEqual(scanner.line("fault")["code"], "scan-garbled")
            scanner.type("half")
            self.assertEqual(scanner.line("fault")["code"], "scan-cut-off")
            replay = lambda: subprocess.run([harness.BUILD / "tests" / "test_reader_captures", folder],
                                            capture_output=True).returncode
            harness.wait_until(lambda: replay() == 0, what="all of it is written, and replays")
            text = path.read_text()
            self.assertIn(f"= scan {first.hex()}\n", text)
            for was, becomes in (("--layout de", "--layout us"), ("* key 59 1\n", "")):
                path.write_text(text.replace(was, becomes))
                self.assertNotEqual(replay(), 0, was)

    def test_lines_of_one_scan(self):
        """Enter inside a scan belongs to it; the Enter after which nothing comes ends it."""
        scanner = self.ready()
        scanner.type("line 1\nline 2\n")
        self.assertEqual(scanner.scan(), b"line 1\rline 2")
        scanner.type("line 3\n")
        self.assertEqual(scanner.scan(), b"line 3")

    def test_bursts_are_joined_and_half_a_scan_is_none(self):
        def known_for_its_endings():
            scanner = self.ready()
            scanner.type("one\n")
            self.assertEqual(scanner.scan(), b"one")
            return scanner

        def two_bursts(scanner):
            scanner.type("first ")
            time.sleep(0.5)
            scanner.type("second\n")
        scanner, _ = harness.in_time(0.9, two_bursts, known_for_its_endings)
        self.assertEqual(scanner.scan(), b"first second")
        scanner.type("half")
        self.assertEqual(scanner.line("fault")["code"], "scan-cut-off")

    def test_silence_ends_a_scan(self):
        def two_bursts(scanner):
            scanner.type("a\nb")
            time.sleep(0.1)
            scanner.type("c")
        scanner, _ = harness.in_time(0.28, two_bursts, lambda: self.ready("--separator", "silence"))
        self.assertEqual(scanner.scan(), b"a\rbc")

    def test_tab_ends_a_scan(self):
        scanner = self.ready("--separator", "tab")
        scanner.type("a\nb\tc\t")
        self.assertEqual([scanner.scan(), scanner.scan()], [b"a\rb", b"c"])

    def test_layouts(self):
        for layout, expected in (("de", "yz/-"), ("fr", "yw!)")):
            scanner = self.ready("--layout", layout)
            codes = {"de": ((44, ()), (21, ()), (8, (LEFTSHIFT,)), (53, ())),
                     "fr": ((21, ()), (44, ()), (53, ()), (12, ()))}[layout]
            for code, held in codes:
                scanner.press(code, *held)
            scanner.press(ENTER)
            scanner.flush()
            self.assertEqual(scanner.scan(), expected.encode())

    def test_bytes_by_alt_and_control_characters(self):
        scanner = self.ready()
        for number in ("54992", "0233"):
            scanner.event(KEY, LEFTALT, 1)
            for digit in number:
                scanner.press(KEYPAD[digit])
            scanner.event(KEY, LEFTALT, 0)
            scanner.event(SYN, 0, 0)
        scanner.press(RIGHTBRACE, LEFTCTRL)
        scanner.type("x\n")
        self.assertEqual(scanner.scan(), b"\xd6\xd0\xe9\x1dx")

    def test_a_key_without_a_character_spoils_its_scan_only(self):
        scanner = self.ready("--separator", "cr")
        scanner.keys("ab")
        scanner.press(F1)
        scanner.type("cd\nef\n")
        self.assertEqual(scanner.line("fault")["code"], "scan-garbled")
        self.assertEqual(scanner.scan(), b"ef")

    def test_what_cannot_type_is_no_scanner(self):
        scanner = self.scanner(keys=(116,))  # a power button
        self.assertEqual(scanner.state("error")["code"], "wrong-device")


if __name__ == "__main__":
    unittest.main()
