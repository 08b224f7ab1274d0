//! The connection test of the gateway form: identifies each node and reads its sessions.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::background_task::ResultSender;
use super::gateway_draft::Draft;
use crate::gateway::{Client, Credentials, GatewayError, GatewayInfo, NodeSnapshot, NodeUrl, Profile};

/// A test and its results so far.
pub(super) struct ConnectionTest {
    /// The draft that is tested.
    draft: Draft,
    /// The nodes, in the order of the addresses.
    pub(super) nodes: Vec<TestedNode>,
    /// The stage of the test.
    pub(super) stage: TestStage,
}

/// The stage of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TestStage {
    /// Waits for the keyring's reply.
    WaitingForSecret,
    /// Waits for the nodes.
    Running,
    /// All results are in, or the test was interrupted.
    Ended,
}

/// The results for one node.
#[derive(Debug)]
pub(super) struct TestedNode {
    /// The address of the node.
    pub(super) url: NodeUrl,
    /// The identification of the node; `None` until it has answered.
    pub(super) info: Option<Result<Option<GatewayInfo>, GatewayError>>,
    /// The node's sessions and the kind of access; `None` until they were read.
    pub(super) sessions: Option<Result<(NodeSnapshot, AccessKind), GatewayError>>,
}

/// The authentication that a node required for its sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AccessKind {
    /// Without authentication.
    Open,
    /// Without authentication although a password is set, which therefore protects nothing.
    OpenDespitePassword,
    /// With the password.
    Password,
    /// With the API token.
    Token,
}

/// A result of the test and the index of its node.
#[derive(Debug)]
pub(super) enum TestResult {
    /// The identification of a node.
    Info(usize, Result<Option<GatewayInfo>, GatewayError>),
    /// The sessions of a node.
    Sessions(usize, Result<(NodeSnapshot, AccessKind), GatewayError>),
}

impl ConnectionTest {
    /// Returns a test without results.
    pub(super) fn new(draft: &Draft, profile: &Profile) -> Self {
        let nodes = profile.nodes().iter().cloned();
        Self {
            nodes: nodes.map(|url| TestedNode { url, info: None, sessions: None }).collect(),
            draft: draft.clone(),
            stage: TestStage::WaitingForSecret,
        }
    }

    /// Returns `true` if this draft was tested.
    pub(super) fn is_for(&self, draft: &Draft) -> bool {
        self.draft == *draft
    }

    /// Adds a result.
    pub(super) fn add(&mut self, result: TestResult) {
        match result {
            TestResult::Info(index, info) => self.nodes[index].info = Some(info),
            TestResult::Sessions(index, sessions) => self.nodes[index].sessions = Some(sessions),
        }
    }
}

/// Tests all nodes at the same time, so that a slow node doesn't delay the others. `client` is the one for this profile.
pub(super) async fn run(
    client: Client,
    profile: Profile,
    credentials: Credentials,
    results: ResultSender<TestResult>,
) {
    let results = Arc::new(results);
    let mut nodes = JoinSet::new();
    for (index, node) in profile.nodes().iter().cloned().enumerate() {
        let (client, credentials, options, results) =
            (client.clone(), credentials.clone(), profile.read_options(), results.clone());
        nodes.spawn(async move {
            let info = client.fetch_info(&node).await;
            let is_reachable = info.is_ok();
            results.send(TestResult::Info(index, info)).await;
            if !is_reachable {
                return;
            }
            // A node without authentication accepts any password.
            if let Credentials::Basic { .. } = credentials
                && let Ok(snapshot) = client.read(&node, &Credentials::None, &options).await
            {
                let sessions = Ok((snapshot, AccessKind::OpenDespitePassword));
                return results.send(TestResult::Sessions(index, sessions)).await;
            }
            let access = match credentials {
                Credentials::None => AccessKind::Open,
                Credentials::Basic { .. } => AccessKind::Password,
                Credentials::Token(_) => AccessKind::Token,
            };
            let snapshot = client.read(&node, &credentials, &options).await;
            let sessions = snapshot.map(|snapshot| (snapshot, access));
            results.send(TestResult::Sessions(index, sessions)).await;
        });
    }
    nodes.join_all().await;
}
