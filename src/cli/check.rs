//! `gouji check`

use clap::Args;

use super::terminal::{Terminal, with_sign_of_life};
use super::{AuditArgs, CLEAN, Common, FOUND, INCOMPLETE, REFUSED, Said};
use crate::audit::{Audit, Reach, Request, check_forewarning, mend, rules_of};
use crate::diagnostic::{Code, Diagnostic, Lang, Severity as Weight};
use crate::finding::{Finding, Severity, Verdict};
use crate::render::{concise, human, json, sarif, summary};
use crate::source::SourceMap;
use crate::text;
use crate::threads;

/// `gouji check`
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    audit: AuditArgs,
    /// 输出格式 / format
    #[arg(long, value_enum, default_value_t = Format::Full)]
    format: Format,
    /// 达到这一级别的问题使退出码为 1 / findings of this level and above make the exit code 1
    #[arg(long, value_enum, default_value_t = Level::Error)]
    fail_level: Level,
    /// 先改正规则文件里有把握的笔误（全角标点、`==`、`and` 等），再审核 / first mend what is certain in the audit's rule files
    #[arg(long)]
    fix: bool,
    /// 说明每条规则用了多少时间 / say what each rule took
    #[arg(long)]
    profile: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// 图示 / pictures
    Full,
    /// 一行一个 / one line each
    Concise,
    /// JSON
    Json,
    /// SARIF 2.1.0
    Sarif,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Level {
    Error,
    Warning,
    Note,
    Never,
}

pub(super) fn check(args: &CheckArgs, common: &Common, terminal: &Terminal) -> Said {
    let evidence = matches!(args.format, Format::Json);
    let request = Request { evidence, ..args.audit.request(common, terminal.lang()) };
    let mended = if args.fix { mend_rules(&request, terminal.lang()) } else { String::new() };
    let draw = |sources: &SourceMap, complaints: &[Diagnostic]| match args.format {
        Format::Full => terminal.complaints(sources, complaints),
        Format::Concise => complaint_lines(sources, complaints, terminal.lang()),
        Format::Json | Format::Sarif => String::new(),
    };
    let (mut audit, warned) =
        with_sign_of_life(terminal.lang(), &draw, |forewarn| check_forewarning(&request, forewarn));
    if matches!(args.format, Format::Full | Format::Concise) {
        audit.diagnostics = warned.rest(&audit.diagnostics);
    }
    if audit.reach != Reach::Refused && !audit.audited.checked_anything() {
        audit.diagnostics.push(nothing_checked());
    }
    let code = exit_code(&audit, args.fail_level);
    let mut said = formatted(args, &audit, terminal, (code, request.engine.threads()));
    said.stderr.insert_str(0, &mended);
    if args.profile {
        said.stderr.push_str(&super::profile::profile(&audit, terminal.lang()));
    }
    // The process ends here: taking the audit apart piece by piece would only make its reader wait.
    std::mem::forget(audit);
    said
}

/// Mends the rule files that the audit reads, those that are files; a line for each that changed.
fn mend_rules(request: &Request, lang: Lang) -> String {
    let mut sources = SourceMap::new();
    let (rules, _) = rules_of(&mut sources, request);
    let mut said = String::new();
    for file in rules.files {
        let name = sources.file(file).name().to_owned();
        let original = sources.file(file).shared_text();
        // Shipped rules stand in no file.
        if !std::fs::read_to_string(&name).is_ok_and(|text| *text.trim_start_matches('\u{feff}') == *original) {
            continue;
        }
        let (text, mended) = mend(&mut sources, file);
        if mended == 0 {
            continue;
        }
        said += &match (std::fs::write(&name, text), lang) {
            (Ok(()), Lang::Zh) => format!("已改：{name}（改正 {mended} 处）\n"),
            (Ok(()), Lang::En) => format!("changed: {name} ({mended} slips mended)\n"),
            (Err(error), Lang::Zh) => format!("写不了 {name}：{error}\n"),
            (Err(error), Lang::En) => format!("cannot write {name}: {error}\n"),
        };
    }
    said
}

fn formatted(args: &CheckArgs, audit: &Audit, terminal: &Terminal, (code, threads): (u8, usize)) -> Said {
    match args.format {
        Format::Full => full(audit, terminal, (code, threads)),
        Format::Concise => lines(audit, terminal, code),
        Format::Json => {
            let version = env!("CARGO_PKG_VERSION");
            let lang = terminal.lang();
            let stdout = json::document(&audit.sources, &audit.audited, &audit.diagnostics, version, lang);
            Said { stdout, stderr: String::new(), code }
        }
        Format::Sarif => {
            let context = (env!("CARGO_PKG_VERSION"), terminal.lang());
            let rules = rule_texts(audit);
            let stdout = sarif::document(&audit.sources, &audit.audited, &rules, &audit.diagnostics, context);
            Said { stdout, stderr: String::new(), code }
        }
    }
}

/// What the cards say of themselves, in the order of their codes.
fn rule_texts(audit: &Audit) -> Vec<sarif::RuleText> {
    let text = |loaded: &crate::audit::LoadedCard| sarif::RuleText {
        code: loaded.card.code.text.clone(),
        title: loaded.card.title.clone(),
        why: loaded.card.why.clone(),
        tags: loaded.card.tags.clone(),
    };
    let mut texts: Vec<sarif::RuleText> = audit.rules.cards.iter().map(text).collect();
    texts.sort_by(|a, b| a.code.cmp(&b.code));
    texts
}

fn nothing_checked() -> Diagnostic {
    let message = text!("没有一条规则用得上：什么也没有查", "no rule applies: nothing was checked");
    let help = text!(
        "`gouji facts` 看载入了什么，`gouji rules list` 看有哪些规则",
        "`gouji facts` shows what was loaded, `gouji rules list` which rules there are"
    );
    Diagnostic::error(Code::NothingChecked, message).help(help)
}

fn exit_code(audit: &Audit, level: Level) -> u8 {
    let audited = &audit.audited;
    let least = match level {
        Level::Error => Some(Severity::Error),
        Level::Warning => Some(Severity::Warning),
        Level::Note => Some(Severity::Note),
        Level::Never => None,
    };
    let failed = audited.rules(|verdict| matches!(verdict, Verdict::Failed(_))) > 0;
    if audit.reach == Reach::Refused || !audited.checked_anything() {
        REFUSED
    } else if audit.reach == Reach::Incomplete || failed {
        INCOMPLETE
    } else if audited.findings.iter().any(|finding| least.is_some_and(|least| finding.severity >= least)) {
        FOUND
    } else {
        CLEAN
    }
}

/// So many findings are drawn before they are put together.
const AT_A_TIME: usize = 1024;

fn full(audit: &Audit, terminal: &Terminal, (code, threads): (u8, usize)) -> Said {
    // What is only worth knowing takes a line; it must not stand between the user and the findings.
    let (notes, complaints): (Vec<Diagnostic>, Vec<Diagnostic>) =
        audit.diagnostics.iter().cloned().partition(|diagnostic| diagnostic.severity == Weight::Note);
    let mut stderr = terminal.complaints(&audit.sources, &complaints);
    for note in &notes {
        stderr += &concise::diagnostic(&audit.sources, note, terminal.lang());
    }
    let audited = &audit.audited;
    if audit.reach == Reach::Refused {
        return Said { stdout: String::new(), stderr, code };
    }
    let title = if audited.title.is_empty() { String::new() } else { format!("{} · ", audited.title) };
    let mut stdout = format!("{title}{}\n\n", audited.manifest);
    let mut said = None;
    let numbered: Vec<(usize, &Finding)> = (1..).zip(&audited.findings).collect();
    for some in numbered.chunks(AT_A_TIME) {
        let drawn = threads::map(some, threads, |finding| human::finding(&audit.sources, *finding, terminal.out));
        for ((_, finding), drawn) in some.iter().zip(drawn) {
            if let Some(cause) = finding.cause.filter(|cause| said.replace(*cause) != Some(*cause)) {
                stdout += &human::cause(&audit.sources, &audited.causes[cause], terminal.out);
                stdout.push('\n');
            }
            stdout += &drawn;
            stdout.push('\n');
        }
    }
    let verdicts = summary::verdicts(&audit.sources, audited, terminal.out);
    if !verdicts.is_empty() {
        stdout += &verdicts;
        stdout.push('\n');
    }
    stdout += &summary::line(audited, terminal.lang());
    Said { stdout, stderr, code }
}

fn complaint_lines(sources: &SourceMap, complaints: &[Diagnostic], lang: Lang) -> String {
    complaints.iter().map(|complaint| concise::diagnostic(sources, complaint, lang)).collect()
}

fn lines(audit: &Audit, terminal: &Terminal, code: u8) -> Said {
    let mut stderr = complaint_lines(&audit.sources, &audit.diagnostics, terminal.lang());
    if audit.reach != Reach::Refused {
        stderr += &summary::line(&audit.audited, terminal.lang());
    }
    let stdout = concise::findings(&audit.sources, &audit.audited, terminal.lang());
    Said { stdout, stderr, code }
}
