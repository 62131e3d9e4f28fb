//! Bytes to text: the encoding that is asked for, marked, declared or found out, and what in the bytes is not of it.

use encoding_rs::{BIG5, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::Request;
use super::open;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::{FileId, SourceMap, Span};
use crate::text;

/// Bytes that are looked at for the pattern of UTF-16.
const SAMPLE: usize = 4096;
/// Bytes whose pairs are looked at.
const BIG5_SAMPLE: usize = 1 << 16;

/// A text, and how its bytes were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text, wrong bytes replaced by `U+FFFD`.
    pub text: String,
    /// The name of the encoding.
    pub encoding: &'static str,
    /// How it was found.
    pub found: Found,
    /// How many places hold bytes that are not of the encoding.
    pub wrong: usize,
}

/// How an encoding was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The manifest says so.
    Asked,
    /// A byte order mark says so.
    Marked,
    /// The file itself says so, as web pages do.
    Declared,
    /// All bytes are of it, and hardly anything else would be.
    Valid,
    /// It is the likeliest.
    Guessed,
}

/// Decodes the file that is asked for and adds it to the map. What was guessed or is wrong goes to the report.
pub fn open_text(sources: &mut SourceMap, request: &Request<'_>, report: &mut Report) -> Option<FileId> {
    let bytes = open::bytes(request, report)?;
    add_text(sources, request, &bytes, None, report)
}

/// Decodes `bytes`, for which the file itself may have `declared` an encoding, and adds the text to the map.
pub fn add_text(
    sources: &mut SourceMap,
    request: &Request<'_>,
    bytes: &[u8],
    declared: Option<&str>,
    report: &mut Report,
) -> Option<FileId> {
    let mut decoded = said(request, bytes, declared, report);
    let text = without_zeros(plain_breaks(std::mem::take(&mut decoded.text)), request, report);
    let first_wrong = text.find('\u{fffd}');
    let file = open::add(sources, request, text, report)?;
    let at = first_wrong.map_or(request.at, |at| sources.file(file).span_of(at..at + '\u{fffd}'.len_utf8()));
    report.extend(wrong(request, &decoded, at));
    Some(file)
}

/// Decodes `bytes`, for which the file itself may have `declared` an encoding, and says how when that was guessed.
pub fn said(request: &Request<'_>, bytes: &[u8], declared: Option<&str>, report: &mut Report) -> Decoded {
    let asked = request.options.encoding.as_deref();
    let decoded = decode(bytes, asked, declared);
    let name = request.name;
    if let Some(label) = asked.filter(|label| Encoding::for_label(label.as_bytes()).is_none()) {
        let message = text!("没有叫“{label}”的编码", "there is no encoding “{label}”");
        let help = text!("写 utf-8、gb18030、gbk 或 utf-16le", "write utf-8, gb18030, gbk or utf-16le");
        report.push(Diagnostic::error(Code::BadEncoding, message).at(request.at).help(help));
    } else if decoded.found == Found::Guessed {
        let encoding = decoded.encoding;
        let message =
            text!("{name} 没有写明编码，按 {encoding} 读", "{name} names no encoding; it was read as {encoding}");
        let help =
            text!("若有乱码，在清单里写明 encoding", "if its words come out wrong, say `encoding` in the manifest");
        report.push(Diagnostic::note(Code::EncodingGuessed, message).at(request.at).help(help));
    }
    decoded
}

/// The complaint about bytes that are not of the encoding, the first of which stand at `at`; none when there are none.
pub fn wrong(request: &Request<'_>, decoded: &Decoded, at: Span) -> Option<Diagnostic> {
    let (name, encoding, wrong) = (request.name, decoded.encoding, decoded.wrong);
    let message = text!(
        "{name} 中有 {wrong} 处不是 {encoding} 编码的字节",
        "{wrong} places of {name} hold bytes that are not {encoding}"
    );
    let help = text!(
        "在清单里写明 encoding，或用编辑器另存为 UTF-8；文件也可能不完整",
        "say `encoding` in the manifest, or save it as UTF-8; the file may also be cut short"
    );
    let label = text!("第一处", "the first of them");
    (wrong > 0).then(|| Diagnostic::error(Code::BadEncoding, message).primary(at, label).help(help))
}

/// `text` with `\n` for every kind of line break, so that lines are what editors call lines.
fn plain_breaks(text: String) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text }
}

/// `text` without the zero bytes with which old systems fill up cells; that there were any is said.
fn without_zeros(text: String, request: &Request<'_>, report: &mut Report) -> String {
    let (name, count) = (request.name, text.matches('\0').count());
    if count == 0 {
        return text;
    }
    let message =
        text!("{name} 里有 {count} 个空字节（NUL），没有当作内容", "{count} NUL bytes of {name} were left out");
    report.push(Diagnostic::note(Code::Doubtful, message).at(request.at));
    text.replace('\0', "")
}

/// Decodes `bytes`. The encoding asked for goes first, then a byte order mark, then what is `declared`, then what fits.
#[must_use]
pub fn decode(bytes: &[u8], asked: Option<&str>, declared: Option<&str>) -> Decoded {
    let named = |label: Option<&str>| label.and_then(|label| Encoding::for_label(label.trim().as_bytes()));
    let marked = Encoding::for_bom(bytes);
    let content = &bytes[marked.map_or(0, |(_, length)| length)..];
    if let Some(encoding) = named(asked) {
        return with(encoding, content, Found::Asked);
    }
    if let Some((encoding, _)) = marked {
        return with(encoding, content, Found::Marked);
    }
    if let Some(encoding) = named(declared) {
        let decoded = with(encoding, content, Found::Declared);
        // Pages that lie about their encoding are common: one that all bytes are of is hardly ever so by chance.
        let other = Some(decoded.wrong).filter(|wrong| *wrong > 0).map(|_| found_out(content));
        return other.filter(|other| other.wrong == 0).unwrap_or(decoded);
    }
    found_out(content)
}

fn found_out(bytes: &[u8]) -> Decoded {
    if let Some(encoding) = utf_16_by_pattern(bytes) {
        return with(encoding, bytes, Found::Guessed);
    }
    let utf_8 = with(UTF_8, bytes, Found::Valid);
    // A few wrong bytes among much valid UTF-8 are damage, not another encoding.
    let beyond_ascii = utf_8.text.chars().filter(|character| !character.is_ascii()).count();
    if utf_8.wrong * 20 <= beyond_ascii {
        return utf_8;
    }
    let encoding = match () {
        () if is_western(bytes) => WINDOWS_1252,
        () if is_big5(bytes) => BIG5,
        () => GB18030,
    };
    with(encoding, bytes, Found::Guessed)
}

/// Whether the bytes beyond ASCII stand alone, as `£` and `é` do in Western text, rather than in pairs as Chinese has
/// them.
fn is_western(bytes: &[u8]) -> bool {
    let is_high = |byte: &u8| *byte >= 0x80;
    let (mut alone, mut paired) = (0_usize, 0_usize);
    for run in bytes.split(|byte| !is_high(byte)).filter(|run| !run.is_empty()) {
        if run.len() == 1 {
            alone += 1;
        } else {
            paired += run.len();
        }
    }
    // What windows-1252 does not define is not Western.
    let undefined = |byte: &u8| matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d);
    alone > paired && !bytes.iter().any(undefined)
}

/// Whether the bytes are Chinese in Big5 rather than in GB18030: all pairs are of it, and many end in an ASCII byte, as no
/// character of GB 2312 does; characters of GBK beyond that begin with bytes that Big5 has not.
fn is_big5(bytes: &[u8]) -> bool {
    let (mut pairs, mut low) = (0_usize, 0_usize);
    let mut rest = &bytes[..bytes.len().min(BIG5_SAMPLE)];
    while let [first, after @ ..] = rest {
        rest = after;
        if first.is_ascii() {
            continue;
        }
        let [second, after @ ..] = rest else { break };
        if !matches!(first, 0xa1..=0xf9) || !matches!(second, 0x40..=0x7e | 0xa1..=0xfe) {
            return false;
        }
        rest = after;
        pairs += 1;
        low += usize::from(*second < 0x80);
    }
    pairs >= 4 && low * 5 >= pairs && !BIG5.decode_without_bom_handling(bytes).1
}

fn with(encoding: &'static Encoding, bytes: &[u8], found: Found) -> Decoded {
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    let wrong = if had_errors { text.matches('\u{fffd}').count() } else { 0 };
    let name = if encoding == encoding_rs::GBK { GB18030.name() } else { encoding.name() };
    Decoded { text: text.into_owned(), encoding: shown(name), found, wrong }
}

fn shown(name: &'static str) -> &'static str {
    if name == "gb18030" { "GB18030" } else { name }
}

/// UTF-16 without a mark: zero bytes on one side of the pairs, hardly any on the other, where characters such as `一`
/// (U+4E00) have theirs.
fn utf_16_by_pattern(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let zeros = |side: usize| sample.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, least) = (zeros(0), zeros(1), sample.len() / 20 + 1);
    let encoding = match () {
        () if odd >= least && even * 3 <= odd => UTF_16LE,
        () if even >= least && odd * 3 <= even => UTF_16BE,
        () => return None,
    };
    // Chinese in UTF-16 is hardly ever UTF-8 by chance.
    let is_utf_8 = std::str::from_utf8(bytes).is_ok() && !bytes.is_ascii();
    (bytes.len().is_multiple_of(2) && !is_utf_8 && !encoding.decode_without_bom_handling(bytes).1).then_some(encoding)
}

#[cfg(test)]
mod tests {
    use super::{Found, decode};

    const TEXT: &str = "项目名称,预算金额\n关工委经费,25.08\n";

    #[test]
    fn encodings_are_found_out() {
        let (gb, ..) = encoding_rs::GB18030.encode(TEXT);
        let utf_16: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked: Vec<u8> = [0xFF, 0xFE].into_iter().chain(utf_16.iter().copied()).collect();
        for (bytes, encoding, found) in [
            (TEXT.as_bytes(), "UTF-8", Found::Valid),
            (&gb, "GB18030", Found::Guessed),
            (&utf_16, "UTF-16LE", Found::Guessed),
            (&marked, "UTF-16LE", Found::Marked),
        ] {
            let decoded = decode(bytes, None, None);
            assert_eq!(
                (decoded.text.as_str(), decoded.encoding, decoded.found, decoded.wrong),
                (TEXT, encoding, found, 0)
            );
        }
        assert_eq!(decode(format!("\u{feff}{TEXT}").as_bytes(), None, None).text, TEXT, "the mark is no text");
        assert_eq!(decode(&gb, None, Some("gb2312")).found, Found::Declared);
        assert_eq!(decode(TEXT.as_bytes(), None, Some("gb2312")).text, TEXT, "a page that lies");
        assert_eq!(decode(&gb, None, Some("utf-8")).text, TEXT, "a page that lies the other way");
        let filled = "项目\0,预算数\0\n甲\0,1234567\0\n";
        assert_eq!(decode(filled.as_bytes(), None, None).encoding, "UTF-8");
        let zeros: Vec<u8> = "一年,开支\n甲,35\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&zeros, None, None).encoding, "UTF-16LE", "characters with a zero byte of their own");
        assert_eq!(decode(b"a\0,b\0\n1\0,2\0\n", None, None).encoding, "UTF-8", "cells filled up with zeros");
        assert_eq!(decode(b"", None, None).text, "");
    }

    #[test]
    fn western_text_is_told_from_chinese() {
        let western = "Supplier,Amount\nCaf\u{e9} Nord,\u{a3}1,200.50\nM\u{fc}ller & S\u{f6}hne,\u{a3}80\n";
        let (bytes, ..) = encoding_rs::WINDOWS_1252.encode(western);
        let decoded = decode(&bytes, None, None);
        assert_eq!((decoded.text.as_str(), decoded.encoding), (western, "windows-1252"));
        let (one, ..) = encoding_rs::GB18030.encode("a,b\n\u{91d1},1\n");
        assert_eq!(decode(&one, None, None).encoding, "GB18030", "one Chinese character");
    }

    #[test]
    fn traditional_characters_are_read_in_both_of_their_encodings() {
        let text = "傳票號,日期,金額（元）,收款人\n傳1,2024-01-05,25.08,臺北資訊公司\n傳2,2024-01-06,3,國家圖書館\n";
        for (encoding, name) in [(encoding_rs::BIG5, "Big5"), (encoding_rs::GB18030, "GB18030")] {
            let (bytes, ..) = encoding.encode(text);
            let decoded = decode(&bytes, None, None);
            assert_eq!((decoded.text.as_str(), decoded.encoding, decoded.found), (text, name, Found::Guessed));
        }
    }

    #[test]
    fn damage_is_counted_and_does_not_change_the_encoding() {
        let mut bytes = TEXT.repeat(10).into_bytes();
        bytes.truncate(bytes.len() - 13);
        bytes.push(0xE5);
        let decoded = decode(&bytes, None, None);
        assert_eq!((decoded.encoding, decoded.wrong), ("UTF-8", 1));
        assert_eq!(decode(&[0xFF, 0xFF, 0xFF, b'a'], Some("utf-8"), None).wrong, 3);
    }
}
