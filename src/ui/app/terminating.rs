//! Terminating a session, after the user has confirmed it.

use egui::Context;

use super::super::background_task::{BackgroundTask, Ended};
use super::super::error_report::ErrorReport;
use super::super::model::Message;
use super::super::model::TerminateTarget;
use super::App;
use crate::gateway::{GatewayError, Terminated};

/// A session that is being terminated.
pub(super) struct Termination {
    /// The session.
    target: TerminateTarget,
    /// The running request.
    task: BackgroundTask<Result<Terminated, GatewayError>>,
}

impl App {
    /// Terminates the session in the confirmation dialog.
    pub(super) fn terminate(&mut self, ctx: &Context) {
        // One at a time, so that each result is shown.
        if self.termination.is_some() {
            let text = "Another session is being terminated. Wait for the gateway's answer";
            self.state.message = Some(Message::Error(text.into()));
            return;
        }
        let Some(target) = self.ui_state.terminate_target.take() else {
            return;
        };
        let Some(profile) = self.profile.as_ref().map(|profile| self.with_trust(profile)) else {
            return;
        };
        let client = self.client.for_profile(&profile);
        let (wake, credentials, session) = (ctx.clone(), self.active_credentials.clone(), target.clone());
        let task = BackgroundTask::spawn(
            move || wake.request_repaint(),
            |results| async move {
                let TerminateTarget { node, kind, id, .. } = &session;
                results.send(client.terminate(node, &credentials, *kind, id).await).await;
            },
        );
        match task {
            Ok(task) => {
                self.state.message = Some(Message::Done(format!("Termination {}…", target.description())));
                self.termination = Some(Termination { target, task });
            }
            Err(error) => {
                let report = ErrorReport::with_summary("Can't terminate the session", &error);
                self.state.message = Some(Message::Error(report));
            }
        }
    }

    /// Shows the result of a termination.
    pub(super) fn receive_termination(&mut self) {
        let Some(Termination { target, task }) = &mut self.termination else {
            return;
        };
        let session = target.description();
        self.state.message = Some(match task.next_result() {
            Ok(None) => return,
            Ok(Some(Ok(Terminated { message }))) => {
                let message = message.map(|message| format!(": {message}")).unwrap_or_default();
                Message::Done(format!("Terminated {session}{message}"))
            }
            Ok(Some(Err(error))) if error.is_without_response() => Message::Error(ErrorReport::with_summary(
                &format!("No answer. Refresh to see whether {session} was terminated"),
                &error,
            )),
            Ok(Some(Err(error))) => {
                Message::Error(ErrorReport::with_summary(&format!("Can't terminate {session}"), &error))
            }
            Err(Ended) => {
                Message::Error(format!("Interrupted. Refresh to see whether {session} was terminated").into())
            }
        });
        self.termination = None;
        self.poller.refresh_now();
    }
}
