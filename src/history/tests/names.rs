//! Gateways that are stored with another name than they are asked for, with both databases.

use super::*;
use crate::gateway::Profile;
use crate::history::activity::{activity, change_after, change_before};
use crate::history::chart::{ChartRequest, ChartSplit, SeriesName, chart};
use crate::history::peaks::{PeaksRequest, peaks};
use crate::history::summary::summary as summed_up;
use crate::history::user_sessions::{LastSessionQuery, last_session, user_sessions};
use crate::history::{HistoryGateway, StoredSession};

/// Returns the gateway of a profile with a node of the test and one that isn't stored.
fn renamed(nodes: &[&str]) -> HistoryGateway {
    let nodes = nodes.iter().map(|node| node.parse().unwrap()).collect();
    HistoryGateway::of_profile(&Profile::new("North".to_owned(), nodes).unwrap(), [])
}

#[test]
fn a_gateway_has_its_history_under_another_name_than_the_recorder_stores() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(10_000, &[session("A", "billy", 0)], false);
        recording.read(20_000, &[], true);
        recording.fail(25_000);
        let mut other = Recording::new(database.open(), "http://b.example:8088");
        other.read(10_000, &[session("B", "billy", 0)], false);
        let database = recording.database();
        let north = renamed(&["http://a.example:8088", "http://c.example:8088"]);
        let asked = Some(&north);
        let is_alone = |sessions: &[StoredSession]| {
            let found = sessions.iter().map(|stored| (&*stored.gateway, stored.session.client_id.as_deref()));
            assert_eq!(found.collect::<Vec<_>>(), [("North", Some("A"))]);
        };
        is_alone(&query::at(database, 10_000, asked, LATER).unwrap().sessions);
        let range = TimeRange { from: 0, to: 30_000 };
        let stored = query::between(database, range, asked, LATER).unwrap();
        is_alone(&stored.sessions);
        assert_eq!(*stored.nodes[0].gateway, *"North");
        is_alone(&user_sessions(database, "billy", 0, 10, asked, LATER).unwrap().sessions);
        let query = LastSessionQuery { username: "billy", before: LATER, except: None, gateway: asked };
        is_alone(&last_session(database, &query, LATER, &|| false).unwrap().into_iter().collect::<Vec<_>>());
        let entries = activity(database, None, 10, asked, LATER).unwrap();
        assert_eq!(entries.len(), 3, "{entries:?}");
        assert!(entries.iter().all(|entry| *entry.gateway == *"North"));
        assert!(change_before(database, LATER, asked, LATER).unwrap().is_some());
        assert!(change_after(database, 0, asked, LATER).unwrap().is_some());
        let (split, gateway) = (ChartSplit::Gateway, Some(north.clone()));
        let request = ChartRequest { from: 0, to: 30_000, buckets: 1, split, gateway: gateway.clone() };
        let chart = chart(database, &request, LATER, &|| false).unwrap().unwrap();
        assert_eq!((chart.total, &chart.series[0].name), (vec![1], &SeriesName::Gateway("North".into())));
        let request = PeaksRequest { days: vec![0, 30_000], gateway };
        let peaks = peaks(database, &request, LATER, &|| false).unwrap().unwrap();
        assert_eq!((peaks.days[0].peaks.total.count, &*peaks.gateways[0].gateway), (1, "North"));
        let summary = summed_up(database, range, &[north], LATER).unwrap();
        assert_eq!((summary.left, &*summary.outages[0].gateway), (1, "North"));
    });
}
