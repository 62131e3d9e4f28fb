//! The 2020 statement: what its audit finds, what it rightly does not, and what becomes of it when cells change.
//!
//! The lists are those of `docs/kaifu-2020.md`, worked out by hand. Every figure asserted here was computed on paper.

use std::collections::BTreeSet;
use std::path::Path;

use gouji::audit::{self, Audit, Engine, Reach, Request};
use gouji::finding::Finding;

use crate::support::folder;

const FACTS: &str = "facts/kaifu-2020";

/// A file, what stands in it, and what takes its place.
type Change = (&'static str, &'static str, &'static str);

/// Code, key, and a piece of the message with its arithmetic.
const FOUND: [(&str, &str, &str); 33] = [
    ("CF-003", "科级特派员补助，关工委经费", "合计 25万元，与本项目的预算 15.036万元 相差 9.964万元，却等于"),
    ("CK-001", "关工委经费，T2，T1", "表 T2 写 25万元，表 T1 写 2万元，相差 23万元"),
    ("DY-001", "T1，社区、村党组织服务群众专项经费", "写作“4,95”"),
    ("DY-007", "T2", "23 行全部空白"),
    ("DY-008", "T2，精准扶贫专项工作经费", "若是 3000万元，2 个所列合计就恰好相符"),
    ("FJ-001", "农村党员干部运程教育经费", "合计 25.08万元，超出预算 25万元（超 0.08万元）"),
    ("FJ-001", "科级特派员补助", "合计 25万元，超出预算 15.036万元（超 9.964万元）"),
    ("HJ-001", "事务性业务专项经费，T1", "18 行预算相加为 562.616万元，相差 100.964万元"),
    ("HJ-002", "绩效目标合计，T2", "23 行预算相加为 33384.816万元，相差 26999.996万元"),
    ("HJ-003", "事务性业务专项经费，T2", "相加为 585.616万元，相差 77.964万元"),
    ("HJ-003", "公共专项经费，T2", "相加为 32799.2万元，相差 27000万元"),
    ("HJ-005", "预算合计，绩效目标合计", "6384.82万元，说的是同一批项目，相差 77.96万元"),
    ("MC-001", "农村党员干部远程教育经费", "“农村党员干部运程教育经费”，差 1 个字"),
    ("MC-001", "区党代会常任制试点工作", "“区委党代会常任制试点工作”，差 1 个字"),
    ("MC-001", "学校培训专项", "“学习培训专项”，差 1 个字"),
    ("MC-001", "科技特派员补助", "“科级特派员补助”，差 1 个字"),
    ("MC-001", "精准扶贫工作经费", "“精准扶贫专项工作经费”，差 2 个字"),
    ("MC-001", "绩效考核工作经费", "“绩效考核”"),
    ("MC-001", "老干活动中心经费", "“老干活动经费”，差 2 个字"),
    ("MC-001", "老年大学办学经费（含北辰）", "“老年大学办学经费”"),
    ("MC-002", "村级党建服务群众专项经费，T2", "名单第 10 个"),
    ("MC-002", "社区党建服务群众经费，T2", "名单第 2 个"),
    ("MC-002", "离休暨县级退休干部补助经费，T2", "名单第 16 个"),
    ("MC-003", "村级组织运行经费，T2", ""),
    ("MC-003", "社区、村党组织服务群众专项经费，T2", ""),
    ("MC-004", "T2", "名单列了 24 个项目，表 T2 有 23 行"),
    ("MC-005", "干部选拔任用工作经、费", "多了顿号"),
    ("YS-002", "T2，基层党建经费", "支出 1372.2023万元，执行率 67.5%"),
    ("YS-002", "T2，社区、村党组织服务群众专项经费", "支出 408.5989万元，执行率 82.5%"),
    ("YS-002", "T2，精准扶贫专项工作经费", "支出 3000万元，执行率 10.0%"),
    ("YS-004", "T2，一村一名大学生计划经费", "预算 3.8万元"),
    ("ZW-005", "区级党建指导员，基层党建经费", "正文写 32 名，“基层党建经费”的说明写 35 名"),
    ("ZW-006", "精准扶贫投入，T2", "正文写 4000万元"),
];

/// Rules that must stay silent, each on something that looks wrong and is right.
const SILENT: [(&str, &str); 22] = [
    ("CF-001", "no project stands twice in a table"),
    ("CF-002", "equal descriptions are those of one project in two tables"),
    ("CF-004", "sentences of one pattern say different things; the copied one is told once"),
    ("CF-005", "no description names another project"),
    ("CK-002", "categories agree"),
    ("CK-004", "both tables list the same projects"),
    ("CK-005", "and name them alike"),
    ("CK-006", "and describe them alike"),
    ("DY-004", "every stated total is a number"),
    (
        "FJ-002",
        "six descriptions reach their budgets, sixteen items of one make 2034.2; prices without products are no items",
    ),
    ("FJ-003", "124 × 1200 = 148800 and 2 × 20000 = 40000"),
    ("FJ-004", "35 × 600 × 12 = 252000"),
    ("FJ-005", "20 × 1400 + 10 × 1000 = 38000"),
    ("FJ-006", "no single stated sum differs from its budget"),
    ("HJ-004", "663.58 + 5799.2 = 6462.78"),
    ("HJ-007", "a part may equal its whole"),
    ("HJ-008", "every total has rows"),
    ("MC-006", "no name is listed twice"),
    ("YS-003", "nothing is overspent"),
    ("ZW-001", "23 projects are said and 23 listed; other 23s are other things"),
    ("ZW-002", "no part exceeds its whole"),
    ("ZW-003", "59/69 = 85.5 % and 23/69 = 33.3 %"),
];

fn check_with(start: &Path, engine: Engine) -> Audit {
    let request = Request { start: start.to_owned(), engine, ..Request::default() };
    let audit = audit::check(&request);
    assert_eq!(audit.reach, Reach::Complete, "{:#?}", audit.diagnostics);
    audit
}

fn check(start: &Path) -> Audit {
    check_with(start, Engine::default())
}

fn identity(finding: &Finding) -> (String, String) {
    (finding.code.clone(), finding.key.clone())
}

fn identities(audit: &Audit) -> BTreeSet<String> {
    audit.audited.findings.iter().map(|finding| format!("{} {}", finding.code, finding.key)).collect()
}

/// The audit of a copy of the facts in which, in `file`, `from` was replaced by `to` as often as it stands there.
fn changed(name: &str, changes: &[Change]) -> BTreeSet<String> {
    let dir = folder(&format!("kaifu/{name}"));
    for file in ["audit.toml", "detail.toml", "summary.toml", "narrative.toml"] {
        let mut text = std::fs::read_to_string(Path::new(FACTS).join(file)).unwrap();
        for (_, from, to) in changes.iter().filter(|change| change.0 == file) {
            assert!(text.contains(from), "{file} has no {from}");
            text = text.replace(from, to);
        }
        std::fs::write(dir.join(file), text).unwrap();
    }
    identities(&check(&dir))
}

/// What the change makes appear and disappear.
fn difference(name: &str, changes: &[Change]) -> (Vec<String>, Vec<String>) {
    let (before, after) = (identities(&check(Path::new(FACTS))), changed(name, changes));
    (after.difference(&before).cloned().collect(), before.difference(&after).cloned().collect())
}

#[test]
fn exactly_the_faults_are_found() {
    let audit = check(Path::new(FACTS));
    let mut found: Vec<(String, String)> = audit.audited.findings.iter().map(identity).collect();
    found.sort();
    let mut expected: Vec<(String, String)> =
        FOUND.iter().map(|(code, key, _)| ((*code).to_owned(), (*key).to_owned())).collect();
    expected.sort();
    assert_eq!(found, expected);
    for (code, key, piece) in FOUND {
        let same = |finding: &&Finding| finding.code == code && finding.key == key;
        let finding = audit.audited.findings.iter().find(same).unwrap();
        assert!(finding.message.contains(piece), "{code}: {}", finding.message);
        assert!(!finding.labels.is_empty(), "{code} has no label");
    }
}

#[test]
fn what_is_right_stays_silent() {
    let audit = check(Path::new(FACTS));
    for (code, why) in SILENT {
        let rule = audit.audited.verdicts.iter().find(|rule| rule.code == code).unwrap();
        assert!(rule.findings == 0 && rule.undecided.is_empty(), "{code}: {why}");
        assert_eq!(rule.verdict, gouji::finding::Verdict::Clean, "{code}: {why}");
    }
}

#[test]
fn what_needs_the_unreadable_cell_is_undecided() {
    let audit = check(Path::new(FACTS));
    let mut undecided: Vec<(&str, usize)> = Vec::new();
    for rule in &audit.audited.verdicts {
        if matches!(rule.verdict, gouji::finding::Verdict::NotApplicable(_)) || rule.undecided.is_empty() {
            continue;
        }
        undecided.push((&rule.code, rule.undecided.len()));
        for (cell, _) in rule.undecided.iter().flat_map(|instance| &instance.cells) {
            assert_eq!(audit.sources.text(*cell), "4,95", "{}", rule.code);
        }
    }
    assert_eq!(undecided, [("CK-001", 1), ("HJ-001", 1), ("HJ-002", 1)]);
}

#[test]
fn labels_stand_under_the_very_cells() {
    let audit = check(Path::new(FACTS));
    let marked = |code: &str, key: &str| -> Vec<String> {
        let finding = audit.audited.findings.iter().find(|finding| finding.code == code && finding.key == key);
        let labels = finding.unwrap().labels.iter();
        labels.map(|label| audit.sources.text(label.span).into_owned()).collect()
    };
    assert_eq!(marked("FJ-001", "农村党员干部运程教育经费"), ["14.88万", "6.2万元", "4万元", "25"]);
    assert_eq!(marked("FJ-001", "科级特派员补助"), ["12万元", "10万元", "3万元", "15.036"]);
    assert_eq!(marked("CK-001", "关工委经费，T2，T1"), ["25", "2"]);
    assert_eq!(marked("DY-008", "T2，精准扶贫专项工作经费"), ["30000", "5799.2", "6384.82"]);
    assert!(marked("HJ-003", "公共专项经费，T2").contains(&"30000".to_owned()), "the largest part is shown");
    assert_eq!(marked("ZW-005", "区级党建指导员，基层党建经费"), ["32", "35名区级党建指导员"]);
    assert_eq!(marked("MC-001", "科技特派员补助"), ["科技特派员补助", "科级特派员补助"]);
}

#[test]
fn both_engines_and_two_runs_agree() {
    let (first, second) = (check(Path::new(FACTS)), check(Path::new(FACTS)));
    assert_eq!(first.audited, second.audited);
    let judged = check_with(Path::new(FACTS), Engine::Reference);
    assert_eq!(first.audited.findings, judged.audited.findings);
    assert_eq!(first.audited.verdicts, judged.audited.verdicts);
}

#[test]
fn the_facts_are_the_documents() {
    let audit = check(Path::new(FACTS));
    let rows = |name: &str| audit.store.tables.iter().find(|table| table.name == name).unwrap().rows;
    let counts = ["project", "stated_total", "listed_name", "claim", "share", "claimed_amount"].map(rows);
    assert_eq!(counts, [46, 4, 24, 21, 2, 1]);
    let document = std::fs::read_to_string(Path::new(FACTS).join("document.txt")).unwrap();
    let lines: Vec<&str> = document.lines().collect();
    for file in ["detail.toml", "summary.toml", "narrative.toml"] {
        let text = std::fs::read_to_string(Path::new(FACTS).join(file)).unwrap();
        for record in text.split("\n[[").skip(1) {
            let field = |name: &str| {
                let line = record.lines().find_map(|line| line.strip_prefix(&format!("{name} = ")))?;
                Some(line.trim_matches('"').to_owned())
            };
            let line = lines[field("source_line").unwrap().parse::<usize>().unwrap() - 1];
            let printed = field("quote").or_else(|| field("name")).or_else(|| field("item")).unwrap();
            assert!(line.contains(&printed), "{file}: line {line} has no {printed}");
        }
    }
}

#[test]
fn mending_the_extra_zero_clears_what_came_of_it() {
    let mend = [("detail.toml", "= 30000", "= 3000"), ("summary.toml", "= 30000", "= 3000")];
    let (new, gone) = difference("zero", &mend);
    assert_eq!(new, Vec::<String>::new());
    assert_eq!(
        gone,
        [
            "DY-008 T2，精准扶贫专项工作经费",
            "HJ-002 绩效目标合计，T2",
            "HJ-003 公共专项经费，T2",
            "YS-002 T2，精准扶贫专项工作经费"
        ]
    );
}

#[test]
fn mending_the_comma_decides_what_was_open() {
    let (new, gone) = difference("comma", &[("summary.toml", "\"4,95\"", "495")]);
    assert_eq!(gone, ["DY-001 T1，社区、村党组织服务群众专项经费"]);
    let zero = ["DY-008 T1，精准扶贫专项工作经费", "HJ-001 公共专项经费，T1", "HJ-002 预算合计，T1"];
    assert_eq!(new, zero, "all for the extra zero");
}

#[test]
fn one_slip_is_found_where_it_was_made() {
    let cases: [(&str, Change, &[&str]); 9] = [
        ("overspend", ("detail.toml", "spent = 179.6699", "spent = 180.6699"), &["YS-003 T2，老年大学办学经费"]),
        ("percent", ("narrative.toml", "percent = 85.5", "percent = 58.5"), &["ZW-003 一线提拔占比"]),
        (
            "count",
            ("narrative.toml", "value = 23\nunit = \"个\"\nscope", "value = 24\nunit = \"个\"\nscope"),
            &["ZW-001 重点项目数"],
        ),
        ("part", ("narrative.toml", "value = 123", "value = 423"), &["ZW-002 科级驻企联络员"]),
        ("parts", ("narrative.toml", "amount = 6462.78", "amount = 6426.78"), &["HJ-004 预算合计"]),
        (
            "item",
            ("detail.toml", "工作经费40万；", "工作经费41万；"),
            &["CK-006 老年大学办学经费，T2，T1", "FJ-001 老年大学办学经费"],
        ),
        (
            "product",
            ("detail.toml", "共计14.88万", "共计14.98万"),
            &["CK-006 农村党员干部运程教育经费，T2，T1", "FJ-003 农村党员干部运程教育经费，1"],
        ),
        (
            "category",
            (
                "summary.toml",
                "name = \"绩效考核\"\ncategory = \"事务性业务专项\"",
                "name = \"绩效考核\"\ncategory = \"公共专项\"",
            ),
            &["CK-002 绩效考核，T2，T1"],
        ),
        ("blank", ("detail.toml", "spent = 27.962", "spent = \"\""), &["DY-006 T2，离退休干部报刊费"]),
    ];
    for (name, change, expected) in cases {
        let (new, _) = difference(name, &[change]);
        for wanted in expected {
            assert!(new.iter().any(|found| found == wanted), "{name}: {wanted} is not among {new:?}");
        }
        assert!(new.len() <= expected.len() + 1, "{name}: {new:?}");
    }
}
