#!/usr/bin/python3
"""浙江大学, profile zju-2021: ID card, passport, campus card, or a student card whose number is typed in. Sign the sheet, tap,
wait: five people in the frozen line, and nobody moves forward or back. Once per degree level. Paid beforehand, or on the day
in cash or by Alipay. Then the central make-up day, and a wrong photograph that comes to light after all."""

import collections
import unittest

import harness
import school_day
from school_day import (as_csv, as_xlsx, campus_card, fifteen_digits, id_card, passport, roster_rows, typed,
                        typed_student_number)

LIMIT = 5
FEE = 2500
PACE_S = 0.01  # people sit down a thousand times faster than at the real camera


class Zju2021(school_day.DayTest):
    def test_five_in_the_frozen_line(self):
        self.day = self.begin("浙江大学 2021 届", "zju-2021", [harness.Lane("A", "紫金港 东1"), harness.Lane("B", "玉泉 教七")])
        self.a, self.b = self.day.rooms["A"], self.day.rooms["B"]

        self.the_office_brings_the_lists()
        self.most_have_paid_beforehand()
        self.day.open()
        self.the_sixth_waits_at_the_door()
        self.nobody_moves_forward()
        self.old_numbers_of_fifteen_digits()
        self.paid_on_the_day()
        self.campus_cards_and_passports()
        self.somebody_elses_card()
        self.the_classes_come()
        self.once_per_degree_level()
        self.day.restarts(crash=True)
        self.the_day_ends_and_people_are_missing()
        self.the_make_up_day()
        self.a_wrong_photograph_comes_to_light()
        self.at_night_the_figures_agree()

    # -- before

    def the_office_brings_the_lists(self):
        """Undergraduates and masters, older people among them whose numbers on the list have 15 digits still; one who
        graduates at two levels this summer, and some who were captured last year."""
        school = school_day.School(2021, 400_000)
        self.classes = {f"计算机{i}班": school.admit(30, "计算机学院", f"计算机{i}班", "本科") for i in range(1, 7)}
        self.classes |= {f"硕士{i}班": school.admit(30, "数学学院", f"硕士{i}班", "硕士") for i in range(1, 4)}
        self.old = school.admit(6, "继续教育学院", "干部班", "本科")
        for i, student in enumerate(self.old):
            school_day.born_last_century(student, 1960 + i)
        self.exchange = school.admit(2, "国际联合学院", "交换班", "本科")
        for i, student in enumerate(self.exchange):
            student.id_number = ""
            school_day.with_passport(student, f"E0000{i}07", "EXCHANGE", f"STUDENT<{chr(65 + i)}")
        self.classes |= {"干部班": self.old, "交换班": self.exchange}
        master = self.classes["硕士1班"][4]
        self.both = master  # 硕博连读: the doctorate under the same ID number
        self.doctor = school_day.Student(master.name, master.id_number, "2021D00001", "数学学院", "博士班", "博士")
        self.classes["博士班"] = [self.doctor]
        self.last_year = self.classes["计算机6班"][:2]
        self.people = school.people + [self.doctor]
        self.day.people += self.people
        self.assertGreaterEqual(len(self.people), 270)
        for student in self.people:
            student.card = f"04{int(student.student_no[-8:], 36) % 16 ** 12:012x}"  # seven bytes

        rows = [list(row) + [student.mrz[1][:9].rstrip("<") if student.mrz else ""]
                for row, student in zip(roster_rows(self.people)[1:], self.people)]
        for row, student in zip(rows, self.people):
            if student in self.old:
                row[3] = fifteen_digits(student.id_number)
        answer = self.day.imports("/api/v1/roster", as_xlsx([roster_rows([])[0] + ("护照号",)] + rows))
        codes = self.day.codes_of(answer)
        self.assertEqual((answer["result"]["added"], answer["counts"]["errors"]), (len(self.people), 0))
        self.assertEqual(codes["id-upgraded"], 1)  # together, with their count
        answer = self.day.imports("/api/v1/roster?kind=captured", as_csv(
            [("姓名", "学号", "层次")] + [(s.name, s.student_no, s.level) for s in self.last_year]))
        self.assertEqual(answer["result"]["updated"], 2)

    def most_have_paid_beforehand(self):
        """By level, as the key of a person: who graduates twice has paid once so far."""
        self.on_the_day = self.classes["计算机1班"][10:14] + [self.doctor]
        self.by_card = self.classes["计算机2班"][:LIMIT]
        self.absent = self.classes["计算机5班"][-4:] + self.classes["硕士3班"][-2:]
        later = self.on_the_day + self.by_card + self.last_year
        early = [student for student in self.people if student not in later]
        answer = self.day.imports("/api/v1/payments", as_csv([("学号", "姓名", "层次", "金额", "支付方式")] + [
            (s.student_no, s.name, s.level, "25", "支付宝") for s in early], "utf-16"))
        self.assertEqual(answer["result"], {"added": 0, "updated": len(early), "unchanged": 0, "skipped": 0})
        self.payers = len(early)

    # -- the frozen line

    def the_sixth_waits_at_the_door(self):
        """The television at the door shows the stop sign while five wait or sit; one photograph lets one in."""
        group = self.classes["计算机1班"][:LIMIT + 2]
        for i, student in enumerate(group[:LIMIT]):
            self.assertEqual(self.stop_sign(), False, i)
            self.a.gives_number(student)
        self.assertEqual(self.stop_sign(), True)
        self.a.refuses(group[LIMIT], "line-full", could=[])
        self.a.refuses(group[LIMIT], "line-full", device=self.day.office)
        self.a.calls(self.a.book[0])
        self.assertEqual(self.stop_sign(), True)  # whoever sits there counts
        self.a.shoots(self.a.book[0], advance=True)
        self.a.book[1].state = "called"
        self.assertEqual(self.stop_sign(), False)
        self.a.gives_number(group[LIMIT])
        self.a.refuses(group[LIMIT + 1], "line-full")

    def stop_sign(self):
        door = self.a.television.get(self.a.path)["door"]
        self.assertEqual(door["limit"], LIMIT)
        return door["stop"]

    def nobody_moves_forward(self):
        called, following = self.a.book[1], self.a.book[4]
        self.a.wont(following, "call", "another-called")
        self.a.shoots(called)
        self.a.wont(following, "call", "not-next")
        self.a.shoots_everyone()
        self.assertEqual([number.state for number in self.a.book], ["shot"] * (LIMIT + 1))
        self.come(self.classes["计算机1班"][LIMIT + 1:10])

    def come(self, people, how=id_card, room=None, **more):
        """Five at a time, as the line lets them in."""
        room = room or self.a
        for start in range(0, len(people), LIMIT):
            for student in people[start:start + LIMIT]:
                room.gives_number(student, how, **more)
            room.shoots_everyone(pace_s=PACE_S)

    # -- who comes with what

    def old_numbers_of_fifteen_digits(self):
        """The list had 15 digits and was told so; a card has 18, a hand types 15: the same person."""
        first, second, *rest = self.old
        number = self.a.gives_number(first)
        self.a.knows(number, typed)
        self.a.knows(number, lambda s: {"medium": "manual", "id_number": fifteen_digits(s.id_number), "name": s.name})
        self.a.gives_number(second, lambda s: {"medium": "manual", "id_number": fifteen_digits(s.id_number), "name": s.name},
                            notes=["look-twice"])
        self.a.shoots_everyone()
        self.come(rest)

    def paid_on_the_day(self):
        """At the desk in front of the door, before the number is drawn: cash or Alipay."""
        group = self.on_the_day[:4]
        for student, method in zip(group, ("cash", "alipay", "cash", "alipay")):
            self.a.refuses(student, "unpaid", could=["unpaid"])
            self.day.pays(student, method, device=self.a.door, amount_fen=FEE)
        self.payers += 4
        self.come(group)
        self.come(self.classes["计算机1班"][14:])

    def campus_cards_and_passports(self):
        """A campus card says nothing of its owner before it was bound once: it gets its number with the note that nobody
        knows of a payment; tied to its owner, the marshal is told to take the money. A passport stands on the list."""
        for student in self.by_card:
            number = self.b.gives_number(student, campus_card, notes=["unpaid"])
            self.assertFalse(number.bound)
            self.b.binds(number, student, warnings=["unpaid"])
            self.assertIn("unpaid", number.notes)
            self.day.pays(student, "alipay", device=self.b.door, amount_fen=FEE)
            self.b.knows(number, campus_card)
            self.b.knows(number, id_card)
        self.payers += LIMIT
        self.assertEqual({m["payment"] for m in list(self.day.members("计算机2班").values())[:LIMIT]}, {"paid"})
        self.b.shoots_everyone()
        self.come(self.exchange, passport, self.b, notes=["look-twice"])
        student = self.classes["计算机2班"][LIMIT]  # a student card: its number is typed in
        self.b.gives_number(student, typed_student_number, notes=["look-twice"])
        self.b.shoots_everyone()

    def somebody_elses_card(self):
        """A campus card that was lent: the card is tied to its owner, the name that is typed is another's."""
        owner, borrower = self.classes["计算机2班"][0], self.classes["计算机2班"][LIMIT + 1]
        self.b.refuses(borrower, "already-shot", lambda _: campus_card(owner))
        self.b.refuses(borrower, "credential-taken",
                       lambda s: {**typed(s), "student_no": owner.student_no})
        number = self.b.gives_number(borrower, campus_card, notes=["unpaid"])  # nobody knows that card yet
        status, answer = self.b.door.post(f"{self.b.path}/tickets/{number.label}/bind",
                                          {"student_no": owner.student_no, "name": owner.name})
        self.assertEqual((status, answer["code"]), (409, "credential-taken"))
        self.b.binds(number, borrower)
        self.b.shoots_everyone()

    def the_classes_come(self):
        done = {number.student for number in self.day.book()}
        for name, group in self.classes.items():
            if name == "博士班":
                continue
            absent = [student for student in group if student in self.absent]
            if absent:
                self.day.calls_roll(name, absent)
            room = self.b if name.startswith("硕士") else self.a
            left = [s for s in group if s not in done and s not in self.absent + self.last_year and s is not self.both]
            if self.both in group:
                self.day.calls_roll(name, [self.both])  # comes when it is clear at which level
            late = name == "计算机3班" and left.pop()
            self.come(left, room=room)
            if late:
                self.late = late

    def once_per_degree_level(self):
        """Captured last year at this level: no. At two levels this summer: which one? Then the other one."""
        for student in self.last_year:
            self.a.refuses(student, "already-captured", could=["already-captured", "unpaid"])
        self.day.pays(self.doctor, "alipay", device=self.a.door, amount_fen=FEE, level="doctor")
        self.payers += 1
        answer = self.b.refuses(self.both, "level-ambiguous")
        self.assertIn("层次", answer["message"]["zh"])
        master = self.b.gives_number(self.both, notes=self.order_notes(self.both), level="master")
        self.b.shoots_everyone()
        doctor = self.b.gives_number(self.doctor)  # only one is left, so nobody asks
        self.b.shoots_everyone()
        self.b.refuses(self.doctor, "already-shot", level="doctor", number=doctor)
        self.b.refuses(self.both, "already-shot", level="master", number=master)

    # -- the make-up day

    def the_day_ends_and_people_are_missing(self):
        units = self.day.units()
        self.assertEqual({name: unit["left"] for name, unit in units.items() if unit["left"]}, {"计算机3班": 1})
        self.assertEqual({name: unit["absent"] for name, unit in units.items() if unit["absent"]},
                         {"计算机5班": 4, "硕士3班": 2})
        for room in (self.a, self.b):
            self.assertEqual(room.session("closed")["open"], [])
        self.a.refuses(self.late, "session-closed")

    def the_make_up_day(self):
        """Another session, one room, everybody who was missing; the waiting time hangs at the door."""
        self.a.session("open")
        here = self.absent[:-1] + [self.late]
        for student in here[:4]:
            self.a.gives_number(student, notes=self.order_notes(student))
        shown = self.a.television.get(self.a.path)
        self.assertGreaterEqual(shown["pace_ms"], PACE_S * 1000)
        self.assertEqual([ticket["number"] for ticket in shown["line"]], [n.label for n in self.a.book[-4:]])
        self.assertFalse(any("name" in ticket for ticket in shown["line"]), "a public screen shows numbers only")
        unit = self.day.units()["计算机3班"]
        self.assertEqual((unit["left"], unit["eta_s"]), (1, unit["pace_ms"] // 1000))
        self.a.shoots_everyone()
        for student in here[4:]:
            self.a.gives_number(student, notes=self.order_notes(student))
        self.a.shoots_everyone()

    def order_notes(self, student):
        """Whoever comes after the class has passed is out of order, unless nobody of a higher number has come."""
        group = self.classes[student.unit]
        come = {number.student for number in self.day.book()}
        return ["out-of-order"] if any(other in come for other in group[group.index(student) + 1:]) else []

    # -- and afterwards

    def a_wrong_photograph_comes_to_light(self):
        """At the computer somebody notices that the last number cannot be right: the lane stops, the frames since the last
        confirmed number are marked, those people sit down again. Who else stood near, the journal tells, too."""
        outsiders = [school_day.School(2020, 490_000 + i).stranger() for i in range(4)]
        self.day.people += outsiders
        for student in outsiders:
            self.day.pays(student, "cash", device=self.a.door, amount_fen=FEE)
        self.payers += 4
        numbers = [self.a.gives_number(student, notes=["outsider"]) for student in outsiders]
        self.a.calls(numbers[0])
        self.a.confirms(numbers[0])
        self.a.shoots_everyone(3)
        self.a.calls(numbers[3])
        self.a.does(numbers[3], "mismatch", {"reason": "屏幕上的人不对"})
        stopped = self.a.snapshot()["stopped"]
        self.assertEqual([t["number"] for t in stopped["at_risk"]], [number.label for number in numbers[1:]])
        status, answer = self.a.door.post(self.a.path + "/resolve", {
            "decision": "suspect", "from": numbers[1].label, "reason": "两人换过位置"})
        self.assertEqual((status, answer["stopped"]), (200, None), answer)
        for number in numbers[1:3]:
            number.is_suspect = True
        self.assertEqual(self.suspects(), [number.label for number in numbers[1:3]])
        self.assertEqual(self.day.tallies()["event"]["suspects"], 2)
        self.a.shoots_everyone()
        self.a.retakes(numbers[1], "疑似错人")
        self.assertEqual(self.suspects(), [numbers[2].label])
        # forty days later: of the other nobody came back. The journal has who stood there, in which order, and when
        tail = self.day.daemon.tool("journal", "tail", "-n", "60").stdout
        order = [line for line in tail.splitlines() if " shot " in f" {line} "]
        places = [next(i for i, line in enumerate(order) if number.label in line) for number in numbers[:2]]
        self.assertEqual(places, sorted(places))
        self.assertIn("mismatch", tail)

    def suspects(self):
        return [row["number"] for row in self.day.numbers("A") if row["suspect"] == "yes"]

    def at_night_the_figures_agree(self):
        come = len(self.people) - len(self.last_year) - 1
        event = self.day.close_the_day(
            self, {"people": {"total": len(self.people), "shot": come, "absent": 1, "captured": len(self.last_year)},
                   "money": {"total": self.payers, "shot": come + 4, "refund": 1}})
        self.assertEqual((event["people_shot"], event["outsiders"], event["suspects"]), (come + 4, 4, 1))
        self.assertEqual((event["paid"], event["refund_due"]), (self.payers, 1))
        self.assertEqual(event["paid"], event["people_shot"] + event["refund_due"])
        self.assertEqual(event["paid_fen"], self.payers * FEE)
        # nobody is missing who is not absent: on the list = shot + absent + captured earlier
        self.assertEqual(len(self.people), come + event["absent"] + len(self.last_year))
        self.assertEqual(event["planned"], come + event["absent"])
        media = collections.Counter(number.medium for number in self.day.book())
        self.assertEqual((media["passport"], media["campus_card"], media["manual"]), (2, LIMIT + 1, 2))


if __name__ == "__main__":
    unittest.main()
