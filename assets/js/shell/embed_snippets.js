// @ts-check
// The present state of a page as text for slides: frames and a link, for the common ways to make slides.
const StageSnippets = (() => {
  "use strict";

  /** @param {string} text for an attribute in double quotes */
  const attribute = (text) =>
    text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

  /** @param {string} text between square brackets of Markdown, on one line */
  const linkText = (text) => text.replace(/\s+/g, " ").replace(/[\\[\]<>`*_]/g, "\\$&");

  /**
   * The address of a page in talk mode, or without header and footer if not; relative if the page's is.
   * @param {string} page the address of the page with its state, or the name of a saved page
   * @param {{talk: boolean, theme: string}} options theme: "light", "dark" or "" for the visitor's own
   */
  const address = (page, { talk, theme }) => {
    const url = new URL(page, location.origin);
    for (const name of ["stage", "embed", "theme", "__theme", "run"]) url.searchParams.delete(name);
    url.searchParams.set(talk ? "stage" : "embed", "1");
    if (theme) url.searchParams.set("theme", theme);
    return URL.canParse(page) ? url.href : page + url.search;
  };

  const ALLOW = "fullscreen; clipboard-write";

  /**
   * [name, where it is pasted, the text], one for each way to make slides.
   * @param {string} url
   * @param {string} title
   * @param {boolean} talk whether the frame is a slide of 16:9; otherwise it tells its height
   * @param {boolean} file whether it is a saved page that lies beside the slides
   * @returns {[string, string, string][]}
   */
  const snippets = (url, title, talk, file) => {
    const [source, name] = [attribute(url), attribute(title)];
    const size = talk ? "aspect-ratio: 16 / 9" : "height: 800px";
    return [
      [
        "HTML",
        "an element of any page",
        `<iframe src="${source}" title="${name}" allow="${ALLOW}"\n  style="width: 100%; ${size}; border: 0"></iframe>`,
      ],
      [
        "reveal.js",
        "a slide",
        `<section data-background-iframe="${source}" data-background-interactive\n` +
          `  aria-label="${name}"></section>`,
      ],
      [
        "Slidev",
        file ? "a slide; the file lies in public" : "a slide",
        `---\nlayout: iframe\nurl: ${JSON.stringify(file ? `/${url}` : url)}\n---`,
      ],
      [
        "Quarto",
        file ? "a slide of revealjs; name the file under resources" : "a slide of revealjs",
        `## {background-iframe="${url}" background-interactive="true"}`,
      ],
      ["Markdown", "a link, where frames are not possible", `[${linkText(title)}](<${url}>)`],
    ];
  };

  return { address, snippets };
})();
