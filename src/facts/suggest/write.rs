//! The text of a suggested manifest.

use super::guess::{Guess, Matched};
use super::{Asked, Found, Pick, Prose};
use crate::diagnostic::{Lang, Text};
use crate::facts::address;
use crate::facts::cells::DayOrder;
use crate::facts::manifest::CellUnit;
use crate::facts::names;
use crate::facts::read::{Format, narrative};
use crate::schema::{ColumnType, Relation, Schema};
use crate::text;

/// The manifest of all tables that were found, and of the `texts` that sentences are taken from. With relations of their own
/// it names the files that were written for these.
pub(super) fn manifest(
    schema: &Schema,
    title: &str,
    (found, texts): (&[Found], &[Prose]),
    (asked, own): (&Asked<'_>, &[(bool, &str)]),
) -> String {
    let lang = asked.lang;
    let mut out = String::new();
    let head = text!(
        "由 gouji init 按文件内容写出。以 # 开头的是说明和疑问，核对后可以删去；`gouji facts` 看读入了什么，`gouji check` 审核。",
        "Written by gouji init from what the files hold. Lines with # are notes and doubts; see `gouji facts`, then `gouji check`."
    );
    note(&mut out, "", &head, lang);
    out += &format!("title = {}\n", quoted(title));
    if own.iter().any(|(is_there, _)| *is_there) {
        let rules = asked.packs.iter().map(|pack| (*pack).to_owned());
        let own = own.iter().filter(|(is_there, _)| *is_there).map(|(_, file)| format!("./{file}"));
        let rules = rules.chain(own).map(|rule| quoted(&rule)).collect::<Vec<_>>();
        out += &format!("rules = [{}]\n", rules.join(", "));
    }
    for (at, relation) in schema.relations.iter().enumerate() {
        let fed: Vec<(&Found, &Guess)> = found
            .iter()
            .filter_map(|one| Some((one, one.guess.as_ref()?)))
            .filter(|(_, guess)| guess.relation == at)
            .collect();
        if !fed.is_empty() {
            section(&mut out, relation, &fed, lang);
        }
    }
    for one in found.iter().filter(|one| one.guess.is_none()) {
        unknown(&mut out, one, lang);
    }
    let is_text = |relation: &&Relation| {
        let has = |name: &&str| relation.columns.iter().any(|column| column.name == **name);
        relation.name == narrative::NAME && narrative::COLUMNS.iter().all(has)
    };
    let told: Vec<&Prose> = texts.iter().filter(|prose| prose.sentences.1 > 0).collect();
    let relation = schema.relations.iter().find(is_text).filter(|_| !told.is_empty());
    if let Some(relation) = relation {
        prose(&mut out, relation, &told, lang);
    }
    let unused = |prose: &&Prose| prose.alone && (relation.is_none() || prose.sentences.1 == 0);
    for Prose { file, .. } in texts.iter().filter(unused) {
        out.push('\n');
        note(
            &mut out,
            "",
            &text!("没有用上：{file}，只有正文，没有表", "not used: {file} is text without a table"),
            lang,
        );
    }
    out
}

/// The section of running texts whose sentences have numbers.
fn prose(out: &mut String, relation: &Relation, texts: &[&Prose], lang: Lang) {
    head(out, relation);
    for Prose { file, sentences: (all, told), .. } in texts {
        let said = text!(
            "{file}：正文 {all} 句，{told} 句里有数，与表核对",
            "{file}: {all} sentences of running text, {told} with numbers, to be held against the tables"
        );
        note(out, "  ", &said, lang);
        *out += &format!("  {{ file = {} }},\n", quoted(file));
    }
    *out += "]\n";
}

/// `[relation.X]`
fn section(out: &mut String, relation: &Relation, fed: &[(&Found, &Guess)], lang: Lang) {
    head(out, relation);
    let tags = tags(fed);
    // What the file hides is no part of the figures unless people say so, but it is there to be taken.
    let any_shown = fed.iter().any(|(found, _)| !found.hidden_sheet);
    for ((found, guess), tag) in fed.iter().zip(tags) {
        let mut text = String::new();
        source(&mut text, relation, (found, guess), Some(tag).filter(|_| fed.len() > 1), lang);
        let left_out = any_shown && found.hidden_sheet;
        *out += &if left_out { text.replace("\n  { file = ", "\n  # { file = ") } else { text };
    }
    *out += "]\n";
}

/// How the section of a relation begins.
fn head(out: &mut String, relation: &Relation) {
    out.push('\n');
    if !relation.doc.trim().is_empty() {
        let doc = relation.doc.trim().replace('\n', " ");
        *out += &format!("# {doc}\n");
    }
    *out += &format!("[relation.{}]\nsource = [\n", key(&relation.name));
}

/// What rules are to call each source: its title if that is one and its own, else its file.
fn tags(fed: &[(&Found, &Guess)]) -> Vec<String> {
    let title = |found: &Found| found.shown.trim_end_matches(['：', ':', '。', ' ']).to_owned();
    let mut tags: Vec<String> = Vec::new();
    for (at, (found, _)) in fed.iter().enumerate() {
        let own = title(found);
        // What goes on from the page before is the same table.
        let bare = names::title(&own);
        let is_first = |(other, _): &&(&Found, &Guess)| {
            other.file == found.file && other.printed == found.printed && names::title(&title(other)) == bare
        };
        if bare != names::normal(&own)
            && let Some(first) = fed[..at].iter().position(|one| is_first(&one))
        {
            tags.push(tags[first].clone());
            continue;
        }
        let only = fed.iter().filter(|(other, _)| title(other) == own).count() == 1;
        let says_something = !own.is_empty() && names::stated_unit(&own).is_none() && found.format != Format::Toml;
        let base = if only && says_something { own } else { found.file.clone() };
        let alike = tags.iter().filter(|tag| **tag == base || tag.starts_with(&format!("{base}#"))).count();
        tags.push(if alike == 0 { base } else { format!("{base}#{}", alike + 1) });
    }
    tags
}

/// One source, with what is doubtful about it above.
fn source(out: &mut String, relation: &Relation, (found, guess): (&Found, &Guess), tag: Option<String>, lang: Lang) {
    let (rows, file) = (guess.rows, &found.file);
    let place = if found.shown.is_empty() {
        file.clone()
    } else {
        format!("{file} › {}", found.shown.trim_end_matches(['：', ':']))
    };
    let count = match found.top {
        true => text!(
            "{place}：大文件，只看了开头的 {rows} 行",
            "{place}: a large file, of which {rows} rows were looked at"
        ),
        false => text!("{place}：{rows} 行", "{place}: {rows} rows"),
    };
    note(out, "  ", &count, lang);
    if guess.totals > 0 {
        note(out, "  ", &totals(guess.totals, relation), lang);
    }
    of_file(out, found, lang);
    for column in &guess.columns {
        let taken = guess.columns.iter().filter(|other| other.header == column.header).count();
        doubts(out, relation, (column, taken > 1), lang);
        commas(out, found, column, lang);
    }
    let free: Vec<&str> = (found.printed.iter())
        .filter(|header| !guess.columns.iter().any(|column| column.header == **header))
        .map(String::as_str)
        .collect();
    let absent: Vec<&str> = (relation.columns.iter().enumerate())
        .filter(|(at, _)| !guess.columns.iter().any(|column| column.column == *at))
        .map(|(_, column)| column.name.as_str())
        .collect();
    unheaded(out, &found.unheaded, lang);
    if !free.is_empty() && !absent.is_empty() {
        let (free, absent) = (free.join("、"), absent.join("、"));
        let left = text!(
            "没有用上的表头：{free}；没有着落的列：{absent}",
            "unused headers: {free}; columns not found: {absent}"
        );
        note(out, "  ", &left, lang);
    }
    *out += "  { file = ";
    *out += &quoted(&found.file);
    if found.say_format {
        *out += &format!(", format = {}", quoted(found.format.name()));
    }
    if let Some(encoding) = found.encoding {
        *out += &format!(", encoding = {}", quoted(&encoding.to_ascii_lowercase()));
    }
    match &found.pick {
        Some(Pick::Name(name)) if matches!(found.format, Format::Excel | Format::Ods) => {
            *out += &format!(", sheet = {}", quoted(name));
        }
        Some(Pick::Name(name)) => *out += &format!(", pick = {}", quoted(name)),
        Some(Pick::Number(number)) => *out += &format!(", pick = {number}"),
        None => {}
    }
    header_rows(out, found);
    if let Some(tag) = tag {
        *out += &format!(", table = {}", quoted(&tag));
    }
    // A unit that is odd is not to be settled here: every run says so until somebody says what it is.
    if guess.columns.iter().any(|column| column.unit == Some(None) && column.odd_unit.is_none()) {
        *out += ", unit = \"元\"";
    }
    columns(out, relation, (found, guess));
    *out += " },\n";
}

/// Columns that hold something and have no header.
fn unheaded(out: &mut String, columns: &[usize], lang: Lang) {
    if !columns.is_empty() {
        let letters = columns.iter().map(|at| address::letters(u32::try_from(*at).unwrap_or(0)));
        let letters = letters.collect::<Vec<_>>().join("、");
        let doubt = text!(
            "疑：第 {letters} 列有内容，没有表头，没有用上；要用，按位置写：列 = {{ position = … }}",
            "doubt: columns without a header hold something and are not used: {letters}; to use one: column = {{ position = … }}"
        );
        note(out, "  ", &doubt, lang);
    }
}

/// What becomes of rows that look like totals.
fn totals(count: usize, relation: &Relation) -> Text {
    match &relation.totals {
        Some(other) => text!(
            "有 {count} 行像合计，放进 {other}，与各行核对；要当作数据，写 totals = \"keep\"",
            "{count} rows look like totals and go to {other}, to be held against the others; to keep them: totals = \"keep\""
        ),
        None => text!(
            "有 {count} 行像合计，不当作数据；要当作数据，写 totals = \"keep\"",
            "{count} rows look like totals and are not taken as data; to keep them: totals = \"keep\""
        ),
    }
}

/// Whether a format names the columns itself.
const fn is_spoken(format: Format) -> bool {
    matches!(format, Format::Toml | Format::Json | Format::JsonLines | Format::Sqlite | Format::Parquet)
}

fn header_rows(out: &mut String, found: &Found) {
    match found.lines {
        _ if is_spoken(found.format) => {}
        None => *out += ", header = false",
        Some((first, last)) if first == last => *out += &format!(", header = {first}"),
        Some((first, last)) => *out += &format!(", header = [{first}, {last}]"),
    }
}

/// Whether the manifest is to say that the numbers of a column have commas for decimal points.
fn has_commas(found: &Found, column: &Matched) -> bool {
    let is_text = !is_spoken(found.format) && !matches!(found.format, Format::Excel | Format::Ods);
    column.decimal_commas && is_text
}

fn columns(out: &mut String, relation: &Relation, (found, guess): (&Found, &Guess)) {
    let own_name = |column: &&Matched| {
        let is_plain = !column.ambiguous && column.days.is_none() && !column.percent && !has_commas(found, column);
        is_plain && column.header == relation.columns[column.column].name
    };
    if guess.columns.iter().all(|column| own_name(&column)) {
        return;
    }
    *out += ", columns = { ";
    let each = guess.columns.iter().filter(|column| !own_name(column)).map(|column| {
        let name = key(&relation.columns[column.column].name);
        let by_position = column.ambiguous || column.header.is_empty();
        let place = match by_position {
            true => format!("position = {}", column.index + 1),
            false => format!("header = {}", quoted(&column.header)),
        };
        let days = column.days.map(|order| format!(", days = \"{}\"", order.name())).unwrap_or_default();
        let percent = if column.percent { ", unit = \"%\"" } else { "" };
        let commas = if has_commas(found, column) { ", decimal = \",\"" } else { "" };
        match by_position || !days.is_empty() || column.percent || !commas.is_empty() {
            true => format!("{name} = {{ {place}{days}{percent}{commas} }}"),
            false => format!("{name} = {}", quoted(&column.header)),
        }
    });
    *out += &each.collect::<Vec<_>>().join(", ");
    *out += " }";
}

/// What is doubtful about a column; of columns with the same header one was taken, or each.
fn doubts(out: &mut String, relation: &Relation, (column, each): (&Matched, bool), lang: Lang) {
    let (name, header) = (&relation.columns[column.column].name, &column.header);
    if !column.certain {
        let doubt = text!("疑：“{header}”当作 {name}，核对", "doubt: “{header}” is taken for {name}; check");
        note(out, "  ", &doubt, lang);
    }
    if column.ambiguous && !each {
        let doubt =
            text!("疑：“{header}”不止一列，取了其中一列", "doubt: “{header}” fits several columns; one was taken");
        note(out, "  ", &doubt, lang);
    }
    match column.unit {
        Some(None) if column.odd_unit.is_some() => {
            let unit = column.odd_unit.as_deref().unwrap_or_default();
            let doubt = text!(
                "疑：“{header}”的单位写的是“{unit}”，不认得或各行不同，没有换算，先按元；改文件，或在列里写 unit = \"万元\"",
                "doubt: the unit of “{header}” is given as “{unit}”, which is not known or differs by row; read as 元; change the file, or write unit = \"万元\" for the column"
            );
            note(out, "  ", &doubt, lang);
        }
        Some(None) => {
            let doubt = text!(
                "疑：“{header}”没有写明单位，先按元；若是万元，改 unit = \"万元\"",
                "doubt: “{header}” states no unit and is read as 元; for 万元 write unit = \"万元\""
            );
            note(out, "  ", &doubt, lang);
        }
        Some(Some(CellUnit::Money(unit))) => {
            let unit = unit.name();
            note(out, "  ", &text!("“{header}”的单位：{unit}", "unit of “{header}”: {unit}"), lang);
        }
        _ => {}
    }
    days(out, relation, column, lang);
    if column.percent {
        let doubt = text!(
            "疑：“{header}”没有写 %，按百分数读（90 是 90%）；不是的，删去 unit = \"%\"",
            "doubt: “{header}” states no % and is read as percentages (90 is 90%); if it has none, delete unit = \"%\""
        );
        note(out, "  ", &doubt, lang);
    }
    if column.sparse {
        let doubt = text!(
            "疑：“{header}”有空格；若是几行只写一次，写 {name} = {{ header = …, fill = true }}",
            "doubt: “{header}” has empty cells; if it is written once for several rows, write {name} = {{ header = …, fill = true }}"
        );
        note(out, "  ", &doubt, lang);
    }
    if !column.wrong.is_empty() {
        let wrong = column.wrong.join("、");
        let doubt = text!("“{header}”里有读不出的：{wrong}", "cells of “{header}” that cannot be read: {wrong}");
        note(out, "  ", &doubt, lang);
    }
}

/// Why the numbers of a column are read with commas for decimal points.
fn commas(out: &mut String, found: &Found, column: &Matched, lang: Lang) {
    if has_commas(found, column) {
        let header = &column.header;
        let why = text!(
            "“{header}”的逗号是小数点：表里有 1.234,56 一类的，这一列没有一格不能这样读",
            "commas of “{header}” are decimal points: the table has numbers like 1.234,56, and all of this column can be read so"
        );
        note(out, "  ", &why, lang);
    }
}

/// What is to be said of how the days of a column are written.
fn days(out: &mut String, relation: &Relation, column: &Matched, lang: Lang) {
    let header = &column.header;
    let doubt = match column.days {
        Some(DayOrder::Serial) => text!(
            "疑：“{header}”是五位数，当作 Excel 存日期的序号；不是日期的，删去 days",
            "doubt: “{header}” has numbers of five digits, taken for days as Excel keeps them; if they are none, delete days"
        ),
        Some(order) => {
            let name = order.name();
            text!(
                "“{header}”的日期按 {name} 读：有的只能这样读",
                "days of “{header}” are read as {name}: some can mean nothing else"
            )
        }
        None if relation.columns[column.column].ty == ColumnType::Date && !column.wrong.is_empty() => text!(
            "“{header}”里的日期：日在前的，写 days = \"dmy\"，月在前的 \"mdy\"，Excel 的序号 \"excel\"",
            "days of “{header}”: with the day first, write days = \"dmy\"; with the month first, \"mdy\"; numbers as Excel keeps days, \"excel\""
        ),
        None => return,
    };
    note(out, "  ", &doubt, lang);
}

/// What was found out of how the file is written, and what it hides.
fn of_file(out: &mut String, found: &Found, lang: Lang) {
    if let Some(encoding) = found.encoding {
        let guessed = text!(
            "没有写明编码，按 {encoding} 读；若有乱码，改 encoding",
            "the file names no encoding and was read as {encoding}; if words come out wrong, change encoding"
        );
        note(out, "  ", &guessed, lang);
    }
    if found.lines.is_none() && !is_spoken(found.format) {
        let doubt = text!(
            "疑：没有表头，各列按位置：哪一列是什么，请核对",
            "doubt: there are no headers, and columns go by position: check what each of them is"
        );
        note(out, "  ", &doubt, lang);
    }
    if found.hidden_sheet {
        let doubt = text!(
            "疑：这一页在文件里是隐藏的；另有同样的页时没有用它，要用，去掉下面一行的 #",
            "doubt: the file hides this sheet; beside others like it, it is left out; to use it, delete the # of its line"
        );
        note(out, "  ", &doubt, lang);
    }
    if found.hidden_rows > 0 {
        let count = found.hidden_rows;
        let doubt = text!(
            "有 {count} 行在文件里是隐藏的，照样是数据",
            "{count} rows are hidden in the file and are data all the same"
        );
        note(out, "  ", &doubt, lang);
    }
}

/// What is no table.
fn unknown(out: &mut String, found: &Found, lang: Lang) {
    let (file, shown) = (&found.file, &found.shown);
    out.push('\n');
    let place = if shown.is_empty() || shown == file { file.clone() } else { format!("{file} › {shown}") };
    let doubt = if found.printed.is_empty() {
        text!("没有用上：{place}，看不出表头", "not used: {place}, in which no headers were found")
    } else {
        let headers = found.printed.iter().take(20).cloned().collect::<Vec<_>>().join("、");
        text!(
            "没有用上：{place}，像是表头的：{headers}，下面没有数据",
            "not used: {place}, with headers and no rows: {headers}"
        )
    };
    note(out, "", &doubt, lang);
}

fn note(out: &mut String, indent: &str, text: &Text, lang: Lang) {
    // A break in a header would end the comment.
    let line: String = text.get(lang).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    *out += &format!("{indent}# {line}\n");
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A name as a TOML key.
fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if bare { name.to_owned() } else { quoted(name) }
}
