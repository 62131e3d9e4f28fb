//! Files that other programs made: `gouji init` describes them, and counts and sums are those that were computed when the
//! files were made. Polluted CSV gives what its clean twin gives, or says why not.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::support::{command, folder};

/// Runs the binary in a folder.
fn gouji(dir: &Path, args: &[&str]) -> Output {
    command(args).current_dir(dir).env("LANG", "zh_CN.UTF-8").output().unwrap()
}

/// The only row that a query of the audit in `dir` gives, and what is said beside it.
fn answer(dir: &Path, query: &str) -> (String, String) {
    let mut said = String::from_utf8(gouji(dir, &["facts"]).stderr).unwrap();
    let output = gouji(dir, &["query", query, "--format", "csv"]);
    said += &String::from_utf8(output.stderr).unwrap();
    let rows = String::from_utf8(output.stdout).unwrap();
    (rows.lines().nth(1).unwrap_or_default().to_owned(), said)
}

/// Describes `file` of `tests/files` with `gouji init` and asks for how many rows `relation` has and what `column` adds up to.
fn described(file: &str, relation: &str, column: &str) -> String {
    let dir = folder(&format!("strangers-{file}-{column}"));
    fs::copy(Path::new("tests/files").join(file), dir.join(file)).unwrap();
    let output = gouji(&dir, &["init", file]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let query = format!("n = count : {{ p in {relation} }}, s = sum (p.{column} else 0元) : {{ p in {relation} }}");
    let (row, said) = answer(&dir, &query);
    assert!(!row.is_empty(), "{file}: {said}");
    row
}

#[test]
fn workbooks_documents_and_payments_add_up_to_the_penny() {
    for (file, relation, column, expected) in [
        // Three levels of merged headers, numbers as text, 小计 and 合计, dashes, brackets, a hidden row, notes and signatures.
        ("三级表头.xlsx", "project", "budget", "15,74504100元"),
        ("三级表头.xlsx", "project", "spent", "15,43577900元"),
        // A sheet a month; days as dates, texts and numbers; totals without a stored result.
        ("分月凭证.xlsx", "expenditure", "amount", "36,1425618.65元"),
        // Days since 1904.
        ("合同-1904.xls", "contract", "amount", "30,13754067.9元"),
        // A table of Word with merged headers.
        ("说明.docx", "project", "spent", "3,10554900元"),
        // windows-1252, a title, repeated headers, every way to write a negative, day first, a total, a footnote.
        ("payments.csv", "expenditure", "amount", "120,47788475.84元"),
    ] {
        assert_eq!(described(file, relation, column), expected, "{file}");
    }
}

#[test]
fn days_are_read_however_they_are_written() {
    for (file, relation, column, least, greatest) in [
        ("分月凭证.xlsx", "expenditure", "date", "2023-01-04", "2023-03-15"),
        ("合同-1904.xls", "contract", "signed", "2022-01-01", "2022-01-30"),
        ("payments.csv", "expenditure", "date", "2020-03-01", "2020-03-28"),
    ] {
        let dir = folder(&format!("strangers-days-{file}"));
        fs::copy(Path::new("tests/files").join(file), dir.join(file)).unwrap();
        assert!(gouji(&dir, &["init", file]).status.success());
        let (row, said) = answer(
            &dir,
            &format!(
                "a = min p.{column} : {{ p in {relation} }}, b = max p.{column} : {{ p in {relation} }}, \
                 n = count : {{ p in {relation}, p.{column} is present }}, m = count : {{ p in {relation} }}, n = m"
            ),
        );
        assert!(row.starts_with(&format!("{least},{greatest},")), "{file}: {row} {said}");
    }
}

const HEADER: [&str; 5] = ["DATE", "Qty", "Price", "Item", "Comments"];

/// The clean rows: 24 of them, one text with a delimiter and quotes.
fn clean() -> Vec<Vec<String>> {
    let row = |at: usize| {
        let item = if at % 6 == 2 { format!("Tool \"{at}\", hand") } else { format!("Item {at}") };
        vec![
            format!("2016-03-{:02}", at + 1),
            (at % 7 + 1).to_string(),
            format!("{}.{:02}", at * 37, at),
            item,
            if at.is_multiple_of(4) { format!("ok {at}") } else { String::new() },
        ]
    };
    (0..24).map(row).collect()
}

/// How a file is written.
struct Written {
    delimiter: &'static str,
    quote: char,
    escape: char,
    end: &'static str,
    all: bool,
}

const PLAIN: Written = Written { delimiter: ",", quote: '"', escape: '"', end: "\r\n", all: false };

fn line(cells: &[String], how: &Written) -> String {
    let field = |text: &String| {
        let needs = how.all || text.contains(how.delimiter) || text.contains([how.quote, '\n']);
        let escaped = text.replace(how.quote, &format!("{}{}", how.escape, how.quote));
        if needs { format!("{0}{escaped}{0}", how.quote) } else { text.clone() }
    };
    cells.iter().map(field).collect::<Vec<_>>().join(how.delimiter) + how.end
}

fn file(how: &Written) -> String {
    let header: Vec<String> = HEADER.map(str::to_owned).to_vec();
    std::iter::once(&header).chain(&clean()).map(|row| line(row, how)).collect()
}

/// Rows, sum of prices, sum of quantities, and all texts, of a polluted file.
fn polluted(name: &str, bytes: &[u8]) -> (String, String) {
    let dir = folder(&format!("strangers-polluted-{name}"));
    let declared = ".decl sale(DATE: date, Qty: number, Price: decimal, Item: symbol, Comments: symbol)\n.input sale\n";
    fs::write(dir.join("sale.dl"), declared).unwrap();
    fs::write(dir.join("audit.toml"), "rules = [\"./sale.dl\"]\n[relation.sale]\nsource = [{ file = \"sale.csv\" }]\n")
        .unwrap();
    fs::write(dir.join("sale.csv"), bytes).unwrap();
    answer(
        &dir,
        "n = count : { p in sale }, s = sum p.Price : { p in sale }, q = sum p.Qty : { p in sale }, \
         a = min p.DATE : { p in sale }, t = count : { p in sale, contains(\", hand\", p.Item) }, \
         c = count : { p in sale, p.Comments is present }",
    )
}

#[test]
fn polluted_files_give_what_their_clean_twin_gives() {
    let text = file(&PLAIN);
    let (want, said) = polluted("clean", text.as_bytes());
    assert_eq!(want, "24,10214.76,90,2016-03-01,4,6", "{said}");
    let with = |delimiter| file(&Written { delimiter, ..PLAIN });
    let lines: Vec<&str> = text.split_inclusive("\r\n").collect();
    let mixed: String =
        lines.iter().zip(["\n", "\r\n", "\r"].iter().cycle()).map(|(one, end)| one.replace("\r\n", end)).collect();
    let second = "\r\nRegion,Manager,Town\r\nNorth,Ann,York\r\nSouth,Bob,Bath\r\n";
    let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("semicolon", with(";").into()),
        ("tab", with("\t").into()),
        ("pipe", with("|").into()),
        ("caret", with("^").into()),
        ("tilde", with("~").into()),
        ("hash", with("#").into()),
        ("unit-separator", with("\u{1f}").into()),
        ("two-characters", with("||").into()),
        ("space", file(&Written { delimiter: " ", all: true, ..PLAIN }).into()),
        ("comma-blank", file(&Written { delimiter: ", ", ..PLAIN }).into()),
        ("single-quotes", file(&Written { quote: '\'', escape: '\'', all: true, ..PLAIN }).into()),
        ("backslash", file(&Written { escape: '\\', ..PLAIN }).into()),
        ("line-feeds", text.replace("\r\n", "\n").into()),
        ("carriage-returns", text.replace("\r\n", "\r").into()),
        ("mixed-ends", mixed.into()),
        ("no-headers", lines[1..].concat().into()),
        ("headers-again", [&lines[..9], &lines[..1], &lines[9..]].concat().concat().into()),
        ("no-last-end", text.trim_end().into()),
        ("blank-ends", (text.clone() + "\r\n\r\n").into()),
        ("preamble", ("Sales 2016\r\nMade by: X, Y\r\n\r\n".to_owned() + &text).into()),
        ("footnotes", (text.clone() + "Source: the shop\r\n\r\nNote: without VAT, and postage\r\n").into()),
        ("second-table", (text.clone() + second).into()),
        ("first-table", (second[2..].to_owned() + "\r\n" + &text).into()),
        ("trailing-commas", text.replace("\r\n", ",,,\r\n").into()),
        ("one-comma-more", text.replacen("Item 4,ok 4", "Item 4,ok 4,", 1).into()),
        ("quote-within", text.replacen("Item 4", "Item\" 4", 1).into()),
        ("mark", ("\u{feff}".to_owned() + &text).into()),
        ("utf-16", utf_16),
        ("latin", encoding_rs::WINDOWS_1252.encode(&text.replace("Item ", "Caf\u{e9} ")).0.into_owned()),
        ("gb18030", encoding_rs::GB18030.encode(&text.replace("Item ", "货物 ")).0.into_owned()),
    ];
    for (name, bytes) in cases {
        let (got, said) = polluted(name, &bytes);
        assert_eq!(got, want, "{name}: {said}");
    }
}

#[test]
fn what_cannot_be_mended_is_said_and_not_summed() {
    let text = file(&PLAIN);
    for (name, from, to, code) in [
        ("other-delimiter", "2016-03-05,5,148.04,Item 4,ok 4", "2016-03-05;5;148.04;Item 4;ok 4", "ragged-row"),
        ("open-quote", "2016-03-05,5,", "\"2016-03-05,5,", "unclosed-string"),
        (
            "other-quotes",
            "2016-03-05,5,148.04,Item 4,ok 4",
            "'2016-03-05','5','148.04','Item 4','ok 4'",
            "malformed-cell",
        ),
    ] {
        assert!(text.contains(from), "{name}");
        let dir_row = polluted(name, text.replacen(from, to, 1).as_bytes());
        let (got, said) = dir_row;
        assert!(said.contains(code), "{name}: {said}");
        assert!(got.is_empty() || got.starts_with("24,10214.76,"), "{name}: no other sum: {got}");
    }
    let (got, said) = polluted("empty", b"");
    assert!(got.is_empty() && said.contains("什么也没有"), "{said}");
}

#[test]
fn a_message_shows_no_more_of_a_cell_than_people_read() {
    let dir = folder("strangers-long-cell");
    let long = "9".repeat(5000);
    fs::write(dir.join("a.csv"), format!("凭证号,金额（元）\nv1,{long}\nv2,3\n")).unwrap();
    fs::write(dir.join("audit.toml"), "[relation.expenditure]\nsource = \"a.csv\"\n").unwrap();
    let said = String::from_utf8(gouji(&dir, &["check", "--format", "concise"]).stdout).unwrap();
    assert!(said.contains("DY-003") && said.contains("……（共 5000 字）") && said.len() < 1500, "{said}");
}
