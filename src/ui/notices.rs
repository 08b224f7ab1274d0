//! The notices about the sessions shown: what may be missing, and why.

use super::error_report::ErrorReport;
use crate::display::number;
use crate::gateway::Notice;
use crate::poll::{GatewayStatus, NodeStatus};

/// The notices of all nodes as text, each once.
#[derive(Debug, Default)]
pub(super) struct Notices {
    /// The warnings.
    pub(super) warnings: Vec<String>,
    /// The kinds of sessions whose modules the gateway lacks, such as `without Vision and Perspective`.
    pub(super) without: Option<String>,
    /// The first warning with its causes.
    pub(super) report: Option<ErrorReport>,
}

impl Notices {
    /// Returns the notices of a gateway.
    pub(super) fn of(status: &GatewayStatus) -> Self {
        // A text, the first node that it is about, and the number of the others.
        let mut warnings: Vec<(String, &NodeStatus, usize)> = Vec::new();
        let mut kinds: Vec<String> = Vec::new();
        let mut report = None;
        for node in &status.nodes {
            for notice in &node.notices {
                if let Notice::NoModule(kind) = notice {
                    let kind = kind.to_string();
                    if !kinds.contains(&kind) {
                        kinds.push(kind);
                    }
                    continue;
                }
                let summary = ErrorReport::new(notice);
                match warnings.iter_mut().find(|(text, ..)| text == summary.summary()) {
                    Some((.., others)) => *others += 1,
                    None => warnings.push((summary.summary().to_owned(), node, 0)),
                }
                report.get_or_insert(summary);
            }
        }
        let has_one_node = status.nodes.len() == 1;
        let text = |(text, node, others): (String, &NodeStatus, usize)| match others {
            _ if has_one_node => text,
            0 => format!("{}: {text}", node.url.authority()),
            1 => format!("{} and 1 more node: {text}", node.url.authority()),
            others => format!("{} and {} more nodes: {text}", node.url.authority(), number(others)),
        };
        Self {
            warnings: warnings.into_iter().map(text).collect(),
            without: (!kinds.is_empty()).then(|| format!("without {}", kinds.join(" and "))),
            report,
        }
    }
}
