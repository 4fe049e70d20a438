"""Both packages of a day, field by field against the book of that day (school_day.py), read by three readers: openpyxl,
LibreOffice and the csv module. The files are made by build/tests/hand_over, the same code as in every program."""

import collections
import csv
import datetime
import hashlib
import html.parser
import io
import json
import pathlib
import re
import struct
import subprocess
import tempfile
import zipfile

import openpyxl

import harness

LOCAL = datetime.timezone(datetime.timedelta(hours=8))
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
STATES = {"shot": "有 yes", "waiting": "等候 open", "called": "等候 open"}


def make(kind, folder, *databases):
    """Writes the parts; the names of the files and what the package is called."""
    folder.mkdir(mode=0o700)
    places = [str(place) for database in databases for place in (database / "event.db", database / "secret.key")]
    done = subprocess.run([str(harness.BUILD / "tests" / "hand_over"), kind, str(folder), *places],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    *names, about = done.stdout.splitlines()
    return names, json.loads(about)


# ---- reading

def english(heading):
    """"拍摄号 number": the test goes by the English half."""
    return re.sub(r"^[^ ]+ ", "", heading)


class Sheet:
    """A sheet as openpyxl reads it, with its rows as {heading: value}, times as texts."""

    def __init__(self, sheet):
        self.sheet, self.name = sheet, sheet.title
        cells = list(sheet.iter_rows())
        self.headings = [english(cell.value) for cell in cells[0]]
        self.rows = [dict(zip(self.headings, (as_text(cell.value) for cell in row))) for row in cells[1:]]
        self.cells = cells

    def column(self, heading):
        return [row[heading] for row in self.rows]


def as_text(value):
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        value += datetime.timedelta(microseconds=500_000)  # a serial number is not quite the second
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    # openpyxl shows this escape as it stands; Excel and LibreOffice take it for what it means
    return str(value).replace("_x005F_", "_")


def read_csv(path):
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") and data.endswith(b"\r\n") and b"\n" not in data.replace(b"\r\n", b""), path
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    keys = [english(heading) for heading in rows[0]]
    return keys, [dict(zip(keys, row)) for row in rows[1:]]


def check_form(test, path):
    """What every sheet of every workbook must be, for Excel, WPS and LibreOffice. Gives the sheets by their names."""
    with zipfile.ZipFile(path) as package:
        test.assertIsNone(package.testzip())
        for entry in package.infolist():
            test.assertEqual(entry.date_time[:3], (1980, 1, 1), "a clock in it")
            text = package.read(entry)
            test.assertFalse(b"<f>" in text or b"<f " in text or b"hyperlink" in text, f"a formula or link in {entry}")
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        where = f"{path.name} {sheet.title}"
        test.assertEqual(sheet.freeze_panes, "A2", where)
        test.assertEqual(sheet.print_title_rows, "$1:$1", where)
        test.assertEqual(sheet.auto_filter.ref, sheet.dimensions, where)
        area = sheet.print_area[0] if isinstance(sheet.print_area, list) else sheet.print_area
        test.assertEqual(area.replace("$", "").split("!")[-1], sheet.dimensions, where)
        test.assertEqual((sheet.page_setup.paperSize, bool(sheet.sheet_properties.pageSetUpPr.fitToPage)), (9, True), where)
        test.assertEqual((int(sheet.page_setup.fitToWidth or 1), int(sheet.page_setup.fitToHeight)), (1, 0), where)
        test.assertIn("&P", sheet.oddFooter.center.text, where)
        test.assertLessEqual(len(sheet.title.encode("utf-16-le")) // 2, 31)
        for row in sheet.iter_rows():
            for cell in row:
                test.assertEqual(cell.font.name, "宋体", f"{where} {cell.coordinate}")
                if isinstance(cell.value, str):
                    test.assertEqual((cell.data_type, cell.number_format), ("s", "@"), f"{where} {cell.coordinate}")
                elif cell.value is not None:
                    test.assertIn(cell.data_type, "nd", f"{where} {cell.coordinate}")
    return {sheet.title: Sheet(sheet) for sheet in book.worksheets}


def through_libreoffice(test, path, sheets):
    """Every sheet as LibreOffice shows it, saved as CSV: the same cells, texts with all their digits. Saved as a workbook
    again, texts are texts still."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "xlsx",
                        "--outdir", f"{folder}/again", str(path)], check=True, capture_output=True, timeout=300)
        again = openpyxl.load_workbook(f"{folder}/again/{path.name}")
        test.assertEqual(again.sheetnames, list(sheets))
        for name, sheet in sheets.items():
            for row, saved in zip(sheet.cells, again[name].iter_rows(), strict=False):
                for cell, other in zip(row, saved):
                    test.assertEqual((other.data_type, as_text(other.value)), (cell.data_type, as_text(cell.value)),
                                     f"{name} {cell.coordinate} after LibreOffice")
        options = "44,34,76,1,,0,false,true,true,false,false,-1"  # UTF-8, as shown, every sheet
        subprocess.run(["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to",
                        f"csv:Text - txt - csv (StarCalc):{options}", "--outdir", f"{folder}/out", str(path)],
                       check=True, capture_output=True, timeout=300)
        # the name of a sheet is in the file's; some characters cannot be
        files = {file.name: file for file in pathlib.Path(folder, "out").iterdir()}
        test.assertEqual(len(files), len(sheets))
        for name, sheet in sheets.items():
            file = files[f"{path.stem}-{name}.csv"]
            shown = list(csv.reader(io.StringIO(file.read_text("utf-8"), newline="")))
            expected = [[as_shown(cell) for cell in row] for row in sheet.cells]
            test.assertEqual([row + [""] * (len(sheet.headings) - len(row)) for row in shown], expected,
                             f"{path.name} {name} in LibreOffice")


def as_shown(cell):
    if cell.number_format == "0.00" and cell.value is not None:
        return f"{cell.value:.2f}"
    return as_text(cell.value)


# ---- the day's book

class Book:
    """What the packages must say of each number and each person."""

    def __init__(self, day, rows):
        self.day = day
        self.numbers = day.book()
        self.rows = {row["number"]: row for lane in rows.values() for row in lane}  # numbers.csv of the lanes
        self.of = collections.defaultdict(list)
        for number in self.numbers:
            self.of[number.student].append(number)

    def shot_of(self, student):
        return [number for number in self.of[student] if number.state == "shot"]


def local(utc):
    """"2026-11-22T08:30:00.123456Z" as clocks in China show it, to the second."""
    if not utc:
        return ""
    at = datetime.datetime.fromisoformat(utc.replace("Z", "+00:00")).astimezone(LOCAL)
    return f"{at:%Y-%m-%d %H:%M:%S}"


def near(test, got, expected, where):
    """Seconds may differ by the half that a serial number is short of."""
    if got == expected:
        return
    parse = datetime.datetime.fromisoformat
    test.assertTrue(got and expected and abs(parse(got) - parse(expected)) <= datetime.timedelta(seconds=1),
                    f"{where}: {got} instead of {expected}")


def check_times(test, row, told, names, where):
    for name in names:
        near(test, row[f"{name} (UTC+8)"], local(told[f"{name} (UTC)"]), f"{where} {name}")


# ---- the agency's

def check_agency(test, folder, book, about):
    names, rows = read_csv(folder / "numbers.csv")
    sheets = check_form(test, folder / "numbers.xlsx")
    sheet, = sheets.values()
    test.assertEqual(sheet.headings, names)
    test.assertEqual([strip(row) for row in rows], sheet_rows(sheet))
    test.assertEqual([row["number"] for row in rows], [number.label for number in book.numbers])
    for row, number in zip(rows, book.numbers):
        told = book.rows[number.label]
        expected = {"number": number.label, "lane": number.lane, "state": number.state, "medium": number.medium,
                    "shots": str(number.shots), "retakes": str(number.retakes),
                    "suspect": "yes" if number.is_suspect else "no"}
        test.assertEqual({key: row[key] for key in expected}, expected)
        for name in ("issued", "called", "shot"):
            test.assertEqual(row[f"{name} (UTC)"], told[f"{name} (UTC)"])
        check_times(test, row, told, ("issued", "called", "shot"), number.label)
        if number.medium == "capture_code" and number.student.code:
            test.assertEqual(row["payload (base64)"], harness.base64.b64encode(number.student.code).decode())
        elif number.medium != "capture_code":
            test.assertEqual(row["payload (base64)"], "")
    everything = "\n".join([(folder / "numbers.csv").read_text("utf-8-sig"), (folder / "summary.html").read_text("utf-8"),
                            json.dumps(about, ensure_ascii=False)] +
                           [as_text(cell.value) for row in sheet.cells for cell in row])
    for student in {*book.day.people, *book.of}:
        for secret in (student.name, student.id_number, student.student_no):
            test.assertFalse(secret and secret in everything, "the agency was told who somebody is")
    return sheets


def strip(row):
    """Without the apostrophe that guards a formula in a CSV."""
    return {key: value[1:] if value[:1] == "'" and value[1:].startswith(FORMULAS) else value for key, value in row.items()}


def sheet_rows(sheet):
    return [{key: value for key, value in row.items()} for row in sheet.rows]


# ---- the school's

def check_school(test, folder, book, tallies, about):
    sheets = check_form(test, folder / "school.xlsx")
    names = list(sheets)
    test.assertEqual(names[:2], ["概要 summary", "拍摄号 numbers"])
    test.assertEqual(names[-6:], ["缺席 absentees", "退费 refunds", "班级账单 class bills", "作废与例外 exceptions",
                                  "对账 ledger", "签字 signatures"])
    check_numbers(test, folder, sheets["拍摄号 numbers"], book)
    absent = check_classes(test, [sheets[name] for name in names[2:-6]], book, tallies)
    check_absent(test, folder, sheets["缺席 absentees"], absent)
    check_money(test, sheets, book, tallies)
    check_exceptions(test, sheets["作废与例外 exceptions"], book)
    check_ledger(test, sheets["对账 ledger"], book, tallies)
    check_journal(test, folder / "journal.jsonl", about["about"]["events"][0])
    facts = {row["item"]: row["content"] for row in sheets["概要 summary"].rows}
    test.assertEqual(facts["已拍人数 Photographed"], str(tallies["event"]["people_shot"]))
    test.assertEqual(facts["缺席人数 Absent"], str(len(absent)))
    test.assertEqual(facts["应退费人数 Refunds due"], str(tallies["event"]["refund_due"]))
    page = text_of(folder / "summary.html")
    for item, content in facts.items():
        test.assertIn(content, page, item)
    return sheets


def check_numbers(test, folder, sheet, book):
    names, rows = read_csv(folder / "numbers.csv")
    test.assertEqual(sheet.headings, names)
    test.assertEqual([strip(row) for row in rows], sheet_rows(sheet))
    test.assertEqual([row["number"] for row in rows], [number.label for number in book.numbers])
    files = [row["file name"] for row in rows if row["file name"]]
    test.assertEqual(len(files), len({name.casefold() for name in files}), "two photographs of one name")
    for row, number in zip(rows, book.numbers):
        told, expected = book.rows[number.label], number.row()
        expected["student no"] = expected.pop("student number")
        test.assertEqual({key: strip(row)[key] for key in expected}, expected)
        check_times(test, row, told, ("issued", "called", "shot"), number.label)
        test.assertEqual(bool(row["file name"]), number.state == "shot")
        test.assertFalse(re.search(r'[\x00-\x1f/\\:*?"<>|]', row["file name"]))
        test.assertLessEqual(len(row["file name"].encode()), 255)


def check_classes(test, sheets, book, tallies):
    """Each class on a sheet of its own, by student number; who has no photograph is marked. Gives who is absent."""
    absent, seen, shot = [], [], 0
    for sheet in sheets:
        test.assertEqual(sheet.headings[-1], "photograph")
        if "student no" in sheet.headings and sheet.name != "其他 others":
            known = [number for number in sheet.column("student no") if number]
            test.assertEqual(known, sorted(known), sheet.name)
            seen += known
        for row, cells in zip(sheet.rows, sheet.cells[1:]):
            shot += row["photograph"] == "有 yes"
            is_shaded = all(cell.fill.fgColor.rgb == "FFFFF2CC" for cell in cells)
            test.assertEqual(is_shaded, row["photograph"] in ("无 no", "等候 open"), row)
            if "signature" in row:
                test.assertEqual(row["signature"], "")
            if row["photograph"] == "无 no" and sheet.name != "其他 others":
                absent.append(row)
            number = next((number for number in book.numbers if number.label == row.get("number")), None)
            if number and row.get("name"):
                test.assertEqual(STATES.get(number.state, row["photograph"]), row["photograph"], row)
    test.assertEqual(len(seen), len(set(seen)))
    test.assertEqual(shot, tallies["event"]["people_shot"])
    return absent


def check_absent(test, folder, sheet, absent):
    """The list, the shaded rows of the classes and the letters are the same people."""
    test.assertEqual(sorted(row["student no"] for row in sheet.rows),
                     sorted(row["student no"] for row in absent if "student no" in row))
    page = text_of(folder / "letters.html")
    source = (folder / "letters.html").read_text("utf-8")
    test.assertEqual(source.count('<section class="letter">'), len(sheet.rows))
    test.assertNotRegex(source, r"<script|https?://|<img")
    for row in sheet.rows:
        test.assertIn(row["student no"], page)
        test.assertIn(row["name"], page)


def check_money(test, sheets, book, tallies):
    event, refunds = tallies["event"], sheets["退费 refunds"]
    test.assertEqual(refunds.column("refund").count("应退 due"), event["refund_due"])
    test.assertEqual(refunds.column("refund").count("已退 given"), event["refunded"])
    shot = {number.student.student_no for number in book.numbers if number.state == "shot"}
    for row in refunds.rows:
        test.assertFalse(row["refund"] == "应退 due" and row["student no"] and row["student no"] in shot, row)
    bills = {(row["college"], row["unit"]): row for row in sheets["班级账单 class bills"].rows}
    is_billed = book.day.rules["payment"] == "class"
    for unit in tallies["units"]:
        row = bills[unit["college"], unit["name"]]
        test.assertEqual((row["shot"], row["paid"]), (str(unit["people_shot"]), str(unit["paid"])), row)
        test.assertEqual(float(row["bill (CNY)"]), unit["bill_fen"] / 100 if is_billed else 0, row)


def check_exceptions(test, sheet, book):
    voids = {number.label: number.reason for number in book.numbers if number.state == "void"}
    told = {row["number"]: row["reason"] for row in sheet.rows if row["what"].startswith("作废")}
    test.assertEqual({label: told.get(label) for label in voids}, voids)
    overridden = [number.label for number in book.numbers if any(note.startswith("override-") for note in number.notes)]
    test.assertEqual(sorted(row["number"] for row in sheet.rows if row["what"] == "越权放行 override" and row["reason"]),
                     sorted(overridden))
    retaken = sum(number.retakes for number in book.numbers)
    test.assertEqual(sum(row["what"] == "重拍 retake" for row in sheet.rows), retaken)


def check_ledger(test, sheet, book, tallies):
    line = next(row for row in sheet.rows if row["line"] == "号码 numbers" and not row["lane"])
    test.assertEqual((line["total"], line["difference"]), (str(len(book.numbers)), "0"))
    states = collections.Counter(number.state for number in book.numbers)
    for part in line["parts"].split(" + "):
        name, count = part.split(" ")
        if name in states:
            test.assertEqual(int(count), states[name], part)


def canonical(entry):
    """The bytes that are hashed (journal/chain.c), made anew from the line."""
    def text(value):
        data = value.encode()
        return struct.pack("<H", len(data)) + data
    return (struct.pack("<QHqq", entry["seq"], entry["kind"], entry["at_us"], entry["mono_us"]) + text(entry["lane"])
            + struct.pack("<II", entry["number"], entry["value"])
            + (bytes.fromhex(entry["person"]) or bytes(16)) + struct.pack("<BB", entry["medium"], entry["bound"])
            + text(entry["device"]) + text(entry["text"]) + text(entry["extra"]))


def check_journal(test, path, event):
    """Every line's hash follows from the line before and from what the line says; the last one is the package's."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    head, entries = lines[-1], lines[:-1]
    before = hashlib.blake2b(b"paihao journal 1", digest_size=32).digest()
    for place, entry in enumerate(entries, 1):
        before = hashlib.blake2b(before + canonical(entry), digest_size=32).digest()
        test.assertEqual((entry["seq"], entry["hash"]), (place, before.hex()))
    test.assertEqual((head["seq"], head["head"], head["id"]), (len(entries), before.hex(), entries[0]["hash"]))
    test.assertEqual((event["seq"], event["head"], event["id"]), (head["seq"], head["head"], head["id"]))


def text_of(path):
    found = []
    parser = html.parser.HTMLParser()
    parser.handle_data = found.append
    parser.feed(path.read_text("utf-8"))
    return "".join(found)


# ---- a day

def check_packages(test, day, rows, tallies):
    """After the day: both packages twice, which must be the same; every file against the book; every reader."""
    book = Book(day, rows)
    for kind in ("agency", "school"):
        folders = [day.folder_for(f"{kind}-{i}") for i in (1, 2)]
        names, about = make(kind, folders[0], day.daemon.data)
        test.assertEqual(make(kind, folders[1], day.daemon.data), (names, about))
        digests = [{name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
                   for folder in folders]
        test.assertEqual(*digests)
        test.assertEqual(sorted(path.name for path in folders[0].iterdir()), sorted(names))  # nothing left over
        if kind == "agency":
            sheets = check_agency(test, folders[0], book, about)
            through_libreoffice(test, folders[0] / "numbers.xlsx", sheets)
        else:
            sheets = check_school(test, folders[0], book, tallies, about)
            through_libreoffice(test, folders[0] / "school.xlsx", sheets)
