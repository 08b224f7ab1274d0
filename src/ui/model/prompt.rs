//! The prompts before a gateway is read: a login, or trust in its certificate.

use super::{AppState, ShownGateways, SignInChoice};
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
        // The rail says which of all gateways require a login.
        if self.gateways.shown == ShownGateways::All {
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
        if let Some(rejected) = self.errors().find_map(GatewayError::rejected_certificate) {
            return Some(Prompt::Certificate(rejected));
        }
        let is_asked = self.sign_in == SignInChoice::Asked;
        (is_asked || self.lacks_login()).then_some(Prompt::SignIn)
    }

    /// Returns `true` if a node of the current gateway requires a login that it hasn't got.
    pub(in crate::ui) fn lacks_login(&self) -> bool {
        self.errors().any(GatewayError::can_be_fixed_by_signing_in)
    }

    /// Returns whether the card that asks for a login can be opened: nothing is asked for, and the window shows one gateway.
    pub(in crate::ui) fn can_ask_for_login(&self) -> bool {
        let is_asking = self.prompt().is_some() && self.past.is_none();
        self.can_edit && !is_asking && !self.waits_for_secret
    }

    /// Returns whether the card that asks for a login is open.
    pub(in crate::ui) fn is_asking_for_login(&self) -> bool {
        self.past.is_none() && matches!(self.prompt(), Some(Prompt::SignIn))
    }

    /// Returns whether the card that asks for a login can be closed: there is something else to show.
    pub(in crate::ui) fn can_cancel_sign_in(&self) -> bool {
        let is_asked = self.sign_in == SignInChoice::Asked;
        self.table.result().is_some() || (is_asked && !self.lacks_login())
    }

    fn errors(&self) -> impl Iterator<Item = &GatewayError> {
        self.status.iter().flat_map(|status| &status.nodes).filter_map(|node| node.error.as_ref())
    }

    /// Returns `true` if a login is asked for, even while the past is shown.
    pub(in crate::ui) fn needs_sign_in(&self) -> bool {
        matches!(self.prompt(), Some(Prompt::SignIn))
    }

    /// Returns whether the gateway can be read now. Without a login there is nothing to read, and the card for it reads the
    /// gateway, too.
    pub(in crate::ui) fn can_refresh(&self) -> bool {
        !self.gateway.is_empty() && !self.needs_sign_in()
    }
}
