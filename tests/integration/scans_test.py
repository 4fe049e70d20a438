"""One scanner, four kinds of scans: each gets the number of the right medium by the rules of the configuration; what the
rules do not tell apart, or do not take, gives no number and says why. The real daemon and the real paihao-reader over an
emulated serial scanner."""

import time
import base64
import os
import pathlib
import signal
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


class Lane(harness.Lane):
    """Its room is more of its text."""

    def text(self):
        return f'lane "{self.name}" {{\n{self.room}{"".join(reader.text() for reader in self.readers)}}}\n'


class ScansTest(unittest.TestCase):
    def start(self, rules, lane_rules=""):
        self.rig = emulated.Rig(scanner=["gun"], options=["--fast"])
        self.addCleanup(self.rig.close)
        gun = Gun("gun", "scanner", f"serial:{self.rig.path('gun')}", rules)
        self.daemon = harness.Daemon([Lane("A", lane_rules, 0, (gun,))])
        self.addCleanup(self.daemon.close)
        self.daemon.open_event()
        self.token = self.daemon.token("marshal")
        self.daemon.start()
        self.events = self.daemon.events("A", self.token)
        self.addCleanup(self.events.close)
        harness.wait_until(lambda: self.daemon.snapshot("A", self.token)["readers"][0]["state"] == "ready",
                           what="the scanner is ready")

    def scan(self, text):
        self.rig.command(f"scan gun {text.encode().hex()} 300")

    def door(self):
        return self.events.wait_for(lambda event: event.event == "door", 10).data

    def expect(self, text, number, medium):
        self.scan(text)
        note = self.door()
        self.assertEqual((note["result"], note["number"]), ("accepted", number), note)
        self.assertEqual(self.daemon.snapshot("A", self.token)["line"][-1]["medium"], medium)
        return note

    def scanned(self, text):
        self.scan(text)
        note = self.door()
        return note["result"], note["number"], note["code"]

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
        for _ in range(20):
            begun = time.monotonic()
            self.scan(LINE1)
            self.scan(LINE2)
            took, note = time.monotonic() - begun, self.door()
            if note["number"] or took < 1.8:  # seconds that a second line may take
                break
            self.assertEqual(self.door()["code"], "mrz-line-missing")  # each was one by itself then
        self.assertEqual((note["result"], note["number"]), ("accepted", "A0001"), note)
        self.assertEqual(self.daemon.snapshot("A", self.token)["line"][-1]["medium"], "passport")
        self.assertNotIn("repaired", note)
        self.expect_refusal(LINE1, "mrz-line-missing")
        self.expect_refusal(LINE2, "mrz-line-missing")
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

        def twice(_):
            self.expect_refusal(wrong, "bad-mrz")
            time.sleep(0.6)
            self.expect_refusal(wrong, "bad-mrz")
        harness.in_time(1.9, twice, lambda: time.sleep(0.6))  # not because the scan was a new one by then
        for number in range(1, 21):
            begun = time.monotonic()
            self.expect(f"Xy+/capture={number}", f"A{number:04d}", "capture_code")
            time.sleep(0.6)
            self.scan(f"Xy+/capture={number}")
            is_soon = time.monotonic() - begun < 1.9
            time.sleep(0.6)
            told = self.scanned(wrong)
            if is_soon or told[0] == "refused":
                break
            self.assertEqual((told, self.door()["code"]), (("already", f"A{number:04d}", None), "bad-mrz"))  # a new one by then
        self.assertEqual(told, ("refused", None, "bad-mrz"))  # it was accepted: the same presentation

    def test_what_no_rule_takes(self):
        self.start('  accepts = {"id_number"} separator = "silence"\n')
        self.expect_refusal("Xy+/capture=", "scan-not-accepted")
        self.assertEqual(self.daemon.snapshot("A", self.token)["counts"]["issued"], 0)

    def test_what_is_nearly_a_number_or_a_passport_is_no_code(self):
        """Each would be somebody's capture code, and that somebody have two numbers."""
        self.start(RULES)
        one = harness.person(1).id_number
        self.expect(one, "A0001", "manual")
        self.expect_refusal(one[:17] + ("1" if one[17] != "1" else "2"), "bad-id-number")
        for padded in (one + "\t", one + " ", " " + one):
            self.assertEqual(self.scanned(padded), ("already", "A0001", None), repr(padded))
        self.expect("S20220001", "A0002", "manual")
        self.assertEqual(self.scanned(" S20220001"), ("already", "A0002", None))
        self.expect(LINE1 + "\r" + LINE2, "A0003", "passport")
        for other in (str.lower, lambda line: line.replace("<", "&")):
            self.assertEqual(self.scanned(other(LINE1) + "\r" + other(LINE2)), ("already", "A0003", None))
        self.expect_refusal(LINE1[:43] + "\r" + LINE2, "bad-mrz")
        self.expect_refusal(LINE1 + "\r" + LINE2[:43], "bad-mrz")
        self.expect_refusal(LINE2.replace("0", "O"), "mrz-line-missing")
        self.scan(LINE1)
        time.sleep(0.4)  # not the same breath
        self.scan("somebody else's capture code")
        codes = [(note["result"], note["number"], note["code"]) for note in (self.door(), self.door())]
        self.assertEqual(codes, [("refused", None, "mrz-line-missing"), ("accepted", "A0004", None)])
        self.assertEqual(self.daemon.snapshot("A", self.token)["counts"]["issued"], 4)

    def issued(self):
        return self.daemon.snapshot("A", self.token)["counts"]["issued"]

    def test_a_scan_that_is_cut_off_gets_no_number(self):
        """Nor does its tail; neither right after the start nor when the scanner was away."""
        self.start("")
        code = "CODE-OF-SOMEBODY-0123456789-ABCDEFGHIJ"
        self.rig.command("fault gun truncate 1")
        self.expect_refusal(code, "scan-cut-off")
        self.expect(code, "A0001", "capture_code")
        self.rig.command("unplug gun")
        state = lambda: self.daemon.snapshot("A", self.token)["readers"][0]["state"]
        harness.wait_until(lambda: state() != "ready", what="the scanner is away")
        self.rig.command("replug gun")
        harness.wait_until(lambda: state() == "ready", what="the scanner is back")
        self.rig.command("fault gun truncate 1")
        self.expect_refusal(code, "scan-cut-off")
        for _ in range(20):
            begun = time.monotonic()
            self.rig.command("fault gun truncate 1")
            self.expect_refusal(code, "scan-cut-off")  # it was known to send endings
            self.scan("the rest of it")
            took, note = time.monotonic() - begun, self.door()
            if took < 3.5:  # one second until it is cut off, and three for its rest
                break
        self.assertEqual((note["result"], note["code"]), ("refused", "scan-cut-off"), note)
        issued = self.issued()
        self.expect("the code of somebody else", f"A{issued + 1:04d}", "capture_code")
        self.assertEqual(self.issued(), issued + 1)

    def test_a_scanner_without_endings_is_believed_at_the_second_scan(self):
        self.start("")
        self.rig.command("option gun separator none")
        self.expect_refusal("the code of somebody", "scan-cut-off")
        self.expect("the code of somebody", "A0001", "capture_code")
        self.expect("the code of somebody else", "A0002", "capture_code")
        os.kill(self.reader(), signal.SIGKILL)
        restarts = lambda: self.daemon.snapshot("A", self.token)["readers"][0]
        harness.wait_until(lambda: restarts()["restarts"] > 0 and restarts()["state"] == "ready", what="a new process")
        self.expect("the code of a third", "A0003", "capture_code")

    def reader(self):
        device = self.rig.path("gun")
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if f"serial:{device}" in (process / "cmdline").read_text().split("\0"):
                    return int(process.name)
            except OSError:
                pass
        raise AssertionError("no reader process")

    def page(self, payload, **more):
        body = {"medium": "scan", "payload_base64": base64.b64encode(payload.encode()).decode(), **more}
        return self.daemon.check_in("A", body, self.token)

    def check(self, payload):
        body = {"medium": "scan", "payload_base64": base64.b64encode(payload.encode()).decode()}
        status, _, answer = self.daemon.http("POST", "/api/v1/lanes/A/check", json=body, token=self.token)
        self.assertEqual(status, 200, answer)
        return answer["verdict"], answer["code"], answer["number"]

    def test_a_page_takes_a_scan_as_the_scanner_does(self):
        self.start(RULES)
        one = harness.person(1).id_number
        for number, (text, medium) in enumerate(((one, "manual"), ("S20220001", "manual"), (LINE1 + "\r" + LINE2, "passport"),
                                                 ("Xy+/capture=", "capture_code")), 1):
            self.expect(text, f"A{number:04}", medium)
            self.assertEqual(self.check(text + "\t" if medium != "capture_code" else text), ("already", "already-waiting", f"A{number:04}"))
            status, answer = self.page(text)[:2]
            self.assertEqual((status, answer["number"], answer["medium"]), (200, f"A{number:04}", medium))
        status, answer = self.page(LINE1 + "\n" + LINE2.replace("7408", "74O8"))[:2]
        self.assertEqual(answer["repaired"], [{"line": 2, "column": 16, "from": "O", "to": "0"}])
        for text, code in ((one[:17] + ("1" if one[17] != "1" else "2"), "bad-id-number"), (LINE1, "mrz-line-missing"),
                           (LINE2, "mrz-line-missing"), (LINE1[:43] + "\n" + LINE2, "bad-mrz"), (" \t", "empty-scan"), ("", "empty-scan"),
                           ("110105491231002", "scan-ambiguous"), ("x" * 2954, "too-large")):
            status, answer = self.page(text)[:2]
            self.assertEqual((status, answer["code"]), (413 if code == "too-large" else 422, code))
            self.assertEqual(self.check(text), ("refused", code, None))
        self.assertEqual(self.page("x", payload_base64="?")[0], 400)
        self.assertEqual(self.daemon.snapshot("A", self.token)["counts"]["issued"], 4)

    def test_a_lane_may_say_what_its_pages_take(self):
        self.start(RULES, '  accepts = {"id_number"}\n')
        self.expect("Xy+/capture=", "A0001", "capture_code")
        status, answer = self.page("Xy+/capture=")[:2]
        self.assertEqual((status, answer["code"]), (422, "scan-not-accepted"))
        self.assertEqual(self.check("S20220001"), ("refused", "scan-not-accepted", None))
        self.assertEqual(self.page(harness.person(1).id_number)[1]["medium"], "manual")

    def test_proof_of_payment_gets_no_number(self):
        self.start("", '  payment_token_prefix = "PAY-"\n')
        self.expect_refusal("PAY-1a2b3c4d", "payment-token")
        self.assertEqual(self.page("PAY-1a2b3c4d")[1]["code"], "payment-token")
        self.assertEqual(self.check("PAY-1a2b3c4d"), ("refused", "payment-token", None))
        self.expect("an opaque capture code", "A0001", "capture_code")

    def test_codes_alone_are_not_looked_at(self):
        self.start("")
        self.expect("11010519491231002X", "A0001", "capture_code")
        status, answer = self.page("11010519491231002X")[:2]
        self.assertEqual((status, answer["number"], answer["medium"]), (200, "A0001", "capture_code"))
        self.assertEqual(self.check("990101199001010019"), ("accepted", "scan-is-number", None))


if __name__ == "__main__":
    unittest.main()
