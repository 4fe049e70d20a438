"""Campus cards, phones and wallets at a plain NFC reader: the real libnfc over an emulated PN532, the real paihao-reader,
with and without the daemon."""

import json
import os
import shutil
import subprocess
import threading
import time
import unittest

import emulated
import harness

UIDS = ("deadbeef", "04a1b2c3d4e5f6", "04112233445566778899")
METHODS = ("auto", "list", "raw")


class Reading:
    """paihao-reader by hand: its lines, as they come."""

    def __init__(self, device, method):
        self.process = subprocess.Popen([harness.BUILD / "paihao-reader", "--driver", "nfc", "--device", device,
                                         "--method", method, "--show"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, encoding="utf-8")
        self.lines = []
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        for text in self.process.stdout:
            with self.changed:
                self.lines.append(json.loads(text))
                self.changed.notify_all()

    def events(self):
        """What was presented: the serial of a reading, the code of a fault."""
        with self.changed:
            return [line.get("serial") or line["code"] for line in self.lines if line["type"] in ("reading", "fault")]

    def media(self):
        with self.changed:
            return [line["medium"] for line in self.lines if line["type"] == "reading"]

    def wait_ready(self):
        harness.wait_until(lambda: any(line["type"] == "state" and line["state"] == "ready" for line in self.lines),
                           what="the reader is ready")

    def wait_events(self, expected, what):
        try:
            harness.wait_until(lambda: len(self.events()) >= len(expected), 5)
        except AssertionError:
            raise AssertionError(f"{what}: {self.events()}, not {expected}") from None

    def close(self):
        if self.process.stdout.closed:
            return
        self.process.terminate()
        self.process.wait(10 * harness.PATIENCE)
        self.thread.join(5)
        self.process.stdin.close()
        self.process.stdout.close()


class ByHandTest(unittest.TestCase):
    """Three readers, one for each way of finding cards; each card is laid on all of them, and all must tell the same."""

    def setUp(self):
        self.rig = emulated.Rig(pn532=METHODS, options=["--fast"])
        self.addCleanup(self.rig.close)
        self.readings = {}
        for method in METHODS:
            self.readings[method] = Reading(f"pn532_uart:{self.rig.path(method)}", method)
            self.addCleanup(self.readings[method].close)
        for reading in self.readings.values():
            reading.wait_ready()

    def on_all(self, command):
        verb, _, cards = command.partition(" ")
        for method in METHODS:
            self.rig.command(f"{verb} {method} {cards}")

    def let_look(self, commands):
        """Until each reader has given its chip that many commands: its rounds are counted, not the time."""
        def commands_of(method):
            return self.rig.command(f"stats {method}")["commands"]
        wanted = {method: commands_of(method) + commands for method in METHODS}
        harness.wait_until(lambda: all(commands_of(method) >= wanted[method] for method in METHODS), 20, "rounds")

    def stay(self, cards, commands=14):
        """Lays cards there and takes them away; 40 commands are more than three rounds over an empty field."""
        self.on_all(f"present {cards}")
        self.let_look(commands)
        self.on_all("remove")
        self.let_look(40)

    def expect(self, expected, media=None):
        """Each of them told exactly this, and is the process it was."""
        for method, reading in self.readings.items():
            reading.wait_events(expected, method)
            if media:
                self.assertEqual(reading.media(), media, method)
        self.let_look(40)  # nothing more comes
        for method, reading in self.readings.items():
            self.assertEqual(reading.events(), expected, method)
            self.assertIsNone(reading.process.poll(), method)

    def test_uids_of_every_size_once_each(self):
        for uid in UIDS:
            self.stay(f"uid {uid}")
        self.stay("chip 1122334455667788")
        self.stay(f"uid {UIDS[0]}")
        self.expect([*UIDS, "1122334455667788", UIDS[0]], ["campus_card"] * 3 + ["chip", "campus_card"])

    def test_two_cards_are_named_and_none_is_read(self):
        self.stay(f"uids {UIDS[0]} {UIDS[1]}", 40)
        for i in range(4):  # at any moment of the readers' rounds
            time.sleep(0.017 * i)
            self.stay(f"wallet {UIDS[1]}", 40)
        self.expect(["two-cards"] * 5)
        self.on_all(f"present wallet {UIDS[1]}")
        self.let_look(40)
        self.on_all(f"present uid {UIDS[1]}")
        self.expect(["two-cards"] * 6 + [UIDS[1]])

    def test_a_second_card_beside_one_that_was_read_is_named(self):
        """Whatever lies there and whatever comes beside it: two cards, and no reading of the second until it is alone."""
        one, other, uid, second = "1122334455667788", "8877665544332211", UIDS[0], UIDS[1]
        expected = []
        for first, both, later in ((f"chip {one}", f"chips {one} {other}", f"chip {other}"),
                                   (f"chip {one}", f"mixed {one} {uid}", f"uid {uid}"),
                                   (f"uid {uid}", f"mixed {one} {uid}", f"chip {one}"),
                                   (f"uid {uid}", f"uids {uid} {second}", f"uid {second}")):
            for step, told in ((first, first.split()[1]), (both, "two-cards"), (first, None), (both, "two-cards"),
                               (later, later.split()[1])):
                with self.subTest(first=first, step=step):
                    self.on_all(f"present {step}")
                    expected += [told] if told else []
                    for method, reading in self.readings.items():
                        reading.wait_events(expected, method)
                    self.let_look(30)
                    self.expect(expected)
            self.on_all("remove")
            self.let_look(40)

    def test_a_phone_is_refused_once(self):
        self.stay("uid 08010203", 40)
        self.stay("uid 08a0b0c0")
        self.stay(f"uid {UIDS[0]}")
        self.expect(["random-uid", "random-uid", UIDS[0]])

    def test_answers_to_rats_are_never_asked_for(self):
        """libnfc 1.8.0 crashes on a TL of zero, and a card whose ATS is cut short would not be found."""
        for ats in ("00", "0675778102", "ff"):
            self.stay(f"uid {UIDS[1]} {ats}")
        self.expect([UIDS[1]] * 3)

    def test_faults_of_the_wire_give_no_false_reading(self):
        for fault in ("dcs", "lcs", "truncate", "noack", "error", "dup"):
            self.on_all_fault(fault)
            self.stay(f"uid {UIDS[1]}", 40)
        self.expect([UIDS[1]] * 6)

    def on_all_fault(self, fault):
        for method in METHODS:
            self.rig.command(f"fault {method} {fault} 1 reads")


class UnderTheDaemonTest(unittest.TestCase):
    def setUp(self):
        self.rig = emulated.Rig(pn532=["chip"], options=["--fast"])
        self.addCleanup(self.rig.close)
        reader = harness.Reader("chip", "nfc", f"pn532_uart:{self.rig.path('chip')}")
        self.daemon = harness.Daemon([harness.Lane("A", "E201", 0, (reader,))])
        self.addCleanup(self.daemon.close)
        self.daemon.open_event()
        self.token = self.daemon.token("marshal")
        self.daemon.start()
        self.events = self.daemon.events("A", self.token)
        self.addCleanup(self.events.close)
        harness.wait_until(lambda: any(reader["state"] == "ready" for reader in self.daemon.snapshot("A", self.token)["readers"]))

    def let_leave(self):
        """Until the reader has looked often enough at the empty field."""
        wanted = self.rig.command("stats chip")["commands"] + 40
        harness.wait_until(lambda: self.rig.command("stats chip")["commands"] >= wanted, 20, "rounds")

    def door(self):
        return self.events.wait_for(lambda event: event.event == "door").data

    def test_a_campus_card_gets_a_number_and_is_bound_by_the_marshal(self):
        self.rig.command(f"tap chip uid {UIDS[1]}")
        note = self.door()
        self.assertEqual((note["result"], note["number"]), ("accepted", "A0001"), note)
        ticket = self.daemon.snapshot("A", self.token)["line"][0]
        self.assertEqual((ticket["medium"], ticket["bound"], ticket["name"]), ("campus_card", False, ""))
        who = harness.person(1)
        status, bound = self.daemon.act("A", "A0001", "bind", self.token, {"id_number": who.id_number, "name": who.name})
        self.assertEqual((status, bound["bound"]), (200, True), bound)
        self.let_leave()
        self.rig.command(f"tap chip uid {UIDS[1]}")
        note = self.door()
        self.assertEqual((note["result"], note["number"]), ("already", "A0001"), note)
        status, again = self.daemon.check_in("A", harness.manual(1), self.token)
        self.assertEqual((status, again["number"], again["bound"]), (200, "A0001", True))

    def test_wallets_and_phones_get_no_number(self):
        for cards, code in ((f"wallet {UIDS[0]}", "two-cards"), (f"uids {UIDS[0]} {UIDS[1]}", "two-cards"),
                            ("uid 08010203", "random-uid")):
            self.rig.command(f"present chip {cards}")
            note = self.door()
            self.assertEqual((note["result"], note["number"], note["code"]), ("refused", None, code), note)
            self.assertTrue(note["message"]["zh"] and note["message"]["en"])
            self.rig.command("remove chip")
            self.let_leave()
        self.assertEqual(self.daemon.snapshot("A", self.token)["counts"]["issued"], 0)


@unittest.skipUnless(shutil.which("umockdev-run"), "needs umockdev")
class Acr122Test(unittest.TestCase):
    """The real libnfc, its driver acr122_usb and its libusb 0.1 over an emulated USB device: CCID around a PN532."""

    def setUp(self):
        self.bus = emulated.Bus(kind="acr122")
        self.addCleanup(self.bus.close)

    def reader(self, method):
        process = subprocess.Popen([harness.BUILD / "paihao-reader", "--driver", "nfc", "--device", "acr122_usb", "--method", method],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=os.environ | self.bus.environment)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        self.wait(process, lambda line: line.get("state") == "ready")
        return process

    @staticmethod
    def wait(process, what, lines=30):
        for _ in range(lines):  # a heartbeat comes every second
            line = json.loads(process.stdout.readline())
            if what(line):
                return line
        raise AssertionError("nothing of the kind")

    def test_cards_are_read_by_each_method(self):
        for method in ("auto", "list", "raw"):
            with self.subTest(method):
                process = self.reader(method)
                for card, medium, serial in (("chip 0102030405060708", "chip", "0102030405060708"),
                                             ("uid 04a1b2c3d4e5f6", "campus_card", "04a1b2c3d4e5f6"),
                                             ("chip 1112131415161718", "chip", "1112131415161718")):
                    self.bus.command(f"present {card}")
                    line = self.wait(process, lambda line: line["type"] != "heartbeat")
                    self.assertEqual((line["type"], line.get("medium"), line.get("serial")), ("reading", medium, serial))
                    self.bus.command("remove")
                    time.sleep(0.8)
                self.bus.command("present two-cards" if method != "list" else "present uids 04a1b2c3 05a1b2c3")
                self.assertEqual(self.wait(process, lambda line: line["type"] != "heartbeat").get("code"), "two-cards")
                self.bus.command("remove")
                process.terminate()
                self.assertEqual(process.wait(10 * harness.PATIENCE), 0)

    def test_unplugged_and_plugged_again(self):
        process = self.reader("auto")
        self.bus.command("unplug")
        self.wait(process, lambda line: line.get("state") == "absent")
        self.bus.command("replug")
        self.wait(process, lambda line: line.get("state") == "ready")
        self.bus.command("present chip 0102030405060708")
        self.assertEqual(self.wait(process, lambda line: line["type"] == "reading")["serial"], "0102030405060708")


if __name__ == "__main__":
    os.environ.setdefault("LIBNFC_LOG_LEVEL", "0")
    unittest.main(verbosity=2)
