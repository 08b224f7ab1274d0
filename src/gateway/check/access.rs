//! The steps after the health page: what is installed, and whether the login opens it.

use reqwest::StatusCode;

use super::step::{CheckStep, Outcome, StepName};
use crate::count;
use crate::gateway::body;
use crate::gateway::client::WEBDEV_PATHS;
use crate::gateway::{
    Api, Client, Credentials, Endpoint, GatewayError, NodeSnapshot, NodeUrl, Notice, ReadOptions,
    SessionKind, Version,
};

/// The list that every gateway with the REST API has.
const REST_LIST: SessionKind = SessionKind::Designer;

/// Reads the Web Dev resource without a login. Returns the sessions if it requires none. `is_needed` is `true` if the
/// sessions are read there.
pub(super) async fn web_dev(
    client: &Client,
    node: &NodeUrl,
    options: &ReadOptions,
    is_needed: bool,
) -> (CheckStep, Option<NodeSnapshot>) {
    let options = ReadOptions { api: Some(Api::WebDev), ..options.clone() };
    let name = StepName::WebDev;
    let error = match client.read(node, &Credentials::None, &options).await {
        Ok(snapshot) => {
            return (CheckStep::ok(name, "Installed, script version 1, requires no login"), Some(snapshot));
        }
        Err(error) => error,
    };
    let step = match error {
        GatewayError::Unauthorized { .. } | GatewayError::Forbidden { .. } => {
            CheckStep::ok(name, "Installed, requires a login")
        }
        GatewayError::NoResource { .. } if !is_needed => {
            CheckStep::ok(name, "Not installed, and not needed for the REST API")
        }
        error @ GatewayError::NoResource { .. } => {
            let has_no_module = lacks_module(client, node).await;
            let step = CheckStep::failed(name, error);
            if has_no_module {
                let message = "The Web Dev module isn't installed".to_owned();
                CheckStep { message, ..step }.with_advice("Install the module and the resource")
            } else {
                step
            }
        }
        error if is_needed => CheckStep::failed(name, error),
        error => CheckStep::failed(name, error).with_outcome(Outcome::Warning),
    };
    (step, None)
}

/// Returns `true` if the gateway says that it has no Web Dev module.
async fn lacks_module(client: &Client, node: &NodeUrl) -> bool {
    let Ok(response) = client.get_openly(node, WEBDEV_PATHS[0]).await else {
        return false;
    };
    let page = body::read_error(response).await;
    let page = String::from_utf8_lossy(&page).to_ascii_lowercase().replace("&quot;", "\"");
    page.contains("no servlet \"webdev\"")
}

/// Asks for a REST list without a token. `is_needed` is `true` if the sessions are read there.
pub(super) async fn rest(
    client: &Client,
    node: &NodeUrl,
    version: Option<&Version>,
    is_needed: bool,
) -> CheckStep {
    let name = StepName::Rest;
    if !is_needed && let Some(version) = version.filter(|version| !version.has_rest()) {
        return CheckStep::ok(name, format!("Version {version} has none"));
    }
    let status = match client.get_openly(node, REST_LIST.list_path()).await {
        Ok(response) => match response.status() {
            StatusCode::OK => return CheckStep::ok(name, "Available, requires no token"),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return CheckStep::ok(name, "Available, requires an API token");
            }
            StatusCode::NOT_FOUND => Err(GatewayError::NoRestApi),
            status => {
                let other = || GatewayError::other_status(status.as_u16(), Endpoint::List(REST_LIST), None);
                Ok(GatewayError::from_token_status(&response).unwrap_or_else(other))
            }
        },
        Err(error) => Ok(error),
    };
    match status {
        Err(error) if is_needed => CheckStep::failed(name, error),
        Err(_) => CheckStep::ok(name, "Not available, and not needed"),
        Ok(error) if is_needed => CheckStep::failed(name, error),
        Ok(error) => CheckStep::failed(name, error).with_outcome(Outcome::Warning),
    }
}

/// Signs in and reads the sessions. `open` are the sessions of a Web Dev resource that requires no login.
pub(super) async fn sign_in(
    client: &Client,
    node: &NodeUrl,
    credentials: &Credentials,
    options: &ReadOptions,
    open: Option<NodeSnapshot>,
) -> (CheckStep, Option<CheckStep>) {
    let name = StepName::SignIn;
    let snapshot = match (open, credentials) {
        (Some(open), Credentials::None) => {
            return (CheckStep::ok(name, "No authentication required"), Some(sessions(&open)));
        }
        // The password isn't sent.
        (Some(open), Credentials::Basic(_)) => {
            let message = "Anyone can read the sessions. The gateway doesn't check the password";
            return (CheckStep::warning(name, message, TURN_ON), Some(sessions(&open)));
        }
        _ => match client.read(node, credentials, options).await {
            Ok(snapshot) => snapshot,
            Err(error) => return failure(error),
        },
    };
    let step = match (credentials, snapshot.api) {
        (Credentials::None, _) => CheckStep::ok(name, "No authentication required"),
        (Credentials::Basic(_), _) => CheckStep::ok(name, "Authenticated with the password"),
        (Credentials::Token(_), Api::Rest) => CheckStep::ok(name, "Authenticated with the API token"),
        (Credentials::Token(_), Api::WebDev) => {
            let message = "Anyone can read the sessions. Web Dev doesn't check the API token";
            CheckStep::warning(name, message, TURN_ON)
        }
    };
    (step, Some(sessions(&snapshot)))
}

/// Advice for a resource that anyone can read.
const TURN_ON: &str = "Turn on authentication for the resource";

/// Returns the steps for sessions that can't be read: the login failed, or what follows it.
pub(super) fn failure(error: GatewayError) -> (CheckStep, Option<CheckStep>) {
    let name = StepName::SignIn;
    match error {
        GatewayError::LoginNotTried => (CheckStep::failed(name, error).with_outcome(Outcome::Skipped), None),
        GatewayError::Forbidden { token: true, https, .. } => {
            (CheckStep::failed(name, error).with_advice(token_settings(https)), None)
        }
        error if error.is_login_rejected_or_missing() || matches!(error, GatewayError::Forbidden { .. }) => {
            (CheckStep::failed(name, error), None)
        }
        error => (CheckStep::ok(name, "Not rejected"), Some(CheckStep::failed(StepName::Sessions, error))),
    }
}

/// Returns the settings of the gateway that can deny a token.
fn token_settings(https: bool) -> String {
    let level = "give the key a security level, which has to be a leaf of the tree";
    let permissions = "include that level in the gateway's read permissions";
    if https {
        format!("Check two settings on the gateway: {level}, and {permissions}")
    } else {
        format!(
            "Check three settings on the gateway: use the https address or turn off \"Require secure connections\" of \
             the key, {level}, and {permissions}"
        )
    }
}

fn sessions(snapshot: &NodeSnapshot) -> CheckStep {
    let sessions = count::sessions(snapshot.dataset.len());
    // The step for redundancy has said that the node isn't active.
    let notices = snapshot.notices.iter().filter(|notice| !matches!(notice, Notice::Inactive { .. }));
    let notices: Vec<String> = notices.map(ToString::to_string).collect();
    if notices.is_empty() {
        return CheckStep::ok(StepName::Sessions, sessions);
    }
    CheckStep::warning(StepName::Sessions, sessions, notices.join(". "))
}
