//! xlsx and xlsm, read from their XML so that numbers are the text that the file stores.
//!
//! calamine would hand over doubles and a dense rectangle of cells; here a lying dimension costs nothing, hidden rows and
//! columns are known, and a formula without a stored result is seen.

mod cells;
mod parts;

use std::collections::BTreeMap;

use super::super::office::{Archive, Trouble};
use super::room::Room;
use super::{Sheet, some};
use crate::text;

/// Every sheet that holds cells, in the order of its tabs.
pub(super) fn sheets(archive: &mut Archive<'_>) -> Result<Vec<Sheet>, Trouble> {
    let main = parts::main_part(archive)?;
    let targets = parts::relations(archive, &main)?;
    let workbook = parts::workbook(archive, &main)?;
    let shared = match parts::of_kind(&targets, "sharedStrings") {
        Some(part) => parts::shared_strings(archive, &part)?,
        None => Vec::new(),
    };
    let formats = match parts::of_kind(&targets, "styles") {
        Some(part) => parts::formats(archive, &part)?,
        None => Vec::new(),
    };
    let context = cells::Context { shared, formats, since_1904: workbook.since_1904 };
    let (mut sheets, mut room) = (Vec::new(), Room::default());
    let by_id: BTreeMap<&str, &parts::Target> = targets.iter().map(|target| (target.id.as_str(), target)).collect();
    for tab in &workbook.tabs {
        // Chart and dialog sheets hold no cells.
        let Some(target) = by_id.get(tab.id.as_str()).filter(|target| target.kind == "worksheet") else { continue };
        let mut sheet = match archive.part(&target.part)? {
            Some(part) => {
                room.begin();
                cells::read(part, &context, &mut room)
            }
            None => {
                let name = &tab.name;
                let why = text!("工作表 {name} 的内容不在文件里", "the content of sheet {name} is not in the file");
                Sheet { cut: Some(Trouble::broken(why)), ..Sheet::default() }
            }
        };
        sheet.name.clone_from(&tab.name);
        sheet.hidden = tab.hidden;
        sheets.push(sheet);
    }
    some(sheets)
}
