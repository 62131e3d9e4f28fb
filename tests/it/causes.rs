//! What `check` says about the cell that is probably wrong: on audits written here, by what a reader of them would suspect.

use serde_json::Value as Json;

use crate::support::{folder_with, gouji};

/// Checks projects and vouchers, and gives the JSON document.
fn check(name: &str, projects: &str, vouchers: &str) -> Json {
    let manifest = "rules = [\"budget\", \"vouchers\", \"totals\", \"duplicates\"]\nunit = \"元\"\n\
                    [relation.project]\nsource = [{ file = \"project.csv\" }]\n\
                    [relation.expenditure]\nsource = [{ file = \"expenditure.csv\" }]\n";
    let projects = format!("项目名称,预算金额,支出金额\n{projects}");
    let vouchers = format!("凭证号,日期,项目,金额,收款人,摘要\n{vouchers}");
    let files = [("audit.toml", manifest), ("project.csv", &projects), ("expenditure.csv", &vouchers)];
    let dir = folder_with(&format!("causes-{name}"), &files);
    let output = gouji(&["check", dir.to_str().unwrap(), "--format", "json"]);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// Of every cause: what is said to be wrong and how many findings it clears, and the rules of those that stand below it.
fn causes(document: &Json) -> Vec<(String, u64, Vec<String>)> {
    let findings = document["findings"].as_array().unwrap();
    let below = |at: usize| {
        let own = findings.iter().filter(|finding| finding["culprit"] == at);
        own.map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
    };
    let culprits = document["culprits"].as_array().unwrap().iter().enumerate();
    let text = |culprit: &Json, key: &str| culprit[key].as_str().unwrap().to_owned();
    let told = |culprit: &Json| format!("{}: {}", text(culprit, "subject"), text(culprit, "change"));
    culprits.map(|(at, culprit)| (told(culprit), culprit["clears"].as_u64().unwrap(), below(at))).collect()
}

const VOUCHERS: &str = "\
记-1,2024-03-01,培训费,21064.25,甲公司,场租
记-2,2024-03-05,培训费,15064.25,乙公司,讲课费
记-3,2024-03-08,会议费,4300,丙公司,会场
记-4,2024-03-09,会议费,7000,丁公司,住宿
记-5,2024-04-09,印刷费,3850,戊公司,手册
";

#[test]
fn a_voucher_entered_twice_explains_the_sum_the_limit_and_the_duplicate() {
    let projects = "培训费,40000,36128.50\n会议费,12000,11300\n印刷费,4000,3850\n合计,56000,51278.5\n";
    let clean = check("clean", projects, VOUCHERS);
    assert_eq!((causes(&clean), &clean["findings"]), (vec![], &Json::Array(Vec::new())));

    let twice = VOUCHERS.replace("住宿\n", "住宿\n记-4,2024-03-09,会议费,7000,丁公司,住宿\n");
    let document = check("twice", projects, &twice);
    let rules = ["YS-001", "YS-007", "PZ-001"].map(str::to_owned).to_vec();
    assert_eq!(causes(&document), vec![("记-4/会议费 amount: 7000：这一行录了两遍".to_owned(), 2, rules)]);
    assert_eq!(document["culprits"][0]["places"][0]["line"], 6, "the later of the two");
}

#[test]
fn a_figure_above_its_limit_by_a_digit_is_told_with_what_else_it_spoils() {
    let projects = "培训费,40000,36128.50\n会议费,12000,11300\n印刷费,8000,38500\n合计,60000,85928.5\n";
    let document = check("digit", projects, VOUCHERS);
    let rules = ["YS-003", "YS-007"].map(str::to_owned).to_vec();
    let told = "project.csv/印刷费 spent: 38500 → 3850（一个数字多写了一遍）".to_owned();
    assert_eq!(causes(&document), vec![(told, 2, rules)]);
    assert_eq!(document["culprits"][0]["breaks"], 1, "the printed total agrees with 38500");
}

#[test]
fn a_limit_alone_suspects_only_what_would_just_reach_it() {
    let reached = |spent: &str| {
        let projects = format!("培训费,38500,{spent}\n会议费,12000,11300\n");
        let name = format!("limit-{spent}");
        causes(&check(&name, &projects, "记-3,2024-03-08,会议费,11300,丙公司,会场\n"))
    };
    let told = "project.csv/培训费 spent: 385000 → 38500（一个数字多写了一遍）".to_owned();
    assert_eq!(reached("385000"), vec![(told, 1, vec!["YS-003".to_owned()])]);
    assert_eq!(reached("39500"), vec![], "spent more than planned, by a digit or for good");
}
