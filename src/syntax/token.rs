//! Tokens: what the lexer makes of characters.

use crate::source::Span;

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// The place to show: where it stands, or where the macro that gave it was used.
    pub span: Span,
    /// Where its characters are; differs from `span` only for what a macro gave.
    pub text: Span,
    /// Whether a line break comes before it.
    pub starts_line: bool,
    /// Whether it touches the token before it.
    pub joined: bool,
}

/// The kinds of token. What a word means is decided by the parser: no word is reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A name, also in back quotes.
    Word,
    /// A whole number, with or without base prefix and `u`.
    Number,
    /// A number with a point or an exponent.
    Decimal,
    /// `90%`, as one token.
    Percent,
    /// `10万元`, as one token.
    Money,
    /// `"text"` with its quotes.
    Text,
    /// `.decl`, `.type`, …: a dot and a known word that begins an item.
    Directive,
    /// A line that begins with `#`; in a macro, `#` or `##`.
    Hash,
    /// `(`
    LeftParen,
    /// `)`
    RightParen,
    /// `[`
    LeftBracket,
    /// `]`
    RightBracket,
    /// `{`
    LeftBrace,
    /// `}`
    RightBrace,
    /// `,`
    Comma,
    /// `.`
    Dot,
    /// `;`
    Semicolon,
    /// `:`
    Colon,
    /// `:-`
    If,
    /// `<:`
    Subtype,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `~`
    Agree,
    /// `!~`
    Disagree,
    /// `!`
    Not,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// `%` between two operands
    Modulo,
    /// `^`, `**`
    Power,
    /// `|`
    Pipe,
    /// `@`
    At,
    /// `$`
    Dollar,
    /// `->`
    Arrow,
    /// The end of the text.
    End,
}

impl Kind {
    /// Whether it opens a bracket.
    #[must_use]
    pub const fn opens(self) -> bool {
        matches!(self, Self::LeftParen | Self::LeftBracket | Self::LeftBrace)
    }

    /// The bracket that closes this one.
    #[must_use]
    pub const fn closer(self) -> Option<Self> {
        match self {
            Self::LeftParen => Some(Self::RightParen),
            Self::LeftBracket => Some(Self::RightBracket),
            Self::LeftBrace => Some(Self::RightBrace),
            _ => None,
        }
    }

    /// Whether it closes a bracket.
    #[must_use]
    pub const fn closes(self) -> bool {
        matches!(self, Self::RightParen | Self::RightBracket | Self::RightBrace)
    }
}

/// The words that begin an item after a dot.
pub const DIRECTIVES: [&str; 18] = [
    "decl",
    "type",
    "input",
    "output",
    "printsize",
    "limitsize",
    "comp",
    "init",
    "override",
    "pragma",
    "functor",
    "plan",
    "include",
    "once",
    "lattice",
    "number_type",
    "symbol_type",
    "debug_delta",
];
