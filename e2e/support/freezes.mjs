// How long the picture of another stood still in a page.

/** Starts to measure the first picture of another. */
export const countsFreezes = (visitor) => visitor.page.evaluate(countFreezes);

/** The longest time without a new picture since then, in milliseconds. */
export const longestFreeze = (visitor) => visitor.page.evaluate(() => window.longestFreeze());

// In the page from here on.

function countFreezes() {
  const video = document.querySelector('[data-testid="tile-video"][data-local="false"]');
  let last = performance.now();
  let longest = 0;
  const next = () => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
    video.requestVideoFrameCallback(next);
  };
  video.requestVideoFrameCallback(next);
  window.longestFreeze = () => Math.max(longest, performance.now() - last);
}
