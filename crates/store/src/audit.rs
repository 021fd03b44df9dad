//! Who did what. Audit rows are written by the step they tell of, in its transaction (`spec/decisions.md` 25). What was
//! refused and why is told by notices.

use grantor_protocol::{people::UserId, time::Timestamp, token::TokenId};

use crate::{Row, StoreError, Tx};

/// What an audit row tells of. Tokens and codes appear by their mark (eight hex digits), never whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditEvent {
    /// A person signed in.
    SignedIn,
    /// A person signed out.
    SignedOut,
    /// A person accepted a consent.
    Consented,
    /// A person rejected one.
    Rejected,
    /// A person withdrew what they had granted.
    Withdrawn,
    /// A code was presented again; the tokens made from it were revoked.
    CodeReplayed,
    /// The 21st refresh token pushed the oldest out.
    RefreshTokenEvicted,
    /// An old refresh token came again; its family was ended.
    RefreshTokenReused,
    /// A token was revoked on request.
    TokenRevoked,
    /// The operator changed something, by a command or the admin API.
    Operated,
    /// The owner registered a client.
    ClientRegistered,
    /// The owner changed one, or disabled or enabled it.
    ClientChanged,
    /// The owner removed one.
    ClientRemoved,
    /// The owner had a client secret made.
    ClientSecretMade,
    /// The owner ended one.
    ClientSecretEnded,
    /// A self client's owner made themselves a code in the console.
    SelfCodeMade,
    /// A client's owner set, turned or switched off its webhook.
    WebhookChanged,
    /// A client's owner made a test user, in a sandbox.
    TestUserMade,
    /// A client's owner removed one.
    TestUserRemoved,
    /// A client's owner made a sandbox clone of it.
    ClientCloned,
    /// An administrator changed what their organization allows.
    PolicyChanged,
    /// A member asked for the review of a client.
    ReviewAsked,
    /// An administrator decided a review.
    ReviewDecided,
    /// An administrator took back what a member had granted.
    WithdrawnByAdministrator,
    /// An administrator took a client's access back from all members.
    ClientWithdrawn,
    /// A member became an administrator, or ceased to be one.
    AdministratorChanged,
    /// An administrator removed a member.
    MemberRemoved,
    /// An administrator invited somebody.
    Invited,
    /// An administrator took an invitation back.
    InvitationWithdrawn,
    /// Somebody accepted an invitation.
    InvitationAccepted,
    /// An administrator made a portal.
    PortalAdded,
    /// An administrator removed a portal that had no users any more.
    PortalRemoved,
    /// An administrator added a user to a portal.
    PortalUserAdded,
    /// An administrator disabled or enabled a portal's user, gave them a new password or removed them.
    PortalUserChanged,
    /// An administrator changed a portal's looks or clients.
    PortalChanged,
    /// An administrator took the audit log along.
    AuditExported,
    /// A person added an authenticator app.
    AuthenticatorAdded,
    /// A person removed it.
    AuthenticatorRemoved,
    /// A person added a passkey.
    PasskeyAdded,
    /// A person removed one.
    PasskeyRemoved,
    /// A person made recovery codes; those before are void.
    RecoveryCodesMade,
    /// Every second factor of a person was taken away.
    SecondFactorsRemoved,
    /// A client got an access token by its credentials alone.
    ClientTokenIssued,
    /// An access token was issued because an organization vouched for its portal's user.
    RemoteTokenIssued,
    /// A person changed their name.
    ProfileChanged,
    /// A person changed their password.
    PasswordChanged,
    /// A person set a new password by a link in a letter.
    PasswordRecovered,
    /// A person proved their address by a link in a letter.
    EmailVerified,
    /// A stranger made an account and an organization.
    SignedUp,
    /// A person ended a session from another one.
    SessionEnded,
    /// A person took along what is kept about them.
    DataExported,
    /// A person deleted their account; only its number is left, in the audit.
    AccountDeleted,
}

impl AuditEvent {
    /// As kept in a row.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signed_in",
            Self::SignedOut => "signed_out",
            Self::Consented => "consented",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::CodeReplayed => "code_replayed",
            Self::RefreshTokenEvicted => "refresh_token_evicted",
            Self::RefreshTokenReused => "refresh_token_reused",
            Self::TokenRevoked => "token_revoked",
            Self::Operated => "operated",
            Self::ClientRegistered => "client_registered",
            Self::ClientChanged => "client_changed",
            Self::ClientRemoved => "client_removed",
            Self::ClientSecretMade => "client_secret_made",
            Self::ClientSecretEnded => "client_secret_ended",
            Self::SelfCodeMade => "self_code_made",
            Self::WebhookChanged => "webhook_changed",
            Self::TestUserMade => "test_user_made",
            Self::TestUserRemoved => "test_user_removed",
            Self::ClientCloned => "client_cloned",
            Self::PolicyChanged => "policy_changed",
            Self::ReviewAsked => "review_asked",
            Self::ReviewDecided => "review_decided",
            Self::WithdrawnByAdministrator => "withdrawn_by_administrator",
            Self::ClientWithdrawn => "client_withdrawn",
            Self::AdministratorChanged => "administrator_changed",
            Self::MemberRemoved => "member_removed",
            Self::Invited => "invited",
            Self::InvitationWithdrawn => "invitation_withdrawn",
            Self::InvitationAccepted => "invitation_accepted",
            Self::PortalAdded => "portal_added",
            Self::PortalRemoved => "portal_removed",
            Self::PortalUserAdded => "portal_user_added",
            Self::PortalUserChanged => "portal_user_changed",
            Self::PortalChanged => "portal_changed",
            Self::AuditExported => "audit_exported",
            Self::AuthenticatorAdded => "authenticator_added",
            Self::AuthenticatorRemoved => "authenticator_removed",
            Self::PasskeyAdded => "passkey_added",
            Self::PasskeyRemoved => "passkey_removed",
            Self::RecoveryCodesMade => "recovery_codes_made",
            Self::SecondFactorsRemoved => "second_factors_removed",
            Self::ClientTokenIssued => "client_token_issued",
            Self::RemoteTokenIssued => "remote_token_issued",
            Self::ProfileChanged => "profile_changed",
            Self::PasswordChanged => "password_changed",
            Self::PasswordRecovered => "password_recovered",
            Self::EmailVerified => "email_verified",
            Self::SignedUp => "signed_up",
            Self::SessionEnded => "session_ended",
            Self::DataExported => "data_exported",
            Self::AccountDeleted => "account_deleted",
        }
    }
}

/// One audit row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Orders by time; unique.
    pub id: TokenId,
    /// See [`AuditEvent::as_str`].
    pub event: String,
    /// The user concerned.
    pub user: Option<UserId>,
    /// The client concerned.
    pub client_id: Option<String>,
    /// The organization concerned.
    pub organization_id: Option<String>,
    /// More, in words; nothing secret.
    pub detail: String,
    /// Which request did it.
    pub request_id: String,
}

/// What a step needs to write its audit row: an identifier drawn before the step, and the request's.
#[derive(Debug, Clone)]
pub struct AuditTrail {
    /// Drawn by the caller, since a step draws nothing.
    pub id: TokenId,
    /// The id the client's developer may quote.
    pub request_id: String,
}

/// Whom an audit row concerns.
#[derive(Debug, Clone, Copy, Default)]
pub struct Concerning<'a> {
    /// The user.
    pub user: Option<UserId>,
    /// The client.
    pub client_id: Option<&'a str>,
    /// The organization; an empty one is left out.
    pub organization_id: Option<&'a str>,
}

pub(crate) fn audit_row(row: &Row<'_>) -> Result<AuditRow, StoreError> {
    Ok(AuditRow {
        id: TokenId::from_bytes(row.array(0)?),
        event: row.text(1)?,
        user: row.opt_int(2)?.map(UserId),
        client_id: row.opt_text(3)?,
        organization_id: row.opt_text(4)?,
        detail: row.text(5)?,
        request_id: row.text(6)?,
    })
}

impl Tx<'_> {
    /// Writes one audit row.
    pub fn audit(
        &mut self,
        trail: &AuditTrail,
        event: AuditEvent,
        concerning: Concerning<'_>,
        detail: &str,
    ) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO audit (id, event, user_id, client_id, organization_id, detail, request_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING",
            &[
                trail.id.as_bytes().into(),
                event.as_str().into(),
                concerning.user.map(|u| u.0).into(),
                concerning.client_id.into(),
                concerning.organization_id.filter(|o| !o.is_empty()).into(),
                detail.into(),
                trail.request_id.as_str().into(),
            ],
        )?;
        Ok(())
    }

    /// The audit rows that concern a user and are older than `before`, newest first. Rows from before the user was made
    /// are not theirs: a number that is given anew was somebody else's. Where the user was made after `now`, the clock was
    /// set back (a sandbox's may be), and that time says nothing.
    pub fn audit_of(
        &mut self,
        user: UserId,
        before: Option<TokenId>,
        limit: i64,
        now: Timestamp,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let made = self.one("SELECT created_at FROM users WHERE id = $1", &[user.0.into()], |row| row.int(0))?;
        let Some(made) = made.map(Timestamp::from_millis) else { return Ok(Vec::new()) };
        let since = if made > now { Timestamp::default() } else { made };
        self.all(
            "SELECT id, event, user_id, client_id, organization_id, detail, request_id FROM audit
             WHERE user_id = $1 AND id < $2 AND id >= $3 ORDER BY id DESC LIMIT $4",
            &[
                user.0.into(),
                before.unwrap_or(TokenId::from_bytes([0xff; 16])).as_bytes().into(),
                TokenId::first_of(since).as_bytes().into(),
                limit.into(),
            ],
            audit_row,
        )
    }

    /// The newest audit rows, newest first.
    pub fn audit_rows(&mut self, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
        self.all(
            "SELECT id, event, user_id, client_id, organization_id, detail, request_id FROM audit ORDER BY id DESC LIMIT $1",
            &[limit.into()],
            audit_row,
        )
    }

    /// Removes audit rows from before `until`, at most `slice` of them. Returns how many went.
    pub fn sweep_audit(&mut self, until: Timestamp, slice: i64) -> Result<u64, StoreError> {
        self.execute(
            "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE id < $1 ORDER BY id LIMIT $2)",
            &[TokenId::first_of(until).as_bytes().into(), slice.into()],
        )
    }
}
