//! What there is to say of a source once it is loaded: each thing once, with numbers.

use crate::diagnostic::{Code, Diagnostic, Report, nearest};
use crate::facts::address;
use crate::facts::manifest::{HeaderRows, Manifest, SourceSpec};
use crate::facts::map::Mapping;
use crate::facts::read::raw::RawTable;
use crate::facts::rows::{Counted, Tally};
use crate::facts::store::builder::SourceSummary;
use crate::schema::{ColumnType, Relation, Schema};
use crate::source::{SourceMap, Span};
use crate::text;

/// How many places of a kind are pointed out.
const EXAMPLES: usize = 5;

/// Files that do not stand in the folder of the manifest or below it: they are read, but whoever gave the manifest should know.
pub(super) fn outside(manifest: &Manifest, report: &mut Report) {
    let files = manifest.relations.iter().flat_map(|feed| &feed.sources).map(|spec| &spec.file);
    let outside: Vec<_> = files.filter(|file| leaves(&file.value)).collect();
    let Some(first) = outside.first() else { return };
    let mut names: Vec<&str> = outside.iter().map(|file| file.value.as_str()).collect();
    names.dedup();
    let (zh, en) = (names.join("、"), names.join(", "));
    let message = text!(
        "这些文件不在 audit.toml 的文件夹里：{zh}；照样读入",
        "these files are not in the folder of audit.toml: {en}; they are read all the same"
    );
    report.push(Diagnostic::note(Code::Doubtful, message).at(first.span));
}

/// Whether a path leads out of the folder that it begins in; `C:` and `\\` begin elsewhere on any system.
fn leaves(path: &str) -> bool {
    let path = path.replace('\\', "/");
    let mut depth = 0_usize;
    let climbs = path.split('/').any(|part| match part {
        ".." => depth.checked_sub(1).map(|less| depth = less).is_none(),
        "." | "" => false,
        _ => {
            depth += 1;
            false
        }
    });
    climbs || path.starts_with('/') || path.chars().nth(1) == Some(':')
}

/// No row near the top names a column.
pub(super) fn no_headers(spec: &SourceSpec, relation: &Relation, table: &RawTable, report: &mut Report) {
    let (file, name) = (&spec.file.value, &relation.name);
    if table.rows.iter().all(|row| row.cells.iter().all(|cell| cell.text.trim().is_empty())) {
        let message = text!("{file} 里什么也没有", "there is nothing in {file}");
        report.push(Diagnostic::error(Code::UnknownTable, message).at(spec.file.span));
        return;
    }
    if let Some(diagnostic) = beyond(spec, table) {
        report.push(diagnostic);
        return;
    }
    let message = text!("在 {file} 里找不到 {name} 的表头", "no row of {file} has headers of {name}");
    let first = table.rows.iter().find(|row| row.cells.iter().filter(|cell| !cell.text.trim().is_empty()).count() > 1);
    let short = |text: &str| text.trim().chars().take(40).collect::<String>();
    let printed: Vec<String> =
        first.iter().flat_map(|row| row.cells.iter().take(200)).map(|cell| short(&cell.text)).collect();
    let shown = printed.iter().filter(|text| !text.is_empty()).take(12).cloned().collect::<Vec<_>>().join(" | ");
    let columns = relation.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(" ");
    let mut diagnostic = Diagnostic::error(Code::UnknownHeader, message).at(spec.file.span);
    if let Some(row) = first {
        diagnostic = diagnostic.secondary(row.span, text!("这一行是：{shown}", "this row reads: {shown}"));
    }
    report.push(diagnostic.help(text!(
        "写明各列的表头：[relation.{name}.columns] 列 = \"表头\"（列：{columns}），或表头在第几行：header = 3；没有表头的：header = false",
        "say each column's header: [relation.{name}.columns] column = \"header\" (columns: {columns}), or its row: header = 3; where there are none: header = false"
    )));
}

/// The headers are said to stand below the last row.
fn beyond(spec: &SourceSpec, table: &RawTable) -> Option<Diagnostic> {
    let Some(HeaderRows::Rows(first, _)) = spec.header.as_ref().map(|header| header.value) else { return None };
    let skipped = spec.skip.as_ref().map_or(0, |skip| skip.value as usize);
    let last = table.line_of(table.rows.len().checked_sub(1)?);
    let asked = skipped.saturating_add(first as usize);
    let at = spec.header.as_ref().map_or(spec.file.span, |header| header.span);
    (asked > last).then(|| {
        let file = &spec.file.value;
        let message = text!(
            "{file} 的这张表只有 {last} 行，没有第 {asked} 行",
            "this table of {file} has {last} rows, and no row {asked}"
        );
        let help = text!(
            "header 从这张表的第一行数起，空行也算；不写就自己找",
            "rows are counted from the first of the table, empty ones too; without header it is looked for"
        );
        Diagnostic::error(Code::UnknownHeader, message).at(at).help(help)
    })
}

/// What became of the columns and rows of a source.
pub(super) fn of_source(
    spec: &SourceSpec,
    relation: &Relation,
    mapping: &Mapping,
    (tally, rows, is_delimited): (&Tally, usize, bool),
    report: &mut Report,
) {
    let (file, name) = (&spec.file.value, &relation.name);
    let absent: Vec<&str> = mapping
        .columns
        .iter()
        .zip(&relation.columns)
        .filter(|(mapped, _)| mapped.index.is_none() && mapped.constant.is_none())
        .map(|(_, column)| column.name.as_str())
        .collect();
    if !absent.is_empty() {
        let (zh, en, count) = (absent.join("、"), absent.join(", "), rows);
        let message = text!(
            "{file} 没有 {name} 的这些列：{zh}；{count} 行都空着",
            "{file} has not these columns of {name}: {en}; blank in all {count} rows"
        );
        report.push(Diagnostic::note(Code::UnknownHeader, message).at(spec.file.span));
    }
    if !mapping.unused.is_empty() {
        let printed: Vec<&str> = mapping.unused.iter().map(|(printed, _)| printed.as_str()).take(30).collect();
        let (zh, en, count) = (printed.join("、"), printed.join(", "), mapping.unused.len());
        let message = text!("{file} 有 {count} 列没有用到：{zh}", "{count} columns of {file} are not used: {en}");
        report.push(Diagnostic::note(Code::UnusedColumn, message).at(spec.file.span));
    }
    unheaded(file, spec.file.span, &mapping.unheaded, report);
    let (empty, again) = (tally.empty, tally.headers.count);
    if empty + again > 0 {
        let all = empty + again;
        let message = text!(
            "{file} 跳过 {all} 行：空行 {empty}，重复的表头 {again}",
            "{all} rows of {file} left out: {empty} empty, {again} repeat the headers"
        );
        report.push(examples(Diagnostic::note(Code::RowsSkipped, message).at(spec.file.span), &tally.headers.places));
    }
    let aside = [
        (
            &tally.asides,
            text!("注释、签章、小标题、页眉页脚", "notes, signatures, headings, what is printed on each page"),
        ),
        (
            &tally.hints,
            text!("表头下的填写说明（必填、文本、示例一类）", "below the headers, how to fill in the columns"),
        ),
        (&tally.of_which, text!("“其中”行，已含在上一行里", "parts of the row above (其中)")),
    ];
    for (rows, what) in aside.into_iter().filter(|(rows, _)| rows.count > 0) {
        let (count, zh, en) = (rows.count, what.zh, what.en);
        let message =
            text!("{file} 有 {count} 行不当作数据：{zh}", "{count} rows of {file} were not taken as data: {en}");
        let help = text!("都要当作数据：totals = \"all\"", "to take every row as data: totals = \"all\"");
        report.push(examples(Diagnostic::note(Code::RowsSkipped, message).at(spec.file.span), &rows.places).help(help));
    }
    if tally.hidden.count > 0 {
        let count = tally.hidden.count;
        let message = text!("{file} 有 {count} 个隐藏行，照样读入", "{count} hidden rows of {file} are loaded as well");
        report.push(examples(Diagnostic::note(Code::HiddenCells, message).at(spec.file.span), &tally.hidden.places));
    }
    ragged(file, spec.file.span, tally, report);
    out_of_order(file, spec.file.span, tally, report);
    if is_delimited && tally.wider.count > 0 && tally.wider.count * 2 < rows {
        wider(file, spec.file.span, &tally.wider, report);
    }
    if is_delimited
        && tally.wider.count > 0
        && tally.wider.count == rows
        && !absent.is_empty()
        && !mapping.unused.is_empty()
    {
        headers_too_few(file, spec.file.span, &tally.wider, report);
    }
}

/// Columns that hold something and have no header.
fn unheaded(file: &str, at: Span, columns: &[usize], report: &mut Report) {
    let Some(first) = columns.first().map(|first| first + 1) else { return };
    let letter = |column: &usize| address::letters(u32::try_from(*column).unwrap_or(u32::MAX - 1));
    let letters: Vec<String> = columns.iter().take(30).map(letter).collect();
    let (zh, en, count) = (letters.join("、"), letters.join(", "), columns.len());
    let message = text!(
        "{file} 有 {count} 列有内容，没有表头，没有用到：第 {zh} 列",
        "{count} columns of {file} hold something, have no header and are not used: {en}"
    );
    let help = text!(
        "要用的，按位置写：列 = {{ position = {first} }}",
        "to use one, name it by its position: column = {{ position = {first} }}"
    );
    report.push(Diagnostic::note(Code::UnusedColumn, message).at(at).help(help));
}

/// Some rows are written with more cells than there are headers, though nothing stands in those beyond.
fn wider(file: &str, at: Span, rows: &Counted, report: &mut Report) {
    let count = rows.count;
    let message = text!(
        "{file} 有 {count} 行的格子比表头多，别的行没有；多出的是空格",
        "{count} rows of {file} have more cells than there are headers, others have not; those beyond are empty"
    );
    let help = text!(
        "可能是单元格里的逗号没有加引号，后面各列因此错位（22,171.10 成了两格）；核对这些行",
        "perhaps a comma within a cell is not quoted, which moved what follows (22,171.10 became two cells); check these rows"
    );
    let warning = Diagnostic::warning(Code::RaggedRow, message);
    report.push(examples(warning, &rows.places).secondary(at, no_text()).help(help));
}

/// All rows are written with more cells than there are headers, and some columns were not found.
fn headers_too_few(file: &str, at: Span, rows: &Counted, report: &mut Report) {
    let message = text!(
        "{file} 的各行都比表头多出空格，又有列没有找到：表头可能少了一个分隔符，从那里起各栏都错位",
        "all rows of {file} have more cells than there are headers, and columns were not found: perhaps a delimiter is missing among the headers, and what follows it stands one column off"
    );
    let help = text!(
        "核对表头；表头没有错的，在各行末尾去掉多余的分隔符",
        "check the headers; if they are right, remove the delimiter too many at the end of the rows"
    );
    let warning = Diagnostic::warning(Code::RaggedRow, message);
    report.push(examples(warning, &rows.places).secondary(at, no_text()).help(help));
}

/// There is a header too many, an empty one without which the cells are of their columns' types; or two are written as one.
pub(super) fn headers_evened(spec: &SourceSpec, headers: Span, many: bool, report: &mut Report) {
    let file = &spec.file.value;
    let (message, help) = match many {
        true => (
            text!(
                "{file} 的表头比各行多一个空格，去掉它各栏才对得上：按去掉的读",
                "the headers of {file} have an empty cell that no row has; the columns fit without it, and are read so"
            ),
            text!("在文件里去掉表头里多余的分隔符", "remove the delimiter too many among the headers"),
        ),
        false => (
            text!(
                "{file} 的表头比各行少一格，有两栏的名称连在一起：按分开的读",
                "the headers of {file} are one fewer than the cells of its rows, and two names stand in one; they are read as two"
            ),
            text!("在文件里补上表头里缺的分隔符", "add the delimiter that is missing among the headers"),
        ),
    };
    let warning = Diagnostic::warning(Code::RaggedRow, message).at(headers);
    report.push(warning.secondary(spec.file.span, no_text()).help(help));
}

fn ragged(file: &str, at: Span, tally: &Tally, report: &mut Report) {
    if tally.long.count > 0 {
        let count = tally.long.count;
        let message = text!(
            "{file} 有 {count} 行的格子比表头多，多出的没有读入",
            "{count} rows of {file} have more cells than there are headers; those beyond are not loaded"
        );
        let help = text!(
            "多半是单元格里的逗号没有加引号，后面各列可能因此错位；核对这些行",
            "probably a comma within a cell is not quoted, which may have moved what follows; check these rows"
        );
        report.push(
            examples(Diagnostic::warning(Code::RaggedRow, message), &tally.long.places)
                .secondary(at, no_text())
                .help(help),
        );
    }
    if tally.short.count > 0 {
        let count = tally.short.count;
        let message = text!(
            "{file} 有 {count} 行的格子比表头少，缺的作空白",
            "{count} rows of {file} have fewer cells than there are headers; those missing are blank"
        );
        report.push(
            examples(Diagnostic::warning(Code::RaggedRow, message), &tally.short.places).secondary(at, no_text()),
        );
    }
}

/// Rows whose cells do not stand in their columns as they are written.
fn out_of_order(file: &str, at: Span, tally: &Tally, report: &mut Report) {
    let said = [
        (
            &tally.mended,
            text!(
                "多写或写错了分隔符，按各栏的内容对上了栏",
                "have a delimiter too many or another one, and were put in order by what the columns hold"
            ),
            text!("核对这些行，在文件里改正分隔符", "check these rows, and mend the delimiters in the file"),
        ),
        (
            &tally.torn,
            text!(
                "格子数与别的行不同，内容对不上栏：从可能错位的那一格起按原样保留，不参与计算",
                "have more or fewer cells than others, which do not look like their columns: from where they may have moved on, they are kept as written and not computed with"
            ),
            text!(
                "多半是少了、多了或写错了分隔符，或格里的逗号没有加引号；在文件里改正",
                "probably a delimiter is missing, too many or another one, or a comma within a cell is not quoted; mend it in the file"
            ),
        ),
    ];
    for (rows, what, help) in said.into_iter().filter(|(rows, ..)| rows.count > 0) {
        let (count, zh, en) = (rows.count, what.zh, what.en);
        let message = text!("{file} 有 {count} 行{zh}", "{count} rows of {file} {en}");
        let warning = Diagnostic::warning(Code::RaggedRow, message);
        report.push(examples(warning, &rows.places).secondary(at, no_text()).help(help));
    }
}

fn no_text() -> crate::diagnostic::Text {
    crate::diagnostic::Text::default()
}

/// Totals rows that were left out.
pub(super) fn totals_skipped(spec: &SourceSpec, totals: &Counted, report: &mut Report) {
    let (file, count) = (&spec.file.value, totals.count);
    let message = text!(
        "{file} 有 {count} 行是合计、小计，没有当作数据",
        "{count} rows of {file} are totals and were not taken as data"
    );
    let help = text!(
        "要当作数据：totals = \"keep\"；要放进另一张表：totals = \"表名\"",
        "to take them as data: totals = \"keep\"; to load them into another relation: totals = \"its name\""
    );
    report.push(examples(Diagnostic::note(Code::RowsSkipped, message).at(spec.file.span), &totals.places).help(help));
}

/// `totals` names a relation that does not exist.
pub(super) fn no_relation_for_totals(spec: &SourceSpec, schema: &Schema, other: &str, report: &mut Report) {
    let at = spec.totals.as_ref().map_or(spec.file.span, |totals| totals.span);
    let known = schema.relations.iter().map(|relation| relation.name.as_str());
    let message = text!("没有名为“{other}”的表", "there is no relation “{other}”");
    let mut diagnostic = Diagnostic::error(Code::UnknownRelation, message).at(at);
    diagnostic = match nearest(other, known.chain(["keep", "skip"])) {
        Some(near) => diagnostic.help(text!("是否“{near}”？", "did you mean “{near}”?")).fix(at, near),
        None => {
            diagnostic.help(text!("可用：keep、skip，或一张表的名称", "possible: keep, skip, or a relation's name"))
        }
    };
    report.push(diagnostic);
}

/// What is wrong with the cells of a source.
pub(super) fn of_cells(
    spec: &SourceSpec,
    relation: &Relation,
    mapping: &Mapping,
    summary: &SourceSummary,
    report: &mut Report,
) {
    let file = &spec.file.value;
    let mut unitless = Vec::new();
    for (at, (column, cells)) in relation.columns.iter().zip(&summary.columns).enumerate() {
        if cells.lost > 0 {
            let (name, count) = (column_name(relation, mapping, at), cells.lost);
            let message = text!(
                "{file} 的“{name}”有 {count} 格是 6.222E+18 一类的数：后面的位数已经丢了，不当作文字",
                "{count} cells of “{name}” in {file} are numbers such as 6.222E+18, whose last digits are lost; they are not taken as texts"
            );
            let help = text!(
                "在 Excel 里先把这一列设成“文本”格式，再从原件重新录入；改格式找不回丢了的位数",
                "format the column as text first, then enter it again from the original; a format does not bring back lost digits"
            );
            report.push(examples(Diagnostic::warning(Code::MalformedCell, message), &cells.examples).help(help));
        }
        if cells.malformed > cells.lost {
            let (name, count, rows) = (column_name(relation, mapping, at), cells.malformed - cells.lost, summary.rows);
            let (zh, en) = type_name(column.ty);
            let message = text!(
                "{file} 的“{name}”有 {count} 格（共 {rows} 行）不是{zh}，按原样保留，不参与计算",
                "{count} cells of “{name}” in {file} ({rows} rows) are no {en}; kept as written, not computed with"
            );
            let note = examples(Diagnostic::note(Code::MalformedCell, message), &cells.examples);
            let may_be_decimal = cells.misplaced > 0 && spec.is_text() && mapping.columns[at].kind.decimal.is_none();
            report.push(if may_be_decimal { note.help(decimal_commas(&column.name)) } else { note });
        }
        if cells.grouped > 0 && cells.misplaced >= cells.grouped {
            let (name, bad, read) = (column_name(relation, mapping, at), cells.misplaced, cells.grouped);
            let message = text!(
                "{file} 的“{name}”有 {bad} 格的逗号不在千分位上，另有 {read} 格像 1,234 的按 1234 读：若逗号是小数点，这些就读错了",
                "“{name}” in {file} has {bad} cells with a comma that parts no thousands, and {read} like 1,234 that are read as 1234: wrong if commas are decimal points"
            );
            let warning = examples(Diagnostic::warning(Code::Doubtful, message), &cells.examples);
            report.push(if spec.is_text() { warning.help(decimal_commas(&column.name)) } else { warning });
        }
        if cells.foreign > 0 {
            let (name, count) = (column_name(relation, mapping, at), cells.foreign);
            let message = text!(
                "{file} 的“{name}”有 {count} 格写着外币符号：按面值读，没有换算",
                "{count} cells of “{name}” in {file} are in a foreign currency: read at their face, not converted"
            );
            report.push(Diagnostic::warning(Code::Doubtful, message).at(spec.file.span));
        }
        let is_said = mapping.columns.get(at).is_some_and(|column| column.unknown_unit.is_some());
        if column.ty == ColumnType::Money && cells.without_unit > 0 && !is_said {
            unitless.push((column_name(relation, mapping, at), cells.without_unit));
        }
    }
    if !unitless.is_empty() {
        let shown = unitless.iter().map(|(name, count)| format!("{name}×{count}")).collect::<Vec<_>>().join(" ");
        let message = text!(
            "{file} 的金额没有写明单位，按元读：{shown}",
            "amounts of {file} state no unit and are read as 元: {shown}"
        );
        let help = text!("写明：unit = \"万元\" 或 unit = \"元\"", "say it: unit = \"万元\" or unit = \"元\"");
        report.push(Diagnostic::warning(Code::Doubtful, message).at(spec.file.span).help(help));
    }
}

/// What to do where commas are decimal points.
fn decimal_commas(column: &str) -> crate::diagnostic::Text {
    text!(
        "逗号是小数点的（1.234,56），写明：{column} = {{ …, decimal = \",\" }}",
        "if commas are decimal points (1.234,56), say it: {column} = {{ …, decimal = \",\" }}"
    )
}

/// Says of a row that has different words in several columns of numbers: it may be the headers of another table.
pub(super) fn headers_again(
    spec: &SourceSpec,
    (relation, sources): (&Relation, &SourceMap),
    summary: &SourceSummary,
    report: &mut Report,
) {
    const LONGEST: usize = 60;
    let typed = relation.columns.iter().zip(&summary.columns).filter(|(column, _)| column.ty != ColumnType::Symbol);
    let mut words: Vec<(String, u32, Span)> = Vec::new();
    for span in typed.flat_map(|(_, cells)| &cells.examples) {
        let text = sources.text(*span);
        let is_word = text.len() <= LONGEST && text.chars().all(|c| !c.is_numeric()) && text.chars().count() >= 2;
        let location = sources.location(*span);
        words.extend((is_word && has_letters(&text)).then_some((location.file, location.line, *span)));
    }
    let in_one_row = |(file, line, span): &(String, u32, Span)| {
        let text = sources.text(*span);
        let mut others = words.iter().filter(|(other, at, _)| (other, at) == (file, line));
        others.any(|(_, _, other)| sources.text(*other) != text)
    };
    let Some((_, _, span)) = words.iter().find(|word| in_one_row(word)) else { return };
    let file = &spec.file.value;
    let message = text!(
        "{file} 有一行在几栏数里都写着字，像是表头：可能是又一级表头，或另一张表从这里开始；却当作数据读入了",
        "a row of {file} has words in several columns of numbers, as headers have: one more level of them, or the beginning of another table; it was read as data"
    );
    let help = text!(
        "是表头的，写明表头的各行：header = [3, 5]；是另一张表的，在文件里用空行隔开，再写 pick = 2",
        "for one more level of headers name all their rows: header = [3, 5]; for another table part them by an empty row in the file, then say pick = 2"
    );
    report.push(Diagnostic::warning(Code::Doubtful, message).at(*span).help(help));
}

fn has_letters(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

fn column_name<'a>(relation: &'a Relation, mapping: &'a Mapping, at: usize) -> &'a str {
    let printed = mapping.columns.get(at).and_then(|column| column.header.as_deref());
    printed.unwrap_or(&relation.columns[at].name)
}

const fn type_name(ty: ColumnType) -> (&'static str, &'static str) {
    match ty {
        ColumnType::Number => ("整数", "whole numbers"),
        ColumnType::Unsigned => ("非负整数", "whole numbers from 0 on"),
        ColumnType::Float | ColumnType::Decimal => ("数", "numbers"),
        ColumnType::Money => ("金额", "amounts"),
        ColumnType::Date => ("日期", "dates"),
        ColumnType::Symbol => ("文字", "texts"),
    }
}

/// Points at the first few of `places`.
fn examples(mut diagnostic: Diagnostic, places: &[Span]) -> Diagnostic {
    for span in places.iter().take(EXAMPLES) {
        diagnostic.labels.push(crate::diagnostic::Label {
            span: *span,
            text: no_text(),
            primary: diagnostic.labels.is_empty(),
        });
    }
    diagnostic
}

#[cfg(test)]
mod tests {
    use super::leaves;

    #[test]
    fn a_path_leaves_its_folder_or_not() {
        for path in ["../x.csv", "a/../../x.csv", "/etc/x.csv", "C:\\x.csv", "\\\\server\\x.csv", "a\\..\\..\\x.csv"] {
            assert!(leaves(path), "{path}");
        }
        for path in ["x.csv", "./x.csv", "a/../x.csv", "a/b/*.csv", "..x/y.csv"] {
            assert!(!leaves(path), "{path}");
        }
    }
}
