// SPDX-License-Identifier: Apache-2.0
//! Every line of tests/golden: the steps are done, and exactly what is named comes of each.

mod script;

fn packets(field: &str) -> Vec<Vec<u8>> {
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    let packet = |text: &str| -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        assert!(digits.len().is_multiple_of(2), "{text}");
        digits.chunks(2).map(byte).collect()
    };
    if field.trim() == "-" { Vec::new() } else { field.split(';').map(packet).collect() }
}

fn hexadecimal(results: &[Vec<u8>]) -> String {
    let one = |bytes: &Vec<u8>| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    results.iter().map(one).collect::<Vec<_>>().join(" ; ")
}

/// Prints all lines that differ before it fails.
fn check(suite: &str, text: &str) {
    let mut wrong = 0;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('|').collect();
        let [name, steps, results] = fields[..] else { panic!("three fields: {line}") };
        let (steps, expected) = (packets(steps), packets(results));
        let steps: Vec<&[u8]> = steps.iter().map(Vec::as_slice).collect();
        let mut results = Vec::new();
        let known = script::run(suite, &steps, &mut |result| {
            results.push(result.to_vec());
            true
        });
        if !known || results != expected {
            println!("{name}\n  expected {}\n  got      {}", hexadecimal(&expected), hexadecimal(&results));
            wrong += 1;
        }
    }
    assert_eq!(wrong, 0, "lines of {suite}.txt");
}

#[test]
fn ring() {
    check("ring", include_str!("golden/ring.txt"));
}

#[test]
fn filter() {
    check("filter", include_str!("golden/filter.txt"));
}
