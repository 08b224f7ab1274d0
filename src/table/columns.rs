//! The columns: visibility, order and width. Columns are identified by id, never by position, because each gateway has
//! other columns.

use serde::{Deserialize, Serialize};

use super::{Day, Direction};
use crate::dataset::{ColumnId, Dataset, names};

/// Maximum width of a column, in points, so that its edge stays within reach of the mouse.
const MAX_WIDTH: f32 = 1200.0;

/// Number of days after which a column that no gateway had is forgotten. Each script or version may add columns, and the
/// file must not grow forever.
const MAX_UNSEEN_DAYS: i64 = 90;

/// The layout of one column.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct ColumnLayout {
    /// The column.
    pub id: ColumnId,
    /// Width in points.
    #[serde(serialize_with = "crate::short_float::serialize")]
    width: f32,
    /// `true` to show the column.
    visible: bool,
    /// The last day on which a gateway had the column; `None` for the standard columns, which are never forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen: Option<Day>,
}

impl ColumnLayout {
    fn new(id: ColumnId) -> Self {
        let visible = match &id {
            // Without the gateway and the kind of session, some rows would look alike. Only the past has a state, which it is
            // about.
            ColumnId::Other(name) => matches!(&**name, names::GATEWAY | names::KIND | names::STATE),
            _ => true,
        };
        let (width, _) = default_widths(&id);
        Self { id, width, visible, seen: None }
    }

    fn is_standard(&self) -> bool {
        ColumnId::STANDARD.contains(&self.id)
    }

    /// Returns the width in points.
    #[must_use]
    pub fn width(&self) -> f32 {
        let (_, min) = default_widths(&self.id);
        // The number may come from a file.
        if self.width.is_finite() { self.width.clamp(min, MAX_WIDTH) } else { min }
    }

    /// Returns the width down to which the column shrinks in a narrow table. A width that the user has chosen stays.
    fn min_width(&self) -> f32 {
        let (default, min) = default_widths(&self.id);
        let is_default = (self.width - default).abs() < f32::EPSILON;
        if is_default { min } else { self.width() }
    }
}

/// Returns the width of a column at first, and its minimum.
fn default_widths(id: &ColumnId) -> (f32, f32) {
    match id {
        ColumnId::Username => (196.0, 136.0),
        ColumnId::Project => (136.0, 120.0),
        ColumnId::Address => (136.0, 124.0),
        ColumnId::IsDesigner => (80.0, 68.0),
        ColumnId::ClientId => (100.0, 84.0),
        ColumnId::CreationTime => (152.0, 108.0),
        ColumnId::Other(name) if &**name == names::KIND => (104.0, 88.0),
        ColumnId::Other(name) if &**name == names::STATE => (232.0, 80.0),
        ColumnId::Other(_) => (136.0, 108.0),
    }
}

/// The layout of all columns, including those that the gateway lacks at the moment.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Columns {
    list: Vec<ColumnLayout>,
}

impl Default for Columns {
    fn default() -> Self {
        Self { list: ColumnId::STANDARD.map(ColumnLayout::new).into() }
    }
}

impl Columns {
    /// Adds the new columns of a dataset at the end, hidden except for the gateway, the kind and the state, and forgets
    /// columns that have not been seen for 90 days.
    pub fn merge_new(&mut self, dataset: &Dataset, today: Day) {
        for (id, _) in dataset.columns() {
            match self.get_mut(&id) {
                Some(column) => column.seen = (!column.is_standard()).then_some(today),
                None => self.list.push(ColumnLayout { seen: Some(today), ..ColumnLayout::new(id) }),
            }
        }
        self.forget_unseen(today);
        // The visible columns may all be missing in this dataset.
        if self.shown(dataset).next().is_none() {
            for column in &mut self.list {
                column.visible |= column.is_standard();
            }
        }
    }

    /// Returns the visible columns of a dataset, in order.
    pub fn shown(&self, dataset: &Dataset) -> impl Iterator<Item = &ColumnLayout> {
        self.list.iter().filter(|column| column.visible && dataset.column(&column.id).is_some())
    }

    /// Returns the visible columns of a dataset with their widths in a table of this width, in order. The last column takes
    /// what is left. In a narrow table the columns shrink to their minimum, but no further.
    #[must_use]
    pub fn fitted(&self, dataset: &Dataset, available: f32) -> Vec<(&ColumnLayout, f32)> {
        let shown: Vec<&ColumnLayout> = self.shown(dataset).collect();
        let total: f32 = shown.iter().map(|column| column.width()).sum();
        let shrinkable: f32 = shown.iter().map(|column| column.width() - column.min_width()).sum();
        let part = if shrinkable > 0.0 { ((total - available) / shrinkable).clamp(0.0, 1.0) } else { 0.0 };
        let mut left = available;
        let last = shown.len().saturating_sub(1);
        let fit = |(index, column): (usize, &'_ ColumnLayout)| {
            let min = column.min_width();
            let width = match (index == last, part > 0.0) {
                (true, false) => left.max(column.width()),
                (true, true) => left.max(min),
                // Whole points, so that text stays sharp.
                (false, _) => (column.width() - part * (column.width() - min)).round(),
            };
            left -= width;
            width
        };
        let widths: Vec<f32> = shown.iter().copied().enumerate().map(fit).collect();
        shown.into_iter().zip(widths).collect()
    }

    /// Returns all columns of a dataset, in order, with their visibility.
    pub fn choices(&self, dataset: &Dataset) -> impl Iterator<Item = (&ColumnId, bool)> {
        let present = self.list.iter().filter(|column| dataset.column(&column.id).is_some());
        present.map(|column| (&column.id, column.visible))
    }

    /// Shows or hides a column. The last visible column of a dataset stays visible.
    pub fn show(&mut self, id: &ColumnId, visible: bool, dataset: &Dataset) {
        let others = self.shown(dataset).any(|column| column.id != *id);
        if let Some(column) = self.get_mut(id) {
            column.visible = visible || !others;
        }
    }

    /// Sets the width of a column, in points.
    pub fn resize(&mut self, id: &ColumnId, width: f32) {
        if let Some(column) = self.get_mut(id) {
            column.width = width;
            column.width = column.width();
        }
    }

    /// Moves a column before another, or to the end.
    pub fn move_before(&mut self, id: &ColumnId, next: Option<&ColumnId>) {
        if next == Some(id) {
            return;
        }
        let Some(from) = self.list.iter().position(|column| column.id == *id) else {
            return;
        };
        let column = self.list.remove(from);
        let to = next.and_then(|next| self.list.iter().position(|column| column.id == *next));
        self.list.insert(to.unwrap_or(self.list.len()), column);
    }

    /// Moves a column by one position among the visible columns of a dataset.
    pub fn shift(&mut self, id: &ColumnId, direction: Direction, dataset: &Dataset) {
        let shown: Vec<ColumnId> = self.shown(dataset).map(|column| column.id.clone()).collect();
        let Some(at) = shown.iter().position(|other| other == id) else {
            return;
        };
        match direction {
            Direction::Left => {
                if let Some(before) = at.checked_sub(1) {
                    self.move_before(id, Some(&shown[before]));
                }
            }
            Direction::Right => {
                if let Some(next) = shown.get(at + 1) {
                    self.move_before(next, Some(id));
                }
            }
        }
    }

    /// Restores the default layout of all columns.
    pub fn reset(&mut self) {
        let other = self.list.drain(..).map(|column| column.id).filter(|id| !ColumnId::STANDARD.contains(id));
        let other: Vec<ColumnLayout> = other.map(ColumnLayout::new).collect();
        *self = Self::default();
        self.list.extend(other);
    }

    /// Forgets columns that have not been seen for 90 days. One without a day, or with one that a wrong clock left in the
    /// future, counts as seen today.
    fn forget_unseen(&mut self, today: Day) {
        self.list.retain_mut(|column| {
            if column.is_standard() {
                column.seen = None;
                return true;
            }
            let seen = *column.seen.get_or_insert(today);
            column.seen = Some(seen.min(today));
            today.days_since(seen) <= MAX_UNSEEN_DAYS
        });
    }

    /// Repairs a layout from a file: duplicate columns, missing standard columns, invalid widths, old columns.
    pub fn repair(&mut self, today: Day) {
        let mut seen = Vec::new();
        self.list.retain(|column| {
            let is_new = !seen.contains(&column.id);
            seen.push(column.id.clone());
            is_new
        });
        for column in &mut self.list {
            column.width = column.width();
        }
        for id in ColumnId::STANDARD {
            if self.get(&id).is_none() {
                self.list.push(ColumnLayout::new(id));
            }
        }
        self.forget_unseen(today);
    }

    fn get(&self, id: &ColumnId) -> Option<&ColumnLayout> {
        self.list.iter().find(|column| column.id == *id)
    }

    fn get_mut(&mut self, id: &ColumnId) -> Option<&mut ColumnLayout> {
        self.list.iter_mut().find(|column| column.id == *id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{ColumnType, DatasetBuilder, Header};

    fn dataset(other: &[&str]) -> Dataset {
        let other =
            other.iter().map(|name| Header { name: (*name).to_owned(), column_type: ColumnType::Integer });
        DatasetBuilder::new(Header::standard().into_iter().chain(other).collect()).unwrap().finish(None, None)
    }

    fn names(columns: &Columns, dataset: &Dataset) -> Vec<String> {
        columns.shown(dataset).map(|column| column.id.to_string()).collect()
    }

    fn day(text: &str) -> Day {
        text.to_owned().try_into().unwrap()
    }

    const STANDARD_NAMES: [&str; 6] =
        ["username", "project", "address", "isDesigner", "clientId", "creationTime"];

    #[test]
    fn new_columns_are_hidden_and_remembered_while_missing() {
        let (standard, extended) = (dataset(&[]), dataset(&["memory", "uptime"]));
        let mut columns = Columns::default();
        columns.merge_new(&extended, day("2026-11-26"));
        assert_eq!(names(&columns, &extended), STANDARD_NAMES);
        columns.show(&"memory".into(), true, &extended);
        columns.move_before(&"memory".into(), Some(&ColumnId::Project));
        columns.resize(&"memory".into(), 177.0);
        columns.merge_new(&standard, day("2026-11-26"));
        assert_eq!(names(&columns, &standard), STANDARD_NAMES);
        assert_eq!(columns.choices(&standard).count(), 6);
        columns.merge_new(&extended, day("2026-11-26"));
        assert_eq!(names(&columns, &extended)[..3], ["username", "memory", "project"]);
        assert!((columns.get(&"memory".into()).unwrap().width() - 177.0).abs() < f32::EPSILON);
    }

    #[test]
    fn forgets_columns_that_were_not_seen_for_90_days() {
        let (standard, extended) = (dataset(&[]), dataset(&["memory"]));
        let has_memory = |columns: &Columns| columns.get(&"memory".into()).is_some();
        let mut columns = Columns::default();
        columns.merge_new(&extended, day("2026-01-01"));
        columns.merge_new(&standard, day("2026-04-01"));
        assert!(has_memory(&columns), "90 days later");
        let mut loaded = columns.clone();
        columns.merge_new(&standard, day("2026-04-02"));
        assert_eq!(columns, Columns::default());
        loaded.repair(day("2026-04-02"));
        assert_eq!(loaded, Columns::default());
        // A column that is seen again starts again.
        columns.merge_new(&extended, day("2026-05-01"));
        columns.merge_new(&extended, day("2026-07-01"));
        columns.repair(day("2026-09-29"));
        assert!(has_memory(&columns));
        // Without a day, as older versions wrote it, and from a clock that was ahead.
        for seen in ["", r#","seen":"2099-01-01""#] {
            let text = format!(r#"[{{"id":"memory","width":90.0,"visible":true{seen}}}]"#);
            let mut columns: Columns = serde_json::from_str(&text).unwrap();
            columns.repair(day("2026-01-01"));
            columns.repair(day("2026-04-01"));
            assert!(has_memory(&columns), "{seen}");
            columns.repair(day("2026-04-02"));
            assert!(!has_memory(&columns), "{seen}");
        }
    }

    #[test]
    fn moves_columns() {
        let dataset = dataset(&[]);
        let mut columns = Columns::default();
        columns.move_before(&ColumnId::CreationTime, Some(&ColumnId::Username));
        columns.move_before(&ColumnId::Username, None);
        columns.move_before(&ColumnId::Address, Some(&ColumnId::Address));
        let moved = ["creationTime", "project", "address", "isDesigner", "clientId", "username"];
        assert_eq!(names(&columns, &dataset), moved);
        columns.shift(&ColumnId::Project, Direction::Left, &dataset);
        columns.shift(&ColumnId::Project, Direction::Left, &dataset);
        columns.shift(&ColumnId::IsDesigner, Direction::Right, &dataset);
        columns.shift(&ColumnId::Username, Direction::Right, &dataset);
        let moved = ["project", "creationTime", "address", "clientId", "isDesigner", "username"];
        assert_eq!(names(&columns, &dataset), moved);
        columns.reset();
        assert_eq!(columns, Columns::default());
    }

    #[test]
    fn missing_columns_do_not_count_as_visible() {
        let (standard, extended) = (dataset(&[]), dataset(&["memory"]));
        let mut columns = Columns::default();
        columns.merge_new(&extended, day("2026-11-26"));
        columns.show(&"memory".into(), true, &extended);
        columns.resize(&ColumnId::Project, 199.0);
        for id in ColumnId::STANDARD {
            columns.show(&id, false, &standard);
        }
        assert_eq!(names(&columns, &standard), ["creationTime"]);
        columns.show(&ColumnId::CreationTime, false, &extended);
        assert_eq!(names(&columns, &extended), ["memory"]);
        // All visible columns are missing in the other dataset, so the standard ones are shown again.
        columns.merge_new(&standard, day("2026-11-26"));
        assert_eq!(names(&columns, &standard), STANDARD_NAMES);
        assert!((columns.get(&ColumnId::Project).unwrap().width() - 199.0).abs() < f32::EPSILON);
        assert!(names(&columns, &extended).contains(&"memory".to_owned()));
    }

    #[test]
    fn keeps_the_last_visible_column() {
        let dataset = dataset(&[]);
        let mut columns = Columns::default();
        for id in ColumnId::STANDARD {
            columns.show(&id, false, &dataset);
        }
        assert_eq!(names(&columns, &dataset), ["creationTime"]);
        columns.show(&ColumnId::Username, true, &dataset);
        assert_eq!(names(&columns, &dataset), ["username", "creationTime"]);
    }

    #[test]
    fn limits_the_width() {
        let mut columns = Columns::default();
        for (id, requested, expected) in [
            (ColumnId::Project, 0.0, 120.0),
            (ColumnId::Project, 119.0, 120.0),
            (ColumnId::Project, f32::NAN, 120.0),
            (ColumnId::Project, 1e9, MAX_WIDTH),
            (ColumnId::Project, 140.5, 140.5),
            (ColumnId::IsDesigner, 40.0, 68.0),
            (ColumnId::IsDesigner, 70.0, 70.0),
        ] {
            columns.resize(&id, requested);
            let width = columns.get(&id).unwrap().width();
            assert!((width - expected).abs() < f32::EPSILON, "{requested} became {width}");
        }
        // A narrower width from a file.
        let text = r#"[{"id":"project","width":40.0,"visible":true}]"#;
        let columns: Columns = serde_json::from_str(text).unwrap();
        assert!((columns.get(&ColumnId::Project).unwrap().width() - 120.0).abs() < f32::EPSILON);
    }

    #[test]
    fn last_column_takes_what_is_left() {
        let dataset = dataset(&["memory"]);
        let mut columns = Columns::default();
        columns.merge_new(&dataset, day("2026-11-26"));
        let widths = |columns: &Columns, available| -> Vec<f32> {
            columns.fitted(&dataset, available).into_iter().map(|(_, width)| width).collect()
        };
        assert_eq!(widths(&columns, 1080.0), [196.0, 136.0, 136.0, 80.0, 100.0, 432.0]);
        assert_eq!(widths(&columns, 800.0), [196.0, 136.0, 136.0, 80.0, 100.0, 152.0]);
        // They shrink together, down to their minimum.
        assert_eq!(widths(&columns, 720.0), [166.0, 128.0, 130.0, 74.0, 92.0, 130.0]);
        for narrow in [640.0, 500.0] {
            assert_eq!(widths(&columns, narrow), [136.0, 120.0, 124.0, 68.0, 84.0, 108.0]);
        }
        // A width that the user chose stays.
        columns.resize(&ColumnId::Project, 300.0);
        assert_eq!(widths(&columns, 640.0), [136.0, 300.0, 124.0, 68.0, 84.0, 108.0]);
        columns.resize(&ColumnId::CreationTime, 500.0);
        assert_eq!(widths(&columns, 1400.0), [196.0, 300.0, 136.0, 80.0, 100.0, 588.0]);
        columns.show(&ColumnId::CreationTime, false, &dataset);
        assert_eq!(widths(&columns, 1400.0), [196.0, 300.0, 136.0, 80.0, 688.0]);
    }

    #[test]
    fn repairs_invalid_layouts() {
        let text = r#"[{"id":"memory","width":1e30,"visible":true},{"id":"project","width":90.0,"visible":false},
            {"id":"memory","width":1.0,"visible":false}]"#;
        let mut columns: Columns = serde_json::from_str(text).unwrap();
        columns.repair(day("2026-11-26"));
        let repaired = columns.clone();
        columns.repair(day("2026-11-26"));
        assert_eq!(columns, repaired, "a valid layout is unchanged");
        let names = columns.list.iter().map(|column| column.id.name()).collect::<Vec<_>>();
        assert_eq!(
            names,
            ["memory", "project", "username", "address", "isDesigner", "clientId", "creationTime"]
        );
        let mut hidden = Columns::default();
        for column in &mut hidden.list {
            column.visible = false;
        }
        hidden.merge_new(&dataset(&[]), day("2026-11-26"));
        assert_eq!(hidden, Columns::default());
    }
}
