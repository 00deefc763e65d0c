// The page's script: shows the messages that Gradio brings, opens articles, copies, votes, keeps the draft.
// Nothing is inserted but what the server made (escaped there); words are set as text. No key is taken but Escape.
(() => {
  "use strict";

  const DRAFT = "sci-assistant-draft";
  const narrow = window.matchMedia("(max-width: 999px)");
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const find = (selector) => document.querySelector(selector);
  const field = () => find("#question textarea");

  // A screen reader is told one thing at a time; the pause lets it notice that the line was emptied before.
  const announce = (words) => {
    const line = find("#announcer");
    line.textContent = "";
    window.setTimeout(() => { line.textContent = words; }, 100);
  };

  const bringUp = (part) => part.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });

  const sent = { at: -Infinity, words: "", raw: "" };

  // ---- the conversation -------------------------------------------------------------------------------------

  // The server sends the whole conversation in a <template>. What is already shown and unchanged stays as it is.
  const showConversation = () => {
    const source = find("#channel template");
    const messages = find("#messages");
    if (!source || !messages) return;
    const wanted = [...source.content.children];
    takeSentWords(source, wanted);
    const keys = new Set(wanted.map((message) => message.id));
    [...messages.children].filter((message) => !keys.has(message.id)).forEach((message) => message.remove());
    wanted.forEach((message) => showMessage(messages, message));
    const busy = Boolean(messages.querySelector('[data-state="pending"]'));
    document.body.classList.toggle("busy", busy);
    document.body.classList.toggle("started", messages.children.length > 0);
    showHint(source.dataset.hint || "");
    keepDraft();
  };

  // The question leaves the field when the server has it, and only the question: words typed since then stay.
  const takeSentWords = (source, wanted) => {
    const fresh = wanted.at(-1);
    const waits = sent.raw && fresh && !document.getElementById(fresh.id) && !("keep" in source.dataset);
    if (!waits) return;
    if (field().value.startsWith(sent.raw)) {
      field().value = field().value.slice(sent.raw.length);
      field().dispatchEvent(new Event("input", { bubbles: true }));
    }
    sent.raw = "";
  };

  const showMessage = (messages, wanted) => {
    const shown = document.getElementById(wanted.id);
    const same = shown && shown.dataset.state === wanted.dataset.state && shown.dataset.step === wanted.dataset.step;
    if (same) { showPlace(shown, wanted); return; }
    const message = document.importNode(wanted, true);
    const grows = shown && "step" in shown.dataset;  // a person may be reading it: nothing moves, focus stays
    if (grows) grow(shown, message);
    else if (shown) shown.replaceWith(message);
    else messages.append(message);
    if (message.dataset.announce) announce(message.dataset.announce);
    if (!grows) bringUp(message);
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

  // ---- the draft: kept for this tab only, through a reload ---------------------------------------------------

  const keepDraft = () => {
    const words = field()?.value || "";
    if (words) sessionStorage.setItem(DRAFT, words);
    else sessionStorage.removeItem(DRAFT);
  };

  const restoreDraft = () => {
    const words = sessionStorage.getItem(DRAFT);
    if (!words || field().value) return;
    field().value = words;
    field().dispatchEvent(new Event("input", { bubbles: true }));
  };

  // ---- the reader ----------------------------------------------------------------------------------------------

  const reader = { dialog: null, opener: null, past: [] };

  const buildReader = () => {
    const dialog = document.createElement("dialog");
    dialog.id = "reader";
    dialog.setAttribute("aria-labelledby", "article-title");
    dialog.innerHTML =
      '<div class="reader-bar"><button type="button" class="plain" id="reader-back" hidden>Previous article</button>' +
      '<button type="button" class="plain" id="reader-close">Close article</button></div>' +
      '<div id="reader-body"></div>';
    document.body.append(dialog);
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); closeReader(); });
    reader.dialog = dialog;
  };

  // Beside the conversation where there is room for both; over it, as a modal dialog, where there is not.
  const layReader = () => {
    if (reader.dialog.open) reader.dialog.close();
    if (narrow.matches) reader.dialog.showModal();
    else reader.dialog.show();
    document.body.classList.toggle("reading", !narrow.matches);
  };

  const openReader = async (address, opener) => {
    if (!reader.dialog.contains(opener)) {
      reader.opener = opener;
      reader.past = [];
    }
    if (!reader.dialog.open) {
      layReader();
      history.pushState({ reader: true }, "");  // so that "back" closes the article and keeps the conversation
    }
    reader.past.push(address);
    await showArticle(address);
  };

  const showArticle = async (address) => {
    const body = find("#reader-body");
    const url = new URL(address, document.baseURI);
    url.searchParams.set("fragment", "1");
    find("#reader-back").hidden = reader.past.length < 2;
    body.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(url, { headers: { Accept: "text/html" } });
      if (!response.ok && response.status !== 404) throw new Error(String(response.status));
      body.innerHTML = await response.text();
    } catch {
      body.innerHTML = '<h2 id="article-title" tabindex="-1">The article could not be opened</h2>' +
        "<p>Check the connection, close this and try again. Your conversation is still there.</p>";
    }
    body.removeAttribute("aria-busy");
    const target = find("#quote") || find("#article-title");
    reader.dialog.scrollTop = 0;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: target.id === "quote" ? "center" : "end" });
  };

  const closeReader = (fromHistory = false) => {
    if (!reader.dialog.open) return;
    reader.dialog.close();
    document.body.classList.remove("reading");
    if (!fromHistory && history.state?.reader) history.back();
    const opener = reader.opener?.isConnected ? reader.opener : field();
    opener.focus({ preventScroll: true });
    opener.scrollIntoView({ block: "nearest" });
  };

  const previousArticle = () => {
    reader.past.pop();
    showArticle(reader.past[reader.past.length - 1]);
  };

  // ---- copy and votes --------------------------------------------------------------------------------------------

  const copy = async (button) => {
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

  const vote = async (form) => {
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

  const pressVote = (button) => {
    const form = button.closest("form");
    form.querySelectorAll("[data-helpful]").forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
    form.querySelector(".word").hidden = false;
    vote(form);
  };

  // ---- events: one listener each, for whatever is on the page ---------------------------------------------------

  // A trembling hand presses twice and a stiff one holds Enter down: both mean one question.
  const sendOnce = (event) => {
    const enter = event.type === "keydown" && event.key === "Enter" && !event.shiftKey && event.target === field();
    if (!enter && !(event.type === "click" && event.target.closest("#send"))) return;
    const words = field().value.trim();
    const again = event.timeStamp - sent.at < 700 && (!words || words === sent.words);
    if (event.repeat || again) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else {
      Object.assign(sent, { at: event.timeStamp, words, raw: field().value });
      if (words) document.body.classList.add("busy");  // at once, however slow the line is
    }
  };

  const press = (event) => {
    const part = event.target.closest("a, button");
    if (!part) return;
    if (part.dataset.open) { event.preventDefault(); openReader(part.dataset.open, part); }
    else if (part.dataset.copy) copy(part);
    else if (part.dataset.helpful) pressVote(part);
    else if (part.id === "reader-close") closeReader();
    else if (part.id === "reader-back") previousArticle();
    else if (part.classList.contains("skip")) { event.preventDefault(); field().focus(); }
    else if (part.id === "clear") { announce("Conversation cleared."); field().focus({ preventScroll: true }); }
    else if (part.id === "stop" || part.closest("#starters")) { sent.at = -Infinity; field().focus({ preventScroll: true }); }
  };

  const start = () => {
    buildReader();
    showHint("");
    restoreDraft();
    showConversation();
    new MutationObserver(showConversation).observe(find("#channel"), { childList: true, subtree: true });
    document.addEventListener("click", sendOnce, true);
    document.addEventListener("keydown", sendOnce, true);
    document.addEventListener("click", press);
    document.addEventListener("input", (event) => { if (event.target === field()) keepDraft(); });
    window.addEventListener("pagehide", keepDraft);
    document.addEventListener("submit", (event) => {
      if (event.target.matches(".feedback")) { event.preventDefault(); vote(event.target); }
    });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeReader(); });
    window.addEventListener("popstate", () => closeReader(true));
    narrow.addEventListener("change", () => { if (reader.dialog.open) layReader(); });
    document.body.classList.add("ready");
  };

  // Gradio builds the page after this script has loaded.
  const startWhenBuilt = () => {
    if (!field() || !find("#messages") || !find("#channel template")) return;
    wait.disconnect();
    start();
  };
  const wait = new MutationObserver(startWhenBuilt);
  wait.observe(document.documentElement, { childList: true, subtree: true });
  startWhenBuilt();
})();
