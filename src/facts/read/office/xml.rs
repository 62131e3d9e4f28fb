//! [`Xml`]: a part as a stream of nodes, names without their prefixes, entities of a document type never expanded.

use std::borrow::Cow;
use std::io::{BufRead, Error, ErrorKind, Read};

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesEnd, BytesStart, Event};
use quick_xml::reader::Reader;

use super::Trouble;
use crate::text;

/// Elements nested deeper than this are refused.
const DEPTH_LIMIT: u32 = 512;
/// A single text or tag longer than this is refused.
const NODE_LIMIT: usize = 64 << 20;

/// A reader of which only so much may be read before the next node.
struct Metered<R> {
    inner: R,
    left: usize,
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if self.left == 0 {
            return Err(Error::new(ErrorKind::QuotaExceeded, "a node is too long"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count);
        self.inner.consume(count);
    }
}

/// A stream of nodes.
pub struct Xml<R> {
    reader: Reader<Metered<R>>,
    buffer: Vec<u8>,
    depth: u32,
}

/// One node.
#[derive(Debug)]
pub enum Node<'a> {
    /// An element begins.
    Open(Element<'a>),
    /// An element ends.
    Close(End<'a>),
    /// Text, unescaped.
    Text(Cow<'a, str>),
    /// What carries no content: a comment, a declaration.
    Other,
    /// The stream is over.
    End,
}

/// Who makes something of a stream as its nodes come by.
pub trait Walk {
    /// An element begins.
    fn open(&mut self, element: &Element<'_>);
    /// The element of that name ends.
    fn close(&mut self, name: &str);
    /// Text, unescaped.
    fn text(&mut self, text: &str);
    /// Why no more is wanted, if so; asked after every node.
    fn stop(&self) -> Option<Trouble> {
        None
    }
}

/// The end of an element.
#[derive(Debug)]
pub struct End<'a>(BytesEnd<'a>);

impl End<'_> {
    /// The element's name without prefix.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }
}

/// The start of an element.
#[derive(Debug)]
pub struct Element<'a>(BytesStart<'a>);

impl Element<'_> {
    /// Its name without prefix.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }

    /// The attribute of that name, prefixes apart.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.value(name).map(Cow::into_owned)
    }

    /// The attribute of that name as a number; none when it is not one.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u32> {
        self.value(name)?.trim().parse().ok()
    }

    /// As [`Self::attribute`], the text of the file itself where nothing in it is escaped.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut attributes = self.0.attributes();
        let mut found = attributes.with_checks(false).filter_map(Result::ok);
        let attribute = found.find(|attribute| attribute.key.local_name().into_inner() == name)?;
        attribute.normalized_value(XmlVersion::Implicit1_0).ok()
    }

    /// Whether the attribute of that name says yes.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.value(name).is_some_and(|value| matches!(value.trim(), "1" | "true" | "on"))
    }
}

impl<R: BufRead> Xml<R> {
    /// The nodes of `input`.
    pub fn new(input: R) -> Self {
        let mut reader = Reader::from_reader(Metered { inner: input, left: NODE_LIMIT });
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.allow_dangling_amp = true;
        Self { reader, buffer: Vec::new(), depth: 0 }
    }

    /// Tells `walk` of every node; what stopped it before the end.
    pub fn tell(&mut self, walk: &mut impl Walk) -> Option<Trouble> {
        loop {
            match self.node() {
                Ok(Node::Open(element)) => walk.open(&element),
                Ok(Node::Close(end)) => walk.close(end.name()),
                Ok(Node::Text(text)) => walk.text(&text),
                Ok(Node::Other) => {}
                Ok(Node::End) => return None,
                Err(trouble) => return Some(trouble),
            }
            if let Some(trouble) = walk.stop() {
                return Some(trouble);
            }
        }
    }

    /// The next node.
    ///
    /// # Errors
    /// When the text is no XML there, or too deep, or too large. Nothing can be read after that.
    pub fn node(&mut self) -> Result<Node<'_>, Trouble> {
        self.buffer.clear();
        self.reader.get_mut().left = NODE_LIMIT;
        let at = self.reader.buffer_position();
        let event = self.reader.read_event_into(&mut self.buffer).map_err(|error| trouble(&error, at))?;
        let node = node_of(event);
        match node {
            Node::Open(_) => self.depth += 1,
            Node::Close(_) => self.depth = self.depth.saturating_sub(1),
            Node::End if self.depth > 0 => {
                let why = text!("XML 没有写完，文件不完整", "its XML ends in the middle; the file is cut short");
                return Err(Trouble::broken(why));
            }
            Node::Text(_) | Node::Other | Node::End => {}
        }
        if self.depth > DEPTH_LIMIT {
            return Err(Trouble::limit(text!("XML 嵌套过深", "its XML is nested too deeply")));
        }
        Ok(node)
    }
}

/// The node that an event is.
fn node_of(event: Event<'_>) -> Node<'_> {
    match event {
        Event::Start(start) | Event::Empty(start) => Node::Open(Element(start)),
        Event::End(end) => Node::Close(End(end)),
        Event::Text(text) => Node::Text(text.xml10_content()),
        Event::CData(data) => Node::Text(data.xml10_content()),
        Event::GeneralRef(reference) => Node::Text(match reference.resolve_char_ref() {
            Ok(Some(character)) => character.to_string().into(),
            // An entity of the document type stays as written: expanding them is how a small file grows huge.
            _ => {
                resolve_predefined_entity(&reference).map_or_else(|| format!("&{};", &*reference).into(), Cow::Borrowed)
            }
        }),
        Event::Eof => Node::End,
        Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => Node::Other,
    }
}

fn trouble(error: &quick_xml::Error, at: u64) -> Trouble {
    match error {
        quick_xml::Error::Io(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
            Trouble::limit(text!("解压后过大，像是“压缩炸弹”", "it inflates beyond all measure, like a zip bomb"))
        }
        quick_xml::Error::Io(error) if error.kind() == ErrorKind::QuotaExceeded => {
            Trouble::limit(text!("XML 里单个文本或标记过长", "its XML holds too long a text or tag"))
        }
        error => Trouble::broken(text!("第 {at} 字节处 XML 有误（{error}）", "wrong XML at byte {at} ({error})")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read};

    use super::{NODE_LIMIT, Node, Xml};
    use crate::diagnostic::Code;

    #[test]
    fn nodes_are_bounded_and_the_text_must_be_whole() {
        let endless = b"<a>".chain(std::io::repeat(b' ')).take(4 * NODE_LIMIT as u64);
        let mut xml = Xml::new(BufReader::with_capacity(1 << 16, endless));
        assert!(matches!(xml.node(), Ok(Node::Open(_))));
        assert_eq!(xml.node().unwrap_err().code, Code::LimitReached);
        let mut xml = Xml::new(&b"<a><b/>"[..]);
        assert!((0..3).all(|_| xml.node().is_ok()));
        assert_eq!(xml.node().unwrap_err().code, Code::BrokenFile);
    }
}
