//! The sort order of addresses: by number, so that `10.2.0.9` sorts before `10.10.0.1`.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Sort key of an address: IPv4 by number, then IPv6 by number, then host names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AddressKey<'a> {
    V4(Ipv4Addr),
    V6(Ipv6Addr),
    /// In lower case, because host names are not case-sensitive.
    Name(Cow<'a, str>),
}

impl<'a> AddressKey<'a> {
    pub(super) fn of(address: &'a str) -> Self {
        if let Ok(address) = address.parse() {
            return Self::V4(address);
        }
        // IPv6 may be in brackets, and a link-local address may have its interface after a `%`.
        let bare = address.strip_prefix('[').map_or(address, |rest| rest.strip_suffix(']').unwrap_or(rest));
        let bare = bare.split_once('%').map_or(bare, |(address, _interface)| address);
        if bare.contains(':')
            && let Ok(address) = bare.parse()
        {
            return Self::V6(address);
        }
        if address.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
            Self::Name(address.into())
        } else {
            Self::Name(address.to_lowercase().into())
        }
    }
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
    fn treats_invalid_numbers_as_names() {
        assert_eq!(AddressKey::of("10.2.0.256"), AddressKey::Name("10.2.0.256".into()));
    }
}
