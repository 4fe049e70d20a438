#!/usr/bin/python3
"""Writes campuses.xlsx and merged.xlsx: what an office's spreadsheet makes of a schedule. Run after a change here."""

import pathlib
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "roster"))
import workbooks  # noqa: E402

HEAD = ["日期", "时间", "学院", "人数"]
campuses = [
    {"name": "泉州校区", "rows": [["2024年采集安排"], HEAD, ["5月11日（周六）", "8:30-9:30", "法学院", 120], [None, "9:30-10:30", "哲学与社会发展学院", 60]]},
    {"name": "厦门校区", "rows": [["2024年采集安排"], HEAD, ["5月11日（周六）", "8:30-9:30", "计算机科学与技术学院", 300]]},
]
Date = workbooks.Date
merged = [
    {
        "name": "Sheet1",
        "rows": [
            ["2020届毕业生图像采集安排表", None, None, None, None, None],
            ["地点", "日期", "时间", None, "学院", "人数"],
            [None, None, "开始", "结束", None, None],
            ["A101", Date(43806), Date(0.3541666667), Date(0.4166666667), "人文学院", 200],
            [None, None, Date(0.4166666667), Date(0.4583333333), "法学院、\n经济管理学院", 150],
            ["A102", Date(43806), Date(0.3541666667), Date(0.375), "理学院", 90],
            [None, None, Date(0.375), Date(0.3958333333), "材料学院", None],
            ["A103教室", 43807, 0.3541666667, 0.4166666667, "全体博士研究生", 31],
        ],
        "merges": ["A1:F1", "A2:A3", "B2:B3", "C2:D2", "E2:E3", "F2:F3", "A4:A5", "B4:B5", "A6:A7", "B6:B7", "F6:F7"],
    }
]
for name, sheets in (("campuses.xlsx", campuses), ("merged.xlsx", merged)):
    (here / name).write_bytes(workbooks.xlsx(sheets))
