//! Credentials that the demo gateway can require.
//!
//! They are passed on the command line, compared in constant time, and never printed.

use std::{fmt, str::FromStr};

use axum::http::{HeaderMap, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// A user and password for the Web Dev paths (HTTP Basic).
#[derive(Clone)]
pub struct Basic {
    /// Name of the user.
    user: String,
    /// Secret part.
    password: String,
}

/// An API token for the REST paths of 8.3.
#[derive(Clone)]
pub struct Token {
    /// Name of the token.
    name: String,
    /// Secret part.
    key: String,
}

/// A credential that can't be parsed. The message doesn't contain the text, which may be secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}")]
pub struct CredentialError {
    /// Expected format.
    expected: &'static str,
}

/// Splits at the first colon. Further colons belong to the secret.
fn split(text: &str, expected: &'static str) -> Result<(String, String), CredentialError> {
    match text.split_once(':') {
        None | Some(("", _) | (_, "")) => Err(CredentialError { expected }),
        Some((name, secret)) => Ok((name.to_owned(), secret.to_owned())),
    }
}

impl FromStr for Basic {
    type Err = CredentialError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (user, password) = split(text, "USER:PASSWORD")?;
        Ok(Self { user, password })
    }
}

impl FromStr for Token {
    type Err = CredentialError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, key) = split(text, "NAME:KEY")?;
        Ok(Self { name, key })
    }
}

impl Basic {
    /// Returns `true` if the headers of a request contain this user name and password.
    pub(super) fn is_in(&self, headers: &HeaderMap) -> bool {
        let Self { user, password } = self;
        let given = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Basic"))
            .and_then(|(_, encoded)| STANDARD.decode(encoded.trim()).ok());
        given.is_some_and(|given| constant_time_eq(&given, format!("{user}:{password}").as_bytes()))
    }
}

impl Token {
    /// Returns `true` if the headers of a request contain this token.
    pub(super) fn is_in(&self, headers: &HeaderMap) -> bool {
        let Self { name, key } = self;
        headers
            .get("X-Ignition-API-Token")
            .is_some_and(|given| constant_time_eq(given.as_bytes(), format!("{name}:{key}").as_bytes()))
    }
}

/// Compares all bytes, so that the time doesn't depend on the first difference.
fn constant_time_eq(left: &[u8], right: &[u8]) -> bool {
    let differences = left.iter().zip(right).fold(0, |all, (l, r)| all | (l ^ r));
    left.len() == right.len() && differences == 0
}

impl fmt::Debug for Basic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Basic").field("user", &self.user).finish_non_exhaustive()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_at_the_first_colon_and_hides_the_secret() {
        let basic: Basic = "operator:s3:cret".parse().unwrap();
        assert_eq!(basic.password, "s3:cret");
        assert_eq!(format!("{basic:?}"), r#"Basic { user: "operator", .. }"#);
        let token: Token = "reader:k3y".parse().unwrap();
        assert_eq!(format!("{token:?}"), r#"Token { name: "reader", .. }"#);
    }

    #[test]
    fn error_shows_the_format_and_not_the_text() {
        for text in ["s3cret", ":s3cret", "operator:"] {
            assert_eq!(text.parse::<Basic>().unwrap_err().to_string(), "expected USER:PASSWORD");
        }
        assert_eq!("s3cret".parse::<Token>().unwrap_err().to_string(), "expected NAME:KEY");
    }

    #[test]
    fn compares_whole_texts() {
        assert!(constant_time_eq(b"abc", b"abc"));
        assert!(!constant_time_eq(b"abc", b"abd"));
        assert!(!constant_time_eq(b"abc", b"ab"));
        assert!(!constant_time_eq(b"", b"ab"));
    }
}
