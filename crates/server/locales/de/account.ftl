# Die eigenen Seiten: Profil, Passwort, Sitzungen, Anwendungen, Daten; und der Weg über das Postfach.

home-account = Ihr Konto
home-console = Konsole für Entwickler

profile-lead = Das sehen Anwendungen von Ihnen, wenn Sie es zulassen.
profile-names = Ihr Name
profile-names-about = So, wie Sie angesprochen werden möchten.
profile-first-name = Vorname
profile-last-name = Nachname
profile-save = Speichern
profile-saved = Ihr Name wurde gespeichert.
profile-verified = Bestätigt
profile-unverified = Nicht bestätigt
profile-unverified-about = Wir wissen noch nicht, ob diese Adresse Ihnen gehört. Öffnen Sie den Link in dem Brief, den wir Ihnen geschickt haben.
profile-verify = Brief noch einmal senden
profile-letter-sent = Der Brief ist unterwegs. Sein Link gilt 30 Minuten.
profile-role = Ihre Rolle
profile-no-organization = Sie gehören noch zu keiner Organisation. Bitten Sie jemanden, der Ihre verwaltet, Sie aufzunehmen.
profile-more = Weiteres
profile-number = Ihre Nummer (ZUID)
profile-since = Konto seit
profile-console = Für Entwickler
profile-console-link = Konsole für Entwickler
name-long = Ein Name darf höchstens 100 Zeichen haben.
name-odd = Ein Name darf keine Zeilenumbrüche und keine unsichtbaren Zeichen enthalten.

own-password-lead = Was dafür sorgt, dass Ihr Konto Ihres bleibt.
own-password-title = Passwort ändern
own-password-about = Hier bleiben Sie angemeldet, überall sonst werden Sie abgemeldet.
own-password-changed = Zuletzt geändert am { $date }.
own-password-current = Bisheriges Passwort
own-password-change = Passwort ändern
own-password-done = Ihr Passwort wurde geändert. Überall sonst wurden Sie abgemeldet.
own-password-wrong = Das ist nicht Ihr bisheriges Passwort.
new-password = Neues Passwort
new-password-again = Neues Passwort, noch einmal
new-password-rules = Mindestens 8 Zeichen. Ein paar Wörter ohne Zusammenhang eignen sich gut.
new-password-short = Das ist zu kurz. Verwenden Sie mindestens 8 Zeichen.
new-password-long = Das ist zu lang. Mehr als 1024 Bytes gehen nicht.
new-password-email = Das ist Ihre E-Mail-Adresse. Wählen Sie etwas, das niemand nachschlagen kann.
new-password-common = Das ist eines der Passwörter, die jemand zuerst versuchen würde. Wählen Sie ein anderes.
new-password-differ = Die beiden Passwörter sind nicht gleich.
new-password-end-tokens = Allen verbundenen Anwendungen den Zugriff entziehen
new-password-end-tokens-hint = Tun Sie das, wenn Sie vermuten, dass jemand anderes in Ihrem Konto war. Danach können Sie Ihre Anwendungen wieder verbinden.

sessions-lead = In diesen Browsern sind Sie jetzt angemeldet. Beenden Sie, was Sie nicht kennen, und ändern Sie dann Ihr Passwort.
sessions-started = Angemeldet seit
sessions-seen = Zuletzt gesehen am
sessions-this = Dieser hier
sessions-end = Beenden
list-older = Ältere
sessions-others = Alle anderen Browser
sessions-others-about = Meldet Sie überall außer hier ab. Verbundene Anwendungen behalten ihren Zugriff.
sessions-end-others = Alle anderen beenden
sessions-ended = Dieser Browser ist abgemeldet.
sessions-all-ended = Sie sind überall außer hier abgemeldet.
sessions-browser-on = { $browser } auf { $system }
sessions-browser = { $browser }
sessions-browser-unknown = Unbekannter Browser

apps-lead = Anwendungen, die mit Ihren Daten arbeiten dürfen. Sie können das jederzeit zurücknehmen.
apps-none-about = Wenn eine Anwendung um Zugriff bittet und Sie zustimmen, finden Sie sie hier, mit allem, was sie darf.
apps-account-only = Nur Ihr Konto
apps-since = Zugriff seit
apps-used = Zuletzt verwendet
apps-never-used = Nicht bekannt
apps-place = Rechenzentrum
apps-away = Während Ihrer Abwesenheit
apps-away-yes = Behält den Zugriff
apps-away-no = Hat keinen Zugriff
apps-for = Erteilt für
apps-for-organization = Die ganze Organisation, von deren Verwaltung
apps-may = Was sie darf

data-lead = Was wir über Sie aufbewahren, gehört Ihnen.
data-export = Ihre Daten mitnehmen
data-export-about = Eine Datei (JSON) mit allem, was über Sie aufbewahrt wird: Profil, Organisationen, Sitzungen, Anwendungen und was in Ihrem Konto geschehen ist.
data-export-button = Datei herunterladen
data-delete = Konto löschen
data-delete-about = Ihr Profil, Ihre Sitzungen und der Zugriff aller Anwendungen sind sofort und endgültig weg. Was für die Prüfung festgehalten wurde, bleibt eine Zeit lang, nur unter Ihrer Nummer.
data-kept-by = Hier verwalten nur Sie, und andere sind darauf angewiesen. Lassen Sie zuerst jemand anderen verwalten:
data-go-along = In diesen Organisationen ist sonst niemand. Sie werden mit Ihrem Konto gelöscht:
data-owned = Diese Anwendungen haben Sie registriert. Sie laufen weiter, aber niemand kann sie mehr ändern:
data-type-email = Geben Sie zur Bestätigung Ihre E-Mail-Adresse ein
data-email-wrong = Das ist nicht die Adresse Ihres Kontos.
data-delete-button = Mein Konto löschen

recover-link = Passwort vergessen?
recover-title = Passwort vergessen?
recover-lead = Nennen Sie uns Ihre E-Mail-Adresse. Wir schicken Ihnen einen Brief mit einem Link, über den Sie ein neues setzen.
letters-send = Brief senden
letters-back = Zurück zur Anmeldung
letters-wait = { $minutes ->
    [one] Von hier wurden zu viele Briefe angefordert. Warten Sie eine Minute und versuchen Sie es dann noch einmal.
   *[other] Von hier wurden zu viele Briefe angefordert. Warten Sie { $minutes } Minuten und versuchen Sie es dann noch einmal.
 }
letter-sent-title = Sehen Sie in Ihr Postfach
letter-sent-recovery = Wenn { $email } hier ein Konto hat, ist ein Brief mit einem Link unterwegs. Der Link gilt 30 Minuten.
letter-sent-sign-up = Ein Brief an { $email } ist unterwegs. Sein Link gilt 30 Minuten.
letter-sent-hint = Nach ein paar Minuten nichts da? Sehen Sie bei der unerwünschten Post nach, oder prüfen Sie die Adresse.
letter-sent-sandbox = Postfach der Sandbox öffnen
letter-sent-again = Andere Adresse verwenden
new-password-title = Neues Passwort setzen
new-password-lead = Für { $email }. Sie werden überall abgemeldet und melden sich mit dem neuen an.
new-password-set = Passwort setzen
password-set-title = Ihr Passwort wurde geändert
password-set-lead = Sie wurden überall abgemeldet. Melden Sie sich mit Ihrem neuen Passwort an.
verify-title = Ist das Ihre Adresse?
verify-lead = Bestätigen Sie, dass { $email } Ihnen gehört.
verify-button = Ja, das ist meine
email-verified-title = Danke
email-verified-lead = Ihre E-Mail-Adresse ist jetzt bestätigt.
email-verified-onward = Zu Ihrem Konto
link-dead-title = Dieser Link gilt nicht mehr
link-dead-lead = Ein Link in einem Brief gilt einmal und 30 Minuten lang. Fordern Sie einen neuen Brief an.
link-dead-onward = Noch einmal beginnen
account-deleted-title = Ihr Konto ist gelöscht
account-deleted-lead = Alles, was Ihnen gehörte, ist weg. Danke, dass Sie hier waren.
account-deleted-onward = Zur Startseite

letter-recovery-subject = Neues Passwort bei { $brand } setzen
letter-recovery =
    Jemand, hoffentlich Sie, möchte ein neues Passwort für Ihr Konto bei { $brand } setzen.
    Öffnen Sie dafür diesen Link. Er gilt einmal und 30 Minuten lang:

    { $link }

    Wenn Sie das nicht waren, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.
letter-verification-subject = E-Mail-Adresse bei { $brand } bestätigen
letter-verification =
    Öffnen Sie diesen Link, um zu bestätigen, dass diese Adresse Ihnen gehört. Er gilt einmal und 30 Minuten lang:

    { $link }

    Wenn Sie kein Konto bei { $brand } haben, müssen Sie nichts tun.
letter-password-changed-subject = Ihr Passwort bei { $brand } wurde geändert
letter-password-changed =
    Das Passwort Ihres Kontos bei { $brand } wurde gerade geändert.

    Wenn Sie das nicht waren, setzen Sie sofort ein neues:

    { $link }
letter-factor-changed-subject = Die Anmeldung in zwei Schritten bei { $brand } wurde geändert
letter-factor-changed =
    { $change }

    Wenn Sie das nicht waren, setzen Sie sofort ein neues Passwort. Damit werden alle abgemeldet:

    { $link }

    Sehen Sie danach in Ihrem Konto die Anmeldung in zwei Schritten an, und entfernen Sie, was nicht von Ihnen ist.
letter-guessing-subject = Jemand versucht, sich bei Ihrem Konto bei { $brand } anzumelden
letter-guessing-password =
    Für Ihr Konto bei { $brand } wurden mehrmals hintereinander falsche Passwörter eingegeben. Niemand ist hineingekommen, und wer immer es ist, muss nun zwischen zwei Versuchen warten.

    Wenn Sie es waren, warten Sie einen Moment, oder nehmen Sie einen Browser, in dem Sie sich schon einmal angemeldet haben. Wenn nicht, müssen Sie nichts tun; ist Ihr Passwort kurz, oder verwenden Sie es auch anderswo, setzen Sie ein neues:

    { $link }
letter-guessing-code =
    Jemand hat das richtige Passwort Ihres Kontos bei { $brand } eingegeben und danach mehrere falsche Codes. Er ist nicht hineingekommen und muss nun zwischen zwei Versuchen warten.

    Wenn Sie das nicht waren, kennt dieser Mensch Ihr Passwort. Setzen Sie sofort ein neues:

    { $link }
letter-authenticator-added = Für Ihr Konto bei { $brand } wurde gerade eine Authentifizierungs-App eingerichtet.
letter-authenticator-removed = Die Authentifizierungs-App Ihres Kontos bei { $brand } wurde gerade entfernt.
letter-passkey-added = Ihrem Konto bei { $brand } wurde gerade ein Passkey hinzugefügt.
letter-passkey-removed = Ein Passkey Ihres Kontos bei { $brand } wurde gerade entfernt.
letter-recovery-codes-made = Für Ihr Konto bei { $brand } wurden gerade neue Wiederherstellungscodes erstellt; die alten gelten nicht mehr.
letter-recovery-code-used = Jemand hat sich gerade mit einem Wiederherstellungscode bei Ihrem Konto bei { $brand } angemeldet.
letter-factors-removed = Der Betreiber von { $brand } hat gerade alle zweiten Faktoren Ihres Kontos entfernt: Zur Anmeldung genügt Ihr Passwort.
