//! ods: the sheets of `content.xml`. Values are attributes of cells, exact; repeated cells and rows are written once.

use std::io::BufRead;

use super::super::address::{MOST_COLUMNS, MOST_ROWS};
use super::super::office::xml::{Element, Node, Xml};
use super::super::office::{Archive, Trouble};
use super::{MOST_CELLS, Merge, Sheet, SheetCell, SheetRow, finished, number};
use crate::text;

/// Every sheet of the workbook.
pub(super) fn sheets(archive: &mut Archive<'_>) -> Result<Vec<Sheet>, Trouble> {
    let Some(content) = archive.part("content.xml")? else {
        return Err(Trouble::broken(text!("压缩包里没有 content.xml", "there is no content.xml in the archive")));
    };
    let sheets = read(content);
    if sheets.is_empty() {
        return Err(Trouble::broken(text!("里面没有工作表", "there is no worksheet in it")));
    }
    Ok(sheets)
}

fn read(input: impl BufRead) -> Vec<Sheet> {
    let mut walk = Walk::default();
    let mut xml = Xml::new(input);
    let cut = xml.each(|node| walk.step(node));
    walk.sheets.extend(walk.sheet.take());
    finished(walk.sheets, cut)
}

#[derive(Default)]
struct Walk {
    sheets: Vec<Sheet>,
    sheet: Option<Sheet>,
    /// The style that is being read, and the styles whose sheets are hidden.
    style: Option<String>,
    hidden_styles: Vec<String>,
    row: u32,
    row_repeats: u32,
    column: u32,
    /// The next column of the sheet whose visibility is told.
    told: u32,
    cell: Option<OpenCell>,
    /// Depth within a comment; its text is none of the cell.
    comment: u32,
    cells: usize,
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

impl Walk {
    /// Takes a node; whether there is more to come.
    fn step(&mut self, node: Node) -> Result<bool, Trouble> {
        match node {
            Node::Open(element) => self.open(&element),
            Node::Close(name) => self.close(&name)?,
            Node::Text(text) => {
                if let Some(cell) = self.cell.as_mut().filter(|cell| cell.in_paragraph && self.comment == 0) {
                    cell.shown.push_str(&text);
                }
            }
            Node::End => return Ok(false),
        }
        Ok(true)
    }

    fn open(&mut self, element: &Element) {
        match element.name() {
            "annotation" => self.comment += 1,
            "style" => self.style = element.attribute("name"),
            "table-properties" if element.attribute("display").as_deref() == Some("false") => {
                self.hidden_styles.extend(self.style.clone());
            }
            "table" if self.sheet.is_none() => {
                let hidden = element.attribute("style-name").is_some_and(|style| self.hidden_styles.contains(&style));
                let name = element.attribute("name").unwrap_or_default();
                self.sheet = Some(Sheet { name, hidden, ..Sheet::default() });
                (self.row, self.told) = (0, 0);
            }
            "table-column" => self.column_of(element),
            "table-row" => {
                self.column = 0;
                self.row_repeats = element.number("number-rows-repeated").unwrap_or(1).max(1);
                let hidden = matches!(element.attribute("visibility").as_deref(), Some("collapse" | "filter"));
                let number = self.row;
                if let Some(sheet) = self.sheet.as_mut().filter(|_| number < MOST_ROWS) {
                    sheet.rows.push(SheetRow { number, hidden, cells: Vec::new() });
                }
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

    fn push(&mut self, text: &str) {
        if let Some(cell) = self.cell.as_mut().filter(|_| self.comment == 0) {
            cell.shown.push_str(text);
        }
    }

    fn column_of(&mut self, element: &Element) {
        let repeats = element.number("number-columns-repeated").unwrap_or(1).max(1);
        let first = self.told;
        self.told = first.saturating_add(repeats).min(MOST_COLUMNS);
        let hidden = matches!(element.attribute("visibility").as_deref(), Some("collapse" | "filter"));
        let last = self.told.saturating_sub(1);
        if let Some(sheet) = self.sheet.as_mut().filter(|sheet| hidden && sheet.hidden_columns.len() < 1000) {
            sheet.hidden_columns.push((first, last));
        }
    }

    fn close(&mut self, name: &str) -> Result<(), Trouble> {
        match name {
            "p" | "h" => {
                if let Some(cell) = self.cell.as_mut().filter(|_| self.comment == 0) {
                    cell.in_paragraph = false;
                }
            }
            "annotation" => self.comment = self.comment.saturating_sub(1),
            "table" => self.sheets.extend(self.sheet.take()),
            "table-cell" | "covered-table-cell" => {
                if let Some(cell) = self.cell.take() {
                    self.finish(&cell)?;
                }
            }
            "table-row" => self.end_row()?,
            _ => {}
        }
        Ok(())
    }

    fn finish(&mut self, cell: &OpenCell) -> Result<(), Trouble> {
        let first = self.column;
        self.column = first.saturating_add(cell.repeats);
        let Some(sheet) = &mut self.sheet else { return Ok(()) };
        let (row, last) = (self.row, self.column.min(MOST_COLUMNS));
        if row >= MOST_ROWS || first >= MOST_COLUMNS {
            return Ok(());
        }
        if cell.rows > 1 || cell.columns > 1 {
            let bottom = row.saturating_add(cell.rows.max(1) - 1).min(MOST_ROWS - 1);
            let right = first.saturating_add(cell.columns.max(1) - 1).min(MOST_COLUMNS - 1);
            sheet.merges.push(Merge { top: row, left: first, bottom, right });
        }
        if cell.formula.is_some() && cell.kind.is_empty() && !cell.covered {
            sheet.uncomputed.push((row, first));
        }
        let text = cell.text();
        if text.is_empty() {
            return Ok(());
        }
        let numeric = matches!(cell.kind.as_str(), "float" | "currency" | "percentage");
        if let Some(formula) = cell.formula.as_ref().filter(|_| numeric && cell.repeats == 1) {
            let plain =
                formula.strip_prefix("of:=").unwrap_or(formula).replace("[.", "").replace(":.", ":").replace(']', "");
            sheet.keep_formula((row, first), &plain.replace(';', ","));
        }
        self.cells += (last - first) as usize;
        self.bounded(text.len().saturating_mul((last - first) as usize))?;
        if let Some(row) = self.sheet.as_mut().and_then(|sheet| sheet.rows.last_mut()) {
            row.cells.extend((first..last).map(|column| SheetCell { column, text: text.clone(), numeric }));
        }
        Ok(())
    }

    /// Ends the row, and repeats it as often as it says; empty rows only count.
    fn end_row(&mut self) -> Result<(), Trouble> {
        let (first, repeats) = (self.row, self.row_repeats.max(1));
        self.row = first.saturating_add(repeats);
        let last = self.row.min(MOST_ROWS);
        let Some(sheet) = &mut self.sheet else { return Ok(()) };
        let Some(row) = sheet.rows.last() else { return Ok(()) };
        if row.cells.is_empty() && !row.hidden || row.number != first {
            return Ok(());
        }
        let (hidden, texts) = (
            row.hidden,
            row.cells.iter().map(|cell| (cell.column, cell.text.clone(), cell.numeric)).collect::<Vec<_>>(),
        );
        let size: usize = texts.iter().map(|(_, text, _)| text.len()).sum();
        for number in first + 1..last {
            self.cells += texts.len().max(1);
            let cells = texts
                .iter()
                .map(|(column, text, numeric)| SheetCell { column: *column, text: text.clone(), numeric: *numeric })
                .collect();
            if let Some(sheet) = &mut self.sheet {
                sheet.rows.push(SheetRow { number, hidden, cells });
            }
            self.bounded(size)?;
        }
        Ok(())
    }

    /// Stops what repeats without end: each cell counts, and long texts as several.
    fn bounded(&mut self, size: usize) -> Result<(), Trouble> {
        self.cells = self.cells.saturating_add(size / 64);
        if self.cells <= MOST_CELLS {
            return Ok(());
        }
        let why = text!(
            "超过 {MOST_CELLS} 个单元格，其余没有读入",
            "it has more than {MOST_CELLS} cells; the rest was not read"
        );
        Err(Trouble::limit(why))
    }
}

fn open_cell(element: &Element, name: &str) -> OpenCell {
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
                let percent = self.kind == "percentage";
                number::plain(&self.value, decimals(shown), percent).unwrap_or_else(|| self.value.clone())
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
