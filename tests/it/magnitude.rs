//! DY-008, which cell a total accuses of a wrong magnitude, against trying every cell and every factor one by one.

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::support::{folder, gouji};

/// By how much a cell may have been made larger or smaller.
const FACTORS: [(i64, i64); 8] = [(1, 10), (1, 100), (1, 1000), (1, 10000), (10, 1), (100, 1), (1000, 1), (10000, 1)];

/// Tables of an audit: the budgets of each in hundredths, and the totals stated of it.
fn tables() -> Vec<(Vec<i64>, Vec<i64>)> {
    let mut state = 1u64;
    let mut draw = |below: i64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(state >> 33).unwrap() % below
    };
    let mut table = || {
        let rows = 1 + draw(6);
        let mut rows: Vec<i64> = (0..rows).map(|_| (1 + draw(40)) * 10_i64.pow(draw(4) as u32)).collect();
        let total: i64 = rows.iter().sum();
        let at = draw(rows.len() as i64) as usize;
        match draw(4) {
            0 => rows[at] *= 10_i64.pow(1 + draw(4) as u32),
            1 if rows[at] % 10 == 0 => rows[at] /= 10,
            2 => rows[at] += draw(20),
            _ => {}
        }
        let totals = if draw(3) == 0 { vec![total, total + draw(3)] } else { vec![total] };
        (rows, totals)
    };
    (0..60).map(|_| table()).collect()
}

/// The cells that a total off by more than rounding accuses alone: table, row and what it should be, in millionths. All amounts of
/// a table have two places, so half a hundredth each may be lost, and a changed cell is as uncertain as its factor makes it.
fn accused((rows, totals): &(Vec<i64>, Vec<i64>)) -> Vec<(usize, i64)> {
    let unit = 10_000;
    let sum: i64 = rows.iter().sum();
    let half = |parts: i64| parts * unit / 2;
    let parts = i64::try_from(rows.len()).unwrap();
    let mut found = Vec::new();
    for total in totals {
        if ((sum - total) * unit).abs() <= half(parts + 1) {
            continue;
        }
        let mut explain = Vec::new();
        for (at, budget) in rows.iter().enumerate() {
            for (times, per) in FACTORS {
                let fixed = budget * unit * times / per;
                // The cell itself cancels out of the sum; what takes its place counts with its factor.
                let allowed = half(parts + 1) + half(1) + half(1) * times / per;
                if ((sum - budget - total) * unit + fixed).abs() <= allowed {
                    explain.push((at, fixed));
                }
            }
        }
        if let [only] = explain[..] {
            found.push(only);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn written(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// As a message writes it: no more places than it takes.
fn plain(millionths: i64) -> String {
    let text = format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The stated totals have no column `category`: a definition with one alternative for totals of a category and one for the others
/// still holds for the others.
#[test]
fn magnitudes_are_those_that_trying_all_finds() {
    let dir = folder("magnitude");
    let (mut sources, mut stated) = (String::new(), "item,scope,amount\n".to_owned());
    let mut expected = Vec::new();
    for (at, table) in tables().iter().enumerate() {
        let mut rows = "name,budget\n".to_owned();
        table
            .0
            .iter()
            .enumerate()
            .for_each(|(row, budget)| writeln!(rows, "项{at}-{row},{}", written(*budget)).unwrap());
        table
            .1
            .iter()
            .enumerate()
            .for_each(|(of, total)| writeln!(stated, "计{at}-{of},T{at},{}", written(*total)).unwrap());
        writeln!(sources, "{{ file = \"{at}.csv\", table = \"T{at}\" }},").unwrap();
        std::fs::write(dir.join(format!("{at}.csv")), rows).unwrap();
        expected.extend(accused(table).into_iter().map(|(row, fixed)| format!("项{at}-{row} {}", plain(fixed))));
    }
    std::fs::write(dir.join("stated.csv"), stated).unwrap();
    let manifest = format!(
        "rules = [\"cells\"]\nunit = \"元\"\n[relation.project]\nsource = [\n{sources}]\n\
         [relation.stated_total]\nsource = [\"stated.csv\"]\n"
    );
    std::fs::write(dir.join("audit.toml"), manifest).unwrap();
    let out = gouji(&["check", dir.to_str().unwrap(), "--format", "json", "--fail-level", "never"]);
    let document: Json = serde_json::from_slice(&out.stdout).unwrap();
    let told = |message: &Json| {
        let cut = |text: &str, from: &str, to: &str| Some(text.split_once(from)?.1.split_once(to)?.0.to_owned());
        let message = message.as_str()?;
        Some(format!("{} {}", cut(message, "“", "”")?, cut(message, "若是 ", "元")?))
    };
    let found: Option<Vec<String>> =
        document["findings"].as_array().unwrap().iter().map(|finding| told(&finding["message"])).collect();
    assert!(expected.len() > 20, "{expected:?}");
    assert_eq!(found.unwrap(), expected);
}
