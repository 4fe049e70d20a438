"""Workbooks as offices and as attackers make them, written by hand: XLSX as parts of an archive, XLS as BIFF8 records in a
compound file ([MS-XLS], [MS-CFB]). Nothing but the standard library, so that a test says byte by byte what it sends."""

import io
import struct
import warnings
import zipfile
from xml.sax.saxutils import escape, quoteattr

RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
PACKAGE = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
STAMP = (2026, 11, 22, 0, 0, 0)  # the same bytes on every day


def column_name(column):
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


class Raw(str):
    """A cell given as XML: what stands between <row> and </row>, with {at} for its address."""


class Date(float):
    """A number in a date format."""


def cell_xml(at, value, shared):
    if value is None:
        return ""
    if isinstance(value, Raw):
        return value.replace("{at}", at)
    if isinstance(value, bool):
        return f'<c r="{at}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, Date):
        return f'<c r="{at}" s="1"><v>{float(value):.17g}</v></c>'
    if isinstance(value, (int, float)):
        return f'<c r="{at}"><v>{value!r}</v></c>'
    return f'<c r="{at}" t="s"><v>{shared.setdefault(value, len(shared))}</v></c>'


def sheet_xml(rows, shared, merges=(), hidden_rows=()):
    lines = []
    for number, cells in enumerate(rows, 1):
        if cells:
            hidden = ' hidden="1"' if number in hidden_rows else ""
            body = "".join(cell_xml(f"{column_name(c)}{number}", value, shared) for c, value in enumerate(cells, 1))
            lines.append(f'<row r="{number}"{hidden}>{body}</row>')
    merged = "".join(f'<mergeCell ref="{ref}"/>' for ref in merges)
    return f'<worksheet {MAIN}><sheetData>{"".join(lines)}</sheetData>' + (f"<mergeCells>{merged}</mergeCells>" if merged else "") + "</worksheet>"


def parts_of(sheets, is_1904=False):
    """sheets: a list of dicts with name, rows and perhaps merges, hidden_rows, state, xml. Gives {part: text}."""
    shared, parts, entries, relations = {}, {}, [], []
    for n, sheet in enumerate(sheets, 1):
        state = f' state="{sheet["state"]}"' if "state" in sheet else ""
        entries.append(f'<sheet name={quoteattr(sheet["name"])} sheetId="{n}"{state} r:id="rId{n}"/>')
        relations.append(f'<Relationship Id="rId{n}" Type="{RELATION}/worksheet" Target="worksheets/sheet{n}.xml"/>')
        parts[f"xl/worksheets/sheet{n}.xml"] = sheet.get("xml") or sheet_xml(
            sheet["rows"], shared, sheet.get("merges", ()), sheet.get("hidden_rows", ()))
    relations.append(f'<Relationship Id="rIdS" Type="{RELATION}/styles" Target="styles.xml"/>')
    relations.append(f'<Relationship Id="rIdT" Type="{RELATION}/sharedStrings" Target="/xl/sharedStrings.xml"/>')
    strings = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in shared)
    return {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships {PACKAGE}><Relationship Id="rId1" Type="{RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{RELATION}"><workbookPr date1904="{int(is_1904)}"/><sheets>{"".join(entries)}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships {PACKAGE}>{"".join(relations)}</Relationships>',
        "xl/styles.xml": f'<styleSheet {MAIN}><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f"<sst {MAIN}>{strings}</sst>",
        **parts,
    }


def archive(parts):
    """parts: {name: text or bytes}, or a list of pairs when a name is to come twice."""
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as folder:
        warnings.simplefilter("ignore")  # of a name that comes twice
        for name, body in parts.items() if isinstance(parts, dict) else parts:
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            folder.writestr(info, body)
    return out.getvalue()


def xlsx(sheets, is_1904=False):
    return archive(parts_of(sheets, is_1904))


def compound(streams, least=4096):
    """A compound file of version 3. Streams are padded to `least` bytes, below which they would live in the mini stream."""
    sector = 512
    names, body, fat, starts = list(streams), b"", [], []
    data = {name: streams[name] + b"\0" * max(0, least - len(streams[name])) for name in names}
    for name in names:
        count = -(-len(data[name]) // sector)
        starts.append(len(fat))
        fat += list(range(len(fat) + 1, len(fat) + count)) + [0xFFFFFFFE]
        body += data[name].ljust(count * sector, b"\0")
    entry = lambda name, kind, child, start, size: (  # noqa: E731
        (name + "\0").encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HBBIII16sIQQIQ", 2 * len(name) + 2, kind, 1,
         0xFFFFFFFF, 0xFFFFFFFF, child, b"", 0, 0, 0, start, size))
    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0)
    for i, name in enumerate(names):
        folder += entry(name, 2, 0xFFFFFFFF, starts[i], len(data[name]))
    # siblings to the right of the first
    for i in range(1, len(names)):
        at = 128 * i + 72
        folder = folder[:at] + struct.pack("<I", i + 1) + folder[at + 4:]
    folder = folder.ljust(-(-len(folder) // sector) * sector, b"\0")
    first_folder = len(fat)
    count = len(folder) // sector
    fat += list(range(first_folder + 1, first_folder + count)) + [0xFFFFFFFE]
    n_fat = 1
    while n_fat * 128 < len(fat) + n_fat:
        n_fat += 1
    first_fat = len(fat)
    fat += [0xFFFFFFFD] * n_fat
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(n_fat * sector, b"\xff")
    difat = [first_fat + i for i in range(n_fat)] + [0xFFFFFFFF] * (109 - n_fat)
    header = struct.pack("<8s16sHHHHH6sIIIIIIIII109I", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"", 0x3E, 3, 0xFFFE, 9, 6,
                         b"", 0, n_fat, first_folder, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, *difat)
    return header + body + folder + table


def record(kind, body=b""):
    return struct.pack("<HH", kind, len(body)) + body


def wide(text, length="<H"):
    data = text.encode("utf-16-le")
    return struct.pack(length, len(data) // 2) + b"\1" + data


def biff8(sheets, obfuscated=False):
    """sheets: pairs of a name and rows of None, str, int, float or Date."""
    texts = []
    for _, rows in sheets:
        for cells in rows:
            texts += [value for value in cells if isinstance(value, str) and value not in texts]
    begin = lambda kind: record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x1FAA, 0x7CD, 0, 0x600))  # noqa: E731
    styles = record(0x22, b"\0\0") + record(0xE0, struct.pack("<HHHBBBBIIH", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)) + \
        record(0xE0, struct.pack("<HHHBBBBIIH", 0, 14, 0, 0, 0, 0, 0, 0, 0, 0))
    shared = record(0xFC, struct.pack("<II", len(texts), len(texts)) + b"".join(wide(text) for text in texts))
    bodies = []
    for _, rows in sheets:
        body = begin(0x10) + record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows), default=0), 0))
        for r, cells in enumerate(rows):
            for c, value in enumerate(cells):
                place = struct.pack("<HHH", r, c, 1 if isinstance(value, Date) else 0)
                if isinstance(value, str):
                    body += record(0xFD, place + struct.pack("<I", texts.index(value)))
                elif value is not None:
                    body += record(0x203, place + struct.pack("<d", value))
        bodies.append(body + record(0x0A))
    head = begin(5) + (record(0x2F, struct.pack("<HHH", 1, 1, 1) + b"\0" * 48) if obfuscated else b"") + record(0x42, struct.pack("<H", 1200)) + styles
    bound = [record(0x85, struct.pack("<IBB", 0, 0, 0) + wide(name, "<B")) for name, _ in sheets]
    at = len(head) + sum(map(len, bound)) + len(shared) + 4
    for i, (name, _) in enumerate(sheets):
        bound[i] = record(0x85, struct.pack("<IBB", at, 0, 0) + wide(name, "<B"))
        at += len(bodies[i])
    return head + b"".join(bound) + shared + record(0x0A) + b"".join(bodies)


def xls(sheets, obfuscated=False):
    return compound({"Workbook": biff8(sheets, obfuscated)})
