//! Telling the owners of clients that somebody took their access back. Not who: that is not theirs to know.

use std::collections::BTreeMap;

use grantor_store::NoticeKind;

use crate::{walk::Visit, warnings};

/// Tells the owners of these clients, each named once for each grant that ended.
pub fn tell(visit: &Visit, clients: &[String]) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for client in clients {
        *counts.entry(client).or_default() += 1;
    }
    for (client, count) in counts {
        let detail = match count {
            1 => "a person took back the access they had given; its tokens ended".to_owned(),
            n => format!("a person took back the access they had given in {n} organizations; its tokens ended"),
        };
        visit.asking.tell(&visit.dc, client, NoticeKind::Revocation, warnings::WITHDRAWN, &detail);
    }
}
