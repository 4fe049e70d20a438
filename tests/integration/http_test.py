#!/usr/bin/python3
"""The HTTP interface of a real paihaod, from outside: roles, problems, framing, pages, live events, limits.

Raw sockets where a well-behaved client could not ask what a bad one would. PAIHAO_BUILD names the build folder.
"""

import concurrent.futures
import datetime
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import stat
import subprocess
import threading
import time
import unittest

from harness import BUILD, Daemon, EventStream, Lane, PATIENCE, ROOT, capture_code, manual, person, wait_until

ROLES = ("display", "photographer", "marshal", "liaison", "check", "office")
ALL, CAMERA, DOOR, OFFICE = set(ROLES), {"photographer", "marshal", "office"}, {"marshal", "office"}, {"office"}
CLASS = {"liaison", "marshal", "office"}
NUMBERS_ONLY = {"number", "lane", "state", "issued_at", "called_at", "shot_at", "retakes", "seq"}
FOR_STAFF = NUMBERS_ONLY | {"medium", "bound", "name", "id_mask", "unit", "college", "level", "payment", "notes",
                            "confirmed", "suspect", "left", "card_back"}


def whole_answers(got):
    """How many answers of a known length these bytes begin with."""
    count = 0
    while b"\r\n\r\n" in got:
        head, rest = got.split(b"\r\n\r\n", 1)
        length = re.search(rb"(?i)\r\nContent-Length: *(\d+)", head)
        if not length or len(rest) < int(length[1]):
            break
        count, got = count + 1, rest[int(length[1]):]
    return count


def exchange(port, data, source="127.0.0.1", timeout=20.0, half_close=False, answers=1):
    """Sends bytes and reads so many whole answers; answers=None: until the server closes. (bytes, whether it has closed)."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout * PATIENCE, source_address=(source, 0)) as one:
        got = b""
        try:
            one.sendall(data)
            if half_close:
                one.shutdown(socket.SHUT_WR)
            while not answers or whole_answers(got) < answers:
                piece = one.recv(65536)
                if not piece:
                    return got, True
                got += piece
            return got, False
        except (TimeoutError, socket.timeout):
            return got, False
        except ConnectionResetError:
            return got, True


def status_of(answer):
    found = re.match(rb"HTTP/1\.[01] (\d{3})", answer)
    return int(found[1]) if found else None


def problem_of(answer):
    return json.loads(answer.split(b"\r\n\r\n", 1)[1])


def post(path, body=b"{}", token="", more="", host="127.0.0.1"):
    """A whole POST as bytes."""
    length = f"Content-Length: {len(body)}\r\n" if "Content-Length" not in more and "Transfer-Encoding" not in more else ""
    kind = "Content-Type: application/json\r\n" if "Content-Type" not in more else ""
    return (f"POST {path} HTTP/1.1\r\nHost: {host}\r\n{kind}Authorization: Bearer {token}\r\n"
            f"{length}{more}\r\n").encode() + body


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Http(unittest.TestCase):
    """One daemon for all tests of a class; two lanes open, an event, a token of each role."""

    lanes = ("A", "B")

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(cls.lanes, hosts=("paihao.example",)).start().open_event("毕业采集")
        cls.tokens = {role: cls.daemon.token(role) for role in ROLES}
        cls.office, cls.marshal = cls.tokens["office"], cls.tokens["marshal"]
        cls.next_person = 0

    @classmethod
    def tearDownClass(cls):
        code, text = cls.daemon.stop(), cls.daemon.log_text()
        cls.daemon.close()
        assert code == 0 and "Sanitizer" not in text, (code, text)

    def somebody(self):
        """A check-in body of a person who was not here yet."""
        type(self).next_person += 1
        return manual(self.next_person)

    def ticket(self, lane="A"):
        status, ticket = self.daemon.check_in(lane, self.somebody(), self.marshal)
        self.assertEqual(status, 201, ticket)
        return ticket

    def raw(self, data, **more):
        return exchange(self.daemon.port, data, **more)

    def assert_problem(self, answer, status, code):
        self.assertEqual((answer[0], answer[2].get("code") if isinstance(answer[2], dict) else answer[2]), (status, code))
        self.assertEqual(answer[1]["content-type"], "application/problem+json")


class Roles(Http):
    # method, path, body, who may, what they get (None: anything but 401 and 403)
    ROUTES = [
        ("GET", "/api/v1/me", None, ALL, 200),
        ("GET", "/api/v1/event", None, ALL, 200),
        ("GET", "/api/v1/lanes/A", None, ALL, 200),
        ("POST", "/api/v1/lanes/A/session", {"state": "open"}, DOOR, 200),
        ("POST", "/api/v1/lanes/A/tickets", {"medium": "manual"}, DOOR, 400),
        ("POST", "/api/v1/lanes/A/check", {"medium": "capture_code", "payload_base64": ""}, DOOR | {"check"}, 200),
        ("POST", "/api/v1/lanes/A/tickets/A9999/call", {}, CAMERA, 404),
        ("POST", "/api/v1/lanes/A/tickets/A9999/shot", {}, CAMERA, 404),
        ("POST", "/api/v1/lanes/A/tickets/A9999/retake", {}, CAMERA, 404),
        ("POST", "/api/v1/lanes/A/tickets/A9999/miss", {}, CAMERA, 404),
        ("POST", "/api/v1/lanes/A/tickets/A9999/void", {}, CAMERA, 404),
        ("POST", "/api/v1/lanes/A/tickets/A9999/confirm", {}, CAMERA, 404),
        ("POST", "/api/v1/lanes/A/tickets/A9999/mismatch", {}, CAMERA, 404),
        ("POST", "/api/v1/lanes/A/tickets/A9999/leave", {}, CAMERA, 404),
        ("POST", "/api/v1/lanes/A/tickets/A9999/acknowledge", {}, CAMERA - {"marshal"}, 404),
        ("POST", "/api/v1/lanes/A/tickets/A9999/card", {}, CAMERA, 404),
        ("POST", "/api/v1/lanes/A/tickets/A9999/undo", {}, CAMERA, 404),
        ("POST", "/api/v1/lanes/A/late", {"open": "yes"}, DOOR, 400),
        ("POST", "/api/v1/lanes/A/resolve", {"decision": "put-right"}, DOOR, 409),
        ("POST", "/api/v1/lanes/A/paper", {"rows": []}, DOOR, 400),
        ("GET", "/api/v1/units", None, CLASS, 200),
        ("GET", "/api/v1/units/1", None, CLASS, 404),
        ("POST", "/api/v1/units/1/roll", {"all": "present"}, CLASS, 404),
        ("GET", "/api/v1/tallies", None, DOOR, 200),
        ("GET", "/api/v1/ledger", None, OFFICE, 200),
        ("POST", "/api/v1/ledger/sign", {"line": "money"}, OFFICE, 400),
        ("GET", "/api/v1/rules", None, CAMERA, 200),
        ("POST", "/api/v1/rules", {"profile": "nobody's"}, OFFICE, 422),
        ("GET", "/api/v1/profiles", None, OFFICE, 200),
        ("POST", "/api/v1/roster", {}, OFFICE, 422),
        ("POST", "/api/v1/payments", {}, OFFICE, 422),
        ("POST", "/api/v1/payments/record", {"state": "owed"}, DOOR, 400),
        ("GET", "/api/v1/payments", None, DOOR, 200),
        ("POST", "/api/v1/schedule", {}, OFFICE, 422),
        ("GET", "/api/v1/schedule", None, CLASS | CAMERA, 404),
        ("GET", "/api/v1/schedule/simulation?pace_s=20", None, DOOR, 404),
        ("POST", "/api/v1/event", {"name": "x"}, OFFICE, 409),
        ("POST", "/api/v1/tokens", {"role": "nobody"}, OFFICE, 400),
        ("GET", "/api/v1/tokens", None, OFFICE, 200),
        ("POST", "/api/v1/tokens/9999/revoke", {}, OFFICE, 404),
        ("POST", "/api/v1/backup", {}, set(), None),
        ("POST", "/api/v1/purge", {}, set(), None),
        ("POST", "/api/v1/event/continue", {}, set(), None),
        ("GET", "/api/v1/handover/lanes/A/numbers.csv", None, OFFICE, 200),
    ]

    def test_each_route_for_each_role(self):
        for method, path, body, allowed, expected in self.ROUTES:
            for role in ROLES:
                with self.subTest(route=f"{method} {path}", role=role):
                    answer = self.daemon.http(method, path, json=body, token=self.tokens[role])
                    if role in allowed:
                        self.assertEqual(answer[0], expected, answer)
                    else:
                        self.assert_problem(answer, 403, "forbidden")

    def test_no_token_is_401_everywhere(self):
        for method, path, body, *_ in self.ROUTES + [("GET", "/api/v1/lanes/A/events", None)]:
            with self.subTest(route=f"{method} {path}"):
                answer = self.daemon.http(method, path, json=body)
                self.assert_problem(answer, 401, "bad-token")
                self.assertEqual(answer[1]["www-authenticate"], "Bearer")

    def test_only_the_event_stream_and_the_snapshot_differ_by_role(self):
        self.ticket()
        for role in ROLES:
            with self.subTest(role=role):
                snapshot = self.daemon.snapshot("A", self.tokens[role])
                tickets = snapshot["line"] + [one for one in (snapshot["current"], snapshot["last"]) if one]
                keys = FOR_STAFF if role in CAMERA else NUMBERS_ONLY
                for ticket in tickets:
                    self.assertEqual(set(ticket) - {"reason"}, keys)
                self.assertEqual("readers" in snapshot, role in CAMERA)
                with self.daemon.events("A", self.tokens[role]) as events:
                    seen = events.wait_for(lambda event: event.event == "snapshot").data
                    self.assertEqual("readers" in seen, role in CAMERA)
                    new = self.ticket()
                    ticket = events.wait_for_ticket(new["number"], "waiting")
                    self.assertEqual(set(ticket), keys)

    def test_a_token_for_one_lane_is_refused_on_another(self):
        token = self.daemon.token("marshal", lane="B")
        self.assertEqual(self.daemon.check_in("B", self.somebody(), token)[0], 201)
        for method, path, body in (("POST", "/api/v1/lanes/A/tickets", self.somebody()), ("GET", "/api/v1/lanes/A", None),
                                   ("GET", "/api/v1/lanes/A/events", None)):
            self.assert_problem(self.daemon.http(method, path, json=body, token=token), 403, "forbidden")
        self.assertEqual(self.daemon.http("GET", "/api/v1/me", token=token)[2]["lanes"], ["B"])

    def test_an_office_for_one_lane_gives_no_more_than_it_has(self):
        token = self.daemon.token("office", lane="B")
        for wish, status in (({"role": "marshal"}, 403), ({"role": "marshal", "lane": "A"}, 403),
                             ({"role": "marshal", "lane": "B"}, 201)):
            self.assertEqual(self.daemon.http("POST", "/api/v1/tokens", json=wish, token=token)[0], status, wish)
        self.assert_problem(self.daemon.http("POST", "/api/v1/event/close", json={}, token=token), 403, "forbidden")

    def test_a_lane_nobody_knows(self):
        for method, path, body in (("GET", "/api/v1/lanes/Z", None), ("GET", "/api/v1/lanes/Z/events", None),
                                   ("POST", "/api/v1/lanes/Z/tickets", {"medium": "nonsense"}),
                                   ("GET", "/api/v1/lanes/" + "Z" * 300, None), ("GET", "/api/v1/lanes/A%00", None),
                                   ("POST", "/api/v1/lanes/%2e%2e/tickets/A0001/call", None)):
            with self.subTest(path=path[:40]):
                self.assert_problem(self.daemon.http(method, path, json=body, token=self.office), 404, "lane-unknown")

    def test_a_number_nobody_has(self):
        for number in ("A9999", "A1", "a0001", "B0001", "A0000", "0001", "A00001", "A-0001", "A99999999999"):
            answer = self.daemon.http("POST", f"/api/v1/lanes/A/tickets/{number}/call", token=self.office)
            self.assert_problem(answer, 404, "ticket-unknown")

    def test_an_address_that_is_none(self):
        for path in ("/api/v1/nothing", "/api/v2/me", "/api/v1/lanes/A/tickets/A0001/fly", "/nothing.js"):
            answer = self.daemon.http("POST" if path.endswith("fly") else "GET", path, token=self.office)
            self.assert_problem(answer, 404, "not-found")


class Requests(Http):
    def test_problems_speak_the_language_asked_for(self):
        for language, chinese in (("zh-CN,zh;q=0.9,en;q=0.8", True), ("zh", True), ("en", False), ("", False),
                                  ("en-GB,zh;q=0.9", False), ("en;q=0.5, zh-TW", True), ("fr, zh;q=0.1", True),
                                  ("zh;q=0, en;q=0.1", False), ("fr", False)):
            with self.subTest(language=language):
                _, headers, problem = self.daemon.http("GET", "/api/v1/me", headers={"Accept-Language": language})
                self.assertEqual(set(problem), {"type", "status", "code", "title", "detail", "message"})
                self.assertEqual((problem["type"], problem["status"]), ("about:blank", 401))
                self.assertEqual(problem["title"], problem["message"]["zh" if chinese else "en"])
                self.assertEqual(headers["content-language"], "zh" if chinese else "en")
                self.assertRegex(problem["message"]["zh"], "[\u4e00-\u9fff]")

    def test_every_answer_carries_the_security_headers(self):
        for path, kind in (("/healthz", "no-store"), ("/api/v1/me", "no-store"), ("/nothing", "no-store"),
                           ("/metrics", "no-store"), ("/photographer/", "no-cache"), ("/photographer", "no-cache")):
            with self.subTest(path=path):
                _, headers, _ = self.daemon.http("GET", path)
                self.assertIn("default-src 'none'", headers["content-security-policy"])
                self.assertIn("frame-ancestors 'none'", headers["content-security-policy"])
                self.assertNotIn("unsafe", headers["content-security-policy"])
                self.assertEqual(headers["x-content-type-options"], "nosniff")
                self.assertEqual(headers["referrer-policy"], "no-referrer")
                self.assertEqual(headers["cache-control"], kind)

    def test_bad_bodies(self):
        tickets = "/api/v1/lanes/A/tickets"
        act = f"{tickets}/{self.ticket()['number']}/shot"
        for path, raw, status, code in [
            (tickets, b"", 400, "bad-request"),
            (tickets, b"{", 400, "bad-request"),
            (tickets, b"[]", 400, "bad-request"),
            (tickets, b"null", 400, "bad-request"),
            (tickets, b'{"medium":"manual","medium":"manual"}', 400, "bad-request"),
            (tickets, b'{"medium":"manual","id_number":"99010120000101001X","name":"\xff"}', 400, "bad-request"),
            (tickets, b'{"medium":"telepathy"}', 400, "bad-request"),
            (tickets, b"[" * 60000, 400, "bad-request"),
            (tickets, json.dumps(manual(1) | {"id_number": "990101200001010011"}).encode(), 422, "bad-id-number"),
            (tickets, json.dumps(capture_code(b"")).encode(), 422, "empty-scan"),
            (tickets, json.dumps(capture_code(b"x" * 10000)).encode(), 413, "too-large"),
            (tickets, json.dumps({"medium": "chip", "serial": "0" * 16}).encode(), 422, "bad-chip"),
            (act, b'{"advance":1}', 400, "bad-request"),
            (act, b'{"reason":"shot needs none"}', 400, "bad-request"),
            (act, b'{"surprise":true}', 400, "bad-request"),
            (act, b'{"age_ms":-1}', 400, "bad-request"),
            (act, b'{"age_ms":86400001}', 400, "bad-request"),
            (act, b'{"age_ms":1.5}', 400, "bad-request"),
            (act, b'{"age_ms":"9"}', 400, "bad-request"),
            (act, b'{"retakes":"0"}', 400, "bad-request"),
            ("/api/v1/lanes/A/session", b'{"state":"ajar"}', 400, "bad-request"),
            ("/api/v1/lanes/A/session", b"{}", 400, "bad-request"),
            ("/api/v1/event", b'{"name":""}', 400, "bad-request"),
            ("/api/v1/event", b'{"name":"a\\nb"}', 400, "bad-request"),
            ("/api/v1/event", json.dumps({"name": "x" * 201}).encode(), 400, "bad-request"),
            ("/api/v1/tokens", b'{"role":"marshal","lane":"Z"}', 404, "lane-unknown"),
            ("/api/v1/tokens", b'{"role":"king"}', 400, "bad-request"),
            ("/api/v1/pair", b'{"token":7}', 400, "bad-request"),
        ]:
            with self.subTest(path=path, raw=raw[:40]):
                answer = self.daemon.http("POST", path, raw=raw, token=self.office,
                                          headers={"Content-Type": "application/json"})
                self.assert_problem(answer, status, code)
        self.assertEqual(self.daemon.http("GET", "/healthz")[0], 200)

    def test_only_json_is_taken(self):
        for kind, status in (("text/plain", 415), ("application/x-www-form-urlencoded", 415), ("application/jsonx", 415),
                             ("application/json; charset=latin1", 415), ("application/json;charset=UTF-8", 201),
                             ("Application/JSON", 201)):
            answer = self.daemon.http("POST", "/api/v1/lanes/A/tickets", raw=json.dumps(self.somebody()).encode(),
                                      token=self.marshal, headers={"Content-Type": kind})
            self.assertEqual(answer[0], status, kind)

    def test_methods_and_addresses(self):
        for method, path, status, allow in [
            ("DELETE", "/api/v1/lanes/A", 405, "GET, HEAD"), ("POST", "/api/v1/lanes/A/events", 405, "GET"),
            ("HEAD", "/api/v1/lanes/A/events", 405, "GET"), ("GET", "/api/v1/lanes/A/session", 405, "POST"),
            ("PUT", "/api/v1/event", 405, "GET, HEAD, POST"), ("POST", "/photographer/", 405, "GET, HEAD"),
            ("GET", "/api/v1/pair", 405, "POST"), ("BREW", "/healthz", 405, "GET, HEAD"),
            ("GET", "/api/v1/lanes/A/tickets/A0001/explode", 404, None), ("GET", "/api/v1/lanes/A/", 404, None),
            ("GET", "/api/v1", 404, None), ("GET", "/favicon.ico", 404, None), ("GET", "/api/v1/lanes//events", 404, None),
        ]:
            with self.subTest(method=method, path=path):
                answer, _ = self.raw(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.office}"
                                     "\r\nConnection: close\r\n\r\n".encode())
                found = re.search(rb"\r\nAllow: ([^\r]*)", answer)
                self.assertEqual((status_of(answer), found and found[1].decode()), (status, allow))

    def test_idempotency(self):
        body, key = self.somebody(), "k-" + "x" * 62
        path = "/api/v1/lanes/A/tickets"
        headers = {"Idempotency-Key": key}
        first = self.daemon.http("POST", path, json=body, token=self.marshal, headers=headers)
        again = self.daemon.http("POST", path, json=body, token=self.marshal, headers=headers)
        self.assertEqual((first[0], again[0], first[2]), (201, 201, again[2]))
        self.assertNotIn("idempotency-replayed", first[1])
        self.assertEqual(again[1]["idempotency-replayed"], "true")
        other = self.daemon.http("POST", path, json=self.somebody(), token=self.marshal, headers=headers)
        self.assert_problem(other, 422, "key-reused")
        for bad in ("", "with space", "ä", "x" * 65, "tab\there"):
            answer, _ = self.raw(post(path, json.dumps(self.somebody()).encode(), self.marshal,
                                      f"Idempotency-Key: {bad}\r\n"))
            self.assertEqual((status_of(answer), problem_of(answer)["code"]), (400, "bad-request"), bad)

    def test_refusals_carry_the_ticket(self):
        body = self.somebody()
        _, ticket = self.daemon.check_in("A", body, self.marshal)
        self.assertEqual(self.daemon.check_in("A", body, self.marshal), (200, ticket))
        status, problem = self.daemon.check_in("B", body, self.marshal)
        self.assertEqual((status, problem["code"], problem["ticket"]["number"]),
                         (409, "already-waiting-elsewhere", ticket["number"]))
        status, problem = self.daemon.act("A", ticket["number"], "shot", self.marshal)
        self.assertEqual((status, problem["code"], problem["ticket"]["state"]), (409, "wrong-state", "waiting"))

    def test_nothing_personal_in_metrics(self):
        body = self.somebody()
        self.daemon.check_in("A", body, self.marshal)
        status, headers, text = self.daemon.http("GET", "/metrics")
        text = text.decode()
        self.assertEqual(status, 200)
        self.assertTrue(headers["content-type"].startswith("text/plain; version=0.0.4"))
        for secret in (body["id_number"], body["id_number"][:6], body["name"], body["name"][0], self.marshal, "毕业采集"):
            self.assertNotIn(secret, text)
        figures = dict(re.findall(r'^([a-z_]+(?:\{(?:\w+="[^"]*",?)+\})?) ([0-9.]+)$', text, re.M))
        names = set(re.findall(r"^# TYPE (\S+)", text, re.M))
        for sample in figures:
            base = re.sub(r"_(sum|count)$", "", sample.split("{")[0])
            self.assertTrue(base in names or sample.split("{")[0] in names, sample)
        self.assertGreater(float(figures['paihao_tickets{lane="A",state="waiting"}']), 0)
        self.assertEqual(len(text.splitlines()), len(figures) + 2 * len(names))

    def test_pairing(self):
        one = self.daemon.token("photographer", lane="A", once=True)
        self.assert_problem(self.daemon.http("GET", "/api/v1/me", token=one), 401, "bad-token")
        status, headers, body = self.daemon.http("POST", "/api/v1/pair", json={"token": one})
        self.assertEqual((status, body), (200, {"role": "photographer", "lane": "A"}))
        cookie = headers["set-cookie"]
        for flag in ("HttpOnly", "SameSite=Strict", "Path=/"):
            self.assertIn(flag, cookie)
        self.assertNotIn("Secure", cookie)
        session = {"Cookie": "theme=dark; " + cookie.split(";")[0]}
        status, _, me = self.daemon.http("GET", "/api/v1/me", headers=session)
        self.assertEqual((status, me["role"], me["lane"], me["event"]["name"]), (200, "photographer", "A", "毕业采集"))
        self.assert_problem(self.daemon.http("POST", "/api/v1/pair", json={"token": one}), 401, "bad-token")
        many = self.daemon.token("display")
        cookies = {self.daemon.http("POST", "/api/v1/pair", json={"token": many})[1]["set-cookie"] for _ in range(3)}
        self.assertEqual(len(cookies), 3)

    def test_token_url(self):
        answer = self.daemon.http("POST", "/api/v1/tokens", json={"role": "display", "lane": None, "once": False},
                                  token=self.office)
        self.assertEqual((answer[0], set(answer[2])), (201, {"token", "url", "id", "qr", "reach", "expires_in_s"}))
        for role in ROLES:
            for lane in (None, "B"):
                made = self.daemon.http("POST", "/api/v1/tokens", json={"role": role, "lane": lane}, token=self.office)[2]
                printed = self.daemon.tool_json("token", "create", "--role", role, *(["--lane", lane] if lane else []))
                page = f"{role}/" if role in ("photographer", "marshal", "display", "check") else ""
                expected = f"http://127.0.0.1:{self.daemon.port}/{page}{'?lane=B' if lane else ''}#token="
                self.assertEqual(made["url"], expected + made["token"])
                self.assertEqual(printed["url"], expected + printed["token"])

    def test_a_revoked_token_ends_its_stream(self):
        made = self.daemon.http("POST", "/api/v1/tokens", json={"role": "display"}, token=self.office)[2]
        with self.daemon.events("A", made["token"]) as events:
            events.wait_for(lambda event: event.event == "snapshot")
            self.assertEqual(self.daemon.http("POST", f"/api/v1/tokens/{made['id']}/revoke", json={},
                                              token=self.office)[0], 200)
            wait_until(lambda: events.error, 5, "the end of the stream")
        self.assert_problem(self.daemon.http("GET", "/api/v1/me", token=made["token"]), 401, "bad-token")

    def test_ten_wrong_tokens_a_minute(self):
        def wrong(source, token, path="/api/v1/me"):
            data = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
            return self.raw(data.encode(), source=source)[0]

        statuses = [status_of(wrong("127.0.0.7", "x" * 43)) for _ in range(12)]
        self.assertEqual(statuses, [401] * 10 + [429] * 2)
        self.assertIn(b"Retry-After: 60", wrong("127.0.0.7", "short"))
        self.assertEqual(status_of(wrong("127.0.0.8", "x" * 43)), 401)
        # the right one always passes, also from there
        self.assertEqual(status_of(wrong("127.0.0.7", self.marshal)), 200)
        answer = self.raw(post("/api/v1/pair", b'{"token":"guess"}'), source="127.0.0.7")[0]
        self.assertEqual((status_of(answer), problem_of(answer)["code"]), (429, "rate-limited"))


class Framing(Http):
    """The shapes of c-practice 2.6, each refused as itself, and nothing behind it taken for a request."""

    SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"

    def refused(self, head, status, body=b"", code=None):
        answer, closed = self.raw(head.encode("latin-1") + b"\r\n" + body + self.SMUGGLED, answers=None)
        self.assertEqual(status_of(answer), status, answer[:300])
        self.assertTrue(closed, "the connection stays open")
        self.assertNotIn(b" 200 OK", answer, "a second request was answered")
        if code:
            self.assertEqual(problem_of(answer)["code"], code)

    def test_framing(self):
        to = f"POST /api/v1/lanes/A/session HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.marshal}\r\n" \
             "Content-Type: application/json\r\n"
        body = b'{"state":"open"}'
        chunked = b"10\r\n" + body + b"\r\n0\r\n\r\n"
        for name, head, status, sent, code in [
            ("length and chunked", f"{to}Content-Length: 16\r\nTransfer-Encoding: chunked\r\n", 400, chunked, "bad-request"),
            ("chunked and length", f"{to}Transfer-Encoding: chunked\r\nContent-Length: 16\r\n", 400, chunked, "bad-request"),
            ("two lengths", f"{to}Content-Length: 16\r\nContent-Length: 16\r\n", 400, body, "bad-request"),
            ("two different lengths", f"{to}Content-Length: 16\r\nContent-Length: 0\r\n", 400, body, "bad-request"),
            ("two encodings", f"{to}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400, chunked, "bad-request"),
            ("unknown encoding", f"{to}Transfer-Encoding: xchunked\r\n", 501, chunked, "bad-transfer-encoding"),
            ("two codings", f"{to}Transfer-Encoding: gzip, chunked\r\n", 501, chunked, "bad-transfer-encoding"),
            ("a GET with a body", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n", 400, b"hello", "bad-request"),
            ("a length with a sign", f"{to}Content-Length: +16\r\n", 400, body, None),
            ("a length that is a list", f"{to}Content-Length: 16, 16\r\n", 400, body, None),
            ("a blank before the colon", f"{to}Content-Length : 40\r\n", 400, body, "bad-request"),
            ("a tab before the colon", f"{to}Content-Length\t: 40\r\n", 400, body, "bad-request"),
            ("a blank before the name", f"{to} Content-Length: 16\r\n", 400, body, None),
            ("a line continued", f"{to}Content-Length: 16\r\nX: a\r\n b\r\n", 400, body, "bad-request"),
            ("a line continued in the middle", f"{to}X: a\r\n\tb\r\nContent-Length: 16\r\n", 400, body, "bad-request"),
            ("a length made by a continued line", f"{to}Content-Len: 16\r\n gth\r\n", 400, body, "bad-request"),
            ("a host made by a continued line", "GET /healthz HTTP/1.1\r\nHo: localhost\r\n st\r\n", 400, b"", None),
            ("a bare CR", f"{to}X: a\rContent-Length: 0\r\nContent-Length: 16\r\n", 400, body, "bad-request"),
            ("a bare CR at the end of a value", f"{to}Content-Length: 16\r\nX: a\r\r\n", 400, body, "bad-request"),
            ("a bare LF", f"{to}X: a\nContent-Length: 16\r\n", 400, body, "bad-request"),
            ("a NUL", f"{to}X: a\0b\r\nContent-Length: 16\r\n", 400, body, "bad-request"),
            ("a NUL in the last value", f"{to}Content-Length: 16\r\nX: a\0b\r\n", 400, body, "bad-request"),
            ("a name that is no token", f"{to}Content-Length: 16\r\nX(y): a\r\n", 400, body, "bad-request"),
            ("a name beyond ASCII", f"{to}Content-Length: 16\r\nX\xe9: a\r\n", 400, body, "bad-request"),
            ("two keys", f"{to}Content-Length: 16\r\nIdempotency-Key: a\r\nIdempotency-Key: b\r\n", 400, body, "bad-request"),
            ("two tokens", f"{to}Content-Length: 16\r\nAuthorization: Bearer x\r\n", 400, body, "bad-request"),
            ("two types", f"{to}Content-Length: 16\r\nContent-Type: text/plain\r\n", 400, body, "bad-request"),
            ("two origins", f"{to}Content-Length: 16\r\nOrigin: http://localhost\r\nOrigin: http://evil\r\n", 400, body, "bad-request"),
        ]:
            with self.subTest(name):
                self.refused(head, status, sent, code)

    def test_blanks_that_are_allowed(self):
        body = b'{"state":"open"}'
        head = f"Host:localhost\r\nX: \t a b \t\r\nY:\r\nAuthorization:  Bearer {self.marshal}\r\n" \
               "Content-Type:application/json\r\nContent-Length:  16\r\nAccept: a\r\nAccept: b\r\nZ: \xe9\r\n"
        whole = f"POST /api/v1/lanes/A/session HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body
        for start in (b"", b"\r\n"):
            answer, _ = self.raw(start + whole + start + self.SMUGGLED + self.SMUGGLED, answers=3)
            self.assertEqual(re.findall(rb"HTTP/1\.1 (\d+)", answer), [b"200"] * 3)  # and it stays open

    def test_host(self):
        def ask(head):
            return self.raw(("GET /healthz HTTP/1.1\r\n" + head + "Connection: close\r\n\r\n").encode())[0]

        self.assertEqual(status_of(ask("")), 400)
        self.assertEqual(status_of(ask("Host : localhost\r\n")), 400)
        self.assertEqual(status_of(ask("Host: localhost\r\nHost: localhost\r\n")), 400)
        for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil", "paihao.example.evil", "", "[::1",
                     "localhost:http", "127.0.0.1:123456", "user@localhost"):
            answer = ask(f"Host: {host}\r\n")
            self.assertEqual((status_of(answer), problem_of(answer)["code"]), (421, "bad-host"), host)
        for host in ("localhost", "LOCALHOST:80", "127.0.0.1", "192.0.2.7:8100", "[::1]", "[2001:db8::1]:8100", "paihao.example"):
            self.assertEqual(status_of(ask(f"Host: {host}\r\n")), 200, host)

    def test_absolute_form(self):
        def ask(target):
            return status_of(self.raw(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())[0])

        self.assertEqual(ask("http://localhost/healthz"), 200)
        self.assertEqual(ask("http://evil.example/healthz"), 400)
        self.assertEqual(ask("*"), 400)

    def test_origin(self):
        for origin, status in (("http://evil.example", 403), ("null", 403), ("https://127.0.0.1", 403),
                               ("http://127.0.0.1:1", 403), ("http://127.0.0.1", 200), ("HTTP://127.0.0.1", 200)):
            answer, _ = self.raw(post("/api/v1/lanes/A/session", b'{"state":"open"}', self.marshal, f"Origin: {origin}\r\n"))
            self.assertEqual(status_of(answer), status, origin)

    def test_too_large_is_refused_before_the_body(self):
        """Which never comes: whoever waited for it would have no answer to give."""
        for more in ("Content-Length: 65537\r\n", "Content-Length: 99999999999999999\r\n",
                     "Content-Length: 1000000\r\nExpect: 100-continue\r\n"):
            answer, closed = self.raw(post("/api/v1/lanes/A/tickets", b"", self.marshal, more), answers=None)
            self.assertIn(status_of(answer), (413,), answer[:200])
            self.assertEqual(problem_of(answer)["code"], "too-large")
            self.assertTrue(closed)

    def test_too_large_in_chunks(self):
        chunk = b"1000\r\n" + b" " * 4096 + b"\r\n"
        answer, _ = self.raw(post("/api/v1/lanes/A/tickets", chunk * 20 + b"0\r\n\r\n", self.marshal,
                                  "Transfer-Encoding: chunked\r\n"))
        self.assertEqual((status_of(answer), problem_of(answer)["code"]), (413, "too-large"))
        try:
            answer, closed = self.raw(post("/api/v1/lanes/A/tickets", chunk * 2000, self.marshal,
                                           "Transfer-Encoding: chunked\r\n"), answers=None)
            self.assertTrue(closed)
            self.assertNotIn(b" 201 ", answer)
        except (BrokenPipeError, ConnectionResetError):
            pass  # cut off in the middle

    def test_a_chunked_check_in(self):
        body = json.dumps(self.somebody()).encode()
        pieces = b"".join(b"%x\r\n%s\r\n" % (len(body[i:i + 7]), body[i:i + 7]) for i in range(0, len(body), 7))
        answer, _ = self.raw(post("/api/v1/lanes/A/tickets", pieces + b"0\r\n\r\n", self.marshal,
                                  "Transfer-Encoding: chunked\r\n"))
        self.assertEqual(status_of(answer), 201)

    def test_huge_head(self):
        for head in ("X: " + "a" * 60000 + "\r\n", "X: a\r\n" * 9000):
            answer, closed = self.raw(("GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + head + "\r\n").encode(), answers=None)
            self.assertIn(status_of(answer), (431, 413, 400, None))
            self.assertTrue(closed)
        answer, _ = self.raw(("GET /" + "a" * 60000 + " HTTP/1.1\r\nHost: localhost\r\n\r\n").encode())
        self.assertIn(status_of(answer), (414, 431, None))
        self.assertEqual(self.daemon.http("GET", "/healthz")[0], 200)

    def test_pipelining(self):
        bodies = [json.dumps(self.somebody()).encode() for _ in range(5)]
        data = b"".join(post("/api/v1/lanes/B/tickets", body, self.marshal) for body in bodies)
        answer, _ = self.raw(data, answers=5)
        numbers = re.findall(rb'"number":"B(\d{4})"', answer)
        self.assertEqual(answer.count(b"HTTP/1.1 201"), 5)
        self.assertEqual(numbers, sorted(numbers))
        answer, _ = self.raw(self.SMUGGLED * 3, answers=3)
        self.assertEqual(answer.count(b"HTTP/1.1 200"), 3)

    def test_garbage(self):
        for data in (b"\r\n" * 100, b"\0" * 1000, b"GET\r\n\r\n", b"\xff\xfe" * 100 + b"\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                     b"GET /%zz%00%2f HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: paihao=" + b"\xff" * 300 + b"\r\nConnection: close\r\n\r\n"):
            self.raw(data, half_close=True, answers=None)
        self.assertEqual(self.daemon.http("GET", "/healthz")[0], 200)

    def test_head_keeps_the_connection_in_step(self):
        head = f"HEAD /api/v1/lanes/A/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.marshal}\r\n\r\n"
        last = self.SMUGGLED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        answer, _ = self.raw(head.encode() + b"HEAD /photographer/ HTTP/1.1\r\nHost: localhost\r\n\r\n" + last, answers=None)
        self.assertEqual(re.findall(rb"HTTP/1\.1 (\d+)", answer), [b"405", b"200", b"200"])
        self.assertNotIn(b"\r\n0\r\n\r\n", answer)
        self.assertNotIn(b"<html", answer)


class TenSeconds(Http):
    """What ends after ten seconds, and what does not. One address with all the connections it can get. The slow requests of the
    first test drip while the others wait."""

    GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    SLOW = {"the head": b"GET / HTTP/1.1\r\nX-", "before it": b"", "the body": b"POST", "a second head": GET + b"GET / HTTP/1.1\r\nHost: "}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        whole = post("/api/v1/lanes/A/tickets", b"", cls.marshal, "Content-Length: 5000\r\n")
        pool = concurrent.futures.ThreadPoolExecutor(len(cls.SLOW))
        cls.drips = {what: pool.submit(cls.drip, whole if data == b"POST" else data) for what, data in cls.SLOW.items()}
        pool.shutdown(wait=False)

    @classmethod
    def drip(cls, start):
        """A byte now and then. Gives how many seconds the server bore it, None when it bore it to the end."""
        begin = time.monotonic()
        with socket.create_connection(("127.0.0.1", cls.daemon.port)) as one:
            one.settimeout(0.5)
            while time.monotonic() - begin < 40:
                try:
                    one.sendall(start or b"x")
                    start = b""
                    if one.recv(1000) == b"":
                        return time.monotonic() - begin
                except (TimeoutError, socket.timeout):
                    continue
                except OSError:
                    return time.monotonic() - begin
        return None

    def test_slow_requests_are_cut_off(self):
        """A byte now and then, in the head or in the body, must not hold a connection for ever: ten seconds, and the end."""
        for what, drip in self.drips.items():
            with self.subTest(what):
                span = drip.result()
                self.assertIsNotNone(span, "never cut off")
                self.assertGreater(span, 8)

    @staticmethod
    def is_closed(one):
        one.setblocking(False)
        try:
            return one.recv(65536) == b""
        except BlockingIOError:
            return False
        except ConnectionError:
            return True

    def crowd(self, count, source, data=b""):
        sockets = []
        for _ in range(count):
            one = socket.create_connection(("127.0.0.1", self.daemon.port), timeout=10 * PATIENCE, source_address=(source, 0))
            self.addCleanup(one.close)
            sockets.append(one)
            try:
                one.sendall(data)
            except ConnectionError:
                pass
        return sockets

    def test_an_address_gets_its_share_and_the_others_theirs(self):
        head = f"GET /api/v1/lanes/A/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.marshal}\r\n\r\n"
        stream, = self.crowd(1, "127.0.0.4", head.encode())
        start = time.monotonic()
        sockets = self.crowd(300, "127.0.0.2", self.GET)
        self.ticket()
        self.assertEqual(status_of(self.raw(self.GET, source="127.0.0.3")[0]), 200)
        answers = [one.recv(12, socket.MSG_WAITALL) if not self.is_reset(one) else b"" for one in sockets]
        self.assertEqual(answers.count(b"HTTP/1.1 200"), 64)
        self.assertEqual(self.daemon.log_text().count("connections turned away"), 1)
        # without a word for ten seconds they end, and there is room again
        wait_until(lambda: all(self.is_closed(one) for one in sockets), 20, "the idle connections' end")
        self.assertGreater(time.monotonic() - start, 8)
        self.assertEqual(status_of(self.raw(self.GET, source="127.0.0.2")[0]), 200)
        # a stream, though it is older than they were and says nothing, is not idle
        ticket, told = self.ticket(), b""
        while f'"number":"{ticket["number"]}"'.encode() not in told:
            piece = stream.recv(65536)
            self.assertNotEqual(piece, b"")
            told += piece
        self.assertIn(b"event: beat", told)

    @staticmethod
    def is_reset(one):
        try:
            return one.recv(1, socket.MSG_PEEK) == b""
        except ConnectionError:
            return True

    def test_a_proxy_here_speaks_for_everybody(self):
        sockets = self.crowd(200, "127.0.0.1", self.GET)
        self.assertFalse(any(self.is_reset(one) for one in sockets))


class Pages(Http):
    def test_pages_and_their_parts(self):
        status, headers, page = self.daemon.http("GET", "/")
        self.assertEqual((status, headers["content-type"]), (200, "text/html; charset=utf-8"))
        links = set(re.findall(r'(?:href|src)="(/[^"#?]*)', page.decode()))
        for path in ("/photographer/", "/marshal/", "/display/", "/check/", "/pair/"):
            links.add(path)
            status, _, page = self.daemon.http("GET", path)
            self.assertEqual(status, 200, path)
            self.assertNotRegex(page.decode(), r"<script(?![^>]*src)|<style|\son\w+=")
            links |= set(re.findall(r'(?:href|src)="(/[^"#?]*)', page.decode()))
        for link in links:
            status, headers, body = self.daemon.http("GET", link)
            self.assertEqual(status, 200, link)
            kind = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
            self.assertEqual(headers["content-type"], kind.get(link.rsplit(".")[-1], "text/html; charset=utf-8"), link)

    @staticmethod
    def meaning(text, kind):
        """A page's source without what packaging/embed leaves away: spaces, ends before a brace, quotes of a style's names and of a tag's words, comments with a line's end to themselves."""
        lines = [line for line in text.split("\n") if not (kind == ".js" and line.lstrip().startswith("//") and "*/" not in line)]
        if kind == ".js":
            lines = [re.sub(r"(?<=[;,{}()]) +// [^'\"`]*$", "", line) for line in lines]
        text = "\n".join(lines)
        if kind == ".css":
            text = re.sub(r"(?<=[ :,(])0(?=\.\d)", "", re.sub(r"(?m)^\s*/\*[^*]*\*/$", "", text)).replace("#ffffff", "#fff")
            text = re.sub(r";?\s*}", "}", text)
        if kind == ".html":
            text = re.sub(r' ([a-z-]+)="([A-Za-z0-9-]+)"(?=[ >])', r" \1=\2", re.sub(r"(?m)^\s*<!--[^>]*-->$", "", text))
        text = re.sub(r"\s", "", re.sub(r"\bconst\b", "let", text) if kind == ".js" else text)
        if kind == ".js":
            text = text.replace(";}", "}")
        return re.sub(r'="([a-z][a-z-]*)"\]', r"=\1]", text) if kind == ".css" else text

    def test_each_file_is_what_stands_in_the_tree(self):
        web = ROOT / "web"
        files = [file for file in web.glob("*/*") if file.suffix in (".html", ".css", ".js", ".svg")]
        self.assertGreater(len(files), 5)
        for file in files:
            path = "/" + str(file.relative_to(web))
            status, headers, body = self.daemon.http("GET", path)
            source = re.sub(r"(?m)^// @with (\S+)$", lambda found: re.sub(r"(?m)^import .*\n", "", (ROOT / found[1]).read_text(encoding="utf-8")),
                            file.read_text(encoding="utf-8"))
            version = self.daemon.http("GET", "/healthz")[1]["paihao-pages"]
            self.assertEqual(status, 200, path)
            self.assertEqual(self.meaning(body.decode(), file.suffix), self.meaning(source.replace("@PAGES@", version), file.suffix), path)
            self.assertLessEqual(len(body), len(source.encode()), path)

    def test_etag(self):
        _, headers, page = self.daemon.http("GET", "/photographer/")
        etag = headers["etag"]
        self.assertRegex(etag, r'^"[0-9a-f]{16}"$')
        for sent, status in ((etag, 304), (f'"x", {etag}', 304), (f"W/{etag}", 304), ("*", 304), ('"x"', 200), (etag[:-1], 200)):
            answer = self.daemon.http("GET", "/photographer/", headers={"If-None-Match": sent})
            self.assertEqual(answer[0], status, sent)
            self.assertEqual(answer[1]["etag"], etag)
            self.assertEqual(answer[2], b"" if status == 304 else page)
        status, headers, body = self.daemon.http("HEAD", "/photographer/")
        self.assertEqual((status, int(headers["content-length"]), body), (200, len(page), b""))

    def test_a_missing_slash(self):
        status, headers, _ = self.daemon.http("GET", "/photographer")
        self.assertEqual((status, headers["location"]), (308, "/photographer/"))

    def test_no_way_out(self):
        for path in ("/../schema/0001-first.sql", "/shared/../../schema/0001-first.sql", "/%2e%2e/schema/0001-first.sql",
                     "/shared/..%2f..%2fschema%2f0001-first.sql", "//etc/passwd", "/schema/0001-first.sql", "/shared/",
                     "/photographer/%00", "/photographer/index.html/", "/shared/style.css%00.js", "/web/shared/style.css",
                     "/index/../index/", "/" + "a/" * 100):
            answer, _ = self.raw(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            self.assertEqual(status_of(answer), 404, path)


class Events(Http):
    def snapshot_of(self, events):
        return events.wait_for(lambda event: event.event == "snapshot")

    def test_order(self):
        with self.daemon.events("A", self.marshal) as events:
            first = self.snapshot_of(events)
            self.assertEqual(int(first.id), first.data["seq"])
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                list(pool.map(lambda _: self.ticket(), range(60)))
            got = [events.wait_for(lambda event: event.event == "ticket") for _ in range(60)]
            seqs = [int(event.id) for event in got]
            self.assertEqual(seqs, sorted(set(seqs)))
            self.assertEqual([int(event.data["number"][1:]) for event in got],
                             list(range(int(got[0].data["number"][1:]), int(got[0].data["number"][1:]) + 60)))
            for event in got:
                self.assertEqual(int(event.id), event.data["seq"])

    def test_advance_is_two_events(self):
        lane = "B"
        one, two = self.ticket(lane), self.ticket(lane)
        with self.daemon.events(lane, self.marshal) as events:
            self.snapshot_of(events)
            self.assertEqual(self.daemon.act(lane, one["number"], "call", self.marshal)[0], 200)
            status, answer = self.daemon.act(lane, one["number"], "shot", self.marshal, {"advance": True})
            self.assertEqual((status, answer["state"], answer["called"]["number"]), (200, "shot", two["number"]))
            states = [events.wait_for(lambda event: event.event == "ticket").data for _ in range(3)]
            self.assertEqual([(t["number"], t["state"]) for t in states],
                             [(one["number"], "called"), (one["number"], "shot"), (two["number"], "called")])
        status, answer = self.daemon.act(lane, two["number"], "void", self.marshal, {"advance": True, "reason": "左"})
        self.assertEqual((status, answer["called"], answer["reason"]), (200, None, "左"))

    def test_lane_events_and_other_lanes(self):
        with self.daemon.events("A", self.tokens["display"]) as events:
            self.snapshot_of(events)
            self.ticket("B")
            self.daemon.http("POST", "/api/v1/lanes/A/session", json={"state": "closed"}, token=self.marshal)
            closed = events.wait_for(lambda event: event.event != "beat")
            self.assertEqual((closed.event, closed.data["session"]["state"]), ("lane", "closed"))
            status, problem = self.daemon.check_in("A", self.somebody(), self.marshal)
            self.assertEqual((status, problem["code"]), (409, "session-closed"))
            self.daemon.http("POST", "/api/v1/lanes/A/session", json={"state": "open"}, token=self.marshal)
            opened = events.wait_for(lambda event: True)
            self.assertEqual((opened.event, opened.data["session"]["state"], set(opened.data)),
                             ("lane", "open", {"lane", "session", "line_limit", "is_stopped", "late_round"}))

    def test_resuming(self):
        with self.daemon.events("A", self.marshal) as events:
            seen = int(self.snapshot_of(events).id)
        numbers = [self.ticket()["number"] for _ in range(5)]
        with self.daemon.events("A", self.marshal, last_event_id=seen) as events:
            got = [events.wait_for(lambda event: True) for _ in range(6)]
            self.assertEqual([event.event for event in got], ["ticket"] * 5 + ["snapshot"])
            self.assertEqual([event.data["number"] for event in got[:5]], numbers)
        with self.daemon.events("A", self.marshal, last_event_id=got[4].id) as events:
            self.assertEqual(events.wait_for(lambda event: True).event, "snapshot")
        for strange in ("x", "-1", "99999999999999999999999"):
            with self.daemon.events("A", self.marshal, last_event_id=strange) as events:
                self.assertEqual(events.wait_for(lambda event: True).event, "snapshot")

    def test_a_beat_each_second(self):
        """By the server's own clock: whoever reads late finds several at once."""
        with self.daemon.events("A", self.tokens["display"]) as events:
            self.snapshot_of(events)
            wait_until(lambda: len(events.beats) >= 6, 12, "six beats")
        first, last = (datetime.datetime.fromisoformat(events.beats[at].replace("Z", "+00:00")) for at in (0, 5))
        self.assertGreater((last - first).total_seconds(), 2)

    def test_any_size_of_piece(self):
        """With almost no memory left on the connection, events are cut in pieces of some hundred bytes."""
        head = (f"GET /api/v1/lanes/A/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.marshal}\r\n"
                f"X: {'a' * 31300}\r\n\r\n").encode()
        for _ in range(20):
            self.ticket()
        with socket.create_connection(("127.0.0.1", self.daemon.port), timeout=10 * PATIENCE) as one:
            one.sendall(head)
            text = b""
            while b"event: beat" not in text:
                text += one.recv(65536)
        self.assertEqual(status_of(text), 200)
        sizes = [int(size, 16) for size in re.findall(rb"\r\n([0-9a-f]+)\r\n", text)]
        self.assertLess(max(sizes), 4000)
        body, rest = b"", text.split(b"\r\n\r\n", 1)[1]
        while rest and b"\r\n" in rest:
            size, rest = rest.split(b"\r\n", 1)
            body, rest = body + rest[:int(size, 16)], rest[int(size, 16) + 2:]
        snapshot = json.loads(re.search(rb"event: snapshot\nid: \d+\ndata: (.*)\n\n", body)[1])
        self.assertGreaterEqual(len(snapshot["line"]), 19)

    def streams_open(self):
        return int(re.search(rb"paihao_http_streams (\d+)", self.daemon.http("GET", "/metrics")[2])[1])

    def test_many_streams_hear_and_leave(self):
        wait_until(lambda: self.streams_open() == 0, 5, "no stream of other tests")
        streams = [self.daemon.events("A", self.tokens["display" if i % 2 else "marshal"]) for i in range(100)]
        try:
            for stream in streams:
                self.snapshot_of(stream)
            self.assertEqual(self.streams_open(), 100)
            cpu, start = cpu_seconds(self.daemon.pid), time.monotonic()
            time.sleep(3)
            share = (cpu_seconds(self.daemon.pid) - cpu) / (time.monotonic() - start)
            self.assertLess(share, 0.5, "idle streams cost processor time: who never sleeps has all of it")
            ticket = self.ticket()
            for stream in streams:
                stream.wait_for_ticket(ticket["number"], "waiting")
        finally:
            for stream in streams:
                stream.close()
        wait_until(lambda: self.streams_open() == 0, 5, "the streams' end")

    def test_streams_have_a_limit_and_posts_go_on(self):
        sockets = []
        request = f"GET /api/v1/lanes/A/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.marshal}\r\n\r\n"
        wait_until(lambda: self.streams_open() == 0, 5, "no stream of other tests")
        try:
            for _ in range(513):
                sockets.append(socket.create_connection(("127.0.0.1", self.daemon.port), timeout=10 * PATIENCE))
                sockets[-1].sendall(request.encode())
            statuses = [status_of(one.recv(300)) for one in sockets]
            self.assertEqual((statuses.count(200), statuses.count(503)), (512, 1))
            self.ticket()
        finally:
            for one in sockets:
                one.close()
        wait_until(lambda: self.streams_open() == 0, 5, "the streams' end")

    def test_clients_that_leave_while_they_wait(self):
        """Their check-in is carried out, their answer goes nowhere, nothing leaks or falls."""
        before = self.daemon.snapshot("B", self.marshal)["counts"]["issued"]
        for _ in range(50):
            with socket.create_connection(("127.0.0.1", self.daemon.port)) as one:
                one.sendall(post("/api/v1/lanes/B/tickets", json.dumps(self.somebody()).encode(), self.marshal))
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        wait_until(lambda: b"paihao_http_requests_open 1\n" in self.daemon.http("GET", "/metrics")[2], 5, "all requests' end")
        issued = self.daemon.snapshot("B", self.marshal)["counts"]["issued"]
        self.assertLessEqual(issued, before + 50)


class Life(unittest.TestCase):
    """Starting and stopping, each with daemons of its own."""

    def test_events_resume_over_a_restart(self):
        with Daemon(["A"]).start() as daemon:
            daemon.open_event()
            token = daemon.token("marshal")
            with daemon.events("A", token) as events:
                seen = events.wait_for(lambda event: event.event == "snapshot").id
            numbers = [daemon.check_in("A", manual(i), token)[1]["number"] for i in range(3)]
            daemon.kill()
            daemon.start()
            numbers += [daemon.check_in("A", manual(10 + i), token)[1]["number"] for i in range(3)]
            with daemon.events("A", token, last_event_id=seen) as events:
                got = [events.wait_for(lambda event: True) for _ in range(7)]
            self.assertEqual([event.data["number"] for event in got[:6]], numbers)
            self.assertEqual(got[6].event, "snapshot")

    def test_stops_at_once_with_streams_and_idle_connections(self):
        with Daemon(["A"]).start() as daemon:
            daemon.open_event()
            token = daemon.token("display")
            streams = [daemon.events("A", token) for _ in range(20)]
            idle = [socket.create_connection(("127.0.0.1", daemon.port)) for _ in range(20)]
            for one in idle[:10]:
                one.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            for stream in streams:
                stream.wait_for(lambda event: event.event == "snapshot")
            start = time.monotonic()
            self.assertEqual(daemon.stop(), 0)
            self.assertLess(time.monotonic() - start, 8, "it waited until the idle ones ended by themselves, after ten seconds")
            for stream in streams:
                wait_until(lambda one=stream: one.error, 10, "the stream's end")
                self.assertEqual(stream.error, "ended")
                stream.close()
            for one in idle:
                one.close()

    def test_stops_under_load_without_losing_an_answer(self):
        with Daemon(["A"]).start() as daemon:
            daemon.open_event()
            token = daemon.token("marshal")
            counter, stop, answered = iter(range(10 ** 6)), threading.Event(), []

            def ask():
                while not stop.is_set():
                    try:
                        status, ticket = daemon.check_in("A", manual(next(counter)), token)
                    except (OSError, Exception):  # refused or cut: not answered
                        return
                    if status == 201:
                        answered.append(ticket["number"])

            threads = [threading.Thread(target=ask) for _ in range(8)]
            for thread in threads:
                thread.start()
            wait_until(lambda: len(answered) > 50, 20, "answers")
            self.assertEqual(daemon.stop(), 0)
            stop.set()
            for thread in threads:
                thread.join()
            daemon.start()
            issued = daemon.snapshot("A", token)["counts"]["issued"]
            self.assertEqual(len(set(answered)), len(answered))
            self.assertLessEqual(max(int(number[1:]) for number in answered), issued)

    def test_port_in_use(self):
        with socket.socket() as taken, Daemon(["A"]) as daemon:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            daemon.port = taken.getsockname()[1]
            daemon.write_config()
            code, text = daemon.run_refused()
            self.assertEqual(code, 3)
            self.assertIn(f"cannot listen on 127.0.0.1 port {daemon.port}: Address already in use", text)

    def control(self, daemon, data):
        with socket.socket(socket.AF_UNIX) as one:
            one.settimeout(10 * PATIENCE)
            folder = os.open(daemon.data, os.O_PATH)
            one.connect(f"/proc/self/fd/{folder}/control.sock")
            os.close(folder)
            one.sendall(data)
            got = b""
            while piece := one.recv(65536):
                got += piece
        return got

    def test_control_socket(self):
        with Daemon(["A"]) as daemon:
            with socket.socket(socket.AF_UNIX) as stale:
                stale.bind(str(daemon.data / "control.sock"))
            daemon.start()
            wait_until(lambda: (daemon.data / "control.sock").exists(), 5, "the socket, made after the pages")
            self.assertEqual(stat.S_IMODE(os.stat(daemon.data / "control.sock").st_mode), 0o600)
            me = self.control(daemon, b"GET /api/v1/me HTTP/1.1\r\nHost: paihao\r\nConnection: close\r\n\r\n")
            self.assertEqual(problem_of(me)["role"], "office")
            nowhere = self.control(daemon, b"POST /api/v1/backup HTTP/1.1\r\nHost: paihao\r\nConnection: close\r\n\r\n")
            self.assertEqual(status_of(nowhere), 400)
            target = str(daemon.folder / "copy.db")
            for expected in (200, 400):
                body = json.dumps({"path": target}).encode()
                answer = self.control(daemon, post("/api/v1/backup", body, more="Connection: close\r\n", host="paihao"))
                self.assertEqual(status_of(answer), expected)
                if expected == 200:
                    self.assertEqual(set(problem_of(answer)), {"path", "seq", "head"})
            self.assertTrue(os.path.getsize(target) > 0)
            body = json.dumps({"path": "relative.db"}).encode()
            self.assertEqual(status_of(self.control(daemon, post("/api/v1/backup", body, more="Connection: close\r\n"))), 400)
            self.assertEqual(daemon.stop(), 0)
            self.assertFalse((daemon.data / "control.sock").exists())

    def test_control_socket_in_a_deep_folder(self):
        with Daemon(["A"]) as daemon:
            daemon.data = daemon.folder / ("d" * 100) / "data"
            daemon.data.mkdir(parents=True, mode=0o700)
            daemon.write_config()
            daemon.start()
            self.assertGreater(len(str(daemon.data / "control.sock")), 108)
            me = self.control(daemon, b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            self.assertEqual(status_of(me), 200)

    def test_no_event_yet(self):
        with Daemon(["A"]).start() as daemon:
            token = daemon.token("marshal")
            for answer in (daemon.http("GET", "/api/v1/event", token=token),
                           daemon.http("POST", "/api/v1/lanes/A/tickets", json=manual(1), token=token)):
                self.assertEqual((answer[0], answer[2]["code"]), (409, "no-event"))
            self.assertIsNone(daemon.snapshot("A", token)["event"])
            made = daemon.http("POST", "/api/v1/event", json={"name": "采集"}, token=daemon.token("office"))
            self.assertEqual((made[0], made[2]["name"], made[2]["state"], made[2]["profile"], made[2]["lanes"],
                              made[2]["counts"]["issued"]), (201, "采集", "open", "default", ["A"], 0))

    def test_numbers(self):
        with Daemon([Lane("A", "E201", 0)]).start() as daemon:
            daemon.open_event()
            token = daemon.token("office")
            numbers = [daemon.check_in("A", manual(i), token)[1]["number"] for i in range(20)]
            status, headers, body = daemon.http("GET", "/api/v1/handover/lanes/A/numbers.csv", token=token)
            self.assertEqual((status, headers["content-type"], headers["content-disposition"]),
                             (200, "text/csv; charset=utf-8", 'attachment; filename="numbers-A-26.csv"'))
            text = body.decode("utf-8-sig")
            self.assertEqual(re.findall(r"A\d{4}", text), numbers)
            self.assertIn(person(0).name, text)
        self.assertNotIn(person(0).id_number, text)

    def certificate(self, daemon):
        openssl = shutil.which("openssl")
        self.assertTrue(openssl, "openssl is needed to make a certificate")
        names = [str(daemon.folder / name) for name in ("cert.pem", "key.pem")]
        subprocess.run([openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                        "2", "-subj", "/CN=localhost", "-out", names[0], "-keyout", names[1]], check=True, capture_output=True)
        return names

    def test_tls(self):
        with Daemon(["A"]) as daemon:
            cert, key = self.certificate(daemon)
            text = daemon.config_text().replace(" }\nlane", f' tls_cert = "{cert}" tls_key = "{key}" }}\nlane', 1)
            daemon.write_config(text)
            daemon.spawn()
            wait_until(lambda: (daemon.data / "control.sock").exists(), 10, "the daemon")
            token = daemon.token("display")
            context = ssl.create_default_context(cafile=cert)

            def connect():
                return context.wrap_socket(socket.create_connection(("127.0.0.1", daemon.port)), server_hostname="localhost")

            with wait_until(connect, 5) as one:
                self.assertIn(one.version(), ("TLSv1.2", "TLSv1.3"))
                one.sendall(post("/api/v1/pair", json.dumps({"token": token}).encode(), more="Connection: close\r\n"))
                answer = b""
                while piece := one.recv(65536):
                    answer += piece
            self.assertIn(b"; Secure", answer)
            with connect() as one:
                one.sendall(f"GET /api/v1/lanes/A/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
                            .encode())
                got = b""
                while got.count(b"event: beat") < 2:
                    got += one.recv(65536)
            old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
            old.set_ciphers("ALL:@SECLEVEL=0")
            with self.assertRaises((ssl.SSLError, OSError)):
                old.wrap_socket(socket.create_connection(("127.0.0.1", daemon.port)))
            self.assertEqual(daemon.stop(), 0)

    def test_a_certificate_that_is_none(self):
        with Daemon(["A"]) as daemon:
            cert, key = self.certificate(daemon)
            texts = {path: pathlib.Path(path).read_text() for path in (cert, key)}
            self.certificate(daemon)
            other_key = pathlib.Path(key).read_text()
            text = daemon.config_text().replace(" }\nlane", f' tls_cert = "{cert}" tls_key = "{key}" }}\nlane', 1)
            daemon.write_config(text)
            begin = texts[cert].splitlines()[0]
            for legend, cert_text, key_text, words in (
                    ("no certificate", "nonsense", texts[key], f'tls_cert = "{cert}" holds no certificate'),
                    ("the key twice", texts[key], texts[key], f'tls_cert = "{cert}" holds no certificate'),
                    ("no key", texts[cert], texts[cert], f'tls_key = "{key}" holds no private key'),
                    ("a damaged one", f"{begin}\nAAAA\n", texts[key], f'tls_cert = "{cert}" and tls_key = "{key}"'),
                    ("another's key", texts[cert], other_key, f'tls_cert = "{cert}" and tls_key = "{key}"')):
                pathlib.Path(cert).write_text(cert_text)
                pathlib.Path(key).write_text(key_text)
                with self.subTest(legend):
                    code, said = daemon.run_refused()
                    self.assertEqual(code, 3)
                    self.assertIn(words, said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
