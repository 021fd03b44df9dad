# Second factors: at sign-in, and where they are looked after.

## Signing in
factor-title = One more step
factor-lead-code = Type the code that your authenticator app shows now.
factor-lead-both = Type the code that your authenticator app shows now, or use a passkey.
factor-lead-passkey = Use a passkey to prove that it is you.
factor-lead-recovery = Type one of your recovery codes to prove that it is you.
factor-code = Six-digit code
factor-continue = Continue
factor-use-passkey = Use a passkey
factor-use-recovery = Use a recovery code
factor-recovery-code = Recovery code
factor-passkey-missing = Passkeys need JavaScript and a browser that knows them. If there is no button here, use another browser or a recovery code.
factor-passkey-cancelled = No passkey was used. Try again, or go another way.
factor-no-way = You have no recovery code left, and passkeys do not work at this address. Ask whoever runs this service for help.
factor-error-missing = Type a code first.
factor-error-wrong = This code is not right, or it was used before. Wait for the next one and type that.
factor-error-recovery = This is none of your recovery codes, or it was used before.
factor-error-passkey = This passkey does not open this account. Try another one, or go another way.

## Where they are looked after
factors-title = Two-step sign-in
factors-lead = Your password alone can be stolen from far away. A second step makes it worthless to whoever steals it.
factors-open = Set up two-step sign-in
factors-done-authenticator = Your authenticator app is set up. It is asked for from the next sign-in on.
factors-done-authenticator-removed = The authenticator app was removed.
factors-done-passkey = The passkey was added.
factors-done-passkey-removed = The passkey was removed. Delete it on its device as well.
factors-password = Your current password
factors-cancel = Cancel
factors-copy = Copy
factors-copied = Copied
factors-on = On
factors-since = Since { $day }
factors-authenticator = Authenticator app
factors-authenticator-about = An app on your phone shows a new code every 30 seconds. You type it after your password. Any app of this kind will do.
factors-authenticator-add = Set up an authenticator app
factors-authenticator-remove = Remove the authenticator app
factors-scan = Scan this with the app
factors-scan-about = Open your authenticator app, add an account, and point the camera here.
factors-qr = QR code for the authenticator app
factors-secret = Or type this key into the app
factors-secret-hint = Whoever knows the key can make your codes. It is never shown again.
factors-confirm = Then type the code it shows
factors-confirm-about = That proves that the app is set up rightly. Until then nothing changes.
factors-turn-on = Turn it on
factors-passkeys = Passkeys
factors-passkeys-about = A passkey lives on your phone, computer or security key and is opened by your finger, face or PIN. It can stand in for the second step, and for the password too. It cannot be given away to a false page.
factors-passkeys-nameless = Passkeys belong to the name of a site. This one is reached by a number instead of a name, or without encryption, so browsers allow no passkeys here.
factors-name = Name
factors-added = Added
factors-used = Last used
factors-never = Never
factors-remove = Remove
factors-passkey-name = Name of the new passkey
factors-passkey-name-hint = So that you know it again, for example: work laptop.
factors-passkey-add = Add a passkey
factors-passkey-make = Make the passkey
factors-passkey-make-about = Your browser now asks where { $name } should live.
factors-passkey-missing = Passkeys need JavaScript and a browser that knows them. Nothing was added yet.
factors-passkey-cancelled = No passkey was made. Try again, or cancel.
factors-passkey-remove = Remove passkey
factors-passkey-remove-about = { $name } will no longer open this account.
factors-passkey-remove-last = It is your only second step: afterwards the password alone is enough.
factors-codes = Recovery codes
factors-codes-about = Each of them stands in for the second step once, when your phone or key is out of reach.
factors-codes-none = You get them with your first authenticator app or passkey.
factors-codes-left = { $count ->
    [0] You have none left. Make new ones now.
    [one] You have one left. Make new ones soon.
   *[other] You have { $count } left.
 }
factors-codes-make = Make new codes
factors-codes-once = They are shown only now
factors-codes-keep = Print them or keep them where your passwords are, not on the same device alone. Codes from before no longer work.
factors-codes-first = Two-step sign-in is on. Browsers that were signed in elsewhere have to sign in again.
factors-codes-kept = I have kept them
factors-error-password-missing = Type your current password.
factors-error-password-wrong = This is not your current password.
factors-error-name-missing = Give the passkey a name first.
factors-error-name-long = A name has at most 60 characters.
factors-error-too-many = You have as many passkeys as can be kept. Remove one first.
factors-error-code = This code is not right. Wait for the next one and type that; if it fails again, check the clock of your phone.
factors-error-passkey = The passkey could not be added. Try once more, or with another device.
factors-error-authenticator-there = Another authenticator app was set up meanwhile. The codes of the one you just scanned do not work: delete its entry in the app.
