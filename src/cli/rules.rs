//! `gouji rules`

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::terminal::Terminal;
use super::{AuditArgs, CLEAN, Common, REFUSED, Said};
use crate::audit::{Reach, Request, check, lint, rules_of};
use crate::cards::{PACKS, SHARED};
use crate::diagnostic::{Lang, Severity, nearest};
use crate::render::aligned;
use crate::source::SourceMap;

/// `gouji rules`
#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    #[command(subcommand)]
    what: Option<What>,
    /// 把自带的规则写到这个文件夹 / write the shipped rules to this folder
    #[arg(long, value_name = "DIR")]
    export: Option<PathBuf>,
    /// 列出一条规则的执行计划 / show how a rule is run
    #[arg(long, value_name = "CODE")]
    plan: Option<String>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// 列出规则 / list rules
    List(AuditArgs),
    /// 检查规则文件 / check rule files
    Lint(LintArgs),
}

#[derive(Debug, Args)]
struct LintArgs {
    /// 规则文件；不写就是这个审计的全部规则 / rule files; all rules of this audit without any
    files: Vec<String>,
}

pub(super) fn rules(args: &RulesArgs, common: &Common, terminal: &Terminal) -> Said {
    if let Some(code) = &args.plan {
        return plan(code, common, terminal);
    }
    match (&args.export, &args.what) {
        (Some(dir), _) => export(dir, terminal.lang()),
        (None, Some(What::List(audit))) => list(audit, common, terminal),
        (None, Some(What::Lint(args))) => lint_files(args, common, terminal),
        (None, None) => {
            let here = AuditArgs { dir: PathBuf::from("."), rules: Vec::new(), set: Vec::new() };
            list(&here, common, terminal)
        }
    }
}

/// The plan of a rule of the audit here.
fn plan(code: &str, common: &Common, terminal: &Terminal) -> Said {
    let here = AuditArgs { dir: PathBuf::from("."), rules: Vec::new(), set: Vec::new() };
    let audit = check(&Request { whole: true, ..here.request(common, terminal.lang()) });
    if audit.reach == Reach::Refused {
        let stderr = terminal.complaints(&audit.sources, &audit.diagnostics);
        return Said { stdout: String::new(), stderr, code: REFUSED };
    }
    match super::profile::plan_of(&audit, code, terminal.lang()) {
        Some(stdout) => Said { stdout, stderr: String::new(), code: CLEAN },
        None => {
            let codes = audit.rules.cards.iter().map(|card| card.card.code.text.as_str());
            let near = nearest(&code.to_uppercase(), codes).map(str::to_owned);
            let stderr = super::why::no_rule(code, near, terminal.lang());
            Said { stdout: String::new(), stderr, code: REFUSED }
        }
    }
}

fn list(args: &AuditArgs, common: &Common, terminal: &Terminal) -> Said {
    let mut sources = SourceMap::new();
    let (rules, report) = rules_of(&mut sources, &args.request(common, terminal.lang()));
    let stderr = terminal.complaints(&sources, &report.clone().sorted());
    let mut lines: Vec<Vec<String>> = Vec::new();
    for loaded in &rules.cards {
        let severities: Vec<&str> = loaded.card.severity.iter().map(|case| case.is.name()).collect();
        let file = sources.file(loaded.file).name().to_owned();
        lines.push(vec![loaded.card.code.text.clone(), severities.join("/"), loaded.card.title.clone(), file]);
    }
    Said { stdout: aligned(&lines, ""), stderr, code: if report.has_errors() { REFUSED } else { CLEAN } }
}

fn lint_files(args: &LintArgs, common: &Common, terminal: &Terminal) -> Said {
    let audit = AuditArgs { dir: PathBuf::from("."), rules: args.files.clone(), set: Vec::new() };
    let (sources, count, report) = lint(&audit.request(common, terminal.lang()));
    let refused = report.has_errors();
    let diagnostics = report.sorted();
    let errors = diagnostics.iter().filter(|wrong| wrong.severity == Severity::Error).count();
    let others = diagnostics.len() - errors;
    let stdout = match terminal.lang() {
        Lang::Zh => format!("规则 {count} 条：{errors} 处错误，{others} 处提醒\n"),
        Lang::En => format!("{count} rules: {errors} errors, {others} warnings\n"),
    };
    let stderr = terminal.complaints(&sources, &diagnostics);
    Said { stdout, stderr, code: if refused || count == 0 { REFUSED } else { CLEAN } }
}

/// Writes the shipped rules; a file that is there and different stays as it is.
fn export(dir: &Path, lang: Lang) -> Said {
    let mut said = Said::default();
    for shipped in PACKS.iter().chain(SHARED) {
        let path = dir.join(shipped.path);
        let shown = path.display().to_string().replace('\\', "/");
        let existing = std::fs::read_to_string(&path).ok();
        if existing.as_deref() == Some(shipped.text) {
            continue;
        }
        if existing.is_some() {
            said.code = REFUSED;
            said.stderr += &match lang {
                Lang::Zh => format!("{shown} 已经有了，而且不同；没有改它\n"),
                Lang::En => format!("{shown} exists and differs; it was left alone\n"),
            };
            continue;
        }
        let folder = path.parent().unwrap_or(dir);
        match std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, shipped.text)) {
            Ok(()) => said.stdout += &format!("{shown}\n"),
            Err(error) => {
                said.code = REFUSED;
                said.stderr += &match lang {
                    Lang::Zh => format!("写不了 {shown}：{error}\n"),
                    Lang::En => format!("cannot write {shown}: {error}\n"),
                };
            }
        }
    }
    said
}
