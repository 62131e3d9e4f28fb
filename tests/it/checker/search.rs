//! Looking for what a negation excludes, and for all that an aggregate adds: every row of facts and every derived row is
//! tried. The rows of derived relations are taken as the rules gave them.

use std::collections::BTreeMap;

use num_rational::BigRational;
use serde_json::Value as Json;

use super::values::{Val, places, same, unit, unquoted, value};
use super::{At, Known, Names, compares, evaluate, functions};

/// All rows: `{ facts: { relation: [row] }, derived: { relation: [row] } }`.
pub(crate) struct Ground<'g> {
    facts: BTreeMap<&'g str, &'g [Json]>,
    derived: BTreeMap<&'g str, &'g [Json]>,
}

/// What a search came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// So many solutions.
    pub(super) certain: usize,
    /// Some hang on a cell without a value, or on what is not computed here.
    pub(super) unknown: bool,
    /// Rows of derived relations were taken as given.
    pub(super) given: bool,
}

impl<'g> Ground<'g> {
    pub(crate) fn of(json: &'g Json) -> Self {
        let rows = |name: &str| {
            let relations = json[name].as_object().unwrap().iter();
            relations.map(|(relation, rows)| (relation.as_str(), rows.as_array().unwrap().as_slice())).collect()
        };
        Self { facts: rows("facts"), derived: rows("derived") }
    }

    /// Whether a derived row is there.
    pub(super) fn has(&self, relation: &str, row: &[&Json]) -> bool {
        let same = |other: &Json| other.as_array().is_some_and(|other| other.iter().eq(row.iter().copied()));
        self.derived.get(relation).is_some_and(|rows| rows.iter().any(same))
    }

    /// Half a unit of the last place that the finest cell of the column writes, in the table that the row was printed in;
    /// none where cells have units of their own.
    pub(super) fn precision(&self, at: &At) -> Option<BigRational> {
        let rows = self.facts.get(at.relation.as_str())?;
        let own = rows.get(usize::try_from(at.row).ok()?.checked_sub(1)?)?;
        let beside =
            rows.iter().filter(|row| ["table", "file"].iter().all(|name| row["about"][*name] == own["about"][*name]));
        let cells = beside.map(|row| &row["cells"][&at.column]).filter(|cell| !cell["value"].is_null());
        let finest = cells.map(|cell| places(&unquoted(cell["text"].as_str()?))).collect::<Option<Vec<u32>>>()?;
        let scale = num_bigint::BigInt::from(10).pow(finest.into_iter().max()?);
        let unit = unit(own["cells"][&at.column]["unit"].as_str()?);
        Some(BigRational::new(1.into(), 2.into()) * unit / BigRational::from_integer(scale))
    }

    /// How often all conditions hold together.
    pub(super) fn search(&self, body: &[Json], names: &Names) -> Found {
        let mut found = Found::default();
        let open: Vec<&Json> = body.iter().collect();
        self.solve(&open, names, false, &mut found);
        found
    }

    fn solve(&self, open: &[&Json], names: &Names, unknown: bool, found: &mut Found) {
        let Some(at) = next(open, names) else {
            if !open.is_empty() || unknown {
                found.unknown = true;
            } else {
                found.certain += 1;
            }
            return;
        };
        let rest: Vec<&Json> = open.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, it)| *it).collect();
        let condition = open[at];
        match condition["kind"].as_str().unwrap() {
            "row" => self.rows(condition, names, &mut |inner, doubt| self.solve(&rest, inner, unknown || doubt, found)),
            "derived" => {
                found.given = true;
                let name = condition["relation"].as_str().unwrap();
                for row in self.derived.get(name).copied().unwrap_or_default() {
                    let mut inner = names.clone();
                    let terms = condition["row"].as_array().unwrap().iter().zip(row.as_array().unwrap());
                    let fits = terms.filter(|(term, _)| !term.is_null()).all(|(term, held)| {
                        self.unify(term, Known { value: value(held), cell: None }, &mut inner) != Some(false)
                    });
                    if fits {
                        self.solve(&rest, &inner, unknown, found);
                    }
                }
            }
            "named" => {
                let computed = evaluate(&condition["formula"], names, self);
                let known = Known { value: computed.clone().unwrap_or(Val::None), cell: None };
                let mut inner = names.clone();
                inner.insert(condition["name"].as_str().unwrap().to_owned(), known);
                self.solve(&rest, &inner, unknown || computed.is_none(), found);
            }
            _ => match self.holds(condition, names, found) {
                Some(true) => self.solve(&rest, names, unknown, found),
                Some(false) => {}
                None => self.solve(&rest, names, true, found),
            },
        }
    }

    /// Every row of facts that fits, with the names that it gives; and whether that hangs on a cell without a value.
    fn rows(&self, condition: &Json, names: &Names, then: &mut dyn FnMut(&Names, bool)) {
        let relation = condition["relation"].as_str().unwrap();
        let name = condition["name"].as_str();
        let bound = name.and_then(|name| names.get(name)).map(|known| known.value.clone());
        for (row, fact) in (1_u64..).zip(self.facts.get(relation).copied().unwrap_or_default()) {
            if bound.as_ref().is_some_and(|bound| *bound != Val::Row(row)) {
                continue;
            }
            let (mut inner, mut doubt) = (names.clone(), false);
            if let Some(name) = name {
                inner.insert(name.to_owned(), Known { value: Val::Row(row), cell: None });
            }
            let fits = condition["columns"].as_array().unwrap().iter().all(|column| {
                let known = cell(fact, relation, row, column[0].as_str().unwrap());
                let fits = self.unify(&column[1], known, &mut inner);
                doubt |= fits.is_none();
                fits != Some(false)
            });
            if fits {
                then(&inner, doubt);
            }
        }
    }

    /// Whether what is held is what a term asks for; a name that is new stands for it from here on.
    fn unify(&self, term: &Json, held: Known, names: &mut Names) -> Option<bool> {
        let new = term["name"].as_str().filter(|name| !names.contains_key(*name));
        if let Some(name) = new {
            names.insert(name.to_owned(), held);
            return Some(true);
        }
        match (evaluate(term, names, self)?, held.value) {
            (Val::None, _) | (_, Val::None) => None,
            (wanted, held) => Some(same(&wanted, &held)),
        }
    }

    fn holds(&self, condition: &Json, names: &Names, found: &mut Found) -> Option<bool> {
        let evaluated = |formula: &Json| evaluate(formula, names, self).filter(|value| *value != Val::None);
        match condition["kind"].as_str().unwrap() {
            "comparison" => {
                let (left, right) = (evaluated(&condition["left"])?, evaluated(&condition["right"])?);
                let allowance = condition.get("allowance").map(evaluated);
                let allowance = match allowance {
                    Some(None) => return None,
                    Some(Some(allowance)) => Some(allowance),
                    None => None,
                };
                compares(&left, condition["op"].as_str().unwrap(), &right, allowance.as_ref())
            }
            "state" => super::state_holds(condition, names),
            "test" => {
                let args: Option<Vec<Val>> = condition["args"].as_array().unwrap().iter().map(evaluated).collect();
                let said = functions::test(condition["function"].as_str().unwrap(), &args?)?;
                Some(said != condition["negated"].as_bool().unwrap())
            }
            "not" => {
                let inner = self.search(condition["body"].as_array().unwrap(), names);
                found.given |= inner.given;
                if inner.certain > 0 { Some(false) } else { (!inner.unknown).then_some(true) }
            }
            _ => None,
        }
    }
}

/// A cell of a row of facts, or what is known about the row.
fn cell(fact: &Json, relation: &str, row: u64, column: &str) -> Known {
    if let Some(about) = fact["about"].get(column) {
        return Known { value: value(about), cell: None };
    }
    let cell = &fact["cells"][column];
    let text = unquoted(cell["text"].as_str().unwrap());
    let at = At { relation: relation.to_owned(), row, column: column.to_owned() };
    Known { value: value(&cell["value"]), cell: Some((text, unit(cell["unit"].as_str().unwrap()), at)) }
}

/// The condition to try next: one whose names are all known, then rows, then negations; none when nothing can be tried.
fn next(open: &[&Json], names: &Names) -> Option<usize> {
    let kind = |at: &usize| open[*at]["kind"].as_str().unwrap();
    let ready = |at: &usize| match kind(at) {
        "named" => knows(&open[*at]["formula"], names),
        "comparison" => ["left", "right", "allowance"].iter().all(|side| knows(&open[*at][*side], names)),
        "state" => names.contains_key(open[*at]["name"].as_str().unwrap()),
        "test" => open[*at]["args"].as_array().unwrap().iter().all(|arg| knows(arg, names)),
        _ => false,
    };
    let all = || 0..open.len();
    let bound =
        |at: &usize| kind(at) == "row" && open[*at]["name"].as_str().is_some_and(|name| names.contains_key(name));
    all()
        .find(ready)
        .or_else(|| all().find(bound))
        .or_else(|| all().find(|at| matches!(kind(at), "row" | "derived")))
        .or_else(|| all().find(|at| kind(at) == "not"))
}

/// Whether every name of a formula is known.
fn knows(formula: &Json, names: &Names) -> bool {
    if let Some(name) = formula["name"].as_str() {
        return names.contains_key(name);
    }
    formula["call"]["args"].as_array().into_iter().flatten().all(|arg| knows(arg, names))
}
