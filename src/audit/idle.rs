//! Shipped cards for which nothing was loaded: each asks for a relation of facts that no file feeds, so that it cannot apply,
//! and is known to be right. They are not resolved, which would be a good part of the work of a small audit.
//!
//! Own cards always are: what is wrong with them is to be said whatever was loaded. The walk that finds this also sees which
//! clauses and patterns the other cards come to.

use rustc_hash::FxHashMap;

use super::rules::{LoadedCard, Rules};
use crate::diagnostic::Text;
use crate::facts::store::{Store, Table};
use crate::syntax::ast::{ArgKind, Atom, Body, Call, Clause, Const, In, Item, Literal, Name, Source};
use crate::syntax::walk::{self, Rewrite, Role};
use crate::text;
use crate::value::functions::text::Pattern;

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

/// Marks the cards that are idle over these facts. Where all rules are shipped, clauses that no other card comes to are left
/// out with them; beside own rules they stay, since complaints name what there is. The patterns of what is left are given.
pub(super) fn mark(rules: &mut Rules, store: &Store) -> Vec<Pattern> {
    // The rules of components may derive any relation.
    let is_component = |item: &Item| matches!(item, Item::Component(_) | Item::Init(_));
    if rules.programs.iter().flat_map(|program| &program.items).any(is_component) {
        return Vec::new();
    }
    let mut definitions = Definitions::default();
    for item in rules.programs.iter_mut().flat_map(|program| &mut program.items) {
        if let Item::Clause(clause) = item {
            definitions.clause(clause);
        }
    }
    let cards: Vec<usize> = rules.cards.iter_mut().map(|loaded| definitions.card(loaded)).collect();
    let unfed = definitions.unfed(store);
    for (loaded, name) in rules.cards.iter_mut().zip(&cards).filter(|(loaded, _)| loaded.shipped) {
        let lacks = unfed[*name].filter(|_| !definitions.asked[*name]);
        let idle = |lacks: usize| Idle {
            reason: not_fed(definitions.names[lacks].as_str()),
            rows: definitions.rows(*name, store),
        };
        loaded.idle = lacks.map(idle);
    }
    let applying = rules.cards.iter().zip(cards).filter(|(loaded, _)| loaded.idle.is_none());
    let reached = definitions.reached(applying.map(|(_, name)| name));
    if rules.only_shipped {
        let is_reached = |head: &Atom| definitions.numbers.get(&head.relation.text).is_some_and(|name| reached[*name]);
        for program in &mut rules.programs {
            program.items.retain(|item| !matches!(item, Item::Clause(clause) if !clause.heads.iter().any(is_reached)));
        }
    }
    definitions.patterns(&reached)
}

/// What conditions come to: a relation that is named, by number, several ways to go on of which one is enough, or a pattern.
#[derive(Clone)]
enum Need {
    Relation(usize),
    OneOf(Vec<Vec<Need>>),
    Pattern(Pattern),
}

/// What derives each relation: the bodies of clauses, and the conditions of cards. Relations are numbered.
#[derive(Default)]
struct Definitions {
    numbers: FxHashMap<String, usize>,
    names: Vec<String>,
    /// By relation: what each of its bodies asks about.
    bodies: Vec<Vec<Vec<Need>>>,
    /// By relation: what cards of that name ask about elsewhere.
    beside: Vec<Vec<Need>>,
    /// By relation: whether anything names it, except as the name of a card.
    asked: Vec<bool>,
}

/// What is named, in the order in which it is written.
struct Pass<'d> {
    definitions: &'d mut Definitions,
    needs: Vec<Need>,
}

impl Rewrite for Pass<'_> {
    fn name(&mut self, role: Role, name: &mut Name) {
        if role == Role::Relation {
            let number = self.definitions.number(&name.text);
            self.definitions.asked[number] = true;
            self.needs.push(Need::Relation(number));
        }
    }

    fn body(&mut self, body: &mut Body) {
        let before = std::mem::take(&mut self.needs);
        let mut each = |conjunction: &mut Vec<Literal>| {
            conjunction.iter_mut().for_each(|literal| self.literal(literal));
            std::mem::take(&mut self.needs)
        };
        let ways: Vec<Vec<Need>> = body.alternatives.iter_mut().map(&mut each).collect();
        self.needs = before;
        self.needs.push(Need::OneOf(ways));
    }

    fn literal(&mut self, literal: &mut Literal) {
        self.needs.extend(pattern(literal).map(Need::Pattern));
        walk::literal(self, literal);
    }
}

impl Definitions {
    fn number(&mut self, name: &str) -> usize {
        if let Some(known) = self.numbers.get(name) {
            return *known;
        }
        let number = self.names.len();
        self.numbers.insert(name.to_owned(), number);
        self.names.push(name.to_owned());
        self.bodies.push(Vec::new());
        self.beside.push(Vec::new());
        self.asked.push(false);
        number
    }

    /// What `walk` comes by.
    fn needs(&mut self, walk: impl FnOnce(&mut Pass<'_>)) -> Vec<Need> {
        let mut pass = Pass { definitions: self, needs: Vec::new() };
        walk(&mut pass);
        pass.needs
    }

    fn clause(&mut self, clause: &mut Clause) {
        let needs = self.needs(|pass| pass.body(&mut clause.body));
        for head in clause.heads.iter_mut().chain(&mut clause.subsumes) {
            self.needs(|pass| pass.atom(head));
            let name = self.number(&head.relation.text);
            self.bodies[name].push(needs.clone());
        }
    }

    /// The number of the card's relation.
    fn card(&mut self, loaded: &mut LoadedCard) -> usize {
        let needs = self.needs(|pass| pass.body(&mut loaded.tree.when));
        let beside = self.needs(|pass| loaded.tree.walk_words(pass));
        let name = self.number(&loaded.card.relation().text);
        self.bodies[name].push(needs);
        self.beside[name].extend(beside);
        name
    }

    /// For each relation that can have no rows because facts are not fed, the relation of these facts.
    fn unfed(&self, store: &Store) -> Vec<Option<usize>> {
        let mut unfed = vec![None; self.names.len()];
        let mut is_table = vec![false; self.names.len()];
        for table in &store.tables {
            if let Some(number) = self.numbers.get(&table.name) {
                is_table[*number] = true;
                unfed[*number] = table.sources.is_empty().then_some(*number);
            }
        }
        loop {
            let mut found = false;
            for (name, bodies) in self.bodies.iter().enumerate() {
                if is_table[name] || unfed[name].is_some() {
                    continue;
                }
                if let Some(Some(lacks)) = bodies.iter().map(|needs| lacking(needs, &unfed)).reduce(Option::and) {
                    unfed[name] = Some(lacks);
                    found = true;
                }
            }
            if !found {
                return unfed;
            }
        }
    }

    /// Of each relation, whether one comes to it from these cards, however indirectly.
    fn reached(&self, cards: impl Iterator<Item = usize>) -> Vec<bool> {
        let mut open: Vec<usize> = Vec::new();
        for card in cards {
            open.push(card);
            names(&self.beside[card], &mut |name| open.push(name));
        }
        self.reached_from(open)
    }

    /// The patterns in the bodies of these relations.
    fn patterns(&self, of: &[bool]) -> Vec<Pattern> {
        let mut patterns = Vec::new();
        for needs in self.bodies.iter().zip(of).filter(|(_, is_asked)| **is_asked).flat_map(|(bodies, _)| bodies) {
            each(needs, &mut |need| {
                if let Need::Pattern(pattern) = need {
                    patterns.push(pattern.clone());
                }
            });
        }
        patterns
    }

    fn reached_from(&self, mut open: Vec<usize>) -> Vec<bool> {
        let mut reached = vec![false; self.names.len()];
        while let Some(name) = open.pop() {
            if !std::mem::replace(&mut reached[name], true) {
                self.bodies[name].iter().for_each(|needs| names(needs, &mut |name| open.push(name)));
            }
        }
        reached
    }

    /// How many rows of facts there are in what the definitions of a relation ask about, however indirectly.
    fn rows(&self, relation: usize, store: &Store) -> u64 {
        let reached = self.reached_from(vec![relation]);
        let is_reached = |table: &&Table| self.numbers.get(&table.name).is_some_and(|name| reached[*name]);
        store.tables.iter().filter(is_reached).map(|table| u64::from(table.rows)).sum()
    }
}

/// The pattern that a condition states.
fn pattern(literal: &Literal) -> Option<Pattern> {
    let text = |call: &Call, at: usize| match call.args.get(at).map(|arg| &arg.kind) {
        Some(ArgKind::Const(Const::Text(text))) => Some(text.clone()),
        _ => None,
    };
    match literal {
        Literal::Test(call) if call.name.text == "match" => text(call, 0).map(Pattern::Whole),
        Literal::In(In { source: Source::Function(call), .. }) if call.name.text == "captures" => {
            text(call, 1).map(Pattern::Part)
        }
        _ => None,
    }
}

/// The relation of facts, of those that are not fed, that keeps conditions from being met.
fn lacking(needs: &[Need], unfed: &[Option<usize>]) -> Option<usize> {
    needs.iter().find_map(|need| match need {
        Need::Relation(name) => unfed[*name],
        Need::OneOf(ways) => {
            let lacking: Option<Vec<usize>> = ways.iter().map(|way| lacking(way, unfed)).collect();
            lacking?.first().copied()
        }
        Need::Pattern(_) => None,
    })
}

/// Shows every relation in needs.
fn names(needs: &[Need], see: &mut dyn FnMut(usize)) {
    each(needs, &mut |need| {
        if let Need::Relation(name) = need {
            see(*name);
        }
    });
}

/// Shows all needs, those of every way in their place.
fn each<'n>(needs: &'n [Need], see: &mut dyn FnMut(&'n Need)) {
    for need in needs {
        match need {
            Need::OneOf(ways) => ways.iter().for_each(|way| each(way, see)),
            one => see(one),
        }
    }
}
