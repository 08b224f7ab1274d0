//! Limits how often a password is sent before a node has accepted it.
//!
//! The nodes of a gateway often check passwords against one directory, which locks an account after a few wrong ones. So
//! a password that no node has accepted is sent to one node first, and not at all after three rejections. All requests
//! pass through here, whoever makes them: the password is only available from a [`LoginAttempt`]. A node that requires no
//! login counts as one that accepted it, because the two can't be distinguished.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use reqwest::RequestBuilder;
use reqwest::header::AUTHORIZATION;
use tokio::sync::Notify;

use super::{BasicLogin, Credentials, GatewayError, NodeUrl};
use crate::secrets::Secret;

/// The number of rejections after which a password isn't sent any more. Directories that lock accounts allow at least as
/// many attempts.
const MAX_REJECTIONS: usize = 3;
/// Time for which a rejection counts. Directories forget wrong passwords after a similar time, and the user may have
/// unlocked the account or changed its password meanwhile.
const REJECTION_TTL: Duration = Duration::from_mins(10);
/// Time for which an acceptance counts. Nodes are usually read more often. After a longer pause, one goes first again.
const ACCEPTANCE_TTL: Duration = Duration::from_mins(1);
/// Time after which another node is tried while one doesn't answer.
const PATIENCE: Duration = Duration::from_secs(1);
/// Time after which an attempt without an outcome is forgotten: it was cancelled, or takes very long.
const UNANSWERED_TTL: Duration = Duration::from_secs(10);

/// The attempts of all passwords at all nodes.
#[derive(Debug)]
pub(super) struct LoginThrottle {
    /// The key of [`Self::logins`] can't be computed without it.
    hasher: RandomState,
    /// The attempts of each user name and password, by their hash, so that no password is kept.
    logins: Mutex<HashMap<u64, Attempts>>,
    /// Notified when an attempt has ended.
    ended: Notify,
    /// The number of rejections after which a password isn't sent any more.
    max_rejections: usize,
}

impl Default for LoginThrottle {
    fn default() -> Self {
        Self::new(MAX_REJECTIONS)
    }
}

/// The attempts of one user name and password, by node.
#[derive(Debug, Default)]
struct Attempts(HashMap<NodeUrl, NodeAttempts>);

/// The attempts at one node.
#[derive(Debug, Default)]
struct NodeAttempts {
    /// Start times of the attempts without an outcome.
    pending: Vec<Instant>,
    /// Times of the latest rejections since the node accepted the password.
    rejections: Vec<Instant>,
    accepted: Option<Instant>,
}

/// Whether an attempt may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    Start,
    /// Other attempts have to end first. The decision may change after this time.
    Wait(Duration),
    /// The password was rejected too often.
    Blocked,
}

impl LoginThrottle {
    /// Returns a throttle that allows fewer rejections.
    pub(super) fn new(max_rejections: usize) -> Self {
        let (hasher, logins, ended) = Default::default();
        Self { hasher, logins, ended, max_rejections }
    }

    /// Waits until the credentials may be sent to a node. `group`: the nodes that may share a directory with it; `None`
    /// for all.
    ///
    /// # Errors
    /// If they were rejected too often.
    pub(super) async fn start<'a>(
        &'a self,
        credentials: &'a Credentials,
        node: &'a NodeUrl,
        group: Option<&[NodeUrl]>,
    ) -> Result<LoginAttempt<'a>, GatewayError> {
        // A token has no account that could be locked.
        let Credentials::Basic(login) = credentials else {
            return Ok(LoginAttempt { login: None });
        };
        let key = self.hasher.hash_one((login.user(), credentials.secret().map(Secret::expose)));
        loop {
            // Created before the decision, so that no end of an attempt is missed.
            let ended = self.ended.notified();
            match self.try_start(key, node, group, Instant::now()) {
                (Decision::Start, started) => {
                    let login = Some(PendingLogin { throttle: self, login, key, node, started });
                    return Ok(LoginAttempt { login });
                }
                (Decision::Blocked, _) => {
                    tracing::warn!(%node, "password not sent, because it was rejected before");
                    return Err(GatewayError::LoginNotTried);
                }
                // The time is over, or an attempt has ended.
                (Decision::Wait(time), _) => drop(tokio::time::timeout(time, ended).await),
            }
        }
    }

    /// Forgets which passwords were accepted. They may have been changed, as during a suspend.
    pub(super) fn forget_acceptances(&self) {
        for attempts in self.lock().values_mut() {
            attempts.0.values_mut().for_each(|node| node.accepted = None);
        }
    }

    fn try_start(
        &self,
        key: u64,
        node: &NodeUrl,
        group: Option<&[NodeUrl]>,
        now: Instant,
    ) -> (Decision, Instant) {
        let mut logins = self.lock();
        let attempts = logins.entry(key).or_default();
        let decision = attempts.decide(node, group, self.max_rejections, now);
        if decision == Decision::Start {
            attempts.0.entry(node.clone()).or_default().pending.push(now);
        }
        (decision, now)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Attempts>> {
        // The map is consistent after each of its calls, so a panic elsewhere doesn't matter.
        self.logins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempts {
    fn decide(
        &self,
        node: &NodeUrl,
        group: Option<&[NodeUrl]>,
        max_rejections: usize,
        now: Instant,
    ) -> Decision {
        let age = |at: Instant| now.saturating_duration_since(at);
        let is_recent = |at: &&Instant| age(**at) < REJECTION_TTL;
        let own = self.0.get(node);
        // Even if other nodes accept it.
        if own.is_some_and(|own| own.rejections.iter().filter(is_recent).count() >= max_rejections) {
            return Decision::Blocked;
        }
        let nodes: Vec<&NodeAttempts> = match group {
            Some(group) => group.iter().chain([node]).filter_map(|node| self.0.get(node)).collect(),
            None => self.0.values().collect(),
        };
        let accepted = nodes.iter().filter_map(|node| node.accepted).max();
        let rejected = nodes.iter().filter_map(|node| node.rejections.last().copied()).max();
        if accepted > rejected && accepted.is_some_and(|accepted| age(accepted) < ACCEPTANCE_TTL) {
            return Decision::Start;
        }
        let rejections = nodes.iter().flat_map(|node| &node.rejections).filter(is_recent);
        let rejections = rejections.filter(|at| Some(**at) >= accepted).count();
        if rejections >= max_rejections {
            return Decision::Blocked;
        }
        let pending = nodes.iter().flat_map(|node| &node.pending).copied();
        let pending: Vec<Instant> = pending.filter(|started| age(*started) < UNANSWERED_TTL).collect();
        let (Some(oldest), Some(newest)) = (pending.iter().min(), pending.iter().max()) else {
            return Decision::Start;
        };
        if rejections + pending.len() >= max_rejections {
            return Decision::Wait(UNANSWERED_TTL.saturating_sub(age(*oldest)));
        }
        match PATIENCE.saturating_sub(age(*newest)) {
            Duration::ZERO => Decision::Start,
            patience => Decision::Wait(patience),
        }
    }
}

impl NodeAttempts {
    fn record(&mut self, started: Instant, error: Option<&GatewayError>, now: Instant) {
        if let Some(index) = self.pending.iter().position(|pending| *pending == started) {
            self.pending.swap_remove(index);
        }
        match error {
            None => {
                self.rejections.clear();
                self.accepted = Some(now);
            }
            Some(error) if error.is_wrong_login() => {
                if self.rejections.len() == MAX_REJECTIONS {
                    self.rejections.remove(0);
                }
                self.rejections.push(now);
            }
            // Neither accepted nor rejected.
            Some(_) => {}
        }
    }
}

/// The permission to send credentials to a node once. If it is dropped without [`Self::end`], the password may have been
/// sent without an answer.
#[must_use]
pub(super) struct LoginAttempt<'a> {
    /// `None` for credentials that HTTP Basic doesn't send.
    login: Option<PendingLogin<'a>>,
}

struct PendingLogin<'a> {
    throttle: &'a LoginThrottle,
    login: &'a BasicLogin,
    key: u64,
    node: &'a NodeUrl,
    started: Instant,
}

impl LoginAttempt<'_> {
    /// Adds the login to a request.
    pub(super) fn authorize(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.login {
            Some(PendingLogin { login, .. }) => request.header(AUTHORIZATION, login.header()),
            None => request,
        }
    }

    /// Records the outcome; `error` is `None` if the node accepted the login.
    pub(super) fn end(self, error: Option<&GatewayError>) {
        let Some(PendingLogin { throttle, key, node, started, .. }) = self.login else {
            return;
        };
        if let Some(attempts) = throttle.lock().get_mut(&key).and_then(|login| login.0.get_mut(node)) {
            attempts.record(started, error, Instant::now());
        }
        throttle.ended.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn rejected() -> GatewayError {
        GatewayError::Unauthorized { tried: true }
    }

    /// Three nodes whose attempts are made at chosen times.
    struct Nodes {
        attempts: Attempts,
        urls: Vec<NodeUrl>,
        now: Instant,
    }

    impl Nodes {
        fn new() -> Self {
            let nodes = ["http://a", "http://b", "http://c", "http://d", "http://e"];
            let nodes = nodes.map(|node| node.parse().unwrap()).to_vec();
            Self { attempts: Attempts::default(), urls: nodes, now: Instant::now() }
        }

        fn decide(&mut self, node: usize) -> Decision {
            // No two events are at the same time.
            self.now += MS;
            self.attempts.decide(&self.urls[node], Some(&self.urls), MAX_REJECTIONS, self.now)
        }

        fn start(&mut self, node: usize) -> Instant {
            assert_eq!(self.decide(node), Decision::Start);
            self.attempts.0.entry(self.urls[node].clone()).or_default().pending.push(self.now);
            self.now
        }

        fn end(&mut self, node: usize, started: Instant, error: Option<&GatewayError>) {
            self.now += MS;
            self.attempts.0.get_mut(&self.urls[node]).unwrap().record(started, error, self.now);
        }

        fn attempt(&mut self, node: usize, error: Option<&GatewayError>) {
            let started = self.start(node);
            self.end(node, started, error);
        }

        fn is_waiting(&mut self, node: usize) -> bool {
            matches!(self.decide(node), Decision::Wait(_))
        }
    }

    #[test]
    fn one_node_tries_first_and_three_rejections_block() {
        let mut nodes = Nodes::new();
        for node in 0..3 {
            let started = nodes.start(node);
            assert!(nodes.is_waiting(3) && nodes.is_waiting(node));
            nodes.end(node, started, Some(&rejected()));
        }
        for node in 0..4 {
            assert_eq!(nodes.decide(node), Decision::Blocked);
        }
        nodes.now += REJECTION_TTL;
        nodes.attempt(3, None);
        assert_eq!(nodes.decide(0), Decision::Start);
    }

    #[test]
    fn acceptance_lets_all_nodes_start() {
        let mut nodes = Nodes::new();
        nodes.attempt(0, Some(&rejected()));
        nodes.attempt(1, None);
        let all: Vec<Instant> = (0..4).map(|node| nodes.start(node)).collect();
        // A change of the password: the first rejection ends the acceptance.
        nodes.end(2, all[2], Some(&rejected()));
        assert!(nodes.is_waiting(2));
        nodes.end(3, all[3], None);
        assert_eq!(nodes.decide(2), Decision::Start);
    }

    #[test]
    fn acceptance_ends_after_a_pause() {
        let mut nodes = Nodes::new();
        nodes.attempt(0, None);
        nodes.now += ACCEPTANCE_TTL;
        nodes.start(0);
        assert!(nodes.is_waiting(1));
    }

    #[test]
    fn node_that_rejects_alone_is_blocked_alone() {
        let mut nodes = Nodes::new();
        for _ in 0..MAX_REJECTIONS {
            nodes.attempt(0, Some(&rejected()));
            nodes.attempt(1, None);
        }
        assert_eq!((nodes.decide(0), nodes.decide(1)), (Decision::Blocked, Decision::Start));
    }

    #[test]
    fn silent_or_cancelled_attempts_delay_others_but_not_forever() {
        let mut nodes = Nodes::new();
        for node in 0..3 {
            nodes.start(node);
            assert!(nodes.is_waiting(4));
            nodes.now += PATIENCE;
        }
        // As many may still be rejected.
        assert!(nodes.is_waiting(4));
        nodes.now += UNANSWERED_TTL;
        nodes.start(4);
    }

    #[test]
    fn other_failures_neither_accept_nor_reject() {
        let mut nodes = Nodes::new();
        for _ in 0..5 {
            nodes.attempt(0, Some(&GatewayError::Timeout { seconds: 10.0 }));
        }
        nodes.start(0);
        assert!(nodes.is_waiting(1));
    }

    #[test]
    fn groups_share_rejections_but_no_acceptance() {
        let mut nodes = Nodes::new();
        nodes.attempt(0, None);
        // The other gateway has none of these nodes.
        let other: NodeUrl = "http://other".parse().unwrap();
        let group = [other.clone()];
        assert_eq!(nodes.attempts.decide(&other, Some(&group), MAX_REJECTIONS, nodes.now), Decision::Start);
        nodes.attempts.0.entry(other.clone()).or_default().pending.push(nodes.now);
        assert!(matches!(
            nodes.attempts.decide(&other, Some(&group), MAX_REJECTIONS, nodes.now),
            Decision::Wait(_)
        ));
        assert_eq!(nodes.decide(1), Decision::Start);
    }
}
