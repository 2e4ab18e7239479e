// SPDX-License-Identifier: Apache-2.0
//! The plot of a topic.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::symbols::Marker;
use ratatui::text::Line;
use ratatui::widgets::{Axis, Block, Chart, Dataset, GraphType, Widget};
use westerly_client::{Kind, ValueType};

use super::model::Channel;

/// A plot of the seconds before `now`, in a frame of the caller's.
pub(crate) struct Plot<'c> {
    pub(crate) channel: &'c Channel,
    pub(crate) now: f64,
    pub(crate) span: f64,
    pub(crate) block: Block<'c>,
    /// Whether there is room for labels of the time.
    pub(crate) large: bool,
}

/// Its lines, as pairs of seconds before now and values.
struct Lines {
    values: Vec<(f64, f64)>,
    lowest: Vec<(f64, f64)>,
    highest: Vec<(f64, f64)>,
    alarms: Vec<(f64, f64)>,
}

impl Plot<'_> {
    fn lines(&self) -> Lines {
        let mut lines = Lines { values: vec![], lowest: vec![], highest: vec![], alarms: vec![] };
        // A value of an event holds until the next.
        let steps = self.channel.topic.period == 0 || self.channel.topic.value_type == ValueType::Boolean;
        let mut before: Option<(f64, f64)> = None;
        for point in &self.channel.points {
            let at = (point.time - self.now, point.value);
            if at.0 < -self.span {
                before = Some((-self.span, at.1));
                continue;
            }
            let line = match point.kind {
                Kind::Minimum => &mut lines.lowest,
                Kind::Maximum => &mut lines.highest,
                Kind::Raised | Kind::Cleared => &mut lines.alarms,
                _ => {
                    if let Some((_, value)) = before.filter(|_| steps) {
                        lines.values.extend(before.filter(|_| lines.values.is_empty()));
                        lines.values.push((at.0, value));
                    }
                    before = Some(at);
                    &mut lines.values
                }
            };
            line.push(at);
        }
        if let Some((_, value)) = before.filter(|_| steps) {
            lines.values.extend(before.filter(|_| lines.values.is_empty()));
            lines.values.push((0.0, value));
        }
        lines
    }

    /// Around all there is to see, with some room.
    fn bounds(&self, lines: &Lines) -> [f64; 2] {
        if self.channel.topic.value_type == ValueType::Boolean {
            return [-0.1, 1.1];
        }
        let all = [&lines.values, &lines.lowest, &lines.highest, &lines.alarms];
        let values = all.into_iter().flatten().map(|(_, value)| *value).filter(|value| value.is_finite());
        let (least, most) =
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)));
        if least > most {
            return [0.0, 1.0];
        }
        let room = if most > least { (most - least) * 0.05 } else { most.abs().max(1.0) * 0.01 };
        [least - room, most + room]
    }

    fn labels(&self, bounds: [f64; 2]) -> Vec<Line<'static>> {
        if self.channel.topic.value_type == ValueType::Boolean {
            return vec!["off".into(), "on".into()];
        }
        let [least, most] = bounds;
        let decimals = match most - least {
            0.0..0.01 => 4,
            0.01..0.1 => 3,
            0.1..10.0 => 2,
            10.0..100.0 => 1,
            _ => 0,
        };
        let label = |value: f64| Line::from(format!("{value:.decimals$}"));
        if self.large {
            vec![label(least), label(f64::midpoint(least, most)), label(most)]
        } else {
            vec![label(least), label(most)]
        }
    }
}

impl Widget for Plot<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let lines = self.lines();
        let bounds = self.bounds(&lines);
        let color = if self.channel.alarm { Color::Red } else { Color::Cyan };
        let line = |data, color| {
            Dataset::default()
                .marker(Marker::Braille)
                .graph_type(GraphType::Line)
                .style(Style::new().fg(color))
                .data(data)
        };
        let limit = self.channel.topic.raise.map(|raise| self.channel.topic.number(raise));
        let limit: Vec<_> = limit.into_iter().flat_map(|limit| [(-self.span, limit), (0.0, limit)]).collect();
        let alarms = Dataset::default().marker(Marker::Dot).style(Style::new().fg(Color::Red)).data(&lines.alarms);
        // What is drawn last is on top.
        let datasets = vec![
            line(&limit, Color::Red),
            line(&lines.lowest, Color::DarkGray),
            line(&lines.highest, Color::DarkGray),
            line(&lines.values, color),
            alarms,
        ];
        let gray = Style::new().fg(Color::DarkGray);
        let mut time = Axis::default().bounds([-self.span, 0.0]).style(gray);
        if self.large {
            time = time.labels([format!("-{} s", self.span), format!("-{} s", self.span / 2.0), "now".into()]);
        }
        let values = Axis::default().bounds(bounds).labels(self.labels(bounds)).style(gray);
        Chart::new(datasets).block(self.block).x_axis(time).y_axis(values).legend_position(None).render(area, buffer);
    }
}
