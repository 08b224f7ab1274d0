//! The connection test of the gateway form: the same steps as those of `gatewatch check`.

use std::time::{Duration, Instant};

use super::background_task::ResultSender;
use super::gateway_draft::Draft;
use crate::gateway::check::{self, CheckStep, StepName};
use crate::gateway::{Client, Credentials, NodeUrl, Profile};

/// A test and its results so far.
pub(super) struct ConnectionTest {
    /// The draft that is tested.
    draft: Draft,
    /// The nodes, in the order of the addresses.
    pub(super) nodes: Vec<TestedNode>,
    /// The results of the previous test, if it had the same nodes.
    pub(super) before: Vec<TestedNode>,
    /// The previous test had the same login, too.
    pub(super) is_repeated: bool,
    /// Time when it ended.
    pub(super) ended_at: Option<Instant>,
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
    pub(super) steps: Vec<CheckStep>,
    /// The time that the connection took.
    pub(super) connected_in: Option<Duration>,
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
    step: CheckStep,
    took: Duration,
}

impl ConnectionTest {
    /// Returns a test without results. `before` is the last test.
    pub(super) fn new(draft: &Draft, profile: &Profile, before: Option<Self>) -> Self {
        let nodes = profile.nodes().iter().cloned();
        let before = before.filter(|before| before.has_same_nodes(draft) && before.stage == TestStage::Ended);
        Self {
            nodes: nodes.map(|url| TestedNode { url, steps: Vec::new(), connected_in: None }).collect(),
            is_repeated: before.as_ref().is_some_and(|before| before.is_for(draft)),
            before: before.map(|before| before.nodes).unwrap_or_default(),
            ended_at: None,
            draft: draft.clone(),
            stage: TestStage::WaitingForSecret,
        }
    }

    /// Returns what is tested.
    pub(super) fn draft(&self) -> &Draft {
        &self.draft
    }

    /// Returns `true` if this draft was tested.
    pub(super) fn is_for(&self, draft: &Draft) -> bool {
        self.draft.has_same_connection(draft)
    }

    /// Returns `true` if the nodes of this draft were tested, maybe with another login.
    pub(super) fn has_same_nodes(&self, draft: &Draft) -> bool {
        self.draft.has_same_nodes(draft)
    }

    /// Adds a result.
    pub(super) fn add(&mut self, result: TestResult) {
        let TestResult { node, step, took } = result;
        let node = &mut self.nodes[node];
        if step.name == StepName::Tcp {
            node.connected_in = Some(took);
        }
        node.steps.push(step);
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
    let mut last_steps = vec![Instant::now(); profile.nodes().len()];
    check::run(&client, profile.nodes(), &credentials, &options, async |node, step| {
        let now = Instant::now();
        let took = now.duration_since(std::mem::replace(&mut last_steps[node], now));
        results.send(TestResult { node, step, took }).await;
    })
    .await;
}
