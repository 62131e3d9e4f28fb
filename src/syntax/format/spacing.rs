//! Which tokens have a blank between them.

use super::super::token::{Kind, Token};

/// What the tokens belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// Conditions and their arguments.
    Rule,
    /// `{name: a}` of an atom.
    Pattern,
    /// `.decl`, `.type`, `.functor`: names with types.
    Declaration,
    /// `.input a(key=value)`
    Options,
    /// `.comp A<T>`, `.init a = A<T>`
    Component,
}

/// Two neighbours, and what stands before them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Neighbours<'a> {
    pub(super) before: Option<Token>,
    pub(super) left: Token,
    pub(super) left_text: &'a str,
    pub(super) before_text: &'a str,
    pub(super) right: Token,
}

/// Words behind which a bracket is not that of a call, and a minus is a sign.
const OPENING_WORDS: [&str; 17] = [
    "not", "in", "is", "if", "then", "else", "band", "bor", "bxor", "bnot", "land", "lor", "lxor", "lnot", "bshl",
    "bshr", "bshru",
];

/// Whether a blank stands between the neighbours.
pub(super) fn blank(pair: &Neighbours, context: Context) -> bool {
    let (left, right) = (pair.left, pair.right);
    match (left.kind, right.kind) {
        (_, Kind::Comma | Kind::Semicolon | Kind::RightParen | Kind::RightBracket | Kind::Dot)
        | (Kind::LeftParen | Kind::LeftBracket | Kind::Dot | Kind::At, _) => false,
        (Kind::Dollar, Kind::Word) => !right.joined,
        (Kind::Not, _) => false,
        (Kind::Minus, _) if is_sign(pair) => false,
        (Kind::Word, Kind::LeftParen) if OPENING_WORDS.contains(&pair.left_text) => !right.joined,
        (Kind::Word, Kind::LeftParen) if pair.left_text == "choice-domain" => true,
        (Kind::Word, Kind::LeftParen) => context == Context::Rule && is_target(pair) && !right.joined,
        (Kind::Word, Kind::LeftBrace) => context == Context::Declaration,
        (Kind::Less, _) | (_, Kind::Less | Kind::Greater) if context == Context::Component => false,
        (Kind::Equal, _) | (_, Kind::Equal) if context == Context::Options => false,
        (Kind::Colon, Kind::Colon) => false,
        (_, Kind::Colon) => !is_tight_colon(pair, context),
        _ => true,
    }
}

/// Whether the minus on the left is a sign rather than an operation.
fn is_sign(pair: &Neighbours) -> bool {
    let Some(before) = pair.before else { return true };
    match before.kind {
        Kind::Word => OPENING_WORDS.contains(&pair.before_text),
        Kind::Number | Kind::Decimal | Kind::Percent | Kind::Money | Kind::Text | Kind::Dollar => false,
        kind => !kind.closes(),
    }
}

/// `sum (a + b) : { … }`, where the bracket belongs to the target.
fn is_target(pair: &Neighbours) -> bool {
    ["sum", "count", "min", "max", "mean", "distinct"].contains(&pair.left_text)
}

/// `name: type` and `column: value`, but `sum x : {` and `.comp A : B`.
fn is_tight_colon(pair: &Neighbours, context: Context) -> bool {
    match context {
        Context::Declaration => true,
        Context::Pattern => pair.left.kind == Kind::Word && pair.before.is_none(),
        Context::Rule | Context::Options | Context::Component => false,
    }
}
