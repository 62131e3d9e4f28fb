//! The parts of a workbook around its sheets: relations, tabs, shared texts, number formats.

use super::super::super::office::xml::{Node, Xml};
use super::super::super::office::{Archive, Trouble};
use super::super::super::run::Run;
use super::super::style::NumberFormat;
use crate::text;

/// Shared texts together may be this long.
const SHARED_LIMIT: usize = 512 << 20;

/// A relation of a part to another.
pub(super) struct Target {
    pub(super) id: String,
    /// The last word of its type: `worksheet`, `sharedStrings`.
    pub(super) kind: String,
    pub(super) part: String,
}

/// What the workbook part says.
#[derive(Default)]
pub(super) struct Workbook {
    pub(super) tabs: Vec<Tab>,
    pub(super) since_1904: bool,
}

/// A tab of the workbook.
pub(super) struct Tab {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) hidden: bool,
}

/// The part that is the workbook.
pub(super) fn main_part(archive: &mut Archive<'_>) -> Result<String, Trouble> {
    let targets = relations(archive, "")?;
    let main = of_kind(&targets, "officeDocument").unwrap_or_else(|| "xl/workbook.xml".to_owned());
    if archive.has(&main) {
        return Ok(main);
    }
    Err(Trouble::broken(text!("压缩包里没有工作簿", "there is no workbook in the archive")))
}

/// The first target of that kind.
pub(super) fn of_kind(targets: &[Target], kind: &str) -> Option<String> {
    targets.iter().find(|target| target.kind == kind).map(|target| target.part.clone())
}

/// The relations of `part`; of the archive itself when `part` is empty.
pub(super) fn relations(archive: &mut Archive<'_>, part: &str) -> Result<Vec<Target>, Trouble> {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    let name = if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") };
    let mut targets = Vec::new();
    let Some(input) = archive.part(&name)? else { return Ok(targets) };
    let mut xml = Xml::new(input);
    loop {
        match xml.node()? {
            Node::Open(element) if element.name() == "Relationship" => {
                let (Some(id), Some(kind), Some(target)) =
                    (element.attribute("Id"), element.attribute("Type"), element.attribute("Target"))
                else {
                    continue;
                };
                let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                targets.push(Target { id, kind, part: resolved(folder, &target) });
            }
            Node::End => return Ok(targets),
            _ => {}
        }
    }
}

/// The name of the part that `target` means when it is written in a part of `folder`.
fn resolved(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            ".." => {
                steps.pop();
            }
            "." | "" => {}
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// Tabs and the day that dates count from.
pub(super) fn workbook(archive: &mut Archive<'_>, part: &str) -> Result<Workbook, Trouble> {
    let mut workbook = Workbook::default();
    let Some(input) = archive.part(part)? else { return Ok(workbook) };
    let mut xml = Xml::new(input);
    loop {
        match xml.node()? {
            Node::Open(element) if element.name() == "sheet" => workbook.tabs.push(Tab {
                name: element.attribute("name").unwrap_or_default(),
                id: element.attribute("id").unwrap_or_default(),
                hidden: element.attribute("state").is_some_and(|state| state != "visible"),
            }),
            Node::Open(element) if element.name() == "workbookPr" => workbook.since_1904 = element.flag("date1904"),
            Node::End => return Ok(workbook),
            _ => {}
        }
    }
}

/// The texts that cells point at, without phonetic guides.
pub(super) fn shared_strings(archive: &mut Archive<'_>, part: &str) -> Result<Vec<Box<str>>, Trouble> {
    let mut texts = Vec::new();
    let Some(input) = archive.part(part)? else { return Ok(texts) };
    let mut xml = Xml::new(input);
    let (mut current, mut in_text, mut in_guide, mut total) = (String::new(), false, false, 0);
    let mut run = Run::default();
    loop {
        match xml.node()? {
            Node::Open(element) => match element.name() {
                "si" => current.clear(),
                "t" => in_text = true,
                "r" => run = Run::default(),
                "rPh" => in_guide = true,
                name => run.property(name, element.value("val").as_deref()),
            },
            Node::Text(text) if in_text && !in_guide => current.push_str(&run.read(&text)),
            Node::Close(end) => match end.name() {
                "si" => {
                    total += current.len() + 16;
                    texts.push(unescaped(&current).into_boxed_str());
                }
                "t" => in_text = false,
                "r" => run = Run::default(),
                "rPh" => in_guide = false,
                _ => {}
            },
            Node::End => return Ok(texts),
            Node::Text(_) | Node::Other => {}
        }
        if total > SHARED_LIMIT {
            return Err(Trouble::limit(text!("文本合计过长", "its texts are too long together")));
        }
    }
}

/// `text` with `_x000D_` and the like as the characters that they stand for, which workbooks write for what XML cannot hold.
pub(super) fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let code = rest.get(at + 2..at + 6).filter(|_| rest.get(at + 6..at + 7) == Some("_"));
        let character = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
        match character {
            Some(character) => {
                plain.push_str(&rest[..at]);
                plain.push(character);
                rest = &rest[at + 7..];
            }
            None => {
                plain.push_str(&rest[..at + 2]);
                rest = &rest[at + 2..];
            }
        }
    }
    plain.push_str(rest);
    plain.replace("\r\n", "\n")
}

/// The number format of every cell style.
pub(super) fn formats(archive: &mut Archive<'_>, part: &str) -> Result<Vec<NumberFormat>, Trouble> {
    let (mut codes, mut formats) = (Vec::new(), Vec::new());
    let Some(input) = archive.part(part)? else { return Ok(formats) };
    let mut xml = Xml::new(input);
    let mut in_cell_styles = false;
    loop {
        match xml.node()? {
            Node::Open(element) => match element.name() {
                "numFmt" => {
                    if let (Some(id), Some(code)) = (element.number("numFmtId"), element.attribute("formatCode")) {
                        codes.push((id, NumberFormat::of_code(&code)));
                    }
                }
                "cellXfs" => in_cell_styles = true,
                "xf" if in_cell_styles => {
                    let id = element.number("numFmtId").unwrap_or(0);
                    let own = codes.iter().find(|(known, _)| *known == id).map(|(_, format)| *format);
                    formats.push(own.unwrap_or_else(|| NumberFormat::built_in(id)));
                }
                _ => {}
            },
            Node::Close(end) if end.name() == "cellXfs" => in_cell_styles = false,
            Node::End => return Ok(formats),
            Node::Close(_) | Node::Text(_) | Node::Other => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{resolved, unescaped};

    #[test]
    fn targets_are_found_from_the_folder_of_the_part() {
        assert_eq!(resolved("xl", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolved("xl", "/xl/worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolved("xl/a", "../../../b.xml"), "b.xml");
    }

    #[test]
    fn escaped_characters_become_themselves() {
        assert_eq!(unescaped("甲_x000D_\n乙"), "甲\n乙");
        assert_eq!(unescaped("_x005F_x000D_"), "_x000D_");
        assert_eq!(unescaped("a_x_预_xZZZZ_"), "a_x_预_xZZZZ_");
        assert_eq!(unescaped("_xD800_"), "_xD800_");
    }
}
