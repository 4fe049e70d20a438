#!/usr/bin/python3
"""南昌大学, profile ncu-2020: three rooms, planned head-counts, a slot of all doctors across the colleges, ten foreign
students with passports although the notice says ID card only. By student number: whoever is out of order sounds the alarm.
The class fee is collected on the spot, a receipt by count. Some groups are not photographed here, and hear so politely."""

import unittest

import harness
import school_day
from school_day import as_csv, as_xlsx, crowd, passport, roster_rows, together, typed

FEE = 1000
ROOMS = [harness.Lane("A", "A101"), harness.Lane("B", "A102"), harness.Lane("C", "A103")]


class Ncu2020(school_day.DayTest):
    def test_head_counts_doctors_and_passports(self):
        self.day = self.begin("南昌大学 2020 届", "ncu-2020", ROOMS, notes_of_the_date=())
        self.a, self.b, self.c = (self.day.rooms[name] for name in "ABC")

        self.the_office_brings_the_lists()
        self.the_printed_table_has_its_errors()
        self.the_table_of_today()
        self.day.open()
        self.some_groups_are_not_photographed_here()
        self.somebody_comes_out_of_order()
        self.one_is_missed_and_waits_for_a_class_after_the_next()
        self.the_class_fee_is_collected_on_the_spot()
        self.the_engineers_and_the_rest_come_in_their_rooms()
        self.all_doctors_across_the_colleges()
        self.day.restarts()
        self.ten_foreign_students_in_five_minutes()
        self.a_passport_that_nobody_knows()
        self.at_night_the_lists_agree()

    # -- before

    def the_office_brings_the_lists(self):
        """Four lists in one workbook of many: people, those who are left out, and the foreigners' passports."""
        school = school_day.School(2020, 300_000)
        self.humanities = [school.admit(40, "人文学院", f"中文{i}班", "本科") for i in (1, 2, 3)]
        self.engineers = [school.admit(32, "机电工程学院", f"机械{i}班", "本科") for i in (1, 2, 3, 4)]
        self.queen_mary = [school.admit(25, "玛丽女王学院", f"临床{i}班", "本科") for i in (1, 2)]
        self.doctors = [school.admit(12, college, f"{college}博士班", "博士") for college in ("人文学院", "机电工程学院")]
        self.evening = school.admit(30, "继续教育学院", "会计夜大班", "专科")
        self.foreign = school.admit(10, "国际教育学院", "留学生班", "本科")
        self.stranger = school.stranger()
        for i, student in enumerate(self.foreign):
            student.id_number = ""
            school_day.with_passport(student, f"X{i}0000{i}7", "SPECIMEN", f"STUDENT<{chr(65 + i)}")
        self.tourist = school_day.with_passport(school.stranger(), "Z7654321", "TOURIST", "TEST")
        self.tourist.id_number, self.tourist.name = "", "TOURIST TEST"
        self.people = school.people
        self.day.people += self.people + [self.stranger, self.tourist]
        rows = [row + (student.mrz[1][:9].rstrip("<") if student.mrz else "",)
                for row, student in zip(roster_rows(self.people)[1:], self.people)]
        answer = self.day.imports("/api/v1/roster", as_xlsx([roster_rows([])[0] + ("护照号",)] + rows, "毕业生"))
        self.assertEqual((answer["result"]["added"], answer["counts"]["errors"]), (len(self.people), 0))
        answer = self.day.imports("/api/v1/roster?kind=excluded", as_csv(
            [("学号", "姓名", "原因")] + [(s.student_no, s.name, "由继续教育学院另行组织") for s in self.evening], "gb18030"))
        self.assertEqual(answer["result"]["updated"], 30)

    def the_printed_table_has_its_errors(self):
        """A notice with head-counts, as offices write them. Looked at, not stored: a Saturday that is a Sunday, head-counts that are not the
        list's, a college that the list does not have."""
        printed = (school_day.SCHEDULES / "head-counts.csv").read_bytes()
        status, answer = self.day.office.upload("/api/v1/schedule?preview=1", printed)
        codes = self.day.codes_of(answer)
        self.assertEqual((status, answer["stored"], answer["counts"]["errors"]), (200, False, 0))
        self.assertEqual(codes["weekday-wrong"], 1)
        self.assertEqual(codes["head-count-differs"], 4)  # by college and level; of all doctors, too
        self.assertEqual((codes["unit-unknown"], codes["unit-without-slot"]), (1, 0))  # 软件学院; nobody is forgotten
        self.assertEqual(self.day.office.send("GET", "/api/v1/schedule")[0], 404)

    def the_table_of_today(self):
        date, whole_day = school_day.as_notices_print(school_day.today()), "0:00—23:59"
        answer = self.day.imports("/api/v1/schedule", as_csv([
            ("地点", "日期", "时间", "学院", "层次", "人数"),
            ("A101", date, whole_day, "人文学院", "本科", "120人"),
            ("A102", date, whole_day, "机电工程学院", "本科", "130"),
            ("", "", "14:00—14:05", "国际教育学院", "", "10"),
            ("A103", date, whole_day, "玛丽女王学院", "", "约50"),
            ("", "", whole_day, "全体博士", "", "24")]))
        codes = self.day.codes_of(answer)
        self.assertEqual((codes["head-count-differs"], codes["slot-shared"], codes["lane-overlap"]), (1, 1, 1))
        counts = [problem for problem in answer["problems"] if problem["code"] == "head-count-differs"]
        self.assertIn("128", counts[0]["message"]["zh"])
        self.assertEqual([slot["planned"] for slot in answer["slots"]], [120, 130, 10, 50, 24])

    # -- at the door

    def some_groups_are_not_photographed_here(self):
        for student in self.evening[:3]:
            answer = self.a.refuses(student, "excluded", could=["excluded"])
            self.assertEqual(answer["message"]["zh"], "您不在本次采集范围内，请联系工作人员。")
        self.a.refuses(self.stranger, "not-on-roster")
        self.a.refuses(self.humanities[0][0], "medium-not-allowed", typed)

    def somebody_comes_out_of_order(self):
        """The twelfth before the eleventh: an alarm at the door, and who should have come."""
        room, group = self.a, self.humanities[0]
        for student in group[:10]:
            room.gives_number(student)
        expected = room.snapshot()["expected"]
        self.assertEqual((expected["rank"], expected["unit"]), (11, "中文1班"))
        self.assertEqual(expected["person"], self.day.members("中文1班")[group[10].student_no]["person"])
        room.gives_number(group[11], notes=["out-of-order"], alarm="out-of-order")
        room.gives_number(group[10], notes=["out-of-order"], alarm="out-of-order")
        room.gives_number(group[12])  # and on as before
        self.assertEqual(room.snapshot()["expected"]["rank"], 14)
        room.shoots_everyone()

    def one_is_missed_and_waits_for_a_class_after_the_next(self):
        room, (first, second, third) = self.a, self.humanities
        late = first[20]
        for student in first[13:]:
            number = room.gives_number(student)
            if student is late:
                missed = number
        room.shoots_everyone(7)
        room.calls(missed)
        room.misses(missed)
        room.shoots_everyone()
        room.refuses(late, "missed-waits", number=missed)
        together(lambda: [room.gives_number(student) for student in second], lambda: room.shoots_everyone(len(second)))
        room.refuses(late, "missed-waits", number=missed)  # the next class has come, not the one after it
        room.gives_number(third[0])
        room.gives_number(late, notes=["out-of-order"], alarm="out-of-order")
        together(lambda: [room.gives_number(student) for student in third[1:]],
                 lambda: room.shoots_everyone(len(third) + 1))

    def the_class_fee_is_collected_on_the_spot(self):
        """A class's representative pays for those who were photographed; the receipt says how many."""
        group = self.humanities[0]
        members = self.day.members("中文1班")

        def pay(student):
            status, answer = self.a.door.post("/api/v1/payments/record", {
                "person": members[student.student_no]["person"], "state": "paid", "method": "cash", "amount_fen": FEE})
            self.assertEqual(status, 200, answer)
        self.pay_for = lambda people: crowd(pay, people)
        self.pay_for(group)
        (unit,) = [unit for unit in self.day.tallies()["units"] if unit["name"] == "中文1班"]
        self.assertEqual((unit["paid"], unit["people_shot"], unit["paid_fen"]), (40, 40, 40 * FEE))

    def the_engineers_and_the_rest_come_in_their_rooms(self):
        """Four absentees, marked by the liaisons, so that nobody after them is out of order."""
        self.absent = [group[-1] for group in self.engineers]
        engineers = [student for group in self.engineers for student in group[:-1]]
        medics = [student for group in self.queen_mary for student in group]
        for group in self.engineers:
            self.day.calls_roll(group[0].unit, absent=group[-1:])
        together(lambda: [self.b.gives_number(student) for student in engineers],
                 lambda: self.b.shoots_everyone(len(engineers)),
                 lambda: [self.c.gives_number(student) for student in medics],
                 lambda: self.c.shoots_everyone(len(medics)))
        units = self.day.units()
        self.assertEqual([units[group[0].unit]["left"] for group in self.engineers], [0, 0, 0, 0])

    def all_doctors_across_the_colleges(self):
        """Their slot goes by the level: right in the third room whatever the college, wrong in the college's own."""
        for group in self.doctors:
            self.c.gives_number(group[1], notes=["out-of-order"], alarm="out-of-order")  # the gap is told once
            for student in group[2:]:
                self.c.gives_number(student)
        first, other = self.doctors[0][0], self.doctors[1][0]
        self.a.gives_number(first, notes=["out-of-order", "out-of-slot"], alarm="out-of-order")
        self.c.gives_number(other, notes=["out-of-order"], alarm="out-of-order")
        for room in (self.a, self.c):
            room.shoots_everyone()

    def ten_foreign_students_in_five_minutes(self):
        """Found on the list by the passport's number, and flagged: the photographer looks twice. One has a new passport,
        which no list knows before the office has sent the row again."""
        self.day.notes_of_the_date = {"out-of-slot"}  # it is hardly 14:00 now
        renewed = self.foreign[-1]
        school_day.with_passport(renewed, "N1234567", "SPECIMEN", "STUDENT<J")
        for student in self.foreign[:-1]:
            self.b.gives_number(student, passport, notes=["look-twice"])
        self.b.refuses(renewed, "not-on-roster", passport, could=["not-on-roster"])
        self.day.imports("/api/v1/roster", as_csv(
            [("学号", "姓名", "护照号", "学院", "班级", "层次"),
             (renewed.student_no, renewed.name, "N1234567", renewed.college, renewed.unit, renewed.level)]))
        number = self.b.gives_number(renewed, passport, notes=["look-twice"])
        self.b.knows(number, passport)
        self.b.refuses(renewed, "bad-mrz",
                       lambda s: {"medium": "passport", "mrz": [s.mrz[0], s.mrz[1][:20] + "9" * 24]})
        self.b.shoots_everyone()
        self.a.refuses(self.foreign[0], "already-shot", passport)
        members = self.day.members("留学生班")
        self.assertEqual([m["ticket"]["state"] for m in members.values()], ["shot"] * 10)

    def a_passport_that_nobody_knows(self):
        """A tourist. Whoever asks, the marshal cannot be talked out of it without a reason."""
        self.b.refuses(self.tourist, "not-on-roster", passport)
        self.b.refuses(self.tourist, "reason-needed", passport, override={"codes": ["not-on-roster"]})

    def at_night_the_lists_agree(self):
        come = len(self.people) - len(self.evening) - len(self.absent)
        owing = [number for number in self.day.book() if number.state == "shot" and number.student not in self.humanities[0]]
        event = self.day.close_the_day(
            self, {"people": {"total": len(self.people), "shot": come, "absent": 4, "excluded": 30},
                   "money": {"total": 40, "shot": come}},
            {"money": {"unpaid-shot": owing}}, {"money": "其余各班班费下周统一上交"})
        self.assertEqual((event["people_shot"], event["absent"], event["excluded"]), (come, 4, 30))
        self.assertEqual(len(self.people), event["people_shot"] + event["absent"] + event["excluded"])
        self.assertEqual(event["planned"], event["people_shot"] + event["absent"])
        self.assertEqual((event["missed"], event["void"], event["issued"]), (1, 0, come + 1))
        self.assertEqual((event["paid"], event["paid_fen"], event["refund_due"]), (40, 40 * FEE, 0))


if __name__ == "__main__":
    unittest.main()
