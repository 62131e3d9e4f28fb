#!/usr/bin/env python3
"""Reads vouchers.csv into a table of types as gouji's declaration has them, and adds it up: csv_duckdb.py FOLDER THREADS."""
import json
import sys
from pathlib import Path

import duckdb

folder, threads = Path(sys.argv[1]), int(sys.argv[2])
duck = duckdb.connect()
duck.execute(f"SET threads = {threads}")
# Amounts with thousands separators are texts to DuckDB; its own option for them reads doubles only.
duck.execute(f"""
    CREATE TABLE voucher AS SELECT * REPLACE (CAST(replace("金额（元）", ',', '') AS DECIMAL(18, 2)) AS "金额（元）")
    FROM read_csv('{folder / "vouchers.csv"}', header = true, columns = {{
        '凭证号': 'VARCHAR', '日期': 'DATE', '项目': 'VARCHAR', '收款人': 'VARCHAR', '摘要': 'VARCHAR', '金额（元）': 'VARCHAR' }})""")
rows, cents = duck.execute('SELECT count(*), CAST(sum("金额（元）") * 100 AS BIGINT) FROM voucher').fetchone()
truth = json.loads((folder / "truth.json").read_text())
if (rows, cents) != (truth["rows"], truth["cents"]):
    raise SystemExit(f"{rows} rows of {cents} cents, not {truth}")
