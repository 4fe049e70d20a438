#!/usr/bin/python3
"""paihao table from outside: the corpus and its script agree; files that mean harm end soon, in little memory, with a word
for the person who sent them; what is printed is what the file holds."""

import io
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("PAIHAO_BUILD", "build")
sys.path.insert(0, str(ROOT / "tests" / "data" / "roster"))
import corpus  # noqa: E402
import workbooks  # noqa: E402
from harness import PATIENCE  # noqa: E402

MIB = 1 << 20
PLAIN = workbooks.parts_of([{"name": "a", "rows": [["学号", "姓名"], ["1", "张三"]]}])
SHEET = "xl/worksheets/sheet1.xml"
IS_WIDENED = "asan" in str(BUILD) or "tsan" in str(BUILD)  # sanitizers take memory and time of their own


def table(body, *arguments):
    """Gives what ran and its lines."""
    done = subprocess.run([BUILD / "paihao", "table", *(arguments or ["-"])], input=body, capture_output=True, timeout=100 * PATIENCE)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return done, lines


def with_parts(**changes):
    return workbooks.archive({**PLAIN, **{SHEET if name == "sheet" else name: body for name, body in changes.items()}})


class Corpus(unittest.TestCase):
    def test_the_files_are_what_the_script_writes(self):
        folder = ROOT / "tests" / "data" / "roster" / "files"
        self.assertEqual(sorted(path.name for path in folder.iterdir()), sorted(corpus.files))
        for name, body in corpus.files.items():
            if name.endswith((".xlsx",)):  # compressed by whichever zlib is here
                continue
            self.assertEqual((folder / name).read_bytes(), body, name)
        for name in (name for name in corpus.files if name.endswith(".xlsx") and corpus.files[name][:2] == b"PK"):
            try:
                ours, theirs = zipfile.ZipFile(io.BytesIO(corpus.files[name])), zipfile.ZipFile(folder / name)
            except zipfile.BadZipFile:
                continue
            self.assertEqual([ours.read(entry) for entry in ours.infolist()], [theirs.read(entry) for entry in theirs.infolist()], name)

    def test_every_file_ends_with_a_word(self):
        for name, body in corpus.files.items():
            done, lines = table(body)
            golden = json.loads((ROOT / "tests" / "data" / "roster" / "golden" / f"{name}.json").read_text())
            self.assertEqual(lines[-1], {"end": golden["fault"]}, name)
            self.assertEqual(done.returncode, 0 if golden["fault"] == "ok" else 1, name)
            self.assertEqual(golden["fault"] in done.stderr.decode(), golden["fault"] != "ok", name)


class Hostile(unittest.TestCase):
    def refused(self, body, end):
        done, lines = table(body)
        self.assertEqual(lines[-1], {"end": end}, done.stderr)
        self.assertEqual(done.returncode, 1)

    def test_bomb_in_a_sheet(self):
        # blanks between rows, which no other limit counts
        self.refused(with_parts(sheet=b"<worksheet><sheetData>" + b" " * (300 * MIB) + b"</sheetData></worksheet>"), "table-too-large")

    def test_bomb_in_a_cell(self):
        self.refused(with_parts(sheet=b"<worksheet><sheetData><row r='1'><c t='str'><v>" + b" " * (100 * MIB)), "table-too-large")

    def test_bomb_in_an_attribute(self):
        # one token of 200 MB: whatever gives up first, nothing may grow without end
        done, lines = table(with_parts(sheet=b"<worksheet a='" + b"x" * (200 * MIB) + b"'/>"))
        self.assertTrue(done.returncode != 0, lines)

    def test_bomb_in_the_strings(self):
        strings = "<sst>" + ("<si><t>" + "x" * 1000 + "</t></si>") * 140_000 + "</sst>"
        self.refused(with_parts(**{"xl/sharedStrings.xml": strings}), "table-too-large")

    def test_a_string_used_by_many_cells(self):
        # each cell is 32 kB for four bytes: the row is what is bounded
        cells = "".join(f'<c r="{workbooks.column_name(c)}1" t="s"><v>0</v></c>' for c in range(1, 257))
        self.refused(with_parts(**{"xl/sharedStrings.xml": f"<sst><si><t>{'x' * 32000}</t></si></sst>",
                                   "sheet": f'<worksheet><sheetData><row r="1">{cells}</row></sheetData></worksheet>'}), "table-too-large")

    def test_too_many_entries(self):
        self.refused(workbooks.archive({**PLAIN, **{f"x/{n}": "" for n in range(5000)}}), "table-too-large")

    def test_too_many_merges(self):
        merges = '<mergeCell ref="A1:A2"/>' * 70000
        self.refused(with_parts(sheet=f'<worksheet><sheetData/><mergeCells>{merges}</mergeCells></worksheet>'), "table-too-large")

    def test_a_folder_of_folders(self):
        inner = workbooks.archive(PLAIN)
        self.refused(workbooks.archive({"a.xlsx": inner, "b.xlsx": inner}), "table-unknown")

    def test_a_locked_part(self):
        # the bit that says "encrypted" in both of a part's headers
        body = bytearray(workbooks.archive(PLAIN))
        for magic, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
            start = -1
            while (start := body.find(magic, start + 1)) >= 0:
                body[start + at] |= 1
        self.refused(bytes(body), "table-encrypted")

    def test_a_long_line(self):
        self.refused(b"a,b\n" + b"x" * (60 * MIB), "table-too-large")

    def test_too_large_a_file(self):
        self.refused(b"a,b\n" * (17 * MIB), "table-too-large")

    def test_old_workbooks_changed_anywhere(self):
        """freexl may do whatever it does: the child ends, and a parent sees an end or a death."""
        whole = corpus.files["people-numbers.xls"]
        for at in range(0, len(whole), 997 if IS_WIDENED else 61):
            body = bytearray(whole)
            body[at] ^= 0xFF
            done, lines = table(bytes(body))
            self.assertTrue(done.returncode in (0, 1) and "end" in lines[-1] or done.returncode < 0 or IS_WIDENED, (at, done))


class Limits(unittest.TestCase):
    def test_memory_of_a_large_list(self):
        """The child's own memory, for a list that is as large as one may be."""
        rows = b"".join(b"%d,%b,%018d\n" % (20210000000 + n, "张三".encode(), n) for n in range(1_000_000))
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        child = subprocess.Popen([BUILD / "paihao", "table", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        child.communicate("学号,姓名,备注\n".encode() + rows)
        self.assertEqual(child.returncode, 0)
        if not IS_WIDENED and before < 250 * 1024:
            self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, 300 * 1024)


class Command(unittest.TestCase):
    def test_a_file_by_name(self):
        path = ROOT / "tests" / "data" / "roster" / "files" / "people-merged.xlsx"
        done, lines = table(None, path)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(lines[0], {"row": 1, "sheet": "Sheet1", "cells": ["2021届毕业生名单"]})
        self.assertIn({"merge": [1, 1, 1, 5], "sheet": "Sheet1"}, lines)

    def test_output_into_a_file(self):
        path = ROOT / "tests" / "data" / "roster" / "files" / "people-utf8.csv"
        with tempfile.TemporaryFile() as sink:
            self.assertEqual(subprocess.run([BUILD / "paihao", "table", path], stdout=sink).returncode, 0)
            sink.seek(0)
            self.assertEqual(sink.read(), table(None, path)[0].stdout)

    def test_wrong_usage(self):
        for arguments in (["table"], ["table", "a", "b"], ["table", ""]):
            self.assertEqual(subprocess.run([BUILD / "paihao", *arguments], capture_output=True).returncode, 2, arguments)
        done = subprocess.run([BUILD / "paihao", "table", "/nowhere"], capture_output=True)
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"file-unreadable", done.stderr)


if __name__ == "__main__":
    unittest.main()
