//! The audit as JSON, for programs. The shape is versioned; its schema is `docs/schema/check-1.json`.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::diagnostic::{Diagnostic, Lang, Severity as DiagnosticSeverity};
use crate::finding::proof::Exact;
use crate::finding::{
    Audited, Cause, Contributor, Contributors, Finding, RuleVerdict, RunnerUp, Severity, Undecided, Verdict,
};
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
    culprits: Vec<CauseJson<'a>>,
    /// Where culprits were not sought, and why.
    unsought: Vec<&'a str>,
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
    /// Probable causes.
    roots: usize,
    /// Findings that stand under one.
    consequences: usize,
    files: usize,
    rows: u64,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    /// As `gouji why` takes it.
    number: usize,
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
    /// Exact values of the rule's variables, by name.
    values: Map<String, Value>,
    contributors: Vec<ContributorsJson<'a>>,
    /// Position in `culprits`.
    #[serde(skip_serializing_if = "Option::is_none")]
    culprit: Option<usize>,
    /// Number of the first finding with the same culprit.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<usize>,
}

#[derive(Serialize)]
struct ContributorsJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    op: &'a str,
    value: &'a Exact,
    shown: &'a str,
    count: usize,
    parts: Vec<ContributorJson<'a>>,
}

#[derive(Serialize)]
struct ContributorJson<'a> {
    #[serde(flatten)]
    place: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a Exact>,
}

#[derive(Serialize)]
struct CauseJson<'a> {
    places: Vec<Addressed<'a>>,
    subject: &'a str,
    change: &'a str,
    clears: usize,
    touches: usize,
    settles: usize,
    breaks: usize,
    /// The next best, best first.
    runners_up: Vec<RunnerUpJson<'a>>,
    /// How many others are just as likely.
    equals: usize,
    /// All of it in one sentence.
    sentence: String,
}

#[derive(Serialize)]
struct RunnerUpJson<'a> {
    #[serde(flatten)]
    place: Addressed<'a>,
    subject: &'a str,
    change: &'a str,
    equal: bool,
}

#[derive(Serialize)]
struct Addressed<'a> {
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
    rows: u64,
    findings: usize,
    undecided: Vec<UndecidedJson<'a>>,
    without_value: Vec<UndecidedJson<'a>>,
}

#[derive(Serialize)]
struct UndecidedJson<'a> {
    instance: &'a str,
    reason: &'a str,
    cells: Vec<Addressed<'a>>,
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
        findings: (1..).zip(&audited.findings).map(|finding| finding_json(sources, audited, finding)).collect(),
        culprits: audited.causes.iter().map(|cause| cause_json(sources, cause, lang)).collect(),
        unsought: audited.unsought.iter().map(|said| said.get(lang)).collect(),
        rules: audited.verdicts.iter().map(|rule| rule_json(sources, rule, lang)).collect(),
        diagnostics: diagnostics.iter().map(|diagnostic| diagnostic_json(sources, diagnostic, lang)).collect(),
    };
    let mut text = serde_json::to_string_pretty(&document).expect("plain data has no value that JSON cannot write");
    text.push('\n');
    text
}

fn cause_json<'a>(sources: &SourceMap, cause: &'a Cause, lang: Lang) -> CauseJson<'a> {
    let at = |at: &'a (Span, Option<String>)| addressed(sources, at);
    let other = |other: &'a RunnerUp| RunnerUpJson {
        place: at(&other.place),
        subject: &other.subject,
        change: &other.change,
        equal: other.equal,
    };
    CauseJson {
        places: cause.places.iter().map(at).collect(),
        subject: &cause.subject,
        change: &cause.change,
        clears: cause.findings,
        touches: cause.touching,
        settles: cause.decided,
        breaks: cause.broken,
        runners_up: cause.runners_up.iter().map(other).collect(),
        equals: cause.equals,
        sentence: cause.sentence().get(lang).to_owned(),
    }
}

fn addressed<'a>(sources: &SourceMap, (span, address): &'a (Span, Option<String>)) -> Addressed<'a> {
    Addressed { place: place(sources, *span), address: address.as_deref() }
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
        roots: audited.causes.len(),
        consequences: audited.consequences(),
        files: audited.files,
        rows: audited.rows,
    }
}

fn finding_json<'a>(
    sources: &SourceMap,
    audited: &Audited,
    (number, finding): (usize, &'a Finding),
) -> FindingJson<'a> {
    let label = |label: &'a crate::finding::Label| LabelJson {
        place: place(sources, label.span),
        address: label.address.as_deref(),
        message: &label.text,
    };
    let evidence = finding.evidence.as_ref();
    let values = evidence.into_iter().flat_map(|evidence| &evidence.values);
    let values = values.map(|named| (named.name.clone(), json!({ "exact": named.value, "shown": named.shown })));
    let contributors = evidence.into_iter().flat_map(|evidence| &evidence.contributors);
    FindingJson {
        number,
        rule: &finding.code,
        severity: finding.severity,
        key: &finding.key,
        message: &finding.message,
        labels: finding.labels.iter().map(label).collect(),
        folded: finding.folded.as_deref(),
        help: finding.help.as_deref(),
        notes: &finding.notes,
        values: values.collect(),
        contributors: contributors.map(|contributors| contributors_json(sources, contributors)).collect(),
        culprit: finding.cause,
        group: audited.group(finding),
    }
}

fn contributors_json<'a>(sources: &SourceMap, contributors: &'a Contributors) -> ContributorsJson<'a> {
    let part = |part: &'a Contributor| ContributorJson {
        place: part.span.map(|span| place(sources, span)),
        address: part.address.as_deref(),
        value: part.value.as_ref(),
    };
    ContributorsJson {
        name: contributors.name.as_deref(),
        op: contributors.op,
        value: &contributors.value,
        shown: &contributors.shown,
        count: contributors.parts.len(),
        parts: contributors.parts.iter().map(part).collect(),
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
            cells: instance.cells.iter().map(|cell| addressed(sources, cell)).collect(),
        };
        instances.iter().map(one).collect()
    };
    RuleJson {
        code: &rule.code,
        title: &rule.title,
        verdict,
        reason,
        rows: rule.rows,
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
