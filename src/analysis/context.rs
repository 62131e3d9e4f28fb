//! [`Relations`]: every relation of a program, where its rows come from, and what its columns are.

use std::collections::BTreeMap;

use super::infer::{Infer, Node, Origin};
use super::resolve::Place;
use super::types::Types;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::facts::store::{Store, Table};
use crate::ir::{RelationId, TypeId};
use crate::source::Span;
use crate::syntax::ast::Name;
use crate::text;

/// Every relation, by [`RelationId`].
#[derive(Debug, Default)]
pub(super) struct Relations {
    pub(super) list: Vec<Relation>,
    names: BTreeMap<String, RelationId>,
}

/// One relation.
#[derive(Debug)]
pub(super) struct Relation {
    pub(super) name: String,
    /// The documentation of its declaration.
    pub(super) doc: String,
    /// The name in its declaration or first head.
    pub(super) span: Span,
    /// Declared columns, then those that every fact row has.
    pub(super) columns: Vec<Column>,
    pub(super) arity: usize,
    /// Some rule has it as its head.
    pub(super) derived: bool,
    /// Its table in the store.
    pub(super) table: Option<usize>,
    /// Its rows and file, when facts were loaded into it.
    pub(super) loaded: Option<Loaded>,
    pub(super) equivalence: bool,
    pub(super) choice: Vec<Vec<usize>>,
    pub(super) limit: Option<u64>,
    /// Columns that say which row is meant; the first when empty.
    pub(super) key: Vec<usize>,
    /// The card whose findings it holds.
    pub(super) card: Option<usize>,
    /// Whether the text that gives it its columns was wrong: nobody knows which it has.
    pub(super) doubtful: bool,
}

/// What was loaded into a relation.
#[derive(Clone, Debug)]
pub(super) struct Loaded {
    pub(super) rows: u32,
    pub(super) sources: Vec<String>,
}

/// One column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) declared: Option<TypeId>,
    pub(super) node: Node,
    /// What people call it beside its name.
    pub(super) called: Vec<String>,
}

impl Relations {
    /// Adds a relation; its name must be new.
    pub(super) fn add(&mut self, relation: Relation) -> RelationId {
        let id = RelationId(u32::try_from(self.list.len()).expect("fewer than 2^32 relations"));
        self.names.insert(relation.name.clone(), id);
        self.list.push(relation);
        id
    }

    /// The names of all relations and their columns.
    pub(super) fn names(&self) -> Vec<(String, Vec<String>)> {
        let columns = |relation: &Relation| relation.columns.iter().map(|column| column.name.clone()).collect();
        self.list.iter().map(|relation| (relation.name.clone(), columns(relation))).collect()
    }

    /// The relation of that name.
    pub(super) fn id(&self, name: &str) -> Option<RelationId> {
        self.names.get(name).copied()
    }

    pub(super) fn get(&self, id: RelationId) -> &Relation {
        &self.list[id.index()]
    }

    pub(super) fn get_mut(&mut self, id: RelationId) -> &mut Relation {
        &mut self.list[id.index()]
    }

    /// Whether its rows have an identity: facts only.
    pub(super) fn has_rows(&self, id: RelationId) -> bool {
        let relation = self.get(id);
        relation.table.is_some() && !relation.derived
    }

    /// The position of that column.
    pub(super) fn find_column(&self, id: RelationId, name: &str) -> Option<usize> {
        self.get(id).columns.iter().position(|column| column.name == name)
    }

    pub(super) fn column_node(&self, place: Place) -> Node {
        self.get(place.relation).columns[place.column].node
    }

    /// The declared type of a column.
    pub(super) fn declared(&self, place: Place) -> Option<TypeId> {
        self.get(place.relation).columns[place.column].declared
    }

    /// `node` stands in that column.
    pub(super) fn join(&self, infer: &mut Infer, node: Node, place: Place, span: Span) {
        match self.declared(place) {
            _ if self.get(place.relation).doubtful => {
                let open = infer.open();
                infer.unify(node, open, span);
            }
            Some(ty) => infer.know(node, ty, Origin { span, column: Some(place) }),
            None => infer.unify(node, self.column_node(place), span),
        }
    }

    /// There is no relation of that name.
    pub(super) fn unknown(&self, name: &Name) -> Diagnostic {
        let text = &name.text;
        let near = nearest(text, self.names.keys().map(String::as_str));
        let complaint =
            Diagnostic::error(Code::UnknownRelation, text!("没有名为 `{text}` 的表", "there is no relation `{text}`"))
                .at(name.span);
        let Some(near) = near else {
            // `项目`: the documentation of `project` begins with it.
            let place = |relation: &Relation| relation.doc.find(text.as_str()).filter(|_| !text.is_ascii());
            let about = self.list.iter().filter_map(|relation| Some((place(relation)?, relation)));
            let is_empty =
                |relation: &Relation| relation.loaded.as_ref().is_none_or(|loaded| loaded.sources.is_empty());
            let meant = about.min_by_key(|(place, relation)| (*place, is_empty(relation), relation.name.len()));
            if let Some((_, relation)) = meant {
                let (meant, doc) = (&relation.name, relation.doc.lines().next().unwrap_or_default());
                return complaint.help(text!("是否 `{meant}`？{doc}", "did you mean `{meant}`? {doc}"));
            }
            if self.list.is_empty() {
                return complaint.help(text!("先声明它：`.decl {text}(…)`", "declare it first: `.decl {text}(…)`"));
            }
            let list = columns_list(self.names.keys().map(String::as_str));
            return complaint.help(text!("有：{list}", "there are: {list}"));
        };
        let relation = self.id(near).map(|id| self.get(id));
        let (zh, en) = relation.map(Relation::where_from).unwrap_or_default();
        complaint.help(text!("最接近的是 `{near}`{zh}", "the nearest is `{near}`{en}")).fix(name.span, near)
    }

    /// The column of a relation that has that name, or is called so.
    pub(super) fn column_meant(&self, id: RelationId, name: &str) -> Option<&str> {
        let relation = self.get(id);
        let named = relation.columns.iter().find(|column| column.name == name).map(|column| column.name.as_str());
        named.or_else(|| relation.column_called(name).map(|(column, _)| column))
    }

    /// A relation has no column of that name.
    pub(super) fn unknown_column(&self, id: RelationId, column: &Name) -> Diagnostic {
        let relation = self.get(id);
        let (name, text) = (&relation.name, &column.text);
        let names = || relation.columns.iter().map(|column| column.name.as_str());
        let complaint = Diagnostic::error(
            Code::UnknownColumn,
            text!("`{name}` 没有列 `{text}`", "`{name}` has no column `{text}`"),
        )
        .at(column.span)
        .secondary(relation.span, text!("`{name}` 在这里声明", "`{name}` is declared here"));
        let list = columns_list(names());
        if let Some((meant, called)) = relation.column_called(text) {
            let help = text!("“{called}”在规则里叫 `{meant}`", "“{called}” is called `{meant}` in rules");
            return complaint.help(help).fix(column.span, meant);
        }
        match nearest(text, names()) {
            Some(near) => complaint
                .help(text!(
                    "是否 `{near}`？`{name}` 的列：{list}",
                    "did you mean `{near}`? Columns of `{name}`: {list}"
                ))
                .fix(column.span, near),
            None => complaint.help(text!("`{name}` 的列：{list}", "columns of `{name}`: {list}")),
        }
    }

    /// An atom with another number of arguments than columns.
    pub(super) fn wrong_arity(&self, id: RelationId, span: Span, given: usize) -> Diagnostic {
        let relation = self.get(id);
        let (name, arity) = (&relation.name, relation.arity);
        let list = columns_list(relation.columns.iter().take(arity).map(|column| column.name.as_str()));
        let complaint = Diagnostic::error(
            Code::WrongArity,
            text!(
                "`{name}` 有 {arity} 列（{list}），这里给了 {given} 个",
                "`{name}` has {arity} columns ({list}), {given} are given here"
            ),
        )
        .at(span)
        .secondary(relation.span, text!("`{name}` 在这里声明", "`{name}` is declared here"));
        if self.has_rows(id) {
            let first = relation.columns.first().map_or("", |column| column.name.as_str());
            return complaint.help(text!(
                "按名写：`p in {name}`，再用 `p.{first}`",
                "name what you need: `p in {name}`, then `p.{first}`"
            ));
        }
        complaint
    }
}

impl Relation {
    /// The column that people call so, and the whole of what they call it.
    fn column_called(&self, text: &str) -> Option<(&str, &str)> {
        let called = || {
            self.columns
                .iter()
                .flat_map(|column| column.called.iter().map(|name| (column.name.as_str(), name.as_str())))
        };
        let exactly = called().find(|(_, name)| *name == text);
        exactly.or_else(|| called().find(|(_, name)| !text.is_ascii() && name.starts_with(text)))
    }

    /// `（budget.csv 载入，23 行）`
    fn where_from(&self) -> (String, String) {
        match &self.loaded {
            Some(loaded) if !loaded.sources.is_empty() => {
                let (rows, from) = (loaded.rows, loaded.sources.join("、"));
                (format!("（{from} 载入，{rows} 行）"), format!(" (loaded from {from}, {rows} rows)"))
            }
            _ => Default::default(),
        }
    }
}

/// What was loaded into the table at `position`.
pub(super) fn loaded(store: &Store, position: usize, sources: &crate::source::SourceMap) -> Loaded {
    let table: &Table = &store.tables[position];
    let mut files: Vec<String> = Vec::new();
    for source in &table.sources {
        let name = sources.file(source.file).name();
        let short = name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned();
        if !files.contains(&short) {
            files.push(short);
        }
    }
    Loaded { rows: table.rows, sources: files }
}

/// The unit in which a column's amounts are shown: that of the first source that has the column.
pub(super) fn money_type(types: &mut Types, store: &Store, table: usize, column: usize) -> TypeId {
    let unit = store.tables[table]
        .sources
        .iter()
        .find(|source| source.headers.get(column).is_none_or(Option::is_some))
        .and_then(|source| source.precision.get(column))
        .map(|precision| precision.unit)
        .unwrap_or_default();
    types.money(unit)
}

/// Names for a help, at most twelve.
pub(super) fn columns_list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    let mut list = names.iter().take(12).copied().collect::<Vec<_>>().join(", ");
    if names.len() > 12 {
        list.push_str(", …");
    }
    list
}
