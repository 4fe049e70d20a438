#!/usr/bin/python3
"""湖南科技大学, profile hnust-2021: a thousand people, three rooms at once, the ID card alone. Who is not on the list of
those who paid is refused; who paid and did not come gets the money back. Class by class, by student number."""

import unittest
import urllib.parse

import harness
import school_day
from school_day import as_csv, as_xlsx, id_card, roster_rows, together, typed, typed_student_number

ROOMS = [harness.Lane("A", "四教楼101"), harness.Lane("B", "四教楼102"), harness.Lane("C", "四教楼106")]
BUSINESS = ["会计1班", "会计2班", "会计3班", "工商管理1班", "工商管理2班", "工商管理3班", "金融1班", "国贸1班"]
DIVISION = "/api/v1/schedule?division=" + urllib.parse.quote("商学院")
FEE = 2000  # CNY 0.01


class Hnust2021(school_day.DayTest):
    def test_three_rooms_at_once(self):
        self.day = self.begin("湖南科技大学 2021 届", "hnust-2021", ROOMS)
        self.a, self.b, self.c = (self.day.rooms[name] for name in "ABC")

        self.the_office_brings_a_thousand_people()
        self.the_school_prints_a_table_and_a_college_its_own()
        self.the_list_of_those_who_paid_is_imported()
        self.day.open()
        self.no_read_no_number()
        self.the_graduate_school_stands_in_all_three_rooms()
        self.a_graduate_tries_a_second_room()
        self.not_on_the_list_of_those_who_paid()
        self.the_liaisons_mark_who_is_absent()
        self.day.restarts()
        self.every_room_takes_its_colleges_class_by_class()
        self.whoever_was_missed_comes_when_the_class_is_through()
        self.at_night_the_money_is_given_back()

    # -- before

    def the_office_brings_a_thousand_people(self):
        school = school_day.School(2021, 10_000)
        table = school_day.read_schedule("schedule-hnust-2021.csv")[1:]
        self.colleges = {room.room: [] for room in ROOMS}  # in the order of the printed table
        for row in table:
            if row[5] not in ("2021届毕业生", "研究生学院", "商学院"):
                self.colleges[row[0]].append(row[5])
        self.colleges["四教楼101"].insert(3, "商学院")
        self.classes = {}  # (college, class): people by student number
        for i in range(1, 7):
            self.classes["研究生学院", f"研{i}班"] = school.admit(50, "研究生学院", f"研{i}班", "硕士")
        for college in (college for place in self.colleges.values() for college in place):
            names = BUSINESS if college == "商学院" else [f"{college}1班", f"{college}2班"]
            for name in names:
                self.classes[college, name] = school.admit(8 if college == "商学院" else 18, college, name, "本科")
        self.people = school.people
        self.stranger = school.stranger()
        self.day.people += self.people + [self.stranger]
        self.assertGreaterEqual(len(self.people), 1000)
        answer = self.day.imports("/api/v1/roster", as_csv(roster_rows(self.people), "gb18030"))
        self.assertEqual((answer["result"]["added"], answer["counts"]["errors"]), (len(self.people), 0))
        self.assertEqual(len(self.day.units()), len(self.classes))

    def the_school_prints_a_table_and_a_college_its_own(self):
        """The printed table has one college in three rooms at once; the business college divides its two slots among its
        classes, and its own table wins."""
        printed = (school_day.SCHEDULES / "schedule-hnust-2021.csv").read_bytes()
        answer = self.day.imports("/api/v1/schedule", printed)
        twice = [problem["message"]["zh"] for problem in answer["problems"] if problem["code"] == "unit-in-two-lanes"]
        self.assertEqual(len(twice), 4)
        self.assertEqual(sum("研究生学院" in text for text in twice), 3)
        self.assertEqual(answer["counts"]["errors"], 0)
        own = (school_day.SCHEDULES / "division.csv").read_bytes()
        answer = self.day.imports(DIVISION, own)
        parts = [slot for slot in answer["slots"] if slot["parent"] is not None]
        whole = [slot for slot in answer["slots"] if slot["text"] == "商学院"]
        self.assertEqual({slot["parent"] for slot in parts}, {slot["slot"] for slot in whole})
        self.assertEqual([(slot["lane"], slot["start"], slot["text"]) for slot in parts][:2],
                         [("A", "10:00", "商学院会计1班、商学院会计2班"), ("A", "10:30", "商学院会计3班")])
        self.assertEqual(self.day.codes_of(answer)["division-outside"], 1)  # 10:45 to 11:15, of a slot that ends at 11
        plan = self.day.office.get("/api/v1/schedule/simulation?pace_s=12")
        self.assertTrue(plan)

    def the_list_of_those_who_paid_is_imported(self):
        """All but the last of some classes. The finance office sends a second list when the first is stored."""
        self.unpaid = [self.classes[college, f"{college}1班"][-1] for college in ("外国语学院", "人文学院", "体育学院")]
        self.waived, self.let_through = (self.classes[college, f"{college}1班"][-1]
                                         for college in ("教育学院", "机电工程学院"))
        self.second_list = [self.classes["土木工程学院", "土木工程学院1班"][-1]]
        late = self.unpaid + [self.waived, self.let_through] + self.second_list
        self.payers = [student for student in self.people if student not in late]

        def rows(people):
            return [("学号", "姓名", "缴费金额", "缴费方式")] + [
                (student.student_no, student.name, "20.00", "微信") for student in people]
        answer = self.day.imports("/api/v1/payments", as_csv(rows(self.payers)))
        self.assertEqual(answer["result"], {"added": 0, "updated": len(self.payers), "unchanged": 0, "skipped": 0})
        path = self.day.file(as_xlsx(rows(self.payers[:5] + self.second_list)), "second.xlsx")
        answer = self.day.daemon.tool_json("payments", "import", path)
        self.assertEqual(answer["result"], {"added": 0, "updated": 1, "unchanged": 5, "skipped": 0})
        self.payers += self.second_list
        event = self.day.tallies()["event"]
        self.assertEqual((event["paid"], event["due"]), (len(self.payers), len(late) - 1))

    # -- at the door

    def no_read_no_number(self):
        """Nothing is typed in here, whoever asks and for whatever reason."""
        student = self.classes["研究生学院", "研1班"][0]
        self.a.refuses(student, "medium-not-allowed", typed, could=[])
        self.a.refuses(student, "medium-not-allowed", typed_student_number)
        self.a.refuses(student, "medium-not-allowed", lambda _: {"medium": "chip", "serial": "0102030405060708"})
        self.a.refuses(student, "medium-not-allowed", typed, device=self.day.office,
                       override={"codes": ["unpaid", "not-on-roster"], "reason": "证件忘带"})
        self.a.refuses(self.stranger, "not-on-roster")
        self.assertEqual(self.day.tallies()["event"]["issued"], 0)

    def the_graduate_school_stands_in_all_three_rooms(self):
        """Two classes in each room, at the same time; each room has numbers of its own."""
        def morning(room, *names):
            people = [student for name in names for student in self.classes["研究生学院", name]]
            return (lambda: [room.gives_number(student) for student in people],
                    lambda: room.shoots_everyone(len(people)))
        together(*morning(self.a, "研1班", "研4班"), *morning(self.b, "研2班", "研5班"), *morning(self.c, "研3班", "研6班"))
        self.assertEqual([lane["shot"] for lane in self.day.tallies()["lanes"]], [100, 100, 100])

    def a_graduate_tries_a_second_room(self):
        """Recognised across the rooms: shot in one, waiting in another."""
        shot = self.a.book[0]
        for room in (self.a, self.b, self.c):
            room.refuses(shot.student, "already-shot", number=shot)
        waiting = self.b.gives_number(self.classes["机电工程学院", "机电工程学院1班"][0])
        self.a.refuses(waiting.student, "already-waiting-elsewhere", number=waiting)
        self.c.refuses(waiting.student, "already-waiting-elsewhere", number=waiting)
        self.b.knows(waiting)
        self.b.shoots_everyone()

    def not_on_the_list_of_those_who_paid(self):
        """Refused; a marshal may let somebody through and says why, which is kept. The office waives one."""
        for student in self.unpaid:
            self.a.refuses(student, "unpaid", could=["unpaid"])
        self.day.pays(self.waived, state="waived", reason="贫困生减免", amount_fen=0)

    def the_marshal_lets_one_through(self):
        student, reason = self.let_through, "已缴费，名单有误，院办电话确认"
        self.b.refuses(student, "unpaid", could=["unpaid"])
        self.b.refuses(student, "reason-needed", override={"codes": ["unpaid"]})
        status, answer = self.b.camera.post(self.b.path + "/tickets", {
            **id_card(student), "override": {"codes": ["unpaid"], "reason": reason}})
        self.assertEqual((status, answer["code"]), (403, "forbidden"))  # a photographer gives no numbers
        number = self.b.gives_number(student, notes=["override-unpaid"], override={"codes": ["unpaid"], "reason": reason})
        self.owing = number
        self.assertEqual(self.b.snapshot()["line"][-1]["reason"], reason)
        number.reason = reason
        tail = self.day.daemon.tool("journal", "tail", "-n", "30").stdout
        self.assertIn(number.label, tail)
        self.assertNotIn(reason, tail)  # what was written is sealed, like everything that may name somebody

    def the_liaisons_mark_who_is_absent(self):
        """Paid and not here: one of every second class. Without the mark everybody after them would count as too early."""
        undergraduate = [key for key in self.classes if key[0] != "研究生学院"]
        self.absent = [self.classes[key][3] for key in undergraduate[::2]]
        for key in undergraduate[::2]:
            self.day.calls_roll(key[1], absent=[self.classes[key][3]])
        self.assertEqual(self.day.tallies()["event"]["absent"], len(self.absent))
        members = self.day.members("外国语学院1班")
        self.assertEqual([m["student_no"] for m in members.values() if m["next"]],
                         [self.classes["外国语学院", "外国语学院1班"][0].student_no])

    # -- through the day

    def every_room_takes_its_colleges_class_by_class(self):
        together(*(step for room in (self.a, self.b, self.c) for step in self.day_of(room)))
        self.the_marshal_lets_one_through()
        self.b.shoots_everyone()

    def day_of(self, room):
        """A door and a camera. One of the first class is called and has gone to the wrong room."""
        place = next(lane.room for lane in ROOMS if lane.name == room.name)
        done = {number.student for number in room.book}
        people = [student for (college, _), group in self.classes.items() if college in self.colleges[place]
                  for student in group]
        people.sort(key=lambda student: self.colleges[place].index(student.college))
        people = [s for s in people if s not in self.absent + self.unpaid + [self.let_through] and s not in done]
        if room is not self.a:
            return (lambda: [room.gives_number(student) for student in people],
                    lambda: room.shoots_everyone(len(people)))
        first = [student for student in people if student.unit == people[0].unit]
        self.later, self.missed_one = people[len(first):], first[5]

        def first_class():
            numbers = [room.gives_number(student) for student in first]
            room.shoots_everyone(5)
            room.calls(numbers[5])
            room.misses(numbers[5])
            room.refuses(self.missed_one, "missed-waits", number=numbers[5], could=["missed-waits"])
            room.shoots_everyone()
        return (first_class,)

    def whoever_was_missed_comes_when_the_class_is_through(self):
        """Always with a new number. Then the rest of that room."""
        room, later = self.a, self.later
        self.assertEqual(later[0].unit, "外国语学院2班")
        room.refuses(self.missed_one, "missed-waits")
        room.gives_number(later[0])
        room.gives_number(self.missed_one, notes=["out-of-order"])
        together(lambda: [room.gives_number(student) for student in later[1:]],
                 lambda: room.shoots_everyone(len(later) + 1))

    def at_night_the_money_is_given_back(self):
        came = [student for student in self.people if student not in self.absent + self.unpaid]
        payments = self.day.office.get("/api/v1/payments")
        self.assertEqual({r["student_no"] for r in payments["refunds"]}, {s.student_no for s in self.absent})
        self.assertEqual({r["paid_fen"] for r in payments["refunds"]}, {FEE})
        event = self.day.check_tallies(self)
        self.assertEqual(event["people_shot"], len(came))
        self.assertEqual(event["planned"], event["people_shot"] + event["absent"] + len(self.unpaid))
        # paid = shot + to be refunded, but for one waived and one let through
        self.assertEqual(event["paid"], event["people_shot"] - 2 + event["refund_due"])
        self.assertEqual((event["waived"], event["due"]), (1, len(self.unpaid) + 1))
        self.assertEqual(event["paid_fen"], FEE * len(self.payers))
        for student in self.absent:
            self.day.refunds(student, "缺席退费", "wechat")
        owed_nothing = 1  # waived
        event = self.day.close_the_day(
            self, {"people": {"total": len(self.people), "shot": len(came), "absent": len(self.absent + self.unpaid)},
                   "money": {"total": len(self.payers), "shot": len(came) - owed_nothing, "refund": len(self.absent)}},
            {"money": {"unpaid-shot": [self.owing]}}, {"money": "财务处次日补收"})
        self.assertEqual((event["refund_due"], event["refunded"]), (0, len(self.absent)))
        self.assertEqual(event["paid"], event["people_shot"] - 2)
        self.assertEqual((event["missed"], event["void"], event["issued"]), (1, 0, len(came) + 1))


class Division(school_day.DayTest):
    """A college's own table wins over the school's, at the door, too: today the college stands in two rooms, and says
    itself which class goes where."""

    def test_the_right_class_in_the_wrong_room(self):
        day = self.begin("湖南科技大学 商学院", "hnust-2021", ROOMS[:2], notes_of_the_date=())
        a, b = day.rooms["A"], day.rooms["B"]
        school = school_day.School(2021, 50_000)
        accounting, finance = (school.admit(20, "商学院", name, "本科") for name in ("会计1班", "金融1班"))
        day.imports("/api/v1/roster", as_csv(roster_rows(school.people)))
        day.imports("/api/v1/payments", as_csv([("学号", "姓名")] + [(s.student_no, s.name) for s in school.people]))
        date = school_day.as_notices_print(school_day.today())
        head = ("地点", "日期", "时间", "单位")
        day.imports("/api/v1/schedule", as_csv([head] + [(lane.room, date, "0:00-23:59", "商学院") for lane in ROOMS[:2]]))
        day.open()
        a.gives_number(finance[0])  # the school's table lets the college into both rooms
        day.imports(DIVISION, as_csv([("教室", "日期", "时间", "班级"), ("四教楼101", date, "0:00-23:59", "会计1班"),
                                      ("四教楼102", date, "0:00-23:59", "金融1班")]))
        a.gives_number(finance[1], notes=["out-of-slot"])
        b.gives_number(finance[2])
        a.gives_number(accounting[0])
        b.gives_number(accounting[1], notes=["out-of-slot"])
        for room in (a, b):
            room.shoots_everyone()
        event = day.close_the_day(self, {"people": {"total": 40, "shot": 5, "absent": 35},
                                         "money": {"total": 40, "shot": 5, "refund": 35}})
        self.assertEqual((event["people_shot"], event["refund_due"]), (5, 35))


if __name__ == "__main__":
    unittest.main()
