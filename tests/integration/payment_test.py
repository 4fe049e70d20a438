#!/usr/bin/python3
"""Money from outside: the gate, the prepaid list, a payment on the spot with its card, refunds, class bills, and sums that
agree with the people shot."""

import unittest

from harness import manual, person

from lists_test import Rig, broken, row, student_no, table


class Money(Rig):
    def pay(self, body, token=None, key=None):
        status, headers, answer = self.daemon.http("POST", "/api/v1/payments/record", json=body, token=token or self.marshal,
                                                   headers={"Idempotency-Key": key} if key else None)
        return status, answer, headers.get("idempotency-replayed")

    def status(self):
        return self.daemon.http("GET", "/api/v1/payments", token=self.marshal)[2]

    def who(self, index):
        return {"id_number": person(index).id_number, "name": person(index).name}

    def shoot(self, number, **body):
        self.assertEqual(self.daemon.act("A", number, "call", self.camera)[0], 200)
        return self.daemon.act("A", number, "shot", self.camera, body)


class Cards(Money):
    profile = "hunnu-2019"

    def test_pay_get_a_card_be_shot_give_it_back(self):
        self.roster([row(index) for index in range(1, 4)])
        status, problem = self.daemon.check_in("A", manual(1), self.marshal)
        self.assertEqual((status, problem["code"], problem["override"]), (409, "unpaid", ["unpaid"]))
        for replayed in (None, "true"):
            answer = self.pay({**self.who(1), "state": "paid", "method": "alipay", "card": True}, key="pay-1")
            self.assertEqual((answer[0], answer[2]), (200, replayed), answer)
        tally = self.status()["tally"]
        self.assertEqual((tally["paid"], tally["paid_fen"], tally["cards_out"]), (1, 1500, 1), "the fee unless told")
        self.assertEqual(self.pay({**self.who(1), "state": "paid", "card": True})[1]["code"], "card-is-out")
        # an outsider of another year pays and is welcome
        self.assertIn(self.pay({**self.who(9), "state": "paid", "method": "cash", "amount_fen": 1500, "card": True})[0], (200, 201))
        self.assertEqual(self.daemon.check_in("A", manual(1), self.marshal)[1]["notes"], ["look-twice"])
        status, ticket = self.daemon.check_in("A", manual(9), self.marshal)
        self.assertEqual((status, ticket["notes"], ticket["payment"]), (201, ["look-twice", "outsider"], "paid"))
        status, ticket = self.shoot("A0001", card=True)
        self.assertEqual((status, ticket["card_back"]), (200, True))
        self.assertEqual(self.shoot("A0002")[1]["card_back"], False)
        tally = self.status()["tally"]
        self.assertEqual((tally["people_shot"], tally["cards_out"], tally["cards_back"], tally["cards_held"]), (2, 2, 1, 1))
        self.assertEqual(self.daemon.act("A", "A0002", "card", self.camera)[1]["card_back"], True)
        self.assertEqual(self.daemon.act("A", "A0002", "card", self.camera)[1]["code"], "no-card")
        tally = self.status()["tally"]
        self.assertEqual(tally["cards_back"], tally["people_shot"], "cards returned are people shot")

    def test_an_override_has_a_reason_and_stands_in_the_journal(self):
        self.roster([row(1)])
        wish = {**manual(1), "override": {"codes": ["unpaid"], "reason": "receipt shown"}}
        status, ticket = self.daemon.check_in("A", wish, self.marshal)
        self.assertEqual((status, ticket["notes"]), (201, ["look-twice", "override-unpaid"]))
        tail = self.daemon.tool("journal", "tail").stdout
        self.assertIn("issued", tail)
        self.assertNotIn(person(1).name, tail)

    def test_what_a_record_may_not_say(self):
        self.roster([row(1)])
        before = self.seq()
        for wrong in ({"state": "owed"}, {"amount_fen": -1}, {"amount_fen": "15"}, {"amount_fen": 10**9}, {"method": "Cash!"},
                      {"method": "x" * 17}, {"card": "yes"}, {"person": "zz"}, {"level": "none"}, {"reason": 7}, {"more": 1}):
            self.assertEqual(self.pay({**self.who(1), **wrong})[1]["code"], "bad-request", wrong)
        self.assertEqual(self.pay({"state": "paid"})[0], 400)
        self.assertEqual(self.pay({"id_number": broken(2)[2], "name": "x"})[1]["code"], "bad-id-number")
        self.assertEqual(self.pay({"person": "00" * 15 + "01", "state": "paid"})[1]["code"], "person-unknown")
        self.assertEqual(self.pay({**self.who(1), "state": "refunded"})[1]["code"], "not-paid")
        self.assertEqual(self.pay({**self.who(1)}, token=self.camera)[0], 403)
        self.assertEqual(self.seq(), before)


class Prepaid(Money):
    profile = "hnust-2021"

    def card(self, index):
        return {"medium": "id_card", "id_number": person(index).id_number, "name": person(index).name}

    def test_list_gate_refunds(self):
        self.roster([row(index) for index in range(1, 6)])
        paid = table([[student_no(index), person(index).name, "15"] for index in range(1, 4)], head=["学号", "姓名", "金额"])
        status, told = self.upload("/api/v1/payments?preview=1", paid)
        self.assertEqual((status, told["stored"], told["counts"]["people"]), (200, False, 3))
        self.assertEqual(self.upload("/api/v1/payments", paid)[1]["stored"], True)
        self.assertEqual(self.status()["tally"]["paid_fen"], 4500)
        self.upload("/api/v1/payments", paid)
        self.assertEqual(self.status()["tally"]["paid_fen"], 4500, "the same list again pays nobody twice")
        self.assertEqual(self.daemon.check_in("A", manual(1), self.marshal)[1]["code"], "medium-not-allowed")
        self.assertEqual(self.daemon.check_in("A", self.card(5), self.marshal)[1]["code"], "unpaid")
        self.assertEqual(self.daemon.check_in("A", self.card(1), self.marshal)[0], 201)
        status, problem = self.daemon.check_in("B", self.card(1), self.marshal)
        self.assertEqual((status, problem["code"], problem["ticket"]["number"]), (409, "already-waiting-elsewhere", "A0001"))
        self.shoot("A0001")
        status, problem = self.daemon.check_in("B", self.card(1), self.marshal)
        self.assertEqual((status, problem["code"], problem["override"]), (409, "already-shot", ["already-shot"]))
        refunds = self.status()["refunds"]
        self.assertEqual([one["student_no"] for one in refunds], [student_no(2), student_no(3)])
        self.assertNotIn(person(2).name, str(refunds))
        self.assertEqual(self.pay({"person": refunds[0]["person"], "state": "refunded", "amount_fen": 1500, "reason": "absent"})[0], 200)
        after = self.status()
        self.assertEqual([one["student_no"] for one in after["refunds"]], [student_no(3)])
        self.assertEqual((after["tally"]["refunded"], after["tally"]["paid_fen"]), (1, 3000))
        self.assertEqual(self.daemon.check_in("A", self.card(2), self.marshal)[1]["code"], "unpaid", "due again")

    def test_the_list_again_takes_back_no_refund_and_tells_whom_it_does_not_know(self):
        self.roster([row(index) for index in range(1, 4)])
        head = ["学号", "姓名"]
        paid = table([[student_no(index), person(index).name] for index in (1, 2)], head=head)
        self.assertEqual(self.upload("/api/v1/payments", paid)[1]["result"]["updated"], 2)
        self.assertEqual(self.pay({**self.who(1), "state": "refunded", "method": "cash"})[0], 200)
        self.assertEqual(self.pay({**self.who(3), "state": "waived", "reason": "x"})[0], 200)
        more = table([[student_no(index), person(index).name] for index in (1, 2, 3, 9)], head=head)
        expected = [("warning", "stays-refunded", 2), ("warning", "stays-waived", 4), ("warning", "payer-unknown", 5)]
        for query in ("?preview=1", ""):
            status, told = self.upload(f"/api/v1/payments{query}", more)
            self.assertEqual((status, [(one["severity"], one["code"], one["row"]) for one in told["problems"]]), (200, expected))
            self.assertEqual(told["result"], {"added": 1, "updated": 0, "unchanged": 3, "skipped": 0})
        tally = self.status()["tally"]
        self.assertEqual((tally["refunded"], tally["waived"], tally["paid"]), (1, 1, 2))
        wrong = table([[student_no(2), person(1).name]], head=head)
        status, told = self.upload("/api/v1/payments", wrong)
        self.assertEqual((status, told["code"], told["problems"][0]["code"]), (422, "import-refused", "other-name"))

    def test_a_payment_under_another_name_is_refused(self):
        self.roster([row(1), row(2)])
        before = self.seq()
        status, problem, _ = self.pay({"student_no": student_no(1), "name": person(2).name})
        self.assertEqual((status, problem["code"], self.seq()), (409, "name-differs", before))

    def test_by_the_tool_beside_a_daemon_and_without(self):
        self.roster([row(1), row(2)])
        for index, running in ((1, True), (2, False)):
            with self.subTest(running=running):
                told = self.daemon.tool_json("payments", "record", "--student-no", student_no(index), "--name", person(index).name,
                                             "--method", "cash", "--amount", "15.00")
                self.assertEqual(told, {"recorded": True, "state": "paid"})
                self.assertEqual(self.daemon.tool_json("payments", "status")["tally"]["paid_fen"], 1500 * index)
                self.assertIn(student_no(index), self.daemon.tool("payments", "status").stdout)
                self.assertEqual(self.daemon.tool_json("tallies")["event"]["paid"], index)
                self.daemon.stop()
        for wrong in (("--amount", "15.5"), ("--state", "owed"), ("--method", "CASH"), ("--level", "x")):
            self.assertEqual(self.daemon.tool("payments", "record", "--student-no", "1", *wrong, check=False).returncode, 2)
        self.assertEqual(self.daemon.tool("payments", "record", "--name", "x", check=False).returncode, 2)


class Bills(Money):
    profile = "default"

    def test_a_class_is_billed_for_whom_was_shot(self):
        self.roster([row(1), row(2), row(3, "会计2班")])
        rules = {"profile": "ours", "text": 'payment = "class"\nfee = "20.00"\n'}
        self.assertEqual(self.daemon.http("POST", "/api/v1/rules", json=rules, token=self.office)[0], 200)
        for index in (1, 3):
            number = self.daemon.check_in("A", manual(index), self.marshal)[1]["number"]
            self.shoot(number)
        bills = {one["name"]: (one["people_shot"], one["amount_fen"]) for one in self.status()["bills"]}
        self.assertEqual(bills, {"会计1班": (1, 2000), "会计2班": (1, 2000)})
        tallies = self.daemon.http("GET", "/api/v1/tallies", token=self.office)[2]
        self.assertEqual(tallies["event"]["bill_fen"], sum(one["bill_fen"] for one in tallies["units"]))
        self.assertEqual(tallies["event"]["shot"], sum(one["shot"] for one in tallies["lanes"]))
        self.assertEqual(self.status()["refunds"], [])

    def test_a_number_after_the_photograph_takes_no_bill_along(self):
        self.roster([row(1)])
        rules = {"profile": "ours", "text": 'payment = "class"\nfee = "20.00"\n'}
        self.assertEqual(self.daemon.http("POST", "/api/v1/rules", json=rules, token=self.office)[0], 200)
        self.shoot(self.daemon.check_in("A", manual(1), self.marshal)[1]["number"])
        wish = {**manual(1), "override": {"codes": ["already-shot"], "reason": "eyes closed"}}
        self.assertEqual(self.daemon.check_in("B", wish, self.marshal)[0], 201)
        tallies = self.daemon.http("GET", "/api/v1/tallies", token=self.office)[2]
        self.assertEqual([(one["shot"], one["people_shot"], one["bill_fen"]) for one in tallies["lanes"] + tallies["units"]],
                         [(1, 1, 2000), (0, 0, 0), (1, 1, 2000)])


if __name__ == "__main__":
    unittest.main(verbosity=2)
