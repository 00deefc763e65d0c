// The article reader: beside the conversation where there is room, over it where there is not.

const narrow = window.matchMedia("(max-width: 999px)");

const reader = { dialog: null, opener: null, past: [] };

export const buildReader = () => {
  const dialog = document.createElement("dialog");
  dialog.id = "reader";
  dialog.setAttribute("aria-labelledby", "article-title");
  dialog.innerHTML =
    '<div class="reader-bar"><button type="button" class="plain" id="reader-back" hidden>Previous article</button>' +
    '<button type="button" class="plain" id="reader-close">Close article</button></div>' +
    '<div id="reader-body"></div>';
  document.body.append(dialog);
  narrow.addEventListener("change", () => { if (dialog.open) layReader(); });
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

export const openReader = async (address, opener) => {
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
  const body = document.querySelector("#reader-body");
  const url = new URL(address, document.baseURI);
  url.searchParams.set("fragment", "1");
  document.querySelector("#reader-back").hidden = reader.past.length < 2;
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
  const target = document.querySelector("#quote") || document.querySelector("#article-title");
  reader.dialog.scrollTop = 0;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: target.id === "quote" ? "center" : "end" });
};

export const closeReader = (fromHistory = false) => {
  if (!reader.dialog.open) return;
  reader.dialog.close();
  document.body.classList.remove("reading");
  if (!fromHistory && history.state?.reader) history.back();
  const opener = reader.opener?.isConnected ? reader.opener : document.querySelector("#question textarea");
  opener.focus({ preventScroll: true });
  opener.scrollIntoView({ block: "nearest" });
};

export const previousArticle = () => {
  reader.past.pop();
  showArticle(reader.past[reader.past.length - 1]);
};
