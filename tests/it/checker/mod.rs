//! A checker of proofs that shares nothing with the engine: it reads `gouji why --json`, takes every cell from its text as
//! written, computes everything again with exact fractions, and compares. What negations say is not there, and whether
//! aggregates left nothing out, is looked for among all rows.
//!
//! What it cannot compute — the amounts that a text speaks of — it takes as said, and counts, by what it was.

mod functions;
mod search;
mod values;

use std::collections::BTreeMap;

use num_rational::BigRational;
use serde_json::Value as Json;

pub(crate) use search::Ground;
use values::{Val, amount, plain_number, same, unit, unquoted, value, whole, zero};

/// What checking came to.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Claims that were computed again and agree.
    pub(crate) checked: usize,
    /// Those among them that hold if derived relations have just the rows that rules gave them.
    pub(crate) given: usize,
    /// Claims that were taken as said, by kind.
    pub(crate) trusted: BTreeMap<String, usize>,
    /// Claims that do not hold.
    pub(crate) wrong: Vec<String>,
}

/// A cell: its relation, row and column.
#[derive(Clone, Debug, PartialEq)]
struct At {
    relation: String,
    row: u64,
    column: String,
}

/// What is known of a name: its value, and the text, the unit and the place of the cell that it is, if it is one.
#[derive(Clone, Debug)]
struct Known {
    value: Val,
    cell: Option<(String, BigRational, At)>,
}

type Names = BTreeMap<String, Known>;

/// Checks one proof after the other.
pub(crate) struct Checker<'g> {
    ground: &'g Ground<'g>,
    pub(crate) tally: Tally,
}

/// Checks every proof of a document that stands on these rows.
pub(crate) fn check(document: &Json, ground: &Json) -> Tally {
    let ground = Ground::of(ground);
    let mut checker = Checker::new(&ground);
    document["proofs"].as_array().unwrap().iter().for_each(|proof| checker.proof(&proof["proof"]));
    checker.tally
}

fn kind(node: &Json) -> &str {
    node["claim"]["kind"].as_str().unwrap_or("")
}

fn below(node: &Json) -> &[Json] {
    node["because"].as_array().map_or(&[], Vec::as_slice)
}

impl Tally {
    fn say(&mut self, holds: Option<bool>, node: &Json) {
        match holds {
            Some(true) => self.checked += 1,
            Some(false) => self.wrong.push(format!("{} — {}", node["text"].as_str().unwrap_or(""), node["claim"])),
            None => {
                let of = node["claim"]["function"].as_str().unwrap_or_else(|| kind(node));
                *self.trusted.entry(of.to_owned()).or_default() += 1;
            }
        }
    }
}

impl<'g> Checker<'g> {
    pub(crate) fn new(ground: &'g Ground<'g>) -> Self {
        Self { ground, tally: Tally::default() }
    }

    /// Checks one proof.
    pub(crate) fn proof(&mut self, proof: &Json) {
        assert_eq!(kind(proof), "rule", "a proof begins with a rule: {}", proof["text"]);
        self.rule(proof);
    }

    /// A rule: what its conditions say is collected, each is checked, and the row must be what they give.
    fn rule(&mut self, node: &Json) {
        let mut names = Names::new();
        self.conditions(below(node), &mut names);
        for said in node["claim"]["row"].as_array().unwrap() {
            self.say(self.agrees(said, &names), node);
        }
    }

    fn say(&mut self, holds: Option<bool>, node: &Json) {
        self.tally.say(holds, node);
    }

    /// Names are given first, since conditions stand in the order in which they were written; each giver is checked too.
    fn conditions(&mut self, nodes: &[Json], names: &mut Names) {
        for node in nodes {
            self.collect(node, names);
        }
        for node in nodes {
            self.condition(node, names);
        }
    }

    fn give(&mut self, name: &Json, known: Known, (node, names): (&Json, &mut Names)) {
        let Some(name) = name.as_str() else { return };
        match names.get(name) {
            // A join: both must say the same.
            Some(other) => self.tally.say(Some(same(&other.value, &known.value)), node),
            None => drop(names.insert(name.to_owned(), known)),
        }
    }

    fn collect(&mut self, node: &Json, names: &mut Names) {
        let claim = &node["claim"];
        let plain = |value: Val| Known { value, cell: None };
        match kind(node) {
            "row" => self.collect_row(node, names),
            "named" | "aggregate" => self.give(&claim["name"], plain(value(&claim["value"])), (node, names)),
            "generated" => {
                for column in claim["row"].as_array().unwrap() {
                    let name = format!("{}.{}", claim["name"].as_str().unwrap(), column[0].as_str().unwrap());
                    self.give(&Json::String(name), plain(value(&column[1])), (node, names));
                }
            }
            "derived" => {
                for column in claim["row"].as_array().unwrap() {
                    if let Some(name) = column[1].get("name") {
                        self.give(name, plain(value(&column[0])), (node, names));
                    }
                }
            }
            _ => {}
        }
    }

    fn collect_row(&mut self, node: &Json, names: &mut Names) {
        let claim = &node["claim"];
        let (relation, row) = (claim["relation"].as_str().unwrap().to_owned(), claim["row"].as_u64().unwrap());
        self.give(&claim["name"], Known { value: Val::Row(row), cell: None }, (node, names));
        for about in claim["about"].as_array().into_iter().flatten() {
            self.give(&about[0], Known { value: value(&about[1]), cell: None }, (node, names));
        }
        for cell in below(node) {
            let text = unquoted(cell["place"]["text"].as_str().unwrap_or(""));
            let column = cell["claim"]["column"].as_str().unwrap().to_owned();
            let at = At { relation: relation.clone(), row, column };
            let unit = unit(cell["claim"]["unit"].as_str().unwrap_or("元"));
            let known = Known { value: value(&cell["claim"]["value"]), cell: Some((text, unit, at)) };
            self.give(&cell["claim"]["name"], known, (cell, names));
        }
    }

    fn condition(&mut self, node: &Json, names: &Names) {
        let claim = &node["claim"];
        match kind(node) {
            "row" => below(node).iter().for_each(|cell| self.say(cell_holds(cell), cell)),
            "named" => {
                let computed = evaluate(&claim["formula"], names, self.ground);
                self.say(computed.map(|computed| same(&computed, &value(&claim["value"]))), node);
            }
            "comparison" => self.comparison(node, names),
            "aggregate" => self.aggregate(node, names),
            "generated" => self.say(generated_holds(node, names, self.ground), node),
            "derived" => self.derived(node),
            "state" => self.say(state_holds(claim, names), node),
            "absent" => {
                for given in claim["given"].as_array().unwrap() {
                    let known = names.get(given[0].as_str().unwrap());
                    self.say(known.map(|known| same(&known.value, &value(&given[1]))), node);
                }
                let found = self.ground.search(claim["body"].as_array().unwrap(), names);
                self.tally.given += usize::from(found.given);
                let absent = if found.certain > 0 { Some(false) } else { (!found.unknown).then_some(true) };
                self.say(absent, node);
            }
            "test" => {
                let args = claim["args"].as_array().unwrap();
                args.iter().for_each(|arg| self.say(self.agrees(arg, names), node));
                let args: Vec<Val> = args.iter().map(|arg| value(&arg["value"])).collect();
                let said = functions::test(claim["function"].as_str().unwrap(), &args);
                self.say(said.map(|said| said != claim["negated"].as_bool().unwrap()), node);
            }
            _ => self.say(None, node),
        }
    }

    /// A derived row: what its proof gives, or, where that is not shown, one of those that rules gave.
    fn derived(&mut self, node: &Json) {
        let claim = &node["claim"];
        let own = claim["row"].as_array().unwrap();
        if let [proof] = below(node) {
            let given = proof["claim"]["row"].as_array().unwrap();
            let equal = own.iter().zip(given).all(|(own, given)| own[0] == given["value"]);
            self.say(Some(equal && own.len() == given.len()), node);
            self.rule(proof);
            return;
        }
        self.tally.given += 1;
        let row: Vec<&Json> = own.iter().map(|column| &column[0]).collect();
        self.say(Some(self.ground.has(claim["relation"].as_str().unwrap(), &row)), node);
    }

    /// Whether a value is what its formula gives; none when that cannot be computed here.
    fn agrees(&self, said: &Json, names: &Names) -> Option<bool> {
        Some(same(&evaluate(&said["formula"], names, self.ground)?, &value(&said["value"])))
    }

    fn comparison(&mut self, node: &Json, names: &Names) {
        let claim = &node["claim"];
        let sides = [&claim["left"], &claim["right"]];
        let allowance = claim.get("allowance");
        for side in sides.into_iter().chain(allowance) {
            self.say(self.agrees(side, names), node);
        }
        let [left, right] = sides.map(|side| value(&side["value"]));
        let allowance = allowance.map(|said| value(&said["value"]));
        self.say(compares(&left, claim["op"].as_str().unwrap(), &right, allowance.as_ref()), node);
    }

    /// An aggregate: each part is checked with its own names, what they come to is computed again, and there are as many
    /// as can be found.
    fn aggregate(&mut self, node: &Json, names: &Names) {
        let claim = &node["claim"];
        let mut parts: Vec<Val> = Vec::new();
        for part in below(node) {
            let mut inner = names.clone();
            self.conditions(below(part), &mut inner);
            if !part["claim"].is_null() {
                self.say(self.agrees(&part["claim"], &inner), part);
                parts.push(value(&part["claim"]["value"]));
            }
        }
        let result = added(claim, &parts, below(node).len());
        self.say(result.map(|result| same(&result, &value(&claim["value"]))), node);
        let found = self.ground.search(claim["body"].as_array().unwrap(), names);
        self.tally.given += usize::from(found.given);
        self.say((!found.unknown).then_some(found.certain == below(node).len()), node);
    }
}

/// What parts come to; none when that cannot be computed here.
fn added(claim: &Json, parts: &[Val], count: usize) -> Option<Val> {
    let op = claim["op"].as_str().unwrap();
    let mut parts = parts.to_vec();
    if claim["distinct"] == true {
        let mut distinct: Vec<Val> = Vec::new();
        parts.retain(|part| {
            let new = !distinct.iter().any(|other| same(other, part));
            distinct.push(part.clone());
            new
        });
    }
    if op == "count" {
        return Some(whole(if claim["distinct"] == true { parts.len() } else { count }));
    }
    if let (Some(Val::Day(_)), "min" | "max") = (parts.first(), op) {
        let mut days: Vec<String> =
            parts.into_iter().filter_map(|part| if let Val::Day(day) = part { Some(day) } else { None }).collect();
        days.sort();
        return if op == "min" { days.first() } else { days.last() }.cloned().map(Val::Day);
    }
    let amounts: Option<Vec<BigRational>> =
        parts.into_iter().map(|part| if let Val::Amount(amount) = part { Some(amount) } else { None }).collect();
    let amounts = amounts?;
    let sum = amounts.iter().fold(zero(), |sum, part| sum + part);
    let result = match op {
        "sum" => Some(sum),
        "min" => amounts.iter().min().cloned(),
        "max" => amounts.iter().max().cloned(),
        "mean" if !amounts.is_empty() => Some(sum / BigRational::from_integer(amounts.len().into())),
        _ => None,
    };
    result.map(Val::Amount)
}

/// Whether a comparison holds; none for values that are not compared here.
fn compares(left: &Val, op: &str, right: &Val, allowance: Option<&Val>) -> Option<bool> {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let order = match (left, right) {
        (Val::Amount(left), Val::Amount(right)) => {
            let gap = left - right;
            let gap = if gap < zero() { -gap } else { gap };
            let allowed = match allowance {
                Some(Val::Amount(allowance)) => gap <= *allowance,
                _ => gap == zero(),
            };
            if let "~" | "!~" = op {
                return Some(allowed == (op == "~"));
            }
            Some(left.cmp(right))
        }
        (Val::Day(left), Val::Day(right)) => Some(left.cmp(right)),
        (Val::Row(left), Val::Row(right)) => Some(left.cmp(right)),
        (Val::Text(_), Val::Text(_)) => (left == right).then_some(Equal),
        _ => return None,
    };
    match (op, order) {
        ("=", order) => Some(order == Some(Equal)),
        ("!=", order) => Some(order != Some(Equal)),
        (_, None) => None,
        ("<", Some(order)) => Some(order == Less),
        ("<=", Some(order)) => Some(order != Greater),
        (">", Some(order)) => Some(order == Greater),
        (">=", Some(order)) => Some(order != Less),
        (other, _) => panic!("a comparison {other}"),
    }
}

/// Whether a cell is in the state that is claimed of it.
fn state_holds(claim: &Json, names: &Names) -> Option<bool> {
    let known = names.get(claim["name"].as_str().unwrap())?;
    let (text, ..) = known.cell.as_ref()?;
    let state = match (&known.value, text.is_empty()) {
        (Val::None, true) => "blank",
        (Val::None, false) => "malformed",
        _ => "present",
    };
    Some((claim["state"] == state) != claim["negated"].as_bool().unwrap())
}

/// Whether a cell's text, read here, is the value that is claimed of it.
fn cell_holds(cell: &Json) -> Option<bool> {
    let text = unquoted(cell["place"]["text"].as_str()?);
    let unit = unit(cell["claim"]["unit"].as_str().unwrap_or("元"));
    match value(&cell["claim"]["value"]) {
        // Neither a plain number nor, for a blank cell, anything at all.
        Val::None => Some(text.is_empty() || plain_number(&text).is_none()),
        Val::Amount(said) => amount(&text, &unit).map(|read| read == said),
        Val::Text(said) => (said == text).then_some(true),
        Val::Day(said) => {
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
            (digits(&said) == digits(&text)).then_some(true)
        }
        _ => None,
    }
}

/// Whether what a function read off a text stands there: the characters at their place, and what they say as far as that
/// is computed here — a number and its unit, the groups of a regular expression.
fn generated_holds(node: &Json, names: &Names, ground: &Ground<'_>) -> Option<bool> {
    let claim = &node["claim"];
    let row = claim["row"].as_array()?;
    let column = |name: &str| row.iter().find(|column| column[0] == name).map(|column| value(&column[1]));
    let number = |name: &str| match column(name) {
        Some(Val::Amount(number)) => usize::try_from(number.to_integer()).ok(),
        _ => None,
    };
    let args =
        claim["args"].as_array()?.iter().map(|arg| evaluate(arg, names, ground)).collect::<Option<Vec<Val>>>()?;
    let (Some(Val::Text(text)), Some(Val::Text(all))) = (column("text"), args.first()) else { return None };
    let (start, len) = (number("start")?, number("len")?);
    if all.get(start..start + len) != Some(text.as_str()) || !node["place"]["text"].as_str()?.contains(&text) {
        return Some(false);
    }
    match claim["function"].as_str()? {
        "money_items" => {
            let (_, rest) = text.split_at(text.find(|c: char| c.is_ascii_digit())?);
            let (digits, name) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit() && c != '.')?);
            let factor =
                if name.starts_with('万') { unit("万元") } else { name.starts_with('元').then(|| unit("元"))? };
            let read = plain_number(digits)? * factor;
            column("amount").map(|said| said == Val::Amount(read))
        }
        "captures" => {
            let Some(Val::Text(pattern)) = args.get(1) else { return None };
            let regex = regex::Regex::new(pattern).ok()?;
            let found = regex.captures_iter(all).find(|found| found.get(0).is_some_and(|all| all.start() == start));
            let Some(found) = found else { return Some(false) };
            let group = |name: &str| Val::Text(found.name(name).map_or("", |group| group.as_str()).to_owned());
            let names = regex.capture_names().flatten();
            Some(names.into_iter().all(|name| column(name) == Some(group(name))))
        }
        _ => None,
    }
}

/// The value of a formula; none when it is not computed here.
fn evaluate(formula: &Json, names: &Names, ground: &Ground<'_>) -> Option<Val> {
    if let Some(name) = formula.get("name") {
        return names.get(name.as_str()?).map(|known| known.value.clone());
    }
    if let Some(constant) = formula.get("value") {
        return Some(value(constant));
    }
    let call = formula.get("call")?;
    let (function, args) = (call["function"].as_str()?, call["args"].as_array()?);
    if function == "precision" {
        let known = names.get(args[0]["name"].as_str()?)?;
        let (_, _, at) = known.cell.as_ref()?;
        return ground.precision(at).map(Val::Amount);
    }
    if function == "else" {
        let first = evaluate(&args[0], names, ground)?;
        return if first == Val::None { evaluate(&args[1], names, ground) } else { Some(first) };
    }
    let args = args.iter().map(|arg| evaluate(arg, names, ground)).collect::<Option<Vec<Val>>>()?;
    functions::call(function, &args)
}
