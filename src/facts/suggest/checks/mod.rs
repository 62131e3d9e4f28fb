//! Checks for tables that no shipped rule knows: what their own figures keep to, row by row and total by total, as cards.
//!
//! A table says by itself how its columns hang together: `应发合计` is the sum of four columns in eleven of twelve rows, so
//! in the twelfth something is wrong. What nearly all rows keep becomes a card that people can read, change or delete;
//! nothing is taken that only few rows show.

mod cards;
mod formulas;
mod wholes;

use std::collections::BTreeSet;

use super::guess::Guess;
use crate::facts::cells::{self, CellKind, Reading};
use crate::facts::headers::{Header, Headers};
use crate::facts::manifest::CellUnit;
use crate::facts::map;
use crate::facts::names;
use crate::facts::read::raw::{RawRow, RawTable};
use crate::facts::rows;
use crate::schema::{Column, ColumnType, Relation, Schema};
use crate::source::Span;
use crate::value::{Decimal, Value};

pub(super) use cards::cards;

/// Rows that are looked at: what more of them would show, these show.
const MOST_ROWS: usize = 2000;
/// Tables with more rows are no printed ones; which rows which of their sums adds would take long to find.
const MOST_SUMMED: usize = 20_000;
/// Columns of numbers that are looked at.
const MOST_FIGURES: usize = 40;
/// What relations for the totals of a table are called, behind its name.
const TOTALS: &str = "合计行";

/// What one table keeps to.
#[derive(Debug, Default)]
pub(super) struct Checks {
    /// The position of its relation.
    pub relation: usize,
    /// The position of the relation that takes its totals, if it has any.
    totals: Option<usize>,
    /// What each row keeps to.
    formulas: Vec<Formula>,
    /// Which rows are sums of which others.
    wholes: Vec<Whole>,
    /// Columns of codes in which none may stand twice.
    unique: Vec<usize>,
    /// Columns of numbers of identity cards.
    identities: Vec<usize>,
    /// The column that says what a row is.
    title: Option<usize>,
    /// What people call each column.
    headers: Vec<String>,
    /// Some rows are no flows, as their titles say.
    has_stocks: bool,
}

impl Checks {
    /// Whether the rows are no list of things but levels of codes, or moves of one balance.
    pub fn are_of_a_ledger(&self) -> bool {
        let is_coded = |whole: &Whole| matches!(whole.kind, WholeKind::Heading(Top::Codes(_)));
        self.wholes.iter().any(is_coded) || self.formulas.iter().any(|one| matches!(one, Formula::Balance(..)))
    }

    /// What is left without what is known of columns that another relation has, given by which columns these are, and by
    /// whether its totals are looked at.
    pub fn beyond(mut self, has: impl Fn(usize) -> bool, has_totals: bool) -> Self {
        self.formulas.retain(|formula| !formula.columns().iter().all(|column| has(*column)));
        for whole in self.wholes.iter_mut().filter(|_| has_totals) {
            whole.columns.retain(|column| !has(*column));
        }
        self.wholes.retain(|whole| !whole.columns.is_empty());
        self.unique.retain(|column| !has(*column));
        self
    }

    /// Whether the table keeps to anything.
    pub const fn is_some(&self) -> bool {
        !(self.formulas.is_empty() && self.wholes.is_empty() && self.unique.is_empty() && self.identities.is_empty())
    }
}

/// How columns of one row hang together.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Formula {
    /// The first column is the sum of some, less others.
    Sum(usize, Vec<usize>, Vec<usize>),
    /// The first column is the product of others, and of a number.
    Product(usize, Vec<usize>, i64),
    /// The first column is the share that one column is of another.
    Share(usize, [usize; 2]),
    /// The first column is by how much of the third the second differs from it; taken from it where `true`.
    Growth(usize, [usize; 2], bool),
    /// The first column is that of the row above, and some more, less others.
    Balance(usize, Vec<usize>, Vec<usize>),
}

impl Formula {
    /// The same formula of columns that `of` numbers otherwise.
    fn renumbered(self, of: &dyn Fn(usize) -> usize) -> Self {
        let all = |columns: Vec<usize>| columns.into_iter().map(of).collect();
        match self {
            Self::Sum(whole, more, less) => Self::Sum(of(whole), all(more), all(less)),
            Self::Balance(whole, more, less) => Self::Balance(of(whole), all(more), all(less)),
            Self::Product(whole, factors, times) => Self::Product(of(whole), all(factors), times),
            Self::Share(whole, two) => Self::Share(of(whole), two.map(of)),
            Self::Growth(whole, two, less) => Self::Growth(of(whole), two.map(of), less),
        }
    }

    /// The column that is computed, those that it is computed of, and those that are taken from these.
    fn parts(&self) -> (usize, Vec<usize>, Vec<usize>) {
        match self {
            Self::Sum(whole, more, less) | Self::Balance(whole, more, less) => (*whole, more.clone(), less.clone()),
            Self::Product(whole, factors, _) => (*whole, factors.clone(), Vec::new()),
            Self::Share(whole, two) | Self::Growth(whole, two, _) => (*whole, two.to_vec(), Vec::new()),
        }
    }

    /// All of its columns, in order.
    fn columns(&self) -> Vec<usize> {
        let (whole, more, less) = self.parts();
        let mut all: Vec<usize> = std::iter::once(whole).chain(more).chain(less).collect();
        all.sort_unstable();
        all
    }
}

/// Which rows are sums of which others, and in which columns.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Whole {
    kind: WholeKind,
    columns: Vec<usize>,
}

/// How the parts of a sum are known.
#[derive(Clone, Debug, PartialEq, Eq)]
enum WholeKind {
    /// The one total of the table adds all rows, or its top ones.
    Grand(Top),
    /// A subtotal adds the rows since the last total, or those up to the next one where it stands before them.
    Sub { before: bool },
    /// A row of data, one of the top, adds the rows of the next level below it.
    Heading(Top),
}

/// Which rows of a table are the top ones.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Top {
    /// All of them.
    All,
    /// Those whose code, in this column, is longer by so many digits than that of none above them.
    Codes(usize),
    /// Those that this column numbers as the pattern says; those of the next level are numbered as the other pattern says.
    Numbered(usize, &'static str, Option<&'static str>),
}

/// A column of numbers.
#[derive(Debug)]
struct Figures {
    /// Its position in the relation.
    column: usize,
    kind: Kind,
    /// Its header in the form in which headers are compared.
    name: String,
    /// By row.
    numbers: Vec<Option<Decimal>>,
    /// Half of the last place that it is written to.
    half: Decimal,
}

/// What numbers can be added to which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Money,
    Plain,
    /// A percentage, which is not added up.
    Share,
    /// A price or a standard, which is not added up either.
    Price(ColumnType),
}

/// A table as checks look at it.
struct Grid<'a> {
    figures: Vec<Figures>,
    /// The rows, empty ones left out.
    rows: Vec<&'a RawRow>,
    /// What each row is called as a total, if it is one.
    totals: Vec<Option<String>>,
    /// What each row is called.
    titles: Vec<String>,
}

/// What the table that was taken for the relation at that position, one of its own, keeps to; its totals get a relation
/// at the end of `schema`. None where it is not seen that it keeps to anything.
pub(super) fn of_table(
    schema: &mut Schema,
    guess: &Guess,
    (table, headers): (&RawTable, &Headers),
    data: &[&RawRow],
    whole: bool,
) -> Option<Checks> {
    let at = guess.relation;
    let indexes: Vec<usize> = guess.columns.iter().map(|column| column.index).collect();
    let of_table = map::unit_of_table(table, headers).unit();
    let relation = &schema.relations[at];
    let title = title(relation);
    let grid = grid(relation, (&indexes, headers), (of_table, title), data);
    let formulas = formulas::find(&grid);
    let texts = |column: usize| -> Vec<String> {
        let text = |row: &&RawRow| row.cells.get(indexes[column]).map_or("", |cell| cell.text.trim()).to_owned();
        grid.rows.iter().map(text).collect()
    };
    let wholes = if whole && data.len() <= MOST_SUMMED { wholes::find(&grid, relation, &texts) } else { Vec::new() };
    let (unique, identities) = codes(relation, &grid, &texts);
    let taken = |name: &str| schema.relations.iter().any(|other| other.name == name);
    let needs_totals = wholes.iter().any(|whole| !matches!(whole.kind, WholeKind::Heading(_)));
    let relation_of_totals = needs_totals.then(|| totals(relation, &grid, taken)).flatten();
    unify(&mut schema.relations[at].columns, &formulas, &grid);
    let totals = relation_of_totals.map(|mut made| {
        let of_rows = &schema.relations[at];
        for column in made.columns.iter_mut().skip(1) {
            column.ty = of_rows.columns.iter().find(|other| other.name == column.name).map_or(column.ty, |one| one.ty);
        }
        let name = made.name.clone();
        schema.relations.push(made);
        schema.relations[at].totals = Some(name);
        schema.relations.len() - 1
    });
    let is_kept = |whole: &Whole| totals.is_some() || matches!(whole.kind, WholeKind::Heading(_));
    let wholes: Vec<Whole> = wholes.into_iter().filter(is_kept).collect();
    let is_stock = |title: &String| formulas::NO_FLOW.iter().any(|word| title.contains(word));
    let has_stocks = grid.titles.iter().zip(&grid.totals).any(|(title, total)| total.is_none() && is_stock(title));
    let called = indexes.iter().map(|index| called(&headers.columns[*index])).collect();
    let checks =
        Checks { relation: at, totals, formulas, wholes, unique, identities, title, headers: called, has_stocks };
    if let Some(title) = title.filter(|title| *title > 0 && checks.is_some()) {
        schema.relations[at].key = vec![title];
    }
    Some(checks).filter(Checks::is_some)
}

/// The lowest level of a header without its unit.
fn called(header: &Header) -> String {
    let last = names::bare(header.levels.last().map_or("", String::as_str));
    let without = last.strip_suffix([')', '）']).and_then(|text| text.rsplit_once(['(', '（']));
    let is_unit = |inside: &str| inside.chars().count() <= 4;
    match without {
        Some((name, inside)) if is_unit(inside) && !name.is_empty() => name.to_owned(),
        _ => last,
    }
}

/// The columns of numbers of a table and its rows.
fn grid<'a>(
    relation: &Relation,
    (indexes, headers): (&[usize], &Headers),
    (of_table, title): (Option<CellUnit>, Option<usize>),
    data: &[&'a RawRow],
) -> Grid<'a> {
    let is_filled = |row: &&RawRow| row.cells.iter().any(|cell| !cell.text.trim().is_empty());
    let rows: Vec<&RawRow> = data.iter().copied().filter(is_filled).take(MOST_ROWS).collect();
    let totals = rows.iter().map(|row| total_name(row)).collect();
    let figures = relation.columns.iter().enumerate().filter_map(|(column, declared)| {
        let header = &headers.columns[indexes[column]];
        figures((column, declared), (header, indexes[column]), of_table, &rows)
    });
    let title = title.map(|title| indexes[title]);
    let called =
        |row: &&RawRow| title.and_then(|title| row.cells.get(title)).map_or("", |cell| cell.text.trim()).to_owned();
    let titles = rows.iter().map(called).collect();
    Grid { figures: figures.take(MOST_FIGURES).collect(), totals, titles, rows }
}

/// What a row is called when it is a total.
fn total_name(row: &RawRow) -> Option<String> {
    let says = |cell: &&crate::facts::read::raw::RawCell| names::names_total(&cell.text);
    let is_total = rows::first_names_total(row) || row.cells.iter().any(|cell| names::is_total(&cell.text));
    is_total.then(|| row.cells.iter().find(says).map(|cell| names::normal(&cell.text)).unwrap_or_default())
}

/// The numbers of a column, if it has any.
fn figures(
    (column, declared): (usize, &Column),
    (header, index): (&Header, usize),
    of_table: Option<CellUnit>,
    rows: &[&RawRow],
) -> Option<Figures> {
    if !matches!(declared.ty, ColumnType::Money | ColumnType::Decimal | ColumnType::Number) {
        return None;
    }
    let name = header.levels.iter().map(|level| names::bare(level)).collect::<Vec<_>>().join("/");
    let (mut numbers, mut places, mut is_marked) = (Vec::new(), 0, false);
    // Whole numbers that are no money are exact.
    let ty = if declared.ty == ColumnType::Money { ColumnType::Money } else { ColumnType::Decimal };
    let kind = CellKind { unit: header.unit().or(of_table.filter(|_| ty == ColumnType::Money)), ..CellKind::plain(ty) };
    let mut least = None;
    for row in rows {
        let cell = row.cells.get(index).filter(|cell| !cell.absent);
        let read = cell.map(|cell| cells::read(&cell.text, &kind));
        is_marked |= cell.is_some_and(|cell| cell.text.contains(['%', '％']));
        numbers.push(match read {
            Some(Reading::Present(Value::Money(number), written)) => {
                least = Some(least.map_or(written.places, |least: i32| least.max(written.places)));
                Some(number)
            }
            Some(Reading::Present(Value::Decimal(number), written)) => {
                places = places.max(written.places);
                Some(number)
            }
            _ => None,
        });
    }
    let places = least.unwrap_or(places);
    let half = half_of_place(places);
    let is_share = declared.is_share || is_marked || header.unit() == Some(CellUnit::Percent);
    let kind = match (is_share, declared.ty) {
        (true, _) => Kind::Share,
        (_, ty) if is_price(&name) => Kind::Price(ty),
        (_, ColumnType::Money) => Kind::Money,
        _ => Kind::Plain,
    };
    numbers.iter().any(Option::is_some).then_some(Figures { column, kind, name, numbers, half })
}

/// Half of a unit in that decimal place, which may be before the point.
fn half_of_place(places: i32) -> Decimal {
    match u32::try_from(places) {
        Ok(0) => Decimal::new(5, 1),
        Ok(places) => Decimal::new(5, (places + 1).min(27)),
        Err(_) => Decimal::from(5 * 10_i64.pow(places.unsigned_abs().min(12) - 1)),
    }
}

/// Whether a header is of what is not added up: prices, standards, rates, years.
fn is_price(name: &str) -> bool {
    const WORDS: [&str; 22] = [
        "单价",
        "标准",
        "均价",
        "人均",
        "平均",
        "价格",
        "费率",
        "税率",
        "比例",
        "占比",
        "率",
        "年限",
        "单位成本",
        "单方",
        "序号",
        "行次",
        "排名",
        "名次",
        "年度",
        "月份",
        "倍",
        "期限",
    ];
    WORDS.iter().any(|word| name.contains(word))
}

/// The column that says what a row is: the first of texts whose header is of names, else the first of texts.
fn title(relation: &Relation) -> Option<usize> {
    const NAMES: [&str; 14] =
        ["姓名", "户主", "名称", "项目", "单位", "内容", "科目", "标段", "摘要", "县", "村", "户名", "部门", "名"];
    let texts = || relation.columns.iter().enumerate().filter(|(_, column)| column.ty == ColumnType::Symbol);
    let last = |column: &Column| column.doc.rsplit('/').next().unwrap_or_default().to_owned();
    let is_code = |name: &str| ["编码", "代码", "编号", "序号", "号"].iter().any(|end| name.ends_with(end));
    let named = NAMES.iter().find_map(|word| {
        texts().find(|(_, column)| last(column).contains(word) && !is_code(&names::bare(&last(column))))
    });
    named.or_else(|| texts().find(|(_, column)| !is_code(&last(column)))).or_else(|| texts().next()).map(|(at, _)| at)
}

/// The columns of codes that hardly ever stand twice, and those of numbers of identity cards.
fn codes(relation: &Relation, grid: &Grid<'_>, texts: &dyn Fn(usize) -> Vec<String>) -> (Vec<usize>, Vec<usize>) {
    const CODES: [&str; 15] = [
        "证号",
        "证号码",
        "身份证",
        "卡号",
        "账号",
        "资产编号",
        "合同编号",
        "合同号",
        "流水号",
        "发票号",
        "发票号码",
        "资产编码",
        "银行账户",
        "银行卡",
        "学号",
    ];
    // Others that hardly ever stand twice; those of contracts, projects and vouchers may.
    const NUMBERED: [&str; 6] = ["编号", "函号", "文号", "单号", "票号", "证书号"];
    const SEVERAL: [&str; 4] = ["合同", "项目", "凭证", "科目"];
    let (mut unique, mut identities) = (Vec::new(), Vec::new());
    for (column, declared) in relation.columns.iter().enumerate() {
        let name = names::bare(declared.doc.rsplit('/').next().unwrap_or_default());
        let is_code = CODES.iter().any(|end| name.ends_with(end));
        let is_numbered =
            NUMBERED.iter().any(|end| name.ends_with(end)) && !SEVERAL.iter().any(|word| name.contains(word));
        if declared.ty != ColumnType::Symbol || !is_code && !is_numbered {
            continue;
        }
        let all: Vec<String> = texts(column);
        let rows = all.iter().zip(&grid.totals).filter(|(text, total)| !text.is_empty() && total.is_none());
        let all: Vec<&String> = rows.map(|(text, _)| text).collect();
        // Stars hide what tells them apart.
        if all.iter().any(|text| text.contains(['*', '＊'])) {
            continue;
        }
        let distinct: BTreeSet<&&String> = all.iter().collect();
        let (least, tenths) = if is_code { (4, 8) } else { (8, 9) };
        if all.len() >= least && distinct.len() * 10 >= all.len() * tenths {
            unique.push(column);
        }
        let is_identity = |text: &&&String| text.len() == 18 && text.bytes().take(17).all(|byte| byte.is_ascii_digit());
        if name.contains("身份证") || all.len() >= 4 && all.iter().filter(is_identity).count() * 10 >= all.len() * 8
        {
            identities.push(column);
        }
    }
    (unique, identities)
}

/// The relation of the totals of a table: what each is called, and its figures.
fn totals(relation: &Relation, grid: &Grid<'_>, taken: impl Fn(&str) -> bool) -> Option<Relation> {
    let name = format!("{}_{TOTALS}", relation.name);
    if taken(&name) || !grid.totals.iter().any(Option::is_some) {
        return None;
    }
    let free = |name: &&str| relation.columns.iter().all(|column| column.name != **name);
    let called = ["名称", "合计名称", "合计行名称"].into_iter().find(free)?;
    let first = Column {
        name: called.to_owned(),
        ty: ColumnType::Symbol,
        doc: "这一行叫什么".to_owned(),
        headers: Vec::new(),
        part_of: None,
        is_share: false,
        span: Span::default(),
    };
    let figures = grid.figures.iter().map(|figures| relation.columns[figures.column].clone());
    let doc = format!("{}的合计、小计行", relation.doc);
    let columns = std::iter::once(first).chain(figures).collect();
    Some(Relation { name, columns, key: Vec::new(), totals: None, doc, span: Span::default() })
}

/// Gives columns that are added to each other, or divided by each other, one type.
fn unify(columns: &mut [Column], formulas: &[Formula], grid: &Grid<'_>) {
    for figures in grid.figures.iter().filter(|figures| figures.kind == Kind::Share) {
        columns[figures.column].is_share = true;
        columns[figures.column].ty = ColumnType::Decimal;
    }
    for formula in formulas {
        let all = formula.columns();
        let are_whole = all.iter().all(|at| columns[*at].ty == ColumnType::Number);
        let is_division = matches!(formula, Formula::Share(..) | Formula::Growth(..));
        for at in all.into_iter().filter(|_| !are_whole || is_division) {
            if columns[at].ty == ColumnType::Number {
                columns[at].ty = ColumnType::Decimal;
            }
        }
    }
}
