//! The figures of a sentence, with the words around each.

use std::ops::Range;

use crate::value::generators::money_items;
use crate::value::generators::numbers::unit;
use crate::value::generators::written::{allowance, is_approximate, numbers};
use crate::value::{Decimal, Unit};

/// Marks that end a clause.
pub(super) const MARKS: [char; 12] = ['，', ',', '；', ';', '：', ':', '、', '。', '！', '？', '\n', '“'];
/// Units of what can be counted and added.
const COUNTED: &str = "个项家人名户次场期份件条处座所村台套辆批篇亩吨本册支间幅类门栋只头起宗例位幢盏块米分笔平公万";

/// What a figure counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::value::generators) enum Measure {
    Money(Unit),
    Percent,
    Count(String),
}

impl Measure {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Money(unit) => unit.name(),
            Self::Percent => "%",
            Self::Count(unit) => unit,
        }
    }

    /// Whether both can be added or divided.
    pub(super) fn fits(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Money(_), Self::Money(_))) || self == other
    }
}

/// A number with its unit.
#[derive(Clone, Debug)]
pub(in crate::value::generators) struct Figure {
    /// In bytes of the sentence, the unit included.
    pub range: Range<usize>,
    /// Money in 元.
    pub value: Decimal,
    pub measure: Measure,
    pub allowance: Decimal,
    /// Neither a price nor a range or a bound.
    pub is_plain: bool,
    /// Written without decimals.
    pub is_whole: bool,
}

/// The figures within the same brackets, or outside all, and the words between them.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub figures: Vec<Figure>,
    /// Before the first figure, between each two, after the last; what stands in brackets left out.
    pub texts: Vec<String>,
    /// The group in which its bracket opens, and how many figures stand before it there.
    pub parent: Option<(usize, usize)>,
}

impl Group {
    /// The words of its clause before a figure.
    pub(super) fn before(&self, at: usize) -> &str {
        self.texts[at].rsplit(MARKS).next().unwrap_or("").trim()
    }

    /// The words of its clause after a figure.
    pub(super) fn after(&self, at: usize) -> &str {
        self.texts[at + 1].split(MARKS).next().unwrap_or("").trim()
    }

    /// Whether something of what it counts follows: `25个项目中20个`.
    pub(super) fn is_inside(&self, at: usize) -> bool {
        self.after(at).ends_with(['中', '里', '内'])
    }

    /// Both, and of a clause with several figures all up to this one.
    pub(super) fn clause(&self, at: usize) -> String {
        format!("{}{}", self.before(at), self.after(at))
    }
}

/// The figures of a sentence by the brackets in which they stand; the first group is outside all.
pub(super) fn groups(sentence: &str) -> Vec<Group> {
    let figures = figures(sentence);
    let mut groups = vec![Group { texts: vec![String::new()], ..Group::default() }];
    if figures.is_empty() {
        return groups;
    }
    let mut open = vec![0];
    let mut next = figures.into_iter().peekable();
    let mut until = 0;
    for (at, c) in sentence.char_indices() {
        if at < until {
            continue;
        }
        let here = open.last().copied().unwrap_or(0);
        if let Some(figure) = next.next_if(|figure| figure.range.start == at) {
            until = figure.range.end;
            groups[here].figures.push(figure);
            groups[here].texts.push(String::new());
            continue;
        }
        match c {
            '（' | '(' => {
                let parent = Some((here, groups[here].figures.len()));
                open.push(groups.len());
                groups.push(Group { texts: vec![String::new()], parent, ..Group::default() });
            }
            '）' | ')' => {
                open.truncate(open.len().saturating_sub(1).max(1));
            }
            c => {
                if let Some(text) = groups[here].texts.last_mut() {
                    text.push(c);
                }
            }
        }
    }
    groups
}

/// The figures of a sentence in order.
fn figures(sentence: &str) -> Vec<Figure> {
    let mut figures = money_items::figures(sentence);
    let amounts: Vec<Range<usize>> = figures.iter().map(|figure| figure.range.clone()).collect();
    for number in numbers(sentence) {
        let start = number.range.start;
        if amounts.iter().any(|amount| amount.contains(&start)) {
            continue;
        }
        let rest = &sentence[number.range.end..];
        let more = rest.starts_with(['余', '多']);
        let skipped = if more { '余'.len_utf8() } else { 0 };
        let rest = rest[skipped..].trim_start_matches(' ');
        let unit = longer(rest, unit(rest));
        let end = sentence.len() - rest.len() + unit.len();
        let measure = match unit {
            "%" | "％" => Measure::Percent,
            "" => continue,
            unit if unit.starts_with(|c| COUNTED.contains(c)) => Measure::Count(unit.to_owned()),
            _ => continue,
        };
        let after = &sentence[end..];
        if sentence[..start].ends_with('第')
            || ["百分点", "月", "工作日", "小时", "季度", "年"].iter().any(|word| after.starts_with(word))
        {
            continue;
        }
        let approximate = more || is_approximate(&sentence[..start], after);
        let ranged = |c| matches!(c, '-' | '－' | '—' | '~' | '～' | '至' | '×' | '*' | '/');
        let is_plain = !sentence[..start].trim_end_matches('%').ends_with(ranged)
            && !after.starts_with(ranged)
            && !["以上", "以下", "以内"].iter().any(|word| after.starts_with(word));
        figures.push(Figure {
            range: start..end,
            value: number.value,
            measure,
            allowance: allowance(number.value, approximate),
            is_plain,
            is_whole: number.value.scale() == 0,
        });
    }
    figures.sort_by_key(|figure| figure.range.start);
    figures
}

/// `万户`, `批次`: a unit with what it is of.
fn longer<'t>(rest: &'t str, unit: &'t str) -> &'t str {
    let next = rest[unit.len()..].chars().next();
    let more = match unit {
        "万" | "公" | "平" => next.filter(|c| matches!(c, '\u{4e00}'..='\u{9fff}')),
        _ => next.filter(|c| *c == '次' && unit != "次" && unit != "%"),
    };
    &rest[..unit.len() + more.map_or(0, char::len_utf8)]
}
