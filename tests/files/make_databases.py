"""Makes the Parquet file of this folder as another program writes it; needs pyarrow.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install pyarrow && /tmp/venv/bin/python tests/files/make_databases.py
"""

import datetime
import decimal
import pathlib

import pyarrow
import pyarrow.parquet

D = decimal.Decimal
DAY = datetime.date(2020, 3, 5)
MOMENT = datetime.datetime(2020, 3, 5, 8, 30, 15, 250000)
EARLY = datetime.datetime(1969, 12, 31, 23, 59, 59)

COLUMNS = [
    ("项目名称", pyarrow.string(), ["关工委经费", "绩效'考核,\n二期", None]),
    ("预算金额", pyarrow.decimal128(18, 2), [D("25.08"), D("-0.01"), None]),
    ("大额", pyarrow.decimal128(38, 10), [D("1234567890123456789012345678.0123456789"), D("0"), None]),
    ("小额", pyarrow.decimal128(7, 3), [D("1.230"), D("-9999.999"), None]),
    ("超长", pyarrow.decimal256(60, 2), [D("1" * 50 + ".25"), D("-0.01"), None]),
    ("支出金额", pyarrow.float64(), [0.1 + 0.2, 1e20, None]),
    ("单精度", pyarrow.float32(), [0.1, 16777216.0, None]),
    ("笔数", pyarrow.int64(), [9007199254740993, -9223372036854775808, None]),
    ("小整数", pyarrow.int8(), [-128, 127, None]),
    ("无符号", pyarrow.uint64(), [18446744073709551615, 0, None]),
    ("日期", pyarrow.date32(), [DAY, datetime.date(1949, 10, 1), None]),
    ("时刻", pyarrow.timestamp("us"), [MOMENT, EARLY, None]),
    ("毫秒", pyarrow.timestamp("ms", tz="Asia/Shanghai"), [MOMENT, EARLY, None]),
    ("纳秒", pyarrow.timestamp("ns"), [MOMENT, EARLY, None]),
    ("时间", pyarrow.time64("us"), [datetime.time(8, 30, 15), datetime.time(0), None]),
    ("是否", pyarrow.bool_(), [True, False, None]),
    ("字节", pyarrow.binary(), [b"\x00\x01", b"", None]),
    ("字典", pyarrow.dictionary(pyarrow.int8(), pyarrow.string()), ["公共", "公共", None]),
    ("列表", pyarrow.list_(pyarrow.int32()), [[1, 2], [], None]),
    ("结构", pyarrow.struct([("甲", pyarrow.int32()), ("乙", pyarrow.string())]), [{"甲": 1, "乙": "x"}, None, None]),
    ("映射", pyarrow.map_(pyarrow.string(), pyarrow.decimal128(9, 2)), [[("a", D("1.50"))], [], None]),
    ("空", pyarrow.null(), [None, None, None]),
]

arrays = [pyarrow.array(values, kind) for _, kind, values in COLUMNS]
table = pyarrow.table(dict(zip([name for name, _, _ in COLUMNS], arrays)))
folder = pathlib.Path(__file__).parent
pyarrow.parquet.write_table(table, folder / "各种类型.parquet", row_group_size=2, compression="zstd")
