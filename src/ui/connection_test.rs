//! The connection test of the gateway form: the same steps as those of `gatewatch check`.

use super::background_task::ResultSender;
use super::gateway_draft::Draft;
use crate::gateway::check::{self, Step, StepName};
use crate::gateway::{Client, Credentials, NodeUrl, Profile};

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
    /// The completed steps.
    pub(super) steps: Vec<Step>,
}

impl TestedNode {
    /// Returns the step that runs next; `None` if all are complete.
    pub(super) fn next_step(&self) -> Option<StepName> {
        StepName::ALL.get(self.steps.len()).copied()
    }
}

/// A completed step and the index of its node.
#[derive(Debug)]
pub(super) struct TestResult {
    node: usize,
    step: Step,
}

impl ConnectionTest {
    /// Returns a test without results.
    pub(super) fn new(draft: &Draft, profile: &Profile) -> Self {
        let nodes = profile.nodes().iter().cloned();
        Self {
            nodes: nodes.map(|url| TestedNode { url, steps: Vec::new() }).collect(),
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
        self.nodes[result.node].steps.push(result.step);
    }
}

/// Tests all nodes at the same time, so that a slow node doesn't delay the others. `client` is the one for this profile.
pub(super) async fn run(
    client: Client,
    profile: Profile,
    credentials: Credentials,
    results: ResultSender<TestResult>,
) {
    let options = profile.read_options();
    check::run(&client, profile.nodes(), &credentials, &options, async |node, step| {
        results.send(TestResult { node, step }).await;
    })
    .await;
}
