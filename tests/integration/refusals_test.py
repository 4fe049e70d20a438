"""Refusals of the rules as a client sees them: a stable code, a status, words in both languages; and nothing changed."""

import unittest

import harness


class RefusalsTest(unittest.TestCase):
    def test_each_has_its_code(self):
        with harness.Daemon(["A"]) as daemon:
            daemon.open_event()
            office = daemon.token("office")
            daemon.start()
            for index in (1, 2, 3):
                daemon.check_in("A", harness.manual(index), office)
            cases = [("POST", "/api/v1/lanes/A/tickets/A0002/call", {}, 409, "not-next"),
                     ("POST", "/api/v1/event", {"name": "again", "profile": "default"}, 409, "event-exists"),
                     ("DELETE", "/api/v1/lanes/A", None, 405, "method-not-allowed")]
            self.refused(daemon, office, cases)
            self.assertEqual(daemon.act("A", "A0001", "call", office)[0], 200)
            self.refused(daemon, office, [("POST", "/api/v1/lanes/A/tickets/A0002/call", {}, 409, "another-called")])
            status, _, problem = daemon.http("POST", "/api/v1/lanes/A/tickets", raw=b"{}", token=office,
                                             headers={"Content-Type": "text/plain"})
            self.assertEqual((status, problem["code"]), (415, "bad-media-type"))
            counts = daemon.snapshot("A", office)["counts"]
            self.assertEqual((counts["issued"], counts["called"], counts["waiting"]), (3, 1, 2))

    def test_an_event_does_not_end_over_what_nobody_has_seen(self):
        with harness.Daemon(["A"]) as daemon:
            daemon.open_event()
            office, marshal, camera = (daemon.token(role) for role in ("office", "marshal", "photographer"))
            daemon.start()
            daemon.check_in("A", harness.manual(1), office)
            self.assertEqual(daemon.act("A", "A0001", "void", marshal)[0], 200)
            close = ("POST", "/api/v1/event/close", {}, 409, "void-open")
            self.refused(daemon, office, [close])
            self.assertEqual(daemon.act("A", "A0001", "acknowledge", camera)[0], 200)
            self.assertEqual(daemon.http("POST", close[1], json={}, token=office)[0], 200)

    def test_a_list_that_cannot_be_read_says_why(self):
        with harness.Daemon(["A"]) as daemon:
            daemon.open_event()
            office = daemon.token("office")
            daemon.start()
            for raw, code in ((b"PK\x03\x04" + bytes(60), "table-broken"), (b"\xff\xfe" + b"\x00\xd8" * 9, "table-encoding"),
                              (b"", "table-empty")):
                with self.subTest(code):
                    status, _, problem = daemon.http("POST", "/api/v1/roster", raw=raw, token=office,
                                                     headers={"Content-Type": "application/octet-stream"})
                    self.assertEqual((status, problem["code"]), (422, code), problem)
                    self.assertTrue(problem["message"]["zh"] and problem["message"]["en"])

    def refused(self, daemon, token, cases):
        for method, path, body, status, code in cases:
            with self.subTest(code):
                got = daemon.http(method, path, json=body, token=token)
                self.assertEqual((got[0], got[2]["code"]), (status, code), got[2])
                self.assertTrue(got[2]["message"]["zh"] and got[2]["message"]["en"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
