//! The credentials that are sent to a gateway.
//!
//! There is one way to make them, whether they are typed, read from the keyring or from the environment, so that all of
//! them accept the same.

use std::ffi::OsString;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
use zeroize::Zeroizing;

use crate::secrets::Secret;

/// Credentials for a gateway. Their `Debug` output holds no secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Credentials {
    /// No login.
    #[default]
    None,
    /// HTTP Basic, checked against the user source that the Web Dev resource names.
    Basic(BasicLogin),
    /// An API token of 8.3. Valid for the REST API, not for Web Dev.
    Token(ApiToken),
}

/// A user name and a password that HTTP Basic can send.
#[derive(Clone, PartialEq, Eq)]
pub struct BasicLogin {
    user: String,
    password: Secret,
}

/// An API token as `name:key`, which a header can send.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiToken(Secret);

impl Credentials {
    /// Returns a user name and password. White space around the name and line ends around the password are removed: they
    /// are pasted along with them.
    ///
    /// # Errors
    /// If one of them is empty or can't be sent by HTTP Basic.
    pub fn basic(user: &str, password: impl Into<Secret>) -> Result<Self, InvalidLogin> {
        let user = valid_user(user)?.to_owned();
        let password = trimmed(password.into(), without_line_ends);
        if password.is_empty() {
            return Err(InvalidLogin::NoPassword);
        }
        if password.expose().contains(char::is_control) {
            return Err(InvalidLogin::ControlInPassword);
        }
        Ok(Self::Basic(BasicLogin { user, password }))
    }

    /// Returns an API token. White space around it is removed: it is pasted along with it.
    ///
    /// # Errors
    /// If it isn't `name:key`, or can't be sent in a header.
    pub fn token(token: impl Into<Secret>) -> Result<Self, InvalidLogin> {
        let token = trimmed(token.into(), str::trim);
        match token.expose().split_once(':') {
            None | Some(("", _) | (_, "")) => Err(InvalidLogin::IncompleteToken),
            Some(_) if token.expose().bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') => {
                Ok(Self::Token(ApiToken(token)))
            }
            Some(_) => Err(InvalidLogin::InvalidToken),
        }
    }

    /// Reads the environment: `GATEWATCH_TOKEN`, or `GATEWATCH_USER` and `GATEWATCH_PASSWORD`. Line ends around a value
    /// are removed, as files and commands add them.
    ///
    /// # Errors
    /// If one of the two variables is missing, both kinds are set, or a value is malformed.
    pub fn from_env(var: impl Fn(&str) -> Option<OsString>) -> Result<Self, CredentialsError> {
        let get = |name| match var(name).map(OsString::into_string) {
            None => Ok(None),
            Some(Ok(value)) => {
                let value = trimmed(Secret::new(value), without_line_ends);
                Ok((!value.is_empty()).then_some(value))
            }
            Some(Err(_)) => Err(CredentialsError::NotUtf8 { name }),
        };
        match (get("GATEWATCH_TOKEN")?, get("GATEWATCH_USER")?, get("GATEWATCH_PASSWORD")?) {
            (Some(token), None, None) => Ok(Self::token(token)?),
            (Some(_), _, _) => Err(CredentialsError::TokenAndUser),
            (None, Some(user), Some(password)) => Ok(Self::basic(user.expose(), password)?),
            (None, None, None) => Ok(Self::None),
            (None, Some(_), None) => Err(CredentialsError::Incomplete { missing: "GATEWATCH_PASSWORD" }),
            (None, None, Some(_)) => Err(CredentialsError::Incomplete { missing: "GATEWATCH_USER" }),
        }
    }

    /// Returns the password or token; `None` without a login.
    #[must_use]
    pub fn secret(&self) -> Option<&Secret> {
        match self {
            Self::None => None,
            Self::Basic(BasicLogin { password, .. }) => Some(password),
            Self::Token(ApiToken(token)) => Some(token),
        }
    }
}

/// Returns a user name without the white space around it.
///
/// # Errors
/// If it is empty or can't be sent by HTTP Basic.
pub fn valid_user(user: &str) -> Result<&str, InvalidLogin> {
    match user.trim() {
        "" => Err(InvalidLogin::NoUser),
        user if user.contains(':') => Err(InvalidLogin::ColonInUser),
        user if user.contains(char::is_control) => Err(InvalidLogin::ControlInUser),
        user => Ok(user),
    }
}

fn without_line_ends(text: &str) -> &str {
    text.trim_matches(['\r', '\n'])
}

fn trimmed(secret: Secret, trim: impl Fn(&str) -> &str) -> Secret {
    let text = trim(secret.expose());
    if text.len() == secret.expose().len() { secret } else { Secret::from(text) }
}

impl BasicLogin {
    /// Returns the user name.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Returns the credentials as HTTP Basic encodes them.
    pub(super) fn encoded(&self) -> Zeroizing<String> {
        let plain = Secret::concat(&[&self.user, ":", self.password.expose()]);
        // A text that grows leaves a copy behind.
        let len = base64::encoded_len(plain.expose().len(), true).unwrap_or(0);
        let mut encoded = Zeroizing::new(String::with_capacity(len));
        STANDARD.encode_string(plain.expose(), &mut encoded);
        encoded
    }

    /// Returns the value of the `Authorization` header.
    pub(super) fn header(&self) -> HeaderValue {
        let value = Secret::concat(&["Basic ", &self.encoded()]);
        sensitive(value.expose())
    }
}

impl ApiToken {
    /// Returns the value of the header that holds the token.
    pub(super) fn header(&self) -> HeaderValue {
        sensitive(self.0.expose())
    }

    /// Returns the token without its name.
    pub(super) fn key(&self) -> &str {
        self.0.expose().split_once(':').map_or("", |(_name, key)| key)
    }
}

/// Returns a header that no log or debug output shows.
fn sensitive(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(text).expect("credentials are checked when they are made");
    value.set_sensitive(true);
    value
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Basic(login) => login.fmt(f),
            Self::Token(token) => token.fmt(f),
        }
    }
}

impl fmt::Debug for BasicLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Basic(…)")
    }
}

impl fmt::Debug for ApiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// A login that can't be sent. The messages never hold a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLogin {
    /// The user name is empty.
    #[error("Enter the user name")]
    NoUser,
    /// The user name has a colon, which separates it from the password.
    #[error("HTTP Basic doesn't support user names with a colon. Use another user")]
    ColonInUser,
    /// The user name has a control character, such as a tab.
    #[error("The user name has a control character. Enter it again")]
    ControlInUser,
    /// The password is empty.
    #[error("Enter the password")]
    NoPassword,
    /// The password has a control character, such as a tab.
    #[error("The password has a control character, which can't be sent. Enter it again")]
    ControlInPassword,
    /// The token lacks its name or its key.
    #[error("Enter the token as NAME:KEY")]
    IncompleteToken,
    /// The token has a character that isn't printable ASCII.
    #[error("The token has a character that can't be sent. Copy it again, as NAME:KEY")]
    InvalidToken,
}

impl InvalidLogin {
    /// Returns `true` if another user name is needed, rather than another password or token.
    #[must_use]
    pub fn is_about_user(self) -> bool {
        matches!(self, Self::NoUser | Self::ColonInUser | Self::ControlInUser)
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
    /// Both kinds are set.
    #[error(
        "Both an API token and a password are set. Set GATEWATCH_TOKEN, or GATEWATCH_USER and GATEWATCH_PASSWORD"
    )]
    TokenAndUser,
    /// A value can't be sent.
    #[error("{}", invalid_variable(*.0))]
    Invalid(#[from] InvalidLogin),
}

fn invalid_variable(error: InvalidLogin) -> &'static str {
    match error {
        InvalidLogin::NoUser => "GATEWATCH_USER is blank. Set it to the user name",
        InvalidLogin::ColonInUser => "The user name in GATEWATCH_USER has a colon. Choose a user without one",
        InvalidLogin::ControlInUser => "GATEWATCH_USER has a control character. Set it again",
        InvalidLogin::NoPassword => "GATEWATCH_PASSWORD is blank. Set it to the password",
        InvalidLogin::ControlInPassword => "GATEWATCH_PASSWORD has a control character. Set it again",
        InvalidLogin::IncompleteToken => "GATEWATCH_TOKEN is incomplete. Set the whole token, NAME:KEY",
        InvalidLogin::InvalidToken => {
            "GATEWATCH_TOKEN has a character that can't be sent. Set the whole token, NAME:KEY"
        }
    }
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
            Ok(Credentials::basic("billy", "secret").unwrap())
        );
        assert_eq!(read(&[("GATEWATCH_TOKEN", "a:b")]), Ok(Credentials::token("a:b").unwrap()));
    }

    #[test]
    fn removes_line_ends_around_values() {
        for end in ["\n", "\r\n", "\r", "\n\n"] {
            let with_end = |text: &str| format!("{text}{end}");
            let (user, password) = (with_end("billy"), with_end(" secret "));
            assert_eq!(
                read(&[("GATEWATCH_USER", &user), ("GATEWATCH_PASSWORD", &password)]),
                Ok(Credentials::basic("billy", " secret ").unwrap()),
                "{end:?}"
            );
            assert_eq!(
                read(&[("GATEWATCH_TOKEN", &with_end("a:b"))]),
                Ok(Credentials::token("a:b").unwrap()),
                "{end:?}"
            );
            // Nothing but a line end is nothing.
            assert_eq!(read(&[("GATEWATCH_USER", end), ("GATEWATCH_TOKEN", end)]), Ok(Credentials::None));
        }
    }

    #[test]
    fn rejects_incomplete_or_mixed_credentials_without_repeating_them() {
        for vars in [
            &[("GATEWATCH_USER", "billy")][..],
            &[("GATEWATCH_PASSWORD", "secret")],
            &[("GATEWATCH_USER", "a:secret"), ("GATEWATCH_PASSWORD", "secret")],
            &[("GATEWATCH_USER", "a\u{7}secret"), ("GATEWATCH_PASSWORD", "secret")],
            &[("GATEWATCH_USER", "  "), ("GATEWATCH_PASSWORD", "secret")],
            &[("GATEWATCH_USER", "billy"), ("GATEWATCH_PASSWORD", "sec\nsecret")],
            &[("GATEWATCH_TOKEN", "secret")],
            &[("GATEWATCH_TOKEN", "secret:")],
            &[("GATEWATCH_TOKEN", ":secret")],
            &[("GATEWATCH_TOKEN", "a:sec\tsecret")],
            &[("GATEWATCH_TOKEN", "a:secret"), ("GATEWATCH_USER", "billy")],
        ] {
            let error = read(vars).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("secret"));
            assert!(error.to_string().contains("GATEWATCH_"), "{error}");
        }
    }

    #[test]
    fn rejects_logins_that_cannot_be_sent() {
        use InvalidLogin as Invalid;
        for (user, password, expected) in [
            (" ", "x", Invalid::NoUser),
            ("billy:x", "x", Invalid::ColonInUser),
            ("bil\tly", "x", Invalid::ControlInUser),
            ("billy", "", Invalid::NoPassword),
            ("billy", "\n", Invalid::NoPassword),
            ("billy", "a\tb", Invalid::ControlInPassword),
            ("billy", "a\u{0}", Invalid::ControlInPassword),
        ] {
            assert_eq!(Credentials::basic(user, password), Err(expected), "{user:?} {password:?}");
        }
        for (token, expected) in [
            ("", Invalid::IncompleteToken),
            ("name", Invalid::IncompleteToken),
            ("name:", Invalid::IncompleteToken),
            (" :key", Invalid::IncompleteToken),
            ("na\tme:key", Invalid::InvalidToken),
            ("name:k\u{e9}y", Invalid::InvalidToken),
            ("name:k\ny", Invalid::InvalidToken),
        ] {
            assert_eq!(Credentials::token(token), Err(expected), "{token:?}");
        }
        assert!(Credentials::basic(" jürgen ", "pä:ss wörd ").is_ok());
        assert!(Credentials::token(" name:k:e:y\r\n").is_ok());
    }

    #[test]
    fn headers_are_sensitive() {
        let (basic, token) =
            (Credentials::basic("billy", "se:cret").unwrap(), Credentials::token("a:secret").unwrap());
        let (Credentials::Basic(basic), Credentials::Token(token)) = (basic, token) else { panic!() };
        for (header, expected) in
            [(basic.header(), "Basic YmlsbHk6c2U6Y3JldA=="), (token.header(), "a:secret")]
        {
            assert_eq!(header, expected);
            assert!(header.is_sensitive());
            assert_eq!(format!("{header:?}"), "Sensitive");
        }
    }

    #[test]
    fn debug_output_holds_no_secret() {
        let basic = Credentials::basic("billy", "secret").unwrap();
        assert_eq!(format!("{basic:?} {:?}", Credentials::token("a:secret").unwrap()), "Basic(…) Token(…)");
    }
}
