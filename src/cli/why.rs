//! `gouji why CODE[:KEY]`, `gouji why NUMBER`

use clap::Args;

use super::terminal::Terminal;
use super::{AuditArgs, CLEAN, Common, FOUND, REFUSED, Said};
use crate::audit::{Audit, Proved, Reach, Wanted, Which, check as audit, why as prove};
use crate::diagnostic::{Lang, nearest};
use crate::render::proof;

/// `gouji why`
#[derive(Debug, Args)]
pub(super) struct WhyArgs {
    /// 问题的序号，或规则编号，或编号:问题里的字（7、HJ-002:绩效目标合计）/ number of a finding, or code of a rule, or
    /// code:part of its key or message
    finding: String,
    #[command(flatten)]
    audit: AuditArgs,
    /// 列出合计的每一项 / show every part of every sum
    #[arg(long)]
    all: bool,
    /// 派生关系展开几层 / how deep derived relations are expanded
    #[arg(long, default_value_t = 8)]
    depth: usize,
    /// 输出 JSON / JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn why(args: &WhyArgs, common: &Common, terminal: &Terminal) -> Said {
    let request = args.audit.request(common, terminal.lang());
    let audit = audit(&request);
    if audit.reach == Reach::Refused {
        let stderr = terminal.complaints(&audit.sources, &audit.diagnostics);
        return Said { stdout: String::new(), stderr, code: REFUSED };
    }
    let which = which(&args.finding);
    let wanted = Wanted { which: which.clone(), all: args.all, every: args.json, depth: args.depth };
    let Some(proofs) = prove(&audit, &request, &wanted) else {
        let code = args.finding.split([':', '：']).next().unwrap_or_default();
        let codes = audit.rules.cards.iter().map(|card| card.card.code.text.as_str());
        let near = nearest(&code.to_uppercase(), codes).map(str::to_owned);
        return Said { stdout: String::new(), stderr: no_rule(code, near, terminal.lang()), code: REFUSED };
    };
    if proofs.is_empty() {
        let stderr = no_finding(&audit, &which, terminal.lang());
        return Said { stdout: String::new(), stderr, code: FOUND };
    }
    let stdout = told(&audit, &proofs, args.json, terminal);
    // As in `check`: the process ends here, and freeing a million rows takes as long as proving one.
    std::mem::forget(audit);
    Said { stdout, stderr: String::new(), code: CLEAN }
}

/// Which findings are meant: `7` or `#7` is a number, `all` all of them, `HJ-002:合计` a rule and a part of the key.
fn which(asked: &str) -> Which {
    if let Ok(number) = asked.trim_start_matches('#').parse() {
        return Which::Number(number);
    }
    if asked.eq_ignore_ascii_case("all") {
        return Which::Every;
    }
    let (code, key) = asked.split_once([':', '：']).unwrap_or((asked, ""));
    Which::Rule { code: code.to_owned(), key: key.to_owned() }
}

fn told(audit: &Audit, proofs: &[Proved], json: bool, terminal: &Terminal) -> String {
    if json {
        let shown = proofs.iter().map(|Proved { number, finding, proof }| {
            (*number, [finding.code.as_str(), finding.key.as_str(), finding.message.as_str()], proof)
        });
        return proof::json(&audit.sources, &shown.collect::<Vec<_>>());
    }
    let each = proofs.iter().map(|Proved { number, finding, proof }| {
        format!("#{number} {} {}", finding.code, proof::tree(&audit.sources, proof, terminal.out))
    });
    each.collect::<Vec<_>>().join("\n")
}

/// There is such a rule, but no such finding.
fn no_finding(audit: &Audit, which: &Which, lang: Lang) -> String {
    let count = audit.audited.findings.len();
    match (which, lang) {
        (Which::Rule { code, .. }, Lang::Zh) => {
            let code = code.to_uppercase();
            format!("{code} 没有这样的问题；`gouji why-not {code} --row …` 说明为什么没有报\n")
        }
        (Which::Rule { code, .. }, Lang::En) => {
            let code = code.to_uppercase();
            format!("{code} has no such finding; `gouji why-not {code} --row …` says why\n")
        }
        (_, Lang::Zh) => format!("没有这个序号的问题；这次查出 {count} 个，`gouji check` 里各有序号\n"),
        (_, Lang::En) => format!("there is no finding of that number; there are {count}, numbered by `gouji check`\n"),
    }
}

/// There is no such rule.
pub(super) fn no_rule(code: &str, near: Option<String>, lang: Lang) -> String {
    match (lang, near) {
        (Lang::Zh, Some(near)) => format!("没有规则 {code}；是否 {near}？\n"),
        (Lang::Zh, None) => format!("没有规则 {code}；`gouji rules list` 列出全部规则\n"),
        (Lang::En, Some(near)) => format!("there is no rule {code}; did you mean {near}?\n"),
        (Lang::En, None) => format!("there is no rule {code}; `gouji rules list` lists all rules\n"),
    }
}
