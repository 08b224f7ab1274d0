//! Unpacks gzip as it arrives.

use std::io::{self, Write};

use flate2::write::GzDecoder;

/// The first bytes of a member.
const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Unpacks one or more gzip members into a writer. Anything else after a member is ignored, as `gzip` and Java do.
pub(super) struct Gunzip<W: Write>(State<W>);

enum State<W: Write> {
    /// Before the first byte.
    Empty(W),
    /// Within a member.
    Member(Box<GzDecoder<W>>),
    /// After a member, with this many bytes of [`MAGIC`] of the next one.
    Between(W, usize),
    /// After the last member.
    Ended(W),
    /// After an error.
    Failed,
}

impl<W: Write> Gunzip<W> {
    pub(super) fn new(out: W) -> Self {
        Self(State::Empty(out))
    }

    /// Unpacks the next bytes.
    ///
    /// # Errors
    /// If the bytes aren't gzip, or the writer fails.
    pub(super) fn push(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while let [first, rest @ ..] = bytes {
            self.0 = match std::mem::replace(&mut self.0, State::Failed) {
                State::Empty(out) => State::Member(Box::new(GzDecoder::new(out))),
                State::Member(mut decoder) => match decoder.write(bytes)? {
                    // The end of the member.
                    0 => State::Between(decoder.finish()?, 0),
                    taken => {
                        bytes = &bytes[taken..];
                        State::Member(decoder)
                    }
                },
                State::Between(out, matching) if *first == MAGIC[matching] => {
                    bytes = rest;
                    if matching + 1 == MAGIC.len() {
                        let mut decoder = Box::new(GzDecoder::new(out));
                        decoder.write_all(&MAGIC)?;
                        State::Member(decoder)
                    } else {
                        State::Between(out, matching + 1)
                    }
                }
                State::Between(out, _) => State::Ended(out),
                ended @ (State::Ended(_) | State::Failed) => {
                    bytes = &[];
                    ended
                }
            };
        }
        Ok(())
    }

    /// Returns the writer after the last byte. No bytes at all unpack to none.
    ///
    /// # Errors
    /// If the last member is incomplete or its checksum is wrong.
    pub(super) fn finish(self) -> io::Result<W> {
        match self.0 {
            State::Member(mut decoder) => match decoder.write(&[0]) {
                // Only a complete member takes no more.
                Ok(0) => decoder.finish(),
                Err(error) if error.kind() != io::ErrorKind::InvalidInput => Err(error),
                _ => Err(io::ErrorKind::UnexpectedEof.into()),
            },
            State::Empty(out) | State::Between(out, _) | State::Ended(out) => Ok(out),
            State::Failed => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn member(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    /// Unpacks bytes that arrive in pieces of this size.
    fn unpack(bytes: &[u8], size: usize) -> io::Result<String> {
        let mut gunzip = Gunzip::new(Vec::new());
        for piece in bytes.chunks(size) {
            gunzip.push(piece)?;
        }
        gunzip.finish().map(|text| String::from_utf8(text).unwrap())
    }

    #[test]
    fn unpacks_all_members_in_pieces_of_any_size() {
        let bytes = [member("billy"), member(""), member("anna")].concat();
        for size in 1..=bytes.len() {
            assert_eq!(unpack(&bytes, size).unwrap(), "billyanna", "{size}");
        }
        assert_eq!(unpack(b"", 1).unwrap(), "");
    }

    #[test]
    fn ignores_bytes_after_the_last_member() {
        for rest in [&b"\0\0\0\0"[..], b"\x1f", b"\x1f\0rest", b"rest"] {
            let bytes = [&member("billy"), rest].concat();
            for size in [1, 2, bytes.len()] {
                assert_eq!(unpack(&bytes, size).unwrap(), "billy", "{rest:?} {size}");
            }
        }
    }

    #[test]
    fn rejects_truncated_members() {
        for bytes in [member("billy"), [member("anna"), member("billy")].concat()] {
            let start = bytes.len() - member("billy").len() + 2;
            for end in start..bytes.len() {
                let error = unpack(&bytes[..end], 3).unwrap_err();
                assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{end}");
            }
        }
    }

    #[test]
    fn rejects_other_bytes_and_wrong_checksums() {
        let mut bytes = member("billy");
        let checksum = bytes.len() - 8;
        bytes[checksum] ^= 1;
        for bytes in [&bytes[..], b"{\"ok\":true}", &[0; 500]] {
            let kind = unpack(bytes, 100).unwrap_err().kind();
            assert!(matches!(kind, io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData), "{kind}");
        }
    }
}
