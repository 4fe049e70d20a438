#!/usr/bin/python3
"""Who may do what, from outside: every row of the server's table of routes against a table written here by hand, what
foreign pages can make a browser send, what every answer says to a browser, and where a token's text may stand.

A route that is added without a row in MAY fails here, and so does one whose rights change.
"""

import base64
import concurrent.futures
import csv
import html.parser
import json
import re
import socket
import ssl
import subprocess
import time
import unittest

from harness import Daemon, Lane, PATIENCE, ROOT, manual, person, wait_until
from http_test import Http, exchange, post, status_of

ALL = {"display", "photographer", "marshal", "liaison", "check", "office"}
STRANGER = ALL | {"none"}
CAMERA, DOOR, OFFICE = {"photographer", "marshal", "office"}, {"marshal", "office"}, {"office"}
PHOTO, CLASS = {"photographer", "office"}, {"liaison", "marshal", "office"}
# What a token bound to lane A may reach: "lane": the routes of lane A alone; "any": is of no lane; "whole": concerns all
# lanes, so nothing at all; "control": nobody over the network.
MAY = {
    "GET LANE/events": (ALL, "lane"),
    "GET LANE": (ALL, "lane"),
    "POST LANE/tickets": (DOOR, "lane"),
    "POST LANE/check": (DOOR | {"check"}, "lane"),
    "POST LANE/tickets/{number}/call": (CAMERA, "lane"),
    "POST LANE/tickets/{number}/shot": (CAMERA, "lane"),
    "POST LANE/tickets/{number}/retake": (CAMERA, "lane"),
    "POST LANE/tickets/{number}/undo": (CAMERA, "lane"),
    "GET /api/v1/sheets": (OFFICE, "whole"), "GET /api/v1/sheets/units/{number}": (OFFICE, "whole"),
    "GET /api/v1/sheets/lanes/{lane}": (OFFICE, "whole"),
    "GET /api/v1/ledger": (OFFICE, "whole"), "POST /api/v1/ledger/sign": (OFFICE, "whole"),
    "GET /api/v1/handover": (OFFICE, "whole"), "POST /api/v1/handover": (OFFICE, "whole"),
    "POST /api/v1/handover/cancel": (OFFICE, "whole"), "GET /api/v1/handover/packages/{number}": (OFFICE, "whole"),
    "POST /api/v1/handover/record": (set(), "control"),
    "POST /api/v1/event/continue": (set(), "control"), "POST /api/v1/purge": (set(), "control"),
    "POST LANE/tickets/{number}/miss": (CAMERA, "lane"),
    "POST LANE/tickets/{number}/void": (CAMERA, "lane"),
    "POST LANE/tickets/{number}/confirm": (CAMERA, "lane"),
    "POST LANE/tickets/{number}/mismatch": (CAMERA, "lane"),
    "POST LANE/tickets/{number}/leave": (CAMERA, "lane"),
    "POST LANE/tickets/{number}/acknowledge": (PHOTO, "lane"),
    "POST LANE/tickets/{number}/card": (CAMERA, "lane"),
    "POST LANE/tickets/{number}/bind": (DOOR, "lane"),
    "POST LANE/session": (DOOR, "lane"),
    "POST LANE/late": (DOOR, "lane"),
    "POST LANE/resolve": (DOOR, "lane"),
    "POST LANE/paper": (DOOR, "lane"),
    "GET /api/v1/units": (CLASS, "any"),
    "GET /api/v1/units/{number}": (CLASS, "any"),
    "POST /api/v1/units/{number}/roll": (CLASS, "any"),
    "GET /api/v1/tallies": (DOOR, "whole"),
    "GET /api/v1/rules": (CAMERA, "any"),
    "POST /api/v1/rules": (OFFICE, "whole"),
    "GET /api/v1/profiles": (OFFICE, "any"),
    "POST /api/v1/roster": (OFFICE, "whole"),
    "POST /api/v1/payments": (OFFICE, "whole"),
    "POST /api/v1/payments/record": (DOOR, "any"),
    "GET /api/v1/payments": (DOOR, "whole"),
    "POST /api/v1/schedule": (OFFICE, "whole"),
    "GET /api/v1/schedule": (CLASS | CAMERA, "any"),
    "GET /api/v1/schedule/simulation": (DOOR, "any"),
    "GET /api/v1/handover/lanes/{lane}/numbers.csv": (OFFICE, "lane"),
    "GET /api/v1/event": (ALL, "any"),
    "POST /api/v1/event": (OFFICE, "whole"),
    "POST /api/v1/event/close": (OFFICE, "whole"),
    "POST /api/v1/tokens": (OFFICE, "any"),
    "GET /api/v1/tokens": (OFFICE, "whole"),
    "POST /api/v1/tokens/{number}/revoke": (OFFICE, "whole"),
    "POST /api/v1/pair": (STRANGER, "any"),
    "GET /api/v1/me": (ALL, "any"),
    "POST /api/v1/backup": (set(), "control"),
    "GET /healthz": (STRANGER, "any"),
    "GET /metrics": (STRANGER, "any"),  # of a peer on this machine; others: OFFICE, see Network
    "GET *": (STRANGER, "any"),
}
STREAMS = {"GET LANE/events", "GET /api/v1/handover"}  # HEAD has no meaning there
UPLOADS = {"/api/v1/roster", "/api/v1/payments", "/api/v1/schedule"}
# parts/ is carried inside of the module that names it
PAGES = [path for path in ROOT.joinpath("web").rglob("*") if path.is_file() and path.parent.name != "parts"]


def declared_routes():
    """"METHOD PATTERN" of each row of routes[], with LANE for its lane's address."""
    text = (ROOT / "daemon/http/routes.c").read_text(encoding="utf-8")
    table = text[text.index("const struct route routes[] = {"):text.index("const unsigned routes_count")]
    rows = re.findall(r'\{"([A-Z]+)",\s*((?:LANE|TICKET|"[^"]*"|\s)+),\s*ROLES_', table)
    assert len(rows) == len(re.findall(r'\{"[A-Z]+",', table)), "a row that this test cannot read"
    words = {"LANE": "LANE", "TICKET": "LANE/tickets/{number}"}
    for method, pattern in rows:
        yield f"{method} " + "".join(words.get(part) or part.strip('"')
                                     for part in re.findall(r'LANE|TICKET|"[^"]*"', pattern))


def address(route, lane="A"):
    """(method, path) of something that a route's pattern matches and that is not there."""
    method, pattern = route.split(" ", 1)
    pattern = pattern.replace("LANE", "/api/v1/lanes/{lane}").replace("{lane}", lane)
    number = f"{lane}9999" if "/tickets/" in pattern else "9999"
    return method, re.sub(r"\{\w+\}", number, "/photographer/" if pattern == "*" else pattern)


def ask(daemon, method, path, token="", cookie="", more="", body=None):
    """(status, head, body) of what fits in a moment; a stream's beginning."""
    length = "" if body is None else f"Content-Length: {len(body)}\r\n"
    who = (f"Authorization: Bearer {token}\r\n" if token else "") + (f"Cookie: {cookie}\r\n" if cookie else "")
    host = "" if "Host:" in more else "Host: localhost\r\n"
    data = f"{method} {path} HTTP/1.1\r\n{host}{who}{length}{more}Connection: close\r\n\r\n".encode() + (body or b"")
    with socket.create_connection(("127.0.0.1", daemon.port), timeout=20 * PATIENCE) as one:
        one.sendall(data)
        got = b""
        while b"\r\n\r\n" not in got or not got.split(b"\r\n\r\n", 1)[1]:
            piece = one.recv(65536)
            if not piece:
                break
            got += piece
    head, _, rest = got.partition(b"\r\n\r\n")
    return status_of(got), head.decode("latin-1"), rest


JSON = "Content-Type: application/json\r\n"


class Routes(Http):
    """Every route, every role, a stranger, and tokens of one lane."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tokens["none"] = ""
        cls.bound = {lane: {role: cls.daemon.token(role, lane=lane) for role in ALL} for lane in ("A", "B")}

    def outcome(self, route, token, lane="A"):
        """"yes", "no" (403) or "who" (401)."""
        method, path = address(route, lane)
        # no handler takes this for a wish, and none is asked for a file
        body = b'{"no such member":1}' if method == "POST" else None
        more = JSON if method == "POST" and path not in UPLOADS else "Content-Type: application/octet-stream\r\n" if body else ""
        status, _, rest = ask(self.daemon, method, path, token, more=more, body=body)
        if status == 401:
            self.assertIn(b'"bad-token"', rest)
        if status == 403:
            self.assertIn(b'"forbidden"', rest)
        self.assertIsNotNone(status, route)
        self.assertNotIn(status, (404, 405) if path.startswith("/api") and "9999" not in path and "schedule" not in path else (405,), route)
        return {401: "who", 403: "no"}.get(status, "yes")

    def test_the_table_is_whole(self):
        declared = list(declared_routes())
        self.assertEqual(len(declared), len(set(declared)))
        self.assertEqual(set(declared) - set(MAY), set(), "say in MAY who may use the new route")
        self.assertEqual(set(MAY) - set(declared), set(), "no such route any more")

    def test_each_role(self):
        for route, (allowed, _) in MAY.items():
            for role in sorted(STRANGER):
                if route == "POST /api/v1/pair":
                    continue  # 401 is its answer to a token that is none: see Pairing
                with self.subTest(route=route, role=role):
                    expected = "who" if role == "none" and role not in allowed else "yes" if role in allowed else "no"
                    self.assertEqual(self.outcome(route, self.tokens[role]), expected)

    def test_a_token_of_one_lane(self):
        for route, (allowed, reach) in MAY.items():
            if reach == "control" or route == "POST /api/v1/pair":
                continue
            for role in sorted(allowed & ALL):
                with self.subTest(route=route, role=role):
                    own = "no" if reach == "whole" else "yes"
                    self.assertEqual(self.outcome(route, self.bound["A"][role]), own)
                    if reach == "lane":
                        self.assertEqual(self.outcome(route, self.bound["B"][role]), "no")
                        self.assertEqual(self.outcome(route, self.bound["B"][role], lane="B"), "yes")

    def test_head_is_as_get(self):
        for route, (allowed, _) in MAY.items():
            if not route.startswith("GET"):
                continue
            _, path = address(route)
            if route in STREAMS:
                self.assertEqual(ask(self.daemon, "HEAD", path, self.office)[0], 405)
                continue
            for role in sorted(STRANGER):
                with self.subTest(route=route, role=role):
                    status, _, rest = ask(self.daemon, "HEAD", path, self.tokens[role])
                    self.assertEqual(status in (401, 403), role not in allowed, status)
                    self.assertEqual(rest, b"")

    def test_a_token_that_has_ended_opens_nothing(self):
        made = self.daemon.tool_json("token", "create", "--role", "office")
        self.daemon.tool("token", "revoke", str(made["id"]))
        for route, (allowed, _) in MAY.items():
            if "none" not in allowed:
                with self.subTest(route=route):
                    self.assertEqual(self.outcome(route, made["token"]), "who")


class Scoped(Http):
    """A liaison's device that is for certain classes: every route that a liaison may call, of its own class and of another's."""

    lanes = (Lane("A", "四教楼101"), Lane("B", "四教楼102"))
    CLASSES = ("化学学院", "1班"), ("化学学院", "2班"), ("物理学院", "1班")
    TABLE = "日期,时间,地点,学院\n2026年11月22日,8:30—9:30,四教楼101,化学学院\n2026年11月23日,9:00-9:30,四教楼102,物理学院\n"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rows = [(i, *cls.CLASSES[i % 3]) for i in range(1, 10)]
        cls.upload("/api/v1/roster", rows)
        cls.upload("/api/v1/schedule", cls.TABLE)
        cls.ids = {(unit["college"], unit["name"]): unit["id"]
                   for unit in cls.daemon.http("GET", "/api/v1/units", token=cls.office)[2]}
        cls.own, cls.sister, cls.foreign = (cls.ids[each] for each in cls.CLASSES)
        cls.one, cls.college, cls.free = cls.liaison("化学学院/1班"), cls.liaison("化学学院"), cls.tokens["liaison"]
        cls.cookie = cls.pair(cls.liaison("化学学院/1班", once=True))

    @classmethod
    def upload(cls, path, what):
        text = what if isinstance(what, str) else "学号,姓名,身份证号,学院,班级,层次\n" + "".join(
            f"{2022000 + i},{person(i).name},{person(i).id_number},{college},{name},本科\n" for i, college, name in what)
        status, _, answer = cls.daemon.http("POST", path, raw=text.encode(), token=cls.office, headers={"Content-Type": "text/csv"})
        assert status == 200, answer

    @classmethod
    def liaison(cls, *units, **more):
        status, _, made = cls.daemon.http("POST", "/api/v1/tokens", json={"role": "liaison", "units": units, **more}, token=cls.office)
        assert status == 201, made
        return made["token"]

    @classmethod
    def pair(cls, token):
        _, headers, _ = cls.daemon.http("POST", "/api/v1/pair", json={"token": token})
        return headers["set-cookie"].split(";")[0].split("=")[1]

    def get(self, path, token):
        status, _, answer = self.daemon.http("GET", path, token=token)
        return status, answer

    def refused(self, status, answer):
        self.assertEqual((status, answer["code"]), (403, "unit-not-yours"), answer)
        self.assertEqual(set(answer["message"]), {"zh", "en"})

    def test_which_classes_are_listed(self):
        for token, seen in ((self.one, [self.own]), (self.cookie, [self.own]), (self.college, [self.own, self.sister]),
                            (self.free, [self.own, self.sister, self.foreign])):
            status, units = self.get("/api/v1/units", token)
            self.assertEqual((status, sorted(unit["id"] for unit in units)), (200, sorted(seen)))

    def test_one_class(self):
        nothing = max(self.ids.values()) + 1
        for token, seen in ((self.one, {self.own}), (self.cookie, {self.own}), (self.college, {self.own, self.sister})):
            for unit in (*self.ids.values(), nothing, "x", "0", f"0{self.own}"):
                with self.subTest(unit=unit):
                    status, answer = self.get(f"/api/v1/units/{unit}", token)
                    if unit in seen:
                        self.assertEqual((status, answer["unit"]["id"], len(answer["members"])), (200, unit, 3))
                    elif unit != f"0{self.own}":
                        self.refused(status, answer)
        self.assertEqual(self.get(f"/api/v1/units/{nothing}", self.free)[0], 404)

    def test_the_roll(self):
        members = {unit: self.get(f"/api/v1/units/{unit}", self.office)[1]["members"] for unit in self.ids.values()}

        def call(unit, body, token):
            status, _, answer = self.daemon.http("POST", f"/api/v1/units/{unit}/roll", json=body, token=token)
            return status, answer

        before = self.get(f"/api/v1/units/{self.foreign}", self.office)[1]
        for token in (self.one, self.cookie):
            for unit in (self.sister, self.foreign):
                self.refused(*call(unit, {"person": members[unit][0]["person"], "roll": "absent"}, token))
                self.refused(*call(unit, {"all": "present"}, token))
                # somebody of another class by way of the own one
                status, answer = call(self.own, {"person": members[unit][0]["person"], "roll": "absent"}, token)
                self.assertEqual((status, answer["code"]), (404, "person-unknown"))
            mine = next(member["person"] for member in members[self.own] if not member["ticket"])
            for body, roll in (({"person": mine, "roll": "absent"}, "absent"), ({"all": "present"}, "present")):
                status, answer = call(self.own, body, token)
                self.assertEqual((status, [member["roll"] for member in answer["members"] if member["person"] == mine]), (200, [roll]))
        self.refused(*call(self.foreign, {"all": "absent"}, self.college))
        self.assertEqual(call(self.sister, {"all": "present"}, self.college)[0], 200)
        self.assertEqual(self.get(f"/api/v1/units/{self.foreign}", self.office)[1], before)
        # an answer kept for one device's key is no way round
        body, key = {"all": "present"}, {"Idempotency-Key": "roll-of-another"}
        self.assertEqual(self.daemon.http("POST", f"/api/v1/units/{self.foreign}/roll", json=body, token=self.marshal, headers=key)[0], 200)
        status, _, answer = self.daemon.http("POST", f"/api/v1/units/{self.foreign}/roll", json=body, token=self.one, headers=key)
        self.refused(status, answer)

    def test_a_lane_has_numbers_alone(self):
        allowed = {"number", "lane", "state", "issued_at", "called_at", "shot_at", "retakes", "seq"}
        with self.daemon.events("A", self.one) as events, self.daemon.events("A", self.cookie) as again:
            number = self.daemon.check_in("A", manual(1), self.marshal)[1]["number"]
            for state, step in (("called", "call"), ("shot", "shot"), ("called", "retake"), ("shot", "shot")):
                self.daemon.act("A", number, step, self.office)
                self.assertEqual(set(events.wait_for_ticket(number, state)), allowed)
                self.assertEqual(set(again.wait_for_ticket(number, state)), allowed)
            self.daemon.check_in("A", manual(1), self.marshal)
            void = self.daemon.check_in("A", manual(2), self.marshal)[1]["number"]
            self.daemon.act("A", void, "void", self.office, {"reason": "测试"})
            events.wait_for_ticket(void, "void")
            self.daemon.check_in("A", manual(3), self.marshal)
            heard = events.seen + again.seen
        status, snapshot = self.get("/api/v1/lanes/A", self.one)
        self.assertEqual(status, 200)
        self.assertEqual({key for ticket in snapshot["line"] + snapshot["done"] for key in ticket}, allowed)
        self.assertFalse({"readers", "expected"} & set(snapshot))
        said = json.dumps([[each.event, each.data] for each in heard], ensure_ascii=False) + json.dumps(snapshot, ensure_ascii=False)
        for secret in ("○", "班", "学院", "9901", "202200", "测试", *(person(i).name[:1] for i in range(1, 4))):
            self.assertNotIn(secret, said)
        self.assertFalse({each.event for each in heard} & {"door", "check", "reader"})

    def test_the_schedule(self):
        _, whole = self.get("/api/v1/schedule", self.free)
        self.assertEqual(len(whole["slots"]), 2)
        for token in (self.one, self.college):
            status, own = self.get("/api/v1/schedule", token)
            self.assertEqual((status, [slot["units"][0]["unit"] for slot in own["slots"]]), (200, ["化学学院"]))
            self.assertNotIn("物理", json.dumps(own, ensure_ascii=False))
        other = self.liaison("物理学院/1班")
        self.assertEqual([slot["units"][0]["unit"] for slot in self.get("/api/v1/schedule", other)[1]["slots"]], ["物理学院"])

    def test_no_other_route_opens(self):
        for route, (allowed, _) in MAY.items():
            if "liaison" in allowed or route == "POST /api/v1/pair":
                continue
            method, path = address(route)
            status, _, rest = ask(self.daemon, method, path, self.one, more=JSON, body=b"{}" if method == "POST" else None)
            self.assertEqual((status, b'"forbidden"' in rest), (403, True), route)

    def test_who_am_i(self):
        status, me = self.get("/api/v1/me", self.cookie)
        self.assertEqual(me["units"], [{"unit": self.own, "college": "化学学院", "name": "1班", "people": 3}])
        self.assertEqual(self.get("/api/v1/me", self.college)[1]["units"],
                         [{"unit": None, "college": "化学学院", "name": None, "people": 6}])
        self.assertIsNone(self.get("/api/v1/me", self.free)[1]["units"])
        self.assertIsNone(self.get("/api/v1/me", self.office)[1]["units"])
        # a code says beforehand what it is for
        _, _, seen = self.daemon.http("POST", "/api/v1/pair", json={"token": self.liaison("化学学院", once=True), "preview": True})
        self.assertEqual(seen["units"][0]["college"], "化学学院")

    def test_what_cannot_be_asked_for(self):
        count = len(self.get("/api/v1/tokens", self.office)[1]["tokens"])
        for body, status, code in (
                ({"role": "liaison", "units": ["1班"]}, 422, "unit-unknown"),  # there are two
                ({"role": "liaison", "units": ["化学院"]}, 422, "unit-unknown"),
                ({"role": "liaison", "units": ["2班", "没有的班"]}, 422, "unit-unknown"),
                ({"role": "liaison", "units": []}, 400, "bad-request"),
                ({"role": "liaison", "units": "2班"}, 400, "bad-request"),
                ({"role": "liaison", "units": [self.own]}, 400, "bad-request"),
                ({"role": "liaison", "units": [""]}, 400, "bad-request"),
                ({"role": "liaison", "units": ["x\u202ey"]}, 400, "bad-request"),
                ({"role": "liaison", "units": ["2班"] * 17}, 400, "bad-request"),
                ({"role": "marshal", "units": ["2班"]}, 400, "bad-request"),
                ({"role": "office", "units": ["2班"]}, 400, "bad-request")):
            got, _, answer = self.daemon.http("POST", "/api/v1/tokens", json=body, token=self.office)
            self.assertEqual((got, answer["code"]), (status, code), body)
        self.assertEqual(len(self.get("/api/v1/tokens", self.office)[1]["tokens"]), count)
        _, _, answer = self.daemon.http("POST", "/api/v1/tokens", json={"role": "liaison", "units": ["化学院"]}, token=self.office)
        self.assertIn("化学学院", answer["near"])
        self.assertIn("化学学院", answer["message"]["zh"])
        self.assertIn("化学学院", answer["message"]["en"])

    def test_a_new_list_and_a_restart(self):
        with Daemon(["A"]) as daemon:
            daemon.start().open_event()
            self.daemon_was, type(self).daemon = self.daemon, daemon
            was, type(self).office = self.office, daemon.token("office")
            try:
                self.upload("/api/v1/roster", [(i, *self.CLASSES[i % 3]) for i in range(1, 10)])
                one, college, free = self.liaison("物理学院 / 1班"), self.liaison("化学学院"), daemon.token("liaison")
                device = self.pair(one)
                ids = {(unit["college"], unit["name"]): unit["id"] for unit in self.get("/api/v1/units", free)[1]}
                # the list comes again: physics 1 has another name, and a class joins chemistry
                self.upload("/api/v1/roster", [(i, "物理学院", "物理2022级1班") if i % 3 == 2 else (i, *self.CLASSES[i % 3])
                                               for i in range(1, 10)] + [(20, "化学学院", "3班")])
                for again in range(2):
                    for token in (one, device):
                        _, me = self.get("/api/v1/me", token)
                        self.assertEqual([(unit["name"], unit["people"]) for unit in me["units"]], [("1班", 0)])
                        status, answer = self.get(f"/api/v1/units/{ids['物理学院', '1班']}", token)
                        self.assertEqual((status, answer["unit"]["people"], answer["members"]), (200, 0, []))
                        self.assertEqual(self.get(f"/api/v1/units/{max(ids.values()) + 1}", token)[1]["code"], "unit-not-yours")
                    self.assertEqual([unit["name"] for unit in self.get("/api/v1/units", college)[1]], ["1班", "2班", "3班"]
                                     if ids["化学学院", "1班"] < ids["化学学院", "2班"] else ["2班", "1班", "3班"])
                    listed = daemon.tool_json("token", "list")["tokens"]
                    self.assertEqual([token["units"] and token["units"][0]["people"] for token in listed], [None, 0, 7, None, 0])
                    self.assertEqual(len(self.get("/api/v1/units", free)[1]), 5)
                    self.assertTrue(daemon.tool_json("journal", "verify")["ok"])
                    if not again:
                        self.assertEqual(daemon.stop(), 0)
                        daemon.start()
                self.assertEqual(daemon.stop(), 0)
            finally:
                type(self).daemon, type(self).office = self.daemon_was, was


class Foreign(Http):
    """What a page of another site, of another port of this machine, or under another name can make a browser send."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        code = cls.daemon.token("office", once=True)
        _, headers, _ = cls.daemon.http("POST", "/api/v1/pair", json={"token": code})
        cls.cookie = headers["set-cookie"].split(";")[0]

    def posts(self):
        for route, (allowed, reach) in MAY.items():
            method, path = address(route)
            if method == "POST" and reach != "control":
                yield path

    def ask(self, path, more="", body=b"{}"):
        return ask(self.daemon, "POST", path, cookie=self.cookie, more=more, body=body)

    def test_origin_and_fetch_metadata(self):
        port = self.daemon.port
        foreign = ["Origin: http://evil.example", "Origin: null", f"Origin: https://localhost:{port}", "Origin: http://localhost:1",
                   f"Origin: http://localhost:{port}.evil.example", "Origin: ", "Sec-Fetch-Site: cross-site",
                   "Sec-Fetch-Site: same-site", f"Origin: http://localhost:{port}\r\nSec-Fetch-Site: cross-site"]
        for path in self.posts():
            kind = "Content-Type: application/octet-stream\r\n" if path in UPLOADS else JSON
            for field in foreign:
                with self.subTest(path=path, field=field):
                    status, _, rest = self.ask(path, f"Host: localhost:{port}\r\n{kind}{field}\r\n")
                    self.assertEqual((status, b'"forbidden"' in rest), (403, True))
            status, _, rest = self.ask(path, f"Host: localhost:{port}\r\n{kind}Origin: http://localhost:{port}\r\nSec-Fetch-Site: same-origin\r\n")
            self.assertNotIn(status, (403, 415), path)

    def test_no_type_that_a_form_can_send(self):
        for path in self.posts():
            for kind in ("text/plain", "text/plain; charset=utf-8", "application/x-www-form-urlencoded", "TEXT/PLAIN",
                         "multipart/form-data; boundary=x", "text/plain,application/json", "", None):
                for body in (b'{"state":"open"}', b""):
                    more = "" if kind is None else f"Content-Type: {kind}\r\n"
                    if kind is None and not body:
                        continue  # nothing at all: no form sends that without its type
                    with self.subTest(path=path, kind=kind, body=body):
                        self.assertEqual(self.ask(path, more, body)[0], 415)

    def test_host(self):
        for route in MAY:
            method, path = address(route)
            for host in ("evil.example", "localhost.evil.example", "paihao.example.evil", "127.0.0.1.nip.io", "x@localhost"):
                with self.subTest(route=route, host=host):
                    status, _, rest = ask(self.daemon, method, path, cookie=self.cookie, more=f"Host: {host}\r\n{JSON}",
                                          body=b"{}" if method == "POST" else None)
                    self.assertEqual((status, b'"bad-host"' in rest), (421, True))

    def test_no_answer_is_for_other_origins(self):
        for route in MAY:
            method, path = address(route)
            for asked in (method, "OPTIONS"):
                _, head, _ = ask(self.daemon, asked, path, cookie=self.cookie, body=b"{}" if asked == "POST" else None,
                                 more=f"{JSON}Origin: http://evil.example\r\nAccess-Control-Request-Method: POST\r\n")
                self.assertNotRegex(head.lower(), r"access-control-|\r\nallow: .*options", route)


class Answers(Http):
    """What every answer tells a browser, and what pages are made of."""

    POLICY = {"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self'", "font-src": "'self'",
              "media-src": "'self'", "connect-src": "'self'", "manifest-src": "'self'", "form-action": "'self'",
              "base-uri": "'none'", "frame-ancestors": "'none'"}

    def check(self, answer, is_page):
        _, head, _ = answer
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
        policy = dict(part.strip().split(" ", 1) for part in fields["Content-Security-Policy"].split(";"))
        self.assertEqual(policy, self.POLICY if is_page else {"default-src": "'none'", "frame-ancestors": "'none'"})
        self.assertEqual(fields["X-Content-Type-Options"], "nosniff")
        self.assertEqual(fields["X-Frame-Options"], "DENY")
        self.assertEqual(fields["Referrer-Policy"], "no-referrer")
        self.assertEqual(fields["Cross-Origin-Resource-Policy"], "same-origin")
        self.assertEqual(fields["Cache-Control"], "no-cache" if is_page else "no-store")

    def test_every_route(self):
        for route in MAY:
            method, path = address(route)
            for token in ("", self.office):
                with self.subTest(route=route, token=bool(token)):
                    self.check(ask(self.daemon, method, path, token, more=JSON, body=b'{"x":1}' if method == "POST" else None),
                               route == "GET *")

    def test_every_file(self):
        for path in PAGES:
            with self.subTest(path=path):
                name = "/" + str(path.relative_to(ROOT / "web"))
                answer = ask(self.daemon, "GET", name)
                self.assertEqual(answer[0], 200)
                self.check(answer, True)
                etag = re.search(r"\r\nEtag: ([^\r]+)", answer[1], re.I)[1]
                unchanged = ask(self.daemon, "GET", name, more=f"If-None-Match: {etag}\r\n")
                self.assertEqual(unchanged[0], 304)
                self.check(unchanged, True)

    def test_refusals(self):
        for legend, answer, is_page in (
                ("not found", ask(self.daemon, "GET", "/nothing"), False),
                ("a folder", ask(self.daemon, "GET", "/marshal"), True),
                ("wrong method", ask(self.daemon, "DELETE", "/api/v1/me"), False),
                ("foreign", ask(self.daemon, "GET", "/", more="Host: evil.example\r\n"), False),
                ("too large", ask(self.daemon, "POST", "/api/v1/pair", more=JSON + "Content-Length: 9999999\r\n"), False)):
            with self.subTest(legend):
                self.check(answer, is_page)

    def test_pages_have_nothing_inline(self):
        class Look(html.parser.HTMLParser):
            def __init__(self):
                super().__init__(convert_charrefs=True)
                self.bad, self.inside = [], ""

            def handle_starttag(self, tag, attributes):
                given = dict(attributes)
                self.inside = tag if tag in ("script", "style") else ""
                if tag in ("style", "base", "iframe", "object", "embed") or (tag == "script" and not (given.get("src") or "").startswith("/")):
                    self.bad.append(tag)
                if tag == "meta" and (given.get("http-equiv") or "").lower() in ("refresh", "content-security-policy"):
                    self.bad.append("meta")
                for name, value in attributes:
                    if name.startswith("on") or name == "style" or (
                            name in ("href", "src", "action", "formaction") and not re.match(r"[/#?](?!/)", value or "/")):
                        self.bad.append(f"{tag} {name}={value}")

            def handle_data(self, data):
                if self.inside and data.strip():
                    self.bad.append(f"{self.inside}: {data.strip()[:40]}")

            def handle_endtag(self, tag):
                self.inside = ""

        for path in PAGES:
            text = path.read_text(encoding="utf-8")
            with self.subTest(path=path):
                if path.suffix == ".html":
                    look = Look()
                    look.feed(text)
                    self.assertEqual(look.bad, [])
                elif path.suffix == ".js":
                    self.assertNotRegex(text, r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
                                              r"|createContextualFragment|srcdoc|setAttribute\(['\"](style|on)|javascript:|cssText"
                                              r"|set(Timeout|Interval)\(\s*['\"`]")
                    self.assertNotRegex(text, r"(import|from|fetch\(|EventSource\()\s*['\"](https?:)?//")
                elif path.suffix == ".css":
                    self.assertNotRegex(text, r"url\(\s*['\"]?(https?:|//|data:)|@import|expression\(")


class Pairing(Http):
    def pair(self, token, cookie="", source="127.0.0.1", preview=False):
        body = json.dumps({"token": token, **({"preview": True} if preview else {})}).encode()
        got = exchange(self.daemon.port, post("/api/v1/pair", body, more=(f"Cookie: {cookie}\r\n" if cookie else "") + "Connection: close\r\n"),
                       source=source)[0]
        head, _, rest = got.partition(b"\r\n\r\n")
        found = re.search(rb"Set-Cookie: ([^\r]+)", head, re.I)
        return status_of(got), json.loads(rest), found[1].decode() if found else ""

    def listed(self):
        answer = self.daemon.http("GET", "/api/v1/tokens", token=self.office)[2]
        return {token["id"]: token for token in answer["tokens"]}

    def make(self, **wish):
        status, _, made = self.daemon.http("POST", "/api/v1/tokens", json={"role": "display", "once": True, **wish}, token=self.office)
        self.assertEqual(status, 201, made)
        return made

    def test_the_answer(self):
        made = self.make(role="photographer", lane="A", name="A 机位摄影师平板")
        self.assertEqual(set(made), {"token", "url", "id", "qr", "reach", "expires_in_s"})
        self.assertEqual(made["url"], f"http://127.0.0.1:{self.daemon.port}/pair/#token={made['token']}")
        self.assertEqual((made["reach"], made["expires_in_s"]), ("this-machine", 900))
        qr = made["qr"]
        self.assertEqual((qr["size"] - 21) % 4, 0)
        self.assertEqual([len(row) for row in qr["rows"]], [qr["size"]] * qr["size"])
        self.assertEqual(set("".join(qr["rows"])), {"0", "1"})
        self.assertTrue(qr["rows"][0].startswith("11111110") and qr["rows"][6].startswith("11111110"))
        status, body, cookie = self.pair(made["token"])
        self.assertEqual((status, body), (200, {"role": "photographer", "lane": "A", "name": "A 机位摄影师平板"}))
        for flag in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="):
            self.assertIn(flag, cookie)
        self.assertNotIn("Domain", cookie)
        session = [token for token in self.listed().values() if token["parent"] == made["id"]]
        self.assertEqual([(one["kind"], one["name"], one["role"], one["lane"]) for one in session],
                         [("session", "A 机位摄影师平板", "photographer", "A")])

    def test_what_became_of_a_code(self):
        used = self.make()
        self.assertEqual(self.pair(used["token"])[0], 200)
        revoked = self.make()
        self.daemon.http("POST", f"/api/v1/tokens/{revoked['id']}/revoke", json={}, token=self.office)
        for token, why in ((used["token"], "used"), (revoked["token"], "revoked"), ("x" * 43, "unknown"), ("short", "unknown")):
            status, body, cookie = self.pair(token, source="127.0.0.21")
            self.assertEqual((status, body["code"], body["why"], cookie), (401, "bad-token", why, ""))
            self.assertRegex(body["message"]["zh"], "请负责人重新生成")
            self.assertIn("Ask for a new one", body["message"]["en"])

    def test_looking_spends_nothing(self):
        made = self.make(name="电视")
        for _ in range(2):
            self.assertEqual(self.pair(made["token"], preview=True), (200, {"role": "display", "lane": None, "name": "电视"}, ""))
        self.assertEqual(self.pair(made["token"])[0], 200)

    def test_a_device_has_one_session(self):
        first, second = self.make(name="one"), self.make(name="two", role="marshal")
        cookie = self.pair(first["token"])[2].split(";")[0]
        # the same link again on the same device goes on as it is
        self.assertEqual(self.pair(first["token"], cookie), (200, {"role": "display", "lane": None, "name": "one"}, ""))
        self.assertEqual(self.pair(first["token"], "paihao=" + "y" * 43)[0], 401)
        new = self.pair(second["token"], cookie)[2].split(";")[0]
        self.assertEqual(self.daemon.http("GET", "/api/v1/me", headers={"Cookie": cookie})[0], 401)
        self.assertEqual(self.daemon.http("GET", "/api/v1/me", headers={"Cookie": new})[2]["role"], "marshal")
        # a bearer token in the cookie's place is nobody's session: it stays
        bearer = self.daemon.token("display")
        self.assertEqual(self.pair(self.make()["token"], f"paihao={bearer}")[0], 200)
        self.assertEqual(self.daemon.http("GET", "/api/v1/me", token=bearer)[0], 200)
        # nor does a session's text pair a device
        self.assertEqual(self.pair(new.split("=")[1], source="127.0.0.22")[0], 401)

    def test_one_code_for_many_devices_at_once(self):
        made = self.make()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: self.pair(made["token"]), range(8)))
        self.assertEqual(sorted(status for status, _, _ in answers), [200] + [401] * 7)
        self.assertEqual(len([one for one in self.listed().values() if one["parent"] == made["id"]]), 1)

    def test_guesses_are_limited_and_lock_nobody_out(self):
        statuses = [self.pair("z" * 43, source="127.0.0.31")[0] for _ in range(13)]
        self.assertEqual(statuses, [401] * 10 + [429] * 3)
        self.assertEqual(self.pair("z" * 43, source="127.0.0.32")[0], 401)  # another address
        # behind the same address the right one passes, also what was used is told as such
        made = self.make()
        self.assertEqual(self.pair(made["token"], source="127.0.0.31")[0], 200)
        status, body, _ = self.pair(made["token"], source="127.0.0.31")
        self.assertEqual((status, body["why"]), (401, "used"))

    def test_an_ended_device_is_no_guesser(self):
        cookie = self.pair(self.make(name="gone")["token"])[2].split(";")[0]
        [mine] = [one for one in self.listed().values() if one["name"] == "gone" and one["kind"] == "session"]
        self.daemon.http("POST", f"/api/v1/tokens/{mine['id']}/revoke", json={}, token=self.office)
        request = f"GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n".encode()
        self.assertEqual({status_of(exchange(self.daemon.port, request, source="127.0.0.41")[0]) for _ in range(15)}, {401})
        self.assertEqual(self.pair("w" * 43, source="127.0.0.41")[0], 401)

    def test_names(self):
        for name, status in (("一" * 20, 201), ("一" * 21, 400), ("a" * 60, 201), ("a" * 61, 400), ("", 400), ("a\nb", 400),
                             ("a\u202eb", 400), ("a\u0000b", 400), ("\u200b", 400), ("🎓𠮷", 201), ("<script>alert(1)</script>", 201),
                             (5, 400)):
            with self.subTest(name=name):
                answer = self.daemon.http("POST", "/api/v1/tokens", json={"role": "display", "once": True, "name": name}, token=self.office)
                self.assertEqual(answer[0], status, answer[2])
                if status == 201:
                    self.assertEqual(self.listed()[answer[2]["id"]]["name"], name)
                tool = self.daemon.tool("--json", "token", "create", "--role", "display", "--name", str(name), check=False) \
                    if isinstance(name, str) and "\0" not in name else None
                if tool:
                    self.assertEqual(tool.returncode, 0 if status == 201 else 2, tool.stderr)
        raw = b'{"role":"display","name":"\xff\xfe"}'
        self.assertEqual(ask(self.daemon, "POST", "/api/v1/tokens", self.office, more=JSON, body=raw)[0], 400)

    def test_last_seen(self):
        made = self.make(role="marshal", name="seen")
        self.assertIsNone(self.listed()[made["id"]]["seen_at"])
        cookie = self.pair(made["token"])[2].split(";")[0]
        [mine] = [one["id"] for one in self.listed().values() if one["parent"] == made["id"]]
        first = self.listed()[mine]["seen_at"]
        time.sleep(0.01)
        self.daemon.http("GET", "/api/v1/me", headers={"Cookie": cookie})
        second = self.listed()[mine]["seen_at"]
        self.assertGreater(second, first)
        seq = self.daemon.snapshot("A", self.office)["seq"]
        code = self.daemon.stop()
        self.assertEqual(code, 0)
        [line] = [one for one in self.daemon.tool_json("token", "list")["tokens"] if one["id"] == mine]
        self.assertEqual((line["seen_at"], line["name"]), (second, "seen"))
        shown = self.daemon.tool("token", "list").stdout
        self.assertRegex(shown, rf"(?m)^ *{mine} .* seen {re.escape(second)}  seen$")
        self.assertEqual(self.daemon.tool("journal", "verify", check=False).returncode, 0)
        self.daemon.start()
        self.assertEqual(self.listed()[mine]["seen_at"], second)
        self.assertEqual(self.daemon.snapshot("A", self.office)["seq"], seq)
        # the backup has it, too
        copy = self.daemon.folder / "copy.db"
        self.daemon.tool("backup", "--output", copy)
        got = subprocess.run(["sqlite3", copy, f"SELECT name FROM token WHERE id = {mine}"], capture_output=True, text=True, check=True)
        self.assertEqual(got.stdout.strip(), "seen")


class Overall(unittest.TestCase):
    def test_many_addresses_together(self):
        with Daemon(["A"]) as daemon:
            daemon.start().open_event()
            right = daemon.token("display")
            statuses = []
            for i in range(140):
                request = post("/api/v1/pair", b'{"token":"%s"}' % (b"q" * 43), more="Connection: close\r\n")
                statuses.append(status_of(exchange(daemon.port, request, source=f"127.0.1.{i + 1}")[0]))
            self.assertEqual(statuses, [401] * 120 + [429] * 20)
            self.assertEqual(daemon.http("POST", "/api/v1/pair", json={"token": right})[0], 200)


class Secrets(unittest.TestCase):
    """A token's text is in no log, no address, no file and no answer but the one that gives it out."""

    def test_nowhere(self):
        with Daemon(["A"], more='log_level = "debug"\n' if self.knows_log_level() else "") as daemon:
            daemon.start().open_event()
            office = daemon.token("office")
            made = daemon.http("POST", "/api/v1/tokens", json={"role": "marshal", "once": True}, token=office)[2]
            headers = daemon.http("POST", "/api/v1/pair", json={"token": made["token"]})[1]
            session = re.match(r"paihao=([\w-]{43});", headers["set-cookie"])[1]
            secrets = [office, made["token"], session]
            answers = []
            for path in ("/api/v1/me", "/api/v1/tokens", "/api/v1/event", "/metrics", "/api/v1/lanes/A", "/api/v1/handover/lanes/A/numbers.csv"):
                answers.append(str(daemon.http("GET", path, token=office)))
                answers.append(str(daemon.http("GET", path, headers={"Cookie": f"paihao={session}"})))
            # also where it does not belong: in an address, a wrong body, a wrong header
            for path in (f"/pair/?token={made['token']}", f"/{session}", f"/api/v1/lanes/{office}"):
                answers.append(str(daemon.http("GET", path, token=office)))
            daemon.http("POST", "/api/v1/pair", raw=b'{"token":"' + made["token"].encode(), headers={"Content-Type": "application/json"})
            daemon.http("POST", "/api/v1/pair", json={"token": made["token"]})
            daemon.http("GET", "/api/v1/me", headers={"Authorization": f"Basic {base64.b64encode(session.encode()).decode()}"})
            answers.append(daemon.tool("token", "list").stdout + daemon.tool("journal", "tail", "-n", "1000").stdout)
            daemon.tool("backup", "--output", daemon.folder / "copy.db")
            self.assertEqual(daemon.stop(), 0)
            for secret in secrets:
                self.assertTrue(all(secret not in answer for answer in answers))
                for path in daemon.folder.rglob("*"):
                    if path.is_file():
                        self.assertNotIn(secret.encode(), path.read_bytes(), path)

    @staticmethod
    def knows_log_level():
        return "log_level" in (ROOT / "daemon/base/config.c").read_text() + (ROOT / "daemon/base/config_settings.c").read_text()

    def test_links_go_behind_the_hash(self):
        with Daemon(["A"]) as daemon:
            daemon.start().open_event()
            office = daemon.token("office")
            for role in sorted(ALL):
                for once in (True, False):
                    made = daemon.http("POST", "/api/v1/tokens", json={"role": role, "once": once}, token=office)[2]
                    before, _, behind = made["url"].partition("#")
                    self.assertEqual(behind, f"token={made['token']}")
                    self.assertNotIn(made["token"], before)


class Network(unittest.TestCase):
    """A server that others reach: over this machine's own address in the network, and under TLS."""

    @staticmethod
    def own_address():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            try:
                one.connect(("192.0.2.1", 9))  # nothing is sent
            except OSError:
                return None
            return one.getsockname()[0]

    def test_what_strangers_of_the_network_get(self):
        own = self.own_address()
        with Daemon(["A"]) as daemon:
            daemon.write_config(daemon.config_text().replace("127.0.0.1:", "0.0.0.0:"))
            daemon.start().open_event()
            office = daemon.token("office")
            made = daemon.http("POST", "/api/v1/tokens", json={"role": "display", "once": True}, token=office)[2]
            if not own or own.startswith("127."):
                self.assertEqual(made["reach"], "no-network")
                return
            self.assertEqual(made["reach"], "network")
            self.assertRegex(made["url"], rf"^http://[\d.]+:{daemon.port}/pair/#")
            self.assertNotIn("//127.", made["url"])
            # who came in by an address is told that one
            made = daemon.http("POST", "/api/v1/tokens", json={"role": "display", "once": True}, token=office,
                               headers={"Host": f"{own}:{daemon.port}"})[2]
            self.assertTrue(made["url"].startswith(f"http://{own}:{daemon.port}/pair/#"), made["url"])

            def metrics(token):
                who = f"Authorization: Bearer {token}\r\n" if token else ""
                with socket.create_connection((own, daemon.port), timeout=10 * PATIENCE) as one:
                    one.sendall(f"GET /metrics HTTP/1.1\r\nHost: {own}\r\n{who}Connection: close\r\n\r\n".encode())
                    return status_of(one.recv(65536))

            self.assertEqual([metrics(token) for token in ("", daemon.token("marshal"), office)], [401, 403, 200])

    def test_under_tls(self):
        with Daemon(["A"]) as daemon:
            cert, key = daemon.folder / "cert.pem", daemon.folder / "key.pem"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
                            "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert], check=True, capture_output=True)
            daemon.write_config(daemon.config_text().replace(" }\nlane", f' tls_cert = "{cert}" tls_key = "{key}" }}\nlane', 1))
            daemon.spawn()
            wait_until(lambda: (daemon.data / "control.sock").exists(), 10, "the daemon")
            code = daemon.token("office", once=True)
            context = ssl.create_default_context(cafile=str(cert))

            def send(data):
                with context.wrap_socket(socket.create_connection(("127.0.0.1", daemon.port), timeout=10 * PATIENCE), server_hostname="localhost") as one:
                    one.sendall(data)
                    answer = b""
                    while piece := one.recv(65536):
                        answer += piece
                return answer

            answer = send(post("/api/v1/pair", json.dumps({"token": code}).encode(), more="Connection: close\r\n", host="localhost"))
            cookie = re.search(rb"Set-Cookie: (paihao=[\w-]{43}; [^\r]+)", answer, re.I)[1].decode()
            for flag in ("; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/"):
                self.assertIn(flag, cookie)
            for origin, status in (("https://localhost", 201), ("http://localhost", 403), ("https://evil.example", 403)):
                got = send(post("/api/v1/tokens", b'{"role":"display","once":true}', host="localhost",
                                more=f"Cookie: {cookie.split(';')[0]}\r\nOrigin: {origin}\r\nConnection: close\r\n").replace(b"Authorization: Bearer \r\n", b""))
                self.assertEqual(status_of(got), status, origin)
                if status == 201:
                    self.assertIn(f'"url":"https://127.0.0.1:{daemon.port}/pair/#token='.encode(), got)
            self.assertEqual(daemon.stop(), 0)


class Tables(unittest.TestCase):
    """What a spreadsheet would run stays text in what leaves."""

    def test_numbers(self):
        names = ["=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "＝1+1", '"><img src=x onerror=alert(1)>', "<script>alert(1)</script>", "𠮷🎓"]
        with Daemon(["A"]) as daemon:
            daemon.start().open_event()
            office = daemon.token("office")
            for i, name in enumerate(names):
                status, ticket = daemon.check_in("A", {**manual(i), "name": name}, office)
                self.assertEqual(status, 201, ticket)
                status, _ = daemon.act("A", ticket["number"], "void", office, {"reason": names[-1 - i]})
                self.assertEqual(status, 200)
            data = daemon.http("GET", "/api/v1/handover/lanes/A/numbers.csv", token=office)[2]
            rows = list(csv.reader(data.decode("utf-8-sig").splitlines()))
            cells = [cell for row in rows[1:] for cell in row]
            for cell in cells:
                self.assertNotRegex(cell, r"^[=+\-@＝＋－＠\t\r]")
            for name in names:
                guarded = name if name[0] in '"<𠮷' else "'" + name
                self.assertIn(guarded, cells)
            # what hides or turns text is refused where it is typed
            for name in ("张\u202e三", "张\u200b三", "张\x07三"):
                status, answer = daemon.check_in("A", {**manual(90), "name": name}, office)
                self.assertEqual((status, answer["code"]), (400, "bad-request"))


if __name__ == "__main__":
    unittest.main()
