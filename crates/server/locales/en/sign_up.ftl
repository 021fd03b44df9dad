# Signing up, where strangers may.

sign-up-ask = No account yet?
sign-up-link = Create one
sign-up-title = Create an account
sign-up-lead = Tell us your email address. We send you a letter with a link to go on at { $brand }.
sign-up-finish-title = Almost done
sign-up-finish-lead = { $email } is yours. Now tell us who you are.
sign-up-organization = Name of your organization
sign-up-organization-hint = Your company or team. You will be its administrator.
sign-up-button = Create account
sign-up-name-missing = Enter your first name.
sign-up-organization-missing = Enter the name of your organization.

letter-sign-up-subject = Your new account at { $brand }
letter-sign-up =
    Somebody, hopefully you, wants to create an account at { $brand } with this address.
    Open this link to go on. It works once, and for 30 minutes:

    { $link }

    If it was not you, you need not do anything.
letter-account-there-subject = You have an account at { $brand } already
letter-account-there =
    Somebody, hopefully you, wanted to create an account at { $brand } with this address.
    There is one already. Sign in here; if you forgot your password, you can set a new one on the way:

    { $link }

    If it was not you, you need not do anything.
