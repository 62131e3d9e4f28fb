//! A checker of proofs that shares nothing with the engine: it reads `gouji why --json`, takes every cell from its text as
//! written, computes everything again with exact fractions, and compares.
//!
//! What it cannot compute — a regular expression, how alike two texts are, that nothing was found — it takes as said, and
//! counts.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_rational::BigRational;
use serde_json::Value as Json;

/// What checking came to.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Claims that were computed again and agree.
    pub(crate) checked: usize,
    /// Claims that were taken as said.
    pub(crate) trusted: usize,
    /// Claims that do not hold.
    pub(crate) wrong: Vec<String>,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
enum Val {
    Amount(BigRational),
    Text(String),
    Row(String),
    Other(String),
    /// A cell without a value.
    None,
}

/// What is known of a name: its value, and the text and unit of the cell that it is, if it is one.
#[derive(Clone, Debug)]
struct Known {
    value: Val,
    cell: Option<(String, BigRational)>,
}

type Names = BTreeMap<String, Known>;

/// Checks every proof of a document.
pub(crate) fn check(document: &Json) -> Tally {
    let mut tally = Tally::default();
    for proof in document["proofs"].as_array().unwrap() {
        check_proof(&proof["proof"], &mut tally);
    }
    tally
}

/// Checks one proof.
pub(crate) fn check_proof(proof: &Json, tally: &mut Tally) {
    assert_eq!(kind(proof), "rule", "a proof begins with a rule: {}", proof["text"]);
    rule(proof, tally);
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
            None => self.trusted += 1,
        }
    }
}

/// A rule: what its conditions say is collected, each is checked, and the row must be what they give.
fn rule(node: &Json, tally: &mut Tally) {
    let mut names = Names::new();
    conditions(below(node), &mut names, tally);
    for said in node["claim"]["row"].as_array().unwrap() {
        tally.say(agrees(said, &names), node);
    }
}

/// Names are given first, since conditions stand in the order in which they were written; each giver is checked too.
fn conditions(nodes: &[Json], names: &mut Names, tally: &mut Tally) {
    for node in nodes {
        collect(node, names, tally);
    }
    for node in nodes {
        condition(node, names, tally);
    }
}

fn give(name: &Json, known: Known, names: &mut Names, (node, tally): (&Json, &mut Tally)) {
    let Some(name) = name.as_str() else { return };
    match names.get(name) {
        // A join: both must say the same.
        Some(other) => tally.say(Some(same(&other.value, &known.value)), node),
        None => drop(names.insert(name.to_owned(), known)),
    }
}

fn collect(node: &Json, names: &mut Names, tally: &mut Tally) {
    let claim = &node["claim"];
    let plain = |value: Val| Known { value, cell: None };
    match kind(node) {
        "row" => {
            let row = format!("{}#{}", claim["relation"], claim["row"]);
            give(&claim["name"], plain(Val::Row(row)), names, (node, tally));
            for about in claim["about"].as_array().into_iter().flatten() {
                give(&about[0], plain(value(&about[1])), names, (node, tally));
            }
            for cell in below(node) {
                let text = unquoted(cell["place"]["text"].as_str().unwrap_or(""));
                let known = Known {
                    value: value(&cell["claim"]["value"]),
                    cell: Some((text, unit(cell["claim"]["unit"].as_str().unwrap_or("元")))),
                };
                give(&cell["claim"]["name"], known, names, (cell, tally));
            }
        }
        "named" => give(&claim["name"], plain(value(&claim["value"])), names, (node, tally)),
        "aggregate" => give(&claim["name"], plain(value(&claim["value"])), names, (node, tally)),
        "generated" => {
            for column in claim["row"].as_array().unwrap() {
                let name = format!("{}.{}", claim["name"].as_str().unwrap(), column[0].as_str().unwrap());
                give(&Json::String(name), plain(value(&column[1])), names, (node, tally));
            }
        }
        "derived" => {
            for column in claim["row"].as_array().unwrap() {
                // The row of a relation is known by its number alone here; what it is a row of, its own condition says.
                if let Some(name) = column[1].get("name").filter(|_| column[0].get("row").is_none()) {
                    give(name, plain(value(&column[0])), names, (node, tally));
                }
            }
        }
        _ => {}
    }
}

fn condition(node: &Json, names: &Names, tally: &mut Tally) {
    let claim = &node["claim"];
    match kind(node) {
        "row" => below(node).iter().for_each(|cell| tally.say(cell_holds(cell), cell)),
        "named" => {
            let said = value(&claim["value"]);
            tally.say(evaluate(&claim["formula"], names).map(|computed| same(&computed, &said)), node);
        }
        "comparison" => comparison(node, names, tally),
        "aggregate" => aggregate(node, names, tally),
        "generated" => tally.say(generated_holds(node), node),
        "derived" => match below(node) {
            [proof] => {
                let (own, given) = (claim["row"].as_array().unwrap(), proof["claim"]["row"].as_array().unwrap());
                let equal = own.iter().zip(given).all(|(own, given)| own[0] == given["value"]);
                tally.say(Some(equal && own.len() == given.len()), node);
                rule(proof, tally);
            }
            _ => tally.say(None, node),
        },
        "state" => {
            let holds = names.get(claim["name"].as_str().unwrap()).and_then(|known| {
                let (text, _) = known.cell.as_ref()?;
                let state = match (&known.value, text.is_empty()) {
                    (Val::None, true) => "blank",
                    (Val::None, false) => "malformed",
                    _ => "present",
                };
                Some((claim["state"] == state) != claim["negated"].as_bool().unwrap())
            });
            tally.say(holds, node);
        }
        _ => tally.say(None, node),
    }
}

/// Whether a formula asks how precise a column is. That of a whole column is not seen here, but it is no coarser than that
/// of the cell, so that a bound is all that can be computed.
fn is_bound(formula: &Json) -> bool {
    let args = || formula["call"]["args"].as_array().into_iter().flatten();
    formula["call"]["function"] == "precision" || args().any(is_bound)
}

/// Whether a value is what its formula gives; none when that cannot be computed here.
fn agrees(said: &Json, names: &Names) -> Option<bool> {
    let computed = evaluate(&said["formula"], names)?;
    if let (true, Val::Amount(most), Val::Amount(said)) = (is_bound(&said["formula"]), &computed, value(&said["value"]))
    {
        return Some(zero() <= said && said <= *most);
    }
    if said["value"].get("row").is_some() {
        return matches!(computed, Val::Row(row) if row.ends_with(&format!("#{}", said["value"]["row"].as_str()?)))
            .into();
    }
    Some(same(&computed, &value(&said["value"])))
}

fn comparison(node: &Json, names: &Names, tally: &mut Tally) {
    let claim = &node["claim"];
    let sides = [&claim["left"], &claim["right"]];
    for side in sides {
        tally.say(agrees(side, names), node);
    }
    let [left, right] = sides.map(|side| value(&side["value"]));
    let op = claim["op"].as_str().unwrap();
    let holds = match (&left, &right) {
        (Val::Amount(left), Val::Amount(right)) => Some(amounts_hold(left, op, right, claim)),
        _ => match op {
            "=" => Some(left == right),
            "!=" => Some(left != right),
            _ => None,
        },
    };
    tally.say(holds, node);
    if let Some(said) = claim.get("allowance") {
        tally.say(agrees(said, names), node);
    }
}

fn amounts_hold(left: &BigRational, op: &str, right: &BigRational, claim: &Json) -> bool {
    let allowance = match claim.get("allowance").map(|said| value(&said["value"])) {
        Some(Val::Amount(allowance)) => allowance,
        _ => zero(),
    };
    let gap = left - right;
    let gap = if gap < zero() { -gap } else { gap };
    match op {
        "=" => left == right,
        "!=" => left != right,
        "<" => left < right,
        "<=" => left <= right,
        ">" => left > right,
        ">=" => left >= right,
        "~" => gap <= allowance,
        "!~" => gap > allowance,
        other => panic!("a comparison {other}"),
    }
}

/// An aggregate: each part is checked with its own names, and what they come to is computed again.
fn aggregate(node: &Json, names: &Names, tally: &mut Tally) {
    let claim = &node["claim"];
    let mut parts: Vec<BigRational> = Vec::new();
    let mut all_amounts = true;
    for part in below(node) {
        let mut inner = names.clone();
        conditions(below(part), &mut inner, tally);
        if part["claim"].is_null() {
            continue;
        }
        tally.say(agrees(&part["claim"], &inner), part);
        match value(&part["claim"]["value"]) {
            Val::Amount(amount) => parts.push(amount),
            _ => all_amounts = false,
        }
    }
    if claim["distinct"] == true {
        parts.sort();
        parts.dedup();
    }
    let count = BigRational::from_integer(below(node).len().into());
    let sum = parts.iter().fold(zero(), |sum, part| sum + part);
    let result = match claim["op"].as_str().unwrap() {
        "count" if claim["distinct"] == true => None,
        "count" => Some(count),
        _ if !all_amounts => None,
        "sum" => Some(sum),
        "min" => parts.iter().min().cloned(),
        "max" => parts.iter().max().cloned(),
        "mean" if !parts.is_empty() => Some(sum / BigRational::from_integer(parts.len().into())),
        _ => None,
    };
    let said = value(&claim["value"]);
    tally.say(result.map(|result| same(&Val::Amount(result), &said)), node);
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
        _ => None,
    }
}

/// Whether what a function read off a text stands there.
fn generated_holds(node: &Json) -> Option<bool> {
    let row = node["claim"]["row"].as_array()?;
    let column = |name: &str| row.iter().find(|column| column[0] == name).map(|column| value(&column[1]));
    let Some(Val::Text(text)) = column("text") else { return None };
    let place = node["place"]["text"].as_str()?;
    if node["claim"]["function"] != "money_items" || !place.contains(&text) {
        return None;
    }
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let (number, rest) = text[digits..].split_at(text[digits..].find(|c: char| !c.is_ascii_digit() && c != '.')?);
    let factor = if rest.starts_with("万") {
        unit("万元")
    } else if rest.starts_with("元") {
        unit("元")
    } else {
        return None;
    };
    let read = plain_number(number)? * factor;
    column("amount").map(|said| said == Val::Amount(read))
}

/// The value of a formula; none when it is not computed here.
fn evaluate(formula: &Json, names: &Names) -> Option<Val> {
    if let Some(name) = formula.get("name") {
        return names.get(name.as_str()?).map(|known| known.value.clone());
    }
    if let Some(constant) = formula.get("value") {
        return Some(value(constant));
    }
    let call = formula.get("call")?;
    let (function, args) = (call["function"].as_str()?, call["args"].as_array()?);
    if function == "else" {
        let first = evaluate(&args[0], names)?;
        return if first == Val::None { evaluate(&args[1], names) } else { Some(first) };
    }
    if function == "precision" {
        let known = names.get(args[0]["name"].as_str()?)?;
        let (text, unit) = known.cell.as_ref()?;
        let places =
            text.split_once('.').map_or(0, |(_, fraction)| fraction.chars().take_while(char::is_ascii_digit).count());
        let half = BigRational::new(1.into(), BigInt::from(2) * BigInt::from(10).pow(u32::try_from(places).ok()?));
        return Some(Val::Amount(half * unit));
    }
    let mut amounts = Vec::new();
    for arg in args {
        let Val::Amount(amount) = evaluate(arg, names)? else { return None };
        amounts.push(amount);
    }
    compute(function, &amounts).map(Val::Amount)
}

fn compute(function: &str, args: &[BigRational]) -> Option<BigRational> {
    let absolute = |amount: &BigRational| if *amount < zero() { -amount } else { amount.clone() };
    Some(match (function, args) {
        ("+", [a, b]) => a + b,
        ("-", [a, b]) => a - b,
        ("*", [a, b]) => a * b,
        ("/", [a, b]) if *b != zero() => a / b,
        ("neg", [a]) => -a,
        ("abs", [a]) => absolute(a),
        ("max", [_, ..]) => args.iter().max()?.clone(),
        ("min", [_, ..]) => args.iter().min()?.clone(),
        ("round", [a, places]) => {
            let places = i32::try_from(places.to_integer()).ok()?;
            let scale = BigRational::from_integer(10.into()).pow(places);
            let half = BigRational::new(1.into(), 2.into());
            let rounded = (absolute(a) * &scale + half).floor() / scale;
            if *a < zero() { -rounded } else { rounded }
        }
        _ => return None,
    })
}

/// Equal; a quotient that does not end was cut after many places.
fn same(one: &Val, two: &Val) -> bool {
    match (one, two) {
        (Val::Amount(one), Val::Amount(two)) => {
            let gap = one - two;
            let gap = if gap < zero() { -gap } else { gap };
            let cut = BigRational::new(1.into(), BigInt::from(10).pow(18));
            gap <= cut || one.to_integer() == two.to_integer() && two.is_integer() && !one.is_integer()
        }
        _ => one == two,
    }
}

fn value(json: &Json) -> Val {
    let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
    if let Some(amount) = text("amount") {
        return plain_number(&amount).map_or(Val::Other(amount), Val::Amount);
    }
    if let Some(text) = text("text") {
        return Val::Text(text);
    }
    if let Some(row) = text("row") {
        return Val::Row(row);
    }
    text("day").or_else(|| text("other")).map_or(Val::None, Val::Other)
}

/// What a cell writes: a number in the cell's unit, or with a unit of its own.
fn amount(text: &str, unit_of_cell: &BigRational) -> Option<BigRational> {
    let text: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '¥' | '￥')).collect();
    let text = grouped(&text);
    for name in ["万元", "亿元", "元"] {
        if let Some(number) = text.strip_suffix(name) {
            return Some(plain_number(number)? * unit(name));
        }
    }
    if let Some(number) = text.strip_suffix('%') {
        return Some(plain_number(number)? / BigRational::from_integer(100.into()));
    }
    Some(plain_number(&text)? * unit_of_cell)
}

/// Without the commas between groups of three digits.
fn grouped(text: &str) -> String {
    let whole = text.split('.').next().unwrap_or("").trim_end_matches(|c: char| !c.is_ascii_digit());
    let groups: Vec<&str> = whole.trim_start_matches('-').split(',').collect();
    let right =
        groups.len() > 1 && groups[1..].iter().all(|group| group.len() == 3) && (1..=3).contains(&groups[0].len());
    if right { text.replace(',', "") } else { text.to_owned() }
}

/// `-12.50` as a fraction.
fn plain_number(text: &str) -> Option<BigRational> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    if whole.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = BigRational::new(all.parse().ok()?, BigInt::from(10).pow(u32::try_from(fraction.len()).ok()?));
    Some(if negative { -number } else { number })
}

fn unit(name: &str) -> BigRational {
    let factor: u64 = match name {
        "万元" => 10_000,
        "亿元" => 100_000_000,
        _ => 1,
    };
    BigRational::from_integer(factor.into())
}

fn unquoted(text: &str) -> String {
    let text = text.trim();
    let quoted = text.len() >= 2
        && (text.starts_with('"') && text.ends_with('"') || text.starts_with('\'') && text.ends_with('\''));
    if quoted { text[1..text.len() - 1].to_owned() } else { text.to_owned() }
}

fn zero() -> BigRational {
    BigRational::from_integer(0.into())
}
