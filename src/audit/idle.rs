//! Shipped cards for which nothing was loaded: each asks for a relation of facts that no file feeds, so that it cannot apply,
//! and is known to be right. They are not resolved, which would be a good part of the work of a small audit.
//!
//! Own cards always are: what is wrong with them is to be said whatever was loaded.

use std::collections::{BTreeMap, BTreeSet};

use super::needs::Named;
use super::rules::Rules;
use crate::diagnostic::Text;
use crate::facts::store::{Store, Table};
use crate::syntax::ast::{Body, Item, Literal, Name};
use crate::syntax::walk::{Rewrite, Role};
use crate::text;

/// Why a card cannot apply, and what it would have looked at.
#[derive(Clone, Debug)]
pub struct Idle {
    /// Which relation is not fed, in a sentence.
    pub reason: Text,
    /// How many rows the loaded relations have that it asks about.
    pub rows: u64,
}

/// What to say of a rule that asks for facts which nobody gave.
pub(super) fn not_fed(relation: &str) -> Text {
    text!("没有载入 {relation}", "{relation} is not fed")
}

/// Marks the cards that are idle over these facts.
pub(super) fn mark(rules: &mut Rules, store: &Store) {
    // The rules of components may derive any relation.
    let is_component = |item: &Item| matches!(item, Item::Component(_) | Item::Init(_));
    if rules.programs.iter().flat_map(|program| &program.items).any(is_component) {
        return;
    }
    let (mut asked, mut definitions) = (Named::default(), Definitions::default());
    for item in rules.programs.iter_mut().flat_map(|program| &mut program.items) {
        asked.item(item);
        if let Item::Clause(clause) = item {
            let needs = needs_of(&mut clause.body);
            clause.heads.iter().for_each(|head| definitions.add(&head.relation.text, needs.clone()));
        }
    }
    for loaded in &mut rules.cards {
        asked.card(&mut loaded.tree);
        definitions.add(&loaded.card.relation().text, needs_of(&mut loaded.tree.when));
    }
    let unfed = definitions.unfed(store);
    for loaded in rules.cards.iter_mut().filter(|loaded| loaded.shipped) {
        let name = &loaded.card.relation().text;
        let lacks = unfed.get(name).filter(|_| !asked.0.contains(name));
        loaded.idle = lacks.map(|lacks| Idle { reason: not_fed(lacks), rows: definitions.rows(name, store) });
    }
}

/// A relation that conditions ask about, or several ways to go on of which one is enough.
#[derive(Clone)]
enum Need {
    Relation(String),
    OneOf(Vec<Vec<Need>>),
}

/// What conditions ask about, in the order in which it is written.
fn needs_of(body: &mut Body) -> Vec<Need> {
    struct Pass(Vec<Need>);
    impl Rewrite for Pass {
        fn name(&mut self, role: Role, name: &mut Name) {
            if role == Role::Relation {
                self.0.push(Need::Relation(name.text.clone()));
            }
        }

        fn body(&mut self, body: &mut Body) {
            let before = std::mem::take(&mut self.0);
            let mut each = |conjunction: &mut Vec<Literal>| {
                conjunction.iter_mut().for_each(|literal| self.literal(literal));
                std::mem::take(&mut self.0)
            };
            let ways: Vec<Vec<Need>> = body.alternatives.iter_mut().map(&mut each).collect();
            self.0 = before;
            self.0.push(Need::OneOf(ways));
        }
    }
    let mut pass = Pass(Vec::new());
    pass.body(body);
    pass.0
}

/// The relation of facts, of those that are not fed, that keeps conditions from being met.
fn lacking<'u>(needs: &[Need], unfed: &'u BTreeMap<String, String>) -> Option<&'u String> {
    needs.iter().find_map(|need| match need {
        Need::Relation(name) => unfed.get(name),
        Need::OneOf(ways) => {
            let lacking: Option<Vec<&String>> = ways.iter().map(|way| lacking(way, unfed)).collect();
            lacking?.first().copied()
        }
    })
}

/// What derives each relation: the bodies of clauses, and the conditions of cards.
#[derive(Default)]
struct Definitions(BTreeMap<String, Vec<Vec<Need>>>);

impl Definitions {
    fn add(&mut self, relation: &str, needs: Vec<Need>) {
        self.0.entry(relation.to_owned()).or_default().push(needs);
    }

    /// For each relation that can have no rows because facts are not fed, the relation of these facts.
    fn unfed(&self, store: &Store) -> BTreeMap<String, String> {
        let tables = store.tables.iter().filter(|table| table.sources.is_empty());
        let mut unfed: BTreeMap<String, String> =
            tables.map(|table| (table.name.clone(), table.name.clone())).collect();
        let is_table = |name: &str| store.tables.iter().any(|table| table.name == name);
        loop {
            let before = unfed.len();
            for (name, all) in self.0.iter().filter(|(name, _)| !is_table(name)) {
                if let Some(Some(lacks)) = all.iter().map(|needs| lacking(needs, &unfed)).reduce(Option::and) {
                    let lacks = lacks.clone();
                    unfed.insert(name.clone(), lacks);
                }
            }
            if unfed.len() == before {
                return unfed;
            }
        }
    }

    /// How many rows of facts there are in what the definitions of a relation ask about, however indirectly.
    fn rows(&self, relation: &str, store: &Store) -> u64 {
        let (mut reached, mut open) = (BTreeSet::new(), vec![relation]);
        while let Some(name) = open.pop() {
            for needs in self.0.get(name).into_iter().flatten() {
                names(needs, &mut |name| {
                    if reached.insert(name) {
                        open.push(name);
                    }
                });
            }
        }
        let rows = |table: &Table| if reached.contains(table.name.as_str()) { u64::from(table.rows) } else { 0 };
        store.tables.iter().map(rows).sum()
    }
}

/// Shows every relation in needs.
fn names<'n>(needs: &'n [Need], see: &mut dyn FnMut(&'n str)) {
    for need in needs {
        match need {
            Need::Relation(name) => see(name),
            Need::OneOf(ways) => ways.iter().for_each(|way| names(way, see)),
        }
    }
}
