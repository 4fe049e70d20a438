"""Readers under the daemon: emulated devices on ptys, the real paihao-reader, the real libnfc, the real paihaod.

Killed, frozen and unplugged readers lose nothing and heal; manual entry goes on meanwhile; what libnfc cannot bear takes
down one process only; bad cards and scans tell the person at the door what is wrong and issue nothing."""

import os
import pathlib
import re
import signal
import time
import unittest

import emulated
import harness

DRIVERS = {"door": "sam", "chip": "nfc", "gun": "scanner"}
HEAL = 5.0  # seconds from the device's return to a reader that is ready


class ReadersTest(unittest.TestCase):
    def setUp(self):
        self.rig = emulated.Rig(sam=["door"], pn532=["chip"], scanner=["gun"], options=["--fast"])
        self.addCleanup(self.rig.close)
        devices = {"door": f"serial:{self.rig.path('door')}", "chip": f"pn532_uart:{self.rig.path('chip')}",
                   "gun": f"serial:{self.rig.path('gun')}"}
        readers = tuple(harness.Reader(name, DRIVERS[name], devices[name]) for name in DRIVERS)
        self.daemon = harness.Daemon([harness.Lane("A", "E201", 0, readers)])
        self.addCleanup(self.daemon.close)
        self.daemon.open_event()
        self.token = self.daemon.token("marshal")
        self.daemon.start()
        self.events = self.daemon.events("A", self.token)
        self.addCleanup(self.events.close)
        self.people = 0
        self.issued = 0
        for name in DRIVERS:
            self.wait_state(name, "ready", timeout=10)

    # -- what the snapshot says

    def reader(self, name):
        readers = self.daemon.snapshot("A", self.token)["readers"]
        return next((reader for reader in readers if reader["reader"] == name), None)

    def wait_state(self, name, state, code=None, timeout=HEAL, restarts=0):
        def look():
            now = self.reader(name)
            return now if now and now["state"] == state and now["restarts"] >= restarts \
                and (code is None or now["code"] == code) else None
        try:
            return harness.wait_until(look, timeout, f"{name} {state} {code or ''}")
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.reader(name)}\n{self.daemon.log_text()}") from None

    def process_of(self, name):
        """The pid of the paihao-reader of this device."""
        def look():
            for folder in pathlib.Path("/proc").iterdir():
                try:
                    if folder.name.isdigit() and int((folder / "stat").read_text().rpartition(")")[2].split()[1]) \
                            == self.daemon.pid and str(self.rig.path(name)) in (folder / "cmdline").read_text():
                        return int(folder.name)
                except (FileNotFoundError, ProcessLookupError):
                    pass
            return None
        return harness.wait_until(look, what=f"process of {name}")

    # -- people

    def present(self, name):
        """Somebody new, at this reader."""
        self.people += 1
        if name == "door":
            who = harness.person(self.people)
            return self.rig.command(f'tap door id {who.id_number} "{who.name}" LONG')
        if name == "chip":
            return self.rig.command(f"tap chip chip {self.people:016x}")
        return self.rig.command(f"scan gun {f'code of {self.people}'.encode().hex()}")

    def let_look(self, name, times=2):
        """Until the reader has asked its device so often: its rounds are counted, not the time."""
        wanted = self.rig.command(f"stats {name}")["commands"] + times
        harness.wait_until(lambda: self.rig.command(f"stats {name}")["commands"] >= wanted, 20, "rounds")

    def door(self, name, besides=None):
        """What is told next of this reader, besides what may be told once more."""
        return self.events.wait_for(lambda event: event.event == "door" and event.data["reader"] == name
                                    and (besides is None or event.data["code"] != besides)).data

    def expect_number(self, name, besides=None):
        """Somebody new gets exactly the next number at this reader."""
        self.present(name)
        note = self.door(name, besides)
        self.issued += 1
        self.assertEqual((note["result"], note["number"]), ("accepted", f"A{self.issued:04d}"), note)
        return note["number"]

    def expect_manual(self):
        self.people += 1
        status, ticket = self.daemon.check_in("A", harness.manual(self.people), self.token)
        self.issued += 1
        self.assertEqual((status, ticket["number"]), (201, f"A{self.issued:04d}"), ticket)

    def expect_refusal(self, name, code):
        note = self.door(name)
        self.assertEqual((note["result"], note["number"], note["code"]), ("refused", None, code), note)
        self.assertTrue(note["message"]["zh"] and note["message"]["en"])
        self.assert_issued()

    def assert_issued(self):
        self.assertEqual(self.daemon.snapshot("A", self.token)["counts"]["issued"], self.issued)

    # -- the tests

    def test_taps_give_numbers(self):
        for _ in range(3):
            for name in DRIVERS:
                self.expect_number(name)
        self.assert_issued()

    def test_metrics_tell_of_each_reader(self):
        begun = time.time() - 600  # the readers began with the test
        for name in DRIVERS:
            self.expect_number(name)
        self.rig.command("unplug gun")
        self.wait_state("gun", "absent")
        text = self.daemon.http("GET", "/metrics")[2].decode()

        def is_alive_lately(name):
            nonlocal text
            text = self.daemon.http("GET", "/metrics")[2].decode()
            return figure("paihao_reader_heartbeat_age_seconds", name) < 3

        def figure(name, reader, more=""):
            found = re.search(rf'(?m)^{name}\{{lane="A",reader="{reader}",driver="{DRIVERS[reader]}"{more}\}} (\S+)$', text)
            self.assertIsNotNone(found, f"{name} of {reader}")
            return float(found[1])

        for name in DRIVERS:
            states = {state: figure("paihao_reader_state", name, f',state="{state}"')
                      for state in ("absent", "opening", "ready", "error")}
            self.assertEqual(states, dict.fromkeys(states, 0) | {"absent" if name == "gun" else "ready": 1})
            self.assertEqual(figure("paihao_reader_readings_total", name), 1)
            self.assertEqual(figure("paihao_reader_faults_total", name), 0)
            self.assertIn(f'paihao_reader_restarts_total{{lane="A",reader="{name}",driver="{DRIVERS[name]}"}} 0\n', text)
            harness.wait_until(lambda one=name: is_alive_lately(one), what=f"a heartbeat of {name}")
            self.assertTrue(begun <= figure("paihao_reader_state_since_timestamp_seconds", name) <= time.time())

    def test_killed_readers_are_back_at_once(self):
        for name in DRIVERS:
            number = self.expect_number(name)
            os.kill(self.process_of(name), signal.SIGKILL)
            self.expect_manual()
            self.wait_state(name, "ready", restarts=1)
            self.expect_number(name)
            self.assertIn(number, [ticket["number"] for ticket in self.daemon.snapshot("A", self.token)["line"]])
        self.assert_issued()

    def test_frozen_readers_are_replaced(self):
        for name in DRIVERS:
            self.expect_number(name)
        for name in DRIVERS:
            os.kill(self.process_of(name), signal.SIGSTOP)
        self.expect_manual()
        seen = {}
        while len(seen) < len(DRIVERS):
            note = self.events.wait_for(lambda event: event.event == "reader" and event.data["state"] == "error", 8).data
            seen[note["reader"]] = note["code"]
        self.assertEqual(set(seen.values()), {"reader-silent"})
        self.expect_manual()
        for name in DRIVERS:
            self.wait_state(name, "ready", restarts=1)
            self.expect_number(name)
        self.assert_issued()

    def test_unplugged_readers_are_seen_and_heal(self):
        for name in DRIVERS:
            self.expect_number(name)
            self.rig.command(f"unplug {name}")
            gone = self.wait_state(name, "absent")
            self.assertEqual(gone["code"], "device-absent")
            self.expect_manual()
            for other in set(DRIVERS) - {name}:
                self.expect_number(other)
            self.rig.command(f"replug {name}")
            self.wait_state(name, "ready", timeout=HEAL)
            self.expect_number(name)
        self.assert_issued()

    def test_abort_inside_libnfc_takes_one_process_only(self):
        self.expect_number("chip")
        self.rig.command("fault chip nad 1")
        note = self.events.wait_for(lambda event: event.event == "reader" and event.data["state"] == "error", 8).data
        self.assertEqual((note["reader"], note["code"], note["detail"]), ("chip", "reader-died", "signal ABRT"))
        self.expect_number("door")
        self.wait_state("chip", "ready", restarts=1)
        self.expect_number("chip")
        self.assert_issued()

    def test_endless_loop_inside_libnfc_is_ended_from_outside(self):
        self.rig.command("fault chip mi 0")
        note = self.events.wait_for(lambda event: event.event == "reader" and event.data["state"] == "error", 10).data
        self.assertEqual((note["reader"], note["code"]), ("chip", "reader-silent"))
        self.expect_number("gun")
        self.expect_manual()
        self.rig.command("fault chip none")
        self.wait_state("chip", "ready", timeout=2 * HEAL, restarts=1)  # a process may just have begun to spin
        self.expect_number("chip")
        self.assert_issued()

    def test_two_cards(self):
        self.rig.command("present chip two-cards")
        self.expect_refusal("chip", "two-cards")
        self.rig.command("remove chip")
        self.expect_number("chip")
        self.rig.command("present door two-cards")  # a SAM finds neither and says nothing
        self.let_look("door", 3)
        self.rig.command("remove door")
        self.expect_number("door")
        self.assert_issued()

    def test_bad_sam_frames(self):
        # a reader does not repeat the same fault within 2 s: no two equal codes in a row
        # for as long as the card lies there, which is as long as it takes; but who is silent for ever is taken for gone
        for kind, code in (("checksum 0", "frame-garbled"), ("status41 0", "card-unreadable"),
                           ("truncate 0", "frame-garbled"), ("silence 2", "no-answer")):
            with self.subTest(kind):
                self.rig.command(f"fault door {kind} reads")
                who = harness.person(1000)
                self.rig.command(f'present door id {who.id_number} "{who.name}" LONG')
                self.expect_refusal("door", code)
                self.rig.command("remove door")
                self.rig.command("fault door none")
                self.expect_number("door", besides=code)

    def test_one_bad_frame_is_read_again(self):
        self.rig.command("fault door checksum 1 reads")
        self.expect_number("door")
        self.assert_issued()

    def test_bad_scans(self):
        self.expect_number("gun")
        self.rig.command('scan gun ""')
        self.expect_refusal("gun", "empty-scan")
        self.rig.command("scan gun " + "41" * 10240)
        self.expect_refusal("gun", "too-large")
        self.expect_number("gun")
        self.rig.command("scan gun " + "42" * 2953)  # the largest QR code there is
        self.assertEqual(self.door("gun")["result"], "accepted")

    def test_closed_lane_refuses_at_the_door(self):
        self.daemon.tool("session", "close", "--lane", "A")
        self.present("gun")
        self.expect_refusal("gun", "session-closed")

    def test_readers_die_with_the_daemon(self):
        pids = [self.process_of(name) for name in DRIVERS]
        self.daemon.kill()
        harness.wait_until(lambda: not any(is_alive(pid) for pid in pids), what="all readers gone")

    def test_stop_is_orderly_and_the_log_holds_no_person(self):
        before = self.daemon.log_text().count("\n")
        for _ in range(3):
            for name in DRIVERS:
                self.expect_number(name)
        pids = [self.process_of(name) for name in DRIVERS]
        self.assertEqual(self.daemon.stop(), 0)
        self.assertFalse(any(is_alive(pid) for pid in pids))
        log = self.daemon.log_text()
        for i in range(1, self.people + 1):
            for secret in (*harness.person(i), f"{i:016x}", f"code of {i}"):
                self.assertNotIn(secret, log)
        self.assertIn("listening on http://", log)
        self.assertLess(log.count("\n") - before, self.people, log)  # states, but no line for each person
        self.daemon.tool("journal", "verify")


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


if __name__ == "__main__":
    unittest.main(verbosity=2)
