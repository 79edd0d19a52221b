// How long the pictures of others stood still in a page.

/** Starts to measure each picture of another. */
export const countsFreezes = (visitor) => visitor.page.evaluate(countFreezes);

/** The longest time without a new picture since then, in milliseconds. */
export const longestFreeze = (visitor) => visitor.page.evaluate(() => window.longestFreeze());

// In the page from here on.

function countFreezes() {
  let longest = 0;
  const videos = [...document.querySelectorAll('[data-testid="tile-video"][data-local="false"]')];
  const ages = videos.map((video) => {
    let last = performance.now();
    const age = () => performance.now() - last;
    const next = () => {
      longest = Math.max(longest, age());
      last = performance.now();
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
    return age;
  });
  window.longestFreeze = () => Math.max(longest, ...ages.map((age) => age()));
}
