//! Words that mean something where they stand. None is reserved.

use super::ast::{CellState, CompareOp};
use super::token::Kind;

/// The aggregates; any other word in their place is complained about by name resolution.
pub(super) const AGGREGATES: [&str; 5] = ["count", "sum", "min", "max", "mean"];

/// Functions that are conditions.
pub(super) const TESTS: [&str; 2] = ["match", "contains"];

/// How strongly an operator between two arguments binds, and the functor it names.
pub(super) const OPERATOR_WORDS: [(&str, u8); 9] = [
    ("lor", 2),
    ("lxor", 3),
    ("land", 4),
    ("bor", 5),
    ("bxor", 6),
    ("band", 7),
    ("bshl", 8),
    ("bshr", 8),
    ("bshru", 8),
];

/// How strongly `else` binds: least.
pub(super) const ELSE: u8 = 1;
/// How strongly `+` and `-` bind.
pub(super) const SUM: u8 = 9;
/// How strongly `*`, `/` and `%` bind.
pub(super) const PRODUCT: u8 = 10;
/// How strongly a sign binds: more than products, less than powers.
pub(super) const SIGN: u8 = 11;
/// How strongly `^` binds.
pub(super) const POWER: u8 = 12;

/// Words of other languages for `,`.
pub(super) const AND: [&str; 12] =
    ["and", "AND", "And", "且", "并且", "而且", "并", "和", "与", "同时", "where", "WHERE"];

/// Words of other languages for `;`.
pub(super) const OR: [&str; 6] = ["or", "OR", "Or", "或", "或者", "或是"];

/// Words after `is`.
pub(super) const STATES: [(&str, CellState); 3] =
    [("blank", CellState::Blank), ("malformed", CellState::Malformed), ("present", CellState::Present)];

/// What else people write after `is`.
pub(super) const OTHER_STATES: [(&str, &str); 14] = [
    ("empty", "blank"),
    ("null", "blank"),
    ("Null", "blank"),
    ("NULL", "blank"),
    ("none", "blank"),
    ("missing", "blank"),
    ("空", "blank"),
    ("空白", "blank"),
    ("invalid", "malformed"),
    ("bad", "malformed"),
    ("错误", "malformed"),
    ("写错", "malformed"),
    ("given", "present"),
    ("有值", "present"),
];

/// Comparisons in words.
pub(super) const OTHER_COMPARISONS: [(&str, CompareOp, &str); 13] = [
    ("等于", CompareOp::Eq, "="),
    ("equals", CompareOp::Eq, "="),
    ("不等于", CompareOp::Ne, "!="),
    ("大于", CompareOp::Gt, ">"),
    ("超过", CompareOp::Gt, ">"),
    ("小于", CompareOp::Lt, "<"),
    ("低于", CompareOp::Lt, "<"),
    ("大于等于", CompareOp::Ge, ">="),
    ("不小于", CompareOp::Ge, ">="),
    ("不低于", CompareOp::Ge, ">="),
    ("小于等于", CompareOp::Le, "<="),
    ("不大于", CompareOp::Le, "<="),
    ("不超过", CompareOp::Le, "<="),
];

/// The comparison that a token writes.
pub(super) const fn comparison(kind: Kind) -> Option<CompareOp> {
    Some(match kind {
        Kind::Equal => CompareOp::Eq,
        Kind::NotEqual => CompareOp::Ne,
        Kind::Less => CompareOp::Lt,
        Kind::LessEqual => CompareOp::Le,
        Kind::Greater => CompareOp::Gt,
        Kind::GreaterEqual => CompareOp::Ge,
        Kind::Agree => CompareOp::Agree,
        Kind::Disagree => CompareOp::Disagree,
        _ => return None,
    })
}

/// Whether a token of this kind can begin an argument.
pub(super) const fn begins_arg(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Word
            | Kind::Number
            | Kind::Decimal
            | Kind::Percent
            | Kind::Money
            | Kind::Text
            | Kind::LeftParen
            | Kind::LeftBracket
            | Kind::Minus
            | Kind::At
            | Kind::Dollar
    )
}

/// The aggregate that a word of other languages means, with what it takes.
#[must_use]
pub fn aggregate_meant(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "sum" | "合计" | "求和" | "总和" => "sum e.amount",
        "avg" | "average" | "mean" | "平均" | "平均值" => "mean e.amount",
        "count" | "计数" | "个数" | "数量" => "count",
        "max" | "最大" | "最大值" => "max e.amount",
        "min" | "最小" | "最小值" => "min e.amount",
        _ => return None,
    })
}

/// How a function of spreadsheets is written here.
#[must_use]
pub fn function_meant(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "len" | "length" => "strlen(文字)",
        "left" => "substr(文字, 0, 几个字)",
        "mid" => "substr(文字, 从第几个字起, 几个字)",
        "trim" => "norm(文字)",
        "find" | "search" | "instr" => "contains(部分, 全文)",
        "concatenate" | "concat" => "cat(文字, 文字)",
        "value" | "int" => "to_number(文字)",
        "text" | "str" => "to_string(数)",
        "date" => "to_date(文字)",
        "datedif" | "datediff" => "days(从, 到)",
        "isblank" | "isnull" | "isempty" => "p.列 is blank",
        _ => return None,
    })
}
