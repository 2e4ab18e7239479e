// SPDX-License-Identifier: Apache-2.0
//! Access control: westerly-wire's seals and proofs, and westerly-server's policy on a device of which nothing is known.

use westerly_server::wire::access as wire;
use westerly_server::wire::access::proof::{device_mac, login_mac, same, seal_mac, session_key};
use westerly_server::wire::access::seal::{split, write};
use westerly_server::wire::cbor::Value;
use westerly_server::wire::sha256::Sha256;
use westerly_server::{
    Access, AccessControl, AccessCounters, Counters, Defaults, Group, NotKept, Policy, Role, Rules, Server, Transport,
    Vault,
};

use crate::opaque::{reference, reference_mut, sink, slice, slice_mut, text, value};
use crate::server::{Outside, answer_packet};

pub const ENTRIES: &[fn()] = &[hash, names, proofs, seals, rule, counters, handle, control, policies_without];

struct Device;

impl Vault for Device {
    fn uptime(&self) -> u64 {
        value()
    }

    fn freshness(&mut self) -> Option<[u8; 12]> {
        value()
    }

    fn keep_key(&mut self, place: usize, kept: &[u8]) -> Result<(), NotKept> {
        sink((place, kept));
        value()
    }

    fn keep_policy(&mut self, kept: &[u8]) -> Result<(), NotKept> {
        sink(kept);
        value()
    }
}

#[inline(never)]
fn names() {
    sink((Access::name(value()), Access::named(text())));
    sink((Role::name(value()), Role::named(text())));
    sink((Transport::name(value()), Transport::named(text())));
}

#[inline(never)]
fn hash() {
    let mut hash = Sha256::new();
    Sha256::update(&mut hash, slice());
    sink(Sha256::finish(hash));
    sink(<Sha256 as Default>::default());
}

#[inline(never)]
fn proofs() {
    sink(login_mac(reference(), reference()));
    sink(session_key(reference(), reference()));
    sink(device_mac(reference(), value()));
    sink(seal_mac(reference(), slice()));
    sink(same(slice(), slice()));
}

#[inline(never)]
fn seals() {
    sink(split(value(), slice()));
    sink(write(value(), reference(), value(), value(), slice_mut(), value()));
}

#[inline(never)]
fn rule() {
    sink(wire::Rule::read(reference_mut()));
    sink(wire::Rule::write(reference(), reference_mut()));
    sink(<Option<u16> as Value>::read(reference_mut()));
    sink(<Option<&str> as Value>::write(reference(), reference_mut()));
}

#[inline(never)]
fn counters() {
    sink(AccessCounters::new());
    AccessCounters::clear(reference());
    sink(Counters::name(reference::<AccessCounters>()));
    Counters::each(reference::<AccessCounters>(), &mut |name, count| {
        sink((name, count));
        value()
    });
}

/// Packets, sealed or not, by anybody, to a device in any state.
#[inline(never)]
fn handle() {
    let defaults = Defaults { rules: slice(), transports: slice(), idle: value(), lifetime: value() };
    let mut server = Server::new(AccessControl::new(Device, defaults, reference()));
    let control = Server::policy_mut(&mut server);
    sink(AccessControl::restore_key(control, value(), slice()));
    sink(AccessControl::restore_policy(control, slice()));
    answer_packet(&mut server, &mut [&mut Outside]);
    answer_packet(reference_mut::<Server<AccessControl<'_, Device>>>(), &mut [&mut Outside]);
}

#[inline(never)]
fn control() {
    let control = reference_mut::<AccessControl<'_, Device>>();
    sink(AccessControl::access(control, reference(), value(), value()));
    sink(AccessControl::group(control).is_some());
    sink(AccessControl::reserve(control));
    sink(AccessControl::unseal(control, reference(), slice()));
    sink(AccessControl::identity(control, value()));
    sink(AccessControl::seal(control, value(), slice_mut(), value()));
    sink(AccessControl::description(control));
    sink(AccessControl::handle(control, reference(), reference_mut()));
}

/// What a policy does that says nothing but who may do what.
#[inline(never)]
fn policies_without() {
    let rules = reference_mut::<Rules<'_>>();
    sink(Policy::group(rules).is_some());
    sink(Policy::reserve(rules));
    sink(Policy::unseal(rules, reference(), slice()));
    sink(Policy::identity(rules, value()));
    sink(Policy::seal(rules, value(), slice_mut(), value()));
}
