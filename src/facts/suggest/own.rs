//! Relations of their own for tables that look like none that is declared: so that rules of one's own can use them.

use std::collections::BTreeSet;

use unicode_ident::{is_xid_continue, is_xid_start};
use unicode_normalization::UnicodeNormalization;

use super::guess::{self, Guess};
use crate::diagnostic::{Lang, Text};
use crate::facts::headers::{Header, Headers, Index};
use crate::facts::manifest::CellUnit;
use crate::facts::map;
use crate::facts::names;
use crate::facts::read::raw::{RawRow, RawTable};
use crate::facts::store::Table;
use crate::schema::{Column, ColumnType, Relation, Schema};
use crate::source::Span;
use crate::text;

/// Columns of a table for which no relation is written.
const MOST_COLUMNS: usize = 200;
/// Letters of a name.
const LONGEST_NAME: usize = 40;
/// How headers of codes end: what looks like numbers there is none.
const CODES: [&str; 16] = [
    "号", "码", "编号", "代码", "编码", "电话", "手机", "传真", "id", "no", "no.", "code", "number", "账户", "版本",
    "学历",
];
/// What headers of amounts have in them.
const AMOUNTS: [&str; 25] = [
    "金额", "预算", "决算", "支出", "收入", "余额", "价", "款", "费", "工资", "薪", "原值", "净值", "资金", "税",
    "补助", "补贴", "成本", "额", "借方", "贷方", "amount", "price", "cost", "salary",
];
/// What headers of days have in them.
const DAYS: [&str; 5] = ["日期", "时间", "日", "date", "day"];

/// The position of the relation that the table is one of: among those already made of tables with the same headers, or a
/// new one at the end of `schema`, called as `called` says. None for what is no table: without headers, or without rows.
pub(super) fn relation(
    schema: &mut Schema,
    made: usize,
    (table, headers): (&RawTable, &Headers),
    called: (&str, &str),
) -> Option<Guess> {
    let data = guess::data(table, headers);
    let named = positions(headers).count();
    let filled = |row: &&&RawRow| row.cells.iter().any(|cell| !cell.text.trim().is_empty());
    if named < 2 || headers.columns.len() > MOST_COLUMNS || !data.iter().any(|row| filled(&row)) {
        return None;
    }
    let of_table = map::unit_of_table(table, headers);
    let columns = columns(headers, of_table.unit(), &data);
    let known = schema.relations.iter().skip(made).position(|other| same(&other.columns, &columns));
    let at = known.map_or(schema.relations.len(), |at| made + at);
    if known.is_none() {
        let name = free(&ident(called.0, "表"), |name| schema.relations.iter().any(|other| other.name == name));
        let doc = called.1.to_owned();
        schema.relations.push(Relation { name, columns, key: Vec::new(), totals: None, doc, span: Span::default() });
    }
    let pairs = positions(headers).enumerate().map(|(column, (index, _))| (column, index)).collect::<Vec<_>>();
    let by_name = Index::new(&headers.columns);
    let matched = |(column, index): &(usize, usize)| {
        let declared = &schema.relations[at].columns[*column];
        guess::matched(declared, (*column, *index), (headers, &by_name, &data), (&of_table, true))
    };
    Some(guess::whole(at, pairs.iter().map(matched).collect(), &data))
}

/// The columns that have a header; all of a table without headers.
fn positions(headers: &Headers) -> impl Iterator<Item = (usize, &Header)> {
    let has_none = headers.rows.is_empty();
    headers.columns.iter().enumerate().filter(move |(_, header)| has_none || !header.levels.is_empty())
}

/// Whether two tables have the same columns, so that they are one relation in two files.
fn same(one: &[Column], other: &[Column]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.name == other.name && one.ty == other.ty)
}

/// A column for each header.
fn columns(headers: &Headers, of_table: Option<CellUnit>, data: &[&RawRow]) -> Vec<Column> {
    let mut taken: BTreeSet<String> = Table::BUILT_IN.iter().map(|name| (*name).to_owned()).collect();
    let mut columns = Vec::new();
    for (index, header) in positions(headers) {
        let levels: Vec<String> = header.levels.iter().map(|level| names::bare(level)).collect();
        let called = if levels.is_empty() { (index + 1).to_string() } else { levels.join("_") };
        let name = free(&ident(&called, "列"), |name| taken.contains(name));
        taken.insert(name.clone());
        let ty = column_type(&levels, (header.unit(), of_table), index, data);
        columns.push(Column {
            name,
            ty,
            doc: if levels.is_empty() { called } else { header.printed() },
            headers: Vec::new(),
            part_of: None,
            is_share: false,
            span: Span::default(),
        });
    }
    columns
}

/// The type that nearly all cells of a column have, and that its header makes likely.
fn column_type(
    levels: &[String],
    (unit, of_table): (Option<CellUnit>, Option<CellUnit>),
    index: usize,
    data: &[&RawRow],
) -> ColumnType {
    let last = levels.last().map_or("", String::as_str);
    let all = levels.join("/");
    let is = |ty: ColumnType| guess::share(ty, index, data) >= 9;
    let says = |words: &[&str]| words.iter().any(|word| all.contains(word));
    let sample: Vec<&str> = guess::sample(index, data).collect();
    let is_code = |text: &&str| {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        digits && (text.len() >= 16 || text.len() > 1 && text.starts_with('0'))
    };
    let is_counted = is_counted(last);
    let plain_days = sample.iter().all(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    match () {
        () if sample.is_empty() => ColumnType::Symbol,
        () if is(ColumnType::Date) && (!plain_days || says(&DAYS)) => ColumnType::Date,
        () if sample.iter().any(is_code) || CODES.iter().any(|end| last.ends_with(end)) => ColumnType::Symbol,
        () if unit == Some(CellUnit::Percent) && is(ColumnType::Decimal) => ColumnType::Decimal,
        () if is(ColumnType::Money)
            && (unit.is_some() || says(&AMOUNTS) && !is_counted || guess::all_have_units(index, data)) =>
        {
            ColumnType::Money
        }
        // What a header calls amounts, and what looks like numbers, is told where it cannot be read.
        () if (matches!(unit, Some(CellUnit::Money(_))) || says(&AMOUNTS) && !is_counted)
            && are_like_numbers(&sample) =>
        {
            ColumnType::Money
        }
        // Where the table states a unit of amounts, what is no count of anything is one.
        () if matches!(of_table, Some(CellUnit::Money(_))) && is(ColumnType::Money) && !is_count(&all, &sample) => {
            ColumnType::Money
        }
        () if is(ColumnType::Number) => ColumnType::Number,
        () if is(ColumnType::Decimal) => ColumnType::Decimal,
        () => ColumnType::Symbol,
    }
}

/// Whether a header says what is counted: `补助人数（人）`.
fn is_counted(header: &str) -> bool {
    const WORDS: [&str; 9] = ["人数", "户数", "数量", "面积", "个数", "次数", "人次", "批次", "名额"];
    header.ends_with('分') || WORDS.iter().any(|word| header.contains(word))
}

/// Whether a header is of what is counted or measured in no unit of money, or of shares.
fn is_count(header: &str, sample: &[&str]) -> bool {
    const WORDS: [&str; 32] = [
        "数量", "人数", "户数", "个数", "面积", "年限", "年度", "年份", "月份", "次", "率", "比", "幅", "分值", "得分",
        "分", "权重", "序号", "行次", "栏次", "编号", "代码", "天", "年", "月", "人", "户", "件", "台", "里程", "吨",
        "亩",
    ];
    // `（亩）`, `（人）`
    let in_brackets = header.ends_with([')', '）']);
    let is_sum = ["合计", "小计", "总计", "应发", "实发", "金额"].iter().any(|word| header.contains(word));
    in_brackets
        || sample.iter().any(|text| text.contains(['%', '％', '‰']))
        || !is_sum && WORDS.iter().any(|word| header.contains(word))
}

/// Whether nearly all texts have digits and no words.
fn are_like_numbers(texts: &[&str]) -> bool {
    let is_like = |text: &&&str| text.chars().any(|c| c.is_ascii_digit()) && !text.chars().any(char::is_alphabetic);
    texts.iter().filter(is_like).count() * 10 >= texts.len() * 9
}

/// `text` as rules can name something: letters and digits, with `_` for what stands between.
fn ident(text: &str, first: &str) -> String {
    let mut name = String::new();
    let mut gap = false;
    for c in text.nfc().filter(|c| !c.is_whitespace()) {
        if !is_xid_continue(c) {
            gap = !name.is_empty();
            continue;
        }
        if name.chars().count() >= LONGEST_NAME {
            break;
        }
        if gap && c != '_' {
            name.push('_');
        }
        gap = false;
        name.push(c);
    }
    let starts = name.starts_with(|c| is_xid_start(c) || c == '_');
    if starts { name } else { format!("{first}{name}") }
}

/// `name`, with a number when that is `taken`.
fn free(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2_usize..).map(|number| format!("{name}_{number}"));
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}

/// The declarations of `relations`, with how to use them.
pub(super) fn declarations(relations: &[Relation], lang: Lang) -> String {
    let Some(first) = relations.first() else { return String::new() };
    let mut out = String::new();
    for line in head(first).get(lang).lines() {
        out += &format!("// {line}\n");
    }
    for relation in relations {
        out += &format!("\n/// {}\n", in_one_line(&relation.doc));
        let key = relation.key.iter().map(|at| format!("key({})", relation.columns[*at].name));
        let marks = key.chain(relation.totals.iter().map(|totals| format!("totals({totals})"))).collect::<Vec<_>>();
        if !marks.is_empty() {
            out += &format!("@[{}]\n", marks.join(", "));
        }
        out += &format!(".decl {}(\n", relation.name);
        let columns = relation.columns.iter().map(|column| {
            let ty = if column.is_share { "percent" } else { column.ty.name() };
            format!("    /// {}\n    {}: {ty}", in_one_line(&column.doc), column.name)
        });
        out += &columns.collect::<Vec<_>>().join(",\n");
        out += &format!("\n)\n.input {}\n", relation.name);
    }
    out
}

fn in_one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// What to do with the declarations, with an example that can be copied.
fn head(relation: &Relation) -> Text {
    let name = &relation.name;
    let amount = relation.columns.iter().find(|column| column.ty == ColumnType::Money);
    let number = || relation.columns.iter().find(|column| column.ty == ColumnType::Number);
    let column = amount.or_else(number).or(relation.columns.first()).map_or("", |column| column.name.as_str());
    let condition = match (amount, number()) {
        (Some(_), _) => format!("x in {name}, x.{column} > 10万元"),
        (None, Some(_)) => format!("x in {name}, x.{column} > 100"),
        (None, None) => format!("x in {name}, x.{column} is blank"),
    };
    text!(
        "由 gouji init 写出：对不上自带规则的表，一张一个声明。列名、类型可以改；改了列名，audit.toml 里同一列也要改。
看资料：gouji query '{condition}'
自己的规则写在另一个文件里，如 my-rules.toml，并在 audit.toml 的 rules 里加上 \"./my-rules.toml\"：
  language = 1
  [[rule]]
  code = \"ZJ-001\"
  title = \"……\"
  severity = \"warning\"
  when = '{condition}'
  message = \"{{x.{column}}}：……\"
  labels = [{{ at = \"x.{column}\", text = \"这里\" }}]",
        "Written by gouji init: a declaration for each table that looks like none of the shipped relations. Names and types may be changed; a column that is renamed has to be renamed in audit.toml too.
To see the rows: gouji query '{condition}'
Rules of your own go to another file, such as my-rules.toml, which is added to the rules of audit.toml as \"./my-rules.toml\":
  language = 1
  [[rule]]
  code = \"ZJ-001\"
  title = \"…\"
  severity = \"warning\"
  when = '{condition}'
  message = \"{{x.{column}}}: …\"
  labels = [{{ at = \"x.{column}\", text = \"here\" }}]"
    )
}
