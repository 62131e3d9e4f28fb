//! Rows whose quotes do not pair: `"00:00,2,"a, b"`, `"a 5" pipe, steel"`, `""a, b"`. What such a row means shows where one
//! way of reading it, and no other as simple, gives it as many fields as most rows of the text have.

use std::ops::Range;

use super::fields::Field;

/// Bytes of a row that is looked at, times its pieces between delimiters; and these times the fields that are wanted.
const MOST_BYTES: usize = 1 << 20;
const MOST_WAYS: usize = 1 << 16;
/// Pieces of which one quoted field may be made.
const LONGEST: usize = 256;
/// What a quote costs at the start of a field of which it is a character, and anywhere else.
const AT_START: u32 = 2;
const WITHIN: u32 = 1;

/// How the fields of a text are told apart, as far as that matters here.
#[derive(Clone, Copy, Debug)]
pub struct Marks {
    /// Between fields.
    pub delimiter: u8,
    /// Around them.
    pub quote: u8,
    /// Before quotes within them, where they are not doubled.
    pub escape: Option<u8>,
}

/// One way of reading a run of pieces as fields: what it costs, whether another costs as much, and where the last begins.
#[derive(Clone, Copy, Debug)]
struct Way {
    cost: u32,
    ambiguous: bool,
    from: usize,
}

/// How many quotes of `content`, which stands between quotes, are neither doubled nor escaped.
#[must_use]
pub fn lone_quotes(content: &[u8], quote: u8, escape: Option<u8>) -> u32 {
    let (mut lone, mut at) = (0, 0);
    while at < content.len() {
        if escape == Some(content[at]) {
            at += 2;
        } else if content[at] != quote {
            at += 1;
        } else if content.get(at + 1) == Some(&quote) {
            at += 2;
        } else {
            (lone, at) = (lone + 1, at + 1);
        }
    }
    lone
}

/// The row that stands in `range` of `text`, in `wanted` fields; none where no way of reading it gives so many, or several do,
/// or where more than `most` of its quotes would be no marks.
#[must_use]
pub fn resolve(text: &[u8], range: Range<usize>, marks: Marks, (wanted, most): (usize, u32)) -> Option<Vec<Field>> {
    if range.len() > MOST_BYTES {
        return None;
    }
    let mut pieces: Vec<Range<usize>> = Vec::new();
    let mut start = range.start;
    for at in memchr::memchr_iter(marks.delimiter, &text[range.clone()]).map(|at| range.start + at).chain([range.end]) {
        pieces.push(start..at);
        start = at + 1;
    }
    let is_large = pieces.len() * range.len() > MOST_BYTES || pieces.len() * wanted > MOST_WAYS;
    if wanted < 2 || pieces.len() < wanted || is_large {
        return None;
    }
    let ways = ways(text, &pieces, marks, wanted);
    if ways[wanted][pieces.len()]?.cost > most {
        return None;
    }
    let mut end = pieces.len();
    let mut fields = Vec::with_capacity(wanted);
    for count in (1..=wanted).rev() {
        let way = ways[count][end]?;
        if way.ambiguous {
            return None;
        }
        fields.push(field(text, pieces[way.from].start..pieces[end - 1].end, (marks, end - way.from == 1)));
        end = way.from;
    }
    fields.reverse();
    // Two that have one quote each are rather one field.
    let odd = fields
        .iter()
        .filter(|field| is_bare(text, field, marks.quote).is_some_and(|written| is_odd(written, marks.quote)));
    (odd.count() < 2).then_some(fields)
}

/// Which of `fields` are one in truth: a quote opens within the first and closes with the last, as where a delimiter before a
/// quoted field is missing: `3.5"a, b"`.
#[must_use]
pub fn joined(text: &[u8], fields: &[Field], quote: u8) -> Option<Range<usize>> {
    let bare = |field: &Field| is_bare(text, field, quote).filter(|written| is_odd(written, quote));
    let opens = |field: &Field| {
        bare(field).is_some_and(|written| {
            let first = memchr::memchr(quote, written).filter(|first| *first > 0);
            first.and_then(|first| written.get(first + 1)).is_some_and(|next| !next.is_ascii_whitespace())
        })
    };
    let first = fields.iter().position(opens)?;
    let last = first + 1 + fields[first + 1..].iter().position(|field| bare(field).is_some())?;
    let closes = bare(&fields[last]).is_some_and(|written| written.trim_ascii_end().last() == Some(&quote));
    closes.then_some(first..last + 1)
}

/// What is written in a field that has no quotes around it; one that has stands behind its first.
fn is_bare<'a>(text: &'a [u8], field: &Field, quote: u8) -> Option<&'a [u8]> {
    let is_quoted = field.range.start.checked_sub(1).is_some_and(|before| text[before] == quote);
    (!is_quoted).then(|| &text[field.range.clone()])
}

fn is_odd(written: &[u8], quote: u8) -> bool {
    memchr::memchr_iter(quote, written).count() % 2 == 1
}

/// For each number of fields and of pieces, the cheapest way of making so many of the first so many pieces.
fn ways(text: &[u8], pieces: &[Range<usize>], marks: Marks, wanted: usize) -> Vec<Vec<Option<Way>>> {
    let mut ways: Vec<Vec<Option<Way>>> = vec![vec![None; pieces.len() + 1]; wanted + 1];
    ways[0][0] = Some(Way { cost: 0, ambiguous: false, from: 0 });
    for from in 0..pieces.len() {
        for end in from + 1..=pieces.len().min(from + LONGEST) {
            let whole = &text[pieces[from].start..pieces[end - 1].end];
            let Some(cost) = cost(whole, marks, end - from == 1) else { continue };
            for count in 0..wanted {
                let Some(way) = ways[count][from] else { continue };
                let new = Way { cost: way.cost.saturating_add(cost), from, ..way };
                let slot = &mut ways[count + 1][end];
                match slot {
                    Some(known) if known.cost < new.cost => {}
                    Some(known) if known.cost == new.cost => known.ambiguous = true,
                    _ => *slot = Some(new),
                }
            }
            // A quoted field needs a quote to begin with, and one that is as it should be does not go on.
            if !opens(whole, marks.quote) || cost == 0 {
                break;
            }
        }
    }
    ways
}

fn opens(written: &[u8], quote: u8) -> bool {
    written.trim_ascii_start().first() == Some(&quote)
}

/// What stands between the quotes of a field that has them, without what is blank around these.
fn quoted(written: &[u8], quote: u8) -> Option<&[u8]> {
    written.trim_ascii().strip_prefix(&[quote])?.strip_suffix(&[quote])
}

/// What reading `written` as one field costs; none where it can be none. Only one piece can be a field without quotes.
fn cost(written: &[u8], marks: Marks, is_piece: bool) -> Option<u32> {
    let within = quoted(written, marks.quote).map(|content| lone_quotes(content, marks.quote, marks.escape) * WITHIN);
    let bare = is_piece.then(|| if opens(written, marks.quote) { AT_START } else { 0 });
    within.into_iter().chain(bare).min()
}

/// The field that costs so.
fn field(text: &[u8], range: Range<usize>, (marks, is_piece): (Marks, bool)) -> Field {
    let written = &text[range.clone()];
    let bare = Field { range: range.clone(), doubled: false };
    let Some(content) = quoted(written, marks.quote) else { return bare };
    let lone = lone_quotes(content, marks.quote, marks.escape);
    if is_piece && lone * WITHIN > AT_START {
        return bare;
    }
    let start = range.start + written.iter().take_while(|byte| byte.is_ascii_whitespace()).count() + 1;
    let doubled = content.contains(&marks.quote) || marks.escape.is_some_and(|escape| content.contains(&escape));
    Field { range: start..start + content.len(), doubled }
}
