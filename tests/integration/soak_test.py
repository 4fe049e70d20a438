"""Presentations over all drivers at once, with faults injected all along: every valid one gives exactly one reading, with the
right person's number; no invalid one gives any; memory and descriptors stay flat. some 220 presentations here, over 20,000 with
PAIHAO_SLOW=1. The seed is printed; PAIHAO_SEED takes one up again.
"""

import collections
import os
import statistics
import threading
import time
import unittest

import emulated
import harness
import soak
import soak_cards as cards
import soak_codes as codes

IS_LONG = bool(os.environ.get("PAIHAO_SLOW"))
SEED = int(os.environ.get("PAIHAO_SEED", "0")) or int.from_bytes(os.urandom(3), "big")
# the kind of station and its own word, then the name, and how many presentations in the short and in the long version
STATIONS = ((cards.SamStation, "sam", "sam-1", 20, 1400), (cards.SamStation, "sam restless", "sam-2", 0, 1400),
            (cards.SamStation, "sam_tcp restless", "sam-tcp", 20, 1400), (cards.SamStation, "usb", "sam-usb", 25, 1400),
            (cards.NfcStation, "list", "chip-list", 25, 1200), (cards.NfcStation, "raw", "chip-raw", 25, 1200),
            (cards.NfcStation, "auto", "chip-auto", 0, 1200), (codes.ScannerStation, None, "gun-1", 66, 3200),
            (codes.ScannerStation, None, "gun-2", 0, 3200), (codes.ScannerStation, None, "gun-3", 0, 3200),
            (codes.KeyboardStation, None, "keys", 40, 2000))
READER_MOST_KIB = 1024  # a reader's memory, late against early, over all its restarts
DAEMON_MOST_KIB = 3072  # the daemon's own, besides the ring of published events, which fills up to 32,768
EVENT_MOST_BYTES = 900  # one event in that ring
SANITIZER = {"ASAN_OPTIONS": "quarantine_size_mb=1:thread_local_quarantine_size_kb=16"}  # else what is freed seems to grow


class Soak(unittest.TestCase):
    def setUp(self):
        print(f"seed {SEED}", flush=True)
        self.stations = []
        for at, (kind, word, name, short, long) in enumerate(STATIONS):
            if count := long if IS_LONG else short:
                station = kind(name, *([word] if word else []), count, SEED, 1000 * at)
                self.addCleanup(station.close)
                self.stations.append(station)
        for station in self.stations:
            alike = [other for other in self.stations if type(other) is type(station)]
            station.rank, station.n_alike = alike.index(station), len(alike)
        readers = tuple(station.config for station in self.stations)
        self.daemon = harness.Daemon([harness.Lane("A", "E201", 0, readers)], env=SANITIZER)
        self.addCleanup(self.daemon.close)
        self.see_buses()
        self.daemon.open_event()
        self.token = self.daemon.token("marshal")
        self.daemon.start()
        self.events = self.daemon.events("A", self.token)
        self.addCleanup(self.events.close)
        self.n_events = 0

    def see_buses(self):
        """The readers of emulated buses run where those can be seen, all others as they are."""
        program = self.daemon.folder / "reader"
        emulated.reader_program(program, {station.config.device: station.emulator for station in self.stations
                                          if isinstance(station.emulator, emulated.Bus)})
        text = self.daemon.config_text().replace(str(harness.BUILD / "paihao-reader"), str(program))
        self.daemon.write_config(text)

    def dispatch(self):
        """Door and reader notes to the stations they are about, until the stream ends."""
        by_name = {station.reader: station for station in self.stations}
        while (event := self.events.queue.get()) is not None:
            self.n_events += 1
            if event.event == "snapshot":
                for reader in event.data["readers"]:
                    by_name[reader["reader"]].take_state(reader)
            elif event.event == "reader":
                by_name[event.data["reader"]].take_state(event.data)
            elif event.event == "door":
                by_name[event.data["reader"]].notes.put(event.data)

    def test_every_valid_presentation_is_one_reading(self):
        figures = soak.Figures(self.daemon.pid, self.stations)
        threading.Thread(target=self.dispatch, daemon=True).start()
        begun = time.monotonic()
        for station in self.stations:
            station.find_process = figures.process_of
            station.start()
        figures.start()
        for station in self.stations:
            station.join()
        figures.stop()
        seconds = time.monotonic() - begun
        self.report(figures, seconds)
        self.assertEqual([station.trouble for station in self.stations if station.trouble], [], f"seed {SEED}")
        for station in self.stations:
            account = station.account
            self.assertEqual(account["readings"], account["valid"], station.reader)
        self.assert_numbers()
        self.assert_flat(figures)
        self.assertIsNone(self.events.error, "the live stream lasted")
        self.daemon.tool("journal", "verify")
        self.assertNotIn("Sanitizer", self.daemon.log_text())

    def assert_numbers(self):
        """Everybody has one number, no two the same, and no number is nobody's."""
        numbers = [number for station in self.stations for number in station.numbers.values()]
        self.assertEqual(len(set(numbers)), len(numbers))
        issued = self.daemon.snapshot("A", self.token)["counts"]["issued"]
        self.assertEqual(sorted(numbers), [f"A{number:04d}" for number in range(1, issued + 1)])

    @staticmethod
    def early_and_late(samples):
        """Medians of the second and of the last quarter: (KiB, descriptors) each."""
        quarter = max(1, len(samples) // 4)
        parts = samples[quarter:2 * quarter] or samples, samples[-quarter:]
        return [tuple(statistics.median(column) for column in zip(*part)) for part in parts]

    def assert_flat(self, figures):
        for name, samples in figures.samples.items():
            (early_kib, early_fds), (late_kib, late_fds) = self.early_and_late(samples)
            most = READER_MOST_KIB if name else DAEMON_MOST_KIB + self.n_events * EVENT_MOST_BYTES / 1024
            self.assertLessEqual(late_kib - early_kib, most, f"memory of {name or 'paihaod'}")
            self.assertLessEqual(late_fds - early_fds, 2, f"descriptors of {name or 'paihaod'}")

    def report(self, figures, seconds):
        total = sum((station.account for station in self.stations), start=collections.Counter())
        print(f"\n{total['presentations']} presentations in {seconds:.0f} s, seed {SEED}: {total['valid']} valid gave {total['readings']} readings, "
              f"{total['invalid']} invalid gave none; {total['complaints']} complaints; {self.n_events} live events")
        print("memory and descriptors: medians of the second and of the last quarter; paihaod's without those for its readers")
        print(f"{'reader':<10} {'presented':>9} {'valid':>6} {'read':>6} {'invalid':>7} {'faults':>6} {'restarts':>8}  "
              f"{'KiB early > late':>16}  fds early > late")
        for station in self.stations:
            account = station.account
            faults = sum(count for legend, count in station.by_step.items() if legend != soak.PLAIN.legend)
            print(f"{station.reader:<10} {account['presentations']:>9} {account['valid']:>6} {account['readings']:>6} {account['invalid']:>7} "
                  f"{faults:>6} {station.restarts:>8}  {self.drift(figures.samples[station.reader])}")
        print(f"{'paihaod':<57}  {self.drift(figures.samples[''])}")
        for kind in dict.fromkeys(type(station) for station in self.stations):
            alike = [station for station in self.stations if isinstance(station, kind)]
            account = sum((station.account for station in alike), start=collections.Counter())
            steps = sum((station.by_step for station in alike), start=collections.Counter())
            print(f"{kind.title}: {account['presentations']} presentations, {account['valid']} valid, {account['readings']} readings, "
                  f"{account['invalid']} invalid, {sum(station.restarts for station in alike)} restarts: "
                  + ", ".join(f"{legend} {count}" for legend, count in sorted(steps.items())), flush=True)

    def drift(self, samples):
        if not samples:
            return "never ready at a sample"
        (early_kib, early_fds), (late_kib, late_fds) = self.early_and_late(samples)
        return f"{early_kib:>7.0f} > {late_kib:<6.0f}  {early_fds:.0f} > {late_fds:.0f}"


if __name__ == "__main__":
    unittest.main(verbosity=2)
