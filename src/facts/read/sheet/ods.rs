//! ods: the sheets of `content.xml`. Values are attributes of cells, exact; repeated cells and rows are written once.

use rustc_hash::FxHashMap;

use super::super::office::xml::{self, Element, Xml};
use super::super::office::{Archive, Trouble};
use super::super::run::{Line, Run};
use super::book::Book;
use super::{Sheet, number};
use crate::facts::address::{MOST_COLUMNS, MOST_ROWS};
use crate::text;

/// Every sheet of the workbook.
pub(super) fn sheets(archive: &mut Archive<'_>) -> Result<Vec<Sheet>, Trouble> {
    let Some(content) = archive.part("content.xml")? else {
        return Err(Trouble::broken(text!("压缩包里没有 content.xml", "there is no content.xml in the archive")));
    };
    let mut walk = Walk::default();
    let cut = Xml::new(content).tell(&mut walk);
    walk.book.finish(cut)
}

#[derive(Default)]
struct Walk {
    book: Book,
    /// The style that is being read, and the styles whose sheets are hidden.
    style: Option<String>,
    hidden_styles: Vec<String>,
    /// The styles that set text so that it says something else, and how the spans that are open are set.
    runs: FxHashMap<String, Run>,
    spans: Vec<Run>,
    row: u32,
    row_repeats: u32,
    column: u32,
    cell: Option<OpenCell>,
    /// Depth within a comment; its text is none of the cell.
    comment: u32,
}

#[derive(Default)]
struct OpenCell {
    kind: String,
    value: String,
    formula: Option<String>,
    repeats: u32,
    rows: u32,
    columns: u32,
    covered: bool,
    shown: String,
    paragraphs: u32,
    in_paragraph: bool,
}

impl xml::Walk for Walk {
    fn open(&mut self, element: &Element<'_>) {
        match element.name() {
            "annotation" => self.comment += 1,
            "style" => self.style = element.attribute("name"),
            "table-properties" if element.attribute("display").as_deref() == Some("false") => {
                self.hidden_styles.extend(self.style.clone());
            }
            "text-properties" => {
                let run = run_of(element);
                if let Some(style) = self.style.clone().filter(|_| run != Run::default()) {
                    self.runs.insert(style, run);
                }
            }
            "span" => {
                let own = element.attribute("style-name").and_then(|style| self.runs.get(&style));
                self.spans.push(own.or(self.spans.last()).copied().unwrap_or_default());
            }
            "table" if self.book.sheet.is_none() => {
                let hidden = element.attribute("style-name").is_some_and(|style| self.hidden_styles.contains(&style));
                self.book.begin(element.attribute("name").unwrap_or_default(), hidden);
                self.row = 0;
            }
            "table-column" => {
                let repeats = element.number("number-columns-repeated").unwrap_or(1).max(1);
                self.book.columns(self.book.told(), repeats, is_hidden(element));
            }
            "table-row" => {
                self.column = 0;
                self.row_repeats = element.number("number-rows-repeated").unwrap_or(1).max(1);
                self.book.begin_row(self.row, is_hidden(element));
            }
            name @ ("table-cell" | "covered-table-cell") => self.cell = Some(open_cell(element, name)),
            "p" | "h" => {
                if let Some(cell) = self.cell.as_mut().filter(|_| self.comment == 0) {
                    if cell.paragraphs > 0 {
                        cell.shown.push('\n');
                    }
                    cell.paragraphs += 1;
                    cell.in_paragraph = true;
                }
            }
            "s" => self.push(&" ".repeat(element.number("c").unwrap_or(1).min(1000) as usize)),
            "tab" => self.push("\t"),
            "line-break" => self.push("\n"),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "p" | "h" => {
                if let Some(cell) = self.cell.as_mut().filter(|_| self.comment == 0) {
                    cell.in_paragraph = false;
                }
            }
            "annotation" => self.comment = self.comment.saturating_sub(1),
            "span" => {
                self.spans.pop();
            }
            "table" => self.book.end(),
            "table-cell" | "covered-table-cell" => {
                if let Some(cell) = self.cell.take() {
                    self.finish(&cell);
                }
            }
            "table-row" => self.end_row(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(cell) = self.cell.as_mut().filter(|cell| cell.in_paragraph && self.comment == 0) {
            cell.shown.push_str(&self.spans.last().copied().unwrap_or_default().read(text));
        }
    }
}

impl Walk {
    fn push(&mut self, text: &str) {
        if let Some(cell) = self.cell.as_mut().filter(|_| self.comment == 0) {
            cell.shown.push_str(text);
        }
    }

    fn finish(&mut self, cell: &OpenCell) {
        let first = self.column;
        self.column = first.saturating_add(cell.repeats);
        let Some(sheet) = &mut self.book.sheet else { return };
        let (row, last) = (self.row, self.column.min(MOST_COLUMNS));
        if row >= MOST_ROWS || first >= MOST_COLUMNS {
            return;
        }
        if cell.formula.is_some() && cell.kind.is_empty() && !cell.covered {
            sheet.uncomputed.push((row, first));
        }
        let numeric = matches!(cell.kind.as_str(), "float" | "currency" | "percentage");
        if let Some(formula) = cell.formula.as_ref().filter(|_| numeric && cell.repeats == 1) {
            let plain =
                formula.strip_prefix("of:=").unwrap_or(formula).replace("[.", "").replace(":.", ":").replace(']', "");
            sheet.keep_formula((row, first), &plain.replace(';', ","));
        }
        self.book.merge((row, first), (cell.columns, cell.rows));
        self.book.add(row, first..last, (&cell.text(), numeric));
    }

    /// Ends the row, and repeats it as often as it says; empty rows only count.
    fn end_row(&mut self) {
        let first = self.row;
        self.row = first.saturating_add(self.row_repeats.max(1));
        self.book.repeat_row(first, self.row);
    }
}

/// How the text of a style is set.
fn run_of(element: &Element<'_>) -> Run {
    let position = element.attribute("text-position").unwrap_or_default();
    let line = match position.split(' ').next() {
        Some("super") => Line::Above,
        Some("sub") => Line::Below,
        _ => Line::On,
    };
    let crossed = element.attribute("text-line-through-style").is_some_and(|style| style != "none");
    Run { gone: crossed || element.attribute("display").as_deref() == Some("none"), line }
}

fn is_hidden(element: &Element<'_>) -> bool {
    matches!(element.attribute("visibility").as_deref(), Some("collapse" | "filter"))
}

fn open_cell(element: &Element<'_>, name: &str) -> OpenCell {
    let kind = element.attribute("value-type").unwrap_or_default();
    let value = ["value", "date-value", "time-value", "boolean-value", "string-value"];
    OpenCell {
        value: value.iter().find_map(|name| element.attribute(name)).unwrap_or_default(),
        kind,
        formula: element.attribute("formula"),
        repeats: element.number("number-columns-repeated").unwrap_or(1).max(1),
        rows: element.number("number-rows-spanned").unwrap_or(1),
        columns: element.number("number-columns-spanned").unwrap_or(1),
        covered: name == "covered-table-cell",
        ..OpenCell::default()
    }
}

impl OpenCell {
    /// What the cell shows.
    fn text(&self) -> String {
        let shown = self.shown.trim();
        let is_error = shown.starts_with("Err:") || shown.starts_with('#') && self.formula.is_some();
        match self.kind.as_str() {
            _ if is_error => shown.to_owned(),
            "float" | "currency" | "percentage" => {
                let (up, mark) = if self.kind == "percentage" { (2, "%") } else { (0, "") };
                number::plain(&self.value, decimals(shown), up).map_or_else(|| self.value.clone(), |text| text + mark)
            }
            "date" => self.value.strip_suffix("T00:00:00").unwrap_or(&self.value).replace('T', " "),
            "boolean" => self.value.to_uppercase(),
            "" if self.formula.is_some() && shown.is_empty() => {
                format!("={}", self.formula.as_deref().unwrap_or_default())
            }
            _ if self.shown.is_empty() => self.value.clone(),
            _ => self.shown.clone(),
        }
    }
}

/// Decimal places of the number that is shown: `1,234.50` has two.
fn decimals(shown: &str) -> usize {
    let after = shown.rsplit_once('.').map_or("", |(_, after)| after);
    after.bytes().take_while(u8::is_ascii_digit).count().min(15)
}
