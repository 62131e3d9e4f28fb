//! A small audit made up for the purpose: projects, vouchers (GB18030), contracts, vendors and staff, all CSV. Faults were
//! planted in figures that otherwise agree; these are found, and nothing else.

use std::path::Path;

use gouji::audit::{self, Reach, Request};

const PLANTED: [(&str, &str); 12] = [
    // an extra hire of the stage took the project over its budget
    ("YS-001", "非遗展演"),
    ("YS-003", "项目.csv，非遗展演"),
    // one payment was made twice, with all that follows
    ("PZ-002", "记-3，记-9"),
    ("YS-001", "全域旅游宣传"),
    ("YS-007", "项目.csv，全域旅游宣传"),
    ("HT-001", "WL2024-009"),
    // a project's name was mistyped on a voucher
    ("YS-006", "记-25，送戏下乡下乡"),
    // a voucher of the year before, and before its contract
    ("PZ-003", "记-5，2"),
    ("HT-003", "WL2024-008"),
    // a contract that was signed late
    ("HT-003", "WL2024-006"),
    // one person asked and approved; a vendor is paid on an employee's account
    ("PZ-007", "记-8，文化市场执法"),
    ("HT-007", "锦绣服装厂，彭立"),
];

#[test]
fn what_was_planted_is_found_and_nothing_else() {
    let request = Request { start: Path::new("facts/wenlv-2024").to_owned(), ..Request::default() };
    let audit = audit::check(&request);
    assert_eq!(audit.reach, Reach::Complete, "{:#?}", audit.diagnostics);
    let mut found: Vec<(&str, &str)> =
        audit.audited.findings.iter().map(|finding| (finding.code.as_str(), finding.key.as_str())).collect();
    found.sort_unstable();
    let mut planted = PLANTED.to_vec();
    planted.sort_unstable();
    assert_eq!(found, planted);
    for rule in &audit.audited.verdicts {
        assert!(rule.undecided.is_empty() && rule.without_value.is_empty(), "{} is not decided", rule.code);
    }
}
