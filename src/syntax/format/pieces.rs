//! Tokens and comments in one row, with how far apart they stood.

use std::borrow::Cow;
use std::ops::Range;

use crate::source::{SourceMap, Span};

use super::super::lexer::Lexed;
use super::super::token::{Kind, Token};

/// A token or a comment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    /// The token; none for a comment.
    pub(super) token: Option<Token>,
    /// Where it stands.
    pub(super) span: Span,
    /// How many line breaks come before it; 2 stands for more.
    pub(super) breaks: u8,
}

/// All pieces of a text.
#[derive(Debug)]
pub(super) struct Pieces<'a> {
    sources: &'a SourceMap,
    pieces: Vec<Piece>,
    /// For each piece that opens a bracket, the piece that closes it; its own place for others.
    closing: Vec<usize>,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(sources: &'a SourceMap, lexed: &Lexed) -> Self {
        let comment = |span: &Span| Piece { token: None, span: *span, breaks: 0 };
        let token = |token: &Token| Piece { token: Some(*token), span: token.span, breaks: 0 };
        let mut pieces: Vec<Piece> = lexed.comments.iter().map(comment).collect();
        pieces.extend(lexed.tokens.iter().filter(|token| token.kind != Kind::End).map(token));
        pieces.sort_by_key(|piece| piece.span);
        for at in 1..pieces.len() {
            let between = Span::new(pieces[at - 1].span.end(), pieces[at].span.start());
            let breaks = sources.text(between).bytes().filter(|byte| *byte == b'\n').count();
            pieces[at].breaks = u8::try_from(breaks.min(2)).unwrap_or(2);
        }
        let mut closing: Vec<usize> = (0..pieces.len()).collect();
        let mut open = Vec::new();
        for (at, piece) in pieces.iter().enumerate() {
            let kind = piece.token.map_or(Kind::End, |token| token.kind);
            if kind.opens() {
                open.push(at);
            } else if kind.closes()
                && let Some(opener) = open.pop()
            {
                closing[opener] = at;
            }
        }
        Self { sources, pieces, closing }
    }

    pub(super) fn all(&self) -> Range<usize> {
        0..self.pieces.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<Piece> {
        self.pieces.get(at).copied()
    }

    /// The kind of the token at `at`; [`Kind::End`] for a comment, and behind the last piece.
    pub(super) fn kind(&self, at: usize) -> Kind {
        self.get(at).and_then(|piece| piece.token).map_or(Kind::End, |token| token.kind)
    }

    pub(super) fn is_comment(&self, at: usize) -> bool {
        self.get(at).is_some_and(|piece| piece.token.is_none())
    }

    pub(super) fn breaks(&self, at: usize) -> u8 {
        self.get(at).map_or(0, |piece| piece.breaks)
    }

    pub(super) fn text(&self, at: usize) -> Cow<'a, str> {
        self.get(at).map_or(Cow::Borrowed(""), |piece| self.sources.text(piece.span))
    }

    /// The text from the piece `from` up to and with the piece `to`, as written.
    pub(super) fn verbatim(&self, from: usize, to: usize) -> String {
        match (self.get(from), self.get(to)) {
            (Some(from), Some(to)) => self.sources.text(from.span.to(to.span)).into_owned(),
            _ => String::new(),
        }
    }

    /// Where the bracket that opens at `at` is closed.
    pub(super) fn closing(&self, at: usize) -> usize {
        self.closing.get(at).copied().unwrap_or(at)
    }

    /// The first piece that begins at or behind `offset`.
    pub(super) fn at_offset(&self, offset: u32) -> usize {
        self.pieces.partition_point(|piece| piece.span.start() < offset)
    }
}
