//! Components: `.comp` and `.init`.

use crate::source::Span;
use crate::text;

use super::super::ast::{Component, ComponentType, Init};
use super::super::token::Kind;
use super::{Parsed, Parser};

impl Parser<'_> {
    /// `.comp Name<T> : Base<T> { … }`, `.comp` being read.
    pub(super) fn component(&mut self, start: Span) -> Parsed<Component> {
        let head = self.component_type()?;
        let mut bases = Vec::new();
        while matches!(self.kind(), Kind::Colon | Kind::Comma) {
            self.advance();
            bases.push(self.component_type()?);
        }
        if self.kind() != Kind::LeftBrace {
            return Err(self.expected(&text!(" `{{`", "`{{`")));
        }
        let opened = self.at;
        let end = self.beyond(opened).saturating_sub(1);
        self.advance();
        let items = self.deeper(|parser| {
            let outer = parser.component_end.replace(end);
            let mut items = Vec::new();
            parser.items_into(&mut items);
            parser.component_end = outer;
            Ok(items)
        })?;
        self.leave(opened);
        Ok(Component { head, bases, items, span: self.since(start) })
    }

    /// `.init name = Component<A>`, `.init` being read.
    pub(super) fn init(&mut self, start: Span) -> Parsed<Init> {
        let name = self.need(Kind::Word, &text!("实例名", "the name of the instance"))?;
        let name = self.name_of(name);
        self.need(Kind::Equal, &text!(" `=` 和组件名", "`=` and the name of a component"))?;
        if self.token().starts_line && self.begins_clause(self.at) {
            return Err(self.expected(&text!("组件名", "the name of a component")));
        }
        let component = self.component_type()?;
        Ok(Init { name, component, span: self.since(start) })
    }

    /// `Name<A, B>`
    fn component_type(&mut self) -> Parsed<ComponentType> {
        let name = self.need(Kind::Word, &text!("组件名", "the name of a component"))?;
        let name = self.name_of(name);
        let mut params = Vec::new();
        if self.take(Kind::Less).is_some() {
            loop {
                params.push(self.qualified_name(&text!("类型参数", "the name of a type"))?);
                if self.take(Kind::Comma).is_none() {
                    break;
                }
            }
            self.need(Kind::Greater, &text!(" `,` 或 `>`", "`,` or `>`"))?;
        }
        Ok(ComponentType { name, params })
    }
}
