# The frame of a person's own pages.

shell-skip = Skip to the page
shell-areas = Your account, applications and organizations
shell-pages = Pages
shell-account = Account
shell-console = Console
shell-organizations = Organizations
shell-signed-in = Who is signed in

account-overview = Your profile
account-security = Security
account-sessions = Where you are signed in
account-apps = Connected applications
account-data = Your data
