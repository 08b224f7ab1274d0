//! The series of a chart as bands, one upon the other.

use egui::Color32;

use super::super::hover;
use super::super::tokens::Palette;
use crate::display::number;
use crate::gateway::SessionKind;
use crate::history::{Chart, ChartSplit, SeriesName};
use crate::sanitize::sanitize;

/// The number of series with a band of their own. The others share one.
const MAX_BANDS: usize = 6;
/// How much of its color the ground of the lowest band has.
const GROUND: f32 = 0.36;

/// A band of the chart.
pub(super) struct Band {
    /// The name for one session and for several, such as `client` and `clients`.
    names: [String; 2],
    /// The number of sessions in each bucket.
    values: Vec<u32>,
    /// The color of its line and in the legend.
    pub(super) color: Color32,
    /// The color below the line.
    pub(super) ground: Color32,
}

impl Band {
    /// Returns the number of sessions in a bucket.
    pub(super) fn value(&self, bucket: usize) -> u32 {
        self.values.get(bucket).copied().unwrap_or(0)
    }

    /// Returns the number in a bucket with the name, such as `112 clients`.
    pub(super) fn text(&self, bucket: usize) -> String {
        let value = self.value(bucket);
        let name = &self.names[usize::from(value != 1)];
        format!("{} {name}", number(usize::try_from(value).unwrap_or(usize::MAX)))
    }
}

/// Returns the bands from the lowest to the highest one.
pub(super) fn bands(chart: &Chart, split: ChartSplit, p: &Palette) -> Vec<Band> {
    let mut bands = if split == ChartSplit::Kind { kinds(chart) } else { by_size(chart) };
    let last = bands.len().saturating_sub(1);
    for (index, band) in bands.iter_mut().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "there are few bands")]
        let part = index as f32 / last.max(1) as f32;
        band.color = hover::blend(p.chart_client, p.chart_designer, part);
        // The highest of two is full, because it is thin.
        let strength = if index > 0 && last == 1 { 1.0 } else { GROUND };
        band.ground = p.surface.lerp_to_gamma(band.color, strength);
    }
    bands
}

/// Returns those of clients and of designers.
fn kinds(chart: &Chart) -> Vec<Band> {
    let is_designer = |name: &SeriesName| *name == SeriesName::Kind(Some(SessionKind::Designer));
    let sum = |bucket: usize, designers: bool| -> u32 {
        let series = chart.series.iter().filter(|series| is_designer(&series.name) == designers);
        series.filter_map(|series| series.maxima.get(bucket)).fold(0, |sum, value| sum.saturating_add(*value))
    };
    let buckets = 0..chart.total.len();
    // Kinds may have their maxima at different times of a bucket.
    let clients = buckets.clone().map(|bucket| sum(bucket, false).min(chart.total[bucket])).collect();
    let designers = buckets.map(|bucket| sum(bucket, true)).collect();
    [(["client", "clients"], clients), (["designer", "designers"], designers)]
        .map(|(names, values)| band(names.map(str::to_owned), values))
        .into()
}

/// Returns those of the largest series, the largest one first, and one of all others.
fn by_size(chart: &Chart) -> Vec<Band> {
    let mut series: Vec<_> = chart.series.iter().collect();
    let sum = |maxima: &[u32]| maxima.iter().copied().map(u64::from).sum::<u64>();
    series.sort_by_key(|series| (series.name == SeriesName::Other, std::cmp::Reverse(sum(&series.maxima))));
    let rest = series.split_off(series.len().min(MAX_BANDS - 1));
    let own = series.iter().map(|series| {
        let name = match &series.name {
            SeriesName::Project(Some(name)) | SeriesName::Gateway(name) => sanitize(name).into_owned(),
            SeriesName::Project(None) => "no project".to_owned(),
            SeriesName::Kind(kind) => kind.map_or("unknown", SessionKind::name).to_owned(),
            SeriesName::Other => "others".to_owned(),
        };
        band([name.clone(), name], series.maxima.clone())
    });
    let mut bands: Vec<Band> = own.collect();
    if !rest.is_empty() {
        let value = |bucket: usize| {
            let values = rest.iter().filter_map(|series| series.maxima.get(bucket));
            values.fold(0_u32, |sum, value| sum.saturating_add(*value))
        };
        let values = (0..chart.total.len()).map(value).collect();
        bands.push(band(["others", "others"].map(str::to_owned), values));
    }
    bands
}

fn band(names: [String; 2], values: Vec<u32>) -> Band {
    Band { names, values, color: Color32::TRANSPARENT, ground: Color32::TRANSPARENT }
}

#[cfg(test)]
mod tests {
    use super::super::super::tokens::DARK;
    use super::*;
    use crate::history::ChartSeries;

    fn chart(total: u32, series: Vec<(SeriesName, u32)>) -> Chart {
        let series = series.into_iter().map(|(name, value)| ChartSeries { name, maxima: vec![value] });
        Chart { from: 0, to: 1, total: vec![total], series: series.collect(), ..Chart::default() }
    }

    fn texts(chart: &Chart, split: ChartSplit) -> Vec<String> {
        bands(chart, split, &DARK).iter().map(|band| band.text(0)).collect()
    }

    #[test]
    fn clients_are_all_that_are_no_designers() {
        let kind = |kind| SeriesName::Kind(Some(kind));
        let all = [
            (kind(SessionKind::Vision), 1_000),
            (kind(SessionKind::Perspective), 5),
            (SeriesName::Kind(None), 2),
            (kind(SessionKind::Designer), 1),
        ];
        assert_eq!(texts(&chart(1_008, all.into()), ChartSplit::Kind), ["1,007 clients", "1 designer"]);
        assert_eq!(texts(&chart(0, Vec::new()), ChartSplit::Kind), ["0 clients", "0 designers"]);
    }

    #[test]
    fn small_projects_share_a_band() {
        let project = |index: u32| (SeriesName::Project(Some(format!("P{index}").into())), index);
        let mut series: Vec<_> = (1..=8).map(project).collect();
        series.insert(0, (SeriesName::Other, 100));
        let texts = texts(&chart(136, series), ChartSplit::Project);
        assert_eq!(texts, ["8 P8", "7 P7", "6 P6", "5 P5", "4 P4", "106 others"]);
    }
}
