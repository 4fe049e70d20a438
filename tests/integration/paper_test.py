#!/usr/bin/python3
"""The paper twin: slips printed with the lane's future numbers, entered after the computer came back, with every conflict
told and nothing overwritten."""

import unittest

from harness import manual, person

from lists_test import Rig, broken, row, student_no

HEAD = "号码,学号,身份证号,姓名,结果,时间,备注\n"


def slip(number, index=None, outcome="shot", **more):
    one = {"number": number, "outcome": outcome, **more}
    return one if index is None else {**one, "student_no": student_no(index), "name": person(index).name}


class Paper(Rig):
    def setUp(self):
        super().setUp()
        self.roster([row(index) for index in range(1, 9)])

    def enter(self, rows, preview=False, token=None):
        status, _, answer = self.daemon.http("POST", "/api/v1/lanes/A/paper", json={"rows": rows, "preview": preview},
                                             token=token or self.marshal)
        assert status == 200, answer
        return [(one["number"], one["result"], one.get("code")) for one in answer["rows"]]

    def states(self):
        return {one["number"]: one["state"] for one in self.daemon.snapshot("A", self.camera)["done"]}

    def test_the_line_went_on_with_slips(self):
        self.daemon.check_in("A", manual(1, student_no=student_no(1)), self.marshal)
        rows = [slip("A0001", 1), slip("A0002", 2, at="00:01"), slip("A0003", outcome="unused"), slip("A0004", 3, "missed"),
                slip("A0005", 4, "void", note="blurred"), slip("A0006", 5, "waiting")]
        expected = [(one["number"], "done", None) for one in rows]
        before = self.seq()
        self.assertEqual(self.enter(rows, preview=True), expected)
        self.assertEqual(self.seq(), before, "a preview changes nothing")
        self.assertEqual(self.enter(rows), expected)
        self.assertEqual(self.states(), {"A0001": "shot", "A0002": "shot", "A0003": "void", "A0004": "missed", "A0005": "void"})
        snapshot = self.daemon.snapshot("A", self.camera)
        self.assertEqual([one["number"] for one in snapshot["line"]], ["A0006"])
        self.assertEqual(snapshot["line"][0]["notes"][-1:], ["paper"])
        self.assertEqual(self.enter(rows), [(one["number"], "unchanged", None) for one in rows], "once more changes nothing")
        self.assertEqual(self.daemon.check_in("A", manual(6), self.marshal)[1]["number"], "A0007")
        self.daemon.tool("journal", "verify")

    def test_every_conflict_is_told(self):
        self.daemon.check_in("A", manual(1, student_no=student_no(1)), self.marshal)
        self.daemon.act("A", "A0001", "call", self.camera)
        self.daemon.act("A", "A0001", "shot", self.camera)
        cases = [([slip("A0003", 3)], "paper-gap"), ([slip("A0001", 2)], "paper-conflict"), ([slip("B0001", 2)], "ticket-unknown"),
                 ([slip("A0002", 1)], "already-shot"), ([slip("A0002", 2, "sitting")], "bad-request"),
                 ([slip("A0002", 2, at="25:00")], "bad-request"), ([slip("A0002", outcome="shot")], "bad-request"),
                 ([{**slip("A0002", outcome="shot"), "id_number": broken(2)[2], "name": "x"}], "bad-id-number")]
        before = self.seq()
        for preview in (True, False):
            for rows, code in cases:
                with self.subTest(code=code, preview=preview):
                    ((_, result, told),) = self.enter(rows, preview)
                    self.assertEqual((result, told), ("refused", code))
        self.assertEqual(self.seq(), before)
        self.assertEqual(self.enter([slip("A0002", 2), slip("A0003", 2)])[1][2], "already-shot")

    def test_what_the_gate_would_have_said_comes_as_a_warning(self):
        text = 'payment = "prepaid"\npayment_gate = "refuse"\n'
        self.assertEqual(self.daemon.http("POST", "/api/v1/rules", json={"profile": "ours", "text": text}, token=self.office)[0], 200)
        for preview in (True, False):
            _, _, answer = self.daemon.http("POST", "/api/v1/lanes/A/paper", token=self.marshal,
                                            json={"rows": [slip("A0001", 1)], "preview": preview})
            self.assertEqual((answer["rows"][0]["result"], answer["rows"][0]["warnings"]), ("done", ["unpaid"]))

    def test_only_the_door_and_the_office_may(self):
        body = {"rows": [slip("A0001", 1)]}
        self.assertEqual(self.daemon.http("POST", "/api/v1/lanes/A/paper", json=body, token=self.camera)[0], 403)
        self.assertEqual(self.daemon.http("POST", "/api/v1/lanes/Z/paper", json=body, token=self.marshal)[0], 404)

    def test_slips_and_their_entry_by_the_tool(self):
        self.daemon.check_in("A", manual(1), self.marshal)
        path = self.daemon.folder / "slips.csv"
        path.write_text(HEAD + f"A0002,{student_no(2)},,{person(2).name},已拍,00:01,\nA0003,,,,未用,,\n\n"
                        f"A0005,,{person(4).id_number},{person(4).name},过号,,gone\n", encoding="gb18030")
        for running in (True, False):
            with self.subTest(running=running):
                page = self.daemon.folder / f"slips-{running}.html"
                told = self.daemon.tool_json("paper", "slips", "--lane", "A", "--count", "3", "--output", page)
                self.assertEqual((told["first"], told["last"]), ("A0002", "A0004") if running else ("A0004", "A0006"))
                self.assertEqual(page.read_text(encoding="utf-8").count("<section>"), 3)
                self.assertEqual(self.daemon.tool("paper", "slips", "--lane", "A", "--output", page, check=False).returncode, 1)
                self.assertEqual(self.daemon.tool("paper", "slips", "--lane", "A", "--from", "1", "--force", "--output", page,
                                                  check=False).returncode, 1)
                preview = self.daemon.tool("paper", "enter", path, "--lane", "A", "--preview", check=False)
                self.assertIn("row 5  A0005  refused  paper-gap", preview.stdout)
                done = self.daemon.tool("paper", "enter", path, "--lane", "A", check=False)
                self.assertEqual(done.returncode, 1)
                self.assertIn("2 done" if running else "2 unchanged", done.stdout)
                self.daemon.stop()


if __name__ == "__main__":
    unittest.main(verbosity=2)
