//! Rule files laid out, and what is certain mended.

use crate::cards;
use crate::diagnostic::{Diagnostic, Fix, Report};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::{self, format_body, format_program};

/// A rule file as it should be.
#[derive(Clone, Debug)]
pub struct Tidied {
    /// Its text. What is wrong with it is left as it was.
    pub text: String,
    /// How many slips were mended.
    pub mended: usize,
    /// What is still wrong with its text.
    pub report: Report,
}

/// How often mending is tried again on what it gave.
const ROUNDS: usize = 4;

/// The rule file `file` laid out; with `mend`, after the slips that have a certain remedy are mended.
#[must_use]
pub fn tidy(sources: &mut SourceMap, file: FileId, mend: bool) -> Tidied {
    let name = sources.file(file).name().to_owned();
    let original = sources.file(file).shared_text();
    let windows = original.contains("\r\n");
    let mut text = original.replace("\r\n", "\n");
    let mut mended = 0;
    let mut at = again(sources, &name, &text).unwrap_or(file);
    if mend {
        let fixes = certain(sources, at);
        mended = fixes.len();
        text = apply(sources, at, fixes);
        at = again(sources, &name, &text).unwrap_or(at);
    }
    let (laid_out, report) = lay_out(sources, at);
    let text = if windows { laid_out.replace('\n', "\r\n") } else { laid_out };
    Tidied { text, mended, report }
}

/// The text of the rule file `file` with every slip mended that has a certain remedy, and how many these are; nothing else of
/// it changes. Mending may bring others to light: it goes on as long as there are any.
#[must_use]
pub fn mend(sources: &mut SourceMap, file: FileId) -> (String, usize) {
    let name = sources.file(file).name().to_owned();
    let (mut text, mut at, mut mended) = (sources.file(file).text().to_owned(), file, 0);
    for _ in 0..ROUNDS {
        let fixes = certain(sources, at);
        if fixes.is_empty() {
            break;
        }
        mended += fixes.len();
        text = apply(sources, at, fixes);
        at = again(sources, &name, &text).unwrap_or(at);
    }
    (text, mended)
}

/// `text` as one more source of that name; none when all sources are too large.
fn again(sources: &mut SourceMap, name: &str, text: &str) -> Option<FileId> {
    sources.add(name, text).ok()
}

fn is_cards(sources: &SourceMap, file: FileId) -> bool {
    sources.file(file).name().to_lowercase().ends_with(".toml")
}

/// The rule texts of a file of cards: bodies, facts of tests, and why there is no card at all when there is none.
fn rule_texts(sources: &SourceMap, file: FileId) -> (Vec<Span>, Vec<Span>, Report) {
    let (cards, report) = cards::read(sources, file);
    let bodies = cards.cards.iter().map(|card| card.when).collect();
    let facts = cards.cards.iter().flat_map(|card| card.tests.iter().map(|test| test.facts)).collect();
    (bodies, facts, if cards.cards.is_empty() { report } else { Report::new() })
}

/// The edits that mend the text of rules, first to last, none touching another.
fn certain(sources: &SourceMap, file: FileId) -> Vec<Fix> {
    let mut report = Report::new();
    if is_cards(sources, file) {
        let (bodies, facts, unread) = rule_texts(sources, file);
        report.append(unread);
        bodies.iter().for_each(|body| report.append(syntax::parse_body(sources, *body).1));
        facts.iter().for_each(|facts| report.append(syntax::parse_facts(sources, *facts).1));
    } else {
        report = syntax::parse_program(sources, file).1;
    }
    let mut fixes: Vec<Fix> = report.sorted().into_iter().flat_map(|complaint: Diagnostic| complaint.fixes).collect();
    fixes.sort_by_key(|fix| (fix.span.start(), fix.span.end()));
    let mut end = 0;
    fixes.retain(|fix| {
        let apart = fix.span.start() >= end;
        end = if apart { fix.span.end() } else { end };
        apart
    });
    fixes
}

fn apply(sources: &SourceMap, file: FileId, fixes: Vec<Fix>) -> String {
    let source = sources.file(file);
    let mut text = source.text().to_owned();
    for fix in fixes.into_iter().rev() {
        text.replace_range(source.local(fix.span.start())..source.local(fix.span.end()), &fix.replacement);
    }
    text
}

fn lay_out(sources: &SourceMap, file: FileId) -> (String, Report) {
    let original = sources.file(file).text().to_owned();
    if !is_cards(sources, file) {
        return match format_program(sources, file) {
            Ok(text) => (text, Report::new()),
            Err(report) => (original, report),
        };
    }
    let (bodies, _, mut report) = rule_texts(sources, file);
    let mut edits = Vec::new();
    for body in bodies {
        match format_body(sources, body, 2) {
            Ok(_) => edits.extend(lay_out_body(sources, body)),
            Err(wrong) => report.append(wrong),
        }
    }
    edits.sort_by_key(|fix| fix.span);
    (apply(sources, file, edits), report)
}

/// The conditions of a card: on lines of their own between the quotes, or on the one line that they are on.
fn lay_out_body(sources: &SourceMap, body: Span) -> Option<Fix> {
    let written = sources.text(body);
    let replacement = match written.rsplit_once('\n') {
        Some((_, last)) => {
            let margin = if last.trim().is_empty() { last } else { "" };
            format!("\n{}\n{margin}", format_body(sources, body, 2).ok()?)
        }
        None => format_body(sources, body, 0).ok().filter(|text| !text.contains('\n'))?,
    };
    Some(Fix { span: body, replacement })
}

#[cfg(test)]
mod tests {
    use super::tidy;
    use crate::source::SourceMap;

    fn tidied(name: &str, text: &str, mend: bool) -> (String, usize, bool) {
        let mut sources = SourceMap::new();
        let file = sources.add(name, text).unwrap();
        let tidied = tidy(&mut sources, file, mend);
        (tidied.text, tidied.mended, tidied.report.has_errors())
    }

    const CARD: &str = "[[rule]]\ncode = \"A-1\"\ntitle = \"t\"\nseverity = \"error\"\nwhen = '''p in project,p.budget>0 // c\n  '''\nmessage = \"“{p.name}”\"\n";

    #[test]
    fn cards_are_laid_out_between_their_quotes() {
        let expected =
            CARD.replace("'''p in project,p.budget>0 // c\n  '''", "'''\n  p in project,\n  p.budget > 0 // c\n  '''");
        let once = tidied("a.toml", CARD, false).0;
        assert_eq!(once, expected);
        assert_eq!(tidied("a.toml", &once, false).0, expected);
    }

    #[test]
    fn slips_are_mended_only_when_asked_and_only_in_rules() {
        let wide = CARD.replace("p.budget>0", "p.budget＞0 and p.name == “甲”");
        assert_eq!(tidied("a.toml", &wide, false), (wide.clone(), 0, true));
        let (text, mended, wrong) = tidied("a.toml", &wide, true);
        assert_eq!((mended, wrong), (5, false), "{text}");
        assert!(text.contains("  p.budget > 0,\n  p.name = \"甲\" // c"), "{text}");
        assert!(text.contains("“{p.name}”"), "a message is no rule: {text}");
    }

    #[test]
    fn what_a_card_does_not_close_is_closed_and_no_comma_guessed() {
        let torn = CARD.replace("// c\n  '''", "// c");
        let (text, mended, wrong) = tidied("a.toml", &torn, true);
        assert_eq!((mended, wrong), (1, false), "{text}");
        assert!(text.contains("p.budget > 0 // c\n'''\nmessage"), "{text}");
        let (text, mended, wrong) = tidied("a.toml", &CARD.replace("[[rule]]", "[rule]"), true);
        assert!(mended == 1 && !wrong && text.starts_with("[[rule]]"), "{text}");
        let (text, mended, wrong) = tidied("a.toml", CARD.trim_start_matches("[[rule]]\n"), true);
        assert!(mended == 1 && !wrong && text.starts_with("[[rule]]"), "{text}");
        for slip in ["SUM p.budget > 0", "abs p.budget > 0", "p.\"预算\" > 0", "p.budget > .5元", "p.budget ~= 0"] {
            let (text, _, wrong) = tidied("a.toml", &CARD.replace("p.budget>0", slip), true);
            assert!(wrong && text.contains(slip), "{slip}: {text}");
        }
    }

    #[test]
    fn rule_files_keep_their_line_ends() {
        assert_eq!(tidied("a.dl", "a( 1 ).\r\n// c\r\nb(2).\r\n", false).0, "a(1).\r\n// c\r\nb(2).\r\n");
        assert_eq!(
            tidied("a.dl", "a(1)\nb(x) :- a(x), x ≠ 2", true),
            ("a(1).\nb(x) :- a(x), x != 2.\n".to_owned(), 3, false)
        );
        assert_eq!(tidied("a.dl", "a(1 2).", false), ("a(1 2).".to_owned(), 0, true));
    }

    #[test]
    fn an_edit_in_several_places_is_made_whole() {
        let (text, _, wrong) = tidied("a.dl", "a(p) :- c(p), p not in b{x: 1}, 支出 大于 3.", true);
        assert_eq!((text.as_str(), wrong), ("a(p) :- c(p), not (p in b{x: 1}), 支出 > 3.\n", false));
        assert_eq!(tidied("a.dl", "a :- b(1).", true).0, "a() :- b(1).\n");
    }

    #[test]
    fn the_shipped_rules_are_laid_out_once_and_for_all() {
        for shipped in crate::cards::PACKS.iter().chain(crate::cards::SHARED) {
            let (once, mended, wrong) = tidied(shipped.path, shipped.text, true);
            assert_eq!((mended, wrong), (0, false), "{}", shipped.path);
            assert_eq!(tidied(shipped.path, &once, true), (once.clone(), 0, false), "{}", shipped.path);
        }
    }
}
