#!/usr/bin/python3
"""The roster, exclusions, earlier captures and the schedule from outside: preview, refusal by cell, storing, importing
again, over HTTP and by the tool; what a list means at the door; classes, the roll, who is next."""

import codecs
import csv
import io
import json
import socket
import unittest

import emulated
from harness import Daemon, Lane, Reader, capture_code, manual, person, wait_until

HEAD = ["学号", "姓名", "身份证号", "学院", "班级", "层次"]
CSV = {"Content-Type": "text/csv"}


def student_no(index):
    return f"2017{index:04d}"


def row(index, unit="会计1班", level="本科", college="商学院"):
    return [student_no(index), person(index).name, person(index).id_number, college, unit, level]


def table(rows, head=HEAD, delimiter=","):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()


def broken(index):
    """A number with a wrong check digit."""
    one = row(index)
    digit = one[2][-1]
    one[2] = one[2][:-1] + ("0" if digit != "0" else "1")
    return one


class Rig(unittest.TestCase):
    profile = "default"
    lanes = (Lane("A", "四教楼101"), Lane("B", "四教楼102"))

    def setUp(self):
        self.daemon = Daemon(self.lanes)
        self.addCleanup(self.daemon.close)
        self.daemon.tool("event", "create", "--name", "测试", "--profile", self.profile)
        for lane in self.lanes:
            self.daemon.tool("session", "open", "--lane", lane.name)
        self.office, self.marshal, self.camera, self.liaison = (
            self.daemon.token(role) for role in ("office", "marshal", "photographer", "liaison"))
        self.daemon.start()

    def upload(self, path, data, token=None, headers=CSV, **more):
        data = data.encode() if isinstance(data, str) else data
        status, _, answer = self.daemon.http("POST", path, raw=data, token=token or self.office, headers={**headers, **more})
        return status, answer

    def roster(self, rows, kind="people", more="", **options):
        return self.upload(f"/api/v1/roster?kind={kind}{more}", table(rows, **options))

    def units(self):
        return {one["name"]: one for one in self.daemon.http("GET", "/api/v1/units", token=self.liaison)[2]}

    def members(self, name):
        status, _, answer = self.daemon.http("GET", f"/api/v1/units/{self.units()[name]['id']}", token=self.liaison)
        assert status == 200, answer
        return answer["members"]

    def seq(self):
        return self.daemon.snapshot("A", self.office)["seq"]


class People(Rig):
    def test_a_preview_stores_nothing(self):
        before = self.seq()
        status, told = self.roster([row(1), row(2, "会计2班")], more="&preview=1")
        self.assertEqual((status, told["stored"], told["counts"]["people"], told["counts"]["errors"]), (200, False, 2, 0))
        status, told = self.roster([row(1), broken(2)], more="&preview=1")
        self.assertEqual((status, told["stored"], told["counts"]["errors"]), (200, False, 1))
        self.assertEqual((self.seq(), self.units()), (before, {}))

    def test_errors_refuse_the_whole_list_with_every_cell(self):
        before = self.seq()
        status, problem = self.roster([row(1), broken(2), row(3), broken(4)])
        self.assertEqual((status, problem["code"], problem["stored"]), (422, "import-refused", False))
        errors = [one for one in problem["problems"] if one["severity"] == "error"]
        self.assertEqual([(one["row"], one["column"]) for one in errors], [(3, "C"), (5, "C")])
        for one in errors:
            self.assertTrue(one["message"]["zh"] and one["message"]["en"])
            self.assertNotIn(person(2).id_number[6:14], str(one), "numbers are masked")
        self.assertEqual((self.seq(), self.units()), (before, {}))
        status, told = self.roster([row(1), broken(2), row(3), broken(4)], more="&accept=good")
        self.assertEqual((status, told["stored"], told["result"]["added"]), (200, True, 2))
        self.assertEqual(self.units()["会计1班"]["people"], 2)

    def test_importing_again_updates_and_loses_no_ticket(self):
        self.assertEqual(self.roster([row(1), row(2)])[1]["result"], {"added": 2, "updated": 0, "unchanged": 0, "skipped": 0})
        status, ticket = self.daemon.check_in("A", manual(1), self.marshal)
        self.assertEqual((status, ticket["unit"], ticket["college"], ticket["level"]), (201, "会计1班", "商学院", "bachelor"))
        status, told = self.roster([row(1, "会计2班"), row(2), row(3)])
        self.assertEqual((status, told["result"]), (200, {"added": 1, "updated": 1, "unchanged": 1, "skipped": 0}))
        (member,) = self.members("会计2班")
        self.assertEqual(member["ticket"]["number"], ticket["number"])
        self.assertEqual(self.daemon.check_in("A", manual(1), self.marshal)[0], 200, "still the same number")
        self.daemon.tool("journal", "verify")

    def test_the_same_key_is_the_same_import(self):
        for expected in (None, "true"):
            status, headers, told = self.daemon.http("POST", "/api/v1/roster", raw=table([row(1)]).encode(), token=self.office,
                                                     headers={**CSV, "Idempotency-Key": "list-1"})
            self.assertEqual((status, headers.get("idempotency-replayed"), told["result"]["added"]), (200, expected, 1))

    def test_encodings_and_separators_of_offices(self):
        text = table([row(1), row(2)])
        for name, data in (("gb18030", text.encode("gb18030")), ("utf-8 with a mark", codecs.BOM_UTF8 + text.encode()),
                           ("utf-16", text.encode("utf-16")), ("tabs", table([row(1), row(2)], delimiter="\t").encode()),
                           ("semicolons", table([row(1), row(2)], delimiter=";").encode())):
            with self.subTest(name):
                status, told = self.upload("/api/v1/roster?preview=1", data)
                self.assertEqual((status, told["counts"]["people"], told["counts"]["errors"]), (200, 2, 0))

    def test_files_that_are_no_lists(self):
        before = self.seq()
        for data, code in ((b"", "table-empty"), (b"\x00\x01\x02" * 99, None), (b"PK\x03\x04" + b"\xff" * 400, None),
                           (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), None), (b"a,b\n1,2\n", "import-refused")):
            with self.subTest(data=data[:8]):
                status, problem = self.upload("/api/v1/roster", data)
                self.assertEqual(status, 422, problem)
                self.assertTrue(problem["code"].startswith("table-") or problem["code"] == "import-refused", problem["code"])
                self.assertEqual(problem["code"], code or problem["code"])
        self.assertEqual(self.seq(), before)
        self.assertTrue(self.daemon.is_healthy())

    def test_who_may_send_a_file_and_how(self):
        data = table([row(1)])
        self.assertEqual(self.upload("/api/v1/roster", data, token=self.marshal)[0], 403)
        self.assertEqual(self.upload("/api/v1/roster", data, token="x" * 43)[0], 401)
        for form in ("text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"):
            status, problem = self.upload("/api/v1/roster", data, headers={"Content-Type": form})
            self.assertEqual((status, problem["code"]), (415, "bad-media-type"), form)
        status, problem = self.upload("/api/v1/roster", data, headers={**CSV, "Origin": "http://elsewhere.example"})
        self.assertEqual((status, problem["code"]), (403, "forbidden"))
        self.assertEqual(self.upload("/api/v1/roster?kind=everybody", data)[1]["code"], "bad-request")
        self.assertEqual(self.upload("/api/v1/roster?division=x", data)[1]["code"], "bad-request")
        self.assertEqual(self.units(), {})

    def test_a_file_that_is_too_large_is_refused_before_it_comes(self):
        for token, code in ((self.office, "too-large"), (self.marshal, "forbidden")):
            status, _, problem = self.daemon.http("POST", "/api/v1/roster", token=token, raw=b"",
                                                  headers={**CSV, "Expect": "100-continue",
                                                           "Content-Length": str(32 * 1024 * 1024 + 1)})
            self.assertEqual(problem["code"], code, status)
        status, _, problem = self.daemon.http("POST", "/api/v1/roster", token=self.office, raw=b"",
                                              headers={**CSV, "Content-Length": str(64 * 1024 * 1024 + 1)})
        self.assertEqual((status, problem["code"]), (413, "too-large"), "too much even to be thrown away")
        status, _, problem = self.daemon.http("POST", "/api/v1/lanes/A/tickets", token=self.office, raw=b"",
                                              headers={"Content-Type": "application/json", "Content-Length": "65537"})
        self.assertEqual((status, problem["code"]), (413, "too-large"), "other addresses take no more than before")

    def test_an_id_number_that_may_have_been_rounded_is_told(self):
        fits, fits_not = row(1), row(2)
        fits[2], fits_not[2] = "990101199001010000", "990101199001011000"
        status, told = self.roster([fits, fits_not, row(3)], more="&preview=1")
        found = [(one["severity"], one["code"], one["row"]) for one in told["problems"] if one["code"].startswith("id-")]
        self.assertEqual((status, found), (200, [("warning", "id-number-rounded", 2), ("error", "id-digits-lost", 3)]))

    def test_whoever_sends_too_much_reads_why(self):
        data = b"x" * (37 * 1024 * 1024)
        for _ in range(3):
            status, problem = self.upload("/api/v1/roster", data)
            self.assertEqual((status, problem["code"]), (413, "too-large"))
            self.assertIn("32 MiB", problem["message"]["en"])
            self.assertIn("文件过大", problem["message"]["zh"])
        self.assertEqual(self.roster([row(1)])[0], 200)

    def test_a_third_file_at_once_reads_that_it_is_busy(self):
        size = 8 * 1024 * 1024
        head = (f"POST /api/v1/roster HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.office}\r\n"
                f"Content-Type: text/csv\r\nContent-Length: {size}\r\n\r\n").encode()
        others = [socket.create_connection(("127.0.0.1", self.daemon.port), 30) for _ in range(2)]
        try:
            for other in others:
                other.sendall(head + b"x" * 1000)
            wait_until(lambda: self.upload("/api/v1/roster", b"x" * size)[1].get("code") == "busy", what="two files on their way")
            status, problem = self.upload("/api/v1/roster", b"x" * size)
            self.assertEqual((status, problem["code"]), (503, "busy"))
        finally:
            for other in others:
                other.close()
        wait_until(lambda: self.roster([row(1)])[0] == 200, what="room for a file again")

    def test_thousands_of_people(self):
        rows = [row(index, f"{index // 40}班") for index in range(1, 5001)]
        status, told = self.roster(rows)
        self.assertEqual((status, told["result"]["added"]), (200, 5000))
        self.assertEqual(len(self.units()), 126)
        self.assertEqual(self.roster(rows)[1]["result"]["unchanged"], 5000)

    def test_by_the_tool_beside_a_daemon_and_without(self):
        path = self.daemon.folder / "people.csv"
        path.write_text(table([row(1), broken(2)]), encoding="utf-8")
        for running in (True, False):
            with self.subTest(running=running):
                done = self.daemon.tool("roster", "import", path, check=False)
                self.assertEqual(done.returncode, 1)
                self.assertIn("import-refused", done.stderr)
                self.assertIn("row 3 column C", done.stdout)
                told = self.daemon.tool_json("roster", "import", path, "--preview")
                self.assertEqual((told["stored"], told["counts"]["errors"]), (False, 1))
                done = self.daemon.tool("--json", "roster", "import", path, "--accept-good", check=False)
                told = json.loads(done.stdout)
                self.assertEqual((done.returncode, told["stored"], told["result"]["added"]), (1, True, int(running)),
                                 "not every row was stored")
                self.assertEqual([one["name"] for one in self.daemon.tool_json("units")], ["会计1班"])
                self.assertEqual(self.daemon.stop() or 0, 0)
        self.assertEqual(self.daemon.tool("roster", "import", "/nothing/there", check=False).returncode, 3)
        self.assertEqual(self.daemon.tool("roster", "import", path, "--kind", "paid", check=False).returncode, 2)


class MeetingTheDesk(Rig):
    """A preview says what the import will do, and the import says the same."""

    def found(self, told):
        return [(one["severity"], one["code"], one["row"]) for one in told["problems"] if one["code"] != "level-missing"]

    def counts(self, told):
        return told["stored"], told["counts"]["errors"], told["counts"]["warnings"], told["result"]

    def test_numbers_of_two_people_are_an_error_before_and_after(self):
        self.roster([row(1), row(2)])
        swapped = [[one[0], one[1], other[2], *one[3:]] for one, other in ((row(1), row(2)), (row(2), row(1)))]
        expected = [("error", "numbers-of-two", 2), ("error", "numbers-of-two", 3)]
        would = {"added": 1, "updated": 0, "unchanged": 0, "skipped": 2}
        before = self.seq()
        status, told = self.roster([*swapped, row(3)], more="&preview=1")
        self.assertEqual((status, self.found(told), self.counts(told)), (200, expected, (False, 2, 0, would)))
        for one in told["problems"]:
            self.assertTrue(one["message"]["zh"] and one["message"]["en"])
        status, told = self.roster([*swapped, row(3)])
        self.assertEqual((status, told["code"], told["stored"], self.found(told)), (422, "import-refused", False, expected))
        self.assertEqual((self.seq(), self.units()["会计1班"]["people"]), (before, 2))
        status, told = self.roster([*swapped, row(3)], more="&accept=good")
        self.assertEqual((status, self.found(told), self.counts(told)), (200, expected, (True, 2, 0, would)))
        self.assertEqual(self.units()["会计1班"]["people"], 3)

    def test_another_name_is_a_warning_on_the_roster_and_an_error_elsewhere(self):
        self.roster([row(1), row(2)])
        other = [student_no(1), person(2).name, "", "商学院", "会计1班", "本科"]
        for kind, severity, code in (("excluded", "error", "other-name"), ("captured", "error", "other-name"),
                                     ("people", "warning", "renamed")):
            with self.subTest(kind):
                self.assertEqual(self.found(self.roster([other], kind=kind, more="&preview=1")[1]), [(severity, code, 2)])
                status, told = self.roster([other], kind=kind)
                self.assertEqual((status, told["stored"], self.found(told)),
                                 (200 if severity == "warning" else 422, severity == "warning", [(severity, code, 2)]))
        self.assertEqual(self.units()["会计1班"]["excluded"], 0)

    def test_the_tool_tells_the_rows_and_its_exit_says_that_some_are_missing(self):
        path = self.daemon.folder / "people.csv"
        self.roster([row(1), row(2)])
        path.write_text(table([row(3), [student_no(1), person(1).name, person(2).id_number, "商学院", "会计1班", "本科"]]),
                        encoding="utf-8")
        for running in (True, False):
            with self.subTest(running=running):
                for more, code in (("--preview", 0), ("", 1), ("--accept-good", 1)):
                    done = self.daemon.tool("roster", "import", path, *more.split(), check=False)
                    self.assertEqual(done.returncode, code, done.stdout)
                    self.assertIn("row 3  numbers-of-two", done.stdout)
                self.daemon.stop()

    def test_a_list_that_replaces_takes_people_off(self):
        self.roster([row(1), row(2), row(3)])
        self.roster([row(1), row(2)], kind="excluded")
        self.assertEqual(self.roster([row(3)], kind="excluded")[1]["result"]["updated"], 1)
        self.assertEqual(self.units()["会计1班"]["excluded"], 3, "without asking nobody is taken off")
        status, told = self.roster([row(2)], kind="excluded", more="&replace=1&preview=1")
        self.assertEqual((status, told["counts"]["lifted"], told["stored"]), (200, 2, False))
        self.assertEqual(self.units()["会计1班"]["excluded"], 3)
        self.assertEqual(self.roster([broken(2)], kind="excluded", more="&replace=1&accept=good")[1]["code"], "import-refused")
        status, told = self.roster([row(2)], kind="excluded", more="&replace=1")
        self.assertEqual((status, told["counts"]["lifted"], self.units()["会计1班"]["excluded"]), (200, 2, 1))
        self.assertEqual(self.daemon.check_in("A", manual(1), self.marshal)[0], 201)
        self.assertEqual(self.daemon.check_in("A", manual(2), self.marshal)[1]["code"], "excluded")
        self.assertEqual(self.roster([row(1)], more="&replace=1")[1]["code"], "bad-request")
        path = self.daemon.folder / "nobody.csv"
        path.write_text(table([]), encoding="utf-8")
        told = self.daemon.tool_json("roster", "import", path, "--kind", "excluded", "--replace")
        self.assertEqual((told["counts"]["lifted"], self.units()["会计1班"]["excluded"]), (1, 0))
        for wrong in ((), ("--kind", "people"), ("--kind", "captured", "--accept-good")):
            self.assertEqual(self.daemon.tool("roster", "import", path, "--replace", *wrong, check=False).returncode, 2)
        self.daemon.tool("journal", "verify")


class AtTheDoor(Rig):
    profile = "ncu-2020"

    def card(self, index):
        return {"medium": "id_card", "id_number": person(index).id_number, "name": person(index).name}

    def refused(self, body, token=None):
        status, problem = self.daemon.check_in("A", body, token or self.marshal)
        return status, problem.get("code"), problem.get("override")

    def test_outsiders_exclusions_and_captures_are_refused_and_overridden_with_a_reason(self):
        self.roster([row(index) for index in range(1, 6)])
        self.assertEqual(self.roster([row(2)], kind="excluded")[0], 200)
        self.assertEqual(self.roster([row(3)], kind="captured")[0], 200)
        self.assertEqual(self.refused(self.card(9)), (409, "not-on-roster", ["not-on-roster"]))
        self.assertEqual(self.refused(self.card(2)), (409, "excluded", ["excluded"]))
        self.assertEqual(self.refused(self.card(3)), (409, "already-captured", ["already-captured"]))
        for index, code, note in ((9, "not-on-roster", "override-roster"), (2, "excluded", "override-excluded"),
                                  (3, "already-captured", "override-captured")):
            with self.subTest(code):
                wish = {"codes": [code]}
                self.assertEqual(self.refused({**self.card(index), "override": wish})[1], "reason-needed")
                status, ticket = self.daemon.check_in("A", {**self.card(index), "override": {**wish, "reason": "dean's word"}},
                                                      self.marshal, key=f"over-{index}")
                self.assertEqual(status, 201, ticket)
                self.assertIn(note, ticket["notes"])
        for wrong in ({}, {"codes": []}, {"codes": ["everything"]}, {"codes": ["unpaid"], "why": "x"}, [], {"codes": "unpaid"}):
            self.assertEqual(self.refused({**self.card(1), "override": wrong})[1], "bad-request", wrong)

    def test_the_marshal_may_not_where_only_the_office_may(self):
        self.roster([row(1)])
        text = 'outsiders = "refuse"\noverrides = "%s"\n'
        wish = {**self.card(9), "override": {"codes": ["not-on-roster"], "reason": "x"}}
        self.daemon.http("POST", "/api/v1/rules", json={"profile": "ours", "text": text % "nobody"}, token=self.office)
        self.assertEqual(self.refused(wish)[:2], (403, "override-forbidden"))
        self.assertEqual(self.refused(wish, self.office)[:2], (403, "override-forbidden"))
        self.daemon.http("POST", "/api/v1/rules", json={"profile": "ours", "text": text % "office"}, token=self.office)
        self.assertEqual(self.refused(self.card(9)), (409, "not-on-roster", None), "not offered to the marshal")
        self.assertEqual(self.refused(wish)[:2], (403, "override-forbidden"))
        self.assertEqual(self.daemon.check_in("A", wish, self.office)[0], 201)

    def test_out_of_order_sounds_the_alarm_and_the_next_one_is_known(self):
        self.roster([row(index) for index in range(1, 5)])
        status, ticket = self.daemon.check_in("A", self.card(1), self.marshal)
        self.assertEqual((status, ticket.get("alarm"), ticket["notes"]), (201, None, []))
        self.assertEqual(self.daemon.snapshot("A", self.camera)["expected"]["rank"], 2)
        status, ticket = self.daemon.check_in("A", self.card(3), self.marshal)
        self.assertEqual((status, ticket["alarm"], ticket["notes"]), (201, "out-of-order", ["out-of-order"]))
        self.assertEqual([one["next"] for one in self.members("会计1班")], [False, False, False, True], "a gap is told once")
        missing = self.members("会计1班")[1]["person"]
        unit = self.units()["会计1班"]["id"]
        status, _, answer = self.daemon.http("POST", f"/api/v1/units/{unit}/roll", json={"person": missing, "roll": "absent"},
                                             token=self.liaison)
        self.assertEqual((status, answer["members"][1]["roll"], answer["unit"]["absent"]), (200, "absent", 1))
        self.assertEqual(self.daemon.check_in("A", self.card(4), self.marshal)[1].get("alarm"), None)

    def test_one_card_at_two_degree_levels(self):
        self.roster([row(1, "硕士班", "硕士"), [student_no(101), person(1).name, person(1).id_number, "商学院", "博士班", "博士"]])
        status, told = self.upload("/api/v1/payments?preview=1", table([["", person(1).name, person(1).id_number, "", "", ""]]))
        self.assertIn(("error", "level-unclear", 2), [(one["severity"], one["code"], one["row"]) for one in told["problems"]], (status, told))
        self.assertEqual(self.refused(self.card(1))[:2], (409, "level-ambiguous"))
        self.assertEqual(self.refused({**self.card(1), "level": "wizard"})[1], "bad-request")
        status, ticket = self.daemon.check_in("A", {**self.card(1), "level": "doctor"}, self.marshal)
        self.assertEqual((status, ticket["level"], ticket["unit"]), (201, "doctor", "博士班"))

    def test_another_level_than_the_one_known_is_refused(self):
        self.roster([row(1, "硕士班", "硕士")])
        self.assertEqual(self.refused({**self.card(1), "level": "doctor"})[:2], (409, "level-differs"))
        status, ticket = self.daemon.check_in("A", {**self.card(1), "level": "master"}, self.marshal)
        self.assertEqual((status, ticket["level"]), (201, "master"))
        # known at none: the level says nothing against it
        self.assertEqual(self.refused({**self.card(2), "level": "doctor"})[1], "not-on-roster")

    def test_the_roll(self):
        self.roster([row(1), row(2), row(3, "会计2班")])
        first, second = self.units()["会计1班"]["id"], self.units()["会计2班"]["id"]
        stranger = self.members("会计2班")[0]["person"]
        roll = lambda unit, body, token=self.liaison: self.daemon.http("POST", f"/api/v1/units/{unit}/roll", json=body, token=token)
        self.assertEqual(roll(first, {"person": stranger, "roll": "absent"})[2]["code"], "person-unknown")
        self.assertEqual(roll(999, {"all": "present"})[0], 404)
        self.assertEqual(roll("x", {"all": "present"})[0], 404)
        for wrong in ({}, {"all": "gone"}, {"roll": "absent"}, {"person": "zz", "roll": "absent"}, {"all": "present", "roll": "absent"},
                      {"all": "present", "person": stranger}):
            self.assertEqual(roll(first, wrong)[2]["code"], "bad-request", wrong)
        self.assertEqual(roll(first, {"all": "present"}, self.camera)[0], 403)
        status, _, answer = roll(first, {"all": "present"})
        self.assertEqual((status, answer["unit"]["present"], {one["roll"] for one in answer["members"]}), (200, 2, {"present"}))
        self.assertEqual(self.members("会计2班")[0]["roll"], "unknown")
        shown = answer["members"][0]
        self.assertEqual((shown["student_no"], shown["name"][1:]), (student_no(1), "○" * (len(person(1).name) - 1)))
        self.assertNotIn(person(1).id_number, str(answer))
        self.assertTrue(second)


class AtAReader(Rig):
    profile = "ncu-2020"

    def setUp(self):
        self.rig = emulated.Rig(sam=["door"], options=["--fast"])
        self.addCleanup(self.rig.close)
        self.lanes = (Lane("A", "四教楼101", 0, (Reader("door", "sam", f"serial:{self.rig.path('door')}"),)),)
        super().setUp()
        wait_until(lambda: [one["state"] for one in self.daemon.snapshot("A", self.marshal)["readers"]] == ["ready"],
                   what="the reader ready")

    def test_the_rules_hold_for_a_card_too_and_the_alarm_is_heard(self):
        self.roster([row(index) for index in range(1, 5)])
        self.roster([row(4)], kind="excluded")
        heard = []
        with self.daemon.events("A", self.marshal) as events:
            for index in (1, 3, 4, 9):
                self.rig.command(f'tap door id {person(index).id_number} "{person(index).name}" 20360101')
                heard.append(events.wait_for(lambda event: event.event == "door").data)
        self.assertEqual([(one["result"], one["code"], one.get("alarm")) for one in heard],
                         [("accepted", None, None), ("accepted", None, "out-of-order"), ("refused", "excluded", None),
                          ("refused", "not-on-roster", None)])
        for one in heard[2:]:
            self.assertTrue(one["message"]["zh"] and one["message"]["en"])


class Schedule(Rig):
    TABLE = ("日期,时间,地点,学院\n2026年11月22日 (周日),8:30—9:30,四教楼101,商学院\n"
             "2026年11月23日 (周二),下午2:00-3:30,四教楼102,法学院\n")

    def test_import_show_simulate(self):
        status, told = self.upload("/api/v1/schedule?preview=1", self.TABLE)
        self.assertEqual((status, told["stored"], told["counts"]["slots"]), (200, False, 2))
        self.assertIn("weekday-wrong", [one["code"] for one in told["problems"]])
        self.assertEqual(self.daemon.http("GET", "/api/v1/schedule", token=self.marshal)[0], 404)
        self.assertEqual(self.upload("/api/v1/schedule", self.TABLE)[1]["stored"], True)
        status, _, shown = self.daemon.http("GET", "/api/v1/schedule", token=self.liaison)
        self.assertEqual([(one["lane"], one["start"]) for one in shown["slots"]], [("A", "08:30"), ("B", "14:00")])
        self.assertIn("weekday-wrong", [one["code"] for one in shown["problems"]])
        self.roster([row(index) for index in range(1, 201)])
        status, _, plan = self.daemon.http("GET", "/api/v1/schedule/simulation?pace_s=36", token=self.marshal)
        self.assertEqual((status, plan["slots"][0]["people"], plan["slots"][0]["end"]), (200, 200, "10:30:00"))
        self.assertEqual(plan["slots"][0]["overrun_s"], 3600)
        for wrong in ("", "?pace_s=0", "?pace_s=x", "?pace_s=601"):
            self.assertEqual(self.daemon.http("GET", f"/api/v1/schedule/simulation{wrong}", token=self.marshal)[0], 400)

    def test_a_colleges_own_table_wins(self):
        self.assertEqual(self.upload("/api/v1/schedule", self.TABLE)[0], 200)
        own = "班级,时间\n会计1班,8:30-9:00\n会计2班,9:00-9:30\n"
        status, told = self.upload("/api/v1/schedule?division=%E5%95%86%E5%AD%A6%E9%99%A2", own)
        self.assertEqual((status, told["stored"], told["counts"]["slots"]), (200, True, 4), told)
        status, _, shown = self.daemon.http("GET", "/api/v1/schedule", token=self.office)
        self.assertEqual([one["units"][0]["class"] for one in shown["slots"] if one["parent"] is not None], ["会计1班", "会计2班"])

    def test_by_the_tool(self):
        path = self.daemon.folder / "times.csv"
        path.write_text(self.TABLE, encoding="utf-8")
        for running in (True, False):
            with self.subTest(running=running):
                self.assertIn("weekday-wrong", self.daemon.tool("schedule", "lint", path).stdout)
                self.assertTrue(self.daemon.tool_json("schedule", "import", path)["stored"])
                plan = self.daemon.tool_json("schedule", "simulate", path, "--pace", "20")["plan"]
                self.assertEqual(len(plan["slots"]), 2)
                self.daemon.stop()
        self.assertEqual(self.daemon.tool("schedule", "simulate", path, check=False).returncode, 2)

    def test_errors_are_refused(self):
        status, problem = self.upload("/api/v1/schedule", self.TABLE + "someday,8:30-9:30,四教楼101,商学院\n")
        self.assertEqual((status, problem["code"], problem["stored"]), (422, "import-refused", False))
        self.assertEqual(self.upload("/api/v1/schedule", "x,y\n1,2\n")[0], 422)


class Codes(Rig):
    profile = "hqu-2024"

    def test_an_unbound_code_that_turns_out_to_be_somebody_comes_with_warnings(self):
        self.roster([row(1), row(2)])
        self.roster([row(2)], kind="excluded")
        status, ticket = self.daemon.check_in("A", capture_code(b"k" * 48), self.marshal)
        self.assertEqual((status, ticket["bound"]), (201, False))
        status, _, bound = self.daemon.http("POST", f"/api/v1/lanes/A/tickets/{ticket['number']}/bind", token=self.marshal,
                                            json={"id_number": person(2).id_number, "name": person(2).name})
        self.assertEqual((status, bound["bound"], bound["warnings"]), (200, True, ["excluded"]), bound)
        self.assertEqual(bound["unit"], "会计1班")


if __name__ == "__main__":
    unittest.main(verbosity=2)
