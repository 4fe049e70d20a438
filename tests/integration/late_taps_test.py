#!/usr/bin/python3
"""Over HTTP, against a real daemon: a frame is taken back, a tap comes later than it was made, and both survive a kill."""

import datetime
import json
import time
import unittest

from harness import Daemon, manual


def time_of(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def now():
    return datetime.datetime.now(datetime.timezone.utc).timestamp()


class LateTaps(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon().start().open_event()
        self.addCleanup(self.daemon.close)
        self.photographer, self.marshal = self.daemon.token("photographer"), self.daemon.token("marshal")
        self.numbers = [self.daemon.check_in("A", manual(index), self.marshal)[1]["number"] for index in range(1, 5)]
        self.act(0, "call")

    def act(self, index, verb, body=None, key=None, expected=200, code=None):
        answer = self.daemon.act("A", self.numbers[index], verb, self.photographer, body, key)
        self.assertEqual(answer[0], expected, answer)
        if code:
            self.assertEqual(answer[1]["code"], code)
        return answer[1]

    def states(self):
        view = self.daemon.snapshot("A", self.marshal)
        known = {one["number"]: one for one in view["done"] + view["line"] + [view["current"]] if one}
        return [known[number]["state"] for number in self.numbers], known

    def tail(self):
        return [json.loads(row) for row in self.daemon.tool("--json", "journal", "tail").stdout.splitlines()]

    def verify(self):
        self.daemon.tool("journal", "verify")

    def test_undo(self):
        with self.daemon.events("A", self.marshal) as events:
            self.act(0, "shot", {"advance": True})
            ticket = self.act(0, "undo")
            self.assertEqual((ticket["state"], ticket["shot_at"]), ("called", None))
            seen = events.wait_for(lambda event: event.event == "ticket" and event.data["seq"] == ticket["seq"]).data
            self.assertEqual(seen["state"], "called")
        view = self.daemon.snapshot("A", self.marshal)
        self.assertEqual((view["current"]["number"], view["last"], view["counts"]["shot"]), (self.numbers[0], None, 0))
        self.assertEqual(self.states()[0], ["called", "called", "waiting", "waiting"])
        self.act(0, "undo", expected=409, code="wrong-state")
        self.act(0, "shot", {"advance": True})
        self.act(1, "shot", {"advance": True})
        self.act(0, "undo", expected=409, code="undo-late")
        self.act(2, "miss", {"advance": True})
        self.act(2, "undo", expected=409, code="wrong-state")
        self.act(1, "undo", {"advance": True}, expected=400)
        self.act(1, "undo", {"reason": "because"}, expected=400)
        self.verify()
        self.daemon.kill()
        self.daemon.start()
        self.assertEqual(self.states()[0], ["shot", "shot", "missed", "called"])
        self.act(1, "undo")
        self.assertEqual(self.states()[0], ["shot", "called", "missed", "called"])
        self.verify()

    def test_a_kept_tap(self):
        time.sleep(2.2)  # the call was before that
        before = now()
        first = self.act(0, "shot", {"advance": True, "age_ms": 2000, "retakes": 0}, "a-tap")
        for at in (first["shot_at"], first["called"]["called_at"]):
            self.assertGreater(time_of(at), before - 2.01)
            self.assertLess(time_of(at), now() - 1.99)
        self.daemon.kill()
        self.daemon.start()
        again = self.act(0, "shot", {"advance": True, "age_ms": 7000, "retakes": 0}, "a-tap")
        self.assertEqual((again["shot_at"], again["seq"]), (first["shot_at"], first["seq"]))
        self.act(0, "shot", {"advance": False, "age_ms": 7000, "retakes": 0}, "a-tap", expected=422, code="key-reused")
        self.assertEqual(self.states()[0], ["shot", "called", "waiting", "waiting"])
        self.act(0, "retake", {"age_ms": 1})
        self.act(0, "shot", {"age_ms": 500000, "retakes": 0}, expected=409, code="wrong-state")
        self.act(0, "shot", {"age_ms": 0, "retakes": 1})
        kept = [(entry["kind"], entry["extra"]) for entry in self.tail() if entry["number"]]
        self.assertEqual(kept[-4:], [("shot", "kept 2000"), ("called", "kept 2000"), ("retake", "kept 1"), ("shot", "")])
        self.verify()

    def test_every_step_takes_an_age(self):
        time.sleep(0.6)
        self.act(0, "confirm", {"age_ms": 500})
        self.act(0, "miss", {"age_ms": 400, "advance": True})
        self.act(1, "void", {"age_ms": 300, "reason": "test"})
        self.act(2, "call", {"age_ms": 200})
        self.act(2, "leave", {"age_ms": 100})
        marks = [entry["extra"] for entry in self.tail() if entry["extra"].startswith("kept ")]
        self.assertEqual(marks, ["kept 500", "kept 400", "kept 400", "kept 300", "kept 300", "kept 200", "kept 100"])
        self.verify()

    def test_a_clock_that_lies(self):
        """No step is older than the number, nor than the step before it; an undo is for the frame that was there."""
        first = self.act(0, "shot", {"advance": True, "age_ms": 86400000})
        self.assertGreaterEqual(time_of(first["shot_at"]), time_of(first["called_at"]))
        called = first["called"]
        self.assertGreaterEqual(time_of(called["called_at"]), time_of(called["issued_at"]))
        self.act(0, "undo", {"age_ms": 30000}, expected=409, code="undo-late")
        self.assertEqual(self.states()[0][:2], ["shot", "called"])
        self.act(0, "undo")
        missed = self.act(0, "miss", {"age_ms": 86400000})
        self.assertEqual(missed["state"], "missed")
        self.verify()


if __name__ == "__main__":
    unittest.main()
