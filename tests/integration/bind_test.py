"""Binding a number to a person over HTTP: what is answered, refused, published and kept, through restarts and kills."""

import http.client
import json
import threading
import unittest

import harness


def chip(i):
    return {"medium": "chip", "serial": f"11{i:014x}"}


def typed(i, **more):
    who = harness.person(i)
    return {"id_number": who.id_number, "name": who.name, **more}


class BindTest(unittest.TestCase):
    def setUp(self):
        self.daemon = harness.Daemon(["A", "B"])
        self.addCleanup(self.daemon.close)
        self.daemon.open_event()
        self.token = self.daemon.token("marshal")
        self.daemon.start()

    def bind(self, number, body, key=None, token=None, lane="A"):
        return self.daemon.act(lane, number, "bind", token or self.token, body, key)

    def issue(self, body, lane="A"):
        status, ticket = self.daemon.check_in(lane, body, self.token)
        self.assertEqual(status, 201, ticket)
        return ticket

    def expect_problem(self, answer, status, code):
        self.assertEqual((answer[0], answer[1]["code"]), (status, code), answer)
        self.assertTrue(answer[1]["message"]["zh"] and answer[1]["message"]["en"])
        return answer[1]

    def verify(self):
        self.assertEqual(self.daemon.tool("journal", "verify").returncode, 0)

    # -- what it does

    def test_the_chip_and_the_typed_numbers_name_the_same_person(self):
        issued = self.issue(chip(1))
        self.assertEqual((issued["number"], issued["bound"], issued["name"]), ("A0001", False, ""))
        with self.daemon.events("A", self.token) as events:
            status, bound = self.bind("A0001", typed(1, student_no="2022001"))
            self.assertEqual(status, 200, bound)
            name = harness.person(1).name
            self.assertEqual((bound["number"], bound["bound"], bound["state"], bound["medium"]), ("A0001", True, "waiting", "chip"))
            self.assertEqual((bound["name"], bound["id_mask"]), (name[0] + "○○", "990101" + "*" * 12))
            self.assertEqual((bound["issued_at"], bound["seq"]), (issued["issued_at"], issued["seq"] + 1))
            event = events.wait_for(lambda event: event.event == "ticket")
            self.assertEqual((event.id, event.data["number"], event.data["bound"]), (str(bound["seq"]), "A0001", True))
        for body in (chip(1), harness.manual(1), {"medium": "manual", "student_no": "2022001"},
                     {"medium": "id_card", "id_number": harness.person(1).id_number, "name": name}):
            status, again = self.daemon.check_in("A", body, self.token)
            self.assertEqual((status, again["number"], again["bound"]), (200, "A0001", True), body)
        self.verify()

    def test_a_code_and_a_campus_card_too(self):
        self.issue(harness.capture_code(b"code of nobody yet"))
        self.issue({"medium": "campus_card", "serial": "04a1b2c3d4e5f6"})
        for number, i in (("A0001", 1), ("A0002", 2)):
            self.assertEqual(self.bind(number, typed(i))[0], 200)
        line = self.daemon.snapshot("A", self.token)["line"]
        self.assertEqual([(ticket["medium"], ticket["bound"]) for ticket in line], [("capture_code", True), ("campus_card", True)])

    def test_at_the_next_number_the_card_is_known(self):
        photographer = self.daemon.token("photographer")
        self.issue(chip(1))
        self.bind("A0001", typed(1))
        self.daemon.act("A", "A0001", "call", photographer)
        self.daemon.act("A", "A0001", "miss", photographer)
        ticket = self.issue(chip(1))
        self.assertEqual((ticket["number"], ticket["bound"], ticket["id_mask"]), ("A0002", True, "990101" + "*" * 12))

    # -- a card of somebody who is on record by then

    def campus_card(self):
        return {"medium": "campus_card", "serial": "04a1b2c3d4e5f6"}

    def expect_recognised(self, number, name):
        status, answer = self.daemon.check_in("A", self.campus_card(), self.token)
        ticket = answer if status == 200 else answer["ticket"]
        self.assertIn(status, (200, 409), answer)
        self.assertEqual((ticket["number"], ticket["name"]), (number, name[0] + "○○"))
        return "waits" if status == 200 else answer["code"]

    def test_the_card_of_somebody_in_line_is_tied_and_its_number_made_void(self):
        photographer = self.daemon.token("photographer")
        name = harness.person(1).name
        self.issue(harness.manual(1))
        self.assertFalse(self.issue(self.campus_card())["bound"])
        problem = self.expect_problem(self.bind("A0002", typed(1)), 409, "credential-taken")
        self.assertEqual(problem["ticket"]["number"], "A0001")
        with self.daemon.events("A", photographer) as events:
            status, bound = self.bind("A0002", {**typed(1), "void": True}, key="k1")
            self.assertEqual(status, 200, bound)
            self.assertEqual((bound["number"], bound["state"], bound["bound"]), ("A0002", "void", True))
            self.assertEqual((bound["name"], bound["reason"]), (name[0] + "○○", "same-person A0001"))
            event = events.wait_for(lambda event: event.event == "ticket" and event.data["number"] == "A0002"
                                    and event.data["bound"])
            self.assertEqual(event.data["state"], "void")
        self.expect_problem(self.bind("A0002", typed(1), key="k1"), 422, "key-reused")
        voids = self.daemon.snapshot("A", photographer)["open_voids"]
        self.assertEqual([(ticket["number"], ticket["acknowledged"]) for ticket in voids], [("A0002", False)])
        self.assertEqual(self.daemon.act("A", "A0002", "acknowledge", photographer)[0], 200)
        self.assertEqual(self.expect_recognised("A0001", name), "waits")
        self.daemon.kill()
        self.verify()
        self.daemon.start()
        self.assertEqual(self.bind("A0002", {**typed(1), "void": True}, key="k1"), (status, bound))
        self.assertEqual(self.expect_recognised("A0001", name), "waits")
        self.daemon.act("A", "A0001", "call", photographer)
        self.daemon.act("A", "A0001", "shot", photographer)
        self.assertEqual(self.expect_recognised("A0001", name), "already-shot")
        self.assertEqual(self.daemon.snapshot("A", self.token)["counts"]["issued"], 2)
        self.verify()

    def test_a_card_whose_number_is_finished_is_tied_without_more(self):
        photographer = self.daemon.token("photographer")
        self.issue(harness.manual(1))
        self.daemon.act("A", "A0001", "call", photographer)
        self.daemon.act("A", "A0001", "shot", photographer)
        self.issue(self.campus_card())
        self.expect_problem(self.bind("A0002", typed(1)), 409, "credential-taken")
        self.daemon.act("A", "A0002", "void", self.token)
        status, bound = self.bind("A0002", typed(1))
        self.assertEqual((status, bound["state"], bound["bound"]), (200, "void", True), bound)
        self.assertEqual(self.expect_recognised("A0001", harness.person(1).name), "already-shot")
        self.verify()

    def test_two_frames_are_for_people_to_settle(self):
        photographer = self.daemon.token("photographer")
        self.issue(harness.manual(1))
        self.issue(self.campus_card())
        for number in ("A0001", "A0002"):
            self.daemon.act("A", number, "call", photographer)
            self.daemon.act("A", number, "shot", photographer)
        for body in (typed(1), {**typed(1), "void": True}):
            problem = self.expect_problem(self.bind("A0002", body), 409, "credential-taken")
            self.assertEqual(problem["ticket"]["number"], "A0001")
        self.verify()

    def test_numbers_of_somebody_else_stay_refused(self):
        self.issue(harness.manual(1))
        self.issue(self.campus_card())
        self.expect_problem(self.bind("A0002", {**typed(1, name="王测试"), "void": True}), 409, "name-differs")
        for wrong in ("yes", 1, []):
            self.expect_problem(self.bind("A0002", {**typed(1), "void": wrong}), 400, "bad-request")
        self.assertEqual(self.daemon.snapshot("A", self.token)["counts"]["waiting"], 2)

    # -- what it refuses

    def test_two_persons_are_never_merged(self):
        self.issue(chip(1))
        self.issue(harness.manual(2, student_no="S-2"), lane="B")
        for body in (typed(2), typed(3, student_no="S-2"), typed(2, student_no="S-9")):
            problem = self.expect_problem(self.bind("A0001", body), 409, "credential-taken")
            self.assertEqual((problem["ticket"]["number"], problem["ticket"]["lane"]), ("B0001", "B"))
        ticket = self.daemon.snapshot("A", self.token)["line"][0]
        self.assertEqual((ticket["bound"], ticket["name"]), (False, ""))
        self.assertEqual(self.bind("A0001", typed(3, student_no="S-9"))[0], 200)  # nothing of it was kept
        self.verify()

    def test_the_same_again_changes_nothing_and_other_data_is_refused(self):
        self.issue(chip(1))
        first = self.bind("A0001", typed(1, student_no="S-1"))
        self.assertEqual(self.bind("A0001", typed(1, student_no="S-1")), first)
        self.assertEqual(self.bind("A0001", typed(1)), first)
        for body in (typed(2), typed(1, name="王测试"), typed(1, student_no="S-2")):
            problem = self.expect_problem(self.bind("A0001", body), 409, "already-bound")
            self.assertEqual(problem["ticket"], first[1])
        self.issue(harness.manual(5))
        self.expect_problem(self.bind("A0002", {"student_no": "S-5", "name": "李测试"}), 409, "already-bound")
        self.assertEqual(self.daemon.snapshot("A", self.token)["seq"], first[1]["seq"] + 1)

    def test_bad_requests(self):
        self.issue(chip(1))
        wrong = harness.person(1).id_number[:-1] + ("0" if harness.person(1).id_number[-1] != "0" else "1")
        cases = [
            ("A0001", {}, 400, "bad-request"),
            ("A0001", {"name": "张测试"}, 400, "bad-request"),
            ("A0001", {**typed(1), "medium": "manual"}, 400, "bad-request"),
            ("A0001", {"id_number": 1, "name": "张测试"}, 400, "bad-request"),
            ("A0001", {"id_number": wrong, "name": "张测试"}, 422, "bad-id-number"),
            ("A0002", typed(1), 404, "ticket-unknown"),
            ("A1", typed(1), 404, "ticket-unknown"),
        ]
        for number, body, status, code in cases:
            with self.subTest(body=body, number=number):
                self.expect_problem(self.bind(number, body), status, code)
        self.expect_problem(self.bind("C0001", typed(1), lane="C"), 404, "lane-unknown")
        self.assertFalse(self.daemon.snapshot("A", self.token)["line"][0]["bound"])

    def test_who_may(self):
        self.issue(chip(1))
        for role in ("display", "liaison", "photographer"):
            self.expect_problem(self.bind("A0001", typed(1), token=self.daemon.token(role)), 403, "forbidden")
        self.expect_problem(self.bind("A0001", typed(1), token="x" * 43), 401, "bad-token")
        self.expect_problem(self.bind("A0001", typed(1), token=self.daemon.token("marshal", "B")), 403, "forbidden")
        self.assertEqual(self.bind("A0001", typed(1), token=self.daemon.token("office"))[0], 200)

    # -- keys, restarts, kills

    def test_the_same_key_gets_the_first_answer_over_a_restart(self):
        self.issue(chip(1))
        self.issue(harness.manual(2))
        first = self.bind("A0001", typed(1), key="k1")
        taken = self.bind("A0001", typed(2), key="k2")
        self.expect_problem(taken, 409, "credential-taken")
        for _ in range(2):
            self.assertEqual(self.bind("A0001", typed(1), key="k1"), first)
            self.assertEqual(self.bind("A0001", typed(2), key="k2"), taken)
            self.expect_problem(self.bind("A0001", typed(1, name="王测试"), key="k1"), 422, "key-reused")
            self.expect_problem(self.bind("A0002", typed(1), key="k1"), 422, "key-reused")
            self.assertEqual(self.daemon.stop(), 0)
            self.verify()
            self.daemon.start()

    def test_acknowledged_bindings_survive_a_kill(self):
        """Somebody binds as fast as it goes while the daemon is killed; then each acknowledged one is there, and asking
        again with the same keys finishes the rest, each once."""
        people = 120
        for i in range(people):
            self.issue(chip(i))
        for round_ in range(3):
            mine = range(round_ * 40, round_ * 40 + 40)
            acknowledged = {}

            def work(numbers=mine, done=acknowledged):
                try:
                    for i in numbers:
                        status, ticket = self.bind(f"A{i + 1:04d}", typed(i), key=f"bind-{i}")
                        assert status == 200, ticket
                        done[i] = ticket
                except (OSError, http.client.HTTPException, json.JSONDecodeError):
                    pass  # the kill

            worker = threading.Thread(target=work)
            worker.start()
            harness.wait_until(lambda done=acknowledged, n=5 + 9 * round_: len(done) >= n, what="some are bound")
            self.daemon.kill()
            worker.join(30)
            self.verify()
            self.daemon.start()
            line = {ticket["number"]: ticket for ticket in self.daemon.snapshot("A", self.token)["line"]}
            for i, ticket in acknowledged.items():
                self.assertEqual(line[ticket["number"]], ticket)
            for i in mine:
                status, ticket = self.bind(f"A{i + 1:04d}", typed(i), key=f"bind-{i}")
                self.assertEqual((status, ticket["bound"]), (200, True))
                if i in acknowledged:
                    self.assertEqual(ticket, acknowledged[i])
        snapshot = self.daemon.snapshot("A", self.token)
        self.assertEqual([ticket["number"] for ticket in snapshot["line"]], [f"A{i + 1:04d}" for i in range(people)])
        self.assertTrue(all(ticket["bound"] for ticket in snapshot["line"]))
        tail = self.daemon.tool("--json", "journal", "tail", "-n", "1000").stdout
        entries = [json.loads(line) for line in tail.splitlines()]
        self.assertEqual(len([entry for entry in entries if entry["kind"] == "bound"]), people)
        for i in (0, 55, 119):
            status, again = self.daemon.check_in("A", harness.manual(i), self.token)
            self.assertEqual((status, again["number"]), (200, f"A{i + 1:04d}"))
        copy = self.daemon.folder / "copy.db"
        self.daemon.tool("backup", "--output", copy)
        self.assertEqual(self.daemon.stop(), 0)
        self.verify()

    def test_the_hand_over_knows_the_person(self):
        office = self.daemon.token("office")
        self.issue(chip(1))
        self.bind("A0001", typed(1, student_no="S-1"))
        status, _, data = self.daemon.http("GET", "/api/v1/handover/lanes/A/numbers.csv", token=office)
        self.assertEqual(status, 200)
        self.assertIn(harness.person(1).name, data.decode("utf-8-sig"))
        self.assertNotIn(harness.person(1).id_number, self.daemon.log_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
