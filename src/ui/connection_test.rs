//! A test of the connection: how far it came at each node of the gateway in the form.

use crate::gateway::{GatewayError, GatewayInfo, NodeSnapshot, NodeUrl, Profile};

/// What a test of the connection has found so far.
pub(super) struct Test {
    /// Each node, in the order of the addresses.
    pub(super) nodes: Vec<TestedNode>,
    /// How far it is.
    pub(super) stage: TestStage,
}

/// How far a test is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TestStage {
    /// The keyring was asked for what opens the gateway.
    WaitsForSecret,
    /// The nodes are being asked.
    Running,
    /// Nothing more will come.
    Ended,
}

/// What was found at one node.
#[derive(Debug)]
pub(super) struct TestedNode {
    /// Its address.
    pub(super) url: NodeUrl,
    /// Who answered there, once it has.
    pub(super) who: Option<Result<Option<GatewayInfo>, GatewayError>>,
    /// Its sessions and how it let us in, once they were read.
    pub(super) read: Option<Result<(NodeSnapshot, Entry), GatewayError>>,
}

/// How a node let us in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// It asks for nothing.
    Open,
    /// It asks for nothing, though a password was to be sent: everybody else gets in as well.
    OpenAnyway,
    /// By the password.
    Password,
    /// By the token.
    Token,
}

/// A step of a test, and at which node.
#[derive(Debug)]
pub(super) enum Step {
    /// Who answered there.
    Who(usize, Result<Option<GatewayInfo>, GatewayError>),
    /// Its sessions, and how it let us in.
    Read(usize, Result<(NodeSnapshot, Entry), GatewayError>),
}

impl Test {
    /// Nothing is found yet.
    pub(super) fn new(profile: &Profile) -> Self {
        let nodes = profile.nodes().iter().cloned();
        Self {
            nodes: nodes.map(|url| TestedNode { url, who: None, read: None }).collect(),
            stage: TestStage::WaitsForSecret,
        }
    }

    /// Takes what was found.
    pub(super) fn take(&mut self, step: Step) {
        match step {
            Step::Who(place, who) => self.nodes[place].who = Some(who),
            Step::Read(place, read) => self.nodes[place].read = Some(read),
        }
    }
}
