//! What workbooks and documents have in common: an [`Archive`] of parts, each a stream of [`xml`] nodes, both bounded.
//!
//! It knows nothing of sheets or paragraphs.

mod archive;
mod trouble;
pub mod xml;

pub use archive::{Archive, OLE_MAGIC, ZIP_MAGIC};
pub use trouble::Trouble;

#[cfg(test)]
pub mod testing {
    //! Archives for tests.

    use std::io::Write;

    /// A zip of those parts.
    pub fn zip_of(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, content) in parts {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(content.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }
}
