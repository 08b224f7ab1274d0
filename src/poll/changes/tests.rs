//! Tests of the comparison of two lists, with a naive one as the reference.

use proptest::prelude::*;

use super::*;
use crate::poll::test_lists::{Session, any_session, list, list_of, session};

fn between(previous: &[Session], current: &[Session]) -> SessionChanges {
    SessionChanges::between(&list(previous), &list(current))
}

/// Returns the changed rows of both lists with the names of the fields.
fn changed(changes: &SessionChanges) -> Vec<(u32, u32, Vec<String>)> {
    let fields = |changed: &ChangedSession| changed.fields.iter().map(String::from).collect();
    changes.changed.iter().map(|changed| (changed.previous, changed.current, fields(changed))).collect()
}

#[test]
fn finds_sessions_that_arrived_left_and_changed() {
    let previous = [
        session("anna", Some("A"), Some(0)),
        session("billy", Some("B"), Some(0)),
        session("carl", Some("C"), Some(0)),
        session("dora", Some("D"), None),
    ];
    let current = [
        session("zoe", Some("Z"), Some(9)),
        session("Dora", Some("D"), Some(3)),
        session("carl", Some("C"), Some(0)),
        session("anna", Some("A"), Some(0)),
    ];
    let changes = between(&previous, &current);
    assert_eq!((&changes.arrived[..], &changes.left[..]), (&[0][..], &[1][..]));
    assert_eq!(changed(&changes), [(3, 1, vec!["username".to_owned(), "creationTime".to_owned()])]);
    assert!(between(&previous, &previous).is_empty());
}

#[test]
fn compares_every_field() {
    let before: Session = (Some("a"), Some("p"), Some("10.0.0.1"), Some(false), Some("A"), Some(0), None);
    let fields = |change: fn(&mut Session)| {
        let mut after = before;
        change(&mut after);
        changed(&between(&[before], &[after])).into_iter().flat_map(|(.., fields)| fields).collect::<Vec<_>>()
    };
    assert_eq!(fields(|session| session.0 = Some("b")), ["username"]);
    assert_eq!(fields(|session| session.0 = None), ["username"]);
    assert_eq!(fields(|session| session.1 = Some("q")), ["project"]);
    assert_eq!(fields(|session| session.2 = Some("10.0.0.2")), ["address"]);
    assert_eq!(fields(|session| session.3 = None), ["isDesigner"]);
    assert_eq!(fields(|session| session.5 = None), ["creationTime"]);
    assert_eq!(fields(|session| session.5 = Some(4)), [""; 0]);
}

#[test]
fn creation_time_distinguishes_sessions_with_one_id() {
    let at = |time| [session("anna", Some("A"), time)];
    let is_same = |before, after| {
        let changes = between(&at(before), &at(after));
        changes.arrived.is_empty() && changes.left.is_empty()
    };
    assert!(is_same(Some(100), Some(105)) && is_same(Some(105), Some(100)));
    assert!(is_same(None, Some(100)) && is_same(Some(100), None));
    assert!(!is_same(Some(100), Some(106)) && !is_same(Some(106), Some(100)));
}

#[test]
fn kind_distinguishes_sessions_with_one_id() {
    let of = |kind| -> Session { (None, None, None, None, Some("A"), None, kind) };
    let [designer, perspective] = [Some("Designer"), Some("Perspective")].map(of);
    let changes = between(&[designer, perspective], &[perspective]);
    assert_eq!((&changes.arrived[..], &changes.left[..]), (&[][..], &[0][..]));
    let changes = between(&[designer], &[perspective]);
    assert_eq!((&changes.arrived[..], &changes.left[..]), (&[0][..], &[0][..]));
    // A list from an interface without kinds.
    let changes = SessionChanges::between(&list_of(&[designer], false), &list(&[designer]));
    assert!(changes.is_empty());
}

#[test]
fn matches_sessions_without_an_id_by_their_cells() {
    let anna = |time| session("anna", None, time);
    let billy = session("billy", None, None);
    let changes = between(&[anna(None), anna(None), billy], &[anna(None), anna(Some(7)), anna(None)]);
    assert_eq!((&changes.arrived[..], &changes.left[..]), (&[1][..], &[2][..]));
    // The REST API computes the time of such a session again in each list.
    assert!(between(&[anna(Some(10)), billy], &[billy, anna(Some(12))]).is_empty());
}

#[test]
fn matches_sessions_with_one_id_one_to_one() {
    let of = |username, time| session(username, Some("A"), time);
    let previous = [of("anna", Some(0)), of("billy", Some(100)), of("carl", None)];
    let current = [of("carl", None), of("billy", Some(103)), of("zoe", Some(300))];
    let changes = between(&previous, &current);
    assert_eq!((&changes.arrived[..], &changes.left[..]), (&[2][..], &[0][..]));
    assert_eq!(changed(&changes), []);
    // The only known time belongs to one of the two.
    let changes = between(&[of("anna", None), of("anna", None)], &[of("anna", Some(5))]);
    assert_eq!((changes.arrived.len(), changes.left.len(), changes.changed.len()), (0, 1, 1));
}

#[test]
fn matches_many_sessions_with_one_id() {
    let many = |time| list(&vec![session("anna", Some("A"), Some(time)); 100_000]);
    assert!(SessionChanges::between(&many(0), &many(3)).is_empty());
    let changes = SessionChanges::between(&many(0), &many(60));
    assert_eq!((changes.arrived.len(), changes.left.len()), (100_000, 100_000));
}

#[test]
fn lists_all_arrivals_of_a_large_list() {
    let ids: Vec<&'static str> = (0..3_000).map(|id| &*format!("S{id}").leak()).collect();
    let sessions: Vec<Session> = ids.iter().map(|id| session("anna", Some(*id), None)).collect();
    let changes = between(&[], &sessions);
    assert_eq!(changes.arrived, (0..3_000).collect::<Vec<_>>());
}

/// Returns `true` if two sessions are the same by the definition.
fn is_same(a: &Session, b: &Session) -> bool {
    let near = match (a.5, b.5) {
        (Some(a), Some(b)) => (a - b).abs() <= 5,
        _ => true,
    };
    let has_same_cells = (a.0, a.1, a.2, a.3) == (b.0, b.1, b.2, b.3);
    near && (a.4, a.6) == (b.4, b.6) && (a.4.is_some() || has_same_cells)
}

proptest! {
    #[test]
    fn replaying_the_changes_gives_the_current_list(
        previous in prop::collection::vec(any_session(), 0..12),
        current in prop::collection::vec(any_session(), 0..12),
    ) {
        let changes = between(&previous, &current);
        let SessionChanges { arrived, left, changed } = &changes;
        // Each row is in at most one change of its list.
        let sorted = |mut rows: Vec<u32>| { rows.sort_unstable(); rows };
        let old_rows = sorted(left.iter().copied().chain(changed.iter().map(|pair| pair.previous)).collect());
        let new_rows = sorted(arrived.iter().copied().chain(changed.iter().map(|pair| pair.current)).collect());
        prop_assert!(old_rows.is_sorted_by(|a, b| a < b) && new_rows.is_sorted_by(|a, b| a < b));

        let mut replayed: Vec<Session> = Vec::new();
        for (row, session) in (0..).zip(&previous) {
            if left.contains(&row) {
                continue;
            }
            let change = changed.iter().find(|change| change.previous == row);
            let after = change.map_or(*session, |change| current[change.current as usize]);
            if let Some(change) = change {
                prop_assert!(is_same(session, &after));
                let fields: Vec<ColumnId> = change.fields.iter().collect();
                let differs = [
                    session.0 != after.0,
                    session.1 != after.1,
                    session.2 != after.2,
                    session.3 != after.3,
                    session.5.is_some() != after.5.is_some(),
                ];
                let expected = ChangedFields::COMPARED.into_iter().zip(differs);
                let expected: Vec<ColumnId> = expected.filter_map(|(id, differs)| differs.then_some(id)).collect();
                prop_assert_eq!(fields, expected);
            }
            replayed.push(after);
        }
        replayed.extend(arrived.iter().map(|row| current[*row as usize]));
        // An unchanged session has the time of the list before, which differs by the tolerance at most.
        let sorted = |sessions: Vec<Session>| {
            let mut sessions: Vec<Session> = sessions;
            for session in &mut sessions {
                session.5 = session.5.map(|_| 0);
            }
            sessions.sort_unstable();
            sessions
        };
        prop_assert_eq!(sorted(replayed), sorted(current.clone()));

        // Nothing that could be matched is left over.
        for &old in left {
            for &new in arrived {
                prop_assert!(!is_same(&previous[old as usize], &current[new as usize]));
            }
        }
    }
}
