"""paihao(1) from outside: every command alone and beside a running daemon, and everything that can be wrong around it."""

import csv
import datetime
import fcntl
import io
import json
import os
import pty
import re
import resource
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import threading
import time
import unittest

import harness
from harness import Daemon, capture_code, manual, person

ROLES = ("display", "photographer", "marshal", "liaison", "check", "office")


def settled(text, daemon):
    """What may differ between two runs, put into words."""
    text = text.replace(str(daemon.folder), "FOLDER").replace(str(daemon.port), "PORT")
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", "TIME", text)
    text = re.sub(r"\d{8}T\d{6}Z", "STAMP", text)
    text = re.sub(r'"answers":\d+', "ANSWERS", text)  # requests to a daemon carry idempotency keys
    text = re.sub(r"\b[0-9a-f]{64}\b", "HASH", text)
    return re.sub(r"(?<![\w-])[\w-]{43}(?![\w-])", "TOKEN", text)


def refusal(done):
    """The code of a refusal, checked to be told in both ways."""
    match = re.match(r"paihao: ([a-z-]+): .+ / .*[\u4e00-\u9fff].*\n$", done.stderr)
    assert match, done.stderr
    return match[1]


class Case(unittest.TestCase):
    def daemon(self, *args, **options):
        daemon = Daemon(*args, **options)
        self.addCleanup(daemon.close)
        return daemon

    def refused(self, daemon, code, exit_code, *args, **options):
        done = daemon.tool("--json", *args, check=False, **options)
        self.assertEqual((refusal(done), done.returncode), (code, exit_code), done.stderr)
        told = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual(told["code"], code)
        self.assertEqual(set(told["message"]), {"zh", "en"})
        return told


class BothWays(Case):
    """The same commands in the same order, once alone and once beside a daemon, give the same results."""

    STEPS = (
        (1, "event", "status"),
        (1, "session", "open", "--lane", "A"),
        (1, "event", "close"),
        (0, "token", "create", "--role", "office"),
        (0, "token", "create", "--role", "photographer", "--lane", "A", "--once"),
        (1, "token", "create", "--role", "marshal", "--lane", "Z"),
        (1, "event", "create", "--name", "x", "--profile", "hunnu-2020"),
        (1, "event", "create", "--name", ""),
        (1, "event", "create", "--name", "two\nlines"),
        (1, "event", "create", "--name", "x" * 201),
        (0, "event", "create", "--name", "毕业 \"2026\" / graduation", "--profile", "default"),
        (1, "event", "create", "--name", "another"),
        (0, "event", "status"),
        (0, "session", "open", "--lane", "A"),
        (0, "session", "open", "--lane", "A"),
        (1, "session", "open", "--lane", "Z"),
        (1, "session", "open", "--lane", "a/b?c"),
        (1, "session", "close", "--lane", ""),
        (0, "session", "open", "--lane", "B-1"),
        (0, "session", "close", "--lane", "B-1"),
        (0, "token", "list"),
        (0, "token", "revoke", "1"),
        (0, "token", "revoke", "1"),
        (1, "token", "revoke", "77"),
        (0, "token", "list"),
        (0, "handover", "numbers", "--lane", "A"),
        (1, "handover", "numbers", "--lane", "Z"),
        (0, "handover", "numbers", "--lane", "A", "--output", "{folder}"),
        (1, "handover", "numbers", "--lane", "A", "--output", "{folder}"),
        (0, "handover", "numbers", "--lane", "A", "--output", "{folder}", "--force"),
        (3, "handover", "numbers", "--lane", "A", "--output", "{folder}/gone/x.csv"),
        (0, "journal", "tail"),
        (0, "journal", "tail", "-n", "3"),
        (0, "journal", "verify"),
        (0, "backup"),
        (0, "backup", "--output", "{folder}/copy.db"),
        (1, "backup", "--output", "{folder}/copy.db"),
        (3, "backup", "--output", "{folder}/gone/copy.db"),
        (0, "event", "close"),
        (1, "session", "open", "--lane", "A"),
        (0, "event", "status"),
        (0, "journal", "verify"),
    )

    def run_steps(self, daemon, *options):
        results = []
        for expected, *args in self.STEPS:
            args = [arg.replace("{folder}", str(daemon.folder)) for arg in args]
            done = daemon.tool(*args, *options, check=False)
            self.assertEqual(done.returncode, expected, (args, done.stdout, done.stderr))
            if done.returncode:
                refusal(done)
            results.append((args[:2], settled(done.stdout, daemon), settled(done.stderr, daemon)))
        return results

    def compare(self, *options):
        lanes = [harness.Lane("A", "E201"), harness.Lane("B-1", "", 5)]
        alone, beside = self.daemon(lanes), self.daemon(lanes)
        beside.start()
        for one, other in zip(self.run_steps(alone, *options), self.run_steps(beside, *options)):
            self.assertEqual(one, other)
        self.assertEqual(beside.stop(), 0)

    def test_as_text(self):
        self.compare()

    def test_as_json(self):
        self.compare("--json")

    def test_a_started_daemon_sees_what_the_tool_did_and_the_other_way_round(self):
        daemon = self.daemon()
        token = daemon.token("office")
        daemon.open_event("before")
        daemon.start()
        status, ticket = daemon.check_in("A", manual(1), token)
        self.assertEqual((status, ticket["number"]), (201, "A0001"))
        daemon.tool("session", "close", "--lane", "A")
        self.assertEqual(daemon.check_in("A", manual(2), token)[1]["code"], "session-closed")
        daemon.stop()
        counts = daemon.tool_json("event", "status")["lanes"][0]["counts"]
        self.assertEqual((counts["issued"], counts["waiting"]), (1, 1))
        self.refused(daemon, "line-not-empty", 1, "event", "close")

    def test_json_of_the_status(self):
        daemon = self.daemon([harness.Lane("A", "E201", 7)])
        daemon.open_event("毕业")
        event = daemon.tool_json("event", "status")
        self.assertEqual([event["name"], event["state"], event["profile"]], ["毕业", "open", "default"])
        lane, = event["lanes"]
        self.assertEqual([lane["lane"], lane["room"], lane["line_limit"]], ["A", "E201", 7])
        self.assertEqual([lane["session"]["state"], lane["session"]["number"]], ["open", 1])
        self.assertEqual(lane["counts"], dict.fromkeys(("issued", "waiting", "called", "shot", "missed", "void"), 0))


class SessionClose(Case):
    def test_names_everybody_who_is_still_open(self):
        for beside in (False, True):
            daemon = self.daemon()
            token = daemon.token("office")
            daemon.open_event("day").start()
            for index in range(1, 6):
                self.assertEqual(daemon.check_in("A", manual(index), token)[0], 201)
            for number, action, body in (("A0001", "call", None), ("A0001", "shot", {}), ("A0002", "call", None),
                                         ("A0005", "void", {"reason": "test"}), ("A0002", "mismatch", {"reason": "x"})):
                status, answer = daemon.act("A", number, action, token, body)
                self.assertEqual(status, 200, answer)
            if not beside:
                daemon.stop()
            closed = daemon.tool_json("session", "close", "--lane", "A")
            self.assertEqual([ticket["number"] for ticket in closed["open"]], ["A0002", "A0003", "A0004"])
            self.assertEqual([ticket["state"] for ticket in closed["open"]], ["called", "waiting", "waiting"])
            self.assertEqual([ticket["number"] for ticket in closed["open_voids"]], ["A0005"])
            self.assertEqual(closed["stopped"]["number"], "A0002")
            self.assertEqual(set(closed["stopped"]), {"number", "state", "name", "unit"})
            self.assertNotIn(person(2).name, json.dumps(closed, ensure_ascii=False))
            said = daemon.tool("session", "close", "--lane", "A").stdout
            for line in ("still open / 尚未完成: A0004", "void, not acknowledged / 作废待确认: A0005",
                         "待处理: A0002"):
                self.assertIn(line, said)


class OlderDatabase(Case):
    """A backup that the version before has made: verified as it lies there, then used (README, "To use a backup")."""

    def make_old(self, database):
        """The same rows in the tables of schema/0001-first.sql."""
        old = database.with_name("old.db")
        now = sqlite3.connect(old)
        now.executescript((harness.ROOT / "schema" / "0001-first.sql").read_text() + "PRAGMA user_version = 1;")
        now.execute("ATTACH ? AS newer", (str(database),))
        for table in ("key_check", "entry", "ticket", "person", "credential", "answer", "token"):
            columns = ", ".join(row[1] for row in now.execute(f"PRAGMA main.table_info({table})"))
            now.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM newer.{table} ORDER BY 1, 2")
        now.commit()
        now.close()
        old.chmod(0o600)
        old.rename(database)

    def test_is_verified_unchanged_and_then_used(self):
        daemon = self.daemon()
        token = daemon.token("office")  # an event has rules in its journal, which the version before did not know
        database = daemon.data / "event.db"
        new = daemon.tool_json("journal", "verify")
        self.assertEqual((new["ok"], new["older"]), (True, False))
        self.make_old(database)
        before = database.read_bytes()
        old = daemon.tool_json("journal", "verify")
        self.assertEqual((old["ok"], old["version"], old["older"]), (True, 1, True))
        self.assertEqual((old["head"], old["entries"]), (new["head"], new["entries"]))
        said = daemon.tool("journal", "verify").stdout
        self.assertRegex(said, "^sound: ")
        self.assertRegex(said, "of an older version .* / 旧版本")
        self.assertEqual(database.read_bytes(), before)
        daemon.start()
        daemon.open_event("goes on")
        self.assertEqual(daemon.check_in("A", manual(1), token)[1]["number"], "A0001")
        self.assertEqual(daemon.stop(), 0)
        again = daemon.tool_json("journal", "verify")
        self.assertEqual((again["ok"], again["version"], again["older"], again["tickets"]),
                         (True, new["version"], False, 1))

    def test_that_was_altered_is_told(self):
        daemon = self.daemon()
        daemon.token("office")
        database = daemon.data / "event.db"
        self.make_old(database)
        connection = sqlite3.connect(database)
        connection.execute("DROP TRIGGER entry_never_changes")
        connection.commit()
        connection.close()
        done = daemon.tool("--json", "journal", "verify", check=False)
        self.assertEqual((done.returncode, json.loads(done.stdout)["ok"]), (1, False))


class Tokens(Case):
    def test_every_role(self):
        for beside in (False, True):
            daemon = self.daemon()
            if beside:
                daemon.start()
            for number, role in enumerate(ROLES, 1):
                token = daemon.tool_json("token", "create", "--role", role, "--lane", "A")
                self.assertEqual(set(token), {"token", "url", "id"})
                self.assertEqual(token["id"], number)
                self.assertRegex(token["token"], r"^[\w-]{43}$")
                page = role + "/" if role in ("display", "photographer", "marshal", "check") else ""
                self.assertEqual(token["url"],
                                 f"http://127.0.0.1:{daemon.port}/{page}?lane=A#token={token['token']}")
            if not beside:
                daemon.start()
            status, _, me = daemon.http("GET", "/api/v1/me", token=token["token"])
            self.assertEqual((status, me["role"], me["lane"]), (200, "office", "A"))

    def test_a_liaison_of_certain_classes(self):
        classes = ("化学学院", "1班"), ("化学学院", "2班"), ("物理学院", "1班")
        rows = "".join(f"{2022000 + i},{harness.person(i).name},{harness.person(i).id_number},{'%s,%s' % classes[i % 3]}\n" for i in range(9))
        for beside in (False, True):
            daemon = self.daemon()
            daemon.tool("event", "create", "--name", "x")
            none = daemon.tool("token", "create", "--role", "liaison", "--unit", "1班", check=False)
            self.assertEqual(none.returncode, 1)
            self.assertIn("no list of people yet", none.stderr)
            people = daemon.folder / "people.csv"
            people.write_text("学号,姓名,身份证号,学院,班级\n" + rows, encoding="utf-8")
            daemon.tool("roster", "import", people)
            if beside:
                daemon.start()
            one = daemon.tool_json("token", "create", "--role", "liaison", "--unit", "2班")
            self.assertEqual([(unit["college"], unit["name"], unit["people"]) for unit in one["units"]], [("化学学院", "2班", 3)])
            two = daemon.tool_json("token", "create", "--role", "liaison", "--unit", "物理学院", "--unit=化学学院 / 1班", "--once")
            self.assertEqual([(unit["college"], unit["name"]) for unit in two["units"]], [("物理学院", None), ("化学学院", "1班")])
            self.assertEqual(set(daemon.tool_json("token", "create", "--role", "liaison")), {"token", "url", "id"})
            for names, said in ((("1班",), "more than once; give college and class: 化学学院 / 1班, 物理学院 / 1班"),
                                (("化学院",), "Near it: 化学学院"), (("2班", "Zoology"), 'no class or college "Zoology"')):
                units = [part for name in names for part in ("--unit", name)]
                refused = daemon.tool("token", "create", "--role", "liaison", *units, check=False)
                self.assertEqual(refused.returncode, 1, refused)
                self.assertRegex(refused.stderr, r"^paihao: unit-unknown: ")
                self.assertIn(said, refused.stderr)
                told = json.loads(daemon.tool("--json", "token", "create", "--role", "liaison", *units, check=False).stdout)
                self.assertEqual((told["code"], told["status"], set(told["message"])), ("unit-unknown", 422, {"zh", "en"}))
            for wrong in (("--role", "marshal", "--unit", "2班"), ("--role", "liaison", "--unit", ""), ("--role", "liaison", "--unit"),
                          ("--role", "liaison", *["--unit", "2班"] * 17)):
                self.assertEqual(daemon.tool("token", "create", *wrong, check=False).returncode, 2, wrong)
            listed = daemon.tool_json("token", "list")["tokens"]
            self.assertEqual([token["units"] and len(token["units"]) for token in listed], [1, 2, None])
            lines = daemon.tool("token", "list").stdout.splitlines()
            self.assertRegex(lines[0], "  of 化学学院 / 2班$")
            self.assertRegex(lines[1], "  of 物理学院, 化学学院 / 1班$")
            self.assertNotIn(" of ", lines[2])
            if not beside:
                daemon.start()
            self.assertEqual(len(daemon.http("GET", "/api/v1/units", token=one["token"])[2]), 1)
            tail = daemon.tool("journal", "tail", "-n", "3").stdout
            self.assertRegex(tail, r'"liaison u\d+"')
            self.assertNotIn("学院", tail)
            self.assertTrue(daemon.tool_json("journal", "verify")["ok"])

    def test_only_the_token_on_a_pipe(self):
        done = self.daemon().tool("token", "create", "--role", "office")
        self.assertRegex(done.stdout, r"^[\w-]{43}\n$")

    def test_one_time_tokens_live_15_minutes(self):
        for beside in (False, True):
            daemon = self.daemon()
            if beside:
                daemon.start()
            daemon.token("marshal", once=True)
            daemon.token("marshal")
            once, usual = daemon.tool_json("token", "list")["tokens"]
            created, expires = (datetime.datetime.fromisoformat(once[key].replace("Z", "+00:00"))
                                for key in ("created_at", "expires_at"))
            self.assertEqual(once["kind"], "pairing")
            self.assertAlmostEqual((expires - created).total_seconds(), 900, delta=5)
            self.assertEqual((usual["kind"], usual["expires_at"]), ("bearer", None))

    def test_a_revoked_token_opens_nothing(self):
        daemon = self.daemon().start()
        token = daemon.tool_json("token", "create", "--role", "office")
        self.assertEqual(daemon.http("GET", "/api/v1/me", token=token["token"])[0], 200)
        daemon.tool("token", "revoke", token["id"])
        status, _, problem = daemon.http("GET", "/api/v1/me", token=token["token"])
        self.assertEqual((status, problem["code"]), (401, "bad-token"))
        self.assertIsNotNone(daemon.tool_json("token", "list")["tokens"][0]["revoked_at"])

    def test_no_token_text_is_stored(self):
        daemon = self.daemon()
        token = daemon.token("office")
        for path in daemon.data.iterdir():
            if path.is_file():
                self.assertNotIn(token.encode(), path.read_bytes(), path)

    def test_a_terminal_shows_address_and_code(self):
        daemon = self.daemon()
        master, slave = pty.openpty()
        tool = subprocess.Popen([harness.BUILD / "paihao", "--config", daemon.config, "token", "create", "--role",
                                 "photographer", "--lane", "A", "--once"], stdout=slave, stdin=slave)
        os.close(slave)
        shown = b""
        try:
            while part := os.read(master, 65536):
                shown += part
        except OSError:
            pass  # the other end is closed
        os.close(master)
        self.assertEqual(tool.wait(20), 0)
        token, url, *code = shown.decode().replace("\r\n", "\n").split("\n")
        self.assertEqual(url, f"http://127.0.0.1:{daemon.port}/pair/#token={token}")
        self.assertIn("only this machine reaches that address", code[-2])
        rows = [re.sub(r"\033\[[\d;]*m", "", row) for row in code if row.startswith("\033")]
        self.assertGreater(len(rows), 15)
        self.assertEqual({len(row) for row in rows}, {len(rows[0])})
        # the finder pattern behind a quiet zone of 4 modules: a dark row of 7, then dark, light and dark modules
        self.assertEqual(rows[0].strip() + rows[1].strip(), "")
        self.assertTrue(rows[2].startswith("    █▀▀▀▀▀█ "), rows[2])
        self.assertIn("15", "".join(code[len(rows):]))


class Numbers(Case):
    NAMES = ("=cmd()", "+1", "-2+3", "@x", "＝1+1", '"quotes"', "comma, comma", "O'Neil", "阿依古丽·麦麦提", " 张三")

    def rows(self, text):
        self.assertTrue(text.startswith("\ufeff"))
        self.assertEqual(text.count("\n"), text.count("\r\n"))
        return list(csv.DictReader(io.StringIO(text[1:], newline="")))

    def test_hostile_names_come_back_harmless(self):
        daemon = self.daemon().open_event().start()
        token = daemon.token("office")
        for i, name in enumerate(self.NAMES):
            body = {**manual(i), "name": name, "student_no": f"=2*{i}", "unit": "@SUM(A1)"}
            self.assertEqual(daemon.check_in("A", body, token)[0], 201, name)
        for bad in ("new\nline", "tab\tname", "\x00", "\x1b[2J", "x" * 193):
            status, problem = daemon.check_in("A", {**manual(99), "name": bad}, token)
            self.assertEqual((status, problem["code"]), (400, "bad-request"), repr(bad))
        beside = daemon.tool("handover", "numbers", "--lane", "A").stdout
        rows = self.rows(beside)
        self.assertEqual([row["拍摄号 number"] for row in rows], [f"A{i:04}" for i in range(1, len(self.NAMES) + 1)])
        for i, (name, row) in enumerate(zip(self.NAMES, rows)):
            guarded = "'" + name if name[0] in "=+-@＝" else name
            self.assertEqual(row["姓名 name"].strip(), guarded.strip())
            self.assertEqual(row["学号 student number"], f"'=2*{i}")
            self.assertEqual(row["单位 unit"], "'@SUM(A1)")
            for field in row.values():
                self.assertNotRegex(field, r"^[=+\-@\t\r＝＋－＠]")
        daemon.stop()
        self.assertEqual(daemon.tool("handover", "numbers", "--lane", "A").stdout, beside)

    def test_columns(self):
        daemon = self.daemon().open_event().start()
        token = daemon.token("office")
        daemon.check_in("A", manual(1), token)
        daemon.check_in("A", capture_code(b"\xff\x00opaque"), token)
        daemon.check_in("A", manual(3), token)
        daemon.act("A", "A0001", "call", token)
        daemon.act("A", "A0001", "shot", token)
        daemon.act("A", "A0001", "retake", token, {"reason": "=blink"})
        daemon.act("A", "A0001", "shot", token)
        daemon.act("A", "A0002", "void", token, {"reason": "wrong code"})
        snapshot = daemon.snapshot("A", token)
        shot, void, waiting = self.rows(daemon.tool("handover", "numbers", "--lane", "A").stdout)
        self.assertEqual(list(shot), [
            "拍摄号 number", "机位 lane", "状态 state", "介质 medium", "已核身份 bound", "姓名 name", "学号 student number",
            "证件号码 ID mask", "单位 unit", "取号时间 issued (UTC)", "叫号时间 called (UTC)", "拍摄时间 shot (UTC)",
            "本地拍摄时间 shot (local)", "拍摄次数 shots", "重拍次数 retakes", "原因 reason", "日志序号 journal seq",
            "备注 notes", "报号核对 confirmed", "照片存疑 suspect", "缴费 payment"])
        self.assertEqual([row["状态 state"] for row in (shot, void, waiting)], ["shot", "void", "waiting"])
        self.assertEqual(shot["姓名 name"], person(1).name)
        self.assertEqual(shot["证件号码 ID mask"], person(1).id_number[:6] + "*" * 12)
        self.assertEqual((shot["已核身份 bound"], void["已核身份 bound"]), ("yes", "no"))
        self.assertEqual((shot["拍摄次数 shots"], shot["重拍次数 retakes"], shot["原因 reason"]), ("2", "1", "'=blink"))
        last = snapshot["last"]
        self.assertEqual((shot["拍摄时间 shot (UTC)"], shot["日志序号 journal seq"]), (last["shot_at"], str(last["seq"])))
        self.assertEqual((void["拍摄时间 shot (UTC)"], void["本地拍摄时间 shot (local)"]), ("", ""))
        self.assertEqual(void["原因 reason"], "wrong code")

    def test_no_id_number_leaves_and_the_file_is_private(self):
        for beside in (False, True):
            daemon = self.daemon().open_event().start()
            token = daemon.token("office")
            for i in range(20):
                daemon.check_in("A", manual(i), token)
            seq = daemon.snapshot("A", token)["seq"]
            if not beside:
                daemon.stop()
            path = daemon.tool("handover", "numbers", "--lane", "A", "--output", daemon.folder).stdout.strip()
            self.assertEqual(path, f"{daemon.folder}/numbers-A-{seq}.csv")
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
            with open(path, encoding="utf-8") as file:
                text = file.read()
            for i in range(20):
                self.assertIn(person(i).name, text)
                self.assertNotIn(person(i).id_number, text)
                self.assertNotIn(person(i).id_number[6:], text)

    def test_an_existing_file_stays_unless_forced(self):
        daemon = self.daemon().open_event()
        path = daemon.folder / "numbers.csv"
        path.write_text("mine")
        self.refused(daemon, "file-exists", 1, "handover", "numbers", "--lane", "A", "--output", path)
        self.assertEqual(path.read_text(), "mine")
        told = daemon.tool_json("handover", "numbers", "--lane", "A", "--output", path, "--force")
        self.assertEqual((told["path"], told["size"]), (str(path), path.stat().st_size))
        self.assertEqual([file.name for file in daemon.folder.glob(".new*")], [])


class Journal(Case):
    def event_with_people(self, people=30):
        daemon = self.daemon().open_event().start()
        self.token = daemon.token("office")
        for i in range(people):
            self.assertEqual(daemon.check_in("A", manual(i), self.token)[0], 201)
        return daemon

    def test_the_tail_tells_nothing_personal(self):
        daemon = self.event_with_people()
        for text in (daemon.tool("journal", "tail", "-n", "1000").stdout,
                     daemon.tool("--json", "journal", "tail", "--lines=1000").stdout):
            self.assertEqual(text.count("issued"), 30)
            for i in range(30):
                self.assertNotIn(person(i).name, text)
                self.assertNotIn(person(i).id_number[6:], text)

    def test_the_tail_is_the_end_in_order(self):
        daemon = self.event_with_people(5)
        lines = [json.loads(line) for line in daemon.tool("--json", "journal", "tail", "-n", "4").stdout.splitlines()]
        last = daemon.snapshot("A", self.token)["seq"]
        self.assertEqual([line["seq"] for line in lines], list(range(last - 3, last + 1)))
        self.assertEqual([line["number"] for line in lines], ["A0002", "A0003", "A0004", "A0005"])
        self.assertEqual({line["medium"] for line in lines}, {"manual"})
        self.assertEqual(len({line["person"] for line in lines}), 4)

    def test_verify_beside_a_daemon_at_work(self):
        daemon = self.event_with_people(1)
        stop = threading.Event()

        def work():
            number = 1000
            while not stop.is_set():
                daemon.check_in("A", manual(number), self.token)
                number += 1

        worker = threading.Thread(target=work)
        worker.start()
        try:
            reports = [daemon.tool_json("journal", "verify") for _ in range(5)]
        finally:
            stop.set()
            worker.join()
        self.assertTrue(all(report["ok"] for report in reports))
        self.assertEqual(sorted(report["entries"] for report in reports), [report["entries"] for report in reports])
        self.assertEqual(daemon.tool_json("journal", "verify")["tickets"],
                         daemon.snapshot("A", self.token)["counts"]["issued"])

    def altered(self, *statements):
        daemon = self.event_with_people(10)
        daemon.stop()
        database = sqlite3.connect(daemon.data / "event.db")
        triggers = database.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for trigger, _ in triggers:
            database.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            self.assertGreater(database.execute(statement).rowcount, 0, statement)
        for _, sql in triggers:
            database.execute(sql)
        database.commit()
        database.close()
        done = daemon.tool("--json", "journal", "verify", check=False)
        report = json.loads(done.stdout)
        self.assertEqual((done.returncode, report["ok"]), (1, False), done)
        self.assertEqual(refusal(done), "database-corrupt")
        self.assertTrue(report["problem"])
        return report

    def test_an_altered_entry_is_found(self):
        report = self.altered("UPDATE entry SET at_us = at_us + 1 WHERE seq = 7")
        self.assertEqual(report["first_bad_seq"], 7)

    def test_a_removed_entry_is_found(self):
        self.altered("DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry)")

    def test_an_altered_ticket_is_found(self):
        self.altered("UPDATE ticket SET reason = 'x' WHERE number = 3")

    def test_an_altered_person_is_found(self):
        self.altered("UPDATE person SET sealed = zeroblob(length(sealed)) WHERE row = 2")

    def test_whatever_a_daemon_writes_is_sound(self):
        daemon = self.daemon(["A", "B"]).open_event().start()
        token = daemon.token("office")

        def act(number, action, key, **body):
            return daemon.act("A", number, action, token, {"reason": "x", **body} if action == "void" else body, key)[0]

        for i in range(6):
            self.assertEqual(daemon.check_in("A", manual(i), token, f"in-{i}")[0], 201)
        self.assertEqual(daemon.check_in("A", manual(5), token, "again")[0], 200)
        self.assertEqual(daemon.check_in("B", manual(5), token, "elsewhere")[0], 409)
        self.assertEqual(act("A0001", "call", "1"), 200)
        self.assertEqual(act("A0003", "call", "2"), 409)
        for _ in range(2):  # the same answer again
            self.assertEqual(act("A0001", "shot", "3", advance=True), 200)
        self.assertEqual(act("A0002", "void", "4", advance=True), 200)
        self.assertEqual(act("A0009", "void", "5"), 404)
        for path, body in (("/api/v1/lanes/A/session/close", {}), ("/api/v1/lanes/A/session/open", {})):
            daemon.http("POST", path, json=body, token=token, headers={"Idempotency-Key": path})
        once, usual = daemon.token("photographer", "A", once=True), daemon.token("marshal")
        for text in (once, usual, usual):
            self.assertEqual(daemon.http("POST", "/api/v1/pair", json={"token": text})[0], 200)
        daemon.token("display", once=True)
        daemon.tool("token", "revoke", 3)
        report = daemon.tool_json("journal", "verify")
        self.assertEqual((report["ok"], report["problem"]), (True, ""))
        self.assertGreater(report["answers"], 10)

    def test_a_raised_token_is_found(self):
        self.assertIn("token 1", self.altered("UPDATE token SET role = 'king' WHERE id = 1")["problem"])

    def test_a_lost_person_is_found(self):
        report = self.altered("DELETE FROM credential WHERE row = 2", "DELETE FROM person WHERE row = 2")
        self.assertIn("A0002", report["problem"])

    def test_a_guard_taken_away_is_found_and_stops_a_start(self):
        daemon = self.event_with_people(1)
        daemon.stop()
        database = sqlite3.connect(daemon.data / "event.db")
        database.execute("DROP TRIGGER entry_never_goes")
        database.close()
        report = json.loads(daemon.tool("--json", "journal", "verify", check=False).stdout)
        self.assertIn("entry_never_goes", report["problem"])
        told = self.refused(daemon, "database-corrupt", 3, "event", "status")
        self.assertIn("entry_never_goes", told["message"]["en"])
        code, text = daemon.run_refused()
        self.assertEqual(code, 3)
        self.assertIn("entry_never_goes", text)

    def test_a_backup_is_an_event_of_its_own(self):
        for beside in (False, True):
            daemon = self.event_with_people(10)
            if not beside:
                daemon.stop()
            told = daemon.tool_json("backup")
            self.assertRegex(told["path"], rf"^{daemon.data}/backup/event-\d{{8}}T\d{{6}}Z-{told['seq']}\.db$")
            self.assertEqual(stat.S_IMODE(os.stat(told["path"]).st_mode) & 0o077, 0)
            restored = self.daemon()
            shutil.copy(told["path"], restored.data / "event.db")
            self.refused(restored, "key-missing", 3, "event", "status")
            shutil.copy(daemon.data / "secret.key", restored.data / "secret.key")
            report = restored.tool_json("journal", "verify")
            self.assertEqual((report["ok"], report["head"], report["entries"]), (True, told["head"], told["seq"]))
            self.assertEqual(restored.tool("handover", "numbers", "--lane", "A").stdout,
                             daemon.tool("handover", "numbers", "--lane", "A").stdout)

    def test_a_relative_backup_is_relative_to_the_caller(self):
        for beside in (False, True):
            daemon = self.event_with_people(1)
            if not beside:
                daemon.stop()
            here = os.getcwd()
            os.chdir(daemon.folder)
            try:
                daemon.tool("backup", "--output", "here.db")
            finally:
                os.chdir(here)
            self.assertTrue((daemon.folder / "here.db").exists())


    def test_a_backup_that_cannot_be_written_says_so(self):
        for beside in (False, True):
            daemon = self.event_with_people(30)
            if not beside:
                daemon.stop()
            for target in ("/proc/paihao-copy.db", daemon.folder / "gone" / "copy.db"):
                told = self.refused(daemon, "file-unwritable", 3, "backup", "--output", target)
                self.assertIn(str(target), told["message"]["en"])

    def test_a_backup_that_breaks_off_says_so_and_leaves_nothing(self):
        daemon = self.event_with_people(30)

        def small_files_only():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (40960, 40960))

        done = subprocess.run([harness.BUILD / "paihao", "--config", daemon.config, "backup", "--output",
                               daemon.folder / "copy.db"], preexec_fn=small_files_only, capture_output=True,
                              encoding="utf-8", timeout=60, check=False)
        self.assertEqual((refusal(done), done.returncode), ("file-unwritable", 3), done.stderr)
        self.assertIn("copy.db: File too large", done.stderr)
        self.assertEqual(list(daemon.folder.glob("copy*")), [])

    @unittest.skipUnless(os.geteuid() == 0, "only root looks after the daemon of another user")
    def test_root_backs_up_beside_the_daemon_of_another_user(self):
        daemon = self.daemon()
        daemon.open_event()
        daemon.folder.chmod(0o755)
        for path in (daemon.data, *daemon.data.iterdir()):
            os.chown(path, 65534, 65534)
        for program in ("paihaod", "paihao-reader"):
            shutil.copy(harness.BUILD / program, daemon.folder / program)
        daemon.write_config(daemon.config_text().replace(str(harness.BUILD), str(daemon.folder)))
        daemon.config.chmod(0o644)
        mine = daemon.folder / "mine"
        mine.mkdir(mode=0o700)
        server = subprocess.Popen([daemon.folder / "paihaod", "--config", daemon.config], user=65534, group=65534,
                                  extra_groups=[], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        harness.wait_until(daemon.is_healthy)
        daemon.tool("backup", "--output", mine / "copy.db")
        self.assertTrue((mine / "copy.db").exists())
        usual = daemon.tool_json("backup")["path"]
        folder = os.stat(daemon.data / "backup")
        self.assertEqual((folder.st_uid, folder.st_gid, stat.S_IMODE(folder.st_mode)), (65534, 65534, 0o700))
        self.assertTrue(os.path.exists(usual))
        daemon.tool("session", "close", "--lane", "A")
        server.terminate()
        self.assertEqual(server.wait(20), 0)
        self.assertEqual([path.name for path in daemon.data.iterdir() if path.stat().st_uid != 65534], [])

    def test_a_link_in_the_place_of_the_folder_is_not_followed(self):
        daemon = self.event_with_people(1)
        (daemon.folder / "elsewhere").mkdir()
        (daemon.data / "backup").symlink_to(daemon.folder / "elsewhere")
        self.refused(daemon, "file-unwritable", 3, "backup")
        self.assertEqual(list((daemon.folder / "elsewhere").iterdir()), [])


class Usage(Case):
    WRONG = (
        (), ("event",), ("event", "destroy"), ("session", "open"), ("event", "create"),
        ("event", "create", "--name"), ("event", "create", "extra", "--name", "x"), ("event", "status", "extra"),
        ("event", "status", "--lane", "A"), ("token", "create"), ("token", "create", "--role", "king"),
        ("token", "create", "--role", ""), ("token", "revoke"), ("token", "revoke", "x"), ("token", "revoke", "0"),
        ("token", "revoke", "-1"), ("token", "revoke", "1", "2"), ("token", "revoke", "4294967296"),
        ("journal", "tail", "-n", "0"), ("journal", "tail", "-n", "many"), ("journal", "tail", "-n"),
        ("journal", "tail", "-n", "1000000001"), ("handover", "numbers"), ("backup", "--output", ""),
        ("backup", "--force"), ("--colour", "event", "status"), ("-x", "event", "status"), ("event status",), ("",),
    )
    LATER = ("frames import", "align")

    def test_wrong_usage_is_exit_code_2_and_touches_nothing(self):
        daemon = self.daemon()
        for args in self.WRONG:
            with self.subTest(args=args):
                done = daemon.tool(*args, check=False)
                self.assertEqual((done.returncode, refusal(done), done.stdout), (2, "usage", ""))
        self.assertEqual(list(daemon.data.iterdir()), [])

    def test_commands_of_later_versions_do_not_exist(self):
        daemon = self.daemon()
        listed = daemon.tool("--help", config=False).stdout
        for words in self.LATER:
            with self.subTest(command=words):
                done = daemon.tool(*words.split(), check=False)
                self.assertEqual(done.returncode, 2)
                self.assertIn("unknown command", done.stderr)
                self.assertNotIn(f"  {words} ", listed)

    def test_usage_as_json(self):
        told = self.refused(self.daemon(), "usage", 2, "roster", "import")
        self.assertEqual(told["status"], 400)

    def test_options_stand_where_one_likes(self):
        daemon = self.daemon().open_event()
        expected = daemon.tool("--json", "event", "status").stdout
        for args in (("--config", daemon.config, "event", "status", "--json"),
                     ("event", "--json", "status", "--config", daemon.config),
                     ("-j", "-c", daemon.config, "event", "status"),
                     ("event", "status", f"--config={daemon.config}", "-j")):
            self.assertEqual(daemon.tool(*args, config=False).stdout, expected)

    def test_help_and_version_need_nothing(self):
        daemon = self.daemon()
        self.assertIn("handover numbers", daemon.tool("--help", config=False).stdout)
        self.assertRegex(daemon.tool("--version", config=False).stdout, r"^paihao \d+\.\d+\.\d+\n$")

    def test_rehearse_takes_its_own_options(self):
        done = self.daemon().tool("rehearse", "--help", config=False)
        self.assertIn("--people", done.stdout)
        self.assertEqual(self.daemon().tool("rehearse", "--nonsense", config=False, check=False).returncode, 2)


class Surroundings(Case):
    """What can be wrong around the program, each with its own words and exit code 3."""

    def test_a_config_typo_has_file_and_line(self):
        daemon = self.daemon()
        daemon.write_config(f'# comment\ndata_dir = "{daemon.data}"\nhttp {{\n  listne = "127.0.0.1:1"\n}}\n')
        told = self.refused(daemon, "config-wrong", 3, "event", "status")
        self.assertIn(f"{daemon.config}:4: ", told["message"]["en"])
        self.assertIn("listne", told["message"]["en"])
        code, text = daemon.run_refused()
        self.assertEqual(code, 3)
        self.assertIn(f"{daemon.config}:4: ", text)

    def test_a_missing_config_is_named(self):
        daemon = self.daemon()
        daemon.config.unlink()
        self.assertIn(str(daemon.config), self.refused(daemon, "config-wrong", 3, "event", "status")["message"]["en"])

    def test_a_key_that_cannot_be_written(self):
        daemon = self.daemon(key_file="/proc/paihao.key")
        told = self.refused(daemon, "key-unwritable", 3, "event", "create", "--name", "x")
        self.assertIn("/proc/paihao.key", told["message"]["en"])
        code, text = daemon.run_refused()
        self.assertEqual(code, 3)
        self.assertIn("/proc/paihao.key", text)
        self.assertFalse((daemon.data / "event.db").exists() and (daemon.data / "event.db").stat().st_size)

    def test_a_lost_or_wrong_key(self):
        daemon, other = self.daemon().open_event(), self.daemon().open_event()
        key = daemon.data / "secret.key"
        right = key.read_bytes()
        key.unlink()
        self.refused(daemon, "key-missing", 3, "event", "status")
        self.assertFalse(key.exists())
        shutil.copy(other.data / "secret.key", key)
        self.refused(daemon, "key-wrong", 3, "event", "status")
        key.write_bytes(right)
        key.chmod(0o644)
        self.refused(daemon, "key-wrong", 3, "event", "status")
        key.chmod(0o600)
        daemon.tool("journal", "verify")

    def test_a_foreign_database_is_left_alone(self):
        for content in ("other", "text"):
            daemon = self.daemon()
            path = daemon.data / "event.db"
            if content == "other":
                database = sqlite3.connect(path)
                database.execute("CREATE TABLE entry (x)")
                database.commit()
                database.close()
            else:
                path.write_bytes(b"no database at all, but some text that is long enough for a header " * 20)
            before = path.read_bytes()
            for args in (("event", "create", "--name", "x"), ("event", "status"), ("token", "create", "--role", "office")):
                self.refused(daemon, "database-foreign", 3, *args)
            code, _ = daemon.run_refused()
            self.assertEqual(code, 3)
            self.assertEqual(path.read_bytes(), before)

    def test_a_newer_database_is_left_alone(self):
        daemon = self.daemon().open_event()
        database = sqlite3.connect(daemon.data / "event.db")
        database.execute("PRAGMA user_version = 999")
        database.close()
        for args in (("event", "status"), ("session", "open", "--lane", "A"), ("journal", "verify"), ("journal", "tail")):
            self.refused(daemon, "database-newer", 3, *args)
        code, text = daemon.run_refused()
        self.assertEqual(code, 3)
        self.assertIn("999", text)

    def test_a_read_only_database(self):
        daemon = self.daemon().open_event()
        # no mode stops root: as root, somebody else does this, with copies of the programs that he may reach
        who = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        for program in ("paihao", "paihaod"):
            shutil.copy(harness.BUILD / program, daemon.folder / program)
        daemon.write_config(f'data_dir = "{daemon.data}"\nhttp {{ listen = "127.0.0.1:{daemon.port}" }}\nlane "A" {{ }}\n')
        daemon.folder.chmod(0o755)
        daemon.config.chmod(0o644)
        for path in (daemon.data, *daemon.data.iterdir()) if who else ():
            os.chown(path, 65534, 65534)

        def run(program, *args):
            return subprocess.run([daemon.folder / program, "--config", daemon.config, *args], capture_output=True,
                                  encoding="utf-8", timeout=60, check=False, **who)

        (daemon.data / "event.db").chmod(0o400)
        done = run("paihao", "session", "open", "--lane", "A")
        self.assertEqual((done.returncode, refusal(done)), (3, "database-read-only"), done.stderr)
        done = run("paihaod")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("cannot be written", done.stderr)
        (daemon.data / "event.db").chmod(0o600)
        done = run("paihao", "session", "open", "--lane", "A")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_looking_at_a_read_only_database_bars_no_start(self):
        daemon = self.daemon().open_event()
        who = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        shutil.copy(harness.BUILD / "paihao", daemon.folder / "paihao")
        daemon.folder.chmod(0o755)
        daemon.config.chmod(0o644)
        for path in (daemon.data, *daemon.data.iterdir()) if who else ():
            os.chown(path, 65534, 65534)

        def run(*args):
            return subprocess.run([daemon.folder / "paihao", "--config", daemon.config, *args], capture_output=True,
                                  encoding="utf-8", timeout=60, check=False, **who)

        (daemon.data / "event.db").chmod(0o400)
        for args in (("journal", "verify"), ("journal", "tail"), ("backup",)):
            self.assertEqual(run(*args).returncode, 0, args)
        (daemon.data / "event.db").chmod(0o600)
        done = run("session", "close", "--lane", "A")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_lost_lock_file_makes_no_second_writer(self):
        daemon = self.daemon().open_event().start()
        (daemon.data / "lock").unlink()
        told = self.refused(daemon, "database-busy", 3, "session", "close", "--lane", "A")
        self.assertIn("event.db", told["message"]["en"])
        (daemon.data / "lock").unlink()
        code, text = daemon.run_refused()
        self.assertEqual(code, 3)
        self.assertIn("event.db", text)
        for args in (("journal", "verify"), ("journal", "tail"), ("backup",)):
            daemon.tool(*args)
        self.assertTrue(daemon.is_healthy())

    def test_a_linked_database_is_refused(self):
        daemon, other = self.daemon().open_event(), self.daemon()
        (other.data / "event.db").symlink_to(daemon.data / "event.db")
        shutil.copy(daemon.data / "secret.key", other.data / "secret.key")
        told = self.refused(other, "database-foreign", 3, "event", "status")
        self.assertIn("symbolic link", told["message"]["en"])

    def test_a_port_in_use(self):
        daemon = self.daemon()
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", daemon.port))
            taken.listen()
            code, text = daemon.run_refused()
        self.assertEqual(code, 3)
        self.assertIn(str(daemon.port), text)
        self.assertIn("in use", text)
        daemon.start()

    def test_a_second_daemon(self):
        daemon = self.daemon().start()
        code, text = daemon.run_refused()
        self.assertEqual(code, 3)
        self.assertIn(str(daemon.pid), text)
        self.assertTrue(daemon.is_healthy())
        daemon.open_event()

    def test_somebody_holds_the_lock_and_does_not_answer(self):
        daemon = self.daemon().open_event()
        with open(daemon.data / "lock", "r+", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.refused(daemon, "daemon-silent", 3, "event", "status")
            # reading by oneself needs no lock
            daemon.tool("journal", "verify")
            daemon.tool("journal", "tail")

    def test_a_tool_waits_for_another_tool(self):
        daemon = self.daemon().open_event()
        with open(daemon.data / "lock", "r+", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            let_go = []

            def let_it_go():
                let_go.append(True)
                fcntl.flock(lock, fcntl.LOCK_UN)

            threading.Timer(1.0, let_it_go).start()
            daemon.tool("event", "status")
            self.assertTrue(let_go, "it did not wait")

    def test_tools_at_once_all_get_their_turn(self):
        daemon = self.daemon().open_event()
        tools = [threading.Thread(target=daemon.token, args=("display",)) for _ in range(8)]
        for tool in tools:
            tool.start()
        for tool in tools:
            tool.join()
        self.assertEqual([token["id"] for token in daemon.tool_json("token", "list")["tokens"]], list(range(1, 9)))

    def test_a_tool_waits_for_a_daemon_that_starts_or_stops(self):
        daemon = self.daemon().open_event()
        for _ in range(5):
            daemon.spawn()
            # it has the lock, but does not answer yet
            harness.wait_until(lambda: (daemon.data / "lock").read_text() == f"{daemon.pid}\n", interval=0.0005)
            daemon.tool("event", "status")
            harness.wait_until(daemon.is_healthy)
            daemon.process.terminate()
            daemon.tool("session", "close", "--lane", "A")
            self.assertEqual(daemon.process.wait(20), 0)
        self.assertTrue(daemon.tool_json("journal", "verify")["ok"])

    def test_a_killed_daemon_leaves_nothing_in_the_way(self):
        daemon = self.daemon().open_event().start()
        daemon.kill()
        self.assertTrue((daemon.data / "control.sock").exists())
        daemon.tool("event", "status")
        daemon.start()
        daemon.tool("event", "status")

    def test_a_long_path(self):
        daemon = self.daemon()
        daemon.data = daemon.folder / ("long-" * 20) / ("path-" * 20)
        daemon.data.mkdir(parents=True)
        daemon.write_config()
        daemon.start()
        daemon.open_event()
        self.assertEqual(daemon.tool_json("event", "status")["state"], "open")

    def test_output_that_cannot_be_written(self):
        daemon = self.daemon().open_event()
        for args in (("event", "status"), ("handover", "numbers", "--lane", "A"), ("journal", "tail")):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([harness.BUILD / "paihao", "--config", daemon.config, *args], stdout=full,
                                      stderr=subprocess.PIPE, encoding="utf-8", timeout=60, check=False)
            self.assertEqual((done.returncode, refusal(done)), (3, "output-failed"))


if __name__ == "__main__":
    unittest.main()
