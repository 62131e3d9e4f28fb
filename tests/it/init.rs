//! `gouji init`: what it writes works at once.

use std::fs;

use crate::support::{folder, gouji};

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn what_init_writes_can_be_checked_queried_and_ruled_on() {
    let dir = folder("init-all");
    let gb = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    let files: [(&str, Vec<u8>); 8] = [
        (
            "项目.csv",
            gb(
                "2024年支出表\n\n项目编号,项目名称,预算数,支出数\n,,万元,万元\nP1,甲,100,90\nP2,乙,200,210\n合计,,300,300\n",
            ),
        ),
        (
            "台账.csv",
            gb("资产编号,资产名称,购置日期,原值（元）\n001,电脑,2020-03-05,\"250,600.00\"\n002,打印机,2021/4/1,1200\n"),
        ),
        ("导出.xls", gb("凭证号\t摘要\t金额（元）\n记1\t电费\t5.50\n")),
        (
            "公告.html",
            gb(
                "<meta charset=gb2312><table><tr><th>标段<th>报价人<th>报价（万元）<tr><td>一<td>丙公司<td>12.5</table>",
            ),
        ),
        ("其实是图.csv", b"\x89PNG\r\n\x1a\n\0\0".to_vec()),
        ("说明.txt", "本项目于2024年实施。\n".as_bytes().to_vec()),
        ("合同.pdf", b"%PDF-1.4".to_vec()),
        ("~$项目.xlsx", b"x".to_vec()),
    ];
    for (name, bytes) in &files {
        fs::write(dir.join(name), bytes).unwrap();
    }
    fs::create_dir(dir.join("附件")).unwrap();
    let at = dir.to_str().unwrap();
    let made = gouji(&["init", at, "--lang", "zh"]);
    let (said, doubts) = (text(made.stdout), text(made.stderr));
    assert_eq!(made.status.code(), Some(0), "{said}{doubts}");
    assert!(said.contains("2 张表用得上自带的规则，2 张自带的规则不认得，声明写在 tables.dl"), "{said}");
    for part in
        ["其实是图.csv：它是 PNG 文件", "其实是一行一行的文本", "没有看这些文件：合同.pdf", "没有看子文件夹", "附件"]
    {
        assert!(doubts.contains(part), "{part} in {doubts}");
    }
    let checked = gouji(&["check", at, "--lang", "zh", "--format", "concise"]);
    let (found, complaints) = (text(checked.stdout), text(checked.stderr));
    assert_eq!(checked.status.code(), Some(1), "{found}{complaints}");
    assert!(found.contains("YS-003") && found.contains("支出 210万元，大于预算 200万元"), "{found}");
    assert!(!complaints.contains("error") && !complaints.contains("warning"), "{complaints}");
    let asked = gouji(&[
        "query",
        "x in 台账, x.原值 > 1万元, year(x.购置日期) = 2020, y in 公告, y.报价 = 12.5万元",
        at,
        "--format",
        "csv",
    ]);
    let rows = text(asked.stdout);
    assert!(
        rows.contains("001,一,250600元,2020-03-05,12.5万元") && !rows.contains("002"),
        "{rows}{}",
        text(asked.stderr)
    );
    // The rule that the declarations show, as it stands there, in a file of its own.
    let declarations = fs::read_to_string(dir.join("tables.dl")).unwrap();
    let lines = declarations.lines().filter_map(|line| line.strip_prefix("//   "));
    fs::write(dir.join("my-rules.toml"), lines.map(|line| line.to_owned() + "\n").collect::<String>()).unwrap();
    let manifest = fs::read_to_string(dir.join("audit.toml")).unwrap();
    fs::write(dir.join("audit.toml"), manifest.replace("\"./tables.dl\"]", "\"./tables.dl\", \"./my-rules.toml\"]"))
        .unwrap();
    let checked = gouji(&["check", at, "--lang", "zh", "--format", "concise"]);
    let found = text(checked.stdout);
    assert!(found.contains("ZJ-001"), "{found}{}", text(checked.stderr));
    let again = gouji(&["init", at, "--lang", "zh"]);
    assert_eq!((again.status.code(), text(again.stderr).contains("没有改动它")), (Some(2), true));
}

#[test]
fn tables_that_no_rule_knows_are_declared_all_the_same() {
    let dir = folder("init-own");
    fs::write(dir.join("台账.csv"), "资产编号,原值（元）\n001,5\n").unwrap();
    let file = dir.join("台账.csv");
    let shown = gouji(&["init", file.to_str().unwrap(), "--print", "--lang", "zh"]);
    let shown = text(shown.stdout);
    assert!(shown.contains(".decl 台账(") && !dir.join("audit.toml").exists(), "{shown}");
    fs::write(dir.join("tables.dl"), "mine").unwrap();
    let refused = gouji(&["init", file.to_str().unwrap(), "--lang", "zh"]);
    assert_eq!((refused.status.code(), dir.join("audit.toml").exists()), (Some(2), false));
    fs::remove_file(dir.join("tables.dl")).unwrap();
    let made = gouji(&["init", file.to_str().unwrap(), "--lang", "zh"]);
    assert_eq!(made.status.code(), Some(0));
    let facts = gouji(&["facts", dir.to_str().unwrap(), "--lang", "zh"]);
    assert!(text(facts.stdout).contains("台账"));
    assert_eq!(facts.status.code(), Some(0));
}

#[test]
fn a_mistyped_name_leaves_nothing_behind_that_stops_the_next_try() {
    let dir = folder("init-typo");
    fs::write(dir.join("表.csv"), "项目名称,预算数（万元）,支出数（万元）\n甲,1.5,1\n").unwrap();
    let init = |name: &str| gouji(&["init", dir.join(name).to_str().unwrap(), "--lang", "zh"]);
    let wrong = init("表表.csv");
    let said = text(wrong.stderr);
    assert_eq!(wrong.status.code(), Some(2), "{said}");
    assert!(said.contains("没有找到一张表，没有写"), "{said}");
    assert!(!dir.join("audit.toml").exists());
    let right = init("表.csv");
    assert_eq!(right.status.code(), Some(0), "{}", text(right.stderr));
}

#[test]
fn a_header_that_two_columns_may_have_goes_to_the_one_that_needs_it() {
    let table = |headers: &str| format!("{headers}\n甲,40.50,39.00,39.60,98.00\n乙,41.00,80.00,39.60,49.50\n");
    let both = table("项目名称,年初预算数（万元）,调整预算数（万元）,决算数（万元）,执行率（%）");
    let one = table("项目名称,年初预算数（万元）,决算数（万元）,备注,执行率（%）");
    let fed = |name: &str, text: &str, manifest: Option<&str>| {
        let dir = folder(name);
        fs::write(dir.join("表.csv"), text).unwrap();
        match manifest {
            Some(manifest) => fs::write(dir.join("audit.toml"), manifest).unwrap(),
            None => assert_eq!(gouji(&["init", dir.to_str().unwrap()]).status.code(), Some(0)),
        }
        self::text(
            gouji(&[
                "query",
                "p in project, p.name = \"乙\", x = p.budget, y = p.initial else 0元",
                dir.to_str().unwrap(),
            ])
            .stdout,
        )
    };
    for manifest in [None, Some("title = \"t\"\nrelation.project.source = [{ file = \"表.csv\" }]\n")] {
        let found = fed("header-both", &both, manifest);
        assert!(found.contains("80") && found.contains("41"), "{found}");
        let found = fed("header-one", &one, manifest);
        assert!(found.contains("41") && !found.contains("80"), "{found}");
        assert!(found.contains("41万元  0元"), "{found}");
    }
}

#[test]
fn amounts_of_the_year_before_are_not_taken_for_those_of_this_year() {
    let found = |name: &str, headers: &str| {
        let dir = folder(name);
        fs::write(dir.join("表.csv"), format!("项目名称,{headers}\n甲,11,22\n乙,33,44\n")).unwrap();
        assert_eq!(gouji(&["init", dir.to_str().unwrap()]).status.code(), Some(0));
        let asked = "p in project, p.name = \"乙\", x = p.budget else 0元, y = p.spent else 0元";
        text(gouji(&["query", asked, dir.to_str().unwrap(), "--format", "csv"]).stdout)
    };
    let this_year = found("init-this-year", "本年决算数（万元）,本年预算数（万元）");
    assert!(this_year.contains("440000元,330000元"), "{this_year}");
    for headers in ["上年决算数（万元）,本年预算数（万元）", "2023年决算数（万元）,2024年预算数（万元）"]
    {
        let no_spending = found("init-last-year", headers);
        assert!(no_spending.contains("440000元,0元"), "{headers}: {no_spending}");
    }
}

#[test]
fn parts_of_amounts_are_found_beside_the_amount_they_are_parts_of() {
    let dir = folder("init-parts");
    let table = "项目名称,全年预算数（万元）,其中：中央,其中：区级,全年执行数（万元）,其中：区级\n甲,100,20,80,90,75\n乙,200,90,210,150,60\n";
    fs::write(dir.join("表.csv"), table).unwrap();
    let at = dir.to_str().unwrap();
    let made = gouji(&["init", at, "--lang", "zh"]);
    assert!(made.status.success(), "{}", text(made.stderr));
    let manifest = fs::read_to_string(dir.join("audit.toml")).unwrap();
    let amounts = "p in project, n = p.name, b = p.budget, bd = p.budget_district, s = p.spent, sd = p.spent_district";
    let asked = |manifest: &str| {
        fs::write(dir.join("audit.toml"), manifest).unwrap();
        let asked = gouji(&["query", amounts, at, "--format", "csv"]);
        (text(asked.stdout), text(asked.stderr))
    };
    let (rows, said) = asked(&manifest);
    assert!(
        rows.contains("甲") && ["100", "80", "90", "75"].iter().all(|part| rows.contains(part)),
        "{manifest}{rows}{said}"
    );
    // Found the same way when nothing is said of the columns.
    let plain = "unit = \"万元\"\n[relation.project]\nsource = \"表.csv\"\n";
    assert_eq!(asked(plain).0, rows, "{manifest}");
    let checked = text(gouji(&["check", at, "--format", "concise"]).stdout);
    assert!(checked.contains("HJ-007"), "乙 has more from the district than in all: {checked}");
}

/// What a file of that name holds, what the manifest must say of it, and what a query over its facts must give.
struct Written<'a> {
    file: &'a str,
    bytes: Vec<u8>,
    says: &'a [&'a str],
    query: &'a str,
    rows: &'a str,
}

#[test]
fn what_no_cell_says_of_itself_is_written_into_the_manifest() {
    for case in days_and_encodings().into_iter().chain(shapes()) {
        let dir = folder("init-says");
        fs::write(dir.join(case.file), case.bytes).unwrap();
        let at = dir.to_str().unwrap();
        let made = gouji(&["init", at, "--lang", "zh"]);
        let said = text(made.stderr);
        assert!(made.status.success() && !said.contains("编码"), "{}: {said}", case.file);
        let mut manifest = fs::read_to_string(dir.join("audit.toml")).unwrap();
        manifest += &fs::read_to_string(dir.join("tables.dl")).unwrap_or_default();
        for part in case.says {
            assert!(manifest.contains(part), "{part} in {manifest}");
        }
        let asked = gouji(&["query", case.query, at, "--format", "csv"]);
        let rows = text(asked.stdout);
        // The first column says which row.
        let cut = |row: &str| row.split_once(',').map_or("", |(_, rest)| rest).to_owned();
        let rows: Vec<String> = rows.lines().skip(1).map(cut).collect();
        let wanted: Vec<&str> = case.rows.lines().collect();
        assert!(rows.len() == wanted.len(), "{}: {rows:?} {}{manifest}", case.file, text(asked.stderr));
        assert!(rows.iter().zip(&wanted).all(|(row, wanted)| row.contains(wanted)), "{}: {rows:?}", case.file);
    }
}

/// Files whose days, or whose bytes, may mean several things.
fn days_and_encodings() -> Vec<Written<'static>> {
    let gb = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    let big5 = |text: &str| encoding_rs::BIG5.encode(text).0.into_owned();
    vec![
        Written {
            file: "付款.csv",
            bytes: gb("凭证号,日期,收款单位,支付金额（元）\n记1,45300,甲公司,\"1,200.50\"\n记2,45301,乙公司,3\n"),
            says: &["encoding = \"gb18030\"", "date = { header = \"日期\", days = \"excel\" }", "疑：“日期”是五位数"],
            query: "x in expenditure, d = x.date, v = x.amount",
            rows: "2024-01-09,1200.5元\n2024-01-10,3元",
        },
        Written {
            file: "台账.csv",
            bytes: "资产编号,购置日期,原值（元）\n00045,45300,5.10\n00046,45301,6\n".into(),
            says: &["购置日期: date", "days = \"excel\""],
            query: "x in 台账, d = x.购置日期, v = x.原值",
            rows: "2024-01-09,5.1元\n2024-01-10,6元",
        },
        Written {
            file: "spend.csv",
            bytes:
                "Transaction Number,Payment Date,Supplier Name,Amount\np1,13/02/2024,Acme,5.10\np2,03/02/2024,Acme,6\n"
                    .into(),
            says: &["days = \"dmy\""],
            query: "x in expenditure, d = x.date, v = x.amount",
            rows: "2024-02-13,5.1元\n2024-02-03,6元",
        },
        Written {
            file: "两可.csv",
            bytes: "凭证号,付款日期,收款单位,金额（元）\np1,03/02/2024,甲,5.10\n".into(),
            says: &["date = \"付款日期\"", "日在前的，写 days = \"dmy\""],
            query: "x in expenditure, x.date is malformed, v = x.amount",
            rows: "5.1元",
        },
        Written {
            file: "港.csv",
            bytes: big5("編號,日期,收款人,收款單位\np1,2024-01-05,陳大文,臺北資訊公司\n"),
            says: &["encoding = \"big5\""],
            query: "x in expenditure, x.payee = \"陳大文\", d = x.date",
            rows: "2024-01-05",
        },
    ]
}

/// Files whose tables are not as plain as they look.
fn shapes() -> Vec<Written<'static>> {
    vec![
        Written {
            file: "执行率.csv",
            bytes: "项目名称,预算数（万元）,支出数（万元）,执行率\n甲,100,90,90.0\n乙,50,25,50\n".into(),
            says: &["rate = { header = \"执行率\", unit = \"%\" }", "疑：“执行率”没有写 %"],
            query: "x in project, v = x.rate",
            rows: "90%\n50%",
        },
        Written {
            file: "题目.csv",
            bytes: "表一 支出明细（万元）,,\n项目名称,预算数,支出数\n甲,100,90\n乙,50.5,25\n".into(),
            says: &["“预算数”的单位：万元"],
            query: "x in project, v = x.budget",
            rows: "100万元\n50.5万元",
        },
        Written {
            file: "裸.csv",
            bytes: "P1,2024-01-05,甲公司,5.10\nP2,2024-01-06,乙公司,\"1,006\"\n".into(),
            says: &["header = false", "疑：没有表头", "列2: date"],
            query: "x in 裸, d = x.列2, v = x.列4",
            rows: "2024-01-05,5.1,\n2024-01-06,1006,",
        },
        Written {
            file: "导出.txt",
            bytes: "\u{feff}凭证号\t日期\t收款单位\t付款金额（元）\np1\t2024-01-05\t\"甲\n公司\"\t\"1,005.10\"\np2\t2024-01-06\t乙\t6\np3\t2024-01-07\t丙\t7\np4\t2024-01-07\t丙\t7\n"
                .into(),
            says: &["format = \"csv\""],
            query: "x in expenditure, x.amount != 7元, v = x.amount",
            rows: "1005.1元\n6元",
        },
        Written {
            file: "系统导出.xls",
            bytes: "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"1月\"><Table><Row ss:Index=\"3\"><Cell><Data ss:Type=\"String\">凭证号</Data></Cell><Cell ss:Index=\"3\"><Data ss:Type=\"String\">金额（元）</Data></Cell></Row><Row><Cell><Data ss:Type=\"String\">记1</Data></Cell><Cell ss:Index=\"3\"><Data ss:Type=\"Number\">1200.1</Data></Cell></Row><Row><Cell><Data ss:Type=\"String\">合计</Data></Cell><Cell ss:Index=\"3\"><Data ss:Type=\"Number\">1200.1</Data></Cell></Row></Table></Worksheet></Workbook>".into(),
            says: &["header = 3", "voucher = \"凭证号\"", "有 1 行像合计"],
            query: "x in expenditure, v = x.amount",
            rows: "1200.1元",
        },
        Written {
            file: "凭证.xlsx",
            bytes: fs::read("tests/files/隐藏的一页.xlsx").unwrap(),
            says: &["# { file = \"凭证.xlsx\", sheet = \"底稿\"", "这一页在文件里是隐藏的", "有 1 行在文件里是隐藏的"],
            query: "x in expenditure, d = x.date, v = x.amount",
            rows: "2024-01-09,100.5元\n2024-01-10,200元",
        },
        Written {
            file: "分类.csv",
            bytes: "类别,项目名称,预算数（元）\n运转类,甲,1\n,乙,2\n,丙,3\n特定类,丁,4\n,戊,5\n".into(),
            says: &["category = { header = …, fill = true }"],
            query: "x in project, x.category is blank, v = x.budget",
            rows: "2元\n3元\n5元",
        },
    ]
}
