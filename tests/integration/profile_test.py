#!/usr/bin/python3
"""Profiles from outside: each carried one makes an event, every fault is told with its line, the office changes the rules
of a running event, and what a rule says happens at the door."""

import json
import unittest

from harness import Daemon, capture_code, manual, person

CARRIED = ["default", "hnust-2021", "hqu-2024", "hunnu-2019", "ncu-2020", "zju-2021"]


class Carried(unittest.TestCase):
    def test_each_one_makes_an_event(self):
        for name in CARRIED:
            with self.subTest(profile=name), Daemon() as daemon:
                self.assertEqual(daemon.tool_json("event", "create", "--name", "x", "--profile", name)["profile"], name)
                told = daemon.tool_json("event", "rules")
                self.assertEqual(told["profile"], name)
                self.assertIn("title_zh", told["text"])
                daemon.tool("journal", "verify")

    def test_a_file_of_the_school(self):
        with Daemon() as daemon:
            path = daemon.folder / "our-school.conf"
            path.write_text('# ours\nmedia = {"manual"}\nprefix = "K"\nwidth = 5\n', encoding="utf-8")
            self.assertEqual(daemon.tool_json("event", "create", "--name", "x", "--profile", path)["profile"], "our-school")
            daemon.tool("session", "open", "--lane", "A")
            daemon.start()
            marshal = daemon.token("marshal")
            status, ticket = daemon.check_in("A", manual(1), marshal)
            self.assertEqual((status, ticket["number"]), (201, "KA00001"))
            status, problem = daemon.check_in("A", capture_code(b"x" * 40), marshal)
            self.assertEqual((status, problem["code"]), (409, "medium-not-allowed"))
            self.assertNotIn("override", problem)

    def test_faults_of_a_file(self):
        faults = [('\ncolour = "red"\n', "line 2", "colour"), ('media = {"face"}\n', "line 1", "face"),
                  ('payment = "class"\n\npayment_gate = "refuse"\n', "line 3", "payment_gate"), ("\x00", "text", "")]
        with Daemon() as daemon:
            path = daemon.folder / "wrong.conf"
            for text, where, what in faults:
                with self.subTest(text=text):
                    path.write_text(text, encoding="utf-8")
                    done = daemon.tool("event", "create", "--name", "x", "--profile", path, check=False)
                    self.assertEqual(done.returncode, 1)
                    self.assertIn("bad-profile", done.stderr)
                    self.assertIn(where, done.stderr)
                    self.assertIn(what, done.stderr)
            self.assertEqual(daemon.tool("event", "create", "--name", "x", "--profile", "nobody", check=False).returncode, 1)
            self.assertEqual(daemon.tool("event", "status", check=False).returncode, 1, "nothing was created")


class Running(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.close)
        self.daemon.open_event()
        self.office, self.marshal, self.camera = (self.daemon.token(role) for role in ("office", "marshal", "photographer"))
        self.daemon.start()

    def rules(self, body, key=None):
        return self.daemon.http("POST", "/api/v1/rules", json=body, token=self.office,
                                headers={"Idempotency-Key": key} if key else None)

    def test_the_office_reads_and_sets_them(self):
        before = self.daemon.http("GET", "/api/v1/rules", token=self.office)[2]
        self.assertEqual((before["profile"], before["rules"]["line_limit"]), ("default", 0))
        listed = self.daemon.http("GET", "/api/v1/profiles", token=self.office)[2]
        self.assertEqual([one["name"] for one in listed], CARRIED)
        self.assertTrue(all(one["title"]["zh"] and one["title"]["en"] and one["text"] for one in listed))
        zju = next(one["text"] for one in listed if one["name"] == "zju-2021")
        edited = zju.replace("line_limit = 5", "line_limit = 2") + "# ours\n"
        status, _, after = self.rules({"profile": "zju-ours", "text": edited}, key="set-1")
        self.assertEqual((status, after["profile"], after["text"], after["rules"]["line_limit"]), (200, "zju-ours", edited, 2))
        self.assertEqual(self.daemon.http("GET", "/api/v1/rules", token=self.camera)[2]["text"], edited)
        status, headers, again = self.rules({"profile": "zju-ours", "text": edited}, key="set-1")
        self.assertEqual((status, headers.get("idempotency-replayed")), (200, "true"))
        self.assertEqual(self.daemon.snapshot("A", self.camera)["door"], {"stop": False, "limit": 2})

    def test_a_fault_has_its_line_and_changes_nothing(self):
        before = self.daemon.http("GET", "/api/v1/rules", token=self.office)[2]
        for text, line, word in (('order = "hint"\nnonsense = 1\n', 2, "nonsense"), ('\n\nwidth = "x"', 3, "width"),
                                 ('payment_gate = "refuse"', 1, "payment"), ('line_limit = 5\nscan_and_sit = true', 2, "line_limit")):
            with self.subTest(text=text):
                status, _, problem = self.rules({"profile": "ours", "text": text})
                self.assertEqual((status, problem["code"], problem["line"]), (422, "bad-profile", line))
                for language in ("zh", "en"):
                    self.assertIn(word, problem["message"][language])
        self.assertEqual(self.rules({"profile": "../x", "text": ""})[2]["code"], "bad-profile")
        self.assertEqual(self.rules({"profile": "unknown"})[2]["code"], "bad-profile")
        self.assertEqual(self.rules({"profile": 7})[2]["code"], "bad-request")
        self.assertEqual(self.rules({"text": {}})[2]["code"], "bad-request")
        self.assertEqual(self.daemon.http("GET", "/api/v1/rules", token=self.office)[2], before)

    def test_the_numbers_form_is_fixed_once_one_is_out(self):
        self.assertEqual(self.rules({"profile": "ours", "text": "width = 6\n"})[0], 200)
        self.assertEqual(self.daemon.check_in("A", manual(1), self.marshal)[1]["number"], "A000001")
        status, _, problem = self.rules({"profile": "ours", "text": "width = 5\n"})
        self.assertEqual((status, problem["code"]), (409, "rules-fixed"))

    def test_the_line_limit_shows_a_stop_sign(self):
        self.assertEqual(self.rules({"profile": "zju-2021"})[0], 200)
        self.assertEqual(self.rules({"profile": "ours", "text": "line_limit = 2\n"})[0], 200)
        for index in (1, 2):
            self.assertEqual(self.daemon.check_in("A", manual(index), self.marshal)[0], 201)
        self.assertEqual(self.daemon.snapshot("A", self.camera)["door"], {"stop": True, "limit": 2})
        status, problem = self.daemon.check_in("A", manual(3), self.marshal)
        self.assertEqual((status, problem["code"]), (409, "line-full"))

    def test_scan_and_sit(self):
        self.assertEqual(self.rules({"profile": "ours", "text": "scan_and_sit = true\n"})[0], 200)
        status, ticket = self.daemon.check_in("A", manual(1), self.marshal)
        self.assertEqual((status, ticket["state"]), (201, "called"))
        status, problem = self.daemon.check_in("A", manual(2), self.marshal)
        self.assertEqual((status, problem["code"], problem["ticket"]["number"]), (409, "camera-busy", "A0001"))
        self.assertEqual(self.daemon.act("A", "A0001", "shot", self.camera)[0], 200)
        self.assertEqual(self.daemon.check_in("A", manual(2), self.marshal)[1]["state"], "called")

    def test_spoken_check_mismatch_and_what_settles_it(self):
        self.assertEqual(self.rules({"profile": "ours", "text": "spoken_check = true\n"})[0], 200)
        for index in (1, 2, 3, 4):
            self.daemon.check_in("A", manual(index), self.marshal)
        act = self.daemon.act
        act("A", "A0001", "call", self.camera)
        status, problem = act("A", "A0001", "shot", self.camera)
        self.assertEqual((status, problem["code"]), (409, "not-confirmed"))
        status, ticket = act("A", "A0001", "confirm", self.camera, key="ok-1")
        self.assertEqual((status, ticket["confirmed"]), (200, True))
        self.assertEqual(act("A", "A0001", "shot", self.camera, {"advance": True})[1]["called"]["number"], "A0002")
        act("A", "A0002", "confirm", self.camera)
        act("A", "A0002", "shot", self.camera, {"advance": True})
        status, ticket = act("A", "A0003", "mismatch", self.camera, {"reason": "says 4"}, key="no-3")
        self.assertEqual(status, 200, ticket)
        snapshot = self.daemon.snapshot("A", self.camera)
        self.assertEqual(snapshot["stopped"]["ticket"]["number"], "A0003")
        self.assertIn("A0003", [one["number"] for one in snapshot["stopped"]["at_risk"]])
        for step in ("confirm", "shot", "miss"):
            status, problem = act("A", "A0003", step, self.camera)
            self.assertEqual((status, problem["code"]), (409, "lane-stopped"), step)
        self.assertEqual(self.daemon.check_in("A", manual(5), self.marshal)[0], 201, "the door goes on")
        path = "/api/v1/lanes/A/resolve"
        self.assertEqual(self.daemon.http("POST", path, json={"decision": "suspect"}, token=self.camera)[0], 403)
        for wrong in ({}, {"decision": "forget"}, {"decision": "put-right", "from": "A0001"}, {"decision": 3}):
            self.assertEqual(self.daemon.http("POST", path, json=wrong, token=self.marshal)[2]["code"], "bad-request")
        self.assertEqual(self.daemon.http("POST", path, json={"decision": "suspect", "from": "Q1"}, token=self.marshal)[2]["code"],
                         "ticket-unknown")
        body = {"decision": "suspect", "from": "A0002", "reason": "two had changed places"}
        headers = {"Idempotency-Key": "settle"}
        for replayed in (None, "true"):
            status, got, _ = self.daemon.http("POST", path, json=body, token=self.marshal, headers=headers)
            self.assertEqual((status, got.get("idempotency-replayed")), (200, replayed))
        snapshot = self.daemon.snapshot("A", self.camera)
        self.assertIsNone(snapshot["stopped"])
        done = {one["number"]: one["suspect"] for one in snapshot["done"]}
        self.assertEqual((done["A0001"], done["A0002"]), (False, True))
        self.assertEqual(self.daemon.http("POST", path, json=body, token=self.marshal)[2]["code"], "not-stopped")
        act("A", "A0003", "confirm", self.camera)
        self.assertEqual(act("A", "A0003", "shot", self.camera)[0], 200)

    def test_a_void_waits_for_the_photographer(self):
        self.daemon.check_in("A", manual(1), self.marshal)
        self.daemon.check_in("A", manual(2), self.marshal)
        status, ticket = self.daemon.act("A", "A0001", "void", self.marshal, {"reason": "test"})
        self.assertEqual((status, ticket["acknowledged"]), (200, False))
        self.assertEqual([one["number"] for one in self.daemon.snapshot("A", self.camera)["open_voids"]], ["A0001"])
        status, ticket = self.daemon.act("A", "A0001", "acknowledge", self.camera)
        self.assertEqual((status, ticket["acknowledged"]), (200, True))
        self.assertEqual(self.daemon.act("A", "A0002", "void", self.camera)[1]["acknowledged"], True)
        self.assertEqual(self.daemon.snapshot("A", self.camera)["open_voids"], [])

    def test_leaving_and_a_late_round(self):
        self.assertEqual(self.rules({"profile": "ours", "text": 'missed = "session-end"\n'})[0], 200)
        for index in (1, 2):
            self.daemon.check_in("A", manual(index), self.marshal)
        status, ticket = self.daemon.act("A", "A0002", "leave", self.marshal, {"reason": "bus"})
        self.assertEqual((status, ticket["state"], ticket["left"]), (200, "missed", True))
        self.assertEqual(self.daemon.check_in("A", manual(2), self.marshal)[1]["number"], "A0003", "comes back at once")
        self.daemon.act("A", "A0001", "call", self.camera)
        self.daemon.act("A", "A0001", "miss", self.camera)
        status, problem = self.daemon.check_in("A", manual(1), self.marshal)
        self.assertEqual((status, problem["code"]), (409, "missed-waits"))
        self.assertEqual(problem["override"], ["missed-waits"])
        status, _, answer = self.daemon.http("POST", "/api/v1/lanes/A/late", json={"open": True}, token=self.marshal)
        self.assertEqual((status, answer["late_round"]), (200, True))
        self.assertTrue(self.daemon.snapshot("A", self.camera)["late_round"])
        self.assertEqual(self.daemon.check_in("A", manual(1), self.marshal)[1]["number"], "A0004")
        self.daemon.tool("late", "close", "--lane", "A")
        self.assertFalse(self.daemon.snapshot("A", self.camera)["late_round"])

    def test_a_session_that_closes_lists_everybody_who_is_open(self):
        for index in (1, 2, 3):
            self.daemon.check_in("A", manual(index), self.marshal)
        self.daemon.act("A", "A0001", "call", self.camera)
        self.daemon.act("A", "A0003", "void", self.marshal)
        status, _, answer = self.daemon.http("POST", "/api/v1/lanes/A/session", json={"state": "closed"}, token=self.marshal)
        self.assertEqual((status, answer["session"]["state"]), (200, "closed"))
        self.assertEqual([one["number"] for one in answer["open"]], ["A0001", "A0002"])
        self.assertEqual([one["number"] for one in answer["open_voids"]], ["A0003"])
        self.assertIsNone(answer["stopped"])

    def test_whoever_stands_in_at_the_camera_confirms_and_stops_and_is_named(self):
        self.assertEqual(self.rules({"profile": "ours", "text": "spoken_check = true\n"})[0], 200)
        devices = []
        for index, token in enumerate((self.marshal, self.office)):
            number = self.daemon.check_in("A", manual(600 + index), self.marshal)[1]["number"]
            self.assertEqual(self.daemon.act("A", number, "call", token)[0], 200)
            self.assertEqual(self.daemon.act("A", number, "confirm", token)[1]["confirmed"], True)
            self.assertEqual(self.daemon.act("A", number, "mismatch", token, {"reason": "says another"})[0], 200)
            told = [json.loads(row) for row in self.daemon.tool("--json", "journal", "tail", "-n", 2).stdout.splitlines()]
            self.assertEqual([entry["kind"] for entry in told], ["confirmed", "mismatch"])
            devices.append({entry["device"] for entry in told})
            self.assertEqual(self.daemon.http("POST", "/api/v1/lanes/A/resolve", json={"decision": "order-right", "reason": "x"},
                                              token=self.marshal)[0], 200)
            self.daemon.act("A", number, "confirm", token)
            self.assertEqual(self.daemon.act("A", number, "shot", token)[0], 200)
        self.assertEqual([len(each) for each in devices], [1, 1])
        self.assertRegex(next(iter(devices[0])), r"^token:\d+$")
        self.assertFalse(devices[0] & devices[1], "each step names the device that made it")

    def test_bad_bytes_on_every_new_address(self):
        paths = [f"/api/v1/lanes/A/{name}" for name in ("late", "resolve", "paper")]
        paths += [f"/api/v1/lanes/A/tickets/A0001/{name}" for name in ("confirm", "mismatch", "leave", "acknowledge", "card")]
        paths += ["/api/v1/rules", "/api/v1/payments/record", "/api/v1/units/1/roll"]
        self.daemon.check_in("A", manual(1), self.marshal)
        before = self.daemon.snapshot("A", self.office)["seq"]
        for path in paths:
            for body in (b"\xff\xfe", b"{", b"[]", b"null", b'{"a":1,"a":2}', b'{"unknown":true}', b'"text"', b"\x00" * 9,
                         json.dumps({"reason": "x" * 201, "open": True}).encode(), b'{"rows":[1]}', b'{"rows":{}}'):
                with self.subTest(path=path, body=body[:20]):
                    status, _, problem = self.daemon.http("POST", path, raw=body, token=self.office,
                                                          headers={"Content-Type": "application/json"})
                    self.assertIn(status, (400, 404, 422), problem)
                    self.assertTrue(problem["message"]["zh"] and problem["message"]["en"])
        self.assertEqual(self.daemon.snapshot("A", self.office)["seq"], before, "nothing was changed")
        self.assertEqual(self.daemon.stop(), 0)
        self.assertNotIn("Sanitizer", self.daemon.log_text())
        self.assertNotIn(person(1).id_number, self.daemon.log_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
