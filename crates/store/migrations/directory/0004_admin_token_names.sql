-- A token is ended by its name, so that no two may have one: of those made at once under one name the last stays.
DELETE FROM admin_tokens WHERE EXISTS
  (SELECT 1 FROM admin_tokens later WHERE later.name = admin_tokens.name AND later.id > admin_tokens.id);
CREATE UNIQUE INDEX admin_tokens_by_name ON admin_tokens (name);
