//! Describes the gateway that answers at the addresses, or the reason why none does.

use super::super::connection_test::TestedNode;
use crate::gateway::check::{CheckStep, Outcome, StepName};
use crate::gateway::{GatewayError, GatewayInfo, NodeUrl, RejectedCertificate, Role};
use crate::sanitize::one_line;

/// The steps that a gateway passes, whatever is installed on it.
const OWN: [StepName; 7] = [
    StepName::Address,
    StepName::Name,
    StepName::Tcp,
    StepName::Tls,
    StepName::Health,
    StepName::Commissioning,
    StepName::Redundancy,
];
/// Maximum length of the path in an error, in characters.
const MAX_PATH: usize = 60;

/// Returns the version and the name of a gateway whose nodes all answer, and what they are together.
pub(super) fn describe(nodes: &[TestedNode]) -> Option<String> {
    if nodes.is_empty() || !nodes.iter().all(is_gateway) {
        return None;
    }
    let infos: Vec<&GatewayInfo> = nodes.iter().filter_map(info).collect();
    let mut parts = match infos.first() {
        Some(info) => title_and_name(info),
        None => vec!["It doesn't identify itself".to_owned()],
    };
    let has_role = |role| infos.iter().any(|info| info.role == Some(role));
    if nodes.len() == 2 && has_role(Role::Master) && has_role(Role::Backup) {
        parts.push("redundant pair".to_owned());
    } else if nodes.len() > 1 {
        parts.push(format!("{} nodes", nodes.len()));
    }
    Some(parts.join(", "))
}

/// Returns `Ignition` with the version, and the name of the gateway.
fn title_and_name(info: &GatewayInfo) -> Vec<String> {
    let version = info.version.as_ref().map(|version| format!("Ignition {version}"));
    version.into_iter().chain(info.name.clone()).collect()
}

/// Returns why no gateway was found; `None` if one was.
pub(super) fn error(nodes: &[TestedNode]) -> Option<String> {
    let (node, error) = nodes.iter().find_map(|node| Some((node, error_of(node)?)))?;
    Some(if nodes.len() > 1 { format!("{}: {error}", node.url.authority()) } else { error })
}

fn error_of(node: &TestedNode) -> Option<String> {
    if is_gateway(node) {
        return None;
    }
    let failed = node.steps.iter().find(|step| OWN.contains(&step.name) && step.outcome == Outcome::Failed);
    if let Some(failed) = failed {
        let rejected = failed.error.as_ref().and_then(GatewayError::rejected_certificate);
        return Some(rejected.map_or_else(|| failed.to_string(), not_trusted));
    }
    Some(none_at(&node.url))
}

/// Returns the text for a certificate that isn't trusted. The results of the test have its facts and the button.
fn not_trusted(rejected: &RejectedCertificate) -> String {
    let advice = rejected
        .reason
        .advice()
        .unwrap_or("Compare its fingerprint in the connection test, then trust it there");
    format!("The certificate isn't trusted: it {}. {advice}", rejected.problem())
}

/// Returns the text for an address at which something other than a gateway answers.
pub(in super::super) fn none_at(url: &NodeUrl) -> String {
    match url.prefix() {
        "" => "No Ignition gateway answers here. Check host and port".to_owned(),
        path => format!("No Ignition gateway answers at {}. Remove the path", one_line(path, MAX_PATH)),
    }
}

/// Returns `true` if a gateway answers at this address: it says so, or it has what only a gateway has.
fn is_gateway(node: &TestedNode) -> bool {
    let step = |name| node.steps.iter().find(|step| step.name == name);
    let is_passed = |step: &CheckStep| matches!(step.outcome, Outcome::Ok | Outcome::Warning);
    if !OWN.iter().all(|name| step(*name).is_some_and(is_passed)) {
        return false;
    }
    // With a token, any server without the resource passes the first step.
    let has_needed_rest = step(StepName::Rest).is_none_or(|step| step.outcome != Outcome::Failed);
    info(node).is_some() || (step(StepName::WebDev).is_some_and(is_answered_by_a_gateway) && has_needed_rest)
}

/// Returns `true` unless nothing is at the address of the resource, or another page.
fn is_answered_by_a_gateway(step: &CheckStep) -> bool {
    !matches!(step.error, Some(GatewayError::NoResource { .. } | GatewayError::InvalidResponse(_)))
}

/// Returns what a node says about itself.
pub(super) fn info(node: &TestedNode) -> Option<&GatewayInfo> {
    node.steps.iter().find_map(|step| step.info.as_ref())
}
