//! What the window asks for before it reads a gateway: a login, or trust in its certificate.

use super::{AppState, Shown, SignInChoice};
use crate::gateway::{GatewayError, RejectedCertificate};

/// A question that takes the place of the table.
#[derive(Clone, Copy, Debug)]
pub(in crate::ui) enum Prompt<'a> {
    /// The gateway requires a login.
    SignIn,
    /// The certificate of the gateway isn't trusted.
    Certificate(&'a RejectedCertificate),
}

impl AppState {
    /// Returns what is asked for, also in the place of a table.
    pub(in crate::ui) fn prompt(&self) -> Option<Prompt<'_>> {
        // The rail says which of all gateways want a login.
        if self.gateways.shown == Shown::All {
            return None;
        }
        // The keyring may never reply, so the user can sign in without it. Usually it replies at once, and a card that
        // appears for a moment would take what is typed then.
        if self.waits_for_secret {
            return self.keyring.is_slow.then_some(Prompt::SignIn);
        }
        if self.sign_in == SignInChoice::Dismissed && self.table.result().is_some() {
            return None;
        }
        let errors =
            || self.status.iter().flat_map(|status| &status.nodes).filter_map(|node| node.error.as_ref());
        let rejected = errors().find_map(|error| match error {
            GatewayError::Certificate(rejected) => Some(&**rejected),
            _ => None,
        });
        if let Some(rejected) = rejected {
            return Some(Prompt::Certificate(rejected));
        }
        // A gateway of 8.3 without the Web Dev resource can be read with a token.
        let is_token_chosen = self.sign_in == SignInChoice::Token;
        let can_use_token =
            |error: &GatewayError| is_token_chosen && matches!(error, GatewayError::NoResource { .. });
        errors().any(|error| error.wants_login() || can_use_token(error)).then_some(Prompt::SignIn)
    }

    /// Returns `true` if a login is asked for.
    pub(in crate::ui) fn is_sign_in(&self) -> bool {
        matches!(self.prompt(), Some(Prompt::SignIn))
    }

    /// Returns whether the gateway can be read now. Without a login there is nothing to read, and the card for it reads the
    /// gateway, too.
    pub(in crate::ui) fn can_refresh(&self) -> bool {
        !self.gateway.is_empty() && !self.is_sign_in()
    }
}
