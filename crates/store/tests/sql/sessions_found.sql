ALTER TABLE elsewhere RENAME TO browser_sessions
