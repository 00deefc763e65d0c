// What a screen reader is told: one line that waits its turn, and one for danger that does not.

const say = (selector, words) => {
  const line = document.querySelector(selector);
  line.textContent = "";  // the pause lets a screen reader notice that the line was emptied before
  window.setTimeout(() => { line.textContent = words; }, 100);
};

export const announce = (words) => say("#announcer", words);
export const alarm = (words) => say("#alarm", words);
