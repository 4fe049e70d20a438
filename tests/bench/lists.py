"""A roster of 100,000 people, as CSV and as a workbook, beside a bare pass over the same bytes in the same run."""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

from figures import row

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "data" / "roster"))
import workbooks  # noqa: E402

HEAD = ["学号", "姓名", "身份证号", "学院", "专业", "班级", "层次", "校区"]
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(n):
    body = f"9901{n // 28000 + 10:02d}2001{n // 1000 % 28 // 14 + 1:02d}{n // 1000 % 14 + 10:02d}{n % 1000:03d}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS)) % 11]


def people(count):
    for n in range(count):
        yield [f"2021{n:08d}", "张李王赵钱孙"[n % 6] + chr(0x4E00 + n % 20000), id_number(n), f"第{n // 5000 + 1}学院", f"专业{n // 500 + 1}", f"{n // 50 + 1}班", "本科", "东校区"]


def read(build, path):
    runs = [json.loads(subprocess.run([str(build / "bench" / "roster_read"), str(build / "paihao"), str(path)],
                                      check=True, capture_output=True, text=True).stdout) for _ in range(5)]
    middle = sorted(runs, key=lambda run: run["ms"])[len(runs) // 2]
    return middle, statistics.median(run["bare_ms"] for run in runs), max(run["peak_kb"] for run in runs)


def rosters(build=ROOT / "build"):
    with tempfile.TemporaryDirectory() as folder:
        for count in (1_000, 100_000):
            rows = [HEAD, *people(count)]
            text, book = pathlib.Path(folder, f"{count}.csv"), pathlib.Path(folder, f"{count}.xlsx")
            text.write_bytes("".join(",".join(cells) + "\r\n" for cells in rows).encode("gb18030"))
            book.write_bytes(workbooks.xlsx([{"name": "Sheet1", "rows": rows}]))
            for path, bare in ((text, "split the same bytes"), (book, "unpack the same bytes")):
                run, bare_ms, peak_kb = read(build, path)
                assert run["people"] == count and run["errors"] == 0, run
                row(f"roster of {count:,}, {path.suffix[1:]}, confined, checked", f"{run['ms']:.0f}", "ms", f"{bare} {bare_ms:.1f} ms", run["ms"] / bare_ms)
                row("  resident memory of the reader's parent, peak", f"{peak_kb / 1024:.1f}", "MiB", f"file {path.stat().st_size / 1048576:.1f} MiB")
