//! What a gateway is told to let us in.

use std::ffi::OsString;
use std::fmt;

/// Credentials for a gateway. Never printed, not even for debugging.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Credentials {
    /// None: the resource is open.
    #[default]
    None,
    /// HTTP Basic, checked against the user source that the Web Dev resource names.
    Basic {
        /// The user's name.
        user: String,
        /// The user's password.
        password: String,
    },
    /// An API token of 8.3, the whole `name:key`. It opens the REST lists, not Web Dev.
    Token(String),
}

impl Credentials {
    /// What the environment gives: `GATEWATCH_TOKEN`, or `GATEWATCH_USER` and `GATEWATCH_PASSWORD`.
    ///
    /// # Errors
    /// When only half of what is needed is set, or it is no text.
    pub fn from_env(var: impl Fn(&str) -> Option<OsString>) -> Result<Self, CredentialsError> {
        let given = |name| match var(name).map(OsString::into_string) {
            None => Ok(None),
            Some(Ok(value)) => Ok((!value.is_empty()).then_some(value)),
            Some(Err(_)) => Err(CredentialsError::NotText { name }),
        };
        match (given("GATEWATCH_TOKEN")?, given("GATEWATCH_USER")?, given("GATEWATCH_PASSWORD")?) {
            (None, Some(user), Some(_)) if user.contains(':') => Err(CredentialsError::ColonInUser),
            (Some(token), None, None) if token.contains(':') => Ok(Self::Token(token)),
            (Some(_), None, None) => Err(CredentialsError::TokenWithoutName),
            (Some(_), _, _) => Err(CredentialsError::TokenAndUser),
            (None, Some(user), Some(password)) => Ok(Self::Basic { user, password }),
            (None, None, None) => Ok(Self::None),
            (None, Some(_), None) => Err(CredentialsError::Half { missing: "GATEWATCH_PASSWORD" }),
            (None, None, Some(_)) => Err(CredentialsError::Half { missing: "GATEWATCH_USER" }),
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

/// Credentials in the environment that can't be used. Their values are never part of the message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// One of the two variables is not set.
    #[error("{missing} is not set; a user and a password go together")]
    Half {
        /// Which one.
        missing: &'static str,
    },
    /// A variable holds no text.
    #[error("{name} is no UTF-8 text; set it again")]
    NotText {
        /// Which one.
        name: &'static str,
    },
    /// The name of the user can't be sent.
    #[error("the user in GATEWATCH_USER has a colon, which HTTP Basic can't carry")]
    ColonInUser,
    /// Both kinds are set.
    #[error(
        "GATEWATCH_TOKEN is set beside GATEWATCH_USER or GATEWATCH_PASSWORD; set one kind of credentials only"
    )]
    TokenAndUser,
    /// The token is only its key.
    #[error("GATEWATCH_TOKEN should be the whole token, NAME:KEY")]
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
    fn the_environment_gives_one_kind_of_credentials() {
        assert_eq!(read(&[]), Ok(Credentials::None));
        assert_eq!(read(&[("GATEWATCH_USER", "")]), Ok(Credentials::None));
        assert_eq!(
            read(&[("GATEWATCH_USER", "billy"), ("GATEWATCH_PASSWORD", "secret")]),
            Ok(Credentials::Basic { user: "billy".into(), password: "secret".into() })
        );
        assert_eq!(read(&[("GATEWATCH_TOKEN", "a:b")]), Ok(Credentials::Token("a:b".into())));
    }

    #[test]
    fn half_of_them_or_both_are_an_error_without_the_secret() {
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
    fn debugging_shows_no_secret() {
        let basic = Credentials::Basic { user: "billy".into(), password: "secret".into() };
        assert_eq!(format!("{basic:?} {:?}", Credentials::Token("a:secret".into())), "Basic(…) Token(…)");
    }
}
