//! How the columns of a row hang together, as nearly all rows show it.

use super::{Figures, Formula, Grid, Kind};
use crate::schema::ColumnType;
use crate::value::Decimal;

/// With so many columns of numbers, any two and any three of them are tried.
const MOST_FOR_PAIRS: usize = 24;
const MOST_FOR_TRIPLES: usize = 12;
/// Rows that are looked at for formulas.
const MOST_ROWS: usize = 300;
/// Rows after which a formula that most of them break is given up.
const GIVEN_UP: usize = 6;
/// Rows that show a formula which no header makes likely.
const ENOUGH: usize = 3;
/// Headers of sums and differences.
const RESULTS: [&str; 26] = [
    "合计",
    "总计",
    "小计",
    "总额",
    "总分",
    "得分",
    "应发",
    "实发",
    "实付",
    "余额",
    "结余",
    "结存",
    "净值",
    "净额",
    "差",
    "增减",
    "核减",
    "核增",
    "节约",
    "调整后",
    "总",
    "年末",
    "期末",
    "未",
    "剩余",
    "本次",
];
/// Headers of what is there after something came and went.
const STOCKS: [&str; 12] =
    ["期末", "年末", "月末", "余额", "结余", "结存", "库存", "调整后", "调整预算", "全年预算", "净值", "应付"];
/// What rows are called that are no flows, which quarters and months do not add up to.
pub(super) const NO_FLOW: [&str; 10] = ["结余", "余额", "结存", "期初", "期末", "年初", "年末", "人数", "累计", "率"];
/// Headers of what is left when something is taken away.
const DIFFERENCES: [&str; 16] = [
    "实发", "实付", "净", "核减", "核增", "审减", "节约", "结余", "余额", "差额", "增减", "剩余", "未", "尚", "本次",
    "应退",
];
/// Headers of shares.
const RATES: [&str; 8] = ["率", "比", "幅", "进度", "增长", "下降", "增减", "%"];
/// Headers of what is counted, and of what it costs each.
const COUNTS: [&str; 16] =
    ["数量", "人数", "户数", "面积", "数", "亩", "次", "天", "月", "台", "件", "工程量", "时长", "里程", "吨", "量"];
const PRICES: [&str; 6] = ["单价", "标准", "价", "费率", "定额", "单位"];

/// How the rows of a table speak for a formula.
#[derive(Clone, Copy, Debug, Default)]
struct Votes {
    /// Rows that keep it, with nothing in them that would make it say nothing.
    shown: usize,
    /// Rows that do not.
    against: usize,
    /// Of the first ones, those whose figures are long enough to be no coincidence.
    long: usize,
}

impl Votes {
    fn add(&mut self, (whole, longest): (Decimal, Decimal), computed: Decimal, allowed: Decimal, says_something: bool) {
        if (whole - computed).abs() > allowed {
            self.against += 1;
        } else if says_something {
            self.shown += 1;
            self.long += usize::from(digits(longest) >= 3);
        }
    }

    /// Whether it is not worth while to go on.
    const fn are_lost(self) -> bool {
        self.against >= GIVEN_UP && self.against > self.shown
    }

    /// Whether that is enough, with a header that makes it `likely` and without.
    fn are_enough(self, likely: bool) -> bool {
        let is_usual = self.against * 10 <= (self.shown + self.against) * 3;
        let is_seen = self.long >= ENOUGH || self.shown >= 2 * ENOUGH;
        is_usual && is_seen || likely && self.long >= 2 && self.against * 2 <= self.shown
    }
}

/// How many digits a number has from the first that is not 0 to the last one.
fn digits(number: Decimal) -> usize {
    let text = number.normalize().mantissa().unsigned_abs().to_string();
    text.trim_end_matches('0').len()
}

/// What each row keeps to, a formula for each set of columns.
pub(super) fn find(grid: &Grid<'_>) -> Vec<Formula> {
    let mut found = Found { grid, formulas: Vec::new() };
    found.runs();
    found.runs();
    found.pairs();
    found.triples();
    found.products();
    found.shares();
    found.balances();
    let formulas: Vec<Formula> = found.formulas.iter().map(|formula| found.as_difference(formula)).collect();
    formulas.into_iter().map(|formula| formula.renumbered(&|at| grid.figures[at].column)).collect()
}

struct Found<'a> {
    grid: &'a Grid<'a>,
    formulas: Vec<Formula>,
}

impl Found<'_> {
    fn figures(&self) -> &[Figures] {
        &self.grid.figures
    }

    /// The positions among the figures of those that can be added up.
    fn additive(&self) -> Vec<usize> {
        let is_one = |at: &usize| matches!(self.figures()[*at].kind, Kind::Money | Kind::Plain);
        (0..self.figures().len()).filter(is_one).collect()
    }

    /// The first rows that are data.
    fn rows(&self) -> impl Iterator<Item = usize> {
        (0..self.grid.rows.len()).filter(|row| self.grid.totals[*row].is_none()).take(MOST_ROWS)
    }

    /// Those of them that are flows.
    fn flows(&self) -> impl Iterator<Item = usize> {
        let is_flow = |row: &usize| !NO_FLOW.iter().any(|word| self.grid.titles[*row].contains(word));
        self.rows().filter(is_flow)
    }

    fn number(&self, at: usize, row: usize) -> Option<Decimal> {
        self.figures()[at].numbers[row]
    }

    fn says(&self, at: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.figures()[at].name.contains(word))
    }

    /// Takes a formula, given by positions among the figures, unless one is known of the same columns, or it only puts two
    /// known ones together.
    fn take(&mut self, formula: Formula) {
        let columns = |formula: &Formula| formula.columns();
        let own = columns(&formula);
        let is_known = self.formulas.iter().any(|other| columns(other) == own);
        let differs = |one: &[usize], other: &[usize]| {
            let mut either: Vec<usize> = one.iter().filter(|at| !other.contains(at)).copied().collect();
            either.extend(other.iter().filter(|at| !one.contains(at)));
            either.sort_unstable();
            either == own
        };
        let sums: Vec<Vec<usize>> =
            self.formulas.iter().filter(|one| matches!(one, Formula::Sum(..))).map(columns).collect();
        let is_composed = matches!(formula, Formula::Sum(..))
            && sums.iter().enumerate().any(|(at, one)| sums[at + 1..].iter().any(|other| differs(one, other)));
        if !is_known && !is_composed {
            self.formulas.push(formula);
        }
    }

    /// How rows speak for `whole` being the sum of `more` less `less`, blanks being nothing.
    fn votes(&self, whole: usize, more: &[usize], less: &[usize]) -> Votes {
        let parts = || more.iter().chain(less);
        let half = |at: usize| self.figures()[at].half;
        let allowed = half(whole) + parts().map(|at| half(*at)).sum::<Decimal>();
        // Whole numbers are exact, and the allowance of amounts is not to hide a difference of one.
        let allowed = if allowed >= Decimal::ONE { half(whole) } else { allowed };
        let mut votes = Votes::default();
        for row in self.flows() {
            let Some(stated) = self.number(whole, row) else { continue };
            let written = parts().filter(|at| self.number(**at, row).is_some()).count();
            if written == 0 {
                continue;
            }
            let sum = |of: &[usize]| of.iter().filter_map(|at| self.number(*at, row)).sum::<Decimal>();
            let is_something = |at: &&usize| self.number(**at, row).is_some_and(|number| !number.is_zero());
            votes.add((stated, stated), sum(more) - sum(less), allowed, parts().filter(is_something).count() >= 2);
            if votes.are_lost() {
                break;
            }
        }
        votes
    }

    /// Sums of columns that stand together beside their sum, those left out that are parts of sums already.
    fn runs(&mut self) {
        let is_part = |at: &usize| {
            self.formulas
                .iter()
                .any(|one| matches!(one, Formula::Sum(_, more, less) if more.contains(at) && less.is_empty()))
        };
        let all: Vec<usize> = self.additive().into_iter().filter(|at| !is_part(at)).collect();
        for (place, whole) in all.iter().enumerate() {
            let kind = self.figures()[*whole].kind;
            let alike = |at: &&usize| self.figures()[**at].kind == kind;
            let left: Vec<usize> = all[..place].iter().rev().take_while(alike).copied().collect();
            let right: Vec<usize> = all[place + 1..].iter().take_while(alike).copied().collect();
            let mut runs = [left, right]
                .into_iter()
                .flat_map(|side| (2..=side.len()).rev().map(|count| side[..count].to_vec()).collect::<Vec<_>>());
            let likely = self.says(*whole, &RESULTS);
            let best = runs.find(|run| self.votes(*whole, run, &[]).are_enough(likely && run.len() < 8));
            if let Some(mut run) = best {
                run.sort_unstable();
                self.take(Formula::Sum(*whole, run, Vec::new()));
            }
        }
    }

    /// `a = b + c` and `a = b - c` of any columns; where it can be said both ways, of the header of a result.
    fn pairs(&mut self) {
        let mut all = self.additive();
        if all.len() > MOST_FOR_PAIRS {
            return;
        }
        // Results first, so that a formula is said of one.
        all.sort_by_key(|at| !self.says(*at, &RESULTS));
        for whole in all.clone() {
            let likely = self.says(whole, &RESULTS);
            let others: Vec<usize> = self.additive().into_iter().filter(|at| self.is_like(*at, whole)).collect();
            let mut kept: Vec<(usize, Formula)> = Vec::new();
            for (place, one) in others.iter().enumerate() {
                for other in &others[place + 1..] {
                    let tries = [(vec![*one, *other], vec![]), (vec![*one], vec![*other]), (vec![*other], vec![*one])];
                    let votes = |(more, less): &(Vec<usize>, Vec<usize>)| self.votes(whole, more, less);
                    let found =
                        tries.into_iter().map(|one| (votes(&one), one)).find(|(votes, _)| votes.are_enough(likely));
                    kept.extend(found.map(|(votes, (more, less))| (votes.against, Formula::Sum(whole, more, less))));
                }
            }
            self.take_best(kept);
        }
    }

    /// Takes those that the fewest rows break: where one column is nearly another, two formulas nearly hold.
    fn take_best(&mut self, kept: Vec<(usize, Formula)>) {
        let least = kept.iter().map(|(against, _)| *against).min();
        kept.into_iter().filter(|(against, _)| Some(*against) == least).for_each(|(_, formula)| self.take(formula));
    }

    fn is_like(&self, at: usize, whole: usize) -> bool {
        at != whole && self.figures()[at].kind == self.figures()[whole].kind
    }

    /// `a = b + c - d`: what was there, what came, what went.
    fn triples(&mut self) {
        let all = self.additive();
        if all.len() > MOST_FOR_TRIPLES {
            return;
        }
        // Three columns of any kind come together by chance, as quarters of a year do, more easily than two.
        for whole in all.clone().into_iter().filter(|at| self.says(*at, &STOCKS)).collect::<Vec<_>>() {
            let others: Vec<usize> = all.iter().copied().filter(|at| self.is_like(*at, whole)).collect();
            for (place, one) in others.iter().enumerate() {
                for other in &others[place + 1..] {
                    for less in others.iter().filter(|at| *at != one && *at != other) {
                        let votes = self.votes(whole, &[*one, *other], &[*less]);
                        if votes.are_enough(false)
                            && votes.against * 10 <= votes.shown * 4
                            && self.all_filled(&[*one, *other, *less])
                        {
                            self.take(Formula::Sum(whole, vec![*one, *other], vec![*less]));
                        }
                    }
                }
            }
        }
    }

    /// A sum of two as the difference that people take it for: `实发 = 应发 - 扣款`, where a part is called so.
    fn as_difference(&self, formula: &Formula) -> Formula {
        if let Formula::Sum(whole, more, less) = formula
            && let ([one, other], []) = (&more[..], &less[..])
        {
            for (part, rest) in [(other, one), (one, other)] {
                if self.says(*part, &DIFFERENCES) {
                    return Formula::Sum(*part, vec![*whole], vec![*rest]);
                }
            }
        }
        formula.clone()
    }

    /// Whether each of the columns is something in two rows at least: otherwise the formula is one of fewer columns.
    fn all_filled(&self, columns: &[usize]) -> bool {
        let is_something = |at: usize, row: usize| self.number(at, row).is_some_and(|number| !number.is_zero());
        columns.iter().all(|at| self.rows().filter(|row| is_something(*at, *row)).count() >= 2)
    }

    /// `金额 = 数量 × 单价`, of three columns too, and of a month's amount `× 12`.
    fn products(&mut self) {
        let all: Vec<usize> = (0..self.figures().len()).filter(|at| self.figures()[*at].kind != Kind::Share).collect();
        if all.len() > MOST_FOR_PAIRS {
            return;
        }
        let is_money = |at: usize| matches!(self.figures()[at].kind, Kind::Money | Kind::Price(ColumnType::Money));
        let is_whole = |at: &usize| matches!(self.figures()[*at].kind, Kind::Money | Kind::Plain);
        let mut made = Vec::new();
        for whole in all.iter().copied().filter(is_whole) {
            let others: Vec<usize> = all.iter().copied().filter(|at| *at != whole).collect();
            let mut sets: Vec<Vec<usize>> = others.iter().map(|one| vec![*one]).collect();
            for (place, one) in others.iter().enumerate() {
                for (next, other) in others.iter().enumerate().skip(place + 1) {
                    sets.push(vec![*one, *other]);
                    if others.len() <= MOST_FOR_TRIPLES {
                        sets.extend(others[next + 1..].iter().map(|third| vec![*one, *other, *third]));
                    }
                }
            }
            let mut kept = Vec::new();
            for factors in sets {
                let amounts = factors.iter().filter(|at| is_money(**at)).count();
                if amounts != usize::from(is_money(whole)) {
                    continue;
                }
                let says = |words: &[&str]| factors.iter().any(|at| self.says(*at, words));
                let likely = factors.len() > 1 && says(&COUNTS) && says(&PRICES);
                let is_yearly = self.says(whole, &["年"]) && says(&["月"]) && factors.len() < 3;
                for times in [1, 12] {
                    let is_tried = if times == 1 { factors.len() > 1 } else { is_yearly };
                    if is_tried {
                        let votes = self.votes_of_product(whole, &factors, times);
                        if votes.are_enough(likely || times > 1) {
                            kept.push((votes.against, Formula::Product(whole, factors.clone(), times)));
                        }
                    }
                }
            }
            // The fewest factors first: one more that is always 1 says nothing.
            kept.sort_by_key(|(_, formula)| formula.columns().len());
            kept.truncate(2);
            made.push(kept);
        }
        made.into_iter().for_each(|kept| self.take_best(kept));
    }

    fn votes_of_product(&self, whole: usize, factors: &[usize], times: i64) -> Votes {
        let mut votes = Votes::default();
        for row in self.rows() {
            let Some(stated) = self.number(whole, row) else { continue };
            let numbers: Option<Vec<Decimal>> = factors.iter().map(|at| self.number(*at, row)).collect();
            let Some(numbers) = numbers else { continue };
            let product = numbers.iter().try_fold(Decimal::from(times), |product, number| product.checked_mul(*number));
            let Some(product) = product else { continue };
            let is_plain = |number: &Decimal| number.is_zero() || *number == Decimal::ONE;
            let says_something = !numbers.iter().any(is_plain) || times > 1 && !product.is_zero();
            // A round product is none by chance: its digits count, not those before its noughts.
            votes.add((stated, stated.trunc() + Decimal::ONE), product, self.figures()[whole].half, says_something);
            if votes.are_lost() {
                break;
            }
        }
        votes
    }

    fn shares(&mut self) {
        let is_rate = |at: &usize| self.figures()[*at].kind == Kind::Share;
        let rates: Vec<usize> = (0..self.figures().len()).filter(is_rate).collect();
        let additive = self.additive();
        if additive.len() > MOST_FOR_PAIRS {
            return;
        }
        for rate in rates {
            let likely = self.says(rate, &RATES);
            let mut best: Option<(usize, Formula)> = None;
            for one in &additive {
                for of in additive.iter().filter(|at| self.is_like(**at, *one)) {
                    let tries = [
                        Formula::Share(rate, [*one, *of]),
                        Formula::Growth(rate, [*one, *of], false),
                        Formula::Growth(rate, [*one, *of], true),
                    ];
                    for formula in tries {
                        let votes = self.votes_of_share(&formula);
                        let is_better = best.as_ref().is_none_or(|(shown, _)| votes.shown > *shown);
                        if votes.are_enough(likely) && is_better {
                            best = Some((votes.shown, formula));
                        }
                    }
                }
            }
            if let Some((_, formula)) = best {
                self.take(formula);
            }
        }
    }

    fn votes_of_share(&self, formula: &Formula) -> Votes {
        let mut votes = Votes::default();
        let (rate, [one, of], kind) = match formula {
            Formula::Share(rate, two) => (*rate, *two, None),
            Formula::Growth(rate, two, less) => (*rate, *two, Some(*less)),
            _ => return votes,
        };
        for row in self.rows() {
            let numbers = (self.number(rate, row), self.number(one, row), self.number(of, row));
            let (Some(stated), Some(a), Some(b)) = numbers else { continue };
            let part = match kind {
                None => a,
                Some(false) => a - b,
                Some(true) => b - a,
            };
            let Some(share) = part.checked_div(b) else { continue };
            let allowed = self.figures()[rate].half * Decimal::new(12, 1);
            let longest = if digits(a) > digits(b) { a } else { b };
            votes.add((stated, longest), share, allowed, !part.is_zero() && a != b);
            if votes.are_lost() {
                break;
            }
        }
        votes
    }

    /// A balance that goes on from row to row.
    fn balances(&mut self) {
        const BALANCES: [&str; 4] = ["余额", "结存", "结余", "库存"];
        const CAME: [&str; 5] = ["贷", "收", "入", "增", "借"];
        const WENT: [&str; 6] = ["借", "支", "出", "减", "付", "贷"];
        let additive = self.additive();
        let is_balance = |at: &usize| self.says(*at, &BALANCES);
        let balances: Vec<usize> = additive.iter().copied().filter(is_balance).collect();
        for balance in balances {
            let others: Vec<usize> = additive.iter().copied().filter(|at| self.is_like(*at, balance)).collect();
            let tries = others.iter().flat_map(|more| others.iter().map(move |less| (*more, *less)));
            for (more, less) in tries.filter(|(more, less)| more != less) {
                let likely = self.says(more, &CAME) && self.says(less, &WENT);
                if self.votes_of_balance(balance, more, less).are_enough(likely) {
                    self.take(Formula::Balance(balance, vec![more], vec![less]));
                    break;
                }
            }
        }
    }

    fn votes_of_balance(&self, balance: usize, more: usize, less: usize) -> Votes {
        let mut votes = Votes::default();
        let rows: Vec<usize> = self.rows().collect();
        for two in rows.windows(2) {
            let (Some(before), Some(stated)) = (self.number(balance, two[0]), self.number(balance, two[1])) else {
                continue;
            };
            let moved = |at: usize| self.number(at, two[1]).unwrap_or_default();
            let is_moved = !moved(more).is_zero() || !moved(less).is_zero();
            votes.add((stated, stated), before + moved(more) - moved(less), self.figures()[balance].half, is_moved);
        }
        votes
    }
}
