//! The kinds of sessions that can't be read while their node is being watched. Their sessions are neither seen nor missed then.

use crate::gateway::SessionKind;
use crate::history::HistoryError;
use crate::history::database::{Database, Row};
use crate::history::record::{kind_from_value, kind_to_value};

/// The kinds that this process couldn't read at the last read of a node, as written.
#[derive(Default)]
pub(super) struct OpenKindGaps(Vec<SessionKind>);

impl OpenKindGaps {
    /// Reads the gaps of a node that this process has written.
    pub(super) fn stored(database: &mut dyn Database, node: i64) -> Result<Self, HistoryError> {
        let observer = database.observer().into();
        let rows = database.query(
            r#"SELECT kind FROM kind_gap WHERE node = $1 AND observer = $2 AND "to" IS NULL"#,
            vec![node.into(), observer],
        )?;
        Ok(Self(rows.iter().filter_map(|row| kind_from_value(row.first()?)).collect()))
    }

    /// Begins the gaps of kinds that are missing in a read at `time`, and sets their sessions as seen last by the read before.
    /// Returns `true` if there is a new one.
    pub(super) fn begin(
        &mut self,
        database: &mut dyn Database,
        node: i64,
        missing: &[SessionKind],
        (known_until, time): (Option<i64>, i64),
    ) -> Result<bool, HistoryError> {
        let new: Vec<SessionKind> = missing.iter().copied().filter(|kind| !self.0.contains(kind)).collect();
        for &kind in &new {
            let observer = database.observer().into();
            let from = known_until.unwrap_or(time).min(time - 1);
            database.execute(
                r#"INSERT INTO kind_gap (node, observer, kind, "from") VALUES ($1, $2, $3, $4)"#,
                vec![node.into(), observer, kind_to_value(Some(kind)), from.into()],
            )?;
            // Those that have one weren't listed by the process before either.
            database.execute(
                "UPDATE session SET last_seen = CASE WHEN first_seen > $1 THEN first_seen ELSE $1 END \
                 WHERE node = $2 AND kind = $3 AND missed_at IS NULL AND last_seen IS NULL",
                vec![known_until.unwrap_or(i64::MIN).into(), node.into(), kind_to_value(Some(kind))],
            )?;
        }
        self.0.extend(&new);
        Ok(!new.is_empty())
    }

    /// Ends the gaps of kinds that aren't missing in a read at `time`. Returns `true` if there was one.
    pub(super) fn end(
        &mut self,
        database: &mut dyn Database,
        node: i64,
        missing: &[SessionKind],
        time: i64,
    ) -> Result<bool, HistoryError> {
        let listed: Vec<SessionKind> = self.0.extract_if(.., |kind| !missing.contains(kind)).collect();
        let rows: Vec<Row> = listed
            .iter()
            .map(|kind| {
                let observer = database.observer().into();
                vec![time.into(), node.into(), observer, kind_to_value(Some(*kind))]
            })
            .collect();
        // The clock may have been set back meanwhile.
        database.execute_each(
            r#"UPDATE kind_gap SET "to" = CASE WHEN "from" > $1 THEN "from" ELSE $1 END
WHERE node = $2 AND observer = $3 AND kind = $4 AND "to" IS NULL"#,
            &rows,
        )?;
        Ok(!listed.is_empty())
    }
}
