//! Wrong inputs, each with the complaint that it must get: `tests/ui/STAGE/NAME.{dl,toml}` and `NAME.stderr` beside it.
//! `GOUJI_BLESS=1` writes what is said now; read it before committing.
//!
//! | stage | a file is |
//! |---|---|
//! | `syntax` | a rule file, only parsed |
//! | `analysis` | a rule file, resolved without facts |
//! | `cards` | a file of cards, resolved without facts |
//! | `tests` | a file of cards whose own tests are run |
//! | `facts` | a manifest, audited |
//! | `plain` | a plain program, run on the facts in `data` |

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use gouji::audit::{self, Engine, PlainRequest, Request, Wish, load_rules};
use gouji::diagnostic::{Code, Diagnostic, Lang};
use gouji::render::human::{self, Style};
use gouji::source::SourceMap;
use gouji::syntax;
use gouji::value::Unit;

const STAGES: [&str; 6] = ["syntax", "analysis", "cards", "tests", "facts", "plain"];
const STYLE: Style = Style { columns: 80, color: false, lang: Lang::Zh };

/// Complaints that no single text file can get: about folders, workbooks, bytes and runs. Their tests are in `cli`, in
/// `formats` and beside the readers.
const ELSEWHERE: [Code; 9] = [
    Code::NoManifest,
    Code::NothingChecked,
    Code::BadEncoding,
    Code::EncodingGuessed,
    Code::StaleValue,
    Code::HiddenCells,
    Code::BrokenFile,
    Code::LimitReached,
    Code::RuleFailed,
];

/// Complaints that have a name and a page and that nothing makes yet. This list only ever shrinks.
const NOT_YET: &[Code] = &[Code::UnusedRelation];

#[test]
fn every_wrong_input_gets_its_complaint() {
    let bless = std::env::var_os("GOUJI_BLESS").is_some();
    let mut wrong = Vec::new();
    for (stage, path) in cases() {
        let (sources, diagnostics) = complaints(stage, &path);
        let drawn: Vec<String> =
            diagnostics.iter().map(|diagnostic| human::diagnostic(&sources, diagnostic, STYLE)).collect();
        let drawn = drawn.join("\n");
        let expected = path.with_extension("stderr");
        if bless {
            fs::write(&expected, &drawn).unwrap();
            continue;
        }
        let wanted = fs::read_to_string(&expected).unwrap_or_default();
        if drawn.is_empty() || drawn != wanted {
            wrong.push(format!("{}\n--- expected\n{wanted}--- got\n{drawn}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{} differ\n\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn every_complaint_has_a_wrong_input_and_a_page() {
    let made: BTreeSet<Code> = cases()
        .into_iter()
        .flat_map(|(stage, path)| complaints(stage, &path).1)
        .map(|diagnostic| diagnostic.code)
        .chain(ELSEWHERE)
        .chain(NOT_YET.iter().copied())
        .collect();
    let lacking = |has: &dyn Fn(&Code) -> bool| {
        let codes = Code::ALL.iter().filter(|code| !has(code));
        codes.map(|code| code.name()).collect::<Vec<_>>().join(" ")
    };
    let cases = lacking(&|code| made.contains(code));
    let pages = lacking(&|code| Path::new("docs/errors").join(format!("{}.md", code.name())).exists());
    assert!(cases.is_empty() && pages.is_empty(), "no file under tests/ui: {cases}\nno page: {pages}");
}

#[test]
fn complaints_are_the_same_twice_and_in_english_too() {
    for (stage, path) in cases() {
        let (sources, first) = complaints(stage, &path);
        let (_, second) = complaints(stage, &path);
        assert_eq!(first, second, "{}", path.display());
        for diagnostic in &first {
            let drawn = human::diagnostic(&sources, diagnostic, Style { lang: Lang::En, ..STYLE });
            assert!(!drawn.trim().is_empty());
            assert!(!diagnostic.message.en.is_empty() && !diagnostic.message.zh.is_empty(), "{diagnostic:?}");
        }
    }
}

#[test]
fn every_fix_does_away_with_its_complaint() {
    let mut wrong = Vec::new();
    let mut tried = 0;
    for (stage, path) in cases() {
        let (sources, diagnostics) = complaints(stage, &path);
        for diagnostic in diagnostics.iter().filter(|diagnostic| !diagnostic.fixes.is_empty()) {
            let Some(text) = mended(&sources, &path, diagnostic) else { continue };
            tried += 1;
            let copy = copied(stage, &path);
            fs::write(&copy, &text).unwrap();
            let same = |list: &[Diagnostic]| {
                let is_same =
                    |other: &&Diagnostic| (other.code, &other.message) == (diagnostic.code, &diagnostic.message);
                list.iter().filter(is_same).count()
            };
            let (now, before) = (same(&complaints(stage, &copy).1), same(&diagnostics));
            if now >= before {
                wrong.push(format!("{}: {:?} is said again of\n{text}", path.display(), diagnostic.message.en));
            }
        }
    }
    assert!(tried > 30, "{tried} complaints have a fix");
    assert!(wrong.is_empty(), "{} fixes mend nothing\n\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn complaints_in_english_have_no_chinese_of_ours() {
    let mut wrong = Vec::new();
    for (stage, path) in cases() {
        let (sources, diagnostics) = complaints(stage, &path);
        let written: String = sources.files().iter().map(|file| file.text().replace(['\n', '\r'], "")).collect();
        for diagnostic in &diagnostics {
            let texts = [Some(&diagnostic.message), diagnostic.help.as_ref()];
            let labels = diagnostic.labels.iter().map(|label| &label.text);
            for text in texts.into_iter().flatten().chain(labels) {
                // units of money are part of the language
                let is_ours = |part: &String| !written.contains(part.as_str()) && Unit::from_name(part).is_none();
                let ours = chinese_parts(&text.en).into_iter().filter(is_ours);
                wrong.extend(ours.map(|part| format!("{}: {part} in {:?}", path.display(), text.en)));
            }
        }
    }
    assert!(wrong.is_empty(), "{} texts\n{}", wrong.len(), wrong.join("\n"));
}

/// The text of the case with the edits of one complaint made; none when these are in another file.
fn mended(sources: &SourceMap, path: &Path, diagnostic: &Diagnostic) -> Option<String> {
    let mut text = fs::read_to_string(path).ok()?;
    let mut fixes = diagnostic.fixes.clone();
    fixes.sort_by_key(|fix| std::cmp::Reverse(fix.span.start()));
    for fix in fixes {
        let file = sources.file(sources.file_of(fix.span)?);
        if file.text() != fs::read_to_string(path).ok()?.trim_start_matches('\u{feff}') {
            return None;
        }
        let mark = text.len() - text.trim_start_matches('\u{feff}').len();
        let (from, to) = (file.local(fix.span.start()) + mark, file.local(fix.span.end()) + mark);
        text.replace_range(from..to, &fix.replacement);
    }
    Some(text)
}

/// A place for a changed copy of a case, beside copies of what it may read.
fn copied(stage: &str, path: &Path) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mended").join(stage);
    let from = path.parent().unwrap();
    for (from, to) in [(from.to_owned(), folder.clone()), (from.join("data"), folder.join("data"))] {
        fs::create_dir_all(&to).unwrap();
        for entry in fs::read_dir(from).into_iter().flatten() {
            let entry = entry.unwrap().path();
            if entry.is_file() {
                fs::copy(&entry, to.join(entry.file_name().unwrap())).unwrap();
            }
        }
    }
    folder.join(path.file_name().unwrap())
}

/// The runs of Chinese characters and full-width signs in a text.
fn chinese_parts(text: &str) -> Vec<String> {
    let is_chinese = |c: char| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}');
    let parts = text.split(|c: char| !is_chinese(c));
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Every case with its stage, by path.
fn cases() -> Vec<(&'static str, PathBuf)> {
    let mut cases = Vec::new();
    for stage in STAGES {
        let Ok(entries) = fs::read_dir(Path::new("tests/ui").join(stage)) else { continue };
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "dl" || extension == "toml"));
        paths.sort();
        cases.extend(paths.into_iter().map(|path| (stage, path)));
    }
    cases
}

/// What is said of a file.
fn complaints(stage: &str, path: &Path) -> (SourceMap, Vec<Diagnostic>) {
    let name = path.to_string_lossy().into_owned();
    let request = Request { start: path.to_owned(), rules: vec![name.clone()], ..Request::default() };
    match stage {
        "syntax" => {
            let mut sources = SourceMap::new();
            let file = sources.load(path).unwrap();
            let mut loader = syntax::preprocess::beside(&[]);
            let (_, report) = syntax::load_program(&mut sources, file, &mut loader);
            (sources, report.sorted())
        }
        "analysis" | "cards" => {
            let (sources, _, report) = audit::lint(&request);
            (sources, report.sorted())
        }
        "tests" => {
            let mut sources = SourceMap::new();
            let wish = Wish { text: name, span: None, base: PathBuf::new() };
            let (rules, mut report) = load_rules(&mut sources, Some(&[wish]), 1);
            report.append(audit::test(&sources, &rules, Engine::Reference).report);
            (sources, report.sorted())
        }
        "facts" => {
            let request = Request { rules: Vec::new(), engine: Engine::Reference, ..request };
            let audit = audit::check(&request);
            (audit.sources, audit.diagnostics)
        }
        _ => {
            let run = audit::run_plain(&PlainRequest {
                program: path,
                facts: Path::new("tests/ui/plain/data"),
                include: &[],
                stdin: String::new,
                engine: Engine::Reference,
            });
            (run.sources, run.diagnostics)
        }
    }
}
