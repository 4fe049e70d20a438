#!/usr/bin/python3
"""Refused at the reader, let through by the marshal, under rules that take ID cards alone: the daemon keeps what the reader
read, the page names it by an id. An emulated SAM reader on a pty, the real driver."""

import unittest

import emulated
import lists_test
from harness import Lane, Reader, person, wait_until
from lists_test import row, student_no, table

EXPIRED_CARD = "20200101"


class Taps(lists_test.Rig):
    profile = "hnust-2021"

    def setUp(self):
        self.rig = emulated.Rig(sam=["door", "second"], options=["--fast"])
        self.addCleanup(self.rig.close)
        self.lanes = tuple(Lane(lane, "", 0, (Reader(name, "sam", f"serial:{self.rig.path(name)}"),))
                           for lane, name in (("A", "door"), ("B", "second")))
        super().setUp()
        for lane in "AB":
            wait_until(lambda: [one["state"] for one in self.daemon.snapshot(lane, self.marshal)["readers"]] == ["ready"],
                       what="the reader ready")
        self.roster([row(index) for index in range(1, 12)])
        self.events = self.daemon.events("A", self.marshal)
        self.addCleanup(self.events.close)

    def next_note(self):
        return self.events.wait_for(lambda event: event.event == "door").data

    def present(self, index, until="20360101"):
        self.rig.command(f'tap door id {person(index).id_number} "{person(index).name}" {until}')
        return self.next_note()

    def send(self, note, reason=None, codes=None, key=None, token=None, lane="A", **more):
        body = {"medium": "tap", "tap": note["tap"], **more}
        if codes or reason:
            body["override"] = {"codes": codes or note["override"], **({"reason": reason} if reason else {})}
        status, headers, answer = self.daemon.http("POST", f"/api/v1/lanes/{lane}/tickets", json=body, token=token or self.marshal,
                                                   headers={"Idempotency-Key": key} if key else None)
        return status, answer.get("code") or answer, headers.get("idempotency-replayed")

    def refused(self, index):
        note = self.present(index)
        self.assertEqual((note["result"], note["number"], note["code"]), ("refused", None, "unpaid"), note)
        self.assertEqual((note["override"], note["override_office"]), (["unpaid"], ["unpaid"]))
        self.assertRegex(note["tap"], "^[0-9a-f]{32}$")
        return note

    def test_let_through_with_a_reason(self):
        note = self.refused(1)
        self.assertEqual(self.send(note)[:2], (409, "unpaid"), "it survives a refusal")
        self.assertEqual(self.send(note, codes=["unpaid"])[:2], (422, "reason-needed"))
        self.assertEqual(self.send(note, "seen", token=self.camera)[:2], (403, "forbidden"))
        self.assertEqual(self.send(note, "seen", lane="B")[:2], (410, "tap-expired"))
        for replayed in (None, "true"):
            status, ticket, again = self.send(note, "receipt shown", key="once")
            self.assertEqual((status, again), (201, replayed), ticket)
        self.assertEqual((ticket["number"], ticket["medium"], ticket["unit"]), ("A0001", "id_card", "会计1班"))
        self.assertEqual(sorted(ticket["notes"]), ["override-unpaid"], "no second look: the card itself was read")
        told = self.next_note()
        self.assertEqual((told["reader"], told["result"], told["number"]), ("door", "accepted", "A0001"))
        self.assertTrue(told["message"]["zh"].endswith("A0001") and told["message"]["en"].endswith("A0001"))
        self.assertNotIn("tap", told)
        self.assertEqual(self.send(note, "receipt shown", key="twice")[:2], (410, "tap-expired"))
        self.assertEqual(self.send(note, "another reason", key="once")[:2], (422, "key-reused"))
        wanted = self.rig.command("stats door")["commands"] + 2  # the reader misses the card once
        wait_until(lambda: self.rig.command("stats door")["commands"] >= wanted, 20, "rounds")
        self.assertEqual(self.present(1)["result"], "already", "told once, and the card names the same person")

    def test_which_degree_level(self):
        self.roster([row(1), [student_no(101), person(1).name, person(1).id_number, "商学院", "博士班", "博士"]])
        paid = table([[student_no(101), person(1).name, "15"]], head=["学号", "姓名", "金额"])
        self.assertEqual(self.upload("/api/v1/payments", paid)[1]["stored"], True)
        note = self.present(1)
        self.assertEqual((note["result"], note["code"]), ("refused", "level-ambiguous"))
        self.assertNotIn("override", note)
        self.assertEqual(self.send(note, level="bachelor")[:2], (409, "unpaid"))
        status, ticket, _ = self.send(note, level="doctor")
        self.assertEqual((status, ticket["level"], ticket["unit"]), (201, "doctor", "博士班"))
        self.assertEqual(self.next_note()["number"], ticket["number"])

    def test_only_what_somebody_may_override_is_kept(self):
        self.daemon.tool("session", "close", "--lane", "A")
        note = self.present(2)
        self.assertEqual((note["code"], "tap" in note), ("unpaid", False), "an override would not be enough")
        self.daemon.tool("session", "open", "--lane", "A")
        rules = self.daemon.http("GET", "/api/v1/rules", token=self.office)[2]["text"]
        for index, overrides, office, has_tap in ((3, "office", ["unpaid"], True), (4, "nobody", None, False)):
            text = rules.replace('overrides = "marshal"', f'overrides = "{overrides}"')
            self.assertEqual(self.daemon.http("POST", "/api/v1/rules", json={"profile": "ours", "text": text}, token=self.office)[0], 200)
            note = self.present(index)
            self.assertEqual((note["code"], note.get("override"), note.get("override_office"), "tap" in note),
                             ("unpaid", None, office, has_tap))
            if has_tap:
                self.assertEqual(self.send(note, "seen", codes=["unpaid"])[:2], (403, "override-forbidden"))
                self.assertEqual(self.send(note, "seen", codes=["unpaid"], token=self.office)[0], 201)
                self.assertEqual(self.next_note()["result"], "accepted")

    def test_wrong_bodies(self):
        note = self.refused(1)
        for wrong in ({"medium": "tap"}, {"medium": "tap", "tap": 7}, {"medium": "tap", "tap": "0" * 33},
                      {"medium": "tap", "tap": note["tap"], "id_number": person(2).id_number}):
            status, _, problem = self.daemon.http("POST", "/api/v1/lanes/A/tickets", json=wrong, token=self.marshal)
            self.assertEqual((status, problem["code"]), (400, "bad-request"), wrong)
        status, _, problem = self.daemon.http("POST", "/api/v1/lanes/A/tickets", json={"medium": "tap", "tap": "0" * 32}, token=self.marshal)
        self.assertEqual((status, problem["code"]), (410, "tap-expired"))
        self.assertTrue(problem["message"]["zh"] and problem["message"]["en"])

    def test_a_lane_keeps_eight_and_a_stop_none(self):
        notes = [self.refused(index) for index in range(1, 10)]
        self.assertEqual(self.send(notes[0], "seen")[:2], (410, "tap-expired"))
        self.assertEqual(self.send(notes[1], "seen")[0], 201)
        self.daemon.stop()
        for note in notes:
            for path in [*self.daemon.data.rglob("*"), self.daemon.log]:
                if path.is_file():
                    self.assertNotIn(note["tap"].encode(), path.read_bytes(), path)
                    self.assertNotIn(person(9).id_number.encode(), path.read_bytes(), path)
        self.daemon.start()
        self.assertEqual(self.send(notes[8], "seen")[:2], (410, "tap-expired"))

    def test_an_expired_card_is_told_again(self):
        note = self.present(1, EXPIRED_CARD)
        self.assertEqual((note["code"], note["note"]["code"]), ("unpaid", "card-expired"))
        status, ticket, _ = self.send(note, "seen")
        self.assertEqual((status, ticket["note"]["code"]), (201, "card-expired"))
        self.assertEqual(self.next_note()["note"]["code"], "card-expired")


if __name__ == "__main__":
    unittest.main(verbosity=2)
