// Comfort only: every page does its work without this file.
(() => {
  "use strict";

  // Show and hide the password. The field is hidden again before it is sent.
  for (const button of document.querySelectorAll("[data-reveal]")) {
    const field = document.getElementById(button.dataset.reveal);
    if (!field) continue;
    const set = (shown) => {
      field.type = shown ? "text" : "password";
      button.textContent = shown ? button.dataset.hide : button.dataset.show;
      button.setAttribute("aria-label", shown ? button.dataset.hideLabel : button.dataset.showLabel);
    };
    button.addEventListener("click", () => {
      set(field.type === "password");
      field.focus({ preventScroll: true });
    });
    if (field.form) field.form.addEventListener("submit", () => set(false));
    button.hidden = false;
    field.classList.add("with-reveal");
  }

  // Filter a long list. What is chosen is always among what is shown.
  for (const box of document.querySelectorAll("[data-filter]")) {
    const list = document.getElementById(box.dataset.filter);
    const input = box.querySelector("input");
    const none = box.querySelector("[data-none]");
    if (!list || !input) continue;
    const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();
    const items = [...list.children].map((item) => ({
      item,
      radio: item.querySelector("input"),
      text: fold(item.querySelector("label").textContent),
    }));
    input.addEventListener("input", () => {
      const wanted = fold(input.value.trim());
      for (const entry of items) entry.item.hidden = !entry.text.includes(wanted);
      const shown = items.filter((entry) => !entry.item.hidden);
      const chosen = shown.find((entry) => entry.radio.checked) || shown[0];
      for (const entry of items) entry.radio.checked = entry === chosen;
      none.textContent = shown.length ? "" : none.dataset.none;
    });
    box.hidden = false;
    list.classList.add("long");
  }

  // Search among scopes while typing, as the button does. What is ticked is always shown.
  for (const box of document.querySelectorAll("[data-pick]")) {
    const search = box.querySelector("input[type=search]");
    const service = box.querySelector("select");
    const found = box.querySelector("[data-found]");
    const groups = [...box.querySelectorAll("details")].map((group) => ({
      group,
      open: group.open,
      title: group.querySelector("summary").firstChild.textContent.toLowerCase(),
      ticks: [...group.querySelectorAll(".tick")],
    }));
    if (!search || !service || !found) continue;
    const narrow = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const narrowed = words.length > 0 || service.value !== "";
      let count = 0;
      for (const { group, open, title, ticks } of groups) {
        const of = service.value === "" || service.value === group.dataset.service;
        let shown = 0;
        for (const tick of ticks) {
          const text = `${tick.textContent.toLowerCase()} ${title}`;
          const fits = of && words.every((word) => text.includes(word));
          tick.hidden = !fits && !tick.querySelector("input").checked;
          count += fits ? 1 : 0;
          shown += tick.hidden ? 0 : 1;
        }
        group.hidden = shown === 0;
        group.open = narrowed ? shown > 0 : open;
      }
      const { none, one, some } = found.dataset;
      found.textContent = !narrowed ? "" : count === 0 ? none : count === 1 ? one : some.replace("{n}", count);
    };
    search.addEventListener("input", narrow);
    service.addEventListener("change", narrow);
    // What a browser filled in again.
    if (search.value || service.value) narrow();
  }

  // Copy what stands in a field or a block of code.
  for (const button of document.querySelectorAll("[data-copy]")) {
    const source = document.getElementById(button.dataset.copy);
    if (!source || !navigator.clipboard) continue;
    const label = button.textContent;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(source.value ?? source.textContent);
      button.textContent = button.dataset.copied;
      setTimeout(() => { button.textContent = label; }, 2000);
    });
    button.hidden = false;
  }

  // A form that only carries an answer on.
  for (const form of document.querySelectorAll("form[data-auto-submit]")) {
    addEventListener("load", () => form.submit());
  }

  // Send a form once. Nothing is disabled, so that the pressed button's value goes along.
  for (const form of document.forms) {
    // A download leaves the page where it is, and may be asked for again.
    if ("again" in form.dataset) continue;
    let sentAt = 0;
    form.addEventListener("submit", (event) => {
      const now = performance.now();
      if (sentAt && now - sentAt < 8000) {
        event.preventDefault();
        return;
      }
      sentAt = now;
      if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
    });
    addEventListener("pageshow", () => {
      sentAt = 0;
      for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
    });
  }
})();
