//! The sessions of a whole gateway that a rule is about. Each read is of one node, and most lists are as before: nothing is
//! selected and searched again without a change.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Holding, Listed};
use crate::alert::selection::Selection;
use crate::dataset::{Dataset, Part, concat, names};
use crate::gateway::SessionKind;
use crate::query::QueryError;

/// The columns that matter besides the standard ones. Others, such as the last communication, differ in each list.
const COLUMNS: [&str; 3] = [names::KIND, names::SESSION_SCOPE, names::GATEWAY];

/// The sessions that a rule selects on a gateway.
#[derive(Debug, Default)]
pub(in crate::alert) struct GatewaySessions {
    nodes: HashMap<Arc<str>, NodeSessions>,
    /// The datasets that were searched last, and the result.
    found: Option<(Vec<Arc<Dataset>>, Holding)>,
}

/// The sessions that a rule selects on a node.
#[derive(Debug)]
struct NodeSessions {
    /// The list from which they were selected.
    list: Arc<Dataset>,
    missing_kinds: Vec<SessionKind>,
    sessions: Arc<Dataset>,
}

impl GatewaySessions {
    /// Returns the selected sessions of each node: the same datasets as before, where nothing has changed.
    pub(super) fn select(
        &mut self,
        selection: &Selection,
        nodes: &[Listed<'_>],
    ) -> Result<Vec<Arc<Dataset>>, QueryError> {
        let mut selected = Vec::with_capacity(nodes.len());
        for Listed { url, list, .. } in nodes {
            let before = self.nodes.get(*url);
            let is_same = |before: &&NodeSessions| {
                Arc::ptr_eq(&before.list, &list.sessions) && before.missing_kinds == list.missing_kinds
            };
            if let Some(before) = before.filter(is_same) {
                selected.push(before.sessions.clone());
                continue;
            }
            let rows = selection.rows(&list.sessions, &list.missing_kinds)?;
            let sessions = list.sessions.select_with(&rows, &COLUMNS);
            let before = before.map(|before| &before.sessions);
            let before = before.filter(|before| before.has_same_sessions(&sessions)).cloned();
            let sessions = before.unwrap_or_else(|| Arc::new(sessions));
            selected.push(sessions.clone());
            let (list, missing_kinds) = (list.sessions.clone(), list.missing_kinds.clone());
            self.nodes.insert((*url).clone(), NodeSessions { list, missing_kinds, sessions });
        }
        if self.nodes.len() > nodes.len() {
            self.nodes.retain(|url, _| nodes.iter().any(|node| node.url == url));
        }
        Ok(selected)
    }

    /// Searches the sessions of all nodes together. Returns the last result if none has changed.
    pub(super) fn find(
        &mut self,
        selected: Vec<Arc<Dataset>>,
        find: impl FnOnce(&Dataset) -> Holding,
    ) -> Holding {
        let is_same = |searched: &[Arc<Dataset>]| {
            searched.len() == selected.len()
                && searched.iter().zip(&selected).all(|(searched, selected)| Arc::ptr_eq(searched, selected))
        };
        if let Some((_, found)) = self.found.as_ref().filter(|(searched, _)| is_same(searched)) {
            return found.clone();
        }
        let found = match &selected[..] {
            [only] => find(only),
            all => {
                let parts: Vec<Part> = all.iter().map(|part| (String::new(), part.clone())).collect();
                find(&concat(&parts))
            }
        };
        self.found = Some((selected, found.clone()));
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::alert::evaluate::{self, Gateway};
    use crate::alert::observation::List;
    use crate::alert::testing::{TestSession, client, list};
    use crate::alert::{Condition, SessionFilters};

    const NODES: [&str; 3] = ["http://n1", "http://n2", "http://n3"];

    fn listed(sessions: &[TestSession], missing_kinds: Vec<SessionKind>) -> List {
        List {
            sessions: list(sessions),
            missing_kinds,
            clock_offset: 0,
            certificate_end: None,
            changes: None,
        }
    }

    fn select(known: &mut GatewaySessions, lists: &[List]) -> Vec<Arc<Dataset>> {
        let urls = NODES.map(Arc::from);
        let first_seen = HashMap::new();
        let nodes: Vec<Listed<'_>> = urls
            .iter()
            .zip(lists)
            .map(|(url, list)| Listed { url, list, time: 0, first_seen: &first_seen })
            .collect();
        known.select(&Selection::new(&SessionFilters::default()), &nodes).unwrap()
    }

    #[test]
    fn is_searched_again_only_after_a_change_that_matters() {
        let at = |user: &'static str, last_comm: i64| {
            listed(&[TestSession { last_comm: Some(last_comm), ..client(user) }], Vec::new())
        };
        let (mut known, mut searches) = (GatewaySessions::default(), 0);
        let mut search = |lists: &[List]| {
            let selected = select(&mut known, lists);
            known.find(selected, |_| {
                searches += 1;
                Vec::new()
            });
            searches
        };
        let lists = [at("anna", 1), at("billy", 1)];
        assert_eq!(search(&lists), 1);
        assert_eq!(search(&lists), 1);
        assert_eq!(search(&[at("anna", 2), at("billy", 3)]), 1);
        assert_eq!(search(&[at("carl", 2), at("billy", 3)]), 2);
        // The kind can't be read.
        let missing = listed(&[client("carl")], vec![SessionKind::Vision]);
        assert_eq!(search(&[missing, at("billy", 3)]), 3);
        assert_eq!(search(&[at("billy", 3)]), 4);
        assert_eq!(known.nodes.len(), 1);
    }

    fn any_list() -> impl Strategy<Value = (Vec<TestSession>, bool)> {
        let session =
            (0..3_usize, 0..2_usize, 0..2_usize, 0..3_i64).prop_map(|(user, project, address, last_comm)| {
                TestSession {
                    project: ["Packaging", "Boiler"][project],
                    address: ["10.1.2.3", "10.1.2.4"][address],
                    last_comm: Some(last_comm),
                    kind: if last_comm == 0 { SessionKind::Designer } else { SessionKind::Vision },
                    ..client(["anna", "billy", "Unauthenticated"][user])
                }
            });
        (prop::collection::vec(session, 0..4), prop::bool::weighted(0.2))
    }

    proptest! {
        #[test]
        fn finds_the_same_as_without_anything_known(
            reads in prop::collection::vec((0..NODES.len(), any_list(), any::<bool>()), 1..20),
        ) {
            let (urls, name) = (NODES.map(Arc::from), Arc::from("Plant"));
            let gateway = Gateway { name: &name, nodes: &urls };
            let selection = Selection::new(&SessionFilters::default());
            let first_seen = HashMap::new();
            let conditions = [
                Condition::SignedInTwice,
                Condition::DifferentHosts,
                Condition::CountAbove(3),
                Condition::CountBelow(3),
            ];
            let mut known = conditions.map(|_| GatewaySessions::default());
            let mut lists: [Option<List>; NODES.len()] = Default::default();
            for (node, (sessions, is_missing), is_read) in reads {
                let missing = if is_missing { vec![SessionKind::Designer] } else { Vec::new() };
                lists[node] = is_read.then(|| listed(&sessions, missing));
                let nodes: Vec<Listed<'_>> = urls
                    .iter()
                    .zip(&lists)
                    .filter_map(|(url, list)| {
                        Some(Listed { url, list: list.as_ref()?, time: 0, first_seen: &first_seen })
                    })
                    .collect();
                for (condition, known) in conditions.into_iter().zip(&mut known) {
                    let evaluate = |known: &mut GatewaySessions| {
                        let found = evaluate::gateway(condition, &selection, gateway, &nodes, known).unwrap();
                        found.map(|found| (found.holding, found.is_complete))
                    };
                    prop_assert_eq!(evaluate(known), evaluate(&mut GatewaySessions::default()));
                }
            }
        }
    }
}
