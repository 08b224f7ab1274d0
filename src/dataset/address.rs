//! The order of addresses: numbers as numbers, so that `10.2.0.9` stands before `10.10.0.1`.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Where an address stands: IPv4 by number, then IPv6 by number, then host names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AddressKey {
    V4(Ipv4Addr),
    V6(Ipv6Addr),
    /// In lower case, because host names are the same in any case.
    Name(String),
}

impl AddressKey {
    pub(super) fn of(address: &str) -> Self {
        if let Ok(address) = address.parse() {
            return Self::V4(address);
        }
        // A link-local address may name its network card after a `%`, and a copied one may stand in brackets.
        let bare = address.strip_prefix('[').map_or(address, |rest| rest.strip_suffix(']').unwrap_or(rest));
        let bare = bare.split_once('%').map_or(bare, |(address, _card)| address);
        match bare.parse() {
            Ok(address) => Self::V6(address),
            Err(_) => Self::Name(address.to_lowercase()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_before_names_and_count_as_numbers() {
        let ordered =
            ["9.255.0.1", "10.2.0.9", "10.10.0.1", "::1", "fe80::2%eth0", "fe80::10", "hmi-10", "HMI-7"];
        let keys: Vec<AddressKey> = ordered.iter().map(|text| AddressKey::of(text)).collect();
        assert!(keys.is_sorted(), "{keys:?}");
    }

    #[test]
    fn what_only_looks_like_a_number_is_a_name() {
        assert_eq!(AddressKey::of("10.2.0.256"), AddressKey::Name("10.2.0.256".into()));
    }
}
