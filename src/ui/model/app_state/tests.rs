//! Tests the values that are derived from the status of several nodes.

use super::*;
use crate::dataset::{ColumnType, Dataset, DatasetBuilder, Header, Part, concat};
use crate::gateway::Api;
use crate::query::Query;
use crate::table::{Day, OutdatedLists, ResultContext};

/// Returns a status of nodes, each with its name in the dataset and its health page.
fn status(nodes: &[(&str, &str)], dataset: &Arc<Dataset>) -> GatewayStatus {
    let node = |(index, (name, info)): (usize, &(&str, &str))| NodeStatus {
        url: format!("http://node-{index}:8088").parse().unwrap(),
        name: (nodes.len() > 1).then(|| (*name).to_owned()),
        gateway: None,
        info: GatewayInfo::parse(info),
        api: Some(Api::Rest),
        notices: Vec::new(),
        error: None,
        updated_at: Some(SystemTime::UNIX_EPOCH),
        list: None,
        clock_offset_ms: None,
        next_read_at: None,
    };
    GatewayStatus {
        generation: 1,
        nodes: nodes.iter().enumerate().map(node).collect(),
        dataset: Some(dataset.clone()),
        updated_at: Some(SystemTime::UNIX_EPOCH),
        activity: Activity::Waiting { next_read_at: None },
    }
}

/// Returns a session of this kind with the id A.
fn part(name: &str, kind: &str, is_designer: bool) -> Part {
    let header = Header { name: names::KIND.to_owned(), column_type: ColumnType::String };
    let mut builder = DatasetBuilder::new(Header::standard().into_iter().chain([header]).collect()).unwrap();
    let cells = [
        Cell::Text("billy"),
        Cell::Text("Packaging"),
        Cell::Null,
        Cell::Boolean(is_designer),
        Cell::Text("A"),
        Cell::Null,
        Cell::Text(kind),
    ];
    for (column, cell) in cells.into_iter().enumerate() {
        builder.push(column, cell).unwrap();
    }
    (name.to_owned(), Arc::new(builder.finish(None, None)))
}

/// Returns the state of a window with these nodes and sessions, whose sessions may be terminated.
fn state(nodes: &[(&str, &str)], parts: &[Part]) -> AppState {
    let dataset = Arc::new(concat(parts));
    let mut state = AppState {
        may_terminate: true,
        status: Some(Arc::new(status(nodes, &dataset))),
        ..AppState::default()
    };
    let result = Query::default().run(&dataset).unwrap();
    let outdated = &OutdatedLists::default();
    let now = std::time::SystemTime::UNIX_EPOCH;
    state.table.show(
        result,
        ResultContext { outdated, left_at: Some(now), pointer: None, is_refresh: false, has_marks: true },
    );
    state
}

fn change_status(state: &mut AppState, change: impl FnOnce(&mut GatewayStatus)) {
    change(Arc::make_mut(state.status.as_mut().unwrap()));
}

const ACTIVE: &str = "RedundancyStatus=Backup;RedundantNodeActiveStatus=Active";
const DEMOTED: &str = "RedundancyStatus=Master;RedundantNodeActiveStatus=Cold";

#[test]
fn health_prefers_a_node_that_is_not_active() {
    for nodes in [[("a", ACTIVE), ("b", DEMOTED)], [("b", DEMOTED), ("a", ACTIVE)]] {
        let state = state(&nodes, &[part("a", "Vision", false)]);
        let Health::Running(Some(info)) = state.health() else { panic!("both nodes answer") };
        assert!(!info.is_active(), "{nodes:?}");
    }
    let state = state(&[("a", ACTIVE), ("b", "Version=8.3.4")], &[part("a", "Vision", false)]);
    assert!(
        matches!(state.health(), Health::Running(Some(info)) if info.is_active() && info.version.is_none())
    );
}

#[test]
fn session_belongs_to_the_node_with_its_name() {
    let parts = [part("north", "Vision", false), part("south", "Vision", false)];
    let mut state = state(&[("south", ""), ("north", "")], &parts);
    let node =
        |state: &AppState, row| state.terminate_target(row).map(|target| target.unwrap().node.to_string());
    assert_eq!(node(&state, 0).as_deref(), Some("http://node-1:8088"));
    assert_eq!(node(&state, 1).as_deref(), Some("http://node-0:8088"));
    // A name that two nodes have identifies neither.
    change_status(&mut state, |status| status.nodes[0].name = Some("north".to_owned()));
    assert_eq!((node(&state, 0), node(&state, 1)), (None, None));
}

#[test]
fn table_is_as_old_as_the_oldest_list_of_the_nodes_that_can_be_read() {
    let mut state = state(&[("north", ""), ("south", "")], &[part("north", "Vision", false)]);
    let at = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    change_status(&mut state, |status| {
        (status.nodes[0].updated_at, status.nodes[1].updated_at, status.updated_at) =
            (at(10), at(20), at(10));
    });
    assert_eq!(state.updated_at(), at(10));
    change_status(&mut state, |status| status.nodes[0].error = Some(GatewayError::LoginNotTried));
    assert_eq!(state.updated_at(), at(20));
    change_status(&mut state, |status| status.nodes[1].error = Some(GatewayError::LoginNotTried));
    assert_eq!(state.updated_at(), at(10));
}

#[test]
fn offers_terminating_only_where_it_can_work() {
    let state = || state(&[("north", "")], &[part("north", "Vision", false)]);
    assert!(matches!(state().terminate_target(0), Some(Ok(target)) if target.id == "A"));
    let mut without_permission = state();
    without_permission.may_terminate = false;
    assert_eq!(without_permission.terminate_target(0), None);
    let mut web_dev = state();
    change_status(&mut web_dev, |status| status.nodes[0].api = Some(Api::WebDev));
    assert_eq!(web_dev.terminate_target(0), None);
    let mut failing = state();
    change_status(&mut failing, |status| status.nodes[0].error = Some(GatewayError::LoginNotTried));
    assert_eq!(failing.terminate_target(0), None);
}

#[test]
fn sessions_that_cannot_be_terminated_beside_others_have_their_own_reasons() {
    let parts = ["north", "south", "east"].map(|gateway| part(gateway, "Vision", false));
    let mut state = state(&[("north", ""), ("south", ""), ("east", "")], &parts);
    change_status(&mut state, |status| {
        status.nodes[1].api = Some(Api::WebDev);
        status.nodes[2].error = Some(GatewayError::LoginNotTried);
    });
    let plan = state.termination_plan(&[0, 1, 2]).unwrap();
    assert_eq!((plan.targets.len(), state.terminable_count(&[0, 1, 2])), (1, 1));
    let refused: Vec<_> = plan.refused.iter().map(|(reason, count)| (*reason, *count)).collect();
    let because = "Can't be terminated, because its node";
    let expected = [format!("{because} isn't read through the REST API"), format!("{because} can't be read")];
    assert_eq!(refused, expected.each_ref().map(|reason| (reason.as_str(), 1)));
    // Where none can be, terminating isn't offered.
    assert!(state.termination_plan(&[1, 2]).is_none());
}

#[test]
fn perspective_session_in_a_designer_has_a_reason_instead() {
    for (kind, is_designer, is_offered) in [
        ("Perspective", true, false),
        ("Perspective", false, true),
        ("Designer", true, true),
        ("Vision", false, true),
    ] {
        let state = state(&[("north", "")], &[part("north", kind, is_designer)]);
        match state.terminate_target(0) {
            Some(Ok(_)) => assert!(is_offered, "{kind}"),
            Some(Err(reason)) => assert!(!is_offered && reason.contains("Designer"), "{kind}"),
            None => panic!("{kind}"),
        }
    }
}

#[test]
fn export_summary_has_the_number_of_written_columns() {
    let mut state = state(&[("north", "")], &[part("north", "Vision", false)]);
    let dataset = state.table.result().unwrap().dataset.clone();
    let columns = &mut state.layout.columns;
    columns.merge_new(&dataset, Day::today());
    let ids: Vec<ColumnId> = dataset.columns().map(|(id, _)| id).collect();
    for id in &ids {
        columns.show(id, true, &dataset);
    }
    assert_eq!(state.export_summary(ExportRows::Shown), "1 session, all columns");
    state.layout.columns.show(&ColumnId::Address, false, &dataset);
    let some = format!("1 session, {} of {} columns", ids.len() - 1, ids.len());
    assert_eq!(state.export_summary(ExportRows::Shown), some);
    assert_eq!(state.export_summary(ExportRows::All), "1 session, all columns");
}

#[test]
fn ages_of_a_row_go_by_the_clock_of_its_node() {
    const HOUR_MS: i64 = 3_600_000;
    let parts = [part("north", "Vision", false), part("south", "Vision", false)];
    let mut state = state(&[("north", ""), ("south", "")], &parts);
    change_status(&mut state, |status| {
        status.nodes[0].clock_offset_ms = Some(5 * HOUR_MS);
        status.nodes[1].clock_offset_ms = Some(-7 * HOUR_MS);
    });
    let apart = |state: &AppState| {
        let [north, south] = [0, 1].map(|row| state.row_clock(row).now_epoch_ms);
        (north - south + HOUR_MS / 2).div_euclid(HOUR_MS)
    };
    assert_eq!(apart(&state), 12);
    // A node that doesn't report its time has this machine's, rather than that of another node.
    change_status(&mut state, |status| status.nodes[1].clock_offset_ms = None);
    assert_eq!(apart(&state), 5);
}

#[test]
fn ages_of_a_shared_name_go_by_the_clock_of_this_machine() {
    const HOUR_MS: i64 = 3_600_000;
    let ahead = |nodes: &[(&str, &str)], parts: &[Part]| {
        let mut state = state(nodes, parts);
        change_status(&mut state, |status| {
            status.nodes.iter_mut().for_each(|node| node.clock_offset_ms = Some(5 * HOUR_MS));
        });
        let ours = state.clock_with_offset(None).now_epoch_ms;
        let hours = |clock: Clock| (clock.now_epoch_ms - ours + HOUR_MS / 2).div_euclid(HOUR_MS);
        hours(state.row_clock(0))
    };
    let part = || part("same", "Vision", false);
    assert_eq!(ahead(&[("same", ""), ("same", "")], &[part(), part()]), 0);
    assert_eq!(ahead(&[("only", "")], &[part()]), 5);
}

#[test]
fn error_about_the_login_comes_before_that_of_another_node() {
    let timeout = || GatewayError::Timeout { seconds: 5.0 };
    let parts = [part("north", "Vision", false), part("south", "Vision", false)];
    for errors in [[timeout(), GatewayError::TokenRejected], [GatewayError::TokenRejected, timeout()]] {
        let mut state = state(&[("north", ""), ("south", "")], &parts);
        change_status(&mut state, |status| {
            for (node, error) in status.nodes.iter_mut().zip(errors) {
                node.error = Some(error);
            }
        });
        assert!(matches!(state.health(), Health::Unreachable(GatewayError::TokenRejected)));
    }
}
