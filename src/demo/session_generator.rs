//! A believable plant: who works there, on what, from where.
//!
//! The same seed and the same number of sessions always make the same people, projects, addresses and ids; times are
//! relative to the start. Names and ids are unique by construction, so that a million sessions need no look-ups.

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

/// How long ago the first of those present logged in.
const OLDEST_LOGIN_MS: f64 = 30.0 * 24.0 * 3_600_000.0;

/// How long a Designer has been open at least before it may have fallen silent.
const DORMANT_AFTER_MS: i64 = 10 * 60_000;

/// From so many people on, names with "bi" occur outside the manual's cast too.
const LARGE_PLANT: usize = 2_000;

/// The most projects that a plant has.
const MOST_PROJECTS: usize = 200;

/// Somebody who may log in.
#[derive(Clone, Debug)]
pub(super) struct Person {
    /// Their username.
    pub(super) username: Arc<str>,
    /// The project that they usually have open.
    pub(super) project: Arc<str>,
}

/// The generator of sessions.
#[derive(Clone, Debug)]
pub struct Plant {
    /// All chance comes from here.
    rng: Rng,
    /// Vision clients and Designers at the start.
    sessions: usize,
    /// The next id, before it is scrambled.
    next_id: u32,
    /// Everybody but the manual's cast: first those who are logged in at the start, then those who are away.
    people: Vec<Person>,
    /// How many of `people` are logged in at the start.
    present: usize,
    /// Vision projects, the busiest first.
    projects: Vec<Arc<str>>,
    /// Perspective projects, the busiest first.
    perspective_projects: Vec<Arc<str>>,
}

impl Plant {
    /// A plant with `sessions` Vision clients and Designers, and a fifth as many Perspective sessions.
    #[must_use]
    pub fn new(seed: u64, sessions: usize) -> Self {
        let mut rng = Rng::with_seed(seed);
        let projects = projects((8 + sessions / 60).min(MOST_PROJECTS));
        let present = people_for(sessions.saturating_sub(names::FIXED_USERS.len()));
        let away = 8 + (present / 4).min(400);
        let people = usernames(&mut rng, present + away)
            .into_iter()
            .map(|username| Person { username, project: busy(&mut rng, &projects) })
            .collect();
        Self {
            sessions,
            next_id: rng.u32(..),
            people,
            present,
            projects,
            perspective_projects: names::PERSPECTIVE_PROJECTS.map(Arc::from).into(),
            rng,
        }
    }

    /// The Vision clients and Designers who are logged in at `now`, in login order.
    pub fn sessions(&mut self, now: i64) -> Vec<Session> {
        let count = self.sessions;
        let cast = names::FIXED_USERS.len().min(count);
        let mut users = self.users_of(count - cast).into_iter();
        // The cast is spread evenly over the others.
        let mut cast = (0..cast)
            .map(|member| ((2 * member + 1) * count / (2 * cast), &names::FIXED_USERS[member]))
            .peekable();
        // As many users as places are left: nobody is dropped.
        (0..count)
            .filter_map(|position| {
                let created = self.login_time(now, position, count);
                if let Some((_, member)) = cast.next_if(|&(place, _)| place == position) {
                    return Some(self.cast_session(member, created));
                }
                let person = self.people[users.next()?].clone();
                let mut session = self.arrival(&person, created);
                let may_be_dormant = session.is_designer && created < now - DORMANT_AFTER_MS;
                session.is_dormant = may_be_dormant && self.one_in(4);
                Some(session)
            })
            .collect()
    }

    /// The Perspective sessions that are open at `now`, oldest first.
    pub fn perspective_sessions(&mut self, now: i64) -> Vec<PerspectiveSession> {
        let count = self.perspective_count();
        (0..count)
            .map(|position| {
                let created = self.login_time(now, position, count);
                self.perspective_arrival(created)
            })
            .collect()
    }

    /// Vision clients and Designers at the start.
    pub(super) fn session_count(&self) -> usize {
        self.sessions
    }

    /// Perspective sessions at the start.
    pub(super) fn perspective_count(&self) -> usize {
        self.sessions / 5
    }

    /// Those who are not logged in at the start.
    pub(super) fn away(&self) -> Vec<Person> {
        self.people[self.present..].to_vec()
    }

    /// Somebody logs in to Vision, or opens the Designer.
    pub(super) fn arrival(&mut self, person: &Person, now: i64) -> Session {
        Session {
            username: Arc::clone(&person.username),
            project: if self.one_in(4) {
                busy(&mut self.rng, &self.projects)
            } else {
                Arc::clone(&person.project)
            },
            address: self.address(),
            is_designer: self.one_in(12),
            client_id: self.client_id(),
            creation_time: now,
            is_dormant: false,
            stays: false,
        }
    }

    /// Somebody opens a Perspective session; not everybody logs in there.
    pub(super) fn perspective_arrival(&mut self, now: i64) -> PerspectiveSession {
        let (scope, user_agent) = names::DEVICES[skewed(&mut self.rng, names::DEVICES.len())];
        let nobody = self.people.is_empty() || self.one_in(4);
        PerspectiveSession {
            id: PerspectiveId(u128::from(self.scrambled_id()) << 96 | self.rng.u128(..1 << 96)),
            username: (!nobody).then(|| {
                let person = self.rng.usize(..self.people.len());
                Arc::clone(&self.people[person].username)
            }),
            project: busy(&mut self.rng, &self.perspective_projects),
            address: self.address(),
            scope,
            user_agent,
            creation_time: now,
        }
    }

    /// An id that no session had yet.
    pub(super) fn client_id(&mut self) -> ClientId {
        ClientId(self.scrambled_id())
    }

    /// How long it takes until somebody comes or goes again.
    pub(super) fn pause(&mut self) -> Duration {
        Duration::from_millis(self.rng.u64(1_000..=7_000))
    }

    /// Any number below `bound`, which is not zero.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.rng.usize(..bound)
    }

    /// True once in `times`.
    pub(super) fn one_in(&mut self, times: u32) -> bool {
        self.rng.u32(..times) == 0
    }

    /// Who sits where: everybody present once, and the rest of the `places` somebody's second session.
    fn users_of(&mut self, places: usize) -> Vec<usize> {
        let mut users: Vec<usize> = (0..places)
            .map(|place| if place < self.present { place } else { self.rng.usize(..self.present) })
            .collect();
        self.rng.shuffle(&mut users);
        users
    }

    /// One of the manual's people.
    fn cast_session(&mut self, member: &names::Member, created: i64) -> Session {
        Session {
            username: member.username.into(),
            project: member.project.into(),
            address: member.address.into(),
            is_designer: member.is_designer,
            client_id: self.client_id(),
            creation_time: created,
            is_dormant: false,
            stays: true,
        }
    }

    /// When the session at `position` of `count` began: half of them in the last twelve hours.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "any time near enough will do, and thirty days in milliseconds fit"
    )]
    fn login_time(&mut self, now: i64, position: usize, count: usize) -> i64 {
        let part = ((count - position) as f64 - self.rng.f64()) / count as f64;
        let cubed = part * part * part;
        now - (OLDEST_LOGIN_MS * cubed * cubed) as i64
    }

    /// Mostly IPv4, some host names, a few IPv6.
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
                let site = rng.u8(..=if self.sessions < LARGE_PLANT { 1 } else { 9 });
                // 10.20.4 is the cast's.
                Ipv4Addr::new(10, 20 + site, rng.u8(5..), rng.u8(10..250)).to_string().into()
            }
        }
    }

    /// Counts up, and scrambles the count by steps that can all be undone: so no two ids are equal.
    fn scrambled_id(&mut self) -> u32 {
        let mut id = self.next_id;
        self.next_id = id.wrapping_add(1);
        id = (id ^ id >> 16).wrapping_mul(0x7feb_352d);
        id = (id ^ id >> 15).wrapping_mul(0x846c_a68b);
        id ^ id >> 16
    }
}

/// How many people are behind so many sessions: few log in twice in a small plant, five sessions each in a large one.
fn people_for(sessions: usize) -> usize {
    let first = sessions.min(200);
    first - first / 10 + (sessions - first) / 5
}

/// So many different usernames.
fn usernames(rng: &mut Rng, count: usize) -> Vec<Arc<str>> {
    let mut first_names = names::FIRST.to_vec();
    if count > LARGE_PLANT {
        first_names.extend(names::FIRST_OF_LARGE_PLANTS);
    }
    let mut full_names: Vec<(&str, &str)> =
        first_names.into_iter().flat_map(|first| names::LAST.map(|last| (first, last))).collect();
    rng.shuffle(&mut full_names);

    // One kind of name per residue, and a number wherever a kind begins anew: so no two are equal.
    (0..count)
        .map(|index| match index % 12 {
            1 => {
                let (round, name) = div_rem(index / 12, names::BEYOND_ASCII.len());
                numbered(names::BEYOND_ASCII[name], round)
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

/// The name itself in the first round, then with 2, 3 and so on.
fn numbered(name: &str, round: usize) -> String {
    match round {
        0 => name.to_owned(),
        _ => format!("{name}{}", round + 1),
    }
}

/// So many different Vision projects, the busiest first.
fn projects(count: usize) -> Vec<Arc<str>> {
    let named = names::PROJECTS.into_iter().map(Arc::from);
    let by_area = (0..).map(|index| {
        let (round, area) = div_rem(index, names::AREAS.len());
        let number = names::FIRST_AREA_NUMBER + round;
        format!("{}_{number}", names::AREAS[area]).into()
    });
    named.chain(by_area).take(count).collect()
}

/// One of `projects`, more often one of the first.
fn busy(rng: &mut Rng, projects: &[Arc<str>]) -> Arc<str> {
    Arc::clone(&projects[skewed(rng, projects.len())])
}

/// A number below `bound`, more often a small one.
fn skewed(rng: &mut Rng, bound: usize) -> usize {
    rng.usize(..bound).min(rng.usize(..bound))
}

/// Quotient and remainder.
fn div_rem(number: usize, by: usize) -> (usize, usize) {
    (number / by, number % by)
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    /// Some moment of 2026.
    const NOW: i64 = 1_790_000_000_000;

    fn count<'a>(sessions: &'a [Session], test: impl Fn(&'a Session) -> bool) -> usize {
        sessions.iter().filter(|session| test(session)).count()
    }

    #[test]
    fn the_same_seed_and_count_make_the_same_plant() {
        let make = |seed, sessions, now| {
            let mut plant = Plant::new(seed, sessions);
            (plant.sessions(now), plant.perspective_sessions(now))
        };
        assert_eq!(make(1, 300, NOW), make(1, 300, NOW));
        assert_ne!(make(1, 300, NOW), make(2, 300, NOW));

        let (now, later) = (make(1, 300, NOW).0, make(1, 300, NOW + 5_000).0);
        assert!(now.iter().zip(&later).all(|(now, later)| {
            now.client_id == later.client_id && now.creation_time + 5_000 == later.creation_time
        }));
    }

    #[test]
    fn the_cast_of_the_manual_is_there() {
        for seed in 0..200 {
            let sessions = Plant::new(seed, 120).sessions(NOW);
            let of = |name| count(&sessions, |session| &*session.username == name);
            assert_eq!(of("billy"), 2);
            assert_eq!(of("bill.smith"), 1);
            assert_eq!(of("bianca.ericson"), 1);
            assert_eq!(count(&sessions, |session| session.username.contains("bi")), 4);

            let billys: Vec<_> = sessions.iter().filter(|session| &*session.username == "billy").collect();
            assert_eq!(billys[0].project, billys[1].project);
            assert_ne!(billys[0].address, billys[1].address);
        }
    }

    #[test]
    fn the_default_plant_has_a_bit_of_everything() {
        let mut plant = Plant::new(42, 120);
        let sessions = plant.sessions(NOW);
        let designers = count(&sessions, |session| session.is_designer);
        assert!((6..=18).contains(&designers), "{designers} designers");
        assert!(count(&sessions, |session| session.is_dormant) > 0);
        assert!(count(&sessions, |session| !session.username.is_ascii()) >= 5);
        assert!(sessions.iter().any(|s| &*s.username == "jürgen.groß"));
        assert!(sessions.iter().any(|s| &*s.username == "田中.健"));
        assert!(count(&sessions, |session| session.address.contains(':')) > 0);
        assert!(count(&sessions, |session| session.address.contains('-')) > 5);

        let mut per_user: HashMap<&str, usize> = HashMap::new();
        for session in &sessions {
            *per_user.entry(&session.username).or_default() += 1;
        }
        let twice = per_user.values().filter(|&&times| times > 1).count();
        assert!((3..=15).contains(&twice), "{twice} users twice");

        let perspective = plant.perspective_sessions(NOW);
        assert_eq!(perspective.len(), 24);
        assert!(perspective.iter().any(|session| session.username.is_none()));
        assert!(perspective.iter().any(|session| session.username.is_some()));
    }

    #[test]
    fn every_count_works_with_ids_unique_and_logins_in_order() {
        for size in (0..=13).chain([100, 1_000, 30_000]) {
            let mut plant = Plant::new(7, size);
            let sessions = plant.sessions(NOW);
            assert_eq!(sessions.len(), size);
            assert!(sessions.is_sorted_by_key(|session| session.creation_time));
            assert!(sessions.iter().all(|s| s.creation_time <= NOW));
            let ids: HashSet<_> = sessions.iter().map(|s| s.client_id).collect();
            assert_eq!(ids.len(), size);
            assert_eq!(plant.perspective_sessions(NOW).len(), size / 5);
            let people: HashSet<_> = plant.people.iter().map(|p| &p.username).collect();
            assert_eq!(people.len(), plant.people.len());
        }
    }

    #[test]
    fn a_large_plant_has_five_sessions_per_user_and_many_projects() {
        let sessions = Plant::new(7, 100_000).sessions(NOW);
        let users: HashSet<_> = sessions.iter().map(|s| &s.username).collect();
        assert!((20_000..21_000).contains(&users.len()), "{}", users.len());
        let projects: HashSet<_> = sessions.iter().map(|s| &s.project).collect();
        assert!(projects.len() > MOST_PROJECTS - 5, "{}", projects.len());
        assert!(count(&sessions, |session| session.username.starts_with("bi")) > 1_000);
    }
}
