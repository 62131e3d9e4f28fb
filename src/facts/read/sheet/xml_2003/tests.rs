use std::path::Path;

use super::super::super::{Options, Request};
use super::super::Sheet;
use super::looks_like;
use crate::diagnostic::{Code, Report};
use crate::facts::read::office::Trouble;
use crate::source::Span;

/// A row's number and its cells.
type Row<'a> = (u32, Vec<(u32, &'a str)>);

fn told(bytes: &[u8]) -> (Result<Vec<Sheet>, Trouble>, Vec<Code>) {
    let options = Options::default();
    let request = Request { path: Path::new("a.xls"), name: "a.xls", at: Span::default(), options: &options };
    let mut report = Report::new();
    let read = super::sheets(&request, bytes, &mut report);
    (read, report.diagnostics().iter().map(|one| one.code).collect())
}

fn sheets(bytes: &[u8]) -> Result<Vec<Sheet>, Trouble> {
    told(bytes).0
}

fn document(head: &str, body: &str) -> String {
    format!(
        "{head}<?mso-application progid=\"Excel.Sheet\"?>\n<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
         xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">{body}</Workbook>"
    )
}

const STYLES: &str = r#"<Styles><Style ss:ID="Default"><NumberFormat/></Style>
<Style ss:ID="d"><NumberFormat ss:Format="Short Date"/></Style><Style ss:ID="p"><NumberFormat ss:Format="0.0%"/></Style>
<Style ss:ID="c" ss:Parent="p"/><Style ss:ID="f"><NumberFormat ss:Format="Fixed"/></Style></Styles>"#;

fn rows(sheet: &Sheet) -> Vec<Row<'_>> {
    let cells = sheet.rows.iter().map(|row| row.cells.iter().map(|cell| (cell.column(), sheet.text(*cell))).collect());
    sheet.rows.iter().map(|row| row.number).zip(cells).collect()
}

#[test]
fn cells_stand_where_they_say_and_show_what_they_mean() {
    let body = format!(
        r#"{STYLES}<Worksheet ss:Name="支出"><Table><Column ss:Index="2" ss:Hidden="1" ss:Span="1"/>
<Row><Cell ss:MergeAcross="2"><Data ss:Type="String">2024年支出表</Data></Cell><Cell><Data ss:Type="String">单位：元</Data></Cell></Row>
<Row ss:Index="4" ss:Hidden="1" ss:StyleID="f"><Cell ss:Index="2"><Data ss:Type="Number">1.2300000000000001E+5</Data></Cell>
<Cell ss:StyleID="p" ss:MergeDown="1"><Data ss:Type="Number">0.85499999999999998</Data></Cell><Cell ss:StyleID="c"><Data ss:Type="Number">1</Data></Cell></Row>
<Row><Cell ss:StyleID="d"><Data ss:Type="DateTime">2020-03-05T00:00:00.000</Data></Cell><Cell><Data ss:Type="DateTime">2020-03-05T08:30:00.000</Data></Cell>
<Cell ss:Index="4" ss:StyleID="d"><Data ss:Type="Number">43895</Data></Cell><Cell><Data ss:Type="Boolean">1</Data></Cell><Cell><Data ss:Type="Error">#N/A</Data></Cell></Row>
<Row><Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>甲</B>&amp;<Font>乙&#10;丙</Font></ss:Data><Comment><ss:Data>批注</ss:Data></Comment></Cell>
<Cell ss:Formula="=R[-1]C*2"/><Cell ss:Formula="=1+1"><Data ss:Type="Number">2</Data></Cell></Row>
</Table><WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>
<Worksheet ss:Name="另一页"><Table><Row><Cell><Data ss:Type="String">x</Data></Cell></Row></Table></Worksheet>"#
    );
    let text = document("<?xml version=\"1.0\"?>\n", &body);
    assert!(looks_like(text.as_bytes()));
    let read = sheets(text.as_bytes()).unwrap();
    let [first, second] = &read[..] else { panic!("{} sheets", read.len()) };
    assert_eq!(
        (first.name.as_str(), first.hidden, second.name.as_str(), second.hidden),
        ("支出", true, "另一页", false)
    );
    assert_eq!(
        rows(first),
        [
            (0, vec![(0, "2024年支出表"), (3, "单位：元")]),
            (3, vec![(1, "123000.00"), (2, "85.5%"), (3, "100.0%")]),
            (4, vec![(0, "2020-03-05"), (1, "2020-03-05 08:30:00"), (3, "2020-03-05"), (4, "TRUE"), (5, "#N/A")]),
            (5, vec![(0, "甲&乙\n丙"), (2, "2")]),
        ]
    );
    assert_eq!(
        first.merges.iter().map(|merge| (merge.top, merge.left, merge.bottom, merge.right)).collect::<Vec<_>>(),
        [(0, 0, 0, 2), (3, 2, 4, 2)]
    );
    assert_eq!(
        (&first.hidden_columns[..], first.rows[1].hidden, &first.uncomputed[..]),
        (&[(1, 2)][..], true, &[(5, 1)][..])
    );
}

#[test]
fn documents_come_in_every_encoding_and_what_is_broken_is_read_up_to_there() {
    let body = r#"<Worksheet ss:Name="表"><Table><Row><Cell><Data ss:Type="String">非遗展演</Data></Cell></Row></Table></Worksheet>"#;
    let gb = document("<?xml version=\"1.0\" encoding=\"gb2312\"?>", body);
    let (gb, ..) = encoding_rs::GB18030.encode(&gb);
    let wide = document("<?xml version=\"1.0\" encoding=\"UTF-16\"?>", body);
    let wide: Vec<u8> = "\u{feff}".encode_utf16().chain(wide.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for bytes in [&gb[..], &wide] {
        assert!(looks_like(bytes));
        assert_eq!(rows(&sheets(bytes).unwrap()[0]), [(0, vec![(0, "非遗展演")])]);
    }
    let mut bad = document("", body).into_bytes();
    let at = bad.windows(3).position(|part| part == "非".as_bytes()).unwrap();
    bad[at] = 0xff;
    assert_eq!(told(&bad).1, [Code::BadEncoding]);
    let whole = document("", body);
    let cut = whole.find("</Table>").unwrap();
    let read = sheets(&whole.as_bytes()[..cut]).unwrap();
    assert_eq!((rows(&read[0]).len(), read[0].cut.is_some()), (1, true));
    assert!(sheets(document("", "").as_bytes()).is_err());
    let far = r#"<Worksheet ss:Name="远"><Table><Row ss:Index="4294967295"><Cell ss:Index="4294967295" ss:MergeAcross="4294967295"><Data ss:Type="String">x</Data></Cell></Row><Row ss:Index="2" ss:Span="4294967295"/><Row><Cell><Data ss:Type="String">y</Data></Cell></Row></Table></Worksheet>"#;
    assert_eq!(sheets(document("", far).as_bytes()).unwrap()[0].stray, 2);
}

proptest::proptest! {
    #[test]
    fn damaged_documents_are_read_without_a_panic(
        cut in 0_usize..900,
        changes in proptest::collection::vec((0_usize..900, proptest::num::u8::ANY), 0..20),
    ) {
        let body = format!("{STYLES}{}", r#"<Worksheet ss:Name="表"><Table><Row ss:Index="2"><Cell ss:Index="3" ss:StyleID="p"><Data ss:Type="Number">1e5</Data></Cell></Row></Table></Worksheet>"#);
        let mut bytes = document("<?xml version=\"1.0\"?>", &body).into_bytes();
        for (at, byte) in changes {
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
        }
        let _ = sheets(&bytes);
        bytes.truncate(cut);
        let _ = sheets(&bytes);
    }
}
