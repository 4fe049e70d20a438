#!/usr/bin/python3
"""The ledger from outside: what it says, who may sign what, what does not close before, over HTTP and by the tool."""

import json
import unittest

from harness import manual, person

from lists_test import Rig, row


class Ledger(Rig):
    profile = "hunnu-2019"  # payment cards, and a gate that an override passes

    def setUp(self):
        super().setUp()
        self.roster([row(1), row(2), row(3, unit="会计2班")])

    def pay(self, index, **more):
        body = {"id_number": person(index).id_number, "name": person(index).name, "state": "paid", "method": "cash", **more}
        status, _, answer = self.daemon.http("POST", "/api/v1/payments/record", json=body, token=self.marshal)
        self.assertIn(status, (200, 201), answer)

    def shoot(self, index, lane="A", **body):
        wish = manual(index) if body.pop("paid", True) else {
            **manual(index), "override": {"codes": ["unpaid"], "reason": "明日补缴"}}
        status, ticket = self.daemon.check_in(lane, wish, self.marshal)
        self.assertEqual(status, 201, ticket)
        self.assertEqual(self.daemon.act(lane, ticket["number"], "call", self.camera)[0], 200)
        self.assertEqual(self.daemon.act(lane, ticket["number"], "shot", self.camera, body)[0], 200)
        return ticket["number"]

    def ledger(self):
        status, _, answer = self.daemon.http("GET", "/api/v1/ledger", token=self.office)
        self.assertEqual(status, 200, answer)
        return answer

    def line(self, code, lane=None, unit=None):
        (line,) = [line for line in self.ledger()["lines"] if (line["line"], line["lane"], line["unit"]) == (code, lane, unit)]
        return line

    def sign(self, body, token=None, key=None):
        status, headers, answer = self.daemon.http("POST", "/api/v1/ledger/sign", json=body, token=token or self.office,
                                                   headers={"Idempotency-Key": key} if key else None)
        return status, answer, headers.get("idempotency-replayed")

    def entries(self, kind="ledger-signed"):
        told = self.daemon.tool("--json", "journal", "tail", "-n", 1000).stdout.splitlines()
        return [entry for entry in map(json.loads, told) if entry["kind"] == kind]

    def close(self, lane):
        return self.daemon.http("POST", f"/api/v1/lanes/{lane}/session", json={"state": "closed"}, token=self.marshal)


class OverHttp(Ledger):
    def test_a_clean_day_closes_without_anybody_signing(self):
        self.pay(1, card=True)
        self.shoot(1, card=True)
        ledger = self.ledger()
        self.assertTrue(ledger["is_balanced"])
        self.assertEqual({line["difference"] for line in ledger["lines"]}, {0})
        scopes = [line["scope"] for line in ledger["lines"]]
        self.assertEqual(scopes, ["event"] * 4 + ["lane"] * 4 + ["unit"] * 8, "event, lanes, classes")
        people = self.line("people")
        self.assertEqual((people["total"], people["parts"]), (3, [
            {"code": "shot", "count": 1}, {"code": "absent", "count": 2}, {"code": "excluded", "count": 0},
            {"code": "captured", "count": 0}, {"code": "open", "count": 0}]))
        unit = [line for line in ledger["lines"] if line["unit"] == 2][0]
        self.assertEqual((unit["college"], unit["name"], unit["lane"]), ("商学院", "会计2班", None))
        for lane in "AB":
            self.assertEqual(self.close(lane)[0], 200)
        self.assertEqual(self.daemon.http("POST", "/api/v1/event/close", json={}, token=self.office)[0], 200)
        self.assertEqual(self.entries(), [])

    def test_a_signature_is_for_those_who_made_the_difference(self):
        self.pay(1, card=True)
        number = self.shoot(1)  # and keeps the card
        for lane in (None, "A"):
            body = {"line": "cards", "difference": 1, "reason": "卡遗失"}
            self.assertEqual(self.sign({**body, "lane": lane} if lane else body)[0], 200)
        self.assertTrue(self.line("cards", "A")["signed"])
        self.assertEqual(self.daemon.act("A", number, "card", self.camera)[0], 200)  # found again
        self.pay(2, card=True)
        another = self.shoot(2)  # somebody else keeps one: as many, and nobody has signed for that
        line = self.line("cards", "A")
        self.assertEqual((line["difference"], line["causes"][0]["numbers"]), (1, [another]))
        self.assertEqual((line["is_open"], line["signed"]), (True, None))
        self.assertEqual(line["outdated"]["difference"], 1)
        self.assertEqual(self.close("A")[2]["code"], "ledger-open")
        self.assertEqual(self.sign({"line": "cards", "lane": "A", "difference": 1, "reason": "也遗失"})[1]["recorded"], True)
        self.assertEqual(self.close("A")[0], 200)
        self.daemon.stop()
        self.assertTrue(self.daemon.tool_json("journal", "verify")["ok"])
        lines = {(line["line"], line["lane"]): line for line in self.daemon.tool_json("ledger")["lines"] if not line["unit"]}
        self.assertTrue(lines["cards", "A"]["signed"])
        self.assertTrue(lines["cards", None]["is_open"])

    def test_other_people_make_the_same_difference_between_looking_and_pressing(self):
        self.pay(1, card=True)
        self.pay(2, card=True)
        number = self.shoot(1)  # and keeps the card
        seen = self.line("cards", "A")
        self.assertRegex(seen["who"], "^[0-9a-f]{8}$")
        self.assertIsNone(self.line("numbers", "A")["who"])
        self.assertEqual(self.daemon.act("A", number, "card", self.camera)[0], 200)  # found again
        self.shoot(2)  # and somebody else keeps one, while the office looks at its page still
        now = self.line("cards", "A")
        self.assertEqual(now["difference"], seen["difference"])
        wish = {"line": "cards", "lane": "A", "difference": 1, "reason": "卡遗失"}
        before = self.ledger()["seq"]
        status, answer, _ = self.sign({**wish, "who": seen["who"]}, key="looked")
        self.assertEqual((status, answer["code"], answer["difference"], answer["who"]), (409, "ledger-moved", 1, now["who"]))
        self.assertEqual(self.ledger()["seq"], before, "nothing was signed")
        self.assertEqual(self.sign({**wish, "who": now["who"]}, key="looked")[1]["code"], "key-reused")
        self.assertEqual(self.sign({**wish, "who": now["who"]})[1]["recorded"], True)
        self.assertEqual(self.sign(wish)[1]["recorded"], False, "the form without it is the same signature")
        (entry,) = self.entries()
        self.assertEqual(entry["extra"], f"cards w{now['who']}")
        tool = ("ledger", "sign", "--line", "cards", "--difference", 1, "--reason", "x", "--who")
        self.assertIn(f"difference +1, who {self.line('cards')['who']}", self.daemon.tool("ledger").stdout)
        for running in (True, False):
            if not running:
                self.daemon.stop()
            with self.subTest(running=running):
                refused = self.daemon.tool(*tool, seen["who"], check=False)
                self.assertEqual((refused.returncode, "ledger-moved" in refused.stderr), (1, True), refused.stderr)
        self.daemon.tool(*tool, now["who"])

    def test_a_session_looks_at_its_own_lane_and_the_event_at_everything(self):
        self.pay(1, card=True)
        number = self.shoot(1)  # and goes home with the card
        self.shoot(2, lane="B", paid=False)
        status, _, problem = self.close("A")
        self.assertEqual((status, problem["code"], problem["status"]), (409, "ledger-open", 409))
        (line,) = problem["lines"]
        self.assertEqual((line["line"], line["lane"], line["difference"], line["is_open"], line["signed"]),
                         ("cards", "A", 1, True, None))
        self.assertEqual(line["causes"], [{"code": "card-out", "count": 1, "numbers": [number], "others": 0}])
        self.assertEqual(self.close("B")[0], 200, "the unpaid one is a line of the event")
        self.assertEqual(self.daemon.snapshot("A", self.marshal)["session"]["state"], "open")
        status, _, problem = self.daemon.http("POST", "/api/v1/event/close", json={}, token=self.office)
        self.assertEqual((status, problem["code"]), (409, "ledger-open"))
        self.assertEqual([(line["line"], line["lane"], line["unit"], line["difference"]) for line in problem["lines"]],
                         [("money", None, None, -1), ("cards", None, None, 1), ("cards", "A", None, 1),
                          ("money", None, 1, -1), ("cards", None, 1, 1)])
        self.assertTrue(problem["message"]["zh"] and problem["message"]["en"])
        self.assertNotIn(person(1).name, json.dumps(problem, ensure_ascii=False))
        self.daemon.act("A", number, "card", self.camera)  # it comes back after all
        self.assertEqual(self.close("A")[0], 200)

    def test_a_signature_covers_one_difference_with_a_sealed_reason(self):
        self.pay(1, card=True)
        number = self.shoot(1)
        reason = "卡由家长带走，电话确认"
        wish = {"line": "cards", "lane": "A", "difference": 1, "reason": reason}
        before = self.ledger()["seq"]
        for replayed in (None, "true"):
            status, answer, was = self.sign(wish, key="sign-1")
            self.assertEqual((status, answer["recorded"], was), (200, True, replayed), answer)
        self.assertEqual(self.sign({**wish, "difference": 2}, key="sign-1")[1]["code"], "key-reused")
        status, answer, _ = self.sign(wish)
        self.assertEqual((status, answer), (200, {"recorded": False, "seq": before + 1}))
        line = self.line("cards", "A")
        self.assertEqual((line["is_open"], line["signed"]["reason"], line["signed"]["difference"]), (False, reason, 1))
        self.assertRegex(line["signed"]["device"], r"^token:\d+$")
        self.assertRegex(line["signed"]["at"], r"^20\d\d-.*Z$")
        (entry,) = self.entries()
        self.assertEqual((entry["lane"], entry["value"]), ("A", 1))
        self.assertRegex(entry["extra"], "^cards w[0-9a-f]{8}$")
        self.assertNotIn("家长", entry["text"])
        self.assertEqual(self.close("A")[0], 200)
        self.assertFalse(self.ledger()["is_balanced"], "the event's own line and the class's are open")
        self.daemon.kill()
        self.daemon.start()
        self.assertEqual(self.line("cards", "A"), line, "after a crash")
        # the difference changes: that signature is history, and a new session does not close by it
        self.daemon.tool("session", "open", "--lane", "A")
        self.pay(2, card=True)
        self.shoot(2)
        line = self.line("cards", "A")
        self.assertEqual((line["difference"], line["is_open"], line["signed"]), (2, True, None))
        self.assertEqual((line["outdated"]["difference"], line["outdated"]["reason"]), (1, reason))
        self.assertEqual(self.close("A")[2]["code"], "ledger-open")
        status, answer, _ = self.sign(wish)
        self.assertEqual((status, answer["code"], answer["difference"]), (409, "ledger-moved", 2))
        self.daemon.act("A", number, "card", self.camera)
        self.assertEqual(self.close("A")[2]["code"], "ledger-open", "one card again, but another one than was signed")
        self.assertEqual(self.sign(wish)[1]["recorded"], True)
        self.assertEqual(self.close("A")[0], 200)
        self.assertEqual(self.daemon.tool("journal", "verify").returncode, 0)

    def test_negative_differences_and_lines_of_a_class(self):
        self.shoot(3, paid=False)
        for body in ({"line": "money"}, {"line": "money", "unit": 2}):
            self.assertEqual(self.sign({**body, "difference": -1, "reason": "明日补缴"})[:2][0], 200)
        self.assertEqual([(entry["extra"].rsplit(" w", 1)[0], entry["value"]) for entry in self.entries()],
                         [("money", 2 ** 32 - 1), ("money u2", 2 ** 32 - 1)])
        self.assertTrue(self.ledger()["is_balanced"])
        self.assertEqual(self.line("money", unit=2)["signed"]["difference"], -1)

    def test_what_cannot_be_signed(self):
        self.shoot(3, paid=False)
        good = {"line": "money", "difference": -1, "reason": "why"}
        before = self.ledger()["seq"]
        cases = [({"reason": None}, 422, "reason-needed"), ({"reason": "　 "}, 422, "reason-needed"),
                 ({"reason": "x" * 201}, 400, "bad-request"), ({"line": "card"}, 400, "bad-request"),
                 ({"line": None}, 400, "bad-request"), ({"difference": "1"}, 400, "bad-request"),
                 ({"difference": None}, 400, "bad-request"), ({"difference": 2 ** 31}, 400, "bad-request"),
                 ({"difference": 1.5}, 400, "bad-request"), ({"difference": 1}, 409, "ledger-moved"),
                 ({"lane": "A", "unit": 1}, 400, "bad-request"), ({"unit": 0}, 400, "bad-request"),
                 ({"unit": "1"}, 400, "bad-request"), ({"unit": 99}, 404, "ledger-line-unknown"),
                 ({"lane": "A"}, 404, "ledger-line-unknown"), ({"lane": "Z"}, 404, "lane-unknown"),
                 *(({"who": who}, 400, "bad-request") for who in ("", "0", "00000000", "0A1B2C3D", "0a1b2c3d4", 7)),
                 ({"who": "0a1b2c3d"}, 409, "ledger-moved"), ({"more": 1}, 400, "bad-request")]
        for change, status, code in cases:
            with self.subTest(change):
                got, answer, _ = self.sign({**good, **change})
                self.assertEqual((got, answer["code"]), (status, code), answer)
        self.assertEqual(self.sign({"line": "people", "difference": 0, "reason": "why"})[1]["recorded"], False)
        self.assertEqual(self.ledger()["seq"], before, "nothing was recorded")

    def test_the_office_of_all_lanes_alone(self):
        one_lane = self.daemon.token("office", lane="A")
        for token in (self.marshal, self.camera, self.liaison, one_lane):
            self.assertEqual(self.daemon.http("GET", "/api/v1/ledger", token=token)[2]["code"], "forbidden")
            self.assertEqual(self.sign({"line": "money", "difference": -1, "reason": "x"}, token)[1]["code"], "forbidden")

    def test_a_closed_event_is_signed_no_more(self):
        self.shoot(3, paid=False)
        for body in ({}, {"unit": 2}):
            self.sign({"line": "money", **body, "difference": -1, "reason": "why"})
        self.assertEqual(self.daemon.http("POST", "/api/v1/event/close", json={}, token=self.office)[0], 200)
        self.assertEqual(self.sign({"line": "money", "difference": -1, "reason": "again"})[1]["code"], "event-closed")
        self.assertTrue(self.ledger()["is_balanced"])


class ByTheTool(Ledger):
    def test_beside_a_daemon_and_without(self):
        self.pay(1, card=True)
        number = self.shoot(1)
        for running in (True, False):
            with self.subTest(running=running):
                if not running:
                    self.assertEqual(self.daemon.stop(), 0)
                told = self.daemon.tool("ledger").stdout
                self.assertIn("cards, lane A: 1 = returned 0; difference +1", told)
                self.assertIn(f"card-out 1: {number}", told)
                self.assertIn("尚有未平且未签认的项目", told)
                self.assertEqual(self.daemon.tool_json("ledger")["is_balanced"], False)
                refused = self.daemon.tool("--json", "session", "close", "--lane", "A", check=False)
                answer = json.loads(refused.stdout)
                self.assertEqual((refused.returncode, answer["code"], len(answer["lines"])), (1, "ledger-open", 1))
                self.assertIn("difference +1", refused.stderr)
                refused = self.daemon.tool("event", "close", check=False)
                self.assertEqual((refused.returncode, refused.stderr.count("difference +1")), (1, 3 if running else 2))
                scope = [] if running else ["--unit", "1"]
                wrong = self.daemon.tool("ledger", "sign", "--line", "cards", *scope, "--difference", "-2", "--reason", "x", check=False)
                self.assertEqual((wrong.returncode, "ledger-moved" in wrong.stderr), (1, True), wrong.stderr)
                done = self.daemon.tool("ledger", "sign", "--line", "cards", *scope, "--difference", "+1", "--reason", "带走了")
                self.assertIn("signed: cards +1", done.stdout)
                again = self.daemon.tool_json("ledger", "sign", "--line", "cards", *scope, "--difference", "1", "--reason", "带走了")
                self.assertEqual(again, {"recorded": False, "line": "cards", "difference": 1})
        self.daemon.tool("ledger", "sign", "--line", "cards", "--lane", "A", "--difference", "1", "--reason", "带走了")
        told = self.daemon.tool("ledger").stdout
        self.assertEqual(told.count(": 带走了"), 3)
        self.assertIn("各项均已平账或签认", told)
        self.daemon.tool("session", "close", "--lane", "A")
        self.daemon.tool("event", "close")

    def test_a_line_that_the_profile_does_not_have(self):
        self.daemon.tool("event", "rules", "--profile", "default")  # neither money nor cards
        for running in (True, False):
            with self.subTest(running=running):
                if not running:
                    self.assertEqual(self.daemon.stop(), 0)
                sign = ("ledger", "sign", "--line", "cards", "--difference", "1", "--reason", "x")
                refused = self.daemon.tool("--json", *sign, check=False)
                answer = json.loads(refused.stdout)
                self.assertEqual((refused.returncode, answer["code"], answer["status"]), (1, "ledger-line-unknown", 404))
                self.assertEqual([(line["line"], line["lane"]) for line in answer["lines"]],
                                 [("numbers", None), ("people", None), ("numbers", "A"), ("numbers", "B")])
                self.assertIn("台账中没有这一项", refused.stderr)
                self.assertIn("numbers, lane A: 0 =", refused.stderr)
                refused = self.daemon.tool("--json", *sign, "--lane", "Z", check=False)
                self.assertEqual(json.loads(refused.stdout)["code"], "lane-unknown")

    def test_wrong_usage(self):
        good = {"--line": "cards", "--difference": "1", "--reason": "why"}
        cases = [{"--line": "card"}, {"--difference": "one"}, {"--difference": "--1"}, {"--difference": "99999999999"},
                 {"--reason": ""}, {"--lane": "A", "--unit": "1"}, {"--unit": "0"}, {"--unit": "4294967296"},
                 {"--who": "xyz"}, {"--who": "00000000"}]
        for change in cases:
            with self.subTest(change):
                args = [text for pair in {**good, **change}.items() for text in pair]
                self.assertEqual(self.daemon.tool("ledger", "sign", *args, check=False).returncode, 2)
        self.assertEqual(self.daemon.tool("ledger", "sign", "--line", "cards", check=False).returncode, 2)
        self.assertEqual(self.daemon.tool("ledger", "--lane", "A", check=False).returncode, 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
