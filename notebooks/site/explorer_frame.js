// Makes room for the explorer in a page, and tells it whether the page is light or dark.
(() => {
  const frames = () => [...document.querySelectorAll("iframe.explorer")];
  const recolour = () => {
    const { theme } = document.body.dataset;
    const explorerScheme = theme === "light" || theme === "dark" ? theme : "";
    for (const frame of frames()) frame.contentWindow.postMessage({ explorerScheme }, "*");
  };
  window.addEventListener("message", ({ data, source }) => {
    const frame = frames().find((each) => each.contentWindow === source);
    if (!frame || !data?.explorerHeight) return;
    frame.style.height = `${data.explorerHeight + 16}px`;
    recolour();
  });
  window.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(recolour).observe(document.body, { attributeFilter: ["data-theme"] });
  });
})();
