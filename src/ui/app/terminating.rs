//! Terminating sessions, after the user has confirmed it: one after the other, so that each has a result of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use egui::Context;

use super::super::background_task::{BackgroundTask, Ended};
use super::super::error_report::ErrorReport;
use super::super::model::{Message, Task, TerminateTarget, TerminationPlan, TerminationProgress};
use super::super::wake::wake;
use super::App;
use crate::display;
use crate::error_chain::ErrorChain;
use crate::gateway::{Client, Credentials, GatewayError, Profile, Terminated};
use crate::history::{Action, SessionRecord};

/// The message for sessions of a gateway that is no longer open, or whose settings have changed.
const NOT_ALLOWED: &str = "Session not terminated. Open its gateway and choose the session again";

type Outcome = Result<Terminated, GatewayError>;

/// Sessions that are being terminated.
pub(super) struct Termination {
    /// The sessions.
    targets: Vec<TerminateTarget>,
    /// The gateway of each of them. Another one may be shown at the end.
    owners: Vec<Profile>,
    /// The results of the first of them.
    outcomes: Vec<Outcome>,
    /// The running requests.
    task: BackgroundTask<Outcome>,
    /// Makes the task stop after the current request.
    is_cancelled: Arc<AtomicBool>,
}

/// The profile, client and credentials for requests to a gateway.
struct GatewayAccess {
    owner: Profile,
    client: Client,
    credentials: Credentials,
}

impl App {
    /// Opens the dialog that asks whether to terminate sessions.
    pub(super) fn ask_terminate(&mut self, mut plan: TerminationPlan) {
        plan.targets.retain(|session| may_terminate(self.owner_of(session), session));
        if plan.targets.is_empty() {
            self.state.toasts.error(Task::Terminate, NOT_ALLOWED);
            return;
        }
        self.state.toasts.clear_error(Task::Terminate);
        self.drafts.terminate_message.clear();
        self.ui_state.termination = Some(plan);
    }

    /// Terminates the sessions in the confirmation dialog.
    pub(super) fn terminate(&mut self, ctx: &Context) {
        // So that each result is shown.
        if self.termination.is_some() {
            let text = "Another session is being terminated. Wait for the gateway's response";
            self.state.toasts.error(Task::Terminate, text);
            return;
        }
        let Some(TerminationPlan { targets, .. }) = self.ui_state.termination.take() else {
            return;
        };
        let access: Option<Vec<GatewayAccess>> =
            targets.iter().map(|target| self.access_to(target)).collect();
        let Some(access) = access else {
            self.state.toasts.error(Task::Terminate, NOT_ALLOWED);
            return;
        };
        let owners = access.iter().map(|access| access.owner.clone()).collect();
        let user_message = std::mem::take(&mut self.drafts.terminate_message).trim().to_owned();
        let is_cancelled = Arc::<AtomicBool>::default();
        let cancelled = is_cancelled.clone();
        let sessions: Vec<(TerminateTarget, GatewayAccess)> = targets.iter().cloned().zip(access).collect();
        let task = BackgroundTask::spawn(wake(ctx), |results| async move {
            for (session, GatewayAccess { client, credentials, .. }) in &sessions {
                if cancelled.load(Ordering::Relaxed) {
                    return;
                }
                let TerminateTarget { node, kind, id, .. } = session;
                let message = Some(&*user_message).filter(|text| session.has_message() && !text.is_empty());
                results.send(client.terminate(node, credentials, *kind, id, message).await).await;
            }
        });
        match task {
            Ok(task) => {
                // The progress of several sessions has a place of its own.
                match &targets[..] {
                    [target] => {
                        let text = format!("Terminating {}…", target.description());
                        self.state.toasts.running(Task::Terminate, text);
                    }
                    _ => self.state.toasts.clear(Task::Terminate),
                }
                self.termination =
                    Some(Termination { targets, owners, outcomes: Vec::new(), task, is_cancelled });
                self.update_termination_progress();
            }
            Err(error) => {
                let report = ErrorReport::with_summary("Can't terminate the session", &error);
                self.state.toasts.error(Task::Terminate, report);
            }
        }
    }

    /// Stops terminating after the current session.
    pub(super) fn stop_terminating(&mut self) {
        if let Some(termination) = &self.termination {
            termination.is_cancelled.store(true, Ordering::Relaxed);
        }
        self.update_termination_progress();
    }

    fn update_termination_progress(&mut self) {
        let several = self.termination.as_ref().filter(|termination| termination.targets.len() > 1);
        self.state.termination = several.map(|termination| TerminationProgress {
            done: termination.outcomes.len(),
            total: termination.targets.len(),
            is_cancelled: termination.is_cancelled.load(Ordering::Relaxed),
        });
    }

    /// Receives the results of terminations, and shows them after the last one.
    pub(super) fn receive_termination(&mut self) {
        let Some(termination) = &mut self.termination else {
            return;
        };
        let is_ended = loop {
            if termination.outcomes.len() == termination.targets.len() {
                break true;
            }
            match termination.task.next_result() {
                Ok(Some(outcome)) => termination.outcomes.push(outcome),
                Ok(None) => break false,
                Err(Ended) => break true,
            }
        };
        if is_ended && let Some(termination) = self.termination.take() {
            let Termination { targets, owners, outcomes, is_cancelled, .. } = termination;
            let is_cancelled = is_cancelled.load(Ordering::Relaxed);
            let all = targets.iter().zip(&owners).zip(&outcomes);
            for ((target, owner), _) in all.filter(|(_, outcome)| outcome.is_ok()) {
                let action = Action::Terminated(record(target));
                self.recording.note(owner, &target.node, self.state.now(), action);
            }
            let message = match &targets[..] {
                [target] => message_of_one(target, outcomes.into_iter().next()),
                _ => message_of_several(&targets, &outcomes, is_cancelled),
            };
            self.state.toasts.set(Task::Terminate, message);
            self.refresh_now();
        }
        self.update_termination_progress();
    }

    /// Returns what a request to the gateway of this session needs; `None` if it must not be terminated.
    fn access_to(&self, session: &TerminateTarget) -> Option<GatewayAccess> {
        let profile = self.owner_of(session).filter(|profile| may_terminate(Some(profile), session))?;
        let credentials = match &session.gateway {
            Some(_) => self.background_credentials(profile)?,
            None => self.active_credentials.clone(),
        };
        let client = self.client.for_profile(&self.with_trust(profile));
        Some(GatewayAccess { owner: profile.clone(), client, credentials })
    }

    /// Returns the gateway of a session: the current one, or where all are shown a saved one.
    fn owner_of(&self, session: &TerminateTarget) -> Option<&Profile> {
        match &session.gateway {
            None => self.profile.as_ref(),
            Some(name) => self.settings.profiles.iter().find(|saved| saved.name == *name),
        }
    }
}

/// Returns a session as the history stores it.
fn record(target: &TerminateTarget) -> SessionRecord {
    let TerminateTarget { kind, id, user, project, address, .. } = target;
    SessionRecord {
        username: user.as_deref().map(Into::into),
        project: project.as_deref().map(Into::into),
        address: address.as_deref().map(Into::into),
        kind: Some(*kind),
        client_id: Some(id.as_str().into()),
        ..SessionRecord::default()
    }
}

/// Returns the message for the result of one session; `None` is one that never came.
fn message_of_one(target: &TerminateTarget, outcome: Option<Outcome>) -> Message {
    let session = target.description();
    match outcome {
        Some(Ok(Terminated { message })) => {
            let message = message.map(|message| format!(": {message}")).unwrap_or_default();
            Message::Done(format!("Terminated {session}{message}"))
        }
        Some(Err(error)) if error.is_without_response() => Message::Error(ErrorReport::with_summary(
            &format!("No response. Refresh to see whether {session} was terminated"),
            &error,
        )),
        Some(Err(error @ GatewayError::DesignerInUse)) => {
            Message::Error(format!("Can't terminate {session}. {error}").into())
        }
        Some(Err(error)) => {
            Message::Error(ErrorReport::with_summary(&format!("Can't terminate {session}"), &error))
        }
        None => {
            Message::Error(format!("Interrupted. Refresh to see whether {session} was terminated").into())
        }
    }
}

/// Returns the message for the results of several sessions. The last ones have none after a cancellation.
fn message_of_several(targets: &[TerminateTarget], outcomes: &[Outcome], is_cancelled: bool) -> Message {
    let failures = targets.iter().zip(outcomes).filter_map(|(target, outcome)| {
        let error = outcome.as_ref().err()?;
        let name = target.name();
        Some(if error.is_without_response() {
            format!("{name}: No response ({}). Refresh to see whether it was terminated", reason(error))
        } else {
            format!("{name}: {}", ErrorChain(error))
        })
    });
    let failed = outcomes.iter().filter(|outcome| outcome.is_err()).count();
    let terminated = display::number(outcomes.len() - failed);
    let mut summary = format!("{terminated} of {} terminated", display::sessions(targets.len()));
    if failed > 0 {
        summary = format!("{summary}, {} failed", display::number(failed));
    }
    let is_complete = outcomes.len() == targets.len();
    if !is_complete {
        summary.push_str(if is_cancelled { ", then cancelled" } else { ", then interrupted" });
    }
    if failed == 0 && is_complete {
        return Message::Done(format!("{} terminated", display::sessions(targets.len())));
    }
    if failed == 0 && is_cancelled {
        return Message::Done(summary);
    }
    Message::Error(ErrorReport::with_list(&summary, failures))
}

/// Returns an error and its causes on one line, without the advice.
fn reason(error: &GatewayError) -> String {
    let report = ErrorReport::new(error);
    let causes = report.causes().iter().map(String::as_str);
    [report.first_sentence()].into_iter().chain(causes).collect::<Vec<_>>().join(": ")
}

/// Returns `true` if the session is on a node of this profile, whose sessions may be terminated. The credentials are those of
/// this profile, so they must not be sent to a node of another one.
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
            node_name: "Plant".to_owned(),
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
