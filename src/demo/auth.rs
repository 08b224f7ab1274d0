//! Credentials that the demo gateway can be told to ask for.
//!
//! Real ones in shape only: given on the command line, compared in constant time, and never printed.

use std::{fmt, str::FromStr};

use axum::http::{HeaderMap, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// A user and password for the Web Dev paths (HTTP Basic).
#[derive(Clone)]
pub struct Basic {
    /// The user's name.
    user: String,
    /// The secret.
    password: String,
}

/// An API token for the REST paths of 8.3.
#[derive(Clone)]
pub struct Token {
    /// The token's name.
    name: String,
    /// The secret.
    key: String,
}

/// A credential that can't be read. Says nothing of its text, which may be secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// There is no colon.
    #[error("no colon: expected {expected}")]
    NoColon {
        /// The form to use.
        expected: &'static str,
    },
    /// There is nothing before or after the colon.
    #[error("nothing {side} the colon: expected {expected}")]
    Empty {
        /// Before or after.
        side: &'static str,
        /// The form to use.
        expected: &'static str,
    },
}

/// Splits at the first colon: later ones belong to the secret.
fn split(text: &str, expected: &'static str) -> Result<(String, String), CredentialError> {
    match text.split_once(':') {
        None => Err(CredentialError::NoColon { expected }),
        Some(("", _)) => Err(CredentialError::Empty { side: "before", expected }),
        Some((_, "")) => Err(CredentialError::Empty { side: "after", expected }),
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
    /// Whether a request with these headers comes from this user.
    pub(super) fn admits(&self, headers: &HeaderMap) -> bool {
        let Self { user, password } = self;
        let given = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Basic"))
            .and_then(|(_, encoded)| STANDARD.decode(encoded.trim()).ok());
        given.is_some_and(|given| same(&given, format!("{user}:{password}").as_bytes()))
    }
}

impl Token {
    /// Whether a request with these headers carries this token.
    pub(super) fn admits(&self, headers: &HeaderMap) -> bool {
        let Self { name, key } = self;
        headers
            .get("X-Ignition-API-Token")
            .is_some_and(|given| same(given.as_bytes(), format!("{name}:{key}").as_bytes()))
    }
}

/// Compares all bytes, wherever the first difference is.
fn same(left: &[u8], right: &[u8]) -> bool {
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
    fn splits_at_the_first_colon_and_prints_no_secret() {
        let basic: Basic = "operator:s3:cret".parse().unwrap();
        assert_eq!(basic.password, "s3:cret");
        assert_eq!(format!("{basic:?}"), r#"Basic { user: "operator", .. }"#);
        let token: Token = "reader:k3y".parse().unwrap();
        assert_eq!(format!("{token:?}"), r#"Token { name: "reader", .. }"#);
    }

    #[test]
    fn faults_show_the_form_to_use_and_not_the_text() {
        let fault = |text: &str| text.parse::<Basic>().unwrap_err().to_string();
        assert_eq!(fault("s3cret"), "no colon: expected USER:PASSWORD");
        assert_eq!(fault(":s3cret"), "nothing before the colon: expected USER:PASSWORD");
        assert_eq!(fault("operator:"), "nothing after the colon: expected USER:PASSWORD");
    }

    #[test]
    fn only_equal_texts_are_the_same() {
        assert!(same(b"abc", b"abc"));
        assert!(!same(b"abc", b"abd"));
        assert!(!same(b"abc", b"ab"));
        assert!(!same(b"", b"ab"));
    }
}
