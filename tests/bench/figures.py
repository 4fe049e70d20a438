"""A figure of make bench as a line and as a record, and what the kernel says of a process."""

import os
import pathlib
import time

figures = {}


def row(name, value, unit="", baseline="", ratio=None, aim=""):
    figures[name] = {"value": value, "unit": unit, "ratio": ratio}
    shown = "" if ratio is None else f"{ratio:6.2f}x"
    print(f"{name:<46} {value:>12} {unit:<6} {baseline:<34} {shown:>8}  {aim}", flush=True)


def memory_kb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("no VmRSS")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_share(pid, seconds):
    before = cpu_seconds(pid)
    time.sleep(seconds)
    return (cpu_seconds(pid) - before) / seconds * 100
