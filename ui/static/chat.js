// The page's script: shows the messages that Gradio brings, and what a person does meanwhile.
// Nothing is inserted but what the server made (escaped there); words are set as text. No key is taken but Escape.

import { copy, pressVote, vote } from "./actions.js";
import { earlierQuestions, keepConversation, keepDraft, keptConversation, keptDraft, noteLoss, takeLoss } from "./keep.js";
import { goToNotice, orderNumbers, sayNotice, showWayToNotice } from "./notice.js";
import { buildReader, closeReader, openReader, previousArticle } from "./reader.js";
import { announce } from "./voice.js";

const ON_ITS_WAY = "Your last question is still on its way. Wait, or press Stop.";
const BROKEN = "The connection broke. This page looks for it by itself; what is here stays. " +
  "If it is urgent, call your local emergency number now.";
const BACK = "The connection is back.";
const NOT_SENT = "Your question was not sent. Please press Send again.";
const SILENT_MS = 1500;  // after which somebody who sees nothing is told that the search goes on

const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const touch = window.matchMedia("(pointer: coarse)");
const find = (selector) => document.querySelector(selector);
const field = () => find("#question textarea");
const messages = () => [...find("#messages").children].filter((message) => message.id !== "sending");
const pending = () => find('#messages [data-state="pending"]');

const bringUp = (part) => part.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });

const fill = (area, words) => {
  area.value = words;
  area.dispatchEvent(new Event("input", { bubbles: true }));
};

// On a touch screen the focus would raise the keyboard over what was just shown.
const backToField = () => { if (!touch.matches) field().focus({ preventScroll: true }); };

let forgotten = false;  // from Clear until the next question
let silence = 0;  // the timer of the question that is on its way
const sent = { at: -Infinity, words: "", raw: "" };

// ---- the conversation -------------------------------------------------------------------------------------

// The server sends the whole conversation in a <template>. What is already shown and unchanged stays as it is.
const showConversation = () => {
  const source = find("#channel template");
  if (!source || !find("#messages")) return;
  const wanted = [...source.content.children];
  if (forgotten && wanted.length) return;  // what Gradio still holds while the server clears it
  takeSentWords(source, wanted);
  if (wanted.some((message) => !document.getElementById(message.id)) || source.dataset.hint) endSending();
  const keys = new Set(wanted.map((message) => message.id));
  if (wanted.length || forgotten) messages().filter((message) => !keys.has(message.id)).forEach((message) => message.remove());
  wanted.forEach(showMessage);
  showHint(source.dataset.hint || "");
  showState();
  keepDraft(field().value);
  keepConversation(messages());
};

const showState = () => {
  document.body.classList.toggle("busy", Boolean(find("#sending") || pending()));
  document.body.classList.toggle("started", find("#messages").children.length > 0);
  showWayToNotice(messages().at(-1));
};

// The question leaves the field when the server has it, and only the question: words typed since then stay.
const takeSentWords = (source, wanted) => {
  const fresh = wanted.at(-1);
  const waits = sent.raw && fresh && !document.getElementById(fresh.id) && !("keep" in source.dataset);
  if (!waits) return;
  if (field().value.startsWith(sent.raw)) fill(field(), field().value.slice(sent.raw.length));
  sent.raw = "";
};

const showMessage = (wanted) => {
  const shown = document.getElementById(wanted.id);
  if (shown && wanted.dataset.state === "kept") return;  // the server no longer has what is shown here
  const same = shown && shown.dataset.state === wanted.dataset.state && shown.dataset.step === wanted.dataset.step;
  if (same) { showPlace(shown, wanted); return; }
  const message = document.importNode(wanted, true);
  const grows = shown && "step" in shown.dataset;  // a person may be reading it: nothing moves, focus stays
  const warned = shown?.querySelector(".notice");
  orderNumbers(message);
  if (grows) grow(shown, message);
  else if (shown) shown.replaceWith(message);
  else find("#messages").append(message);
  tell(message, warned);
  if (!grows) lead(message, warned);
};

const tell = (message, warned) => {
  const notice = message.querySelector(".notice");
  if (notice && notice.dataset.alarm !== warned?.dataset.alarm) sayNotice(notice);
  if (message.dataset.announce) announce(message.dataset.announce);
};

// Where there is a notice it comes into view, not the question; what somebody reads already does not move.
const lead = (message, warned) => {
  const notice = message.querySelector(".notice");
  if (notice && touch.matches) field().blur();  // puts the keyboard away, which covers it
  const fresh = notice?.dataset.alarm !== warned?.dataset.alarm;
  if (!notice) bringUp(message);
  else if (fresh || notice.getBoundingClientRect().top < 0) notice.scrollIntoView({ block: "start" });  // at once
};

// Make one element like another and leave alone what is equal already, so that focus and open details survive.
const grow = (old, fresh) => {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeName !== fresh.nodeName || old.id !== fresh.id) { old.replaceWith(fresh); return; }
  if (old.nodeType === Node.TEXT_NODE) { old.data = fresh.data; return; }
  if (old.nodeType !== Node.ELEMENT_NODE) return;
  [...old.attributes].filter((one) => !fresh.hasAttribute(one.name) && one.name !== "open")
    .forEach((one) => old.removeAttribute(one.name));
  [...fresh.attributes].forEach((one) => old.setAttribute(one.name, one.value));
  const parts = [...fresh.childNodes];
  const before = [...old.childNodes];
  before.slice(parts.length).forEach((part) => part.remove());
  parts.forEach((part, index) => (before[index] ? grow(before[index], part) : old.append(part)));
};

// A place in line is read out once, when it is given; after that it only changes on the page.
const showPlace = (shown, wanted) => {
  const [line, fresh] = [shown, wanted].map((message) => message.querySelector(".place"));
  if (line && fresh && line.textContent !== fresh.textContent) line.textContent = fresh.textContent;
};

const showHint = (words) => {
  let hint = find("#hint");
  if (!hint) {
    hint = document.createElement("p");
    hint.id = "hint";
    hint.setAttribute("role", "alert");
    find("#composer").prepend(hint);
    field().setAttribute("aria-describedby", "hint");
  }
  if (hint.textContent !== words) hint.textContent = words;
};

// ---- from the press of Send until the server has the question -----------------------------------------------

const beginSending = (words) => {
  const message = document.createElement("article");
  message.id = "sending";
  message.className = "message waiting";
  message.innerHTML = '<div class="asked"><h3>You asked</h3><p dir="auto" class="clamped"></p></div>' +
    '<p><span class="dots" aria-hidden="true"></span><span class="place">Sending …</span></p>';
  message.querySelector(".asked p").textContent = words;
  find("#messages").append(message);
  bringUp(message);
  showHint("");
  showState();
  window.clearTimeout(silence);
  silence = window.setTimeout(saySearching, SILENT_MS);
};

const saySearching = () => {
  const line = find("#sending .place") || pending()?.querySelector(".place, .growing");
  if (line) announce(line.textContent);
};

const endSending = () => {
  find("#sending")?.remove();
  showState();
};

// For the server: this asking's name, by which Stop ends it, and the questions before it, should it not have them.
const fillSlip = () => {
  const name = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  fill(find("#slip textarea"), JSON.stringify({ key: name, earlier: earlierQuestions(messages()) }));
};

// ---- a line that breaks: Gradio shows a word of its own, asks until it is back, and loads the page again ---------

const watchLine = () => {
  const toast = find("[data-testid=toast-body]");
  if (!toast) { delete document.body.dataset.line; return; }
  if (document.body.dataset.line === toast.textContent) return;
  document.body.dataset.line = toast.textContent;
  const lost = /connection/i.test(toast.textContent);
  const waits = pending();
  if (lost) {
    noteLoss();
    keepConversation(messages());
    if (waits && !field().value) fill(field(), waits.querySelector(".asked p").textContent);
    keepDraft(field().value);
  }
  if (!lost && !find("#sending")) return;
  endSending();
  document.body.classList.remove("busy");  // nothing is on its way that Stop could end
  showHint(lost ? BROKEN : NOT_SENT);
};

const restore = () => {
  find("#messages").append(...keptConversation());
  messages().at(-1)?.scrollIntoView({ block: "start" });
  if (keptDraft() && !field().value) fill(field(), keptDraft());
};

const welcomeBack = () => {
  if (!takeLoss()) return;
  backToField();
  showHint(field().value ? `${BACK} Press Send to ask your question again.` : BACK);
};

// ---- events: one listener each, for whatever is on the page ---------------------------------------------------

// A trembling hand presses twice and a stiff one holds Enter down: both mean one question.
const sendOnce = (event) => {
  const enter = event.type === "keydown" && event.key === "Enter" && !event.shiftKey && event.target === field();
  if (!enter && !(event.type === "click" && event.target.closest("#send"))) return;
  const words = field().value.trim();
  const again = event.timeStamp - sent.at < 700 && (!words || words === sent.words);
  const sending = find("#sending");
  if (event.repeat || again || sending) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (sending && words && words !== sent.words) showHint(ON_ITS_WAY);
    return;
  }
  Object.assign(sent, { at: event.timeStamp, words, raw: field().value });
  begin(words);
};

const begin = (words) => {
  find("#sure")?.remove();
  forgotten = false;
  fillSlip();
  if (words && !pending()) beginSending(words);  // at once, however slow the line is
};

const stop = () => {
  sent.at = -Infinity;
  if (find("#sending")) announce("Stopped.");  // the question stays in the field; the server learns its name
  endSending();
  backToField();
};

// ---- Clear asks first: a slip of the hand must not take everything away ----------------------------------------

const askToClear = (event) => {
  if (!event.target.closest?.("#clear") || event.target.closest("#clear").dataset.sure) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (find("#sure")) return;
  const box = document.createElement("div");
  box.id = "sure";
  box.setAttribute("role", "group");
  box.setAttribute("aria-labelledby", "sure-words");
  box.innerHTML = '<p id="sure-words" tabindex="-1">Clear the whole conversation? It cannot be brought back.</p>' +
    '<button type="button" class="plain" data-sure="no">No, keep it</button>' +
    '<button type="button" class="plain" data-sure="yes">Yes, clear it</button>';
  find("#clear").after(box);
  box.dataset.at = event.timeStamp;
  box.scrollIntoView({ block: "nearest" });
  find("#sure-words").focus({ preventScroll: true });
};

const answerClear = (event, sure) => {
  const soon = event.timeStamp - Number(find("#sure").dataset.at) < 700;
  if (soon && (event.detail || sure === "yes")) return;  // the second press of a trembling hand
  find("#sure").remove();
  const clear = find("#clear");
  if (sure === "no") { clear.focus(); return; }
  clear.dataset.sure = "yes";
  clear.click();
  delete clear.dataset.sure;
};

const cleared = () => {
  forgotten = true;
  find("#messages").replaceChildren();
  fill(find("#slip textarea"), "");
  keepConversation([]);
  showState();
  announce("Conversation cleared.");
  backToField();
};

const press = (event) => {
  const part = event.target.closest("a, button");
  if (!part) return;
  if (part.dataset.open) { event.preventDefault(); openReader(part.dataset.open, part); }
  else if (part.dataset.copy) copy(part);
  else if (part.dataset.helpful) pressVote(part);
  else if (part.dataset.unfold) unfold(part);
  else if (part.dataset.notice) goToNotice(part.dataset.notice, bringUp);
  else if (part.dataset.sure && part.closest("#sure")) answerClear(event, part.dataset.sure);
  else if (part.id === "reader-close") closeReader();
  else if (part.id === "reader-back") previousArticle();
  else if (part.classList.contains("skip")) { event.preventDefault(); field().focus(); }
  else if (part.id === "clear") cleared();
  else if (part.id === "stop") stop();
};

// Before Gradio reads the fields: what goes along with a starter's question.
const pressStarter = (event) => {
  const starter = event.target.closest?.("#starters button");
  if (!starter) return;
  if (find("#sending") || pending()) { event.preventDefault(); event.stopImmediatePropagation(); return; }
  sent.at = -Infinity;
  begin(starter.textContent.trim());
  backToField();
};

const unfold = (button) => {
  const folded = button.parentElement.querySelector("p").classList.toggle("clamped");
  button.setAttribute("aria-expanded", String(!folded));
};

const escape = (event) => {
  if (event.key !== "Escape") return;
  if (find("#sure")?.contains(document.activeElement)) { find("#sure").remove(); find("#clear").focus(); }
  else if (!find("#composer").contains(document.activeElement)) closeReader();  // who types does not mean the reader
};

const typed = (event) => {
  if (event.target !== field()) return;
  keepDraft(field().value);
  if (event.isTrusted) showHint("");
};

const start = () => {
  buildReader();
  showHint("");
  restore();
  showConversation();
  welcomeBack();
  new MutationObserver(showConversation).observe(find("#channel"), { childList: true, subtree: true });
  document.addEventListener("click", sendOnce, true);
  document.addEventListener("click", pressStarter, true);
  document.addEventListener("click", askToClear, true);
  document.addEventListener("keydown", sendOnce, true);
  document.addEventListener("click", press);
  document.addEventListener("input", typed);
  window.addEventListener("pagehide", () => { keepDraft(field().value); keepConversation(messages()); });
  document.addEventListener("submit", (event) => {
    if (event.target.matches(".feedback")) { event.preventDefault(); vote(event.target); }
  });
  document.addEventListener("keydown", escape);
  window.addEventListener("popstate", () => closeReader(true));
  window.setInterval(watchLine, 500);
  document.body.classList.add("ready");
};

// Gradio builds the page after this script has loaded.
const startWhenBuilt = () => {
  if (!field() || !find("#messages") || !find("#channel template") || !find("#slip textarea")) return;
  wait.disconnect();
  start();
};
const wait = new MutationObserver(startWhenBuilt);
wait.observe(document.documentElement, { childList: true, subtree: true });
startWhenBuilt();
