//! `gouji query '…'`

use clap::Args;

use super::terminal::Terminal;
use super::{AuditArgs, CLEAN, Common, INCOMPLETE, REFUSED, Said};
use crate::audit::query as ask;
use crate::diagnostic::{Code, Lang};
use crate::render::answers;

/// `gouji query`
#[derive(Debug, Args)]
pub(super) struct QueryArgs {
    /// 条件，与规则的 when 写法相同：'p in project, p.spent > 100万元' / conditions, as in a rule's `when`
    conditions: String,
    #[command(flatten)]
    audit: AuditArgs,
    /// 输出格式 / format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// 对齐的表 / an aligned table
    Table,
    /// CSV
    Csv,
    /// JSON
    Json,
}

pub(super) fn query(args: &QueryArgs, common: &Common, terminal: &Terminal) -> Said {
    let (sources, report, found) = ask(&args.audit.request(common, terminal.lang()), &args.conditions);
    let failed = report.diagnostics().iter().any(|wrong| wrong.code == Code::RuleFailed);
    let mut stderr = terminal.complaints(&sources, &report.sorted());
    let Some(found) = found else {
        return Said { stdout: String::new(), stderr, code: if failed { INCOMPLETE } else { REFUSED } };
    };
    let stdout = match args.format {
        Format::Table => answers::table(&found),
        Format::Csv => answers::csv(&found),
        Format::Json => answers::json(&found),
    };
    let (rows, undecided) = (found.rows.len(), found.undecided);
    stderr += &match terminal.lang() {
        Lang::Zh if undecided > 0 => format!("{rows} 行；另有 {undecided} 处无法判定\n"),
        Lang::En if undecided > 0 => format!("{rows} rows; {undecided} more could not be decided\n"),
        Lang::Zh => format!("{rows} 行\n"),
        Lang::En => format!("{rows} rows\n"),
    };
    Said { stdout, stderr, code: if failed { INCOMPLETE } else { CLEAN } }
}
