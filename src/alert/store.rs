//! The file that keeps alerts across restarts and lets several processes send each alert only once.
//!
//! Before a process sends an alert, it checks under a lock whether another one has recently sent
//! the same.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::delivery::Channel;
use super::engine::Saved;
use super::entry::millis;
use super::incident::{Phase, SubjectKey};
use crate::atomic_file::{self, read_text, replace_file};
use crate::error_chain::ErrorChain;

/// The name of the file in the data folder.
pub const ALERTS_FILE: &str = "alerts.json";
/// The file that is locked while the other one is changed.
const LOCK_FILE: &str = "alerts.lock";
/// The version of the file.
const VERSION: u32 = 1;
/// The bounds of the time after which another process sends the same again. Processes read gateways at different times.
const SAME_TIME: [Duration; 2] = [Duration::from_mins(5), Duration::from_hours(24)];
/// Time for which the state of a gateway is kept after its last observation.
const KEPT_TIME: Duration = Duration::from_hours(7 * 24);
/// The largest number of sent alerts to remember.
const MAX_SENT: usize = 10_000;
/// Largest time by which another process may have sent an alert later than a claim, in
/// milliseconds. The claiming process may have waited for the lock.
const AHEAD_MS: i64 = 60_000;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Content {
    version: u32,
    #[serde(flatten)]
    saved: Saved,
    /// Time at which a process that observes a gateway has last saved it.
    #[serde(default)]
    gateways: BTreeMap<String, i64>,
    sent: Vec<Sent>,
}

impl Content {
    /// Forgets the state of gateways that no process has observed for a long time. They may be
    /// gone.
    fn forget_gateways(&mut self, observed: &[String], now: i64) {
        let mut saved = BTreeMap::new();
        for gateway in self.saved.gateways() {
            let before = self.gateways.get(gateway).filter(|_| !observed.contains(gateway));
            // The clock may have been set back.
            let saved_at = before.map_or(now, |saved_at| now.min(*saved_at));
            if now.saturating_sub(saved_at) < millis(KEPT_TIME) {
                saved.insert(gateway.clone(), saved_at);
            }
        }
        self.saved.retain_gateways(|gateway| saved.contains_key(gateway));
        self.gateways = saved;
    }

    /// Drops the oldest sent alerts beyond [`MAX_SENT`].
    fn bound_sent(&mut self) {
        self.sent.sort_by_key(|sent| sent.at);
        let excess = self.sent.len().saturating_sub(MAX_SENT);
        self.sent.drain(..excess);
    }
}

/// An alert that a process has sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Sent {
    key: SubjectKey,
    channel: Channel,
    phase: Phase,
    /// Time since which the process has noticed it, and at which it has ended.
    #[serde(default)]
    since: i64,
    #[serde(default)]
    ended: Option<i64>,
    #[serde(default)]
    spread_ms: i64,
    at: i64,
    until: i64,
    by: String,
}

/// An alert that this process is about to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) key: SubjectKey,
    pub(super) channel: Channel,
    pub(super) phase: Phase,
    /// Time since which it holds, or at which it happened last, as this process has noticed it.
    pub(super) since: i64,
    /// Time at which it ended.
    pub(super) ended: Option<i64>,
    /// Largest time by which another process may have noticed it earlier or later, in milliseconds.
    pub(super) spread_ms: i64,
    /// Time for which the same alert isn't sent again.
    pub(super) cooldown: Duration,
}

impl Claim {
    /// Returns `true` if `sent` is about the same incident, which its process may have noticed at
    /// another time. An incident that began after that process had noticed the end is another one.
    fn is_of(&self, sent: &Sent, all: &[Sent]) -> bool {
        let Self { key, channel, phase, since, spread_ms, .. } = self;
        let is_near = sent.since.abs_diff(*since) <= (*spread_ms).max(sent.spread_ms).unsigned_abs();
        is_near
            && (&sent.key, &sent.channel, &sent.phase) == (key, channel, phase)
            && !all.iter().any(|other| {
                (&other.key, &other.by, other.since) == (key, &sent.by, sent.since)
                    && other.ended.is_some_and(|ended| ended < *since)
            })
    }
}

/// A failure to use the alerts file.
#[derive(Debug, thiserror::Error)]
enum StoreError {
    #[error("Can't lock {LOCK_FILE}")]
    Lock(#[source] io::Error),
    #[error("Can't read {ALERTS_FILE}")]
    Read(#[source] io::Error),
    #[error("Can't write {ALERTS_FILE}")]
    Write(#[source] io::Error),
}

/// The alerts file. Without a folder, or if the file can't be used, this process ignores all
/// others.
#[derive(Debug)]
pub(super) struct Store {
    folder: Option<PathBuf>,
    /// The name of this process.
    name: String,
    is_failing: bool,
}

impl Store {
    /// Returns the file in a folder, which is created when it is needed. `name` is unique to this process.
    pub(super) fn new(folder: Option<PathBuf>, name: String) -> Self {
        Self { folder, name, is_failing: false }
    }

    /// Returns the saved state, which is empty if the file can't be used.
    pub(super) fn load(&mut self) -> Saved {
        self.read().unwrap_or_default()
    }

    /// Returns the saved state; `None` if the file can't be used.
    pub(super) fn read(&mut self) -> Option<Saved> {
        let folder = self.folder.clone()?;
        let content = with_lock(&folder, || read(&folder)).and_then(|content| content);
        self.checked(content).map(|content| content.saved)
    }

    /// Saves the state of these gateways, and keeps the state of others that other processes have
    /// saved. Returns for each claim whether this process sends it.
    pub(super) fn save(
        &mut self,
        saved: Saved,
        gateways: &[String],
        claims: &[Claim],
        now: i64,
    ) -> Vec<bool> {
        let all = vec![true; claims.len()];
        let Some(folder) = self.folder.clone() else { return all };
        let saved = with_lock(&folder, || {
            let mut content = read(&folder)?;
            // One in the future was written before the clock was set back.
            content.sent.retain(|sent| now < sent.until && sent.at <= now.saturating_add(AHEAD_MS));
            let granted = self.claim_all(&mut content.sent, claims, now);
            let others = std::mem::replace(&mut content.saved, saved);
            content.saved.take_other_gateways(others, gateways);
            content.forget_gateways(gateways, now);
            content.bound_sent();
            content.version = VERSION;
            write(&folder, &content)?;
            Ok(granted)
        });
        let saved = saved.and_then(|saved| saved);
        self.checked(saved).unwrap_or(all)
    }

    /// Returns for each claim whether this process sends it, and adds those that it sends to
    /// `sent`. There may be thousands of both, while other processes wait for the lock.
    fn claim_all(&self, sent: &mut Vec<Sent>, claims: &[Claim], now: i64) -> Vec<bool> {
        if claims.is_empty() {
            return Vec::new();
        }
        let mut by_key: BTreeMap<SubjectKey, Vec<Sent>> = BTreeMap::new();
        for sent in sent.drain(..) {
            by_key.entry(sent.key.clone()).or_default().push(sent);
        }
        let grant = |claim: &Claim| self.claim(by_key.entry(claim.key.clone()).or_default(), claim, now);
        let granted = claims.iter().map(grant).collect();
        sent.extend(by_key.into_values().flatten());
        granted
    }

    /// Returns whether this process sends an alert. If so, it is added to `sent`, which has the
    /// alerts with the same key.
    fn claim(&self, sent: &mut Vec<Sent>, claim: &Claim, now: i64) -> bool {
        if sent.iter().any(|other| other.by != self.name && claim.is_of(other, sent)) {
            return false;
        }
        let Claim { key, channel, phase, since, ended, spread_ms, cooldown } = claim.clone();
        let is_before = |sent: &Sent| {
            (&sent.by, &sent.key, sent.channel, sent.phase) == (&self.name, &key, channel, phase)
        };
        sent.retain(|sent| !is_before(sent));
        let [shortest, longest] = SAME_TIME;
        let until = now.saturating_add(millis(cooldown.clamp(shortest, longest)));
        let by = self.name.clone();
        sent.push(Sent { key, channel, phase, since, ended, spread_ms, at: now, until, by });
        true
    }

    /// Returns `true` if the file couldn't be used at the last attempt.
    pub(super) fn is_failing(&self) -> bool {
        self.is_failing
    }

    /// Logs a failure once.
    fn checked<T>(&mut self, result: Result<T, StoreError>) -> Option<T> {
        match result {
            Ok(value) => {
                self.is_failing = false;
                Some(value)
            }
            Err(error) => {
                if !self.is_failing {
                    tracing::warn!(error = %ErrorChain(&error), "alerts may be repeated after a restart and by other processes");
                }
                self.is_failing = true;
                None
            }
        }
    }
}

fn with_lock<T>(folder: &Path, work: impl FnOnce() -> T) -> Result<T, StoreError> {
    atomic_file::with_lock(&folder.join(LOCK_FILE), "Another process holds it", work)
        .map_err(StoreError::Lock)
}

/// Reads the file. An invalid one is replaced later: everything in it can be found out again.
fn read(folder: &Path) -> Result<Content, StoreError> {
    match read_text(&folder.join(ALERTS_FILE)) {
        Ok(text) => Ok(parse(&text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Content::default()),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(parse("")),
        Err(error) => Err(StoreError::Read(error)),
    }
}

fn parse(text: &str) -> Content {
    match serde_json::from_str(text) {
        Ok(content @ Content { version: VERSION, .. }) => content,
        Ok(Content { version, .. }) => {
            tracing::warn!(version, "{ALERTS_FILE} is of another version, starting a new one");
            Content::default()
        }
        Err(error) => {
            tracing::warn!(error = %ErrorChain(&error), "{ALERTS_FILE} is invalid, starting a new one");
            Content::default()
        }
    }
}

fn write(folder: &Path, content: &Content) -> Result<(), StoreError> {
    replace_file(&folder.join(ALERTS_FILE), |out| {
        serde_json::to_writer(out, content).map_err(io::Error::other)
    })
    .map_err(|error| StoreError::Write(error.source))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::incident::Subject;
    use crate::alert::testing::{TestGateway, client};
    use crate::alert::{Condition, Rule};

    const NOW: i64 = 1_790_000_000_000;

    fn claim(rule: &str, channel: Channel, phase: Phase) -> Claim {
        let subject = Subject { node: None, id: "billy".to_owned() };
        let (rule, definition, gateway) = (rule.to_owned(), String::new(), "Plant".to_owned());
        let key = SubjectKey { rule, definition, gateway, subject };
        let (since, ended) = (NOW, (phase == Phase::Resolved).then_some(NOW + 3_000));
        Claim { key, channel, phase, since, ended, spread_ms: 20_000, cooldown: Duration::from_mins(10) }
    }

    fn stores(folder: &Path) -> [Store; 2] {
        ["first", "second"].map(|name| Store::new(Some(folder.to_owned()), name.to_owned()))
    }

    /// Returns the state of a gateway with one session, for which a rule holds.
    fn saved() -> Saved {
        let mut plant = TestGateway::new([Rule::new("A".to_owned(), Condition::CountAbove(0))]);
        plant.read(0, &[client("billy")]);
        let saved = serde_json::to_string(&plant.engine.save()).unwrap();
        serde_json::from_str(&saved).unwrap()
    }

    #[test]
    fn one_process_sends_per_channel() {
        let folder = tempfile::tempdir().unwrap();
        let [mut first, mut second] = stores(folder.path());
        let firing = |channel| claim("A", channel, Phase::Firing);
        let mut ask = |store: usize, claim: Claim, now: i64| {
            let store = if store == 0 { &mut first } else { &mut second };
            store.save(Saved::default(), &[], &[claim], now)[0]
        };
        assert!(ask(0, firing(Channel::Command), NOW));
        assert!(!ask(1, firing(Channel::Command), NOW + 1_000));
        assert!(ask(1, firing(Channel::Desktop), NOW + 1_000));
        assert!(!ask(0, firing(Channel::Desktop), NOW + 1_000));
        assert!(ask(1, claim("B", Channel::Command, Phase::Firing), NOW));
        // The one that has sent it goes on.
        assert!(ask(0, firing(Channel::Command), NOW + 2_000));
        assert!(ask(1, claim("A", Channel::Command, Phase::Resolved), NOW + 3_000));
        assert!(!ask(0, claim("A", Channel::Command, Phase::Resolved), NOW + 3_000));
        // The other one noticed it late.
        assert!(!ask(1, firing(Channel::Command), NOW + 4_000));
        assert!(ask(1, firing(Channel::Command), NOW + 602_000));
        // A time in the future was written with a wrong clock.
        assert!(ask(0, firing(Channel::Command), NOW));
    }

    #[test]
    fn what_a_process_that_is_gone_has_sent_stands_for_the_same_incident_only() {
        let folder = tempfile::tempdir().unwrap();
        let [mut first, mut second] = stores(folder.path());
        let [firing, resolved] = [Phase::Firing, Phase::Resolved];
        let claim = |phase, since| Claim {
            since: NOW + since,
            ended: (phase == resolved).then_some(NOW + since + 5_000),
            ..claim("A", Channel::Command, phase)
        };
        let mut ask = |store: usize, claim: Claim| {
            let (store, now) = (if store == 0 { &mut first } else { &mut second }, claim.since + 6_000);
            store.save(Saved::default(), &[], &[claim], now)[0]
        };
        assert!(ask(0, claim(firing, 0)));
        assert!(!ask(1, claim(firing, 4_000)));
        assert!(ask(0, claim(resolved, 0)));
        assert!(!ask(1, claim(resolved, 4_000)));
        // It fails again at once, after the first process was started again.
        for phase in [firing, resolved] {
            assert!(ask(1, claim(phase, 8_000)));
            assert!(ask(1, claim(phase, 60_000)));
            assert!(!ask(0, claim(phase, 61_000)));
            // Repeated after a short cooldown.
            assert!(ask(0, claim(phase, 120_000)));
        }
    }

    #[test]
    fn the_same_is_sent_once_by_processes_that_wait_for_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let [mut first, mut second] = stores(folder.path());
        let claim = || claim("A", Channel::Command, Phase::Firing);
        assert_eq!(first.save(Saved::default(), &[], &[claim()], NOW + 1), [true]);
        assert_eq!(second.save(Saved::default(), &[], &[claim()], NOW), [false]);
    }

    #[test]
    fn many_claims_are_looked_up_by_their_keys() {
        let folder = tempfile::tempdir().unwrap();
        let [mut first, mut second] = stores(folder.path());
        let channels = [Channel::Command, Channel::Desktop, Channel::Log];
        let of_subject = |id: usize| {
            let subject = Subject { node: None, id: id.to_string() };
            channels.map(|channel| {
                let claim = claim("A", channel, Phase::Firing);
                Claim { key: SubjectKey { subject: subject.clone(), ..claim.key }, ..claim }
            })
        };
        let claims: Vec<Claim> = (0..MAX_SENT).flat_map(of_subject).collect();
        // One by one in a list, it would take minutes.
        assert!(first.save(Saved::default(), &[], &claims, NOW).into_iter().all(|granted| granted));
        let granted = second.save(Saved::default(), &[], &claims, NOW + 1_000);
        assert_eq!(granted.iter().filter(|granted| !**granted).count(), MAX_SENT);
    }

    #[test]
    fn keeps_what_others_have_saved_about_other_gateways() {
        let folder = tempfile::tempdir().unwrap();
        let [mut first, mut second] = stores(folder.path());
        assert_eq!(first.load(), Saved::default());
        first.save(saved(), &["Plant".to_owned()], &[], NOW);
        second.save(Saved::default(), &["Other".to_owned()], &[], NOW);
        assert_eq!(second.load(), saved());
        second.save(Saved::default(), &["Plant".to_owned()], &[], NOW);
        assert_eq!(first.load(), Saved::default());
    }

    #[test]
    fn forgets_gateways_that_were_not_observed_for_a_long_time() {
        let folder = tempfile::tempdir().unwrap();
        let [mut first, mut second] = stores(folder.path());
        first.save(saved(), &["Plant".to_owned()], &[], NOW);
        let day = 24 * 3_600_000;
        for days in 1..7 {
            second.save(Saved::default(), &["Other".to_owned()], &[], NOW + days * day);
            assert_eq!(second.load(), saved(), "{days}");
        }
        second.save(Saved::default(), &["Other".to_owned()], &[], NOW + 7 * day);
        assert_eq!(second.load(), Saved::default());
        // One that is still observed stays, however long nothing happens.
        for days in (0..30).step_by(3) {
            first.save(saved(), &["Plant".to_owned()], &[], NOW + days * day);
            second.save(Saved::default(), &["Other".to_owned()], &[], NOW + days * day);
            assert_eq!(second.load(), saved(), "{days}");
        }
    }

    #[test]
    fn remembers_a_bounded_number_of_things_that_were_sent() {
        let mut content = Content::default();
        let Claim { key, channel, phase, .. } = claim("A", Channel::Command, Phase::Firing);
        let count = i64::try_from(MAX_SENT).unwrap() + 5;
        content.sent.extend((0..count).rev().map(|at| Sent {
            key: key.clone(),
            channel,
            phase,
            since: at,
            ended: None,
            spread_ms: 0,
            at,
            until: i64::MAX,
            by: "first".to_owned(),
        }));
        content.bound_sent();
        assert_eq!((content.sent.len(), content.sent[0].at), (MAX_SENT, 5));
    }

    #[test]
    fn replaces_a_damaged_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(ALERTS_FILE);
        for damaged in [&b"{"[..], b"", b"\xff", br#"{"version":99,"entries":[],"waiting":[],"sent":[]}"#] {
            std::fs::write(&path, damaged).unwrap();
            let [mut store, _] = stores(folder.path());
            assert_eq!(store.load(), Saved::default());
            store.save(saved(), &["Plant".to_owned()], &[], NOW);
            assert_eq!(store.load(), saved());
        }
    }

    #[test]
    fn what_was_restored_of_other_gateways_is_saved_once() {
        let folder = tempfile::tempdir().unwrap();
        let [mut first, mut second] = stores(folder.path());
        first.save(saved(), &["Plant".to_owned()], &[], NOW);
        for _ in 0..3 {
            let restored = second.load();
            second.save(restored, &["Other".to_owned()], &[], NOW);
        }
        assert_eq!(second.load(), saved());
        // Not even if it is newer than what this process has restored.
        let restored = second.load();
        first.save(Saved::default(), &["Plant".to_owned()], &[], NOW);
        second.save(restored, &["Other".to_owned()], &[], NOW);
        assert_eq!(second.load(), Saved::default());
    }

    #[test]
    fn sends_everything_where_the_file_cant_be_used() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(ALERTS_FILE)).unwrap();
        let [mut first, mut second] = stores(folder.path());
        for store in [&mut first, &mut second, &mut Store::new(None, "third".to_owned())] {
            let claims = [claim("A", Channel::Command, Phase::Firing)];
            assert_eq!(store.save(saved(), &[], &claims, NOW), [true]);
            assert_eq!(store.load(), Saved::default());
        }
    }
}
