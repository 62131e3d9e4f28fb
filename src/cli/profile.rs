//! What the engine planned, and what it took: `gouji rules --plan CODE`, `gouji check --profile`.

use std::fmt::Write;

use crate::audit::Audit;
use crate::diagnostic::Lang;
use crate::ir::RuleId;
use crate::plan;

/// The plan of the rules of a card, or of the relation of that name; none when there is neither.
pub(super) fn plan_of(audit: &Audit, code: &str, lang: Lang) -> Option<String> {
    let program = &audit.program;
    let plan = plan::plan(program, &audit.store);
    let mut text = String::new();
    for at in 0..program.rules.len() {
        let rule = RuleId(u32::try_from(at).unwrap_or(u32::MAX));
        let name = &program.relations[program.rules[at].head.index()].name;
        if name == code || name_of(audit, rule).eq_ignore_ascii_case(code) {
            text.push_str(&plan.print_rule(program, rule, lang));
        }
    }
    (!text.is_empty()).then_some(text)
}

/// What each plan of the run took, slowest first, with the rows that came out of each step.
pub(super) fn profile(audit: &Audit, lang: Lang) -> String {
    let Some(outcome) = &audit.outcome else { return String::new() };
    let mut plans: Vec<_> = outcome.profile.plans.iter().collect();
    plans.sort_by_key(|(plan, took)| (std::cmp::Reverse(took.time), plan.rule, plan.delta));
    let mut text = String::new();
    for (plan, took) in plans {
        let (name, milliseconds) = (name_of(audit, plan.rule), took.time.as_secs_f64() * 1000.0);
        let _ = match lang {
            Lang::Zh => {
                writeln!(text, "{name}：{milliseconds:.1} 毫秒，得出 {} 行，新的 {} 行", took.candidates, took.rows)
            }
            Lang::En => {
                writeln!(text, "{name}: {milliseconds:.1} ms, {} rows derived, {} new", took.candidates, took.rows)
            }
        };
        text.push_str(&plan.print(&audit.program, lang, Some(&took.counts)));
    }
    text
}

/// The code of the rule's card, or the relation of its head.
fn name_of(audit: &Audit, rule: RuleId) -> &str {
    let rule = &audit.program.rules[rule.index()];
    match rule.card.and_then(|card| audit.rules.cards.get(card)) {
        Some(loaded) => &loaded.card.code.text,
        None => &audit.program.relations[rule.head.index()].name,
    }
}
