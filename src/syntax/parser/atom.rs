//! Atoms: `relation(a, b)`, `relation{x: a, y}`.

use crate::diagnostic::Text;
use crate::text;

use super::super::ast::{Arg, Args, Ask, Atom, Name, NamedArg};
use super::super::token::Kind;
use super::super::words::comparison;
use super::arg::qualified;
use super::{Parsed, Parser, Skip};

impl Parser<'_> {
    /// A name, with dots where it has some.
    pub(super) fn qualified_name(&mut self, wanted: &Text) -> Parsed<Name> {
        let first = self.need(Kind::Word, wanted)?;
        let mut names = vec![self.name_of(first)];
        while self.kind() == Kind::Dot && self.token().joined && self.after().joined && self.after().kind == Kind::Word
        {
            self.advance();
            let part = self.advance();
            names.push(self.name_of(part));
        }
        Ok(qualified(&names))
    }

    /// Where the name that begins at `at` ends, dots included.
    pub(super) fn beyond_name(&self, at: usize) -> usize {
        let mut at = at + 1;
        while self.kind_at(at) == Kind::Dot && self.token_at(at).joined {
            let part = self.token_at(at + 1);
            if part.kind != Kind::Word || !part.joined {
                break;
            }
            at += 2;
        }
        at
    }

    /// An atom.
    pub(super) fn atom(&mut self, wanted: &Text) -> Parsed<Atom> {
        let relation = self.qualified_name(wanted)?;
        let name = relation.text.clone();
        match self.kind() {
            Kind::LeftParen => {
                let start = relation.span;
                let args = Args::Positional(self.args(Kind::LeftParen)?);
                Ok(Atom { relation, args, span: self.since(start) })
            }
            Kind::LeftBrace => self.named_atom(relation),
            _ => {
                let help = text!("写成 `{name}(…)` 或 `{name}{{…}}`", "write `{name}(…)` or `{name}{{…}}`");
                Err(self.expected_with(&text!(" `(`", "`(`"), help))
            }
        }
    }

    /// `relation{…}`, the name being read.
    pub(super) fn named_atom(&mut self, relation: Name) -> Parsed<Atom> {
        let start = relation.span;
        let args = Args::Named(self.pattern()?);
        Ok(Atom { relation, args, span: self.since(start) })
    }

    /// `{name: a, budget > 0, amount}`
    pub(super) fn pattern(&mut self) -> Parsed<Vec<NamedArg>> {
        let opened = self.at;
        self.advance();
        let mut args = Vec::new();
        let mut height = 0;
        while self.kind() != Kind::RightBrace {
            let from = self.at;
            match self.with_target(false, Self::named_arg) {
                Ok(arg) => args.push(arg),
                Err(Skip) => {
                    self.skip_element(from);
                    self.told_within(opened);
                }
            }
            height = height.max(self.height);
            if self.take(Kind::Comma).is_none() {
                break;
            }
            if self.kind() == Kind::RightBrace {
                self.extra_comma();
            }
        }
        self.height = height;
        self.leave(opened);
        Ok(args)
    }

    fn named_arg(&mut self) -> Parsed<NamedArg> {
        if self.kind() != Kind::Word {
            if self.complain_separator() {
                return Err(Skip);
            }
            let help = text!("花括号里按列名写：`{{列名: 值}}`", "in braces columns go by name: `{{column: value}}`");
            return Err(self.expected_with(&text!("列名", "the name of a column"), help));
        }
        let token = self.advance();
        let column = self.name_of(token);
        self.height = 0;
        let ask = if self.take(Kind::Colon).is_some() {
            Ask::Equal(self.arg()?)
        } else if let Some(op) = comparison(self.kind()) {
            self.advance();
            Ask::Compare(op, self.arg()?)
        } else {
            Ask::Bind
        };
        self.after_named_arg(&column, &ask)?;
        Ok(NamedArg { column, ask })
    }

    fn after_named_arg(&mut self, column: &Name, ask: &Ask) -> Parsed<()> {
        if matches!(self.kind(), Kind::Comma | Kind::RightBrace) {
            return Ok(());
        }
        if self.complain_foreign_word() || self.complain_missing_comma() {
            return Err(Skip);
        }
        if !matches!(ask, Ask::Bind) {
            return Err(self.expected(&text!(" `,`、`}}` 或一个运算符", "`,`, `}}` or an operator")));
        }
        let column = &column.text;
        let help = text!("列的值写 `{column}: 值`", "the value of a column is written `{column}: value`");
        Err(self.expected_with(&text!(" `:`、比较号、`,` 或 `}}`", "`:`, a comparison, `,` or `}}`"), help))
    }

    /// An atom made of a call that turned out to stand in the place of a condition.
    pub(super) fn atom_of_call(relation: Name, args: Vec<Arg>, span: crate::source::Span) -> Atom {
        Atom { relation, args: Args::Positional(args), span }
    }
}
