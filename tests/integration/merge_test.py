#!/usr/bin/python3
"""paihao merge: two campuses that had no network between them become one package. Whoever was at both is known again, no
number changes, an older copy of an event is left out, and two copies that went different ways are refused. Besides: what the
agency's package holds, byte by byte."""

import base64
import csv
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest
import zipfile

import harness
import school_day
from school_day import as_xlsx, capture_code


def code_for(student):
    return b"\x00\xffCODE" + student.student_no.encode()[::-1] * 9


class Campus:
    def __init__(self, name, first, units):
        self.day = school_day.Day(f"华侨大学 2024 届 {name}", "hqu-2024", [harness.Lane("A", name)])
        self.room = self.day.rooms["A"]
        self.school = school_day.School(2024, first)
        self.classes = {unit: self.school.admit(6, "学院" + unit[:2], unit, "本科") for unit in units}
        rows = [("学号", "姓名", "学院", "班级", "层次")]
        for student in self.school.people:
            student.code, student.id_number = code_for(student), ""
            rows.append((student.student_no, student.name, student.college, student.unit, student.level))
        self.day.daemon.tool("roster", "import", self.day.file(as_xlsx(rows), "classes.xlsx"))
        self.day.open()

    @property
    def data(self):
        return self.day.daemon.data

    def takes(self, unit, absent=()):
        self.day.calls_roll(unit, absent=absent)
        people = [student for student in self.classes[unit] if student not in absent]
        numbers = [self.room.gives_number(student, capture_code) for student in people]
        self.room.shoots_everyone()
        for number in numbers:
            self.room.binds(number, number.student)


def copy_of(data, folder):
    """A data folder as somebody would carry it: the database by the tool's own backup, and the key."""
    folder.mkdir(mode=0o700)
    shutil.copy2(data / "secret.key", folder / "secret.key")
    return folder


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def read_csv(path):
    return school_day.Day.parse(path.read_text(encoding="utf-8"))


class Merge(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.north = Campus("泉州校区", 100_000, ["法学1班", "法学2班"])
        cls.addClassCleanup(cls.north.day.close)
        cls.south = Campus("厦门校区", 200_000, ["建筑1班"])
        cls.addClassCleanup(cls.south.day.close)
        north, south = cls.north, cls.south
        cls.both, cls.late, cls.elsewhere, cls.absent = north.classes["法学2班"][:4]
        north.takes("法学1班")
        cls.early = copy_of(north.data, north.day.daemon.folder / "early")
        north.day.daemon.tool("backup", "--output", cls.early / "event.db")
        late = north.room.gives_number(cls.late, capture_code)
        north.room.calls(late)
        north.room.misses(late)
        north.room.binds(late, cls.late)
        north.takes("法学2班", absent=[cls.late, cls.elsewhere, cls.absent])
        first = next(number for number in north.room.book if number.student is cls.both)
        north.room.retakes(first, "王小明闭眼")  # a reason that names somebody
        south.takes("建筑1班")
        for student in (cls.both, cls.late):  # known by nothing but their codes
            south.room.gives_number(student, capture_code)
        other = south.room.gives_number(cls.elsewhere, capture_code)
        south.room.shoots_everyone()
        status, _ = south.room.door.post(f"{south.room.path}/tickets/{other.label}/bind",
                                         {"student_no": cls.elsewhere.student_no, "name": cls.elsewhere.name})
        assert status == 200
        cls.people = north.school.people + south.school.people
        cls.folder = north.day.daemon.folder

    def tool(self, *args, check=True, **more):
        """Without a configuration: a merge needs none."""
        return self.north.day.daemon.tool(*args, check=check, config=False, **more)

    def merge(self, kind, name, *more, check=True, sources=None):
        out = self.folder / name
        out.mkdir(exist_ok=True)
        sources = sources or [self.north.data, self.south.data / "event.db"]
        done = self.tool("--json", "merge", *sources, "--kind", kind, "--output", out, *more, check=check)
        return json.loads(done.stdout), done

    # -- one package of both

    def test_the_school_knows_who_was_at_both(self):
        told, _ = self.merge("school", "school")  # beside two daemons that run
        self.assertEqual(told["merge"]["counts"], {"shot-twice": 1, "number-twice": 1, "shot-elsewhere": 1,
                                                   "name-differs": 0})
        self.tool("handover", "verify", told["path"])
        package = pathlib.Path(told["path"])
        report = json.loads((package / "merge-report.json").read_text())
        self.assertEqual(report, told["merge"])
        self.assertEqual([event["event"] for event in report["events"]],
                         ["华侨大学 2024 届 泉州校区", "华侨大学 2024 届 厦门校区"])
        self.assertEqual([event["issued"] for event in report["events"]], [10, 9])
        by_case = {row["case"]: row["members"] for row in report["people"]}
        numbers = {case: [(m["event"], m.get("number"), m.get("state")) for m in members]
                   for case, members in by_case.items()}
        self.assertEqual(numbers, {"shot-twice": [(0, "A0008", "shot"), (1, "A0007", "shot")],
                                   "number-twice": [(0, "A0007", "missed"), (1, "A0008", "shot")],
                                   "shot-elsewhere": [(0, None, None), (1, "A0009", "shot")]})
        for case, student in (("shot-twice", self.both), ("number-twice", self.late), ("shot-elsewhere", self.elsewhere)):
            self.assertEqual((by_case[case][0]["name"], by_case[case][0]["student_no"]),
                             (student.name, student.student_no))
        # equal labels on both campuses: told, and nothing renumbered
        self.assertEqual(report["same_numbers"], [{"events": [0, 1], "lane": "A", "first": "A0001", "last": "A0009"}])
        rows = read_csv(package / "merge-report.csv")
        self.assertEqual(len(rows), 6)
        self.assertEqual({row["student_no"] for row in rows if row["case"] == "shot-elsewhere"},
                         {self.elsewhere.student_no})
        page = (package / "merge-report.html").read_text()
        self.assertIn(self.both.name, page)
        self.assertNotIn("<script", page)
        # absent is who was nowhere, and nobody else
        letters = (package / "letters.html").read_text()
        self.assertIn(self.absent.name, letters)
        for student in self.people:
            if student is not self.absent:
                self.assertNotIn(student.student_no, letters, student)

    # -- what the agency gets

    def test_the_agency_gets_numbers_and_nobody(self):
        told, _ = self.merge("agency", "agency")
        package = pathlib.Path(told["path"])
        self.tool("handover", "verify", package)
        rows = read_csv(package / "numbers.csv")
        for index, campus in enumerate((self.north, self.south)):
            ours = [row for row in rows if row["event"] == campus.day.name]
            self.assertEqual(len({row["event id"] for row in ours}), 1)
            campus.day.office = campus.day.device("office")  # the first one's line has been idle for long
            listed = campus.day.numbers("A")
            self.assertEqual(len(ours), len(listed))
            for row, known, number in zip(ours, listed, campus.room.book):
                for column in ("number", "lane", "state", "medium", "issued (UTC)", "called (UTC)", "shot (UTC)", "shots",
                               "retakes", "suspect"):
                    self.assertEqual(row[column], known[column], column)
                self.assertEqual(row["shot (UTC+8)"], known["shot (local)"])
                self.assertEqual(base64.b64decode(row["payload (base64)"]), number.student.code)
                self.assertEqual(row["reason"], "")  # what somebody wrote stays away
        self.assertEqual(sum(int(row["retakes"]) for row in rows), 1)
        report = json.loads((package / "merge-report.json").read_text())
        self.assertEqual({row["case"] for row in report["people"]}, {"shot-twice", "number-twice"})
        self.find_nobody(package)

    def find_nobody(self, package):
        """Every byte of every file, also of those inside the workbooks."""
        files = contents(package)
        for name, data in list(files.items()):
            if name.endswith(".xlsx"):
                with zipfile.ZipFile(package / name) as book:
                    files.update({f"{name}/{part}": book.read(part) for part in book.namelist()})
        self.assertIn("numbers.xlsx/xl/workbook.xml", files)
        for name, data in files.items():
            for student in self.people:
                for secret in (student.name, student.student_no, "王小明"):
                    for form in (secret.encode(), secret.encode("utf-16-le"), secret.encode("gb18030"),
                                 json.dumps(secret)[1:-1].encode()):
                        self.assertNotIn(form, data, f"personal data in {name}")

    def test_the_summary_is_one_page_for_both_to_sign(self):
        told, _ = self.merge("agency", "summary")
        page = (pathlib.Path(told["path"]) / "summary.html").read_text()
        for text in ("A0001 – A0010", "A0001 – A0009", told["head"], "签字 Signature", "handover verify"):
            self.assertIn(text, page)
        for text in ("<script", "http://", "https://", "src="):
            self.assertNotIn(text, page)

    def test_the_workbook_holds_the_same_cells(self):
        try:
            import openpyxl
        except ImportError:
            self.skipTest("no openpyxl")
        told, _ = self.merge("agency", "workbook")
        package = pathlib.Path(told["path"])
        sheet = openpyxl.load_workbook(package / "numbers.xlsx").worksheets[0]
        with open(package / "numbers.csv", newline="", encoding="utf-8-sig") as file:
            expected = list(csv.reader(file))
        got = [["" if cell.value is None else cell.value.strftime("%Y-%m-%d %H:%M:%S")
                if hasattr(cell.value, "strftime") else str(cell.value) for cell in row] for row in sheet.iter_rows()]
        self.assertEqual(got[-len(expected) + 1:], expected[1:])

    def test_again_is_the_same_byte_for_byte(self):
        for kind in ("agency", "school"):
            one, _ = self.merge(kind, f"one-{kind}")
            other, _ = self.merge(kind, f"other-{kind}")
            self.assertEqual(one["digest"], other["digest"])
            self.assertEqual(contents(pathlib.Path(one["path"])), contents(pathlib.Path(other["path"])))

    def test_as_one_sealed_file(self):
        secret = self.folder / "passphrase"
        secret.write_text("north and south 2024\n")
        told, _ = self.merge("agency", "sealed", "--zip", "--passphrase-file", secret)
        self.assertTrue(told["path"].endswith(".zip"))
        self.tool("handover", "verify", told["path"], "--passphrase-file", secret)
        data = pathlib.Path(told["path"]).read_bytes()
        self.assertNotIn("拍摄号".encode(), data)
        self.assertNotIn(base64.b64encode(self.both.code)[:20], data)

    # -- copies of one event

    def test_an_older_copy_is_left_out_and_told(self):
        told, _ = self.merge("agency", "older", sources=[self.early, self.south.data, self.north.data])
        whole, _ = self.merge("agency", "whole", sources=[self.south.data, self.north.data])
        self.assertEqual(len(told["merge"]["events"]), 2)
        self.assertEqual(len(told["merge"]["left_out"]), 1)
        copy, = told["merge"]["left_out"]
        self.assertEqual(copy["id"], told["merge"]["events"][1]["id"])
        self.assertLess(copy["seq"], told["merge"]["events"][1]["seq"])
        names = [str(pathlib.Path(answer["path"]) / "numbers.csv") for answer in (told, whole)]
        self.assertEqual(*[pathlib.Path(name).read_bytes() for name in names])
        lines = self.tool("merge", self.early, self.south.data, self.north.data, "--kind", "school", "--output",
                          self.folder / "older").stdout
        self.assertIn("left out", lines)

    def test_copies_that_parted_are_refused(self):
        with harness.Daemon(self.north.day.daemon.lanes) as other:
            for name in ("event.db", "secret.key"):
                shutil.copy2(self.early / name, other.data / name)
            other.tool("late", "open", "--lane", "A")
            done = self.merge("agency", "parted", check=False, sources=[self.north.data, other.data])[1]
            self.assertEqual((done.returncode, json.loads(done.stdout)["code"]), (1, "event-elsewhere"))
            message = json.loads(done.stdout)["message"]
            entries = [json.loads(line) for line in
                       other.tool("--json", "journal", "tail", "-n", "1000").stdout.splitlines()]
            entries = entries[0] if isinstance(entries[0], list) else entries
            parted = entries[-1]["seq"]
            for text in (f"entry {parted}", "late-round", "issued", "UTC+8"):
                self.assertIn(text, message["en"])
            self.assertIn(f"第 {parted} 条", message["zh"])
            self.assertEqual(list((self.folder / "parted").iterdir()), [])

    # -- refusals

    def test_what_cannot_be_merged_is_told(self):
        north, south = self.north.data, self.south.data
        nowhere = self.folder / "nowhere"
        cases = [
            (2, "usage", [north, "--kind", "agency"]),
            (2, "usage", [north, south]),
            (2, "usage", [north, south, "--kind", "both"]),
            (2, "usage", [north, south, "--kind", "agency", "--key", "a", "--key", "b", "--key", "c"]),
            (1, "no-event", [north, nowhere, "--kind", "agency"]),
            (3, "key-missing", [north, south, "--kind", "agency", "--key", nowhere]),
            (3, "key-wrong", [north, south, "--kind", "agency", "--key", south / "secret.key"]),
        ]
        for code, word, args in cases:
            with self.subTest(word=word, args=args):
                done = self.tool("--json", "merge", *args, "--output", self.folder, check=False)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertEqual(json.loads(done.stdout)["code"], word)
        keys = ["--key", north / "secret.key", "--key", south / "secret.key"]
        self.merge("school", "keys", *keys)

    def test_a_stick_that_may_only_be_read(self):
        """Two data folders on it, and somebody who may write nothing there."""
        nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
        if os.geteuid() != 0 or subprocess.run([*nobody, harness.BUILD / "paihao", "--version"], check=False,
                                               stdout=subprocess.DEVNULL).returncode != 0:
            self.skipTest("needs root, and a program that others may run")
        stick, out = self.folder / "stick", self.folder / "nobody"
        stick.mkdir()
        out.mkdir()
        for name, campus in (("north", self.north), ("south", self.south)):
            copy_of(campus.data, stick / name)
            campus.day.daemon.tool("backup", "--output", stick / name / "event.db")
            for path in (stick / name).iterdir():
                os.chown(path, 65534, 65534)
                path.chmod(0o400)
            os.chown(stick / name, 65534, 65534)
            (stick / name).chmod(0o500)
        os.chown(out, 65534, 65534)
        self.folder.chmod(0o711)
        before = contents(stick)
        done = subprocess.run([*nobody, harness.BUILD / "paihao", "merge", stick / "north", stick / "south", "--kind",
                               "agency", "--output", out], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(contents(stick), before)


if __name__ == "__main__":
    sys.exit(unittest.main())
