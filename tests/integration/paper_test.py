#!/usr/bin/python3
"""The paper twin: slips printed with the lane's future numbers, entered after the computer came back, with every conflict
told and nothing overwritten."""

import concurrent.futures
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
                 ([slip("A0002", 2, at="25:00")], "bad-request"), ([slip("A0002", outcome="shot")], "number-missing"),
                 ([{**slip("A0002"), "name": person(2).name}], "number-missing"), ([slip("A0002", 2, "unused")], "unused-named"),
                 ([{**slip("A0002", 2), "override": {"reason": " \u3000"}}], "reason-needed"),
                 ([{**slip("A0002", 2), "override": "yes"}], "bad-request"), ([slip("A0001", 1, "missed")], "paper-conflict"),
                 ([{**slip("A0002", outcome="shot"), "id_number": broken(2)[2], "name": "x"}], "bad-id-number")]
        before = self.seq()
        for preview in (True, False):
            for rows, code in cases:
                with self.subTest(code=code, preview=preview):
                    ((_, result, told),) = self.enter(rows, preview)
                    self.assertEqual((result, told), ("refused", code))
        self.assertEqual(self.seq(), before)
        self.assertEqual(self.enter([slip("A0002", 2), slip("A0003", 2)])[1][2], "already-shot")

    def whole(self, rows, preview, token=None):
        status, _, answer = self.daemon.http("POST", "/api/v1/lanes/A/paper", json={"rows": rows, "preview": preview},
                                             token=token or self.marshal)
        assert status == 200, answer
        return answer["rows"]

    def done(self, number):
        (one,) = (one for one in self.daemon.snapshot("A", self.marshal)["done"] if one["number"] == number)
        return " ".join([number, one["state"], *(note for note in one["notes"] if note.startswith("override")), one["reason"]])

    def both_ways(self, rows, token=None):
        """A preview, which changes nothing, and the entry behind it: they say the same of every row."""
        before = self.seq()
        preview = self.whole(rows, True, token)
        self.assertEqual(self.seq(), before)
        self.assertEqual(preview, self.whole(rows, False, token))
        return preview

    def test_the_preview_says_what_the_entry_says(self):
        """One table with everything that can be on slips, under profiles that take typed numbers and that do not."""
        self.roster([row(20, "硕士班", "硕士"), [student_no(120), person(20).name, person(20).id_number, "商学院", "博士班", "博士"]])
        for index in (1, 2, 3):
            self.daemon.check_in("A", manual(index, student_no=student_no(index)), self.marshal)
        self.daemon.check_in("B", manual(8, student_no=student_no(8)), self.marshal)
        for step in ("call", "shot"):
            self.daemon.act("A", "A0001", step, self.camera)
        self.daemon.act("A", "A0003", "void", self.camera)
        text = 'outsiders = "refuse"\noverrides = "marshal"\nmedia = {"id_card", "capture_code"}\n'
        self.assertEqual(self.daemon.http("POST", "/api/v1/rules", json={"profile": "ours", "text": text}, token=self.office)[0], 200)
        both, outsider = person(20).id_number, person(77)
        cases = [  # legend, slip, result or code
            ("shot as it was", slip("A0001", 1), "unchanged"),
            ("missed, and the computer knows a frame", slip("A0001", 1, "missed"), "paper-conflict"),
            ("somebody else's", slip("A0001", 4), "paper-conflict"),
            ("waits still, was shot", slip("A0002", 2), "done"),
            ("the same again", slip("A0002", 2), "unchanged"),
            ("void, was shot", slip("A0003", 3), "paper-conflict"),
            ("another name", {**slip("A0004", 4), "name": "王五"}, "name-differs"),
            ("the one behind it", slip("A0005", 5), "paper-gap"),
            ("somebody who was shot", slip("A0004", 1), "already-shot"),
            ("and why", {**slip("A0004", 1), "override": {"reason": "eyes shut"}}, "done"),
            ("that one again", {**slip("A0004", 1), "override": {"reason": "eyes shut"}}, "unchanged"),
            ("waits in another lane", slip("A0005", 8), "already-waiting-elsewhere"),
            ("the number of one, the student number of another",
             {**slip("A0005", 5), "name": None, "id_number": person(6).id_number}, "credential-taken"),
            ("two levels", {"number": "A0005", "outcome": "shot", "id_number": both}, "level-ambiguous"),
            ("one of them", {"number": "A0005", "outcome": "shot", "id_number": both, "level": "硕士"}, "done"),
            ("the other one by the way", {"number": "A0006", "outcome": "missed", "id_number": both}, "done"),
            ("on no roster", {"number": "A0007", "outcome": "shot", "id_number": outsider.id_number, "name": outsider.name}, "done"),
            ("twice in one table", {"number": "A0008", "outcome": "shot", "id_number": outsider.id_number}, "already-shot"),
            ("under another name now", {"number": "A0008", "outcome": "shot", "id_number": outsider.id_number, "name": "王五",
                                        "override": {"reason": "eyes shut"}}, "name-differs"),
            ("a name and no more", {"number": "A0008", "outcome": "shot", "name": person(6).name}, "number-missing"),
            ("left out", slip("A0008", outcome="unused"), "done"),
            ("left out for certain", slip("A0008", outcome="unused"), "unchanged"),
            ("waits", slip("A0009", 6, "waiting"), "done"),
            ("and is there twice", slip("A0010", 6), "already-waiting-elsewhere"),
            ("was missed after all", slip("A0009", 6, "missed"), "done"),
            ("and came back", slip("A0010", 6), "done"),
        ]
        for token in (None, self.office):
            told = self.both_ways([{key: value for key, value in one.items() if value} for _, one, _ in cases], token)
            if token is None:
                for (legend, _, expected), one in zip(cases, told):
                    with self.subTest(legend):
                        self.assertEqual(one.get("code", one["result"]), expected, one)
                self.assertEqual(told[16]["warnings"], ["not-on-roster"])
        self.daemon.tool("journal", "verify")

    def test_what_would_let_the_others_pass(self):
        """One slip that cannot be entered need not hold up the rest."""
        self.daemon.check_in("A", manual(1, student_no=student_no(1)), self.marshal)
        for step in ("call", "shot"):
            self.daemon.act("A", "A0001", step, self.camera)
        held, behind = self.both_ways([slip("A0002", 1), slip("A0003", 2)])
        self.assertEqual((held["code"], held["ticket"], held["unblocks"]), ("already-shot", "A0001", ["override", "unused"]))
        self.assertEqual((behind["code"], behind["next"], behind["unblocks"]), ("paper-gap", "A0002", []))
        self.assertEqual(self.both_ways([{**slip("A0002", 2), "name": "王五"}])[0]["unblocks"], ["unused"])
        self.assertEqual(self.both_ways([{"number": "A0002", "outcome": "shot", "name": "王五"}])[0]["unblocks"], ["unused"])
        self.assertEqual(self.both_ways([slip("A0001", 2)])[0]["unblocks"], [])
        again = {**slip("A0002", 1), "override": {"reason": "eyes shut"}, "note": "left arm"}
        self.assertEqual([one["result"] for one in self.both_ways([again, slip("A0003", outcome="unused"), slip("A0004", 2)])],
                         ["done"] * 3)
        self.assertEqual(self.done("A0002"), "A0002 shot override-shot eyes shut; left arm")
        text = 'overrides = "office"\n'
        self.assertEqual(self.daemon.http("POST", "/api/v1/rules", json={"profile": "ours", "text": text}, token=self.office)[0], 200)
        wish = {**slip("A0005", 2), "override": {"reason": "eyes shut"}}
        self.assertEqual(self.both_ways([slip("A0005", 2)])[0]["unblocks"], ["unused"], "not offered to the marshal")
        self.assertEqual(self.both_ways([wish])[0]["code"], "override-forbidden")
        self.assertEqual(self.both_ways([wish], self.office)[0]["result"], "done")

    def test_unchanged_while_others_go_on(self):
        """The row's own answer tells, not what else happened meanwhile."""
        rows = [slip(f"A{index:04d}", index) for index in range(1, 9)]
        self.enter(rows)
        def check_in(index):
            self.daemon.check_in("B", manual(100 + index), self.marshal)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            others = [pool.submit(check_in, index) for index in range(60)]
            for _ in range(4):
                self.assertEqual({result for _, result, _ in self.enter(rows)}, {"unchanged"})
            for one in others:
                one.result()

    def test_a_long_table_is_previewed_at_once(self):
        rows = [{"number": f"A{index:04d}", "outcome": "shot", "id_number": person(index).id_number} for index in range(1, 501)]
        rows.append({**rows[0], "number": "A0501"})
        told = self.whole(rows, True)
        self.assertEqual({one["result"] for one in told[:-1]}, {"done"})
        self.assertEqual(told[-1]["code"], "already-shot")
        self.assertEqual(self.daemon.snapshot("A", self.camera)["counts"]["issued"], 0)

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

    def test_the_tool_says_why_and_how_to_go_on(self):
        self.daemon.check_in("A", manual(1, student_no=student_no(1)), self.marshal)
        for step in ("call", "shot"):
            self.daemon.act("A", "A0001", step, self.camera)
        path = self.daemon.folder / "slips.csv"
        lines = f"号码,学号,结果,放行原因\nA0002,{student_no(1)},已拍,%s\nA0003,{student_no(2)},已拍,\n"
        for reason, code, words in (("", 1, "override reason"), ("闭眼", 0, "2 done")):
            path.write_text(lines % reason, encoding="utf-8")
            preview, done = (self.daemon.tool("paper", "enter", path, "--lane", "A", *more, check=False)
                             for more in (["--preview"], []))
            self.assertEqual((preview.returncode, done.returncode), (code, code), done.stdout)
            self.assertIn(words, done.stdout)
            self.assertEqual(preview.stdout.replace("preview: ", ""), done.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
