//! The connection test of the gateway form: who answers at each node, and whether its sessions can be read.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::background_task::ResultSender;
use super::gateway_draft::Draft;
use crate::gateway::{
    Client, Credentials, GatewayError, GatewayInfo, Limits, NodeSnapshot, NodeUrl, Profile,
};

/// A test and its results so far.
pub(super) struct ConnectionTest {
    /// The draft that is tested.
    draft: Draft,
    /// The nodes, in the order of the addresses.
    pub(super) nodes: Vec<TestedNode>,
    pub(super) stage: TestStage,
}

/// The stage of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TestStage {
    /// Waits for the keyring's reply.
    WaitingForSecret,
    Running,
    Ended,
}

/// The results for one node.
#[derive(Debug)]
pub(super) struct TestedNode {
    pub(super) url: NodeUrl,
    /// What the node says about itself; `None` until it has answered.
    pub(super) info: Option<Result<Option<GatewayInfo>, GatewayError>>,
    /// The node's sessions and how they were accessed; `None` until they were read.
    pub(super) sessions: Option<Result<(NodeSnapshot, AccessKind), GatewayError>>,
}

/// How a node gave access to its sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AccessKind {
    /// Without authentication.
    Open,
    /// Without authentication although a password is set, which therefore protects nothing.
    OpenDespitePassword,
    Password,
    Token,
}

/// A result of the test and the index of its node.
#[derive(Debug)]
pub(super) enum TestResult {
    Info(usize, Result<Option<GatewayInfo>, GatewayError>),
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

/// Tests all nodes at the same time, so that one that doesn't answer delays no other.
pub(super) async fn run(profile: Profile, credentials: Credentials, results: ResultSender<TestResult>) {
    let client = Client::with_trust(Limits::default(), profile.trust.clone());
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
