//! Terminating a session, after the user has confirmed it.

use egui::Context;

use super::super::background_task::{BackgroundTask, Ended};
use super::super::error_report::ErrorReport;
use super::super::model::Message;
use super::super::model::TerminateTarget;
use super::App;
use crate::gateway::{GatewayError, Profile, Terminated};

/// The message for a session of a gateway that is no longer open, or whose settings have changed.
const NOT_ALLOWED: &str = "Session not terminated. Open its gateway and choose the session again";

/// A session that is being terminated.
pub(super) struct Termination {
    /// The session.
    target: TerminateTarget,
    /// The running request.
    task: BackgroundTask<Result<Terminated, GatewayError>>,
}

impl App {
    /// Opens the dialog that asks whether to terminate a session.
    pub(super) fn ask_terminate(&mut self, session: TerminateTarget) {
        if !may_terminate(self.owner_of(&session), &session) {
            self.state.message = Some(Message::Error(NOT_ALLOWED.into()));
            return;
        }
        self.drafts.terminate_message.clear();
        self.ui_state.terminate_target = Some(session);
    }

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
        let profile = self.owner_of(&target).filter(|profile| may_terminate(Some(profile), &target));
        let credentials = profile.and_then(|profile| match &target.gateway {
            Some(_) => self.background_credentials(profile),
            None => Some(self.active_credentials.clone()),
        });
        let profile = profile.map(|profile| self.with_trust(profile));
        let (Some(profile), Some(credentials)) = (profile, credentials) else {
            self.state.message = Some(Message::Error(NOT_ALLOWED.into()));
            return;
        };
        let user_message = std::mem::take(&mut self.drafts.terminate_message);
        let user_message =
            Some(user_message.trim().to_owned()).filter(|text| target.has_message() && !text.is_empty());
        let client = self.client.for_profile(&profile);
        let (wake, session) = (ctx.clone(), target.clone());
        let task = BackgroundTask::spawn(
            move || wake.request_repaint(),
            |results| async move {
                let TerminateTarget { node, kind, id, .. } = &session;
                let message = user_message.as_deref();
                results.send(client.terminate(node, &credentials, *kind, id, message).await).await;
            },
        );
        match task {
            Ok(task) => {
                self.state.message = Some(Message::Done(format!("Terminating {}…", target.description())));
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
            Ok(Some(Err(error @ GatewayError::DesignerInUse))) => {
                Message::Error(format!("Can't terminate {session}. {error}").into())
            }
            Ok(Some(Err(error))) => {
                Message::Error(ErrorReport::with_summary(&format!("Can't terminate {session}"), &error))
            }
            Err(Ended) => {
                Message::Error(format!("Interrupted. Refresh to see whether {session} was terminated").into())
            }
        });
        self.termination = None;
        self.refresh_now();
    }

    /// Returns the gateway of a session: the current one, or where all are shown a saved one.
    fn owner_of(&self, session: &TerminateTarget) -> Option<&Profile> {
        match &session.gateway {
            None => self.profile.as_ref(),
            Some(name) => self.settings.profiles.iter().find(|saved| saved.name == *name),
        }
    }
}

/// Returns `true` if the session is on a node of this profile, whose sessions may be terminated. Credentials are those of the
/// current profile, so they must not be sent to a node of another one.
fn may_terminate(profile: Option<&Profile>, session: &TerminateTarget) -> bool {
    profile.is_some_and(|profile| profile.may_terminate && profile.nodes().contains(&session.node))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::SessionKind;

    #[test]
    fn terminates_only_sessions_of_the_current_profile_and_with_its_permission() {
        let session = |node: &str| TerminateTarget {
            gateway: None,
            node: node.parse().unwrap(),
            kind: SessionKind::Vision,
            id: "A".to_owned(),
            user: None,
            project: None,
            address: None,
        };
        let nodes = vec!["http://north:8088".parse().unwrap(), "http://south:8088".parse().unwrap()];
        let other = Profile::new("Plant".to_owned(), nodes).unwrap();
        let mut allowing = other.clone();
        allowing.may_terminate = true;
        for (profile, node, expected) in [
            (Some(&allowing), "http://south:8088", true),
            (Some(&allowing), "http://west:8088", false),
            (Some(&allowing), "https://south:8088", false),
            (Some(&other), "http://south:8088", false),
            (None, "http://south:8088", false),
        ] {
            assert_eq!(may_terminate(profile, &session(node)), expected, "{node}");
        }
    }
}
