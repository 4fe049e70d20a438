#!/usr/bin/python3
"""A Sunday at 湖南师范大学, profile hunnu-2019: one room, in by the front door, out by the back door. 15 yuan on site against
a payment card that goes back at the camera: cards out, cards back and people shot must be one figure at night."""

import itertools
import unittest

import emulated
import harness
import school_day
from school_day import as_xlsx, crowd, roster_rows, together, typed, typed_student_number

TAPS = 20


def by_sam(student):
    """What a police-certified reader gives of a resident's card."""
    def field(text, size):
        data = text.encode("utf-16-le")
        return data + b" \0" * ((size - len(data)) // 2)
    return (field(student.name, 30) + field("1", 2) + field("01", 4) + field(student.id_number[6:14], 16)
            + field("测试路1号", 70) + field(student.id_number, 36) + field("测试市公安局", 30) + field("20200101", 16)
            + field("长期", 16) + field("", 28) + field(" ", 2) + field("", 6)).hex()


class Hunnu2019(school_day.DayTest):
    def test_a_sunday_in_one_room(self):
        self.rig = emulated.Rig(sam=["front"], options=["--fast"])
        self.addCleanup(self.rig.close)
        reader = harness.Reader("front", "sam", f"serial:{self.rig.path('front')}")
        self.day = self.begin("湖南师范大学 2019 届", "hunnu-2019", [harness.Lane("A", "景德楼201", 0, (reader,))])
        self.room = self.day.rooms["A"]

        self.the_office_brings_list_and_timetable()
        self.nobody_is_let_in_before_the_room_opens()
        self.the_first_twenty_tap_at_the_front_door()
        self.whoever_has_not_paid_pays_first()
        self.somebody_pays_twice()
        self.the_morning_slots()
        self.a_demagnetised_card_is_typed_in()
        self.a_graduate_of_another_year_comes()
        self.one_is_called_and_not_there()
        self.one_goes_to_the_phone_and_comes_back()
        self.eyes_closed()
        self.a_test_frame_with_a_number()
        self.day.restarts(crash=True)
        self.the_afternoon_slots()
        self.one_who_paid_and_changed_his_mind()
        self.at_night_three_figures_are_one()

    # -- before

    def the_office_brings_list_and_timetable(self):
        """Thirty colleges and hospitals of the printed table, with classes of our own size; a list that Excel has spoilt
        is refused by its cell, the mended one is taken."""
        self.slots = []  # the table's rows, those of one hour together: [[unit, unit ...], ...]
        table = school_day.read_schedule("schedule-hunnu-2019.csv")
        for _, rows in itertools.groupby(table[1:], key=lambda row: row[2]):
            self.slots.append([unit for row in rows for unit in row[3].split("、")])
        school = school_day.School(2019, 1000)
        self.classes = {unit: school.admit(10 + i % 3, unit)
                        for i, unit in enumerate(itertools.chain.from_iterable(self.slots))}
        self.people = school.people
        self.outsider, self.late_payer = school.stranger(), school.stranger()
        self.day.people += self.people + [self.outsider, self.late_payer]
        self.assertGreaterEqual(len(self.people), 300)

        rows = roster_rows(self.people)
        spoilt = [list(row) for row in rows]
        spoilt[7][3] = float(spoilt[7][3][:15] + "000")  # 9.90101E+17: the last digits are gone
        status, answer = self.day.office.upload("/api/v1/roster", as_xlsx(spoilt))
        errors = [problem for problem in answer["problems"] if problem["severity"] == "error"]
        self.assertEqual((status, answer["code"], answer["stored"]), (422, "import-refused", False))
        self.assertEqual([(e["code"], e["row"], e["column"]) for e in errors], [("id-digits-lost", 8, "D")])
        self.assertEqual(self.day.units(), {}, "nothing of a refused list is stored")

        answer = self.day.imports("/api/v1/roster", as_xlsx(rows))
        self.assertEqual(answer["result"]["added"], len(self.people))
        again = self.day.imports("/api/v1/roster", as_xlsx(rows))
        self.assertEqual(again["result"], {"added": 0, "updated": 0, "unchanged": len(self.people), "skipped": 0})
        self.assertEqual({name: unit["people"] for name, unit in self.day.units().items()},
                         {name: len(group) for name, group in self.classes.items()})

        printed = (school_day.SCHEDULES / "schedule-hunnu-2019.csv").read_bytes()
        answer = self.day.imports("/api/v1/schedule", printed)
        self.assertEqual((len(answer["slots"]), answer["counts"]["errors"]), (12, 0))
        self.assertEqual(self.day.codes_of(answer)["slot-shared"], 6)  # several units in one hour
        self.assertEqual([len(slot["units"]) for slot in answer["slots"]][:3], [2, 3, 2])
        self.assertNotIn("unit-unknown", self.day.codes_of(answer))

    def nobody_is_let_in_before_the_room_opens(self):
        self.pay(self.people[0])
        self.room.refuses(self.people[0], "session-closed")
        self.day.open()

    def pay(self, student, method="cash"):
        """15 yuan, and the payment card in exchange."""
        self.day.pays(student, method, device=self.room.door, card=True)

    # -- the morning

    def the_first_twenty_tap_at_the_front_door(self):
        """Of all units of the first hour, mixed as they come; here a real protocol on a line, else the door's page."""
        self.queue = [student for slot in self.slots for student in
                      itertools.chain.from_iterable(itertools.zip_longest(*(self.classes[unit] for unit in slot)))
                      if student]
        crowd(self.pay, [student for student in self.queue[:TAPS] if student is not self.people[0]])
        events = self.day.daemon.events("A", self.room.camera.token)
        self.addCleanup(events.close)
        harness.wait_until(lambda: [r for r in self.room.snapshot()["readers"] if r["state"] == "ready"], 15, "the reader")
        for student in self.queue[:TAPS]:
            note = self.tap(events, student)
            self.assertEqual((note["result"], note["number"]), ("accepted", f"A{len(self.room.book) + 1:04d}"), note)
            self.room.writes_down(student, self.room.snapshot()["line"][-1])
        note = self.tap(events, self.queue[0])  # once more, out of habit
        self.assertEqual((note["result"], note["number"]), ("already", "A0001"), note)
        note = self.tap(events, self.queue[TAPS])  # the next one has not paid
        self.assertEqual((note["result"], note["code"]), ("refused", "unpaid"), note)
        self.room.shoots_everyone(card=True)

    def tap(self, events, student):
        self.assertTrue(self.rig.command(f"tap front record {by_sam(student)}")["read"])
        return events.wait_for(lambda event: event.event == "door", 10).data

    def whoever_has_not_paid_pays_first(self):
        student = self.queue[TAPS]
        self.room.refuses(student, "unpaid", could=["unpaid"])
        self.pay(student, "wechat")
        self.room.gives_number(student)
        self.room.shoots_everyone(card=True)

    def somebody_pays_twice(self):
        student = self.queue[TAPS + 1]
        self.pay(student)
        status, answer = self.room.door.post("/api/v1/payments/record", {
            "id_number": student.id_number, "name": student.name, "state": "paid", "method": "cash", "card": True})
        self.assertEqual((status, answer["code"]), (409, "card-is-out"))
        self.room.gives_number(student)
        self.room.shoots_everyone(card=True)

    def hours(self, slots):
        """The units of some hours, all mixed: those who pay, the line and the camera go on side by side."""
        units = {unit for slot in slots for unit in slot}
        done = {number.student for number in self.room.book}
        left = [student for student in self.queue if student.college in units and student not in done]
        left = [student for student in left if student not in self.special()]
        crowd(self.pay, left)
        together(lambda: [self.room.gives_number(student) for student in left],
                 lambda: self.room.shoots_everyone(len(left), card=True))

    def special(self):
        """Those who have a story of their own, and four who do not come at all."""
        return self.classes["美院"][:8] + self.classes["光琇医院"][-4:]

    def the_morning_slots(self):
        self.hours(self.slots[:3])
        units = self.day.units()
        self.assertEqual((units["法学院"]["counts"]["shot"], units["美院"]["counts"]["issued"]), (10, 0))
        self.assertEqual(units["163医院"]["left"], 0)

    def a_demagnetised_card_is_typed_in(self):
        """The number and the name, compared with the list; flagged, so that the photographer looks twice."""
        student, other = self.special()[:2]
        self.pay(student)
        wrong = student.id_number[:17] + ("0" if student.id_number[17] != "0" else "1")
        self.room.refuses(student, "bad-id-number", lambda s: {"medium": "manual", "id_number": wrong, "name": s.name})
        self.room.refuses(student, "name-differs",
                          lambda s: {"medium": "manual", "id_number": s.id_number, "name": "不是这人"})
        self.room.refuses(student, "credential-taken", lambda s: {**typed(s), "student_no": other.student_no})
        number = self.room.gives_number(student, typed, notes=["look-twice"])
        self.room.knows(number, typed_student_number)
        self.assertEqual(self.room.snapshot()["line"][-1]["notes"], ["look-twice", "out-of-slot"])
        self.pay(other)  # the card is lost, the student number is known by heart
        self.room.gives_number(other, typed_student_number, notes=["look-twice"])
        self.room.shoots_everyone(card=True)

    def a_graduate_of_another_year_comes(self):
        """On no list, and welcome: pays and taps like everybody."""
        self.room.refuses(self.outsider, "unpaid")
        self.pay(self.outsider, "alipay")
        self.room.gives_number(self.outsider, notes=["outsider"])
        self.room.shoots_everyone(card=True)

    def one_is_called_and_not_there(self):
        """Missed, and back at the end of the line with a new number at once."""
        student, after = self.special()[2:4]
        crowd(self.pay, [student, after])
        first, second = self.room.gives_number(student), self.room.gives_number(after)
        self.room.calls(first)
        self.room.misses(first)
        third = self.room.gives_number(student)
        self.room.wont(third, "call", "not-next")
        self.room.shoots_everyone(card=True)
        self.assertEqual([first.state, second.state, third.state], ["missed", "shot", "shot"])
        self.room.refuses(student, "already-shot", number=third)

    def one_goes_to_the_phone_and_comes_back(self):
        student = self.special()[4]
        self.pay(student)
        number = self.room.gives_number(student)
        self.room.lets_go(number, "接电话")
        self.assertEqual(self.day.tallies()["event"]["cards_held"], 1, "with the payment card in the pocket")
        self.room.gives_number(student)
        self.room.shoots_everyone(card=True)

    def eyes_closed(self):
        """A retake is another frame of the same number; the card went back with the first."""
        student = self.special()[5]
        self.pay(student)
        number = self.room.gives_number(student)
        self.room.shoots_everyone(card=True)
        self.room.retakes(number, "闭眼")
        self.room.wont(number, "card", "no-card")

    def a_test_frame_with_a_number(self):
        """A number that will have no photograph is void, and the photographer has seen it. The person draws another."""
        student = self.special()[6]
        self.pay(student)
        number = self.room.gives_number(student)
        self.room.voids(number, "误取号", device=self.room.door)
        self.assertEqual([ticket["number"] for ticket in self.room.snapshot()["open_voids"]], [number.label])
        self.room.does(number, "acknowledge")
        self.assertEqual(self.room.snapshot()["open_voids"], [])
        self.room.gives_number(student)
        self.room.shoots_everyone(card=True)

    # -- the afternoon

    def the_afternoon_slots(self):
        self.hours(self.slots[3:])

    def one_who_paid_and_changed_his_mind(self):
        """No number, no payment card yet: the money goes back."""
        student = self.special()[7]
        self.day.pays(student, device=self.room.door)
        self.assertEqual([r["student_no"] for r in self.day.office.get("/api/v1/payments")["refunds"]], [student.student_no])
        self.day.refunds(student, "不拍了")
        self.room.refuses(student, "unpaid")
        status, answer = self.day.office.post("/api/v1/payments/record", {
            "id_number": self.late_payer.id_number, "name": self.late_payer.name, "state": "refunded"})
        self.assertEqual((status, answer["code"]), (409, "not-paid"))

    def at_night_three_figures_are_one(self):
        on_list = len(self.people) - 5  # four did not come, one went home
        paid, given_back = on_list + 1, 1  # the outsider paid, too
        event = self.day.close_the_day(
            self, {"people": {"total": len(self.people), "shot": on_list, "absent": 5},
                   "money": {"total": paid + given_back, "shot": paid, "refund": given_back},
                   "cards": {"total": paid, "returned": paid}})
        self.assertEqual((event["people_shot"], event["outsiders"]), (on_list + 1, 1))
        self.assertEqual([event["cards_out"], event["cards_back"], event["cards_held"]], [on_list + 1, on_list + 1, 0])
        self.assertEqual((event["paid"], event["refunded"], event["refund_due"]), (on_list + 1, 1, 0))
        self.assertEqual(event["paid_fen"], 1500 * (on_list + 1))
        self.assertEqual((event["planned"], event["issued"]), (len(self.people), on_list + 1 + 3))
        self.assertEqual((event["missed"], event["void"]), (2, 1))


if __name__ == "__main__":
    unittest.main()
