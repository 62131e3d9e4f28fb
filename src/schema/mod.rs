//! Relations, their columns, and what types and units these have.
//!
//! Here the three readers meet: declarations come from `.decl` in rule files, facts are loaded by them, cards name
//! them. Nothing here knows how any of the three is written.

use crate::source::Span;
use crate::value::Unit;

/// The type of a fact column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ColumnType {
    /// `number`: 64-bit whole number.
    Number,
    /// `unsigned`: 64-bit whole number that is not negative.
    Unsigned,
    /// `float`: IEEE double.
    Float,
    /// `decimal`: exact.
    Decimal,
    /// `money`: exact, with a unit.
    Money,
    /// `date`: a day.
    Date,
    /// `symbol`: text.
    Symbol,
}

impl ColumnType {
    /// As rules write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Unsigned => "unsigned",
            Self::Float => "float",
            Self::Decimal => "decimal",
            Self::Money => "money",
            Self::Date => "date",
            Self::Symbol => "symbol",
        }
    }
}

/// One column of a declared fact relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in rules.
    pub name: String,
    /// What it holds.
    pub ty: ColumnType,
    /// The doc comment of the declaration.
    pub doc: String,
    /// Headers under which printed tables have it, besides its name and what its documentation calls it.
    pub headers: Vec<String>,
    /// The column that it is a part of: its headers (`其中：区级`) are looked for to the right of that one only, since each
    /// amount of a printed table may have such a part.
    pub part_of: Option<String>,
    /// Its numbers are shares of one, as `percent` is: 90% is 0.9.
    pub is_share: bool,
    /// The name in the declaration.
    pub span: Span,
}

/// A declared fact relation: one that facts are loaded into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Its name in rules.
    pub name: String,
    /// Its columns, in the order of the declaration.
    pub columns: Vec<Column>,
    /// Positions of the columns that say which row is meant, for keys and messages; the first column when empty.
    pub key: Vec<usize>,
    /// The relation that takes the rows of printed tables which are sums of others (合计, 小计), if one is declared to.
    pub totals: Option<String>,
    /// The doc comment of the declaration.
    pub doc: String,
    /// The name in the declaration.
    pub span: Span,
}

/// All declared fact relations, in the order of their declarations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// The relations.
    pub relations: Vec<Relation>,
}

impl Schema {
    /// The relation of that name.
    #[must_use]
    pub fn relation(&self, name: &str) -> Option<&Relation> {
        self.relations.iter().find(|relation| relation.name == name)
    }
}

impl Relation {
    /// The position of the column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

/// How finely the amounts of one column of one table are written, and in which unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Precision {
    /// The most decimal places written in any cell.
    pub scale: u32,
    /// The unit of the cells; 元 for columns that are not money.
    pub unit: Unit,
}
