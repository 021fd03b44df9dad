# Registrieren, wo Fremde das dürfen.

sign-up-ask = Noch kein Konto?
sign-up-link = Konto anlegen
sign-up-title = Konto anlegen
sign-up-lead = Nennen Sie uns Ihre E-Mail-Adresse. Wir schicken Ihnen einen Brief mit einem Link, über den es bei { $brand } weitergeht.
sign-up-finish-title = Fast fertig
sign-up-finish-lead = { $email } gehört Ihnen. Sagen Sie uns noch, wer Sie sind.
sign-up-organization = Name Ihrer Organisation
sign-up-organization-hint = Ihre Firma oder Ihr Team. Sie werden es verwalten.
sign-up-button = Konto anlegen
sign-up-name-missing = Geben Sie Ihren Vornamen ein.
sign-up-organization-missing = Geben Sie den Namen Ihrer Organisation ein.

letter-sign-up-subject = Ihr neues Konto bei { $brand }
letter-sign-up =
    Jemand, hoffentlich Sie, möchte mit dieser Adresse ein Konto bei { $brand } anlegen.
    Öffnen Sie diesen Link, um fortzufahren. Er gilt einmal und 30 Minuten lang:

    { $link }

    Wenn Sie das nicht waren, müssen Sie nichts tun.
letter-account-there-subject = Sie haben schon ein Konto bei { $brand }
letter-account-there =
    Jemand, hoffentlich Sie, wollte mit dieser Adresse ein Konto bei { $brand } anlegen.
    Es gibt schon eines. Melden Sie sich hier an; wenn Sie Ihr Passwort vergessen haben, können Sie unterwegs ein neues setzen:

    { $link }

    Wenn Sie das nicht waren, müssen Sie nichts tun.
