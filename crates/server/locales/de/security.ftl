# Zweiter Faktor: beim Anmelden, und wo man ihn verwaltet.

## Anmelden
factor-title = Noch ein Schritt
factor-lead-code = Geben Sie den Code ein, den Ihre Authenticator-App gerade zeigt.
factor-lead-both = Geben Sie den Code ein, den Ihre Authenticator-App gerade zeigt, oder verwenden Sie einen Passkey.
factor-lead-passkey = Zeigen Sie mit einem Passkey, dass Sie es sind.
factor-lead-recovery = Zeigen Sie mit einem Ihrer Wiederherstellungscodes, dass Sie es sind.
factor-code = Sechsstelliger Code
factor-continue = Weiter
factor-use-passkey = Passkey verwenden
factor-use-recovery = Wiederherstellungscode verwenden
factor-recovery-code = Wiederherstellungscode
factor-passkey-missing = Passkeys brauchen JavaScript und einen Browser, der sie kennt. Fehlt hier die Schaltfläche, nehmen Sie einen anderen Browser oder einen Wiederherstellungscode.
factor-passkey-cancelled = Es wurde kein Passkey verwendet. Versuchen Sie es noch einmal, oder nehmen Sie einen anderen Weg.
factor-no-way = Sie haben keinen Wiederherstellungscode mehr, und unter dieser Adresse funktionieren keine Passkeys. Bitten Sie die Betreiber dieses Dienstes um Hilfe.
factor-error-missing = Geben Sie zuerst einen Code ein.
factor-error-wrong = Dieser Code stimmt nicht oder wurde schon verwendet. Warten Sie auf den nächsten und geben Sie den ein.
factor-error-recovery = Das ist keiner Ihrer Wiederherstellungscodes, oder er wurde schon verwendet.
factor-error-passkey = Dieser Passkey öffnet dieses Konto nicht. Nehmen Sie einen anderen, oder einen anderen Weg.

## Verwalten
factors-title = Anmeldung in zwei Schritten
factors-lead = Ein Passwort allein lässt sich aus der Ferne stehlen. Mit einem zweiten Schritt ist es für Diebe wertlos.
factors-open = Anmeldung in zwei Schritten einrichten
factors-done-authenticator = Ihre Authenticator-App ist eingerichtet. Ab der nächsten Anmeldung wird nach ihr gefragt.
factors-done-authenticator-removed = Die Authenticator-App wurde entfernt.
factors-done-passkey = Der Passkey wurde hinzugefügt.
factors-done-passkey-removed = Der Passkey wurde entfernt. Löschen Sie ihn auch auf seinem Gerät.
factors-password = Ihr jetziges Passwort
factors-cancel = Abbrechen
factors-copy = Kopieren
factors-copied = Kopiert
factors-on = Eingeschaltet
factors-since = Seit { $day }
factors-authenticator = Authenticator-App
factors-authenticator-about = Eine App auf Ihrem Telefon zeigt alle 30 Sekunden einen neuen Code. Sie geben ihn nach dem Passwort ein. Jede App dieser Art ist recht.
factors-authenticator-add = Authenticator-App einrichten
factors-authenticator-remove = Authenticator-App entfernen
factors-scan = Mit der App scannen
factors-scan-about = Öffnen Sie Ihre Authenticator-App, fügen Sie ein Konto hinzu und richten Sie die Kamera hierher.
factors-qr = QR-Code für die Authenticator-App
factors-secret = Oder diesen Schlüssel in die App eintippen
factors-secret-hint = Wer den Schlüssel kennt, kann Ihre Codes erzeugen. Er wird nie wieder gezeigt.
factors-confirm = Dann den Code eingeben, den sie zeigt
factors-confirm-about = Das beweist, dass die App richtig eingerichtet ist. Bis dahin ändert sich nichts.
factors-turn-on = Einschalten
factors-passkeys = Passkeys
factors-passkeys-about = Ein Passkey liegt auf Ihrem Telefon, Ihrem Rechner oder einem Sicherheitsschlüssel und wird mit Finger, Gesicht oder PIN geöffnet. Er kann der zweite Schritt sein und auch das Passwort ersetzen. An eine falsche Seite lässt er sich nicht verraten.
factors-passkeys-nameless = Passkeys gehören zum Namen einer Website. Diese wird über eine Nummer statt eines Namens erreicht, oder ohne Verschlüsselung; darum lassen Browser hier keine Passkeys zu.
factors-name = Name
factors-added = Hinzugefügt
factors-used = Zuletzt verwendet
factors-never = Nie
factors-remove = Entfernen
factors-passkey-name = Name des neuen Passkeys
factors-passkey-name-hint = Damit Sie ihn wiedererkennen, zum Beispiel: Laptop im Büro.
factors-passkey-add = Passkey hinzufügen
factors-passkey-make = Passkey erstellen
factors-passkey-make-about = Ihr Browser fragt nun, wo { $name } liegen soll.
factors-passkey-missing = Passkeys brauchen JavaScript und einen Browser, der sie kennt. Noch wurde nichts hinzugefügt.
factors-passkey-cancelled = Es wurde kein Passkey erstellt. Versuchen Sie es noch einmal, oder brechen Sie ab.
factors-passkey-remove = Passkey entfernen
factors-passkey-remove-about = { $name } wird dieses Konto nicht mehr öffnen.
factors-passkey-remove-last = Er ist Ihr einziger zweiter Schritt: Danach genügt das Passwort allein.
factors-codes = Wiederherstellungscodes
factors-codes-about = Jeder von ihnen ersetzt einmal den zweiten Schritt, wenn Telefon oder Schlüssel nicht zur Hand sind.
factors-codes-none = Sie bekommen sie mit der ersten Authenticator-App oder dem ersten Passkey.
factors-codes-left = { $count ->
    [0] Sie haben keinen mehr. Erzeugen Sie jetzt neue.
    [one] Sie haben noch einen. Erzeugen Sie bald neue.
   *[other] Sie haben noch { $count }.
 }
factors-codes-make = Neue Codes erzeugen
factors-codes-once = Sie werden nur jetzt gezeigt
factors-codes-keep = Drucken Sie sie aus oder bewahren Sie sie bei Ihren Passwörtern auf, nicht nur auf demselben Gerät. Frühere Codes gelten nicht mehr.
factors-codes-first = Die Anmeldung in zwei Schritten ist eingeschaltet. Wer anderswo angemeldet war, muss sich dort neu anmelden.
factors-codes-kept = Ich habe sie aufbewahrt
factors-error-password-missing = Geben Sie Ihr jetziges Passwort ein.
factors-error-password-wrong = Das ist nicht Ihr jetziges Passwort.
factors-error-name-missing = Geben Sie dem Passkey zuerst einen Namen.
factors-error-name-long = Ein Name hat höchstens 60 Zeichen.
factors-error-too-many = Mehr Passkeys lassen sich nicht aufbewahren. Entfernen Sie zuerst einen.
factors-error-code = Dieser Code stimmt nicht. Warten Sie auf den nächsten und geben Sie den ein; hilft das nicht, prüfen Sie die Uhr Ihres Telefons.
factors-error-passkey = Der Passkey konnte nicht hinzugefügt werden. Versuchen Sie es noch einmal, oder mit einem anderen Gerät.
factors-error-authenticator-there = Inzwischen wurde eine andere Authenticator-App eingerichtet. Die Codes der eben eingelesenen gelten nicht: Löschen Sie ihren Eintrag in der App.
