// SPDX-License-Identifier: Apache-2.0
//! The screen: a line on top, topics beside plots, events, and the keys.

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::{Alignment, Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style, Stylize as _};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Cell, Paragraph, Row, Table};

use super::model::{Channel, Connection, Model, Weight};
use super::plot::Plot;
use crate::output::count;

/// Columns of the table of topics; a narrower screen shows it alone.
const TABLE: u16 = 42;
const NARROW: u16 = 76;
/// What a plot needs to be worth looking at.
const PLOT_WIDTH: u16 = 26;
const PLOT_HEIGHT: u16 = 7;
/// Lines of events, frame included, where there is room.
const EVENTS: u16 = 7;
const LOW: u16 = 18;

/// Draws everything; `now` is the time since the monitor began.
pub(crate) fn screen(frame: &mut Frame<'_>, model: &Model, now: Duration) {
    let events = if frame.area().height < LOW { 0 } else { EVENTS };
    let [top, body, events, keys] =
        frame.area().layout(&Layout::vertical([1, 0, events, 1].map(|height| match height {
            0 => Constraint::Fill(1),
            height => Constraint::Length(height),
        })));
    header(frame, top, model, now);
    match model.channels.get(model.selected) {
        Some(channel) if model.zoomed => {
            let block = framed(channel, true).title_bottom(range(channel));
            frame.render_widget(Plot { channel, now: model.uptime(now), span: model.span(), block, large: true }, body);
        }
        _ if body.width < NARROW => topics(frame, body, model, now),
        _ => {
            let [left, right] = body.layout(&Layout::horizontal([Constraint::Length(TABLE), Constraint::Fill(1)]));
            topics(frame, left, model, now);
            plots(frame, right, model, now);
        }
    }
    self::events(frame, events, model);
    let text = " q quit  p pause  \u{2191}\u{2193} select  enter zoom  +/- time";
    frame.render_widget(Paragraph::new(text).style(Style::new().fg(Color::DarkGray)), keys);
    let span = Paragraph::new(format!("plots: {} s ", model.span())).alignment(Alignment::Right);
    frame.render_widget(span.style(Style::new().fg(Color::DarkGray)), keys);
}

fn header(frame: &mut Frame<'_>, area: Rect, model: &Model, now: Duration) {
    let state = match &model.connection {
        Connection::Connecting => Span::from("connecting").fg(Color::Yellow),
        Connection::Connected => Span::from("connected").fg(Color::Green),
        Connection::Silent { reason, since } => {
            Span::from(format!("{reason}, for {} s", now.saturating_sub(*since).as_secs())).fg(Color::Red)
        }
    };
    let mut left = vec![Span::from(format!(" {}  ", model.address)).bold(), state];
    if let Some(boot) = model.boot {
        left.push(format!("  boot {boot}, up {}", clock(model.uptime(now))).into());
    }
    if let Some(waiting) = model.paused() {
        let waiting = u64::try_from(waiting).unwrap_or(u64::MAX);
        left.push(format!("  PAUSED, {}", waits(waiting)).fg(Color::Yellow).bold());
    }
    let lost = Span::from(format!("{} lost", model.lost()));
    let right = vec![
        Span::from(format!("{}, ", count(model.received(), "record"))),
        if model.lost() > 0 { lost.fg(Color::Yellow) } else { lost },
        Span::from(format!(", {} unanswered ", model.unanswered)),
    ];
    frame.render_widget(Line::from(left), area);
    let line = Line::from(right);
    let width = u16::try_from(line.width()).unwrap_or(area.width).min(area.width);
    let place = Rect { x: area.right() - width, width, ..area };
    frame.render_widget(line, place);
}

fn waits(records: u64) -> String {
    format!("{} {}", count(records, "record"), if records == 1 { "waits" } else { "wait" })
}

fn topics(frame: &mut Frame<'_>, area: Rect, model: &Model, now: Duration) {
    let rows = model.channels.iter().enumerate().map(|(place, channel)| {
        let (value, age) = match &channel.latest {
            Some((value, time)) => (value.clone(), format!("{:.0} s", (model.uptime(now) - time).max(0.0))),
            None => ("-".into(), String::new()),
        };
        let (state, style) = match (&channel.fault, channel.alarm) {
            (Some(fault), _) => (fault.clone(), Style::new().fg(Color::Magenta)),
            (None, true) => ("ALARM".into(), Style::new().fg(Color::Red)),
            (None, false) => (age, Style::new()),
        };
        let mark = if place == model.selected { "\u{25b6}" } else { " " };
        let right = |text: String| Cell::from(Line::from(text).alignment(Alignment::Right));
        let style = if place == model.selected { style.add_modifier(Modifier::BOLD) } else { style };
        Row::new([Cell::from(mark), Cell::from(channel.topic.name.clone()), right(value), right(state)]).style(style)
    });
    let widths = [Constraint::Length(1), Constraint::Fill(1), Constraint::Length(14), Constraint::Length(9)];
    let heading = Row::new(["", "topic", "latest", "age"].map(|text| {
        let alignment = if text == "topic" { Alignment::Left } else { Alignment::Right };
        Cell::from(Line::from(text).alignment(alignment))
    }));
    let heading = heading.style(Style::new().fg(Color::DarkGray));
    frame.render_widget(Table::new(rows, widths).header(heading).block(Block::bordered().title(" topics ")), area);
}

/// As many as are worth looking at, those around the selected one where not all are.
fn plots(frame: &mut Frame<'_>, area: Rect, model: &Model, now: Duration) {
    let topics = model.channels.len();
    let columns = usize::from(area.width / PLOT_WIDTH).clamp(1, 3).min(topics.max(1));
    let rows = usize::from(area.height / PLOT_HEIGHT).max(1).min(topics.div_ceil(columns).max(1));
    let page = rows * columns;
    let first = model.selected / page * page;
    let grid = Layout::vertical(vec![Constraint::Fill(1); rows]).split(area);
    let line = Layout::horizontal(vec![Constraint::Fill(1); columns]);
    let places = grid.iter().flat_map(|row| line.split(*row).to_vec());
    for ((place, channel), area) in model.channels.iter().enumerate().skip(first).zip(places) {
        let block = framed(channel, place == model.selected);
        frame.render_widget(Plot { channel, now: model.uptime(now), span: model.span(), block, large: false }, area);
    }
}

fn framed(channel: &Channel, selected: bool) -> Block<'_> {
    let latest = channel.latest.as_ref().map_or("-", |(value, _)| value);
    let color = match (&channel.fault, channel.alarm, selected) {
        (Some(_), ..) => Color::Magenta,
        (_, true, _) => Color::Red,
        (_, _, true) => Color::White,
        _ => Color::DarkGray,
    };
    let title = vec![Span::from(format!(" {} ", channel.topic.name)).bold(), Span::from(format!("{latest} "))];
    let block = Block::bordered().border_style(Style::new().fg(color)).title(Line::from(title));
    // Below, where a narrow plot has room for it.
    match (&channel.fault, channel.alarm) {
        (Some(fault), _) => block.title_bottom(format!(" {fault} ").fg(Color::Magenta)),
        (None, true) => block.title_bottom(" ALARM ".fg(Color::Red).bold()),
        (None, false) => block,
    }
}

/// Where its alarm begins and ends.
fn range(channel: &Channel) -> String {
    let topic = &channel.topic;
    match (topic.raise, topic.clear) {
        (Some(raise), Some(clear)) => {
            let unit = &topic.unit;
            format!(" alarm from {} {unit}, over at {} {unit} ", topic.text(raise), topic.text(clear))
        }
        _ => String::new(),
    }
}

fn events(frame: &mut Frame<'_>, area: Rect, model: &Model) {
    let lines = model.events.iter().map(|(weight, text)| {
        Line::from(format!(" {text}")).fg(match weight {
            Weight::Good => Color::Green,
            Weight::Warning => Color::Yellow,
            Weight::Bad => Color::Red,
        })
    });
    let lines: Vec<_> = lines.take(area.height.into()).collect();
    frame.render_widget(Paragraph::new(lines).block(Block::bordered().title(" alarms, faults, losses ")), area);
}

/// Hours, minutes and seconds.
fn clock(seconds: f64) -> String {
    let seconds = Duration::try_from_secs_f64(seconds).unwrap_or_default().as_secs();
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;
    use westerly_client::{Batch, Number, Record, Topic, ValueType};

    use super::*;
    use crate::monitor::model::{Order, Report, Update};

    const NOW: Duration = Duration::from_secs(10);

    fn shown(model: &Model, width: u16, height: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| screen(frame, model, NOW)).unwrap();
        words(&terminal)
    }

    /// With one space between words, whatever the width of columns.
    fn words(terminal: &Terminal<TestBackend>) -> String {
        terminal.backend().to_string().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn record(sequence: u64, topic: u8, value: i64, kind: u8) -> Record {
        Record { sequence, uptime: sequence * 1000, topic, value: Number::Integer(value), kind }
    }

    fn answer(from: u64, lost: u64, restarted: bool, records: &[Record]) -> Update {
        let temperature = Topic {
            name: "temperature".into(),
            unit: "\u{b0}C".into(),
            value_type: ValueType::Fixed { decimals: 1 },
            raise: Some(Number::Integer(300)),
            clear: Some(Number::Integer(290)),
            period: 1000,
            ..Topic::unknown(1)
        };
        let door = Topic { name: "door".into(), value_type: ValueType::Boolean, ..Topic::unknown(2) };
        let next = records.last().map_or(from, |record| record.sequence + 1);
        Update::Answer(Box::new(Report {
            topics: Some(vec![temperature, door]),
            uptime: None,
            batch: Batch { from, next, lost, restarted, records: records.to_vec() },
            boot: Some(4),
            unanswered: 2,
        }))
    }

    fn model() -> Model {
        let mut model = Model::new("UDP board:1337".into());
        let records =
            [record(3, 1, 281, 0), record(4, 1, 302, 4), record(5, 1, 302, 0), record(6, 2, 1, 0), record(7, 2, -5, 6)];
        model.update(answer(0, 3, false, &records), NOW);
        model
    }

    #[test]
    fn everything_is_told() {
        let text = shown(&model(), 120, 30);
        for words in [
            "UDP board:1337 connected boot 4, up 0:00:07",
            "5 records, 3 lost, 2 unanswered",
            "temperature 30.2 \u{b0}C ALARM",
            "fault -5",
            "3 records lost at the beginning",
            "4.0 s temperature ALARM at 30.2 \u{b0}C",
            "7.0 s door gives no values: fault -5",
        ] {
            assert!(text.contains(words), "{words}:\n{text}");
        }
    }

    #[test]
    fn a_restart_begins_anew_and_an_alarm_ends() {
        let mut model = model();
        model.update(answer(8, 0, false, &[record(8, 1, 290, 5), record(9, 2, 0, 0)]), NOW);
        let text = shown(&model, 120, 30);
        assert!(text.contains("temperature alarm over at 29.0") && text.contains("door gives values again"), "{text}");
        model.update(answer(0, 0, true, &[record(0, 1, 250, 0)]), NOW);
        let text = shown(&model, 120, 30);
        assert!(text.contains("up 0:00:00") && text.contains("temperature 25.0"), "{text}");
        assert_eq!((model.restarts, model.channels[0].points.len(), model.channels[1].points.len()), (1, 1, 0));
    }

    #[test]
    fn a_silence_is_told_and_stops_the_clock() {
        let mut model = model();
        let silence = || Update::Silence { reason: "no answer in time".into(), unanswered: 9 };
        model.update(silence(), NOW);
        model.update(silence(), NOW * 2);
        let mut terminal = Terminal::new(TestBackend::new(120, 30)).unwrap();
        terminal.draw(|frame| screen(frame, &model, NOW * 3)).unwrap();
        let text = words(&terminal);
        assert!(text.contains("no answer in time, for 20 s") && text.contains("up 0:00:07"), "{text}");
        assert!(text.contains("9 unanswered"), "{text}");
    }

    #[test]
    fn what_waits_is_shown_later() {
        let mut model = model();
        model.order(Order::Pause, NOW);
        model.update(answer(8, 0, false, &[record(8, 1, 111, 0), record(9, 1, 112, 0)]), NOW);
        let text = shown(&model, 120, 30);
        assert!(text.contains("PAUSED, 2 records wait") && !text.contains("11.2"), "{text}");
        model.order(Order::Pause, NOW);
        assert!(shown(&model, 120, 30).contains("11.2"));
    }

    #[test]
    fn a_topic_nobody_told_of_has_its_number() {
        let mut model = model();
        model.update(answer(8, 0, false, &[record(8, 77, 5, 0)]), NOW);
        assert!(shown(&model, 120, 30).contains("topic 77"));
    }

    /// Drawing on it is all that is asked of a tiny one.
    #[test]
    fn a_screen_may_have_any_size() {
        let mut model = model();
        for zoomed in [false, true] {
            for (width, height) in [(1, 1), (2, 3), (10, 4), (40, 10), (75, 17), (76, 18), (80, 24), (300, 100)] {
                shown(&model, width, height);
                shown(&Model::new("UDP nobody:1".into()), width, height);
            }
            assert_eq!(model.zoomed, zoomed);
            model.order(Order::Zoom, NOW);
        }
    }
}
