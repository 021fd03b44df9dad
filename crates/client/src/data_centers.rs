//! The data centers an accounts server knows, from `/oauth/serverinfo`: the only hosts a code may be taken to.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::BaseUrl;

/// What `GET {accounts}/oauth/serverinfo` answered (accounts-protocol.md section 1.2, decisions.md 28): location codes
/// such as `us` and the accounts URL of each. URLs that may not be used (plain http elsewhere) are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataCenters {
    locations: BTreeMap<String, BaseUrl>,
    portal_locations: BTreeMap<String, BaseUrl>,
}

/// The body as sent.
#[derive(Deserialize)]
struct Body {
    locations: BTreeMap<String, String>,
    #[serde(default)]
    portal_locations: BTreeMap<String, String>,
}

impl DataCenters {
    /// A table given by hand, for an accounts server without `/oauth/serverinfo`.
    pub fn new(
        locations: impl IntoIterator<Item = (String, BaseUrl)>,
        portal_locations: impl IntoIterator<Item = (String, BaseUrl)>,
    ) -> Self {
        Self { locations: locations.into_iter().collect(), portal_locations: portal_locations.into_iter().collect() }
    }

    /// Reads the body of the answer.
    pub(crate) fn read(body: &[u8]) -> Result<Self, serde_json::Error> {
        let Body { locations, portal_locations } = serde_json::from_slice(body)?;
        Ok(Self { locations: usable(locations), portal_locations: usable(portal_locations) })
    }

    /// Accounts URLs by location code.
    pub fn locations(&self) -> &BTreeMap<String, BaseUrl> {
        &self.locations
    }

    /// Portal URLs by location code; empty when the server lists none.
    pub fn portal_locations(&self) -> &BTreeMap<String, BaseUrl> {
        &self.portal_locations
    }
}

fn usable(listed: BTreeMap<String, String>) -> BTreeMap<String, BaseUrl> {
    listed.into_iter().filter_map(|(location, url)| Some((location, BaseUrl::parse(&url).ok()?))).collect()
}
