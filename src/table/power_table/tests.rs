//! What each action makes of the table, and what stays when sessions come, go and move.

use std::sync::Arc;

use super::*;
use crate::dataset::{Cell, Column, ColumnType, Dataset, DatasetBuilder, Header, RowMapping};
use crate::query::{DuplicateLogins, Grouping, Query, SortKey};

/// Ten sessions of three users; the client id is the letter.
const PLANT: &str = "anna-A billy-B carl-C anna-D billy-E carl-F anna-G billy-H carl-I anna-J";
/// A view of four lines of ten pixels, and a part of a fifth.
const VIEW: (u32, u32) = (10, 45);

fn dataset(sessions: &str) -> Arc<Dataset> {
    let columns = ColumnId::STANDARD.map(|id| {
        let kind = match id {
            ColumnId::IsDesigner => ColumnType::Boolean,
            ColumnId::CreationTime => ColumnType::Date,
            _ => ColumnType::String,
        };
        Header { name: id.name().to_owned(), kind }
    });
    let mut builder = DatasetBuilder::new(columns.into()).unwrap();
    for session in sessions.split_whitespace() {
        let (user, id) = session.split_once('-').unwrap();
        let cells = [Cell::Text(user), Cell::Text("P"), Cell::Null, Cell::Null, Cell::Text(id), Cell::Null];
        for (column, cell) in cells.into_iter().enumerate() {
            builder.push(column, cell).unwrap();
        }
    }
    Arc::new(builder.finish(None, None))
}

/// A table with the means to ask as the window does.
struct Bench {
    table: PowerTable,
    dataset: Arc<Dataset>,
    query: Query,
}

impl Bench {
    fn new(sessions: &str) -> Self {
        let mut bench =
            Self { table: PowerTable::default(), dataset: dataset(sessions), query: Query::default() };
        bench.table.set_view(VIEW.0, VIEW.1);
        bench.ask();
        bench
    }

    fn ask(&mut self) {
        let shown = self.table.sessions().map(|sessions| sessions.dataset.clone());
        let dataset = self.dataset.clone();
        let view = View {
            selection: self.query.run(&dataset).unwrap(),
            grouping: self.query.grouping.as_ref().map(|grouping| grouping.column.clone()),
            repeats: Arc::new(DuplicateLogins::of(&dataset)),
            follow: shown
                .filter(|shown| !Arc::ptr_eq(shown, &dataset))
                .map(|shown| Arc::new(RowMapping::between(&shown, &dataset))),
            dataset,
        };
        self.table.show(view);
    }

    fn refresh(&mut self, sessions: &str) {
        self.dataset = dataset(sessions);
        self.ask();
    }

    fn sort(&mut self, keys: &[&str]) {
        self.query.sort = keys.iter().map(|key| key.parse::<SortKey>().unwrap()).collect();
        self.ask();
    }

    fn group(&mut self, column: ColumnId) {
        self.query.grouping = Some(Grouping { column, largest_first: false });
        self.ask();
    }

    fn filter(&mut self, username: &str) {
        self.query.username = (!username.is_empty())
            .then(|| crate::filter::Filter::new(username, crate::filter::Mode::default()).unwrap());
        self.ask();
    }

    fn ids(&self, rows: &[u32]) -> String {
        let Some(Column::Text(ids)) = self.dataset.column(&ColumnId::ClientId) else { panic!("it is text") };
        rows.iter().map(|&row| ids.get(row as usize).unwrap_or("-")).collect()
    }

    fn selected(&self) -> String {
        self.ids(&self.table.selected_rows())
    }

    /// What stands on each line in view: an id, or the number of sessions of a group.
    fn in_view(&self) -> String {
        let lines = &self.table.sessions().unwrap().lines;
        let mut text = String::new();
        for line in self.table.scroll().visible(self.table.metrics()) {
            match lines.get(line).unwrap() {
                Line::Session(_) => text += &self.ids(lines.rows_of(line)),
                Line::Group(number) => text += &lines.groups()[number].len.to_string(),
            }
        }
        text
    }

    fn click(&mut self, line: usize, choose: SelectMode) {
        self.table.act(Action::SelectMode(line, None, choose));
    }

    fn step(&mut self, step: Step, choose: SelectMode) {
        self.table.act(Action::Step(step, choose));
    }

    fn cursor(&self) -> Option<String> {
        self.table.cursor_row().map(|row| self.ids(&[row]))
    }
}

#[test]
fn clicks_select_as_everywhere() {
    let mut bench = Bench::new(PLANT);
    bench.click(2, SelectMode::Only);
    assert_eq!(bench.selected(), "C");
    bench.click(5, SelectMode::Range);
    assert_eq!(bench.selected(), "CDEF");
    // The range begins where it began, whichever way it goes.
    bench.click(1, SelectMode::Range);
    assert_eq!(bench.selected(), "BC");
    bench.click(7, SelectMode::Toggle);
    bench.click(1, SelectMode::Toggle);
    assert_eq!(bench.selected(), "CH");
    bench.click(4, SelectMode::AddRange);
    assert_eq!(bench.selected(), "BCDEH");
    bench.click(3, SelectMode::Keep);
    assert_eq!(bench.selected(), "BCDEH");
    bench.click(9, SelectMode::Keep);
    assert_eq!(bench.selected(), "J");
    bench.table.act(Action::SelectAll);
    assert_eq!(bench.table.selected(), 10);
    bench.table.act(Action::SelectNothing);
    assert_eq!(bench.selected(), "");
}

#[test]
fn keys_reach_every_line_and_the_view_follows() {
    let mut bench = Bench::new(PLANT);
    bench.step(Step::Down, SelectMode::Only);
    assert_eq!((bench.selected(), bench.in_view()), ("A".into(), "ABCDE".into()));
    bench.step(Step::PageDown, SelectMode::Only);
    assert_eq!((bench.selected(), bench.in_view()), ("D".into(), "ABCDE".into()));
    bench.step(Step::PageDown, SelectMode::Range);
    assert_eq!((bench.selected(), bench.in_view()), ("DEFG".into(), "CDEFG".into()));
    bench.step(Step::End, SelectMode::Only);
    assert_eq!((bench.selected(), bench.in_view()), ("J".into(), "FGHIJ".into()));
    bench.step(Step::Up, SelectMode::Move);
    assert_eq!((bench.selected(), bench.cursor()), ("J".into(), Some("I".into())));
    bench.table.act(Action::ChooseCursor(SelectMode::Toggle));
    assert_eq!(bench.selected(), "IJ");
    bench.step(Step::Home, SelectMode::Range);
    assert_eq!((bench.selected(), bench.in_view()), ("ABCDEFGHI".into(), "ABCDE".into()));
    bench.step(Step::PageUp, SelectMode::Only);
    assert_eq!(bench.selected(), "A");
}

#[test]
fn an_empty_table_takes_every_action() {
    let mut bench = Bench::new("");
    for step in [Step::Up, Step::Down, Step::PageUp, Step::PageDown, Step::Home, Step::End] {
        bench.step(step, SelectMode::Range);
    }
    bench.click(0, SelectMode::Only);
    bench.table.act(Action::SelectAll);
    bench.table.act(Action::ScrollTo(0.5));
    bench.table.act(Action::Fold(3));
    bench.table.act(Action::MoveColumn(Side::Right, Vec::new()));
    assert_eq!((bench.selected(), bench.cursor()), (String::new(), None));
    let mut nothing = PowerTable::default();
    nothing.act(Action::SelectAll);
    nothing.act(Action::Step(Step::Down, SelectMode::Only));
    assert_eq!(nothing.selected(), 0);
}

#[test]
fn selection_cursor_and_place_stay_with_their_sessions_through_a_refresh() {
    let mut bench = Bench::new(PLANT);
    bench.table.act(Action::ScrollBy(33.0));
    assert_eq!(bench.in_view(), "DEFGH");
    bench.click(4, SelectMode::Only);
    bench.click(6, SelectMode::Toggle);
    // New ones above, some gone, one of the selected moved.
    bench.refresh("x-X anna-G y-Y billy-B anna-D z-Z billy-E carl-F billy-H carl-I anna-J");
    assert_eq!((bench.selected(), bench.cursor()), ("GE".into(), Some("G".into())));
    // The cursor's session moved out of sight's reach, to line 1: the view is held by it.
    assert!(bench.in_view().contains('G'), "{}", bench.in_view());
}

#[test]
fn without_a_cursor_the_first_session_in_view_holds_the_place() {
    let mut bench = Bench::new(PLANT);
    bench.table.act(Action::ScrollBy(33.0));
    bench.refresh(&format!("x-X y-Y {PLANT}"));
    assert_eq!((bench.in_view(), bench.table.scroll().out_px()), ("DEFGH".into(), 3));
    // Where that is gone, the next one does.
    bench.refresh(&PLANT.replace("anna-D", "").replace("billy-E", ""));
    assert_eq!((bench.in_view(), bench.table.scroll().out_px()), ("BCFGH".into(), 3));
}

#[test]
fn at_the_very_top_new_sessions_are_seen_to_come() {
    let mut bench = Bench::new(PLANT);
    bench.refresh(&format!("x-X y-Y {PLANT}"));
    assert_eq!(bench.in_view(), "XYABC");
}

#[test]
fn a_sort_keeps_the_cursors_session_in_view() {
    let mut bench = Bench::new(PLANT);
    bench.click(1, SelectMode::Only);
    let place =
        |bench: &Bench| bench.table.scroll().place(bench.table.cursor_line().unwrap(), bench.table.metrics());
    assert_eq!(place(&bench), Some(10));
    bench.sort(&["clientId:desc"]);
    assert_eq!((bench.selected(), bench.in_view()), ("B".into(), "FEDCBA".chars().skip(1).collect()));
    bench.sort(&[]);
    assert_eq!(bench.in_view(), "ABCDE");
}

#[test]
fn what_a_filter_hides_stays_selected_and_is_neither_counted_nor_copied() {
    let mut bench = Bench::new(PLANT);
    bench.click(0, SelectMode::Only);
    bench.click(2, SelectMode::Range);
    bench.filter("a.*");
    assert_eq!((bench.selected(), bench.table.selected(), bench.table.selected_hidden()), ("A".into(), 1, 2));
    bench.filter("");
    assert_eq!((bench.selected(), bench.table.selected_hidden()), ("ABC".into(), 0));
    // Who is gone from the gateway is gone from the selection.
    bench.refresh("anna-A carl-C");
    assert_eq!((bench.selected(), bench.table.selected_hidden()), ("AC".into(), 0));
}

#[test]
fn the_keyboard_stays_in_its_place_when_its_session_ends() {
    let mut bench = Bench::new(PLANT);
    bench.click(3, SelectMode::Only);
    bench.refresh(&PLANT.replace("anna-D", ""));
    assert_eq!((bench.selected(), bench.cursor()), (String::new(), Some("E".into())));
    bench.step(Step::Down, SelectMode::Only);
    assert_eq!(bench.selected(), "F");
}

#[test]
fn groups_fold_and_stand_for_their_sessions() {
    let mut bench = Bench::new(PLANT);
    bench.group(ColumnId::Username);
    assert_eq!(bench.in_view(), "4ADGJ");
    bench.table.act(Action::Fold(0));
    assert_eq!(bench.in_view(), "43BEH");
    // The head of a group selects all of it, open or closed.
    bench.click(0, SelectMode::Only);
    assert_eq!(bench.selected(), "ADGJ");
    bench.step(Step::Down, SelectMode::Range);
    assert_eq!(bench.selected(), "ADGJBEH");
    // Left closes, right opens.
    bench.table.act(Action::MoveColumn(Side::Left, Vec::new()));
    assert_eq!(bench.in_view(), "433CF");
    bench.table.act(Action::MoveColumn(Side::Left, Vec::new()));
    assert_eq!(bench.in_view(), "433CF");
    bench.table.act(Action::MoveColumn(Side::Right, Vec::new()));
    assert_eq!(bench.in_view(), "43BEH");
    // A closed group stays closed when its sessions change, and a new one comes open.
    bench.refresh("zoe-Z anna-N billy-B anna-A");
    assert_eq!(bench.in_view(), "21B1Z");
    bench.table.act(Action::FoldAll { closed: true });
    assert_eq!(bench.in_view(), "211");
    bench.table.act(Action::FoldAll { closed: false });
    assert_eq!(bench.in_view(), "2NA1B");
}

#[test]
fn the_keyboard_on_a_groups_head_stays_with_the_group() {
    let mut bench = Bench::new(PLANT);
    bench.group(ColumnId::Username);
    bench.table.act(Action::ScrollBy(20.0));
    bench.click(5, SelectMode::Only);
    assert_eq!(bench.selected(), "BEH");
    bench.sort(&["clientId:desc"]);
    let cursor = bench.table.cursor_line().unwrap();
    assert_eq!(bench.table.sessions().unwrap().lines.get(cursor), Some(Line::Group(1)));
    assert!(bench.table.cursor_in_view().is_some_and(|at| bench.table.is_cursor(at)));
    bench.query.grouping = None;
    bench.ask();
    assert_eq!(bench.selected(), "HEB");
}

#[test]
fn the_keyboard_goes_from_column_to_column() {
    let mut bench = Bench::new(PLANT);
    let columns = vec![ColumnId::Project, ColumnId::Username];
    bench.click(0, SelectMode::Only);
    let mut go = |side| {
        bench.table.act(Action::MoveColumn(side, columns.clone()));
        bench.table.column().cloned()
    };
    assert_eq!(go(Side::Right), Some(ColumnId::Project));
    assert_eq!(go(Side::Right), Some(ColumnId::Username));
    assert_eq!(go(Side::Right), Some(ColumnId::Username));
    assert_eq!(go(Side::Left), Some(ColumnId::Project));
}

#[test]
fn another_gateway_begins_anew() {
    let mut bench = Bench::new(PLANT);
    bench.table.act(Action::SelectAll);
    bench.table.act(Action::ScrollTo(1.0));
    bench.table.forget();
    assert!(bench.table.sessions().is_none());
    bench.refresh("x-X");
    assert_eq!((bench.selected(), bench.in_view(), bench.cursor()), (String::new(), "X".into(), None));
}

#[test]
fn a_groups_head_holds_the_view_where_it_is() {
    let mut bench = Bench::new(PLANT);
    bench.group(ColumnId::Username);
    // The head of the second group is in the middle of the view, and then at its top.
    for pixels in [30.0, 20.0] {
        bench.table.act(Action::ScrollBy(pixels));
        bench.click(5, SelectMode::Only);
        let before = bench.in_view();
        for _ in 0..3 {
            bench.refresh(PLANT);
            assert_eq!(bench.in_view(), before);
        }
    }
    // Also without a cursor.
    let mut bench = Bench::new(PLANT);
    bench.group(ColumnId::Username);
    bench.table.act(Action::ScrollBy(50.0));
    let before = bench.in_view();
    bench.refresh(PLANT);
    assert_eq!(bench.in_view(), before);
}

#[test]
fn closed_groups_stay_closed_while_a_filter_finds_nobody() {
    let mut bench = Bench::new(PLANT);
    bench.group(ColumnId::Username);
    bench.table.act(Action::FoldAll { closed: true });
    bench.filter("nobody");
    assert_eq!(bench.in_view(), "");
    bench.filter("");
    assert_eq!(bench.in_view(), "433");
}

#[test]
fn a_range_begins_at_the_cursor_where_its_anchor_is_hidden() {
    let mut bench = Bench::new(PLANT);
    bench.click(0, SelectMode::Only);
    bench.filter("[bc].*");
    bench.step(Step::Down, SelectMode::Move);
    let from = bench.cursor().unwrap();
    bench.step(Step::Down, SelectMode::Range);
    bench.step(Step::Down, SelectMode::Range);
    assert_eq!((from.as_str(), bench.selected().as_str()), ("C", "CEF"));
}

#[test]
fn the_keyboard_goes_to_the_head_of_the_group_that_is_closed_over_it() {
    let mut bench = Bench::new(PLANT);
    bench.group(ColumnId::Username);
    bench.click(2, SelectMode::Only);
    bench.table.act(Action::Fold(0));
    assert_eq!(bench.table.cursor_line(), Some(0));
    assert!(bench.table.cursor_in_view().is_some());
    bench.table.act(Action::MoveColumn(Side::Right, Vec::new()));
    assert_eq!(bench.in_view(), "4ADGJ");
    // All of it, or not.
    assert!(!bench.table.is_group_selected(0));
    bench.click(0, SelectMode::Only);
    assert!(bench.table.is_group_selected(0) && !bench.table.is_group_selected(1));
}
