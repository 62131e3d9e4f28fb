//! `gouji explain CODE`

use clap::Args;

use super::terminal::Terminal;
use super::{AuditArgs, CLEAN, Common, REFUSED, Said};
use crate::audit::rules_of;
use crate::diagnostic::{Code, Lang, nearest};
use crate::render::card;
use crate::source::SourceMap;

/// `gouji explain`
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// 规则编号（YS-001）或报错名称（unknown-column）/ code of a rule, name of a complaint
    code: String,
    #[command(flatten)]
    audit: AuditArgs,
}

pub(super) fn explain(args: &ExplainArgs, common: &Common, terminal: &Terminal) -> Said {
    let lang = terminal.lang();
    if let Some(page) = Code::from_name(&args.code).and_then(super::pages::page) {
        return Said { stdout: page.to_owned(), stderr: String::new(), code: CLEAN };
    }
    let mut sources = SourceMap::new();
    let (rules, report) = rules_of(&mut sources, &args.audit.request(common, lang));
    let wanted = args.code.to_uppercase();
    let found = rules.cards.iter().find(|loaded| loaded.card.code.text.to_uppercase() == wanted);
    if let Some(loaded) = found {
        let stdout = card::page(&sources, &loaded.card, terminal.out);
        return Said { stdout, stderr: String::new(), code: CLEAN };
    }
    let mut stderr = terminal.complaints(&sources, &report.sorted());
    let codes = rules.cards.iter().map(|loaded| loaded.card.code.text.as_str());
    let near = nearest(&args.code, codes.chain(Code::ALL.iter().map(|code| code.name())));
    let code = &args.code;
    stderr += &match (lang, near) {
        (Lang::Zh, Some(near)) => format!("没有 {code}；是否 {near}？\n"),
        (Lang::Zh, None) => format!("没有 {code}；`gouji rules list` 列出全部规则\n"),
        (Lang::En, Some(near)) => format!("there is no {code}; did you mean {near}?\n"),
        (Lang::En, None) => format!("there is no {code}; `gouji rules list` lists all rules\n"),
    };
    Said { stdout: String::new(), stderr, code: REFUSED }
}
