"""What the tests of whole days share: people of a school, the office's files, the door and the camera of a room as the
people there use them, and a book of what must have come of every number.

The book is the test's own: each step writes down what the story says, and close_the_day() holds numbers.csv, the tallies,
the journal and the log against it. People are synthetic (region codes 9901xx belong to nobody).
"""

import base64
import collections
import concurrent.futures
import csv
import dataclasses
import datetime
import http.client
import io
import json
import pathlib
import re
import sys
import threading
import time
import unittest

import harness
import packages

sys.path.insert(0, str(harness.ROOT / "tests" / "data" / "roster"))
import workbooks  # noqa: E402

SCHEDULES = harness.ROOT / "tests" / "data" / "schedule"
LEVELS = {"本科": "bachelor", "硕士": "master", "博士": "doctor", "": ""}


# ---- people

@dataclasses.dataclass(eq=False)
class Student:
    name: str
    id_number: str = ""
    student_no: str = ""
    college: str = ""
    unit: str = ""  # the class; none: the college is the unit
    level: str = ""
    code: bytes = b""  # of the capture code
    card: str = ""  # serial number of the campus card, hexadecimal
    mrz: tuple = ()

    @property
    def group(self):
        return self.unit or self.college

    @property
    def mask(self):
        return self.id_number[:6] + "*" * 12 if self.id_number else ""


class School:
    """Makes people: each has a number of his own, the same in every run. `first` keeps two schools apart."""

    def __init__(self, year, first):
        self.year, self.next, self.people = year, first, []

    def admit(self, count, college, unit="", level=""):
        """So many more people of a class, in the order of their student numbers."""
        group = []
        for _ in range(count):
            person = harness.person(self.next)
            group.append(Student(person.name, person.id_number, f"{self.year}{self.next:08d}", college, unit, level))
            self.next += 1
        self.people += group
        return group

    def stranger(self, **more):
        """Somebody whom no list knows."""
        person = harness.person(self.next)
        self.next += 1
        return Student(person.name, person.id_number, **more)


def with_passport(student, document, surname, given):
    """The two lines of ICAO 9303, part 4, of a state that there is not."""
    def check(text):
        values = ("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".find(letter) for letter in text)
        return str(sum(max(value, 0) * (7, 3, 1)[i % 3] for i, value in enumerate(values)) % 10)
    number, birth, expiry, rest = document.ljust(9, "<"), "980203", "321231", "<" * 14
    fields = number + check(number), birth + check(birth), expiry + check(expiry), rest + "<"
    second = fields[0] + "UTO" + fields[1] + "F" + fields[2] + fields[3] + check("".join(fields))
    student.mrz = (f"P<UTO{surname}<<{given}".ljust(44, "<"), second)
    return student


def fifteen_digits(number):
    """The ID number as it was before 1999: two digits of the year, no check digit."""
    assert number[6:8] == "19", number
    return number[:6] + number[8:17]


def born_last_century(student, year):
    first = student.id_number[:6] + str(year) + student.id_number[10:17]
    student.id_number = first + harness.check_digit(first)
    return student


# ---- what people show at the door

def id_card(student):
    return {"medium": "id_card", "id_number": student.id_number, "name": student.name}


def typed(student):
    return {"medium": "manual", "id_number": student.id_number, "name": student.name}


def typed_student_number(student):
    return {"medium": "manual", "student_no": student.student_no, "name": student.name}


def capture_code(student):
    return {"medium": "capture_code", "payload_base64": base64.b64encode(student.code).decode()}


def passport(student):
    return {"medium": "passport", "mrz": list(student.mrz)}


def campus_card(student):
    return {"medium": "campus_card", "serial": student.card}


# ---- the office's files

def as_csv(rows, encoding="utf-8-sig"):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(rows, sheet="Sheet1"):
    """Every cell a text, as an office should, unless a row holds numbers."""
    return workbooks.xlsx([{"name": sheet, "rows": [list(row) for row in rows]}])


def roster_rows(people):
    rows = [("序号", "姓名", "学号", "身份证号", "学院", "班级", "层次")]
    return rows + [(str(i), s.name, s.student_no, s.id_number, s.college, s.unit, s.level)
                   for i, s in enumerate(people, 1)]


# ---- devices

class Device:
    """A phone, tablet or laptop with its token: JSON over connections that stay open, one for each thread."""

    def __init__(self, daemon, token):
        self.daemon, self.token, self.mine, self.lines = daemon, token, threading.local(), []

    def send(self, method, path, data=None, kind="application/json"):
        """(status, answer)"""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        is_stale = time.monotonic() - getattr(self.mine, "used", 0) > 6  # the server closes idle connections after 10 s
        if is_stale or getattr(self.mine, "process", None) is not self.daemon.process:
            self.mine.process = self.daemon.process  # another daemon, or none yet
            self.mine.line = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=30 * harness.PATIENCE)
            self.lines.append(self.mine.line)
        self.mine.used = time.monotonic()
        self.mine.line.request(method, path, body=data, headers=headers)
        answer = self.mine.line.getresponse()
        text = answer.read()
        is_json = "json" in answer.headers.get("Content-Type", "")
        return answer.status, json.loads(text) if is_json else text

    def post(self, path, body):
        return self.send("POST", path, json.dumps(body, ensure_ascii=False).encode())

    def get(self, path):
        status, answer = self.send("GET", path)
        assert status == 200, (path, status, answer)
        return answer

    def close(self):
        for line in self.lines:
            line.close()

    def upload(self, path, data):
        return self.send("POST", path, data, "application/octet-stream")


def crowd(step, people, at_once=8):
    """The same step for many people, several of them at a time."""
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(step, people))


def together(*steps):
    """Steps that happen at the same time, in several rooms or at the door and the camera."""
    with concurrent.futures.ThreadPoolExecutor(len(steps)) as pool:
        for done in [pool.submit(step) for step in steps]:
            done.result()


# ---- a room

@dataclasses.dataclass(eq=False)
class Number:
    """What the book says of a shooting number."""
    label: str
    lane: str
    student: Student
    medium: str
    bound: bool
    state: str = "waiting"
    shots: int = 0
    retakes: int = 0
    reason: str = ""
    notes: list = dataclasses.field(default_factory=list)
    is_confirmed: bool = False
    is_suspect: bool = False

    def row(self):
        """As numbers.csv must have it. Of an opaque code that nobody has looked up yet there is nothing to say."""
        who = self.student if self.bound else Student("")
        name = who.name or (self.student.name if self.medium == "passport" else "")
        return {"number": self.label, "lane": self.lane, "state": self.state, "medium": self.medium,
                "bound": "yes" if self.bound else "no", "name": name, "student number": who.student_no,
                "ID mask": who.mask, "unit": who.group, "shots": str(self.shots), "retakes": str(self.retakes),
                "reason": self.reason, "notes": " ".join(self.notes), "confirmed": "yes" if self.is_confirmed else "no",
                "suspect": "yes" if self.is_suspect else "no"}


class Room:
    """A lane: its door (marshal), its camera (photographer), its television, and the book of its numbers."""

    def __init__(self, day, name):
        self.day, self.name, self.path = day, name, f"/api/v1/lanes/{name}"
        self.door, self.camera = day.device("marshal", name), day.device("photographer", name)
        self.television = day.device("display", name)
        self.book = []
        self.rules = day.rules

    # -- the door

    def asks(self, student, how=id_card, **more):
        return self.door.post(self.path + "/tickets", {**how(student), **more})

    def gives_number(self, student, how=id_card, notes=(), alarm=None, **more):
        """Accepted: a new number, the lane's next, with exactly these notes."""
        status, ticket = self.asks(student, how, **more)
        assert status == 201, (status, ticket)
        return self.writes_down(student, ticket, notes, alarm)

    def writes_down(self, student, ticket, notes=(), alarm=None):
        """Into the book: a number that was given just now."""
        assert ticket["number"] == f"{self.rules['prefix']}{self.name}{len(self.book) + 1:0{self.rules['width']}d}", ticket
        known = set(ticket["notes"]) - self.day.notes_of_the_date
        assert (known, ticket.get("alarm")) == (set(notes), alarm), (notes, alarm, ticket)
        number = Number(ticket["number"], self.name, student, ticket["medium"], ticket["bound"], notes=ticket["notes"])
        self.book.append(number)
        return number

    def knows(self, number, how=id_card):
        """Somebody who waits and taps again hears the number he has."""
        status, ticket = self.asks(number.student, how)
        assert (status, ticket["number"], ticket["state"]) == (200, number.label, number.state), (status, ticket)

    def refuses(self, student, code, how=id_card, number=None, could=None, device=None, **more):
        """Refused, in both languages; the number meant, if the refusal means one; what this role could override."""
        status, answer = (device or self.door).post(self.path + "/tickets", {**how(student), **more})
        assert (status >= 400, answer.get("code")) == (True, code), (status, answer)
        assert answer["message"]["zh"] and answer["message"]["en"] and answer["message"]["zh"] != answer["message"]["en"]
        if number:
            assert answer["ticket"]["number"] == number.label, answer
        if could is not None:
            assert answer.get("override", []) == list(could), answer
        return answer

    def binds(self, number, student, warnings=(), **said):
        """The marshal reads a document or the sheet and types who that number is."""
        said = said or {"student_no": student.student_no, "name": student.name}
        status, ticket = self.door.post(f"{self.path}/tickets/{number.label}/bind", said)
        assert (status, ticket.get("bound")) == (200, True), (status, ticket)
        assert ticket.get("warnings", []) == list(warnings), ticket
        number.student, number.bound, number.notes = student, True, ticket["notes"]
        return ticket

    # -- steps of a number

    def step(self, number, action, body=None, device=None):
        return (device or self.camera).post(f"{self.path}/tickets/{number.label}/{action}", body or {})

    def does(self, number, action, body=None, device=None):
        status, answer = self.step(number, action, body, device)
        assert status == 200, (number, action, status, answer)
        return answer

    def wont(self, number, action, code, body=None, device=None):
        status, answer = self.step(number, action, body, device)
        assert (status >= 400, answer.get("code")) == (True, code), (number, action, status, answer)

    def calls(self, number):
        assert self.does(number, "call")["state"] == "called"
        number.state, number.is_confirmed = "called", False

    def confirms(self, number):
        """The student says the number, and it is the one that was called."""
        assert self.does(number, "confirm")["confirmed"]
        number.is_confirmed = True

    def misses(self, number):
        assert self.does(number, "miss")["state"] == "missed"
        number.state = "missed"

    def lets_go(self, number, reason):
        assert self.does(number, "leave", {"reason": reason}, self.door)["left"]
        number.state, number.reason = "missed", reason

    def voids(self, number, reason, device=None):
        ticket = self.does(number, "void", {"reason": reason}, device)
        assert (ticket["state"], ticket["acknowledged"]) == ("void", device is None), ticket
        number.state, number.reason = "void", reason

    def shoots(self, number, **more):
        """One frame, after the spoken number where the rules want it. With advance=True the next one is called."""
        if self.rules["spoken_check"]:
            self.confirms(number)
        ticket = self.does(number, "shot", more)
        assert ticket["state"] == "shot", ticket
        number.state, number.shots, number.is_suspect = "shot", number.shots + 1, False
        return ticket

    def retakes(self, number, reason, **more):
        assert self.does(number, "retake", {"reason": reason})["state"] == "called"
        number.retakes, number.reason, number.state = number.retakes + 1, reason, "called"
        number.is_confirmed = False
        self.shoots(number, **more)

    def in_line(self):
        return [number for number in self.book if number.state in ("waiting", "called")]

    def shoots_everyone(self, people=None, pace_s=0, **more):
        """The camera's rhythm: call the first, then each frame calls the next. Whoever stands in line; or so many people
        from the first in line on, as they come through the door. pace_s: how long each sits there."""
        line = self.in_line()
        first = self.book.index(line[0]) if line else len(self.book)
        count, called = len(line) if people is None else people, None
        for i in range(first, first + count):
            harness.wait_until(lambda: len(self.book) > i, 30, f"the next in line at {self.name}", interval=0.001)
            number = self.book[i]
            if number.label != called and number.state != "called":
                self.calls(number)
            time.sleep(pace_s)
            answer = self.shoots(number, advance=i + 1 < first + count, **more)
            called = answer["called"]["number"] if answer.get("called") else None

    # -- looking

    def snapshot(self):
        return self.camera.get(self.path)

    def session(self, state):
        status, answer = self.door.post(self.path + "/session", {"state": state})
        assert (status, answer["session"]["state"]) == (200, state), (status, answer)
        return answer

    def late_round(self, is_open):
        status, answer = self.door.post(self.path + "/late", {"open": is_open})
        assert (status, answer["late_round"]) == (200, is_open), (status, answer)


# ---- a day

class Day:
    """An event under a profile: the daemon, its rooms, the office. The tool sets it up, as an agency does."""

    def __init__(self, name, profile, lanes, notes_of_the_date=("out-of-slot",), more=""):
        self.name, self.profile = name, profile
        self.notes_of_the_date = set(notes_of_the_date)  # a printed table is of another year than today
        self.people = []  # who must not stand in the log
        self.devices = []
        self.daemon = harness.Daemon(lanes, more=more)
        self.daemon.tool("event", "create", "--name", name, "--profile", profile)
        self.daemon.start()
        self.office, self.liaison = self.device("office"), self.device("liaison")
        self.rules = self.office.get("/api/v1/rules")["rules"]
        self.rooms = {lane.name: Room(self, lane.name) for lane in self.daemon.lanes}

    def device(self, role, lane=None):
        self.devices.append(Device(self.daemon, self.daemon.token(role, lane)))
        return self.devices[-1]

    def close(self):
        for device in self.devices:
            device.close()
        self.daemon.close()

    # -- lists

    def file(self, data, name="list.csv"):
        path = self.daemon.folder / name
        path.write_bytes(data)
        return path

    def imports(self, path, data):
        """Previewed, then stored; the answer of the second, which found what the first did."""
        mark = "&" if "?" in path else "?"
        status, told = self.office.upload(f"{path}{mark}preview=1", data)
        assert (status, told["stored"]) == (200, False), (status, told)
        status, answer = self.office.upload(path, data)
        assert (status, answer["stored"]) == (200, True), (status, answer)
        assert (answer["counts"], answer["problems"]) == (told["counts"], told["problems"])
        return answer

    def folder_for(self, name):
        return self.daemon.folder / name

    def codes_of(self, answer):
        return collections.Counter(problem["code"] for problem in answer["problems"])

    def pays(self, student, method="cash", device=None, **more):
        who = {"id_number": student.id_number, "name": student.name} if student.id_number else {
            "student_no": student.student_no, "name": student.name}
        status, answer = (device or self.office).post(
            "/api/v1/payments/record", {**who, "state": "paid", "method": method, **more})
        assert status in (200, 201), (status, answer)

    def refunds(self, student, reason, method="cash"):
        self.pays(student, method, state="refunded", reason=reason)

    # -- classes

    def units(self):
        return {unit["name"]: unit for unit in self.liaison.get("/api/v1/units")}

    def members(self, name):
        """{student number: member}, in the order of the class."""
        unit = self.liaison.get(f"/api/v1/units/{self.units()[name]['id']}")
        return {member["student_no"]: member for member in unit["members"]}

    def calls_roll(self, name, absent=()):
        """The liaison marks the whole class present, then those who are not."""
        path = f"/api/v1/units/{self.units()[name]['id']}/roll"
        status, answer = self.liaison.post(path, {"all": "present"})
        assert status == 200, answer
        by_number = {member["student_no"]: member["person"] for member in answer["members"]}
        for student in absent:
            status, answer = self.liaison.post(path, {"person": by_number[student.student_no], "roll": "absent"})
            assert status == 200, answer

    # -- the whole

    def tallies(self):
        return self.office.get("/api/v1/tallies")

    def book(self):
        return [number for room in self.rooms.values() for number in room.book]

    def people_shot(self):
        return {number.student for number in self.book() if number.state == "shot"}

    def open(self):
        for room in self.rooms.values():
            room.session("open")

    def view(self):
        """Everything that pages and lists show, without what only the clock says."""
        lanes = {name: room.snapshot() for name, room in self.rooms.items()}
        for lane in lanes.values():
            del lane["now"], lane["readers"]
        lists = {name: self.numbers(name) for name in self.rooms}
        return lanes, lists, self.tallies(), self.office.get("/api/v1/units"), self.office.get("/api/v1/payments")

    def restarts(self, crash=False):
        """The daemon ends, by order or by a crash, and comes back: nothing has changed."""
        before = self.view()
        if crash:
            self.daemon.kill()
        else:
            assert self.daemon.stop() == 0, self.daemon.log_text()
        self.daemon.start()
        after = self.view()
        for was, now in zip(before, after):
            assert was == now, f"after a restart:\n{was}\n{now}"

    def numbers(self, lane):
        status, data = self.office.send("GET", f"/api/v1/handover/lanes/{lane}/numbers.csv")
        assert status == 200, data
        return self.parse(data.decode())

    @staticmethod
    def parse(text):
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
        # "拍摄号 number": pages have both languages in a heading, the test goes by the English one
        keys = [re.sub(r"^[^ ]+ ", "", heading) for heading in rows[0]]
        return [dict(zip(keys, row)) for row in rows[1:]]

    def check_numbers(self, test):
        """numbers.csv row by row against the book."""
        for name, room in self.rooms.items():
            got = self.numbers(name)
            test.assertEqual(len(got), len(room.book))
            for row, number in zip(got, room.book):
                expected = number.row()
                test.assertEqual({key: row[key] for key in expected}, expected)
                test.assertEqual(bool(row["shot (UTC)"]), number.state == "shot")

    def check_tallies(self, test):
        """The sums of event and lanes against the book, and against each other."""
        told = self.tallies()
        for sums, book in [(told["event"], self.book())] + [
                (lane, self.rooms[lane["lane"]].book) for lane in told["lanes"]]:
            states = collections.Counter(number.state for number in book)
            for state in ("waiting", "called", "shot", "missed", "void"):
                test.assertEqual(sums[state], states[state], (state, sums))
            test.assertEqual(sums["issued"], len(book))
            test.assertEqual(sums["issued"], sums["shot"] + sums["missed"] + sums["void"] + sums["waiting"]
                             + sums["called"])
            test.assertEqual(sums["suspects"], sum(number.is_suspect for number in book))
        event = told["event"]
        test.assertEqual(event["people_shot"], len(self.people_shot()))
        test.assertEqual(event["open_voids"], 0)
        test.assertEqual(event["cards_out"], event["cards_back"] + event["cards_held"])
        return event

    # -- the ledger

    def ledger(self):
        """{(line, lane or unit's name or ""): the line}"""
        answer = self.office.get("/api/v1/ledger")
        test_lines = {(line["line"], line["lane"] or line["name"] or line["college"]): line for line in answer["lines"]}
        assert len(test_lines) == len(answer["lines"])
        assert answer["is_balanced"] == (not [line for line in answer["lines"] if line["is_open"]]), answer
        return test_lines

    def check_ledger(self, test, sums, differences):
        """Every line against the book and the day's own figures. sums: {"people": {"total": 5, "shot": 5, ...}}, of the
        event; differences: {"money": {"unpaid-shot": [Number or None for somebody without one]}}, of whom else there are
        none."""
        lines = self.ledger()
        test.assertEqual({code for code, _ in lines}, {"numbers", *sums})
        for room in [None, *self.rooms.values()]:
            book = room.book if room else self.book()
            states = collections.Counter(number.state for number in book)
            parts = {part["code"]: part["count"] for part in lines["numbers", room.name if room else ""]["parts"]}
            test.assertEqual(parts, {"shot": states["shot"], "missed": states["missed"], "void": states["void"], "open": 0})
        for code, expected in sums.items():
            line = lines[code, ""]
            zeros = {part["code"]: 0 for part in line["parts"]}
            told = {"total": line["total"], **{part["code"]: part["count"] for part in line["parts"]}}
            test.assertEqual(told, {"total": 0, **zeros, **expected}, code)
        for (code, _), line in lines.items():
            test.assertEqual(line["difference"], line["total"] - sum(part["count"] for part in line["parts"]), line)
            test.assertEqual(abs(line["difference"]), sum(cause["count"] for cause in line["causes"]), line)
            test.assertTrue(line["difference"] == 0 or code in differences, line)
        for code, faults in differences.items():
            test.assertEqual({cause["code"]: cause["count"] for cause in lines[code, ""]["causes"]},
                             {fault: len(who) for fault, who in faults.items()})
            for cause in lines[code, ""]["causes"]:
                labels = sorted(number.label for number in faults[cause["code"]] if number)
                test.assertEqual(cause["numbers"], labels[:30])
                test.assertEqual(cause["others"], cause["count"] - len(cause["numbers"]))
        return lines

    def sign_the_ledger(self, test, reasons):
        """Nothing closes before each difference bears a signature; then the journal holds them all, unreadable."""
        left = [line for line in self.ledger().values() if line["difference"]]
        count = len(left)
        for line in left:
            refused = self.daemon.tool("--json", "event", "close", check=False)
            told = json.loads(refused.stdout)
            test.assertEqual((refused.returncode, told["code"], len(told["lines"])), (1, "ledger-open", count))
            body = {key: line[key] for key in ("line", "lane", "unit", "difference") if line[key] is not None}
            status, answer = self.office.post("/api/v1/ledger/sign", {**body, "difference": line["difference"] + 1,
                                                                      "reason": "看错了"})
            test.assertEqual((status, answer["code"], answer["difference"]), (409, "ledger-moved", line["difference"]))
            status, answer = self.office.post("/api/v1/ledger/sign", {**body, "reason": reasons[line["line"]]})
            test.assertEqual((status, answer.get("recorded")), (200, True), answer)
            count -= 1
        signed = [line for line in self.ledger().values() if line["signed"]]
        test.assertEqual([line["signed"]["reason"] for line in signed], [reasons[line["line"]] for line in signed])
        entries = [json.loads(line) for line in self.daemon.tool("--json", "journal", "tail", "-n", 10000).stdout.splitlines()]
        kept = [entry for entry in entries if entry["kind"] == "ledger-signed"]
        test.assertEqual(len(kept), len(left))
        test.assertEqual(len(signed), len(left))
        test.assertFalse([entry for entry in kept if entry.get("text") in reasons.values()], "a reason is sealed")

    def close_the_day(self, test, sums=None, differences=None, reasons=None):
        """Sessions closed with nobody left open, sums that agree, the list of numbers, the ledger, the journal, the log.
        Gives the event's sums. The others: as check_ledger; reasons: {"money": why it does not come to zero}."""
        for room in self.rooms.values():
            answer = room.session("closed")
            test.assertEqual((answer["open"], answer["open_voids"], answer["stopped"]), ([], [], None))
        event = self.check_tallies(test)
        self.check_numbers(test)
        tallies = self.tallies()
        self.check_ledger(test, sums or {}, differences or {})
        self.sign_the_ledger(test, reasons or {})
        ledger = self.office.get("/api/v1/ledger")
        test.assertTrue(ledger["is_balanced"])
        self.daemon.tool("event", "close")
        test.assertEqual(self.office.get("/api/v1/event")["state"], "closed")
        verified = self.daemon.tool("journal", "verify")
        test.assertEqual(verified.returncode, 0, verified.stderr)
        rows = {name: self.numbers(name) for name in self.rooms}
        test.assertEqual(self.daemon.stop(), 0)
        # the laptop at home, without the daemon: the same sums and lists
        test.assertEqual(self.daemon.tool_json("tallies"), tallies)
        test.assertEqual(self.daemon.tool_json("ledger")["lines"], ledger["lines"])
        for name in self.rooms:
            test.assertEqual(self.parse(self.daemon.tool("handover", "numbers", "--lane", name).stdout), rows[name])
        self.check_log(test)
        packages.check_packages(test, self, rows, tallies)
        return event

    def check_log(self, test):
        """No name, no number and no code of anybody in the daemon's log."""
        log = self.daemon.log_text()
        test.assertTrue(log)
        for number in self.book():
            self.people.append(number.student)
        for who in self.people:
            for secret in (who.name, who.id_number, who.student_no, who.card, *who.mrz,
                           base64.b64encode(who.code).decode(), who.code.decode("latin-1")):
                test.assertFalse(secret and secret in log, "personal data in the log")


class DayTest(unittest.TestCase):
    """A test that is one day; its daemon is closed whatever happens."""

    maxDiff = None

    def begin(self, *args, **more):
        day = Day(*args, **more)
        self.addCleanup(day.close)
        return day


def today(offset_days=0):
    return datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date() + datetime.timedelta(offset_days)


def as_notices_print(date):
    """2019年11月24日(周日)"""
    return f"{date.year}年{date.month}月{date.day}日(周{'一二三四五六日'[date.weekday()]})"


def read_schedule(name):
    with open(pathlib.Path(SCHEDULES) / name, newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))
