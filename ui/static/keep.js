// The conversation and the draft, kept for this tab only, so that a reload or a broken line takes nothing away.
// What is kept was made and escaped by the server.

const CONVERSATION = "sci-assistant-conversation";
const DRAFT = "sci-assistant-draft";
const LOST = "sci-assistant-line-lost";
const MOST_MESSAGES = 40;
const MOST_CHARS = 60_000;  // of earlier questions that go along with the next one
const UNANSWERED = "The connection broke before this was answered. You can send the question again.";

const put = (name, words) => {
  if (words) sessionStorage.setItem(name, words);
  else sessionStorage.removeItem(name);
};

export const keepDraft = (words) => put(DRAFT, words);
export const keptDraft = () => sessionStorage.getItem(DRAFT) || "";

export const keepConversation = (messages) => {
  const kept = messages.slice(-MOST_MESSAGES).map((message) => message.outerHTML);
  while (kept.length) {
    try { put(CONVERSATION, JSON.stringify(kept)); return; } catch { kept.shift(); }  // the browser has no more room
  }
  put(CONVERSATION, "");
};

// The messages of before, as they stood; a question whose answer never came says so.
export const keptConversation = () => {
  const template = document.createElement("template");
  try {
    template.innerHTML = JSON.parse(sessionStorage.getItem(CONVERSATION) || "[]").join("");
  } catch { /* nothing readable was kept */ }
  return [...template.content.children].map(settled);
};

const settled = (message) => {
  if (message.dataset.state === "pending") {
    const line = message.querySelector(".place, .growing");
    if (line) line.textContent = UNANSWERED;
    message.querySelector(".dots")?.remove();
  }
  message.removeAttribute("aria-busy");
  delete message.dataset.step;
  message.dataset.state = "kept";
  return message;
};

// For a server that has none of the conversation: the questions that stand on the page, the latest of them.
export const earlierQuestions = (messages) => {
  const pairs = messages.map((one) => [Number(one.id.split("-")[1]), one.querySelector(".asked p").textContent]);
  let left = MOST_CHARS;
  const fits = pairs.reverse().filter(([, words]) => (left -= words.length) >= 0);
  return fits.reverse();
};

export const noteLoss = () => put(LOST, "1");
export const takeLoss = () => {
  const lost = sessionStorage.getItem(LOST) !== null;
  put(LOST, "");
  return lost;
};
