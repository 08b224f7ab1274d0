//! Limits how often a password is sent before a node has accepted it.
//!
//! The nodes of a gateway often check passwords against one directory, which locks an account after a few wrong ones. So
//! a password that no node has accepted is sent to one node first, and not at all after three rejections. All requests
//! pass through here: the password is only available from a [`LoginAttempt`]. A node that requires no
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
const NEXT_NODE_DELAY: Duration = Duration::from_secs(1);
/// Time for which a cancelled attempt counts as one that still runs: the password may have been sent.
const CANCELLED_TTL: Duration = Duration::from_secs(10);

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

/// The attempts of one user name and password.
#[derive(Debug, Default)]
struct Attempts {
    by_node: HashMap<NodeUrl, NodeAttempts>,
    /// Time of the last rejection by any node.
    rejected: Option<Instant>,
}

/// The attempts at one node.
#[derive(Debug, Default)]
struct NodeAttempts {
    /// The attempts without an outcome.
    pending: Vec<Pending>,
    /// Times of the latest rejections since the node accepted the password.
    rejections: Vec<Instant>,
    accepted: Option<Instant>,
}

/// An attempt without an outcome.
#[derive(Clone, Copy, Debug)]
struct Pending {
    started: Instant,
    /// `false` once it was cancelled.
    is_running: bool,
}

/// The decision whether an attempt may start.
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
        let key = self.key(login.user(), credentials.secret());
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

    /// Returns the key of a login. Most directories ignore the case of user names.
    fn key(&self, user: &str, password: Option<&Secret>) -> u64 {
        self.hasher.hash_one((user.to_lowercase(), password.map(Secret::expose)))
    }

    /// Forgets which passwords were accepted. They may have been changed, as during a suspend.
    pub(super) fn forget_acceptances(&self) {
        for attempts in self.lock().values_mut() {
            attempts.by_node.values_mut().for_each(|node| node.accepted = None);
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
        if !logins.contains_key(&key) {
            logins.retain(|_, attempts| !attempts.is_expired(now));
        }
        let attempts = logins.entry(key).or_default();
        let decision = attempts.decide(node, group, self.max_rejections, now);
        if decision == Decision::Start {
            attempts.start(node, now);
        }
        (decision, now)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Attempts>> {
        // The map is consistent after each of its calls, so a panic elsewhere doesn't matter.
        self.logins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempts {
    fn start(&mut self, node: &NodeUrl, now: Instant) {
        let pending = Pending { started: now, is_running: true };
        self.by_node.entry(node.clone()).or_default().pending.push(pending);
    }

    /// Records the outcome of an attempt.
    fn end(&mut self, node: &NodeUrl, started: Instant, error: Option<&GatewayError>, now: Instant) {
        if error.is_some_and(GatewayError::is_wrong_login) {
            self.rejected = Some(now);
        }
        if let Some(node) = self.by_node.get_mut(node) {
            node.end(started, error, now);
        }
    }

    fn cancel(&mut self, node: &NodeUrl, started: Instant) {
        let pending = self.by_node.get_mut(node).into_iter().flat_map(|node| &mut node.pending);
        for pending in pending.filter(|pending| pending.started == started) {
            pending.is_running = false;
        }
    }

    /// Returns `true` if no decision depends on these attempts any more.
    fn is_expired(&self, now: Instant) -> bool {
        let is_older = |at: Instant, ttl| now.saturating_duration_since(at) >= ttl;
        self.by_node.values().all(|node| {
            node.pending.iter().all(|at| !at.is_running && is_older(at.started, CANCELLED_TTL))
                && node.rejections.iter().all(|&at| is_older(at, REJECTION_TTL))
                && node.accepted.is_none_or(|at| is_older(at, ACCEPTANCE_TTL))
        })
    }

    fn decide(
        &self,
        node: &NodeUrl,
        group: Option<&[NodeUrl]>,
        max_rejections: usize,
        now: Instant,
    ) -> Decision {
        let age = |at: Instant| now.saturating_duration_since(at);
        let is_recent = |at: &&Instant| age(**at) < REJECTION_TTL;
        let own = self.by_node.get(node);
        // The usual case, without checking a thousand other nodes.
        if let Some(accepted) = own.and_then(|own| own.accepted)
            && Some(accepted) > self.rejected
            && age(accepted) < ACCEPTANCE_TTL
        {
            return Decision::Start;
        }
        // Even if other nodes accept it.
        if own.is_some_and(|own| own.rejections.iter().filter(is_recent).count() >= max_rejections) {
            return Decision::Blocked;
        }
        let nodes: Vec<&NodeAttempts> = match group {
            Some(group) => {
                let others = group.iter().filter(|other| *other != node);
                others.filter_map(|node| self.by_node.get(node)).chain(own).collect()
            }
            None => self.by_node.values().collect(),
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
        let pending = nodes.iter().flat_map(|node| &node.pending);
        let pending = pending.filter(|pending| pending.is_running || age(pending.started) < CANCELLED_TTL);
        let pending: Vec<Instant> = pending.map(|pending| pending.started).collect();
        let (Some(oldest), Some(newest)) = (pending.iter().min(), pending.iter().max()) else {
            return Decision::Start;
        };
        if rejections + pending.len() >= max_rejections {
            return Decision::Wait(CANCELLED_TTL.saturating_sub(age(*oldest)).max(NEXT_NODE_DELAY));
        }
        match NEXT_NODE_DELAY.saturating_sub(age(*newest)) {
            Duration::ZERO => Decision::Start,
            delay => Decision::Wait(delay),
        }
    }
}

impl NodeAttempts {
    fn end(&mut self, started: Instant, error: Option<&GatewayError>, now: Instant) {
        if let Some(index) = self.pending.iter().position(|pending| pending.started == started) {
            self.pending.swap_remove(index);
        }
        self.pending.retain(|pending| {
            pending.is_running || now.saturating_duration_since(pending.started) < CANCELLED_TTL
        });
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

/// The permission to send credentials to a node once. Dropping it without [`Self::end`] cancels the attempt.
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
    pub(super) fn end(mut self, error: Option<&GatewayError>) {
        if let Some(PendingLogin { throttle, key, node, started, .. }) = self.login.take() {
            if let Some(attempts) = throttle.lock().get_mut(&key) {
                attempts.end(node, started, error, Instant::now());
            }
            throttle.ended.notify_waiters();
        }
    }
}

impl Drop for LoginAttempt<'_> {
    fn drop(&mut self) {
        if let Some(PendingLogin { throttle, key, node, started, .. }) = &self.login
            && let Some(attempts) = throttle.lock().get_mut(key)
        {
            attempts.cancel(node, *started);
        }
    }
}

#[cfg(test)]
mod tests;
