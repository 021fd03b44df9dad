# Der Rahmen der eigenen Seiten.

shell-skip = Zum Inhalt springen
shell-areas = Ihr Konto, Ihre Anwendungen und Organisationen
shell-pages = Seiten
shell-account = Konto
shell-console = Konsole
shell-organizations = Organisationen
shell-signed-in = Wer angemeldet ist

account-overview = Ihr Profil
account-security = Sicherheit
account-sessions = Wo Sie angemeldet sind
account-apps = Verbundene Anwendungen
account-data = Ihre Daten
