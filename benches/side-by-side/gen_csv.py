#!/usr/bin/env python3
"""A large CSV of vouchers: gen_csv.py MEGABYTES FOLDER writes vouchers.csv, its audit.toml with a declaration, and the sums.

Rows are as auditors get them: a voucher number of its own, a day, one of 2,000 projects, one of 40,000 payees, a text of which
one in three is new, an amount with two decimals, of which one in fifty is quoted with thousands separators.
"""
import json
import random
import sys
from pathlib import Path

size, folder = int(sys.argv[1]) << 20, Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
dice = random.Random(20261126)
projects = [f"2024年公共文化服务项目第{number}号" for number in range(2000)]
payees = [f"江城市{dice.choice('东西南北中')}区{dice.choice('文印建商科')}{number}有限公司" for number in range(40000)]
texts = ["支付材料费", "支付专家评审费", "报销差旅费", "预付工程款", "办公用品采购", "劳务费"]
(folder / "own.dl").write_text("""\
/// 支出凭证
.decl voucher(
    /// 凭证号
    number: symbol,
    /// 日期
    day: date,
    /// 项目
    project: symbol,
    /// 收款人
    payee: symbol,
    /// 摘要
    summary: symbol,
    /// 金额（元）
    amount: money
)
.input voucher
""")
(folder / "audit.toml").write_text('title = "vouchers"\nrules = ["./own.dl"]\n[relation.voucher]\nsource = "vouchers.csv"\n')
rows = cents = written = 0
with open(folder / "vouchers.csv", "w", encoding="utf-8", newline="") as file:
    written += len("凭证号,日期,项目,收款人,摘要,金额（元）\n".encode())
    file.write("凭证号,日期,项目,收款人,摘要,金额（元）\n")
    while written < size:
        lines = []
        for _ in range(20000):
            rows += 1
            amount = int(dice.random() ** 4 * 50_000_000) + 1
            cents += amount
            whole, rest = divmod(amount, 100)
            shown = f'"{whole:,}.{rest:02}"' if rows % 50 == 0 else f"{whole}.{rest:02}"
            text = texts[rows % 6] if rows % 3 else f"{texts[rows % 6]}（{rows}）"
            day = f"2024-{1 + rows % 12:02}-{1 + rows % 28:02}"
            lines.append(f"记-{rows:08},{day},{dice.choice(projects)},{dice.choice(payees)},{text},{shown}\n")
        block = "".join(lines)
        written += len(block.encode())
        file.write(block)
(folder / "truth.json").write_text(json.dumps({"rows": rows, "cents": cents, "bytes": written}))
