"""A whole synthetic day with everything personal in it; then every output is searched for it: logs, metrics, the journal and
its raw table, backups, what the tool prints, what small roles see, the agency package, the certificate. Names, numbers,
codes and reasons may stand in the school's package, in the lists and files for the office, and nowhere else."""

import json
import pathlib
import re
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

import emulated
import harness
import school_day
from harness import Daemon, capture_code, manual, person
from safety_test import backup_conf, sign_ledger
from secrets_of import Secrets

REASON = "李测试 身份证 99010120000101 看错"
PAYLOAD = b"synthetic \x00\xfe capture code of somebody"
SCANNED = "synthetic-scanned-code-0001"


class PrivacyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stick = pathlib.Path(tempfile.mkdtemp(prefix="paihao-stick-"))
        cls.addClassCleanup(shutil.rmtree, cls.stick, True)
        cls.rig = emulated.Rig(sam=["door"], scanner=["gun"], options=["--fast"])
        cls.addClassCleanup(cls.rig.close)
        cls.daemon = Daemon([harness.Lane("A", "E201", 0, (
            harness.Reader("door", "sam", f"serial:{cls.rig.path('door')}"),
            harness.Reader("gun", "scanner", f"serial:{cls.rig.path('gun')}")))], more=backup_conf(cls.stick))
        cls.addClassCleanup(cls.daemon.close)
        cls.secrets = Secrets()
        cls.outputs = {}  # where -> what came out there, which nobody but the office may know
        cls.people = school_day.School(2026, 7000).admit(8, "测试学院", "样例一班", "本科")
        cls.guest = school_day.with_passport(school_day.Student("TEST GUEST"), "UT1234567", "TESTGUEST", "SAMPLE")
        cls.secrets.add("a name", *(one.name for one in cls.people), *(person(i).name for i in range(4)), "TESTGUEST")
        cls.secrets.add("an ID number", *(one.id_number for one in cls.people), *(person(i).id_number for i in range(4)))
        cls.secrets.add("a student number", *(one.student_no for one in cls.people))
        cls.secrets.add("a passport", *cls.guest.mrz, "UT1234567")
        cls.secrets.add("a payload", PAYLOAD, SCANNED)
        cls.secrets.add("a reason", REASON, "李测试")
        cls.day()

    # -- the day

    @classmethod
    def keep(cls, where, text):
        cls.outputs[where] = cls.outputs.get(where, b"") + (text.encode() if isinstance(text, str) else text) + b"\n"

    @classmethod
    def tool(cls, *args, check=True):
        done = cls.daemon.tool(*args, check=check)
        cls.keep("tool " + " ".join(map(str, args[:3])), done.stdout + done.stderr)
        return done

    @classmethod
    def answer(cls, where, answer):
        status, body = answer
        assert status < 300, (where, status, body)
        return body

    @classmethod
    def day(cls):
        daemon = cls.daemon
        roster, paid = daemon.folder / "people.csv", daemon.folder / "paid.csv"
        roster.write_bytes(school_day.as_csv(school_day.roster_rows(cls.people)))
        paid.write_bytes(school_day.as_csv([("姓名", "学号"), *((one.name, one.student_no) for one in cls.people[:3])]))
        cls.tool("event", "create", "--name", "测试日")
        daemon.tool("roster", "import", roster)  # tells the office of its own list
        daemon.tool("payments", "import", paid, check=False)
        cls.tool("session", "open", "--lane", "A")
        tokens = {role: daemon.token(role) for role in ("office", "marshal", "photographer", "display")}
        daemon.start()
        cls.streams = [daemon.events("A", tokens["display"])]
        harness.wait_until(lambda: {one["state"] for one in daemon.snapshot("A", tokens["office"])["readers"]} == {"ready"},
                           what="the readers")
        cls.door(tokens)
        cls.camera(tokens)
        cls.rest(tokens)
        for stream in cls.streams:
            stream.close()
            cls.keep("the television's stream", json.dumps([event.data for event in stream.seen], ensure_ascii=False))

    @classmethod
    def door(cls, tokens):
        daemon = cls.daemon
        with daemon.events("A", tokens["marshal"]) as events:
            for one in cls.people[:2]:
                cls.rig.command(f'tap door id {one.id_number} "{one.name}" 20360101')
                events.wait_for(lambda event: event.event == "door")
            cls.rig.command(f"scan gun {SCANNED.encode().hex()} 300")
            events.wait_for(lambda event: event.event == "door")
        shown = [school_day.typed_student_number(cls.people[2]), school_day.id_card(cls.people[3]), manual(0), manual(1),
                 capture_code(PAYLOAD), school_day.passport(cls.guest)]
        for index, body in enumerate(shown):
            cls.answer("door", daemon.check_in("A", body, tokens["marshal"], key=f"key-{index}"))
        for body in ({**manual(2), "name": "x" * 500}, {**manual(3), "id_number": person(3).id_number[:17] + "Z"},
                     {**manual(0), "name": person(2).name}, {"medium": "passport", "mrz": ["P<", cls.guest.mrz[1]]}):
            status, problem = daemon.check_in("A", body, tokens["marshal"])
            assert status >= 400
            cls.keep("refusals", json.dumps(problem, ensure_ascii=False))

    @classmethod
    def camera(cls, tokens):
        daemon, token = cls.daemon, tokens["photographer"]
        numbers = sorted(one["number"] for one in daemon.snapshot("A", tokens["office"])["line"])
        for number, steps in zip(numbers, (("call", "shot", "retake", "shot"), ("call", "miss"), ("void",), ("call", "shot"),
                                           ("call", "mismatch"))):
            for step in steps:
                body = {"reason": REASON} if step in ("retake", "void", "miss", "mismatch", "leave") else {}
                cls.answer(step, daemon.act("A", number, step, token, body))
        status, _, answer = daemon.http("POST", "/api/v1/lanes/A/resolve", token=tokens["marshal"],
                                        json={"decision": "order-right", "reason": REASON})
        assert status == 200, answer
        for number in numbers:
            state = daemon.http("GET", "/api/v1/lanes/A", token=tokens["office"])[2]
            for one in [state["current"], *state["line"]]:
                if one and one["number"] == number and one["state"] in ("waiting", "called"):
                    cls.answer("leave", daemon.act("A", number, "leave", tokens["marshal"], {"reason": REASON}))
        for void in daemon.snapshot("A", tokens["office"])["open_voids"]:
            cls.answer("acknowledge", daemon.act("A", void["number"], "acknowledge", token))

    @classmethod
    def rest(cls, tokens):
        daemon = cls.daemon
        for path in ("/metrics", "/healthz", "/api/v1/event", "/api/v1/tallies", "/api/v1/units", "/api/v1/tokens",
                     "/api/v1/rules", "/api/v1/schedule"):
            status, _, body = daemon.http("GET", path, token=tokens["office"])
            cls.keep(f"GET {path}", body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False))
        for path in ("/api/v1/lanes/A", "/api/v1/event", "/api/v1/me"):
            body = daemon.http("GET", path, token=tokens["display"])[2]
            cls.keep(f"television GET {path}", json.dumps(body, ensure_ascii=False))
        for args in (("event", "status"), ("units",), ("tallies",), ("token", "list"), ("journal", "verify"),
                     ("--json", "journal", "tail", "-n", "100000"), ("journal", "tail", "-n", "100000"), ("backup",)):
            cls.tool(*args)
        slips = daemon.folder / "slips.html"
        cls.tool("paper", "slips", "--lane", "A", "--output", slips, "--count", "20")
        cls.keep("slips", slips.read_bytes())
        sign_ledger(daemon)
        cls.tool("ledger")
        cls.tool("session", "close", "--lane", "A")
        cls.tool("event", "close")
        harness.wait_until(lambda: list(cls.stick.glob("*.db")), 30, "a backup")

    # -- the searches

    def nothing(self, found):
        self.assertEqual([(where, what) for where, what, _ in found], [])

    def test_the_search_can_find(self):
        daemon = self.daemon
        names = daemon.tool("handover", "numbers", "--lane", "A").stdout
        kinds = {what.split(" as ")[0] for _, what, _ in self.secrets.found_in(names)}
        self.assertLessEqual({"a name", "a student number", "a reason"}, kinds)
        self.assertNotIn("an ID number", kinds)  # masked there, too

    def test_outputs(self):
        self.assertGreater(len(self.outputs), 15)
        for where, text in self.outputs.items():
            with self.subTest(where):
                self.nothing(self.secrets.found_in(text, where))

    def test_logs_of_daemon_and_readers(self):
        log = self.daemon.log_text()
        self.assertIn("listening on", log)
        self.nothing(self.secrets.found_in(log, "log"))
        self.assertIsNone(re.search(r"9901\d{13}[\dX]", log))

    def test_the_raw_journal_and_everything_else_in_the_data_folder(self):
        with sqlite3.connect(f"file:{self.daemon.data / 'event.db'}?mode=ro", uri=True) as connection:
            for table, in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
                for row in connection.execute(f"SELECT * FROM {table}"):
                    for value in row:
                        if isinstance(value, (str, bytes)):
                            self.nothing(self.secrets.found_in(value, table))
        connection.close()
        self.nothing(self.secrets.found_under(self.daemon.data))

    def test_backups(self):
        self.assertTrue(list(self.stick.glob("*.db")))
        self.nothing(self.secrets.found_under(self.stick))
        key = (self.daemon.data / "secret.key").read_text().splitlines()[1]
        for path in self.stick.iterdir():
            for form in (key.encode(), bytes.fromhex(key)):
                self.assertNotIn(form, path.read_bytes(), path)

    def test_the_command_line_of_readers_and_daemon(self):
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                text = (process / "cmdline").read_bytes()
            except OSError:
                continue
            if b"paihao" in text:
                self.nothing(self.secrets.found_in(text, str(process)))

    def package(self, kind):
        """Made as the office makes it, its workbooks taken apart. Gives the folder."""
        folder = self.daemon.folder / kind
        folder.mkdir()
        self.tool("handover", kind, "--output", folder)
        self.assertTrue(list(folder.iterdir()))
        for book in list(folder.rglob("*.xlsx")):
            parts = book.with_suffix(".parts")
            parts.mkdir()
            subprocess.run(["bsdtar", "-xf", book, "-C", parts], check=True)
        return folder

    def test_the_packages(self):
        self.nothing(self.secrets.without("a payload").found_under(self.package("agency")))
        school = {what.split(" as ")[0] for _, what, _ in self.secrets.found_under(self.package("school"))}
        self.assertLessEqual({"a name", "a student number"}, school)

    def test_z_the_certificate(self):
        """Last by its name: afterwards there is nothing left to search for."""
        daemon = self.daemon
        for kind in ("agency", "school"):
            self.tool("handover", kind, "--output", tempfile.mkdtemp(dir=daemon.folder))
        page = daemon.folder / "certificate.html"
        self.assertTrue(daemon.is_running)
        said = self.tool("purge", "--yes", "--certificate", page)
        self.nothing(self.secrets.found_in(page.read_bytes(), "certificate"))
        self.nothing(self.secrets.found_in(said.stdout + said.stderr, "purge"))
        self.assertIn(str(self.stick), page.read_text())
        self.assertEqual(daemon.process.wait(20), 0)
        digests = re.findall(r"SHA-256 ([0-9a-f]{64})", said.stdout)
        self.assertEqual(len(set(digests)), 2, said.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
