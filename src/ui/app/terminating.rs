//! Terminating a session: only after the user said so to its name.

use egui::Context;

use super::super::background_task::BackgroundTask;
use super::super::model::Message;
use super::super::model::TerminateTarget;
use super::App;
use crate::gateway::{Client, GatewayError, Limits, Terminated};

/// A session that is being terminated.
pub(super) struct Terminating {
    session: TerminateTarget,
    job: BackgroundTask<Result<Terminated, GatewayError>>,
}

impl App {
    pub(super) fn terminate(&mut self, ctx: &Context) {
        // One after the other: each answer is told.
        if self.terminating.is_some() {
            let text = "another session is being terminated; wait for the gateway's answer";
            self.state.message = Some(Message::Error(text.to_owned()));
            return;
        }
        let Some(session) = self.ui_state.terminate_target.take() else {
            return;
        };
        let Some(profile) = self.profile.as_ref().map(|profile| self.with_trust(profile)) else {
            return;
        };
        let client = Client::with_trust(Limits::default(), profile.trust);
        let (wake, credentials, wanted) = (ctx.clone(), self.in_use.clone(), session.clone());
        let job = BackgroundTask::spawn(
            move || wake.request_repaint(),
            |tell| async move {
                let TerminateTarget { node, kind, id, .. } = &wanted;
                tell.tell(client.terminate(node, &credentials, *kind, id).await).await;
            },
        );
        match job {
            Ok(job) => {
                self.state.message = Some(Message::Done(format!("terminating {}…", session.in_words())));
                self.terminating = Some(Terminating { session, job });
            }
            Err(error) => self.state.message = Some(Message::Error(format!("can't terminate: {error}"))),
        }
    }

    pub(super) fn take_terminated(&mut self) {
        let Some(Terminating { session, job }) = &mut self.terminating else {
            return;
        };
        let session = session.in_words();
        self.state.message = Some(match job.told() {
            Ok(None) => return,
            Ok(Some(Ok(Terminated { message }))) => {
                let message = message.map(|message| format!(": {message}")).unwrap_or_default();
                Message::Done(format!("{session} is terminated{message}"))
            }
            Ok(Some(Err(error))) if is_silence(&error) => Message::Error(format!(
                "{session} may be terminated or not, the next reading shows it: {error}"
            )),
            Ok(Some(Err(error))) => Message::Error(format!("{session} is not terminated: {error}")),
            Err(_) => Message::Error(format!("{session} may be terminated or not: the attempt broke off")),
        });
        self.terminating = None;
        self.watcher.refresh_now();
    }
}

/// Whether the gateway may have done what it was told to, and only its answer was not heard.
fn is_silence(error: &GatewayError) -> bool {
    matches!(
        error,
        GatewayError::Timeout { .. } | GatewayError::Broken { .. } | GatewayError::Protocol { .. }
    )
}
