//! Limits how many nodes of a gateway a password is sent to before one of them has accepted it.
//!
//! The nodes of a gateway often check passwords against one directory. Two hundred wrong passwords at once would lock the
//! account, so a password that no node has accepted yet is sent to a few nodes first. A node that requires no login
//! counts as one that accepted it, because the two can't be distinguished.

use super::{Credentials, GatewayError};

/// The number of nodes that may reject a password. Directories that lock accounts allow at least as many attempts.
const MAX_REJECTIONS: usize = 3;

/// The outcome of a login so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoginThrottle {
    /// A node accepted it the last time it was sent, or it has no account that could be locked.
    Open,
    /// No node has accepted it since it was entered, or since a node rejected it.
    Limited {
        /// The number of nodes that rejected it.
        rejections: usize,
    },
}

impl LoginThrottle {
    /// Returns the state before the first attempt.
    pub(crate) fn new(credentials: &Credentials) -> Self {
        match credentials {
            Credentials::Basic { .. } => Self::Limited { rejections: 0 },
            // A token has no account that could be locked.
            Credentials::None | Credentials::Token(_) => Self::Open,
        }
    }

    /// Returns the number of further reads that may start while `in_flight` are running.
    pub(crate) fn available(self, in_flight: usize) -> usize {
        match self {
            Self::Open => usize::MAX,
            Self::Limited { rejections } => MAX_REJECTIONS.saturating_sub(rejections + in_flight),
        }
    }

    /// Returns `true` if the login isn't sent any more.
    pub(crate) fn is_blocked(self) -> bool {
        matches!(self, Self::Limited { rejections } if rejections >= MAX_REJECTIONS)
    }

    /// Records the outcome of a read; `error` is `None` if it succeeded.
    pub(crate) fn record(&mut self, credentials: &Credentials, error: Option<&GatewayError>) {
        let is_rejection =
            |error: &GatewayError| error.is_wrong_login() && matches!(credentials, Credentials::Basic { .. });
        match (error, *self) {
            (None, _) => *self = Self::Open,
            (Some(error), Self::Open) if is_rejection(error) => *self = Self::Limited { rejections: 1 },
            (Some(error), Self::Limited { rejections }) if is_rejection(error) => {
                *self = Self::Limited { rejections: rejections + 1 };
                if self.is_blocked() {
                    tracing::warn!(rejections = MAX_REJECTIONS, "password not sent to further nodes");
                }
            }
            (Some(_), _) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_a_password_after_three_rejections() {
        let basic = Credentials::Basic { user: "billy".into(), password: "wrong".into() };
        let mut throttle = LoginThrottle::new(&basic);
        assert_eq!((throttle.available(0), throttle.available(2), throttle.available(9)), (3, 1, 0));
        for _ in 0..3 {
            assert!(!throttle.is_blocked());
            throttle.record(&basic, Some(&GatewayError::Unauthorized { tried: true }));
        }
        assert!(throttle.is_blocked());
        throttle.record(&basic, None);
        assert_eq!(throttle.available(100), usize::MAX);
    }
}
