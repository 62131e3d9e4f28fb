//! The audit as JSON, for programs. The shape is versioned; its schema is `docs/schema/check-1.json`.

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Lang, Severity as DiagnosticSeverity};
use crate::finding::{Audited, Cause, Finding, RuleVerdict, Severity, Undecided, Verdict};
use crate::source::{SourceMap, Span};

/// Version of the shape; it grows when a reader of the last one would misread this one.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool<'a>,
    title: &'a str,
    manifest: &'a str,
    summary: Summary,
    findings: Vec<FindingJson<'a>>,
    causes: Vec<CauseJson<'a>>,
    rules: Vec<RuleJson<'a>>,
    diagnostics: Vec<DiagnosticJson<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'a str,
    version: &'a str,
}

#[derive(Serialize)]
struct Summary {
    rules: usize,
    fired: usize,
    clean: usize,
    undecided: usize,
    not_applicable: usize,
    failed: usize,
    findings: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    files: usize,
    rows: u64,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    rule: &'a str,
    severity: Severity,
    key: &'a str,
    message: &'a str,
    labels: Vec<LabelJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    folded: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
    /// Position in `causes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<usize>,
}

#[derive(Serialize)]
struct CauseJson<'a> {
    places: Vec<CausePlace<'a>>,
    subject: &'a str,
    change: &'a str,
    clears: usize,
    touches: usize,
    settles: usize,
    breaks: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    runner_up: Option<&'a str>,
    tied: bool,
}

#[derive(Serialize)]
struct CausePlace<'a> {
    #[serde(flatten)]
    place: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
}

#[derive(Serialize)]
struct LabelJson<'a> {
    #[serde(flatten)]
    place: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    message: &'a str,
}

#[derive(Serialize)]
struct Place {
    file: String,
    /// Absent in a file that is no text, where cells have addresses instead.
    #[serde(flatten)]
    region: Option<Region>,
    text: String,
}

#[derive(Serialize)]
struct Region {
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct RuleJson<'a> {
    code: &'a str,
    title: &'a str,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    findings: usize,
    undecided: Vec<UndecidedJson<'a>>,
    without_value: Vec<UndecidedJson<'a>>,
}

#[derive(Serialize)]
struct UndecidedJson<'a> {
    instance: &'a str,
    reason: &'a str,
    cells: Vec<Place>,
}

#[derive(Serialize)]
struct DiagnosticJson<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    labels: Vec<DiagnosticLabel<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct DiagnosticLabel<'a> {
    #[serde(flatten)]
    place: Place,
    primary: bool,
    message: &'a str,
}

/// The whole audit, with the complaints about its inputs, as one JSON document.
#[must_use]
pub fn document(
    sources: &SourceMap,
    audited: &Audited,
    diagnostics: &[Diagnostic],
    version: &str,
    lang: Lang,
) -> String {
    let document = Document {
        version: VERSION,
        tool: Tool { name: "gouji", version },
        title: &audited.title,
        manifest: &audited.manifest,
        summary: summary(audited),
        findings: audited.findings.iter().map(|finding| finding_json(sources, finding)).collect(),
        causes: audited.causes.iter().map(|cause| cause_json(sources, cause)).collect(),
        rules: audited.verdicts.iter().map(|rule| rule_json(sources, rule, lang)).collect(),
        diagnostics: diagnostics.iter().map(|diagnostic| diagnostic_json(sources, diagnostic, lang)).collect(),
    };
    let mut text = serde_json::to_string_pretty(&document).expect("plain data has no value that JSON cannot write");
    text.push('\n');
    text
}

fn cause_json<'a>(sources: &SourceMap, cause: &'a Cause) -> CauseJson<'a> {
    let at = |(span, address): &'a (Span, Option<String>)| CausePlace {
        place: place(sources, *span),
        address: address.as_deref(),
    };
    CauseJson {
        places: cause.places.iter().map(at).collect(),
        subject: &cause.subject,
        change: &cause.change,
        clears: cause.findings,
        touches: cause.touching,
        settles: cause.decided,
        breaks: cause.broken,
        runner_up: cause.runner_up.as_deref(),
        tied: cause.tied,
    }
}

fn summary(audited: &Audited) -> Summary {
    Summary {
        rules: audited.verdicts.len(),
        fired: audited.rules(|verdict| matches!(verdict, Verdict::Fired)),
        clean: audited.rules(|verdict| matches!(verdict, Verdict::Clean)),
        undecided: audited.rules(|verdict| matches!(verdict, Verdict::Undecided)),
        not_applicable: audited.rules(|verdict| matches!(verdict, Verdict::NotApplicable(_))),
        failed: audited.rules(|verdict| matches!(verdict, Verdict::Failed(_))),
        findings: audited.findings.len(),
        errors: audited.count(Severity::Error),
        warnings: audited.count(Severity::Warning),
        notes: audited.count(Severity::Note),
        files: audited.files,
        rows: audited.rows,
    }
}

fn finding_json<'a>(sources: &SourceMap, finding: &'a Finding) -> FindingJson<'a> {
    let label = |label: &'a crate::finding::Label| LabelJson {
        place: place(sources, label.span),
        address: label.address.as_deref(),
        message: &label.text,
    };
    FindingJson {
        rule: &finding.code,
        severity: finding.severity,
        key: &finding.key,
        message: &finding.message,
        labels: finding.labels.iter().map(label).collect(),
        folded: finding.folded.as_deref(),
        help: finding.help.as_deref(),
        notes: &finding.notes,
        cause: finding.cause,
    }
}

fn rule_json<'a>(sources: &SourceMap, rule: &'a RuleVerdict, lang: Lang) -> RuleJson<'a> {
    let (verdict, reason) = match &rule.verdict {
        Verdict::Fired => ("fired", None),
        Verdict::Clean => ("clean", None),
        Verdict::Undecided => ("undecided", None),
        Verdict::NotApplicable(reason) => ("not_applicable", Some(reason.get(lang))),
        Verdict::Failed(reason) => ("failed", Some(reason.get(lang))),
    };
    let list = |instances: &'a [Undecided]| {
        let one = |instance: &'a Undecided| UndecidedJson {
            instance: &instance.instance,
            reason: instance.reason.get(lang),
            cells: instance.cells.iter().map(|span| place(sources, *span)).collect(),
        };
        instances.iter().map(one).collect()
    };
    RuleJson {
        code: &rule.code,
        title: &rule.title,
        verdict,
        reason,
        findings: rule.findings,
        undecided: list(&rule.undecided),
        without_value: list(&rule.without_value),
    }
}

fn diagnostic_json<'a>(sources: &SourceMap, diagnostic: &'a Diagnostic, lang: Lang) -> DiagnosticJson<'a> {
    let severity = match diagnostic.severity {
        DiagnosticSeverity::Error => "error",
        DiagnosticSeverity::Warning => "warning",
        DiagnosticSeverity::Note => "note",
    };
    let label = |label: &'a crate::diagnostic::Label| DiagnosticLabel {
        place: place(sources, label.span),
        primary: label.primary,
        message: label.text.get(lang),
    };
    DiagnosticJson {
        code: diagnostic.code.name(),
        severity,
        message: diagnostic.message.get(lang),
        labels: diagnostic.labels.iter().map(label).collect(),
        help: diagnostic.help.as_ref().map(|help| help.get(lang)),
    }
}

fn place(sources: &SourceMap, span: Span) -> Place {
    let start = sources.location(span);
    let end = sources.location(Span::new(span.end(), span.end()));
    let laid_out = sources.file_of(span).is_some_and(|file| sources.file(file).is_laid_out());
    let region = Region { line: start.line, column: start.column, end_line: end.line, end_column: end.column };
    Place { file: start.file, region: (!laid_out).then_some(region), text: sources.text(span).into_owned() }
}
