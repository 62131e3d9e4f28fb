//! What begins with a dot and a word, declarations excepted.

use crate::source::Span;
use crate::text;

use super::super::ast::{Annotation, Directive, DirectiveKind, FunctorDecl, Include, Item, Name, Pragma};
use super::super::token::Kind;
use super::{Parsed, Parser, Skip};

impl Parser<'_> {
    /// An item that begins with a dot and a word. The item before it ended at `before`.
    pub(super) fn directive(&mut self, annotations: Vec<Annotation>, before: Span) -> Parsed<Vec<Item>> {
        let token = self.advance();
        let start = token.span;
        let word = self.text(token).into_owned();
        let doc = |parser: &Self| parser.doc_before(start, before);
        let item = match word.as_str() {
            ".decl" => {
                let doc = doc(self);
                Item::Decl(self.decl(start, doc, annotations)?)
            }
            ".type" | ".number_type" | ".symbol_type" => {
                let doc = doc(self);
                Item::Type(self.type_decl(&word, start, doc)?)
            }
            ".input" => Item::Directive(self.io(DirectiveKind::Input, start)?),
            ".output" => Item::Directive(self.io(DirectiveKind::Output, start)?),
            ".printsize" => Item::Directive(self.io(DirectiveKind::PrintSize, start)?),
            ".limitsize" => Item::Directive(self.io(DirectiveKind::LimitSize, start)?),
            ".comp" => Item::Component(self.component(start)?),
            ".init" => Item::Init(self.init(start)?),
            ".override" => {
                let name = self.need(Kind::Word, &text!("表名", "the name of a relation"))?;
                Item::Override(self.name_of(name))
            }
            ".pragma" => Item::Pragma(self.pragma(start)?),
            ".functor" => Item::Functor(self.functor(start)?),
            ".include" => Item::Include(self.include(start)?),
            ".once" => Item::Once(start),
            ".lattice" => self.lattice(start)?,
            ".plan" => {
                let what = text!("`.plan` 只能紧跟在一条规则之后", "`.plan` stands only right behind a rule");
                return self.refuse(start, what);
            }
            other => {
                let what = text!("不支持 `{other}`", "`{other}` is not supported");
                return self.refuse(start, what);
            }
        };
        self.no_dot_after_directive(&word);
        Ok(vec![item])
    }

    /// `.lattice type<> { Bottom -> …, Lub -> @f(_, _) }`: columns of such a type are refused where they are declared.
    fn lattice(&mut self, start: Span) -> Parsed<Item> {
        self.need(Kind::Word, &text!("类型名", "the name of a type"))?;
        self.need(Kind::Less, &text!(" `<>`", "`<>`"))?;
        self.need(Kind::Greater, &text!(" `<>`", "`<>`"))?;
        let open = self.at;
        self.need(Kind::LeftBrace, &text!(" `{{`", "`{{`"))?;
        // What it says of the type is left unread.
        self.at = self.at.max(self.beyond(open));
        Ok(Item::Lattice(self.since(start)))
    }

    /// Declarations end without a dot.
    fn no_dot_after_directive(&mut self, word: &str) {
        let next = self.after();
        if self.kind() != Kind::Dot || next.joined && next.kind == Kind::Word {
            return;
        }
        let dot = self.advance().span;
        if self.broken {
            return;
        }
        let message = text!("`{word}` 末尾不写 `.`", "`{word}` does not end with `.`");
        let complaint = crate::diagnostic::Diagnostic::error(crate::diagnostic::Code::UnexpectedToken, message);
        self.complain_structure(complaint.primary(dot, text!("删去", "remove this")).fix(dot, ""));
    }

    /// `.input a, b(key=value, …)`
    fn io(&mut self, kind: DirectiveKind, start: Span) -> Parsed<Directive> {
        let wanted = text!("表名", "the name of a relation");
        let mut relations = vec![self.qualified_name(&wanted)?];
        while self.take(Kind::Comma).is_some() {
            relations.push(self.qualified_name(&wanted)?);
        }
        let options = if self.kind() == Kind::LeftParen { self.options()? } else { Vec::new() };
        Ok(Directive { kind, relations, options, span: self.since(start) })
    }

    fn options(&mut self) -> Parsed<Vec<(Name, String)>> {
        let opened = self.at;
        self.advance();
        let mut options = Vec::new();
        while self.kind() != Kind::RightParen {
            let from = self.at;
            match self.option() {
                Ok(option) => options.push(option),
                Err(Skip) => self.skip_element(from),
            }
            if self.take(Kind::Comma).is_none() {
                break;
            }
        }
        self.leave(opened);
        Ok(options)
    }

    fn option(&mut self) -> Parsed<(Name, String)> {
        let name = self.need(Kind::Word, &text!("选项名", "the name of an option"))?;
        let name = self.name_of(name);
        self.need(Kind::Equal, &text!(" `=` 和选项的值", "`=` and the value of the option"))?;
        let value = self.token();
        let text = match value.kind {
            Kind::Text => {
                self.advance();
                self.text_of(value)
            }
            Kind::Word | Kind::Number | Kind::Decimal => {
                self.advance();
                self.text(value).into_owned()
            }
            _ => return Err(self.expected(&text!("选项的值", "the value of the option"))),
        };
        if !matches!(self.kind(), Kind::Comma | Kind::RightParen) {
            return Err(self.expected(&text!(" `,` 或 `)`", "`,` or `)`")));
        }
        Ok((name, text))
    }

    /// `.pragma "key" "value"`
    fn pragma(&mut self, start: Span) -> Parsed<Pragma> {
        let key = self.need(Kind::Text, &text!("双引号里的名字", "a name in double quotes"))?;
        let key = self.text_of(key);
        let value = self.take(Kind::Text).map(|value| self.text_of(value));
        Ok(Pragma { key, value, span: self.since(start) })
    }

    /// `.include "path"`
    fn include(&mut self, start: Span) -> Parsed<Include> {
        let path = self.need(Kind::Text, &text!("双引号里的文件路径", "the path of a file in double quotes"))?;
        let path = self.text_of(path);
        Ok(Include { path, span: self.since(start) })
    }

    /// `.functor name(x: type, …): type stateful`
    fn functor(&mut self, start: Span) -> Parsed<FunctorDecl> {
        let name = self.need(Kind::Word, &text!("函数名", "the name of a function"))?;
        let name = self.name_of(name);
        let wanted = text!("类型名", "the name of a type");
        let mut types = Vec::new();
        let opened = self.at;
        self.need(Kind::LeftParen, &text!(" `(` 和参数", "`(` and the parameters"))?;
        while self.kind() != Kind::RightParen {
            self.annotations();
            if self.after().kind == Kind::Colon {
                self.declared_name(&text!("参数名", "the name of a parameter"))?;
                self.advance();
            }
            types.push(self.qualified_name(&wanted)?);
            if self.take(Kind::Comma).is_none() {
                break;
            }
        }
        self.leave(opened);
        self.need(Kind::Colon, &text!(" `:` 和函数值的类型", "`:` and the type of the value"))?;
        types.push(self.qualified_name(&wanted)?);
        let is_stateful = self.is_word("stateful");
        if is_stateful {
            self.advance();
        }
        Ok(FunctorDecl { name, types, is_stateful, span: self.since(start) })
    }
}
