#!/usr/bin/python3
"""Packages of people whose names mean harm, and of two rooms that had no network between them. The golden days
(day_*_test.py) hold both packages against a whole day each."""

import base64
import csv
import io
import json
import pathlib
import tempfile
import unicodedata
import unittest

import harness
import packages
from school_day import as_csv

HOSTILE = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1+1)*cmd|' /C calc'!A0", "＝1+1", "＠x", '=HYPERLINK("http://x","y")',
           "0012", "_x0041_", "<b>&\"'", "'=1+1", "https://example.org/", "1E5", "2026-11-22", "TRUE"]
UNITS = ["=1+1", "History", "[班]:*?/\\", "history", "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二", "CON"]
REASON = '=HYPERLINK("http://x","重拍")'


def student(i, name, unit):
    return (name, f"{i:018d}", harness.person(i).id_number, "学院", unit)


class Packages(unittest.TestCase):
    maxDiff = None

    def folder(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        return pathlib.Path(place.name)

    def event(self, name, people, come):
        """A room with a roster where some come, in this order: each is called and shot. The daemon and who it is for."""
        daemon = harness.Daemon(["A"])
        self.addCleanup(daemon.close)
        daemon.open_event(name)
        path = daemon.folder / "roster.csv"
        path.write_bytes(as_csv([("姓名", "学号", "身份证号", "学院", "班级")] + people))
        daemon.tool("roster", "import", path)
        door, camera = daemon.token("marshal"), daemon.token("photographer", "A")
        daemon.start()
        for number, person in enumerate(come, 1):
            status, ticket = daemon.check_in("A", {"medium": "manual", "id_number": person[2], "name": person[0]}, door)
            self.assertEqual((status, ticket.get("number")), (201, f"A{number:04d}"), (person, ticket))
            for step in ("call", "shot"):
                self.assertEqual(daemon.act("A", ticket["number"], step, camera)[0], 200)
        return daemon, camera

    def test_names_that_mean_harm(self):
        """In every cell of every file they are what they are: texts. Names of sheets and files are safe ones."""
        people = [student(i, unicodedata.normalize("NFKC", name), UNITS[i % len(UNITS)])  # as the import cleans them
                  for i, name in enumerate(HOSTILE)]
        come = [person for i, person in enumerate(people) if i % 4 != 3]
        daemon, camera = self.event("=1+1 & 联合", people, come)
        for step, body in (("retake", {"reason": REASON}), ("shot", {})):
            self.assertEqual(daemon.act("A", "A0002", step, camera, body)[0], 200)
        self.assertEqual(daemon.stop(), 0)
        for kind in ("agency", "school"):
            folder = self.folder() / kind
            names, about = packages.make(kind, folder, daemon.data)
            for name in names:
                if name.endswith(".xlsx"):
                    sheets = packages.check_form(self, folder / name)
                    packages.through_libreoffice(self, folder / name, sheets)
                elif name.endswith(".csv"):
                    self.check_csv(folder / name)
                elif name.endswith(".html"):
                    self.assertNotRegex((folder / name).read_text("utf-8"), r"<b>&|<script|href|src=")
        numbers = sheets["拍摄号 numbers"].rows
        self.assertEqual([row["name"] for row in numbers], [person[0] for person in come])
        self.assertEqual([row["student no"] for row in numbers], [person[1] for person in come])  # 18 digits, zeros in front
        self.assertEqual(numbers[1]["reason"], REASON)
        packages.check_journal(self, folder / "journal.jsonl", about["about"]["events"][0])
        self.assertEqual(sorted(name for name in sheets if name.casefold().startswith("history")), ["History_", "history_ (2)"])
        self.assertIn("［班］：＊？／＼", sheets)
        absent = [person[0] for person in people if person not in come]
        self.assertEqual(sorted(sheets["缺席 absentees"].column("name")), sorted(absent))
        letters = packages.text_of(folder / "letters.html")
        for name in absent:
            self.assertIn(name, letters)

    def test_somebody_with_several_codes(self):
        """A number's payload is the code that was shown for it, not another one of the same person."""
        who = harness.person(700)
        daemon, camera = self.event("codes", [student(700, who.name, "甲班")], [])
        door, shown = daemon.token("marshal"), [b"code of an earlier enrolment", b"code of this one", b"of somebody else"]
        for number, (code, last) in enumerate(zip(shown, ("miss", "shot", "shot")), 1):
            label = f"A{number:04d}"
            self.assertEqual(daemon.check_in("A", harness.capture_code(code), door)[0], 201)
            self.assertEqual(daemon.act("A", label, "call", camera)[0], 200)
            self.assertEqual(daemon.act("A", label, last, camera)[0], 200)
            if number < 3:
                status, told = daemon.act("A", label, "bind", door, {"id_number": who.id_number, "name": who.name})
                self.assertEqual(status, 200, told)
        self.assertEqual(daemon.stop(), 0)
        folder = self.folder() / "agency"
        packages.make("agency", folder, daemon.data)
        _, rows = packages.read_csv(folder / "numbers.csv")
        self.assertEqual([base64.b64decode(row["payload (base64)"]) for row in rows], shown)

    def test_a_code_that_is_somebodys_number_stays_away(self):
        """Where codes alone are scanned, an ID card's barcode is one. The agency hears that there was something, not what."""
        daemon, _ = self.event("codes", [student(1, harness.person(1).name, "甲班")], [])
        door, number = daemon.token("marshal"), harness.person(701).id_number
        for code in (number, f" {number}\r\n", "a capture code"):
            self.assertEqual(daemon.check_in("A", harness.capture_code(code.encode()), door)[0], 201)
        self.assertEqual(daemon.stop(), 0)
        folder = self.folder() / "agency"
        names, _ = packages.make("agency", folder, daemon.data)
        _, rows = packages.read_csv(folder / "numbers.csv")
        self.assertEqual([(row["notes"], base64.b64decode(row["payload (base64)"])) for row in rows],
                         [("withheld", b""), ("withheld", b""), ("", b"a capture code")])

    def check_csv(self, path):
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
        for row in rows:
            for cell in row:
                self.assertFalse(cell.startswith(packages.FORMULAS), (path.name, cell))

    def test_two_rooms_without_a_network(self):
        """One package: rows say of which event, nobody is told twice, and who was photographed there is not absent here."""
        people = [student(i, harness.person(i).name, "甲班") for i in range(6)]
        first, _ = self.event("东校区", people, people[:2])
        second, _ = self.event("西校区", people, people[2:4])
        self.assertEqual((first.stop(), second.stop()), (0, 0))
        folder = self.folder() / "school"
        names, about = packages.make("school", folder, first.data, second.data)
        sheets = packages.check_form(self, folder / "school.xlsx")
        packages.through_libreoffice(self, folder / "school.xlsx", sheets)
        numbers = sheets["拍摄号 numbers"].rows
        self.assertEqual([(row["event"], row["number"], row["student no"]) for row in numbers],
                         [("东校区", "A0001", people[0][1]), ("东校区", "A0002", people[1][1]),
                          ("西校区", "A0001", people[2][1]), ("西校区", "A0002", people[3][1])])
        self.assertEqual([row["event id"] for row in numbers],
                         [event["id"][:12] for event in about["about"]["events"] for _ in range(2)])
        self.assertEqual([row["file name"] for row in numbers], ["A0001.jpg", "A0002.jpg", "A0001 (2).jpg", "A0002 (2).jpg"])
        self.assertEqual(sheets["缺席 absentees"].column("student no"), [people[4][1], people[5][1]])
        marks = {name: sheets[name].column("photograph") for name in ("甲班", "甲班 (2)")}
        self.assertEqual(marks, {"甲班": ["有 yes"] * 2 + ["另处 elsewhere"] * 2 + ["无 no"] * 2,
                                 "甲班 (2)": ["另处 elsewhere"] * 2 + ["有 yes"] * 2 + ["无 no"] * 2})
        self.assertEqual((folder / "letters.html").read_text("utf-8").count('<section class="letter">'), 2)
        lines = [json.loads(line) for line in (folder / "journal.jsonl").read_text("utf-8").splitlines()]
        self.assertEqual([line["head"] for line in lines if "head" in line],
                         [event["head"] for event in about["about"]["events"]])


if __name__ == "__main__":
    unittest.main()
