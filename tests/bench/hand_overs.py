"""What a hand-over of a large event costs, for tests/bench/run: the agency's files beside the bare libraries that write the
same, and how much memory that takes. Processor time, since that is what it needs."""

import json
import pathlib
import resource
import statistics
import subprocess
import tempfile

from figures import row

ROOT = pathlib.Path(__file__).resolve().parents[2]
NUMBERS = 100_000


def sqlite_csv_ms(database, folder):
    """The numbers as the database has them, unformatted, by SQLite's own program."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(pathlib.Path(folder, "sqlite.csv"), "wb") as out:
        subprocess.run(["sqlite3", "-csv", "-header", str(database), "SELECT * FROM ticket ORDER BY lane, number"],
                       check=True, stdout=out)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000


def packages(build=ROOT / "build", rounds=5):
    program = str(build / "bench" / "hand_over_bench")
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place, "data")
        subprocess.run([program, str(folder), str(NUMBERS)], check=True)
        runs, bare_csv = [], []
        for _ in range(rounds):
            runs.append(json.loads(subprocess.run([program, str(folder)], check=True, capture_output=True).stdout))
            bare_csv.append(sqlite_csv_ms(folder / "event.db", place))
    assert all(run["numbers"] == NUMBERS and run["cells"] % (NUMBERS + 1) == 0 for run in runs), runs[0]
    median = statistics.median

    def of(name):
        return median(run[name] for run in runs)
    row(f"event of {NUMBERS:,} numbers, opened to hand over", f"{of('open_ms'):.0f}", "ms", f"memory {of('open_kb') / 1024:.0f} MiB")
    row("  numbers.csv of the agency", f"{of('csv_ms'):.0f}", "ms", f"sqlite3 -csv {median(bare_csv):.0f} ms",
        median(run["csv_ms"] / bare for run, bare in zip(runs, bare_csv)), "aim <= 2x")
    row("  numbers.xlsx of the agency", f"{of('book_ms'):.0f}", "ms", f"bare libxlsxwriter {of('bare_ms'):.0f} ms",
        median(run["book_ms"] / run["bare_ms"] for run in runs), "aim <= 1.5x")
    row("    memory that rose meanwhile", f"{max(run['book_kb'] for run in runs) / 1024:.1f}", "MiB", f"{runs[0]['cells']:,} cells")
    row("  school.xlsx", f"{of('school_ms'):.0f}", "ms")
    row("    memory that rose meanwhile", f"{max(run['school_kb'] for run in runs) / 1024:.1f}", "MiB", "with the names of the photographs")
