//! `gouji why-not CODE --row KEY`

use clap::Args;

use super::terminal::Terminal;
use super::why::no_rule;
use super::{AuditArgs, CLEAN, Common, FOUND, REFUSED, Said};
use crate::audit::{Answer, Asked, Reach, check as audit, why_not as explain};
use crate::diagnostic::{Lang, nearest};
use crate::render::proof;

/// `gouji why-not`
#[derive(Debug, Args)]
pub(super) struct WhyNotArgs {
    /// 规则编号 / code of a rule
    code: String,
    /// 哪一行：名称里的字，或 文件:行号 / which row: part of its key, or file:line
    #[arg(long)]
    row: String,
    #[command(flatten)]
    audit: AuditArgs,
}

pub(super) fn why_not(args: &WhyNotArgs, common: &Common, terminal: &Terminal) -> Said {
    let request = args.audit.request(common, terminal.lang());
    let audit = audit(&request);
    let refused = |stderr: String| Said { stdout: String::new(), stderr, code: REFUSED };
    if audit.reach == Reach::Refused {
        return refused(terminal.complaints(&audit.sources, &audit.diagnostics));
    }
    let (code, lang) = (args.code.to_uppercase(), terminal.lang());
    match explain(&audit, &request, &Asked { code: code.clone(), row: args.row.clone() }) {
        Answer::NoRule => {
            let codes = audit.rules.cards.iter().map(|card| card.card.code.text.as_str());
            refused(no_rule(&args.code, nearest(&code, codes).map(str::to_owned), lang))
        }
        Answer::NoRows => refused(match lang {
            Lang::Zh => format!("{code} 不直接查某一张表的行\n"),
            Lang::En => format!("{code} asks about no row of facts directly\n"),
        }),
        Answer::NoSuchRow(known) => {
            let (row, known) = (&args.row, known.join("、"));
            let stderr = match lang {
                Lang::Zh => format!("{code} 查的表里没有“{row}”这一行；有 {known} 等\n"),
                Lang::En => format!("{code} asks about no row “{row}”; there are {known} and others\n"),
            };
            Said { stdout: String::new(), stderr, code: FOUND }
        }
        Answer::Told(nodes) => {
            let each = nodes.iter().map(|node| format!("{code} {}", proof::tree(&audit.sources, node, terminal.out)));
            Said { stdout: each.collect::<Vec<_>>().join("\n"), stderr: String::new(), code: CLEAN }
        }
    }
}
