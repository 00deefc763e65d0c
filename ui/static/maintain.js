// While a job of the maintainers' page runs, say how far it is. Without this script the page does all of it by links.
"use strict";
const line = document.querySelector("#progress[data-running]");
async function look() {
  try {
    const answer = await fetch("maintain/progress", { cache: "no-store" });
    if (!answer.ok) return;
    const now = await answer.json();
    if (line.textContent !== now.words) line.textContent = now.words;
    if (!now.finished) { setTimeout(look, 2000); return; }
    document.querySelector("#state a").textContent = "Show the result";
  } catch {
    setTimeout(look, 5000);
  }
}
if (line) setTimeout(look, 1000);
