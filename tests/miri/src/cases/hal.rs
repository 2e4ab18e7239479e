// SPDX-License-Identifier: Apache-2.0

//! Buses, pins and delays as driver crates use them.

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{InputPin, OutputPin, StatefulOutputPin};
use embedded_hal::i2c::{self, I2c as _};
use embedded_hal::pwm::SetDutyCycle;
use embedded_hal::spi::{Operation, SpiDevice};
use westerly_zephyr::hal::{Delay, Error, I2c, Input, Output, Pwm, Spi};

use super::{exactly, node};
use crate::c::{BUS, LEVEL};

/// What went over the bus since the last call.
fn sent() -> Vec<u8> {
    std::mem::take(&mut BUS.lock().unwrap())
}

pub fn all() {
    i2c();
    spi();
    pins();
    Delay.delay_ns(1);
    Delay.delay_ms(1);
}

fn i2c() {
    let mut bus = I2c::open(node()).unwrap();
    let (command, mut answer) = (exactly(b"\x01\x02"), exactly(&[0; 4]));
    bus.write_read(0x48_u8, &command, &mut answer).unwrap();
    assert_eq!((&*answer, sent()), (&b"read"[..], vec![1, 2]));
    assert_eq!(bus.write(0x7f_u8, &command), Err(Error::InputOutput));
    bus.read(0x300_u16, &mut answer).unwrap();
    let mut places: Vec<_> = (0..9).map(|_| exactly(&[0; 1])).collect();
    let mut operations: Vec<_> = places.iter_mut().map(|place| i2c::Operation::Read(place)).collect();
    assert_eq!(bus.transaction(0x48_u8, &mut operations), Err(Error::TooManyOperations));
    bus.transaction(0x48_u8, &mut operations[..8]).unwrap();
    bus.transaction(0x48_u8, &mut []).unwrap();
}

fn spi() {
    let mut part = Spi::open(node()).unwrap();
    assert_eq!(Spi::open(node()).err(), Some(Error::Taken));
    let (mut read, mut both, write) = (exactly(&[0; 3]), exactly(b"both"), exactly(b"wr"));
    part.transfer(&mut read, &write).unwrap();
    assert_eq!((&*read, sent()), (&b"rer"[..], b"wr".to_vec()));
    part.transfer_in_place(&mut both).unwrap();
    assert_eq!((&*both, sent()), (&b"rece"[..], b"both".to_vec()));
    part.transfer(&mut read[..1], &write).unwrap();
    sent();
    // In parts: a delay, and more than fit one call of the driver.
    let mut places: Vec<_> = (0..10).map(|_| exactly(b"x")).collect();
    let mut operations: Vec<_> = places.iter_mut().map(|place| Operation::TransferInPlace(place)).collect();
    operations.push(Operation::DelayNs(1));
    operations.push(Operation::Write(&write));
    operations.push(Operation::Read(&mut read));
    part.transaction(&mut operations).unwrap();
    assert_eq!(sent(), b"xxxxxxxxxxwr");
    part.transaction(&mut []).unwrap();
    drop(part);
    drop(Spi::open(node()).unwrap());
}

fn pins() {
    let mut output = Output::open(node()).unwrap();
    output.set_active(true).unwrap();
    assert!(!*LEVEL.lock().unwrap(), "active low");
    output.set_high().unwrap();
    assert_eq!(output.is_set_high(), Ok(true));
    let mut input = Input::open(node()).unwrap();
    assert_eq!((input.is_high(), input.is_active()), (Ok(true), Ok(false)));
    let mut pwm = Pwm::open(node()).unwrap();
    assert_eq!(pwm.set_duty_cycle(pwm.max_duty_cycle() + 1), Err(Error::Invalid));
    pwm.set_duty_cycle_percent(50).unwrap();
}
