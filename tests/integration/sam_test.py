"""SAM readers under the daemon: behind a serial server (tcp:), and on a line whose speed nobody told. All four kinds of
cards; expired cards, which count all the same; a server that goes away and comes back; and a reader tried by hand."""

import json
import subprocess
import unittest

import emulated
import harness

HEAL = 5.0


def field(text, size):
    """UTF-16LE, padded with blanks."""
    data = text.encode("utf-16-le")
    assert len(data) <= size, text
    return data + b" \0" * ((size - len(data)) // 2)


def citizen(name, number, until, kind=" "):
    return (field(name, 30) + field("1", 2) + field("01", 4) + field(number[6:14], 16) + field("测试路1号", 70)
            + field(number, 36) + field("测试市公安局", 30) + field("20200101", 16) + field(until, 16)
            + field("", 28) + field(kind, 2) + field("", 6)).hex()


def foreigner_2017(name, number, until):
    return (field(name, 120) + field("2", 2) + field(number, 30) + field(number[:3], 6) + field("", 30)
            + field("20180101", 16) + field(until, 16) + field("19900101", 16) + field("01", 4) + field("9900", 8)
            + field("I", 2) + field("", 6)).hex()


def foreigner_2023(name, number, until):
    return (field("", 30) + field("2", 2) + field("01", 4) + field(number[6:14], 16) + field(name[:35], 70)
            + field(number, 36) + field("", 30) + field("20231201", 16) + field(until, 16) + field(name[35:], 22)
            + field("UTO", 6) + field("Y", 2) + field("", 6)).hex()


CARDS = [  # what, record, what the page may show of the number, has it expired
    ("citizen", citizen("张测试", "990101199001010019", "长期"), "990101************", False),
    ("Hong Kong, Macao or Taiwan resident, expired", citizen("陈测试", "810000190001010018", "20250101", "J"),
     "810000************", True),
    ("foreigner, 2017", foreigner_2017("TEST, SPECIMEN", "UTO990190010105", "20991231"), "UTO990************", False),
    ("foreigner, 2023", foreigner_2023("TEST, SPECIMEN WITH A VERY LONG NAME HERE", "999999199001010024", "20991231"),
     "999999************", False),
    ("a kind of tomorrow: the number alone", citizen("李测试", "990101199001020022", "20991231", "Z"),
     "990101************", False),
]


class SamTest(unittest.TestCase):
    def setUp(self):
        self.rig = emulated.Rig(sam=["line"], sam_tcp=["net"], options=["--fast"])
        self.addCleanup(self.rig.close)
        self.rig.command("option line line 38400")
        readers = (harness.Reader("net", "sam", self.rig.address("net")),
                   harness.Reader("line", "sam", f"serial:{self.rig.path('line')}"))
        self.daemon = harness.Daemon([harness.Lane("A", "E201", 0, readers)])
        self.addCleanup(self.daemon.close)
        self.daemon.open_event()
        self.token = self.daemon.token("marshal")
        self.daemon.start()
        self.events = self.daemon.events("A", self.token)
        self.addCleanup(self.events.close)
        for name in ("net", "line"):
            self.wait_state(name, "ready", timeout=15)

    def wait_state(self, name, state, timeout=HEAL):
        def look():
            readers = self.daemon.snapshot("A", self.token)["readers"]
            now = next((reader for reader in readers if reader["reader"] == name), None)
            return now if now and now["state"] == state else None
        return harness.wait_until(look, timeout, f"{name} {state}")

    def tap(self, name, record):
        self.assertTrue(self.rig.command(f"tap {name} record {record}")["read"])
        return self.events.wait_for(lambda event: event.event == "door" and event.data["reader"] == name, 10).data

    def test_every_kind_of_card(self):
        for i, (what, record, mask, is_expired) in enumerate(CARDS):
            with self.subTest(what):
                note = self.tap("net", record)
                self.assertEqual((note["result"], note["number"]), ("accepted", f"A{i + 1:04d}"), note)
                self.assertEqual(note.get("note", {}).get("code"), "card-expired" if is_expired else None)
                if is_expired:
                    self.assertTrue(note["note"]["zh"] and note["note"]["en"])
                line = self.daemon.snapshot("A", self.token)["line"]
                self.assertEqual(line[-1]["id_mask"], mask)
        # the same people at the other reader, and a permanent resident's number typed in
        for i, (what, record, _, _) in enumerate(CARDS):
            with self.subTest(what):
                note = self.tap("line", record)
                self.assertEqual((note["result"], note["number"]), ("already", f"A{i + 1:04d}"), note)
        status, ticket = self.daemon.check_in(
            "A", {"medium": "manual", "id_number": "uto990190010105"}, self.token)
        self.assertEqual((status, ticket["number"]), (200, "A0003"), ticket)

    def test_whoever_was_refused_may_try_again_at_once(self):
        """Closed: each tap is answered, however soon it follows; the reader has missed the card once in between."""
        self.daemon.tool("session", "close", "--lane", "A")
        for _ in range(3):
            note = self.tap("net", CARDS[0][1])
            self.assertEqual((note["result"], note["code"]), ("refused", "session-closed"), note)
            wanted = self.rig.command("stats net")["commands"] + 2
            harness.wait_until(lambda: self.rig.command("stats net")["commands"] >= wanted, 20, "the reader has looked again")

    def test_the_state_tells_the_sam_and_the_speed(self):
        for name, words in (("net", "SAM 05.03-20200101-0001234567-0007654321"), ("line", "38400 baud")):
            self.assertIn(words, self.wait_state(name, "ready")["detail"])

    def test_a_serial_server_goes_and_comes_back(self):
        for i in range(2):
            self.rig.command("unplug net")
            self.wait_state("net", "absent")
            self.rig.command("replug net")
            self.wait_state("net", "ready", timeout=HEAL)
            note = self.tap("net", CARDS[i][1])
            self.assertEqual(note["number"], f"A{i + 1:04d}", note)

    def test_trying_a_reader_by_hand(self):
        self.rig.command("unplug net")  # the daemon's reader lets go of the line's server
        rig = emulated.Rig(sam_tcp=["mine"], options=["--fast"])
        self.addCleanup(rig.close)
        process = subprocess.Popen([harness.BUILD / "paihao-reader", "--driver", "sam", "--device", rig.address("mine"),
                                    "--address"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        lines = []
        try:
            def until(kind, **fields):
                for text in process.stdout:
                    lines.append(json.loads(text))
                    if lines[-1]["type"] == kind and all(lines[-1].get(key) == fields[key] for key in fields):
                        return lines[-1]
                raise AssertionError(lines)
            until("state", state="ready")
            rig.command(f"present mine record {CARDS[2][1]}")
            self.assertEqual(until("reading")["id_number"], "UTO990190010105")
            self.assertEqual(until("address")["address"], "")  # the emulated cards have none
        finally:
            process.terminate()
            process.stdin.close()
            process.wait(10 * harness.PATIENCE)
            process.stdout.close()


if __name__ == "__main__":
    unittest.main()
