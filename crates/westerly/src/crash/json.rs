// SPDX-License-Identifier: Apache-2.0
//! A crash as a JSON object, for programs.

use serde_json::{Map, Value, json};

use super::Report;
use crate::logs::elf::hexadecimal;
use crate::symbols::Place;

pub(super) fn of(report: &Report) -> String {
    let Report { crash, places, lines } = report;
    let address = |address: Option<u64>, places: &[Place]| address.map(|address| located(address, places));
    let found = |index: usize| places.stack.get(index).map_or(&[][..], Vec::as_slice);
    let stack: Vec<_> = crash.stack.iter().enumerate().map(|(index, at)| located(*at, found(index))).collect();
    let object = json!({
        "count": crash.count,
        "reason": crash.reason,
        "thread": crash.thread,
        "code": crash.code,
        "uptime": crash.uptime,
        "boot": crash.boot,
        "build": (!crash.build.is_empty()).then(|| hexadecimal(&crash.build)),
        "file": crash.place.as_ref().map(|(file, _)| file),
        "line": crash.place.as_ref().map(|(_, line)| line),
        "pc": address(crash.pc, &places.pc),
        "lr": address(crash.lr, &places.lr),
        "sp": crash.sp,
        "registers": crash.registers.iter().map(|(name, value)| (name.clone(), json!(value))).collect::<Map<_, _>>(),
        "stack": stack,
        "log": lines,
    });
    format!("{object}\n")
}

fn located(address: u64, places: &[Place]) -> Value {
    let place = |place: &Place| {
        json!({
            "function": place.function,
            "file": place.source.as_ref().map(|(file, _)| file),
            "line": place.source.as_ref().map(|(_, line)| line),
        })
    };
    json!({ "address": address, "places": places.iter().map(place).collect::<Vec<_>>() })
}
