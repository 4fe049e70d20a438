#!/usr/bin/python3
"""Writes the corpus of lists beside this file: files/KIND-what.ext. Run it after a change, then look at what
`build/tests/test_roster_golden` says, and let it write golden/ (its head says how). All people are synthetic: region 9901xx.

The first word of a name is the kind of list. Files that would be large are made by tests/integration/roster_test.py."""

import pathlib

import workbooks
from workbooks import Date, Raw

HERE = pathlib.Path(__file__).parent
NAMES = "张三 李四 王芳 赵敏 欧阳修 钱进 孙悦 周全 吴双 郑重".split()


def id_number(n, year=2001):
    body = f"9901{n % 50 + 1:02d}{year}0{n % 9 + 1}{n % 27 + 1:02d}{n % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights)) % 11]


def old_number(n):
    whole = id_number(n, 1979)
    return whole[:6] + whole[8:17]


def student(n):
    return f"2021{n:06d}"


def row(n, unit="软件2101班", level="本科"):
    return [student(n), NAMES[n % len(NAMES)], id_number(n), "信息学院", unit, level]


HEAD = ["学号", "姓名", "身份证号", "学院", "班级", "层次"]
GOOD = [HEAD] + [row(n) for n in range(1, 7)]


def csv(rows, separator=",", end="\r\n"):
    return end.join(separator.join(str(cell) for cell in cells) for cells in rows) + end


def sheet(rows, name="Sheet1", **more):
    return {"name": name, "rows": rows, **more}


files = {}


def text(name, body, encoding="utf-8"):
    files[name] = body if isinstance(body, bytes) else body.encode(encoding)


# ---- text: encodings, separators, line ends, quotes
text("people-utf8.csv", csv(GOOD))
text("people-bom-semicolon.csv", "\ufeff" + csv(GOOD, ";"))
text("people-utf16le-tab.txt", "\ufeff" + csv(GOOD, "\t"), "utf-16-le")
text("people-utf16be.csv", "\ufeff" + csv(GOOD), "utf-16-be")
text("people-utf16-unmarked.csv", csv(GOOD), "utf-16-le")
text("people-gb18030.csv", csv([HEAD, [student(1), "䶮𠮷", id_number(1), "信息学院", "一班", "本科"],
                                [student(2), "阿依·古丽", id_number(2), "信息学院", "一班", "本科"]]), "gb18030")
text("people-old-mac-lines.csv", csv(GOOD, end="\r"))
text("people-sep-line.csv", "sep=;\r\n" + csv(GOOD, ";"))
text("people-full-width-comma.csv", csv(GOOD, "，"))
text("people-mixed-comma.csv", csv(GOOD[:3]) + f"{student(3)}，{NAMES[3]},{id_number(3)},信息学院,软件2101班,本科\r\n")
text("people-quotes.csv", '学号,"姓 名",备注\r\n="0001","张""三""","第一行\n第二行"\r\n"0002",李四,"a,b"\r\n')
text("people-quote-open.csv", csv(GOOD) + '"2021000007,张三\r\n')
text("people-cut-in-utf8.csv", "\ufeff".encode() + csv(GOOD).encode()[:-4] + b"\xe6\x9c\r\n")
text("people-binary.csv", bytes(range(256)) * 4)
text("people-empty.csv", b"")
text("people-blank.csv", "\r\n , ,\r\n\r\n")
text("people-web-page.xls", "<html><body><table><tr><td>学号</td><td>姓名</td></tr></table></body></html>")
text("people-picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(40))
text("people-no-heading.csv", csv(GOOD[1:]))
text("people-control-character.csv", csv([HEAD[:2], [student(1), "张\x07三"], [student(2), "李四"]]))

# ---- headings and rows as offices write them
text("people-headings-odd.csv", csv([
    ["序号", "＊姓　名", "身份证\t号码（18位）", "性别", "ＸＨ", "所在学院", "专业名称", "行政班级", "培养层次", "校区", "学习形式", "备注："],
    ["1", "张三", id_number(1), "女", student(1), "信息学院", "软件工程", "软工一班", "普通本科", "东校区", "全日制", "缓毕业"],
    ["2", "李四", id_number(2), "男", student(2), "信息学院", "软件工程", "软工一班", "硕士研究生", "东校区", "全日制", ""],
]))
text("people-english.csv", csv([["Student No.", "Full Name", "ID Card Number", "College", "Class", "Degree", "Campus"],
                                [student(1), "John  SMITH", id_number(1), "Software", "SE1", "Bachelor", "East"],
                                [student(2), "ANNA-MARIA O'NEIL", "", "Software", "SE1", "PhD", "East"]]))
text("people-title-total.csv", csv([["××大学2021届毕业生图像采集名单", "", "", ""], ["制表单位：教务处", "", "", ""], [],
                                    ["序号", "学号", "姓名", "班级"], ["1", student(1), "张三", "一班"], ["2", student(2), "李四", "一班"],
                                    ["", "", "", ""], ["合 计", "2人", "", ""], ["制表人：", "", "审核：", ""]]))
text("people-classes-one-below-another.csv", csv([["软件一班", "", ""], ["学号", "姓名", "班级"], [student(1), "张三", "软件一班"],
                                                  ["软件二班", "", ""], ["学号", "姓名", "班级"], [student(2), "李四", "软件二班"]]))
text("people-columns-twice.csv", csv([["学号", "姓名", "学院", "院系", "学生姓名"], [student(1), "张三", "信息学院", "软件系", "张山"]]))

# ---- numbers that a spreadsheet has changed
text("people-scientific.csv", csv([HEAD[:3], ["2.02101E+11", "张三", id_number(1)], ["2.021000002E+9", "李四", "9.90101E+17"],
                                   ["2021000003.0", "王芳", id_number(3)[:15] + "000"], ["2021000004", "赵敏", id_number(4)]]))
text("people-number-repairs.csv", csv([HEAD[:3], ["２０２１０００００１", "张三", " " + id_number(1)[:6] + " " + id_number(1)[6:]],
                                       ["'2021000002", "李四", id_number(11).replace("X", "x")], ["2021 000003", "王芳", old_number(3)],
                                       [student(4), "赵敏", "".join(chr(ord(c) + 0xFEE0) for c in id_number(4))]]))
WITH_X = next(n for n in range(1, 400) if id_number(n).endswith("X"))
text("people-id-numbers-wrong.csv", csv([HEAD[:3], [student(1), "张三", id_number(1)[:17]], [student(2), "李四", id_number(2)[:17] + ("1" if id_number(2)[17] != "1" else "2")],
                                         [student(3), "王芳", id_number(3)[:10] + "1340" + id_number(3)[14:]], [student(4), "赵敏", id_number(4)[:8] + "O" + id_number(4)[9:]],
                                         [student(5), "钱进", id_number(WITH_X)[:17] + "×"], [student(6), "孙悦", id_number(6)]]))
text("people-zeros-lost-maybe.csv", csv([["学号", "姓名"]] + [[f"0{2021000 + n}", NAMES[n % 10]] for n in range(1, 30)] + [["2021030", "周全"]]))
text("people-duplicates.csv", csv([HEAD, row(1), row(2), row(1), [student(2), "王芳", id_number(3), "信息学院", "软件2101班", "本科"],
                                   [student(4), "张三", id_number(1), "信息学院", "软件2101班", "本科"],
                                   [student(5), "李四", id_number(1), "信息学院", "软件2101班", "本科"],
                                   row(6, level="硕士"), [student(7), NAMES[6], id_number(6), "信息学院", "博一班", "博士"],
                                   [student(6), NAMES[6], id_number(6), "信息学院", "博一班", "博士"]]))
text("people-levels.csv", csv([["学号", "姓名", "层次"]] + [[student(n), NAMES[n % 10], level] for n, level in enumerate(
    ["专科", "高职高专", "专升本", "学士", "全日制专业学位硕士", "博士研究生", "直博生", "硕博连读", "研究生", "", "Master's"], 1)]))
text("people-names.csv", csv([["学号", "姓名"]] + [[student(n), name] for n, name in enumerate(
    ["张　三", "阿卜杜•热合曼", "买买提．艾力", "迪丽 热巴", "Maria  del  Carmen", "张?", "李\ufffd", "王\ue123", "赵4", "", "·", "欧阳\u200b修", "李\u202e四",
     "一" * 70], 1)]))
text("people-missing.csv", csv([HEAD, ["", "张三", "", "信息学院", "一班", "本科"], [student(2), "", "", "信息学院", "一班", "本科"],
                                [student(3), "王芳", "", "信息学院", "", ""], ["", "", "", "信息学院", "", ""], [student(5), "钱进", "", "信" * 60, "一班", "本科"],
                                ["学号未定", "孙悦", "", "", "", ""], ["-5", "周全", "", "", "", ""]]))
text("people-passports.csv", csv([["学号", "姓名", "证件类型", "证件号码"], [student(1), "IVAN PETROV", "护照", "75 1234567"],
                                  [student(2), "张三", "居民身份证", id_number(2)], [student(3), "李四", "", "E12345678"],
                                  [student(4), "王芳", "港澳居民来往内地通行证", "H01234567"]]))
text("excluded-numbers.csv", csv([["学号", "原因"], [student(1), "已由原单位采集"], [student(2), "休学"], [student(2), "休学"]]))
text("captured-levels.csv", csv([["证件号码", "姓名", "学历层次"], [id_number(1), "张三", "本科"], [id_number(1), "张三", "硕士"], [id_number(2), "李四", ""]]))
text("paid-amounts.csv", csv([["学号", "姓名", "缴费金额（元）", "支付方式"], [student(1), "张三", "15", "现金"], [student(2), "李四", "￥15.00", "支付宝扫码"],
                              [student(3), "王芳", "15元", "微信"], [student(4), "赵敏", "十五", "现金"], [student(5), "钱进", "-15", ""],
                              [student(6), "孙悦", '"1,500.50"', "校园一卡通"], [student(7), "周全", "15.005", "POS"]]))

# ---- workbooks
files["people-plain.xlsx"] = workbooks.xlsx([sheet(GOOD)])
files["people-merged.xlsx"] = workbooks.xlsx([sheet(
    [["2021届毕业生名单"], ["学号", "姓名", "学籍信息"], [None, None, "学院", "班级", "层次"],
     [student(1), "张三", "信息学院", "一班", "本科"], [student(2), "李四"], [student(3), "王芳", None, "二班"], [student(4), "赵敏"]],
    merges=["A1:E1", "A2:A3", "B2:B3", "C2:E2", "C4:C7", "D4:D5", "D6:D7", "E4:E7"])])
files["people-sheets.xlsx"] = workbooks.xlsx([
    sheet([["学号", "姓名"], [student(1), "张三"]], "软件一班"), sheet([["学号", "姓名"], [student(2), "李四"], [student(3), "王芳"]], "软件二班", hidden_rows=(3,)),
    sheet([["本表由各班填写"], ["请勿修改"]], "填写说明"), sheet([["学号", "姓名"], [student(4), "赵敏"]], "备用", state="hidden")])
files["people-numbers.xlsx"] = workbooks.xlsx([sheet(
    [HEAD[:3] + ["出生日期"], [2021000001, "张三", 990101200101011000.0, Date(37000)], ["0021000002", "李四", id_number(2), None], [21000003, "王芳", int(old_number(3)), None],
     [Date(43793), "赵敏", id_number(4), None], [Raw('<c r="{at}" t="e"><v>#N/A</v></c>'), "钱进", id_number(5), None],
     [Raw('<c r="{at}"><f>A2+1</f></c>'), "孙悦", id_number(6), None], [True, "周全", id_number(7), None], [2021000008.5, "吴双", id_number(8), None],
     [Raw('<c r="{at}" t="inlineStr"><is><r><t>2021</t></r><r><t>000009</t></r><rPh><t>读音</t></rPh></is></c>'), "郑重", id_number(9), None]])])
files["people-plain.xls"] = workbooks.xls([("Sheet1", GOOD)])
files["people-numbers.xls"] = workbooks.xls([("一班", [HEAD[:3], [2021000001.0, "张三", 990101200101011000.0], ["0021000002", "李四", id_number(2)], [Date(43793), "王芳", id_number(3)]]),
                                             ("二班", [HEAD[:3], [student(4), "赵敏𠮷", id_number(4)]])])
files["people-password.xls"] = workbooks.xls([("Sheet1", GOOD)], obfuscated=True)
files["people-password.xlsx"] = workbooks.compound({"EncryptionInfo": b"\4\0\4\0", "EncryptedPackage": bytes(6000)})
files["people-document.doc"] = workbooks.compound({"WordDocument": bytes(5000)})

# freexl gives up a workbook with an empty text in it (roster/table_xls.h); the words say to save it as .xlsx
files["people-empty-text.xls"] = workbooks.xls([("Sheet1", GOOD + [[student(9), "张三", ""]])])
files["people-tiny.xls"] = workbooks.compound({"Workbook": workbooks.biff8([("Sheet1", GOOD[:2])])}, least=0)

# ---- workbooks that are broken or mean harm
parts = workbooks.parts_of([sheet(GOOD)])


def broken(name, **changes):
    files[f"people-{name}.xlsx"] = workbooks.archive({part: body for part, body in {**parts, **changes.pop("parts", {})}.items() if body is not None})


SHEET = "xl/worksheets/sheet1.xml"
files["people-cut-off.xlsx"] = workbooks.xlsx([sheet(GOOD)])[:-60]
files["people-cut-off.xls"] = workbooks.xls([("Sheet1", GOOD)])[:3000]
broken("part-missing", parts={SHEET: None})
broken("no-workbook", parts={"xl/workbook.xml": None})
broken("not-xml", parts={SHEET: "学号,姓名"})
broken("entities", parts={SHEET: '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><worksheet><sheetData><row r="1"><c t="str"><v>&b;</v></c></row></sheetData></worksheet>'})
broken("outside-entity", parts={SHEET: '<!DOCTYPE w SYSTEM "file:///etc/passwd"><worksheet/>'})
broken("deep", parts={SHEET: "<a>" * 5000 + "</a>" * 5000})
broken("string-missing", parts={"xl/sharedStrings.xml": "<sst/>"})
broken("huge-row", parts={SHEET: '<worksheet><sheetData><row r="4294967297"><c t="str"><v>x</v></c></row></sheetData></worksheet>'})
broken("huge-column", parts={SHEET: '<worksheet><sheetData><row r="1"><c r="XFD1" t="str"><v>x</v></c></row></sheetData></worksheet>'})
broken("columns-back", parts={SHEET: '<worksheet><sheetData><row r="1"><c r="B1" t="str"><v>x</v></c><c r="A1" t="str"><v>x</v></c></row></sheetData></worksheet>'})
broken("rows-back", parts={SHEET: '<worksheet><sheetData><row r="2"><c t="str"><v>x</v></c></row><row r="1"><c t="str"><v>x</v></c></row></sheetData></worksheet>'})
broken("path-out", parts={"xl/_rels/workbook.xml.rels": parts["xl/_rels/workbook.xml.rels"].replace("worksheets/sheet1.xml", "../../../../etc/passwd")})
files["people-part-twice.xlsx"] = workbooks.archive([*parts.items(), (SHEET, parts[SHEET])])
files["people-1904.xlsx"] = workbooks.xlsx([sheet([["学号", "姓名", "备注"], [student(1), "张三", Date(42331)]])], is_1904=True)

if __name__ == "__main__":
    folder = HERE / "files"
    for old in folder.glob("*"):
        if old.name not in files:
            old.unlink()
    for name, body in files.items():
        (folder / name).write_bytes(body)
