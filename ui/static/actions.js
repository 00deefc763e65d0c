// What the buttons below an answer do: copy it, and say whether it helped.

import { announce } from "./voice.js";

export const copy = async (button) => {
  let copied = true;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    copied = copyByHand(button.dataset.copy);  // no clipboard without https
    button.focus();
  }
  button.textContent = copied ? "Copied" : "Copy";
  announce(copied ? "Copied." : "The answer could not be copied.");
};

const copyByHand = (words) => {
  const area = document.createElement("textarea");
  area.value = words;
  area.className = "unseen";
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
};

export const vote = async (form) => {
  const helpful = form.querySelector('[aria-pressed="true"]').dataset.helpful === "yes";
  const question = form.closest(".message").querySelector(".asked p").textContent.slice(0, 4000);
  const word = form.querySelector("input").value;
  let stored = false;
  try {
    const body = JSON.stringify({ helpful, word, question });
    const headers = { "Content-Type": "application/json" };
    const response = await fetch(new URL("feedback", document.baseURI), { method: "POST", headers, body });
    stored = response.ok;
  } catch { /* said below */ }
  const words = stored ? "Thank you. This was kept." : "This could not be kept. Please try again later.";
  form.querySelector(".thanks").textContent = words;
  announce(words);
};

export const pressVote = (button) => {
  const form = button.closest("form");
  form.querySelectorAll("[data-helpful]").forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
  form.querySelector(".word").hidden = false;
  vote(form);
};
