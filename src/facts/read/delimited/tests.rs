use super::{Dialect, Fields, Format, table};
use crate::diagnostic::{Code, Report};
use crate::facts::manifest::Placed;
use crate::facts::read::Options;
use crate::source::{SourceMap, Span};

const COMMA: Dialect = Dialect { delimiter: b',', quote: Some(b'"'), escape: None, comment: None, usual: 0 };

fn rows(text: &str) -> (Vec<Vec<String>>, Vec<Code>) {
    let mut map = SourceMap::new();
    let file = map.add("a.csv", text).unwrap();
    let mut report = Report::new();
    let dialect = Dialect::find(text, Format::Csv, &Options::default());
    let name = Placed { value: "a.csv".to_owned(), span: Span::default() };
    let table = table(&map, file, (dialect, None), (&name, &mut report));
    for cell in table.rows.iter().flat_map(|row| &row.cells).filter(|cell| cell.shifts().is_empty()) {
        assert_eq!(cell.text, *map.text(cell.span), "a place holds its text");
    }
    let texts = |row: &crate::facts::read::raw::RawRow| row.cells.iter().map(|cell| cell.text.to_string()).collect();
    (table.rows.iter().map(texts).collect(), report.diagnostics().iter().map(|one| one.code).collect())
}

#[test]
fn fields_and_their_places() {
    let (read, complaints) = rows("项目,预算\r\n\"甲,乙\",\"1,234.50\"\n\n丙,\n\"行一\n行二\",5\n\"说\"\"好\"\"\",6");
    assert_eq!(
        read,
        [
            vec!["项目", "预算"],
            vec!["甲,乙", "1,234.50"],
            vec!["丙", ""],
            vec!["行一\n行二", "5"],
            vec!["说\"好\"", "6"]
        ]
    );
    assert_eq!(complaints, []);
}

#[test]
fn an_unclosed_quote_swallows_one_line_only() {
    let (read, complaints) = rows("a,b\n\"甲,1\n乙,2\n丙,\"3\n");
    assert_eq!(read, [vec!["a", "b"], vec!["\"甲", "1"], vec!["乙", "2"], vec!["丙", "\"3"]][..].to_vec());
    assert_eq!(complaints, [Code::UnclosedString]);
}

/// Rows of three fields, among which one is written so.
fn among(row: &str) -> Vec<Vec<String>> {
    let text = format!("a,b,c\n\"1, 1\",2,3\n{row}\n4,5,\"6, 6\"\n");
    let (mut read, _) = rows(&text);
    assert_eq!(read.pop(), Some(vec!["4".to_owned(), "5".to_owned(), "6, 6".to_owned()]), "{row}");
    read.split_off(2)
}

#[test]
fn quotes_that_do_not_pair_are_told_by_how_many_fields_there_are() {
    for (row, fields) in [
        ("\"甲,2,\"3, 3\"", ["\"甲", "2", "3, 3"]),
        ("\"\"甲, 乙\",2,3", ["\"甲, 乙", "2", "3"]),
        ("甲,\"5\" pipe, steel\",3", ["甲", "5\" pipe, steel", "3"]),
        ("甲,\"pipe, 5\"\",3", ["甲", "pipe, 5\"", "3"]),
        ("甲,\"say \"\"a\"\", 5\" b\",3", ["甲", "say \"a\", 5\" b", "3"]),
        ("甲,2,\"", ["甲", "2", "\""]),
        ("甲,\"\"二\n行\",3", ["甲", "\"二\n行", "3"]),
    ] {
        assert_eq!(among(row), [fields.map(str::to_owned).to_vec()], "{row}");
    }
    let (_, complaints) = rows("a,b\n\"甲\"乙\",2\n丙,3\n");
    assert_eq!(complaints, [Code::UnclosedString], "it is said");
}

#[test]
fn a_quote_within_a_field_that_a_later_one_closes_makes_them_one() {
    assert_eq!(among("甲,3.5\"a, b\""), [vec!["甲", "3.5\"a, b\""]]);
    assert_eq!(among("甲,\"1,200\"乙"), [vec!["甲", "\"1,200\"乙"]]);
    assert_eq!(among("5\" pipe,6\" pipe,7"), [vec!["5\" pipe", "6\" pipe", "7"]], "inches");
    assert_eq!(among("甲,\"x\"y,z\"w"), [vec!["甲", "\"x\"y", "z\"w"]], "no field ends with it");
}

#[test]
fn odd_files_have_rows_all_the_same() {
    assert_eq!(rows("").0, Vec::<Vec<String>>::new());
    assert_eq!(rows("\n\r\n").0, Vec::<Vec<String>>::new());
    assert_eq!(rows(",,\n").0, [vec!["", "", ""]]);
    assert_eq!(rows("\0a,b\0\n").0, [vec!["\0a", "b\0"]]);
    assert_eq!(rows("\"").0, [vec!["\""]]);
    assert_eq!(rows("\"\"").0, [vec![""]]);
    assert_eq!(rows("a,\"b").0, [vec!["a", "\"b"]]);
    assert_eq!(rows("\"ab\"cd,e").0, [vec!["\"ab\"cd", "e"]], "as written");
}

#[test]
fn what_separates_is_found_out() {
    let find = |text: &str| Dialect::find(text, Format::Csv, &Options::default()).delimiter;
    assert_eq!(find("a,b\n1,2\n"), b',');
    assert_eq!(find("a\tb\n1,5\t2\n"), b'\t');
    assert_eq!(find("a;b;c\n1,5;2;3\n1;2,5;3\n"), b';');
    assert_eq!(find("a|b\n\"x,y\"|2\n"), b'|');
    assert_eq!(find("one column\n"), b',');
    assert_eq!(find("a:b\n1:2\n"), b':');
    assert_eq!(find("a title: of words\nand more\n"), b',', "not every row has one");
}

#[test]
fn quotes_and_escapes_are_found_out() {
    assert_eq!(rows("'a','b,c'\n'it''s',2\n").0, [vec!["a", "b,c"], vec!["it's", "2"]]);
    assert_eq!(rows("it's,a\ndon't,b\n").0, [vec!["it's", "a"], vec!["don't", "b"]]);
    assert_eq!(rows("a,b\n\"say \\\"x\\\", y\",2\n").0, [vec!["a", "b"], vec!["say \"x\", y", "2"]]);
    assert_eq!(
        rows("a,b\n\"5\\\"\",C:\\new\n\"it\\'s \\\"x\\\"\",2\n").0,
        [vec!["a", "b"], vec!["5\"", "C:\\new"], vec!["it\\'s \"x\"", "2"]],
        "only quotes and backslashes are escaped"
    );
    assert_eq!(rows("a,b\n\"C:\\\",2\n").0, [vec!["a", "b"], vec!["C:\\", "2"]], "a path ends in a backslash");
    assert_eq!(rows("a, b\n\"1,5\", \"2,5\"\n").0, [vec!["a", " b"], vec!["1,5", "2,5"]], "blanks before a quote");
}

/// Against csv-core's own reading of whole records.
#[test]
fn fields_are_what_csv_core_reads() {
    let texts = ["a,b\n\"c\"\"d\",e\n", "\"x\ny\",\"\"\"\"\n", "\"a\",\"b\"\r\n\r\n\"c\",d"];
    for text in texts {
        let mut ours = Vec::new();
        let mut fields = Fields::new(text, COMMA);
        let mut record = Vec::new();
        while fields.next(&mut record).is_some() {
            for field in &record {
                let written = &text[field.range.clone()];
                ours.push(if field.doubled {
                    super::fields::unescape(written, b'"', None).0
                } else {
                    written.to_owned()
                });
            }
        }
        let mut theirs = Vec::new();
        let (mut reader, mut input) = (csv_core::Reader::new(), text.as_bytes());
        let mut field = Vec::new();
        loop {
            let mut output = [0; 64];
            let (result, read, written) = reader.read_field(input, &mut output);
            input = &input[read..];
            field.extend_from_slice(&output[..written]);
            match result {
                csv_core::ReadFieldResult::Field { .. } => {
                    theirs.push(String::from_utf8(std::mem::take(&mut field)).unwrap());
                }
                csv_core::ReadFieldResult::End => break,
                _ => {}
            }
        }
        assert_eq!(ours, theirs, "{text:?}");
    }
}
