//! SARIF 2.1.0, for code hosts and editors.

use serde_json::{Map, Value, json};

use crate::diagnostic::{Diagnostic, Lang, Severity as DiagnosticSeverity};
use crate::finding::{Audited, Finding, Label, Severity, Undecided};
use crate::source::{SourceMap, Span};

/// What SARIF says of a rule beyond its findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleText {
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// What it finds and why that matters.
    pub why: String,
    /// Its subjects.
    pub tags: Vec<String>,
}

/// The audit as one SARIF log with one run.
#[must_use]
pub fn document(
    sources: &SourceMap,
    audited: &Audited,
    rules: &[RuleText],
    diagnostics: &[Diagnostic],
    (version, lang): (&str, Lang),
) -> String {
    let driver = json!({
        "name": "gouji",
        "version": version,
        "rules": rules.iter().map(rule).collect::<Vec<_>>(),
    });
    let context = Context { sources, audited, rules, lang };
    let findings = (1..).zip(&audited.findings).map(|(number, finding)| result(&context, number, finding));
    let open = audited.verdicts.iter().flat_map(|rule| {
        rule.undecided.iter().chain(&rule.without_value).map(|instance| undecided(&context, &rule.code, instance))
    });
    let results: Vec<Value> = findings.chain(open).collect();
    let notifications: Vec<Value> =
        diagnostics.iter().map(|diagnostic| notification(sources, diagnostic, lang)).collect();
    let failed = diagnostics.iter().any(|diagnostic| diagnostic.severity == DiagnosticSeverity::Error);
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": driver },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": !failed,
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).expect("plain data has no value that JSON cannot write");
    text.push('\n');
    text
}

fn rule(rule: &RuleText) -> Value {
    let mut object = Map::new();
    object.insert("id".to_owned(), json!(rule.code));
    object.insert("shortDescription".to_owned(), json!({ "text": rule.title }));
    if !rule.why.trim().is_empty() {
        object.insert("fullDescription".to_owned(), json!({ "text": rule.why.trim() }));
    }
    if !rule.tags.is_empty() {
        object.insert("properties".to_owned(), json!({ "tags": rule.tags }));
    }
    Value::Object(object)
}

/// What a result is told with.
struct Context<'a> {
    sources: &'a SourceMap,
    audited: &'a Audited,
    rules: &'a [RuleText],
    lang: Lang,
}

fn result(context: &Context, number: usize, finding: &Finding) -> Value {
    let Context { sources, audited, rules, lang } = *context;
    let mut object = Map::new();
    object.insert("ruleId".to_owned(), json!(finding.code));
    if let Some(index) = rules.iter().position(|rule| rule.code == finding.code) {
        object.insert("ruleIndex".to_owned(), json!(index));
    }
    object.insert("level".to_owned(), json!(level(finding.severity)));
    object.insert("message".to_owned(), json!({ "text": finding.message }));
    let mut places = finding.labels.iter().enumerate().map(|(id, label)| location(sources, id, label));
    let primary: Vec<Value> = places.next().into_iter().collect();
    let mut related: Vec<Value> = places.collect();
    let cause = finding.cause.and_then(|cause| audited.causes.get(cause));
    for (span, address) in cause.iter().flat_map(|cause| &cause.places) {
        let text = cause.map(|cause| cause.sentence().get(lang).to_owned()).unwrap_or_default();
        let label = Label { span: *span, address: address.clone(), text };
        related.push(location(sources, related.len() + 1, &label));
    }
    object.insert("locations".to_owned(), json!(primary));
    if !related.is_empty() {
        object.insert("relatedLocations".to_owned(), json!(related));
    }
    let fingerprint = format!("{}/{}", finding.code, finding.key);
    object.insert("partialFingerprints".to_owned(), json!({ "ruleAndKey/v1": fingerprint }));
    let mut properties = Map::new();
    properties.insert("number".to_owned(), json!(number));
    let texts = [("help", &finding.help), ("folded", &finding.folded)];
    for (name, text) in texts {
        if let Some(text) = text {
            properties.insert(name.to_owned(), json!(text));
        }
    }
    if !finding.notes.is_empty() {
        properties.insert("notes".to_owned(), json!(finding.notes));
    }
    if let Some(cause) = cause {
        properties.insert("culprit".to_owned(), json!(cause.sentence().get(lang)));
        properties.insert("group".to_owned(), json!(audited.group(finding)));
    }
    object.insert("properties".to_owned(), Value::Object(properties));
    Value::Object(object)
}

/// An instance that could not be decided: neither a finding nor a pass.
fn undecided(context: &Context, code: &str, instance: &Undecided) -> Value {
    let mut object = Map::new();
    object.insert("ruleId".to_owned(), json!(code));
    if let Some(index) = context.rules.iter().position(|rule| rule.code == code) {
        object.insert("ruleIndex".to_owned(), json!(index));
    }
    object.insert("kind".to_owned(), json!("open"));
    object.insert("level".to_owned(), json!("none"));
    let said = format!("{} {}", instance.instance, instance.reason.get(context.lang));
    object.insert("message".to_owned(), json!({ "text": said.trim() }));
    let label =
        |(span, address): &(Span, Option<String>)| Label { span: *span, address: address.clone(), text: String::new() };
    let places = instance.cells.iter().enumerate().map(|(id, cell)| location(context.sources, id, &label(cell)));
    object.insert("locations".to_owned(), json!(places.collect::<Vec<_>>()));
    let fingerprint = format!("{code}/open/{}", instance.instance);
    object.insert("partialFingerprints".to_owned(), json!({ "ruleAndKey/v1": fingerprint }));
    Value::Object(object)
}

/// A place. One in a file that is no text has no region: its address is a logical location.
fn location(sources: &SourceMap, id: usize, label: &Label) -> Value {
    let mut object = place(sources, label.span);
    object.insert("id".to_owned(), json!(id));
    if let Some(address) = &label.address {
        object.insert("logicalLocations".to_owned(), json!([{ "fullyQualifiedName": address }]));
    }
    if !label.text.is_empty() {
        object.insert("message".to_owned(), json!({ "text": label.text }));
    }
    Value::Object(object)
}

fn place(sources: &SourceMap, span: Span) -> Map<String, Value> {
    let mut object = Map::new();
    let Some(file) = sources.file_of(span).map(|file| sources.file(file)) else { return object };
    let start = sources.location(span);
    let end = sources.location(Span::new(span.end(), span.end()));
    let name = if file.is_laid_out() { file.name().split(" › ").next().unwrap_or_default() } else { file.name() };
    let mut physical = Map::new();
    physical.insert("artifactLocation".to_owned(), json!({ "uri": uri(name) }));
    if !file.is_laid_out() {
        let region = json!({
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
            "snippet": { "text": sources.text(span) },
        });
        physical.insert("region".to_owned(), region);
    }
    object.insert("physicalLocation".to_owned(), Value::Object(physical));
    object
}

fn notification(sources: &SourceMap, diagnostic: &Diagnostic, lang: Lang) -> Value {
    let level = match diagnostic.severity {
        DiagnosticSeverity::Error => "error",
        DiagnosticSeverity::Warning => "warning",
        DiagnosticSeverity::Note => "note",
    };
    let places: Vec<Value> = diagnostic.place().map(|span| Value::Object(place(sources, span))).into_iter().collect();
    json!({
        "descriptor": { "id": diagnostic.code.name() },
        "level": level,
        "message": { "text": diagnostic.message.get(lang) },
        "locations": places,
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// A path as a relative reference: everything but letters, digits and the unreserved signs percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri += &format!("%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("facts/附表 1.xlsx"), "facts/%E9%99%84%E8%A1%A8%201.xlsx");
    }
}
