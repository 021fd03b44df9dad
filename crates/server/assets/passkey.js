// Passkeys: the one thing here that needs a script. A button with data-passkey asks the browser, puts what it answers
// into the form's field of that name, and sends the form.
(() => {
  "use strict";

  const buttons = document.querySelectorAll("[data-passkey]");
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (char) => char.charCodeAt(0));
  };
  const text = (buffer) => {
    if (!buffer) return undefined;
    let plain = "";
    for (const byte of new Uint8Array(buffer)) plain += String.fromCharCode(byte);
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  const known = (list) => (list || []).map((item) => ({ ...item, id: bytes(item.id) }));

  const create = async (options) => {
    const publicKey = {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: known(options.excludeCredentials),
    };
    const made = await navigator.credentials.create({ publicKey });
    return {
      id: made.id,
      rawId: text(made.rawId),
      type: made.type,
      response: {
        clientDataJSON: text(made.response.clientDataJSON),
        attestationObject: text(made.response.attestationObject),
        transports: made.response.getTransports ? made.response.getTransports() : [],
      },
    };
  };

  const get = async (options) => {
    const publicKey = {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: known(options.allowCredentials),
    };
    const found = await navigator.credentials.get({ publicKey });
    return {
      id: found.id,
      rawId: text(found.rawId),
      type: found.type,
      response: {
        clientDataJSON: text(found.response.clientDataJSON),
        authenticatorData: text(found.response.authenticatorData),
        signature: text(found.response.signature),
        userHandle: text(found.response.userHandle),
      },
    };
  };

  for (const button of buttons) {
    const field = document.getElementById(button.dataset.passkeyField);
    const failed = document.getElementById(button.dataset.passkeyFailed);
    if (!field || !field.form) continue;
    let asking = false;
    button.addEventListener("click", async () => {
      if (asking) return;
      asking = true;
      if (failed) failed.hidden = true;
      button.setAttribute("aria-busy", "true");
      try {
        const options = JSON.parse(button.dataset.options);
        const answer = button.dataset.passkey === "create" ? await create(options) : await get(options);
        field.value = JSON.stringify(answer);
        field.form.requestSubmit();
      } catch {
        // Cancelled, timed out, or nothing fits: the person may try again or go another way.
        button.removeAttribute("aria-busy");
        if (failed) failed.hidden = false;
      } finally {
        asking = false;
      }
    });
    button.hidden = false;
    for (const other of document.querySelectorAll("[data-passkey-only]")) other.hidden = false;
    for (const other of document.querySelectorAll("[data-passkey-missing]")) other.hidden = true;
  }
})();
