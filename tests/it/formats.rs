//! One statement in every format gives the same findings, each pointing into its own file.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use gouji::audit::{self, Audit, Reach};
use gouji::finding::Finding;

use crate::support;

const TRANSCRIPT: &str = "facts/kaifu-2020";
/// The columns of both tables, as the transcription calls them.
const COLUMNS: [&str; 7] = ["name", "category", "purpose", "budget", "budget_district", "spent", "spent_district"];

/// A table as printed: header rows first.
type Printed = Vec<Vec<String>>;

/// What a finding says, apart from where it stands.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    code: String,
    key: String,
    message: String,
    help: Option<String>,
    labels: Vec<(String, String)>,
}

#[test]
fn the_original_text() {
    let original = same_as_transcript(&Path::new(TRANSCRIPT).join("original.toml"), &["document.txt"]);
    let (read, copied) = (written(&original), written(&check(Path::new(TRANSCRIPT))));
    assert_eq!(read.len(), 46 * COLUMNS.len());
    for (read, copied) in read.iter().zip(&copied) {
        assert_eq!(read, copied, "every cell of the transcription is what the document says, to the letter");
    }
}

/// Every cell of the projects as written, blanks and quotes left out, with the name of its row and column.
fn written(audit: &Audit) -> Vec<(String, String, String)> {
    let table = audit.store.tables.iter().find(|table| table.name == "project").unwrap();
    let column = |name: &str| table.columns.iter().position(|column| column.name == name).unwrap();
    let text = |row: u32, name: &str| {
        let cell = audit.sources.text(table.cell_span(&audit.sources, row, column(name)));
        cell.trim_matches(['"', '\'']).split_whitespace().collect::<String>()
    };
    let mut cells: Vec<(String, String, String)> = Vec::new();
    for row in 0..table.rows {
        let key = format!("{} {}", table.source(row).table, text(row, "name"));
        cells.extend(COLUMNS.map(|name| (key.clone(), name.to_owned(), text(row, name))));
    }
    cells.sort();
    cells
}

#[test]
fn csv_in_utf_8_and_gb18030() {
    let dir = folder("csv");
    let (first, second) = tables();
    let text = csv(&first);
    let (gb, ..) = encoding_rs::GB18030.encode(&text);
    fs::write(dir.join("一.csv"), &*gb).unwrap();
    fs::write(dir.join("二.csv"), csv(&second)).unwrap();
    let manifest = manifest(&dir, r#"{ file = "二.csv", table = "T2" }, { file = "一.csv", table = "T1" }"#);
    same_as_transcript(&manifest, &["一.csv", "二.csv"]);
}

#[test]
fn excel() {
    let dir = folder("excel");
    let (first, second) = tables();
    fs::write(dir.join("表.xlsx"), xlsx(&[("附表1", &first), ("附表2", &second)])).unwrap();
    let manifest = manifest(
        &dir,
        r#"{ file = "表.xlsx", sheet = "附表2", table = "T2" }, { file = "表.xlsx", sheet = 1, table = "T1" }"#,
    );
    let audit = same_as_transcript(&manifest, &["表.xlsx › 附表1", "表.xlsx › 附表2"]);
    let addresses =
        audit.audited.findings.iter().flat_map(|finding| &finding.labels).filter_map(|label| label.address.as_ref());
    assert!(addresses.clone().any(|address| address.starts_with("附表1!D")), "{:?}", addresses.collect::<Vec<_>>());
}

#[test]
fn word() {
    let dir = folder("word");
    let (first, second) = tables();
    fs::write(dir.join("报告.docx"), docx(&[&first, &second])).unwrap();
    let manifest = manifest(
        &dir,
        r#"{ file = "报告.docx", caption = "附表二", table = "T2" }, { file = "报告.docx", pick = 1, table = "T1" }"#,
    );
    same_as_transcript(&manifest, &["报告.docx"]);
}

#[test]
fn html_markdown_and_json() {
    let (first, second) = tables();
    let dir = folder("html");
    fs::write(dir.join("公告.html"), format!("<meta charset=utf-8>{}<p>附表二</p>{}", html(&first), html(&second)))
        .unwrap();
    let both = |file: &str, picks: [&str; 2]| {
        let [one, two] = picks;
        format!(
            r#"{{ file = "{file}", pick = {two}, table = "T2" }}, {{ file = "{file}", pick = {one}, table = "T1" }}"#
        )
    };
    same_as_transcript(&manifest(&dir, &both("公告.html", ["1", "2"])), &["公告.html"]);
    let dir = folder("markdown");
    fs::write(dir.join("表.md"), format!("{}\n附表二\n\n{}", markdown(&flat(&first)), markdown(&flat(&second))))
        .unwrap();
    same_as_transcript(&manifest(&dir, &both("表.md", ["1", "2"])), &["表.md"]);
    let dir = folder("json");
    let data = serde_json::json!({ "一": records(&flat(&first)), "二": records(&flat(&second)) });
    fs::write(dir.join("表.json"), serde_json::to_string_pretty(&data).unwrap()).unwrap();
    same_as_transcript(&manifest(&dir, &both("表.json", ["\"一\"", "\"二\""])), &["表.json"]);
}

#[test]
fn sentences_are_held_against_the_tables_of_the_same_document() {
    let dir = folder("narrative");
    fs::copy(Path::new(TRANSCRIPT).join("document.txt"), dir.join("document.txt")).unwrap();
    let manifest = r#"
rules = ["./own.toml", "./own.dl"]
[relation.text]
source = [{ file = "document.txt" }]
[relation.project]
source = [{ file = "document.txt", pick = 2, unit = "万元" }]
[relation.project.columns]
name = "项目名称"
budget = "预算金额/指标总额"
"#;
    let relations = "
.decl text(doc: symbol, section: symbol, paragraph: number, sentence: number, text: symbol)
.input text
.decl project(name: symbol, budget: money)
.input project
";
    let card = r#"
language = 1
[[rule]]
code = "ZW-1"
title = "正文的合计"
severity = "error"
when = '''
s in text, i in money_items(s.text), contains("绩效目标", s.text),
total = sum p.budget : { p in project },
i.amount !~ total
'''
message = "正文写 {i.amount}，表内合计 {total}"
labels = [{ at = "i", text = "正文" }]
"#;
    for (name, text) in [("audit.toml", manifest), ("own.dl", relations), ("own.toml", card)] {
        fs::write(dir.join(name), text).unwrap();
    }
    let audit = check(&dir);
    let [finding] = &audit.audited.findings[..] else { panic!("{:#?}", audit.audited.findings) };
    assert!(finding.message.ends_with("表内合计 33384.816万元"), "{}", finding.message);
    let label = &finding.labels[0];
    assert_eq!(
        (audit.sources.text(label.span).as_ref(), audit.sources.location(label.span).line),
        ("6384.82万元", 132)
    );
}

/// Audits `manifest` and compares with the transcription; the labels of tables must lie in `files`.
fn same_as_transcript(manifest: &Path, files: &[&str]) -> Audit {
    static WANTED: OnceLock<Vec<Said>> = OnceLock::new();
    let wanted = WANTED.get_or_init(|| said(&check(Path::new(TRANSCRIPT))));
    let audit = check(manifest);
    let found = said(&audit);
    for finding in wanted {
        assert!(
            found.contains(finding),
            "{}: missing\n{finding:#?}\namong\n{:#?}",
            manifest.display(),
            alike(&found, &finding.code)
        );
    }
    for finding in &found {
        assert!(wanted.contains(finding), "{}: not in the transcription\n{finding:#?}", manifest.display());
    }
    assert!(found.len() > 20, "{} findings", found.len());
    for label in audit.audited.findings.iter().flat_map(|finding| &finding.labels) {
        let file = audit.sources.location(label.span).file;
        let own = files.iter().any(|name| file.ends_with(name)) || file.ends_with("narrative.toml");
        assert!(own, "a label in {file}");
    }
    audit
}

fn alike<'a>(found: &'a [Said], code: &str) -> Vec<&'a Said> {
    found.iter().filter(|finding| finding.code == code).collect()
}

fn check(start: &Path) -> Audit {
    let request = audit::Request { start: start.to_owned(), ..audit::Request::default() };
    let audit = audit::check(&request);
    assert_eq!(audit.reach, Reach::Complete, "{}: {:#?}", start.display(), audit.diagnostics);
    audit
}

fn said(audit: &Audit) -> Vec<Said> {
    let text = |finding: &Finding| {
        let label = |label: &gouji::finding::Label| {
            let text: String = audit.sources.text(label.span).split_whitespace().collect();
            (if text == "null" { String::new() } else { text }, label.text.clone())
        };
        let mut labels: Vec<(String, String)> = finding.labels.iter().map(label).collect();
        labels.sort();
        Said {
            code: finding.code.clone(),
            key: finding.key.clone(),
            message: finding.message.clone(),
            help: finding.help.clone(),
            labels,
        }
    };
    let mut said: Vec<Said> = audit.audited.findings.iter().map(text).collect();
    said.sort();
    said
}

/// Both tables of the statement, from the transcription: 4 columns under one header row, 7 under two.
fn tables() -> (Printed, Printed) {
    let text = |row: &[&str]| row.iter().map(|cell| (*cell).to_owned()).collect::<Vec<String>>();
    let mut first = vec![text(&["项目名称", "项目类型", "资金用途、使用方向", "预算金额    （单位：万元）"])];
    first.extend(rows("summary.toml", &COLUMNS[..4]));
    let mut second = vec![
        text(&["项目名称", "项目类型", "资金用途、使用方向", "预算金额", "", "支出金额", ""]),
        text(&["", "", "", "指标总额", "其中：区级资金", "支出总额", "其中：区级资金"]),
    ];
    second.extend(rows("detail.toml", &COLUMNS));
    (first, second)
}

fn rows(file: &str, columns: &[&str]) -> Printed {
    let text = fs::read_to_string(Path::new(TRANSCRIPT).join(file)).unwrap();
    let document: toml::Table = toml::from_str(&text).unwrap();
    let cell = |value: Option<&toml::Value>| match value {
        None => String::new(),
        Some(toml::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let projects = document["project"].as_array().unwrap();
    projects.iter().map(|row| columns.iter().map(|column| cell(row.get(column))).collect()).collect()
}

/// A header of two levels as one row of `upper/lower`, for formats without merged cells.
fn flat(table: &Printed) -> Printed {
    if table[0].len() < COLUMNS.len() {
        return table.clone();
    }
    let mut header = table[0].clone();
    for at in 3..header.len() {
        let upper = if header[at].is_empty() { header[at - 1].split('/').next().unwrap() } else { &header[at] };
        header[at] = format!("{upper}/{}", table[1][at]);
    }
    std::iter::once(header).chain(table[2..].iter().cloned()).collect()
}

fn folder(name: &str) -> PathBuf {
    let dir = support::folder(&format!("formats/{name}"));
    fs::copy(Path::new(TRANSCRIPT).join("narrative.toml"), dir.join("narrative.toml")).unwrap();
    dir
}

/// The manifest of the original text, with other sources.
fn manifest(dir: &Path, sources: &str) -> PathBuf {
    let original = fs::read_to_string(Path::new(TRANSCRIPT).join("original.toml")).unwrap();
    let (start, end) = (original.find("source = [").unwrap(), original.find("[relation.project.columns]").unwrap());
    let text = format!("{}source = [{sources}]\n\n{}", &original[..start], &original[end..]);
    let path = dir.join("audit.toml");
    fs::write(&path, text).unwrap();
    path
}

fn csv(table: &Printed) -> String {
    let quoted = |cell: &String| {
        if cell.contains([',', '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() }
    };
    table.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(",") + "\r\n").collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn zip_of(parts: &[(String, String)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook, numbers as the doubles of 17 digits that Excel writes.
fn xlsx(sheets: &[(&str, &Printed)]) -> Vec<u8> {
    let mut parts = Vec::new();
    let (mut tabs, mut relations) = (String::new(), String::new());
    for (at, (name, table)) in sheets.iter().enumerate() {
        let number = at + 1;
        tabs += &format!(r#"<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>"#);
        relations += &format!(
            r#"<Relationship Id="rId{number}" Type="http://x/worksheet" Target="worksheets/sheet{number}.xml"/>"#
        );
        let mut rows = String::new();
        for (row, cells) in table.iter().enumerate() {
            rows += &format!(r#"<row r="{}">"#, row + 1);
            for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                let place = format!("{}{}", char::from(b'A' + u8::try_from(column).unwrap()), row + 1);
                rows += &match cell.parse::<f64>() {
                    Ok(number) => format!(r#"<c r="{place}"><v>{number:.16e}</v></c>"#),
                    Err(_) => format!(r#"<c r="{place}" t="inlineStr"><is><t>{}</t></is></c>"#, escaped(cell)),
                };
            }
            rows += "</row>";
        }
        let merges = if table[0].len() > 4 {
            r#"<mergeCells><mergeCell ref="A1:A2"/><mergeCell ref="B1:B2"/><mergeCell ref="C1:C2"/><mergeCell ref="D1:E1"/><mergeCell ref="F1:G1"/></mergeCells>"#
        } else {
            ""
        };
        parts.push((
            format!("xl/worksheets/sheet{number}.xml"),
            format!("<worksheet><sheetData>{rows}</sheetData>{merges}</worksheet>"),
        ));
    }
    parts.push(("xl/workbook.xml".into(), format!(r#"<workbook xmlns:r="r"><sheets>{tabs}</sheets></workbook>"#)));
    parts.push(("xl/_rels/workbook.xml.rels".into(), format!("<Relationships>{relations}</Relationships>")));
    zip_of(&parts)
}

fn docx(tables: &[&Printed]) -> Vec<u8> {
    let paragraph = |text: &str| format!(r#"<w:p><w:r><w:t xml:space="preserve">{}</w:t></w:r></w:p>"#, escaped(text));
    let cell = |text: &str, merge: &str| {
        let paragraphs: String = text.split("\n\n").map(paragraph).collect();
        format!("<w:tc><w:tcPr>{merge}</w:tcPr>{paragraphs}</w:tc>")
    };
    let mut body = String::new();
    for (at, table) in tables.iter().enumerate() {
        body += &paragraph(["附表一", "附表二"][at]);
        body += "<w:tbl>";
        let merged = table[0].len() > 4;
        for (row, cells) in table.iter().enumerate() {
            body += "<w:tr>";
            for (column, text) in cells.iter().enumerate() {
                body += &match (merged, row, column) {
                    (true, 0, 0..=2) => cell(text, r#"<w:vMerge w:val="restart"/>"#),
                    (true, 1, 0..=2) => cell("", "<w:vMerge/>"),
                    (true, 0, 3 | 5) => cell(text, r#"<w:gridSpan w:val="2"/>"#),
                    (true, 0, _) => String::new(),
                    _ => cell(text, ""),
                };
            }
            body += "</w:tr>";
        }
        body += "</w:tbl>";
    }
    let document = format!(r#"<w:document xmlns:w="w"><w:body>{body}</w:body></w:document>"#);
    zip_of(&[("word/document.xml".to_owned(), document)])
}

fn html(table: &Printed) -> String {
    let merged = table[0].len() > 4;
    let mut html = "<table>".to_owned();
    for (row, cells) in table.iter().enumerate() {
        html += "<tr>";
        for (column, text) in cells.iter().enumerate() {
            html += &match (merged, row, column) {
                (true, 0, 0..=2) => format!("<th rowspan=2>{}</th>", escaped(text)),
                (true, 0, 3 | 5) => format!("<th colspan=2>{}</th>", escaped(text)),
                (true, 0, _) | (true, 1, 0..=2) => String::new(),
                _ => format!("<td>{}</td>", escaped(text).replace("\n\n", "<br><br>")),
            };
        }
        html += "</tr>\n";
    }
    html + "</table>"
}

fn markdown(table: &Printed) -> String {
    let line = |row: &Vec<String>| {
        format!("| {} |\n", row.iter().map(|cell| cell.replace("\n\n", "<br>")).collect::<Vec<_>>().join(" | "))
    };
    let rule = format!("|{}\n", "---|".repeat(table[0].len()));
    line(&table[0]) + &rule + &table[1..].iter().map(line).collect::<String>()
}

fn records(table: &Printed) -> Vec<serde_json::Value> {
    let row = |row: &Vec<String>| {
        let members = table[0].iter().zip(row).map(|(key, cell)| {
            let value = if cell.is_empty() { serde_json::Value::Null } else { cell.clone().into() };
            (key.clone(), value)
        });
        serde_json::Value::Object(members.collect())
    };
    table[1..].iter().map(row).collect()
}
