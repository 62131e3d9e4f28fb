//! What an amount is for.

use std::ops::Range;

/// Marks that end a clause.
const CLAUSE: [char; 9] = ['；', ';', '。', '，', ',', '\n', '！', '：', ':'];
/// Marks that end a sentence.
const SENTENCE: [char; 5] = ['；', ';', '。', '！', '？'];
/// Words that do not say what an amount is for.
const IDLE: [&str; 14] =
    ["全年共计", "以上合计", "共计", "合计", "总计", "小计", "总共", "其中", "约为", "约", "共", "计", "为", "是"];

/// The words before the amount in its clause; of `名称：` before it, the name. Where there are none: for a total, what its
/// sentence begins with; else the words behind it. `floor` is where the amount before it ends.
pub(super) fn label(text: &str, floor: usize, amount: &Range<usize>) -> String {
    let own = clause(&text[floor..amount.start]);
    let named = without_idle(own);
    if !named.is_empty() {
        return named.to_owned();
    }
    if own.is_empty() {
        let behind = text[amount.end..].split(CLAUSE).next().unwrap_or("");
        let behind = behind.split(['（', '(', '）', ')']).next().unwrap_or("").trim().trim_start_matches('的');
        let words = !behind.starts_with(|c: char| !c.is_alphabetic());
        if words && !behind.is_empty() {
            return behind.to_owned();
        }
    }
    let start = text[..amount.start].rfind(SENTENCE).map_or(0, |at| after(text, at));
    let first = text[start..amount.start].trim_start().split(CLAUSE).next().unwrap_or("");
    let first = unnumbered(first.trim());
    if first.is_empty() { own.to_owned() } else { first.to_owned() }
}

/// The last clause of the text before an amount.
fn clause(before: &str) -> &str {
    const MARKS: [char; 11] = [' ', '\u{3000}', '：', ':', '=', '＝', '，', ',', '\n', '￥', '¥'];
    let before = before.trim_end_matches(MARKS);
    let rough = ["大约", "约为", "约", "近"].iter().find_map(|word| before.strip_suffix(word));
    let before = rough.map_or(before, |before| before.trim_end_matches(MARKS));
    // `35人*600元/月*12月＝`: the factors name nothing.
    let start = before.rfind(CLAUSE).map_or(0, |at| after(before, at));
    let clause = before[start..].trim();
    if clause.starts_with(['/', '／', '*', '×']) { "" } else { unnumbered(clause) }
}

/// Where the character after the one at `at` starts.
fn after(text: &str, at: usize) -> usize {
    at + text[at..].chars().next().map_or(0, char::len_utf8)
}

/// Without the list number that it starts with.
fn unnumbered(clause: &str) -> &str {
    let numbered = clause.trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = numbered.strip_prefix(['、', '.', '．', '）', ')']).filter(|_| numbered.len() < clause.len());
    rest.unwrap_or(clause).trim_start_matches(['）', ')', '、', ' ', '（', '('])
}

/// Without the words at its end, or the one at its start, that name nothing.
fn without_idle(clause: &str) -> &str {
    let mut text = clause;
    loop {
        let before = text;
        for word in IDLE {
            let rest = text.strip_suffix(word).unwrap_or(text);
            // 设计, 统计, 公共 end in such a word and name something.
            let whole = word.chars().count() > 1 || !rest.ends_with(|c| "设统审会预估公伙".contains(c));
            text = if whole { rest.trim_end_matches([' ', '：', ':']) } else { text };
        }
        text = text.strip_prefix("其中").unwrap_or(text).trim_start();
        if text == before {
            return text;
        }
    }
}
