ALTER TABLE browser_sessions RENAME TO elsewhere
