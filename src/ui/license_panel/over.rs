//! The days on which a gateway had more sessions than its license allows.

use std::collections::HashMap;

use crate::gateway::{SessionKind, SessionLimits};
use crate::history::Peaks;
use crate::sanitize::sanitize;
use crate::ui::license;
use crate::ui::model::{AppState, LicenseSeries, ShownGateways};

/// The limits of the gateways whose peaks are shown.
pub(super) struct Limits<'a> {
    peaks: Option<&'a Peaks>,
    /// The index of each gateway that has a limit.
    of_gateways: Vec<(usize, SessionLimits)>,
    /// Several gateways may be shown, so that each is named.
    has_names: bool,
}

/// A limit that was exceeded on a day.
pub(super) struct Over {
    gateway: Option<String>,
    kind: SessionKind,
    by: u32,
    is_minimum: bool,
}

impl<'a> Limits<'a> {
    pub(super) fn of(state: &'a AppState) -> Self {
        let peaks = state.license.peaks.as_deref();
        let entries = state.gateways.entries.iter().filter(|entry| entry.is_saved);
        let limits: HashMap<&str, SessionLimits> =
            entries.map(|entry| (entry.profile.name.as_str(), entry.profile.limits)).collect();
        let gateways = peaks.iter().flat_map(|peaks| &peaks.gateways).enumerate();
        let of_gateways = gateways.filter_map(|(index, of)| {
            let limits = *limits.get(&*of.gateway)?;
            (limits != SessionLimits::default()).then_some((index, limits))
        });
        let has_names = state.gateways.shown == ShownGateways::All;
        Self { peaks, of_gateways: of_gateways.collect(), has_names }
    }

    /// Returns the limit of the sessions that the chart shows; `None` if they have none, or several gateways are shown.
    pub(super) fn line(&self, series: &LicenseSeries) -> Option<u32> {
        match (series, &self.of_gateways[..]) {
            (LicenseSeries::Kind(kind), [(_, limits)]) if !self.has_names => limits.of(*kind),
            _ => None,
        }
    }

    /// Returns the limits that were exceeded on a day: those of the sessions that the chart shows.
    pub(super) fn exceeded(&self, series: &LicenseSeries, day: usize) -> Vec<Over> {
        let kinds = SessionKind::ALL.into_iter().filter(|kind| match series {
            LicenseSeries::All => true,
            LicenseSeries::Kind(shown) => shown == kind,
            LicenseSeries::Project(_) => false,
        });
        let kinds: Vec<SessionKind> = kinds.collect();
        let Some(peaks) = self.peaks else { return Vec::new() };
        let mut exceeded = Vec::new();
        for (index, limits) in &self.of_gateways {
            let of = &peaks.gateways[*index];
            let Some(of_day) = of.days.get(day) else { continue };
            for &kind in &kinds {
                let peak = of_day.of(Some(kind));
                let Some(by) = limits.of(kind).and_then(|limit| peak.count.checked_sub(limit)) else {
                    continue;
                };
                if by > 0 {
                    let gateway = self.has_names.then(|| sanitize(&of.gateway).into_owned());
                    exceeded.push(Over { gateway, kind, by, is_minimum: peak.is_minimum() });
                }
            }
        }
        exceeded
    }
}

impl Over {
    /// Returns it in words, such as `Designers by 2`.
    fn text(&self) -> String {
        let gateway = self.gateway.as_ref().map(|gateway| format!("{gateway}: ")).unwrap_or_default();
        let at_least = if self.is_minimum { "at least " } else { "" };
        format!("{gateway}{} by {at_least}{}", license::plural(self.kind), license::count(self.by))
    }
}

/// Returns the exceeded limits in words; empty if there are none.
pub(super) fn text(exceeded: &[Over]) -> String {
    exceeded.iter().map(Over::text).collect::<Vec<_>>().join(", ")
}
