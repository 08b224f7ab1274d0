//! Whether what opens a gateway has opened one of its nodes.
//!
//! All nodes are opened by one user with one password, and many of them ask the same directory. Two hundred wrong passwords
//! at one moment would lock the account, so a password that has opened nothing yet is tried on a few nodes first.

use crate::gateway::{Credentials, GatewayError};

/// On so many nodes at a time. Directories that lock accounts allow at least as many mistakes.
const AT_A_TIME: usize = 3;

/// What is known of what opens a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// It opened a node, or can do no harm.
    Proven,
    /// It has not opened any since it was typed, or since one refused it.
    Unproven {
        /// One has refused it.
        is_refused: bool,
    },
}

impl Proof {
    /// Before anything was tried.
    pub(super) fn of(credentials: &Credentials) -> Self {
        match credentials {
            Credentials::Basic { .. } => Self::Unproven { is_refused: false },
            // A token belongs to no account that could be locked.
            Credentials::None | Credentials::Token(_) => Self::Proven,
        }
    }

    /// How many more nodes may be asked while so many are being asked.
    pub(super) fn room(self, under_way: usize) -> usize {
        match self {
            Self::Proven => usize::MAX,
            Self::Unproven { .. } => AT_A_TIME.saturating_sub(under_way),
        }
    }

    /// A node answered.
    pub(super) fn take(&mut self, credentials: &Credentials, error: Option<&GatewayError>) {
        match error {
            None => *self = Self::Proven,
            Some(error) if error.is_wrong_login() && matches!(credentials, Credentials::Basic { .. }) => {
                *self = Self::Unproven { is_refused: true };
            }
            Some(_) => {}
        }
    }

    /// Somebody wants it to be tried again.
    pub(super) fn try_again(&mut self) {
        if let Self::Unproven { is_refused } = self {
            *is_refused = false;
        }
    }
}
