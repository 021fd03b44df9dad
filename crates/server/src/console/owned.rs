//! Whose a client is. Its owner is known by address and, where the client says so, by the data center they are at home
//! in: the same address at another data center is another person.

use grantor_protocol::people::fold_email;
use grantor_store::{Owner, Registration};

use super::client_id;
use crate::{failure::Failure, sitting::Sitting};

/// The client of that id, when it belongs to whoever asks; for everybody else there is none.
pub async fn owned(sitting: &Sitting<'_>, id: &str) -> Result<Option<Registration>, Failure> {
    if !client_id::is_plain(id) {
        return Ok(None);
    }
    let (id, email) = (id.to_owned(), address(sitting));
    let here = sitting.visit.dc.place.location.clone();
    let places = sitting.visit.dc.house.locations();
    let found = sitting
        .visit
        .dc
        .house
        .directory
        .read(move |tx| {
            let Some(found) = tx.registration(&id)?.filter(|found| found.client.settings.owner == email) else {
                return Ok(None);
            };
            if !found.owner_location.is_empty() {
                return Ok((found.owner_location == here).then_some(found));
            }
            // Written by an operator: the first data center of the config where the address is at home.
            let homes = tx.homes(&email)?;
            let home = places.iter().find(|place| homes.contains(place));
            Ok((home == Some(&here)).then_some(found))
        })
        .await?;
    Ok(found)
}

/// Whose clients the console lists: the person's, as an owner.
pub async fn owner(sitting: &Sitting<'_>) -> Result<Owner, Failure> {
    let (email, here) = (address(sitting), sitting.visit.dc.place.location.clone());
    let places = sitting.visit.dc.house.locations();
    let wanted = email.clone();
    let homes = sitting.visit.dc.house.directory.read(move |tx| tx.homes(&wanted)).await?;
    let unplaced = places.iter().find(|place| homes.contains(place)) == Some(&here);
    Ok(Owner { email, location: here, unplaced })
}

/// The person's address, as owners are kept.
pub fn address(sitting: &Sitting<'_>) -> String {
    fold_email(&sitting.person.user.email).unwrap_or_default()
}
