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
    assert!(said.contains("2 张表用得上自带的规则，2 张自带的规则不认得或没有全用上，声明写在 tables.dl"), "{said}");
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

/// What a check of `files`, described by `init`, finds: each as its rule, its place and its message.
fn found(name: &str, files: &[(&str, &str)]) -> (String, String) {
    let dir = folder(name);
    for (file, text) in files {
        fs::write(dir.join(file), text).unwrap();
    }
    let at = dir.to_str().unwrap();
    let made = gouji(&["init", at, "--lang", "zh"]);
    assert_eq!(made.status.code(), Some(0), "{}{}", text(made.stdout), text(made.stderr));
    let checked = gouji(&["check", at, "--lang", "zh", "--format", "concise"]);
    let own = fs::read_to_string(dir.join("tables.toml")).unwrap_or_default();
    let manifest = fs::read_to_string(dir.join("audit.toml")).unwrap();
    let complaints = text(checked.stderr);
    assert!(!complaints.contains("error"), "{complaints}{own}{manifest}");
    (text(checked.stdout).replace(&format!("{at}/"), ""), own + &manifest)
}

const WAGES: &str = "工资发放表,,,,,,,\n,,,,,,,单位：元\n序号,姓名,部门,岗位工资,津贴,应发合计,扣款,实发工资\n\
    1,何伟,办公室,2100.00,800.50,2900.50,300.10,2600.40\n2,唐晓,办公室,2300.00,900.00,3200.00,320.00,2880.00\n\
    3,彭丽,办公室,1900.00,700.25,2600.25,260.05,2340.20\n,小计,,6300.00,2400.75,8700.75,880.15,7820.60\n\
    4,蒋芳,财务股,2500.00,650.00,3150.00,310.00,2840.00\n5,廖勇,财务股,2050.00,720.30,2770.30,277.00,2493.30\n\
    6,熊敏,财务股,2250.00,810.00,3060.00,306.00,2754.00\n,小计,,6800.00,2180.30,8980.30,893.00,8087.30\n\
    ,总计,,13100.00,4581.05,17681.05,1773.15,15907.90\n";

#[test]
fn a_table_that_no_rule_knows_is_checked_by_what_its_own_rows_keep_to() {
    let (right, own) = found("init-own-right", &[("工资表.csv", WAGES)]);
    assert!(!right.contains("BG-"), "{right}{own}");
    for part in ["应发合计 ＝ 岗位工资 ＋ 津贴", "实发工资 ＝ 应发合计 － 扣款", "小计的扣款 ＝ 各行相加"]
    {
        assert!(own.contains(part), "{part} in {own}");
    }
    let wrong = WAGES.replace("2600.25", "2800.25").replace("7820.60", "7280.60").replace("13100.00", "13200.00");
    let (wrong, own) = found("init-own-wrong", &[("工资表.csv", &wrong)]);
    for part in [
        "工资表.csv:6:25: error BG-001 “彭丽”的应发合计是 2800.25元，按“岗位工资 ＋ 津贴”算是 2600.25元，相差 200元",
        "“小计”的实发工资是 7280.6元，各行（3 行）相加为 7820.6元",
        "“总计”的岗位工资是 13200元，各行（6 行）相加为 13100元",
    ] {
        assert!(wrong.contains(part), "{part} in {wrong}{own}");
    }
}

#[test]
fn levels_of_codes_and_running_balances_are_no_projects_and_no_vouchers() {
    let codes = "支出决算表\n单位：万元\n科目编码,科目名称,本年支出合计,基本支出,项目支出\n合计,,150.55,90.50,60.05\n\
        201,一般公共服务支出,100.30,60.20,40.10\n20103,政府办公厅事务,100.30,60.20,40.10\n2010301,行政运行,60.20,60.20,\n\
        2010302,一般行政管理事务,40.10,,40.10\n208,社会保障支出,50.25,30.30,19.95\n20805,养老支出,50.25,30.30,19.95\n\
        2080505,养老保险缴费,30.30,30.30,\n2080506,职业年金缴费,19.95,,19.95\n";
    let bank = "交易日期,摘要,借方发生额,贷方发生额,余额\n2021-01-01,上年结转,,,1000.50\n2021-01-05,办公费,200.25,,800.25\n\
        2021-01-08,拨款,,5000.00,5800.25\n2021-01-12,差旅费,123.45,,5676.80\n2021-02-03,会议费,345.60,,5331.20\n\
        2021-02-20,拨款,,2000.00,7331.20\n\
        2021-03-01,维修费,1031.20,,6300.00\n2021-03-09,物业费,300.00,,6000.00\n";
    let (right, own) = found("init-ledger-right", &[("决算.csv", codes), ("对账单.csv", bank)]);
    assert!(right.trim().is_empty(), "{right}{own}");
    assert!(!own.contains("[relation.project]") && !own.contains("[relation.expenditure]"), "{own}");
    let (codes, bank) = (
        codes.replace("2010302,一般行政管理事务,40.10,,40.10", "2010302,一般行政管理事务,41.00,,41.00"),
        bank.replace("5676.80", "5767.80"),
    );
    let (wrong, own) = found("init-ledger-wrong", &[("决算.csv", &codes), ("对账单.csv", &bank)]);
    for part in ["“政府办公厅事务”的项目支出是 40.1万元，各行（1 行）相加为 41万元", "“差旅费”的余额是 5767.8元"]
    {
        assert!(wrong.contains(part), "{part} in {wrong}{own}");
    }
}

#[test]
fn pages_that_go_on_are_one_table_and_registers_show_numbers_that_cannot_be() {
    let head = "项目名称\t全年预算（万元）\t实际支出（万元）\n";
    let text = format!(
        "项目支出明细表\n\n{head}甲\t42.00\t40.85\n乙\t30.00\t29.12\n\n第 3 页\n\n项目支出明细表（续）\n\n{head}丙\t32.40\t32.40\n丁\t20.00\t18.66\n合计\t124.40\t121.03\n"
    );
    let (right, own) = found("init-pages", &[("明细.txt", &text)]);
    assert!(right.trim().is_empty(), "{right}{own}");
    let hidden = "序号,户主姓名,身份证号码\n1,甲,110105********002X\n2,乙,440308********1512\n3,丙,440308********1512\n4,丁,3701051974\n";
    let (hidden, own) = found("init-hidden", &[("名单.csv", hidden), ("明细.txt", &text)]);
    assert!(!hidden.contains("BG-"), "{hidden}{own}");
    let register = "序号,户主姓名,身份证号码,面积（亩）,标准（元/亩）,补贴金额（元）\n1,甲,11010519491231002X,2.5,175,437.50\n\
        2,乙,440308199901101512,3.2,175,560.00\n3,丙,610102199003070018,4.1,175,717.50\n4,丁,370105197404254917,1.5,175,262.50\n\
        5,戊,130102198501011230,2.2,175,385.00\n";
    let wrong = register
        .replace("11010519491231002X", "110105194912310021")
        .replace("717.50", "817.50")
        .replace("\"370", "370");
    let wrong = wrong.replace("4,丁,370105197404254917", "4,丁,440308199901101512");
    let (wrong, own) = found("init-register", &[("花名册.csv", &wrong)]);
    for part in
        ["位数或校验码不对", "身份证号码 440308199901101512 不止一行有（“乙”与“丁”）", "“丙”的补贴金额是 817.5元"]
    {
        assert!(wrong.contains(part), "{part} in {wrong}{own}");
    }
}

#[test]
fn a_form_of_self_evaluation_is_read_with_its_money_and_its_indicators() {
    let form = |spent: &str, score: &str, total: &str| {
        format!(
            "<meta charset=utf-8><table><tr><td colspan=9>项目支出绩效自评表<tr><td>项目名称<td colspan=8>设备更新\
            <tr><td rowspan=3>项目资金（万元）<td colspan=2><td>年初预算数<td>全年预算数<td>全年执行数<td>分值<td>执行率<td>得分\
            <tr><td colspan=2>年度资金总额<td>90<td>100<td>{spent}<td>10<td>96.00%<td>9.6\
            <tr><td colspan=2>其中：财政拨款<td>90<td>100<td>{spent}<td>—<td>96.00%<td>—\
            <tr><td rowspan=2>年度总体目标<td colspan=4>预期目标<td colspan=4>实际完成情况<tr><td colspan=4>按计划完成。<td colspan=4>已完成。\
            <tr><td>绩效指标<td>一级指标<td>二级指标<td>三级指标<td>年度指标值<td>实际完成值<td>分值<td>得分<td>偏差原因分析及改进措施\
            <tr><td><td>产出<td>数量<td>采购台数<td>≥120台<td>{score}<td>50<td>50<td>\
            <tr><td><td>效益<td>社会效益<td>使用率<td>≥85%<td>88%<td>40<td>38<td>\
            <tr><td>总分<td><td><td><td><td><td>100<td>{total}<td></table>"
        )
    };
    let (right, own) = found("init-form-right", &[("自评.html", &form("96", "120台", "97.6"))]);
    assert!(right.trim().is_empty(), "{right}{own}");
    let (wrong, own) = found("init-form-wrong", &[("自评.html", &form("69", "112台", "96.6"))]);
    for part in
        ["ZB-008", "ZB-009", "ZB-010", "“采购台数”指标值 ≥120台，实际 112台，没有完成，也没有说明原因", "ZB-005"]
    {
        assert!(wrong.contains(part), "{part} in {wrong}{own}");
    }
}
