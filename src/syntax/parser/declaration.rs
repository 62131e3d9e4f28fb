//! `.decl` and `.type`.

use crate::diagnostic::{Code, Diagnostic, Text};
use crate::source::Span;
use crate::text;

use super::super::ast::{Annotation, Branch, ColumnDecl, Decl, Name, TypeDecl, TypeKind};
use super::super::token::Kind;
use super::{Parsed, Parser, Skip};

/// Words that may follow a declaration.
const QUALIFIERS: [&str; 12] = [
    "brie",
    "btree",
    "btree_delete",
    "eqrel",
    "inline",
    "no_inline",
    "magic",
    "no_magic",
    "overridable",
    "input",
    "output",
    "printsize",
];

impl Parser<'_> {
    /// `.decl a, b(x: type, …) qualifiers`, `.decl` being read.
    pub(super) fn decl(&mut self, start: Span, doc: String, annotations: Vec<Annotation>) -> Parsed<Decl> {
        let wanted = text!("表名", "the name of a relation");
        let mut names = vec![self.declared_name(&wanted)?];
        while self.take(Kind::Comma).is_some() {
            names.push(self.declared_name(&wanted)?);
        }
        if self.take(Kind::Equal).is_some() {
            return self.delta(names, (start, doc, annotations));
        }
        if self.kind() != Kind::LeftParen {
            let name = names.first().map_or("", |name| name.text.as_str());
            let help = text!("写成 `.decl {name}(列: 类型, …)`", "write `.decl {name}(column: type, …)`");
            return Err(self.expected_with(&text!(" `(` 和列", "`(` and columns"), help));
        }
        let columns = self.columns(Kind::LeftParen)?;
        let qualifiers = self.qualifiers();
        let choice = self.choice()?;
        let token = self.token();
        if token.kind == Kind::Word && !token.starts_line && QUALIFIERS.contains(&self.text(token).as_ref()) {
            let message = text!("这个词要写在 choice-domain 之前", "this word goes before choice-domain");
            self.complain(Diagnostic::error(Code::UnexpectedToken, message).at(token.span));
            self.qualifiers();
        }
        Ok(Decl {
            names,
            columns,
            qualifiers,
            choice,
            doc,
            annotations,
            span: self.since(start),
            broken: false,
            delta: None,
        })
    }

    /// `debug_delta(r) qualifiers`, the names and the `=` being read.
    fn delta(&mut self, names: Vec<Name>, (start, doc, annotations): (Span, String, Vec<Annotation>)) -> Parsed<Decl> {
        let wanted = text!(" `debug_delta(表名)`", "`debug_delta(relation)`");
        if !self.is_word("debug_delta") {
            return Err(self.expected(&wanted));
        }
        self.advance();
        self.need(Kind::LeftParen, &wanted)?;
        let delta = Some(self.qualified_name(&text!("表名", "the name of a relation"))?);
        self.need(Kind::RightParen, &text!(" `)`", "`)`"))?;
        let (columns, qualifiers, choice) = (Vec::new(), self.qualifiers(), Vec::new());
        let span = self.since(start);
        Ok(Decl { names, columns, qualifiers, choice, doc, annotations, span, broken: false, delta })
    }

    pub(super) fn declared_name(&mut self, wanted: &Text) -> Parsed<Name> {
        let name = self.need(Kind::Word, wanted)?;
        Ok(self.name_of(name))
    }

    /// `(x: type, …)`, `[x: type, …]` or `{x: type, …}`
    fn columns(&mut self, open: Kind) -> Parsed<Vec<ColumnDecl>> {
        let opened = self.at;
        self.advance();
        let closer = open.closer().unwrap_or(Kind::RightParen);
        let mut columns = Vec::new();
        self.inner_annotations();
        while self.kind() != closer {
            let from = self.at;
            match self.column(closer) {
                Ok(column) => columns.push(column),
                Err(Skip) => self.skip_element(from),
            }
            if self.take(Kind::Comma).is_none() {
                break;
            }
            if self.kind() == closer {
                self.extra_comma();
            }
        }
        self.leave(opened);
        Ok(columns)
    }

    fn column(&mut self, closer: Kind) -> Parsed<ColumnDecl> {
        let before = self.last_span();
        let annotations = self.annotations();
        let doc = self.doc_before(self.token().span, before);
        let name = self.declared_name(&text!("列名", "the name of a column"))?;
        let shown = &name.text;
        if self.take(Kind::Colon).is_none() {
            let message = text!("列 `{shown}` 没有写类型", "the column `{shown}` has no type");
            let help = text!(
                "写成 `{shown}: 类型`；类型有 number、symbol、money、decimal、date 等",
                "write `{shown}: type`; types are number, symbol, money, decimal, date and others"
            );
            let complaint = Diagnostic::error(Code::UnexpectedToken, message).at(name.span).help(help);
            self.complain_structure(complaint);
            // The column counts; its type is not asked for again.
            let ty = Name { text: String::new(), span: name.span };
            return Ok(ColumnDecl { name, ty, doc, annotations });
        }
        let ty = self.qualified_name(&text!("类型名", "the name of a type"))?;
        if self.kind() == Kind::Less && self.after().kind == Kind::Greater {
            let place = self.advance().span;
            let place = place.to(self.advance().span);
            let message = text!("不支持格（lattice）的列", "columns of lattices are not supported");
            let help = text!(
                "去掉 `<>`；要留下最大（小）的行，写支配子句，如 `r(x, a) <= r(x, b) :- a < b.`",
                "leave `<>` out; to keep the greatest (or least) rows, write a subsumptive clause such as \
                 `r(x, a) <= r(x, b) :- a < b.`"
            );
            // What is declared is understood, and its uses are looked at.
            self.report.push(Diagnostic::error(Code::Unsupported, message).at(place).help(help));
        }
        if self.kind() != Kind::Comma && self.kind() != closer {
            if self.complain_missing_comma() {
                return Err(Skip);
            }
            return Err(self.expected(&text!(" `,` 或闭合的括号", "`,` or the closing bracket")));
        }
        Ok(ColumnDecl { name, ty, doc, annotations })
    }

    fn qualifiers(&mut self) -> Vec<Name> {
        let mut qualifiers = Vec::new();
        while self.kind() == Kind::Word {
            let token = self.token();
            let word = self.text(token);
            if ["btree_min", "btree_max", "btree_sum"].contains(&word.as_ref()) {
                let message = text!(
                    "不支持 `{word}`：表不能边算边汇总",
                    "`{word}` is not supported: relations do not aggregate as they grow"
                );
                let help = text!(
                    "用支配子句 `r(x, a) <= r(x, b) :- …`，或在另一条规则里取 min、max、sum",
                    "use a subsumptive clause, `r(x, a) <= r(x, b) :- …`, or take min, max or sum in another rule"
                );
                self.complain(Diagnostic::error(Code::Unsupported, message).at(token.span).help(help));
                self.advance();
                continue;
            }
            if !QUALIFIERS.contains(&word.as_ref()) {
                break;
            }
            // A rule for a relation of that name.
            if token.starts_line && self.after().kind == Kind::LeftParen {
                break;
            }
            self.advance();
            qualifiers.push(self.name_of(token));
        }
        qualifiers
    }

    /// `choice-domain a, (b, c)`
    fn choice(&mut self) -> Parsed<Vec<Vec<Name>>> {
        let mut keys = Vec::new();
        if !self.is_word("choice-domain") {
            return Ok(keys);
        }
        self.advance();
        let wanted = text!("列名", "the name of a column");
        loop {
            if self.take(Kind::LeftParen).is_some() {
                let mut key = vec![self.declared_name(&wanted)?];
                while self.take(Kind::Comma).is_some() {
                    key.push(self.declared_name(&wanted)?);
                }
                self.need(Kind::RightParen, &text!(" `)`", "`)`"))?;
                keys.push(key);
            } else {
                keys.push(vec![self.declared_name(&wanted)?]);
            }
            if self.take(Kind::Comma).is_none() {
                return Ok(keys);
            }
        }
    }

    /// `.type name …`, the first word being read.
    pub(super) fn type_decl(&mut self, word: &str, start: Span, doc: String) -> Parsed<TypeDecl> {
        let name = self.declared_name(&text!("类型名", "the name of a type"))?;
        let kind = match (word, self.kind()) {
            (".number_type", _) => TypeKind::Legacy("number"),
            (".type", Kind::Subtype) => {
                self.advance();
                TypeKind::Subtype(self.qualified_name(&text!("类型名", "the name of a type"))?)
            }
            (".type", Kind::Equal) => {
                self.advance();
                self.type_kind()?
            }
            _ => TypeKind::Legacy("symbol"),
        };
        Ok(TypeDecl { name, kind, doc, span: self.since(start) })
    }

    /// What stands after `=` in a type declaration.
    fn type_kind(&mut self) -> Parsed<TypeKind> {
        if self.kind() == Kind::LeftBracket {
            return Ok(TypeKind::Record(self.columns(Kind::LeftBracket)?));
        }
        self.annotations();
        let wanted = text!("类型名、`[` 或分支名", "the name of a type, `[`, or the name of a branch");
        if self.kind() == Kind::Word && self.after().kind == Kind::LeftBrace {
            let mut branches = vec![self.branch()?];
            while self.take(Kind::Pipe).is_some() {
                branches.push(self.branch()?);
            }
            return Ok(TypeKind::Algebraic(branches));
        }
        let mut parts = vec![self.qualified_name(&wanted)?];
        while self.take(Kind::Pipe).is_some() {
            parts.push(self.qualified_name(&text!("类型名", "the name of a type"))?);
        }
        Ok(TypeKind::Union(parts))
    }

    fn branch(&mut self) -> Parsed<Branch> {
        self.annotations();
        let name = self.declared_name(&text!("分支名", "the name of a branch"))?;
        let shown = &name.text;
        if self.kind() != Kind::LeftBrace {
            let help = text!("没有字段时写 `{shown} {{}}`", "without fields write `{shown} {{}}`");
            return Err(self.expected_with(&text!(" `{{`", "`{{`"), help));
        }
        let fields = self.columns(Kind::LeftBrace)?;
        Ok(Branch { name, fields })
    }
}
