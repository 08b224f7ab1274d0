//! The series of a chart as stacked bands.

use egui::Color32;

use super::super::hover;
use super::super::model::SeriesCounts;
use super::super::tokens::Palette;
use crate::display::number;
use crate::history::{Chart, ChartSeries, ChartSplit, SeriesName};
use crate::sanitize::sanitize;

/// The number of series with a band of their own. The others share one.
const MAX_BANDS: usize = 6;
/// The part of a band's color in its background, except in the upper one of two bands.
const BACKGROUND_STRENGTH: f32 = 0.36;

/// The sessions that the number of a band counts.
#[derive(Clone, Copy, Debug)]
pub(super) enum At {
    /// The sessions in a bucket.
    Bucket(usize),
    /// The sessions at the moment that is shown. If they aren't known, those in a bucket.
    Shown(usize),
}

/// A band of the chart.
pub(super) struct Band {
    /// The name for one session and for several, such as `client` and `clients`.
    names: [String; 2],
    /// The number of sessions in each bucket.
    values: Vec<u32>,
    /// The number of sessions at the moment that is shown; `None` if it isn't known.
    shown: Option<u32>,
    /// The color of its line and in the legend.
    pub(super) color: Color32,
    /// The color below the line.
    pub(super) background: Color32,
}

impl Band {
    /// Returns the number of sessions in a bucket.
    pub(super) fn value(&self, bucket: usize) -> u32 {
        self.values.get(bucket).copied().unwrap_or(0)
    }

    /// Returns the number with the name, such as `112 clients`.
    pub(super) fn text(&self, at: At) -> String {
        let value = match at {
            At::Bucket(bucket) => self.value(bucket),
            At::Shown(bucket) => self.shown.unwrap_or_else(|| self.value(bucket)),
        };
        let name = &self.names[usize::from(value != 1)];
        format!("{} {name}", number(usize::try_from(value).unwrap_or(usize::MAX)))
    }
}

/// Returns the bands from the lowest to the highest one. `shown` are those of the moment that is shown, and `name` returns the name
/// of a gateway that was recorded under another one.
pub(super) fn bands(
    chart: &Chart,
    split: ChartSplit,
    shown: Option<&SeriesCounts>,
    name: impl Fn(&str) -> String,
    p: &Palette,
) -> Vec<Band> {
    let shown = shown.filter(|shown| shown.is_by(split));
    let mut bands = if split == ChartSplit::Designer {
        clients_and_designers(chart, shown)
    } else {
        by_size(chart, shown, name)
    };
    let (count, last) = (bands.len(), bands.len().saturating_sub(1));
    for (index, band) in bands.iter_mut().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "there are few bands")]
        let part = color_step(index, count) as f32 / last.max(1) as f32;
        band.color = hover::blend(p.chart_client, p.chart_designer, part);
        // The highest of two is full, because it is thin.
        let strength = if index > 0 && last == 1 { 1.0 } else { BACKGROUND_STRENGTH };
        band.background = p.surface.lerp_to_gamma(band.color, strength);
    }
    bands
}

/// Returns the place of a band's color between those of clients and designers. Neighbors are as far apart as half of the bands.
fn color_step(index: usize, count: usize) -> usize {
    index / 2 + if index.is_multiple_of(2) { 0 } else { count.div_ceil(2) }
}

/// Returns the bands of clients and of designers.
fn clients_and_designers(chart: &Chart, shown: Option<&SeriesCounts>) -> Vec<Band> {
    let of_name = |name: &SeriesName, names: [&str; 2]| {
        let series = chart.series.iter().find(|series| series.name == *name);
        let values = series.map_or_else(|| vec![0; chart.total.len()], |series| series.maxima.clone());
        band(names.map(str::to_owned), values, shown.map(|shown| shown.of_series(name)))
    };
    vec![
        of_name(&SeriesName::Clients, ["client", "clients"]),
        of_name(&SeriesName::Designers, ["designer", "designers"]),
    ]
}

/// Returns the bands of the largest series, the largest first, and one of all others.
fn by_size(chart: &Chart, shown: Option<&SeriesCounts>, name: impl Fn(&str) -> String) -> Vec<Band> {
    let mut series: Vec<ChartSeries> = Vec::new();
    for other in &chart.series {
        let name = match &other.name {
            SeriesName::Gateway(recorded) => SeriesName::Gateway(name(recorded).into()),
            name => name.clone(),
        };
        match series.iter_mut().find(|series| series.name == name) {
            Some(same) => {
                let values = same.maxima.iter_mut().zip(&other.maxima).zip(&chart.total);
                // They may have their maxima at different times of a bucket.
                values.for_each(|((sum, value), total)| *sum = sum.saturating_add(*value).min(*total));
            }
            None => series.push(ChartSeries { name, maxima: other.maxima.clone() }),
        }
    }
    let sum = |maxima: &[u32]| maxima.iter().copied().map(u64::from).sum::<u64>();
    series.sort_by_key(|series| (series.name == SeriesName::Other, std::cmp::Reverse(sum(&series.maxima))));
    let rest = series.split_off(series.len().min(MAX_BANDS - 1));
    // A gateway that is shown alone has all.
    let is_only =
        rest.is_empty() && matches!(&series[..], [only] if matches!(only.name, SeriesName::Gateway(_)));
    let mut named = 0_u32;
    let own = series.iter().map(|series| {
        let name = match &series.name {
            SeriesName::Project(Some(name)) | SeriesName::Gateway(name) => sanitize(name).into_owned(),
            SeriesName::Project(None) => "no project".to_owned(),
            SeriesName::Clients => "clients".to_owned(),
            SeriesName::Designers => "designers".to_owned(),
            SeriesName::Other => "others".to_owned(),
        };
        let shown = shown.map(|shown| if is_only { shown.total() } else { shown.of_series(&series.name) });
        named = named.saturating_add(shown.unwrap_or(0));
        band([name.clone(), name], series.maxima.clone(), shown)
    });
    let mut bands: Vec<Band> = own.collect();
    if !rest.is_empty() {
        let value = |bucket: usize| {
            let values = rest.iter().filter_map(|series| series.maxima.get(bucket));
            values.fold(0_u32, |sum, value| sum.saturating_add(*value))
        };
        let values = (0..chart.total.len()).map(value).collect();
        let shown = shown.map(|shown| shown.total().saturating_sub(named));
        bands.push(band(["other", "others"].map(str::to_owned), values, shown));
    }
    bands
}

fn band(names: [String; 2], values: Vec<u32>, shown: Option<u32>) -> Band {
    Band { names, values, shown, color: Color32::TRANSPARENT, background: Color32::TRANSPARENT }
}

#[cfg(test)]
mod tests {
    use super::super::super::tokens::DARK;
    use super::*;
    use std::sync::Arc;

    use crate::dataset::{Cell, ColumnType, DatasetBuilder, Header, names};

    fn chart(total: u32, series: Vec<(SeriesName, u32)>) -> Chart {
        let series = series.into_iter().map(|(name, value)| ChartSeries { name, maxima: vec![value] });
        Chart { from: 0, to: 1, total: vec![total], series: series.collect(), ..Chart::default() }
    }

    fn texts(chart: &Chart, split: ChartSplit) -> Vec<String> {
        bands(chart, split, None, str::to_owned, &DARK).iter().map(|band| band.text(At::Bucket(0))).collect()
    }

    #[test]
    fn shows_clients_and_designers_also_without_any() {
        let all = [(SeriesName::Clients, 1_007), (SeriesName::Designers, 1)];
        assert_eq!(texts(&chart(1_008, all.into()), ChartSplit::Designer), ["1,007 clients", "1 designer"]);
        assert_eq!(texts(&chart(0, Vec::new()), ChartSplit::Designer), ["0 clients", "0 designers"]);
    }

    #[test]
    fn present_has_the_sessions_that_are_on_now() {
        let text = |text| Cell::Text(text);
        let headers = Header::standard().into_iter();
        let headers =
            headers.chain([Header { name: names::GATEWAY.to_owned(), column_type: ColumnType::String }]);
        let mut builder = DatasetBuilder::new(headers.collect()).unwrap();
        for (project, is_designer, gateway) in
            [(text("P"), false, "North / a"), (text("P"), true, "North / b"), (Cell::Null, false, "South")]
        {
            let (is_designer, gateway) = (Cell::Boolean(is_designer), text(gateway));
            builder.push_row([
                text("billy"),
                project,
                Cell::Null,
                is_designer,
                Cell::Null,
                Cell::Null,
                gateway,
            ]);
        }
        let dataset = Arc::new(builder.finish(None, None));
        let texts = |series: Vec<(SeriesName, u32)>, split| -> Vec<String> {
            let shown = SeriesCounts::of(&dataset, split);
            // North was recorded under its address before it was saved.
            let name = |recorded: &str| recorded.replace("http://n", "North");
            let bands = bands(&chart(100, series), split, Some(&shown), name, &DARK);
            bands.iter().map(|band| band.text(At::Shown(0))).collect()
        };
        let clients = vec![(SeriesName::Clients, 100)];
        assert_eq!(texts(clients, ChartSplit::Designer), ["2 clients", "1 designer"]);
        let projects =
            ["P", "Q", "R", "S", "T", "U", "V"].map(|name| (SeriesName::Project(Some(name.into())), 10));
        let expected = ["2 P", "0 Q", "0 R", "0 S", "0 T", "1 other"];
        assert_eq!(texts(projects.into(), ChartSplit::Project), expected);
        let gateway = |name: &str| (SeriesName::Gateway(name.into()), 10);
        assert_eq!(
            texts(vec![gateway("North"), gateway("South")], ChartSplit::Gateway),
            ["2 North", "1 South"]
        );
        assert_eq!(
            texts(vec![gateway("North"), gateway("South"), gateway("http://n")], ChartSplit::Gateway),
            ["2 North", "1 South"]
        );
        assert_eq!(texts(vec![gateway("Plant")], ChartSplit::Gateway), ["3 Plant"], "it is shown alone");
    }

    #[test]
    fn neighbors_have_colors_that_differ() {
        assert_eq!([0, 1].map(|index| color_step(index, 2)), [0, 1]);
        assert_eq!([0, 1, 2, 3, 4, 5].map(|index| color_step(index, 6)), [0, 3, 1, 4, 2, 5]);
        for count in 1..=MAX_BANDS {
            let mut steps: Vec<usize> = (0..count).map(|index| color_step(index, count)).collect();
            assert!(steps.windows(2).all(|pair| pair[0].abs_diff(pair[1]) + 1 >= count / 2));
            steps.sort_unstable();
            assert_eq!(steps, (0..count).collect::<Vec<_>>());
        }
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
