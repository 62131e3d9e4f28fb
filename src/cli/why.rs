//! `gouji why CODE[:KEY]`

use clap::Args;

use super::terminal::Terminal;
use super::{AuditArgs, CLEAN, Common, FOUND, REFUSED, Said};
use crate::audit::{Reach, Wanted, check as audit, why as prove};
use crate::diagnostic::{Lang, nearest};
use crate::render::proof;

/// `gouji why`
#[derive(Debug, Args)]
pub(super) struct WhyArgs {
    /// 规则编号，或编号:问题里的字（HJ-002:绩效目标合计）/ code of a rule, or code:part of the finding's key or message
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
    let (code, key) = args.finding.split_once([':', '：']).unwrap_or((&args.finding, ""));
    let wanted = Wanted { code: code.to_owned(), key: key.to_owned(), all: args.all, depth: args.depth };
    let Some(proofs) = prove(&audit, &request, &wanted) else {
        let codes = audit.rules.cards.iter().map(|card| card.card.code.text.as_str());
        let near = nearest(&code.to_uppercase(), codes).map(str::to_owned);
        return Said { stdout: String::new(), stderr: no_rule(code, near, terminal.lang()), code: REFUSED };
    };
    if proofs.is_empty() {
        let code = code.to_uppercase();
        let stderr = match terminal.lang() {
            Lang::Zh => format!("{code} 没有这样的问题；`gouji why-not {code} --row …` 说明为什么没有报\n"),
            Lang::En => format!("{code} has no such finding; `gouji why-not {code} --row …` says why\n"),
        };
        return Said { stdout: String::new(), stderr, code: FOUND };
    }
    let stdout = if args.json {
        let all: Vec<_> =
            proofs.iter().map(|(finding, node)| (finding.code.as_str(), finding.key.as_str(), node)).collect();
        proof::json(&audit.sources, &all)
    } else {
        let each = proofs
            .iter()
            .map(|(finding, node)| format!("{} {}\n", finding.code, proof::tree(&audit.sources, node, terminal.out)));
        each.collect()
    };
    Said { stdout, stderr: String::new(), code: CLEAN }
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
