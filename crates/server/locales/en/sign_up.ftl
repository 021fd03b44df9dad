# sign_up
