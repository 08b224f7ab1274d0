//! Runs the commands of alerts: without a shell, few at a time, and within a time limit.

mod process;

use std::collections::VecDeque;
use std::io;
use std::process::ExitStatus;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::delivery::Delivery;
use super::incident::Alert;
use super::rule::CommandLine;
use crate::error_chain::ErrorChain;

/// The number of commands that run at the same time. Those of one rule run one after the other.
pub const MAX_COMMANDS: usize = 4;
/// The maximum number of waiting commands of one rule.
const MAX_WAITING: usize = 100;
/// The time limit of a command. It is killed afterwards.
pub const COMMAND_TIMEOUT: Duration = Duration::from_secs(30);
/// Time limit for running and waiting commands when the program ends.
const END_TIMEOUT: Duration = Duration::from_secs(10);

/// A failure of an alert's command. The alert isn't repeated.
#[derive(Debug, thiserror::Error)]
#[error("The command of alert \"{rule}\" failed: {program}")]
pub struct CommandError {
    /// The name of the rule.
    pub rule: String,
    /// The program.
    pub program: String,
    /// The reason for the failure.
    #[source]
    pub source: CommandFailure,
}

/// The reason why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CommandFailure {
    /// The program can't be started.
    #[error("Can't start the program")]
    Start(#[source] io::Error),
    /// The exit status can't be read.
    #[error("Can't get its exit status")]
    Wait(#[source] io::Error),
    /// The command reported a failure or was ended by a signal.
    #[error("{status}{}", output_text(output))]
    Exit {
        /// The exit status.
        status: ExitStatus,
        /// The beginning of the output.
        output: String,
    },
    /// The command exceeded the time limit and was killed.
    #[error("Stopped after {} s{}", limit.as_secs(), output_text(output))]
    Timeout {
        /// The time limit.
        limit: Duration,
        /// The beginning of the output.
        output: String,
    },
    /// Gatewatch ended before the command did.
    #[error("Stopped because Gatewatch was closed{}", output_text(output))]
    ProgramEnded {
        /// The beginning of the output.
        output: String,
    },
    /// Too many commands of the same rule are waiting.
    #[error("Not run, because {MAX_WAITING} other commands of this alert are waiting")]
    Busy,
}

fn output_text(output: &str) -> String {
    if output.is_empty() { String::new() } else { format!(": {output}") }
}

/// Runs the commands of alerts in separate threads. Dropping it waits some seconds for running and
/// waiting commands.
pub struct CommandRunner {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    /// Notified when a command has ended.
    ended: Condvar,
    timeout: Duration,
    end_timeout: Duration,
    report: Box<dyn Fn(&CommandError) + Send + Sync>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    /// Names of the rules whose commands are running.
    running: Vec<String>,
    /// `true` if running commands must be killed.
    is_ending: bool,
}

/// A command to run.
struct Job {
    rule: String,
    command: CommandLine,
    input: String,
}

impl State {
    /// Removes the next job that may run now.
    fn next(&mut self) -> Option<Job> {
        if self.running.len() >= MAX_COMMANDS {
            return None;
        }
        let index = self.waiting.iter().position(|job| !self.running.contains(&job.rule))?;
        let job = self.waiting.remove(index)?;
        self.running.push(job.rule.clone());
        Some(job)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fail(&self, rule: &str, command: &CommandLine, source: CommandFailure) {
        let error =
            CommandError { rule: rule.to_owned(), program: command.program.display().to_string(), source };
        tracing::warn!(rule, error = %ErrorChain(&error), "a command failed");
        (self.report)(&error);
    }

    /// Runs a job, then others that wait.
    fn work(&self, mut job: Job) {
        loop {
            let Job { rule, command, input } = job;
            let started = Instant::now();
            let is_ending = || self.lock().is_ending;
            let result = process::run(&command, input.as_bytes(), self.timeout, &is_ending);
            let elapsed_ms = started.elapsed().as_millis();
            match result {
                Ok(()) => tracing::debug!(rule, %command, elapsed_ms, "a command has ended"),
                Err(failure) => self.fail(&rule, &command, failure),
            }
            let mut state = self.lock();
            state.running.retain(|running| *running != rule);
            let next = state.next();
            drop(state);
            self.ended.notify_all();
            match next {
                Some(next) => job = next,
                None => return,
            }
        }
    }
}

impl CommandRunner {
    /// Returns a runner. `report` is called for each command that fails, from any thread.
    #[must_use]
    pub fn new(report: impl Fn(&CommandError) + Send + Sync + 'static) -> Self {
        Self::with_timeouts(COMMAND_TIMEOUT, END_TIMEOUT, report)
    }

    /// Returns a runner with other time limits. `timeout` applies to each command, and
    /// `end_timeout` to running and waiting commands when the runner is dropped.
    #[must_use]
    pub fn with_timeouts(
        timeout: Duration,
        end_timeout: Duration,
        report: impl Fn(&CommandError) + Send + Sync + 'static,
    ) -> Self {
        let (state, ended, report) = (Mutex::default(), Condvar::new(), Box::new(report));
        Self { shared: Arc::new(Shared { state, ended, timeout, end_timeout, report }) }
    }

    fn run(&self, job: Job) {
        let mut state = self.shared.lock();
        // A slow one must not keep the commands of other rules from running.
        let waiting = state.waiting.iter().filter(|waiting| waiting.rule == job.rule).count();
        if waiting >= MAX_WAITING {
            drop(state);
            self.shared.fail(&job.rule, &job.command, CommandFailure::Busy);
            return;
        }
        state.waiting.push_back(job);
        let Some(next) = state.next() else { return };
        drop(state);
        let (rule, command) = (next.rule.clone(), next.command.clone());
        let shared = self.shared.clone();
        let thread = std::thread::Builder::new().name("alert command".to_owned());
        if let Err(error) = thread.spawn(move || shared.work(next)) {
            self.shared.lock().running.retain(|running| *running != rule);
            self.shared.fail(&rule, &command, CommandFailure::Start(error));
        }
    }
}

impl Delivery for CommandRunner {
    fn deliver(&mut self, alerts: &[Alert]) {
        for alert in alerts {
            if let Some(command) = alert.rule.command.clone() {
                let mut input = alert.json();
                input.push('\n');
                self.run(Job { rule: alert.rule.name.clone(), command, input });
            }
        }
    }
}

impl Drop for CommandRunner {
    fn drop(&mut self) {
        let is_busy = |state: &mut State| !state.waiting.is_empty() || !state.running.is_empty();
        let waited =
            self.shared.ended.wait_timeout_while(self.shared.lock(), self.shared.end_timeout, is_busy);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if state.waiting.is_empty() && state.running.is_empty() {
            return;
        }
        tracing::warn!(waiting = state.waiting.len(), "the program ends before all commands have run");
        state.waiting.clear();
        state.is_ending = true;
        // They are ended at their next check.
        let is_running = |state: &mut State| !state.running.is_empty();
        drop(self.shared.ended.wait_timeout_while(state, Duration::from_secs(1), is_running));
    }
}

#[cfg(all(test, unix))]
mod tests;
