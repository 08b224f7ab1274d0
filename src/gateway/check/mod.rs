//! Checks step by step whether the sessions of a gateway can be read, and what to do if not.
//!
//! Each node goes through the same steps in the same order, and each step is reported as it completes. After a failure the
//! remaining ones are skipped. Nothing secret is sent before the last two.
//!
//! - `step`: a step and its outcome
//! - `network`: address, name and port; `access`: what is installed, the login, and the sessions

mod access;
mod network;
mod step;

pub use step::{CheckStep, Outcome, StepName};

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::{Api, Client, Credentials, GatewayError, GatewayInfo, NodeUrl, Notice, ReadOptions};
use crate::sanitize::{capitalize, one_line};

/// Maximum length of a gateway's name, in characters.
const MAX_NAME: usize = 100;
/// The number of steps that wait for the caller.
const QUEUE_LEN: usize = 16;

/// A step of the node with this index.
type NodeStep = (usize, CheckStep);

/// Checks all nodes at the same time. Calls `report` with the index of a node and its step as each one completes; all
/// steps of a node are reported, in their order. Returns `true` if the sessions of each node can be read.
///
/// A password that nodes reject isn't tried on all others; see [`Client::read`].
///
/// # Panics
/// Outside a tokio runtime.
pub async fn run(
    client: &Client,
    nodes: &[NodeUrl],
    credentials: &Credentials,
    options: &ReadOptions,
    mut report: impl AsyncFnMut(usize, CheckStep),
) -> bool {
    let client = client.for_single_reads();
    let (sender, mut steps) = mpsc::channel(QUEUE_LEN);
    let mut checks = JoinSet::new();
    for (index, node) in nodes.iter().cloned().enumerate() {
        let (client, credentials, options) = (client.clone(), credentials.clone(), options.clone());
        let mut reporter = Reporter { index, sender: sender.clone(), next: 0 };
        checks.spawn(async move {
            let node =
                CheckTarget { client: &client, node: &node, credentials: &credentials, options: &options };
            if let Err(Stopped) = node.check(&mut reporter).await {
                reporter.skip_rest().await;
            }
        });
    }
    drop(sender);
    let mut readable = 0;
    while let Some((index, step)) = steps.recv().await {
        readable += usize::from(is_readable(&step));
        report(index, step).await;
    }
    // A panic of a check goes on here.
    checks.join_all().await;
    readable == nodes.len()
}

/// Returns `true` for the last step of a node whose sessions can be read.
#[must_use]
pub fn is_readable(step: &CheckStep) -> bool {
    step.name == StepName::Sessions && matches!(step.outcome, Outcome::Ok | Outcome::Warning)
}

/// The node can't be read, so that the remaining steps are skipped.
struct Stopped;

/// Reports the steps of one node.
struct Reporter {
    index: usize,
    sender: mpsc::Sender<NodeStep>,
    /// The index of the next step.
    next: usize,
}

impl Reporter {
    /// Reports the next step.
    async fn send(&mut self, step: CheckStep) -> Result<(), Stopped> {
        debug_assert_eq!(StepName::ALL.get(self.next), Some(&step.name), "steps are reported in their order");
        self.next += 1;
        let can_continue = matches!(step.outcome, Outcome::Ok | Outcome::Warning);
        // A caller that doesn't listen has cancelled the check.
        self.sender.send((self.index, step)).await.map_err(|_closed| Stopped)?;
        if can_continue { Ok(()) } else { Err(Stopped) }
    }

    async fn skip_rest(&mut self) {
        for name in StepName::ALL.into_iter().skip(self.next) {
            let _stopped = self.send(CheckStep::skipped(name)).await;
        }
    }
}

/// A node and what it is checked with.
struct CheckTarget<'a> {
    client: &'a Client,
    node: &'a NodeUrl,
    credentials: &'a Credentials,
    options: &'a ReadOptions,
}

impl CheckTarget<'_> {
    async fn check(&self, reporter: &mut Reporter) -> Result<(), Stopped> {
        let Self { client, node, credentials, options } = *self;
        reporter.send(network::address(node, credentials)).await?;
        let health = match client.proxy_of(node) {
            Err(error) => return reporter.send(CheckStep::failed(StepName::Name, error)).await,
            Ok(Some(proxy)) => {
                reporter.send(CheckStep::ok(StepName::Name, format!("Left to the proxy {proxy}"))).await?;
                let health = client.fetch_info(node).await;
                let has_answered = client.has_answered(node);
                reporter.send(through_proxy(node, &proxy, health.as_ref().err(), has_answered)).await?;
                health
            }
            Ok(None) => {
                let limit = client.limits().connect_timeout;
                let (step, addresses) = network::name(node, limit).await;
                reporter.send(step).await?;
                reporter.send(network::tcp(&addresses, limit).await).await?;
                client.fetch_info(node).await
            }
        };
        reporter.send(tls(node, health.as_ref().err(), client.has_answered(node))).await?;
        let (info, is_running) = match health {
            Ok(info) => (info, Ok(())),
            Err(error @ GatewayError::NotRunning { .. }) => (client.last_info(node), Err(error)),
            Err(error) => return reporter.send(CheckStep::failed(StepName::Health, error)).await,
        };
        reporter.send(health_step(info.as_ref(), is_running.is_ok())).await?;
        let running = match is_running {
            Ok(()) if info.as_ref().is_some_and(|info| info.context_status.is_some()) => {
                CheckStep::ok(StepName::Commissioning, "Set up and running")
            }
            Ok(()) => CheckStep::ok(StepName::Commissioning, "Not reported"),
            Err(error) => CheckStep::failed(StepName::Commissioning, error),
        };
        reporter.send(running).await?;
        reporter.send(redundancy(info.as_ref())).await?;

        let version = info.as_ref().and_then(|info| info.version.as_ref());
        let api = options.api_for(credentials, version);
        let (step, open) = access::web_dev(client, node, options, api == Api::WebDev).await;
        reporter.send(step).await?;
        reporter.send(access::rest(client, node, version, api == Api::Rest).await).await?;
        let open = open.filter(|_| api == Api::WebDev);
        let (sign_in, sessions) = access::sign_in(client, node, credentials, options, open).await;
        reporter.send(sign_in).await?;
        match sessions {
            Some(step) => reporter.send(step).await,
            None => Err(Stopped),
        }
    }
}

/// Returns the step for the connection through a proxy, which the request for the health page has shown.
fn through_proxy(node: &NodeUrl, proxy: &str, error: Option<&GatewayError>, has_answered: bool) -> CheckStep {
    match error {
        Some(error @ GatewayError::Proxy { .. }) => CheckStep::failed(StepName::Tcp, error.clone()),
        Some(error) if !has_answered && !error.is_about_tls() => {
            if node.is_https() {
                // The step for encryption reports it.
                return CheckStep::ok(StepName::Tcp, format!("Left to the proxy {proxy}"));
            }
            CheckStep::failed(StepName::Tcp, error.clone())
        }
        _ => CheckStep::ok(StepName::Tcp, format!("Connected through the proxy {proxy}")),
    }
}

/// Returns the step for encryption, which the request for the health page has shown. `has_answered` is `true` if there was
/// an HTTP response, without which a certificate may not have been verified.
fn tls(node: &NodeUrl, error: Option<&GatewayError>, has_answered: bool) -> CheckStep {
    match error {
        Some(error @ GatewayError::OtherScheme { .. }) => CheckStep::failed(StepName::Tls, error.clone()),
        _ if !node.is_https() => CheckStep::ok(StepName::Tls, "Not used by an http address"),
        Some(error) if !has_answered || error.is_about_tls() => {
            CheckStep::failed(StepName::Tls, error.clone())
        }
        _ => CheckStep::ok(StepName::Tls, "Encrypted, and the certificate is trusted"),
    }
}

fn health_step(info: Option<&GatewayInfo>, is_running: bool) -> CheckStep {
    let Some(info) = info else {
        if !is_running {
            return CheckStep::ok(StepName::Health, "Reachable");
        }
        let message = "The gateway doesn't identify itself";
        return CheckStep::warning(
            StepName::Health,
            message,
            "Check that this is the address of an Ignition gateway",
        );
    };
    let name = info.name.as_deref().map(|name| one_line(name, MAX_NAME));
    let version = info.version.as_ref().map(|version| one_line(&format!("version {version}"), MAX_NAME));
    let parts: Vec<String> = [Some("Reachable".to_owned()), name, version].into_iter().flatten().collect();
    CheckStep { info: Some(info.clone()), ..CheckStep::ok(StepName::Health, parts.join(", ")) }
}

fn redundancy(info: Option<&GatewayInfo>) -> CheckStep {
    let name = StepName::Redundancy;
    match (Notice::inactive(info), info.and_then(GatewayInfo::redundancy)) {
        (Some(notice), _) => CheckStep::warning_from(name, &notice),
        (None, Some(redundancy)) => CheckStep::ok(name, capitalize(&redundancy)),
        (None, None) => CheckStep::ok(name, "Not reported"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::Cause;

    #[test]
    fn trusts_the_certificate_only_after_a_response() {
        let node: NodeUrl = "https://plant-a:8043".parse().unwrap();
        let cause = || Cause::message("broken".to_owned());
        for error in [
            GatewayError::Timeout { seconds: 10.0 },
            GatewayError::ConnectionLost(cause()),
            GatewayError::Protocol(cause()),
        ] {
            let step = tls(&node, Some(&error), false);
            assert_eq!((step.outcome, step.error.as_ref()), (Outcome::Failed, Some(&error)));
            assert_eq!(tls(&node, Some(&error), true).outcome, Outcome::Ok);
            let connection = |node| through_proxy(node, "proxy:3128", Some(&error), false);
            assert_eq!(connection(&node).message, "Left to the proxy proxy:3128");
            assert_eq!(connection(&"http://plant-a:8088".parse().unwrap()).outcome, Outcome::Failed);
        }
        assert_eq!(tls(&node, Some(&GatewayError::Tls(cause())), true).outcome, Outcome::Failed);
        assert_eq!(tls(&node, None, true).outcome, Outcome::Ok);
    }
}
