//! Generates realistic sessions: users, projects, addresses.
//!
//! The same seed and number of sessions always give the same users, projects, addresses and IDs; times are relative to the
//! start. Usernames and IDs are unique by construction, so that a million sessions need no lookups.

use std::{
    net::{Ipv4Addr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

use fastrand::Rng;

use super::{
    names,
    session::{ClientId, PerspectiveId, PerspectiveSession, Session},
};

/// Age of the oldest initial session, in milliseconds.
const MAX_AGE_MS: f64 = 30.0 * 24.0 * 3_600_000.0;

/// Minimum age of a dormant Designer, in milliseconds.
const MIN_DORMANT_AGE_MS: i64 = 10 * 60_000;

/// Number of accounts above which others than the fixed users have "bi" in their names.
const LARGE_SITE: usize = 2_000;

/// Maximum number of Vision projects.
const MAX_PROJECTS: usize = 200;

/// A user account.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) username: Arc<str>,
    /// Project that the user opens most often.
    pub(super) project: Arc<str>,
}

/// The generator of sessions.
#[derive(Clone, Debug)]
pub struct SessionGenerator {
    /// Source of all randomness.
    rng: Rng,
    /// Initial number of Vision clients and Designers.
    sessions: usize,
    /// Next ID, before it is scrambled.
    next_id: u32,
    /// All accounts but the fixed users: first those that are logged in initially, then the others.
    accounts: Vec<Account>,
    /// Number of `accounts` that are logged in initially.
    logged_in: usize,
    /// Vision projects, most used first.
    projects: Vec<Arc<str>>,
    /// Perspective projects, most used first.
    perspective_projects: Vec<Arc<str>>,
}

impl SessionGenerator {
    /// Creates a generator for `sessions` Vision clients and Designers, and a fifth as many Perspective sessions.
    #[must_use]
    pub fn new(seed: u64, sessions: usize) -> Self {
        let mut rng = Rng::with_seed(seed);
        let projects = projects((8 + sessions / 60).min(MAX_PROJECTS));
        let logged_in = accounts_for(sessions.saturating_sub(names::FIXED_USERS.len()));
        let logged_out = 8 + (logged_in / 4).min(400);
        let accounts = usernames(&mut rng, logged_in + logged_out)
            .into_iter()
            .map(|username| Account { username, project: pick_project(&mut rng, &projects) })
            .collect();
        Self {
            sessions,
            next_id: rng.u32(..),
            accounts,
            logged_in,
            projects,
            perspective_projects: names::PERSPECTIVE_PROJECTS.map(Arc::from).into(),
            rng,
        }
    }

    /// Generates the Vision clients and Designers that are open at `now`, in login order.
    pub fn sessions(&mut self, now: i64) -> Vec<Session> {
        let count = self.sessions;
        let fixed_count = names::FIXED_USERS.len().min(count);
        let mut accounts = self.assign_accounts(count - fixed_count).into_iter();
        // The fixed users are spread evenly over the others.
        let mut fixed = (0..fixed_count)
            .map(|index| ((2 * index + 1) * count / (2 * fixed_count), &names::FIXED_USERS[index]))
            .peekable();
        // There are as many accounts as remaining positions.
        (0..count)
            .filter_map(|position| {
                let created = self.login_time(now, position, count);
                if let Some((_, user)) = fixed.next_if(|&(fixed_position, _)| fixed_position == position) {
                    return Some(self.fixed_session(user, created));
                }
                let account = self.accounts[accounts.next()?].clone();
                let mut session = self.new_session(&account, created);
                let may_be_dormant = session.is_designer && created < now - MIN_DORMANT_AGE_MS;
                session.is_dormant = may_be_dormant && self.one_in(4);
                Some(session)
            })
            .collect()
    }

    /// Generates the Perspective sessions that are open at `now`, oldest first.
    pub fn perspective_sessions(&mut self, now: i64) -> Vec<PerspectiveSession> {
        let count = self.perspective_count();
        (0..count)
            .map(|position| {
                let created = self.login_time(now, position, count);
                self.new_perspective_session(created)
            })
            .collect()
    }

    /// Returns the initial number of Vision clients and Designers.
    pub(super) fn session_count(&self) -> usize {
        self.sessions
    }

    /// Returns the initial number of Perspective sessions.
    pub(super) fn perspective_count(&self) -> usize {
        self.sessions / 5
    }

    /// Returns the accounts that are not logged in initially.
    pub(super) fn logged_out(&self) -> Vec<Account> {
        self.accounts[self.logged_in..].to_vec()
    }

    /// Generates a Vision client or a Designer of an account.
    pub(super) fn new_session(&mut self, account: &Account, now: i64) -> Session {
        Session {
            username: Arc::clone(&account.username),
            project: if self.one_in(4) {
                pick_project(&mut self.rng, &self.projects)
            } else {
                Arc::clone(&account.project)
            },
            address: self.address(),
            is_designer: self.one_in(12),
            client_id: self.client_id(),
            creation_time: now,
            is_dormant: false,
            is_permanent: false,
        }
    }

    /// Generates a Perspective session, of an account or unauthenticated.
    pub(super) fn new_perspective_session(&mut self, now: i64) -> PerspectiveSession {
        let (scope, user_agent) = names::DEVICES[skewed(&mut self.rng, names::DEVICES.len())];
        let is_unauthenticated = self.accounts.is_empty() || self.one_in(4);
        PerspectiveSession {
            id: PerspectiveId(u128::from(self.scrambled_id()) << 96 | self.rng.u128(..1 << 96)),
            username: (!is_unauthenticated).then(|| {
                let index = self.rng.usize(..self.accounts.len());
                Arc::clone(&self.accounts[index].username)
            }),
            project: pick_project(&mut self.rng, &self.perspective_projects),
            address: self.address(),
            scope,
            user_agent,
            creation_time: now,
        }
    }

    /// Returns an unused ID.
    pub(super) fn client_id(&mut self) -> ClientId {
        ClientId(self.scrambled_id())
    }

    /// Returns the time until the next simulated change.
    pub(super) fn next_delay(&mut self) -> Duration {
        Duration::from_millis(self.rng.u64(1_000..=7_000))
    }

    /// Returns a random number below `bound`, which must not be zero.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.rng.usize(..bound)
    }

    /// Returns `true` with a probability of 1 in `times`.
    pub(super) fn one_in(&mut self, times: u32) -> bool {
        self.rng.u32(..times) == 0
    }

    /// Assigns the indices of accounts to `count` sessions: each logged-in account once, then random ones a second time.
    fn assign_accounts(&mut self, count: usize) -> Vec<usize> {
        let mut indices: Vec<usize> = (0..count)
            .map(|index| if index < self.logged_in { index } else { self.rng.usize(..self.logged_in) })
            .collect();
        self.rng.shuffle(&mut indices);
        indices
    }

    /// Generates the session of a fixed user.
    fn fixed_session(&mut self, user: &names::User, created: i64) -> Session {
        Session {
            username: user.username.into(),
            project: user.project.into(),
            address: user.address.into(),
            is_designer: user.is_designer,
            client_id: self.client_id(),
            creation_time: created,
            is_dormant: false,
            is_permanent: true,
        }
    }

    /// Returns the login time of the session at `position` of `count`: half of them are in the last twelve hours.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "approximate times suffice, and thirty days in milliseconds fit"
    )]
    fn login_time(&mut self, now: i64, position: usize, count: usize) -> i64 {
        let part = ((count - position) as f64 - self.rng.f64()) / count as f64;
        let cubed = part * part * part;
        now - (MAX_AGE_MS * cubed * cubed) as i64
    }

    /// Generates an address: mostly IPv4, some host names, a few IPv6.
    fn address(&mut self) -> Arc<str> {
        let rng = &mut self.rng;
        match rng.u8(..40) {
            0 => {
                let host = rng.u16(1..);
                Ipv6Addr::new(0xfd12, 0x20, rng.u16(1..9), 0, 0, 0, 0, host).to_string().into()
            }
            1..=7 => {
                let kind = names::HOSTS[rng.usize(..names::HOSTS.len())];
                let number = rng.usize(10..40 + self.sessions / 8);
                format!("{kind}{number}").into()
            }
            _ => {
                let site = rng.u8(..=if self.sessions < LARGE_SITE { 1 } else { 9 });
                // 10.20.4 belongs to the fixed users.
                Ipv4Addr::new(10, 20 + site, rng.u8(5..), rng.u8(10..250)).to_string().into()
            }
        }
    }

    /// Counts up and scrambles the count by reversible steps, so that IDs are unique.
    fn scrambled_id(&mut self) -> u32 {
        let mut id = self.next_id;
        self.next_id = id.wrapping_add(1);
        id = (id ^ id >> 16).wrapping_mul(0x7feb_352d);
        id = (id ^ id >> 15).wrapping_mul(0x846c_a68b);
        id ^ id >> 16
    }
}

/// Returns the number of accounts for `sessions`: few have two sessions on a small site, five each on a large one.
fn accounts_for(sessions: usize) -> usize {
    let first = sessions.min(200);
    first - first / 10 + (sessions - first) / 5
}

/// Generates `count` different usernames.
fn usernames(rng: &mut Rng, count: usize) -> Vec<Arc<str>> {
    let mut first_names = names::FIRST.to_vec();
    if count > LARGE_SITE {
        first_names.extend(names::FIRST_OF_LARGE_SITES);
    }
    let mut full_names: Vec<(&str, &str)> =
        first_names.into_iter().flat_map(|first| names::LAST.map(|last| (first, last))).collect();
    rng.shuffle(&mut full_names);

    // One kind of name per remainder. A number is added where a list of names starts over, so that names are unique.
    (0..count)
        .map(|index| match index % 12 {
            1 => {
                let (round, name) = div_rem(index / 12, names::NON_ASCII.len());
                numbered(names::NON_ASCII[name], round)
            }
            3 | 6 | 9 => {
                let (round, account) = div_rem(index, names::SHARED_ACCOUNTS.len());
                format!("{}{:02}", names::SHARED_ACCOUNTS[account], round + 1)
            }
            _ => {
                let (round, name) = div_rem(index, full_names.len());
                let (first, last) = full_names[name];
                numbered(&format!("{first}.{last}"), round)
            }
        })
        .map(Arc::from)
        .collect()
}

/// Returns the name itself in round 0, then with 2, 3 and so on.
fn numbered(name: &str, round: usize) -> String {
    match round {
        0 => name.to_owned(),
        _ => format!("{name}{}", round + 1),
    }
}

/// Generates `count` different Vision projects, most used first.
fn projects(count: usize) -> Vec<Arc<str>> {
    let named = names::PROJECTS.into_iter().map(Arc::from);
    let by_area = (0..).map(|index| {
        let (round, area) = div_rem(index, names::AREAS.len());
        let number = names::FIRST_AREA_NUMBER + round;
        format!("{}_{number}", names::AREAS[area]).into()
    });
    named.chain(by_area).take(count).collect()
}

/// Picks one of `projects`, more often one of the first.
fn pick_project(rng: &mut Rng, projects: &[Arc<str>]) -> Arc<str> {
    Arc::clone(&projects[skewed(rng, projects.len())])
}

/// Returns a random number below `bound`, more often a small one.
fn skewed(rng: &mut Rng, bound: usize) -> usize {
    rng.usize(..bound).min(rng.usize(..bound))
}

/// Returns quotient and remainder.
fn div_rem(number: usize, by: usize) -> (usize, usize) {
    (number / by, number % by)
}

#[cfg(test)]
mod tests;
