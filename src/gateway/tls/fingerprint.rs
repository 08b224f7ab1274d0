//! The SHA-256 of a certificate, written as in browsers and on Ignition's own pages.

use std::fmt;
use std::str::FromStr;

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

const LEN: usize = 32;

/// The SHA-256 of a certificate in DER, written as `AB:CD:…`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint([u8; LEN]);

impl Fingerprint {
    /// Returns the fingerprint of a certificate in DER.
    #[must_use]
    pub fn of(der: &[u8]) -> Self {
        let mut bytes = [0; LEN];
        bytes.copy_from_slice(digest(&SHA256, der).as_ref());
        Self(bytes)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            let colon = if index == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02X}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// The error for a text that isn't a fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Not a SHA-256 fingerprint. Enter 32 pairs of hexadecimal digits, as in AB:CD:…")]
pub struct FingerprintError;

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    /// Parses the spellings of other programs, too: lower case, and pairs separated by blanks or not at all.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; LEN];
        let mut digits = text.chars().filter(|c| !matches!(c, ':' | ' '));
        let mut half =
            || digits.next().and_then(|c| c.to_digit(16)).and_then(|digit| u8::try_from(digit).ok());
        for byte in &mut bytes {
            let (Some(high), Some(low)) = (half(), half()) else {
                return Err(FingerprintError);
            };
            *byte = high << 4 | low;
        }
        if digits.next().is_some() { Err(FingerprintError) } else { Ok(Self(bytes)) }
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = FingerprintError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The SHA-256 of "abc", from FIPS 180.
    const ABC: &str =
        "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD";

    #[test]
    fn displays_sha256_in_pairs() {
        assert_eq!(Fingerprint::of(b"abc").to_string(), ABC);
    }

    #[test]
    fn parses_usual_spellings() {
        let abc = Fingerprint::of(b"abc");
        for text in [ABC, &ABC.to_lowercase(), &ABC.replace(':', ""), &ABC.replace(':', " ")] {
            assert_eq!(text.parse(), Ok(abc), "{text}");
        }
        for text in
            ["", "AB", &ABC[..94], &format!("{ABC}:00"), &ABC.replace('F', "G"), &ABC.replace('F', "é")]
        {
            assert_eq!(text.parse::<Fingerprint>(), Err(FingerprintError), "{text}");
        }
    }
}
