"""200 emulated presentations through the real libnfc and the SAM driver: numbers 1..200 without gap or repeat, the same
order in the database, in the live stream and in the CSV. Duplicates of somebody who waits give the same number."""

import csv
import io
import sqlite3
import unittest

import emulated
import harness

TAPS = 200


class PresentationsTest(unittest.TestCase):
    def setUp(self):
        self.rig = emulated.Rig(sam=["door"], pn532=["chip"], options=["--fast"])
        self.addCleanup(self.rig.close)
        self.daemon = harness.Daemon([harness.Lane("A", "E201", 0, (
            harness.Reader("door", "sam", f"serial:{self.rig.path('door')}"),
            harness.Reader("chip", "nfc", f"pn532_uart:{self.rig.path('chip')}")))])
        self.addCleanup(self.daemon.close)
        self.daemon.open_event()
        self.token = self.daemon.token("marshal")
        self.office = self.daemon.token("office")
        self.daemon.start()
        harness.wait_until(lambda: {reader["state"] for reader in self.daemon.snapshot("A", self.token)["readers"]} == {"ready"},
                           what="both readers ready")

    def present(self, index):
        """Person `index` at one of the two readers."""
        if index % 2:
            self.rig.command(f"tap chip chip {index:016x}")
        else:
            who = harness.person(index)
            self.rig.command(f'tap door id {who.id_number} "{who.name}" 20360101')

    def test_two_hundred_taps(self):
        with self.daemon.events("A", self.token) as events:
            numbers = []
            for index in range(1, TAPS + 1):
                self.present(index)
                door = events.wait_for(lambda event: event.event == "door")
                self.assertEqual((door.data["result"], door.data["number"]), ("accepted", f"A{index:04d}"))
                numbers.append(door.data["number"])
                if index % 20 == 0:  # somebody who waits comes once more, at either reader: the same number
                    for earlier in (index - 10, index - 9):
                        self.present(earlier)
                        again = events.wait_for(lambda event: event.event == "door")
                        self.assertEqual((again.data["result"], again.data["number"]), ("already", f"A{earlier:04d}"))
            live = [event.data["number"] for event in events.seen if event.event == "ticket"]
            ids = [int(event.id) for event in events.seen if event.event == "ticket"]
        expected = [f"A{number:04d}" for number in range(1, TAPS + 1)]
        self.assertEqual(numbers, expected)
        self.assertEqual(live, expected)
        self.assertEqual(ids, sorted(set(ids)))
        self.assertEqual(self.in_database(), list(range(1, TAPS + 1)))
        self.assertEqual(self.in_csv(), expected)
        for medium, count in self.media().items():
            self.assertEqual(count, TAPS // 2, medium)
        self.daemon.tool("journal", "verify")

    def in_database(self):
        database = sqlite3.connect(f"file:{self.daemon.data}/event.db?mode=ro", uri=True)
        try:
            return [row[0] for row in database.execute("SELECT number FROM entry WHERE kind = 16 ORDER BY seq")]
        finally:
            database.close()

    def media(self):
        counts = {}
        for ticket in self.daemon.snapshot("A", self.token)["line"]:
            counts[ticket["medium"]] = counts.get(ticket["medium"], 0) + 1
            self.assertEqual(ticket["bound"], ticket["medium"] == "id_card")
        self.assertEqual(set(counts), {"id_card", "chip"})
        return counts

    def in_csv(self):
        status, headers, data = self.daemon.http("GET", "/api/v1/handover/lanes/A/numbers.csv", token=self.office)
        self.assertEqual(status, 200)
        self.assertTrue(headers["content-type"].startswith("text/csv"))
        text = data.decode("utf-8-sig")
        self.assertEqual(data[:3], b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(text, newline="")))
        return [row[0] for row in rows[1:]]


if __name__ == "__main__":
    unittest.main(verbosity=2)
