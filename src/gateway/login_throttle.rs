//! Whether what opens a gateway has opened one of its nodes.
//!
//! All nodes are opened by one user with one password, and many of them ask the same directory. Two hundred wrong passwords
//! at one moment would lock the account, so a password that has opened nothing yet is tried on a few nodes first. A node that
//! is open to everybody counts as opened by it: that it is, nobody can see.

use super::{Credentials, GatewayError};

/// So many nodes may refuse it. Directories that lock accounts allow at least as many mistakes.
const MOST: usize = 3;

/// What is known of what opens a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// It opened a node when it was sent last, or belongs to no account.
    Proven,
    /// It has not opened any since it was typed, or since one refused it.
    Unproven {
        /// How many have refused it.
        refusals: usize,
    },
}

impl Proof {
    /// Before anything was tried.
    pub(crate) fn of(credentials: &Credentials) -> Self {
        match credentials {
            Credentials::Basic { .. } => Self::Unproven { refusals: 0 },
            // A token belongs to no account that could be locked.
            Credentials::None | Credentials::Token(_) => Self::Proven,
        }
    }

    /// How many more nodes may be asked while so many are being asked.
    pub(crate) fn room(self, under_way: usize) -> usize {
        match self {
            Self::Proven => usize::MAX,
            Self::Unproven { refusals } => MOST.saturating_sub(refusals + under_way),
        }
    }

    /// Whether it is not tried any more.
    pub(crate) fn is_refused(self) -> bool {
        matches!(self, Self::Unproven { refusals } if refusals >= MOST)
    }

    /// A node answered.
    pub(crate) fn take(&mut self, credentials: &Credentials, error: Option<&GatewayError>) {
        let is_refusal =
            |error: &GatewayError| error.is_wrong_login() && matches!(credentials, Credentials::Basic { .. });
        match (error, *self) {
            (None, _) => *self = Self::Proven,
            (Some(error), Self::Proven) if is_refusal(error) => *self = Self::Unproven { refusals: 1 },
            (Some(error), Self::Unproven { refusals }) if is_refusal(error) => {
                *self = Self::Unproven { refusals: refusals + 1 };
            }
            (Some(_), _) => {}
        }
    }
}
