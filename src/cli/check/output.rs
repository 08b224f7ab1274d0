//! Writes the steps of a check: as lines of text while it runs, or as one JSON object at its end.

use std::io::{self, Write as _};

use serde::Serialize;

use crate::gateway::Profile;
use crate::gateway::check::{CheckStep, StepName, is_readable};
use crate::sanitize::sanitize;

/// The version of the JSON format.
const VERSION: u32 = 1;

/// The steps of all nodes so far. As text, nodes are written in their order, each step as soon as the steps before it are.
pub(super) struct Output {
    nodes: Vec<NodeSteps>,
    /// The index of the node that is being written.
    current: usize,
    is_text: bool,
    /// The first failure to write.
    error: Option<io::Error>,
}

/// The steps of a node so far.
pub(super) struct NodeSteps {
    /// The name of the node.
    label: String,
    steps: Vec<CheckStep>,
}

impl NodeSteps {
    fn is_complete(&self) -> bool {
        self.steps.len() == StepName::ALL.len()
    }
}

impl Output {
    /// Returns the output for nodes with these labels. As text it is written at once.
    pub(super) fn new(labels: Vec<String>, is_text: bool) -> Self {
        let nodes = labels.into_iter().map(|label| NodeSteps { label, steps: Vec::new() });
        let mut output = Self { nodes: nodes.collect(), current: 0, is_text, error: None };
        output.write_heading();
        output
    }

    /// Adds a step of the node with this index.
    pub(super) fn add(&mut self, index: usize, step: CheckStep) {
        let text = line(&step);
        self.nodes[index].steps.push(step);
        if index != self.current {
            return;
        }
        self.write(&text);
        while self.nodes.get(self.current).is_some_and(NodeSteps::is_complete) {
            self.current += 1;
            self.write_heading();
            let steps: Option<String> =
                self.nodes.get(self.current).map(|node| node.steps.iter().map(line).collect());
            self.write(&steps.unwrap_or_default());
        }
    }

    /// Returns the steps of all nodes.
    ///
    /// # Errors
    /// If they couldn't be written.
    pub(super) fn finish(self) -> io::Result<Vec<NodeSteps>> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.nodes),
        }
    }

    /// Writes the name of the next node, unless there is only one.
    fn write_heading(&mut self) {
        if self.nodes.len() > 1
            && let Some(node) = self.nodes.get(self.current)
        {
            let space = if self.current > 0 { "\n" } else { "" };
            let heading = format!("{space}{}\n", sanitize(&node.label));
            self.write(&heading);
        }
    }

    fn write(&mut self, text: &str) {
        if self.is_text && self.error.is_none() {
            self.error = write(text).err();
        }
    }
}

fn line(step: &CheckStep) -> String {
    format!("{:<7}  {:<13}  {}\n", step.outcome.id(), step.name.title(), sanitize(&step.to_string()))
}

/// The JSON format. Keys are only ever added.
#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    gateway: &'a str,
    readable: bool,
    nodes: Vec<NodeDocument<'a>>,
}

#[derive(Serialize)]
struct NodeDocument<'a> {
    url: String,
    readable: bool,
    steps: Vec<StepDocument<'a>>,
}

#[derive(Serialize)]
struct StepDocument<'a> {
    step: &'static str,
    outcome: &'static str,
    message: &'a str,
    advice: Option<&'a str>,
}

/// Writes the steps of all nodes as JSON.
pub(super) fn write_json(profile: &Profile, nodes: &[NodeSteps], readable: bool) -> io::Result<()> {
    let nodes = profile.nodes().iter().zip(nodes).map(|(url, node)| NodeDocument {
        url: url.to_string(),
        readable: node.steps.last().is_some_and(is_readable),
        steps: node.steps.iter().map(step_document).collect(),
    });
    let nodes = nodes.collect();
    let document = Document { version: VERSION, gateway: &profile.name, readable, nodes };
    let json = serde_json::to_string_pretty(&document).map_err(io::Error::other)?;
    write(&format!("{json}\n"))
}

fn step_document(step: &CheckStep) -> StepDocument<'_> {
    StepDocument {
        step: step.name.id(),
        outcome: step.outcome.id(),
        message: &step.message,
        advice: step.advice.as_deref(),
    }
}

/// Writes a text at once.
fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // The reader stopped early, as `head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}
