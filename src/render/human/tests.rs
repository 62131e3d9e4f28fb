use super::{Style, diagnostic, finding};
use crate::diagnostic::{Code, Diagnostic, Lang};
use crate::finding::{Finding, Label, Severity};
use crate::source::{FileId, SourceMap, Span};
use crate::text;

const STYLE: Style = Style { columns: 80, color: false, lang: Lang::Zh };

fn span_of(map: &SourceMap, file: FileId, needle: &str) -> Span {
    let start = map.file(file).text().find(needle).unwrap();
    map.file(file).span_of(start..start + needle.len())
}

#[test]
fn a_finding_over_two_files_has_the_primary_file_first_and_wide_characters_aligned() {
    let mut map = SourceMap::new();
    let narrative = map.add("a.txt", "项目23个，预算数为6462.78万元\n").unwrap();
    let table = map.add("z.toml", "[[project]]\nname = \"关工委经费\"\nbudget = 2\nspent = 25.08\n").unwrap();
    let label = |file, needle: &str, text: &str| Label {
        span: span_of(&map, file, needle),
        address: None,
        text: text.to_owned(),
    };
    let found = Finding {
        code: "YS-001".into(),
        severity: Severity::Error,
        message: "“关工委经费”支出 25.08万元，超出预算 2万元".into(),
        key: "关工委经费".into(),
        labels: vec![
            label(table, "2\n", "预算"),
            label(narrative, "6462.78万元", "总额"),
            label(table, "25.08", "支出"),
        ],
        folded: Some("另有 3 处，合计 7.5万元".into()),
        help: Some("核对凭证；确需追加的，补办预算调整手续。".into()),
        notes: vec![],
        cause: None,
        evidence: None,
    };
    let drawn = finding(&map, (7, &found), STYLE);
    let expected = "\
#7 YS-001 (error)

  × “关工委经费”支出 25.08万元，超出预算 2万元
   ╭─[z.toml:3:10]
 3 │ budget = 2
   ·          ┬
   ·          ╰── 预算
 4 │ spent = 25.08
   ·         ──┬──
   ·           ╰── 支出
   ╰────
   ╭─[a.txt:1:11]
 1 │ 项目23个，预算数为6462.78万元
   ·                   ─────┬─────
   ·                        ╰── 总额
   ╰────
  … 另有 3 处，合计 7.5万元
  help: 核对凭证；确需追加的，补办预算调整手续。
";
    assert_eq!(drawn, expected);
}

#[test]
fn ends_of_files_and_empty_spans_are_drawn() {
    let mut map = SourceMap::new();
    let file = map.add("x.dl", "a(1)\n\n").unwrap();
    let end = map.file(file).span().end();
    let wrong = Diagnostic::error(Code::MissingDot, text!("缺 `.`", "missing `.`")).at(Span::new(end, end));
    let drawn = diagnostic(&map, &wrong, STYLE);
    assert!(drawn.contains(" 1 │ a(1)\n   ·     ▲\n"), "{drawn}");
    let nowhere = Diagnostic::error(Code::MissingDot, text!("缺 `.`", "missing `.`")).at(Span::new(9000, 9001));
    assert_eq!(diagnostic(&map, &nowhere, STYLE), "missing-dot (error)\n\n  × 缺 `.`\n");
}

#[test]
fn any_span_is_drawn_at_any_width() {
    let mut map = SourceMap::new();
    map.add("甲", "汉字\t汉字汉字汉字汉字汉字汉字汉字汉字汉字汉字汉字\r\n\u{1b}[0m\n\n").unwrap();
    map.add("乙", "").unwrap();
    map.add("丙", "没有换行").unwrap();
    for columns in [0, 1, 20, 40, 80] {
        for start in 0..120 {
            for len in [0, 1, 2, 5, 30, 90] {
                let mut wrong = Diagnostic::error(Code::BadToml, text!("错", "wrong"));
                for shift in [0, 1, 7] {
                    let span = Span::new(start + shift, start + shift + len);
                    wrong = wrong.secondary(span, text!("这里有一段很长很长的说明文字", "here"));
                }
                let drawn = diagnostic(&map, &wrong, Style { columns, ..STYLE });
                assert!(!drawn.contains('\u{1b}') && !drawn.contains("Failed"), "{drawn}");
            }
        }
    }
}
