// SPDX-License-Identifier: Apache-2.0
//! Live telemetry in the terminal.
//!
//! ```text
//! thread "reader"   device -> Update \
//!                                     Model -> draw -> terminal
//! main thread       keys   -> Order  /
//! ```
//! The model knows no terminal and no device, so that what is drawn can be tested on a screen in memory.

mod draw;
mod model;
mod plot;
mod reader;

use std::io::{self, IsTerminal as _};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::arguments::Monitor;
use crate::failure::Failure;
use crate::output::{End, count};
use model::{Model, Order, Update};

/// How long a key or news may wait to be seen.
const FRAME: Duration = Duration::from_millis(50);
/// How often the screen is drawn when nothing happens: the plots move on.
const REDRAW: Duration = Duration::from_millis(250);

pub(crate) fn run(arguments: &Monitor) -> Result<(), Failure> {
    if !io::stdout().is_terminal() {
        return Err(Failure::Terminal(io::Error::other("the output is no terminal")));
    }
    let end = End::on_signals()?;
    let address = arguments.device.address();
    let (updates, inbox) = channel();
    let reader = reader::Reader::new(&arguments.device, arguments.interval.duration(), arguments.since)?;
    let reader_end = end.clone();
    // It ends with its next look at the end, or when nobody takes its updates any more; a request may be under way until then.
    thread::spawn(move || reader.run(&reader_end, &|update| updates.send(update).is_ok()));

    let mut model = Model::new(address.to_string());
    let mut terminal = ratatui::try_init().map_err(Failure::Terminal)?;
    let outcome = watch(&mut terminal, &mut model, &inbox, &end);
    // The cursor comes back first, so that what is said from here on is the last there is.
    drop(terminal);
    ratatui::restore();
    end.ask_for();
    outcome.map_err(Failure::Terminal)?;
    if let Some(error) = model.failure() {
        return Err(Failure::Telemetry { address, error: error.clone() });
    }
    eprintln!("{}, {} lost", count(model.received(), "record"), model.lost());
    Ok(())
}

/// Until somebody wants to quit, or the device turns out to have no telemetry.
fn watch(terminal: &mut DefaultTerminal, model: &mut Model, inbox: &Receiver<Update>, end: &End) -> io::Result<()> {
    let begun = Instant::now();
    let mut drawn: Option<Instant> = None;
    while !end.is_asked_for() && model.failure().is_none() {
        let mut changed = drawn.is_none_or(|drawn| drawn.elapsed() >= REDRAW);
        while let Ok(update) = inbox.try_recv() {
            model.update(update, begun.elapsed());
            changed = true;
        }
        if changed {
            terminal.draw(|frame| draw::screen(frame, model, begun.elapsed()))?;
            drawn = Some(Instant::now());
        }
        if !event::poll(FRAME)? {
            continue;
        }
        match event::read()? {
            Event::Key(key) if key.kind != KeyEventKind::Release => match order(key) {
                Some(Order::Quit) => return Ok(()),
                Some(order) => model.order(order, begun.elapsed()),
                None => continue,
            },
            Event::Resize(..) => {}
            _ => continue,
        }
        drawn = None;
    }
    Ok(())
}

fn order(key: KeyEvent) -> Option<Order> {
    Some(match key.code {
        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => Order::Quit,
        KeyCode::Char('q') => Order::Quit,
        KeyCode::Esc => Order::Back,
        KeyCode::Char('p' | ' ') => Order::Pause,
        KeyCode::Up | KeyCode::Char('k') | KeyCode::BackTab => Order::Previous,
        KeyCode::Down | KeyCode::Char('j') | KeyCode::Tab => Order::Next,
        KeyCode::Enter | KeyCode::Char('z') => Order::Zoom,
        KeyCode::Char('+' | '=') => Order::Shorter,
        KeyCode::Char('-') => Order::Longer,
        _ => return None,
    })
}
