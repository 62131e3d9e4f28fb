//! Which cards a card needs: those whose relations it names, and what these need in turn.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::Rules;
use crate::analysis::{Piece, TemplateSource};
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
            let card = &loaded.card;
            positions
                .entry(card.name.as_ref().map_or(card.code.text.as_str(), |name| &name.text))
                .or_default()
                .push(at);
        }
        let cards =
            |named: Named| named.0.iter().flat_map(|name| positions.get(name.as_str())).flatten().copied().collect();
        let direct = rules.cards.iter().map(|loaded| {
            let tree = &loaded.tree;
            let mut named = Named::default();
            named.body(&mut tree.when.clone());
            tree.severity.iter().filter_map(|case| case.when.clone()).for_each(|mut when| named.body(&mut when));
            let templates = tree.labels.iter().map(|label| &label.text).chain(&tree.help).chain([&tree.message]);
            templates.for_each(|template| named.template(template));
            cards(named)
        });
        let direct = direct.collect();
        let mut named = Named::default();
        for item in rules.programs.iter().flat_map(|program| &program.items) {
            named.item(item);
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
    fn template(&mut self, template: &TemplateSource) {
        for piece in &template.pieces {
            if let Piece::Hole(arg, _) = piece {
                walk::arg(self, &mut arg.clone());
            }
        }
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Clause(clause) => {
                clause.heads.iter().for_each(|head| walk::atom(self, &mut head.clone()));
                self.body(&mut clause.body.clone());
            }
            Item::Component(component) => component.items.iter().for_each(|item| self.item(item)),
            _ => {}
        }
    }
}
