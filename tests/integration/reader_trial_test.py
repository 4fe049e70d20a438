"""A reader tried by hand: captures that replay, the list of likely devices, and what the confined process may still do.

Emulated devices on ptys and the real paihao-reader; people are synthetic."""

import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import time
import unittest

import emulated
import harness

READER = harness.BUILD / "paihao-reader"
REPLAY = harness.BUILD / "tests" / "test_reader_captures"
HEAL = 5.0


class Trial:
    """One paihao-reader, its lines as they come."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([READER, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, bufsize=1)

    def wait_for(self, what, timeout=10.0):
        until = time.monotonic() + timeout * harness.PATIENCE
        while time.monotonic() < until:  # a heartbeat comes every second
            text = self.process.stdout.readline()
            if not text:
                raise AssertionError(f"paihao-reader ended: {self.process.stderr.read()}")
            line = json.loads(text)
            if what(line):
                return line
        raise AssertionError("nothing of the kind")

    def wait_state(self, state, timeout=10.0):
        return self.wait_for(lambda line: line.get("state") == state, timeout)

    def wait_reading(self):
        return self.wait_for(lambda line: line["type"] == "reading")

    def worker(self):
        """The process that works with the device."""
        def look():
            children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            return int(children[0]) if children else None
        return harness.wait_until(look, what="the worker")

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        status = self.process.wait(10 * harness.PATIENCE)
        self.process.stdout.close()
        self.process.stderr.close()
        return status


class TrialTest(unittest.TestCase):
    def setUp(self):
        self.rig = emulated.Rig(sam=["door"], pn532=["chip"], scanner=["gun"], options=["--fast"])
        self.addCleanup(self.rig.close)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="paihao-trial-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.person = harness.person(7)

    def device(self, name):
        return {"door": ("--driver", "sam", "--device", f"serial:{self.rig.path('door')}"),
                "chip": ("--driver", "nfc", "--device", f"pn532_uart:{self.rig.path('chip')}"),
                "gun": ("--driver", "scanner", "--device", f"serial:{self.rig.path('gun')}")}[name]

    def present(self, name):
        if name == "door":
            self.rig.command(f'tap door id {self.person.id_number} "{self.person.name}" LONG')
        elif name == "chip":
            self.rig.command("tap chip chip 0102030405060708")
        else:
            self.rig.command(f"scan gun {'code of a trial'.encode().hex()}")

    def trial(self, name, *more):
        trial = Trial(*self.device(name), *more)
        self.addCleanup(trial.end)
        trial.wait_state("ready")
        return trial

    def capture(self, name, *more, present=None):
        path = self.folder / f"{name}.cap"
        trial = self.trial(name, "--show", "--trace", path, *more)
        (present or self.present)(name)
        trial.wait_reading()
        time.sleep(0.7)
        self.assertEqual(trial.end(), 0)
        return path

    def replay(self):
        return subprocess.run([REPLAY, self.folder], capture_output=True, text=True).returncode

    # -- captures

    def test_sam_capture_replays(self):
        text = self.capture("door").read_text()
        self.assertEqual(self.replay(), 0, text)
        self.assertRegex(text, r"(?m)^= reading id_card " + self.person.id_number)
        record = next(line for line in text.splitlines() if line.startswith("< aaaaaa96690508"))
        # and a replay of another record, or of another outcome, fails: the test can
        (self.folder / "door.cap").write_text(text.replace(record, record[:-1] + ("0" if record[-1] != "0" else "1")))
        self.assertNotEqual(self.replay(), 0)
        (self.folder / "door.cap").write_text(text.replace("= reading id_card", "= reading chip"))
        self.assertNotEqual(self.replay(), 0)

    def test_capture_of_a_device_that_had_to_be_looked_for_replays(self):
        """Its time begins when the device is open: after the waiting, and after four speeds at which it did not answer."""
        self.rig.command("option door line 9600")
        self.rig.command("unplug door")
        path = self.folder / "door.cap"
        trial = Trial(*self.device("door"), "--show", "--trace", path)
        self.addCleanup(trial.end)
        trial.wait_state("absent")
        time.sleep(1.2)
        self.rig.command("replug door")
        self.assertIn("9600 baud", trial.wait_state("ready")["detail"])
        self.present("door")
        trial.wait_reading()
        self.assertEqual(trial.end(), 0)
        text = path.read_text()
        self.assertEqual(self.replay(), 0, text)
        self.assertRegex(text, r"(?m)^# > aaaaaa9669000311ffed$")  # of finding the speed
        self.assertRegex(text, r"(?m)^# opened: 9600 baud$")

    def test_scanner_capture_replays(self):
        text = self.capture("gun").read_text()
        self.assertEqual(self.replay(), 0, text)
        self.assertIn("= scan " + "code of a trial".encode().hex(), text)

    def test_nfc_capture_replays(self):
        for method in ("auto", "list", "raw"):
            with self.subTest(method):
                path = self.capture("chip", "--method", method)
                text = path.read_text()
                self.rig.command("remove chip all")
                self.assertEqual(self.replay(), 0, text)
                self.assertIn("> 0036000008\n", text)
                self.assertIn("< 01020304050607089000\n", text)
                self.assertIn("= reading chip 0102030405060708\n", text)
                for was, becomes in (("< 01020304050607089000", "< 01020304050607089001"),
                                     ("= reading chip 01", "= reading chip 02"), ("= reading chip", "= reading card"),
                                     ("> 0036000008", "> 0036000009")):
                    path.write_text(text.replace(was, becomes, 1))
                    self.assertNotEqual(self.replay(), 0, was)
                path.unlink()

    def test_nfc_capture_of_several_cards_and_of_a_loss_replays(self):
        path = self.folder / "chip.cap"
        trial = Trial(*self.device("chip"), "--show", "--trace", path)
        self.addCleanup(trial.end)
        trial.wait_state("ready")
        for card in ("uid 04a1b2c3d4e5f6", "uid 08010203", "chip 0102030405060708"):
            self.rig.command(f"tap chip {card}")
            trial.wait_for(lambda line: line["type"] in ("reading", "fault"))
            self.rig.command("remove chip all")
            time.sleep(0.7)
        self.rig.command("unplug chip")
        trial.wait_state("absent")
        self.assertEqual(trial.process.wait(10 * harness.PATIENCE), 4)
        text = path.read_text()
        self.assertEqual(self.replay(), 0, text)
        self.assertIn("= reading card 04a1b2c3d4e5f6\n", text)
        self.assertIn("= fault random-uid\n", text)
        self.assertRegex(text, r"(?m)^# lost: ")

    def test_capture_with_addresses_replays(self):
        text = self.capture("door", "--address").read_text()
        self.assertEqual(self.replay(), 0, text)
        self.assertIn("# options: --address\n", text)
        self.assertRegex(text, r"(?m)^= address")

    def test_scanner_capture_with_a_separator_replays(self):
        code = "one\r\nscan".encode()
        self.rig.command("option gun separator none")
        path = self.capture("gun", "--separator", "tab", present=lambda name: self.rig.command(f"scan gun {code.hex()}09"))
        text = path.read_text()
        self.assertEqual(self.replay(), 0, text)
        self.assertIn(f"= scan {code.hex()}\n", text)
        path.write_text(text.replace("--separator tab", "--separator cr"))
        self.assertNotEqual(self.replay(), 0)

    def test_long_capture_replays(self):
        def present(name):
            for n in range(12):
                self.rig.command(f"scan gun {(bytes([65 + n]) * 2900).hex()}")
                time.sleep(0.45)
        path = self.capture("gun", present=present)
        text = path.read_text()
        self.assertGreater(len(text), 2 * 64 * 1024)
        self.assertEqual(text.count("= scan "), 12)
        self.assertEqual(self.replay(), 0)

    def test_capture_file_is_private_and_never_overwrites(self):
        path = self.capture("gun")
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        before = path.read_bytes()
        again = subprocess.run([READER, *self.device("gun"), "--show", "--trace", path], capture_output=True, text=True)
        self.assertEqual(again.returncode, 3)
        self.assertEqual(path.read_bytes(), before)

    def test_capture_needs_show(self):
        path = self.folder / "none.cap"
        for more in ((), ("--show", "--supervised")):
            done = subprocess.run([READER, *self.device("gun"), "--trace", path, *more], stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("--trace", done.stderr)
        self.assertFalse(path.exists())

    def test_terminal_shows_no_whole_number(self):
        """Without --show, of each driver; a pipe carries it all (the other tests read one)."""
        for name, secrets, shown in (("door", (self.person.id_number, self.person.name), self.person.id_number[:6]),
                                     ("chip", ("0102030405060708",), '"0102************"'), ("gun", ("Y29kZSBvZi",), "***")):
            master, slave = os.openpty()
            process = subprocess.Popen([READER, *self.device(name)], stdin=subprocess.DEVNULL, stdout=slave,
                                       stderr=slave)
            os.close(slave)
            text = ""

            def read_until(what):
                nonlocal text
                until = time.monotonic() + 10 * harness.PATIENCE
                while what not in text and time.monotonic() < until:
                    text += os.read(master, 65536).decode()
                self.assertIn(what, text)
            read_until('"state":"ready"')
            self.present(name)
            read_until('"type":"reading"')
            read_until("at_us")
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(10 * harness.PATIENCE), 0)
            os.close(master)
            self.assertIn(shown, text)
            for secret in secrets:
                self.assertNotIn(secret, text)

    # -- confinement

    def test_every_driver_works_confined(self):
        for name in ("door", "chip", "gun"):
            trial = self.trial(name)
            self.present(name)
            trial.wait_reading()
            status = pathlib.Path(f"/proc/{trial.worker()}/status").read_text()
            field = lambda key: re.search(rf"(?m)^{key}:[ \t]*(.*)$", status)[1].split()
            self.assertEqual((field("Seccomp"), field("NoNewPrivs"), field("CapPrm")), (["2"], ["1"], ["0" * 16]))
            if os.geteuid() == 0:
                self.assertEqual(set(field("Uid")), {str(pwd.getpwnam("nobody").pw_uid)})
                self.assertEqual(field("Groups"), [])
            self.assertEqual(trial.end(), 0)

    def test_unplugged_devices_are_opened_by_a_new_process(self):
        for name in ("door", "chip", "gun"):
            trial = self.trial(name)
            before = trial.worker()
            self.rig.command(f"unplug {name}")
            trial.wait_state("absent")
            self.rig.command(f"replug {name}")
            trial.wait_state("ready", HEAL)
            self.assertNotEqual(trial.worker(), before)
            self.present(name)
            trial.wait_reading()
            self.assertEqual(trial.end(), 0)

    def test_a_connection_stays_usable_and_a_new_one_is_another_process(self):
        """tcp: needs no more than the others: the connection is open before, and no second one can be made."""
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        trial = Trial("--driver", "sam", "--device", f"tcp:127.0.0.1:{server.getsockname()[1]}")
        self.addCleanup(trial.end)
        workers = set()
        for _ in range(2):
            server.settimeout(10 * harness.PATIENCE)
            connection = server.accept()[0]
            answers = threading.Thread(target=answer_status, args=(connection,))
            answers.start()
            trial.wait_state("ready")
            workers.add(trial.worker())
            status = pathlib.Path(f"/proc/{trial.worker()}/status").read_text()
            self.assertIn("Seccomp:\t2\n", status)
            connection.shutdown(socket.SHUT_RDWR)
            answers.join()
            trial.wait_for(lambda line: line.get("state") in ("absent", "error"))
        self.assertEqual(len(workers), 2)

    def test_noise_without_end_is_told_and_costs_little(self):
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        trial = Trial("--driver", "sam", "--device", f"tcp:127.0.0.1:{server.getsockname()[1]}")
        self.addCleanup(trial.end)
        server.settimeout(10 * harness.PATIENCE)
        connection = server.accept()[0]
        noise = os.urandom(65536).replace(b"\xaa\xaa\xaa\x96", b"none")

        def make_noise():
            try:
                while True:
                    connection.sendall(noise)
            except OSError:
                pass
        thread = threading.Thread(target=make_noise)
        thread.start()
        self.assertEqual(trial.wait_state("error")["code"], "garbled-answers")
        account = pathlib.Path(f"/proc/{trial.worker()}/stat")
        spent = lambda: sum(map(int, account.read_text().rsplit(")", 1)[1].split()[11:13])) / os.sysconf("SC_CLK_TCK")
        before, began = spent(), time.monotonic()
        time.sleep(2)
        share = (spent() - before) / (time.monotonic() - began)
        self.assertLess(share, 0.5, "who reads all that comes has all of a processor")
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()
        thread.join()

    def test_what_is_no_device_is_refused(self):
        (self.folder / "file").write_text("990101\n")
        os.mkfifo(self.folder / "pipe")
        for path in (self.folder / "file", self.folder / "pipe", "/dev/null", self.folder):
            for driver in ("scanner", "sam"):
                with self.subTest(path, driver=driver):
                    trial = Trial("--driver", driver, "--device", f"serial:{path}", "--baud", "9600")
                    self.addCleanup(trial.end)
                    self.assertEqual(trial.wait_state("error")["code"], "wrong-device")
                    self.assertEqual(trial.end(), 0)

    def test_a_killed_worker_takes_its_keeper_along(self):
        trial = self.trial("gun")
        os.kill(trial.worker(), signal.SIGABRT)
        self.assertEqual(trial.process.wait(10 * harness.PATIENCE), -signal.SIGABRT)

    def test_a_killed_keeper_takes_its_worker_along(self):
        trial = self.trial("gun")
        worker = trial.worker()
        trial.process.kill()
        harness.wait_until(lambda: not pathlib.Path(f"/proc/{worker}").exists() or "State:\tZ" in
                           pathlib.Path(f"/proc/{worker}/status").read_text(), what="the worker's end")

    def test_unknown_user(self):
        done = subprocess.run([READER, *self.device("gun"), "--user", "no-such-user"], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 3)


def answer_status(connection):
    """A SAM without a card: OK to a question for its state or number, else no card."""
    with connection:
        while request := connection.recv(64):
            is_search = request[7:8] == b"\x20"
            connection.sendall(bytes.fromhex("aaaaaa9669000400008084" if is_search else "aaaaaa9669000400009094"))


@unittest.skipIf("asan" in harness.BUILD.name or "tsan" in harness.BUILD.name, "a preloaded library and a sanitizer")
class ListTest(unittest.TestCase):
    """Seven USB devices: SAM, ACR122U, CH340, a CDC scanner, a scanner that types, an office keyboard; and an old port."""

    def run_list(self, *more):
        file = harness.ROOT / "tests" / "data" / "devices" / "door.umockdev"
        return subprocess.run(["umockdev-run", "-d", file, "--", READER, "--list", *more], capture_output=True,
                              text=True, check=True).stdout

    def test_likely_devices_are_found(self):
        by_id = "/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0"
        found = {(one["driver"], one["device"]): one for one in json.loads(self.run_list("--json"))}
        self.assertEqual(set(found), {
            ("sam", "usb:0400:c35a"), ("nfc", "acr122_usb:001"), ("nfc", f"pn532_uart:{by_id}"),
            ("sam", f"serial:{by_id}"), ("scanner", f"serial:{by_id}"), ("scanner", "serial:/dev/ttyACM0"),
            ("scanner", "evdev:/dev/input/by-id/usb-Some_Barcode_Reader-event-kbd")})
        self.assertEqual({one["driver"] for one in found.values() if one["guess"]}, {"sam", "nfc", "scanner"})
        self.assertFalse(found["sam", "usb:0400:c35a"]["guess"])

    def test_lines_are_ready_for_the_configuration(self):
        lines = self.run_list().splitlines()
        self.assertEqual(len(lines), 7)
        sure = [line for line in lines if not line.startswith("#")]
        self.assertEqual(len(sure), 4)
        for line in sure:  # the daemon takes them as they are, but for devices that it cannot know to be there
            self.assertRegex(line, r'^reader "[a-z0-9]+" \{ driver = "(sam|nfc|scanner)" device = "[^"]+" \}  # ')
        readers = "\n".join(sure)
        with tempfile.TemporaryDirectory() as folder:
            config = pathlib.Path(folder) / "paihao.conf"
            config.write_text(f'data_dir = "{folder}/data"\nhttp {{ listen = "127.0.0.1:8100" }}\n'
                              f'lane "A" {{\n room = "E201"\n {readers}\n}}\n')
            done = subprocess.run([harness.BUILD / "paihao", "--config", config, "event", "create", "--name", "x"],
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_list_stands_alone(self):
        for wrong in (("--list", "--driver", "sam"), ("--json",)):
            done = subprocess.run([READER, *wrong], capture_output=True, text=True)
            self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
