//! Sums up what happened while the window couldn't be seen: after a start, a suspend or a long
//! pause.
//!
//! A suspend is detected as a time without frames: a running window draws at least one per minute. This doesn't depend on whether
//! timers run during a suspend. A hidden window without frames counts as suspended.

use std::time::{Duration, Instant, SystemTime};

use egui::Context;

use super::super::command::RailCommand;
use super::super::model::{Away, AwayOutage, ShownGateways, epoch_ms};
use super::App;
use crate::gateway::{NodeUrl, Profile};
use crate::history::{History, HistoryError, HistoryGateway, HistoryRead, NodeOutages, Summary, TimeRange};
use crate::settings::State;
use crate::table::ActivityTab;

/// The shortest time after which there is a summary, in milliseconds. Within it, people remember what they saw.
pub(super) const MIN_AWAY_MS: i64 = 5 * 60_000;
/// Time between two saves of how long the window was open, in milliseconds. A program that is killed forgets no more.
const SAVE_INTERVAL_MS: i64 = 60_000;
/// Time for which gateways are waited for after the first one was read.
const MAX_WAIT: Duration = Duration::from_secs(15);
/// Time between a read of a gateway and reading it from the history, which is written in between.
const WRITE_DELAY: Duration = Duration::from_secs(2);
/// Time until a failed summary is retried, in milliseconds.
const RETRY_MS: i64 = 60_000;
/// Time for which it is checked each second whether a gateway was read.
const FREQUENT_CHECKS_MS: i64 = 60_000;

/// Notices that the window couldn't be seen.
#[derive(Default)]
struct Absence {
    /// Time of the last frame, in milliseconds since 1970 UTC.
    last_frame: Option<i64>,
    /// The time that isn't summed up yet.
    pending: Option<Pending>,
}

/// A time that is summed up once the gateways were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pending {
    /// The start of the time, in milliseconds since 1970 UTC.
    since: i64,
    /// The time from which reads of the gateways count, in milliseconds since 1970 UTC.
    back_at: i64,
    /// The latest time for the summary; `None` until the first gateway was read.
    due: Option<Instant>,
}

impl Absence {
    /// Notes a time in which the window couldn't be seen, if it was long.
    fn add(&mut self, since: i64, back_at: i64) {
        if back_at.saturating_sub(since) >= MIN_AWAY_MS {
            // One that wasn't shown yet is a part of it.
            let since = self.pending.map_or(since, |before| before.since.min(since));
            self.pending = Some(Pending { since, back_at, due: None });
        }
    }

    /// Schedules another attempt to sum up a time.
    fn try_again(&mut self, since: i64, now_ms: i64) {
        let since = self.pending.map_or(since, |pending| pending.since.min(since));
        self.pending = Some(Pending { since, back_at: now_ms.saturating_add(RETRY_MS), due: None });
    }

    /// Notes a frame.
    fn frame(&mut self, now_ms: i64) {
        if let Some(last) = self.last_frame.replace(now_ms) {
            self.add(last, now_ms);
        }
    }

    /// Returns the start of the time to sum up once it is due. `read_since` returns how many of the gateways were read since a
    /// time, and the number of all.
    fn take_due(&mut self, now: Instant, read_since: impl Fn(i64) -> (usize, usize)) -> Option<i64> {
        let pending = self.pending.as_mut()?;
        let (read, all) = read_since(pending.back_at);
        if read > 0 {
            let wait = if read < all { MAX_WAIT } else { WRITE_DELAY };
            let due = now + wait;
            pending.due = Some(pending.due.map_or(due, |before| before.min(due)));
        }
        let is_due = pending.due.is_some_and(|due| due <= now);
        is_due.then(|| self.pending.take())?.map(|pending| pending.since)
    }

    /// Returns `true` if it is checked each second whether gateways were read.
    fn is_checked_often(&self, now_ms: i64) -> bool {
        let is_recent = |back_at| now_ms.saturating_sub(back_at) < FREQUENT_CHECKS_MS;
        self.pending.is_some_and(|pending| pending.due.is_some() || is_recent(pending.back_at))
    }
}

/// The summary of what happened while the window couldn't be seen.
pub(super) struct AwayReads {
    absence: Absence,
    /// The start of the time and the read that sums it up.
    running: Option<(i64, HistoryRead<Summary>)>,
}

impl AwayReads {
    /// Starts with the time since a window was last open, if that is known.
    pub(super) fn new(open_until: Option<i64>, now: SystemTime) -> Self {
        let mut absence = Absence::default();
        if let Some(open_until) = open_until {
            absence.add(open_until, epoch_ms(now));
        }
        Self { absence, running: None }
    }
}

impl App {
    /// Notes that the table was paused up to now. What happened meanwhile was recorded.
    pub(super) fn note_pause(&mut self, since: SystemTime) {
        let (since, now) = (epoch_ms(since), epoch_ms(self.state.now()));
        self.away.absence.add(since, now);
        if let Some(pending) = &mut self.away.absence.pending {
            // The gateways were read all the time.
            pending.back_at = pending.back_at.min(since);
        }
    }

    /// Sums up what happened while the window couldn't be seen.
    pub(super) fn update_away(&mut self, ctx: &Context) {
        let Some(reader) = &self.history.reader else { return };
        let now_ms = epoch_ms(self.state.now());
        self.away.absence.frame(now_ms);
        let is_pending = self.away.absence.pending.is_some();
        let names = if is_pending { self.recorded_names() } else { Vec::new() };
        let read_since = |time: i64| {
            let read_at = |name: &String| self.recording.changes().read_at(name);
            let is_read = |name: &&String| read_at(name).is_some_and(|read_at| epoch_ms(read_at) >= time);
            (names.iter().filter(is_read).count(), names.len())
        };
        if let Some(since) = self.away.absence.take_due((self.clock)(), read_since) {
            // A summary that wasn't dismissed yet is a part of it.
            let since = self.state.away.as_ref().map_or(since, |away| away.since.min(since));
            let gateways = self.recorded_gateways();
            let read =
                move |history: &mut History, _: &dyn Fn() -> bool| history.summary(since, now_ms, &gateways);
            self.away.running = Some((since, reader.read(read)));
        }
        if self.away.absence.is_checked_often(now_ms) {
            ctx.request_repaint_after(Duration::from_secs(1));
        }
        let result = self.away.running.as_ref().and_then(|(since, read)| Some((*since, read.take()?)));
        if let Some((since, result)) = result {
            self.away.running = None;
            match result {
                Ok(summary) => self.state.away = self.away(since, summary).if_noteworthy(),
                // Nothing was recorded yet.
                Err(HistoryError::Missing { .. }) => {}
                // The reader has logged why it can't be read.
                Err(_) => self.away.absence.try_again(since, now_ms),
            }
        }
        if self.saved_state.open_until.is_none_or(|saved| now_ms.saturating_sub(saved) >= SAVE_INTERVAL_MS) {
            self.save_open_until();
        }
    }

    /// Shows the activity of all gateways that are recorded, since a time in milliseconds since 1970 UTC.
    pub(super) fn show_activity_since(&mut self, ctx: &Context, since: i64) {
        let away = self.state.away.take();
        if self.recorded_gateways().len() > 1 && self.state.gateways.shown != ShownGateways::All {
            self.run_in_rail(ctx, RailCommand::ShowAll);
        }
        self.state.layout.activity = true;
        self.state.layout.activity_tab = ActivityTab::All;
        self.state.layout.licenses = false;
        let now = epoch_ms(self.state.now());
        let range = TimeRange::between(since, now);
        self.state.timeline.selection = Some(range);
        self.state.activity.summary = away.map(|away| (range, away));
        // What was counted passes no filter.
        self.list_unfiltered_activity();
    }

    /// Saves that the window was open until now, for the next start.
    pub(super) fn save_open_until(&mut self) {
        if self.history.reader.is_some() {
            let open_until = Some(epoch_ms((self.wall_clock)()));
            self.save_state(State { open_until, ..self.saved_state.clone() });
        }
    }

    fn recorded_profiles(&self) -> impl Iterator<Item = &Profile> {
        self.settings.profiles.iter().chain(&self.profile).filter(|profile| profile.history)
    }

    /// Returns the names of the gateways that are recorded.
    fn recorded_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.recorded_profiles().map(|profile| profile.name.clone()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Returns the gateways that are recorded, by name. Compares the addresses of all of them.
    fn recorded_gateways(&self) -> Vec<HistoryGateway> {
        let mut gateways: Vec<HistoryGateway> =
            self.recorded_profiles().map(|profile| self.history_gateway(profile)).collect();
        gateways.sort_by(|a, b| a.name().cmp(b.name()));
        gateways.dedup_by(|a, b| a.name() == b.name());
        gateways
    }

    fn away(&self, since: i64, summary: Summary) -> Away {
        let outage = |outage: NodeOutages| {
            let profiles = self.settings.profiles.iter().chain(&self.profile);
            let mut same = profiles.filter(|profile| *profile.name == *outage.gateway);
            let has_nodes = same.next().is_some_and(|profile| profile.nodes().len() > 1);
            let name = match outage.node.parse::<NodeUrl>() {
                Ok(node) if has_nodes => format!("{} ({})", outage.gateway, node.authority()),
                _ => outage.gateway.to_string(),
            };
            AwayOutage { name, duration_ms: outage.duration_ms, since: outage.since }
        };
        let Summary { arrived, left, outages } = summary;
        Away { since, arrived, left, outages: outages.into_iter().map(outage).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000;
    const MINUTE: i64 = 60_000;

    fn pending(absence: &Absence) -> Option<i64> {
        absence.pending.map(|pending| pending.since)
    }

    #[test]
    fn a_long_time_without_a_frame_is_an_absence() {
        let mut absence = Absence::default();
        absence.frame(NOW);
        absence.frame(NOW + MINUTE);
        absence.frame(NOW + 5 * MINUTE);
        // The clock was set back.
        absence.frame(NOW - 60 * MINUTE);
        assert_eq!(pending(&absence), None);
        absence.frame(NOW - 55 * MINUTE);
        assert_eq!(pending(&absence), Some(NOW - 60 * MINUTE));
        // Suspended again, before the first time could be summed up.
        absence.frame(NOW);
        assert_eq!(
            absence.pending.map(|pending| (pending.since, pending.back_at)),
            Some((NOW - 60 * MINUTE, NOW))
        );
    }

    #[test]
    fn summary_that_could_not_be_read_is_tried_again_later() {
        let (mut absence, start) = (Absence::default(), Instant::now());
        absence.try_again(NOW - 60 * MINUTE, NOW);
        // The gateways were read after that long ago.
        let read_until = |read_at: i64| move |time: i64| (usize::from(time <= read_at), 1);
        let minute = Duration::from_mins(1);
        assert_eq!(absence.take_due(start, read_until(NOW)), None);
        assert_eq!(absence.take_due(start + minute / 2, read_until(NOW + MINUTE / 2)), None);
        assert_eq!(absence.take_due(start + minute, read_until(NOW + MINUTE)), None, "it is written first");
        let due = absence.take_due(start + minute + WRITE_DELAY, read_until(NOW + MINUTE));
        assert_eq!(due, Some(NOW - 60 * MINUTE));
    }

    #[test]
    fn ignores_short_absences_and_a_clock_that_was_set_back() {
        let mut absence = Absence::default();
        absence.add(NOW - 5 * MINUTE + 1, NOW);
        absence.add(NOW + 60 * MINUTE, NOW);
        assert_eq!(pending(&absence), None);
        absence.add(NOW - 5 * MINUTE, NOW);
        assert_eq!(pending(&absence), Some(NOW - 5 * MINUTE));
    }

    #[test]
    fn a_summary_waits_until_the_gateways_were_read_but_not_for_long() {
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let fresh = || {
            let mut absence = Absence::default();
            absence.add(NOW - 10 * MINUTE, NOW);
            absence
        };
        let mut absence = fresh();
        // Nothing was read: the user has to sign in.
        assert_eq!(absence.take_due(at(0), |_| (0, 3)), None);
        assert!(absence.is_checked_often(NOW));
        assert!(!absence.is_checked_often(NOW + 2 * MINUTE));
        assert_eq!(absence.take_due(at(500), |_| (0, 3)), None);
        assert_eq!(absence.take_due(at(501), |_| (1, 3)), None);
        assert_eq!(absence.take_due(at(515), |_| (2, 3)), None);
        assert_eq!(absence.take_due(at(516), |_| (2, 3)), Some(NOW - 10 * MINUTE), "one can't be read");
        assert_eq!(absence.take_due(at(600), |_| (3, 3)), None, "once");
        let mut absence = fresh();
        let read_since = |time: i64| {
            assert_eq!(time, NOW);
            (3, 3)
        };
        assert_eq!(absence.take_due(at(0), read_since), None);
        assert_eq!(absence.take_due(at(1), read_since), None, "it isn't written yet");
        assert_eq!(absence.take_due(at(2), read_since), Some(NOW - 10 * MINUTE));
        assert!(!absence.is_checked_often(NOW));
    }
}
