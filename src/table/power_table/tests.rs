//! The effect of each action, and the state that stays when sessions start, end and move.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::*;
use crate::dataset::{Cell, Column, Dataset, DatasetBuilder, Header, RowMapping};
use crate::query::{FilterText, Grouping, Query, SortKey};
use crate::table::{Action, Direction, Motion, SelectMode, Step};

/// Ten sessions of three users; the client id is the letter.
const PLANT: &str = "anna-A billy-B carl-C anna-D billy-E carl-F anna-G billy-H carl-I anna-J";
const SECOND: Duration = Duration::from_secs(1);
/// Heights of a line and of the view: four lines of ten pixels and half of a fifth.
const VIEW: (u32, u32) = (10, 45);

fn dataset(sessions: &str) -> Arc<Dataset> {
    let mut builder = DatasetBuilder::new(Header::standard().into()).unwrap();
    for session in sessions.split_whitespace() {
        let (user, id) = session.split_once('-').unwrap();
        let user = if user.is_empty() { Cell::Null } else { Cell::Text(user) };
        let cells = [user, Cell::Text("P"), Cell::Null, Cell::Null, Cell::Text(id), Cell::Null];
        for (column, cell) in cells.into_iter().enumerate() {
            builder.push(column, cell).unwrap();
        }
    }
    Arc::new(builder.finish(None, None))
}

/// A table with queries as the window runs them.
struct Fixture {
    table: PowerTable,
    dataset: Arc<Dataset>,
    query: Query,
    /// The query of the result that is shown.
    last_query: Query,
    outdated: OutdatedLists,
    now: Instant,
    /// The height of the pointer, in pixels below the top of the view.
    pointer_y: Option<i64>,
    has_marks: bool,
}

impl Fixture {
    fn new(sessions: &str) -> Self {
        let mut fixture = Self {
            table: PowerTable::default(),
            dataset: dataset(sessions),
            query: Query::default(),
            last_query: Query::default(),
            outdated: OutdatedLists::default(),
            now: Instant::now(),
            pointer_y: None,
            has_marks: false,
        };
        fixture.table.set_view(VIEW.0, VIEW.1);
        fixture.run_query();
        fixture
    }

    /// Returns one that shows 20 lines, and marks.
    fn tall(sessions: &str) -> Self {
        let mut fixture = Self::new(sessions);
        fixture.table.set_view(VIEW.0, 200);
        fixture.has_marks = true;
        fixture
    }

    fn run_query(&mut self) {
        let mut result = self.query.run(&self.dataset).unwrap();
        result.row_mapping = self
            .table
            .result()
            .filter(|old| !Arc::ptr_eq(&old.dataset, &self.dataset))
            .map(|old| Arc::new(RowMapping::between(&old.dataset, &self.dataset)));
        let pointer = self.pointer();
        let is_refresh = std::mem::replace(&mut self.last_query, self.query.clone()) == self.query;
        let Self { outdated, has_marks, .. } = self;
        let now = SystemTime::UNIX_EPOCH;
        let context =
            ResultContext { outdated, left_at: Some(now), pointer, is_refresh, has_marks: *has_marks };
        let pointer = self.table.show(result, context);
        assert_eq!(pointer, self.pointer(), "where the marks end in the same frame");
    }

    fn refresh(&mut self, sessions: &str) {
        self.dataset = dataset(sessions);
        self.run_query();
    }

    fn sort(&mut self, keys: &[&str]) {
        self.query.sort = keys.iter().map(|key| key.parse::<SortKey>().unwrap()).collect();
        self.run_query();
    }

    fn group(&mut self, column: ColumnId) {
        self.query.grouping = Some(Grouping { column, largest_first: false });
        self.run_query();
    }

    fn filter(&mut self, username: &str) {
        self.query.username = FilterText { pattern: username.to_owned(), ..FilterText::default() };
        self.run_query();
    }

    fn ids(&self, rows: &[u32]) -> String {
        let Some(Column::Text(ids)) = self.dataset.column(&ColumnId::ClientId) else {
            panic!("client ids are text")
        };
        rows.iter().map(|&row| ids.get(row as usize).unwrap_or("-")).collect()
    }

    fn selected(&self) -> String {
        self.ids(&self.table.selected_rows())
    }

    /// Ends the marks that are over at this time. Returns the time until the next one ends.
    fn expire(&mut self) -> Option<Duration> {
        let pointer = self.pointer();
        self.table.expire_marks(self.now, MARK_TIME, pointer)
    }

    /// Returns the line under the pointer.
    fn pointer(&self) -> Option<usize> {
        let y = self.pointer_y?;
        let (scroll, metrics) = (self.table.scroll(), self.table.metrics());
        let is_there =
            |line: &usize| scroll.y_of(*line, metrics).is_some_and(|top| (top..top + 10).contains(&y));
        scroll.visible(metrics).find(is_there)
    }

    /// Returns the id, or the number of sessions of a group, of each line in view. The ids of sessions that have left are in
    /// lower case.
    fn in_view(&self) -> String {
        let mut text = String::new();
        for line in self.table.scroll().visible(self.table.metrics()) {
            match self.table.lines().get(line).unwrap() {
                Line::Session(_) => text += &self.ids(self.table.rows_of(line)),
                Line::Left(index) => {
                    let left = self.table.left_session(index).unwrap();
                    let Some(Column::Text(ids)) = left.dataset.column(&ColumnId::ClientId) else {
                        panic!("client ids are text")
                    };
                    text += &ids.get(left.row as usize).unwrap().to_lowercase();
                }
                Line::Group(index) => text += &self.table.lines().groups()[index].len.to_string(),
            }
        }
        text
    }

    fn click(&mut self, line: usize, mode: SelectMode) {
        self.table.act(Action::Select(line, None, mode));
    }

    fn move_cursor(&mut self, motion: Motion, mode: SelectMode) {
        self.table.act(Action::MoveCursor(motion, mode));
    }

    fn new_sessions(&self) -> String {
        let rows: Vec<u32> =
            self.table.rows().iter().copied().filter(|row| self.table.is_new(*row)).collect();
        self.ids(&rows)
    }

    fn cursor(&self) -> Option<String> {
        self.table.cursor_row().map(|row| self.ids(&[row]))
    }
}

#[test]
fn marks_new_sessions_for_a_time() {
    let mut fixture = Fixture::new("anna-A billy-B");
    fixture.has_marks = true;
    assert_eq!(fixture.new_sessions(), "", "nothing is known about the first sessions");
    fixture.refresh("carl-C anna-A billy-B");
    assert_eq!((fixture.new_sessions(), fixture.expire()), ("C".into(), Some(MARK_TIME)));
    fixture.sort(&["project"]);
    fixture.now += MARK_TIME.checked_sub(SECOND).unwrap();
    fixture.refresh("anna-A dora-D carl-C");
    assert_eq!((fixture.expire(), fixture.new_sessions()), (Some(SECOND), "DC".into()));
    fixture.now += SECOND;
    assert_eq!((fixture.expire(), fixture.new_sessions()), (MARK_TIME.checked_sub(SECOND), "D".into()));
    fixture.table.clear();
    assert_eq!((fixture.expire(), fixture.new_sessions()), (None, String::new()));
}

#[test]
fn the_time_of_a_mark_begins_when_it_is_in_view() {
    let mut fixture = Fixture::new(PLANT);
    fixture.has_marks = true;
    fixture.refresh(&format!("{} dora-K", PLANT.replace("carl-I ", "")));
    assert_eq!((fixture.expire(), fixture.in_view()), (Some(3 * MARK_TIME), "ABCDE".into()));
    fixture.now += 2 * MARK_TIME;
    fixture.table.act(Action::ScrollTo(1.0));
    assert_eq!(fixture.expire(), Some(MARK_TIME));
    assert_eq!((fixture.in_view(), fixture.new_sessions()), ("GHiJK".into(), "K".into()));
    fixture.now += MARK_TIME;
    assert_eq!(
        (fixture.expire(), fixture.in_view(), fixture.new_sessions()),
        (None, "FGHJK".into(), String::new())
    );
}

#[test]
fn marks_of_lines_that_move_into_view_when_others_go_end_in_time() {
    let mut fixture = Fixture::new("anna-A billy-B carl-C anna-D");
    fixture.has_marks = true;
    fixture.refresh("new-K new-L new-M new-N new-O new-P");
    assert_eq!(fixture.in_view(), "abcdK");
    assert_eq!(fixture.expire(), Some(MARK_TIME));
    fixture.now += MARK_TIME;
    // Without another frame.
    assert_eq!(fixture.expire(), Some(MARK_TIME));
    assert_eq!((fixture.in_view(), fixture.new_sessions()), ("KLMNO".into(), "LMNOP".into()));
    fixture.now += MARK_TIME;
    assert_eq!((fixture.expire(), fixture.new_sessions()), (None, "P".into()));
}

#[test]
fn sessions_that_have_left_keep_their_lines_for_a_time() {
    let mut fixture = Fixture::new(PLANT);
    fixture.has_marks = true;
    fixture.click(2, SelectMode::Only);
    fixture.refresh(&PLANT.replace("anna-A ", "").replace("carl-C ", ""));
    assert_eq!(fixture.in_view(), "aBcDE");
    // The cursor goes on to the next session that is on, and the keys skip the others.
    assert_eq!((fixture.cursor(), fixture.selected()), (Some("D".into()), String::new()));
    fixture.move_cursor(Motion::Up, SelectMode::Only);
    assert_eq!(fixture.cursor(), Some("B".into()));
    fixture.move_cursor(Motion::Up, SelectMode::Range);
    assert_eq!((fixture.cursor(), fixture.selected()), (Some("B".into()), "B".into()));
    fixture.click(0, SelectMode::Only);
    assert_eq!(fixture.selected(), "B", "a session that has left can't be selected");
    fixture.click(4, SelectMode::Range);
    assert_eq!(fixture.selected(), "BDE");
    // They stay with the session above in another order of the gateway, and more of them leave.
    fixture.expire();
    fixture.refresh("billy-E billy-B anna-D carl-F anna-G billy-H");
    assert_eq!(fixture.in_view(), "aEBcD");
    fixture.refresh("billy-E anna-D carl-F anna-G billy-H");
    assert_eq!(fixture.in_view(), "aEbcD");
    fixture.now += MARK_TIME;
    assert_eq!((fixture.expire(), fixture.in_view()), (Some(MARK_TIME), "EbDFG".into()));
    // Another query of the same sessions shows them no more.
    fixture.sort(&["username:desc"]);
    assert_eq!(fixture.in_view(), "FEHDG");
}

#[test]
fn nothing_moves_under_the_pointer() {
    let mut fixture = Fixture::new(PLANT);
    fixture.has_marks = true;
    fixture.pointer_y = Some(25);
    let under_pointer = |fixture: &Fixture| {
        let line = fixture.pointer().unwrap();
        fixture.table.rows_of(line).first().map(|row| fixture.ids(&[*row]))
    };
    let mut sessions: Vec<String> = PLANT.split(' ').map(str::to_owned).collect();
    let mut random = fastrand::Rng::with_seed(5);
    for change in 0..1_000_u32 {
        let index = random.usize(..sessions.len());
        let watched = sessions.iter().position(|session| session == "carl-C").unwrap();
        // Below it, there are always enough to fill the view.
        let is_removable = index < watched || (index > watched && sessions.len() - watched > 6);
        match random.u8(..3) {
            0 => sessions.insert(index, format!("eve-{}", char::from_u32('一' as u32 + change).unwrap())),
            1 if is_removable => drop(sessions.remove(index)),
            _ => {}
        }
        fixture.refresh(&sessions.join(" "));
        fixture.now += SECOND;
        fixture.expire();
        assert_eq!(under_pointer(&fixture), Some("C".into()), "change {change}: {}", fixture.in_view());
    }
    // Once the pointer is gone, those in view go.
    fixture.pointer_y = None;
    for _ in 0..300 {
        fixture.now += MARK_TIME;
        fixture.expire();
    }
    let visible = fixture.table.scroll().visible(fixture.table.metrics());
    let is_left = |line: usize| matches!(fixture.table.lines().get(line), Some(Line::Left(_)));
    assert!(!visible.clone().any(is_left), "{}", fixture.in_view());
}

#[test]
fn sessions_that_have_left_keep_their_place_in_the_order_among_those_that_sign_in() {
    let mut fixture = Fixture::tall("anna-A carl-C dora-D zoe-Z");
    fixture.sort(&["username"]);
    fixture.refresh("anna-A bill-B carla-E dora-D zoe-Z");
    assert_eq!(fixture.in_view(), "ABcEDZ");
    // All that were around them have left, too.
    fixture.refresh("bert-F carmen-G emil-H");
    assert_eq!(fixture.in_view(), "aFbceGdHz");
    fixture.sort(&["username:desc"]);
    fixture.refresh("bert-F dirk-I");
    assert_eq!(fixture.in_view(), "hIgF");
}

#[test]
fn sessions_that_have_left_keep_their_place_in_the_order_when_those_around_them_move() {
    let mut fixture = Fixture::tall("anna-A carl-C dora-D zoe-Z");
    fixture.sort(&["username"]);
    fixture.refresh("anna-A dora-D zoe-Z");
    assert_eq!(fixture.in_view(), "AcDZ");
    // The session above has another value now.
    fixture.refresh("xenia-A dora-D zoe-Z");
    assert_eq!(fixture.in_view(), "cDAZ");
    // Sessions without a value are last.
    fixture.sort(&["creationTime", "username:desc"]);
    fixture.refresh("xenia-A dora-D");
    fixture.refresh("xenia-A dora-D anna-E");
    assert_eq!(fixture.in_view(), "zADE");
}

#[test]
fn sessions_that_have_left_stay_in_their_group() {
    let mut fixture = Fixture::tall("anna-A anna-B carl-C");
    fixture.query.grouping = Some(Grouping { column: ColumnId::Username, largest_first: true });
    fixture.run_query();
    // A larger group signs in above that of the session, and a smaller one below it.
    fixture.refresh("anna-A carl-C bert-D bert-E bert-F dora-G");
    assert_eq!(fixture.in_view(), "3DEF1Ab1C1G");
    // The first session of a group leaves, and one signs in to the group above.
    fixture = Fixture::tall("zoe-A zoe-B carl-C carl-D");
    fixture.query.grouping = Some(Grouping { column: ColumnId::Username, largest_first: true });
    fixture.run_query();
    fixture.refresh("zoe-A zoe-B carl-D zoe-E");
    assert_eq!(fixture.in_view(), "3ABE1Dc");
    // The first groups leave, and a larger one is above the rest.
    fixture.refresh("bert-F bert-G carl-D");
    assert_eq!(fixture.in_view().replace(|c: char| !c.is_ascii_uppercase() && c != 'c', ""), "FGDc");
}

#[test]
fn session_that_has_left_stays_in_the_group_of_nulls() {
    let mut fixture = Fixture::tall("anna-A -B -C");
    fixture.group(ColumnId::Username);
    fixture.refresh("anna-A -C");
    assert_eq!(fixture.in_view(), "1A1Cb");
}

#[test]
fn sessions_that_left_before_a_changed_filter_have_no_lines() {
    let mut fixture = Fixture::tall("anna-A billy-B");
    fixture.query.username.pattern = "anna".to_owned();
    fixture.refresh("anna-A");
    assert_eq!(fixture.in_view(), "A");
}

#[test]
fn row_that_has_left_stays_under_the_pointer() {
    let mut fixture = Fixture::new(PLANT);
    fixture.has_marks = true;
    fixture.pointer_y = Some(25);
    let left = PLANT.replace("carl-C ", "");
    fixture.refresh(&left);
    assert_eq!((fixture.expire(), fixture.in_view()), (Some(MARK_TIME), "ABcDE".into()));
    // Others sign in right there, and at the top.
    fixture.refresh(&left.replace("anna-D", "x-X anna-D"));
    assert_eq!(fixture.in_view(), "ABcXD");
    let left = format!("y-Y {}", left.replace("anna-D", "x-X anna-D"));
    fixture.refresh(&left);
    assert_eq!(fixture.in_view(), "ABcXD");
    // Its time ends once the pointer has gone.
    for _ in 0..5 {
        fixture.now += MARK_TIME;
        fixture.expire();
        assert_eq!(fixture.in_view(), "ABcXD");
        fixture.refresh(&left);
    }
    fixture.pointer_y = Some(35);
    fixture.expire();
    assert_eq!(fixture.in_view(), "YABXD");
    fixture.pointer_y = None;
    fixture.refresh(&left.replace("billy-B ", ""));
    fixture.expire();
    fixture.now += MARK_TIME;
    fixture.expire();
    assert_eq!(fixture.in_view(), "YAXDE");
}

#[test]
fn header_stays_under_the_pointer_when_the_first_session_of_its_group_leaves() {
    let mut fixture = Fixture::new(PLANT);
    fixture.has_marks = true;
    fixture.group(ColumnId::Username);
    fixture.table.act(Action::ScrollBy(40.0));
    fixture.pointer_y = Some(15);
    assert_eq!(fixture.in_view(), "J3BEH");
    fixture.refresh(&PLANT.replace("billy-B ", ""));
    assert_eq!(fixture.in_view(), "J2EbH");
}

#[test]
fn nothing_moves_under_the_pointer_in_a_short_table() {
    let mut fixture = Fixture::new("anna-A billy-B carl-C");
    fixture.has_marks = true;
    fixture.pointer_y = Some(15);
    fixture.refresh("x-X anna-A billy-B carl-C");
    assert_eq!(fixture.in_view(), "ABC");
    fixture.refresh("y-Y x-X anna-A billy-B");
    fixture.expire();
    assert_eq!(fixture.in_view(), "ABc");
    fixture.now += MARK_TIME;
    fixture.expire();
    assert_eq!(fixture.in_view(), "AB");
    fixture.pointer_y = None;
    fixture.expire();
    assert_eq!(fixture.in_view(), "YXAB");
}

#[test]
fn other_filters_order_and_groups_leave_a_table_at_its_top_whatever_is_under_the_pointer() {
    let mut fixture = Fixture::tall("anna-A billy-B carl-C anna-D");
    fixture.pointer_y = Some(25);
    fixture.sort(&["username:desc"]);
    assert_eq!(fixture.in_view(), "CBAD");
    fixture.filter("carl|anna");
    assert_eq!(fixture.in_view(), "CAD");
    fixture.group(ColumnId::Username);
    assert_eq!(fixture.table.scroll().line(), 0);
    assert_eq!(fixture.table.lines().len(), 5);
    // Also if a refresh comes with it.
    fixture.query.grouping = None;
    fixture.refresh("zoe-Z anna-A billy-B carl-C anna-D");
    assert_eq!(fixture.in_view(), "CAD");
    fixture.query.username.pattern = "anna|zoe".to_owned();
    fixture.refresh("zoe-Z anna-A billy-B carl-C anna-D eve-E");
    assert_eq!(fixture.in_view(), "ZAD");
    fixture.query.username = FilterText::default();
    fixture.sort(&[]);
    assert_eq!(fixture.in_view(), "ZABCDE");
}

#[test]
fn nothing_moves_under_the_pointer_at_the_end_of_the_table() {
    let mut fixture = Fixture::new(PLANT);
    fixture.has_marks = true;
    fixture.table.act(Action::ScrollTo(1.0));
    fixture.pointer_y = Some(10);
    fixture.refresh(&PLANT.replace("anna-J", ""));
    fixture.expire();
    assert_eq!(fixture.in_view(), "FGHIj");
    fixture.now += MARK_TIME;
    fixture.expire();
    assert_eq!(fixture.in_view(), "FGHI");
    fixture.pointer_y = None;
    fixture.expire();
    assert_eq!(fixture.in_view(), "EFGHI");
}

#[test]
fn rows_that_have_left_out_of_view_go_after_a_while() {
    let mut fixture = Fixture::new(PLANT);
    fixture.has_marks = true;
    fixture.refresh(&PLANT.replace("carl-I ", "").replace("carl-C ", ""));
    assert_eq!((fixture.expire(), fixture.table.lines().len()), (Some(MARK_TIME), 10));
    fixture.now += MARK_TIME;
    assert_eq!((fixture.expire(), fixture.table.lines().len()), (Some(2 * MARK_TIME), 9));
    fixture.now += 2 * MARK_TIME;
    assert_eq!((fixture.expire(), fixture.table.lines().len()), (None, 8));
}

#[test]
fn rows_that_have_left_stay_if_the_same_rows_are_shown_again() {
    let mut fixture = Fixture::new(PLANT);
    fixture.has_marks = true;
    fixture.refresh(&PLANT.replace("carl-C ", ""));
    // As with another order of the counts.
    fixture.run_query();
    assert_eq!(fixture.in_view(), "ABcDE");
}

#[test]
fn goes_from_change_to_change() {
    let mut fixture = Fixture::new(PLANT);
    fixture.has_marks = true;
    fixture.table.act(Action::GoToChange(Step::Next));
    assert_eq!(fixture.cursor(), None, "nothing has changed");
    fixture.refresh(&format!("{} dora-K", PLANT.replace("carl-I ", "").replace("billy-B ", "x-X ")));
    let mut visited = Vec::new();
    for step in [Step::Next, Step::Next, Step::Next, Step::Next, Step::Next, Step::Previous, Step::Previous] {
        fixture.table.act(Action::GoToChange(step));
        visited.push((fixture.selected(), fixture.in_view()));
    }
    let expected = [
        ("", "AbXCD"),
        ("X", "AbXCD"),
        ("X", "EFGHi"),
        ("K", "GHiJK"),
        ("K", "bXCDE"),
        ("K", "GHiJK"),
        ("K", "GHiJK"),
    ];
    assert_eq!(visited, expected.map(|(selected, view)| (selected.to_owned(), view.to_owned())));
}

#[test]
fn goes_to_the_next_change_after_lines_above_it_have_gone() {
    let mut fixture = Fixture::tall("anna-A billy-B carl-C");
    fixture.refresh("carl-C");
    fixture.expire();
    fixture.now += MARK_TIME / 2;
    fixture.refresh("carl-C dora-D eve-E");
    fixture.expire();
    for _ in 0..3 {
        fixture.table.act(Action::GoToChange(Step::Next));
    }
    assert_eq!((fixture.in_view(), fixture.selected()), ("abCDE".into(), "D".into()));
    fixture.now += MARK_TIME / 2;
    fixture.expire();
    fixture.table.act(Action::GoToChange(Step::Next));
    assert_eq!((fixture.in_view(), fixture.selected()), ("CDE".into(), "E".into()));
}

#[test]
fn row_under_the_pointer_stays_after_an_outdated_list() {
    let mut fixture = Fixture::new(PLANT);
    fixture.has_marks = true;
    fixture.pointer_y = Some(25);
    fixture.outdated.insert(None);
    assert_eq!(fixture.in_view(), "ABCDE");
    // The sessions above, under and below the pointer have left, and another one has signed in.
    fixture.refresh(&PLANT.replace("anna-A ", "x-X ").replace("carl-C ", "").replace("anna-D ", ""));
    assert_eq!(fixture.in_view().chars().nth(2), Some('c'));
    assert_eq!(fixture.in_view().matches(|c: char| c.is_ascii_lowercase()).count(), 1);
    fixture.pointer_y = None;
    fixture.expire();
    fixture.now += MARK_TIME;
    fixture.expire();
    assert!(!fixture.in_view().contains('c'));
}

#[test]
fn marks_the_first_session_but_none_after_an_outdated_list() {
    let mut fixture = Fixture::new("");
    fixture.has_marks = true;
    fixture.refresh("anna-A");
    assert_eq!(fixture.new_sessions(), "A");
    fixture.outdated.insert(None);
    fixture.refresh("anna-A billy-B");
    assert_eq!(fixture.new_sessions(), "A");
}

#[test]
fn clicks_select() {
    let mut fixture = Fixture::new(PLANT);
    fixture.click(2, SelectMode::Only);
    assert_eq!(fixture.selected(), "C");
    fixture.click(5, SelectMode::Range);
    assert_eq!(fixture.selected(), "CDEF");
    // The start of the range stays.
    fixture.click(1, SelectMode::Range);
    assert_eq!(fixture.selected(), "BC");
    fixture.click(7, SelectMode::Toggle);
    fixture.click(1, SelectMode::Toggle);
    assert_eq!(fixture.selected(), "CH");
    fixture.click(4, SelectMode::AddRange);
    assert_eq!(fixture.selected(), "BCDEH");
    fixture.click(3, SelectMode::Keep);
    assert_eq!(fixture.selected(), "BCDEH");
    fixture.click(9, SelectMode::Keep);
    assert_eq!(fixture.selected(), "J");
    fixture.table.act(Action::SelectAll);
    assert_eq!(fixture.table.selected(), 10);
    fixture.table.act(Action::ClearSelection);
    assert_eq!(fixture.selected(), "");
}

#[test]
fn keys_move_the_cursor_and_scroll_it_into_view() {
    let mut fixture = Fixture::new(PLANT);
    fixture.move_cursor(Motion::Down, SelectMode::Only);
    assert_eq!((fixture.selected(), fixture.in_view()), ("A".into(), "ABCDE".into()));
    fixture.move_cursor(Motion::PageDown, SelectMode::Only);
    assert_eq!((fixture.selected(), fixture.in_view()), ("D".into(), "ABCDE".into()));
    fixture.move_cursor(Motion::PageDown, SelectMode::Range);
    assert_eq!((fixture.selected(), fixture.in_view()), ("DEFG".into(), "CDEFG".into()));
    fixture.move_cursor(Motion::End, SelectMode::Only);
    assert_eq!((fixture.selected(), fixture.in_view()), ("J".into(), "FGHIJ".into()));
    fixture.move_cursor(Motion::Up, SelectMode::Move);
    assert_eq!((fixture.selected(), fixture.cursor()), ("J".into(), Some("I".into())));
    fixture.table.act(Action::SelectCursor(SelectMode::Toggle));
    assert_eq!(fixture.selected(), "IJ");
    fixture.move_cursor(Motion::Home, SelectMode::Range);
    assert_eq!((fixture.selected(), fixture.in_view()), ("ABCDEFGHI".into(), "ABCDE".into()));
    fixture.move_cursor(Motion::PageUp, SelectMode::Only);
    assert_eq!(fixture.selected(), "A");
}

#[test]
fn empty_table_accepts_every_action() {
    let mut fixture = Fixture::new("");
    for motion in [Motion::Up, Motion::Down, Motion::PageUp, Motion::PageDown, Motion::Home, Motion::End] {
        fixture.move_cursor(motion, SelectMode::Range);
    }
    fixture.click(0, SelectMode::Only);
    fixture.table.act(Action::SelectAll);
    fixture.table.act(Action::ScrollTo(0.5));
    fixture.table.act(Action::ToggleGroup(3));
    fixture.table.act(Action::MoveColumn(Direction::Right, Vec::new()));
    assert_eq!((fixture.selected(), fixture.cursor()), (String::new(), None));
    let mut empty = PowerTable::default();
    empty.act(Action::SelectAll);
    empty.act(Action::MoveCursor(Motion::Down, SelectMode::Only));
    assert_eq!(empty.selected(), 0);
}

#[test]
fn refresh_keeps_selection_cursor_and_scroll_position() {
    let mut fixture = Fixture::new(PLANT);
    fixture.table.act(Action::ScrollBy(33.0));
    assert_eq!(fixture.in_view(), "DEFGH");
    fixture.click(4, SelectMode::Only);
    fixture.click(6, SelectMode::Toggle);
    // New sessions above, some gone, a selected one moved.
    fixture.refresh("x-X anna-G y-Y billy-B anna-D z-Z billy-E carl-F billy-H carl-I anna-J");
    assert_eq!((fixture.selected(), fixture.cursor()), ("GE".into(), Some("G".into())));
    // The cursor's session moved to line 1, and the view follows it.
    assert!(fixture.in_view().contains('G'), "{}", fixture.in_view());
}

#[test]
fn first_session_in_view_is_the_scroll_anchor_without_a_cursor() {
    let mut fixture = Fixture::new(PLANT);
    fixture.table.act(Action::ScrollBy(33.0));
    fixture.refresh(&format!("x-X y-Y {PLANT}"));
    assert_eq!((fixture.in_view(), fixture.table.scroll().offset_px()), ("DEFGH".into(), 3));
    // If it is gone, the next one is.
    fixture.refresh(&PLANT.replace("anna-D", "").replace("billy-E", ""));
    assert_eq!((fixture.in_view(), fixture.table.scroll().offset_px()), ("BCFGH".into(), 3));
}

#[test]
fn shows_new_sessions_at_the_top() {
    let mut fixture = Fixture::new(PLANT);
    fixture.refresh(&format!("x-X y-Y {PLANT}"));
    assert_eq!(fixture.in_view(), "XYABC");
}

#[test]
fn sorting_keeps_the_cursor_in_view() {
    let mut fixture = Fixture::new(PLANT);
    fixture.click(1, SelectMode::Only);
    let y = |fixture: &Fixture| {
        fixture.table.scroll().y_of(fixture.table.cursor_line().unwrap(), fixture.table.metrics())
    };
    assert_eq!(y(&fixture), Some(10));
    fixture.sort(&["clientId:desc"]);
    assert_eq!((fixture.selected(), fixture.in_view()), ("B".into(), "FEDCBA".chars().skip(1).collect()));
    fixture.sort(&[]);
    assert_eq!(fixture.in_view(), "ABCDE");
}

#[test]
fn sorting_at_the_top_stays_there_unless_a_session_is_selected() {
    let mut fixture = Fixture::new(PLANT);
    // As when the table takes the keyboard focus.
    fixture.table.act(Action::MoveCursor(Motion::Down, SelectMode::Move));
    fixture.sort(&["clientId:desc"]);
    assert_eq!((fixture.selected(), fixture.in_view()), (String::new(), "JIHGF".into()));
}

#[test]
fn hidden_sessions_stay_selected_and_are_not_counted() {
    let mut fixture = Fixture::new(PLANT);
    fixture.click(0, SelectMode::Only);
    fixture.click(2, SelectMode::Range);
    fixture.filter("a.*");
    assert_eq!(
        (fixture.selected(), fixture.table.selected(), fixture.table.selected_hidden()),
        ("A".into(), 1, 2)
    );
    fixture.filter("");
    assert_eq!((fixture.selected(), fixture.table.selected_hidden()), ("ABC".into(), 0));
    // A session that has ended is no longer selected.
    fixture.refresh("anna-A carl-C");
    assert_eq!((fixture.selected(), fixture.table.selected_hidden()), ("AC".into(), 0));
}

#[test]
fn cursor_keeps_its_line_when_its_session_ends() {
    let mut fixture = Fixture::new(PLANT);
    fixture.click(3, SelectMode::Only);
    fixture.refresh(&PLANT.replace("anna-D", ""));
    assert_eq!((fixture.selected(), fixture.cursor()), (String::new(), Some("E".into())));
    fixture.move_cursor(Motion::Down, SelectMode::Only);
    assert_eq!(fixture.selected(), "F");
}

#[test]
fn groups_collapse_and_select_all_their_sessions() {
    let mut fixture = Fixture::new(PLANT);
    fixture.group(ColumnId::Username);
    assert_eq!(fixture.in_view(), "4ADGJ");
    fixture.table.act(Action::ToggleGroup(0));
    assert_eq!(fixture.in_view(), "43BEH");
    // A group header selects the whole group, expanded or not.
    fixture.click(0, SelectMode::Only);
    assert_eq!(fixture.selected(), "ADGJ");
    fixture.move_cursor(Motion::Down, SelectMode::Range);
    assert_eq!(fixture.selected(), "ADGJBEH");
    // Left collapses, right expands.
    fixture.table.act(Action::MoveColumn(Direction::Left, Vec::new()));
    assert_eq!(fixture.in_view(), "433CF");
    fixture.table.act(Action::MoveColumn(Direction::Left, Vec::new()));
    assert_eq!(fixture.in_view(), "433CF");
    fixture.table.act(Action::MoveColumn(Direction::Right, Vec::new()));
    assert_eq!(fixture.in_view(), "43BEH");
    // A collapsed group stays collapsed when its sessions change, and a new one is expanded.
    fixture.refresh("zoe-Z anna-N billy-B anna-A");
    assert_eq!(fixture.in_view(), "21B1Z");
    fixture.table.act(Action::SetAllCollapsed(true));
    assert_eq!(fixture.in_view(), "211");
    fixture.table.act(Action::SetAllCollapsed(false));
    assert_eq!(fixture.in_view(), "2NA1B");
}

#[test]
fn cursor_on_a_group_header_stays_with_the_group() {
    let mut fixture = Fixture::new(PLANT);
    fixture.group(ColumnId::Username);
    fixture.table.act(Action::ScrollBy(20.0));
    fixture.click(5, SelectMode::Only);
    assert_eq!(fixture.selected(), "BEH");
    fixture.sort(&["clientId:desc"]);
    let cursor = fixture.table.cursor_line().unwrap();
    assert_eq!(fixture.table.lines().get(cursor), Some(Line::Group(1)));
    assert!(fixture.table.cursor_in_view().is_some_and(|at| fixture.table.is_cursor(at)));
    fixture.query.grouping = None;
    fixture.run_query();
    assert_eq!(fixture.selected(), "HEB");
}

#[test]
fn cursor_moves_between_columns() {
    let mut fixture = Fixture::new(PLANT);
    let columns = vec![ColumnId::Project, ColumnId::Username];
    fixture.click(0, SelectMode::Only);
    let mut go = |direction| {
        fixture.table.act(Action::MoveColumn(direction, columns.clone()));
        fixture.table.column().cloned()
    };
    // Without a column, the cursor is shown in the first one.
    assert_eq!(go(Direction::Right), Some(ColumnId::Username));
    assert_eq!(go(Direction::Right), Some(ColumnId::Username));
    assert_eq!(go(Direction::Left), Some(ColumnId::Project));
}

#[test]
fn first_key_for_columns_shows_the_cursor() {
    let columns = [ColumnId::Project, ColumnId::Username];
    for direction in [Direction::Left, Direction::Right] {
        let mut fixture = Fixture::new(PLANT);
        fixture.table.act(Action::MoveColumn(direction, columns.to_vec()));
        assert_eq!((fixture.table.cursor_line(), fixture.table.column()), (Some(0), Some(&columns[0])));
        assert_eq!(fixture.selected(), "");
    }
}

#[test]
fn clear_resets_selection_and_scroll_position() {
    let mut fixture = Fixture::new(PLANT);
    fixture.table.act(Action::SelectAll);
    fixture.table.act(Action::ScrollTo(1.0));
    fixture.table.clear();
    assert!(fixture.table.result().is_none());
    fixture.refresh("x-X");
    assert_eq!((fixture.selected(), fixture.in_view(), fixture.cursor()), (String::new(), "X".into(), None));
}

#[test]
fn group_header_is_the_scroll_anchor() {
    let mut fixture = Fixture::new(PLANT);
    fixture.group(ColumnId::Username);
    // The header of the second group is in the middle of the view, then at its top.
    for pixels in [30.0, 20.0] {
        fixture.table.act(Action::ScrollBy(pixels));
        fixture.click(5, SelectMode::Only);
        let before = fixture.in_view();
        for _ in 0..3 {
            fixture.refresh(PLANT);
            assert_eq!(fixture.in_view(), before);
        }
    }
    // Without a cursor, too.
    let mut fixture = Fixture::new(PLANT);
    fixture.group(ColumnId::Username);
    fixture.table.act(Action::ScrollBy(50.0));
    let before = fixture.in_view();
    fixture.refresh(PLANT);
    assert_eq!(fixture.in_view(), before);
}

#[test]
fn collapsed_groups_survive_a_filter_without_matches() {
    let mut fixture = Fixture::new(PLANT);
    fixture.group(ColumnId::Username);
    fixture.table.act(Action::SetAllCollapsed(true));
    fixture.filter("unknown");
    assert_eq!(fixture.in_view(), "");
    fixture.filter("");
    assert_eq!(fixture.in_view(), "433");
}

#[test]
fn range_starts_at_the_cursor_if_its_start_is_hidden() {
    let mut fixture = Fixture::new(PLANT);
    fixture.click(0, SelectMode::Only);
    fixture.filter("[bc].*");
    fixture.move_cursor(Motion::Down, SelectMode::Move);
    let from = fixture.cursor().unwrap();
    fixture.move_cursor(Motion::Down, SelectMode::Range);
    fixture.move_cursor(Motion::Down, SelectMode::Range);
    assert_eq!((from.as_str(), fixture.selected().as_str()), ("C", "CEF"));
}

#[test]
fn cursor_moves_to_the_header_of_a_collapsed_group() {
    let mut fixture = Fixture::new(PLANT);
    fixture.group(ColumnId::Username);
    fixture.click(2, SelectMode::Only);
    fixture.table.act(Action::ToggleGroup(0));
    assert_eq!(fixture.table.cursor_line(), Some(0));
    assert!(fixture.table.cursor_in_view().is_some());
    fixture.table.act(Action::MoveColumn(Direction::Right, Vec::new()));
    assert_eq!(fixture.in_view(), "4ADGJ");
    assert!(!fixture.table.is_group_selected(0));
    fixture.click(0, SelectMode::Only);
    assert!(fixture.table.is_group_selected(0) && !fixture.table.is_group_selected(1));
}

#[test]
fn cursor_returns_to_its_session_when_a_filter_is_cleared() {
    let mut fixture = Fixture::new(PLANT);
    fixture.table.act(Action::ScrollBy(30.0));
    fixture.click(5, SelectMode::Only);
    let before = fixture.in_view();
    for patterns in [&["b", "b.*", ""][..], &["unknown", ""], &["unknown", "a.*", "anna", ""]] {
        for pattern in patterns {
            fixture.filter(pattern);
        }
        assert_eq!(
            (fixture.cursor().as_deref(), fixture.in_view()),
            (Some("F"), before.clone()),
            "{patterns:?}"
        );
    }
    // Also across a refresh.
    fixture.filter("b.*");
    fixture.refresh(&PLANT.replace("anna-A ", ""));
    fixture.filter("");
    assert_eq!(fixture.cursor().as_deref(), Some("F"));
    // Not if the cursor was moved meanwhile, or the session has ended.
    fixture.filter("b.*");
    fixture.move_cursor(Motion::Home, SelectMode::Only);
    fixture.filter("");
    assert_eq!(fixture.cursor().as_deref(), Some("B"));
    fixture.filter("c.*");
    fixture.refresh(&PLANT.replace("billy-B ", ""));
    let substitute = fixture.cursor();
    fixture.filter("");
    assert_eq!(fixture.cursor(), substitute);
}

#[test]
fn cursor_that_stepped_through_the_selection_stays_when_a_filter_is_cleared() {
    let mut fixture = Fixture::new(PLANT);
    fixture.click(0, SelectMode::Only);
    fixture.click(3, SelectMode::Toggle);
    fixture.click(2, SelectMode::Toggle);
    fixture.filter("anna");
    fixture.table.act(Action::StepSelected(Step::Next));
    assert_eq!(fixture.cursor().as_deref(), Some("D"));
    fixture.filter("");
    assert_eq!(fixture.cursor().as_deref(), Some("D"));
}

#[test]
fn details_follow_selection_and_sessions() {
    let mut fixture = Fixture::new("anna-A billy-B anna-C billy-D anna-E");
    fixture.table.act(Action::Select(2, None, SelectMode::Only));
    assert_eq!(fixture.table.details(), None, "not shown");
    fixture.table.set_has_details(true);
    fixture.table.act(Action::Select(4, None, SelectMode::Toggle));
    let details = |fixture: &Fixture| {
        let details = fixture.table.details().unwrap();
        let others = &details.of_user;
        (fixture.ids(&[details.row]), details.position, fixture.ids(&others.rows), others.count)
    };
    assert_eq!(details(&fixture), ("E".to_owned(), 2, "AC".to_owned(), 2));
    fixture.table.act(Action::StepSelected(Step::Previous));
    assert_eq!(details(&fixture), ("C".to_owned(), 1, "AE".to_owned(), 2));
    fixture.refresh("billy-B anna-C billy-D anna-E anna-F anna-G");
    assert_eq!(details(&fixture), ("C".to_owned(), 1, "EFG".to_owned(), 3));
    fixture.table.set_has_details(false);
    assert_eq!(fixture.table.details(), None, "not shown");
    fixture.table.set_has_details(true);
    assert_eq!(details(&fixture), ("C".to_owned(), 1, "EFG".to_owned(), 3));
    fixture.table.act(Action::ClearSelection);
    assert_eq!(fixture.table.details(), None);
}
