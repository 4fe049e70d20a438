"""Kill -9 of paihaod at random moments under the load of 20 clients: nothing that was acknowledged is lost.

Rounds: 12 in `make check`, 100 in `make check-slow` (PAIHAO_SLOW=1) or as PAIHAO_ROUNDS says. The seed is printed;
SEED=... repeats a run's choices (the operating system's timing it cannot repeat).
"""

import http.client
import json
import os
import random
import sqlite3
import threading
import time
import unittest

import harness

CLIENTS = 20
ROUNDS = int(os.environ.get("PAIHAO_ROUNDS", "100" if os.environ.get("PAIHAO_SLOW") else "12"))
SEED = int(os.environ.get("SEED", time.time_ns() % 1_000_000))


class Acknowledged:
    """Everything the server said yes to: (key, label, state) in the order each client heard it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.issued = {}   # key -> (person, label)
        self.states = {}   # label -> set of states that were acknowledged
        self.people = {}   # person -> label of the latest number
        self.unsure = []   # (key, method path, body) of requests whose answer never came

    def note(self, label, state):
        with self.lock:
            self.states.setdefault(label, set()).add(state)


class Client(threading.Thread):
    def __init__(self, daemon, token, acknowledged, number, choices, people):
        super().__init__(daemon=True)
        self.server, self.token, self.acknowledged = daemon, token, acknowledged
        self.number, self.choices, self.people = number, choices, people
        self.count = 0
        self.stopping = False
        self.problem = None

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20 * harness.PATIENCE)
        try:
            while not self.stopping:
                self.step(connection)
        except (OSError, http.client.HTTPException):
            pass  # the kill
        except Exception as problem:  # pylint: disable=broad-except
            self.problem = problem
        finally:
            connection.close()

    def post(self, connection, path, body):
        key = f"c{self.number}-{self.choices.randrange(1 << 60):x}"
        try:
            connection.request("POST", path, body=json.dumps(body), headers={
                "Authorization": f"Bearer {self.token}", "Content-Type": "application/json", "Idempotency-Key": key})
            answer = connection.getresponse()
            data = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            with self.acknowledged.lock:
                self.acknowledged.unsure.append((key, path, body))
            raise
        self.count += 1
        return key, answer.status, data

    def step(self, connection):
        if self.number == 0:
            self.photograph(connection)
            return
        person = next(self.people)
        key, status, ticket = self.post(connection, "/api/v1/lanes/A/tickets", harness.manual(person))
        if status == 201:
            with self.acknowledged.lock:
                self.acknowledged.issued[key] = (person, ticket["number"])
                self.acknowledged.people[person] = ticket["number"]
            self.acknowledged.note(ticket["number"], "waiting")
        elif status != 200:
            raise AssertionError(f"check-in: {status} {ticket}")

    def photograph(self, connection):
        connection.request("GET", "/api/v1/lanes/A", headers={"Authorization": f"Bearer {self.token}"})
        snapshot = json.loads(connection.getresponse().read())
        current, line = snapshot["current"], snapshot["line"]
        if current:
            action = self.choices.choice(["shot", "shot", "shot", "miss"])
            _, status, ticket = self.post(connection, f"/api/v1/lanes/A/tickets/{current['number']}/{action}", {"advance": True})
            done = {"shot": "shot", "miss": "missed"}[action]
        elif line:
            _, status, ticket = self.post(connection, f"/api/v1/lanes/A/tickets/{line[0]['number']}/call", {})
            done = "called"
        else:
            return
        if status != 200:
            raise AssertionError(f"photographer: {status} {ticket}")
        self.acknowledged.note(ticket["number"], done)


# what may stand there later, once this was acknowledged
LATER = {"waiting": {"waiting", "called", "shot", "missed"}, "called": {"called", "shot", "missed"},
         "shot": {"shot"}, "missed": {"missed"}}


class KillTest(unittest.TestCase):
    def setUp(self):
        print(f"kill_test: SEED={SEED} rounds={ROUNDS}", flush=True)
        self.daemon = harness.Daemon(["A"])
        self.addCleanup(self.daemon.close)
        self.daemon.open_event()
        self.token = self.daemon.token("office")

    def check_disk(self, acknowledged):
        with sqlite3.connect(f"file:{self.daemon.data}/event.db?mode=ro", uri=True) as database:
            rows = database.execute("SELECT number, state FROM ticket WHERE lane = 'A' ORDER BY number").fetchall()
        database.close()
        self.assertEqual([number for number, _ in rows], list(range(1, len(rows) + 1)), "a gap or a number twice")
        return len(rows)

    def check_answers(self, acknowledged, before):
        """After the restart, through the front door."""
        status, _, _ = self.daemon.http("GET", "/healthz")
        self.assertEqual(status, 200)
        csv = self.daemon.tool("handover", "numbers", "--lane", "A").stdout.lstrip("\ufeff")
        states = {fields[0]: fields[2] for fields in (line.split(",") for line in csv.splitlines()[1:])}
        for label, seen in acknowledged.states.items():
            self.assertIn(label, states, f"{label} was acknowledged and is gone")
            for state in seen:
                self.assertIn(states[label], LATER[state], f"{label} was acknowledged as {state}")
        labels = [label for _, label in acknowledged.issued.values()]
        self.assertEqual(len(labels), len(set(labels)), "one number acknowledged twice")
        # the same key again gets the same number; somebody known gets no second one
        for key, (person, label) in random.Random(before).sample(sorted(acknowledged.issued.items()), min(10, len(acknowledged.issued))):
            status, ticket = self.daemon.check_in("A", harness.manual(person), self.token, key=key)
            self.assertEqual((status, ticket["number"]), (201, label))
        # a request whose answer was cut off is repeated with its key, as a tablet would, and has one outcome
        for key, path, body in acknowledged.unsure[-20:]:
            first = self.daemon.http("POST", path, json=body, token=self.token, headers={"Idempotency-Key": key})
            again = self.daemon.http("POST", path, json=body, token=self.token, headers={"Idempotency-Key": key})
            self.assertEqual((first[0], first[2]), (again[0], again[2]))
            if path.endswith("/tickets") and first[0] == 201:
                acknowledged.note(first[2]["number"], "waiting")
        acknowledged.unsure.clear()

    def test_nothing_acknowledged_is_lost(self):
        acknowledged = Acknowledged()
        people = iter(range(1, 100_000_000))
        lock = threading.Lock()

        class Shared:
            def __iter__(self):
                return self

            def __next__(self):
                with lock:
                    return next(people)

        choices = random.Random(SEED)
        total = 0
        for round_number in range(ROUNDS):
            self.daemon.start()
            clients = [Client(self.daemon, self.token, acknowledged, number, random.Random(choices.random()), Shared())
                       for number in range(CLIENTS)]
            for client in clients:
                client.start()
            least = choices.randrange(20, 60)  # by what was done, not by time; and then at any moment
            harness.wait_until(lambda: sum(client.count for client in clients) >= least or any(client.problem for client in clients),
                               30, "commands", interval=0.001)
            time.sleep(choices.random() * 0.3)
            self.daemon.kill()
            for client in clients:
                client.stopping = True
            for client in clients:
                client.join(30 * harness.PATIENCE)
                if client.problem:
                    raise client.problem
            self.check_disk(acknowledged)
            total += sum(client.count for client in clients)
            if round_number % 4 == 3 or round_number == ROUNDS - 1:
                verify = self.daemon.tool("journal", "verify", check=False)
                self.assertEqual(verify.returncode, 0, verify.stdout + verify.stderr)
            self.daemon.start()
            self.check_answers(acknowledged, round_number)
            self.daemon.kill()
        numbers = self.check_disk(acknowledged)
        print(f"kill_test: {ROUNDS} rounds, {total} acknowledged commands, {numbers} numbers, none lost", flush=True)
        self.assertGreater(total, ROUNDS * 20)


if __name__ == "__main__":
    unittest.main(verbosity=2)
