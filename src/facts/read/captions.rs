//! [`Captions`]: the paragraphs before a table, which may name it or state its unit.

/// Paragraphs before a table that may be its caption.
const KEPT: usize = 4;
/// Titles are no longer than this, in characters.
const LONGEST_TITLE: usize = 40;

/// The paragraphs since the last table.
#[derive(Debug, Default)]
pub struct Captions {
    nearby: Vec<String>,
}

impl Captions {
    /// Takes note of a paragraph.
    pub fn add(&mut self, paragraph: &str) {
        if self.nearby.len() == KEPT {
            self.nearby.remove(0);
        }
        self.nearby.push(paragraph.to_owned());
    }

    /// What stands before the table that begins here: its name, if one is given, and the paragraphs, nearest first.
    pub fn take(&mut self) -> (String, Vec<String>) {
        let captions: Vec<String> = self.nearby.drain(..).rev().collect();
        (captions.iter().find(|caption| is_title(caption)).cloned().unwrap_or_default(), captions)
    }
}

/// Whether a caption is a table's title: `表1 项目支出情况`, `附表二：…`, `Table 3`.
fn is_title(caption: &str) -> bool {
    let caption = caption.trim();
    let word = caption.strip_prefix('附').unwrap_or(caption).strip_prefix('表').or(caption.strip_prefix("Table "));
    let numbered = word.is_some_and(|rest| {
        rest.trim_start().starts_with(|first: char| first.is_ascii_digit() || "一二三四五六七八九十".contains(first))
    });
    numbered && caption.chars().count() <= LONGEST_TITLE
}

#[cfg(test)]
mod tests {
    use super::Captions;

    #[test]
    fn the_title_is_found_among_the_captions() {
        let mut captions = Captions::default();
        for paragraph in ["很早", "前文", "附表二：支出", "单位：万元", "表外说明"] {
            captions.add(paragraph);
        }
        let (name, nearby) = captions.take();
        assert_eq!(name, "附表二：支出");
        assert_eq!(nearby, ["表外说明", "单位：万元", "附表二：支出", "前文"]);
        assert_eq!(captions.take(), (String::new(), Vec::new()));
    }
}
