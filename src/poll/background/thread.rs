//! The thread that reads in the background: one loop over requests, outcomes of reads, and timers.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::combined::Combined;
use super::reader::Reader;
use super::schedule::{Outcome, Schedule};
use super::{BackgroundGateway, BackgroundStatus, FIRST_READ_SPACING, Request};
use crate::gateway::Client;
use crate::poll::runtime;
use crate::poll::suspend::{Clocks, Jump};
use crate::poll::thread::wait_until;
use crate::poll::update::Observer;

/// Time in which outcomes are gathered before they are published.
const GATHER_TIME: Duration = Duration::from_millis(500);

/// Starts the thread. It ends when the sender of requests is dropped.
pub(super) fn spawn(
    clocks: Clocks,
    client: Client,
    observer: Option<Observer>,
    requests: watch::Receiver<Request>,
    status: watch::Sender<Arc<BackgroundStatus>>,
    notify: impl Fn() + Send + 'static,
) -> io::Result<()> {
    runtime::spawn("poll background", notify, async move |notify: &_| {
        let thread = BackgroundThread {
            clocks,
            client,
            observer,
            status,
            notify,
            request: Request::default(),
            readers: Vec::new(),
            indexes: HashMap::new(),
            next_id: 0,
            schedule: Schedule::default(),
            combined: Combined::default(),
            publish_at: None,
            published_at: None,
        };
        thread.run(requests).await;
    })
}

/// The state of the thread.
struct BackgroundThread<'a, F> {
    clocks: Clocks,
    client: Client,
    /// Receives the outcome of each read.
    observer: Option<Observer>,
    status: watch::Sender<Arc<BackgroundStatus>>,
    notify: &'a F,
    /// The request that was applied.
    request: Request,
    readers: Vec<Reader>,
    /// The index of each reader by its id.
    indexes: HashMap<u64, usize>,
    /// The id of the next reader.
    next_id: u64,
    schedule: Schedule,
    combined: Combined,
    /// Time to publish outcomes that were gathered.
    publish_at: Option<Instant>,
    published_at: Option<Instant>,
}

/// What woke the thread.
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
enum Wakeup {
    /// A new request; `false` if its sender was dropped.
    Request(bool),
    /// A read ended.
    Finished(Outcome),
    /// The status is due to be published.
    Publish,
    /// A read is due, or the clocks have to be compared.
    Due,
}

impl<F: Fn()> BackgroundThread<'_, F> {
    /// Runs until the sender of requests is dropped.
    async fn run(mut self, mut requests: watch::Receiver<Request>) {
        loop {
            let due_at = self.schedule.due_at();
            // Without a timer or a read, the clocks are compared at the next request.
            let is_idle = due_at.is_none() && self.schedule.reads.is_empty();
            let check_at = (!is_idle).then(|| self.clocks.next_check());
            let due_at = due_at.filter(|_| !self.schedule.is_full());
            let publish_at = self.publish_at;
            let wakeup = tokio::select! {
                request = requests.changed() => Wakeup::Request(request.is_ok()),
                Some(finished) = self.schedule.next_finished() => Wakeup::Finished(finished),
                () = wait_until(publish_at) => Wakeup::Publish,
                () = wait_until(due_at) => Wakeup::Due,
                () = wait_until(check_at) => Wakeup::Due,
            };
            if !matches!(wakeup, Wakeup::Finished(_)) {
                self.check_clocks();
            }
            match wakeup {
                Wakeup::Request(false) => return,
                Wakeup::Request(true) => {
                    let request = requests.borrow_and_update().clone();
                    self.apply(request);
                }
                Wakeup::Finished(outcome) => self.finish_read(outcome),
                Wakeup::Publish => self.publish(),
                Wakeup::Due => {}
            }
            self.start_due_reads();
        }
    }

    /// Reacts to a suspend or a change of the wall clock.
    fn check_clocks(&mut self) {
        let Some(jump) = self.clocks.check() else {
            return;
        };
        self.client = self.client.without_connections();
        let now = Instant::now();
        match jump {
            Jump::Forward(by) => {
                self.client.forget_accepted_logins();
                self.schedule.reads = JoinSet::new();
                let client = &self.client;
                self.readers.iter_mut().for_each(|reader| reader.on_resume(client, by, now));
                self.schedule.replace(self.readers.iter().flat_map(Reader::next_reads));
            }
            Jump::Backward(by) => {
                self.readers.iter_mut().for_each(|reader| reader.on_clock_set_back(by));
            }
        }
        self.publish();
    }

    fn apply(&mut self, request: Request) {
        let (now, wall_time) = (Instant::now(), self.clocks.wall_time());
        let is_refresh = request.refreshes != self.request.refreshes;
        let is_hidden_before = self.request.is_hidden;
        let reads_all = is_refresh || (request.is_combined && !self.request.is_combined);
        self.indexes.clear();
        let mut before: HashMap<String, Vec<Reader>> = HashMap::new();
        for reader in self.readers.drain(..) {
            before.entry(reader.gateway.profile.name.clone()).or_default().push(reader);
        }
        let spacing = first_read_spacing(&request.gateways);
        let mut first_read_at = now;
        for gateway in request.gateways.iter() {
            let known = before.get_mut(&gateway.profile.name).and_then(|readers| {
                let index = readers.iter().position(|reader| reader.is_for(gateway))?;
                Some(readers.swap_remove(index))
            });
            let mut reader = if let Some(mut reader) = known {
                let interval_before = reader.interval(is_hidden_before);
                reader.set_gateway(gateway.clone());
                let interval = reader.interval(request.is_hidden);
                if interval != interval_before {
                    reader.reschedule(interval, now, wall_time);
                }
                reader
            } else {
                self.next_id += 1;
                let (gateway, is_observed) = (gateway.clone(), self.observer.is_some());
                let generation = request.generation;
                let mut reader =
                    Reader::new(self.next_id, gateway, &self.client, generation, is_observed, now);
                if reader.gateway.interval.is_some() || request.is_combined {
                    reader.polled.nodes.iter_mut().for_each(|node| node.read_at(first_read_at));
                    first_read_at += spacing;
                }
                reader
            };
            if is_refresh {
                reader.forget_rejections();
            }
            if reads_all {
                reader.polled.nodes.iter_mut().for_each(|node| node.read_at(now));
            }
            self.indexes.insert(reader.id, self.readers.len());
            self.readers.push(reader);
        }
        self.schedule.replace(self.readers.iter().flat_map(Reader::next_reads));
        tracing::debug!(
            gateways = self.readers.len(),
            removed = before.values().map(Vec::len).sum::<usize>(),
            is_hidden = request.is_hidden,
            "reading gateways in the background"
        );
        self.request = request;
        self.publish();
    }

    /// Starts the reads that are due, the earliest first.
    fn start_due_reads(&mut self) {
        let now = Instant::now();
        while let Some((id, node)) = self.schedule.pop_due(now) {
            if let Some(&index) = self.indexes.get(&id) {
                self.readers[index].start(node, &mut self.schedule.reads, now);
            }
        }
    }

    /// Handles the outcome of a read. Outcomes that arrive close together are published together.
    fn finish_read(&mut self, ((id, node), mut result): Outcome) {
        // A read that ended before it could be cancelled belongs to no reader.
        let Some(&index) = self.indexes.get(&id) else {
            return;
        };
        self.clocks.adjust(&mut result);
        let (now, wall_time) = (Instant::now(), self.clocks.wall_time());
        let reader = &mut self.readers[index];
        let interval = reader.interval(self.request.is_hidden);
        let update = reader.finish(node, result, interval, now, wall_time);
        if let Some(due_at) = reader.polled.nodes[node].due_at() {
            self.schedule.push(due_at, (id, node));
        }
        if let (Some(observer), Some(update)) = (&mut self.observer, update) {
            observer(update);
        }
        let earliest = self.published_at.map_or(now, |published| published + GATHER_TIME);
        self.publish_at.get_or_insert(earliest.max(now));
    }

    /// Publishes the status. Notifies the owner if anything but times changed.
    fn publish(&mut self) {
        let now = Instant::now();
        (self.publish_at, self.published_at) = (None, Some(now));
        let mut is_changed = false;
        for reader in &mut self.readers {
            is_changed |= reader.update_status(now);
        }
        let gateways: Vec<_> = self
            .readers
            .iter()
            .map(|reader| (reader.gateway.profile.name.clone(), reader.status.clone()))
            .collect();
        let generation = self.request.generation;
        let combined = self.request.is_combined.then(|| self.combined.status(&self.readers, generation));
        let status = Arc::new(BackgroundStatus { generation, gateways, combined });
        let before = self.status.send_replace(status);
        if is_changed || before.generation != generation {
            (self.notify)();
        }
    }
}

/// Returns the time between the first reads of two gateways. All are read within the shortest interval.
fn first_read_spacing(gateways: &[BackgroundGateway]) -> Duration {
    let shortest = gateways.iter().filter_map(|gateway| gateway.interval).min();
    let count = u32::try_from(gateways.len()).unwrap_or(u32::MAX).max(1);
    shortest.map_or(FIRST_READ_SPACING, |interval| FIRST_READ_SPACING.min(interval / count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::{Credentials, Profile};
    use crate::poll::Access;

    #[test]
    fn many_gateways_are_first_read_within_an_interval() {
        let spacing = |count: usize, interval: Option<Duration>| {
            let profile = Profile::from_address("http://gateway.example:8088").unwrap();
            let access = Access::Sessions(Credentials::None);
            first_read_spacing(&vec![BackgroundGateway { profile, access, interval, last: None }; count])
        };
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(spacing(10, seconds(5)), FIRST_READ_SPACING);
        assert_eq!(spacing(1_000, seconds(5)), Duration::from_millis(5));
        assert_eq!(spacing(1_000, None), FIRST_READ_SPACING);
        assert_eq!(spacing(0, None), FIRST_READ_SPACING);
    }
}
