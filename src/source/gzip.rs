//! Files packed with gzip: their bytes unpacked, and texts packed.

use std::io::{Error, ErrorKind, Read, Result, Write};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

/// What a packed file begins with.
pub(super) const MARK: [u8; 2] = [0x1f, 0x8b];

/// The bytes as they were before they were packed; those that are not packed are left as they are.
///
/// # Errors
/// When they are torn, or more than 4 GiB once unpacked.
pub(super) fn unpack(bytes: Vec<u8>) -> Result<Vec<u8>> {
    if !bytes.starts_with(&MARK) {
        return Ok(bytes);
    }
    let most = u64::from(u32::MAX);
    let mut unpacked = Vec::new();
    MultiGzDecoder::new(bytes.as_slice()).take(most).read_to_end(&mut unpacked)?;
    if unpacked.len() as u64 == most {
        return Err(Error::from(ErrorKind::FileTooLarge));
    }
    Ok(unpacked)
}

/// The text packed with gzip: the same bytes for the same text.
///
/// # Panics
/// Never: memory takes what is written to it.
#[must_use]
pub fn pack(text: &str) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(text.as_bytes()).and_then(|()| packer.finish()).expect("memory takes what is written to it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_texts_come_back_and_torn_ones_do_not() {
        let text = "一\t1\n".repeat(1000);
        let packed = pack(&text);
        assert!(packed.len() < text.len() / 10);
        assert_eq!(unpack(packed.clone()).unwrap(), text.as_bytes());
        assert!(unpack(packed[..packed.len() / 2].to_vec()).is_err());
        assert_eq!(unpack(text.clone().into_bytes()).unwrap(), text.as_bytes());
        assert_eq!(unpack([packed.clone(), packed].concat()).unwrap(), text.repeat(2).as_bytes());
    }
}
