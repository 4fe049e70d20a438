#!/usr/bin/python3
"""华侨大学, profile hqu-2024: two campuses on the same day without a network between them, so two daemons. The capture code
and nothing else (不出示采集码者不予拍摄); the liaison calls the roll, the student says the number, the photographer confirms it.
The code is opaque: who stands behind a number is what the signature sheet says. 20 yuan, billed to the classes."""

import hashlib
import unittest

import harness
import school_day
from school_day import as_csv, as_xlsx, capture_code, crowd, roster_rows, together, typed_student_number

FEE = 2000


def code_for(student):
    """Bytes that mean nothing to us, as the ministry's centre would give them to a phone; not even text."""
    seed = f"{student.student_no}{student.level}".encode()
    return b"\x00\xffHQU" + hashlib.sha512(seed).digest() * 3


class Campus:
    """One of the two: an event, a crew and a room of its own."""

    def __init__(self, test, name, first, classes):
        self.day = test.begin(f"华侨大学 2024 届 {name}", "hqu-2024", [harness.Lane("A", name)])
        self.room = self.day.rooms["A"]
        self.school = school_day.School(2024, first)
        self.classes = {unit: self.school.admit(size, college, unit, "本科") for college, unit, size in classes}
        for student in self.school.people:
            student.code = code_for(student)
        self.day.people += self.school.people

    def imports_the_classes(self):
        """For the roll and the bill: names and student numbers, no ID numbers."""
        rows = [("学号", "姓名", "学院", "班级", "层次")] + [
            (s.student_no, s.name, s.college, s.unit, s.level) for s in self.school.people]
        for student in self.school.people:
            student.id_number = ""
        path = self.day.file(as_xlsx(rows), "classes.xlsx")
        told = self.day.daemon.tool_json("roster", "import", path, "--preview")
        assert (told["stored"], told["counts"]["people"]) == (False, len(self.school.people)), told
        return self.day.daemon.tool_json("roster", "import", path)

    def takes_the_class(self, unit, absent=(), first=()):
        """Roll, scan, number, signature, photograph, exit."""
        self.day.calls_roll(unit, absent=absent)
        people = [s for s in self.classes[unit] if s not in absent and s not in first]
        start = len(self.room.book)

        def door():
            for student in people:
                number = self.room.gives_number(student, capture_code)
                assert not number.bound  # nothing can be read out of a code

        def camera():
            self.room.shoots_everyone(len(people))
        together(door, camera)
        # the signatures beside the numbers, typed in from the sheet while the next class comes
        crowd(lambda number: self.room.binds(number, number.student), self.room.book[start:])


class Hqu2024(school_day.DayTest):
    def test_two_campuses_on_one_day(self):
        self.quanzhou = Campus(self, "泉州校区", 100_000, [("法学院", f"法学{i}班", 32) for i in range(1, 6)])
        self.xiamen = Campus(self, "厦门校区", 200_000, [("建筑学院", f"建筑{i}班", 38) for i in range(1, 5)])
        self.assertGreaterEqual(len(self.quanzhou.school.people + self.xiamen.school.people), 300)

        self.traveller = self.quanzhou.classes["法学5班"][-1]

        together(self.a_day_in_quanzhou, self.a_day_in_xiamen)

        # one code was shown on both campuses: nobody can know before the lists are put together at the school
        both = {n.student for n in self.quanzhou.room.book} & {n.student for n in self.xiamen.room.book}
        self.assertEqual(both, {self.traveller})

    # -- Quanzhou

    def a_day_in_quanzhou(self):
        here = self.quanzhou
        answer = here.imports_the_classes()
        self.assertEqual((answer["result"]["added"], answer["counts"]["errors"]), (160, 0))
        here.day.open()
        self.no_code_no_photograph(here)
        here.takes_the_class("法学1班", absent=here.classes["法学1班"][10:12])
        self.one_comes_late(here)
        here.day.restarts()
        here.takes_the_class("法学2班", first=[self.late])
        self.a_number_is_said_wrongly(here)
        here.takes_the_class("法学4班")
        here.takes_the_class("法学5班", absent=here.classes["法学5班"][:1])
        self.the_late_come_last(here)
        self.the_classes_are_billed(here)

    def no_code_no_photograph(self, here):
        student = here.classes["法学1班"][0]
        for how in (typed_student_number, lambda _: {"medium": "id_card", "id_number": harness.person(1).id_number},
                    lambda _: {"medium": "campus_card", "serial": "01020304"}):
            here.room.refuses(student, "medium-not-allowed", how)
        here.room.refuses(student, "empty-scan", lambda _: {"medium": "capture_code", "payload_base64": ""})

    def one_comes_late(self, here):
        """Called and not there: to the end of the whole session, whoever asks at the door."""
        self.late, other = here.classes["法学2班"][:2]
        number = here.room.gives_number(self.late, capture_code)
        here.room.calls(number)
        here.room.misses(number)
        self.missed = number
        here.room.refuses(self.late, "missed-waits", capture_code, number=number, could=[])
        here.room.refuses(self.late, "override-forbidden", capture_code,
                          override={"codes": ["missed-waits"], "reason": "赶火车"})  # the marshal may not, here

    def a_number_is_said_wrongly(self, here):
        """Two have changed places in line. The second frame would carry the wrong name, and all after it: the lane stops
        until a marshal has looked and decided."""
        here.day.calls_roll("法学3班")
        group, room = here.classes["法学3班"], here.room
        numbers = [room.gives_number(student, capture_code) for student in group]
        for number in numbers[:5]:
            room.calls(number) if number.state == "waiting" else None
            room.wont(number, "shot", "not-confirmed")
            room.shoots(number)
        wrong = numbers[5]
        room.calls(wrong)
        room.does(wrong, "mismatch", {"reason": f"报的是 {numbers[6].label}"})
        for action in ("confirm", "shot", "call", "miss"):
            room.wont(wrong, action, "lane-stopped")
        room.wont(numbers[4], "retake", "lane-stopped")
        stopped = room.snapshot()["stopped"]
        self.assertEqual(stopped["ticket"]["number"], wrong.label)
        # everybody since the last confirmed number: here only the one who sits there
        self.assertEqual([ticket["number"] for ticket in stopped["at_risk"]], [wrong.label])
        status, answer = room.camera.post(room.path + "/resolve", {"decision": "put-right", "reason": "x"})
        self.assertEqual(status, 403)  # not by the camera
        status, answer = room.door.post(room.path + "/resolve", {"decision": "put-right", "reason": "两人换了位置，已换回"})
        self.assertEqual((status, answer["stopped"]), (200, None), answer)
        status, answer = room.door.post(room.path + "/resolve", {"decision": "put-right", "reason": "再来"})
        self.assertEqual((status, answer["code"]), (409, "not-stopped"))
        room.shoots_everyone()
        crowd(lambda number: room.binds(number, number.student), numbers)
        tail = here.day.daemon.tool("journal", "tail", "-n", "200").stdout
        self.assertIn("mismatch", tail)
        self.assertIn("resolved", tail)

    def the_late_come_last(self, here):
        room = here.room
        room.refuses(self.late, "missed-waits", capture_code, number=self.missed)
        room.late_round(True)
        number = room.gives_number(self.late, capture_code)
        self.assertNotEqual(number.label, self.missed.label)
        room.shoots_everyone()
        room.binds(number, self.late)
        self.missed.bound = True  # the same code, so the same person
        room.late_round(False)

    def the_classes_are_billed(self, here):
        """20 yuan for whoever was photographed, nothing for the absentees; who they are is a list, for the letters."""
        bills = {bill["name"]: bill for bill in here.day.office.get("/api/v1/payments")["bills"]}
        self.assertEqual({name: bill["people_shot"] for name, bill in bills.items()},
                         {"法学1班": 30, "法学2班": 32, "法学3班": 32, "法学4班": 32, "法学5班": 31})
        self.assertEqual({bill["amount_fen"] for bill in bills.values()}, {30 * FEE, 31 * FEE, 32 * FEE})
        absent = [member["student_no"] for member in here.day.members("法学1班").values() if member["roll"] == "absent"]
        self.assertEqual(absent, [student.student_no for student in here.classes["法学1班"][10:12]])
        event = here.day.close_the_day(self, {"people": {"total": 160, "shot": 157, "absent": 3}})
        self.assertEqual((event["planned"], event["people_shot"], event["absent"]), (160, 157, 3))
        self.assertEqual(event["planned"], event["people_shot"] + event["absent"])
        self.assertEqual((event["bill_fen"], event["missed"], event["issued"]), (157 * FEE, 1, 158))

    # -- Xiamen

    def a_day_in_xiamen(self):
        here = self.xiamen
        here.imports_the_classes()
        self.captured_earlier(here)
        here.day.open()
        here.takes_the_class("建筑1班", first=[self.before])
        here.takes_the_class("建筑2班", absent=here.classes["建筑2班"][-3:])
        self.the_wrong_code_and_the_right_one(here)
        here.day.restarts(crash=True)
        self.one_goes_on_to_a_doctorate(here)
        here.takes_the_class("建筑3班")
        here.takes_the_class("建筑4班")
        self.somebody_from_the_other_campus(here)
        # the traveller is on no list here; whoever had a photograph before the day has his number void, and is not missing
        event = here.day.close_the_day(self, {"people": {
            "total": 4 * 38 + 2, "shot": 4 * 38 - 1 - 3 + 1, "absent": 3, "captured": 2}})
        # of two people there are two entries on the list, or a number that became void
        self.assertEqual((event["people_shot"], event["absent"], event["void"]), (4 * 38 - 1 - 3 + 1 + 1, 3, 1))
        self.assertEqual(event["planned"], 4 * 38 - 1 + 1)
        self.assertEqual(event["planned"], event["people_shot"] - 1 + event["absent"])  # one from elsewhere

    def captured_earlier(self, here):
        """The office's list of those who have their photograph already, at that level."""
        self.before = here.classes["建筑1班"][0]
        master = here.school.admit(1, "建筑学院", "建筑硕士班", "硕士")[0]
        here.school.people.remove(master)
        self.master = master
        self.doctor = school_day.Student(master.name, master.id_number, master.student_no + "1", "建筑学院", "建筑博士班", "博士")
        for student in (self.master, self.doctor):
            student.code = code_for(student)
        here.day.people += [self.master, self.doctor]
        here.day.imports("/api/v1/roster", as_csv(roster_rows([self.master, self.doctor])))
        answer = here.day.imports("/api/v1/roster?kind=captured", as_csv([
            ("学号", "姓名", "层次"), (self.before.student_no, self.before.name, "本科"),
            (self.master.student_no, self.master.name, "硕士")]))
        self.assertEqual(answer["result"]["updated"], 2)
        self.assertEqual(here.day.units()["建筑1班"]["captured"], 1)

    def the_wrong_code_and_the_right_one(self, here):
        """A code cannot say that its owner was photographed last year: that comes out when the sheet is typed in. The
        number becomes void, and from then on the code itself is refused."""
        room = here.room
        number = room.gives_number(self.before, capture_code)
        room.binds(number, self.before, warnings=["already-captured"])
        room.voids(number, "此前已采集", device=room.door)
        room.does(number, "acknowledge")
        answer = room.refuses(self.before, "already-captured", capture_code)
        self.assertIn("已采集", answer["message"]["zh"])

    def one_goes_on_to_a_doctorate(self, here):
        """硕博连读: captured as a master, and must be captured again as a doctor, with the other code."""
        room = here.room
        number = room.gives_number(self.doctor, capture_code)
        room.binds(number, self.doctor)
        room.shoots_everyone()
        self.assertEqual(here.day.members("建筑博士班")[self.doctor.student_no]["ticket"]["number"], number.label)
        self.assertTrue(here.day.members("建筑硕士班")[self.master.student_no]["captured"])
        room.refuses(self.doctor, "already-shot", capture_code, number=number)

    def somebody_from_the_other_campus(self, here):
        """The code works here, too; the name is on no list of this campus, so the number stays with its code alone."""
        number = here.room.gives_number(self.traveller, capture_code)
        here.room.shoots_everyone()
        self.assertFalse(number.bound)


if __name__ == "__main__":
    unittest.main()
