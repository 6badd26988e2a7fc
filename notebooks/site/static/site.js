// What scrolls within the page is reached by the keyboard, and a formula in a line scrolls where it must.
// So does a figure, before its letters become too small.
function markScrolling() {
  for (const figure of document.querySelectorAll(".cell_output img")) {
    figure.style.minWidth = `${0.55 * figure.naturalWidth}px`;
  }
  for (const span of document.querySelectorAll("span.math")) {
    span.classList.toggle("wide", span.firstChild.getBoundingClientRect().width > span.parentElement.clientWidth);
  }
  for (const box of document.querySelectorAll("pre, div.math, span.math.wide, .cell_output, .output, .table-wrapper")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

addEventListener("load", markScrolling);
addEventListener("resize", markScrolling);
