//! Writes the largest number of sessions at once on each day.

use super::ask::find;
use super::error::CommandError;
use super::{PeaksArgs, PeaksByArg, location, settings, times};
use crate::cli::report::note;
use crate::cli::rows::RowWriter;
use crate::cli::{ExitStatus, RowsArgs};
use crate::dataset::ColumnId;
use crate::display::{Repeated, number};
use crate::gateway::Profile;
use crate::history::{History, PeakRow, Peaks, PeaksBy, PeaksRequest};
use crate::settings::Settings;

/// Writes the peaks. How many days were not watched in full is reported on standard error.
pub(super) fn run(args: &PeaksArgs) -> Result<ExitStatus, CommandError> {
    let PeaksArgs { gateway, from, to, by, utc, format, output, excel, delimiter } = args;
    // Wrong usage is reported before the history is opened.
    let rows = RowsArgs {
        format: *format,
        output: output.clone(),
        excel: *excel,
        delimiter: *delimiter,
        ..RowsArgs::default()
    };
    let writer = RowWriter::new(&rows)?;
    let clock = times::clock(*utc);
    let from = times::parse_past(&clock, "--from", from)?;
    let to = match to {
        Some(to) => times::parse(&clock, "--to", to, Repeated::Second)?.min(clock.now_epoch_ms),
        None => clock.now_epoch_ms,
    };
    if from > to {
        return Err(CommandError::Order { from: clock.moment_text(from), to: clock.moment_text(to) });
    }
    let settings = settings()?;
    let mut history = History::open_read_only(&location(&settings)?)?;
    let gateway = gateway.as_deref().map(|gateway| find(&mut history, gateway)).transpose()?;
    let request = PeaksRequest { days: clock.days(from, to), gateway };
    let peaks = history.peaks(&request, &|| false)?.unwrap_or_default();
    note_unwatched(&peaks);
    let by = match by {
        None => PeaksBy::Day,
        Some(PeaksByArg::Kind) => PeaksBy::Kind,
        Some(PeaksByArg::Project) => PeaksBy::Project,
        Some(PeaksByArg::Gateway) => PeaksBy::Gateway,
    };
    let limit = |gateway: &str, kind| profile(&settings, gateway)?.limits.of(kind);
    let rows = peaks.rows(by, |time| clock.iso_day(time), limit);
    let columns: Vec<ColumnId> =
        PeakRow::exported_columns().iter().map(|name| ColumnId::from(*name)).collect();
    writer.write_columns(&PeakRow::dataset(&rows), &columns)?;
    Ok(ExitStatus::Done)
}

fn profile<'a>(settings: &'a Settings, name: &str) -> Option<&'a Profile> {
    settings.profiles.iter().find(|profile| profile.name == name)
}

fn note_unwatched(peaks: &Peaks) {
    if peaks.gateways.is_empty() {
        return note("No gateway has been recorded yet");
    }
    let days = peaks.days.len();
    let unwatched = peaks.days.iter().filter(|day| day.peaks.total.is_minimum()).count();
    match (unwatched, days) {
        (0, _) => {}
        (1, 1) => note("The day was not watched in full: there may have been more sessions"),
        _ => note(&format!(
            "{} of {} days {} not watched in full: there may have been more sessions",
            number(unwatched),
            number(days),
            if unwatched == 1 { "was" } else { "were" }
        )),
    }
}
