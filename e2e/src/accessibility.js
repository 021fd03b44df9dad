// Faults of the shown page that a person with a screen reader, a keyboard or weak eyes would meet. Answers a list of texts.
const faults = [];
const isShown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });

const headings = [...document.querySelectorAll("h1")].filter(isShown);
if (headings.length !== 1) faults.push(`${headings.length} h1`);
if (!document.documentElement.lang) faults.push("no lang");
if (!document.title.trim()) faults.push("no title");
if (!document.querySelector("main")) faults.push("no main landmark");

const nameOf = (element) => {
  const by = (element.getAttribute("aria-labelledby") ?? "").split(/\s+/).filter(Boolean);
  return [
    element.getAttribute("aria-label"),
    ...by.map((id) => document.getElementById(id)?.textContent),
    ...[...(element.labels ?? [])].map((label) => label.textContent),
    element.title,
    element.tagName === "INPUT" && ["submit", "button"].includes(element.type) ? element.value : "",
    ["BUTTON", "A", "SUMMARY"].includes(element.tagName) ? element.textContent : "",
  ].join(" ").trim();
};
for (const element of document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a[href], summary")) {
  if (isShown(element) && !nameOf(element)) faults.push(`no name: ${element.outerHTML.slice(0, 80)}`);
}
for (const element of document.querySelectorAll("[aria-describedby], [aria-labelledby]")) {
  const ids = `${element.getAttribute("aria-describedby") ?? ""} ${element.getAttribute("aria-labelledby") ?? ""}`;
  for (const id of ids.split(/\s+/).filter(Boolean)) {
    if (!document.getElementById(id)) faults.push(`refers to #${id}, which is not there`);
  }
}
const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) faults.push(`id ${id} twice`);

// Contrast by WCAG 2.2, 1.4.3: 4.5 to 1, and 3 to 1 for large text.
const canvas = document.createElement("canvas");
canvas.width = canvas.height = 1;
const pen = canvas.getContext("2d", { willReadFrequently: true });
const rgba = (color) => {
  pen.clearRect(0, 0, 1, 1);
  pen.fillStyle = color;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha / 255];
};
const over = (front, back) => [0, 1, 2].map((at) => front[at] * front[3] + back[at] * (1 - front[3])).concat(1);
const light = (color) => {
  const [red, green, blue] = color.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const background = (element) => {
  const layers = [];
  for (let at = element; at; at = at.parentElement) {
    const style = getComputedStyle(at);
    if (style.backgroundImage !== "none") return null;
    layers.unshift(rgba(style.backgroundColor));
  }
  const canvasColor = rgba(matchMedia("(prefers-color-scheme: dark)").matches && getComputedStyle(document.documentElement).colorScheme.includes("dark") ? "rgb(18,18,18)" : "white");
  return layers.reduce((back, front) => over(front, back), canvasColor);
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const seen = new Set();
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (!walker.currentNode.textContent.trim() || seen.has(element) || !isShown(element)) continue;
  seen.add(element);
  if (element.closest("script, style, noscript, :disabled, [aria-disabled=true]")) continue;
  const box = element.getBoundingClientRect();
  if (box.width <= 1 || box.height <= 1) continue;
  const back = background(element);
  if (!back) continue;
  const style = getComputedStyle(element);
  const [one, other] = [light(over(rgba(style.color), back)), light(back)];
  const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  const size = parseFloat(style.fontSize);
  const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  if (ratio < (isLarge ? 3 : 4.5)) {
    faults.push(`contrast ${ratio.toFixed(2)} of "${walker.currentNode.textContent.trim().slice(0, 40)}"`);
  }
}
return faults;
