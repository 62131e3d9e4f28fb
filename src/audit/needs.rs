//! Which cards a card needs: those whose relations it names, and what these need in turn.

use std::collections::{BTreeMap, BTreeSet};

use super::card::CardTree;
use super::rules::Rules;
use crate::syntax::ast::{Item, Name};
use crate::syntax::walk::{self, Rewrite, Role};

/// For each card, by position, the cards that its rules cannot do without.
#[derive(Debug)]
pub(super) struct Needs {
    direct: Vec<BTreeSet<usize>>,
    /// Those that shared definitions name, which every card may use.
    shared: BTreeSet<usize>,
}

impl Needs {
    pub(super) fn of(rules: &Rules) -> Self {
        let mut positions: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, loaded) in rules.cards.iter().enumerate() {
            positions.entry(loaded.card.relation().text.as_str()).or_default().push(at);
        }
        let cards =
            |named: Named| named.0.iter().flat_map(|name| positions.get(name.as_str())).flatten().copied().collect();
        let direct = rules.cards.iter().map(|loaded| {
            let mut named = Named::default();
            named.card(&mut loaded.tree.clone());
            cards(named)
        });
        let direct = direct.collect();
        let mut named = Named::default();
        for item in rules.programs.iter().flat_map(|program| &program.items) {
            named.item(&mut item.clone());
        }
        Self { direct, shared: cards(named) }
    }

    /// The card at `at` and what it needs, in their order.
    pub(super) fn closure(&self, at: usize) -> Vec<usize> {
        let mut wanted = BTreeSet::new();
        let mut open: Vec<usize> = self.shared.iter().copied().chain([at]).collect();
        while let Some(next) = open.pop() {
            if wanted.insert(next) {
                open.extend(&self.direct[next]);
            }
        }
        wanted.into_iter().collect()
    }
}

/// The names of relations in what was walked.
#[derive(Default)]
struct Named(BTreeSet<String>);

impl Rewrite for Named {
    fn name(&mut self, role: Role, name: &mut Name) {
        if role == Role::Relation {
            self.0.insert(name.text.clone());
        }
    }
}

impl Named {
    fn card(&mut self, tree: &mut CardTree) {
        self.body(&mut tree.when);
        tree.walk_words(self);
    }

    fn item(&mut self, item: &mut Item) {
        match item {
            Item::Clause(clause) => walk::clause(self, clause),
            Item::Component(component) => component.items.iter_mut().for_each(|item| self.item(item)),
            _ => {}
        }
    }
}
