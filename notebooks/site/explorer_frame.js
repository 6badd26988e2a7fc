// Makes room for the explorer in a page, and gives it the page's scheme of colours.
(() => {
  const frames = () => document.querySelectorAll("iframe.explorer");
  window.addEventListener("message", ({ data, source }) => {
    for (const frame of frames())
      if (frame.contentWindow === source && data?.explorerHeight) frame.style.height = `${data.explorerHeight + 16}px`;
  });
  const recolour = () => {
    const { theme } = document.body.dataset;
    for (const frame of frames()) frame.style.colorScheme = theme === "light" || theme === "dark" ? theme : "";
  };
  window.addEventListener("DOMContentLoaded", () => {
    recolour();
    new MutationObserver(recolour).observe(document.body, { attributeFilter: ["data-theme"] });
  });
})();
