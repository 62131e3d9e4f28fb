//! Fact files of plain programs with columns of records or branches: their rows become facts of the program.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Report};
use crate::facts::souffle::{Dialect, lines};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::ast::{
    Arg, ArgKind, Args, Atom, Body, Clause, ColumnDecl, Const, Decl, Item, Name, Program, TypeKind,
};
use crate::text;

/// The types and relations that a program declares, by name.
#[derive(Debug, Default)]
pub(super) struct Declared<'p> {
    types: BTreeMap<&'p str, &'p TypeKind>,
    relations: BTreeMap<&'p str, &'p Decl>,
}

impl<'p> Declared<'p> {
    pub(super) fn new(program: &'p Program) -> Self {
        let mut declared = Self::default();
        for item in &program.items {
            match item {
                Item::Type(ty) => drop(declared.types.insert(&ty.name.text, &ty.kind)),
                Item::Decl(decl) => declared.relations.extend(decl.names.iter().map(|name| (name.text.as_str(), decl))),
                _ => {}
            }
        }
        declared
    }

    /// The columns of a relation.
    pub(super) fn columns(&self, relation: &str) -> Option<&'p [ColumnDecl]> {
        Some(&self.relations.get(relation)?.columns)
    }

    /// The columns of a relation, when one of them holds records or branches.
    pub(super) fn structured(&self, relation: &str) -> Option<&'p [ColumnDecl]> {
        let columns = &self.relations.get(relation)?.columns;
        let is_structured = |column: &ColumnDecl| {
            matches!(self.kind(&column.ty.text), Some(TypeKind::Record(_) | TypeKind::Algebraic(_)))
        };
        columns.iter().any(is_structured).then_some(columns)
    }

    /// What a type is, behind its other names; none for the built-in types.
    pub(super) fn kind(&self, name: &str) -> Option<&'p TypeKind> {
        let mut name = name;
        for _ in 0..=self.types.len() {
            match self.types.get(name)? {
                TypeKind::Subtype(base) => name = &base.text,
                TypeKind::Union(parts) if parts.len() == 1 => name = &parts[0].text,
                kind => return Some(kind),
            }
        }
        None
    }

    /// The built-in type behind a name, texts for what is not known.
    pub(super) fn base(&self, name: &str) -> String {
        let mut name = name;
        for _ in 0..=self.types.len() {
            match self.types.get(name) {
                Some(TypeKind::Subtype(base)) => name = &base.text,
                Some(TypeKind::Union(parts)) => match parts.first() {
                    Some(part) => name = &part.text,
                    None => break,
                },
                Some(TypeKind::Legacy(base)) => return (*base).to_owned(),
                _ => break,
            }
        }
        name.to_owned()
    }
}

/// The rows of `file` as facts of `relation`.
pub(super) fn read(
    sources: &SourceMap,
    file: FileId,
    (relation, columns): (&str, &[ColumnDecl]),
    declared: &Declared,
    options: &[(String, String)],
) -> (Vec<Item>, Report) {
    let mut report = Report::new();
    let mut items = Vec::new();
    let dialect = Dialect::new(options, columns.len());
    let (rows, complaints) = lines(sources, file, &dialect);
    report.append(complaints);
    for (row, cells) in rows {
        let mut args = Vec::new();
        for (column, (content, place)) in columns.iter().zip(&cells) {
            let mut reader = Reader { declared, text: content, at: 0, span: *place, depth: 0 };
            match reader.value(&column.ty.text, true).filter(|_| reader.at == content.len()) {
                Some(arg) => args.push(arg),
                None => {
                    let (name, ty) = (&column.name.text, &column.ty.text);
                    let message = text!(
                        "`{content}` 不是列 `{name}` 的类型 `{ty}`",
                        "`{content}` is no `{ty}`, which the column `{name}` holds"
                    );
                    report.push(Diagnostic::error(Code::MalformedCell, message).at(*place));
                }
            }
        }
        if args.len() == columns.len() {
            let relation = Name { text: relation.to_owned(), span: row };
            let head = Atom { relation, args: Args::Positional(args), span: row };
            let body = Body { span: row, ..Body::default() };
            items.push(Item::Clause(Clause { heads: vec![head], subsumes: None, body, plan: None, span: row }));
        }
    }
    (items, report)
}

/// Reads one cell.
struct Reader<'t> {
    declared: &'t Declared<'t>,
    text: &'t str,
    at: usize,
    span: Span,
    depth: usize,
}

impl Reader<'_> {
    /// The value of type `ty` that starts here. `whole`: it is the whole cell, so that a text in it ends only there.
    fn value(&mut self, ty: &str, whole: bool) -> Option<Arg> {
        const DEEPEST: usize = 200;
        self.depth += 1;
        let kind = match self.declared.kind(ty) {
            _ if self.depth > DEEPEST => None,
            Some(TypeKind::Record(_)) if self.takes("nil") => Some(ArgKind::Nil),
            Some(TypeKind::Record(fields)) => self.fields(fields, ('[', ']')).map(ArgKind::Record),
            Some(TypeKind::Algebraic(branches)) => {
                self.blanks();
                let branch = self.takes("$").then(|| self.word())?;
                // those of a component have its instance's name before theirs
                let is_named = |full: &str| {
                    full == branch || full.strip_suffix(&branch).is_some_and(|instance| instance.ends_with('.'))
                };
                let branch = branches.iter().find(|known| is_named(&known.name.text))?;
                let fields = match branch.fields.is_empty() && !self.rest().trim_start().starts_with('(') {
                    true => Vec::new(),
                    false => self.fields(&branch.fields, ('(', ')'))?,
                };
                Some(ArgKind::Branch(Name { text: branch.name.text.clone(), span: self.span }, fields))
            }
            _ => self.plain(&self.declared.base(ty), whole),
        };
        self.depth -= 1;
        Some(Arg { kind: kind?, span: self.span })
    }

    fn fields(&mut self, fields: &[ColumnDecl], (open, close): (char, char)) -> Option<Vec<Arg>> {
        let mut args = Vec::new();
        self.takes(open.encode_utf8(&mut [0; 4])).then_some(())?;
        for (at, field) in fields.iter().enumerate() {
            if at > 0 && !self.takes(",") {
                return None;
            }
            args.push(self.value(&field.ty.text, false)?);
        }
        self.takes(close.encode_utf8(&mut [0; 4])).then_some(args)
    }

    /// A number or text up to the end of the field.
    fn plain(&mut self, base: &str, whole: bool) -> Option<ArgKind> {
        if !whole {
            self.blanks();
            if let Some(text) = self.quoted() {
                let is_text = !matches!(base, "number" | "unsigned" | "float");
                return is_text.then_some(ArgKind::Const(Const::Text(text)));
            }
        }
        let end = if whole { None } else { self.rest().find([',', ']', ')']) };
        let content = self.rest()[..end.unwrap_or(self.rest().len())].to_owned();
        self.at += content.len();
        let content = if whole { content.as_str() } else { content.trim() };
        Some(ArgKind::Const(match base {
            "number" => Const::Number(content.parse().ok()?),
            "unsigned" => Const::Unsigned(content.trim_end_matches('u').parse().ok()?),
            "float" => {
                content.parse::<f64>().ok()?;
                Const::Float(content.to_owned())
            }
            _ => Const::Text(content.to_owned()),
        }))
    }

    /// A text in quotation marks, where one is next: it may have commas and brackets in it, and `\\"`.
    fn quoted(&mut self) -> Option<String> {
        let rest = self.rest().strip_prefix('"')?;
        let (mut text, mut chars) = (String::new(), rest.char_indices());
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += at + 2;
                    return Some(text);
                }
                '\\' if rest[at + 1..].starts_with('"') => text.extend(chars.next().map(|(_, c)| c)),
                c => text.push(c),
            }
        }
        None
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// Takes `mark` and the blanks before it, if it is next.
    fn takes(&mut self, mark: &str) -> bool {
        let before = self.at;
        self.blanks();
        let found = self.rest().starts_with(mark);
        self.at = if found { self.at + mark.len() } else { before };
        found
    }

    fn word(&mut self) -> String {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_alphanumeric() && !"_?.".contains(c)).unwrap_or(rest.len());
        let word = rest[..end].to_owned();
        self.at += end;
        word
    }
}
