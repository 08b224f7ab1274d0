//! Messages about tasks, which the window shows as toasts.

use std::time::{Duration, Instant};

use crate::ui::error_report::ErrorReport;
use crate::ui::tokens::TIME_TOAST;

/// The maximum number of toasts on the screen.
const MAX_SHOWN: usize = 3;

/// The task that a message is about. Each task has one message at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Task {
    /// Connecting to a gateway.
    Connect,
    /// Reading or storing a password or token.
    Keyring,
    /// Saving the gateway in the form, or the project of the guide.
    Gateway,
    /// Testing the gateway in the form.
    GatewayTest,
    /// Removing a gateway, whose form needn't be open.
    Removal,
    /// Saving or removing an alert.
    Alert,
    /// Reading or writing the settings.
    Settings,
    /// Writing sessions to a file.
    Export,
    /// Copying to the clipboard.
    Copy,
    /// Going to a session of the table.
    GoToSession,
    /// Terminating sessions.
    Terminate,
    /// Opening the history.
    History,
    /// Writing the history.
    HistoryWrites,
    /// Showing a time in the timeline.
    Timeline,
    /// Evaluating alerts, or running their commands.
    Alerts,
    /// Running the program.
    Program,
}

/// Identifies a toast on the screen.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
pub(in crate::ui) struct ToastId(u64);

/// A message about a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Message {
    /// The task is running. Stays until it ends.
    Running(String),
    /// The task has succeeded. Goes after [`TIME_TOAST`].
    Done(String),
    /// Something else to know. Goes after twice that time.
    Notice(String),
    /// The task has failed. Stays until it is dismissed, or until the task is repeated or cancelled.
    Error(ErrorReport),
}

impl Message {
    /// Returns the sentence.
    pub(in crate::ui) fn text(&self) -> &str {
        match self {
            Self::Running(text) | Self::Done(text) | Self::Notice(text) => text,
            Self::Error(report) => report.summary(),
        }
    }

    /// Returns the time after which it goes; `None` if it stays.
    fn time(&self) -> Option<Duration> {
        match self {
            Self::Done(_) => Some(TIME_TOAST),
            Self::Notice(_) => Some(2 * TIME_TOAST),
            Self::Running(_) | Self::Error(_) => None,
        }
    }
}

/// A message on the screen.
#[derive(Debug)]
pub(in crate::ui) struct Toast {
    /// The identity.
    pub(in crate::ui) id: ToastId,
    /// The task.
    pub(in crate::ui) task: Task,
    /// The message.
    pub(in crate::ui) message: Message,
    /// The time at which the message was first on the screen, or was last under the pointer.
    shown_at: Option<Instant>,
}

/// The messages, the oldest first.
#[derive(Debug, Default)]
pub(in crate::ui) struct Toasts {
    toasts: Vec<Toast>,
    next_id: u64,
}

impl Toasts {
    /// Says that a task is running.
    pub(in crate::ui) fn running(&mut self, task: Task, text: impl Into<String>) {
        self.set(task, Message::Running(text.into()));
    }

    /// Says that a task has succeeded.
    pub(in crate::ui) fn done(&mut self, task: Task, text: impl Into<String>) {
        self.set(task, Message::Done(text.into()));
    }

    /// Says something about a task that is neither its success nor a failure.
    pub(in crate::ui) fn notice(&mut self, task: Task, text: impl Into<String>) {
        self.set(task, Message::Notice(text.into()));
    }

    /// Says that a task has failed.
    pub(in crate::ui) fn error(&mut self, task: Task, report: impl Into<ErrorReport>) {
        self.set(task, Message::Error(report.into()));
    }

    /// Replaces the message of a task. The same error again isn't a new message.
    pub(in crate::ui) fn set(&mut self, task: Task, message: Message) {
        if matches!(message, Message::Error(_)) && self.message(task) == Some(&message) {
            return;
        }
        self.clear(task);
        self.toasts.push(Toast { id: ToastId(self.next_id), task, message, shown_at: None });
        self.next_id += 1;
        // Errors that don't fit on the screen wait until others are dismissed.
        while self.toasts.len() > MAX_SHOWN {
            let is_done = |toast: &Toast| toast.message.time().is_some();
            let others = &self.toasts[..self.toasts.len() - 1];
            match others.iter().position(is_done) {
                Some(oldest) => drop(self.toasts.remove(oldest)),
                None => return,
            }
        }
    }

    /// Removes the message of a task, because the task is repeated, cancelled or replaced.
    pub(in crate::ui) fn clear(&mut self, task: Task) {
        self.toasts.retain(|toast| toast.task != task);
    }

    /// Removes the error of a task, and keeps another message.
    pub(in crate::ui) fn clear_error(&mut self, task: Task) {
        self.toasts.retain(|toast| toast.task != task || !matches!(toast.message, Message::Error(_)));
    }

    /// Removes the toast that the user dismissed.
    pub(in crate::ui) fn dismiss(&mut self, id: ToastId) {
        self.toasts.retain(|toast| toast.id != id);
    }

    /// Returns the message of a task.
    pub(in crate::ui) fn message(&self, task: Task) -> Option<&Message> {
        self.toasts.iter().find(|toast| toast.task == task).map(|toast| &toast.message)
    }

    /// Returns the toasts on the screen, the oldest first.
    pub(in crate::ui) fn shown(&self) -> &[Toast] {
        &self.toasts[self.toasts.len().saturating_sub(MAX_SHOWN)..]
    }

    /// Removes the messages of success and notices whose time is over, except under the pointer. Returns the time until the
    /// next one goes.
    pub(in crate::ui) fn expire(
        &mut self,
        now: Instant,
        is_hovered: impl Fn(ToastId) -> bool,
    ) -> Option<Duration> {
        let hidden = self.toasts.len().saturating_sub(MAX_SHOWN);
        for toast in &mut self.toasts[hidden..] {
            if is_hovered(toast.id) {
                toast.shown_at = Some(now);
            }
            toast.shown_at.get_or_insert(now);
        }
        let left = |toast: &Toast| {
            let shown_for = now.duration_since(toast.shown_at?);
            toast.message.time().map(|time| time.saturating_sub(shown_for))
        };
        self.toasts.retain(|toast| left(toast) != Some(Duration::ZERO));
        self.toasts.iter().filter_map(left).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(toasts: &Toasts) -> Vec<&str> {
        toasts.shown().iter().map(|toast| toast.message.text()).collect()
    }

    #[test]
    fn message_replaces_the_one_of_the_same_task_only() {
        let mut toasts = Toasts::default();
        toasts.error(Task::Export, "Can't export");
        toasts.error(Task::Settings, "Can't save");
        toasts.running(Task::Export, "Exporting");
        assert_eq!(texts(&toasts), ["Can't save", "Exporting"]);
        toasts.done(Task::Export, "Exported");
        assert_eq!(texts(&toasts), ["Can't save", "Exported"]);
        toasts.clear_error(Task::Export);
        toasts.clear_error(Task::Settings);
        assert_eq!(texts(&toasts), ["Exported"]);
        toasts.clear(Task::Export);
        assert_eq!(texts(&toasts), Vec::<&str>::new());
    }

    #[test]
    fn repeated_error_is_the_same_toast() {
        let mut toasts = Toasts::default();
        toasts.error(Task::Program, "Stopped");
        let id = toasts.shown()[0].id;
        toasts.error(Task::Program, "Stopped");
        assert_eq!(toasts.shown()[0].id, id);
        toasts.done(Task::Copy, "Copied");
        let id = toasts.shown()[1].id;
        toasts.done(Task::Copy, "Copied");
        assert_ne!(toasts.shown()[1].id, id, "screen readers announce the second copy");
    }

    #[test]
    fn only_successes_go_by_themselves() {
        let mut toasts = Toasts::default();
        toasts.error(Task::Export, "Can't export");
        toasts.running(Task::Terminate, "Terminating");
        toasts.done(Task::Copy, "Copied");
        let start = Instant::now();
        assert_eq!(toasts.expire(start, |_| false), Some(TIME_TOAST));
        let almost = start + TIME_TOAST.saturating_sub(Duration::from_millis(1));
        assert_eq!(toasts.expire(almost, |_| false), Some(Duration::from_millis(1)));
        assert_eq!(toasts.shown().len(), 3);
        assert_eq!(toasts.expire(start + TIME_TOAST, |_| false), None);
        assert_eq!(texts(&toasts), ["Can't export", "Terminating"]);
    }

    #[test]
    fn success_stays_under_the_pointer() {
        let mut toasts = Toasts::default();
        toasts.done(Task::Copy, "Copied");
        let start = Instant::now();
        toasts.expire(start, |_| false);
        let later = start + 10 * TIME_TOAST;
        assert_eq!(toasts.expire(later, |_| true), Some(TIME_TOAST));
        assert_eq!(toasts.expire(later + TIME_TOAST / 2, |_| false), Some(TIME_TOAST / 2));
        assert_eq!(toasts.expire(later + TIME_TOAST, |_| false), None);
        assert_eq!(texts(&toasts), Vec::<&str>::new());
    }

    #[test]
    fn success_beside_three_errors_is_shown() {
        let mut toasts = Toasts::default();
        for (task, text) in [(Task::Export, "a"), (Task::Settings, "b"), (Task::Keyring, "c")] {
            toasts.error(task, text);
        }
        toasts.done(Task::Copy, "Copied");
        assert_eq!(texts(&toasts), ["b", "c", "Copied"]);
        let start = Instant::now();
        toasts.expire(start, |_| false);
        toasts.expire(start + TIME_TOAST, |_| false);
        assert_eq!(texts(&toasts), ["a", "b", "c"]);
    }

    #[test]
    fn shows_three_and_loses_no_error() {
        let mut toasts = Toasts::default();
        toasts.done(Task::Copy, "Copied");
        for (task, text) in [(Task::Export, "a"), (Task::Settings, "b"), (Task::Keyring, "c")] {
            toasts.error(task, text);
        }
        assert_eq!(texts(&toasts), ["a", "b", "c"], "the success made room");
        toasts.error(Task::Terminate, "d");
        assert_eq!(texts(&toasts), ["b", "c", "d"]);
        let newest = toasts.shown()[2].id;
        toasts.dismiss(newest);
        assert_eq!(texts(&toasts), ["a", "b", "c"]);
    }
}
