# A person's own pages: profile, password, sessions, applications, data; and the way over the mailbox.

home-account = Your account
home-console = Developer console

profile-lead = This is what applications see of you when you let them.
profile-names = Your name
profile-names-about = As you want to be addressed.
profile-first-name = First name
profile-last-name = Last name
profile-save = Save
profile-saved = Your name was saved.
profile-verified = Verified
profile-unverified = Not verified
profile-unverified-about = We do not know yet that this address is yours. Open the link in the letter we sent you.
profile-verify = Send the letter again
profile-letter-sent = The letter is on its way. Its link works for 30 minutes.
profile-role = Your role
profile-no-organization = You do not belong to any organization yet. Ask an administrator of yours to add you.
profile-more = More
profile-number = Your number (ZUID)
profile-since = Account since
profile-console = For developers
profile-console-link = Developer console
name-long = A name may have 100 characters at most.
name-odd = A name cannot have line breaks or invisible marks in it.

own-password-lead = What keeps your account yours.
own-password-title = Change your password
own-password-about = You stay signed in here, and are signed out everywhere else.
own-password-changed = Last changed on { $date }.
own-password-current = Current password
own-password-change = Change password
own-password-done = Your password was changed. You were signed out everywhere else.
own-password-wrong = This is not your current password.
new-password = New password
new-password-again = New password, once more
new-password-rules = At least 8 characters. A few unrelated words make a good one.
new-password-short = This is too short. Use at least 8 characters.
new-password-long = This is too long. 1024 bytes are the most.
new-password-email = This is your email address. Choose something that nobody can look up.
new-password-common = This is one of the first passwords that somebody would try. Choose another one.
new-password-differ = The two passwords are not the same.
new-password-end-tokens = Take back the access of all connected applications
new-password-end-tokens-hint = Do this when you think that somebody else was in your account. You can connect your applications again afterwards.

sessions-lead = The browsers in which you are signed in now. End those you do not know, then change your password.
sessions-started = Signed in since
sessions-seen = Last seen on
sessions-this = This one
sessions-end = End
list-older = Older ones
sessions-others = All other browsers
sessions-others-about = Signs you out everywhere but here. Connected applications keep their access.
sessions-end-others = End all others
sessions-ended = That browser is signed out.
sessions-all-ended = You are signed out everywhere but here.
sessions-browser-on = { $browser } on { $system }
sessions-browser = { $browser }
sessions-browser-unknown = Unknown browser

apps-lead = Applications that you let work with your data. You can take that back at any time.
apps-none-about = When an application asks for access and you accept, you find it here, with everything it may do.
apps-account-only = Your account only
apps-since = Access since
apps-used = Last used
apps-never-used = Not known
apps-place = Data center
apps-away = While you are away
apps-away-yes = Keeps its access
apps-away-no = Has no access
apps-for = Granted for
apps-for-organization = The whole organization, by an administrator
apps-may = What it may do

data-lead = What we keep about you belongs to you.
data-export = Take your data along
data-export-about = One file (JSON) with everything that is kept about you: profile, organizations, sessions, applications and what happened in your account.
data-export-button = Download the file
data-delete = Delete your account
data-delete-about = Your profile, your sessions and the access of all applications are gone at once and for good. What was noted for the audit stays for a time, under your number only.
data-kept-by = You are the only administrator here, and others depend on you. Make somebody else an administrator first:
data-go-along = Nobody else is in these organizations. They are deleted along with your account:
data-owned = You registered these applications. They go on working, but nobody can change them any more:
data-type-email = Type your email address to confirm
data-email-wrong = This is not the address of your account.
data-delete-button = Delete my account

recover-link = Forgot your password?
recover-title = Forgot your password?
recover-lead = Tell us your email address. We send you a letter with a link to set a new one.
letters-send = Send the letter
letters-back = Back to signing in
letters-wait = { $minutes ->
    [one] Too many letters were asked for from here. Wait a minute, then try again.
   *[other] Too many letters were asked for from here. Wait { $minutes } minutes, then try again.
 }
letter-sent-title = Look into your mailbox
letter-sent-recovery = If { $email } has an account here, a letter with a link is on its way. The link works for 30 minutes.
letter-sent-sign-up = A letter to { $email } is on its way. Its link works for 30 minutes.
letter-sent-hint = Nothing there after a few minutes? Look among the unwanted mail, or check the address.
letter-sent-sandbox = Open the sandbox's mailbox
letter-sent-again = Use another address
new-password-title = Set a new password
new-password-lead = For { $email }. You are signed out everywhere, and sign in with the new one.
new-password-set = Set password
password-set-title = Your password was changed
password-set-lead = You were signed out everywhere. Sign in with your new password.
verify-title = Is this your address?
verify-lead = Confirm that { $email } is yours.
verify-button = Yes, it is mine
email-verified-title = Thank you
email-verified-lead = Your email address is verified now.
email-verified-onward = Go to your account
link-dead-title = This link does not work any more
link-dead-lead = A link in a letter works once, and for 30 minutes. Ask for a new letter.
link-dead-onward = Start again
account-deleted-title = Your account is deleted
account-deleted-lead = Everything that was yours is gone. Thank you for having been here.
account-deleted-onward = Go to the front page

letter-recovery-subject = Set a new password at { $brand }
letter-recovery =
    Somebody, hopefully you, asked to set a new password for your account at { $brand }.
    Open this link to do so. It works once, and for 30 minutes:

    { $link }

    If it was not you, you need not do anything: your password stays as it is.
letter-verification-subject = Confirm your email address at { $brand }
letter-verification =
    Open this link to confirm that this address is yours. It works once, and for 30 minutes:

    { $link }

    If you have no account at { $brand }, you need not do anything.
letter-password-changed-subject = Your password at { $brand } was changed
letter-password-changed =
    The password of your account at { $brand } was changed just now.

    If it was not you, set a new one at once:

    { $link }
letter-factor-changed-subject = Two-step sign-in at { $brand } was changed
letter-factor-changed =
    { $change }

    If it was not you, set a new password at once. That signs everybody out:

    { $link }

    Then look at two-step sign-in in your account, and remove what is not yours.
letter-guessing-subject = Somebody tries to sign in to your account at { $brand }
letter-guessing-password =
    Several wrong passwords in a row were given for your account at { $brand }. Nobody got in, and whoever it is now has to wait between two tries.

    If it was you, wait a moment or use a browser you have signed in with before. If it was not, you need not do anything; if your password is short, or you use it elsewhere too, set a new one:

    { $link }
letter-guessing-code =
    Somebody gave the right password of your account at { $brand }, and then several wrong codes. They did not get in, and now have to wait between two tries.

    If it was not you, they know your password. Set a new one at once:

    { $link }
letter-authenticator-added = An authenticator app was set up for your account at { $brand } just now.
letter-authenticator-removed = The authenticator app of your account at { $brand } was removed just now.
letter-passkey-added = A passkey was added to your account at { $brand } just now.
letter-passkey-removed = A passkey of your account at { $brand } was removed just now.
letter-recovery-codes-made = New recovery codes were made for your account at { $brand } just now; the old ones do not work any more.
letter-recovery-code-used = Somebody signed in to your account at { $brand } with one of its recovery codes just now.
letter-factors-removed = The operator of { $brand } removed every second factor of your account just now: signing in needs your password alone.
