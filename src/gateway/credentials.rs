//! The credentials that are sent to a gateway.

use std::ffi::OsString;
use std::fmt;

/// Credentials for a gateway. Their `Debug` output holds no secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Credentials {
    /// No login.
    #[default]
    None,
    /// HTTP Basic, checked against the user source that the Web Dev resource names.
    Basic {
        /// The user name.
        user: String,
        /// The password.
        password: String,
    },
    /// An API token of 8.3, as `name:key`. Valid for the REST API, not for Web Dev.
    Token(String),
}

impl Credentials {
    /// Reads the environment: `GATEWATCH_TOKEN`, or `GATEWATCH_USER` and `GATEWATCH_PASSWORD`.
    ///
    /// # Errors
    /// If one of the two variables is missing, both kinds are set, or a value is malformed.
    pub fn from_env(var: impl Fn(&str) -> Option<OsString>) -> Result<Self, CredentialsError> {
        let get = |name| match var(name).map(OsString::into_string) {
            None => Ok(None),
            Some(Ok(value)) => Ok((!value.is_empty()).then_some(value)),
            Some(Err(_)) => Err(CredentialsError::NotUtf8 { name }),
        };
        match (get("GATEWATCH_TOKEN")?, get("GATEWATCH_USER")?, get("GATEWATCH_PASSWORD")?) {
            (None, Some(user), Some(_)) if user.contains(':') => Err(CredentialsError::ColonInUser),
            (Some(token), None, None) if token.contains(':') => Ok(Self::Token(token)),
            (Some(_), None, None) => Err(CredentialsError::TokenWithoutName),
            (Some(_), _, _) => Err(CredentialsError::TokenAndUser),
            (None, Some(user), Some(password)) => Ok(Self::Basic { user, password }),
            (None, None, None) => Ok(Self::None),
            (None, Some(_), None) => Err(CredentialsError::Incomplete { missing: "GATEWATCH_PASSWORD" }),
            (None, None, Some(_)) => Err(CredentialsError::Incomplete { missing: "GATEWATCH_USER" }),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Basic { .. } => "Basic(…)",
            Self::Token(_) => "Token(…)",
        })
    }
}

/// Unusable credentials in the environment. The messages never hold a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// One of the two variables isn't set.
    #[error("{missing} isn't set. Set both GATEWATCH_USER and GATEWATCH_PASSWORD")]
    Incomplete {
        /// The missing variable.
        missing: &'static str,
    },
    /// A value isn't UTF-8.
    #[error("{name} isn't valid UTF-8. Set it again")]
    NotUtf8 {
        /// The variable.
        name: &'static str,
    },
    /// The user name has a colon, which HTTP Basic can't send.
    #[error("The user name in GATEWATCH_USER has a colon. Choose a user without one")]
    ColonInUser,
    /// Both kinds are set.
    #[error(
        "Both an API token and a password are set. Set GATEWATCH_TOKEN, or GATEWATCH_USER and GATEWATCH_PASSWORD"
    )]
    TokenAndUser,
    /// The token has a key only.
    #[error("GATEWATCH_TOKEN has no name. Set the whole token, NAME:KEY")]
    TokenWithoutName,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vars: &[(&str, &str)]) -> Result<Credentials, CredentialsError> {
        Credentials::from_env(|name| {
            vars.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn reads_one_kind_of_credentials() {
        assert_eq!(read(&[]), Ok(Credentials::None));
        assert_eq!(read(&[("GATEWATCH_USER", "")]), Ok(Credentials::None));
        assert_eq!(
            read(&[("GATEWATCH_USER", "billy"), ("GATEWATCH_PASSWORD", "secret")]),
            Ok(Credentials::Basic { user: "billy".into(), password: "secret".into() })
        );
        assert_eq!(read(&[("GATEWATCH_TOKEN", "a:b")]), Ok(Credentials::Token("a:b".into())));
    }

    #[test]
    fn rejects_incomplete_or_mixed_credentials_without_repeating_them() {
        for vars in [
            &[("GATEWATCH_USER", "billy")][..],
            &[("GATEWATCH_PASSWORD", "secret")],
            &[("GATEWATCH_USER", "a:secret"), ("GATEWATCH_PASSWORD", "secret")],
            &[("GATEWATCH_TOKEN", "secret")],
            &[("GATEWATCH_TOKEN", "a:secret"), ("GATEWATCH_USER", "billy")],
        ] {
            let error = read(vars).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("secret"));
        }
    }

    #[test]
    fn debug_output_holds_no_secret() {
        let basic = Credentials::Basic { user: "billy".into(), password: "secret".into() };
        assert_eq!(format!("{basic:?} {:?}", Credentials::Token("a:secret".into())), "Basic(…) Token(…)");
    }
}
