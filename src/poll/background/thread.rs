//! The thread that reads in the background: one loop over requests, outcomes of reads, and timers.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinError;
use tokio::time::Instant;

use super::combined::Combined;
use super::reader::Reader;
use super::{BackgroundStatus, FIRST_READ_SPACING, MAX_READS, Request};
use crate::gateway::{Client, GatewayError, NodeSnapshot};
use crate::poll::runtime;
use crate::poll::suspend::{Clocks, Jump};
use crate::poll::thread::wait_until;

/// Time in which outcomes are gathered before they are published.
const GATHER_TIME: Duration = Duration::from_millis(500);

/// Starts the thread. It ends when the sender of requests is dropped.
pub(super) fn spawn(
    clocks: Clocks,
    client: Client,
    requests: watch::Receiver<Request>,
    status: watch::Sender<Arc<BackgroundStatus>>,
    notify: impl Fn() + Send + 'static,
) -> io::Result<()> {
    runtime::spawn("poll background", notify, async move |notify: &_| {
        let thread = BackgroundThread {
            clocks,
            client,
            status,
            notify,
            request: Request::default(),
            readers: Vec::new(),
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
    status: watch::Sender<Arc<BackgroundStatus>>,
    notify: &'a F,
    /// The request that was applied.
    request: Request,
    readers: Vec<Reader>,
    combined: Combined,
    /// Time to publish outcomes that were gathered.
    publish_at: Option<Instant>,
    published_at: Option<Instant>,
}

type Read = Result<(usize, Result<NodeSnapshot, GatewayError>), JoinError>;

enum Event {
    /// A new request; `false` if its sender was dropped.
    Request(bool),
    /// A read of the gateway with this index ended.
    Finished(usize, Read),
    /// It is time to publish the status.
    Publish,
    /// A read is due, or the clocks have to be compared.
    Due,
}

impl<F: Fn()> BackgroundThread<'_, F> {
    /// Runs until the sender of requests is dropped.
    async fn run(mut self, mut requests: watch::Receiver<Request>) {
        loop {
            let is_full = self.reads() >= MAX_READS;
            let due_at = self.readers.iter().filter_map(Reader::due_at).min();
            // Without a timer or a read, the clocks are compared at the next request.
            let check_at = (due_at.is_some() || self.reads() > 0).then(|| self.clocks.next_check());
            let due_at = due_at.filter(|_| !is_full);
            let publish_at = self.publish_at;
            let event = tokio::select! {
                request = requests.changed() => Event::Request(request.is_ok()),
                (index, finished) = next_finished(&mut self.readers) => Event::Finished(index, finished),
                () = wait_until(publish_at) => Event::Publish,
                () = wait_until(due_at) => Event::Due,
                () = wait_until(check_at) => Event::Due,
            };
            if !matches!(event, Event::Finished(..)) {
                self.check_clocks();
            }
            match event {
                Event::Request(false) => return,
                Event::Request(true) => {
                    let request = requests.borrow_and_update().clone();
                    self.apply(request);
                }
                Event::Finished(reader, Ok((index, result))) => self.finish_read(reader, index, result),
                // Reads are cancelled only together with their gateway, so this is a panic.
                Event::Finished(_, Err(error)) => std::panic::resume_unwind(error.into_panic()),
                Event::Publish => self.publish(),
                Event::Due => {}
            }
            self.start_due_reads();
        }
    }

    /// Returns the number of reads in progress.
    fn reads(&self) -> usize {
        self.readers.iter().map(|reader| reader.polled.reads.len()).sum()
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
                self.readers.iter_mut().for_each(|reader| reader.on_resume(by, now));
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
        let mut before = std::mem::take(&mut self.readers);
        let mut first_read_at = now;
        for gateway in request.gateways.iter() {
            let known = before.iter().position(|reader| reader.is_for(gateway));
            let mut reader = if let Some(index) = known {
                let mut reader = before.swap_remove(index);
                let interval_before = reader.interval(is_hidden_before);
                reader.gateway = gateway.clone();
                let interval = reader.interval(request.is_hidden);
                if interval != interval_before {
                    reader.polled.nodes.iter_mut().for_each(|node| node.schedule(interval, now, wall_time));
                }
                reader
            } else {
                let mut reader = Reader::new(gateway.clone(), &self.client, request.generation, now);
                if gateway.interval.is_some() || request.is_combined {
                    reader.polled.nodes.iter_mut().for_each(|node| node.read_at(first_read_at));
                    first_read_at += FIRST_READ_SPACING;
                }
                reader
            };
            if is_refresh {
                reader.forget_rejections();
            }
            if reads_all {
                reader.polled.nodes.iter_mut().for_each(|node| node.read_at(now));
            }
            self.readers.push(reader);
        }
        tracing::debug!(
            gateways = self.readers.len(),
            removed = before.len(),
            is_hidden = request.is_hidden,
            "reading gateways in the background"
        );
        self.request = request;
        self.publish();
    }

    /// Starts the reads that are due, the earliest first.
    fn start_due_reads(&mut self) {
        let now = Instant::now();
        let free = MAX_READS.saturating_sub(self.reads());
        let mut due: Vec<(Instant, usize, usize)> = Vec::new();
        for (reader, Reader { polled, .. }) in self.readers.iter().enumerate() {
            for (node, state) in polled.nodes.iter().enumerate() {
                due.extend(state.due_at().filter(|at| *at <= now).map(|at| (at, reader, node)));
            }
        }
        due.sort_unstable();
        for (_, reader, node) in due.into_iter().take(free) {
            self.readers[reader].start(node, now);
        }
    }

    /// Handles the outcome of a read. Outcomes that arrive close together are published together.
    fn finish_read(&mut self, reader: usize, index: usize, result: Result<NodeSnapshot, GatewayError>) {
        let (now, wall_time) = (Instant::now(), self.clocks.wall_time());
        let reader = &mut self.readers[reader];
        let interval = reader.interval(self.request.is_hidden);
        reader.finish(index, result, interval, now, wall_time);
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

/// Waits for the end of a read. Returns the index of its gateway and its outcome.
async fn next_finished(readers: &mut [Reader]) -> (usize, Read) {
    poll_fn(|context| {
        for (index, reader) in readers.iter_mut().enumerate() {
            if let Poll::Ready(Some(finished)) = reader.polled.reads.poll_join_next(context) {
                return Poll::Ready((index, finished));
            }
        }
        Poll::Pending
    })
    .await
}
