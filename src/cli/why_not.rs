//! `gouji why-not CODE --row KEY`, `gouji why-not CODE --near 5%`

use clap::Args;

use super::terminal::Terminal;
use super::why::no_rule;
use super::{AuditArgs, CLEAN, Common, FOUND, REFUSED, Said};
use crate::audit::{About, Answer, Asked, Reach, Request, check as audit, why_not as explain};
use crate::diagnostic::{Lang, nearest};
use crate::render::proof;
use crate::value::Decimal;

/// `gouji why-not`
#[derive(Debug, Args)]
pub(super) struct WhyNotArgs {
    /// 规则编号 / code of a rule
    code: String,
    /// 哪一行：名称里的字，或 文件:行号 / which row: part of its key, or file:line
    #[arg(long, required_unless_present = "near", conflicts_with = "near")]
    row: Option<String>,
    /// 差一点就报的行：只有一个比较不成立，且相差不超过这个比例（5%）/ rows that nearly have a finding: one comparison
    /// fails, by no more than this share
    #[arg(long, value_parser = share)]
    near: Option<Decimal>,
    #[command(flatten)]
    audit: AuditArgs,
}

pub(super) fn why_not(args: &WhyNotArgs, common: &Common, terminal: &Terminal) -> Said {
    let request = Request { whole: true, ..args.audit.request(common, terminal.lang()) };
    let audit = audit(&request);
    let refused = |stderr: String| Said { stdout: String::new(), stderr, code: REFUSED };
    if audit.reach == Reach::Refused {
        return refused(terminal.complaints(&audit.sources, &audit.diagnostics));
    }
    let (code, lang) = (args.code.to_uppercase(), terminal.lang());
    let row = args.row.clone().unwrap_or_default();
    let about = args.near.map_or_else(|| About::Row(row.clone()), About::Near);
    match explain(&audit, &request, &Asked { code: code.clone(), about }) {
        Answer::NoRule => {
            let codes = audit.rules.cards.iter().map(|card| card.card.code.text.as_str());
            refused(no_rule(&args.code, nearest(&code, codes).map(str::to_owned), lang))
        }
        Answer::NoRows => refused(match lang {
            Lang::Zh => format!("{code} 不直接查某一张表的行\n"),
            Lang::En => format!("{code} asks about no row of facts directly\n"),
        }),
        Answer::NoSuchRow(known) => {
            let known = known.join("、");
            let stderr = match lang {
                Lang::Zh => format!("{code} 查的表里没有“{row}”这一行；有 {known} 等\n"),
                Lang::En => format!("{code} asks about no row “{row}”; there are {known} and others\n"),
            };
            Said { stdout: String::new(), stderr, code: FOUND }
        }
        Answer::NoneNear => {
            let stdout = match lang {
                Lang::Zh => format!("{code}：没有差一点就报的行\n"),
                Lang::En => format!("{code}: no row came near\n"),
            };
            Said { stdout, stderr: String::new(), code: CLEAN }
        }
        Answer::Told(nodes) => {
            let each = nodes.iter().map(|node| format!("{code} {}", proof::tree(&audit.sources, node, terminal.out)));
            Said { stdout: each.collect::<Vec<_>>().join("\n"), stderr: String::new(), code: CLEAN }
        }
    }
}

/// `5%` or `0.05`.
fn share(text: &str) -> Result<Decimal, String> {
    let (number, percent) = text.strip_suffix(['%', '％']).map_or((text, false), |number| (number, true));
    let share = Decimal::from_str_exact(number.trim()).ok().filter(|share| !share.is_sign_negative());
    let share = share.and_then(|share| if percent { share.checked_div(Decimal::ONE_HUNDRED) } else { Some(share) });
    share.ok_or_else(|| format!("“{text}”不是比例，写 5% 或 0.05 / “{text}” is no share: write 5% or 0.05"))
}
