//! `gouji test`

use clap::Args;

use super::terminal::Terminal;
use super::{AuditArgs, CLEAN, Common, FOUND, REFUSED, Said};
use crate::audit::{rules_of, test as run_tests};
use crate::diagnostic::{Code, Lang};
use crate::source::SourceMap;

/// `gouji test`
#[derive(Debug, Args)]
pub(super) struct TestArgs {
    #[command(flatten)]
    audit: AuditArgs,
}

pub(super) fn test(args: &TestArgs, common: &Common, terminal: &Terminal) -> Said {
    let mut sources = SourceMap::new();
    let (rules, mut report) = rules_of(&mut sources, &args.audit.request(common, terminal.lang()));
    if report.has_errors() {
        let stderr = terminal.complaints(&sources, &report.sorted());
        return Said { stdout: String::new(), stderr, code: REFUSED };
    }
    let tested = run_tests(&sources, &rules, common.engine());
    let refused = tested.report.diagnostics().iter().any(|wrong| wrong.code != Code::TestFailed);
    report.append(tested.report);
    let (run, failed, cards, all) = (tested.run, tested.failed, tested.cards, rules.cards.len());
    let stdout = match terminal.lang() {
        Lang::Zh => format!("测试 {run} 项：{} 通过，{failed} 未通过 · {all} 条规则，{cards} 条带测试\n", run - failed),
        Lang::En => {
            format!("{run} tests: {} passed, {failed} failed · {all} rules, {cards} with tests\n", run - failed)
        }
    };
    let mut stderr = terminal.complaints(&sources, &report.sorted());
    if run == 0 {
        stderr += match terminal.lang() {
            Lang::Zh => "没有一项测试可以运行\n",
            Lang::En => "there is no test to run\n",
        };
    }
    let code = match (run, refused, failed) {
        (0, _, _) | (_, true, _) => REFUSED,
        (_, _, 0) => CLEAN,
        _ => FOUND,
    };
    Said { stdout, stderr, code }
}
