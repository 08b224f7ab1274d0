//! All gateways in one status.

use std::sync::Arc;

use super::reader::Reader;
use crate::dataset::{Dataset, Part, concat_named, nested_name};
use crate::poll::status::{Activity, GatewayStatus, NodeStatus};

/// The combined dataset, which is built again only if a gateway has another one.
#[derive(Default)]
pub(super) struct Combined {
    parts: Vec<Part>,
    dataset: Option<Arc<Dataset>>,
}

impl Combined {
    /// Returns the status of all gateways together. Each node has the name that the rows of its sessions have.
    pub(super) fn status(&mut self, readers: &[Reader], generation: u64) -> Arc<GatewayStatus> {
        let mut nodes = Vec::new();
        let mut parts: Vec<Part> = Vec::new();
        let mut updated_at = None;
        for reader in readers {
            let name = &reader.gateway.profile.name;
            let last = reader.gateway.last.as_ref().filter(|_| reader.status.dataset.is_none());
            let table = last.unwrap_or(&reader.status);
            parts.extend(table.dataset.as_ref().map(|dataset| (name.clone(), dataset.clone())));
            updated_at = [updated_at, table.updated_at].into_iter().flatten().min();
            for node in &table.nodes {
                let newest = reader.status.nodes.iter().find(|newest| newest.url == node.url);
                nodes.push(NodeStatus {
                    name: Some(match &node.name {
                        Some(own) => nested_name(name, own),
                        None => name.clone(),
                    }),
                    gateway: Some(name.clone()),
                    // Until the gateway is read, it may have other sessions in place of these.
                    api: node.api.filter(|_| last.is_none()),
                    error: newest.map_or_else(|| node.error.clone(), |newest| newest.error.clone()),
                    next_read_at: newest.and_then(|newest| newest.next_read_at),
                    ..node.clone()
                });
            }
        }
        let is_same = parts.len() == self.parts.len()
            && parts.iter().zip(&self.parts).all(|(a, b)| a.0 == b.0 && Arc::ptr_eq(&a.1, &b.1));
        if !is_same || self.dataset.is_none() {
            self.dataset = (!parts.is_empty()).then(|| Arc::new(concat_named(&parts)));
            self.parts = parts;
        }
        let is_reading = readers.iter().any(|reader| reader.status.activity == Activity::Reading);
        let next_read_at = nodes.iter().filter_map(|node| node.next_read_at).min();
        let activity = if is_reading { Activity::Reading } else { Activity::Waiting { next_read_at } };
        let dataset = self.dataset.clone();
        Arc::new(GatewayStatus { generation, nodes, dataset, updated_at, activity })
    }
}
