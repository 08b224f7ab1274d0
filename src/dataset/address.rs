//! The hosts of addresses, and their sort order: by number, so that `10.2.0.9` sorts before `10.10.0.1`.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::TextColumn;

/// The host of an address as a sort key: IPv4 by number, then IPv6 by number, then host names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AddressKey<'a> {
    V4(Ipv4Addr),
    V6(Ipv6Addr),
    /// A host name in lower case, because host names are not case-sensitive.
    Name(Cow<'a, str>),
}

impl<'a> AddressKey<'a> {
    pub(super) fn of(address: &'a str) -> Self {
        let host = without_port(address.trim());
        if let Ok(host) = host.parse() {
            return Self::V4(host);
        }
        // A link-local address may have its interface after a `%`.
        let bare = host.split_once('%').map_or(host, |(address, _interface)| address);
        if bare.contains(':')
            && let Ok(host) = bare.parse::<Ipv6Addr>()
        {
            return host.to_ipv4_mapped().map_or(Self::V6(host), Self::V4);
        }
        let name = host.strip_suffix('.').unwrap_or(host);
        if name.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
            Self::Name(name.into())
        } else {
            Self::Name(name.to_lowercase().into())
        }
    }
}

/// Returns an address without the port that it may carry, and an IPv6 address without its brackets.
fn without_port(address: &str) -> &str {
    let is_port = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some((host, rest)) = address.strip_prefix('[').and_then(|rest| rest.split_once(']'))
        && (rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port))
    {
        return host;
    }
    // An IPv6 address has more than one colon.
    match address.split_once(':') {
        Some((host, port)) if !host.is_empty() && is_port(port) => host,
        _ => address,
    }
}

/// Returns the host of each address as a number, which is the same for addresses that differ in port, case or notation only.
/// The column must be one of addresses, whose dictionary has those of one host next to each other.
pub(crate) fn hosts(addresses: &TextColumn) -> Vec<u32> {
    let mut hosts = Vec::with_capacity(addresses.distinct());
    let mut last = None;
    for (code, address) in (0_u32..).zip(addresses.texts()) {
        let key = AddressKey::of(address);
        match &last {
            Some((last, host)) if *last == key => hosts.push(*host),
            _ => {
                hosts.push(code);
                last = Some((key, code));
            }
        }
    }
    hosts
}

/// Returns the codes of the addresses on the same host as that of a code. The column is as for [`hosts`].
pub(crate) fn codes_of_host(addresses: &TextColumn, code: u32) -> Range<u32> {
    let key = AddressKey::of(addresses.text(code));
    let is_same = |other: &u32| AddressKey::of(addresses.text(*other)) == key;
    let first = (0..code).rev().take_while(is_same).last().unwrap_or(code);
    let distinct = u32::try_from(addresses.distinct()).unwrap_or(u32::MAX);
    let last = (code + 1..distinct).take_while(is_same).last().unwrap_or(code);
    first..last + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_numbers_before_names() {
        let ordered =
            ["9.255.0.1", "10.2.0.9", "10.10.0.1", "::1", "fe80::2%eth0", "fe80::10", "hmi-10", "HMI-7"];
        let keys: Vec<AddressKey> = ordered.iter().map(|text| AddressKey::of(text)).collect();
        assert!(keys.is_sorted(), "{keys:?}");
    }

    #[test]
    fn sorts_by_host_whatever_the_port() {
        let ordered = ["10.2.0.9:9", "10.10.0.1", "10.10.0.1:80", "[::1]:5", "::2", "HMI-7:5", "hmi-8"];
        let keys: Vec<AddressKey> = ordered.iter().map(|text| AddressKey::of(text)).collect();
        assert!(keys.is_sorted(), "{keys:?}");
        assert_eq!(keys[1], keys[2]);
        for (text, name) in
            [("a:b", "a:b"), ("a:", "a:"), (":5", ":5"), ("[::1", "[::1"), ("[::1]x", "[::1]x"), ("", "")]
        {
            assert_eq!(AddressKey::of(text), AddressKey::Name(name.into()));
        }
    }

    #[test]
    fn treats_invalid_numbers_as_names() {
        assert_eq!(AddressKey::of("10.2.0.256"), AddressKey::Name("10.2.0.256".into()));
    }
}
