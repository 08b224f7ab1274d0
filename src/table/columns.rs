//! Which columns are shown, in which order and how wide. By the column's id, never by its position: columns come and
//! go with the gateway.

use serde::{Deserialize, Serialize};

use super::Side;
use crate::dataset::{ColumnId, Dataset, names};

/// No column is narrower, in points.
const LEAST_WIDTH: f32 = 40.0;
/// No column is wider, in points: its edge must stay within reach.
const MOST_WIDTH: f32 = 1200.0;

/// How one column is shown.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Setting {
    /// The column.
    pub id: ColumnId,
    /// Its width in points.
    width: f32,
    /// Whether it is shown.
    visible: bool,
}

impl Setting {
    fn new(id: ColumnId) -> Self {
        let (width, visible) = match &id {
            ColumnId::Username | ColumnId::Project => (190.0, true),
            ColumnId::Address => (160.0, true),
            ColumnId::IsDesigner => (90.0, true),
            ColumnId::ClientId => (130.0, true),
            ColumnId::CreationTime => (170.0, true),
            // Which gateway and which kind of session: without these, rows that look alike can't be told apart.
            ColumnId::Other(name) => (130.0, matches!(&**name, names::GATEWAY | names::KIND)),
        };
        Self { id, width, visible }
    }

    /// Its width in points.
    #[must_use]
    pub fn width(&self) -> f32 {
        // What a file says can be anything.
        if self.width.is_finite() { self.width.clamp(LEAST_WIDTH, MOST_WIDTH) } else { LEAST_WIDTH }
    }
}

/// How all columns are shown, also those that the gateway does not give at the moment.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Columns {
    list: Vec<Setting>,
}

impl Default for Columns {
    fn default() -> Self {
        Self { list: ColumnId::STANDARD.map(Setting::new).into() }
    }
}

impl Columns {
    /// Takes in the columns of a dataset that were not known yet, hidden, behind the others.
    pub fn take_in(&mut self, dataset: &Dataset) {
        for (id, _) in dataset.columns() {
            if self.get(&id).is_none() {
                self.list.push(Setting::new(id));
            }
        }
        // Those that were left may all be columns that this gateway does not give.
        if self.shown(dataset).next().is_none() {
            for setting in &mut self.list {
                setting.visible |= ColumnId::STANDARD.contains(&setting.id);
            }
        }
    }

    /// The columns shown of a dataset, in order.
    pub fn shown(&self, dataset: &Dataset) -> impl Iterator<Item = &Setting> {
        self.list.iter().filter(|setting| setting.visible && dataset.column(&setting.id).is_some())
    }

    /// Every column that a dataset has, in order, and whether it is shown.
    pub fn choices(&self, dataset: &Dataset) -> impl Iterator<Item = (&ColumnId, bool)> {
        let there = self.list.iter().filter(|setting| dataset.column(&setting.id).is_some());
        there.map(|setting| (&setting.id, setting.visible))
    }

    /// Shows or hides a column. The last one shown of a dataset stays.
    pub fn show(&mut self, id: &ColumnId, visible: bool, dataset: &Dataset) {
        let others = self.shown(dataset).any(|setting| setting.id != *id);
        if let Some(setting) = self.get_mut(id) {
            setting.visible = visible || !others;
        }
    }

    /// Makes a column this wide, in points.
    pub fn resize(&mut self, id: &ColumnId, width: f32) {
        if let Some(setting) = self.get_mut(id) {
            setting.width = width;
            setting.width = setting.width();
        }
    }

    /// Puts a column before another, or at the very end.
    pub fn put_before(&mut self, id: &ColumnId, next: Option<&ColumnId>) {
        if next == Some(id) {
            return;
        }
        let Some(from) = self.list.iter().position(|setting| setting.id == *id) else {
            return;
        };
        let setting = self.list.remove(from);
        let to = next.and_then(|next| self.list.iter().position(|setting| setting.id == *next));
        self.list.insert(to.unwrap_or(self.list.len()), setting);
    }

    /// Puts a column one place further to a side, among those shown of a dataset.
    pub fn step(&mut self, id: &ColumnId, side: Side, dataset: &Dataset) {
        let shown: Vec<ColumnId> = self.shown(dataset).map(|setting| setting.id.clone()).collect();
        let Some(at) = shown.iter().position(|other| other == id) else {
            return;
        };
        match side {
            Side::Left => {
                if let Some(before) = at.checked_sub(1) {
                    self.put_before(id, Some(&shown[before]));
                }
            }
            Side::Right => {
                if let Some(next) = shown.get(at + 1) {
                    self.put_before(next, Some(id));
                }
            }
        }
    }

    /// Puts everything back as it comes, for the columns known.
    pub fn reset(&mut self) {
        let further =
            self.list.drain(..).map(|setting| setting.id).filter(|id| !ColumnId::STANDARD.contains(id));
        let further: Vec<Setting> = further.map(Setting::new).collect();
        *self = Self::default();
        self.list.extend(further);
    }

    /// Makes good what a file can get wrong: a column twice, one of the six missing, a width that is none.
    pub fn repair(&mut self) {
        let mut seen = Vec::new();
        self.list.retain(|setting| {
            let new = !seen.contains(&setting.id);
            seen.push(setting.id.clone());
            new
        });
        for setting in &mut self.list {
            setting.width = setting.width();
        }
        for id in ColumnId::STANDARD {
            if self.get(&id).is_none() {
                self.list.push(Setting::new(id));
            }
        }
    }

    fn get(&self, id: &ColumnId) -> Option<&Setting> {
        self.list.iter().find(|setting| setting.id == *id)
    }

    fn get_mut(&mut self, id: &ColumnId) -> Option<&mut Setting> {
        self.list.iter_mut().find(|setting| setting.id == *id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{ColumnType, DatasetBuilder, Header};

    fn dataset(further: &[&str]) -> Dataset {
        let six = ColumnId::STANDARD.map(|id| {
            let kind = match id {
                ColumnId::IsDesigner => ColumnType::Boolean,
                ColumnId::CreationTime => ColumnType::Date,
                _ => ColumnType::String,
            };
            Header { name: id.name().to_owned(), kind }
        });
        let further =
            further.iter().map(|name| Header { name: (*name).to_owned(), kind: ColumnType::Integer });
        DatasetBuilder::new(six.into_iter().chain(further).collect()).unwrap().finish(None, None)
    }

    fn names(columns: &Columns, dataset: &Dataset) -> Vec<String> {
        columns.shown(dataset).map(|setting| setting.id.to_string()).collect()
    }

    const SIX: [&str; 6] = ["username", "project", "address", "isDesigner", "clientId", "creationTime"];

    #[test]
    fn columns_beyond_the_six_wait_hidden_and_are_remembered_while_away() {
        let (plain, rich) = (dataset(&[]), dataset(&["memory", "uptime"]));
        let mut columns = Columns::default();
        columns.take_in(&rich);
        assert_eq!(names(&columns, &rich), SIX);
        columns.show(&"memory".into(), true, &rich);
        columns.put_before(&"memory".into(), Some(&ColumnId::Project));
        columns.resize(&"memory".into(), 77.0);
        columns.take_in(&plain);
        assert_eq!(names(&columns, &plain), SIX);
        assert_eq!(columns.choices(&plain).count(), 6);
        columns.take_in(&rich);
        assert_eq!(names(&columns, &rich)[..3], ["username", "memory", "project"]);
        assert!((columns.get(&"memory".into()).unwrap().width() - 77.0).abs() < f32::EPSILON);
    }

    #[test]
    fn a_column_moves_to_any_place() {
        let dataset = dataset(&[]);
        let mut columns = Columns::default();
        columns.put_before(&ColumnId::CreationTime, Some(&ColumnId::Username));
        columns.put_before(&ColumnId::Username, None);
        columns.put_before(&ColumnId::Address, Some(&ColumnId::Address));
        let moved = ["creationTime", "project", "address", "isDesigner", "clientId", "username"];
        assert_eq!(names(&columns, &dataset), moved);
        columns.step(&ColumnId::Project, Side::Left, &dataset);
        columns.step(&ColumnId::Project, Side::Left, &dataset);
        columns.step(&ColumnId::IsDesigner, Side::Right, &dataset);
        columns.step(&ColumnId::Username, Side::Right, &dataset);
        let moved = ["project", "creationTime", "address", "clientId", "isDesigner", "username"];
        assert_eq!(names(&columns, &dataset), moved);
        columns.reset();
        assert_eq!(columns, Columns::default());
    }

    #[test]
    fn a_column_that_this_gateway_lacks_does_not_count_as_shown() {
        let (plain, rich) = (dataset(&[]), dataset(&["memory"]));
        let mut columns = Columns::default();
        columns.take_in(&rich);
        columns.show(&"memory".into(), true, &rich);
        columns.resize(&ColumnId::Project, 99.0);
        for id in ColumnId::STANDARD {
            columns.show(&id, false, &plain);
        }
        assert_eq!(names(&columns, &plain), ["creationTime"]);
        columns.show(&ColumnId::CreationTime, false, &rich);
        assert_eq!(names(&columns, &rich), ["memory"]);
        // Back on the plain gateway all would be hidden: the six come back, and nothing else is lost.
        columns.take_in(&plain);
        assert_eq!(names(&columns, &plain), SIX);
        assert!((columns.get(&ColumnId::Project).unwrap().width() - 99.0).abs() < f32::EPSILON);
        assert!(names(&columns, &rich).contains(&"memory".to_owned()));
    }

    #[test]
    fn the_last_column_can_not_be_hidden() {
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
    fn a_column_is_neither_lost_nor_wider_than_any_screen() {
        let mut columns = Columns::default();
        for (wanted, expected) in
            [(0.0, LEAST_WIDTH), (1e9, MOST_WIDTH), (f32::NAN, LEAST_WIDTH), (80.5, 80.5)]
        {
            columns.resize(&ColumnId::Project, wanted);
            let width = columns.get(&ColumnId::Project).unwrap().width();
            assert!((width - expected).abs() < f32::EPSILON, "{wanted} became {width}");
        }
    }

    #[test]
    fn what_a_file_gets_wrong_is_made_good() {
        let text = r#"[{"id":"memory","width":1e30,"visible":true},{"id":"project","width":90.0,"visible":false},
            {"id":"memory","width":1.0,"visible":false}]"#;
        let mut columns: Columns = serde_json::from_str(text).unwrap();
        columns.repair();
        let again = columns.clone();
        columns.repair();
        assert_eq!(columns, again, "what is good stays");
        let names = columns.list.iter().map(|setting| setting.id.name()).collect::<Vec<_>>();
        assert_eq!(
            names,
            ["memory", "project", "username", "address", "isDesigner", "clientId", "creationTime"]
        );
        let mut hidden = Columns::default();
        for setting in &mut hidden.list {
            setting.visible = false;
        }
        hidden.take_in(&dataset(&[]));
        assert_eq!(hidden, Columns::default());
    }
}
