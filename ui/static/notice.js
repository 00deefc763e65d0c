// An emergency notice on the page: the reader's own numbers first, a way to it beside the question field, and what a
// screen reader is told of it at once. Every number stays.

import { alarm } from "./voice.js";

// Where the browser's language names a country and its clock does not speak against it. The server's order otherwise.
const PLACES = {
  US: [/^(America|US)\/|^Pacific\/Honolulu$/, ["911", "988"]],
  CA: [/^(America|Canada)\//, ["911", "988"]],
  GB: [/^Europe\/(London|Belfast|Jersey|Guernsey|Isle_of_Man)$/, ["999", "116123"]],
  IE: [/^Europe\/Dublin$/, ["112", "999", "116123"]],
  AU: [/^Australia\//, ["000", "131114"]],
};

const ownNumbers = () => {
  try {
    const region = new Intl.Locale(navigator.language).region;
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
    const [zones, numbers] = PLACES[region] || [/^$/, []];
    return zones.test(zone) ? numbers : [];
  } catch {
    return [];
  }
};

const dialled = (part) => (part.matches("a") ? part : part.querySelector("a")).getAttribute("href").replace("tel:", "");

export const orderNumbers = (message) => {
  const own = ownNumbers();
  message.querySelectorAll(".notice .phones").forEach((list) => {
    const rank = (item) => (own.includes(dialled(item)) ? own.indexOf(dialled(item)) : own.length);
    const items = [...list.children];
    items.sort((one, other) => rank(one) - rank(other)).forEach((item) => list.append(item));
  });
};

export const sayNotice = (notice) => {
  const numbers = [...notice.querySelectorAll(".phones a")].map(dialled);
  const call = numbers.length ? ` Call ${numbers[0]}${numbers.length > 1 ? ` (or ${numbers.slice(1).join(", ")})` : ""}.` : "";
  alarm(`${notice.dataset.alarm}${call}`);
};

// While the latest message has a notice, its first number and the way to the others stand right before the field.
export const showWayToNotice = (message) => {
  const notice = message?.querySelector(".notice");
  let bar = document.querySelector("#alarm-bar");
  if (!notice) { bar?.remove(); return; }
  if (bar?.dataset.of === message.id) return;
  bar?.remove();
  bar = document.createElement("div");
  bar.id = "alarm-bar";
  bar.dataset.of = message.id;
  const first = notice.querySelector(".phones a");
  bar.append(toNotice(notice, Boolean(first)));
  if (first) bar.append(callLink(first));  // one step back from the field
  document.querySelector("#composer").prepend(bar);
};

const callLink = (first) => {
  const link = document.createElement("a");
  link.href = first.getAttribute("href");
  link.className = "call";
  link.textContent = `Call ${dialled(first)}`;
  link.setAttribute("aria-label", `${first.textContent}, above the question field`);
  return link;
};

const toNotice = (notice, phones) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.dataset.notice = notice.querySelector("h3").id;
  button.textContent = phones ? "Numbers and steps" : "Show what to do";
  return button;
};

export const goToNotice = (id, bringUp) => {
  const heading = document.getElementById(id);
  const notice = heading.closest(".notice");
  bringUp(notice);
  (notice.querySelector(".phones a") || heading).focus({ preventScroll: true });
};
