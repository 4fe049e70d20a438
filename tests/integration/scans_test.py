"""One scanner, four kinds of scans: each gets the number of the right medium by the rules of the configuration; what the
rules do not tell apart, or do not take, gives no number and says why. The real daemon and the real paihao-reader over an
emulated serial scanner."""

import time
import unittest

import emulated
import harness

LINE1 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
LINE2 = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
RULES = '  accepts = {"capture_code", "id_number", "student_no", "mrz"} student_no_pattern = "S?[0-9]{8,15}"\n'


def digit(text):
    """ICAO 9303-3: weights 7, 3, 1."""
    return str(sum((0 if c == "<" else int(c, 36)) * (7, 3, 1)[i % 3] for i, c in enumerate(text)) % 10)


def passport(document, expiry):
    """The two lines of somebody born on 1 February 2000; expiry YYMMDD."""
    number, birth, until, optional = document.ljust(9, "<"), "000201", expiry, "<" * 14
    number, birth, until = number + digit(number), birth + digit(birth), until + digit(until)
    tail = optional + "<"
    return ["P<UTOTEST<<SPECIMEN".ljust(44, "<"),
            f"{number}UTO{birth}F{until}{tail}{digit(number + birth + until + tail)}"]


class Gun(harness.Reader):
    def text(self):
        return f'  reader "{self.name}" {{ driver = "scanner" device = "{self.device}"\n{self.method} }}\n'


class ScansTest(unittest.TestCase):
    def start(self, rules):
        self.rig = emulated.Rig(scanner=["gun"], options=["--fast"])
        self.addCleanup(self.rig.close)
        gun = Gun("gun", "scanner", f"serial:{self.rig.path('gun')}", rules)
        self.daemon = harness.Daemon([harness.Lane("A", "E201", 0, (gun,))])
        self.addCleanup(self.daemon.close)
        self.daemon.open_event()
        self.token = self.daemon.token("marshal")
        self.daemon.start()
        self.events = self.daemon.events("A", self.token)
        self.addCleanup(self.events.close)
        harness.wait_until(lambda: self.daemon.snapshot("A", self.token)["readers"][0]["state"] == "ready",
                           what="the scanner is ready")

    def scan(self, text):
        self.rig.command(f"scan gun {text.encode().hex()}")

    def door(self):
        return self.events.wait_for(lambda event: event.event == "door", 10).data

    def expect(self, text, number, medium):
        self.scan(text)
        note = self.door()
        self.assertEqual((note["result"], note["number"]), ("accepted", number), note)
        self.assertEqual(self.daemon.snapshot("A", self.token)["line"][-1]["medium"], medium)
        return note

    def expect_refusal(self, text, code):
        self.scan(text)
        note = self.door()
        self.assertEqual((note["result"], note["number"], note["code"]), ("refused", None, code), note)
        self.assertTrue(note["message"]["zh"] and note["message"]["en"])

    def test_each_kind_is_what_the_rules_say(self):
        self.start(RULES)
        self.expect("Xy+/capture=", "A0001", "capture_code")
        self.expect(harness.person(1).id_number, "A0002", "manual")
        self.expect("S20220001", "A0003", "manual")
        note = self.expect(LINE1 + LINE2.replace("7408", "74O8"), "A0004", "passport")
        self.assertEqual(note["repaired"], [{"line": 2, "column": 16, "from": "O", "to": "0"}])
        self.expect_refusal("110105491231002", "scan-ambiguous")  # an old ID number and a student number
        self.expect_refusal(LINE1 + LINE2.replace("C36", "C37"), "bad-mrz")
        self.assertEqual(self.daemon.snapshot("A", self.token)["counts"]["issued"], 4)

    def test_a_passport_line_by_line(self):
        self.start(RULES)
        self.scan(LINE1)
        note = self.expect(LINE2, "A0001", "passport")
        self.assertNotIn("repaired", note)
        self.expect_refusal(LINE1, "scan-cut-off")
        self.assertEqual(self.daemon.snapshot("A", self.token)["counts"]["issued"], 1)

    def test_a_code_of_several_lines_is_one(self):
        """Nobody has told what ends a scan; the lines come in bursts, as a slow radio link delivers them."""
        self.start(RULES)
        note = self.expect(LINE1 + "\r" + LINE2, "A0001", "passport")
        self.assertNotIn("repaired", note)
        code = "Xy+/line=\r\nXz+/line=\r\n"
        self.rig.command("option gun chunk 10")
        self.rig.command("option gun gap_us 25000")
        self.expect(code + "1", "A0002", "capture_code")
        self.expect(code + "2", "A0003", "capture_code")
        self.rig.command("fault gun dup 1")  # sent twice in one breath: not a code of two lines
        self.expect(code + "3", "A0004", "capture_code")
        time.sleep(2.1)  # the same code, and answered again: "already" only when it was A0004's
        self.scan(code + "3")
        self.assertEqual((note := self.door())["number"], "A0004", note)
        self.assertEqual(self.daemon.snapshot("A", self.token)["counts"]["issued"], 4)

    def test_expired_passports_count_and_are_noted(self):
        """Scanned and typed, and typed by somebody who has a number already."""
        self.start(RULES)
        for index, (document, expiry, is_expired) in enumerate((("X1", "200131", True), ("X2", "991231", False))):
            code = "card-expired" if is_expired else None
            typed = {"medium": "passport", "mrz": passport(document, expiry)}
            for expected in (201, 200):
                status, ticket = self.daemon.check_in("A", typed, self.token)
                self.assertEqual((status, ticket["number"]), (expected, f"A{2 * index + 1:04d}"), ticket)
                self.assertEqual(ticket.get("note", {}).get("code"), code, ticket)
            if is_expired:
                self.assertTrue(ticket["note"]["zh"] and ticket["note"]["en"])
            note = self.expect("".join(passport(document + "B", expiry)), f"A{2 * index + 2:04d}", "passport")
            self.assertEqual(note.get("note", {}).get("code"), code, note)

    def test_whoever_was_refused_may_try_again_at_once(self):
        self.start(RULES)
        wrong = LINE1 + LINE2.replace("C36", "C37")
        for _ in range(3):
            before = time.monotonic()
            self.expect_refusal(wrong, "bad-mrz")
            time.sleep(0.6)
        self.assertLess(time.monotonic() - before, 1.9)  # not because the scan was a new one by then
        self.expect("Xy+/capture=", "A0001", "capture_code")
        time.sleep(0.6)
        self.scan("Xy+/capture=")  # accepted: the same presentation
        time.sleep(0.6)
        self.expect_refusal(wrong, "bad-mrz")

    def test_what_no_rule_takes(self):
        self.start('  accepts = {"id_number"} separator = "silence"\n')
        self.expect_refusal("Xy+/capture=", "scan-not-accepted")
        self.assertEqual(self.daemon.snapshot("A", self.token)["counts"]["issued"], 0)

    def test_codes_alone_are_not_looked_at(self):
        self.start("")
        self.expect("11010519491231002X", "A0001", "capture_code")


if __name__ == "__main__":
    unittest.main()
