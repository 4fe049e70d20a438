"""The queue-tail check against the real programs: over HTTP and at a scanner of its own it says what the desk would say, what
to do about it, and issues nothing."""

import base64
import unittest

import emulated
import harness

CODE = b"an opaque capture code of somebody"


class CheckTest(unittest.TestCase):
    def setUp(self):
        self.rig = emulated.Rig(scanner=["gun", "tail"], sam=["early"], options=["--fast"])
        self.addCleanup(self.rig.close)
        lines = "".join(f'  reader "{name}" {{ driver = "{driver}" device = "serial:{self.rig.path(name)}"{more} }}\n'
                        for name, driver, more in (("gun", "scanner", ""), ("tail", "scanner", ' purpose = "check"'),
                                                   ("early", "sam", ' purpose = "check"')))
        self.daemon = harness.Daemon(["B"], more=f'lane "A" {{\n{lines}}}\n')
        self.addCleanup(self.daemon.close)
        self.daemon.tool("event", "create", "--name", "Test")
        for lane in "AB":
            self.daemon.tool("session", "open", "--lane", lane)
        self.tokens = {role: self.daemon.token(role) for role in ("check", "marshal", "display", "photographer", "liaison")}
        self.daemon.start()
        harness.wait_until(lambda: {reader["state"] for reader in self.daemon.snapshot("A", self.tokens["marshal"])["readers"]}
                           == {"ready"}, what="readers ready")

    def ask(self, body, lane="A", role="check"):
        status, _, answer = self.daemon.http("POST", f"/api/v1/lanes/{lane}/check", json=body, token=self.tokens[role])
        return status, answer

    def verdict(self, body, lane="A"):
        status, answer = self.ask(body, lane)
        self.assertEqual(status, 200, answer)
        for words in (answer["message"], answer["advice"]):
            self.assertTrue(words["zh"] and words["en"], answer)
        return answer["verdict"], answer["code"], answer["number"]

    def issued(self):
        return self.daemon.snapshot("A", self.tokens["marshal"])["counts"]["issued"]

    def test_the_answer_through_a_day(self):
        code, marshal = harness.capture_code(CODE), self.tokens["marshal"]
        self.assertEqual(self.verdict(code), ("accepted", None, None))
        self.assertEqual(self.issued(), 0)
        self.assertEqual(self.daemon.check_in("A", code, marshal)[0], 201)
        self.assertEqual(self.verdict(code), ("already", "already-waiting", "A0001"))
        self.assertEqual(self.verdict(code, "B"), ("refused", "already-waiting-elsewhere", "A0001"))
        self.daemon.act("A", "A0001", "call", marshal)
        self.daemon.act("A", "A0001", "shot", marshal)
        self.assertEqual(self.verdict(code), ("refused", "already-shot", "A0001"))
        self.daemon.tool("session", "close", "--lane", "A")
        self.assertEqual(self.verdict(harness.capture_code(b"the opaque code of another one")), ("refused", "session-closed", None))
        self.assertEqual(self.issued(), 1)

    def test_it_knows_what_the_door_knows(self):
        """A chip that somebody was bound by, the degree level asked for, and a name that contradicts the record."""
        office, marshal = self.daemon.token("office"), self.tokens["marshal"]
        chip = {"medium": "chip", "serial": "0123456789abcdef"}
        stranger, twice = harness.person(9), harness.person(1)
        rows = "".join(f"2017{index},{twice.name},{twice.id_number},{level}\n" for index, level in ((1, "硕士"), (2, "博士")))
        status, _, answer = self.daemon.http("POST", "/api/v1/roster?kind=people", raw=("学号,姓名,身份证号,层次\n" + rows).encode(),
                                             token=office, headers={"Content-Type": "text/csv"})
        self.assertEqual(status, 200, answer)
        self.assertEqual(self.daemon.check_in("A", chip, marshal)[0], 201)
        status, _, bound = self.daemon.http("POST", "/api/v1/lanes/A/tickets/A0001/bind", token=marshal,
                                            json={"id_number": stranger.id_number, "name": stranger.name})
        self.assertEqual(status, 200, bound)
        self.daemon.act("A", "A0001", "void", marshal)
        status, _, answer = self.daemon.http("POST", "/api/v1/rules", json={"profile": "ours", "text": 'outsiders = "refuse"\n'},
                                             token=office)
        self.assertEqual(status, 200, answer)
        card = {"medium": "id_card", "id_number": twice.id_number, "name": twice.name}
        typed = {"medium": "manual", "id_number": twice.id_number, "name": twice.name, "level": "master"}
        for legend, body, code in (("bound to an outsider", chip, "not-on-roster"), ("two levels", card, "level-ambiguous"),
                                   ("another name", {**typed, "name": "王五"}, "name-differs"),
                                   ("one of them", typed, None)):
            with self.subTest(legend):
                verdict, told, _ = self.verdict(body)
                self.assertEqual((verdict, told), ("refused" if code else "accepted", code))
                self.assertEqual(self.daemon.check_in("A", body, marshal)[1].get("code"), code)
        self.assertEqual(self.ask({**card, "level": "wizard"})[0], 400)
        self.assertEqual(self.verdict({**card, "level": "doctor"}), ("accepted", None, None))
        self.assertEqual(self.verdict({**card, "level": "master"}), ("already", "already-waiting", "A0002"))

    def test_what_cannot_be_read_gets_advice(self):
        for legend, body, expected in (
                ("empty", harness.capture_code(b""), ("refused", "empty-scan", None)),
                ("too large", harness.capture_code(b"x" * 2954), ("refused", "too-large", None)),
                ("as large as can be", harness.capture_code(b"x" * 2953), ("accepted", None, None)),
                ("short", harness.capture_code(b"12345"), ("accepted", "scan-too-short", None)),
                ("an address", harness.capture_code(b"https://example.edu.cn/"), ("accepted", "scan-is-address", None)),
                ("wrong digit", {"medium": "manual", "id_number": "990101200001010019"}, ("refused", "bad-id-number", None)),
                ("a right number", {"medium": "manual", "id_number": harness.person(1).id_number}, ("accepted", None, None)),
                ("a bad passport", {"medium": "passport", "mrz": ["x", "y"]}, ("refused", "bad-mrz", None)),
                ("an empty chip", {"medium": "chip", "serial": "0" * 16}, ("refused", "bad-chip", None))):
            with self.subTest(legend):
                self.assertEqual(self.verdict(body), expected)
        for body in ({"medium": "wand"}, {}, [1], {"medium": "capture_code", "payload_base64": "?"}):
            self.assertEqual(self.ask(body)[0], 400, body)
        self.assertEqual(self.issued(), 0)

    def test_who_may_ask(self):
        code = harness.capture_code(CODE)
        for role, status in (("check", 200), ("marshal", 200), ("display", 403), ("photographer", 403), ("liaison", 403)):
            self.assertEqual(self.ask(code, role=role)[0], status, role)
        self.assertEqual(self.ask(code, lane="Z")[0], 404)
        self.assertEqual(self.daemon.check_in("A", code, self.tokens["check"])[0], 403)
        only_b = self.daemon.token("check", lane="B")
        self.assertEqual(self.daemon.http("POST", "/api/v1/lanes/A/check", json=code, token=only_b)[0], 403)

    def test_it_sees_numbers_only(self):
        self.daemon.check_in("A", harness.manual(1), self.tokens["marshal"])
        with self.daemon.events("A", self.tokens["check"]) as events:
            snapshot = events.wait_for(lambda event: event.event == "snapshot").data
            self.assertNotIn("readers", snapshot)
            self.assertNotIn("name", snapshot["line"][0])
            self.rig.command(f"scan gun {CODE.hex()}")  # a door note, which is not for this role
            self.rig.command(f"scan tail {b'the opaque code of another one'.hex()}")
            events.wait_for(lambda event: event.event == "check")
            self.assertEqual({event.event for event in events.seen} - {"ticket", "check", "snapshot"}, set())

    def test_a_scanner_at_the_tail_of_the_queue(self):
        with self.daemon.events("A", self.tokens["check"]) as mine, self.daemon.events("A", self.tokens["display"]) as hall, \
                self.daemon.events("A", self.tokens["marshal"]) as staff:
            def note(events=mine):
                return events.wait_for(lambda event: event.event == "check").data
            self.rig.command(f"scan tail {CODE.hex()}")
            first = note()
            self.assertEqual((first["verdict"], first["code"], first["number"], first["reader"]), ("accepted", None, None, "tail"))
            self.assertEqual(note(staff), first)
            self.assertNotIn(base64.b64encode(CODE).decode(), str(first))
            self.assertEqual(self.issued(), 0)
            self.rig.command(f"scan gun {CODE.hex()}")  # the desk's scanner: now there is a number
            self.assertEqual(staff.wait_for(lambda event: event.event == "door").data["result"], "accepted")
            self.rig.command(f"scan tail {b'www.example.edu.cn'.hex()}")
            self.assertEqual((note()["code"], note(staff)["code"]), ("scan-is-address", "scan-is-address"))
            self.rig.command(f"scan tail {CODE.hex()}")
            again = note()
            self.assertEqual((again["verdict"], again["number"], again["tag"]), ("already", "A0001", first["tag"]))
            self.rig.command('scan tail ""')
            self.assertEqual((note()["code"]), "empty-scan")
            hall.wait_for(lambda event: event.event == "ticket")
            self.assertNotIn("check", {event.event for event in hall.seen})
        self.assertEqual(self.issued(), 1)
        self.daemon.tool("journal", "verify")

    def test_a_card_reader_at_the_tail_of_the_queue(self):
        who = harness.person(5)
        with self.daemon.events("A", self.tokens["check"]) as events:
            self.rig.command(f'tap early id {who.id_number} "{who.name}" LONG')
            note = events.wait_for(lambda event: event.event == "check").data
            self.assertEqual((note["verdict"], note["number"]), ("accepted", None))
            self.rig.command("fault early status41 0 reads")
            self.rig.command(f'tap early 1500 id {harness.person(6).id_number} "{harness.person(6).name}" LONG')
            note = events.wait_for(lambda event: event.event == "check").data
            self.assertEqual((note["verdict"], note["code"]), ("refused", "card-unreadable"))
        self.assertEqual(self.issued(), 0)
        for secret in (*who, CODE.decode()):
            self.assertNotIn(secret, self.daemon.log_text())

    def test_a_purpose_there_is_not_stops_the_start(self):
        self.daemon.stop()
        self.daemon.write_config(self.daemon.config_text().replace('purpose = "check"', 'purpose = "guess"', 1))
        status, text = self.daemon.run_refused()
        self.assertEqual(status, 3)
        self.assertIn('unknown purpose "guess": desk or check', text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
