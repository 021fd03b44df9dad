//! `/organization/{id}/audit`: what happened in the organization, by kind, person, application and time.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    response::Response,
};
use grantor_protocol::{
    params::Params,
    people::{Realm, UserId, fold_email},
    time::Timestamp,
    token::TokenId,
};
use grantor_store::{AuditFilter, AuditLine, AuditPage};
use time::{Date, Month, OffsetDateTime, Time};

use super::{
    nav::Page,
    office::{self, LINES, Office},
};
use crate::{
    failure::Failure,
    house::DataCenter,
    moment::to_the_minute,
    pages::organization::{Audit, AuditShown, Pager},
    sitting::Sitting,
    walk::error_pages,
};

/// So many stretches of the log are looked at for one page.
const STRETCHES: usize = 2;

/// What a page or an export is asked for, as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub event: String,
    pub person: String,
    pub app: String,
    pub from: String,
    pub to: String,
}

impl Wanted {
    /// Reads it from a query or a form.
    ///
    /// # Errors
    /// The name of a date that is none: what is asked for would not be what is shown.
    pub fn read(params: &Params) -> Result<Self, &'static str> {
        let text = |name, most| office::typed(params.get(name), most);
        let date = |name| {
            let typed = text(name, 40);
            if typed.is_empty() || midnight(&typed).is_some() { Ok(typed) } else { Err(name) }
        };
        Ok(Self {
            event: text("event", 60),
            person: text("person", 254),
            app: text("app", 100),
            from: date("from")?,
            to: date("to")?,
        })
    }

    /// The same as pairs of a query.
    pub fn pairs(&self) -> [(&'static str, &str); 5] {
        [("event", &self.event), ("person", &self.person), ("app", &self.app), ("from", &self.from), ("to", &self.to)]
    }

    /// What the store is asked. A person is named by address or number; one whom nobody knows has done nothing.
    pub async fn filter(&self, sitting: &Sitting<'_>, office: &Office) -> Result<AuditFilter, Failure> {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let user = match (self.person.as_str(), office::user(&self.person)) {
            ("", _) => None,
            (_, Some(user)) => Some(user),
            (address, None) => Some(person(sitting, office, address).await?.unwrap_or(UserId(-1))),
        };
        let day_after = |date: &str| midnight(date).map(|at| at.plus(Duration::from_hours(24)));
        Ok(AuditFilter {
            event: some(&self.event),
            user,
            client_id: some(&self.app),
            from: midnight(&self.from).map(TokenId::first_of),
            before: day_after(&self.to).map(TokenId::first_of),
        })
    }
}

/// A person of the house or of one of the organization's portals, by address.
async fn person(sitting: &Sitting<'_>, office: &Office, address: &str) -> Result<Option<UserId>, Failure> {
    let (Some(email), id) = (fold_email(address), office.id()) else { return Ok(None) };
    let step = move |tx: &mut grantor_store::Tx<'_>| {
        if let Some(found) = tx.user_by_email(&Realm::Accounts, &email)? {
            return Ok(Some(found.user.id));
        }
        for portal in tx.portals_of(&id)? {
            if let Some(found) = tx.user_by_email(&Realm::Portal(portal.id), &email)? {
                return Ok(Some(found.user.id));
            }
        }
        Ok(None)
    };
    Ok(sitting.visit.dc.store.read(step).await?)
}

/// The beginning of a day, `2026-11-22`, in UTC.
fn midnight(date: &str) -> Option<Timestamp> {
    let mut parts = date.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    let date = Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()?;
    let at = OffsetDateTime::new_utc(date, Time::MIDNIGHT).unix_timestamp();
    (at >= 0).then(|| Timestamp::from_millis(at.saturating_mul(1_000)))
}

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, async |sitting, office| {
        let wanted = match Wanted::read(sitting.query()) {
            Ok(wanted) => wanted,
            Err(name) => return Ok(error_pages::link_malformed(sitting.visit, name)),
        };
        let before = match sitting.asked("before", TokenId::from_hex) {
            Ok(before) => before,
            Err(response) => return Ok(*response),
        };
        let mut filter = wanted.filter(sitting, office).await?;
        // Where the page before ended, unless the time that is wanted ends earlier.
        filter.before = match (before, filter.before) {
            (Some(one), Some(other)) => Some(if one.as_bytes() < other.as_bytes() { one } else { other }),
            (one, other) => one.or(other),
        };
        let found = stretches(sitting, office, filter).await?;
        let mut lines = Vec::with_capacity(found.lines.len());
        for line in found.lines {
            lines.push(shown(&sitting.visit.dc, line).await?);
        }
        let path = office.path("/audit");
        let next = found.next.map(TokenId::to_hex);
        let pager = Pager::with("before", &path, &wanted.pairs(), before.is_some(), next.as_deref());
        let html = office.shell(sitting, Page::Audit, |shell| {
            Audit { shell, path: &path, wanted: &wanted, lines: &lines, pager }.render()
        });
        sitting.page(html)
    })
    .await
}

/// A page full of lines, or what a few stretches of the log have of them.
async fn stretches(sitting: &Sitting<'_>, office: &Office, mut filter: AuditFilter) -> Result<AuditPage, Failure> {
    let mut whole = AuditPage::default();
    for _ in 0..STRETCHES {
        let (id, wanted, room) = (office.id(), filter.clone(), LINES - whole.lines.len());
        let page = sitting.visit.dc.store.read(move |tx| tx.organization_audit(&id, &wanted, room)).await?;
        whole.lines.extend(page.lines);
        whole.next = page.next;
        match page.next {
            Some(next) if whole.lines.len() < LINES => filter.before = Some(next),
            _ => break,
        }
    }
    Ok(whole)
}

async fn shown(dc: &DataCenter, line: AuditLine) -> Result<AuditShown, Failure> {
    let AuditLine { row, email } = line;
    let who = match row.user {
        Some(UserId::NOBODY) | None => String::new(),
        Some(user) if email.is_empty() => user.0.to_string(),
        Some(_) => email,
    };
    let application = match &row.client_id {
        Some(client_id) => office::application(dc, client_id).await?,
        None => String::new(),
    };
    let at = to_the_minute(row.id.made_at());
    Ok(AuditShown { at, event: row.event, who, application, detail: row.detail, request_id: row.request_id })
}

#[cfg(test)]
mod tests {
    use super::midnight;

    #[test]
    fn days_are_read_and_nothing_else_is() {
        assert_eq!(midnight("2026-11-22").map(|at| at.millis()), Some(1_795_305_600_000));
        for wrong in ["", "2026", "2026-13-01", "2026-02-30", "x-y-z", "1969-12-31", "2026-11-22T10", "99999-1-1"] {
            assert_eq!(midnight(wrong), None, "{wrong}");
        }
    }
}
