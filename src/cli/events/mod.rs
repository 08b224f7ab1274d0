//! `gatewatch events`: reads gateways until it is stopped, and writes a line for each session event.

mod json;
mod output;
mod text;

use std::io;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use tokio::sync::oneshot;

use self::output::{End, Output};
use super::report::report;
use super::stoppable::{self, StartError};
use super::target::{OpenError, OpenTarget};
use super::{EventsArgs, ExitStatus};
use crate::gateway::{Client, Limits};
use crate::poll::BackgroundPoller;

/// The number of reads that wait to be written. If standard output takes no more, reading pauses.
const MAX_WAITING: usize = 256;
/// Time for writing what waits when the program is stopped.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// The reason why there are no events.
#[derive(Debug, thiserror::Error)]
enum EventsError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("Can't start a thread")]
    Thread(#[source] io::Error),
    #[error("Can't write to standard output")]
    Output(#[source] io::Error),
    #[error("Reading has ended unexpectedly. Report the error above")]
    Panic,
}

/// Writes events until Ctrl+C, SIGTERM or, on Linux, SIGHUP, or until standard output is closed.
#[must_use]
pub fn run(args: &EventsArgs) -> ExitStatus {
    match try_run(args) {
        Ok(()) => ExitStatus::Done,
        Err(EventsError::Open(error)) => {
            report(&error, error.hint());
            error.status()
        }
        Err(error) => {
            report(&error, None);
            ExitStatus::Failed
        }
    }
}

fn try_run(args: &EventsArgs) -> Result<(), EventsError> {
    let (runtime, stop) = stoppable::runtime()?;
    let targets = Arc::new(OpenTarget::open_all(&args.gateways)?);
    let gateways = targets.iter().map(|target| target.to_background(args.every));
    let gateways = gateways.collect();

    let (updates, waiting) = sync_channel(MAX_WAITING);
    let observer = Box::new(move |update| {
        // The writer may have ended: then the program ends as well.
        let _ended = updates.send(update);
    });
    let (ended, writer_end) = oneshot::channel();
    let output = Output::new(targets.clone(), args.format);
    std::thread::Builder::new()
        .name("events".to_owned())
        .spawn(move || {
            // The receiver is gone after the time limit.
            let _timed_out = ended.send(output.write_all(&waiting));
        })
        .map_err(EventsError::Thread)?;
    let mut poller = BackgroundPoller::spawn(Client::new(Limits::default()), Some(observer), || ())
        .map_err(EventsError::Thread)?;
    poller.set_gateways(gateways);

    runtime.block_on(async {
        let mut writer_end = writer_end;
        let end = tokio::select! {
            () = stop => {
                // Without reads to come, the writer ends after the last line.
                drop(poller);
                let end = tokio::time::timeout(STOP_TIMEOUT, writer_end).await;
                return match end {
                    Ok(Ok(End::Failed(error))) => Err(EventsError::Output(error)),
                    _ => Ok(()),
                };
            }
            end = &mut writer_end => end,
        };
        match end {
            Ok(End::ReaderStopped) => Ok(()),
            Ok(End::Failed(error)) => Err(EventsError::Output(error)),
            Ok(End::NoMoreUpdates) | Err(_) => Err(EventsError::Panic),
        }
    })
}
