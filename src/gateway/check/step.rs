//! A step of a check and its outcome.

use std::fmt;

use crate::gateway::{GatewayError, GatewayInfo};
use crate::sanitize::one_line;

/// The longest text of an error, in characters.
const MAX_TEXT: usize = 500;

/// A step of the check of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepName {
    /// The address that is checked.
    Address,
    /// The lookup of the host name.
    Name,
    /// The connection to the port.
    Tcp,
    /// Encryption and the certificate.
    Tls,
    /// The health page, which needs no credentials.
    Health,
    /// The setup and the state of the gateway.
    Commissioning,
    /// The role and the activity in a redundant pair.
    Redundancy,
    /// The Gatewatch resource of the Web Dev module.
    WebDev,
    /// The REST API of 8.3.
    Rest,
    /// The login.
    SignIn,
    /// The list of sessions.
    Sessions,
}

impl StepName {
    /// All steps in their order.
    pub const ALL: [Self; 11] = [
        Self::Address,
        Self::Name,
        Self::Tcp,
        Self::Tls,
        Self::Health,
        Self::Commissioning,
        Self::Redundancy,
        Self::WebDev,
        Self::Rest,
        Self::SignIn,
        Self::Sessions,
    ];

    /// Returns the name for programs, which never changes.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Name => "name",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Health => "health",
            Self::Commissioning => "commissioning",
            Self::Redundancy => "redundancy",
            Self::WebDev => "web-dev",
            Self::Rest => "rest",
            Self::SignIn => "sign-in",
            Self::Sessions => "sessions",
        }
    }

    /// Returns the name for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Address => "Address",
            Self::Name => "Host name",
            Self::Tcp => "Connection",
            Self::Tls => "TLS",
            Self::Health => "Health",
            Self::Commissioning => "Commissioning",
            Self::Redundancy => "Redundancy",
            Self::WebDev => "Web Dev",
            Self::Rest => "REST API",
            Self::SignIn => "Sign-in",
            Self::Sessions => "Sessions",
        }
    }
}

/// The outcome of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// No problem.
    Ok,
    /// The sessions can be read, but something should be changed.
    Warning,
    /// The sessions can't be read.
    Failed,
    /// Not tried, because an earlier step failed.
    Skipped,
}

impl Outcome {
    /// Returns the name for programs, which never changes.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// A completed step. All texts are on one line.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckStep {
    /// The step.
    pub name: StepName,
    /// Its outcome.
    pub outcome: Outcome,
    /// The result, without the advice.
    pub message: String,
    /// Advice for the user; `None` if there is nothing to do.
    pub advice: Option<String>,
    /// The error behind a failure.
    pub error: Option<GatewayError>,
    /// The health page of the gateway, in the step for its health.
    pub info: Option<GatewayInfo>,
}

impl CheckStep {
    pub(super) fn ok(name: StepName, message: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Ok, message: message.into(), advice: None, error: None, info: None }
    }

    pub(super) fn warning(name: StepName, message: impl Into<String>, advice: impl Into<String>) -> Self {
        let (message, advice) = (message.into(), Some(advice.into()));
        Self { name, outcome: Outcome::Warning, message, advice, error: None, info: None }
    }

    pub(super) fn skipped(name: StepName) -> Self {
        let message = "Not checked because of the failure above".to_owned();
        Self { name, outcome: Outcome::Skipped, message, advice: None, error: None, info: None }
    }

    /// Returns a warning with this text.
    pub(super) fn warning_from(name: StepName, text: &impl fmt::Display) -> Self {
        let (message, advice) = sentences(text);
        Self { name, outcome: Outcome::Warning, message, advice, error: None, info: None }
    }

    /// Returns the message of a step that failed with this error: its text without the advice.
    pub(crate) fn sentence(error: &GatewayError) -> String {
        sentences(error).0
    }

    pub(super) fn failed(name: StepName, error: GatewayError) -> Self {
        let (message, advice) = sentences(&error);
        Self { name, outcome: Outcome::Failed, message, advice, error: Some(error), info: None }
    }

    pub(super) fn with_outcome(self, outcome: Outcome) -> Self {
        Self { outcome, ..self }
    }

    pub(super) fn with_advice(self, advice: impl Into<String>) -> Self {
        Self { advice: Some(advice.into()), ..self }
    }
}

/// Splits the last sentence of a message, which is advice, from the rest.
fn sentences(message: &impl fmt::Display) -> (String, Option<String>) {
    let text = one_line(&message.to_string(), MAX_TEXT);
    match text.rsplit_once(". ") {
        Some((message, advice)) => (message.to_owned(), Some(advice.to_owned())),
        None => (text, None),
    }
}

impl fmt::Display for CheckStep {
    /// Writes the message and the advice.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.advice.iter().try_for_each(|advice| write!(f, ". {advice}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separates_advice_from_the_message_of_an_error() {
        let step = CheckStep::failed(StepName::SignIn, GatewayError::Unauthorized { tried: true });
        assert_eq!(step.message, "Wrong user name or password");
        assert_eq!(step.advice.as_deref(), Some("Sign in again"));
        assert_eq!(step.to_string(), "Wrong user name or password. Sign in again");
        let step = CheckStep::failed(StepName::SignIn, GatewayError::Unauthorized { tried: false });
        assert_eq!((step.to_string(), step.advice), ("Sign in to this gateway".to_owned(), None));
    }
}
